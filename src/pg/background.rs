//! Background workers: registering, starting, and what one does for itself.

use std::ffi::{CStr, CString, c_char, c_int};

use pgrx::pg_sys;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::{PgLogLevel, PgSqlErrorCode};

use super::subtransaction::catch_panic;
use crate::error::Error;

unsafe extern "C-unwind" {
    // Signal handlers of the server, given to it by address.
    fn die(signal: c_int);
    fn SignalHandlerForConfigReload(signal: c_int);
}

/// Defines the function by which the server enters a background worker: `worker_entry!(symbol, main)`.
macro_rules! worker_entry {
    ($symbol:ident, $main:path) => {
        /// Where the server enters this worker.
        #[pgrx::pg_guard]
        #[unsafe(no_mangle)]
        pub extern "C-unwind" fn $symbol(argument: pgrx::pg_sys::Datum) {
            $main(argument.value() as u64)
        }
    };
}
pub(crate) use worker_entry;

/// A background worker to be.
pub struct Worker<'a> {
    pub name: &'a str,
    /// What `pg_stat_activity.backend_type` shows.
    pub backend_type: &'static str,
    /// The symbol of its `worker_entry!`.
    pub entry: &'static str,
    pub argument: u64,
    /// Seconds after which it is started again; None: never.
    pub restart: Option<i32>,
}

impl Worker<'_> {
    fn describe(&self) -> pg_sys::BackgroundWorker {
        let mut worker = pg_sys::BackgroundWorker {
            bgw_flags: (pg_sys::BGWORKER_SHMEM_ACCESS | pg_sys::BGWORKER_BACKEND_DATABASE_CONNECTION) as c_int,
            // Not in a hot standby, and in one that is promoted from then on.
            bgw_start_time: pg_sys::BgWorkerStartTime::BgWorkerStart_RecoveryFinished,
            bgw_restart_time: self.restart.unwrap_or(pg_sys::BGW_NEVER_RESTART),
            bgw_main_arg: pg_sys::Datum::from(self.argument),
            ..pg_sys::BackgroundWorker::default()
        };
        put(&mut worker.bgw_name, self.name);
        put(&mut worker.bgw_type, self.backend_type);
        put(&mut worker.bgw_library_name, "pg_workflow");
        put(&mut worker.bgw_function_name, self.entry);
        worker
    }

    /// Registers a worker that the server starts by itself; only while it preloads libraries.
    pub fn register(&self) {
        // SAFETY: the description is complete and copied.
        unsafe { pg_sys::RegisterBackgroundWorker(&mut self.describe()) };
    }

    /// Starts the worker; None where the server has no slot for one more.
    pub fn start(&self) -> Option<Handle> {
        let mut worker = self.describe();
        let mut handle = std::ptr::null_mut();
        // SAFETY: as above; the handle is allocated where it outlives transactions.
        unsafe {
            worker.bgw_notify_pid = pg_sys::MyProcPid;
            let context = pg_sys::MemoryContextSwitchTo(pg_sys::TopMemoryContext);
            let started = pg_sys::RegisterDynamicBackgroundWorker(&mut worker, &mut handle);
            pg_sys::MemoryContextSwitchTo(context);
            started.then(|| Handle(handle))
        }
    }
}

/// Copies a text into a field that ends with a zero byte.
fn put(field: &mut [c_char], text: &str) {
    let room = field.len() - 1;
    for (place, byte) in field[..room].iter_mut().zip(text.bytes()) {
        *place = byte as c_char;
    }
}

/// A worker that was started.
pub struct Handle(*mut pg_sys::BackgroundWorkerHandle);

impl Handle {
    /// Has it ended, or never begun?
    pub fn has_ended(&self) -> bool {
        let mut pid = 0;
        // SAFETY: the handle lives as long as self.
        let status = unsafe { pg_sys::GetBackgroundWorkerPid(self.0, &mut pid) };
        status == pg_sys::BgwHandleStatus::BGWH_STOPPED || status == pg_sys::BgwHandleStatus::BGWH_POSTMASTER_DIED
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        // SAFETY: palloc'ed by `start`, owned by self.
        unsafe { pg_sys::pfree(self.0.cast()) };
    }
}

/// Takes the signals that a worker lives by: SIGTERM ends it where it stands (its transaction rolls back), SIGHUP
/// tells it to read the configuration again.
pub fn take_signals() {
    let on = |signal: u32, handler: unsafe extern "C-unwind" fn(c_int)| {
        // SAFETY: handlers of the server, which only set flags and the latch.
        unsafe {
            #[cfg(not(feature = "pg18"))]
            pg_sys::pqsignal(signal as c_int, Some(handler));
            #[cfg(feature = "pg18")]
            pg_sys::pqsignal_be(signal as c_int, Some(handler));
        }
    };
    on(pg_sys::SIGTERM, die);
    on(pg_sys::SIGHUP, SignalHandlerForConfigReload);
    // SAFETY: the handlers are in place.
    unsafe { pg_sys::BackgroundWorkerUnblockSignals() };
}

/// Runs `work` at the end of this process, whatever the end is, as long as it ends by itself.
pub fn at_exit(work: fn()) {
    unsafe extern "C-unwind" fn run(_code: c_int, argument: pg_sys::Datum) {
        // SAFETY: the datum is the function that `at_exit` was given.
        let work: fn() = unsafe { std::mem::transmute(argument.value()) };
        work();
    }
    // SAFETY: the callback takes a code and the datum given here.
    unsafe { pg_sys::before_shmem_exit(Some(run), pg_sys::Datum::from(work as usize)) };
}

/// Connects as the bootstrap superuser: to a database, or with None to the shared catalogs only.
pub fn connect(database: Option<pg_sys::Oid>) {
    // SAFETY: once in a worker's life, signals unblocked. A database that is gone ends the process.
    unsafe {
        pg_sys::BackgroundWorkerInitializeConnectionByOid(
            database.unwrap_or(pg_sys::InvalidOid),
            pg_sys::InvalidOid,
            0,
        );
    }
}

/// Was this process told to read the configuration again?
pub fn must_reload() -> bool {
    // SAFETY: a flag that a signal handler sets.
    unsafe { (&raw const pg_sys::ConfigReloadPending).read_volatile() != 0 }
}

/// Reads the configuration again if that was asked for. Was it?
pub fn reload_configuration() -> bool {
    if !must_reload() {
        return false;
    }
    // SAFETY: flag and function as every worker uses them.
    unsafe {
        (&raw mut pg_sys::ConfigReloadPending).write_volatile(0);
        pg_sys::ProcessConfigFile(pg_sys::GucContext::PGC_SIGHUP);
        true
    }
}

/// Runs `work` in a transaction of its own, in the memory of that transaction: committed if it succeeds, else
/// aborted. Errors at commit are answered too.
pub fn transaction<T>(work: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    // SAFETY: a worker between two transactions; the snapshot pushed is popped before the commit, or by the abort.
    let result = catch_panic(|| unsafe {
        pg_sys::SetCurrentStatementStartTimestamp();
        pg_sys::StartTransactionCommand();
        pg_sys::PushActiveSnapshot(pg_sys::GetTransactionSnapshot());
        let value = work()?;
        pg_sys::PopActiveSnapshot();
        pg_sys::CommitTransactionCommand();
        Ok(value)
    });
    if result.is_err() {
        // SAFETY: leaves no transaction, whatever state the error left.
        unsafe { pg_sys::AbortCurrentTransaction() };
    }
    // SAFETY: the context of the process; nothing is allocated between transactions. Advisory locks that user code took
    // for the session would be held as long as the worker lives.
    unsafe {
        pg_sys::LockReleaseAll(pg_sys::USER_LOCKMETHOD as u16, true);
        pg_sys::MemoryContextSwitchTo(pg_sys::TopMemoryContext);
    }
    result
}

/// What `pg_stat_activity` shows.
pub fn report_activity(text: &str, idle: bool) {
    let text = CString::new(text).unwrap_or_default();
    let state = if idle { pg_sys::BackendState::STATE_IDLE } else { pg_sys::BackendState::STATE_RUNNING };
    // SAFETY: the text is copied.
    unsafe { pg_sys::pgstat_report_activity(state, text.as_ptr()) };
}

/// Hands this process's statistics over; a long sleep would keep them back.
pub fn report_statistics(before_long_sleep: bool) {
    // SAFETY: between transactions.
    unsafe { pg_sys::pgstat_report_stat(before_long_sleep) };
}

/// Sets a setting for the life of this process, over everything that the database or the file says.
pub fn override_setting(name: &CStr, value: &CStr) {
    // SAFETY: names and values of settings, as C strings.
    unsafe {
        pg_sys::SetConfigOption(
            name.as_ptr(),
            value.as_ptr(),
            pg_sys::GucContext::PGC_SUSET,
            pg_sys::GucSource::PGC_S_OVERRIDE,
        );
    }
}

/// Writes a warning to the server's log.
pub fn warn(message: &str, hint: &str) {
    ErrorReport::new(PgSqlErrorCode::ERRCODE_WARNING, message.to_owned(), "pg_workflow")
        .set_hint(hint.to_owned())
        .report(PgLogLevel::WARNING);
}

/// Is the library being preloaded by the postmaster, and not to upgrade a cluster?
pub fn is_preloading() -> bool {
    // SAFETY: reads variables of the process.
    unsafe { pg_sys::process_shared_preload_libraries_in_progress && !pg_sys::IsBinaryUpgrade }
}

/// `max_worker_processes`.
pub fn worker_limit() -> usize {
    // SAFETY: reads a setting.
    usize::try_from(unsafe { pg_sys::max_worker_processes }).unwrap_or(0)
}
