//! What can happen next.

use pgrx::Uuid;
use pgrx::prelude::*;

use super::{required, texts};
use crate::engine::capability::Capability;
use crate::engine::{caller, events};
use crate::pg::call::answer;

#[pg_extern(volatile, parallel_unsafe)]
fn wf_events(
    instance_id: Option<Uuid>,
    actor: default!(Option<String>, "NULL"),
    roles: default!(Option<Vec<Option<String>>>, "NULL"),
    organization_id: default!(Option<Uuid>, "NULL"),
) -> TableIterator<
    'static,
    (
        name!(event, Option<String>),
        name!(to_state, Option<String>),
        name!(allowed, Option<bool>),
        name!(reason, Option<String>),
    ),
> {
    answer(move || {
        let id = required("instance_id", instance_id)?;
        let rows = caller::read_as(Capability::Viewer, organization_id, actor, texts(roles), |caller| {
            events::events(caller, id)
        })?;
        Ok(TableIterator::new(rows.into_iter().map(|row| (row.event, row.to_state, row.allowed, row.reason))))
    })
}
