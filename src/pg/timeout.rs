//! A limit on the time that a call may take, in every process: `statement_timeout` does nothing in a background worker, and
//! says nothing about one call of many. The server's own timer sets the flag that cancels a query; only the error
//! that this limit raised becomes ours, any other cancellation passes as it is.

use std::cell::Cell;
use std::ffi::c_int;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use pgrx::pg_sys;

use super::error::SqlState;
use super::time::Timestamp;
use crate::error::{Code, Error};

unsafe extern "C-unwind" {
    fn RegisterTimeout(id: c_int, handler: unsafe extern "C-unwind" fn()) -> c_int;
    fn enable_timeout_at(id: c_int, at: i64);
    fn disable_timeout(id: c_int, keep_indicator: bool);
}

/// Not below USER_TIMEOUT of any version: asks for the next free number.
const ANY_FREE: c_int = 1_000;

/// The limit in force has passed, and its cancellation is not over yet.
static HAS_FIRED: AtomicBool = AtomicBool::new(false);

thread_local! {
    static TIMER: Cell<Option<c_int>> = const { Cell::new(None) };
    /// When the limit in force passes.
    static DEADLINE: Cell<Option<i64>> = const { Cell::new(None) };
}

/// In a signal handler: sets flags and nothing else.
unsafe extern "C-unwind" fn fire() {
    // SAFETY: flags of the process.
    unsafe {
        let pending = &raw mut pg_sys::QueryCancelPending;
        if pending.read_volatile() == 0 {
            HAS_FIRED.store(true, Ordering::Relaxed);
            pending.write_volatile(1);
            (&raw mut pg_sys::InterruptPending).write_volatile(1);
        }
    }
}

/// The limit in force, until it is dropped.
struct Armed {
    timer: c_int,
    outer: Option<i64>,
}

impl Armed {
    fn until(deadline: i64) -> Self {
        let timer = TIMER.get().unwrap_or_else(|| {
            // SAFETY: once in a process; the handler only sets flags.
            let timer = unsafe { RegisterTimeout(ANY_FREE, fire) };
            TIMER.set(Some(timer));
            timer
        });
        HAS_FIRED.store(false, Ordering::Relaxed);
        let outer = DEADLINE.replace(Some(deadline));
        // SAFETY: a timer of ours.
        unsafe { enable_timeout_at(timer, deadline) };
        Armed { timer, outer }
    }
}

impl Drop for Armed {
    fn drop(&mut self) {
        // SAFETY: a timer of ours.
        unsafe {
            disable_timeout(self.timer, false);
            DEADLINE.set(self.outer);
            if let Some(outer) = self.outer {
                enable_timeout_at(self.timer, outer);
            }
        }
    }
}

/// Runs `work`, and cancels it when it takes longer than `limit`. Of limits within limits the nearest counts.
pub fn within<T>(limit: Option<Duration>, work: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    let Some(limit) = limit else {
        return work();
    };
    let deadline = Timestamp::now().0.saturating_add(i64::try_from(limit.as_micros()).unwrap_or(i64::MAX));
    if DEADLINE.get().is_some_and(|outer| outer <= deadline) {
        return work();
    }
    let armed = Armed::until(deadline);
    let result = work();
    drop(armed);
    if !HAS_FIRED.swap(false, Ordering::Relaxed) {
        return result;
    }
    const CANCELED: SqlState = SqlState::new(b"57014");
    match result {
        Err(Error::Postgres(error)) if error.sqlstate == CANCELED => {
            let limit = limit.as_secs_f64();
            Err(Error::new(Code::UserCodeTimeout, format!("the function did not end within {limit} s"))
                .hint("The limit is the timeout of the effect or its handler, else pg_workflow.user_code_timeout."))
        }
        // It ended by itself, and what we asked for must not hit the next one.
        result => {
            // SAFETY: a flag of the process.
            unsafe { (&raw mut pg_sys::QueryCancelPending).write_volatile(0) };
            result
        }
    }
}
