//! `wf.timer`: due work. Only the holder of the instance's row writes here.

use std::ffi::CStr;

use pgrx::Uuid;

use super::due::{Due, Queue};
use super::statement;
use crate::error::Error;
use crate::pg::jsonb::Jsonb;
use crate::pg::spi::{Parameter, Row};
use crate::pg::table::{Columns, RowPlace, access};
use crate::pg::time::Timestamp;
use crate::wake;

statement!(MOMENT, "timer_moment");
statement!(PENDING, "timer_pending");
statement!(DUE, "timer_due");
statement!(DUE_OF, "timer_due_of");
statement!(ROUND, "timer_round");
statement!(NEXT, "timer_next");
statement!(NEXT_AFTER, "timer_next_after");
statement!(FAILED, "timer_failed");
statement!(SUSPEND, "timer_suspend");
statement!(RESUME, "timer_resume");
statement!(MOVE, "timer_move");

/// The timers that are due.
pub static QUEUE: Queue = Queue::new(&DUE, &DUE_OF, &ROUND);

const KEY: &[&CStr] = &[c"organization_id", c"instance_id", c"id"];
static NEW: Columns = Columns::new(
    c"timer",
    KEY,
    &[
        c"organization_id",
        c"instance_id",
        c"id",
        c"fire_at",
        c"created_at",
        c"attempts",
        c"is_relative",
        c"status",
        c"kind",
        c"name",
        c"event",
        c"entity_code",
        c"state",
        c"payload",
        c"calendar",
    ],
);
static ROW: Columns = Columns::new(
    c"timer",
    KEY,
    &[c"fire_at", c"fired_at", c"retry_at", c"attempts", c"status", c"kind", c"name", c"event", c"payload"],
);
static OPEN: Columns = Columns::new(c"timer", KEY, &[c"id", c"kind", c"name", c"state"]);
/// The open timers of an instance.
const OF_INSTANCE: &CStr = c"idx_wf_timers_instance";
static STATUS: Columns = Columns::new(c"timer", KEY, &[c"status"]);
static FIRED: Columns = Columns::new(c"timer", KEY, &[c"attempts", c"status", c"fired_at", c"last_error", c"retry_at"]);

/// A timer to be stored.
pub struct NewTimer {
    pub id: Uuid,
    pub fire_at: Timestamp,
    /// A delay and not a moment.
    pub is_relative: bool,
    /// The calendar that counts the delay.
    pub calendar: Option<String>,
    /// `after`, `raise`, `delay` or `set`.
    pub kind: &'static str,
    pub name: String,
    pub event: String,
    pub entity_code: String,
    /// The state's path, of an `after`.
    pub state: Option<String>,
    pub payload: Option<Jsonb>,
}

/// One timer as its row says.
pub struct Timer {
    pub fire_at: Timestamp,
    pub fired_at: Option<Timestamp>,
    pub retry_at: Option<Timestamp>,
    pub attempts: i32,
    pub status: String,
    pub kind: String,
    pub name: String,
    pub event: String,
    pub payload: Option<Jsonb>,
    /// Where its row was when it was read.
    place: RowPlace,
}

/// The moment that lies an interval after another, counted in UTC.
pub fn moment(from: Timestamp, delay: pgrx::datum::Interval) -> Result<Timestamp, Error> {
    let moment = MOMENT.first(&[&from, &delay], |row| row.required(1))?;
    moment.ok_or_else(|| Error::internal("a sum without a row"))
}

/// Stores timers, all of one instance, and lets the workers know when the first is due; suspended ones wait for the end
/// of its pause.
pub fn insert(
    organization: Uuid,
    instance: Uuid,
    now: Timestamp,
    suspended: bool,
    timers: &[NewTimer],
) -> Result<(), Error> {
    if let Some(first) = timers.iter().map(|timer| timer.fire_at).min().filter(|_| !suspended) {
        wake::note(first);
    }
    let status = if suspended { "SUSPENDED" } else { "PENDING" };
    access(|access| {
        timers.iter().try_for_each(|timer| {
            NEW.insert(
                access,
                &[
                    &organization,
                    &instance,
                    &timer.id,
                    &timer.fire_at,
                    &now,
                    &0,
                    &timer.is_relative,
                    &status,
                    &timer.kind,
                    &timer.name,
                    &timer.event,
                    &timer.entity_code,
                    &timer.state,
                    &timer.payload,
                    &timer.calendar,
                ],
            )
        })
    })
}

/// An open timer, for whoever ends it.
pub struct Open {
    pub kind: String,
    pub name: String,
    /// The state's path, of an `after`.
    pub state: Option<String>,
}

/// Cancels those of the open timers of an instance that `ends` says, and gives their names.
pub fn cancel(organization: Uuid, instance: Uuid, ends: impl Fn(&Open) -> bool) -> Result<Vec<String>, Error> {
    access(|access| {
        let ended = OPEN.read_all(access, OF_INSTANCE, &[&organization, &instance], |row, place| {
            let id: Uuid = row.required(1)?;
            let open = Open { kind: row.required(2)?, name: row.required(3)?, state: row.get(4) };
            Ok(ends(&open).then_some((id, open.name, place)))
        })?;
        for (id, _, place) in &ended {
            STATUS.update(access, &[&organization, &instance, id], Some(*place), &[&"CANCELLED"], |_| Ok(true))?;
        }
        Ok(ended.into_iter().map(|(_, name, _)| name).collect())
    })
}

/// The names of the open timers that no state owns.
pub fn open(organization: Uuid, instance: Uuid) -> Result<Vec<String>, Error> {
    access(|access| {
        OPEN.read_all(access, OF_INSTANCE, &[&organization, &instance], |row, _| {
            let kind: String = row.required(2)?;
            Ok(if kind == "after" { None } else { Some(row.required(3)?) })
        })
    })
}

/// A timer as one who waits for it sees it.
pub struct Pending {
    pub kind: String,
    pub name: String,
    pub event: String,
    /// The state's path, of an `after`.
    pub state: Option<String>,
    pub status: String,
    pub due_at: Timestamp,
    pub last_error: Option<String>,
}

/// The open timers of an instance, the next one first, and those of its states that failed for good.
pub fn pending(organization: Uuid, instance: Uuid) -> Result<Vec<Pending>, Error> {
    PENDING.rows(&[&organization, &instance], |row| {
        Ok(Pending {
            kind: row.required(1)?,
            name: row.required(2)?,
            event: row.required(3)?,
            state: row.get(4),
            status: row.required(5)?,
            due_at: row.required(6)?,
            last_error: row.get(7),
        })
    })
}

/// The moment of the next timer, overdue ones included.
pub fn next(organization: Option<Uuid>) -> Result<Option<Timestamp>, Error> {
    NEXT.first(&[&organization], |row| Ok(row.get(1))).map(Option::flatten)
}

/// The moment of the next timer after a moment.
pub fn next_after(now: Timestamp) -> Result<Option<Timestamp>, Error> {
    NEXT_AFTER.first(&[&now], |row| Ok(row.get(1))).map(Option::flatten)
}

/// One timer of an instance; read it under the instance's lock.
pub fn read(organization: Uuid, instance: Uuid, id: Uuid) -> Result<Option<Timer>, Error> {
    access(|access| ROW.read(access, &[&organization, &instance, &id], timer_row))
}

/// Timers, each with its place in the list given; read them under their instances' locks.
pub fn read_many(wanted: &[&Due]) -> Result<Vec<(usize, Timer)>, Error> {
    access(|access| {
        let read = wanted.iter().enumerate().map(|(number, due)| {
            let timer = ROW.read(access, &[&due.organization_id, &due.instance_id, &due.id], timer_row)?;
            Ok(timer.map(|timer| (number, timer)))
        });
        read.filter_map(Result::transpose).collect()
    })
}

fn timer_row(row: &Row, place: RowPlace) -> Result<Timer, Error> {
    Ok(Timer {
        fire_at: row.required(1)?,
        fired_at: row.get(2),
        retry_at: row.get(3),
        attempts: row.required(4)?,
        status: row.required(5)?,
        kind: row.required(6)?,
        name: row.required(7)?,
        event: row.required(8)?,
        payload: row.get(9),
        place,
    })
}

/// Records that a timer has fired which was read just before; false where it is not there any more.
pub fn fired(organization: Uuid, instance: Uuid, id: Uuid, timer: &Timer, now: Timestamp) -> Result<bool, Error> {
    let attempts = timer.attempts + 1;
    let (error, retry_at) = (None::<String>, None::<Timestamp>);
    let values: [&dyn Parameter; 5] = [&attempts, &"FIRED", &now, &error, &retry_at];
    let is_same =
        |row: &Row| Ok(row.required::<i32>(1)? == timer.attempts && row.required::<String>(2)? == timer.status);
    access(|access| FIRED.update(access, &[&organization, &instance, &id], Some(timer.place), &values, is_same))
}

/// Records a firing that failed: tried again at `retry_at`, never where that is None.
pub fn failed(due: &Due, error: &str, retry_at: Option<Timestamp>) -> Result<(), Error> {
    retry_at.into_iter().for_each(wake::note);
    let status = if retry_at.is_some() { "PENDING" } else { "FAILED" };
    FAILED.execute(&[&due.organization_id, &due.instance_id, &due.id, &error, &retry_at, &status]).map(drop)
}

/// Suspends the pending timers of an instance that is paused.
pub fn suspend(organization: Uuid, instance: Uuid) -> Result<(), Error> {
    SUSPEND.execute(&[&organization, &instance]).map(drop)
}

/// A delay in the time of a calendar, which a pause held up.
pub struct Counted {
    pub id: Uuid,
    /// Without that pause.
    pub fire_at: Timestamp,
    pub waited_from: Timestamp,
    pub calendar: String,
}

/// Lets the suspended timers of an instance run again, which was paused from `paused_at` until now, and gives those that
/// are to be moved in the time of their calendar.
pub fn resume(organization: Uuid, instance: Uuid, paused_at: Timestamp, now: Timestamp) -> Result<Vec<Counted>, Error> {
    // One of them may be due, or an effect that waited; when the others are, the workers see for themselves.
    wake::note(now);
    RESUME.rows(&[&organization, &instance, &paused_at, &now], |row| {
        Ok(Counted {
            id: row.required(1)?,
            fire_at: row.required(2)?,
            waited_from: row.required(3)?,
            calendar: row.required(4)?,
        })
    })
}

/// Moves a pending timer to another moment.
pub fn shift(organization: Uuid, instance: Uuid, id: Uuid, fire_at: Timestamp) -> Result<(), Error> {
    wake::note(fire_at);
    MOVE.execute(&[&organization, &instance, &id, &fire_at]).map(drop)
}
