//! Copies of a table's rows that a backend keeps, and the word that they are out of date: the server's own invalidation
//! messages, which reach every backend before its next statement, the sender's own at once, and undo themselves when
//! the sender rolls back.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use pgrx::pg_sys;

/// One table whose rows are kept. Always a `static`.
pub struct Watch {
    schema: &'static std::ffi::CStr,
    table: &'static std::ffi::CStr,
    /// What was read depends on roles and their memberships as well.
    minds_roles: bool,
    relation: AtomicU32,
    is_registered: AtomicBool,
    is_fresh: AtomicBool,
}

impl Watch {
    pub const fn new(schema: &'static std::ffi::CStr, table: &'static std::ffi::CStr) -> Self {
        Watch {
            schema,
            table,
            minds_roles: false,
            relation: AtomicU32::new(0),
            is_registered: AtomicBool::new(false),
            is_fresh: AtomicBool::new(false),
        }
    }

    /// The same, for rows that are read together with roles and their memberships.
    pub const fn with_roles(schema: &'static std::ffi::CStr, table: &'static std::ffi::CStr) -> Self {
        Watch { minds_roles: true, ..Watch::new(schema, table) }
    }

    /// Is what was read since `begin` still true?
    pub fn is_fresh(&self) -> bool {
        self.is_fresh.load(Ordering::Relaxed)
    }

    /// Call it before the table is read: what changes from now on is noticed.
    pub fn begin(&'static self) {
        // SAFETY: the callback is registered once in a backend's life, and its argument is static.
        unsafe {
            if !self.is_registered.swap(true, Ordering::Relaxed) {
                let argument = pg_sys::Datum::from(std::ptr::from_ref(self));
                pg_sys::CacheRegisterRelcacheCallback(Some(changed), argument);
                if self.minds_roles {
                    for cache in [pg_sys::SysCacheIdentifier::AUTHOID, pg_sys::SysCacheIdentifier::AUTHMEMROLEMEM] {
                        pg_sys::CacheRegisterSyscacheCallback(cache as i32, Some(role_changed), argument);
                    }
                }
            }
        }
        self.relation.store(self.find().to_u32(), Ordering::Relaxed);
        self.is_fresh.store(true, Ordering::Relaxed);
    }

    /// Tells every backend, when this transaction commits, that the table's rows have changed.
    pub fn invalidate(&self) {
        // SAFETY: the relation exists: its rows were just written.
        unsafe { pg_sys::CacheInvalidateRelcacheByRelid(self.find()) };
    }

    /// The table's oid; zero where the extension is not there.
    fn find(&self) -> pg_sys::Oid {
        // SAFETY: missing_ok: looks names up in the catalogs.
        unsafe { pg_sys::get_relname_relid(self.table.as_ptr(), pg_sys::get_namespace_oid(self.schema.as_ptr(), true)) }
    }
}

/// A relation (zero: all) has changed. Neither allocates nor fails: the server calls it at its most delicate moments.
unsafe extern "C-unwind" fn changed(argument: pg_sys::Datum, relation: pg_sys::Oid) {
    // SAFETY: `begin` gives a pointer to a static.
    let watch = unsafe { &*argument.cast_mut_ptr::<Watch>() };
    if relation == pg_sys::InvalidOid || relation.to_u32() == watch.relation.load(Ordering::Relaxed) {
        watch.is_fresh.store(false, Ordering::Relaxed);
    }
}

/// A role or a membership has changed. As delicate as `changed`.
unsafe extern "C-unwind" fn role_changed(argument: pg_sys::Datum, _cache: i32, _hash: u32) {
    // SAFETY: `begin` gives a pointer to a static.
    unsafe { &*argument.cast_mut_ptr::<Watch>() }.is_fresh.store(false, Ordering::Relaxed);
}
