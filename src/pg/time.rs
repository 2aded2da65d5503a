//! `timestamptz` as the number that it is.

use pgrx::datum::{FromDatum, IntoDatum};
use pgrx::pg_sys;

use crate::error::Error;
use crate::pg::subtransaction::catch_panic;

/// Microseconds from 1970 to the server's epoch, 2000-01-01 UTC.
const EPOCH: i64 = 946_684_800_000_000;

/// A `timestamptz`: microseconds since 2000-01-01 UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// The clock.
    pub fn now() -> Self {
        // SAFETY: reads the clock.
        Timestamp(unsafe { pg_sys::GetCurrentTimestamp() })
    }

    /// Microseconds since 1970, or None outside the range of `timestamptz`.
    pub fn from_unix(micros: i64) -> Option<Self> {
        let value = micros.checked_sub(EPOCH)?;
        // The server's own bounds: 4713 BC to 294276 AD.
        (-211_813_488_000_000_000..9_223_371_331_200_000_000).contains(&value).then_some(Timestamp(value))
    }

    /// Microseconds since 1970.
    pub fn unix(self) -> i64 {
        self.0.saturating_add(EPOCH)
    }

    /// Is this a moment, and not an infinity?
    pub fn is_finite(self) -> bool {
        self.0 != i64::MAX && self.0 != i64::MIN
    }

    /// Reads what `timestamptz` reads, in UTC where the text names no zone; None for a text that it refuses or
    /// for an infinity.
    pub fn parse(text: &str) -> Option<Self> {
        let text = std::ffi::CString::new(text).ok()?;
        let read = || {
            // SAFETY: timestamptz_in takes a C string, an element type and a type modifier.
            let value = unsafe {
                pgrx::direct_function_call::<i64>(
                    pg_sys::timestamptz_in,
                    &[
                        Some(pg_sys::Datum::from(text.as_ptr())),
                        Some(pg_sys::Datum::from(0)),
                        Some(pg_sys::Datum::from(-1)),
                    ],
                )
            };
            value.ok_or_else(Error::not_installed)
        };
        let time = Timestamp(catch_panic(read).ok()?);
        time.is_finite().then_some(time)
    }

    /// Reads an ISO 8601 moment, in UTC where it names no zone, whatever the session's settings.
    pub fn parse_iso(text: &str) -> Option<Self> {
        let moment = text.parse::<jiff::Timestamp>().or_else(|_| {
            Ok::<_, jiff::Error>(text.parse::<jiff::civil::DateTime>()?.to_zoned(jiff::tz::TimeZone::UTC)?.timestamp())
        });
        Timestamp::from_unix(moment.ok()?.as_microsecond())
    }

    /// ISO 8601 in UTC, with as many decimals as it has, as `2026-01-31T09:00:00.25+00:00`.
    pub fn to_iso(self) -> String {
        let micros = self.unix();
        jiff::Timestamp::from_microsecond(micros)
            .map_or_else(|_| micros.to_string(), |time| time.strftime("%Y-%m-%dT%H:%M:%S%.f+00:00").to_string())
    }

    /// ISO 8601 in UTC to the second, as `2026-01-31T09:00:00+00:00`.
    pub fn to_iso_seconds(self) -> String {
        let seconds = self.unix().div_euclid(1_000_000);
        jiff::Timestamp::from_second(seconds)
            .map_or_else(|_| seconds.to_string(), |time| time.strftime("%Y-%m-%dT%H:%M:%S+00:00").to_string())
    }
}

impl FromDatum for Timestamp {
    unsafe fn from_polymorphic_datum(datum: pg_sys::Datum, is_null: bool, _: pg_sys::Oid) -> Option<Self> {
        (!is_null).then(|| Timestamp(datum.value() as i64))
    }
}

impl IntoDatum for Timestamp {
    fn into_datum(self) -> Option<pg_sys::Datum> {
        Some(pg_sys::Datum::from(self.0))
    }

    fn type_oid() -> pg_sys::Oid {
        pg_sys::TIMESTAMPTZOID
    }
}

super::sql_type!(Timestamp, "timestamptz");
