//! Timers by hand.

use pgrx::Uuid;
use pgrx::prelude::*;

use super::required;
use crate::engine::capability::Capability;
use crate::engine::{caller, timer};
use crate::pg::call::answer;
use crate::pg::jsonb::Jsonb;
use crate::pg::time::Timestamp;

#[pg_extern(volatile, parallel_unsafe)]
fn wf_set_timer(
    instance_id: Option<Uuid>,
    name: Option<String>,
    delay: default!(Option<Interval>, "NULL"),
    fire_at: default!(Option<Timestamp>, "NULL"),
    event: default!(Option<String>, "NULL"),
    payload: default!(Option<Jsonb>, "NULL"),
    organization_id: default!(Option<Uuid>, "NULL"),
) -> TableIterator<'static, (name!(timer_id, Uuid), name!(fire_at, Timestamp))> {
    answer(move || {
        let set = timer::Set {
            instance_id: required("instance_id", instance_id)?,
            name: required("name", name)?,
            delay,
            fire_at,
            event,
            payload,
        };
        caller::write(Capability::Participant, organization_id, None, None, |caller| timer::set(caller, set))
            .map(TableIterator::once)
    })
}

#[pg_extern(volatile, parallel_unsafe)]
fn wf_cancel_timer(
    instance_id: Option<Uuid>,
    name: default!(Option<String>, "NULL"),
    reason: default!(Option<String>, "NULL"),
    organization_id: default!(Option<Uuid>, "NULL"),
) -> TableIterator<'static, (name!(cancelled_count, i32), name!(cancelled_timers, Vec<String>))> {
    answer(move || {
        let id = required("instance_id", instance_id)?;
        let names = caller::write(Capability::Participant, organization_id, None, None, |caller| {
            timer::cancel(caller, id, name, reason)
        })?;
        Ok(TableIterator::once((names.len() as i32, names)))
    })
}

#[pg_extern(volatile, parallel_unsafe)]
fn wf_fire_timer(
    instance_id: Option<Uuid>,
    timer_id: Option<Uuid>,
    force: default!(Option<bool>, "false"),
    organization_id: default!(Option<Uuid>, "NULL"),
) -> TableIterator<
    'static,
    (
        name!(timer_id, Uuid),
        name!(status, String),
        name!(fired_at, Timestamp),
        name!(from_state, String),
        name!(to_state, String),
    ),
> {
    answer(move || {
        let (instance, id) = (required("instance_id", instance_id)?, required("timer_id", timer_id)?);
        caller::write(Capability::Operator, organization_id, None, None, |caller| {
            let fired = timer::fire_by_hand(caller, instance, id, force.unwrap_or(false))?;
            Ok(TableIterator::once((id, "FIRED".to_owned(), caller.now, fired.from_state, fired.to_state)))
        })
    })
}
