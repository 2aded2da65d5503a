//! The owner of an instance.

use pgrx::Uuid;
use pgrx::prelude::*;

use super::required;
use crate::engine::capability::Capability;
use crate::engine::{caller, reassign};
use crate::pg::call::answer;
use crate::pg::time::Timestamp;

#[pg_extern(volatile, parallel_unsafe)]
fn wf_reassign(
    instance_id: Option<Uuid>,
    owner_team: default!(Option<String>, "NULL"),
    owner_user_id: default!(Option<String>, "NULL"),
    reassigned_by: default!(Option<String>, "NULL"),
    reason: default!(Option<String>, "NULL"),
    organization_id: default!(Option<Uuid>, "NULL"),
) -> TableIterator<
    'static,
    (
        name!(instance_id, Uuid),
        name!(owner_team, Option<String>),
        name!(owner_user_id, Option<String>),
        name!(reassigned_at, Timestamp),
        name!(reassigned_by, Option<String>),
    ),
> {
    answer(move || {
        let id = required("instance_id", instance_id)?;
        caller::write(Capability::Operator, organization_id, reassigned_by, None, |caller| {
            reassign::reassign(caller, id, owner_team.as_deref(), owner_user_id.as_deref(), reason)?;
            Ok(TableIterator::once((id, owner_team, owner_user_id, caller.now, caller.actor.clone())))
        })
    })
}
