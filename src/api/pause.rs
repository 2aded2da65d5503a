//! Pause and resume.

use pgrx::Uuid;
use pgrx::prelude::*;

use super::required;
use crate::engine::capability::Capability;
use crate::engine::{caller, pause};
use crate::pg::call::answer;
use crate::pg::time::Timestamp;

#[pg_extern(volatile, parallel_unsafe)]
fn wf_pause(
    instance_id: Option<Uuid>,
    reason: default!(Option<String>, "NULL"),
    paused_by: default!(Option<String>, "NULL"),
    organization_id: default!(Option<Uuid>, "NULL"),
) -> TableIterator<
    'static,
    (
        name!(instance_id, Uuid),
        name!(paused, bool),
        name!(paused_at, Timestamp),
        name!(pause_reason, Option<String>),
        name!(paused_by, Option<String>),
    ),
> {
    answer(move || {
        let id = required("instance_id", instance_id)?;
        caller::write(Capability::Operator, organization_id, paused_by, None, |caller| {
            pause::pause(caller, id, reason.clone())?;
            Ok(TableIterator::once((id, true, caller.now, reason, caller.actor.clone())))
        })
    })
}

#[pg_extern(volatile, parallel_unsafe)]
fn wf_resume(
    instance_id: Option<Uuid>,
    resumed_by: default!(Option<String>, "NULL"),
    notes: default!(Option<String>, "NULL"),
    organization_id: default!(Option<Uuid>, "NULL"),
) -> TableIterator<
    'static,
    (name!(instance_id, Uuid), name!(paused, bool), name!(resumed_at, Timestamp), name!(resumed_by, Option<String>)),
> {
    answer(move || {
        let id = required("instance_id", instance_id)?;
        caller::write(Capability::Operator, organization_id, resumed_by, None, |caller| {
            pause::resume(caller, id, notes)?;
            Ok(TableIterator::once((id, false, caller.now, caller.actor.clone())))
        })
    })
}

#[pg_extern(volatile, parallel_unsafe)]
fn wf_pause_all(
    definition_code: default!(Option<String>, "NULL"),
    reason: default!(Option<String>, "NULL"),
    paused_by: default!(Option<String>, "NULL"),
    organization_id: default!(Option<Uuid>, "NULL"),
) -> i64 {
    answer(move || {
        caller::write(Capability::Operator, organization_id, paused_by, None, |caller| {
            let (code, reason) = (definition_code.as_deref(), reason.as_deref());
            caller.parts().iter().map(|part| pause::pause_all(part, code, reason)).sum()
        })
    })
}

#[pg_extern(volatile, parallel_unsafe)]
fn wf_resume_all(
    definition_code: default!(Option<String>, "NULL"),
    resumed_by: default!(Option<String>, "NULL"),
    notes: default!(Option<String>, "NULL"),
    organization_id: default!(Option<Uuid>, "NULL"),
) -> i64 {
    answer(move || {
        caller::write(Capability::Operator, organization_id, resumed_by, None, |caller| {
            let (code, notes) = (definition_code.as_deref(), notes.as_deref());
            caller.parts().iter().map(|part| pause::resume_all(part, code, notes)).sum()
        })
    })
}
