//! One bounded batch of the scheduler, for whoever drives it: the workers keep a `Memory` from batch to batch, a
//! session that calls `wf_scheduler_tick` begins with an empty one.
//!
//! Candidates come without locks (`queue`). A chunk of them is locked with SKIP LOCKED, in the order of their
//! instances, read again in a new statement and fired, all in one subtransaction. Should one firing fail, the chunk
//! is rolled back and each of it runs in a subtransaction of its own, so that what fails is recorded and leaves the
//! others alone. Nothing here waits for a lock, except `insist`, in a transaction that holds nothing else.

use std::cell::Cell;
use std::time::{Duration, Instant};

use pgrx::Uuid;

use super::caller::Caller;
use super::dispatch::{self, Ran};
use super::queue::Memory;
use super::send::check_running;
use super::sla::climb;
use super::task::escalate;
use super::timer::fire;
use super::{child, effect, inbox, new_id, retention, schedule};
use crate::error::{Code, Error};
use crate::pg::subtransaction::subtransaction;
use crate::pg::table::keeping;
use crate::pg::time::Timestamp;
use crate::pg::{guc, transaction};
use crate::store;
use crate::store::due::{Due, Place};
use crate::store::instance::{self, Instance};
use crate::store::scheduler_run::{self, Run};
use crate::store::timer::{self, Timer};

/// Timers that a tick fires unless it is told otherwise, and the most that are locked at once.
const BATCH: i32 = 50;
/// A backend remembers 64 subtransactions; with more, every snapshot has to search for them.
pub const SUBTRANSACTIONS: usize = 60;
/// Firings of a timer before it is FAILED.
const ATTEMPTS: i32 = 3;
/// Seconds before a failed firing is tried again; doubled each time.
const FIRST_RETRY: i64 = 30;
/// How long `insist` waits for a lock: all other timers of the database wait with it.
const PATIENCE: &std::ffi::CStr = c"4ms";

/// How far a batch goes.
pub struct Limits {
    pub timers: i32,
    /// The batch ends after the firing that passes this time.
    pub time: Option<Duration>,
    /// Does everything that goes wrong in a firing count against the timer, errors of the session too? A worker has
    /// nobody to pass them to, and a guard that raises one must not stop the others for ever.
    pub blame: bool,
}

/// What a batch did.
#[derive(Default)]
pub struct Outcome {
    pub fired: i32,
    pub failed: i32,
    /// It ended at a limit: there may be more to do at once.
    pub more: bool,
}

/// What `wf_scheduler_tick` answers.
pub struct Report {
    pub run_id: Uuid,
    pub timers_fired: i32,
    /// SQL effects that ran and child workflows that were started.
    pub effects_run: i32,
    /// Instances of which a service level warned, was breached or escalated.
    pub instances_escalated: i32,
    pub tasks_escalated: i32,
    pub duration_ms: f64,
    pub next_run_at: Option<Timestamp>,
}

/// How much one call does, of each kind.
pub struct Share {
    pub timers: i32,
    /// SQL effects; schedules, children, expired leases and messages, each.
    pub effects: i32,
    /// Instances whose service levels speak.
    pub instances: i32,
    pub tasks: i32,
}

impl Share {
    /// What a batch does unless it is told otherwise.
    pub const DEFAULT: Share = Share { timers: BATCH, effects: BATCH, instances: BATCH, tasks: BATCH };

    /// What is left of it behind what was done.
    fn rest(&self, done: &Report) -> Share {
        Share {
            timers: self.timers - done.timers_fired,
            effects: self.effects - done.effects_run,
            instances: self.instances - done.instances_escalated,
            tasks: self.tasks - done.tasks_escalated,
        }
    }
}

/// Does what is due, at most the share; with `dry_run` only counts timers, instances and tasks.
pub fn tick(caller: &Caller, share: &Share, dry_run: bool) -> Result<Report, Error> {
    let started = Instant::now();
    if [share.timers, share.effects, share.instances, share.tasks].iter().any(|limit| *limit < 0) {
        return Err(Error::new(Code::InvalidArgument, "a limit is negative"));
    }
    if !transaction::is_read_committed() {
        return Err(Error::new(Code::InvalidArgument, "the scheduler runs in READ COMMITTED only")
            .hint("SET TRANSACTION ISOLATION LEVEL READ COMMITTED."));
    }
    let mut report = Report {
        run_id: new_id(),
        timers_fired: 0,
        effects_run: 0,
        instances_escalated: 0,
        tasks_escalated: 0,
        duration_ms: 0.0,
        next_run_at: None,
    };
    let parts = caller.parts();
    if !dry_run {
        // First, because no instance may be locked while their functions run.
        for part in &parts {
            let (ran, was_alone) = run_effects(part, share.rest(&report).effects)?;
            report.run_id = record_run(part, "call", &Outcome::default(), &Carried::of_effects(&ran), started)?;
            report.effects_run += ran.total();
            if was_alone {
                report.next_run_at = Some(caller.now);
                report.duration_ms = millis(started);
                return Ok(report);
            }
        }
    }
    for part in parts {
        let rest = share.rest(&report);
        if dry_run {
            let due = timer::QUEUE.due(part.organization, part.now, Place::first(), rest.timers)?;
            report.timers_fired += due.len() as i32;
            report.instances_escalated += climb::count_due(&part, rest.instances)?;
            report.tasks_escalated += escalate::due(&part, rest.tasks)?;
        } else {
            let limits = Limits { timers: rest.timers, time: None, blame: false };
            let fired = batch(&part, &mut Memory::default(), &limits)?;
            let carried = carry_on(&part, &rest)?;
            if fired.fired + fired.failed + carried.total() > 0 {
                report.run_id = record_run(&part, "call", &fired, &carried, started)?;
            }
            report.timers_fired += fired.fired;
            report.effects_run += carried.children;
            report.instances_escalated += carried.instances;
            report.tasks_escalated += carried.tasks;
        }
        report.next_run_at = [report.next_run_at, next_run(&part)?].into_iter().flatten().min();
    }
    report.duration_ms = millis(started);
    Ok(report)
}

thread_local! {
    /// Effects that want a transaction of their own come first every other time.
    static ALONE_FIRST: Cell<bool> = const { Cell::new(false) };
}

/// Runs SQL effects, or one that is to be alone in its transaction. Was it one of those?
fn run_effects(caller: &Caller, limit: i32) -> Result<(Ran, bool), Error> {
    if limit <= 0 {
        return Ok((Ran::default(), false));
    }
    let together = dispatch::Limits::together(limit.unsigned_abs() as usize);
    let alone = dispatch::Limits { alone: true, ..dispatch::Limits::together(1) };
    let alone_first = ALONE_FIRST.replace(!ALONE_FIRST.get());
    let (first, second) = if alone_first { (&alone, &together) } else { (&together, &alone) };
    let ran = dispatch::batch(caller, first)?;
    if ran.total() > 0 {
        return Ok((ran, first.alone));
    }
    let ran = dispatch::batch(caller, second)?;
    let was_alone = second.alone && ran.total() > 0;
    Ok((ran, was_alone))
}

fn millis(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1000.0
}

/// Writes a run into the log, unless there was nothing to do, and gives its id.
pub fn record_run(
    caller: &Caller,
    driver: &str,
    timers: &Outcome,
    carried: &Carried,
    started: Instant,
) -> Result<Uuid, Error> {
    let id = new_id();
    if timers.fired + timers.failed + carried.total() == 0 {
        return Ok(id);
    }
    scheduler_run::insert(&Run {
        id,
        organization: caller.organization,
        started_at: caller.now,
        duration_ms: millis(started),
        driver,
        timers_fired: timers.fired,
        timers_failed: timers.failed,
        effects_run: carried.effects + carried.children,
        leases_expired: carried.expired,
        messages_delivered: carried.delivered,
        schedules_run: carried.scheduled,
        instances_escalated: carried.instances,
        tasks_escalated: carried.tasks,
        instances_purged: carried.purged,
    })?;
    // The last byte is random: one run in 64 clears up.
    if id.as_bytes()[15].is_multiple_of(64) {
        scheduler_run::trim()?;
    }
    Ok(id)
}

/// The next moment at which anything is due.
pub fn next_run(caller: &Caller) -> Result<Option<Timestamp>, Error> {
    let moments = [timer::next(caller.organization)?, next_other(caller.organization)?, dispatch::next(caller)?];
    Ok(moments.into_iter().flatten().min())
}

/// What was done besides timers.
#[derive(Default)]
pub struct Carried {
    /// SQL effects that ran.
    pub effects: i32,
    /// Child workflows that were started.
    pub children: i32,
    /// Leases that ran out.
    pub expired: i32,
    /// Messages that arrived.
    pub delivered: i32,
    /// Instances that schedules were to start.
    pub scheduled: i32,
    /// Instances of which a service level warned, was breached or escalated.
    pub instances: i32,
    /// Tasks that went one rung up.
    pub tasks: i32,
    /// Instances whose retention was over.
    pub purged: i32,
}

impl Carried {
    /// Of a batch of SQL effects.
    pub fn of_effects(ran: &Ran) -> Self {
        Carried { effects: ran.total(), ..Carried::default() }
    }

    /// Everything together.
    pub fn total(&self) -> i32 {
        let found = self.effects + self.children + self.expired + self.delivered;
        found + self.scheduled + self.instances + self.tasks + self.purged
    }
}

/// Everything but timers and SQL effects: runs schedules, ends leases that ran out, starts children, delivers messages, lets
/// service levels speak and escalates tasks, at most the share, and takes a batch of instances whose retention is over.
pub fn carry_on(caller: &Caller, share: &Share) -> Result<Carried, Error> {
    Ok(Carried {
        effects: 0,
        scheduled: schedule::run_due(caller, share.effects)?,
        expired: effect::expire_leases(caller, share.effects)?,
        children: child::start_due(caller, share.effects)?,
        delivered: inbox::deliver_due(caller, share.effects)?,
        instances: climb::run_due(caller, share.instances)?,
        tasks: escalate::run_due(caller, share.tasks)?,
        purged: retention::run_due(caller)?,
    })
}

/// The next moment at which anything but a timer is due.
pub fn next_other(organization: Option<Uuid>) -> Result<Option<Timestamp>, Error> {
    let moments = [
        store::effect::next_work(organization)?,
        store::schedule::next(organization)?,
        store::sla::next(organization)?,
        store::task::next(organization)?,
        retention::next(organization)?,
    ];
    Ok(moments.into_iter().flatten().min())
}

/// What became of a candidate.
enum Did {
    Fired,
    Failed,
    /// Somebody holds its instance, or the instance takes no events now.
    Busy,
    /// Somebody else fired or cancelled it.
    Gone,
    /// The time was over before its turn.
    Left,
}

/// Fires what is due, in the caller's transaction, until nothing is or a limit is reached.
pub fn batch(caller: &Caller, memory: &mut Memory, limits: &Limits) -> Result<Outcome, Error> {
    let deadline = limits.time.map(|time| Instant::now() + time);
    let mut outcome = Outcome::default();
    let mut subtransactions = 0;
    loop {
        let room = limits.timers - outcome.fired - outcome.failed;
        let is_over = deadline.is_some_and(|deadline| Instant::now() >= deadline);
        if room <= 0 || is_over || subtransactions >= SUBTRANSACTIONS {
            outcome.more = true;
            return Ok(outcome);
        }
        let chunk = memory.chunk(caller, room.min(BATCH) as usize)?;
        if chunk.is_empty() {
            return Ok(outcome);
        }
        subtransactions += 1;
        let done = match subtransaction(|| keeping(|| fire_together(caller, &chunk, deadline))) {
            Ok(done) => done,
            Err(error) => {
                if error.is_of_the_session() && !limits.blame {
                    return Err(error);
                }
                fire_singly(caller, &chunk, &mut subtransactions, limits)?
            }
        };
        for (due, did) in chunk.into_iter().zip(done) {
            match did {
                Did::Fired => {
                    memory.forget(&due);
                    outcome.fired += 1;
                }
                Did::Failed => {
                    memory.forget(&due);
                    outcome.failed += 1;
                }
                Did::Busy => memory.postpone(due),
                Did::Gone => memory.forget(&due),
                Did::Left => memory.put_back(due),
            }
        }
    }
}

/// Fires a chunk, each timer of another instance, in the subtransaction that is open.
fn fire_together(caller: &Caller, chunk: &[Due], deadline: Option<Instant>) -> Result<Vec<Did>, Error> {
    let mut order: Vec<&Due> = chunk.iter().collect();
    order.sort_by_key(|due| (*due.organization_id.as_bytes(), *due.instance_id.as_bytes()));
    let locked = instance::lock_many_skip(order.iter().map(|due| (due.organization_id, due.instance_id)))?;
    let find = |due: &Due| {
        locked.iter().find(|instance| instance.id == due.instance_id && instance.organization_id == due.organization_id)
    };
    let held: Vec<(usize, &Due, &Instance)> =
        chunk.iter().enumerate().filter_map(|(place, due)| find(due).map(|instance| (place, due, instance))).collect();
    let mut done: Vec<Did> = chunk.iter().map(|_| Did::Busy).collect();
    held.iter().for_each(|(place, ..)| done[*place] = Did::Gone);
    let mut ready = Vec::new();
    for (number, timer) in timer::read_many(&held.iter().map(|(_, due, _)| *due).collect::<Vec<_>>())? {
        let (place, due, instance) = held[number];
        match readiness(caller, instance, &timer) {
            None => ready.push((place, due, instance, timer)),
            Some(did) => done[place] = did,
        }
    }
    for (place, due, instance, timer) in ready {
        if deadline.is_some_and(|deadline| Instant::now() >= deadline) {
            done[place] = Did::Left;
        } else {
            fire(caller, instance, due.id, &timer)?;
            done[place] = Did::Fired;
        }
    }
    Ok(done)
}

/// Fires a chunk one by one, each in a subtransaction, as far as subtransactions go.
fn fire_singly(
    caller: &Caller,
    chunk: &[Due],
    subtransactions: &mut usize,
    limits: &Limits,
) -> Result<Vec<Did>, Error> {
    let mut done = Vec::with_capacity(chunk.len());
    for due in chunk {
        if *subtransactions >= SUBTRANSACTIONS {
            done.push(Did::Left);
            continue;
        }
        *subtransactions += 1;
        let fired = subtransaction(|| match instance::lock_skip(due.organization_id, due.instance_id)? {
            Some(instance) => fire_locked(caller, due, &instance),
            None => Ok(Did::Busy),
        });
        done.push(match fired {
            Ok(did) => did,
            Err(error) if error.is_of_the_session() && !limits.blame => return Err(error),
            Err(error) => {
                *subtransactions += 1;
                record(caller, due, &error)?
            }
        });
    }
    Ok(done)
}

fn fire_locked(caller: &Caller, due: &Due, instance: &Instance) -> Result<Did, Error> {
    match timer::read(due.organization_id, due.instance_id, due.id)? {
        Some(timer) => fire_if_due(caller, due, instance, &timer),
        None => Ok(Did::Gone),
    }
}

fn fire_if_due(caller: &Caller, due: &Due, instance: &Instance, timer: &Timer) -> Result<Did, Error> {
    if let Some(did) = readiness(caller, instance, timer) {
        return Ok(did);
    }
    fire(caller, instance, due.id, timer)?;
    Ok(Did::Fired)
}

/// Why a timer of a locked instance is not to be fired now; None where it is.
fn readiness(caller: &Caller, instance: &Instance, timer: &Timer) -> Option<Did> {
    if !is_due(timer, caller) {
        Some(Did::Gone)
    } else if check_running(instance).is_err() {
        Some(Did::Busy)
    } else {
        None
    }
}

fn is_due(timer: &Timer, caller: &Caller) -> bool {
    timer.status == "PENDING"
        && timer.fire_at <= caller.now
        && timer.retry_at.is_none_or(|retry_at| retry_at <= caller.now)
}

/// Records a firing that failed.
fn record(caller: &Caller, due: &Due, error: &Error) -> Result<Did, Error> {
    subtransaction(|| {
        if instance::lock_skip(due.organization_id, due.instance_id)?.is_none() {
            return Ok(Did::Busy);
        }
        let timer = timer::read(due.organization_id, due.instance_id, due.id)?;
        let Some(timer) = timer.filter(|timer| is_due(timer, caller)) else {
            return Ok(Did::Gone);
        };
        timer::failed(due, &error.summary(), retry_at(timer.attempts, caller.now))?;
        Ok(Did::Failed)
    })
}

/// When a firing that failed now is tried again, after so many attempts before it; never where they are spent.
pub fn retry_at(attempts: i32, now: Timestamp) -> Option<Timestamp> {
    (attempts + 1 < ATTEMPTS).then(|| Timestamp(now.0 + (FIRST_RETRY << attempts) * 1_000_000))
}

/// Fires one timer whose instance was held each time before, waiting for it a moment. In a transaction of its own.
pub fn insist(caller: &Caller, due: &Due, memory: &mut Memory) -> Result<Outcome, Error> {
    guc::set_local(c"lock_timeout", PATIENCE);
    let mut outcome = Outcome::default();
    let waited = subtransaction(|| instance::lock(due.organization_id, due.instance_id));
    let did = match waited {
        Ok(Some(instance)) => match subtransaction(|| fire_locked(caller, due, &instance)) {
            Ok(did) => did,
            Err(error) => record(caller, due, &error)?,
        },
        Ok(None) => Did::Gone,
        Err(Error::Postgres(report)) if report.sqlstate.to_string() == "55P03" => Did::Busy,
        Err(error) => return Err(error),
    };
    match did {
        Did::Fired => outcome.fired = 1,
        Did::Failed => outcome.failed = 1,
        Did::Busy => {
            memory.postpone(due.clone());
            return Ok(outcome);
        }
        Did::Gone | Did::Left => {}
    }
    memory.forget(due);
    Ok(outcome)
}
