//! Whose rights are in force.
//!
//! Our own statements run as the extension's owner with a fixed search_path; user code runs as the role that
//! registered it, restricted, with the path that was in force then. Flags are added to those in force, never
//! replaced. The way out restores all of it; where a panic skips that, the abort of the (sub)transaction does.

use std::cell::Cell;
use std::ffi::{CStr, CString, c_int, c_void};

use pgrx::pg_sys;

use super::error::{PgError, SqlState};
use super::portal;
use crate::error::Error;

/// The path of our own statements: a kept plan is parsed again under the path in force, so qualified tables alone
/// do not protect operators.
const OWN_PATH: &str = "pg_catalog, pg_temp";

/// The role in force: who called us.
pub fn current_role() -> pg_sys::Oid {
    // SAFETY: reads a variable of the backend.
    unsafe { pg_sys::GetUserId() }
}

/// The name of a role, or None if it is gone.
pub fn role_name(role: pg_sys::Oid) -> Option<String> {
    // SAFETY: with noerr the function answers null for a role that is gone, else a palloc'ed string.
    unsafe {
        let name = pg_sys::GetUserNameFromId(role, true);
        (!name.is_null()).then(|| CStr::from_ptr(name).to_string_lossy().into_owned())
    }
}

/// Has the role the rights of the extension's owner? Superusers have.
pub fn is_owner(role: pg_sys::Oid) -> Result<bool, Error> {
    // SAFETY: looks roles up.
    Ok(unsafe { pg_sys::has_privs_of_role(role, owner()?) })
}

/// The role of this name.
pub fn find_role(name: &str) -> Option<pg_sys::Oid> {
    let name = CString::new(name).ok()?;
    // SAFETY: missing_ok: zero where there is none.
    let role = unsafe { pg_sys::get_role_oid(name.as_ptr(), true) };
    (role != pg_sys::InvalidOid).then_some(role)
}

/// May a role become another? Since Postgres 16 a membership can be without that.
pub fn may_become(role: pg_sys::Oid, other: pg_sys::Oid) -> bool {
    // SAFETY: looks memberships up.
    unsafe {
        #[cfg(feature = "pg15")]
        return pg_sys::is_member_of_role(role, other);
        #[cfg(not(feature = "pg15"))]
        return pg_sys::member_can_set_role(role, other);
    }
}

/// Runs `work` with the rights of the extension's owner.
pub fn as_owner<T>(work: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    switched(owner()?, pg_sys::SECURITY_LOCAL_USERID_CHANGE, OWN_PATH, work)
}

/// Runs user code: `work` with the rights of `role` and no way to gain others.
///
/// RESTRICTED_OPERATION keeps it from leaving behind what would run later with the caller's rights (deferred
/// constraints, temporary objects, cursors). Advisory locks of the session, which are the caller's, are not for it
/// either: it could leave some behind, or give back those of the caller. Nor are the caller's cursors.
pub fn as_user_code<T>(
    role: pg_sys::Oid,
    search_path: &str,
    work: impl FnOnce() -> Result<T, Error>,
) -> Result<T, Error> {
    let flags = pg_sys::SECURITY_LOCAL_USERID_CHANGE | pg_sys::SECURITY_RESTRICTED_OPERATION;
    // Blocks with EXCEPTION are subtransactions too.
    let _kept = super::table::set_aside();
    let _restricted = Restricted::begin();
    let _hidden = portal::hide();
    switched(role, flags, search_path, || {
        let value = work()?;
        portal::close_open();
        Ok(value)
    })
}

thread_local! {
    static IS_RESTRICTED: Cell<bool> = const { Cell::new(false) };
    static IS_WATCHING: Cell<bool> = const { Cell::new(false) };
}

/// User code is running, as long as it lives.
struct Restricted(bool);

impl Restricted {
    fn begin() -> Self {
        if !IS_WATCHING.replace(true) {
            // SAFETY: a backend has one thread; the hook that was there is called by ours.
            unsafe {
                NEXT_ACCESS = pg_sys::object_access_hook;
                pg_sys::object_access_hook = Some(object_accessed);
            }
        }
        Restricted(IS_RESTRICTED.replace(true))
    }
}

impl Drop for Restricted {
    fn drop(&mut self) {
        IS_RESTRICTED.set(self.0);
    }
}

static mut NEXT_ACCESS: pg_sys::object_access_hook_type = None;

/// The functions that take and give back advisory locks of the session, `pg_advisory_lock(bigint)` the first and
/// `pg_advisory_unlock_all()` the last: oids of the server's that never change.
const ADVISORY: std::ops::RangeInclusive<u32> = 2880..=2892;

/// The server tells of each function before a statement calls it. An error jumps over this frame, which holds nothing.
unsafe extern "C-unwind" fn object_accessed(
    access: pg_sys::ObjectAccessType::Type,
    class: pg_sys::Oid,
    object: pg_sys::Oid,
    part: c_int,
    argument: *mut c_void,
) {
    // SAFETY: arguments are passed on as they came.
    if let Some(next) = unsafe { NEXT_ACCESS } {
        unsafe { next(access, class, object, part, argument) };
    }
    if access == pg_sys::ObjectAccessType::OAT_FUNCTION_EXECUTE
        && ADVISORY.contains(&object.to_u32())
        && IS_RESTRICTED.get()
    {
        refuse_advisory_lock();
    }
}

/// As the server refuses what is not for a restricted operation.
fn refuse_advisory_lock() -> ! {
    let message = "advisory locks of the session cannot be taken or given back in a guard, value or handler";
    let hint = "They are the caller's. Use pg_advisory_xact_lock: its lock ends with the transaction.";
    PgError {
        sqlstate: SqlState::new(b"42501"),
        message: message.to_owned(),
        hint: Some(hint.to_owned()),
        ..PgError::default()
    }
    .throw()
}

fn switched<T>(
    role: pg_sys::Oid,
    flags: u32,
    search_path: &str,
    work: impl FnOnce() -> Result<T, Error>,
) -> Result<T, Error> {
    let path = CString::new(search_path).unwrap_or_default();
    let mut outer_role = pg_sys::InvalidOid;
    let mut outer_flags = 0;
    // SAFETY: the pair of role and flags that was read is the one put back; the GUC level opened is the one closed.
    unsafe {
        pg_sys::GetUserIdAndSecContext(&mut outer_role, &mut outer_flags);
        pg_sys::SetUserIdAndSecContext(role, outer_flags | flags as i32);
        let level = pg_sys::NewGUCNestLevel();
        pg_sys::set_config_option(
            c"search_path".as_ptr(),
            path.as_ptr(),
            pg_sys::GucContext::PGC_USERSET,
            pg_sys::GucSource::PGC_S_SESSION,
            pg_sys::GucAction::GUC_ACTION_SAVE,
            true,
            0,
            false,
        );
        let result = work();
        // Not "commit": what user code has set goes, its search_path above all, which would else be the caller's.
        pg_sys::AtEOXact_GUC(false, level);
        pg_sys::SetUserIdAndSecContext(outer_role, outer_flags);
        result
    }
}

/// The owner of schema `wf`, which is the extension's.
fn owner() -> Result<pg_sys::Oid, Error> {
    // SAFETY: a syscache tuple is read while it is held and released after.
    unsafe {
        let tuple = pg_sys::SearchSysCache1(
            pg_sys::SysCacheIdentifier::NAMESPACENAME as i32,
            pg_sys::Datum::from(c"wf".as_ptr()),
        );
        if tuple.is_null() {
            return Err(Error::not_installed());
        }
        let namespace = pg_sys::GETSTRUCT(tuple) as *const pg_sys::FormData_pg_namespace;
        let owner = (*namespace).nspowner;
        pg_sys::ReleaseSysCache(tuple);
        Ok(owner)
    }
}
