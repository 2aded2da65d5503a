//! Databases of the cluster, and the lock that keeps workers out of one.

use std::ffi::{CStr, CString};

use pgrx::pg_sys;

use super::lock;
use super::subtransaction::catch_panic;
use crate::error::Error;

/// The connected database; zero in a process that is connected to none.
pub fn current() -> u32 {
    // SAFETY: reads a variable of the backend.
    unsafe { pg_sys::MyDatabaseId }.to_u32()
}

/// A database as its catalog row says.
pub struct Database {
    pub oid: u32,
    pub name: String,
}

/// The databases that can hold workflows: those that take connections and are no templates. Needs a transaction, but
/// no database: statements cannot run in a process that sees the shared catalogs only.
pub fn list() -> Vec<Database> {
    let mut found = Vec::new();
    // SAFETY: a scan of a shared catalog, opened and closed here; rows are read while the scan holds them.
    unsafe {
        let relation = pg_sys::table_open(pg_sys::DatabaseRelationId, pg_sys::AccessShareLock as i32);
        let scan = pg_sys::table_beginscan_catalog(relation, 0, std::ptr::null_mut());
        loop {
            let tuple = pg_sys::heap_getnext(scan, pg_sys::ScanDirection::ForwardScanDirection);
            if tuple.is_null() {
                break;
            }
            let row = pg_sys::GETSTRUCT(tuple) as *const pg_sys::FormData_pg_database;
            if (*row).datallowconn && !(*row).datistemplate {
                let name = CStr::from_ptr((*row).datname.data.as_ptr()).to_string_lossy().into_owned();
                found.push(Database { oid: (*row).oid.to_u32(), name });
            }
        }
        pg_sys::heap_endscan(scan);
        pg_sys::table_close(relation, pg_sys::AccessShareLock as i32);
    }
    found
}

/// The database of this name.
pub fn find(name: &str) -> Option<u32> {
    let name = CString::new(name).ok()?;
    // SAFETY: missing_ok: zero where there is none.
    let oid = unsafe { pg_sys::get_database_oid(name.as_ptr(), true) };
    (oid != pg_sys::InvalidOid).then(|| oid.to_u32())
}

/// May the current role drop and change this database?
pub fn is_owner(database: u32) -> bool {
    // SAFETY: looks rights up.
    unsafe {
        #[cfg(feature = "pg15")]
        return pg_sys::pg_database_ownercheck(database.into(), pg_sys::GetUserId());
        #[cfg(not(feature = "pg15"))]
        return pg_sys::object_ownercheck(pg_sys::DatabaseRelationId, database.into(), pg_sys::GetUserId());
    }
}

/// May the current role create databases?
pub fn may_create() -> bool {
    // SAFETY: a syscache tuple is read while it is held and released after.
    unsafe {
        if pg_sys::superuser() {
            return true;
        }
        let tuple = pg_sys::SearchSysCache1(
            pg_sys::SysCacheIdentifier::AUTHOID as i32,
            pg_sys::Datum::from(pg_sys::GetUserId()),
        );
        if tuple.is_null() {
            return false;
        }
        let may = (*(pg_sys::GETSTRUCT(tuple) as *const pg_sys::FormData_pg_authid)).rolcreatedb;
        pg_sys::ReleaseSysCache(tuple);
        may
    }
}

/// Is the extension installed in the connected database?
pub fn has_extension(name: &CStr) -> bool {
    // SAFETY: missing_ok: zero where there is none.
    unsafe { pg_sys::get_extension_oid(name.as_ptr(), true) != pg_sys::InvalidOid }
}

/// Keeps workers from starting in a database until the end of the transaction. Several may at once.
pub fn keep_workers_out(database: u32) -> Result<(), Error> {
    catch_panic(|| {
        // SAFETY: a lock of the current transaction.
        unsafe { pg_sys::LockAcquire(&lock::workers(database), pg_sys::ShareLock as i32, false, false) };
        Ok(())
    })
}

/// May a worker start in this database? Asked by the launcher, and again by a worker that has just connected.
pub fn may_start(database: u32) -> bool {
    let (tag, mode) = (lock::workers(database), pg_sys::RowExclusiveLock as i32);
    // SAFETY: a session's lock, taken without waiting and given back at once.
    unsafe {
        if pg_sys::LockAcquire(&tag, mode, true, true) == pg_sys::LockAcquireResult::LOCKACQUIRE_NOT_AVAIL {
            return false;
        }
        pg_sys::LockRelease(&tag, mode, true);
        true
    }
}
