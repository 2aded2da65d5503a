//! One bounded batch of the scheduler: timers that are due.
//!
//! Candidates are read without locks, then each instance is locked with SKIP LOCKED and the timer is read again: what
//! somebody else fired or cancelled in between is passed over, and an instance that somebody holds waits for the next
//! batch. Each firing is a subtransaction of its own, so that one that fails leaves the others alone.

use std::time::Instant;

use pgrx::Uuid;

use super::caller::Caller;
use super::timer::fire;
use super::{child, effect, inbox, new_id, schedule, send};
use crate::error::{Code, Error};
use crate::pg::subtransaction::subtransaction;
use crate::pg::time::Timestamp;
use crate::pg::transaction;
use crate::store;
use crate::store::timer::{self, Due};
use crate::store::{instance, timer::Timer};

/// Fewer than the 64 subtransactions that a backend remembers without a search in pg_subtrans.
pub const BATCH: i32 = 50;
/// Firings of a timer before it is FAILED.
const ATTEMPTS: i32 = 3;
/// Seconds before a failed firing is tried again; doubled each time.
const FIRST_RETRY: i64 = 30;

/// What a batch did.
pub struct Report {
    pub run_id: Uuid,
    pub timers_fired: i32,
    /// Child workflows that were started.
    pub effects_run: i32,
    pub duration_ms: f64,
    pub next_run_at: Option<Timestamp>,
}

/// Fires at most `max_timers` timers that are due, and carries at most `max_effects` children, expired leases and messages
/// on; with `dry_run` only counts the timers.
pub fn tick(caller: &Caller, max_timers: i32, max_effects: i32, dry_run: bool) -> Result<Report, Error> {
    let started = Instant::now();
    if max_timers < 0 || max_effects < 0 {
        return Err(Error::new(Code::InvalidArgument, "a limit is negative"));
    }
    if !transaction::is_read_committed() {
        return Err(Error::new(Code::InvalidArgument, "the scheduler runs in READ COMMITTED only")
            .hint("SET TRANSACTION ISOLATION LEVEL READ COMMITTED."));
    }
    let due = timer::due(caller.now, caller.organization, max_timers)?;
    let mut fired = 0;
    let mut effects = 0;
    if dry_run {
        fired = due.len() as i32;
    } else {
        for candidate in &due {
            fired += i32::from(attempt(caller, candidate)?);
        }
        schedule::run_due(caller, max_effects)?;
        effect::expire_leases(caller, max_effects)?;
        effects = child::start_due(caller, max_effects)?;
        inbox::deliver_due(caller, max_effects)?;
    }
    Ok(Report {
        run_id: new_id(),
        timers_fired: fired,
        effects_run: effects,
        duration_ms: started.elapsed().as_secs_f64() * 1000.0,
        next_run_at: next_run(caller)?,
    })
}

/// Fires one candidate, unless somebody else holds its instance or was faster. Has it fired?
fn attempt(caller: &Caller, due: &Due) -> Result<bool, Error> {
    let result = subtransaction(|| fire_due(caller, due));
    let error = match result {
        Ok(fired) => return Ok(fired),
        Err(error) if error.is_of_the_session() => return Err(error),
        Err(error) => error,
    };
    subtransaction(|| {
        let Some(instance) = instance::lock_skip(due.organization_id, due.instance_id)? else {
            return Ok(());
        };
        let Some(timer) = timer::read(due.organization_id, instance.id, due.id)?.filter(|timer| is_due(timer, caller))
        else {
            return Ok(());
        };
        timer::failed(due, &error.summary(), retry_at(timer.attempts, caller.now))
    })?;
    Ok(false)
}

/// When a firing that failed now is tried again, after so many attempts before it; never where they are spent.
pub fn retry_at(attempts: i32, now: Timestamp) -> Option<Timestamp> {
    (attempts + 1 < ATTEMPTS).then(|| Timestamp(now.0 + (FIRST_RETRY << attempts) * 1_000_000))
}

fn fire_due(caller: &Caller, due: &Due) -> Result<bool, Error> {
    let Some(instance) = instance::lock_skip(due.organization_id, due.instance_id)? else {
        return Ok(false);
    };
    let timer = timer::read(due.organization_id, instance.id, due.id)?;
    let Some(timer) = timer.filter(|timer| is_due(timer, caller) && send::check_running(&instance).is_ok()) else {
        return Ok(false);
    };
    fire(caller, &instance, due.id, &timer)?;
    Ok(true)
}

fn is_due(timer: &Timer, caller: &Caller) -> bool {
    timer.status == "PENDING" && timer.fire_at <= caller.now
}

/// The next moment at which anything is due.
pub fn next_run(caller: &Caller) -> Result<Option<Timestamp>, Error> {
    let moments = [
        timer::next(caller.organization)?,
        store::effect::next_work(caller.organization)?,
        store::schedule::next(caller.organization)?,
    ];
    Ok(moments.into_iter().flatten().min())
}
