//! Do the library and the schema belong together? A package replaces the library of every database at once, and each
//! database follows with ALTER EXTENSION ... UPDATE; between the two nothing may be read by the wrong rules.

use crate::error::{Code, Error};
use crate::pg::{extension, user};
use crate::store;

/// The version of this library, which is the one of the schema that it works with.
pub const LIBRARY: &str = env!("CARGO_PKG_VERSION");

/// Refuses a schema of another version. Costs nothing until a table or function of this database changes.
pub fn check() -> Result<(), Error> {
    extension::look_once(|| match user::as_owner(store::extension::version)? {
        Some(schema) if schema == LIBRARY => Ok(()),
        Some(schema) => Err(mismatch(&schema)),
        None => Err(Error::not_installed()),
    })
}

fn mismatch(schema: &str) -> Error {
    let hint = if numbers(schema) < numbers(LIBRARY) {
        "Run ALTER EXTENSION pg_workflow UPDATE in this database, as the extension's owner."
    } else {
        "Connect again; where pg_workflow is in shared_preload_libraries restart the server. If that does not help, \
         install the package of the schema's version."
    };
    Error::new(Code::VersionMismatch, format!("library {LIBRARY} meets schema {schema}"))
        .detail("This session's library and the extension in this database have different versions.")
        .hint(hint)
}

fn numbers(version: &str) -> Vec<u32> {
    version.split('.').map(|number| number.parse().unwrap_or(0)).collect()
}
