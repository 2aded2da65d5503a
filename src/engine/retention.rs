//! Retention: finished instances go when they are old enough, in bounded batches, each with all its rows, unless
//! somebody holds them. Nothing waits for a lock, and nothing is remembered between batches but when to look next.

use std::time::Instant;

use pgrx::Uuid;
use pgrx::datum::Interval;

use super::caller::Caller;
use super::macrostep::{Cause, administrative_step};
use crate::error::{Code, Error};
use crate::pg::jsonb::Jsonb;
use crate::pg::time::Timestamp;
use crate::settings;
use crate::store::retention::{self, Rows};
use crate::store::{instance, organization};

/// Instances that one batch of the scheduler takes.
const BATCH: i32 = 500;
/// The most that one call takes: its transaction holds them until it ends.
const LARGEST: i32 = 10_000;
/// How long the scheduler rests when it found nothing.
const REST: i64 = 3_600 * 1_000_000;

/// What a purge did.
pub struct Purged {
    pub rows: Rows,
    /// There may be more to take.
    pub more: bool,
}

/// Deletes at most `limit` instances that ended before `older_than`; with `dry_run` counts all of them and deletes none.
pub fn purge(caller: &Caller, older_than: Option<Interval>, dry_run: bool, limit: i32) -> Result<Purged, Error> {
    if !(1..=LARGEST).contains(&limit) {
        return Err(Error::new(Code::InvalidArgument, format!("max_instances is {limit}"))
            .detail(format!("It lies between 1 and {LARGEST}."))
            .hint("Call again while more is true, each time in a transaction of its own."));
    }
    let before = match older_than {
        Some(age) => moment_before(caller.now, age)?,
        None => kept_from(caller.now).ok_or_else(|| {
            Error::new(Code::InvalidArgument, "older_than is NULL and pg_workflow.retention is not set")
                .hint("SELECT * FROM wf_purge('90 days', dry_run => true).")
        })?,
    };
    if dry_run {
        let mut rows = Rows::default();
        for organization in organizations(caller)? {
            rows.add(&retention::count(organization, before)?);
        }
        return Ok(Purged { more: rows.instances > 0, rows });
    }
    batch(caller, before, limit)
}

fn batch(caller: &Caller, before: Timestamp, limit: i32) -> Result<Purged, Error> {
    let mut rows = Rows::default();
    let mut left = limit;
    for organization in organizations(caller)? {
        let chosen = retention::choose(organization, before, left)?;
        if !chosen.is_empty() {
            left -= chosen.len() as i32;
            rows.add(&retention::delete(organization, &chosen)?);
        }
        if left == 0 {
            break;
        }
    }
    // What went may have been the parent of what can go now.
    Ok(Purged { more: rows.instances > 0, rows })
}

fn organizations(caller: &Caller) -> Result<Vec<Uuid>, Error> {
    caller.served().map_or_else(organization::all, Ok)
}

fn moment_before(now: Timestamp, age: Interval) -> Result<Timestamp, Error> {
    let before = retention::before(now, age)?;
    if before <= now {
        return Ok(before);
    }
    Err(Error::new(Code::InvalidDuration, "older_than is negative")
        .hint("Give the age at which a finished instance goes, such as '90 days'."))
}

/// What ended before this moment is older than `pg_workflow.retention`; None where everything is kept.
fn kept_from(now: Timestamp) -> Option<Timestamp> {
    settings::retention().map(|retention| Timestamp(now.0 - retention.as_micros() as i64))
}

/// The scheduler's batch. Gives how many instances went.
pub fn run_due(caller: &Caller) -> Result<i32, Error> {
    // Retention is the database's: whoever serves one organization leaves it to who serves all.
    let Some(before) = kept_from(caller.now).filter(|_| caller.organization.is_none()) else {
        return Ok(0);
    };
    if !retention::take(caller.now)? {
        return Ok(0);
    }
    let purged = batch(caller, before, BATCH)?;
    retention::plan(if purged.more { caller.now } else { Timestamp(caller.now.0 + REST) })?;
    Ok(purged.rows.instances as i32)
}

/// When the scheduler looks for old instances next; None where everything is kept.
pub fn next(organization: Option<Uuid>) -> Result<Option<Timestamp>, Error> {
    if organization.is_some() || settings::retention().is_none() {
        return Ok(None);
    }
    Ok(Some(retention::next()?.unwrap_or(Timestamp(0))))
}

/// Keeps an instance from every purge.
pub fn hold(caller: &Caller, id: Uuid, reason: Option<&str>) -> Result<(), Error> {
    let started = Instant::now();
    let instance = caller.lock(id)?;
    retention::hold(instance.organization_id, id, caller.now, caller.actor.as_deref(), reason)?;
    step(caller, &instance, "hold", reason, started)
}

/// Ends a hold. Was there one?
pub fn release(caller: &Caller, id: Uuid, reason: Option<&str>) -> Result<bool, Error> {
    let started = Instant::now();
    let instance = caller.lock(id)?;
    let held = retention::release(instance.organization_id, id)?;
    if held {
        step(caller, &instance, "release", reason, started)?;
    }
    Ok(held)
}

fn step(
    caller: &Caller,
    instance: &instance::Instance,
    kind: &'static str,
    reason: Option<&str>,
    started: Instant,
) -> Result<(), Error> {
    let cause = Cause { kind, note: reason.map(str::to_owned), ..Cause::default() };
    administrative_step(caller, instance, cause, started, Jsonb::object(|_| {}))
}
