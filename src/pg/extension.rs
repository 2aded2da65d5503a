//! What the catalogs say of the extension may change under a session: when it must be looked at again.

use std::cell::Cell;
use std::ffi::c_int;

use pgrx::pg_sys;

thread_local! {
    /// Has nothing changed since the last look?
    static SEEN: Cell<bool> = const { Cell::new(false) };
    static WATCHED: Cell<bool> = const { Cell::new(false) };
}

unsafe extern "C-unwind" fn relation_changed(_argument: pg_sys::Datum, _relation: pg_sys::Oid) {
    SEEN.set(false);
}

unsafe extern "C-unwind" fn function_changed(_argument: pg_sys::Datum, _cache: c_int, _hash: u32) {
    SEEN.set(false);
}

/// Runs `look` the first time, and again when any table or function has changed since it last succeeded: the row of
/// an extension has no invalidation of its own, and no update of one leaves both alone.
pub fn look_once<E>(look: impl FnOnce() -> Result<(), E>) -> Result<(), E> {
    if SEEN.get() {
        return Ok(());
    }
    if !WATCHED.replace(true) {
        // SAFETY: registered once per backend; the library is never unloaded.
        unsafe {
            pg_sys::CacheRegisterRelcacheCallback(Some(relation_changed), pg_sys::Datum::null());
            let functions = pg_sys::SysCacheIdentifier::PROCOID as c_int;
            pg_sys::CacheRegisterSyscacheCallback(functions, Some(function_changed), pg_sys::Datum::null());
        }
    }
    // Before the look: what changes meanwhile is looked at the next time.
    SEEN.set(true);
    look().inspect_err(|_| SEEN.set(false))
}
