//! `wf.guard`: the SQL functions behind guard codes.

use pgrx::{Uuid, pg_sys};

use super::statement;
use crate::error::Error;
use crate::pg::time::Timestamp;

statement!(FIND, "guard_find");
statement!(UPSERT, "guard_upsert");

/// What a code is bound to.
pub struct Guard {
    /// Schema and name, quoted.
    pub function: String,
    pub owner_role: pg_sys::Oid,
    pub search_path: String,
}

/// The function behind a code; the organization's own before the shared one.
pub fn find(organization: Uuid, code: &str) -> Result<Option<Guard>, Error> {
    FIND.first(&[&organization, &code], |row| {
        Ok(Guard { function: row.required(1)?, owner_role: row.required(2)?, search_path: row.required(3)? })
    })
}

/// Binds a code, in place of what it was bound to.
pub fn upsert(organization: Uuid, code: &str, guard: &Guard, now: Timestamp) -> Result<(), Error> {
    UPSERT
        .execute(&[
            &organization,
            &code,
            &guard.function.as_str(),
            &guard.owner_role,
            &guard.search_path.as_str(),
            &now,
        ])
        .map(drop)
}
