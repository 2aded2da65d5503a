//! `wf.calendar`: working hours and holidays.

use pgrx::Uuid;

use super::statement;
use crate::error::Error;
use crate::pg::jsonb::Jsonb;
use crate::pg::time::Timestamp;

statement!(FIND, "calendar_find");
statement!(UPSERT, "calendar_upsert");

/// A calendar as it was given.
pub struct Stored {
    pub time_zone: String,
    pub working_hours: Jsonb,
    pub holidays: Jsonb,
}

/// The calendar of a code; the organization's own before the shared one.
pub fn find(organization: Uuid, code: &str) -> Result<Option<Stored>, Error> {
    FIND.first(&[&organization, &code], |row| {
        Ok(Stored { time_zone: row.required(1)?, working_hours: row.required(2)?, holidays: row.required(3)? })
    })
}

/// Stores a calendar in place of the one with its code, and gives whether there was none.
pub fn upsert(
    organization: Uuid,
    code: &str,
    calendar: &Stored,
    now: Timestamp,
    by: Option<&str>,
) -> Result<bool, Error> {
    let created = UPSERT.first(
        &[
            &organization,
            &code,
            &calendar.time_zone.as_str(),
            &calendar.working_hours.clone(),
            &calendar.holidays.clone(),
            &now,
            &by,
        ],
        |row| row.required(1),
    )?;
    created.ok_or_else(|| Error::internal("a calendar was not stored"))
}
