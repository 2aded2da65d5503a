//! Definitions tried without an instance.

use pgrx::Uuid;
use pgrx::prelude::*;

use super::{required, texts};
use crate::engine::caller;
use crate::engine::capability::Capability;
use crate::engine::simulate::{Simulation, simulate};
use crate::pg::call::answer;
use crate::pg::jsonb::{JsonText, Jsonb};
use crate::pg::time::Timestamp;

#[pg_extern(volatile, parallel_unsafe)]
fn wf_simulate(
    definition: Option<JsonText>,
    events: default!(Option<Jsonb>, "'[]'"),
    context: default!(Option<Jsonb>, "NULL"),
    roles: default!(Option<Vec<Option<String>>>, "NULL"),
    actor: default!(Option<String>, "NULL"),
    start_at: default!(Option<Timestamp>, "NULL"),
    guards: default!(Option<Jsonb>, "NULL"),
    organization_id: default!(Option<Uuid>, "NULL"),
) -> TableIterator<
    'static,
    (
        name!(step, i32),
        name!(event, String),
        name!(state, Option<String>),
        name!(context, Jsonb),
        name!(actions, Jsonb),
        name!(guards, Jsonb),
        name!(status, String),
        name!(taken, Option<String>),
    ),
> {
    answer(move || {
        let definition = required("definition", definition)?;
        let events = required("events", events)?;
        let simulation = Simulation { definition, events, context, start_at, guards };
        let rows = caller::read_as(Capability::Viewer, organization_id, actor, texts(roles), |caller| {
            simulate(caller, &simulation)
        })?;
        Ok(TableIterator::new((0..).zip(rows).map(|(step, row)| {
            let status = row.status.to_owned();
            (step, row.event, row.state, row.context, row.actions, row.guards, status, row.taken)
        })))
    })
}
