//! `wf.timer`: due work. Only the holder of the instance's row writes here.

use pgrx::Uuid;

use super::statement;
use crate::error::Error;
use crate::pg::jsonb::Jsonb;
use crate::pg::spi::Row;
use crate::pg::time::Timestamp;
use crate::wake;

statement!(MOMENT, "timer_moment");
statement!(INSERT, "timer_insert");
statement!(CANCEL_STATES, "timer_cancel_states");
statement!(CANCEL_NAMES, "timer_cancel_names");
statement!(CANCEL_RAISES, "timer_cancel_raises");
statement!(CANCEL_ALL, "timer_cancel_all");
statement!(OPEN, "timer_open");
statement!(PENDING, "timer_pending");
statement!(DUE, "timer_due");
statement!(DUE_OF, "timer_due_of");
statement!(ROUND, "timer_round");
statement!(NEXT, "timer_next");
statement!(NEXT_AFTER, "timer_next_after");
statement!(READ, "timer_read");
statement!(READ_MANY, "timer_read_many");
statement!(FIRED, "timer_fired");
statement!(FIRED_MANY, "timer_fired_many");
statement!(NOT_FIRED, "timer_not_fired");
statement!(FAILED, "timer_failed");
statement!(SUSPEND, "timer_suspend");
statement!(RESUME, "timer_resume");
statement!(MOVE, "timer_move");

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

/// A timer that is due.
#[derive(Clone)]
pub struct Due {
    pub organization_id: Uuid,
    pub id: Uuid,
    pub instance_id: Uuid,
    pub fire_at: Timestamp,
}

/// How far the due timers have been read: behind this one.
#[derive(Clone, Copy)]
pub struct Place {
    pub fire_at: Timestamp,
    pub id: Uuid,
}

impl Place {
    /// Before all timers.
    pub fn first() -> Self {
        Place { fire_at: Timestamp(i64::MIN), id: Uuid::from_bytes([0; 16]) }
    }
}

impl From<&Due> for Place {
    fn from(due: &Due) -> Self {
        Place { fire_at: due.fire_at, id: due.id }
    }
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
    INSERT
        .execute(&[
            &organization,
            &instance,
            &now,
            &timers.iter().map(|timer| timer.id).collect::<Vec<_>>(),
            &timers.iter().map(|timer| timer.fire_at).collect::<Vec<_>>(),
            &timers.iter().map(|timer| timer.is_relative).collect::<Vec<_>>(),
            &timers.iter().map(|timer| timer.kind.to_owned()).collect::<Vec<_>>(),
            &timers.iter().map(|timer| timer.name.clone()).collect::<Vec<_>>(),
            &timers.iter().map(|timer| timer.event.clone()).collect::<Vec<_>>(),
            &timers.iter().map(|timer| timer.entity_code.clone()).collect::<Vec<_>>(),
            &timers.iter().map(|timer| timer.state.clone()).collect::<Vec<_>>(),
            &timers.iter().map(|timer| timer.payload.clone()).collect::<Vec<_>>(),
            &suspended,
            &timers.iter().map(|timer| timer.calendar.clone()).collect::<Vec<_>>(),
        ])
        .map(drop)
}

/// Cancels the `after` timers of states that were left.
pub fn cancel_states(organization: Uuid, instance: Uuid, states: &Vec<String>) -> Result<(), Error> {
    CANCEL_STATES.execute(&[&organization, &instance, states]).map(drop)
}

/// Cancels open timers by name and gives the names that were there.
pub fn cancel_names(organization: Uuid, instance: Uuid, names: &Vec<String>) -> Result<Vec<String>, Error> {
    CANCEL_NAMES.rows(&[&organization, &instance, names], |row| row.required(1))
}

/// Cancels the delayed raises of these ids.
pub fn cancel_raises(organization: Uuid, instance: Uuid, ids: &Vec<String>) -> Result<(), Error> {
    CANCEL_RAISES.execute(&[&organization, &instance, ids]).map(drop)
}

/// Cancels every open timer of an instance and gives their names.
pub fn cancel_all(organization: Uuid, instance: Uuid) -> Result<Vec<String>, Error> {
    CANCEL_ALL.rows(&[&organization, &instance], |row| row.required(1))
}

/// The names of the open timers that no state owns.
pub fn open(organization: Uuid, instance: Uuid) -> Result<Vec<String>, Error> {
    OPEN.rows(&[&organization, &instance], |row| row.required(1))
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

/// What is due behind a place, oldest first, without locks.
pub fn due(now: Timestamp, behind: Place, limit: i32) -> Result<Vec<Due>, Error> {
    DUE.rows(&[&now, &behind.fire_at, &behind.id, &limit], due_row)
}

/// What is due in one organization behind a place, oldest first, without locks.
pub fn due_of(organization: Uuid, now: Timestamp, behind: Place, limit: i32) -> Result<Vec<Due>, Error> {
    DUE_OF.rows(&[&now, &behind.fire_at, &behind.id, &limit, &organization], due_row)
}

/// What is due in every organization, at most `share` of each and 2,000 together, each organization behind its place,
/// by turns.
pub fn round(now: Timestamp, places: &[(Uuid, Place)], share: i32) -> Result<Vec<Due>, Error> {
    let organizations: Vec<Uuid> = places.iter().map(|(organization, _)| *organization).collect();
    let moments: Vec<Timestamp> = places.iter().map(|(_, place)| place.fire_at).collect();
    let ids: Vec<Uuid> = places.iter().map(|(_, place)| place.id).collect();
    ROUND.rows(&[&now, &organizations, &moments, &ids, &share], due_row)
}

fn due_row(row: &Row) -> Result<Due, Error> {
    Ok(Due {
        organization_id: row.required(1)?,
        id: row.required(2)?,
        instance_id: row.required(3)?,
        fire_at: row.required(4)?,
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
    READ.first(&[&organization, &instance, &id], |row| timer_row(row, 1))
}

/// Timers, each with its place in the list given; read them under their instances' locks.
pub fn read_many(wanted: &[&Due]) -> Result<Vec<(usize, Timer, RowPlace)>, Error> {
    READ_MANY.rows(
        &[
            &wanted.iter().map(|due| due.organization_id).collect::<Vec<_>>(),
            &wanted.iter().map(|due| due.instance_id).collect::<Vec<_>>(),
            &wanted.iter().map(|due| due.id).collect::<Vec<_>>(),
        ],
        |row| {
            let place: i32 = row.required(1)?;
            Ok((place.unsigned_abs() as usize - 1, timer_row(row, 2)?, RowPlace(row.required(11)?)))
        },
    )
}

fn timer_row(row: &Row, first: i32) -> Result<Timer, Error> {
    Ok(Timer {
        fire_at: row.required(first)?,
        fired_at: row.get(first + 1),
        retry_at: row.get(first + 2),
        attempts: row.required(first + 3)?,
        status: row.required(first + 4)?,
        kind: row.required(first + 5)?,
        name: row.required(first + 6)?,
        event: row.required(first + 7)?,
        payload: row.get(first + 8),
    })
}

/// Where a row of `wf.timer` lies, as long as its instance is locked.
pub struct RowPlace(String);

/// Records that timers have fired which were read just before; false where one of them was not there any more.
pub fn fired_many(places: Vec<RowPlace>, now: Timestamp) -> Result<bool, Error> {
    let places: Vec<String> = places.into_iter().map(|place| place.0).collect();
    Ok(FIRED_MANY.execute(&[&places, &now])? == places.len() as u64)
}

/// Takes back that a timer has fired.
pub fn not_fired(due: &Due) -> Result<(), Error> {
    NOT_FIRED.execute(&[&due.organization_id, &due.instance_id, &due.id]).map(drop)
}

/// Records that a timer has fired.
pub fn fired(organization: Uuid, instance: Uuid, id: Uuid, now: Timestamp) -> Result<(), Error> {
    FIRED.execute(&[&organization, &instance, &id, &now]).map(drop)
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
