//! Rows by their key, without a statement: what each transition does to its instance and its log.
//!
//! A kept plan still costs the executor's start and end, which for one row is several times what reading or writing the
//! row costs. So the hottest rows are locked, updated and inserted as the server itself does it when it applies a
//! replicated change: index scan, row lock, table access method, index entries. Nothing of what a statement guarantees is
//! given up: snapshots, row locks and 40001 as in SELECT … FOR NO KEY UPDATE, NOT NULL and CHECK, every index, WAL. Triggers
//! alone do not fire here; where a table has one (`has_triggers`), the caller uses its statement.

use std::ffi::{CStr, c_char, c_int};
use std::marker::PhantomData;
use std::sync::atomic::{AtomicPtr, Ordering};

use pgrx::pg_sys;

use super::error::{PgError, SqlState, catch};
use super::spi::{Parameter, Row};
use crate::error::Error;

mod server {
    //! The server's own functions: `catch` must see the jump, so pgrx's wrappers cannot stand in between.
    use super::*;
    use pg_sys::{Datum, EState, List, Oid, Relation, ResultRelInfo, Snapshot, TupleTableSlot};

    /// Which indexes an update needs entries in: a bool before version 16, an enum after it.
    #[cfg(feature = "pg15")]
    pub type UpdateIndexes = bool;
    #[cfg(not(feature = "pg15"))]
    pub type UpdateIndexes = u32;

    unsafe extern "C-unwind" {
        pub fn table_open(relation: Oid, lock: c_int) -> Relation;
        pub fn table_close(relation: Relation, lock: c_int);
        pub fn index_open(index: Oid, lock: c_int) -> Relation;
        pub fn index_close(index: Relation, lock: c_int);
        pub fn get_namespace_oid(name: *const c_char, missing_ok: bool) -> Oid;
        pub fn get_relname_relid(name: *const c_char, namespace: Oid) -> Oid;
        pub fn get_attnum(relation: Oid, name: *const c_char) -> i16;
        pub fn RelationGetPrimaryKeyIndex(relation: Relation) -> Oid;
        pub fn table_slot_create(relation: Relation, register: *mut *mut List) -> *mut TupleTableSlot;
        pub fn ExecDropSingleTupleTableSlot(slot: *mut TupleTableSlot);
        pub fn ExecStoreVirtualTuple(slot: *mut TupleTableSlot) -> *mut TupleTableSlot;
        pub fn slot_getsomeattrs_int(slot: *mut TupleTableSlot, count: c_int);
        pub fn ScanKeyEntryInitialize(
            entry: *mut pg_sys::ScanKeyData,
            flags: c_int,
            attribute: i16,
            strategy: u16,
            subtype: Oid,
            collation: Oid,
            procedure: Oid,
            argument: Datum,
        );
        #[cfg(not(feature = "pg18"))]
        pub fn index_beginscan(
            table: Relation,
            index: Relation,
            snapshot: Snapshot,
            keys: c_int,
            orders: c_int,
        ) -> pg_sys::IndexScanDesc;
        #[cfg(feature = "pg18")]
        pub fn index_beginscan(
            table: Relation,
            index: Relation,
            snapshot: Snapshot,
            instrument: *mut std::ffi::c_void,
            keys: c_int,
            orders: c_int,
        ) -> pg_sys::IndexScanDesc;
        pub fn index_rescan(
            scan: pg_sys::IndexScanDesc,
            keys: *mut pg_sys::ScanKeyData,
            count: c_int,
            orders: *mut pg_sys::ScanKeyData,
            order_count: c_int,
        );
        pub fn index_getnext_slot(scan: pg_sys::IndexScanDesc, direction: c_int, slot: *mut TupleTableSlot) -> bool;
        pub fn index_endscan(scan: pg_sys::IndexScanDesc);
        pub fn CommandCounterIncrement();
        pub fn GetCurrentCommandId(used: bool) -> u32;
        pub fn GetTransactionSnapshot() -> Snapshot;
        pub fn GetActiveSnapshot() -> Snapshot;
        pub fn PushActiveSnapshot(snapshot: Snapshot);
        pub fn PopActiveSnapshot();
        pub fn PreventCommandIfReadOnly(command: *const c_char);
        pub fn PreventCommandIfParallelMode(command: *const c_char);
        pub fn simple_table_tuple_update(
            relation: Relation,
            old: *mut pg_sys::ItemPointerData,
            slot: *mut TupleTableSlot,
            snapshot: Snapshot,
            update_indexes: *mut UpdateIndexes,
        );
        pub fn CreateExecutorState() -> *mut EState;
        pub fn FreeExecutorState(state: *mut EState);
        pub fn InitResultRelInfo(
            result: *mut ResultRelInfo,
            relation: Relation,
            range_table_index: u32,
            root: *mut ResultRelInfo,
            instrument: c_int,
        );
        pub fn ExecConstraints(result: *mut ResultRelInfo, slot: *mut TupleTableSlot, state: *mut EState);
        pub fn ExecOpenIndices(result: *mut ResultRelInfo, speculative: bool);
        pub fn ExecCloseIndices(result: *mut ResultRelInfo);
        #[cfg(feature = "pg15")]
        pub fn ExecInsertIndexTuples(
            result: *mut ResultRelInfo,
            slot: *mut TupleTableSlot,
            state: *mut EState,
            update: bool,
            no_error: bool,
            conflict: *mut bool,
            arbiters: *mut List,
        ) -> *mut List;
        #[cfg(not(feature = "pg15"))]
        pub fn ExecInsertIndexTuples(
            result: *mut ResultRelInfo,
            slot: *mut TupleTableSlot,
            state: *mut EState,
            update: bool,
            no_error: bool,
            conflict: *mut bool,
            arbiters: *mut List,
            only_summarizing: bool,
        ) -> *mut List;
        pub fn palloc0(size: usize) -> *mut std::ffi::c_void;
    }
}

/// Columns of a table of schema `wf`, found by their names at the first use in a backend.
pub struct Columns {
    table: &'static CStr,
    names: &'static [&'static CStr],
    known: AtomicPtr<Known>,
}

/// Where the columns are. Another table of the name, after DROP and CREATE EXTENSION, has another id.
struct Known {
    table: pg_sys::Oid,
    /// From zero.
    places: Vec<usize>,
}

/// An index of a table of schema `wf`.
pub struct Index {
    table: &'static CStr,
    name: &'static CStr,
}

/// What to do about a row that somebody else holds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Wait {
    Block,
    Skip,
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
    pub const fn new(table: &'static CStr, names: &'static [&'static CStr]) -> Self {
        Columns { table, names, known: AtomicPtr::new(std::ptr::null_mut()) }
    }

    /// Has the table triggers? They fire for statements only.
    pub fn has_triggers(&self, _: &Access) -> Result<bool, Error> {
        // SAFETY: the table is open while it is asked.
        unsafe {
            catch(|| {
                let relation = open(self.table, pg_sys::RowExclusiveLock);
                let triggers = !(*relation).trigdesc.is_null();
                server::table_close(relation, pg_sys::NoLock as c_int);
                triggers
            })
            .map_err(Error::from)
        }
    }

    /// Reads the row with this primary key.
    pub fn read<T>(
        &self,
        _: &Access,
        key: &[&dyn Parameter],
        read: impl FnOnce(&Row) -> Result<T, Error>,
    ) -> Result<Option<T>, Error> {
        let key = Key::new(key);
        // SAFETY: what is opened is closed below, or by the abort that follows an error.
        unsafe {
            let (relation, slot, found) = catch(|| {
                let relation = open(self.table, pg_sys::AccessShareLock);
                let slot = server::table_slot_create(relation, std::ptr::null_mut());
                (relation, slot, find(relation, server::RelationGetPrimaryKeyIndex(relation), &key, slot))
            })?;
            let row = if found { Some(read(&self.row(relation, slot)?)?) } else { None };
            catch(|| close(relation, slot))?;
            Ok(row)
        }
    }

    /// Locks the row with this primary key (FOR NO KEY UPDATE) and reads it as it then is; None where there is none, or
    /// where somebody holds it and nobody is to wait.
    pub fn lock<T>(
        &self,
        _: &Access,
        key: &[&dyn Parameter],
        wait: Wait,
        read: impl FnOnce(&Row, RowPlace) -> Result<T, Error>,
    ) -> Result<Option<T>, Error> {
        let key = Key::new(key);
        // SAFETY: what is opened is closed below, or by the abort that follows an error.
        unsafe {
            let (relation, slot, found) = catch(|| {
                server::PreventCommandIfReadOnly(c"SELECT FOR NO KEY UPDATE".as_ptr());
                server::PreventCommandIfParallelMode(c"SELECT FOR NO KEY UPDATE".as_ptr());
                let relation = open(self.table, pg_sys::RowShareLock);
                let slot = server::table_slot_create(relation, std::ptr::null_mut());
                let found = if find(relation, server::RelationGetPrimaryKeyIndex(relation), &key, slot) {
                    lock_row(relation, slot, wait)
                } else {
                    Locked::No
                };
                (relation, slot, found)
            })?;
            let row = match found {
                Locked::Yes => Some(read(&self.row(relation, slot)?, RowPlace((*slot).tts_tid))?),
                Locked::No => None,
                Locked::Changed => {
                    return Err(Error::Postgres(Box::new(PgError {
                        sqlstate: SqlState::new(b"40001"),
                        message: "could not serialize access due to concurrent update".to_owned(),
                        ..PgError::default()
                    })));
                }
            };
            catch(|| close(relation, slot))?;
            Ok(row)
        }
    }

    /// Writes the leading columns of a row that is locked, read at `place` or wherever it is now, if `expected` holds of
    /// its present columns; false where it does not or no row has the key.
    pub fn update(
        &self,
        _: &Access,
        key: &[&dyn Parameter],
        place: Option<RowPlace>,
        values: &[&dyn Parameter],
        expected: impl FnOnce(&Row) -> Result<bool, Error>,
    ) -> Result<bool, Error> {
        let key = Key::new(key);
        // SAFETY: as above; the new row's values live in the current context or in the old row, which stays pinned.
        unsafe {
            let (relation, slot, found) = catch(|| {
                server::PreventCommandIfReadOnly(c"UPDATE".as_ptr());
                server::PreventCommandIfParallelMode(c"UPDATE".as_ptr());
                let relation = open(self.table, pg_sys::RowExclusiveLock);
                let slot = server::table_slot_create(relation, std::ptr::null_mut());
                let found = place.is_some_and(|place| fetch(relation, place, slot))
                    || find(relation, server::RelationGetPrimaryKeyIndex(relation), &key, slot);
                (relation, slot, found)
            })?;
            let mut hit = false;
            if found {
                hit = expected(&self.row(relation, slot)?)?;
                let (places, datums) = (self.places(relation)?, Datums::new(values));
                if hit {
                    catch(|| rewrite(relation, slot, places, &datums))?;
                }
            }
            catch(|| close(relation, slot))?;
            Ok(hit)
        }
    }

    /// Adds a row with these columns; the others are null.
    pub fn insert(&self, access: &Access, values: &[&dyn Parameter]) -> Result<(), Error> {
        self.insert_all(access, std::iter::once(values))
    }

    /// Adds several rows.
    pub fn insert_all<'v>(&self, _: &Access, rows: impl Iterator<Item = &'v [&'v dyn Parameter]>) -> Result<(), Error> {
        // SAFETY: as above.
        unsafe {
            let (relation, mut writer) = catch(|| {
                server::PreventCommandIfReadOnly(c"INSERT".as_ptr());
                server::PreventCommandIfParallelMode(c"INSERT".as_ptr());
                let relation = open(self.table, pg_sys::RowExclusiveLock);
                (relation, Writer::new(relation))
            })?;
            let places = self.places(relation)?;
            for row in rows {
                let datums = Datums::new(row);
                catch(|| writer.insert(places, &datums))?;
            }
            catch(|| {
                writer.end();
                server::table_close(relation, pg_sys::NoLock as c_int);
                server::CommandCounterIncrement();
            })?;
            Ok(())
        }
    }

    /// All columns of the row in the slot, read out.
    unsafe fn row(&self, relation: pg_sys::Relation, slot: *mut pg_sys::TupleTableSlot) -> Result<Row, Error> {
        // SAFETY: the slot holds a row of the relation.
        unsafe {
            let places = self.places(relation)?;
            catch(|| read_out(slot))?;
            Ok(Row::Slot { slot, places })
        }
    }

    /// Where the columns are in this table.
    unsafe fn places(&self, relation: pg_sys::Relation) -> Result<&'static [usize], Error> {
        // SAFETY: what is known is never freed while the backend runs; after another CREATE EXTENSION it is leaked.
        unsafe {
            let known = self.known.load(Ordering::Relaxed);
            if !known.is_null() && (*known).table == (*relation).rd_id {
                return Ok(&(*known).places);
            }
            let mut places = Vec::with_capacity(self.names.len());
            for name in self.names {
                let name = name.as_ptr();
                let number = catch(|| server::get_attnum((*relation).rd_id, name))?;
                if number <= 0 {
                    return Err(Error::not_installed());
                }
                places.push(number.unsigned_abs() as usize - 1);
            }
            let known = Box::into_raw(Box::new(Known { table: (*relation).rd_id, places }));
            self.known.store(known, Ordering::Relaxed);
            Ok(&(*known).places)
        }
    }
}

impl Index {
    pub const fn new(table: &'static CStr, name: &'static CStr) -> Self {
        Index { table, name }
    }

    /// Has any row this key?
    pub fn has(&self, _: &Access, key: &[&dyn Parameter]) -> Result<bool, Error> {
        let key = Key::new(key);
        // SAFETY: as above.
        unsafe {
            catch(|| {
                let relation = open(self.table, pg_sys::AccessShareLock);
                let slot = server::table_slot_create(relation, std::ptr::null_mut());
                let index = server::get_relname_relid(self.name.as_ptr(), (*(*relation).rd_rel).relnamespace);
                let found = find(relation, index, &key, slot);
                close(relation, slot);
                found
            })
            .map_err(Error::from)
        }
    }
}

/// The values of the leading columns of an index.
struct Key {
    values: [(pg_sys::Datum, pg_sys::Oid); Key::LONGEST],
    length: usize,
}

impl Key {
    const LONGEST: usize = 3;

    fn new(values: &[&dyn Parameter]) -> Self {
        let mut key = Key { values: [(pg_sys::Datum::null(), pg_sys::InvalidOid); Key::LONGEST], length: values.len() };
        for (place, value) in values.iter().enumerate() {
            let equal = match value.type_oid() {
                pg_sys::UUIDOID => pg_sys::F_UUID_EQ,
                pg_sys::INT8OID => pg_sys::F_INT8EQ,
                _ => pg_sys::F_TEXTEQ,
            };
            key.values[place] = (value.datum().unwrap_or(pg_sys::Datum::null()), equal.into());
        }
        key
    }
}

/// New values of columns.
struct Datums(Vec<Option<pg_sys::Datum>>);

impl Datums {
    fn new(values: &[&dyn Parameter]) -> Self {
        Datums(values.iter().map(|value| value.datum()).collect())
    }
}

/// Opens a table of schema `wf`.
unsafe fn open(table: &CStr, lock: u32) -> pg_sys::Relation {
    // SAFETY: an unknown name has an invalid id, for which table_open raises an error.
    unsafe {
        let namespace = server::get_namespace_oid(c"wf".as_ptr(), false);
        server::table_open(server::get_relname_relid(table.as_ptr(), namespace), lock as c_int)
    }
}

unsafe fn close(relation: pg_sys::Relation, slot: *mut pg_sys::TupleTableSlot) {
    // SAFETY: the slot is the relation's own. The lock stays until the end of the transaction, as a statement's does.
    unsafe {
        server::ExecDropSingleTupleTableSlot(slot);
        server::table_close(relation, pg_sys::NoLock as c_int);
    }
}

/// Reads the first row with this key, as the active snapshot sees it.
unsafe fn find(relation: pg_sys::Relation, index: pg_sys::Oid, key: &Key, slot: *mut pg_sys::TupleTableSlot) -> bool {
    // SAFETY: the key has no more columns than the index, of its types.
    unsafe {
        let index = server::index_open(index, pg_sys::AccessShareLock as c_int);
        let mut keys: [pg_sys::ScanKeyData; Key::LONGEST] = std::mem::zeroed();
        for (place, (value, equal)) in key.values.iter().enumerate().take(key.length) {
            server::ScanKeyEntryInitialize(
                &mut keys[place],
                0,
                place as i16 + 1,
                pg_sys::BTEqualStrategyNumber as u16,
                pg_sys::InvalidOid,
                *(*index).rd_indcollation.add(place),
                *equal,
                *value,
            );
        }
        let count = key.length as c_int;
        let snapshot = server::GetActiveSnapshot();
        #[cfg(not(feature = "pg18"))]
        let scan = server::index_beginscan(relation, index, snapshot, count, 0);
        #[cfg(feature = "pg18")]
        let scan = server::index_beginscan(relation, index, snapshot, std::ptr::null_mut(), count, 0);
        server::index_rescan(scan, keys.as_mut_ptr(), count, std::ptr::null_mut(), 0);
        let found = server::index_getnext_slot(scan, pg_sys::ScanDirection::ForwardScanDirection as c_int, slot);
        server::index_endscan(scan);
        server::index_close(index, pg_sys::NoLock as c_int);
        found
    }
}

/// Reads the row at a place, if it is still there.
unsafe fn fetch(relation: pg_sys::Relation, place: RowPlace, slot: *mut pg_sys::TupleTableSlot) -> bool {
    let mut place = place.0;
    // SAFETY: every access method has the function; a place of a live row that is locked is valid.
    unsafe {
        match (*(*relation).rd_tableam).tuple_fetch_row_version {
            Some(fetch) => fetch(relation, &mut place, server::GetActiveSnapshot(), slot),
            None => false,
        }
    }
}

/// What became of an attempt to lock.
enum Locked {
    Yes,
    /// The row is gone, or somebody holds it.
    No,
    /// Somebody changed it after the snapshot that this transaction keeps.
    Changed,
}

/// Locks the row in the slot and reads its newest version, as the executor does for FOR NO KEY UPDATE.
unsafe fn lock_row(relation: pg_sys::Relation, slot: *mut pg_sys::TupleTableSlot, wait: Wait) -> Locked {
    use pg_sys::TM_Result;
    // SAFETY: the slot holds a row of the relation; the function pointer is the access method's own.
    unsafe {
        let Some(lock) = (*(*relation).rd_tableam).tuple_lock else { return Locked::No };
        let mut failure: pg_sys::TM_FailureData = std::mem::zeroed();
        let mut place = (*slot).tts_tid;
        let keeps_snapshot = pg_sys::XactIsoLevel >= pg_sys::XACT_REPEATABLE_READ as c_int;
        let result = lock(
            relation,
            &mut place,
            server::GetActiveSnapshot(),
            slot,
            server::GetCurrentCommandId(true),
            pg_sys::LockTupleMode::LockTupleNoKeyExclusive,
            match wait {
                Wait::Block => pg_sys::LockWaitPolicy::LockWaitBlock,
                Wait::Skip => pg_sys::LockWaitPolicy::LockWaitSkip,
            },
            if keeps_snapshot { 0 } else { pg_sys::TUPLE_LOCK_FLAG_FIND_LAST_VERSION as u8 },
            &mut failure,
        );
        match result {
            TM_Result::TM_Ok => Locked::Yes,
            TM_Result::TM_Updated | TM_Result::TM_Deleted if keeps_snapshot => Locked::Changed,
            _ => Locked::No,
        }
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

/// Writes a new version of the row in the slot, which is locked.
unsafe fn rewrite(relation: pg_sys::Relation, old: *mut pg_sys::TupleTableSlot, places: &[usize], values: &Datums) {
    // SAFETY: both slots have the columns of the relation.
    unsafe {
        let mut writer = Writer::new(relation);
        let new = writer.slot;
        let count = (*(*old).tts_tupleDescriptor).natts as usize;
        std::ptr::copy_nonoverlapping((*old).tts_values, (*new).tts_values, count);
        std::ptr::copy_nonoverlapping((*old).tts_isnull, (*new).tts_isnull, count);
        writer.set(places, values);
        let mut indexes = server::UpdateIndexes::default();
        server::simple_table_tuple_update(
            relation,
            &mut (*old).tts_tid,
            new,
            server::GetActiveSnapshot(),
            &mut indexes,
        );
        let indexes = indexes as u32;
        if indexes != 0 {
            // Two: only the summarizing ones.
            writer.insert_index_entries(true, indexes == 2);
        }
        writer.end();
        server::CommandCounterIncrement();
    }
}

/// What the executor keeps for a table that it writes.
struct Writer {
    relation: pg_sys::Relation,
    slot: *mut pg_sys::TupleTableSlot,
    state: *mut pg_sys::EState,
    result: *mut pg_sys::ResultRelInfo,
    indexes_open: bool,
}

impl Writer {
    unsafe fn new(relation: pg_sys::Relation) -> Self {
        // SAFETY: all of it lives in the current memory context.
        unsafe {
            let state = server::CreateExecutorState();
            let result = server::palloc0(size_of::<pg_sys::ResultRelInfo>()).cast::<pg_sys::ResultRelInfo>();
            server::InitResultRelInfo(result, relation, 0, std::ptr::null_mut(), 0);
            let slot = server::table_slot_create(relation, std::ptr::null_mut());
            Writer { relation, slot, state, result, indexes_open: false }
        }
    }

    /// Puts a row into the slot: these columns over what its arrays hold.
    unsafe fn set(&mut self, places: &[usize], values: &Datums) {
        // SAFETY: the places are columns of the relation.
        unsafe {
            for (place, value) in places.iter().zip(&values.0) {
                *(*self.slot).tts_values.add(*place) = value.unwrap_or(pg_sys::Datum::null());
                *(*self.slot).tts_isnull.add(*place) = value.is_none();
            }
            server::ExecStoreVirtualTuple(self.slot);
            (*self.slot).tts_tableOid = (*self.relation).rd_id;
            if !(*(*self.relation).rd_att).constr.is_null() {
                server::ExecConstraints(self.result, self.slot, self.state);
            }
        }
    }

    unsafe fn insert(&mut self, places: &[usize], values: &Datums) {
        // SAFETY: the slot has the columns of the relation; the function pointers are the access method's own.
        unsafe {
            if let Some(clear) = (*(*self.slot).tts_ops).clear {
                clear(self.slot);
            }
            let count = (*(*self.slot).tts_tupleDescriptor).natts as usize;
            for place in 0..count {
                *(*self.slot).tts_isnull.add(place) = true;
            }
            self.set(places, values);
            if let Some(insert) = (*(*self.relation).rd_tableam).tuple_insert {
                insert(self.relation, self.slot, server::GetCurrentCommandId(true), 0, std::ptr::null_mut());
            }
            self.insert_index_entries(false, false);
        }
    }

    unsafe fn insert_index_entries(&mut self, update: bool, only_summarizing: bool) {
        // SAFETY: the slot holds a row just written.
        unsafe {
            if !self.indexes_open {
                server::ExecOpenIndices(self.result, false);
                self.indexes_open = true;
            }
            if (*self.result).ri_NumIndices == 0 {
                return;
            }
            let (conflict, arbiters) = (std::ptr::null_mut(), std::ptr::null_mut());
            #[cfg(feature = "pg15")]
            {
                let _ = only_summarizing;
                server::ExecInsertIndexTuples(self.result, self.slot, self.state, update, false, conflict, arbiters);
            }
            #[cfg(not(feature = "pg15"))]
            server::ExecInsertIndexTuples(
                self.result,
                self.slot,
                self.state,
                update,
                false,
                conflict,
                arbiters,
                only_summarizing,
            );
        }
    }

    unsafe fn end(&mut self) {
        // SAFETY: all of it was made by new.
        unsafe {
            if self.indexes_open {
                server::ExecCloseIndices(self.result);
            }
            server::ExecDropSingleTupleTableSlot(self.slot);
            server::FreeExecutorState(self.state);
        }
    }
}
