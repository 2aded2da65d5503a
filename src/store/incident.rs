//! What `wf_incidents_view` shows, closed by hand. An incident is a row of the table that it happened to.

use pgrx::Uuid;

use super::statement;
use crate::error::Error;

statement!(CLOSE_MESSAGE, "incident_close_message");
statement!(CLOSE_PUBLISHED, "incident_close_published");
statement!(CLOSE_EFFECT, "incident_close_effect");
statement!(CLOSE_TIMER, "incident_close_timer");

/// Closes an incident of an instance and says what it was; None where there is no such incident.
pub fn close(organization: Uuid, instance: Uuid, id: Uuid) -> Result<Option<&'static str>, Error> {
    let kinds = [
        ("message", &CLOSE_MESSAGE),
        ("published", &CLOSE_PUBLISHED),
        ("effect", &CLOSE_EFFECT),
        ("timer", &CLOSE_TIMER),
    ];
    for (what, statement) in kinds {
        if statement.execute(&[&organization, &instance, &id])? == 1 {
            return Ok(Some(what));
        }
    }
    Ok(None)
}
