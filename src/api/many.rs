//! Many events and many starts in one call.

use pgrx::Uuid;
use pgrx::prelude::*;

use super::required;
use crate::engine::caller;
use crate::engine::capability::Capability;
use crate::engine::many::{Events, send_many, start_many};
use crate::pg::call::answer;
use crate::pg::jsonb::Jsonb;

#[pg_extern(volatile, parallel_unsafe)]
fn wf_send_many(
    instance_ids: Option<Vec<Option<Uuid>>>,
    event: Option<String>,
    payloads: default!(Option<Vec<Option<Jsonb>>>, "NULL"),
    idempotency_keys: default!(Option<Vec<Option<String>>>, "NULL"),
    organization_id: default!(Option<Uuid>, "NULL"),
) -> TableIterator<
    'static,
    (
        name!(instance_id, Option<Uuid>),
        name!(seq, Option<i64>),
        name!(from_state, Option<String>),
        name!(to_state, Option<String>),
        name!(status, Option<String>),
        name!(replayed, Option<bool>),
        name!(error, Option<String>),
    ),
> {
    answer(move || {
        let events = Events {
            instance_ids: required("instance_ids", instance_ids)?,
            event: required("event", event)?,
            payloads: payloads.unwrap_or_default(),
            idempotency_keys: idempotency_keys.unwrap_or_default(),
        };
        let answers =
            caller::write(Capability::Participant, organization_id, None, None, |caller| send_many(caller, &events))?;
        let rows = events.instance_ids.into_iter().zip(answers).map(|(id, answer)| match answer {
            Ok(sent) => {
                let moved = sent.moved;
                (
                    id,
                    Some(moved.seq),
                    moved.from_state,
                    Some(moved.to_state),
                    Some(moved.status),
                    Some(sent.replayed),
                    None,
                )
            }
            Err(error) => (id, None, None, None, None, None, Some(error.summary())),
        });
        Ok(TableIterator::new(rows))
    })
}

#[pg_extern(volatile, parallel_unsafe)]
fn wf_start_many(
    definition_code: Option<String>,
    inputs: default!(Option<Vec<Option<Jsonb>>>, "NULL"),
    instance_keys: default!(Option<Vec<Option<String>>>, "NULL"),
    organization_id: default!(Option<Uuid>, "NULL"),
) -> TableIterator<'static, (name!(instance_id, Uuid),)> {
    answer(move || {
        let code = required("definition_code", definition_code)?;
        let (inputs, keys) = (inputs.unwrap_or_default(), instance_keys.unwrap_or_default());
        let ids = caller::write(Capability::Participant, organization_id, None, None, |caller| {
            start_many(caller, &code, inputs, keys)
        })?;
        Ok(TableIterator::new(ids.into_iter().map(|id| (id,))))
    })
}
