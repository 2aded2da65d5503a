//! What a calendar is made of, read from JSON. Every mistake is found at once, each with its place.

use std::collections::HashMap;
use std::fmt;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::Value;

use super::{Calendar, Hours, MINUTES_PER_DAY};

const WEEKDAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// A mistake: where it is, such as `working_hours/mon/0`, and what it is.
#[derive(Debug, PartialEq, Eq)]
pub struct Problem {
    pub place: String,
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.message)
    }
}

#[derive(Default)]
struct Reader {
    problems: Vec<Problem>,
}

impl Calendar {
    /// Reads a time zone by its name, `{"mon-fri": ["09:00-12:00", "13:00-17:00"]}` and
    /// `["2026-12-24", "12-25", {"date": "12-31", "hours": ["09:00-12:00"], "name": "..."}]`.
    ///
    /// # Errors
    /// Every mistake.
    pub fn read(time_zone: &str, working_hours: &Value, holidays: &Value) -> Result<Calendar, Vec<Problem>> {
        let mut reader = Reader::default();
        let zone = TimeZone::get(time_zone).unwrap_or_else(|_| {
            reader.report("time_zone", format!("\"{time_zone}\" is no name of the system's zone database"));
            TimeZone::UTC
        });
        let week = reader.week(working_hours);
        let (days, yearly) = reader.holidays(holidays);
        if reader.problems.is_empty() { Ok(Calendar { zone, week, days, yearly }) } else { Err(reader.problems) }
    }
}

impl Reader {
    fn report(&mut self, place: &str, message: impl Into<String>) {
        self.problems.push(Problem { place: place.to_owned(), message: message.into() });
    }

    fn week(&mut self, value: &Value) -> [Vec<Hours>; 7] {
        let mut week: [Option<Vec<Hours>>; 7] = Default::default();
        let Value::Object(days) = value else {
            self.report("working_hours", "it must be an object of weekdays, such as {\"mon-fri\": [\"09:00-17:00\"]}");
            return Default::default();
        };
        let known = self.problems.len();
        for (name, value) in days {
            let place = format!("working_hours/{name}");
            let hours = self.hours(&place, value);
            let Some(named) = weekdays(name) else {
                self.report(&place, "it is no weekday; write mon to sun, or a range such as mon-fri");
                continue;
            };
            for day in named {
                if week[day].replace(hours.clone()).is_some() {
                    self.report(&place, format!("{} is named already", WEEKDAYS[day]));
                }
            }
        }
        let week = week.map(Option::unwrap_or_default);
        if self.problems.len() == known && week.iter().all(Vec::is_empty) {
            self.report("working_hours", "no day has any");
        }
        week
    }

    /// The hours of one day, in order.
    fn hours(&mut self, place: &str, value: &Value) -> Vec<Hours> {
        let spans = match value {
            Value::String(_) => std::slice::from_ref(value),
            Value::Array(spans) => spans.as_slice(),
            _ => {
                self.report(place, "hours are written like \"09:00-17:00\", or as an array of such");
                return Vec::new();
            }
        };
        let mut hours = Vec::new();
        for (index, span) in spans.iter().enumerate() {
            let place = if value.is_array() { format!("{place}/{index}") } else { place.to_owned() };
            match span.as_str().and_then(span_of) {
                None => self.report(&place, "hours are written like \"09:00-17:00\""),
                Some(span) if span.from >= span.to => {
                    let message = "it ends before it begins; hours over midnight belong to two days, \"22:00-24:00\" and \"00:00-06:00\"";
                    self.report(&place, message);
                }
                Some(span) => hours.push(span),
            }
        }
        hours.sort_unstable();
        if hours.windows(2).any(|pair| pair[1].from < pair[0].to) {
            self.report(place, "hours overlap");
        }
        hours
    }

    fn holidays(&mut self, value: &Value) -> (HashMap<Date, Vec<Hours>>, HashMap<(i8, i8), Vec<Hours>>) {
        let (mut days, mut yearly) = (HashMap::new(), HashMap::new());
        let Value::Array(holidays) = value else {
            self.report("holidays", "it must be an array of dates, such as [\"2026-12-24\", \"12-25\"]");
            return (days, yearly);
        };
        for (index, holiday) in holidays.iter().enumerate() {
            let place = format!("holidays/{index}");
            let Some((date, hours)) = self.holiday(&place, holiday) else { continue };
            let is_new = match date {
                Day::Once(date) => days.insert(date, hours).is_none(),
                Day::Yearly(month, day) => yearly.insert((month, day), hours).is_none(),
            };
            if !is_new {
                self.report(&place, "the day is named already");
            }
        }
        (days, yearly)
    }

    fn holiday(&mut self, place: &str, value: &Value) -> Option<(Day, Vec<Hours>)> {
        const DATE: &str = "a date is written like \"2026-12-24\", or \"12-25\" for every year";
        let (date, hours) = match value {
            Value::String(_) => (value, None),
            Value::Object(holiday) => {
                for (key, value) in holiday {
                    match (key.as_str(), value) {
                        ("date" | "hours", _) | ("name", Value::String(_)) => {}
                        ("name", _) => self.report(&format!("{place}/name"), "a name is text"),
                        _ => self.report(&format!("{place}/{key}"), "a holiday has the keys date, hours and name only"),
                    }
                }
                (holiday.get("date").unwrap_or(&Value::Null), holiday.get("hours"))
            }
            _ => {
                self.report(place, DATE);
                return None;
            }
        };
        let hours = hours.map(|hours| self.hours(&format!("{place}/hours"), hours)).unwrap_or_default();
        match date.as_str().and_then(day_of) {
            Some(day) => Some((day, hours)),
            None => {
                self.report(place, DATE);
                None
            }
        }
    }
}

enum Day {
    Once(Date),
    Yearly(i8, i8),
}

fn day_of(text: &str) -> Option<Day> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    match text.len() {
        10 if digits => text.parse().ok().map(Day::Once),
        5 if digits => {
            // A leap year, so that 02-29 is a day.
            let date: Date = format!("2000-{text}").parse().ok()?;
            Some(Day::Yearly(date.month(), date.day()))
        }
        _ => None,
    }
}

/// `mon`, `monday` or `mon-fri`, as numbers from Monday.
fn weekdays(name: &str) -> Option<Vec<usize>> {
    let day = |name: &str| {
        let name = name.trim().to_lowercase();
        WEEKDAYS.iter().position(|weekday| *weekday == name || weekday[..3] == name)
    };
    match name.split_once('-') {
        None => day(name).map(|day| vec![day]),
        Some((first, last)) => {
            let (first, last) = (day(first)?, day(last)?);
            (first < last).then(|| (first..=last).collect())
        }
    }
}

fn span_of(text: &str) -> Option<Hours> {
    let (from, to) = text.split_once('-')?;
    Some(Hours { from: minute_of(from)?, to: minute_of(to)? })
}

/// `9:00`, `09:00` or `24:00`, in minutes of the day.
fn minute_of(text: &str) -> Option<i16> {
    let (hour, minute) = text.trim().split_once(':')?;
    let number =
        |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse::<i16>().ok()).flatten();
    if !(1..=2).contains(&hour.len()) || minute.len() != 2 {
        return None;
    }
    let (hour, minute) = (number(hour)?, number(minute)?);
    let of_day = hour * 60 + minute;
    (minute < 60 && of_day <= MINUTES_PER_DAY).then_some(of_day)
}
