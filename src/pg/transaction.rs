//! The transaction that we run in.

use pgrx::pg_sys;

/// Does every statement see what was committed before it began?
pub fn is_read_committed() -> bool {
    // SAFETY: reads a variable of the backend.
    unsafe { pg_sys::XactIsoLevel < pg_sys::XACT_REPEATABLE_READ as i32 }
}
