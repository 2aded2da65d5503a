//! `wf.sla`: the clocks of service levels. Only the holder of the instance's row writes here.

use pgrx::Uuid;

use super::due::Queue;
use super::statement;
use crate::error::Error;
use crate::pg::spi::Statement;
use crate::pg::time::Timestamp;
use crate::wake;

statement!(OPEN, "sla_open");
statement!(INSERT, "sla_insert");
statement!(UPDATE, "sla_update");
statement!(END, "sla_end");
statement!(SUSPEND, "sla_suspend");
statement!(DUE, "sla_due");
statement!(DUE_OF, "sla_due_of");
statement!(ROUND, "sla_round");
statement!(NEXT, "sla_next");
statement!(FAILED, "sla_failed");
statement!(OWNER, "sla_owner");
statement!(DEADLINE, "sla_deadline");

/// The clocks that are due.
pub static QUEUE: Queue = Queue::new(&DUE, &DUE_OF, &ROUND);

/// One clock.
#[derive(Clone)]
pub struct Clock {
    pub id: Uuid,
    /// The state's path; None for the whole instance.
    pub state: Option<String>,
    pub calendar: Option<String>,
    pub started_at: Timestamp,
    /// The deadline, with the pauses that have ended.
    pub target_at: Timestamp,
    pub warn_at: Option<Timestamp>,
    pub warned_at: Option<Timestamp>,
    /// The deadline that was missed.
    pub breached_at: Option<Timestamp>,
    /// When the scheduler is to look at it.
    pub next_at: Option<Timestamp>,
    /// Rungs of the ladder that are behind.
    pub rungs: i32,
    /// In the pauses that have ended.
    pub paused_micros: i64,
    pub override_hours: Option<f64>,
}

/// The clocks of an instance that run, in the order in which they began.
pub fn open(organization: Uuid, instance: Uuid) -> Result<Vec<Clock>, Error> {
    OPEN.rows(&[&organization, &instance], |row| {
        Ok(Clock {
            id: row.required(1)?,
            state: row.get(2),
            calendar: row.get(3),
            started_at: row.required(4)?,
            target_at: row.required(5)?,
            warn_at: row.get(6),
            warned_at: row.get(7),
            breached_at: row.get(8),
            next_at: row.get(9),
            rungs: row.required(10)?,
            paused_micros: row.required(11)?,
            override_hours: row.get(12),
        })
    })
}

/// Stores a clock that begins.
pub fn insert(organization: Uuid, instance: Uuid, clock: &Clock) -> Result<(), Error> {
    write(&INSERT, organization, instance, clock)
}

/// Writes a clock that goes on.
pub fn update(organization: Uuid, instance: Uuid, clock: &Clock) -> Result<(), Error> {
    write(&UPDATE, organization, instance, clock)
}

fn write(statement: &Statement, organization: Uuid, instance: Uuid, clock: &Clock) -> Result<(), Error> {
    clock.next_at.into_iter().for_each(wake::note);
    statement
        .execute(&[
            &organization,
            &instance,
            &clock.id,
            &clock.started_at,
            &clock.target_at,
            &clock.warn_at,
            &clock.warned_at,
            &clock.breached_at,
            &clock.next_at,
            &clock.paused_micros,
            &clock.override_hours,
            &clock.rungs,
            &clock.state,
            &clock.calendar,
        ])
        .map(drop)
}

/// Ends these clocks, or all that run, which have stood still since `paused_at`: one that was breached stays to be looked
/// at.
pub fn end(
    organization: Uuid,
    instance: Uuid,
    now: Timestamp,
    paused_at: Option<Timestamp>,
    clocks: Option<&Vec<Uuid>>,
) -> Result<(), Error> {
    END.execute(&[&organization, &instance, &now, &clocks.cloned(), &paused_at.unwrap_or(now)]).map(drop)
}

/// Lets nothing fall due during a pause.
pub fn suspend(organization: Uuid, instance: Uuid) -> Result<(), Error> {
    SUSPEND.execute(&[&organization, &instance]).map(drop)
}

/// The moment at which the next clock is due.
pub fn next(organization: Option<Uuid>) -> Result<Option<Timestamp>, Error> {
    NEXT.first(&[&organization], |row| Ok(row.get(1))).map(Option::flatten)
}

/// Records that what was due in an instance failed: tried again at `retry_at`.
pub fn failed(
    organization: Uuid,
    instance: Uuid,
    now: Timestamp,
    retry_at: Timestamp,
    error: &str,
) -> Result<(), Error> {
    wake::note(retry_at);
    FAILED.execute(&[&organization, &instance, &now, &retry_at, &error]).map(drop)
}

/// The team and the user that own an instance.
pub fn owner(organization: Uuid, instance: Uuid) -> Result<(Option<String>, Option<String>), Error> {
    let owner = OWNER.first(&[&organization, &instance], |row| Ok((row.get(1), row.get(2))))?;
    Ok(owner.unwrap_or_default())
}

/// Sets the deadline of a locked instance.
pub fn set_deadline(organization: Uuid, instance: Uuid, sla_at: Option<Timestamp>) -> Result<(), Error> {
    DEADLINE.execute(&[&organization, &instance, &sla_at]).map(drop)
}
