//! A worker of one database: fires what is due, then sleeps until the next moment or until a commit wakes it.

use std::cell::Cell;
use std::sync::atomic::Ordering::SeqCst;
use std::time::{Duration, Instant};

use pgrx::pg_sys;

use crate::engine::caller::{self, Caller};
use crate::engine::capability::Capability;
use crate::engine::dispatch::{self, Latecomers, Ran};
use crate::engine::queue::Memory;
use crate::engine::tick::{self, Carried, Limits};
use crate::error::Error;
use crate::pg::time::Timestamp;
use crate::pg::{background, database, process};
use crate::settings;
use crate::store::{organization, timer};
use crate::wake::{self, LEFT, NEVER, Seat, TAKEN, Verdict};

/// The pause after a batch that failed as a whole; doubled each time.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// The pause before what somebody holds is tried again; doubled each time.
const FIRST_DELAY: Duration = Duration::from_millis(1);
const LONGEST_DELAY: Duration = Duration::from_millis(100);
const LONGEST_EFFECT_DELAY: Duration = Duration::from_secs(1);
/// How long SQL effects run one by one before others have their turn.
const EFFECT_TIME: Duration = Duration::from_millis(20);
/// How often effects are looked for that a transaction has queued without a word, because it saw no handler.
const LATECOMER_CHECK: Duration = Duration::from_secs(1);
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
    others: Side,
    effects: Side,
    latecomers: Latecomers,
}

/// Work beside timers.
struct Side {
    /// Before what somebody holds is tried again.
    delay: Duration,
    /// After a batch that failed as a whole, and the moment until which this work rests.
    pause: Duration,
    after: Timestamp,
}

impl Side {
    fn new() -> Self {
        Side { delay: FIRST_DELAY, pause: FIRST_PAUSE, after: Timestamp(i64::MIN) }
    }

    /// Does the work, unless it rests. Is there more to do at once, and when is the next?
    fn run(
        &mut self,
        longest_delay: Duration,
        work: impl FnOnce() -> Result<(bool, Option<Timestamp>), Error>,
    ) -> (bool, Option<Timestamp>) {
        let now = Timestamp::now();
        if now < self.after {
            return (false, Some(self.after));
        }
        match work() {
            Ok((is_busy, next)) => {
                // What is due and still could not be done, because somebody holds it, is tried again a little later.
                let is_held = !is_busy && next.is_some_and(|next| next <= now);
                self.delay = if is_held { (self.delay * 2).min(longest_delay) } else { FIRST_DELAY };
                self.pause = FIRST_PAUSE;
                (is_busy, if is_held { Some(after(self.delay)) } else { next })
            }
            Err(error) => {
                warn(&error);
                self.after = after(self.pause);
                self.pause = (self.pause * 2).min(LONGEST_PAUSE);
                (false, Some(self.after))
            }
        }
    }
}

/// Runs what is suspect one by one, then a batch, then one that wants to be alone.
fn run_effects(latecomers: &mut Latecomers) -> Result<(bool, Option<Timestamp>), Error> {
    let are_awaited = !latecomers.are_excluded() && transact(|_| latecomers.are_awaited())?;
    let mut ran = 0;
    let mut from = organization::zero(); // lower than every id
    if let Some((last_suspect, first_other)) = wake::suspects() {
        let started = Instant::now();
        while started.elapsed() < EFFECT_TIME
            && let Some(held) = transact(|caller| dispatch::mark(caller, last_suspect))?
        {
            ran += recorded(|caller| dispatch::run_marked(caller, held))?.total();
        }
        from = first_other;
    }
    let most = settings::batch_size().unsigned_abs() as usize;
    let limits = |alone| dispatch::Limits { effects: most, alone, from, blame: true };
    let together = recorded(|caller| dispatch::batch(caller, &limits(false)))?;
    ran += together.total();
    if together.others_wait {
        ran += recorded(|caller| dispatch::batch(caller, &limits(true)))?.total();
    }
    let next = if ran > 0 { None } else { transact(dispatch::next)? };
    let again = are_awaited.then(|| after(LATECOMER_CHECK));
    Ok((ran > 0, next.into_iter().chain(again).min()))
}

/// Runs SQL effects in a transaction and records that.
fn recorded(run: impl FnOnce(&Caller) -> Result<Ran, Error>) -> Result<Ran, Error> {
    transact(|caller| {
        let started = Instant::now();
        let ran = run(caller)?;
        let carried = Carried::of_effects(&ran);
        tick::record_run(caller, "worker", &tick::Outcome::default(), &carried, started)?;
        Ok(ran)
    })
}

/// When to look for work next.
enum Next {
    Now,
    At(Timestamp),
    /// Not earlier, whoever commits what.
    Pause(Duration),
}

fn serve(seat: &'static Seat) -> Verdict {
    let mut worker = Worker {
        seat,
        memory: Memory::default(),
        pause: FIRST_PAUSE,
        others: Side::new(),
        effects: Side::new(),
        latecomers: Latecomers::default(),
    };
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
    background::transaction(|| caller::write(Capability::Worker, None, None, None, work))
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
        let fired = transact(|caller| {
            let started = Instant::now();
            let fired = tick::batch(caller, memory, &limits)?;
            tick::record_run(caller, "worker", &fired, &Carried::default(), started)?;
            let next = if fired.more { None } else { timer::next_after(caller.now)? };
            Ok((fired.more, next))
        });
        let (more_timers, timer) = match fired {
            Ok(fired) => fired,
            Err(error) => return self.recover(error),
        };
        let (more_others, other) = self.carry_on();
        let (more_effects, effect) = self.run_effects();
        if let Some(due) = self.memory.held_long() {
            let memory = &mut self.memory;
            if let Err(error) = transact(|caller| tick::insist(caller, &due, memory)) {
                return self.recover(error);
            }
        }
        self.pause = FIRST_PAUSE;
        if more_timers || more_others || more_effects {
            return Next::Now;
        }
        let longest = settings::longest_sleep();
        let again = self.memory.again().map_or(longest, |again| again.saturating_duration_since(Instant::now()));
        let next = after(again.min(longest));
        Next::At([timer, other, effect].into_iter().flatten().fold(next, Timestamp::min))
    }

    /// Everything but timers and SQL effects, in a transaction of its own: what fails there must not stop them. Is there
    /// more to do at once, and when is the next?
    fn carry_on(&mut self) -> (bool, Option<Timestamp>) {
        self.others.run(LONGEST_DELAY, || {
            transact(|caller| {
                let started = Instant::now();
                let carried = tick::carry_on(caller, &tick::Share::DEFAULT)?;
                tick::record_run(caller, "worker", &tick::Outcome::default(), &carried, started)?;
                let is_busy = carried.total() > 0;
                Ok((is_busy, if is_busy { None } else { tick::next_other(None)? }))
            })
        })
    }

    /// SQL effects, in transactions of their own, because no instance may be locked while their functions run.
    fn run_effects(&mut self) -> (bool, Option<Timestamp>) {
        self.effects.run(LONGEST_EFFECT_DELAY, || {
            let done = run_effects(&mut self.latecomers);
            if done.as_ref().is_err_and(Error::is_cancellation) {
                // Nobody can say which function it was that was cancelled, or raised the error of one.
                wake::suspect();
            }
            done
        })
    }

    /// A batch failed as a whole: nothing of it has happened. What was remembered may be what failed.
    fn recover(&mut self, error: Error) -> Next {
        self.memory = Memory::default();
        // Makes the next loop ask whether the extension is still there.
        self.seat.wanted.store(0, SeqCst);
        warn(&error);
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

fn warn(error: &Error) {
    background::warn(&format!("pg_workflow worker: {}", error.summary()), "It will try again.");
}

/// The moment after this time.
fn after(time: Duration) -> Timestamp {
    Timestamp(Timestamp::now().0.saturating_add(time.as_micros() as i64))
}
