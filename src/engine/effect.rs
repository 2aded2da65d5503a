//! Effects in the hands of external workers: claimed, answered, prolonged.
//!
//! A worker names itself and the attempt, so that a holder whose lease passed to another can neither complete nor fail
//! what it no longer holds. A result is stored before it is used: whatever becomes of the transition that it causes, the
//! effect does not run again.

use std::collections::HashMap;

use pgrx::Uuid;
use pgrx::datum::Interval;

use super::caller::{Caller, check_size, check_text};
use super::inbox::{self, Answer};
use super::outbox::{self, Wanted};
use super::{failure, handler};
use crate::error::{Code, Error};
use crate::pg::jsonb::Jsonb;
use crate::pg::time::Timestamp;
use crate::store::effect::{self, Effect};
use crate::store::outbox::{self as stored, Portion, Queue, Taken, Taker};
use crate::store::{instance, timer};

/// The most effects that one call takes or answers.
const LARGEST_BATCH: usize = 10_000;

/// What became of one answer.
pub struct Answered {
    pub effect_id: Uuid,
    /// The effect's status; None where there is no such effect.
    pub status: Option<String>,
    /// Why the answer was not accepted.
    pub error: Option<String>,
}

/// Takes effects for a worker until its lease ends.
pub fn claim(
    caller: &Caller,
    worker: &str,
    codes: Option<Vec<String>>,
    max_effects: i32,
    lease: Interval,
) -> Result<(Vec<Taken>, Timestamp), Error> {
    check_text("worker", worker)?;
    if !(1..=LARGEST_BATCH as i32).contains(&max_effects) {
        return Err(Error::new(Code::InvalidArgument, format!("max_effects is {max_effects}"))
            .detail(format!("It lies between 1 and {LARGEST_BATCH}.")));
    }
    let lease_until = lease_end(caller, lease)?;
    let taker = Taker { worker, now: caller.now, lease_until };
    let handlers = handler::all()?;
    let accepts =
        |queue: &Queue| caller.serves(queue.organization_id) && !handlers.is_sql(queue.organization_id, &queue.code);
    let fetch = |portions: &[Portion]| stored::take(&taker, portions);
    let wanted = Wanted { now: caller.now, fetch: &fetch, codes, accepts: &accepts };
    let mut taken = outbox::take(caller, &wanted, max_effects as usize)?;
    taken.sort_by_key(|effect| *effect.id.as_bytes());
    Ok((taken, lease_until))
}

/// Completes effects; each result becomes the answer of its invoke, if one waits.
pub fn complete(
    caller: &Caller,
    worker: &str,
    ids: Vec<Uuid>,
    attempts: Vec<i32>,
    outputs: Option<Vec<Option<Jsonb>>>,
) -> Result<Vec<Answered>, Error> {
    let outputs = outputs.unwrap_or_else(|| vec![None; ids.len()]);
    check_lists(&ids, &[("attempts", attempts.len()), ("outputs", outputs.len())])?;
    for output in &outputs {
        check_size("an output", output.as_ref())?;
    }
    let completed =
        caller.gather(|organization| effect::complete(worker, caller.now, &ids, &attempts, &outputs, organization))?;
    let waiting = || completed.iter().filter(|completed| completed.effect.invoke_id.is_some());
    let owners: Vec<(Uuid, Uuid)> = waiting().map(|completed| owner(&completed.effect)).collect();
    if !owners.is_empty() {
        instance::lock_many(&owners)?;
    }
    for completed in waiting() {
        inbox::answer(caller, &completed.effect, &Answer::Done(completed.output.clone()))?;
    }
    let statuses = completed.iter().map(|completed| (*completed.effect.id.as_bytes(), "COMPLETED")).collect();
    report(caller, ids, &statuses)
}

/// Fails effects: each is tried again as its policy says, or has failed for good.
pub fn fail(
    caller: &Caller,
    worker: &str,
    ids: Vec<Uuid>,
    attempts: Vec<i32>,
    errors: Option<Vec<Option<Jsonb>>>,
    retryable: bool,
) -> Result<Vec<Answered>, Error> {
    let errors = errors.unwrap_or_else(|| vec![None; ids.len()]);
    check_lists(&ids, &[("attempts", attempts.len()), ("errors", errors.len())])?;
    for error in &errors {
        check_size("an error", error.as_ref())?;
    }
    let held = caller.gather(|organization| effect::held(worker, &ids, &attempts, organization))?;
    let owners: Vec<(Uuid, Uuid)> =
        held.iter().filter(|(effect, _)| effect.invoke_id.is_some()).map(|(effect, _)| owner(effect)).collect();
    if !owners.is_empty() {
        instance::lock_many(&owners)?;
    }
    let mut statuses = HashMap::new();
    for (effect, ordinal) in &held {
        let error = errors[*ordinal as usize - 1].clone();
        let error = match error {
            Some(error) if error.is_object() => error,
            Some(error) => failure::error_json(Code::EffectFailed.word(), &error.as_plain_text().unwrap_or_default()),
            None => failure::error_json(Code::EffectFailed.word(), "the worker gave no error"),
        };
        statuses.insert(*effect.id.as_bytes(), failure::fail(caller, effect, error, retryable, true)?);
    }
    report(caller, ids, &statuses)
}

/// Prolongs the leases of effects.
pub fn extend(
    caller: &Caller,
    worker: &str,
    ids: Vec<Uuid>,
    attempts: Vec<i32>,
    lease: Interval,
) -> Result<Vec<Answered>, Error> {
    check_lists(&ids, &[("attempts", attempts.len())])?;
    let lease_until = lease_end(caller, lease)?;
    let held = caller.gather(|organization| effect::extend(worker, lease_until, &ids, &attempts, organization))?;
    report(caller, ids, &held.iter().map(|id| (*id.as_bytes(), "EXECUTING")).collect())
}

/// Ends the attempts of workers whose leases ran out, at most `limit`, and gives how many.
pub fn expire_leases(caller: &Caller, limit: i32) -> Result<i32, Error> {
    let expired = effect::expired(caller.now, caller.organization, limit)?;
    for (effect, was_ours) in &expired {
        let (kind, message) = match was_ours {
            true => ("57P02", "the process ended while it ran the function"),
            false => ("LEASE_EXPIRED", "the worker did not answer before its lease ended"),
        };
        let error = failure::error_json(kind, message);
        failure::fail(caller, effect, error, true, false)?;
    }
    Ok(expired.len() as i32)
}

/// The instance that an effect belongs to.
fn owner(effect: &Effect) -> (Uuid, Uuid) {
    (effect.organization_id, effect.instance_id)
}

fn lease_end(caller: &Caller, lease: Interval) -> Result<Timestamp, Error> {
    let end = timer::moment(caller.now, lease)?;
    if end <= caller.now {
        return Err(Error::new(Code::InvalidDuration, "the lease is not longer than nothing")
            .hint("Give lease => interval '30 seconds'."));
    }
    Ok(end)
}

fn check_lists(ids: &[Uuid], lists: &[(&str, usize)]) -> Result<(), Error> {
    if ids.len() > LARGEST_BATCH {
        return Err(Error::new(Code::InvalidArgument, format!("{} effects in one call", ids.len()))
            .detail(format!("At most {LARGEST_BATCH} are answered at once.")));
    }
    match lists.iter().find(|(_, length)| *length != ids.len()) {
        None => Ok(()),
        Some((name, length)) => {
            Err(Error::new(Code::InvalidArgument, format!("effect_ids and {name} have different lengths"))
                .detail(format!("effect_ids has {}, {name} has {length}.", ids.len())))
        }
    }
}

/// One row for each effect asked about, in the order asked.
fn report(caller: &Caller, ids: Vec<Uuid>, accepted: &HashMap<[u8; 16], &'static str>) -> Result<Vec<Answered>, Error> {
    let refused: Vec<Uuid> = ids.iter().filter(|id| !accepted.contains_key(id.as_bytes())).copied().collect();
    let found: HashMap<[u8; 16], String> = if refused.is_empty() {
        HashMap::new()
    } else {
        caller
            .gather(|organization| effect::status(&refused, organization))?
            .into_iter()
            .map(|(id, status)| (*id.as_bytes(), status))
            .collect()
    };
    Ok(ids
        .into_iter()
        .map(|effect_id| {
            if let Some(status) = accepted.get(effect_id.as_bytes()) {
                return Answered { effect_id, status: Some((*status).to_owned()), error: None };
            }
            let status = found.get(effect_id.as_bytes()).cloned();
            let code = match status.as_deref() {
                None => Code::EffectNotFound,
                Some("COMPLETED") => Code::EffectAlreadyCompleted,
                Some(_) => Code::LeaseExpired,
            };
            Answered { effect_id, status, error: Some(code.word().to_owned()) }
        })
        .collect())
}
