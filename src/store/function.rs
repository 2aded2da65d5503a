//! The catalog's functions: what a definition may call.

use pgrx::pg_sys;

use super::statement;
use crate::error::Error;

statement!(RESULT, "function_result");
statement!(NAME, "function_name");
statement!(HANDLER, "function_handler");

/// The result type of `schema.name(jsonb, jsonb)`; None where there is no such function.
pub fn result_type(schema: &str, name: &str) -> Result<Option<String>, Error> {
    RESULT.first(&[&schema, &name], |row| row.required(1))
}

/// Schema and name of a function.
pub fn name(function: pg_sys::Oid) -> Result<Option<(String, String)>, Error> {
    NAME.first(&[&function], |row| Ok((row.required(1)?, row.required(2)?)))
}

/// A function that a handler can call.
pub struct HandlerFunction {
    /// Schema, name and argument, quoted where needed.
    pub signature: String,
    pub result: String,
    pub may_execute: bool,
}

/// The function `schema.name(jsonb)`, and whether a role may call it.
pub fn handler(schema: &str, name: &str, role: pg_sys::Oid) -> Result<Option<HandlerFunction>, Error> {
    HANDLER.first(&[&schema, &name, &role], |row| {
        Ok(HandlerFunction { signature: row.required(1)?, result: row.required(2)?, may_execute: row.required(3)? })
    })
}
