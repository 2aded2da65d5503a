//! Copies of a table's rows that a backend keeps, and the word that they are out of date: the server's own invalidation
//! messages, which reach every backend before its next statement, the sender's own at once, and undo themselves when
//! the sender rolls back.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use pgrx::pg_sys;

use super::transaction;

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
    /// Of this table.
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
        // The message reaches this backend at its next command, which may be later than its next question.
        self.is_fresh.store(false, Ordering::Relaxed);
    }

    /// The table's oid; zero where the extension is not there.
    fn find(&self) -> pg_sys::Oid {
        // SAFETY: missing_ok: looks names up in the catalogs.
        unsafe { pg_sys::get_relname_relid(self.table.as_ptr(), pg_sys::get_namespace_oid(self.schema.as_ptr(), true)) }
    }
}

/// Answers that depend on the rows of one table, kept until the table changes. Always a `thread_local`, the only one of its
/// watch.
pub struct Kept<V: 'static> {
    watch: &'static Watch,
    answers: RefCell<HashMap<([u8; 16], String), V>>,
}

impl<V: Copy> Kept<V> {
    /// More answers than a backend asks for; with as many it begins anew.
    const MOST: usize = 10_000;

    /// Answers that depend on this table.
    pub fn new(watch: &'static Watch) -> Self {
        Kept { watch, answers: RefCell::default() }
    }

    /// The answer for an organization and a name: the one kept, or what `ask` says now. None is not kept.
    pub fn get<E>(
        &self,
        organization: [u8; 16],
        name: &str,
        ask: impl FnOnce() -> Result<Option<V>, E>,
    ) -> Result<Option<V>, E> {
        let key = (organization, name.to_owned());
        if self.watch.is_fresh() {
            if let Some(answer) = self.answers.borrow().get(&key) {
                return Ok(Some(*answer));
            }
        } else {
            self.answers.borrow_mut().clear();
            self.watch.begin();
        }
        let answer = ask()?;
        // The snapshot of a whole transaction may be older than the last change.
        if let Some(answer) = answer
            && transaction::is_read_committed()
        {
            let mut answers = self.answers.borrow_mut();
            if answers.len() >= Self::MOST {
                answers.clear();
            }
            answers.insert(key, answer);
        }
        Ok(answer)
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
