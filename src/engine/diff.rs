//! What changed between two versions of a definition.

use super::caller::Caller;
use super::definition;
use crate::chart::Change;
use crate::error::Error;
use crate::store::definition as stored;

/// Every difference, with a pointer and whether running instances could move.
pub fn diff(caller: &Caller, code: &str, from: i32, to: i32) -> Result<Vec<Change>, Error> {
    let organization = caller.reading();
    let document = |version| {
        let id = definition::find(organization, code, Some(version))?;
        let stored = stored::load(organization, id)?;
        stored.map(|stored| stored.document).ok_or_else(|| Error::internal("a definition is gone"))
    };
    definition::diff(organization, &document(from)?, &document(to)?)?
        .ok_or_else(|| Error::internal(format!("{code} version {from} or {to} cannot be loaded")))
}
