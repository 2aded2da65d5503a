//! Cron expressions in a time zone: which moment comes next, which was the last.
//!
//! Where the hour is named, the wall clock counts: a moment in the gap of a spring night comes at the gap's end, one in
//! the doubled hour of an autumn night at its first pass, each once. Where the hour is a `*`, time as it passes counts:
//! nothing falls into the gap, and the doubled hour has its moments twice. Moments are whole seconds.

use croner::Cron;
use croner::parser::CronParser;
use jiff::Zoned;
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};

use crate::error::{Code, Error};
use crate::pg::time::Timestamp;

/// A cron expression in a time zone.
pub struct Expression {
    cron: Cron,
    zone: TimeZone,
    /// Does the hour field say `*`?
    any_hour: bool,
}

impl Expression {
    /// Reads an expression of five fields, of six with seconds first or of seven with a year last, and the name of a zone.
    pub fn parse(text: &str, time_zone: &str) -> Result<Self, Error> {
        let cron = CronParser::new().parse(text).map_err(|error| {
            Error::new(Code::InvalidArgument, "cron is not a cron expression")
                .detail(format!("It is \"{text}\": {error}"))
                .hint(
                    "Give minute, hour, day of month, month and day of week, such as '30 2 * * MON-FRI'; \
                     a sixth field in front is the second.",
                )
        })?;
        let zone = TimeZone::get(time_zone).map_err(|_| {
            Error::new(Code::InvalidArgument, format!("time zone \"{time_zone}\" does not exist"))
                .hint("Give a name of the system's zone database, such as 'UTC' or 'Europe/Vienna'.")
        })?;
        let fields: Vec<&str> = text.split_whitespace().collect();
        let any_hour = match fields.as_slice() {
            [nickname] => nickname.eq_ignore_ascii_case("@hourly"),
            [_, hour, _, _, _] | [_, _, hour, ..] => hour.contains('*'),
            _ => false,
        };
        Ok(Expression { cron, zone, any_hour })
    }

    /// The first moment after another; None where there is none before the year 5000.
    pub fn after(&self, moment: Timestamp) -> Option<Timestamp> {
        let start = self.zoned(moment)?;
        if self.any_hour {
            return self.cron.find_next_occurrence(&start, false).ok().and_then(|next| timestamp(&next));
        }
        let mut wall = start.datetime();
        loop {
            wall = self.cron.find_next_occurrence(&wall, false).ok()?;
            let next = self.at(wall)?;
            if next > start {
                return timestamp(&next);
            }
        }
    }

    /// The last moment at or before another.
    pub fn latest(&self, moment: Timestamp) -> Option<Timestamp> {
        let end = self.zoned(moment)?;
        if self.any_hour {
            return self.cron.find_previous_occurrence(&end, true).ok().and_then(|last| timestamp(&last));
        }
        // In the second pass of a doubled hour every moment of the first has been, also those that the clock shows later.
        let mut wall = match self.zone.to_ambiguous_zoned(end.datetime()).offset() {
            AmbiguousOffset::Fold { before, after } if end.offset() == after => before.to_datetime(end.timestamp()),
            _ => end.datetime(),
        };
        wall = self.cron.find_previous_occurrence(&wall, true).ok()?;
        loop {
            let last = self.at(wall)?;
            if last <= end {
                return timestamp(&last);
            }
            wall = self.cron.find_previous_occurrence(&wall, false).ok()?;
        }
    }

    /// When the wall clock shows this for the first time, or has jumped over it.
    fn at(&self, wall: DateTime) -> Option<Zoned> {
        let ambiguous = self.zone.to_ambiguous_zoned(wall);
        match ambiguous.offset() {
            AmbiguousOffset::Gap { .. } => {
                let behind = ambiguous.later().ok()?.timestamp();
                let jump = self.zone.preceding(behind + jiff::SignedDuration::from_secs(1)).next()?;
                Some(jump.timestamp().to_zoned(self.zone.clone()))
            }
            _ => ambiguous.earlier().ok(),
        }
    }

    fn zoned(&self, moment: Timestamp) -> Option<Zoned> {
        let moment = jiff::Timestamp::from_second(moment.unix().div_euclid(1_000_000)).ok()?;
        Some(moment.to_zoned(self.zone.clone()))
    }
}

fn timestamp(zoned: &Zoned) -> Option<Timestamp> {
    Timestamp::from_unix(zoned.timestamp().as_microsecond())
}
