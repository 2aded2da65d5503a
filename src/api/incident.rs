//! Incidents.

use pgrx::Uuid;
use pgrx::prelude::*;

use super::required;
use crate::engine::capability::Capability;
use crate::engine::{caller, incident};
use crate::pg::call::answer;

#[pg_extern(volatile, parallel_unsafe)]
fn wf_close_incident(
    instance_id: Option<Uuid>,
    incident_id: Option<Uuid>,
    reason: default!(Option<String>, "NULL"),
    closed_by: default!(Option<String>, "NULL"),
    organization_id: default!(Option<Uuid>, "NULL"),
) {
    answer(move || {
        let (instance, incident) = (required("instance_id", instance_id)?, required("incident_id", incident_id)?);
        caller::write(Capability::Operator, organization_id, closed_by, None, |caller| {
            incident::close(caller, instance, incident, reason)
        })
    })
}
