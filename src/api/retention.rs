//! How long finished instances stay.

use pgrx::Uuid;
use pgrx::datum::Interval;
use pgrx::prelude::*;

use super::required;
use crate::engine::capability::Capability;
use crate::engine::{caller, retention};
use crate::pg::call::answer;
use crate::pg::time::Timestamp;

#[pg_extern(volatile, parallel_unsafe)]
fn wf_purge(
    older_than: default!(Option<Interval>, "NULL"),
    dry_run: default!(Option<bool>, "false"),
    max_instances: default!(Option<i32>, "1000"),
    organization_id: default!(Option<Uuid>, "NULL"),
) -> TableIterator<
    'static,
    (
        name!(instances, i64),
        name!(steps, i64),
        name!(timers, i64),
        name!(tasks, i64),
        name!(effects, i64),
        name!(messages, i64),
        name!(more, bool),
    ),
> {
    answer(move || {
        let (dry_run, limit) = (required("dry_run", dry_run)?, required("max_instances", max_instances)?);
        let purged = caller::write(Capability::Admin, organization_id, None, None, |caller| {
            retention::purge(caller, older_than, dry_run, limit)
        })?;
        let rows = purged.rows;
        Ok(TableIterator::once((
            rows.instances,
            rows.steps,
            rows.timers,
            rows.tasks,
            rows.effects,
            rows.messages,
            purged.more,
        )))
    })
}

#[pg_extern(volatile, parallel_unsafe)]
fn wf_hold_instance(
    instance_id: Option<Uuid>,
    reason: default!(Option<String>, "NULL"),
    held_by: default!(Option<String>, "NULL"),
    organization_id: default!(Option<Uuid>, "NULL"),
) -> TableIterator<
    'static,
    (
        name!(instance_id, Uuid),
        name!(held_at, Timestamp),
        name!(held_by, Option<String>),
        name!(reason, Option<String>),
    ),
> {
    answer(move || {
        let id = required("instance_id", instance_id)?;
        caller::write(Capability::Operator, organization_id, held_by, None, |caller| {
            retention::hold(caller, id, reason.as_deref())?;
            Ok(TableIterator::once((id, caller.now, caller.actor.clone(), reason)))
        })
    })
}

#[pg_extern(volatile, parallel_unsafe)]
fn wf_release_instance(
    instance_id: Option<Uuid>,
    reason: default!(Option<String>, "NULL"),
    released_by: default!(Option<String>, "NULL"),
    organization_id: default!(Option<Uuid>, "NULL"),
) -> bool {
    answer(move || {
        let id = required("instance_id", instance_id)?;
        caller::write(Capability::Operator, organization_id, released_by, None, |caller| {
            retention::release(caller, id, reason.as_deref())
        })
    })
}
