//! `wf.member`: which database role may do what in which organization.

use pgrx::{Uuid, pg_sys};

use super::statement;
use crate::error::Error;

statement!(TABLE, "member_table");
statement!(RIGHTS, "member_rights");

/// The table's oid.
pub fn table() -> Result<pg_sys::Oid, Error> {
    let oid = TABLE.first(&[], |row| row.required(1))?;
    oid.ok_or_else(|| Error::internal("a constant without a row"))
}

/// Organizations (None for all) and capabilities of a role.
pub fn rights(role: pg_sys::Oid) -> Result<Vec<(Option<Uuid>, String)>, Error> {
    RIGHTS.rows(&[&role], |row| Ok((row.get(1), row.required(2)?)))
}
