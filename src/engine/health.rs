//! Is everything well? What an operator asks first: the scheduler, what waits, what failed, and what the server says of
//! our tables.

use std::sync::atomic::Ordering::SeqCst;

use super::caller::Caller;
use crate::error::Error;
use crate::pg::database;
use crate::settings;
use crate::store::health::{self, Component, Surroundings};
use crate::wake::{self, TAKEN};

/// Every component of the engine, with its status.
pub fn health(caller: &Caller) -> Result<Vec<Component>, Error> {
    health::health(&Surroundings {
        organizations: caller.served(),
        now: caller.now,
        preloaded: !wake::seats().is_empty(),
        workers: workers(),
        enabled: settings::enabled(),
        retention: settings::retention().map(|retention| retention.as_secs() as i64),
        library_version: env!("CARGO_PKG_VERSION"),
    })
}

/// The one component that is left where library and schema are not of the same version.
pub fn version_mismatch(error: &Error) -> Component {
    Component { name: "version".to_owned(), status: "critical".to_owned(), detail: error.summary() }
}

/// Background workers of this database that are alive.
pub fn workers() -> i32 {
    let here = database::current();
    let alive = wake::seats().iter().filter(|seat| {
        seat.state.load(SeqCst) == TAKEN && seat.database.load(SeqCst) == here && seat.pid.load(SeqCst) != 0
    });
    alive.count() as i32
}
