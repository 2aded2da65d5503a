//! `wf.definition`: immutable versions of definitions.

use pgrx::{Uuid, pg_sys};

use super::statement;
use crate::error::Error;
use crate::pg::jsonb::JsonText;
use crate::pg::lock::{self, Purpose};
use crate::pg::relcache::{Kept, Watch};
use crate::pg::time::Timestamp;

statement!(CURRENT, "definition_current");
statement!(VERSION, "definition_version");
statement!(LOAD, "definition_load");
statement!(SAME, "definition_same");
statement!(RETIRE, "definition_retire");
statement!(ACTIVATE, "definition_activate");
statement!(INSERT, "definition_insert");

static WATCH: Watch = Watch::new(c"wf", c"definition");

thread_local! {
    /// The current versions of codes.
    static CURRENT_IDS: Kept<Uuid> = Kept::new(&WATCH);
}

/// One stored version.
pub struct Definition {
    pub code: String,
    pub version: i32,
    pub owner_role: pg_sys::Oid,
    pub search_path: String,
    pub document: String,
}

/// A version that holds the same document.
pub struct Same {
    pub id: Uuid,
    pub version: i32,
    pub is_current: bool,
}

/// A version to be stored; its number is the next of its code.
pub struct NewDefinition<'a> {
    pub organization_id: Uuid,
    pub id: Uuid,
    pub code: &'a str,
    pub owner_role: pg_sys::Oid,
    pub search_path: &'a str,
    pub created_at: Timestamp,
    pub created_by: Option<&'a str>,
    pub hash: &'a Vec<u8>,
    pub document: &'a JsonText,
}

/// The id of the current version of a code, or of the version named; the organization's own before the shared one.
pub fn find(organization: Uuid, code: &str, version: Option<i32>) -> Result<Option<Uuid>, Error> {
    match version {
        None => CURRENT_IDS.with(|known| {
            known.get(*organization.as_bytes(), code, || CURRENT.first(&[&organization, &code], |row| row.required(1)))
        }),
        Some(version) => VERSION.first(&[&organization, &code, &version], |row| row.required(1)),
    }
}

/// One version of the organization, or a shared one.
pub fn load(organization: Uuid, id: Uuid) -> Result<Option<Definition>, Error> {
    LOAD.first(&[&organization, &id], |row| {
        Ok(Definition {
            code: row.required(1)?,
            version: row.required(2)?,
            owner_role: row.required(3)?,
            search_path: row.required(4)?,
            document: row.required::<JsonText>(5)?.0,
        })
    })
}

/// Keeps others from making a version of this code until the transaction ends.
pub fn lock(organization: Uuid, code: &str) -> Result<(), Error> {
    lock::lock(Purpose::Definition, &format!("{organization} {code}"))
}

/// The version with this document's hash.
pub fn same(organization: Uuid, code: &str, hash: &Vec<u8>) -> Result<Option<Same>, Error> {
    SAME.first(&[&organization, &code, hash], |row| {
        Ok(Same { id: row.required(1)?, version: row.required(2)?, is_current: row.required(3)? })
    })
}

/// Makes an existing version the current one.
pub fn activate(organization: Uuid, code: &str, id: Uuid) -> Result<(), Error> {
    RETIRE.execute(&[&organization, &code])?;
    ACTIVATE.execute(&[&organization, &id])?;
    WATCH.invalidate();
    Ok(())
}

/// Stores a version, makes it the current one and gives its number.
pub fn insert(new: &NewDefinition) -> Result<i32, Error> {
    RETIRE.execute(&[&new.organization_id, &new.code])?;
    let version = INSERT.first(
        &[
            &new.organization_id,
            &new.id,
            &new.code,
            &new.owner_role,
            &new.search_path,
            &new.created_at,
            &new.created_by,
            new.hash,
            new.document,
        ],
        |row| row.required(1),
    )?;
    WATCH.invalidate();
    version.ok_or_else(|| Error::internal("a definition was not stored"))
}
