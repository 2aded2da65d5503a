//! Row locks, as SELECT … FOR NO KEY UPDATE takes them.

use std::ffi::c_int;

use pgrx::pg_sys;

use super::open::Open;
use super::scan::Key;
use super::{Access, Columns, RowPlace, server};
use crate::error::Error;
use crate::pg::error::{PgError, SqlState, catch};
use crate::pg::spi::{Parameter, Row};

/// What to do about a row that somebody else holds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Wait {
    Block,
    Skip,
}

impl Columns {
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
        // SAFETY: what is opened is closed by `done`, or by the abort that follows an error.
        unsafe {
            let open = Open::of(self.table, pg_sys::RowShareLock)?;
            let locked = catch(|| {
                server::PreventCommandIfReadOnly(c"SELECT FOR NO KEY UPDATE".as_ptr());
                server::PreventCommandIfParallelMode(c"SELECT FOR NO KEY UPDATE".as_ptr());
                if (*open).find(&key) { lock_row((*open).relation, (*open).old, wait) } else { Locked::No }
            })?;
            let row = match locked {
                Locked::Yes => Some(read(&self.row(open)?, RowPlace((*(*open).old).tts_tid))?),
                Locked::No => None,
                Locked::Changed => return Err(serialization_failure()),
            };
            Open::done(open)?;
            Ok(row)
        }
    }
}

/// What a transaction is told that keeps its snapshot and comes too late.
pub(super) fn serialization_failure() -> Error {
    Error::Postgres(Box::new(PgError {
        sqlstate: SqlState::new(b"40001"),
        message: "could not serialize access due to concurrent update".to_owned(),
        ..PgError::default()
    }))
}

/// What became of an attempt to lock.
pub(super) enum Locked {
    Yes,
    /// The row is gone, or somebody holds it.
    No,
    /// Somebody changed it after the snapshot that this transaction keeps.
    Changed,
}

/// Locks the row in the slot and reads its newest version, as the executor does for FOR NO KEY UPDATE.
///
/// # Safety
/// The slot holds a row of the relation, which is open.
pub(super) unsafe fn lock_row(relation: pg_sys::Relation, slot: *mut pg_sys::TupleTableSlot, wait: Wait) -> Locked {
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
