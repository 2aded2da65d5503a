//! Effects for external workers.

use pgrx::Uuid;
use pgrx::datum::Interval;
use pgrx::prelude::*;

use super::{required, texts};
use crate::engine::caller;
use crate::engine::capability::Capability;
use crate::engine::effect::{self, Answered};
use crate::error::{Code, Error};
use crate::pg::call::answer;
use crate::pg::jsonb::Jsonb;
use crate::pg::time::Timestamp;

/// A list without NULLs.
fn elements<T>(name: &str, values: Option<Vec<Option<T>>>) -> Result<Vec<T>, Error> {
    let values: Option<Vec<T>> = required(name, values)?.into_iter().collect();
    values.ok_or_else(|| Error::new(Code::InvalidArgument, format!("{name} holds a NULL")))
}

fn row(answered: Answered) -> (Uuid, Option<String>, Option<String>) {
    (answered.effect_id, answered.status, answered.error)
}

#[pg_extern(volatile, parallel_unsafe)]
fn wf_claim_effects(
    worker: Option<String>,
    codes: default!(Option<Vec<Option<String>>>, "NULL"),
    max_effects: default!(Option<i32>, "100"),
    lease: default!(Option<Interval>, "'30 seconds'"),
    organization_id: default!(Option<Uuid>, "NULL"),
) -> TableIterator<
    'static,
    (
        name!(effect_id, Uuid),
        name!(code, String),
        name!(params, Option<Jsonb>),
        name!(organization_id, Uuid),
        name!(instance_id, Uuid),
        name!(seq, i64),
        name!(attempt, i32),
        name!(idempotency_key, String),
        name!(lease_until, Timestamp),
    ),
> {
    answer(move || {
        let worker = required("worker", worker)?;
        let (max, lease) = (required("max_effects", max_effects)?, required("lease", lease)?);
        let (claimed, lease_until) = caller::write(Capability::Worker, organization_id, None, None, |caller| {
            effect::claim(caller, &worker, texts(codes), max, lease)
        })?;
        Ok(TableIterator::new(claimed.into_iter().map(move |effect| {
            (
                effect.id,
                effect.queue.code,
                effect.params,
                effect.queue.organization_id,
                effect.instance_id,
                effect.seq,
                effect.attempt,
                effect.id.to_string(),
                lease_until,
            )
        })))
    })
}

#[pg_extern(volatile, parallel_unsafe)]
fn wf_complete_effects(
    worker: Option<String>,
    effect_ids: Option<Vec<Option<Uuid>>>,
    attempts: Option<Vec<Option<i32>>>,
    outputs: default!(Option<Vec<Option<Jsonb>>>, "NULL"),
    organization_id: default!(Option<Uuid>, "NULL"),
) -> TableIterator<'static, (name!(effect_id, Uuid), name!(status, Option<String>), name!(error, Option<String>))> {
    answer(move || {
        let worker = required("worker", worker)?;
        let (ids, attempts) = (elements("effect_ids", effect_ids)?, elements("attempts", attempts)?);
        let rows = caller::write(Capability::Worker, organization_id, None, None, |caller| {
            effect::complete(caller, &worker, ids, attempts, outputs)
        })?;
        Ok(TableIterator::new(rows.into_iter().map(row)))
    })
}

#[pg_extern(volatile, parallel_unsafe)]
fn wf_fail_effects(
    worker: Option<String>,
    effect_ids: Option<Vec<Option<Uuid>>>,
    attempts: Option<Vec<Option<i32>>>,
    errors: default!(Option<Vec<Option<Jsonb>>>, "NULL"),
    retryable: default!(Option<bool>, "true"),
    organization_id: default!(Option<Uuid>, "NULL"),
) -> TableIterator<'static, (name!(effect_id, Uuid), name!(status, Option<String>), name!(error, Option<String>))> {
    answer(move || {
        let worker = required("worker", worker)?;
        let (ids, attempts) = (elements("effect_ids", effect_ids)?, elements("attempts", attempts)?);
        let retryable = required("retryable", retryable)?;
        let rows = caller::write(Capability::Worker, organization_id, None, None, |caller| {
            effect::fail(caller, &worker, ids, attempts, errors, retryable)
        })?;
        Ok(TableIterator::new(rows.into_iter().map(row)))
    })
}

#[pg_extern(volatile, parallel_unsafe)]
fn wf_extend_leases(
    worker: Option<String>,
    effect_ids: Option<Vec<Option<Uuid>>>,
    attempts: Option<Vec<Option<i32>>>,
    lease: default!(Option<Interval>, "'30 seconds'"),
    organization_id: default!(Option<Uuid>, "NULL"),
) -> TableIterator<'static, (name!(effect_id, Uuid), name!(status, Option<String>), name!(error, Option<String>))> {
    answer(move || {
        let worker = required("worker", worker)?;
        let (ids, attempts) = (elements("effect_ids", effect_ids)?, elements("attempts", attempts)?);
        let lease = required("lease", lease)?;
        let rows = caller::write(Capability::Worker, organization_id, None, None, |caller| {
            effect::extend(caller, &worker, ids, attempts, lease)
        })?;
        Ok(TableIterator::new(rows.into_iter().map(row)))
    })
}
