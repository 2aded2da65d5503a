//! An operator has seen to an incident and closes it.

use std::time::Instant;

use pgrx::Uuid;

use super::caller::Caller;
use super::macrostep::{Cause, administrative_step};
use super::publish::delivery_code;
use crate::error::{Code, Error};
use crate::pg::jsonb::Jsonb;
use crate::store::incident;

/// Closes an incident: what waited is dropped. Leaves a step, on finished instances too.
pub fn close(caller: &Caller, instance_id: Uuid, id: Uuid, reason: Option<String>) -> Result<(), Error> {
    let started = Instant::now();
    let instance = caller.lock(instance_id)?;
    let what = incident::close(instance.organization_id, instance.id, id)?.ok_or_else(|| {
        Error::new(Code::IncidentNotFound, format!("instance {instance_id} has no open incident {id}"))
            .hint("SELECT incident_id, what, advice FROM wf_incidents_view lists them.")
    })?;
    let detail = Jsonb::object(|detail| {
        detail.set_text("incident_id", &id.to_string());
        detail.set_text("what", what);
    });
    // A published message lives on for others: the step keeps it from this one.
    let line_code = (what == "published").then(|| delivery_code(instance.id, id));
    let cause = Cause { kind: "close_incident", note: reason, line_code, ..Cause::default() };
    administrative_step(caller, &instance, cause, started, detail)
}
