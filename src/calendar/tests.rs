use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::Calendar;
use crate::chart::Duration;

const HOUR: i64 = 3_600_000_000;

fn office() -> Calendar {
    let holidays = json!(["2026-04-06", "12-25", { "date": "2026-12-24", "hours": ["09:00-12:00"], "name": "Christmas Eve" },
        { "date": "2026-03-14", "hours": "10:00-12:00", "name": "a Saturday that is worked" }]);
    calendar(&json!({ "mon-thu": ["09:00-12:00", "13:00-17:00"], "Friday": "09:00-13:00" }), &holidays)
}

fn calendar(hours: &Value, holidays: &Value) -> Calendar {
    Calendar::read("Europe/Vienna", hours, holidays).unwrap()
}

fn always() -> Calendar {
    calendar(&json!({ "mon-sun": "00:00-24:00" }), &json!([]))
}

/// A moment with an offset, as `2026-03-02T09:00+01`.
fn at(text: &str) -> i64 {
    text.parse::<Timestamp>().unwrap().as_microsecond()
}

fn later(calendar: &Calendar, from: &str, duration: &str) -> String {
    let moment = calendar.add(at(from), &Duration::parse(duration).unwrap()).unwrap();
    Timestamp::from_microsecond(moment).unwrap().to_string()
}

#[test]
fn hours_are_working_time() {
    let office = office();
    for (from, duration, to, why) in [
        ("2026-03-02T09:00+01", "PT2H", "2026-03-02T10:00:00Z", "within the morning"),
        ("2026-03-02T11:00+01", "PT2H", "2026-03-02T13:00:00Z", "over lunch"),
        ("2026-03-02T09:00+01", "PT7H", "2026-03-02T16:00:00Z", "a whole day ends at its end, not next morning"),
        ("2026-03-02T09:00+01", "PT7H1S", "2026-03-03T08:00:01Z", "a second more is next morning"),
        ("2026-03-05T16:00+01", "PT6H", "2026-03-09T09:00:00Z", "1 h on Thursday, 4 h on Friday, 1 h on Monday"),
        ("2026-03-07T12:00+01", "PT1H", "2026-03-09T09:00:00Z", "from a Saturday"),
        ("2026-03-13T12:00+01", "PT2H", "2026-03-14T10:00:00Z", "1 h on Friday, 1 h on the Saturday that is worked"),
        ("2026-04-03T12:00+02", "PT2H", "2026-04-07T08:00:00Z", "1 h on Friday, Easter Monday free, 1 h on Tuesday"),
        ("2026-12-24T11:00+01", "PT2H", "2026-12-28T09:00:00Z", "half of Christmas Eve, then until Monday"),
        ("2027-12-24T12:00+01", "PT2H", "2027-12-27T09:00:00Z", "Christmas Eve is half of a day in 2026 only"),
        ("2026-03-07T12:00+01", "PT0S", "2026-03-07T11:00:00Z", "nothing is nothing"),
    ] {
        assert_eq!(later(&office, from, duration), to, "{why}");
    }
}

#[test]
fn days_are_working_days() {
    let office = office();
    for (from, duration, to, why) in [
        ("2026-03-02T10:30+01", "P1D", "2026-03-03T09:30:00Z", "the same time of the next working day"),
        ("2026-03-06T10:30+01", "P1D", "2026-03-09T09:30:00Z", "over a weekend"),
        (
            "2026-04-02T10:30+02",
            "P2D",
            "2026-04-07T08:30:00Z",
            "over Good Friday, which is worked here, and Easter Monday",
        ),
        ("2026-03-07T12:00+01", "P1D", "2026-03-10T08:00:00Z", "a Saturday counts as Monday 09:00"),
        ("2026-03-02T18:00+01", "P1D", "2026-03-04T08:00:00Z", "an evening counts as the next morning"),
        ("2026-03-05T15:00+01", "P1D", "2026-03-09T08:00:00Z", "Friday 15:00 is closed, so Monday's beginning"),
        ("2026-03-05T17:00+01", "P1D", "2026-03-09T08:00:00Z", "closed as well"),
        ("2026-03-02T10:30+01", "P1DT2H", "2026-03-03T12:30:00Z", "then hours, over lunch"),
        (
            "2026-03-27T10:30+01",
            "P1D",
            "2026-03-30T08:30:00Z",
            "the same wall time on the other side of the spring night",
        ),
        ("2026-03-02T10:30+01", "P1W", "2026-03-09T09:30:00Z", "a week is a week"),
        ("2026-03-30T10:30+02", "P1W", "2026-04-07T07:00:00Z", "a week that ends on a holiday"),
        ("2026-02-28T10:30+01", "P1M", "2026-03-30T07:00:00Z", "a month that ends on a Saturday"),
    ] {
        assert_eq!(later(&office, from, duration), to, "{why}");
    }
}

#[test]
fn the_wall_clock_counts_when_it_jumps() {
    let always = always();
    // 2026-03-29 02:00 becomes 03:00, 2026-10-25 03:00 becomes 02:00.
    assert_eq!(later(&always, "2026-03-28T12:00+01", "PT24H"), "2026-03-29T11:00:00Z");
    assert_eq!(always.between(at("2026-03-29T00:00+01"), at("2026-03-30T00:00+02")), 23 * HOUR);
    assert_eq!(always.between(at("2026-10-25T00:00+02"), at("2026-10-26T00:00+01")), 25 * HOUR);
    let night = calendar(&json!({ "sun": ["01:00-02:30", "02:30-04:00"] }), &json!([]));
    let whole = |from: &str, to: &str| night.between(at(from), at(to));
    assert_eq!(whole("2026-03-22T00:00+01", "2026-03-23T00:00+01"), 3 * HOUR);
    assert_eq!(whole("2026-03-29T00:00+01", "2026-03-30T00:00+02"), 2 * HOUR);
    assert_eq!(whole("2026-10-25T00:00+02", "2026-10-26T00:00+01"), 4 * HOUR);
    // A day later than 02:30 on Saturday is a time that Sunday's clock jumps over.
    assert_eq!(later(&always, "2026-03-28T02:30+01", "P1D"), "2026-03-29T01:00:00Z");
}

#[test]
fn between_is_signed_and_ignores_closed_hours() {
    let office = office();
    let (friday, monday) = (at("2026-03-06T12:00+01"), at("2026-03-09T10:00+01"));
    assert_eq!(office.between(friday, monday), 2 * HOUR);
    assert_eq!(office.between(monday, friday), -2 * HOUR);
    assert_eq!(office.between(at("2026-03-07T12:00+01"), at("2026-03-08T12:00+01")), 0);
    assert_eq!(office.weekly_minutes(), 4 * 420 + 240);
}

#[test]
fn a_calendar_ends_somewhere() {
    let rare = calendar(&json!({ "mon": "09:00-09:01" }), &json!([]));
    assert_eq!(rare.add(at("2026-03-02T00:00Z"), &Duration::parse("PT400H").unwrap()), None);
    assert_eq!(office().add(at("2026-03-02T00:00Z"), &Duration::parse("P9000Y").unwrap()), None);
    let closed: Vec<String> = (1..=12)
        .flat_map(|month| (1..=31).map(move |day| format!("{month:02}-{day:02}")))
        .filter(|day| !matches!(day.as_str(), "02-30" | "02-31" | "04-31" | "06-31" | "09-31" | "11-31"))
        .collect();
    let never = calendar(&json!({ "mon": "09:00-17:00" }), &json!(closed));
    assert_eq!(never.add(at("2026-03-02T00:00Z"), &Duration::parse("P1D").unwrap()), None);
    assert_eq!(never.between(at("2026-03-02T00:00Z"), at("2027-03-02T00:00Z")), 0);
}

#[test]
fn every_mistake_is_found() {
    let problems = |zone: &str, hours: Value, holidays: Value| {
        let problems = Calendar::read(zone, &hours, &holidays).unwrap_err();
        problems.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let hours = json!({ "mon": ["9-17", "17:00-09:00", "08:00-08:00", 5, "23:00-24:01", "08:60-09:00"], "tue": ["09:00-12:00", "11:00-13:00"],
        "mon-wed": [], "fri-mon": [], "someday": "09:00-17:00", "sun": true });
    let holidays = json!(["2026-02-30", "13-01", 7, { "date": "12-25", "open": true, "name": 1 }, { "name": "x" }, "12-25", "2026-1-1"]);
    let written = "hours are written like \"09:00-17:00\"";
    let date = "a date is written like \"2026-12-24\", or \"12-25\" for every year";
    let backwards =
        "it ends before it begins; hours over midnight belong to two days, \"22:00-24:00\" and \"00:00-06:00\"";
    assert_eq!(
        problems("Mars/Base", hours, holidays),
        [
            "time_zone: \"Mars/Base\" is no name of the system's zone database".to_owned(),
            format!("working_hours/mon/0: {written}"),
            format!("working_hours/mon/1: {backwards}"),
            format!("working_hours/mon/2: {backwards}"),
            format!("working_hours/mon/3: {written}"),
            format!("working_hours/mon/4: {written}"),
            format!("working_hours/mon/5: {written}"),
            "working_hours/tue: hours overlap".to_owned(),
            "working_hours/mon-wed: monday is named already".to_owned(),
            "working_hours/mon-wed: tuesday is named already".to_owned(),
            "working_hours/fri-mon: it is no weekday; write mon to sun, or a range such as mon-fri".to_owned(),
            "working_hours/someday: it is no weekday; write mon to sun, or a range such as mon-fri".to_owned(),
            format!("working_hours/sun: {written}, or as an array of such"),
            format!("holidays/0: {date}"),
            format!("holidays/1: {date}"),
            format!("holidays/2: {date}"),
            "holidays/3/open: a holiday has the keys date, hours and name only".to_owned(),
            "holidays/3/name: a name is text".to_owned(),
            format!("holidays/4: {date}"),
            "holidays/5: the day is named already".to_owned(),
            format!("holidays/6: {date}"),
        ]
    );
    assert_eq!(problems("UTC", json!({ "mon": [] }), json!([])), ["working_hours: no day has any"]);
    assert_eq!(problems("UTC", json!([]), json!({})).len(), 2);
}

/// Whole minutes of the years around several changes of the clock.
fn moment() -> impl Strategy<Value = i64> {
    (0..3 * 366 * 1_440_i64).prop_map(|minute| at("2025-01-01T00:00Z") + minute * 60_000_000)
}

proptest! {
    #[test]
    fn what_was_added_lies_between(from in moment(), minutes in 0..200 * 60_i64) {
        for calendar in [office(), always()] {
            let to = calendar.add_micros(from, minutes * 60_000_000).unwrap();
            prop_assert_eq!(calendar.between(from, to), minutes * 60_000_000);
            prop_assert!(to >= from);
        }
    }

    #[test]
    fn two_sums_are_one(from in moment(), first in 0..6_000_i64, second in 0..6_000_i64) {
        let (office, minute) = (office(), 60_000_000);
        let twice = office.add_micros(office.add_micros(from, first * minute).unwrap(), second * minute).unwrap();
        prop_assert_eq!(twice, office.add_micros(from, (first + second) * minute).unwrap());
    }

    #[test]
    fn between_adds_up(a in moment(), b in moment(), c in moment()) {
        for calendar in [office(), always()] {
            prop_assert_eq!(calendar.between(a, b) + calendar.between(b, c), calendar.between(a, c));
        }
        prop_assert_eq!(always().between(a, b), b - a);
    }

    #[test]
    fn later_begun_is_not_due_earlier(
        from in moment(), after in 0..20_000_i64,
        days in 0..20_i64, weeks in 0..4_i64, minutes in 0..3_000_i64,
    ) {
        let duration = Duration::parse(&format!("P{weeks}W{days}DT{minutes}M")).unwrap();
        let office = office();
        let due = |from| office.add(from, &duration).unwrap();
        prop_assert!(due(from) <= due(from + after * 60_000_000));
        prop_assert!(due(from) >= from);
    }
}
