//! Rows by their key, without a statement: what each transition does to its instance and its log.
//!
//! A kept plan still costs the executor's start and end, which for one row is several times what reading or writing the
//! row costs. So the hottest rows are locked, updated and inserted as the server itself does it when it applies a
//! replicated change: index scan, row lock, table access method, index entries. Nothing of what a statement guarantees is
//! given up: snapshots, row locks and 40001 as in SELECT … FOR NO KEY UPDATE and UPDATE, NOT NULL and CHECK, every index, WAL,
//! publications. What the executor alone does is left to a statement: where a table has triggers, rules or columns with values
//! of the server's making (`statement`). Permissions are not looked at: the extension's owner writes.

mod lock;
mod open;
mod read;
mod scan;
mod server;
mod statement;
mod write;

use std::ffi::CStr;
use std::marker::PhantomData;
use std::sync::atomic::{AtomicPtr, Ordering};

use pgrx::pg_sys;

pub use self::lock::Wait;
use self::open::Open;
pub use self::open::keeping;
pub(super) use self::open::set_aside;
use super::error::catch;
use super::spi::Row;
use crate::error::Error;

/// Columns of a table of schema `wf`, found by their names at the first use in a backend.
pub struct Columns {
    table: &'static CStr,
    /// The columns of the primary key.
    key: &'static [&'static CStr],
    names: &'static [&'static CStr],
    known: AtomicPtr<Known>,
}

/// Where the columns are. Another table of the name, after DROP and CREATE EXTENSION, has another id; a table to which
/// columns were added has more of them, dropped ones included.
struct Known {
    table: pg_sys::Oid,
    columns: i32,
    /// From zero.
    places: Vec<usize>,
}

/// An index of a table of schema `wf`.
pub struct Index {
    table: &'static CStr,
    name: &'static CStr,
}

/// Where a row was when it was read.
#[derive(Clone, Copy)]
pub struct RowPlace(pg_sys::ItemPointerData);

/// A snapshot and memory for some accesses, which are gone when it ends.
pub struct Access<'a>(PhantomData<&'a ()>);

/// Runs `work`, which sees all that was committed before and all that this transaction has done.
pub fn access<T>(work: impl FnOnce(&Access) -> Result<T, Error>) -> Result<T, Error> {
    let memory = Memory::new();
    // SAFETY: calls of the server alone; the snapshot is popped below, or by the abort that follows an error.
    unsafe {
        catch(|| {
            server::CommandCounterIncrement();
            server::PushActiveSnapshot(server::GetTransactionSnapshot());
        })?;
        let result = work(&Access(PhantomData))?;
        server::PopActiveSnapshot();
        memory.delete();
        Ok(result)
    }
}

/// A memory context that is current as long as this lives.
struct Memory {
    own: pg_sys::MemoryContext,
    outer: pg_sys::MemoryContext,
}

impl Memory {
    fn new() -> Self {
        // SAFETY: the outer context is put back when this is dropped.
        unsafe {
            let own = pg_sys::AllocSetContextCreateInternal(
                pg_sys::CurrentMemoryContext,
                c"pg_workflow rows".as_ptr(),
                pg_sys::ALLOCSET_DEFAULT_MINSIZE as usize,
                pg_sys::ALLOCSET_DEFAULT_INITSIZE as usize,
                pg_sys::ALLOCSET_DEFAULT_MAXSIZE as usize,
            );
            Memory { own, outer: pg_sys::MemoryContextSwitchTo(own) }
        }
    }

    /// Not when it is dropped: after an error the server still looks at what lies in it, and frees it itself.
    fn delete(self) {
        let own = self.own;
        drop(self);
        // SAFETY: nothing of it is in use any more, and it is not current.
        unsafe { pg_sys::MemoryContextDelete(own) }
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        // SAFETY: the context was current before.
        unsafe { pg_sys::MemoryContextSwitchTo(self.outer) };
    }
}

impl Columns {
    /// Columns `names` of a table, with those of its primary key.
    pub const fn new(table: &'static CStr, key: &'static [&'static CStr], names: &'static [&'static CStr]) -> Self {
        Columns { table, key, names, known: AtomicPtr::new(std::ptr::null_mut()) }
    }

    /// All columns of the row that was read.
    unsafe fn row(&self, open: *mut Open) -> Result<Row, Error> {
        // SAFETY: the slot holds a row of the relation.
        unsafe {
            let places = self.places((*open).relation)?;
            catch(|| read_out((*open).old))?;
            Ok(Row::Slot { slot: (*open).old, places })
        }
    }

    /// Where the columns are in this table.
    unsafe fn places(&self, relation: pg_sys::Relation) -> Result<&'static [usize], Error> {
        // SAFETY: what is known is never freed while the backend runs; when the table changes it is leaked.
        unsafe {
            let known = self.known.load(Ordering::Relaxed);
            let (table, columns) = ((*relation).rd_id, (*(*relation).rd_att).natts);
            if !known.is_null() && (*known).table == table && (*known).columns == columns {
                return Ok(&(*known).places);
            }
            let mut places = Vec::with_capacity(self.names.len());
            for name in self.names {
                let name = name.as_ptr();
                let number = catch(|| server::get_attnum(table, name))?;
                if number <= 0 {
                    return Err(Error::not_installed());
                }
                places.push(number.unsigned_abs() as usize - 1);
            }
            let known = Box::into_raw(Box::new(Known { table, columns, places }));
            self.known.store(known, Ordering::Relaxed);
            Ok(&(*known).places)
        }
    }
}

impl Index {
    /// The index `name` of a table.
    pub const fn new(table: &'static CStr, name: &'static CStr) -> Self {
        Index { table, name }
    }
}

/// Gets all columns of a row out of it.
unsafe fn read_out(slot: *mut pg_sys::TupleTableSlot) {
    // SAFETY: the slot holds a row with the columns of its descriptor.
    unsafe {
        let count = (*(*slot).tts_tupleDescriptor).natts;
        if i32::from((*slot).tts_nvalid) < count {
            server::slot_getsomeattrs_int(slot, count);
        }
    }
}
