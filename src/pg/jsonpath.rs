//! `jsonpath` values, parsed once and kept.

use std::ffi::{CStr, CString};

use pgrx::pg_sys;

use super::subtransaction::catch_panic;
use super::varlena::Varlena;
use crate::error::Error;

/// An owned `jsonpath`.
#[derive(Clone)]
pub struct JsonPath(Varlena);

impl JsonPath {
    /// Parses a path, or gives the parser's message.
    pub fn parse(text: &str) -> Result<Self, String> {
        let Ok(text) = CString::new(text) else {
            return Err("a jsonpath cannot hold a zero character".to_owned());
        };
        let read = || {
            // SAFETY: jsonpath_in takes a C string and answers a jsonpath.
            let datum = unsafe {
                pgrx::direct_function_call_as_datum(pg_sys::jsonpath_in, &[Some(pg_sys::Datum::from(text.as_ptr()))])
            };
            // SAFETY: a jsonpath is a varlena.
            Ok(datum.map(|datum| JsonPath(unsafe { Varlena::copy(datum) })))
        };
        match catch_panic(read) {
            Ok(Some(path)) => Ok(path),
            Ok(None) => Err("empty".to_owned()),
            Err(Error::Postgres(error)) if matches!(error.sqlstate.class().as_str(), "22" | "42") => Err(error.message),
            // Not the parser's verdict: a cancelled query, memory.
            Err(error) => error.into_report().throw(),
        }
    }

    /// The path as the server prints it: every name quoted, every operation in brackets.
    pub fn canonical(&self) -> String {
        // SAFETY: jsonpath_out answers a palloc'ed C string.
        unsafe {
            let text = pgrx::direct_function_call::<&CStr>(pg_sys::jsonpath_out, &[Some(self.0.datum())]);
            text.map(|text| text.to_string_lossy().into_owned()).unwrap_or_default()
        }
    }

    pub(super) fn datum(&self) -> pg_sys::Datum {
        self.0.datum()
    }
}
