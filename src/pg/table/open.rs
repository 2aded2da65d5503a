//! Tables that are open, for one access or for many.

use std::cell::RefCell;
use std::ffi::{CStr, c_int};

use pgrx::pg_sys;

use super::{Memory, server};
use crate::error::Error;
use crate::pg::error::catch;

/// An open table and what the executor would keep for it.
pub(super) struct Open {
    name: &'static CStr,
    is_kept: bool,
    pub(super) relation: pg_sys::Relation,
    /// The index of the primary key; null until it is used.
    pub(super) primary: pg_sys::Relation,
    /// The row that was read.
    pub(super) old: *mut pg_sys::TupleTableSlot,
    /// The row that is written; null until then, as all that follows.
    pub(super) new: *mut pg_sys::TupleTableSlot,
    pub(super) state: *mut pg_sys::EState,
    pub(super) result: *mut pg_sys::ResultRelInfo,
    pub(super) indexes_open: bool,
    /// What `state` and the indexes live in.
    pub(super) memory: pg_sys::MemoryContext,
}

impl Open {
    /// Opens the table, or takes it from those that are kept. Give it to `done` afterwards.
    ///
    /// # Safety
    /// An access is going on, and the table is not in use.
    pub(super) unsafe fn of(name: &'static CStr, lock: u32) -> Result<*mut Open, Error> {
        KEPT.with_borrow_mut(|kept| {
            // SAFETY: what is kept is open until the scope ends; it lives in the scope's memory.
            unsafe {
                let Some(kept) = kept else {
                    return catch(|| Open::new(name, lock, false)).map_err(Error::from);
                };
                if let Some(open) = kept.tables.iter().find(|open| (***open).name == name) {
                    return Ok(*open);
                }
                let outer = pg_sys::MemoryContextSwitchTo(kept.memory);
                let open = catch(|| Open::new(name, pg_sys::RowExclusiveLock, true))?;
                pg_sys::MemoryContextSwitchTo(outer);
                kept.tables.push(open);
                Ok(open)
            }
        })
    }

    /// Closes a table, unless it is kept.
    ///
    /// # Safety
    /// Nothing of the table is in use any more.
    pub(super) unsafe fn done(open: *mut Open) -> Result<(), Error> {
        // SAFETY: as the caller promises.
        unsafe { catch(|| if (*open).is_kept { (*open).rest() } else { (*open).close() }).map_err(Error::from) }
    }

    /// Opens a table of schema `wf`; all of it lives in the current memory context.
    unsafe fn new(name: &'static CStr, lock: u32, is_kept: bool) -> *mut Self {
        // SAFETY: an unknown name has an invalid id, for which table_open raises an error.
        unsafe {
            let namespace = server::get_namespace_oid(c"wf".as_ptr(), false);
            let relation = server::table_open(server::get_relname_relid(name.as_ptr(), namespace), lock as c_int);
            let open = server::palloc0(size_of::<Open>()).cast::<Open>();
            (*open).name = name;
            (*open).is_kept = is_kept;
            (*open).relation = relation;
            (*open).old = server::table_slot_create(relation, std::ptr::null_mut());
            (*open).memory = pg_sys::CurrentMemoryContext;
            open
        }
    }

    /// Lets go of the rows, not of the table.
    unsafe fn rest(&mut self) {
        // SAFETY: a slot's own function clears it.
        unsafe {
            clear(self.old);
            if !self.new.is_null() {
                clear(self.new);
            }
        }
    }

    /// The lock stays until the end of the transaction, as a statement's does.
    unsafe fn close(&mut self) {
        // SAFETY: each is closed once; the memory goes with its context.
        unsafe {
            if !self.new.is_null() {
                if self.indexes_open {
                    server::ExecCloseIndices(self.result);
                }
                server::ExecDropSingleTupleTableSlot(self.new);
                server::FreeExecutorState(self.state);
            }
            if !self.primary.is_null() {
                server::index_close(self.primary, pg_sys::NoLock as c_int);
            }
            server::ExecDropSingleTupleTableSlot(self.old);
            server::table_close(self.relation, pg_sys::NoLock as c_int);
        }
    }
}

/// Lets go of a slot's row.
///
/// # Safety
/// The slot is one of a table that is open.
pub(super) unsafe fn clear(slot: *mut pg_sys::TupleTableSlot) {
    // SAFETY: every kind of slot has the function.
    unsafe {
        if let Some(clear) = (*(*slot).tts_ops).clear {
            clear(slot);
        }
    }
}

/// Runs `work` with tables kept open from access to access, for many rows of the same tables. Subtransactions within
/// open their own.
pub fn keeping<T>(work: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    if KEPT.with_borrow(Option::is_some) {
        return work();
    }
    let memory = Memory::new();
    let own = memory.own;
    drop(memory);
    let _scope = SetAside(KEPT.replace(Some(Kept { memory: own, tables: Vec::new() })));
    let result = work()?;
    let kept = KEPT.take();
    // SAFETY: the tables were opened since; after an error the abort closes them and frees the memory.
    unsafe {
        for table in kept.into_iter().flat_map(|kept| kept.tables) {
            catch(|| (*table).close())?;
        }
        pg_sys::MemoryContextDelete(own);
    }
    Ok(result)
}

thread_local! {
    static KEPT: RefCell<Option<Kept>> = const { RefCell::new(None) };
}

/// Tables that stay open.
struct Kept {
    memory: pg_sys::MemoryContext,
    tables: Vec<*mut Open>,
}

/// What was kept before comes back when this is dropped.
pub struct SetAside(Option<Kept>);

impl Drop for SetAside {
    fn drop(&mut self) {
        KEPT.set(self.0.take());
    }
}

/// Nothing is kept from here on: what a subtransaction opens ends with it.
pub fn set_aside() -> SetAside {
    SetAside(KEPT.take())
}
