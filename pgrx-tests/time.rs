//! `timestamptz`.

#[pgrx::pg_schema]
mod tests {
    use pgrx::prelude::*;

    use crate::pg::spi::Statement;
    use crate::pg::time::Timestamp;

    #[pg_test]
    fn timestamps_are_read_as_the_server_reads_them() {
        let server = Statement::new("SELECT $1::timestamptz");
        for text in [
            "2026-03-02 09:00+00",
            "2026-03-02T09:00:00.123456Z",
            "2026-03-02 09:00:00 Europe/Vienna",
            "2026-03-02",
            "1969-12-31 23:59:59.999999+00",
            "0044-03-15 BC",
            "294276-12-31 23:59:59.999999+00",
        ] {
            let read = Timestamp::parse(text).unwrap_or_else(|| panic!("{text} was refused"));
            assert_eq!(server.first(&[&text], |row| row.required::<Timestamp>(1)).unwrap(), Some(read), "{text}");
        }
        for text in ["", "soon", "2026-13-01", "infinity", "-infinity", "294277-01-01", "2026-03-02\0", "P1D"] {
            assert_eq!(Timestamp::parse(text), None, "{text:?}");
        }
        // The session is as good as before.
        assert!(Timestamp::parse("2026-03-02").is_some());
    }

    #[pg_test]
    fn timestamps_round_trip() {
        assert_eq!(Timestamp::parse("1970-01-01 00:00+00").unwrap().unix(), 0);
        assert_eq!(Timestamp::parse("2000-01-01 00:00+00").unwrap().0, 0);
        for micros in [0, 1, -1, 946_684_800_000_000, 1_772_442_000_123_456, -62_135_596_800_000_000] {
            let time = Timestamp::from_unix(micros).unwrap();
            assert_eq!(time.unix(), micros);
            let back = Statement::new("SELECT $1, (EXTRACT(epoch FROM $1) * 1000000)::bigint")
                .first(&[&time], |row| Ok((row.required::<Timestamp>(1)?, row.required::<i64>(2)?)))
                .unwrap();
            assert_eq!(back, Some((time, micros)));
        }
        // The first moment that the server knows, in 4713 BC.
        let first = 946_684_800_000_000 - 211_813_488_000_000_000;
        assert!(Timestamp::from_unix(first).is_some());
        assert_eq!([first - 1, i64::MIN].map(Timestamp::from_unix), [None, None]);
        let printed = |text: &str| Timestamp::parse(text).unwrap().to_iso_seconds();
        assert_eq!(printed("2026-03-02 10:00:00.999999+01"), "2026-03-02T09:00:00+00:00");
        assert_eq!(printed("1969-12-31 23:59:59.5+00"), "1969-12-31T23:59:59+00:00");
        // What it prints it reads, to the second.
        assert_eq!(Timestamp::parse(&printed("2026-03-02 09:00+00")), Timestamp::parse("2026-03-02 09:00+00"));
    }

    #[pg_test]
    fn infinities_are_no_moments() {
        let read = Statement::new("SELECT 'infinity'::timestamptz, '-infinity'::timestamptz, 'epoch'::timestamptz");
        let finite = read
            .first(&[], |row| Ok([1, 2, 3].map(|column| row.get::<Timestamp>(column).map(Timestamp::is_finite))))
            .unwrap();
        assert_eq!(finite, Some([Some(false), Some(false), Some(true)]));
    }

    #[pg_test]
    fn now_is_the_clock_unless_it_is_set() {
        let earlier = crate::clock::now().unwrap();
        assert!(earlier <= Timestamp::now());
        Spi::run("SET LOCAL pg_workflow.fake_now = '2001-02-03 04:05:06+00'").unwrap();
        assert_eq!(crate::clock::now().unwrap().to_iso_seconds(), "2001-02-03T04:05:06+00:00");
        Spi::run("SET LOCAL pg_workflow.fake_now = '2002-02-03 04:05:06+00'").unwrap();
        assert_eq!(crate::clock::now().unwrap().to_iso_seconds(), "2002-02-03T04:05:06+00:00");
        Spi::run("SET LOCAL pg_workflow.fake_now = ''").unwrap();
        assert!(crate::clock::now().unwrap() >= earlier);
    }
}
