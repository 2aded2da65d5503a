//! Rows by their key, without a statement: what each transition does to its instance and its log.
//!
//! A kept plan still costs the executor's start and end, which for one row is several times what reading or writing the
//! row costs. So the hottest rows are locked, updated and inserted as the server itself does it when it applies a
//! replicated change: index scan, row lock, table access method, index entries. Nothing of what a statement guarantees is
//! given up: snapshots, row locks and 40001 as in SELECT … FOR NO KEY UPDATE, NOT NULL and CHECK, every index, WAL. Triggers
//! alone do not fire here: where a table has one for what is written, a statement writes it.

use std::cell::RefCell;
use std::collections::HashMap;
use std::ffi::{CStr, c_char, c_int};
use std::marker::PhantomData;
use std::sync::atomic::{AtomicPtr, Ordering};

use pgrx::pg_sys;

use super::error::{PgError, SqlState, catch};
use super::spi::{Parameter, Row, Statement};
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
        pub fn MemoryContextReset(context: pg_sys::MemoryContext);
    }
}

/// Columns of a table of schema `wf`, found by their names at the first use in a backend.
pub struct Columns {
    table: &'static CStr,
    /// The columns of the primary key.
    key: &'static [&'static CStr],
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
pub(super) struct SetAside(Option<Kept>);

impl Drop for SetAside {
    fn drop(&mut self) {
        KEPT.set(self.0.take());
    }
}

/// Nothing is kept from here on: what a subtransaction opens ends with it.
pub(super) fn set_aside() -> SetAside {
    SetAside(KEPT.take())
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
    pub const fn new(table: &'static CStr, key: &'static [&'static CStr], names: &'static [&'static CStr]) -> Self {
        Columns { table, key, names, known: AtomicPtr::new(std::ptr::null_mut()) }
    }

    /// Reads the row with this primary key.
    pub fn read<T>(
        &self,
        _: &Access,
        key: &[&dyn Parameter],
        read: impl FnOnce(&Row, RowPlace) -> Result<T, Error>,
    ) -> Result<Option<T>, Error> {
        let key = Key::new(key);
        // SAFETY: what is opened is closed by `done`, or by the abort that follows an error.
        unsafe {
            let open = self.open(pg_sys::AccessShareLock)?;
            let found = catch(|| (*open).find(&key))?;
            let row = if found { Some(read(&self.row(open)?, RowPlace((*(*open).old).tts_tid))?) } else { None };
            self.done(open)?;
            Ok(row)
        }
    }

    /// Reads all rows that an index has for this key, in its order.
    pub fn read_all<T>(
        &self,
        _: &Access,
        index: &CStr,
        key: &[&dyn Parameter],
        mut read: impl FnMut(&Row, RowPlace) -> Result<Option<T>, Error>,
    ) -> Result<Vec<T>, Error> {
        let key = Key::new(key);
        let mut rows = Vec::new();
        // SAFETY: as above.
        unsafe {
            let open = self.open(pg_sys::AccessShareLock)?;
            let mut scan = catch(|| (*open).begin_scan(index, &key))?;
            while catch(|| scan.next((*open).old))? {
                rows.extend(read(&self.row(open)?, RowPlace((*(*open).old).tts_tid))?);
            }
            catch(|| scan.end())?;
            self.done(open)?;
            Ok(rows)
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
        // SAFETY: as above.
        unsafe {
            let open = self.open(pg_sys::RowShareLock)?;
            let locked = catch(|| {
                server::PreventCommandIfReadOnly(c"SELECT FOR NO KEY UPDATE".as_ptr());
                server::PreventCommandIfParallelMode(c"SELECT FOR NO KEY UPDATE".as_ptr());
                if (*open).find(&key) { lock_row((*open).relation, (*open).old, wait) } else { Locked::No }
            })?;
            let row = match locked {
                Locked::Yes => Some(read(&self.row(open)?, RowPlace((*(*open).old).tts_tid))?),
                Locked::No => None,
                Locked::Changed => {
                    return Err(Error::Postgres(Box::new(PgError {
                        sqlstate: SqlState::new(b"40001"),
                        message: "could not serialize access due to concurrent update".to_owned(),
                        ..PgError::default()
                    })));
                }
            };
            self.done(open)?;
            Ok(row)
        }
    }

    /// Writes the leading columns of a row that is locked, or whose instance is, read at `place` or wherever it is now, if
    /// `expected` holds of its present columns; false where it does not or no row has the key.
    pub fn update(
        &self,
        _: &Access,
        key: &[&dyn Parameter],
        place: Option<RowPlace>,
        values: &[&dyn Parameter],
        expected: impl FnOnce(&Row) -> Result<bool, Error>,
    ) -> Result<bool, Error> {
        let key_values = key;
        let key = Key::new(key);
        // SAFETY: as above; the new row's values live in the current context or in the old row, which stays pinned.
        unsafe {
            let open = self.open(pg_sys::RowExclusiveLock)?;
            let found = catch(|| {
                server::PreventCommandIfReadOnly(c"UPDATE".as_ptr());
                server::PreventCommandIfParallelMode(c"UPDATE".as_ptr());
                place.is_some_and(|place| (*open).fetch(place)) || (*open).find(&key)
            })?;
            let hit = found && expected(&self.row(open)?)?;
            let triggers = (*(*open).relation).trigdesc.as_ref();
            if hit && triggers.is_some_and(for_update) {
                self.done(open)?;
                return Ok(self.update_by_statement(key_values, values)? == 1);
            }
            if hit {
                let (places, datums) = (self.places((*open).relation)?, Datums::new(values));
                catch(|| (*open).update(places, &datums))?;
            }
            self.done(open)?;
            Ok(hit)
        }
    }

    /// Adds a row with these columns; the others are null.
    pub fn insert(&self, _: &Access, values: &[&dyn Parameter]) -> Result<(), Error> {
        // SAFETY: as above.
        unsafe {
            let open = self.open(pg_sys::RowExclusiveLock)?;
            if (*(*open).relation).trigdesc.as_ref().is_some_and(for_insert) {
                self.done(open)?;
                return self.insert_by_statement(values).map(drop);
            }
            let (places, datums) = (self.places((*open).relation)?, Datums::new(values));
            catch(|| {
                server::PreventCommandIfReadOnly(c"INSERT".as_ptr());
                server::PreventCommandIfParallelMode(c"INSERT".as_ptr());
                (*open).insert(places, &datums);
            })?;
            self.done(open)
        }
    }

    fn insert_by_statement(&self, values: &[&dyn Parameter]) -> Result<u64, Error> {
        let numbers: Vec<String> = (1..=values.len()).map(|number| format!("${number}")).collect();
        let names: Vec<_> = self.names.iter().map(|name| name.to_string_lossy()).collect();
        let (table, names, numbers) = (self.table.to_string_lossy(), names.join(", "), numbers.join(", "));
        execute(format!("INSERT INTO wf.{table} ({names}) VALUES ({numbers})"), values)
    }

    fn update_by_statement(&self, key: &[&dyn Parameter], values: &[&dyn Parameter]) -> Result<u64, Error> {
        let equal = |names: &[&CStr], from: usize| -> Vec<String> {
            let names = names.iter().enumerate();
            names.map(|(number, name)| format!("{} = ${}", name.to_string_lossy(), number + from)).collect()
        };
        let changes = equal(&self.names[..values.len()], 1).join(", ");
        let (table, place) = (self.table.to_string_lossy(), equal(self.key, values.len() + 1).join(" AND "));
        execute(format!("UPDATE wf.{table} SET {changes} WHERE {place}"), &[values, key].concat())
    }

    /// Opens the table, or takes it from those that are kept.
    unsafe fn open(&self, lock: u32) -> Result<*mut Open, Error> {
        KEPT.with_borrow_mut(|kept| {
            // SAFETY: what is kept is open until the scope ends; it lives in the scope's memory.
            unsafe {
                let Some(kept) = kept else {
                    return catch(|| Open::new(self.table, lock, false)).map_err(Error::from);
                };
                if let Some(open) = kept.tables.iter().find(|open| (***open).name == self.table) {
                    return Ok(*open);
                }
                let outer = pg_sys::MemoryContextSwitchTo(kept.memory);
                let open = catch(|| Open::new(self.table, pg_sys::RowExclusiveLock, true))?;
                pg_sys::MemoryContextSwitchTo(outer);
                kept.tables.push(open);
                Ok(open)
            }
        })
    }

    unsafe fn done(&self, open: *mut Open) -> Result<(), Error> {
        // SAFETY: nothing of the table is in use any more.
        unsafe { catch(|| if (*open).is_kept { (*open).rest() } else { (*open).close() }).map_err(Error::from) }
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
    pub fn has(&self, access: &Access, key: &[&dyn Parameter]) -> Result<bool, Error> {
        let _ = access;
        let key = Key::new(key);
        let table = Columns::new(self.table, &[], &[]);
        // SAFETY: what is opened is closed, here or by the abort that follows an error.
        unsafe {
            let open = table.open(pg_sys::AccessShareLock)?;
            let found = catch(|| {
                let mut scan = (*open).begin_scan(self.name, &key);
                let found = scan.next((*open).old);
                scan.end();
                found
            })?;
            table.done(open)?;
            Ok(found)
        }
    }
}

thread_local! {
    /// What stands in for this where there are triggers.
    static STATEMENTS: RefCell<HashMap<String, &'static Statement>> = RefCell::default();
}

fn execute(sql: String, parameters: &[&dyn Parameter]) -> Result<u64, Error> {
    let statement = STATEMENTS.with_borrow_mut(|known| {
        *known.entry(sql).or_insert_with_key(|sql| Box::leak(Box::new(Statement::owned(sql.clone()))))
    });
    statement.execute(parameters)
}

fn for_insert(triggers: &pg_sys::TriggerDesc) -> bool {
    triggers.trig_insert_before_row
        || triggers.trig_insert_after_row
        || triggers.trig_insert_before_statement
        || triggers.trig_insert_after_statement
        || triggers.trig_insert_new_table
}

fn for_update(triggers: &pg_sys::TriggerDesc) -> bool {
    triggers.trig_update_before_row
        || triggers.trig_update_after_row
        || triggers.trig_update_before_statement
        || triggers.trig_update_after_statement
        || triggers.trig_update_old_table
        || triggers.trig_update_new_table
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

/// An open table and what the executor would keep for it.
struct Open {
    name: &'static CStr,
    is_kept: bool,
    relation: pg_sys::Relation,
    /// The index of the primary key; null until it is used.
    primary: pg_sys::Relation,
    /// The row that was read.
    old: *mut pg_sys::TupleTableSlot,
    /// The row that is written; null until then, as all that follows.
    new: *mut pg_sys::TupleTableSlot,
    state: *mut pg_sys::EState,
    result: *mut pg_sys::ResultRelInfo,
    indexes_open: bool,
    /// What `state` and the indexes live in.
    memory: pg_sys::MemoryContext,
}

impl Open {
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

    /// Reads the row with this primary key, as the active snapshot sees it.
    unsafe fn find(&mut self, key: &Key) -> bool {
        // SAFETY: the key is the primary key's.
        unsafe {
            if self.primary.is_null() {
                let index = server::RelationGetPrimaryKeyIndex(self.relation);
                self.primary = server::index_open(index, pg_sys::AccessShareLock as c_int);
            }
            let mut scan = Scan::begin(self.relation, self.primary, key);
            let found = scan.next(self.old);
            scan.end();
            found
        }
    }

    /// Begins to read by an index.
    unsafe fn begin_scan(&mut self, index: &CStr, key: &Key) -> Scan {
        // SAFETY: the index belongs to the table, and the key to the index.
        unsafe {
            let index = server::get_relname_relid(index.as_ptr(), (*(*self.relation).rd_rel).relnamespace);
            let index = server::index_open(index, pg_sys::AccessShareLock as c_int);
            let mut scan = Scan::begin(self.relation, index, key);
            scan.own_index = index;
            scan
        }
    }

    /// Reads the row at a place, if it is still there.
    unsafe fn fetch(&mut self, place: RowPlace) -> bool {
        let mut place = place.0;
        // SAFETY: every access method has the function; a place of a live row that is locked is valid.
        unsafe {
            match (*(*self.relation).rd_tableam).tuple_fetch_row_version {
                Some(fetch) => fetch(self.relation, &mut place, server::GetActiveSnapshot(), self.old),
                None => false,
            }
        }
    }

    /// Makes what writing needs.
    unsafe fn prepare(&mut self) {
        // SAFETY: all of it lives as long as the table is open.
        unsafe {
            if !self.new.is_null() {
                return;
            }
            let outer = switch_to(self.memory);
            self.new = server::table_slot_create(self.relation, std::ptr::null_mut());
            self.state = server::CreateExecutorState();
            self.result = server::palloc0(size_of::<pg_sys::ResultRelInfo>()).cast();
            server::InitResultRelInfo(self.result, self.relation, 0, std::ptr::null_mut(), 0);
            pg_sys::CurrentMemoryContext = outer;
        }
    }

    /// Puts a row into the slot: these columns over what its arrays hold.
    unsafe fn set(&mut self, places: &[usize], values: &Datums) {
        // SAFETY: the places are columns of the relation.
        unsafe {
            for (place, value) in places.iter().zip(&values.0) {
                *(*self.new).tts_values.add(*place) = value.unwrap_or(pg_sys::Datum::null());
                *(*self.new).tts_isnull.add(*place) = value.is_none();
            }
            server::ExecStoreVirtualTuple(self.new);
            (*self.new).tts_tableOid = (*self.relation).rd_id;
            if !(*(*self.relation).rd_att).constr.is_null() {
                server::ExecConstraints(self.result, self.new, self.state);
            }
        }
    }

    /// Writes a new version of the row that was read, which is locked.
    unsafe fn update(&mut self, places: &[usize], values: &Datums) {
        // SAFETY: both slots have the columns of the relation.
        unsafe {
            self.prepare();
            let count = (*(*self.old).tts_tupleDescriptor).natts as usize;
            std::ptr::copy_nonoverlapping((*self.old).tts_values, (*self.new).tts_values, count);
            std::ptr::copy_nonoverlapping((*self.old).tts_isnull, (*self.new).tts_isnull, count);
            self.set(places, values);
            let mut indexes = server::UpdateIndexes::default();
            let (place, snapshot) = (&raw mut (*self.old).tts_tid, server::GetActiveSnapshot());
            server::simple_table_tuple_update(self.relation, place, self.new, snapshot, &mut indexes);
            let indexes = indexes as u32;
            if indexes != 0 {
                // Two: only the summarizing ones.
                self.insert_index_entries(true, indexes == 2);
            }
            server::CommandCounterIncrement();
        }
    }

    unsafe fn insert(&mut self, places: &[usize], values: &Datums) {
        // SAFETY: the slot has the columns of the relation; the function pointers are the access method's own.
        unsafe {
            self.prepare();
            let count = (*(*self.new).tts_tupleDescriptor).natts as usize;
            for place in 0..count {
                *(*self.new).tts_isnull.add(place) = true;
            }
            self.set(places, values);
            if let Some(insert) = (*(*self.relation).rd_tableam).tuple_insert {
                insert(self.relation, self.new, server::GetCurrentCommandId(true), 0, std::ptr::null_mut());
            }
            self.insert_index_entries(false, false);
            server::CommandCounterIncrement();
        }
    }

    unsafe fn insert_index_entries(&mut self, update: bool, only_summarizing: bool) {
        // SAFETY: the slot holds a row just written.
        unsafe {
            if !self.indexes_open {
                let outer = switch_to(self.memory);
                server::ExecOpenIndices(self.result, false);
                pg_sys::CurrentMemoryContext = outer;
                self.indexes_open = true;
            }
            if (*self.result).ri_NumIndices == 0 {
                return;
            }
            let (conflict, arbiters) = (std::ptr::null_mut(), std::ptr::null_mut());
            #[cfg(feature = "pg15")]
            {
                let _ = only_summarizing;
                server::ExecInsertIndexTuples(self.result, self.new, self.state, update, false, conflict, arbiters);
            }
            #[cfg(not(feature = "pg15"))]
            server::ExecInsertIndexTuples(
                self.result,
                self.new,
                self.state,
                update,
                false,
                conflict,
                arbiters,
                only_summarizing,
            );
            let row = (*self.state).es_per_tuple_exprcontext;
            if !row.is_null() {
                server::MemoryContextReset((*row).ecxt_per_tuple_memory);
            }
        }
    }
}

/// A reading by index.
struct Scan {
    scan: pg_sys::IndexScanDesc,
    /// The index, where the scan closes it.
    own_index: pg_sys::Relation,
}

impl Scan {
    unsafe fn begin(table: pg_sys::Relation, index: pg_sys::Relation, key: &Key) -> Self {
        // SAFETY: the key has no more columns than the index, of its types.
        unsafe {
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
            let scan = server::index_beginscan(table, index, snapshot, count, 0);
            #[cfg(feature = "pg18")]
            let scan = server::index_beginscan(table, index, snapshot, std::ptr::null_mut(), count, 0);
            server::index_rescan(scan, keys.as_mut_ptr(), count, std::ptr::null_mut(), 0);
            Scan { scan, own_index: std::ptr::null_mut() }
        }
    }

    /// Reads the next row.
    unsafe fn next(&mut self, slot: *mut pg_sys::TupleTableSlot) -> bool {
        // SAFETY: the scan goes on until `end`.
        unsafe { server::index_getnext_slot(self.scan, pg_sys::ScanDirection::ForwardScanDirection as c_int, slot) }
    }

    unsafe fn end(&mut self) {
        // SAFETY: called once.
        unsafe {
            server::index_endscan(self.scan);
            if !self.own_index.is_null() {
                server::index_close(self.own_index, pg_sys::NoLock as c_int);
            }
        }
    }
}

/// Makes a memory context current, and gives the one that was.
unsafe fn switch_to(memory: pg_sys::MemoryContext) -> pg_sys::MemoryContext {
    // SAFETY: a variable of the backend, which has one thread.
    unsafe {
        let outer = pg_sys::CurrentMemoryContext;
        pg_sys::CurrentMemoryContext = memory;
        outer
    }
}

unsafe fn clear(slot: *mut pg_sys::TupleTableSlot) {
    // SAFETY: every kind of slot has the function.
    unsafe {
        if let Some(clear) = (*(*slot).tts_ops).clear {
            clear(slot);
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
