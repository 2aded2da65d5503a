//! The named errors.

#[pgrx::pg_schema]
mod tests {
    use std::collections::HashSet;

    use pgrx::prelude::*;

    use crate::error::{Code, Error};
    use crate::pg::error::{PgError, SqlState};
    use crate::pg::spi::Statement;

    #[pg_test]
    fn codes_are_unique_and_of_our_class() {
        let states: HashSet<_> = Code::ALL.iter().map(|code| code.sqlstate()).collect();
        let words: HashSet<_> = Code::ALL.iter().map(|code| code.word()).collect();
        assert_eq!((states.len(), words.len()), (Code::ALL.len(), Code::ALL.len()));
        for code in Code::ALL {
            assert!(code.sqlstate().starts_with(b"WF"), "{}", code.word());
            assert_eq!(SqlState::new(code.sqlstate()).to_string().as_bytes(), code.sqlstate());
            assert_eq!(SqlState::new(code.sqlstate()).class(), "WF");
            assert!(code.word().bytes().all(|c| c.is_ascii_uppercase() || c == b'_'), "{}", code.word());
            assert!(!code.meaning().is_empty() && !code.raised_by().is_empty());
        }
        assert!(Code::ALL.windows(2).all(|pair| pair[0].sqlstate() < pair[1].sqlstate()));
    }

    #[pg_test]
    fn the_view_lists_every_code() {
        let listed = Statement::new("SELECT code, sqlstate, raised_by, meaning FROM wf_error_codes ORDER BY sqlstate")
            .rows(&[], |row| Ok([row.required::<String>(1)?, row.required(2)?, row.required(3)?, row.required(4)?]))
            .unwrap();
        let known: Vec<[String; 4]> = Code::ALL
            .iter()
            .map(|code| {
                let state = String::from_utf8_lossy(code.sqlstate()).into_owned();
                [code.word().to_owned(), state, code.raised_by().to_owned(), code.meaning().to_owned()]
            })
            .collect();
        assert_eq!(listed, known);
    }

    /// Raised through SQL, every code comes back as itself, with its facts.
    #[pg_test]
    fn every_code_survives_the_server() {
        let raise = Statement::new("SELECT wf.raise($1, 'message', 'facts', 'advice')");
        for code in Code::ALL {
            let error = crate::pg::subtransaction::subtransaction(|| raise.execute(&[&code.word()])).unwrap_err();
            assert_eq!(error.code(), Some(*code));
            let report = error.into_report();
            assert_eq!(report.sqlstate.to_string().as_bytes(), code.sqlstate());
            assert_eq!(report.message, format!("{}: message", code.word()));
            assert_eq!((report.detail.as_deref(), report.hint.as_deref()), (Some("facts"), Some("advice")));
        }
    }

    #[pg_test]
    fn a_report_says_word_facts_and_advice() {
        let report = Error::new(Code::TimerNotDue, "timer t is not due").detail("facts").hint("advice").into_report();
        let expected = PgError {
            sqlstate: SqlState::new(b"WF020"),
            message: "TIMER_NOT_DUE: timer t is not due".to_owned(),
            detail: Some("facts".to_owned()),
            hint: Some("advice".to_owned()),
            ..PgError::default()
        };
        assert_eq!(report, expected);
        let plain = Error::new(Code::TimerNotDue, "no").summary();
        let detailed = Error::new(Code::TimerNotDue, "no").detail("facts").summary();
        let server = Error::from(Box::new(PgError { message: "odd".into(), ..expected })).summary();
        assert_eq!([plain, detailed, server], ["TIMER_NOT_DUE: no", "TIMER_NOT_DUE: no: facts", "odd (WF020): facts"]);
    }
}
