//! The catalog's functions: what a definition may call.

use pgrx::pg_sys;

use super::statement;
use crate::error::Error;

statement!(RESULT, "function_result");
statement!(NAME, "function_name");

/// The result type of `schema.name(jsonb, jsonb)`; None where there is no such function.
pub fn result_type(schema: &str, name: &str) -> Result<Option<String>, Error> {
    RESULT.first(&[&schema, &name], |row| row.required(1))
}

/// Schema and name of a function.
pub fn name(function: pg_sys::Oid) -> Result<Option<(String, String)>, Error> {
    NAME.first(&[&function], |row| Ok((row.required(1)?, row.required(2)?)))
}
