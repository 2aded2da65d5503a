//! A worker of one database: fires what is due, then sleeps until the next moment or until a commit wakes it.

use std::cell::Cell;
use std::sync::atomic::Ordering::SeqCst;
use std::time::{Duration, Instant};

use pgrx::pg_sys;

use crate::engine::caller::{self, Caller};
use crate::engine::queue::Memory;
use crate::engine::tick::{self, Limits};
use crate::error::Error;
use crate::pg::time::Timestamp;
use crate::pg::{background, database, process};
use crate::settings;
use crate::store::{effect, timer};
use crate::wake::{self, LEFT, NEVER, Seat, TAKEN, Verdict};

/// The pause after a batch that failed as a whole; doubled each time.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// The pause before what somebody holds is tried again; doubled each time.
const FIRST_DELAY: Duration = Duration::from_millis(1);
const LONGEST_DELAY: Duration = Duration::from_millis(100);
/// The clock may be set while the worker sleeps: it looks at it this often, without a transaction.
const CLOCK_CHECK: Duration = Duration::from_secs(60);

/// Settings that the worker has whatever the database's defaults say: it serves every organization, in transactions
/// that see what was committed and may write.
const OWN_SETTINGS: [(&std::ffi::CStr, &std::ffi::CStr); 8] = [
    (c"default_transaction_isolation", c"read committed"),
    (c"default_transaction_read_only", c"off"),
    (c"default_transaction_deferrable", c"off"),
    (c"lock_timeout", c"0"),
    (c"idle_in_transaction_session_timeout", c"0"),
    (c"app.current_org_id", c""),
    (c"app.current_user_id", c""),
    (c"app.current_user_role", c""),
];

thread_local! {
    /// This process's seat, for its exit.
    static SEAT: Cell<Option<&'static Seat>> = const { Cell::new(None) };
}

/// The worker's life. Returning is the way to leave: the server does not start it again.
pub fn main(argument: u64) {
    let (ticket, index) = ((argument >> 32) as u32, (argument & 0xFFFF_FFFF) as usize);
    let Some(seat) = wake::seats().get(index).filter(|seat| seat.take(ticket)) else { return };
    SEAT.set(Some(seat));
    background::at_exit(leave_seat);
    background::take_signals();
    let oid = seat.database.load(SeqCst);
    background::connect(Some(pg_sys::Oid::from(oid)));
    for (name, value) in OWN_SETTINGS {
        background::override_setting(name, value);
    }
    let verdict = if database::may_start(oid) { serve(seat) } else { Verdict::Kept };
    seat.verdict.store(verdict as u32, SeqCst);
}

/// Gives the seat up and tells the launcher, whatever ended the worker.
fn leave_seat() {
    if let Some(seat) = SEAT.take() {
        seat.pid.store(0, SeqCst);
        seat.state.store(LEFT, SeqCst);
        wake::wake_launcher();
    }
}

struct Worker {
    seat: &'static Seat,
    memory: Memory,
    /// After a batch that failed as a whole.
    pause: Duration,
    /// After a batch that could not do what is due.
    delay: Duration,
}

/// What a batch left.
struct Batch {
    /// There may be more to do at once.
    is_busy: bool,
    timer: Option<Timestamp>,
    other: Option<Timestamp>,
    now: Timestamp,
}

/// When to look for work next.
enum Next {
    Now,
    At(Timestamp),
    /// Not earlier, whoever commits what.
    Pause(Duration),
}

fn serve(seat: &'static Seat) -> Verdict {
    let mut worker = Worker { seat, memory: Memory::default(), pause: FIRST_PAUSE, delay: FIRST_DELAY };
    loop {
        process::reset_latch();
        background::reload_configuration();
        // Before the snapshot of the scan: whoever commits after that snapshot finds this and sets the latch.
        seat.planned.store(NEVER, SeqCst);
        if let Some(verdict) = worker.reason_to_leave() {
            return verdict;
        }
        background::report_activity("firing what is due", false);
        let next = worker.work();
        worker.rest(&next);
    }
}

/// Runs a transaction of the engine's.
fn transact<T>(work: impl FnOnce(&Caller) -> Result<T, Error>) -> Result<T, Error> {
    background::transaction(|| caller::write(None, None, None, work))
}

impl Worker {
    /// Is there a reason to leave the database?
    fn reason_to_leave(&self) -> Option<Verdict> {
        if self.seat.leave.load(SeqCst) != 0 {
            return Some(Verdict::Told);
        }
        if !settings::enabled() {
            return Some(Verdict::Disabled);
        }
        let wanted = settings::workers();
        if self.seat.wanted.swap(wanted, SeqCst) != wanted {
            // The worker has just come, or the configuration has changed: the launcher counts again.
            if !background::transaction(|| Ok(database::has_extension(c"pg_workflow"))).unwrap_or(true) {
                self.seat.wanted.store(0, SeqCst);
                return Some(Verdict::Absent);
            }
            wake::wake_launcher();
        }
        let oid = self.seat.database.load(SeqCst);
        let before_me = wake::seats()
            .iter()
            .take_while(|seat| !std::ptr::eq(*seat, self.seat))
            .filter(|seat| seat.state.load(SeqCst) == TAKEN && seat.database.load(SeqCst) == oid);
        (before_me.count() as u32 >= wanted).then_some(Verdict::Told)
    }

    /// One batch, and at most one wait for an instance that has been held for long.
    fn work(&mut self) -> Next {
        let limits = Limits { timers: settings::batch_size(), time: Some(settings::batch_time()), blame: true };
        let memory = &mut self.memory;
        let batch = transact(|caller| {
            let started = Instant::now();
            let fired = tick::batch(caller, memory, &limits)?;
            let carried = tick::carry_on(caller, tick::BATCH)?;
            tick::record_run(caller, "worker", &fired, &carried, started)?;
            let timer = if fired.more { None } else { timer::next_after(caller.now)? };
            let is_busy = fired.more || carried.total() > 0;
            let other = if is_busy { None } else { effect::next_work(None)? };
            Ok(Batch { is_busy, timer, other, now: caller.now })
        });
        let batch = match batch {
            Ok(batch) => batch,
            Err(error) => return self.recover(error),
        };
        if let Some(due) = self.memory.held_long() {
            let memory = &mut self.memory;
            if let Err(error) = transact(|caller| tick::insist(caller, &due, memory)) {
                return self.recover(error);
            }
        }
        self.pause = FIRST_PAUSE;
        if batch.is_busy {
            self.delay = FIRST_DELAY;
            return Next::Now;
        }
        let longest = settings::longest_sleep();
        let again = self.memory.again().map_or(longest, |again| again.saturating_duration_since(Instant::now()));
        let next = after(again.min(longest));
        let other = batch.other.map(|other| self.not_at_once(other, batch.now));
        Next::At([batch.timer, other].into_iter().flatten().fold(next, Timestamp::min))
    }

    /// What is due and still could not be done, because somebody holds it, is tried again a little later.
    fn not_at_once(&mut self, at: Timestamp, now: Timestamp) -> Timestamp {
        if at > now {
            self.delay = FIRST_DELAY;
            return at;
        }
        let again = after(self.delay);
        self.delay = (self.delay * 2).min(LONGEST_DELAY);
        again
    }

    /// A batch failed as a whole: nothing of it has happened. What was remembered may be what failed.
    fn recover(&mut self, error: Error) -> Next {
        self.memory = Memory::default();
        // Makes the next loop ask whether the extension is still there.
        self.seat.wanted.store(0, SeqCst);
        background::warn(&format!("pg_workflow worker: {}", error.summary()), "It will try again.");
        let pause = self.pause;
        self.pause = (pause * 2).min(LONGEST_PAUSE);
        Next::Pause(pause)
    }

    /// Sleeps, unless somebody has committed earlier work since the scan began.
    fn rest(&self, next: &Next) {
        let until = match next {
            // Also here the end of the postmaster must be noticed.
            Next::Now => return process::wait(Duration::ZERO),
            Next::At(moment) => *moment,
            Next::Pause(pause) => after(*pause),
        };
        let plan = match next {
            Next::Pause(_) => i64::MIN,
            // Writers count in a time of their own, which the clock tells nothing of: each wakes.
            _ if settings::fake_now().is_some() => NEVER,
            _ => until.0,
        };
        let planned = &self.seat.planned;
        if plan == i64::MIN {
            planned.store(plan, SeqCst);
        } else if planned.compare_exchange(NEVER, plan, SeqCst, SeqCst).is_err() {
            return;
        }
        let is_called =
            || planned.load(SeqCst) != plan || self.seat.leave.load(SeqCst) != 0 || background::must_reload();
        background::report_activity("waiting for the next due moment", true);
        loop {
            let left = Duration::from_micros((until.0 - Timestamp::now().0).max(0).unsigned_abs());
            if left.is_zero() || is_called() {
                return;
            }
            background::report_statistics(left > Duration::from_secs(1));
            process::wait(left.min(CLOCK_CHECK));
            process::reset_latch();
        }
    }
}

/// The moment after this time.
fn after(time: Duration) -> Timestamp {
    Timestamp(Timestamp::now().0.saturating_add(time.as_micros() as i64))
}
