//! Which due timers come next: what a scheduler remembers from batch to batch. Nothing here is true for longer than
//! it takes to lock: every candidate is read again by whoever fires it.
//!
//! Usually all that is due fits a page, oldest first. Where it does not, there is a backlog, and organizations take
//! turns: rounds go through all of them, and remember how far each was read. Candidates whose instance somebody holds
//! are postponed, each for itself, and hold up nobody behind them.

use std::collections::{HashMap, HashSet, VecDeque};
use std::time::{Duration, Instant};

use pgrx::Uuid;

use super::caller::Caller;
use crate::error::Error;
use crate::pg::time::Timestamp;
use crate::store::due::{Due, Place};
use crate::store::timer::QUEUE;

/// Candidates read at once; more due timers than this are a backlog.
const PAGE: i32 = 100;
/// Candidates of one organization in a round.
const SHARE: i32 = 50;
/// A postponed candidate comes again after this time, then after twice as long, and so on.
const FIRST_DELAY: Duration = Duration::from_millis(1);
const LONGEST_DELAY: Duration = Duration::from_millis(100);
/// After being held this long an instance is waited for (`tick::insist`).
const HELD_LONG: Duration = Duration::from_secs(1);
/// Rounds begin anew after this time, and find what committed behind their back.
const ROUNDS: Duration = Duration::from_secs(1);

/// What a scheduler remembers.
#[derive(Default)]
pub struct Memory {
    queue: VecDeque<Due>,
    /// How far each organization was read, while there is a backlog.
    places: HashMap<[u8; 16], Place>,
    places_since: Option<Instant>,
    postponed: HashMap<[u8; 16], Postponed>,
}

struct Postponed {
    due: Due,
    since: Instant,
    again: Instant,
    delay: Duration,
}

impl Postponed {
    fn is_held_long(&self, now: Instant) -> bool {
        now - self.since >= HELD_LONG
    }
}

impl Memory {
    /// The next candidates, at most `size`, no two of one instance: the second is read when the first has fired.
    pub fn chunk(&mut self, caller: &Caller, size: usize) -> Result<Vec<Due>, Error> {
        let now = Instant::now();
        let again = self.postponed.values().filter(|postponed| postponed.again <= now && !postponed.is_held_long(now));
        let mut chunk: Vec<Due> = again.take(size).map(|postponed| postponed.due.clone()).collect();
        chunk.sort_by_key(|due| (due.at, *due.id.as_bytes()));
        let mut instances = HashSet::new();
        chunk.retain(|due| instances.insert(*due.instance_id.as_bytes()));
        if self.queue.is_empty() {
            self.fill(caller)?;
        }
        let mut later = VecDeque::new();
        while chunk.len() < size {
            match self.queue.pop_front() {
                Some(due) if instances.insert(*due.instance_id.as_bytes()) => chunk.push(due),
                Some(due) => later.push_back(due),
                None => break,
            }
        }
        later.append(&mut self.queue);
        self.queue = later;
        Ok(chunk)
    }

    /// Reads candidates that are not postponed, if there are any.
    fn fill(&mut self, caller: &Caller) -> Result<(), Error> {
        if let Some(organization) = caller.organization {
            return self.fill_of(organization, caller.now);
        }
        if self.places_since.is_some_and(|since| since.elapsed() >= ROUNDS) {
            self.begin_anew();
        }
        if self.places_since.is_none() {
            let due = QUEUE.due(None, caller.now, Place::first(), PAGE)?;
            if due.len() < PAGE as usize {
                self.enqueue(due);
                return Ok(());
            }
            self.places_since = Some(Instant::now());
        }
        while self.queue.is_empty() {
            let places: Vec<(Uuid, Place)> =
                self.places.iter().map(|(organization, place)| (Uuid::from_bytes(*organization), *place)).collect();
            let round = QUEUE.round(caller.now, &places, SHARE)?;
            if round.is_empty() {
                self.begin_anew();
                return Ok(());
            }
            self.remember_places(&round);
            self.enqueue(round);
        }
        Ok(())
    }

    fn fill_of(&mut self, organization: Uuid, now: Timestamp) -> Result<(), Error> {
        while self.queue.is_empty() {
            let place = self.places.get(organization.as_bytes()).copied().unwrap_or(Place::first());
            let due = QUEUE.due(Some(organization), now, place, PAGE)?;
            if due.is_empty() {
                break;
            }
            self.remember_places(&due);
            self.enqueue(due);
        }
        Ok(())
    }

    fn remember_places(&mut self, due: &[Due]) {
        self.places.extend(due.iter().map(|due| (*due.organization_id.as_bytes(), Place::from(due))));
    }

    fn enqueue(&mut self, due: Vec<Due>) {
        for due in due {
            if !self.postponed.contains_key(due.id.as_bytes()) {
                self.queue.push_back(due);
            }
        }
    }

    fn begin_anew(&mut self) {
        self.places.clear();
        self.places_since = None;
    }

    /// A candidate that was not reached comes first in the next chunk.
    pub fn put_back(&mut self, due: Due) {
        if !self.postponed.contains_key(due.id.as_bytes()) {
            self.queue.push_back(due);
        }
    }

    /// A candidate whose instance is held comes again a little later.
    pub fn postpone(&mut self, due: Due) {
        let now = Instant::now();
        let id = *due.id.as_bytes();
        let postponed =
            self.postponed.entry(id).or_insert(Postponed { due, since: now, again: now, delay: FIRST_DELAY });
        postponed.again = now + postponed.delay;
        postponed.delay = (postponed.delay * 2).min(LONGEST_DELAY);
    }

    /// Nothing more is to be done about a candidate.
    pub fn forget(&mut self, due: &Due) {
        self.postponed.remove(due.id.as_bytes());
    }

    /// A candidate to be waited for, whose instance has been held for long.
    pub fn held_long(&self) -> Option<Due> {
        let now = Instant::now();
        let ready = self.postponed.values().filter(|postponed| postponed.again <= now && postponed.is_held_long(now));
        ready.min_by_key(|postponed| postponed.again).map(|postponed| postponed.due.clone())
    }

    /// When the next postponed candidate comes again.
    pub fn again(&self) -> Option<Instant> {
        self.postponed.values().map(|postponed| postponed.again).min()
    }
}
