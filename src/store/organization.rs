//! `wf.organization`: who holds anything here.

use pgrx::Uuid;

use super::statement;
use crate::error::Error;
use crate::pg::relcache::{Kept, Watch};
use crate::pg::time::Timestamp;

statement!(KNOWN, "organization_known");
statement!(INSERT, "organization_insert");
statement!(ALL, "organization_all");
statement!(ANY, "organization_any");

/// The organization of everything that is shared, and of a database without tenants.
pub fn zero() -> Uuid {
    Uuid::from_bytes([0; 16])
}

static WATCH: Watch = Watch::new(c"wf", c"organization");

thread_local! {
    static KEPT: Kept<Known> = Kept::new(&WATCH);
}

/// What is known of an organization.
#[derive(Clone, Copy)]
pub struct Known {
    /// Does it hold anything yet?
    pub registered: bool,
    /// Does any organization besides zero hold anything?
    pub tenants: bool,
}

/// Looks an organization up.
pub fn known(organization: Uuid) -> Result<Known, Error> {
    let ask =
        || KNOWN.first(&[&organization], |row| Ok(Known { registered: row.required(1)?, tenants: row.required(2)? }));
    let known = KEPT.with(|kept| kept.get(*organization.as_bytes(), "", ask))?;
    known.ok_or_else(|| Error::internal("an aggregate without a row"))
}

/// Registers an organization, unless it is registered.
pub fn insert(organization: Uuid, now: Timestamp) -> Result<(), Error> {
    INSERT.execute(&[&organization, &now])?;
    WATCH.invalidate();
    Ok(())
}

/// Every organization that holds anything.
pub fn all() -> Result<Vec<Uuid>, Error> {
    ALL.rows(&[], |row| row.required(1))
}

/// One of the organizations, by chance.
pub fn any() -> Result<Option<Uuid>, Error> {
    ANY.first(&[], |row| row.required(1))
}
