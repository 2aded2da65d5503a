//! Instances: started and cancelled.

use pgrx::Uuid;
use pgrx::prelude::*;

use super::required;
use crate::engine::capability::Capability;
use crate::engine::start::Start;
use crate::engine::{caller, cancel, start};
use crate::pg::call::answer;
use crate::pg::jsonb::Jsonb;
use crate::pg::time::Timestamp;

#[pg_extern(volatile, parallel_unsafe)]
fn wf_start(
    definition_code: Option<String>,
    input: default!(Option<Jsonb>, "NULL"),
    instance_key: default!(Option<String>, "NULL"),
    subject: default!(Option<Jsonb>, "NULL"),
    version: default!(Option<i32>, "NULL"),
    correlation_key: default!(Option<String>, "NULL"),
    initial_state: default!(Option<String>, "NULL"),
    owner_team: default!(Option<String>, "NULL"),
    owner_user_id: default!(Option<String>, "NULL"),
    organization_id: default!(Option<Uuid>, "NULL"),
) -> Uuid {
    answer(move || {
        let definition_code = required("definition_code", definition_code)?;
        let start = Start {
            definition_code,
            input,
            instance_key,
            subject,
            version,
            correlation_key,
            initial_state,
            owner_team,
            owner_user_id,
            parent: None,
        };
        caller::write(Capability::Participant, organization_id, None, None, |caller| start::start(caller, start))
    })
}

#[pg_extern(volatile, parallel_unsafe)]
fn wf_cancel(
    instance_id: Option<Uuid>,
    reason: default!(Option<String>, "NULL"),
    cancelled_by: default!(Option<String>, "NULL"),
    organization_id: default!(Option<Uuid>, "NULL"),
) -> TableIterator<'static, (name!(instance_id, Uuid), name!(status, String), name!(cancelled_at, Timestamp))> {
    answer(move || {
        let id = required("instance_id", instance_id)?;
        let cancelled_at = caller::write(Capability::Operator, organization_id, cancelled_by, None, |caller| {
            cancel::cancel(caller, id, reason)
        })?;
        Ok(TableIterator::once((id, "cancelled".to_owned(), cancelled_at)))
    })
}
