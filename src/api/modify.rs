//! An operator's repair, and the move to another version.

use pgrx::Uuid;
use pgrx::prelude::*;

use super::required;
use crate::engine::caller;
use crate::engine::capability::Capability;
use crate::engine::modify::{Modify, modify};
use crate::pg::call::answer;
use crate::pg::jsonb::Jsonb;

#[pg_extern(volatile, parallel_unsafe)]
fn wf_modify(
    instance_id: Option<Uuid>,
    state: default!(Option<String>, "NULL"),
    context: default!(Option<Jsonb>, "NULL"),
    version: default!(Option<i32>, "NULL"),
    state_map: default!(Option<Jsonb>, "NULL"),
    reason: default!(Option<String>, "NULL"),
    modified_by: default!(Option<String>, "NULL"),
    dry_run: default!(Option<bool>, "false"),
    organization_id: default!(Option<Uuid>, "NULL"),
) -> TableIterator<
    'static,
    (
        name!(from_state, String),
        name!(to_state, String),
        name!(from_version, i32),
        name!(to_version, i32),
        name!(kept, Vec<String>),
        name!(cancelled, Vec<String>),
        name!(created, Vec<String>),
    ),
> {
    answer(move || {
        let instance_id = required("instance_id", instance_id)?;
        let dry_run = dry_run.unwrap_or(false);
        let wanted = Modify { instance_id, state, context, version, state_map, reason, dry_run };
        let done =
            caller::write(Capability::Operator, organization_id, modified_by, None, |caller| modify(caller, wanted))?;
        let versions = (done.from_version, done.to_version);
        let row = (done.from_state, done.to_state, versions.0, versions.1, done.kept, done.cancelled, done.created);
        Ok(TableIterator::once(row))
    })
}
