//! Locks of our own. They are of a type that no function of the server takes, so nobody can hold one to keep others
//! waiting: advisory locks are open to every role that can connect.

use std::ffi::c_int;

use pgrx::pg_sys;

use super::error::catch;
use crate::error::Error;

unsafe extern "C-unwind" {
    /// Not pgrx's wrapper: `catch` must see the jump, such as that of a deadlock.
    fn LockAcquire(
        tag: *const pg_sys::LOCKTAG,
        mode: c_int,
        of_session: bool,
        no_wait: bool,
    ) -> pg_sys::LockAcquireResult::Type;

    /// The server's hash of bytes, which pgrx does not list.
    fn hash_bytes_extended(bytes: *const u8, count: c_int, seed: u64) -> u64;
}

/// What a lock of a transaction keeps others from.
#[derive(Clone, Copy)]
pub enum Purpose {
    /// Making a version of a definition.
    Definition = 1,
    /// Setting a feature flag.
    FeatureFlag,
    /// Counting under a limit of effects.
    Limit,
}

/// Waits until nobody else holds the lock of this name, and holds it until the transaction ends.
pub fn lock(purpose: Purpose, name: &str) -> Result<(), Error> {
    acquire(purpose, name, false).map(drop)
}

/// The same without waiting; false where somebody holds it.
pub fn try_lock(purpose: Purpose, name: &str) -> Result<bool, Error> {
    let result = acquire(purpose, name, true)?;
    Ok(result != pg_sys::LockAcquireResult::LOCKACQUIRE_NOT_AVAIL)
}

fn acquire(purpose: Purpose, name: &str, no_wait: bool) -> Result<pg_sys::LockAcquireResult::Type, Error> {
    let mode = pg_sys::ExclusiveLock as c_int;
    // SAFETY: a lock of the current transaction; the hash reads the name's bytes.
    unsafe {
        let hash = hash_bytes_extended(name.as_ptr(), name.len() as c_int, 0);
        let tag = tag(pg_sys::MyDatabaseId.to_u32(), (hash >> 32) as u32, hash as u32, purpose as u16);
        Ok(catch(|| LockAcquire(&tag, mode, false, no_wait))?)
    }
}

/// The tag under which workers are kept out of a database.
pub fn workers(database: u32) -> pg_sys::LOCKTAG {
    tag(database, u32::from_be_bytes(*b"WFLW"), 0, 0)
}

fn tag(database: u32, first: u32, second: u32, purpose: u16) -> pg_sys::LOCKTAG {
    pg_sys::LOCKTAG {
        locktag_field1: database,
        locktag_field2: first,
        locktag_field3: second,
        locktag_field4: purpose,
        locktag_type: pg_sys::LockTagType::LOCKTAG_USERLOCK as u8,
        locktag_lockmethodid: pg_sys::USER_LOCKMETHOD as u8,
    }
}
