//! `regproc`: a function named in SQL.

use pgrx::datum::{FromDatum, IntoDatum};
use pgrx::pg_sys;

/// A function's oid.
pub struct RegProc(pub pg_sys::Oid);

impl FromDatum for RegProc {
    unsafe fn from_polymorphic_datum(datum: pg_sys::Datum, is_null: bool, oid: pg_sys::Oid) -> Option<Self> {
        // SAFETY: a regproc is stored as an oid is.
        unsafe { pg_sys::Oid::from_polymorphic_datum(datum, is_null, oid) }.map(RegProc)
    }
}

impl IntoDatum for RegProc {
    fn into_datum(self) -> Option<pg_sys::Datum> {
        self.0.into_datum()
    }

    fn type_oid() -> pg_sys::Oid {
        pg_sys::REGPROCOID
    }
}

super::sql_type!(RegProc, "regproc");
