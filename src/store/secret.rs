//! `wf.secret`: what effects need and no instance stores.

use pgrx::Uuid;

use super::statement;
use crate::error::Error;
use crate::pg::time::Timestamp;

statement!(FIND, "secret_find");
statement!(UPSERT, "secret_upsert");
statement!(DELETE, "secret_delete");

/// The value of a secret.
pub fn find(organization: Uuid, name: &str) -> Result<Option<String>, Error> {
    FIND.first(&[&organization, &name], |row| row.required(1))
}

/// Stores a secret, in place of the one of its name.
pub fn upsert(organization: Uuid, name: &str, value: &str, now: Timestamp) -> Result<(), Error> {
    UPSERT.execute(&[&organization, &name, &value, &now]).map(drop)
}

/// Removes a secret. Was there one?
pub fn delete(organization: Uuid, name: &str) -> Result<bool, Error> {
    DELETE.execute(&[&organization, &name]).map(|count| count > 0)
}
