//! Which effects are taken next, for workers and for the scheduler alike: queue by queue, so that organizations take
//! turns and a code that is held, at its limit or somebody else's costs one probe. Nothing here runs an effect.
//!
//! A limit is counted from rows, by one taker at a time: whoever finds its lock taken leaves those queues to the other.

use std::cell::RefCell;
use std::collections::HashMap;

use pgrx::Uuid;

use super::caller::Caller;
use super::{definition, handler};
use crate::chart::Limits;
use crate::error::{Code, Error};
use crate::pg::jsonb::Jsonb;
use crate::pg::time::Timestamp;
use crate::pg::transaction;
use crate::settings;
use crate::store::organization;
use crate::store::outbox::{self, Portion, Queue, Scope};

/// Queues of one code that are looked at together.
const WINDOW: usize = 64;
/// Lists of codes whose turns a session remembers before it begins anew.
const TURNS: usize = 100;

thread_local! {
    /// Where the next taking of these codes begins, while there is more than one could take.
    static TURN: RefCell<HashMap<Option<Vec<String>>, Uuid>> = RefCell::new(HashMap::new());
}

/// What is to be taken.
pub struct Wanted<'a, T> {
    pub now: Timestamp,
    /// Takes the portions of queues.
    pub fetch: &'a dyn Fn(&[Portion]) -> Result<Vec<T>, Error>,
    /// None: whatever has no other taker.
    pub codes: Option<Vec<String>>,
    pub accepts: &'a dyn Fn(&Queue) -> bool,
}

impl<T> Wanted<'_, T> {
    /// Those of the queues from which something can be taken now.
    fn of(&self, queues: Vec<(Queue, Timestamp)>) -> Vec<Queue> {
        let due = queues.into_iter().filter(|(_, due_at)| *due_at <= self.now).map(|(queue, _)| queue);
        due.filter(|queue| (self.accepts)(queue)).collect()
    }
}

/// Tells workers that listen, at commit, that there is something for them among these codes. However often a transaction
/// calls it, one notification is sent.
pub fn announce<'a>(organization: Uuid, mut codes: impl Iterator<Item = &'a str>) -> Result<(), Error> {
    if !settings::notify_effects() {
        return Ok(());
    }
    let handlers = handler::all()?;
    if codes.any(|code| code != "wf.workflow" && !handlers.is_sql(organization, code)) {
        outbox::notify()?;
    }
    Ok(())
}

/// Takes at most `limit` effects: of each organization about as many, within a queue the oldest.
pub fn take<T: AsRef<Queue>>(caller: &Caller, wanted: &Wanted<T>, limit: usize) -> Result<Vec<T>, Error> {
    let mut taken = Vec::new();
    let mut budgets = Budgets { now: wanted.now, scopes: HashMap::new(), queues: HashMap::new() };
    let parts = caller.parts();
    if parts.iter().all(|part| part.organization.is_some()) {
        let queues = caller.gather(|organization| match organization {
            Some(only) => outbox::queues(wanted.codes.as_ref(), only, only, i32::MAX),
            None => Ok(Vec::new()),
        })?;
        let begin = turn_of(&wanted.codes).unwrap_or(organization::zero());
        let next = take_from(wanted, wanted.of(queues), begin, limit, &mut budgets, &mut taken)?;
        remember_turn(&wanted.codes, next);
        return Ok(taken);
    }
    let window = limit.clamp(8, WINDOW);
    let look = |from: Uuid, to: Uuid| {
        let queues = outbox::queues(wanted.codes.as_ref(), from, to, window as i32)?;
        let end = end_of(&queues, window);
        Ok::<_, Error>((wanted.of(queues), end))
    };
    let (zero, highest) = (organization::zero(), Uuid::from_bytes([0xff; 16]));
    let mut begin = turn_of(&wanted.codes);
    let (mut queues, mut end) = look(begin.unwrap_or(zero), highest)?;
    if begin.is_none() && (end.is_some() || queues.len() > limit) {
        // Or all sessions that claim once and go would begin at the same organization.
        begin = organization::any()?;
        (queues, end) = look(begin.unwrap_or(zero), highest)?;
    }
    let begin = begin.unwrap_or(zero);
    let (mut turn, mut last) = (begin, highest);
    let next = loop {
        if end.is_none() && last == highest && begin != zero {
            // Those at the beginning are next in turn, and share with the last ones.
            last = step(begin, -1).unwrap_or(zero);
            let (first, first_end) = look(zero, last)?;
            queues.extend(first);
            end = first_end;
        }
        let unserved = take_from(wanted, queues, turn, limit - taken.len(), &mut budgets, &mut taken)?;
        if unserved.is_some() || taken.len() >= limit {
            break unserved.or(end);
        }
        let Some(next) = end else {
            break None;
        };
        turn = next;
        (queues, end) = look(turn, last)?;
    };
    remember_turn(&wanted.codes, next);
    Ok(taken)
}

fn turn_of(codes: &Option<Vec<String>>) -> Option<Uuid> {
    TURN.with_borrow(|turns| turns.get(codes).copied())
}

fn remember_turn(codes: &Option<Vec<String>>, next: Option<Uuid>) {
    TURN.with_borrow_mut(|turns| {
        if turns.len() >= TURNS {
            turns.clear();
        }
        match next {
            Some(next) => turns.insert(codes.clone(), next),
            None => turns.remove(codes),
        }
    });
}

/// The first organization that a look at queues may not have reached: behind the last one of a code that had more than
/// was asked for.
fn end_of(queues: &[(Queue, Timestamp)], window: usize) -> Option<Uuid> {
    let full = queues.chunk_by(|(one, _), (other, _)| one.code == other.code).filter(|of_code| of_code.len() >= window);
    let end = full.filter_map(|of_code| of_code.last()).map(|(queue, _)| *queue.organization_id.as_bytes()).min()?;
    step(Uuid::from_bytes(end), 1)
}

/// The id so far behind another.
fn step(id: Uuid, distance: i128) -> Option<Uuid> {
    let id = u128::from_be_bytes(*id.as_bytes()).checked_add_signed(distance)?;
    Some(Uuid::from_bytes(id.to_be_bytes()))
}

/// Takes from these queues, the organization `begin` and those behind it first, and gives the first that got no turn,
/// where there was not enough room for all.
fn take_from<T: AsRef<Queue>>(
    wanted: &Wanted<T>,
    mut queues: Vec<Queue>,
    begin: Uuid,
    limit: usize,
    budgets: &mut Budgets,
    taken: &mut Vec<T>,
) -> Result<Option<Uuid>, Error> {
    let turn = |organization: &Uuid| {
        u128::from_be_bytes(*organization.as_bytes()).wrapping_sub(u128::from_be_bytes(*begin.as_bytes()))
    };
    queues.sort_by_key(|queue| turn(&queue.organization_id));
    let mut room = limit;
    let mut unserved = None;
    let mut is_first_round = true;
    while room > 0 && !queues.is_empty() {
        let portions = share_out(&queues, room, budgets)?;
        if is_first_round {
            let served = portions.last().map(|portion| portion.queue.organization_id);
            let behind = |queue: &&Queue| served.is_some_and(|served| turn(&queue.organization_id) > turn(&served));
            unserved = queues.iter().find(behind).map(|queue| queue.organization_id);
            is_first_round = false;
        }
        if portions.is_empty() {
            return Ok(None);
        }
        let found = (wanted.fetch)(&portions)?;
        let mut counts: HashMap<&Queue, i32> = HashMap::new();
        found.iter().for_each(|effect| *counts.entry(effect.as_ref()).or_default() += 1);
        for portion in &portions {
            let count = counts.get(&portion.queue).copied().unwrap_or(0);
            budgets.give_back(&portion.queue, i64::from(portion.share - count));
            if count < portion.share {
                queues.retain(|queue| *queue != portion.queue);
            }
        }
        room -= found.len();
        taken.extend(found);
    }
    Ok(unserved.filter(|_| room == 0))
}

/// Divides the room: by organizations, then by the queues of each, as far as limits let them.
fn share_out(queues: &[Queue], room: usize, budgets: &mut Budgets) -> Result<Vec<Portion>, Error> {
    let organizations: Vec<&[Queue]> =
        queues.chunk_by(|one, other| one.organization_id == other.organization_id).collect();
    budgets.begin_round(queues)?;
    let of_each = room.div_ceil(organizations.len());
    let mut left = room;
    let mut portions = Vec::new();
    for organization in organizations {
        for queue in organization {
            let share = of_each.div_ceil(organization.len()).min(left);
            if share == 0 {
                return Ok(portions);
            }
            let (share, is_limited, started_before) = budgets.reserve(queue, share);
            if share > 0 {
                left -= share as usize;
                portions.push(Portion { queue: queue.clone(), share, is_limited, started_before });
            }
        }
    }
    Ok(portions)
}

/// What limits leave, as counted by this transaction.
struct Budgets {
    now: Timestamp,
    scopes: HashMap<Scope, Budget>,
    /// The limits of each queue.
    queues: HashMap<Queue, Vec<Scope>>,
}

struct Budget {
    left: i64,
    /// Queues of this round that have not had their turn.
    queues: i64,
    started_before: Timestamp,
}

impl Budget {
    /// What one of the queues may have, so that each gets as much: what does not divide goes by chance.
    fn quota(&self) -> i64 {
        let (left, queues) = (self.left.max(0), self.queues.max(1));
        left / queues + i64::from(fastrand::i64(0..queues) < left % queues)
    }
}

impl Budgets {
    /// Counts what limits leave for these queues, and how many queues share each limit.
    fn begin_round(&mut self, queues: &[Queue]) -> Result<(), Error> {
        self.scopes.values_mut().for_each(|budget| budget.queues = 0);
        for queue in queues {
            if !self.queues.contains_key(queue) {
                let mut scopes = Vec::new();
                for (scope, limits) in limits_of(queue)? {
                    self.count(&scope, &limits)?;
                    scopes.push(scope);
                }
                self.queues.insert(queue.clone(), scopes);
            }
            for scope in &self.queues[queue] {
                self.scopes.entry(scope.clone()).and_modify(|budget| budget.queues += 1);
            }
        }
        Ok(())
    }

    /// Reserves at most this much for a queue: how much, whether a limit counts it, and since when nothing of it may
    /// have begun.
    fn reserve(&mut self, queue: &Queue, share: usize) -> (i32, bool, Timestamp) {
        let scopes = self.queues.get(queue).map_or(&[][..], Vec::as_slice);
        let mut share = share as i64;
        let mut started_before = self.now;
        for budget in scopes.iter().filter_map(|scope| self.scopes.get(scope)) {
            share = share.min(budget.quota());
            started_before = started_before.min(budget.started_before);
        }
        for scope in scopes {
            self.scopes.entry(scope.clone()).and_modify(|budget| {
                budget.left -= share;
                budget.queues -= 1;
            });
        }
        (share as i32, !scopes.is_empty(), started_before)
    }

    /// What was reserved and not found.
    fn give_back(&mut self, queue: &Queue, count: i64) {
        for scope in self.queues.get(queue).into_iter().flatten() {
            self.scopes.entry(scope.clone()).and_modify(|budget| budget.left += count);
        }
    }

    fn count(&mut self, scope: &Scope, limits: &Limits) -> Result<(), Error> {
        if self.scopes.contains_key(scope) {
            return Ok(());
        }
        if !transaction::is_read_committed() {
            return Err(Error::new(Code::InvalidArgument, format!("{} has limits", scope.code))
                .detail("They are counted from what others have committed, which this transaction does not see.")
                .hint("Claim in a transaction of its own, READ COMMITTED."));
        }
        let mut budget = Budget { left: i64::MAX, queues: 0, started_before: self.now };
        if scope.lock()? {
            if let Some(max) = limits.max_concurrent {
                budget.left = i64::from(max) - scope.running()?;
            }
            if let Some(rate) = limits.per_second {
                let since = Timestamp(self.now.0 - window_of(rate));
                budget.left = budget.left.min(rate.ceil() as i64 - scope.started(since)?);
                budget.started_before = since;
            }
        } else {
            budget.left = 0;
        }
        self.scopes.insert(scope.clone(), budget);
        Ok(())
    }
}

/// The time in which `rate`, rounded up to a whole number, may begin: a second for whole rates, in microseconds.
fn window_of(rate: f64) -> i64 {
    (rate.ceil() / rate * 1_000_000.0).ceil() as i64
}

/// The limits that a queue is under, with what each counts: those of its definition the organization's effects of this
/// code from this definition, those of a handler all that the handler serves of this code.
fn limits_of(queue: &Queue) -> Result<Vec<(Scope, Limits)>, Error> {
    let organization = *queue.organization_id.as_bytes();
    let mut limits = Vec::new();
    let mut add = |organization_id: Option<[u8; 16]>, lane: Option<&String>, of: Limits| {
        limits.push((Scope { code: queue.code.clone(), organization_id, lane: lane.cloned() }, of));
    };
    if let Some(handler) = handler::all()?.find(queue.organization_id, &queue.code)
        && let Some(of_handler) = handler.limits.as_ref().map(read_limits)
    {
        let is_shared = handler.organization_id == organization::zero();
        add((!is_shared).then_some(organization), None, of_handler);
    }
    if !queue.lane.is_empty() {
        let id = definition::find(queue.organization_id, &queue.lane, None)?;
        if let Some(of_definition) = definition::load(queue.organization_id, id)?.chart.limits() {
            add(Some(organization), Some(&queue.lane), of_definition.clone());
        }
    }
    Ok(limits)
}

/// The limits of a handler, which were checked when it was registered.
fn read_limits(limits: &Jsonb) -> Limits {
    let limits: serde_json::Value = serde_json::from_str(&limits.to_text()).unwrap_or_default();
    let max_concurrent = limits.get("max_concurrent").and_then(serde_json::Value::as_f64).map(|max| max as u32);
    Limits { max_concurrent, per_second: limits.get("per_second").and_then(serde_json::Value::as_f64) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_a_whole_number_of_starts_in_some_time() {
        assert_eq!((window_of(1.0), window_of(250.0)), (1_000_000, 1_000_000));
        assert_eq!((window_of(0.5), window_of(2.5)), (2_000_000, 1_200_000));
    }

    #[test]
    fn a_look_ends_where_the_first_full_code_ends() {
        let queue = |code: &str, organization: u8| {
            let organization_id = Uuid::from_bytes([organization; 16]);
            (Queue { code: code.to_owned(), organization_id, lane: String::new() }, Timestamp(0))
        };
        let queues = [queue("a", 1), queue("a", 9), queue("b", 1), queue("b", 4), queue("c", 7)];
        let mut next = [4; 16];
        next[15] = 5;
        assert_eq!(end_of(&queues, 2), Some(Uuid::from_bytes(next)));
        assert_eq!(end_of(&queues, 3), None);
        assert_eq!(end_of(&[], 3), None);
    }
}
