//! What becomes of instances that have ended: `wf.legal_hold`, `wf.retention`, and the statements of a purge.

use pgrx::Uuid;
use pgrx::datum::Interval;

use super::statement;
use crate::error::Error;
use crate::pg::spi::Row;
use crate::pg::time::Timestamp;

statement!(BEFORE, "retention_before");
statement!(CHOOSE, "purge_choose");
statement!(COUNT, "purge_count");
statement!(TALLY, "purge_tally");
statement!(DELETE, "purge_delete");
statement!(NEXT, "retention_next");
statement!(BEGIN, "retention_begin");
statement!(TAKE, "retention_take");
statement!(PLAN, "retention_plan");
statement!(HOLD, "legal_hold_insert");
statement!(RELEASE, "legal_hold_delete");

/// How many rows of each kind.
#[derive(Default)]
pub struct Rows {
    pub instances: i64,
    pub steps: i64,
    pub timers: i64,
    pub tasks: i64,
    pub effects: i64,
    pub messages: i64,
}

impl Rows {
    fn read(row: &Row) -> Result<Self, Error> {
        Ok(Rows {
            instances: row.required(1)?,
            steps: row.required(2)?,
            timers: row.required(3)?,
            tasks: row.required(4)?,
            effects: row.required(5)?,
            messages: row.required(6)?,
        })
    }

    /// Adds what another organization gave.
    pub fn add(&mut self, other: &Rows) {
        self.instances += other.instances;
        self.steps += other.steps;
        self.timers += other.timers;
        self.tasks += other.tasks;
        self.effects += other.effects;
        self.messages += other.messages;
    }
}

/// The moment this long before another.
pub fn before(moment: Timestamp, age: Interval) -> Result<Timestamp, Error> {
    let before = BEFORE.first(&[&moment, &age], |row| row.required(1))?;
    before.ok_or_else(|| Error::internal("a moment without a value"))
}

/// Locks at most `limit` instances of an organization that ended before `before` and can go.
pub fn choose(organization: Uuid, before: Timestamp, limit: i32) -> Result<Vec<Uuid>, Error> {
    CHOOSE.rows(&[&organization, &before, &limit], |row| row.required(1))
}

/// What could go, with its rows.
pub fn count(organization: Uuid, before: Timestamp) -> Result<Rows, Error> {
    COUNT.first(&[&organization, &before], Rows::read).map(Option::unwrap_or_default)
}

/// Deletes locked instances with their rows, and keeps what the counters lose by it.
pub fn delete(organization: Uuid, instances: &Vec<Uuid>) -> Result<Rows, Error> {
    TALLY.execute(&[&organization, instances])?;
    DELETE.first(&[&organization, instances], Rows::read).map(Option::unwrap_or_default)
}

/// When the scheduler looks for old instances; None before the first time.
pub fn next() -> Result<Option<Timestamp>, Error> {
    NEXT.first(&[], |row| row.required(1))
}

/// Is it time, and is nobody else at it? Makes the row the first time.
pub fn take(now: Timestamp) -> Result<bool, Error> {
    if next()?.is_none() {
        BEGIN.execute(&[&now])?;
    }
    TAKE.first(&[&now], |_| Ok(())).map(|row| row.is_some())
}

/// When to look next.
pub fn plan(at: Timestamp) -> Result<(), Error> {
    PLAN.execute(&[&at]).map(drop)
}

/// Keeps a locked instance from every purge.
pub fn hold(
    organization: Uuid,
    instance: Uuid,
    at: Timestamp,
    by: Option<&str>,
    reason: Option<&str>,
) -> Result<(), Error> {
    HOLD.execute(&[&organization, &instance, &at, &by, &reason]).map(drop)
}

/// Ends the hold on a locked instance. Was there one?
pub fn release(organization: Uuid, instance: Uuid) -> Result<bool, Error> {
    Ok(RELEASE.execute(&[&organization, &instance])? > 0)
}
