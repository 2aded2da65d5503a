//! Rows added and changed, with their index entries.

use pgrx::pg_sys;

use super::lock::{Locked, Wait, lock_row, serialization_failure};
use super::open::{Open, clear};
use super::scan::Key;
use super::{Access, Columns, RowPlace, server, statement};
use crate::error::Error;
use crate::pg::error::catch;
use crate::pg::spi::{Parameter, Row};

impl Columns {
    /// Writes the leading columns of a row that is locked, or whose instance is, read at `place` or wherever it is now, if
    /// `expected` holds of its present columns; false where it does not or no row has the key.
    pub fn update(
        &self,
        _: &Access,
        key: &[&dyn Parameter],
        place: Option<RowPlace>,
        values: &[&dyn Parameter],
        expected: impl Fn(&Row) -> Result<bool, Error>,
    ) -> Result<bool, Error> {
        let index_key = Key::new(key);
        // SAFETY: what is opened is closed by `done`, or by the abort that follows an error; the new row's values live in
        // the current context or in the old row, which stays pinned.
        unsafe {
            let open = Open::of(self.table, pg_sys::RowExclusiveLock)?;
            let mut found = catch(|| {
                server::PreventCommandIfReadOnly(c"UPDATE".as_ptr());
                server::PreventCommandIfParallelMode(c"UPDATE".as_ptr());
                place.is_some_and(|place| (*open).fetch(place)) || (*open).find(&index_key)
            })?;
            while found && expected(&self.row(open)?)? {
                if statement::is_needed_to_update((*open).relation) {
                    Open::done(open)?;
                    return Ok(self.update_by_statement(key, values)? == 1);
                }
                let (places, datums) = (self.places((*open).relation)?, Datums::new(values));
                match catch(|| (*open).update(places, &datums))? {
                    Written::Yes => {
                        Open::done(open)?;
                        return Ok(true);
                    }
                    Written::Twice => return Err(Error::internal("a row is written twice in one access")),
                    Written::Changed => {}
                }
                // Somebody wrote it in between, by hand or before this transaction had its instance.
                found = match catch(|| lock_row((*open).relation, (*open).old, Wait::Block))? {
                    Locked::Yes => true,
                    Locked::No => false,
                    Locked::Changed => return Err(serialization_failure()),
                };
            }
            Open::done(open)?;
            Ok(false)
        }
    }

    /// Adds a row with these columns; the others are null.
    pub fn insert(&self, _: &Access, values: &[&dyn Parameter]) -> Result<(), Error> {
        // SAFETY: as in `update`.
        unsafe {
            let open = Open::of(self.table, pg_sys::RowExclusiveLock)?;
            if statement::is_needed_to_insert((*open).relation) {
                Open::done(open)?;
                return self.insert_by_statement(values);
            }
            let (places, datums) = (self.places((*open).relation)?, Datums::new(values));
            catch(|| {
                server::PreventCommandIfReadOnly(c"INSERT".as_ptr());
                server::PreventCommandIfParallelMode(c"INSERT".as_ptr());
                (*open).insert(places, &datums);
            })?;
            Open::done(open)
        }
    }
}

/// What became of an attempt to write a new version.
enum Written {
    Yes,
    /// Somebody else has written one, or has deleted the row, since the snapshot.
    Changed,
    /// This access has written one.
    Twice,
}

/// New values of columns.
struct Datums(Vec<Option<pg_sys::Datum>>);

impl Datums {
    fn new(values: &[&dyn Parameter]) -> Self {
        Datums(values.iter().map(|value| value.datum()).collect())
    }
}

impl Open {
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

    /// Writes a new version of the row that was read.
    unsafe fn update(&mut self, places: &[usize], values: &Datums) -> Written {
        use pg_sys::TM_Result;
        // SAFETY: both slots have the columns of the relation; the function pointer is the access method's own.
        unsafe {
            let Some(update) = (*(*self.relation).rd_tableam).tuple_update else { return Written::Changed };
            server::CheckCmdReplicaIdentity(self.relation, pg_sys::CmdType::CMD_UPDATE);
            self.prepare();
            let count = (*(*self.old).tts_tupleDescriptor).natts as usize;
            std::ptr::copy_nonoverlapping((*self.old).tts_values, (*self.new).tts_values, count);
            std::ptr::copy_nonoverlapping((*self.old).tts_isnull, (*self.new).tts_isnull, count);
            self.set(places, values);
            let mut failure: pg_sys::TM_FailureData = std::mem::zeroed();
            let mut lock = pg_sys::LockTupleMode::LockTupleNoKeyExclusive;
            let mut indexes = server::UpdateIndexes::default();
            let result = update(
                self.relation,
                &mut (*self.old).tts_tid,
                self.new,
                server::GetCurrentCommandId(true),
                server::GetActiveSnapshot(),
                std::ptr::null_mut(),
                true,
                &mut failure,
                &mut lock,
                &mut indexes,
            );
            match result {
                TM_Result::TM_Ok => {}
                TM_Result::TM_Updated | TM_Result::TM_Deleted => {
                    clear(self.new);
                    return Written::Changed;
                }
                _ => return Written::Twice,
            }
            let indexes = indexes as u32;
            if indexes != 0 {
                // Two: only the summarizing ones.
                self.insert_index_entries(true, indexes == 2);
            }
            self.written();
            Written::Yes
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
            self.written();
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
        }
    }

    /// Ends a writing: what comes next sees the row, and what its constraints and indexes evaluated is forgotten.
    unsafe fn written(&mut self) {
        // SAFETY: nothing of that memory is in use any more.
        unsafe {
            let row = (*self.state).es_per_tuple_exprcontext;
            if !row.is_null() {
                server::MemoryContextReset((*row).ecxt_per_tuple_memory);
            }
            server::CommandCounterIncrement();
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
