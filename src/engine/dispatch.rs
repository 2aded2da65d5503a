//! SQL effects, run by the scheduler in one transaction and two phases, so that no instance is locked while user code
//! runs: an application that updates its order and then sends an event would deadlock with a handler that updates
//! the same order.
//!
//! First effects are locked, with SKIP LOCKED, their functions run and their results stored: from then on no effect runs
//! again, whatever comes. Then the instances are locked in the order of their ids, as far as nobody holds them, and the
//! results given to them. What cannot be given now waits as a message. Nothing here waits for a lock.

use std::time::Duration;

use pgrx::Uuid;

use super::caller::{self, Caller};
use super::failure;
use super::handler::{self, Handlers};
use super::inbox::{self, Answer};
use super::outbox::{self, Wanted};
use super::run::{self, Bounds, Ended};
use crate::error::{Code, Error};
use crate::pg::jsonb::Jsonb;
use crate::pg::relcache::Watch;
use crate::pg::subtransaction::subtransaction;
use crate::pg::table::keeping;
use crate::pg::time::Timestamp;
use crate::settings;
use crate::store::effect::Effect;
use crate::store::instance;
use crate::store::organization::zero;
use crate::store::outbox::{self as stored, Held, Portion, Queue};
use crate::wake;

/// A batch ends after the function that passes this time: what functions have locked stays locked until the commit. While
/// the clock stands still no time passes.
const TIME: Duration = Duration::from_millis(20);
/// Effects that are locked and held in memory at once.
const CHUNK: usize = 100;
/// Queues of a code of which more are not looked at when asked for the next moment.
const LOOKED_AT: i32 = 64;
/// How long after an attempt that was marked nobody else takes it for dead. While it runs, its row is locked.
const LEASE: i64 = 2_000_000;

/// What is to be run.
pub struct Limits {
    pub effects: usize,
    /// One effect of a handler that wants a transaction of its own, instead of many of the others.
    pub alone: bool,
    /// Those whose ids are not lower.
    pub from: Uuid,
    /// Does everything that goes wrong in a transition count against it, errors of the session too?
    pub blame: bool,
}

impl Limits {
    /// So many effects that share their transaction.
    pub fn together(effects: usize) -> Self {
        Limits { effects, alone: false, from: zero(), blame: false }
    }
}

/// What a batch did.
#[derive(Default)]
pub struct Ran {
    pub completed: i32,
    pub failed: i32,
    /// There may be effects that want a transaction of their own.
    pub others_wait: bool,
}

fn highest() -> Uuid {
    Uuid::from_bytes([0xff; 16])
}

impl Ran {
    /// Attempts that were made.
    pub fn total(&self) -> i32 {
        self.completed + self.failed
    }
}

/// Runs a batch in the caller's transaction.
pub fn batch(caller: &Caller, limits: &Limits) -> Result<Ran, Error> {
    check_outside()?;
    let handlers = handler::all()?;
    let mut ran = Ran { others_wait: !limits.alone && handlers.have_alone(), ..Ran::default() };
    if !handlers.have_sql() || limits.alone && !handlers.have_alone() {
        return Ok(ran);
    }
    let fetch = |portions: &[Portion]| stored::lock(caller.now, portions, (limits.from, highest()));
    let accepts = |queue: &Queue| {
        let handler = handlers.find(queue.organization_id, &queue.code);
        handler.is_some_and(|handler| handler.call.is_some() && handler.batch != limits.alone)
    };
    let mut bounds = Bounds::new(settings::fake_now().is_none().then_some(TIME));
    let mut answers = Vec::new();
    let room = if limits.alone { 1 } else { limits.effects };
    loop {
        let done = (ran.completed + ran.failed) as usize;
        if done >= room || bounds.are_reached() {
            break;
        }
        let wanted = Wanted { now: caller.now, fetch: &fetch, codes: None, accepts: &accepts };
        let held = outbox::take(caller, &wanted, (room - done).min(CHUNK))?;
        if held.is_empty() {
            break;
        }
        run_held(caller, held, &handlers, &mut bounds, &mut ran, &mut answers)?;
    }
    give(caller, answers, bounds.subtransactions, limits.blame)?;
    Ok(ran)
}

/// Marks one effect up to this id as begun, for `run_marked` in another transaction: if its function ends the process,
/// the attempt counts.
pub fn mark(caller: &Caller, last: Uuid) -> Result<Option<Held>, Error> {
    let handlers = handler::all()?;
    if !handlers.have_sql() {
        return Ok(None);
    }
    let fetch = |portions: &[Portion]| stored::lock(caller.now, portions, (zero(), last));
    let accepts = |queue: &Queue| handlers.is_sql(queue.organization_id, &queue.code);
    let wanted = Wanted { now: caller.now, fetch: &fetch, codes: None, accepts: &accepts };
    let held = outbox::take(caller, &wanted, 1)?.pop();
    if let Some(held) = &held {
        held.mark(Timestamp(caller.now.0 + LEASE))?;
    }
    Ok(held)
}

/// Runs an effect that was marked.
pub fn run_marked(caller: &Caller, held: Held) -> Result<Ran, Error> {
    let mut ran = Ran::default();
    if let Some(held) = held.lock_marked()? {
        let mut bounds = Bounds::new(None);
        let mut answers = Vec::new();
        run_held(caller, vec![held], &*handler::all()?, &mut bounds, &mut ran, &mut answers)?;
        give(caller, answers, bounds.subtransactions, true)?;
    }
    Ok(ran)
}

/// Runs these effects now, as far as they are the scheduler's and nothing holds them back, whatever limits say: an
/// operator asks for it, and waits until all have had their turn.
pub fn run_now(caller: &Caller, mut effects: Vec<(Queue, Uuid)>) -> Result<(), Error> {
    let handlers = handler::all()?;
    effects.retain(|(queue, _)| handlers.is_sql(queue.organization_id, &queue.code));
    let Some((first, _)) = effects.first() else {
        return Ok(());
    };
    check_outside()?;
    let codes = effects.iter().map(|(queue, _)| queue.code.clone()).collect();
    let (organization, now) = (first.organization_id, caller.now);
    let free = stored::queues(Some(&codes), organization, organization, i32::MAX)?;
    let mut held = Vec::new();
    for (queue, id) in effects {
        if free.iter().any(|(free, _)| *free == queue) {
            let portion = Portion { queue, share: 1, is_limited: false, started_before: now };
            held.append(&mut stored::lock(now, &[portion], (id, id))?);
        }
    }
    let mut bounds = Bounds::new(None);
    let (mut ran, mut answers) = (Ran::default(), Vec::new());
    run_held(caller, held, &handlers, &mut bounds, &mut ran, &mut answers)?;
    give(caller, answers, bounds.subtransactions, false)
}

/// Refuses to run effects from the inside of one: it would meet those that its own transaction has locked.
fn check_outside() -> Result<(), Error> {
    if caller::is_inside_handler() {
        return Err(Error::new(Code::InstanceBusy, "the function of an effect cannot run the scheduler")
            .hint("What is due runs when the function has ended."));
    }
    Ok(())
}

/// Runs the functions of effects and stores what came of them.
fn run_held(
    caller: &Caller,
    held: Vec<Held>,
    handlers: &Handlers,
    bounds: &mut Bounds,
    ran: &mut Ran,
    answers: &mut Vec<(Effect, Option<Jsonb>)>,
) -> Result<(), Error> {
    let ended = wake::in_functions(|| run::run(&held, handlers, bounds))?;
    let mut done = Vec::with_capacity(held.len());
    let mut failed = Vec::new();
    for (held, ended) in held.iter().zip(ended) {
        match ended {
            Ended::Done(output) => done.push((held, output)),
            Ended::Failed(error) => failed.push((held, error)),
            Ended::Left => {}
        }
    }
    if !done.is_empty() {
        stored::complete(caller.now, &done)?;
    }
    ran.completed += done.len() as i32;
    for (held, error) in failed {
        failure::fail(caller, &held.effect, run::error_json(error), true, false)?;
        ran.failed += 1;
    }
    let mut outputs: Vec<(Uuid, Option<Jsonb>)> =
        done.into_iter().map(|(held, output)| (held.effect.id, output)).collect();
    outputs.reverse();
    for held in held {
        if outputs.last().is_some_and(|(id, _)| *id == held.effect.id)
            && let Some((_, output)) = outputs.pop()
            && held.effect.invoke_id.is_some()
        {
            answers.push((held.effect, output));
        }
    }
    Ok(())
}

/// Gives results to the instances that wait for them.
fn give(
    caller: &Caller,
    mut answers: Vec<(Effect, Option<Jsonb>)>,
    subtransactions: usize,
    blame: bool,
) -> Result<(), Error> {
    if answers.is_empty() {
        return Ok(());
    }
    answers.sort_by_key(|(effect, _)| (*effect.organization_id.as_bytes(), *effect.instance_id.as_bytes()));
    let mut owners: Vec<(Uuid, Uuid)> =
        answers.iter().map(|(effect, _)| (effect.organization_id, effect.instance_id)).collect();
    owners.dedup();
    let locked = instance::lock_many_skip(owners.into_iter())?;
    let give_all = || {
        let mut locked = locked.into_iter().peekable();
        let mut last = None;
        for (effect, output) in &answers {
            let owner = (effect.organization_id, effect.instance_id);
            let answer = Answer::Done(output.clone());
            let is_next = locked.peek().is_some_and(|next| (next.organization_id, next.id) == owner);
            let instance = if is_next {
                last = Some(owner);
                locked.next()
            } else if last == Some(owner) {
                // It has taken a step in between.
                instance::lock(owner.0, owner.1)?
            } else {
                None
            };
            match instance {
                Some(instance) => inbox::answer_locked(caller, &instance, effect, &answer)?,
                None => inbox::leave(caller, effect, &answer)?,
            }
        }
        Ok(())
    };
    match subtransaction(|| keeping(give_all)) {
        Ok(()) => Ok(()),
        Err(error) if error.is_of_the_session() && !blame => Err(error),
        Err(_) => give_singly(caller, &answers, subtransactions, blame),
    }
}

/// Gives results one by one, each in a subtransaction, as far as subtransactions go; the others wait as messages.
fn give_singly(
    caller: &Caller,
    answers: &[(Effect, Option<Jsonb>)],
    mut subtransactions: usize,
    blame: bool,
) -> Result<(), Error> {
    for (effect, output) in answers {
        let answer = Answer::Done(output.clone());
        let is_free = subtransactions > 0 && instance::lock_skip(effect.organization_id, effect.instance_id)?.is_some();
        if !is_free {
            inbox::leave(caller, effect, &answer)?;
            continue;
        }
        subtransactions -= 1;
        match inbox::answer(caller, effect, &answer) {
            Err(error) if error.is_of_the_session() && blame => inbox::leave(caller, effect, &answer)?,
            given => given?,
        }
    }
    Ok(())
}

/// Effects that may be queued without a word to the workers: by transactions that had begun when their handler was registered,
/// and saw none.
#[derive(Default)]
pub struct Latecomers {
    /// The transactions before this one.
    before: Option<i64>,
}

/// Handlers change here too, for a worker to notice.
static HANDLERS: Watch = Watch::new(c"wf", c"handler");

impl Latecomers {
    /// Surely none, as usual?
    pub fn are_excluded(&self) -> bool {
        HANDLERS.is_fresh() && self.before.is_none()
    }

    /// Is any to be awaited? What was queued is visible to transactions that begin after this has said no.
    pub fn are_awaited(&mut self) -> Result<bool, Error> {
        let is_new = !HANDLERS.is_fresh();
        HANDLERS.begin();
        let (oldest, next) = stored::open_transactions()?;
        if is_new {
            self.before = Some(next);
        }
        self.before = self.before.filter(|before| oldest < *before);
        Ok(self.before.is_some())
    }
}

/// The next moment at which an SQL effect is due; a moment in the past where some are and wait for somebody.
pub fn next(caller: &Caller) -> Result<Option<Timestamp>, Error> {
    let handlers = handler::all()?;
    if !handlers.have_sql() {
        return Ok(None);
    }
    let (first, last) = caller.organization.map_or((zero(), highest()), |organization| (organization, organization));
    let queues = stored::queues(None, first, last, LOOKED_AT)?;
    let is_sql = |queue: &Queue| handlers.is_sql(queue.organization_id, &queue.code);
    let due = queues.into_iter().filter(|(queue, _)| is_sql(queue)).map(|(_, due_at)| due_at);
    // Those of paused instances are never due.
    Ok(due.filter(|due_at| *due_at < Timestamp(i64::MAX)).min())
}
