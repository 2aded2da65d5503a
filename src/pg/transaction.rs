//! The transaction that we run in.

use pgrx::pg_sys;

/// Does every statement see what was committed before it began?
pub fn is_read_committed() -> bool {
    // SAFETY: reads a variable of the backend.
    unsafe { pg_sys::XactIsoLevel < pg_sys::XACT_REPEATABLE_READ as i32 }
}

/// Gives back every advisory lock that the session holds, as pg_advisory_unlock_all does.
pub fn release_advisory_locks() {
    // SAFETY: releases locks of the session.
    unsafe { pg_sys::LockReleaseSession(pg_sys::USER_LOCKMETHOD as u16) };
}
