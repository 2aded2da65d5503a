//! Processes of the server: latches by process number, signals, waiting.

use std::ffi::{c_int, c_long};
use std::time::Duration;

use pgrx::pg_sys;

unsafe extern "C" {
    fn kill(pid: c_int, signal: c_int) -> c_int;
}

/// A process by its place in the server's table of processes. A place outlives its process: a wake-up that comes too
/// late reaches nobody, or somebody who looks around and sleeps on.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Process(pub i32);

impl Process {
    /// This process.
    pub fn own() -> Self {
        // SAFETY: both pointers lie in the table of processes.
        Process(unsafe { pg_sys::MyProc.offset_from((*pg_sys::ProcGlobal).allProcs) } as i32)
    }

    /// Sets the process's latch. Allocates nothing and cannot fail.
    pub fn wake(self) {
        // SAFETY: the number was `own()` of some process, so it lies in the table; SetLatch only writes and signals.
        unsafe { SetLatch(&raw mut (*(*pg_sys::ProcGlobal).allProcs.offset(self.0 as isize)).procLatch) };
    }
}

unsafe extern "C-unwind" {
    /// The server's own function: at commit there is no place for pgrx's wrapper, which may panic.
    fn SetLatch(latch: *mut pg_sys::Latch);
}

/// This process's id.
pub fn own_pid() -> i32 {
    // SAFETY: reads a variable of the process.
    unsafe { pg_sys::MyProcPid }
}

/// Asks a process to end, as pg_terminate_backend does.
pub fn terminate(pid: i32) {
    // SAFETY: the caller has the id from shared memory, where each process takes its own out when it ends.
    unsafe { kill(pid, pg_sys::SIGTERM as c_int) };
}

/// Forgets earlier wake-ups. What they were about is looked at after this call.
pub fn reset_latch() {
    // SAFETY: the latch of this process.
    unsafe { pg_sys::ResetLatch(pg_sys::MyLatch) };
}

/// Sleeps until somebody sets this process's latch or the time is over, then serves interrupts: a request to end does
/// not come back from here. The end of the postmaster ends the process.
pub fn wait(time: Duration) {
    let events = pg_sys::WL_LATCH_SET | pg_sys::WL_TIMEOUT | pg_sys::WL_EXIT_ON_PM_DEATH;
    // A fraction counts as a whole millisecond: waking early would only mean to sleep again.
    let millis = time.as_micros().div_ceil(1000).min(c_int::MAX as u128) as c_long;
    // SAFETY: the latch of this process.
    unsafe { pg_sys::WaitLatch(pg_sys::MyLatch, events as c_int, millis, pg_sys::PG_WAIT_EXTENSION) };
    pgrx::check_for_interrupts!();
}

/// Sleeps like `wait`, whatever happens to the latch meanwhile.
pub fn pause(time: Duration) {
    std::thread::sleep(time);
    pgrx::check_for_interrupts!();
}
