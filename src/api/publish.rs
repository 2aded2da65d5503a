//! Messages by correlation key.

use pgrx::Uuid;
use pgrx::datum::Interval;
use pgrx::prelude::*;

use super::required;
use crate::engine::caller;
use crate::engine::capability::Capability;
use crate::engine::publish::{Publication, publish};
use crate::pg::call::answer;
use crate::pg::jsonb::Jsonb;

#[pg_extern(volatile, parallel_unsafe)]
fn wf_publish(
    event: Option<String>,
    correlation_key: Option<String>,
    payload: default!(Option<Jsonb>, "NULL"),
    message_id: default!(Option<String>, "NULL"),
    ttl: default!(Option<Interval>, "'7 days'"),
    organization_id: default!(Option<Uuid>, "NULL"),
) -> TableIterator<'static, (name!(message_id, String), name!(duplicate, bool))> {
    answer(move || {
        let publication = Publication {
            event: required("event", event)?,
            correlation_key: required("correlation_key", correlation_key)?,
            payload,
            message_id,
            ttl: required("ttl", ttl)?,
        };
        caller::write(Capability::Participant, organization_id, None, None, |caller| publish(caller, publication))
            .map(TableIterator::once)
    })
}
