//! The one source of time: the clock, unless `pg_workflow.fake_now` says otherwise.

use std::cell::RefCell;

use crate::error::{Code, Error};
use crate::pg::time::Timestamp;
use crate::settings;

thread_local! {
    /// The setting's text and what it means, so that it is read once.
    static FAKE: RefCell<Option<(String, Timestamp)>> = const { RefCell::new(None) };
}

/// The present moment. Two readings in one transaction differ, as the clock does.
pub fn now() -> Result<Timestamp, Error> {
    let Some(text) = settings::fake_now() else {
        return Ok(Timestamp::now());
    };
    if let Some(known) = FAKE.with_borrow(|fake| fake.as_ref().filter(|(known, _)| *known == text).map(|fake| fake.1)) {
        return Ok(known);
    }
    let time = Timestamp::parse(&text).ok_or_else(|| {
        Error::new(Code::InvalidArgument, "pg_workflow.fake_now is not a moment in time")
            .detail(format!("It is \"{text}\"."))
            .hint("SET pg_workflow.fake_now = '2026-01-31 09:00+00', or RESET it.")
    })?;
    FAKE.set(Some((text, time)));
    Ok(time)
}
