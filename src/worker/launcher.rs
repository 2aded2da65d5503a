//! The launcher: finds the databases that have the extension and sees to it that each has its workers. It is
//! connected to the shared catalogs only, so it blocks nobody; what a database needs it learns from the first worker
//! that it sends there, which leaves again where there is nothing to serve.

use std::collections::HashMap;
use std::sync::atomic::Ordering::SeqCst;
use std::time::{Duration, Instant};

use crate::pg::background::{self, Handle, Worker};
use crate::pg::database::{self, Database};
use crate::pg::process;
use crate::wake::{self, Changes, FREE, LEFT, STARTING, Seat, TAKEN, Verdict};

/// How long a worker may take to come, if the launcher cannot ask the server what became of it.
const COMING: Duration = Duration::from_secs(10);
/// The pause before a worker that was lost is replaced; doubled each time, back to this once one has served for long.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// The pause before somebody who needs a database alone is asked again.
const KEPT_PAUSE: Duration = Duration::from_millis(50);
/// The pause after the server had no slot for a worker.
const NO_SLOT_PAUSE: Duration = Duration::from_millis(500);
/// The launcher looks around after this time although nobody called it: catalogs can be written around the hook.
const LONGEST_SLEEP: Duration = Duration::from_secs(600);

/// What is known of a database.
enum Need {
    /// Not looked at yet, or something changed.
    Unknown,
    Workers(u32),
    /// It has no extension, or is not enabled.
    Nothing,
}

struct Known {
    name: String,
    need: Need,
    not_before: Instant,
    pause: Duration,
    started: Instant,
}

/// A seat as the launcher follows it.
#[derive(Default)]
struct Followed {
    handle: Option<Handle>,
    since: Option<Instant>,
}

struct Launcher {
    seats: &'static [Seat],
    followed: Vec<Followed>,
    databases: HashMap<u32, Known>,
    listed: Option<Instant>,
    warned: bool,
    no_slot_until: Option<Instant>,
}

/// The launcher's life. It ends by SIGTERM, inside `process::wait`.
pub fn main(_: u64) {
    background::take_signals();
    background::connect(None);
    wake::become_launcher();
    let seats = wake::seats();
    let mut launcher = Launcher {
        seats,
        followed: seats.iter().map(|_| Followed::default()).collect(),
        databases: HashMap::new(),
        listed: None,
        warned: false,
        no_slot_until: None,
    };
    loop {
        process::reset_latch();
        if background::reload_configuration() {
            launcher.reconsider();
        }
        launcher.take_changes();
        launcher.collect();
        launcher.list_databases();
        launcher.fill();
        let serving = launcher.databases.values().filter(|known| matches!(known.need, Need::Workers(_))).count();
        background::report_activity(&format!("serving {serving} databases"), true);
        process::wait(launcher.sleep());
    }
}

impl Launcher {
    /// A database that was left alone may be enabled now by the file.
    fn reconsider(&mut self) {
        for known in self.databases.values_mut() {
            if matches!(known.need, Need::Nothing) {
                known.need = Need::Unknown;
            }
        }
    }

    /// What transactions touched is looked at again; workers that are there take their settings from the beginning.
    fn take_changes(&mut self) {
        let changed: Vec<u32> = match wake::take_changes() {
            Changes::These(databases) => databases,
            Changes::Everything => self.databases.keys().copied().collect(),
        };
        for oid in &changed {
            self.listed = None;
            for seat in self.seats.iter().filter(|seat| seat.serves(*oid)) {
                seat.ask_to_leave();
            }
            if let Some(known) = self.databases.get_mut(oid) {
                known.need = Need::Unknown;
                known.not_before = Instant::now();
            }
        }
    }

    /// Reads what workers found out and why they left, and frees the seats of those who are gone.
    fn collect(&mut self) {
        let now = Instant::now();
        for (seat, followed) in self.seats.iter().zip(&mut self.followed) {
            let state = seat.state.load(SeqCst);
            let known = self.databases.get_mut(&seat.database.load(SeqCst));
            match state {
                TAKEN => {
                    let wanted = seat.wanted.load(SeqCst);
                    if let Some(known) = known.filter(|_| wanted > 0 && seat.leave.load(SeqCst) == 0) {
                        known.need = Need::Workers(wanted);
                    }
                    continue;
                }
                STARTING => {
                    let since = *followed.since.get_or_insert(now);
                    let is_lost = followed.handle.as_ref().map_or(now - since > COMING, Handle::has_ended);
                    // It may have come and gone in this very moment: then the state is another.
                    if !is_lost || seat.state.compare_exchange(STARTING, LEFT, SeqCst, SeqCst).is_err() {
                        continue;
                    }
                }
                LEFT => {}
                _ => continue,
            }
            if let Some(known) = known {
                known.learn(seat.verdict(), now);
            }
            seat.state.store(FREE, SeqCst);
            *followed = Followed::default();
        }
    }

    /// Reads the list of databases, where something may have changed it.
    fn list_databases(&mut self) {
        if self.listed.is_some_and(|listed| listed.elapsed() < LONGEST_SLEEP) {
            return;
        }
        let listed = match background::transaction(|| Ok(database::list())) {
            Ok(databases) => databases,
            Err(error) => {
                background::warn(&format!("pg_workflow launcher: {}", error.summary()), "It will try again.");
                return;
            }
        };
        self.listed = Some(Instant::now());
        self.databases.retain(|oid, _| listed.iter().any(|database| database.oid == *oid));
        for Database { oid, name } in listed {
            self.databases.entry(oid).or_insert_with(|| Known::new(String::new())).name = name;
        }
    }

    /// Sends workers where they are missing; one at a time into databases that nobody has looked at.
    fn fill(&mut self) {
        let now = Instant::now();
        if self.no_slot_until.is_some_and(|until| now < until) {
            return;
        }
        let mut looking = self.seats.iter().any(|seat| seat.state.load(SeqCst) == STARTING);
        let oids: Vec<u32> = self.databases.keys().copied().collect();
        for oid in oids {
            let there = self.seats.iter().filter(|seat| seat.serves(oid)).count() as u32;
            let known = &self.databases[&oid];
            let missing = match known.need {
                _ if known.not_before > now => 0,
                Need::Unknown if looking || there > 0 => 0,
                Need::Unknown => 1,
                Need::Workers(wanted) => wanted.saturating_sub(there),
                Need::Nothing => 0,
            };
            if missing > 0 && !database::may_start(oid) {
                // Somebody needs it alone: a worker would only come to leave.
                self.wait_for(oid);
                continue;
            }
            for _ in 0..missing {
                if !self.start(oid) {
                    return;
                }
                looking = true;
            }
        }
    }

    fn wait_for(&mut self, oid: u32) {
        if let Some(known) = self.databases.get_mut(&oid) {
            known.not_before = Instant::now() + KEPT_PAUSE;
        }
    }

    /// Starts one worker; false where the server has no room for it.
    fn start(&mut self, oid: u32) -> bool {
        let Some(index) = self.seats.iter().position(|seat| seat.state.load(SeqCst) == FREE) else {
            return self.no_slot();
        };
        let Some(known) = self.databases.get_mut(&oid) else { return true };
        let seat = &self.seats[index];
        let ticket = seat.give(oid);
        let worker = Worker {
            name: &format!("pg_workflow worker for {}", known.name),
            backend_type: "pg_workflow worker",
            entry: "pg_workflow_worker",
            argument: u64::from(ticket) << 32 | index as u64,
            restart: None,
        };
        let Some(handle) = worker.start() else {
            seat.state.store(FREE, SeqCst);
            return self.no_slot();
        };
        known.started = Instant::now();
        self.followed[index] = Followed { handle: Some(handle), since: Some(known.started) };
        self.warned = false;
        true
    }

    /// Says once that the server has too few slots, and tries again later.
    fn no_slot(&mut self) -> bool {
        if !std::mem::replace(&mut self.warned, true) {
            background::warn(
                "too few slots for the background workers of pg_workflow",
                "Raise max_worker_processes: the launcher needs one, and every database that has the extension needs pg_workflow.workers.",
            );
        }
        self.no_slot_until = Some(Instant::now() + NO_SLOT_PAUSE);
        false
    }

    /// Until the next thing that the launcher does by itself.
    fn sleep(&self) -> Duration {
        let now = Instant::now();
        let waiting = self.databases.values().filter(|known| match known.need {
            Need::Unknown => true,
            Need::Workers(_) => known.not_before > now,
            Need::Nothing => false,
        });
        let mut sleep = LONGEST_SLEEP;
        for known in waiting {
            sleep = sleep.min(known.not_before.saturating_duration_since(now).max(KEPT_PAUSE));
        }
        if self.seats.iter().any(|seat| seat.state.load(SeqCst) == STARTING) {
            sleep = sleep.min(Duration::from_secs(1));
        }
        match self.no_slot_until {
            Some(until) if self.warned => until.saturating_duration_since(now).max(KEPT_PAUSE),
            _ => sleep,
        }
    }
}

impl Known {
    fn new(name: String) -> Self {
        let now = Instant::now();
        Known { name, need: Need::Unknown, not_before: now, pause: FIRST_PAUSE, started: now }
    }

    /// Takes in why a worker left.
    fn learn(&mut self, verdict: Verdict, now: Instant) {
        match verdict {
            Verdict::Absent | Verdict::Disabled => self.need = Need::Nothing,
            Verdict::Kept => self.not_before = now + KEPT_PAUSE,
            Verdict::Told => {}
            Verdict::Lost => {
                if now - self.started > LONGEST_PAUSE {
                    self.pause = FIRST_PAUSE;
                }
                self.not_before = now + self.pause;
                self.pause = (self.pause * 2).min(LONGEST_PAUSE);
            }
        }
    }
}
