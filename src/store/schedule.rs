//! `wf.schedule`: instances that start by a cron expression.

use pgrx::Uuid;

use super::statement;
use crate::error::Error;
use crate::pg::jsonb::Jsonb;
use crate::pg::time::Timestamp;
use crate::wake;

statement!(UPSERT, "schedule_upsert");
statement!(DELETE, "schedule_delete");
statement!(DUE, "schedule_due");
statement!(NEXT, "schedule_next");
statement!(LOCK, "schedule_lock");
statement!(SAVE, "schedule_save");

/// A schedule to be stored.
pub struct NewSchedule<'a> {
    pub organization_id: Uuid,
    pub name: &'a str,
    pub cron: &'a str,
    pub time_zone: &'a str,
    pub definition_code: &'a str,
    pub input: Option<&'a Jsonb>,
    pub misfire: &'a str,
    pub overlap: &'a str,
    pub next_run_at: Timestamp,
    pub created_at: Timestamp,
    pub created_by: Option<&'a str>,
}

/// One schedule as its row says, locked.
pub struct Schedule {
    pub organization_id: Uuid,
    pub name: String,
    pub cron: String,
    pub time_zone: String,
    pub definition_code: String,
    pub input: Option<Jsonb>,
    pub misfire: String,
    pub overlap: String,
    pub next_run_at: Option<Timestamp>,
    pub last_run_at: Option<Timestamp>,
    pub last_instance_id: Option<Uuid>,
    /// The moment whose start waits for the end of that instance.
    pub buffered_for: Option<Timestamp>,
    pub last_skipped_at: Option<Timestamp>,
    pub last_error_at: Option<Timestamp>,
    pub last_error: Option<String>,
}

/// Stores a schedule in place of the one with its name, and gives its next moment and whether there was none.
pub fn upsert(new: &NewSchedule) -> Result<(Option<Timestamp>, bool), Error> {
    wake::note(new.next_run_at);
    let stored = UPSERT.first(
        &[
            &new.organization_id,
            &new.name,
            &new.cron,
            &new.time_zone,
            &new.definition_code,
            &new.input.cloned(),
            &new.misfire,
            &new.overlap,
            &new.next_run_at,
            &new.created_at,
            &new.created_by,
        ],
        |row| Ok((row.get(1), row.required(2)?)),
    )?;
    stored.ok_or_else(|| Error::internal("a schedule was not stored"))
}

/// Removes a schedule; false where there is none.
pub fn delete(organization: Uuid, name: &str) -> Result<bool, Error> {
    DELETE.execute(&[&organization, &name]).map(|deleted| deleted == 1)
}

/// The schedules that have something to start, oldest first, without locks.
pub fn due(now: Timestamp, organization: Option<Uuid>, limit: i32) -> Result<Vec<(Uuid, String)>, Error> {
    DUE.rows(&[&now, &organization, &limit], |row| Ok((row.required(1)?, row.required(2)?)))
}

/// The moment from which a schedule has something to start.
pub fn next(organization: Option<Uuid>) -> Result<Option<Timestamp>, Error> {
    NEXT.first(&[&organization], |row| Ok(row.get(1))).map(Option::flatten)
}

/// Locks a schedule, unless somebody holds it, and reads it as it then is.
pub fn lock(organization_id: Uuid, name: &str) -> Result<Option<Schedule>, Error> {
    LOCK.first(&[&organization_id, &name], |row| {
        Ok(Schedule {
            organization_id,
            name: name.to_owned(),
            cron: row.required(1)?,
            time_zone: row.required(2)?,
            definition_code: row.required(3)?,
            input: row.get(4),
            misfire: row.required(5)?,
            overlap: row.required(6)?,
            next_run_at: row.get(7),
            last_run_at: row.get(8),
            last_instance_id: row.get(9),
            buffered_for: row.get(10),
            last_skipped_at: row.get(11),
            last_error_at: row.get(12),
            last_error: row.get(13),
        })
    })
}

/// Writes what working on a locked schedule has changed.
pub fn save(schedule: &Schedule) -> Result<(), Error> {
    SAVE.execute(&[
        &schedule.organization_id,
        &schedule.name,
        &schedule.next_run_at,
        &schedule.last_run_at,
        &schedule.last_instance_id,
        &schedule.buffered_for,
        &schedule.last_skipped_at,
        &schedule.last_error_at,
        &schedule.last_error.as_deref(),
    ])
    .map(drop)
}
