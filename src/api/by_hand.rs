//! What operators do about effects.

use pgrx::Uuid;
use pgrx::prelude::*;

use super::{required, texts};
use crate::engine::by_hand::{self, Retry};
use crate::engine::capability::Capability;
use crate::engine::{caller, hold};
use crate::pg::call::answer;
use crate::pg::jsonb::Jsonb;
use crate::pg::time::Timestamp;

#[pg_extern(volatile, parallel_unsafe)]
fn wf_retry_effects(
    instance_id: Option<Uuid>,
    step_id: default!(Option<Uuid>, "NULL"),
    effect_filter: default!(Option<Vec<Option<String>>>, "NULL"),
    retried_by: default!(Option<String>, "NULL"),
    force_retry: default!(Option<bool>, "false"),
    params: default!(Option<Jsonb>, "NULL"),
    organization_id: default!(Option<Uuid>, "NULL"),
) -> TableIterator<
    'static,
    (
        name!(effects_retried, Vec<String>),
        name!(effects_successful, Vec<String>),
        name!(effects_still_failed, Vec<String>),
        name!(retry_summary, Option<Jsonb>),
    ),
> {
    answer(move || {
        let instance_id = required("instance_id", instance_id)?;
        let force = force_retry.unwrap_or(false);
        let wanted = Retry { instance_id, step_id, codes: texts(effect_filter), force, params };
        let done = caller::write(Capability::Operator, organization_id, retried_by, None, |caller| {
            by_hand::retry(caller, &wanted)
        })?;
        Ok(TableIterator::once((done.retried, done.successful, done.still_failed, done.summary)))
    })
}

#[pg_extern(volatile, parallel_unsafe)]
fn wf_skip_effect(
    effect_id: Option<Uuid>,
    output: default!(Option<Jsonb>, "NULL"),
    reason: default!(Option<String>, "NULL"),
    skipped_by: default!(Option<String>, "NULL"),
    organization_id: default!(Option<Uuid>, "NULL"),
) -> TableIterator<
    'static,
    (
        name!(effect_id, Uuid),
        name!(instance_id, Uuid),
        name!(code, String),
        name!(previous_status, String),
        name!(status, String),
        name!(to_state, String),
    ),
> {
    answer(move || {
        let id = required("effect_id", effect_id)?;
        let skipped = caller::write(Capability::Operator, organization_id, skipped_by, None, |caller| {
            by_hand::skip(caller, id, output, reason)
        })?;
        Ok(TableIterator::once((
            skipped.effect_id,
            skipped.instance_id,
            skipped.code,
            skipped.previous_status,
            skipped.status,
            skipped.to_state,
        )))
    })
}

#[pg_extern(volatile, parallel_unsafe)]
fn wf_hold_effects(
    code: Option<String>,
    reason: default!(Option<String>, "NULL"),
    held_by: default!(Option<String>, "NULL"),
    organization_id: default!(Option<Uuid>, "NULL"),
) -> TableIterator<
    'static,
    (
        name!(code, String),
        name!(held_at, Timestamp),
        name!(reason, Option<String>),
        name!(held_by, Option<String>),
        name!(effects_waiting, i64),
    ),
> {
    answer(move || {
        let code = required("code", code)?;
        let (held, waiting) = caller::write(Capability::Operator, organization_id, held_by, None, |caller| {
            hold::hold(caller, &code, reason.as_deref())
        })?;
        Ok(TableIterator::once((code, held.held_at, held.reason, held.held_by, waiting)))
    })
}

#[pg_extern(volatile, parallel_unsafe)]
fn wf_release_effects(
    code: Option<String>,
    organization_id: default!(Option<Uuid>, "NULL"),
) -> TableIterator<
    'static,
    (name!(code, String), name!(released, bool), name!(held_at, Option<Timestamp>), name!(effects_waiting, i64)),
> {
    answer(move || {
        let code = required("code", code)?;
        let (held_at, waiting) =
            caller::write(Capability::Operator, organization_id, None, None, |caller| hold::release(caller, &code))?;
        Ok(TableIterator::once((code, held_at.is_some(), held_at, waiting)))
    })
}
