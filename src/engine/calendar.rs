//! Business calendars of an organization, set and found. How they count is `crate::calendar`'s matter.

use pgrx::Uuid;

use super::audit::{self, Setting};
use super::caller::{Caller, check_size, check_text};
use crate::calendar::Calendar;
use crate::error::{Code, Error};
use crate::pg::jsonb::Jsonb;
use crate::pg::time::Timestamp;
use crate::store::calendar::{self, Stored};

/// What wf_set_calendar answers.
pub struct Set {
    /// Was there none of this code?
    pub created: bool,
    /// Of a week without a holiday.
    pub weekly_hours: f64,
}

/// Checks a calendar and stores it, in place of the one with its code.
pub fn set(caller: &Caller, code: &str, calendar: &Stored) -> Result<Set, Error> {
    check_text("code", code)?;
    check_size("working_hours", Some(&calendar.working_hours))?;
    check_size("holidays", Some(&calendar.holidays))?;
    let read = read(calendar).map_err(|mistakes| {
        let count = match mistakes.len() {
            1 => "1 mistake".to_owned(),
            count => format!("{count} mistakes"),
        };
        Error::new(Code::InvalidCalendar, format!("calendar {code} has {count}")).detail(mistakes.join("\n")).hint(
            "SELECT * FROM wf_set_calendar('office', 'Europe/Vienna', \
                 '{\"mon-fri\": [\"09:00-12:00\", \"13:00-17:00\"]}', '[\"2026-12-24\", \"12-25\"]');",
        )
    })?;
    let organization = caller.creating()?;
    let created = audit::change(caller, "set_calendar", Setting::Calendar, organization, code, None, || {
        calendar::upsert(organization, code, calendar, caller.now, caller.actor.as_deref())
    })?;
    Ok(Set { created, weekly_hours: read.weekly_minutes() as f64 / 60.0 })
}

fn read(stored: &Stored) -> Result<Calendar, Vec<String>> {
    let value = |json: &Jsonb| serde_json::from_str(&json.to_text()).unwrap_or_default();
    Calendar::read(&stored.time_zone, &value(&stored.working_hours), &value(&stored.holidays))
        .map_err(|problems| problems.iter().map(ToString::to_string).collect())
}

/// The calendar of a code, the organization's own before the shared one; None where none is named.
pub fn named(organization: Uuid, code: Option<&str>) -> Result<Option<Calendar>, Error> {
    let Some(code) = code else { return Ok(None) };
    find(organization, code)?.map(Some).ok_or_else(|| {
        Error::new(Code::CalendarNotFound, format!("calendar {code} does not exist"))
            .hint("SELECT code FROM wf_calendars_view lists what exists; wf_set_calendar makes one.")
    })
}

/// The calendar of a code, if there is one, the organization's own before the shared one.
pub fn find(organization: Uuid, code: &str) -> Result<Option<Calendar>, Error> {
    let Some(stored) = calendar::find(organization, code)? else { return Ok(None) };
    // Only the system's zones can have changed under it.
    let calendar = read(&stored).map_err(|mistakes| {
        Error::new(Code::InvalidCalendar, format!("calendar {code} cannot be read")).detail(mistakes.join("\n"))
    })?;
    Ok(Some(calendar))
}

/// The time from one moment to another in microseconds, working time where a calendar counts it.
pub fn between(calendar: Option<&Calendar>, from: Timestamp, to: Timestamp) -> i64 {
    match calendar {
        Some(calendar) => calendar.between(from.unix(), to.unix()),
        None => to.0.saturating_sub(from.0),
    }
}

/// The moment so many microseconds after another, in working time where a calendar counts it.
pub fn add(calendar: Option<&Calendar>, from: Timestamp, micros: i64) -> Result<Timestamp, Error> {
    let moment = match calendar {
        Some(calendar) => calendar.add_micros(from.unix(), micros),
        None => from.unix().checked_add(micros),
    };
    moment.and_then(Timestamp::from_unix).ok_or_else(|| {
        Error::new(Code::InvalidDuration, "a moment is out of range")
            .detail(format!("It is {micros} microseconds after {}.", from.to_iso()))
    })
}
