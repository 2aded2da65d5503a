//! `wf.feature_flag`: switches that stop new instances, and those that were in force before.

use pgrx::Uuid;

use super::statement;
use crate::error::Error;
use crate::pg::lock::{self, Purpose};
use crate::pg::relcache::{Kept, Watch};
use crate::pg::time::Timestamp;

statement!(EFFECTIVE, "feature_flag_effective");
statement!(RETIRE, "feature_flag_retire");
statement!(INSERT, "feature_flag_insert");

static WATCH: Watch = Watch::new(c"wf", c"feature_flag");

thread_local! {
    /// Codes that no flag stops.
    static FREE: Kept<()> = Kept::new(&WATCH);
}

/// A flag that is in force.
pub struct Flag {
    pub enabled: bool,
    pub is_global: bool,
    pub definition_code: String,
    pub reason: Option<String>,
    pub set_by: Option<String>,
    pub set_at: Timestamp,
}

/// A flag to be set in place of the one in force.
pub struct NewFlag<'a> {
    pub organization_id: Uuid,
    pub id: Uuid,
    pub definition_code: &'a str,
    pub is_global: bool,
    pub enabled: bool,
    pub reason: Option<&'a str>,
    pub set_by: Option<&'a str>,
    pub database_role: &'a str,
    pub set_at: Timestamp,
}

/// The flag that decides for a code; None where nobody has set one.
pub fn effective(organization: Uuid, code: &str) -> Result<Option<Flag>, Error> {
    EFFECTIVE.first(&[&organization, &code], |row| {
        Ok(Flag {
            enabled: row.required(1)?,
            is_global: row.required(2)?,
            definition_code: row.required(3)?,
            reason: row.get(4),
            set_by: row.get(5),
            set_at: row.required(6)?,
        })
    })
}

/// May instances of a code begin, as far as flags go? Kept, where they may.
pub fn is_free(organization: Uuid, code: &str) -> Result<bool, Error> {
    FREE.with(|known| {
        let ask = || Ok(effective(organization, code)?.is_none_or(|flag| flag.enabled).then_some(()));
        known.get(*organization.as_bytes(), code, ask)
    })
    .map(|free| free.is_some())
}

/// Sets a flag; the one in force before stays as history.
pub fn set(new: &NewFlag) -> Result<(), Error> {
    // One after the other: each retires the one before.
    lock::lock(Purpose::FeatureFlag, &format!("{} {} {}", new.organization_id, new.is_global, new.definition_code))?;
    RETIRE.execute(&[&new.organization_id, &new.is_global, &new.definition_code])?;
    INSERT.execute(&[
        &new.organization_id,
        &new.id,
        &new.definition_code,
        &new.is_global,
        &new.enabled,
        &new.reason,
        &new.set_by,
        &new.database_role,
        &new.set_at,
    ])?;
    WATCH.invalidate();
    Ok(())
}
