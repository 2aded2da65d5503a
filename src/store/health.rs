//! How the engine is: what `wf_health` and `wf_metrics` read.

use pgrx::Uuid;

use super::statement;
use crate::error::Error;
use crate::pg::jsonb::Jsonb;
use crate::pg::time::Timestamp;

statement!(HEALTH, "health");
statement!(METRICS, "metrics");

/// What the tables do not tell.
pub struct Surroundings {
    /// None for all.
    pub organizations: Option<Vec<Uuid>>,
    pub now: Timestamp,
    /// Does the server preload the library?
    pub preloaded: bool,
    /// Workers of this database that are alive.
    pub workers: i32,
    pub enabled: bool,
    /// Seconds that finished instances are kept; None for ever.
    pub retention: Option<i64>,
    pub library_version: &'static str,
}

/// One component.
pub struct Component {
    pub name: String,
    /// `ok`, `warning` or `critical`.
    pub status: String,
    pub detail: String,
}

/// One measurement.
pub struct Metric {
    pub name: String,
    pub labels: Jsonb,
    pub value: f64,
}

/// Every component.
pub fn health(around: &Surroundings) -> Result<Vec<Component>, Error> {
    HEALTH.rows(
        &[
            &around.organizations,
            &around.now,
            &around.preloaded,
            &around.workers,
            &around.enabled,
            &around.retention,
            &around.library_version,
        ],
        |row| Ok(Component { name: row.required(1)?, status: row.required(2)?, detail: row.required(3)? }),
    )
}

/// Everything that the tables tell.
pub fn metrics(organizations: &Option<Vec<Uuid>>, now: Timestamp) -> Result<Vec<Metric>, Error> {
    METRICS.rows(&[organizations, &now], |row| {
        Ok(Metric { name: row.required(1)?, labels: row.required(2)?, value: row.required(3)? })
    })
}
