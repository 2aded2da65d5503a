//! Errors of the server as values, and back.
//!
//! pgrx turns an error that crosses its boundary into one of the SQLSTATEs that it knows; any other, such as our
//! own class `WF` or a code that a user's function raises, becomes `XX000`. Code that runs statements goes through
//! `catch` instead, which keeps the whole report, and `throw` gives it back to the server unchanged.

use std::ffi::{CStr, CString, c_char, c_int};
use std::mem::MaybeUninit;

use cee_scape::{SigJmpBufFields, call_with_sigsetjmp};
use pgrx::pg_sys;

/// One error report of the server.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PgError {
    pub sqlstate: SqlState,
    pub message: String,
    pub detail: Option<String>,
    pub hint: Option<String>,
    pub context: Option<String>,
    pub schema: Option<String>,
    pub table: Option<String>,
    pub column: Option<String>,
    pub datatype: Option<String>,
    pub constraint: Option<String>,
}

/// A SQLSTATE in the server's packed form: five characters of six bits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SqlState(c_int);

impl SqlState {
    /// From its five characters (digits and upper-case letters).
    pub const fn new(code: &[u8; 5]) -> Self {
        let mut packed = 0;
        let mut place = 0;
        while place < 5 {
            packed |= ((code[place] as c_int - '0' as c_int) & 0x3F) << (6 * place);
            place += 1;
        }
        SqlState(packed)
    }

    /// From the form that pgrx uses.
    pub fn from_pgrx(code: pgrx::PgSqlErrorCode) -> Self {
        SqlState(code as c_int)
    }

    /// The first two characters, the class.
    pub fn class(self) -> String {
        self.to_string()[..2].to_owned()
    }
}

impl std::fmt::Display for SqlState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for place in 0..5 {
            let character = ((self.0 >> (6 * place)) & 0x3F) as u8 + b'0';
            write!(f, "{}", character as char)?;
        }
        Ok(())
    }
}

unsafe extern "C-unwind" {
    /// The server's own function, not pgrx's wrapper, which would catch the very error that is thrown here.
    fn ThrowErrorData(edata: *mut pg_sys::ErrorData);
}

/// Runs calls into the server and gives back the error that they raise, if they do.
///
/// # Safety
/// The closure holds nothing that needs dropping while it is in the server, calls the server's functions
/// directly (not through pgrx's wrappers) and does not panic. The caller passes the error on, or has wrapped the
/// work in a subtransaction that it rolls back.
pub unsafe fn catch<T>(call: impl FnOnce() -> T) -> Result<T, Box<PgError>> {
    let mut result = MaybeUninit::<T>::uninit();
    // SAFETY: a backend has one thread; the saved values are put back on both ways out.
    unsafe {
        let context = pg_sys::CurrentMemoryContext;
        let exception_stack = pg_sys::PG_exception_stack;
        let error_context_stack = pg_sys::error_context_stack;
        let jumped = call_with_sigsetjmp(false, |buffer: &SigJmpBufFields| {
            pg_sys::PG_exception_stack = std::ptr::from_ref(buffer).cast_mut().cast();
            result.write(call());
            0
        });
        pg_sys::PG_exception_stack = exception_stack;
        pg_sys::error_context_stack = error_context_stack;
        if jumped == 0 {
            return Ok(result.assume_init());
        }
        pg_sys::CurrentMemoryContext = context;
        let data = pg_sys::CopyErrorData();
        pg_sys::FlushErrorState();
        let error = PgError::read(&*data);
        pg_sys::FreeErrorData(data);
        Err(Box::new(error))
    }
}

impl PgError {
    /// Copies a report of the server.
    fn read(data: &pg_sys::ErrorData) -> Self {
        let text = |pointer: *const c_char| {
            (!pointer.is_null()).then(|| {
                // SAFETY: the server's strings end with a zero byte.
                unsafe { CStr::from_ptr(pointer) }.to_string_lossy().into_owned()
            })
        };
        PgError {
            sqlstate: SqlState(data.sqlerrcode),
            message: text(data.message).unwrap_or_default(),
            detail: text(data.detail),
            hint: text(data.hint),
            context: text(data.context),
            schema: text(data.schema_name),
            table: text(data.table_name),
            column: text(data.column_name),
            datatype: text(data.datatype_name),
            constraint: text(data.constraint_name),
        }
    }

    /// Raises this error in the server. Control leaves by a jump: no frame between here and the server's handler
    /// may hold anything that needs dropping.
    pub fn throw(self) -> ! {
        let text = |value: &Option<String>| value.as_ref().map_or(std::ptr::null_mut(), |value| copy(value));
        // SAFETY: all pointers are palloc'ed strings or null; `self` is dropped before the jump.
        unsafe {
            let mut data: pg_sys::ErrorData = MaybeUninit::zeroed().assume_init();
            data.elevel = pgrx::PgLogLevel::ERROR as c_int;
            data.sqlerrcode = self.sqlstate.0;
            data.message = copy(&self.message);
            data.detail = text(&self.detail);
            data.hint = text(&self.hint);
            data.context = text(&self.context);
            data.schema_name = text(&self.schema);
            data.table_name = text(&self.table);
            data.column_name = text(&self.column);
            data.datatype_name = text(&self.datatype);
            data.constraint_name = text(&self.constraint);
            drop(self);
            ThrowErrorData(&mut data);
        }
        unreachable!("ThrowErrorData does not return for ERROR")
    }
}

/// A palloc'ed C string; a zero byte inside ends it.
fn copy(value: &str) -> *mut c_char {
    let end = value.find('\0').unwrap_or(value.len());
    let value = CString::new(&value[..end]).unwrap_or_default();
    // SAFETY: pstrdup copies a string that ends with a zero byte.
    unsafe { pg_sys::pstrdup(value.as_ptr()) }
}
