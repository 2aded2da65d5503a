//! What contradicts itself in the tables, for `wf_check`.

use pgrx::Uuid;

use super::statement;
use crate::error::Error;

statement!(ROWS, "check_rows");
statement!(PLACES, "check_places");

/// A fault that the rows alone show.
pub struct Fault {
    pub check: String,
    pub instance_id: Option<Uuid>,
    pub detail: String,
}

/// A place where instances are.
pub struct Place {
    pub organization_id: Uuid,
    pub definition_id: Uuid,
    pub state: String,
    pub history: Option<String>,
    /// One of the instances.
    pub instance_id: Uuid,
    pub instances: i64,
}

/// Every fault that the rows alone show.
pub fn faults(organizations: &Option<Vec<Uuid>>) -> Result<Vec<Fault>, Error> {
    ROWS.rows(&[organizations], |row| {
        Ok(Fault { check: row.required(1)?, instance_id: row.get(2), detail: row.required(3)? })
    })
}

/// Every place where instances are.
pub fn places(organizations: &Option<Vec<Uuid>>) -> Result<Vec<Place>, Error> {
    PLACES.rows(&[organizations], |row| {
        Ok(Place {
            organization_id: row.required(1)?,
            definition_id: row.required(2)?,
            state: row.required(3)?,
            history: row.get(4),
            instance_id: row.required(5)?,
            instances: row.required(6)?,
        })
    })
}
