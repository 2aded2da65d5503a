//! When what a backend remembers of roles and of one table must be read again.
//!
//! The server tells every backend of a change at its commit, and the backend that made it at once. A relation is
//! announced by `announce`, roles and their memberships by the server itself.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::Relaxed};

use pgrx::pg_sys;

static GENERATION: AtomicU64 = AtomicU64::new(0);
static WATCHED: AtomicU32 = AtomicU32::new(0);
static IS_REGISTERED: AtomicBool = AtomicBool::new(false);

/// A number that is another one after each change of a role, of a membership, or of the watched relation. What was
/// read between two equal numbers still holds.
pub fn generation() -> u64 {
    GENERATION.load(Relaxed)
}

/// Counts changes from now on: of roles, and of this relation.
pub fn watch(relation: pg_sys::Oid) {
    WATCHED.store(relation.to_u32(), Relaxed);
    if IS_REGISTERED.swap(true, Relaxed) {
        return;
    }
    // SAFETY: the callbacks live as long as the process, and only count.
    unsafe {
        let none = pg_sys::Datum::null();
        pg_sys::CacheRegisterRelcacheCallback(Some(relation_changed), none);
        pg_sys::CacheRegisterSyscacheCallback(pg_sys::SysCacheIdentifier::AUTHOID as i32, Some(role_changed), none);
        pg_sys::CacheRegisterSyscacheCallback(
            pg_sys::SysCacheIdentifier::AUTHMEMROLEMEM as i32,
            Some(role_changed),
            none,
        );
    }
}

/// Tells every backend that the relation's rows have changed: this one now, the others at commit.
pub fn announce(relation: pg_sys::Oid) {
    // SAFETY: queues a message; a relation that is gone is passed over by the caller's lock on it.
    unsafe { pg_sys::CacheInvalidateRelcacheByRelid(relation) };
}

unsafe extern "C-unwind" fn relation_changed(_argument: pg_sys::Datum, relation: pg_sys::Oid) {
    if relation == pg_sys::InvalidOid || relation.to_u32() == WATCHED.load(Relaxed) {
        GENERATION.fetch_add(1, Relaxed);
    }
}

unsafe extern "C-unwind" fn role_changed(_argument: pg_sys::Datum, _cache: i32, _hash: u32) {
    GENERATION.fetch_add(1, Relaxed);
}
