//! Durations as definitions write them: ISO 8601 or milliseconds. Years, months, weeks and days are calendar units and
//! are added in UTC; a business calendar is the engine's matter, not this file's.

use jiff::fmt::temporal::SpanParser;
use jiff::{Span, Timestamp, tz::TimeZone};
use std::fmt;

const MICROS_PER_SECOND: i64 = 1_000_000;
const MICROS_PER_DAY: i64 = 86_400 * MICROS_PER_SECOND;
/// 10,000 years in days: longer than any work lives, short enough that nothing overflows.
const MAX_DAYS: i64 = 3_652_500;

/// A span of time that is not negative: months, days and microseconds are kept apart, as in a Postgres interval, and
/// weeks too, because a week of business days has no fixed number of them.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Duration {
    pub(crate) months: i64,
    pub(crate) weeks: i64,
    pub(crate) days: i64,
    pub(crate) micros: i64,
}

impl Duration {
    /// No time at all.
    pub const ZERO: Duration = Duration { months: 0, weeks: 0, days: 0, micros: 0 };

    /// Reads ISO 8601, such as `PT90M`, `P1DT12H`, `P2W` or `PT0.5S`.
    ///
    /// # Errors
    /// A sentence when it is none, is negative or is longer than 10,000 years.
    pub fn parse(text: &str) -> Result<Duration, String> {
        let span = SpanParser::new()
            .parse_span(text)
            .map_err(|_| format!("\"{text}\" is no ISO 8601 duration; write it like PT30M, P2D or P1DT12H"))?;
        if span.is_negative() || text.starts_with('-') {
            return Err(format!("\"{text}\" is negative; a duration counts forward"));
        }
        let too_long = || format!("\"{text}\" is longer than 10,000 years");
        let months = i64::from(span.get_years()) * 12 + i64::from(span.get_months());
        let (weeks, days) = (i64::from(span.get_weeks()), i64::from(span.get_days()));
        let micros = [
            i64::from(span.get_hours()).checked_mul(3600 * MICROS_PER_SECOND),
            span.get_minutes().checked_mul(60 * MICROS_PER_SECOND),
            span.get_seconds().checked_mul(MICROS_PER_SECOND),
            span.get_milliseconds().checked_mul(1000),
            Some(span.get_microseconds()),
            Some(span.get_nanoseconds() / 1000),
        ]
        .into_iter()
        .try_fold(0_i64, |sum, part| sum.checked_add(part?))
        .ok_or_else(too_long)?;
        Duration { months, weeks, days, micros }.checked().ok_or_else(too_long)
    }

    /// A number of milliseconds, fractions included.
    ///
    /// # Errors
    /// A sentence when it is negative, no number or longer than 10,000 years.
    pub fn from_millis(millis: f64) -> Result<Duration, String> {
        // The comparison is written so that NaN fails it.
        if !(0.0..=(MAX_DAYS * 86_400_000) as f64).contains(&millis) {
            return Err(format!("{millis} milliseconds is no delay; it must be between 0 and 10,000 years"));
        }
        Ok(Duration { micros: (millis * 1000.0).round() as i64, ..Duration::ZERO })
    }

    /// The moment that lies this far after `unix_micros` (microseconds since 1970 in UTC), or nothing where that is
    /// past the calendar's end.
    pub fn after(&self, unix_micros: i64) -> Option<i64> {
        let mut moment = unix_micros;
        if self.months > 0 {
            let civil = Timestamp::from_microsecond(unix_micros).ok()?.to_zoned(TimeZone::UTC).datetime();
            let later = civil.checked_add(Span::new().try_months(self.months).ok()?).ok()?;
            moment = later.to_zoned(TimeZone::UTC).ok()?.timestamp().as_microsecond();
        }
        moment.checked_add((self.weeks * 7 + self.days).checked_mul(MICROS_PER_DAY)?)?.checked_add(self.micros)
    }

    fn checked(self) -> Option<Duration> {
        // The average month of the calendar has 487/16 days.
        let days = self.months * 487 / 16 + self.weeks * 7 + self.days + self.micros / MICROS_PER_DAY;
        (days <= MAX_DAYS).then_some(self)
    }
}

/// ISO 8601, the shortest form that says the same: `P1Y2M3DT4H5M6.5S`.
impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fn part(f: &mut fmt::Formatter<'_>, amount: i64, unit: char) -> fmt::Result {
            if amount == 0 { Ok(()) } else { write!(f, "{amount}{unit}") }
        }
        f.write_str("P")?;
        part(f, self.months / 12, 'Y')?;
        part(f, self.months % 12, 'M')?;
        part(f, self.weeks, 'W')?;
        part(f, self.days, 'D')?;
        if self.micros == 0 {
            return if self.months == 0 && self.weeks == 0 && self.days == 0 { f.write_str("T0S") } else { Ok(()) };
        }
        f.write_str("T")?;
        let seconds = self.micros / MICROS_PER_SECOND;
        part(f, seconds / 3600, 'H')?;
        part(f, seconds / 60 % 60, 'M')?;
        match (seconds % 60, self.micros % MICROS_PER_SECOND) {
            (seconds, 0) => part(f, seconds, 'S'),
            (seconds, micros) => {
                let fraction = format!("{micros:06}");
                write!(f, "{seconds}.{}S", fraction.trim_end_matches('0'))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn micros(civil: &str) -> i64 {
        civil.parse::<Timestamp>().unwrap().as_microsecond()
    }

    #[test]
    fn prints_what_it_read() {
        for (text, printed) in [
            ("PT90M", "PT1H30M"),
            ("P2W", "P2W"),
            ("P14M", "P1Y2M"),
            ("PT0.25S", "PT0.25S"),
            ("PT0S", "PT0S"),
            ("P1DT12H", "P1DT12H"),
            ("PT48H", "PT48H"),
            ("P1Y2M3DT4H5M6.5S", "P1Y2M3DT4H5M6.5S"),
            ("PT0.5H", "PT30M"),
        ] {
            assert_eq!(Duration::parse(text).unwrap().to_string(), printed, "{text}");
        }
    }

    #[test]
    fn refuses_what_is_no_duration() {
        for text in ["", "P", "PT", "5 minutes", "-PT1H", "P-1D", "1h", "PT1", "P10001Y", "PT99999999999H", "P1H"] {
            assert!(Duration::parse(text).is_err(), "{text}");
        }
        for millis in [-1.0, f64::NAN, f64::INFINITY, 4e14] {
            assert!(Duration::from_millis(millis).is_err(), "{millis}");
        }
    }

    #[test]
    fn months_and_days_are_calendar_units() {
        let start = micros("2024-01-31T10:00:00Z");
        let later = |text: &str| Duration::parse(text).unwrap().after(start).unwrap();
        assert_eq!(later("P1M"), micros("2024-02-29T10:00:00Z"));
        assert_eq!(later("P1Y"), micros("2025-01-31T10:00:00Z"));
        assert_eq!(later("P1D"), micros("2024-02-01T10:00:00Z"));
        assert_eq!(later("P1MT0.5S"), micros("2024-02-29T10:00:00.5Z"));
        assert_eq!(Duration::parse("P9999Y").unwrap().after(start), None);
        assert_eq!(Duration::from_millis(1.5).unwrap().after(0), Some(1500));
    }
}
