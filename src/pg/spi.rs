//! Statements with kept plans.
//!
//! Every statement is planned once per backend, generic, and runs with `read_only = false`: a read-only execution
//! in a fresh subtransaction does not see what was committed while it waited for a lock. Rows are copied out into
//! owned values before the connection to SPI ends, so nothing of the server is borrowed while the engine thinks.

use std::borrow::Cow;
use std::ffi::{CString, c_char, c_int, c_long};
use std::sync::atomic::{AtomicPtr, Ordering};

use pgrx::Uuid;
use pgrx::datum::{FromDatum, IntoDatum};
use pgrx::pg_sys;

use super::error::catch;
use super::jsonb::{JsonText, Jsonb};
use super::time::Timestamp;
use crate::error::Error;

unsafe extern "C-unwind" {
    // The server's own functions: `catch` must see the jump, so pgrx's wrappers cannot stand in between.
    fn SPI_prepare_cursor(
        src: *const c_char,
        nargs: c_int,
        argtypes: *mut pg_sys::Oid,
        options: c_int,
    ) -> pg_sys::SPIPlanPtr;
    fn SPI_execute_plan(
        plan: pg_sys::SPIPlanPtr,
        values: *mut pg_sys::Datum,
        nulls: *const c_char,
        read_only: bool,
        limit: c_long,
    ) -> c_int;
}

/// One SQL statement and, from its first use in a backend on, its plan.
pub struct Statement {
    sql: Cow<'static, str>,
    plan: AtomicPtr<pg_sys::_SPI_plan>,
}

impl Statement {
    /// A statement of ours.
    pub const fn new(sql: &'static str) -> Self {
        Statement { sql: Cow::Borrowed(sql), plan: AtomicPtr::new(std::ptr::null_mut()) }
    }

    /// A statement put together at run time, such as the call of a user's function.
    pub fn owned(sql: String) -> Self {
        Statement { sql: Cow::Owned(sql), plan: AtomicPtr::new(std::ptr::null_mut()) }
    }

    /// Runs the statement and gives the number of rows that it made or changed.
    pub fn execute(&self, parameters: &[&dyn Parameter]) -> Result<u64, Error> {
        self.run(parameters, |_| Ok(())).map(|(count, _)| count)
    }

    /// Runs the statement and reads each row.
    pub fn rows<T>(
        &self,
        parameters: &[&dyn Parameter],
        read: impl FnMut(&Row) -> Result<T, Error>,
    ) -> Result<Vec<T>, Error> {
        self.run(parameters, read).map(|(_, rows)| rows)
    }

    /// Runs the statement and reads its first row, if it has one.
    pub fn first<T>(
        &self,
        parameters: &[&dyn Parameter],
        read: impl FnMut(&Row) -> Result<T, Error>,
    ) -> Result<Option<T>, Error> {
        self.rows(parameters, read).map(|rows| rows.into_iter().next())
    }

    fn run<T>(
        &self,
        parameters: &[&dyn Parameter],
        mut read: impl FnMut(&Row) -> Result<T, Error>,
    ) -> Result<(u64, Vec<T>), Error> {
        let connection = Connection::open();
        let result = self.run_connected(parameters, &mut read);
        connection.close(&result);
        result
    }

    fn run_connected<T>(
        &self,
        parameters: &[&dyn Parameter],
        read: &mut impl FnMut(&Row) -> Result<T, Error>,
    ) -> Result<(u64, Vec<T>), Error> {
        let plan = self.plan(parameters)?;
        let mut values = Vec::with_capacity(parameters.len());
        let mut nulls = Vec::with_capacity(parameters.len());
        for parameter in parameters {
            let datum = parameter.datum();
            nulls.push(if datum.is_none() { b'n' } else { b' ' } as c_char);
            values.push(datum.unwrap_or(pg_sys::Datum::null()));
        }
        // SAFETY: the arrays have one entry for each parameter that the plan was made with; the variables are put back
        // however the execution ends.
        let status = unsafe {
            let (values, nulls) = (values.as_mut_ptr(), nulls.as_ptr());
            let (jit, incremental_sort) = (pg_sys::jit_enabled, pg_sys::enable_incremental_sort);
            if self.is_ours() {
                (pg_sys::jit_enabled, pg_sys::enable_incremental_sort) = (false, false);
            }
            let status = catch(|| SPI_execute_plan(plan, values, nulls, false, 0));
            (pg_sys::jit_enabled, pg_sys::enable_incremental_sort) = (jit, incremental_sort);
            status?
        };
        if status < 0 {
            return Err(Error::internal(format!("statement failed with SPI status {status}: {}", self.sql)));
        }
        // SAFETY: set by the execution just made.
        let (count, table) = unsafe { (pg_sys::SPI_processed, pg_sys::SPI_tuptable) };
        let mut rows = Vec::new();
        if !table.is_null() {
            rows.reserve(count as usize);
            for index in 0..count as usize {
                // SAFETY: the table holds `count` rows until the connection ends.
                let row = unsafe { Row::Result { tuple: *(*table).vals.add(index), descriptor: (*table).tupdesc } };
                rows.push(read(&row)?);
            }
        }
        Ok((count, rows))
    }

    /// Plans of ours are made without just-in-time compilation: they read few rows, but where much waits their estimates
    /// are high, and the compilation, anew for each execution, took 100 ms for a claim of 100 effects. Nor with incremental
    /// sorts: they made any index that leads with the organization seem as good as the one that gives the order, and a round
    /// through a backlog of 100,000 timers took 460 ms in place of 40.
    fn is_ours(&self) -> bool {
        matches!(self.sql, Cow::Borrowed(_))
    }

    fn plan(&self, parameters: &[&dyn Parameter]) -> Result<pg_sys::SPIPlanPtr, Error> {
        let kept = self.plan.load(Ordering::Relaxed);
        if !kept.is_null() {
            return Ok(kept);
        }
        let mut types: Vec<pg_sys::Oid> = parameters.iter().map(|parameter| parameter.type_oid()).collect();
        let sql = CString::new(self.sql.as_ref()).unwrap_or_default();
        let (count, options) = (types.len() as c_int, pg_sys::CURSOR_OPT_GENERIC_PLAN as c_int);
        // SAFETY: the statement and its parameter types outlive the call; a kept plan stays until it is freed.
        unsafe {
            let (source, types) = (sql.as_ptr(), types.as_mut_ptr());
            let plan = catch(|| SPI_prepare_cursor(source, count, types, options))?;
            if plan.is_null() || pg_sys::SPI_keepplan(plan) != 0 {
                return Err(Error::internal(format!("statement could not be prepared: {}", self.sql)));
            }
            self.plan.store(plan, Ordering::Relaxed);
            Ok(plan)
        }
    }
}

impl Drop for Statement {
    fn drop(&mut self) {
        let plan = *self.plan.get_mut();
        if !plan.is_null() {
            // SAFETY: the plan is kept, ours, and used by nobody else.
            unsafe { pg_sys::SPI_freeplan(plan) };
        }
    }
}

/// One level of SPI.
struct Connection;

impl Connection {
    fn open() -> Self {
        // SAFETY: each level opened is closed, here or by the abort that follows an error.
        unsafe { pg_sys::SPI_connect() };
        Connection
    }

    /// After an error the levels that user code left open lie above ours, and the abort takes all of them.
    fn close<T, E>(self, result: &Result<T, E>) {
        if result.is_ok() {
            // SAFETY: pairs with SPI_connect.
            unsafe { pg_sys::SPI_finish() };
        }
    }
}

/// One row, of a result or of a table.
pub enum Row {
    Result {
        tuple: pg_sys::HeapTuple,
        descriptor: pg_sys::TupleDesc,
    },
    /// All columns of a slot; those asked for are at these places.
    Slot {
        slot: *const pg_sys::TupleTableSlot,
        places: &'static [usize],
    },
}

impl Row {
    /// A column by its place from 1; None for null. The statement's SQL, or the columns' types, answer for the type.
    pub fn get<T: FromDatum>(&self, column: i32) -> Option<T> {
        // SAFETY: the row and its descriptor belong together, and the slot has each of the places.
        unsafe {
            match self {
                Row::Result { tuple, descriptor } => {
                    let mut null = false;
                    let datum = pg_sys::SPI_getbinval(*tuple, *descriptor, column, &mut null);
                    T::from_datum(datum, null)
                }
                Row::Slot { slot, places } => {
                    let place = places[column as usize - 1];
                    T::from_datum(*(**slot).tts_values.add(place), *(**slot).tts_isnull.add(place))
                }
            }
        }
    }

    /// A column that is never null.
    pub fn required<T: FromDatum>(&self, column: i32) -> Result<T, Error> {
        self.get(column).ok_or_else(|| Error::internal(format!("column {column} is unexpectedly null")))
    }
}

/// What a statement can be given. The datum is made in the connection's memory and ends with it.
pub trait Parameter {
    fn type_oid(&self) -> pg_sys::Oid;
    fn datum(&self) -> Option<pg_sys::Datum>;
}

macro_rules! parameter {
    ($($type:ty: $oid:expr, |$value:ident| $datum:expr;)*) => {
        $(impl Parameter for $type {
            fn type_oid(&self) -> pg_sys::Oid {
                $oid
            }

            fn datum(&self) -> Option<pg_sys::Datum> {
                let $value = self;
                $datum
            }
        })*
    };
}

parameter! {
    bool: pg_sys::BOOLOID, |value| (*value).into_datum();
    i32: pg_sys::INT4OID, |value| (*value).into_datum();
    i64: pg_sys::INT8OID, |value| (*value).into_datum();
    f32: pg_sys::FLOAT4OID, |value| (*value).into_datum();
    f64: pg_sys::FLOAT8OID, |value| (*value).into_datum();
    &str: pg_sys::TEXTOID, |value| value.into_datum();
    String: pg_sys::TEXTOID, |value| value.as_str().into_datum();
    Uuid: pg_sys::UUIDOID, |value| (*value).into_datum();
    pg_sys::Oid: pg_sys::OIDOID, |value| (*value).into_datum();
    Timestamp: pg_sys::TIMESTAMPTZOID, |value| value.into_datum();
    pgrx::datum::Interval: pg_sys::INTERVALOID, |value| value.into_datum();
    Jsonb: pg_sys::JSONBOID, |value| Some(Jsonb::datum(value));
    &Jsonb: pg_sys::JSONBOID, |value| Some(Jsonb::datum(value));
    JsonText: pg_sys::JSONOID, |value| value.0.as_str().into_datum();
    Vec<u8>: pg_sys::BYTEAOID, |value| value.as_slice().into_datum();
    Vec<Uuid>: pg_sys::UUIDARRAYOID, |value| value.clone().into_datum();
    Vec<String>: pg_sys::TEXTARRAYOID, |value| value.clone().into_datum();
    Vec<Option<String>>: pg_sys::TEXTARRAYOID, |value| value.clone().into_datum();
    Vec<Timestamp>: pg_sys::TIMESTAMPTZARRAYOID, |value| value.clone().into_datum();
    Vec<Option<Jsonb>>: pg_sys::JSONBARRAYOID, |value| value.clone().into_datum();
    Vec<i32>: pg_sys::INT4ARRAYOID, |value| value.clone().into_datum();
    Vec<bool>: pg_sys::BOOLARRAYOID, |value| value.clone().into_datum();
}

/// The text of an interval, which was checked before.
pub struct IntervalText<'a>(pub &'a str);

impl Parameter for IntervalText<'_> {
    fn type_oid(&self) -> pg_sys::Oid {
        pg_sys::INTERVALOID
    }

    fn datum(&self) -> Option<pg_sys::Datum> {
        let text = CString::new(self.0).unwrap_or_default();
        let arguments = [
            Some(pg_sys::Datum::from(text.as_ptr())),
            Some(pg_sys::Datum::from(pg_sys::InvalidOid)),
            Some(pg_sys::Datum::from(-1)),
        ];
        // SAFETY: interval_in takes a C string, an element type and a type modifier.
        unsafe { pgrx::direct_function_call_as_datum(pg_sys::interval_in, &arguments) }
    }
}

impl Typed for IntervalText<'_> {
    const OID: pg_sys::Oid = pg_sys::INTERVALOID;
}

impl<T: Parameter + Typed> Parameter for Option<T> {
    fn type_oid(&self) -> pg_sys::Oid {
        T::OID
    }

    fn datum(&self) -> Option<pg_sys::Datum> {
        self.as_ref().and_then(Parameter::datum)
    }
}

/// A parameter type that can be absent.
pub trait Typed {
    const OID: pg_sys::Oid;
}

macro_rules! typed {
    ($($type:ty: $oid:expr;)*) => {
        $(impl Typed for $type {
            const OID: pg_sys::Oid = $oid;
        })*
    };
}

typed! {
    bool: pg_sys::BOOLOID;
    i32: pg_sys::INT4OID;
    i64: pg_sys::INT8OID;
    f64: pg_sys::FLOAT8OID;
    &str: pg_sys::TEXTOID;
    String: pg_sys::TEXTOID;
    Uuid: pg_sys::UUIDOID;
    Timestamp: pg_sys::TIMESTAMPTZOID;
    pgrx::datum::Interval: pg_sys::INTERVALOID;
    Jsonb: pg_sys::JSONBOID;
    &Jsonb: pg_sys::JSONBOID;
    Vec<String>: pg_sys::TEXTARRAYOID;
    Vec<Uuid>: pg_sys::UUIDARRAYOID;
}
