//! Events and transitions.

use pgrx::Uuid;
use pgrx::prelude::*;

use super::{required, texts};
use crate::engine::caller;
use crate::engine::capability::Capability;
use crate::engine::send::{Send, Unmatched, What, send};
use crate::error::Error;
use crate::pg::call::answer;
use crate::pg::jsonb::Jsonb;

type Row = TableIterator<
    'static,
    (
        name!(instance_id, Uuid),
        name!(seq, i64),
        name!(from_state, Option<String>),
        name!(to_state, String),
        name!(status, String),
        name!(replayed, bool),
    ),
>;

fn sent(
    organization_id: Option<Uuid>,
    actor: Option<String>,
    roles: Option<Vec<String>>,
    request: Send,
) -> Result<Row, Error> {
    let instance_id = request.instance_id;
    let sent = caller::write(Capability::Participant, organization_id, actor, roles, |caller| send(caller, request))?;
    let moved = sent.moved;
    let row = (instance_id, moved.seq, moved.from_state, moved.to_state, moved.status, sent.replayed);
    Ok(TableIterator::once(row))
}

#[pg_extern(volatile, parallel_unsafe)]
fn wf_send(
    instance_id: Option<Uuid>,
    event: Option<String>,
    payload: default!(Option<Jsonb>, "NULL"),
    idempotency_key: default!(Option<String>, "NULL"),
    actor: default!(Option<String>, "NULL"),
    roles: default!(Option<Vec<Option<String>>>, "NULL"),
    unmatched: default!(Option<String>, "'error'"),
    organization_id: default!(Option<Uuid>, "NULL"),
) -> TableIterator<
    'static,
    (
        name!(instance_id, Uuid),
        name!(seq, i64),
        name!(from_state, Option<String>),
        name!(to_state, String),
        name!(status, String),
        name!(replayed, bool),
    ),
> {
    answer(move || {
        let request = Send {
            instance_id: required("instance_id", instance_id)?,
            what: What::Event(required("event", event)?),
            payload,
            idempotency_key,
            unmatched: Unmatched::parse(&required("unmatched", unmatched)?)?,
        };
        sent(organization_id, actor, texts(roles), request)
    })
}

#[pg_extern(volatile, parallel_unsafe)]
fn wf_advance(
    instance_id: Option<Uuid>,
    to_state: Option<String>,
    actor_role: default!(Option<String>, "NULL"),
    payload: default!(Option<Jsonb>, "NULL"),
    attempt_nonce: default!(Option<String>, "NULL"),
    actor: default!(Option<String>, "NULL"),
    organization_id: default!(Option<Uuid>, "NULL"),
) -> TableIterator<
    'static,
    (
        name!(instance_id, Uuid),
        name!(seq, i64),
        name!(from_state, Option<String>),
        name!(to_state, String),
        name!(status, String),
        name!(replayed, bool),
    ),
> {
    answer(move || {
        let request = Send {
            instance_id: required("instance_id", instance_id)?,
            what: What::Target(required("to_state", to_state)?),
            payload,
            idempotency_key: attempt_nonce,
            unmatched: Unmatched::Error,
        };
        sent(organization_id, actor, actor_role.map(|role| vec![role]), request)
    })
}
