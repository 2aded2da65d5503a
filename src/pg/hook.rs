//! Places where the server lets a preloaded library look on: its start, utility commands, the end of transactions.

use std::ffi::{CStr, c_char, c_void};
use std::sync::OnceLock;

use pgrx::pg_sys::{self, NodeTag};

use super::database;
use super::subtransaction::catch_panic;
use crate::error::Error;

/// A utility command that background workers must know of.
pub enum Utility {
    /// Fails while anybody else is connected to this database: DROP, RENAME, SET TABLESPACE, and as TEMPLATE.
    NeedsAlone(u32),
    /// DROP or ALTER EXTENSION of ours: locks what workers use, in an order of its own.
    LocksUs,
    /// May bring or take the extension, or the settings, of this database.
    Changes(u32),
    /// CREATE DATABASE from a template; the database is not there yet.
    Copies(u32),
    /// COMMIT PREPARED: the transaction's own callback ran when it was prepared, before anything could be seen.
    CommitsPrepared,
}

/// What the library does at these places. `committed` and `aborted` run where nothing may fail or allocate.
pub struct Hooks {
    pub request_memory: fn(),
    pub attach_memory: fn(),
    pub before: fn(&Utility) -> Result<(), Error>,
    pub after: fn(&Utility),
    pub committed: fn(),
    pub aborted: fn(),
}

static HOOKS: OnceLock<Hooks> = OnceLock::new();

static mut NEXT_REQUEST: pg_sys::shmem_request_hook_type = None;
static mut NEXT_STARTUP: pg_sys::shmem_startup_hook_type = None;
static mut NEXT_UTILITY: pg_sys::ProcessUtility_hook_type = None;

/// Installs the hooks, once, while the server preloads libraries.
pub fn install(hooks: Hooks) {
    if HOOKS.set(hooks).is_err() {
        return;
    }
    // SAFETY: the postmaster preloads libraries one after another; each hook calls the one before it.
    unsafe {
        NEXT_REQUEST = pg_sys::shmem_request_hook;
        pg_sys::shmem_request_hook = Some(request);
        NEXT_STARTUP = pg_sys::shmem_startup_hook;
        pg_sys::shmem_startup_hook = Some(startup);
        NEXT_UTILITY = pg_sys::ProcessUtility_hook;
        pg_sys::ProcessUtility_hook = Some(utility);
        pg_sys::RegisterXactCallback(Some(transaction_ends), std::ptr::null_mut());
        pg_sys::RegisterResourceReleaseCallback(Some(resources_end), std::ptr::null_mut());
    }
}

unsafe extern "C-unwind" fn request() {
    // SAFETY: the hook that was there before.
    if let Some(next) = unsafe { NEXT_REQUEST } {
        unsafe { next() };
    }
    if let Some(hooks) = HOOKS.get() {
        (hooks.request_memory)();
    }
}

unsafe extern "C-unwind" fn startup() {
    // SAFETY: the hook that was there before.
    if let Some(next) = unsafe { NEXT_STARTUP } {
        unsafe { next() };
    }
    if let Some(hooks) = HOOKS.get() {
        (hooks.attach_memory)();
    }
}

unsafe extern "C-unwind" fn transaction_ends(event: pg_sys::XactEvent::Type, _argument: *mut c_void) {
    if let (pg_sys::XactEvent::XACT_EVENT_ABORT | pg_sys::XactEvent::XACT_EVENT_PREPARE, Some(hooks)) =
        (event, HOOKS.get())
    {
        (hooks.aborted)();
    }
}

/// The last of a commit, not its callback: what is woken now sees the transaction, has been told to forget what that made
/// stale, and meets none of its locks. Runs for a prepared transaction too, behind `aborted`.
unsafe extern "C-unwind" fn resources_end(
    phase: pg_sys::ResourceReleasePhase::Type,
    is_commit: bool,
    is_top_level: bool,
    _argument: *mut c_void,
) {
    let is_end = is_top_level && phase == pg_sys::ResourceReleasePhase::RESOURCE_RELEASE_AFTER_LOCKS;
    if let (true, true, Some(hooks)) = (is_end, is_commit, HOOKS.get()) {
        (hooks.committed)();
    }
}

unsafe extern "C-unwind" {
    /// The server's own function, not pgrx's wrapper: an error of the command must pass with its SQLSTATE.
    fn standard_ProcessUtility(
        statement: *mut pg_sys::PlannedStmt,
        text: *const c_char,
        read_only_tree: bool,
        context: pg_sys::ProcessUtilityContext::Type,
        parameters: pg_sys::ParamListInfo,
        environment: *mut pg_sys::QueryEnvironment,
        receiver: *mut pg_sys::DestReceiver,
        completion: *mut pg_sys::QueryCompletion,
    );
}

/// An error of the command jumps over this frame, which holds nothing that needs dropping.
unsafe extern "C-unwind" fn utility(
    statement: *mut pg_sys::PlannedStmt,
    text: *const c_char,
    read_only_tree: bool,
    context: pg_sys::ProcessUtilityContext::Type,
    parameters: pg_sys::ParamListInfo,
    environment: *mut pg_sys::QueryEnvironment,
    receiver: *mut pg_sys::DestReceiver,
    completion: *mut pg_sys::QueryCompletion,
) {
    // SAFETY: arguments are passed on as they came; the statement's node says what it is.
    unsafe {
        let command = if concerns_us((*statement).utilityStmt) { before((*statement).utilityStmt) } else { None };
        let next = NEXT_UTILITY.unwrap_or(standard_ProcessUtility);
        next(statement, text, read_only_tree, context, parameters, environment, receiver, completion);
        if let (Some(command), Some(hooks)) = (command, HOOKS.get()) {
            (hooks.after)(&command);
        }
    }
}

/// The cheap question, asked for every utility command.
unsafe fn concerns_us(node: *mut pg_sys::Node) -> bool {
    // SAFETY: every statement begins with its tag.
    matches!(
        unsafe { (*node).type_ },
        NodeTag::T_TransactionStmt
            | NodeTag::T_DropStmt
            | NodeTag::T_DropOwnedStmt
            | NodeTag::T_CreateExtensionStmt
            | NodeTag::T_AlterExtensionStmt
            | NodeTag::T_CreatedbStmt
            | NodeTag::T_DropdbStmt
            | NodeTag::T_RenameStmt
            | NodeTag::T_AlterDatabaseStmt
            | NodeTag::T_AlterDatabaseSetStmt
    )
}

/// Classifies the command and lets the library prepare for it; raises the library's error.
unsafe fn before(node: *mut pg_sys::Node) -> Option<Utility> {
    let prepared = catch_panic(|| {
        // SAFETY: the node is one of those that `concerns_us` names.
        let command = unsafe { classify(node) };
        if let (Some(command), Some(hooks)) = (&command, HOOKS.get()) {
            (hooks.before)(command)?;
        }
        Ok(command)
    });
    match prepared {
        Ok(command) => command,
        Err(error) => error.into_report().throw(),
    }
}

unsafe fn classify(node: *mut pg_sys::Node) -> Option<Utility> {
    // SAFETY: each cast follows the node's tag.
    unsafe {
        match (*node).type_ {
            NodeTag::T_TransactionStmt => {
                let kind = (*node.cast::<pg_sys::TransactionStmt>()).kind;
                (kind == pg_sys::TransactionStmtKind::TRANS_STMT_COMMIT_PREPARED).then_some(Utility::CommitsPrepared)
            }
            NodeTag::T_CreateExtensionStmt | NodeTag::T_DropOwnedStmt => Some(Utility::Changes(database::current())),
            NodeTag::T_AlterExtensionStmt => {
                let name = (*node.cast::<pg_sys::AlterExtensionStmt>()).extname;
                (CStr::from_ptr(name) == c"pg_workflow").then_some(Utility::LocksUs)
            }
            NodeTag::T_DropStmt => {
                let drop = node.cast::<pg_sys::DropStmt>();
                match (*drop).removeType {
                    pg_sys::ObjectType::OBJECT_EXTENSION if names_us((*drop).objects) => Some(Utility::LocksUs),
                    // CASCADE reaches extensions too.
                    pg_sys::ObjectType::OBJECT_EXTENSION | pg_sys::ObjectType::OBJECT_SCHEMA => {
                        Some(Utility::Changes(database::current()))
                    }
                    _ => None,
                }
            }
            NodeTag::T_CreatedbStmt => {
                let options = (*node.cast::<pg_sys::CreatedbStmt>()).options;
                let template = match option(options, c"template") {
                    Some(definition) => text(pg_sys::defGetString(definition)),
                    None => "template1".to_owned(),
                };
                database::find(&template).filter(|_| database::may_create()).map(Utility::Copies)
            }
            NodeTag::T_DropdbStmt => owned((*node.cast::<pg_sys::DropdbStmt>()).dbname).map(Utility::NeedsAlone),
            NodeTag::T_RenameStmt => {
                let rename = node.cast::<pg_sys::RenameStmt>();
                let is_database = (*rename).renameType == pg_sys::ObjectType::OBJECT_DATABASE;
                if is_database { owned((*rename).subname).map(Utility::NeedsAlone) } else { None }
            }
            NodeTag::T_AlterDatabaseStmt => {
                let alter = node.cast::<pg_sys::AlterDatabaseStmt>();
                let database = owned((*alter).dbname)?;
                let moves = option((*alter).options, c"tablespace").is_some();
                Some(if moves { Utility::NeedsAlone(database) } else { Utility::Changes(database) })
            }
            NodeTag::T_AlterDatabaseSetStmt => {
                owned((*node.cast::<pg_sys::AlterDatabaseSetStmt>()).dbname).map(Utility::Changes)
            }
            _ => None,
        }
    }
}

/// The database, where the caller may do with it what the command does: else workers stay where they are.
unsafe fn owned(name: *const c_char) -> Option<u32> {
    // SAFETY: a C string of the statement.
    database::find(&unsafe { text(name) }).filter(|database| database::is_owner(*database))
}

unsafe fn text(value: *const c_char) -> String {
    // SAFETY: the caller gives a C string.
    unsafe { CStr::from_ptr(value) }.to_string_lossy().into_owned()
}

/// The option of this name in a list of definitions.
unsafe fn option(list: *mut pg_sys::List, name: &CStr) -> Option<*mut pg_sys::DefElem> {
    // SAFETY: the list holds definitions, as its statement's grammar says.
    unsafe {
        let definitions = pgrx::PgList::<pg_sys::DefElem>::from_pg(list);
        definitions.iter_ptr().find(|definition| CStr::from_ptr((**definition).defname) == name)
    }
}

/// Does a list of names name this extension?
unsafe fn names_us(list: *mut pg_sys::List) -> bool {
    // SAFETY: DROP EXTENSION lists strings.
    unsafe {
        let names = pgrx::PgList::<pg_sys::String>::from_pg(list);
        names.iter_ptr().any(|name| CStr::from_ptr((*name).sval) == c"pg_workflow")
    }
}
