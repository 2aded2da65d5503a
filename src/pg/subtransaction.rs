//! An internal subtransaction: go on after an error.

use pgrx::pg_sys;
use pgrx::pg_sys::panic::CaughtError;
use pgrx::prelude::PgTryBuilder;
use std::panic::AssertUnwindSafe;

use crate::error::Error;
use crate::pg::error::PgError;
use crate::pg::table;

/// Runs `work` in a subtransaction: kept when it succeeds, rolled back when it fails.
pub fn subtransaction<T>(work: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    within(work, true)
}

/// Runs `work` in a subtransaction that is rolled back: only the value that it gives remains.
pub fn rolled_back<T>(work: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    within(work, false)
}

fn within<T>(work: impl FnOnce() -> Result<T, Error>, keep: bool) -> Result<T, Error> {
    let _kept = table::set_aside();
    // SAFETY: the memory context and resource owner in force before are put back on both ways out, as
    // BeginInternalSubTransaction's callers must.
    unsafe {
        let context = pg_sys::CurrentMemoryContext;
        let owner = pg_sys::CurrentResourceOwner;
        pg_sys::BeginInternalSubTransaction(std::ptr::null());
        pg_sys::MemoryContextSwitchTo(context);
        let result = catch_panic(work);
        if keep && result.is_ok() {
            pg_sys::ReleaseCurrentSubTransaction();
        } else {
            pg_sys::RollbackAndReleaseCurrentSubTransaction();
        }
        pg_sys::MemoryContextSwitchTo(context);
        pg_sys::CurrentResourceOwner = owner;
        result
    }
}

/// Runs `work` and gives back as a value also the errors that pgrx carries as panics.
///
/// Outside a subtransaction this is for parsers only: what they leave behind is memory.
pub fn catch_panic<T>(work: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    PgTryBuilder::new(AssertUnwindSafe(work))
        .catch_others(|caught| Err(Error::Postgres(Box::new(PgError::from_caught(&caught)))))
        .catch_rust_panic(|caught| Err(Error::Postgres(Box::new(PgError::from_caught(&caught)))))
        .execute()
}

impl PgError {
    fn from_caught(caught: &CaughtError) -> Self {
        let (CaughtError::PostgresError(report)
        | CaughtError::ErrorReport(report)
        | CaughtError::RustPanic { ereport: report, .. }) = caught;
        PgError {
            sqlstate: crate::pg::error::SqlState::from_pgrx(report.sql_error_code()),
            message: report.message().to_owned(),
            detail: report.detail().map(str::to_owned),
            hint: report.hint().map(str::to_owned),
            ..PgError::default()
        }
    }
}
