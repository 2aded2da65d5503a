//! Business time: working hours of a week in a time zone, with holidays. A calendar adds a duration of working time to a
//! moment and measures the working time between two. Pure: it knows neither tables nor the clock; moments are
//! microseconds since 1970 in UTC.
//!
//! Working hours are what the wall clock shows. The hour that a spring night leaves out has no working time, the one
//! that an autumn night repeats has twice as much.

mod read;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{SignedDuration, Span, Timestamp};

use crate::chart::Duration;

const MINUTES_PER_DAY: i16 = 1_440;
/// How far a calendar is followed, in days: 100 years.
const HORIZON: i32 = 36_525;

/// Working hours from one minute of a day to another, the second not included.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Hours {
    from: i16,
    to: i16,
}

/// When work is done.
#[derive(Debug)]
pub struct Calendar {
    zone: TimeZone,
    /// By weekday, from Monday.
    week: [Vec<Hours>; 7],
    /// Days with hours of their own, mostly none.
    days: HashMap<Date, Vec<Hours>>,
    /// The same for a month and day of every year.
    yearly: HashMap<(i8, i8), Vec<Hours>>,
}

impl Calendar {
    /// Minutes of work in a week without a holiday.
    pub fn weekly_minutes(&self) -> i64 {
        self.week.iter().flatten().map(|hours| i64::from(hours.to - hours.from)).sum()
    }

    /// The moment at which `duration` has passed in working time, or None beyond the calendar's end.
    ///
    /// Hours, minutes and seconds are working time. A day leads to the same time of the next working day. Weeks, months
    /// and years are those of the wall calendar. Where days, weeks, months or years lead outside of working hours, or
    /// begin there, the next working hours count.
    pub fn add(&self, from: i64, duration: &Duration) -> Option<i64> {
        let mut moment = from;
        if duration.months > 0 || duration.weeks > 0 {
            let span = Span::new().try_months(duration.months).ok()?.try_weeks(duration.weeks).ok()?;
            moment = self.opening(self.instant(self.local(moment)?.checked_add(span).ok()?)?)?;
        }
        if duration.days > 0 {
            let local = self.local(self.opening(moment)?)?;
            let date = self.working_day_after(local.date(), duration.days)?;
            moment = self.opening(self.instant(date.to_datetime(local.time()))?)?;
        }
        self.add_micros(moment, duration.micros)
    }

    /// The first moment at which so many microseconds of working time have passed.
    pub fn add_micros(&self, from: i64, micros: i64) -> Option<i64> {
        if micros == 0 {
            return Some(from);
        }
        let mut left = micros;
        self.days_from(from)?.find_map(|date| {
            for (begin, end) in self.spans(date) {
                let begin = begin.max(from);
                if left <= end - begin {
                    return Some(begin + left);
                }
                left -= (end - begin).max(0);
            }
            None
        })
    }

    /// The microseconds of working time from one moment to another; negative where the other comes first.
    pub fn between(&self, from: i64, to: i64) -> i64 {
        if to < from {
            return -self.between(to, from);
        }
        let (Some(days), Some(last)) = (self.days_from(from), self.local(to)) else { return 0 };
        days.take_while(|date| *date <= last.date())
            .flat_map(|date| self.spans(date))
            .map(|(begin, end)| (end.min(to) - begin.max(from)).max(0))
            .sum()
    }

    /// The moment itself within working hours, their end included, or else the next beginning.
    fn opening(&self, moment: i64) -> Option<i64> {
        let mut spans = self.days_from(moment)?.flat_map(|date| self.spans(date));
        spans.find(|(_, end)| moment <= *end).map(|(begin, _)| begin.max(moment))
    }

    /// The day on which so many more working days have come.
    fn working_day_after(&self, date: Date, count: i64) -> Option<Date> {
        let days = date.series(Span::new().days(1)).skip(1).take(HORIZON as usize);
        days.filter(|date| !self.hours(*date).is_empty()).nth(usize::try_from(count - 1).ok()?)
    }

    /// The days from that of a moment, as far as the horizon.
    fn days_from(&self, moment: i64) -> Option<impl Iterator<Item = Date>> {
        Some(self.local(moment)?.date().series(Span::new().days(1)).take(HORIZON as usize))
    }

    fn hours(&self, date: Date) -> &[Hours] {
        let own = self.days.get(&date).or_else(|| self.yearly.get(&(date.month(), date.day())));
        own.unwrap_or(&self.week[date.weekday().to_monday_zero_offset() as usize])
    }

    /// The working hours of a day as moments.
    fn spans(&self, date: Date) -> impl Iterator<Item = (i64, i64)> + '_ {
        self.hours(date)
            .iter()
            .filter_map(move |hours| Some((self.minute(date, hours.from)?, self.minute(date, hours.to)?)))
    }

    fn minute(&self, date: Date, minute: i16) -> Option<i64> {
        if minute == MINUTES_PER_DAY {
            return self.instant(date.tomorrow().ok()?.to_datetime(Time::midnight()));
        }
        self.instant(date.at((minute / 60) as i8, (minute % 60) as i8, 0, 0))
    }

    /// When the wall clock shows this for the first time, or has jumped over it.
    fn instant(&self, wall: DateTime) -> Option<i64> {
        let ambiguous = self.zone.to_ambiguous_timestamp(wall);
        let instant = match ambiguous.offset() {
            AmbiguousOffset::Gap { .. } => {
                let behind = ambiguous.later().ok()? + SignedDuration::from_secs(1);
                self.zone.preceding(behind).next()?.timestamp()
            }
            _ => ambiguous.earlier().ok()?,
        };
        Some(instant.as_microsecond())
    }

    fn local(&self, moment: i64) -> Option<DateTime> {
        Some(self.zone.to_datetime(Timestamp::from_microsecond(moment).ok()?))
    }
}
