//! `pg_extension`: which version of the schema this database has.

use super::statement;
use crate::error::Error;

statement!(VERSION, "extension_version");

/// The version of the schema in this database.
pub fn version() -> Result<Option<String>, Error> {
    VERSION.first(&[], |row| row.required(1))
}
