//! SQL functions that a definition calls: found when it is defined, called while it runs.

use std::cell::RefCell;
use std::collections::HashMap;
use std::mem::ManuallyDrop;
use std::rc::Rc;

use pgrx::{FromDatum, Uuid, pg_sys};

use super::caller::user_code;
use crate::error::{Code, Error};
use crate::pg::jsonb::Jsonb;
use crate::pg::spi::Statement;
use crate::store::{function, guard};

/// A SQL function of two jsonb arguments and the rights that it runs with.
pub struct Function<'a> {
    /// Schema and name, quoted.
    pub call: String,
    pub role: pg_sys::Oid,
    pub search_path: &'a str,
}

thread_local! {
    /// One kept plan per function and role. Never dropped: at the end of a backend there is nothing left to free in.
    static CALLS: ManuallyDrop<RefCell<HashMap<(String, pg_sys::Oid), Rc<Statement>>>> =
        ManuallyDrop::new(RefCell::new(HashMap::new()));
}

/// Calls a function with the rights of its owner.
pub fn call<T: FromDatum>(function: &Function, first: &Jsonb, vars: &Jsonb) -> Result<Option<T>, Error> {
    let statement = CALLS.with(|calls| {
        let key = (function.call.clone(), function.role);
        let statement = || Rc::new(Statement::owned(format!("SELECT {}($1, $2)", function.call)));
        calls.borrow_mut().entry(key).or_insert_with(statement).clone()
    });
    user_code(function.role, function.search_path, || {
        statement.first(&[first, vars], |row| Ok(row.get(1))).map(Option::flatten)
    })
}

/// Says what is wrong where there is no function `schema.name(jsonb, jsonb)` with this result.
pub fn resolve(name: &str, result: &str) -> Result<Result<(), String>, Error> {
    let Some((schema, function)) = name.split_once('.') else {
        return Ok(Err(format!("\"{name}\" does not name its schema: write schema.function")));
    };
    Ok(match function::result_type(schema, function)? {
        Some(found) if found == result => Ok(()),
        Some(found) => Err(format!("{name}(jsonb, jsonb) returns {found}, not {result}")),
        None => Err(format!("there is no function {name}(jsonb, jsonb) returning {result}")),
    })
}

/// The function that a guard code is bound to.
pub fn registered(organization: Uuid, code: &str) -> Result<guard::Guard, Error> {
    guard::find(organization, code)?.ok_or_else(|| {
        Error::new(Code::GuardFailed, format!("guard {code} is not registered"))
            .hint(format!("SELECT wf_register_guard('{code}', 'schema.function'::regproc)."))
    })
}

/// `schema.function` as SQL wants it, each part quoted.
pub fn qualified(name: &str) -> String {
    name.split('.').map(quoted).collect::<Vec<_>>().join(".")
}

/// One name as SQL wants it.
pub fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
