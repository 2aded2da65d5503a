//! `wf.effect_hold`: codes whose effects are given to nobody.

use pgrx::Uuid;

use super::statement;
use crate::error::Error;
use crate::pg::time::Timestamp;
use crate::wake;

statement!(INSERT, "hold_insert");
statement!(OPEN, "hold_open");
statement!(RELEASE, "hold_release");
statement!(WAITING, "effect_waiting_under");

/// A code that is to be held.
pub struct NewHold<'a> {
    /// Zero: of all organizations.
    pub organization_id: Uuid,
    pub id: Uuid,
    pub held_at: Timestamp,
    pub pattern: &'a str,
    pub reason: Option<&'a str>,
    pub held_by: Option<&'a str>,
    pub held_as: &'a str,
}

/// A hold as it stands.
pub struct Hold {
    pub held_at: Timestamp,
    pub reason: Option<String>,
    pub held_by: Option<String>,
}

/// Holds a code, unless it is held.
pub fn insert(hold: &NewHold) -> Result<(), Error> {
    let NewHold { organization_id, id, held_at, pattern, reason, held_by, held_as } = hold;
    INSERT.execute(&[organization_id, id, held_at, pattern, reason, held_by, held_as]).map(drop)
}

/// The hold of exactly this pattern.
pub fn open(organization: Uuid, pattern: &str) -> Result<Option<Hold>, Error> {
    OPEN.first(&[&organization, &pattern], |row| {
        Ok(Hold { held_at: row.required(1)?, reason: row.get(2), held_by: row.get(3) })
    })
}

/// Ends a hold and says since when it was; None where there is none.
pub fn release(
    organization: Uuid,
    pattern: &str,
    now: Timestamp,
    released_by: Option<&str>,
    released_as: &str,
) -> Result<Option<Timestamp>, Error> {
    wake::note(now);
    RELEASE.first(&[&organization, &pattern, &now, &released_by, &released_as], |row| row.required(1))
}

/// How many effects wait under a pattern.
pub fn waiting(organization: Uuid, pattern: &str) -> Result<i64, Error> {
    let count = WAITING.first(&[&organization, &pattern], |row| row.required(1))?;
    count.ok_or_else(|| Error::internal("an aggregate without a row"))
}
