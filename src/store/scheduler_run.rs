//! `wf.scheduler_run`: what the scheduler did, the last thousand times that it did anything.

use pgrx::Uuid;

use super::statement;
use crate::error::Error;
use crate::pg::time::Timestamp;

statement!(INSERT, "scheduler_run_insert");
statement!(TRIM, "scheduler_run_trim");

/// One run.
pub struct Run<'a> {
    pub id: Uuid,
    /// None for all.
    pub organization: Option<Uuid>,
    pub started_at: Timestamp,
    pub duration_ms: f64,
    /// `worker` or `call`.
    pub driver: &'a str,
    pub timers_fired: i32,
    pub timers_failed: i32,
    pub effects_run: i32,
    pub leases_expired: i32,
    pub messages_delivered: i32,
    pub schedules_run: i32,
    pub instances_escalated: i32,
    pub tasks_escalated: i32,
    pub instances_purged: i32,
}

/// Stores a run.
pub fn insert(run: &Run) -> Result<(), Error> {
    INSERT
        .execute(&[
            &run.id,
            &run.organization,
            &run.started_at,
            &run.duration_ms,
            &run.driver,
            &run.timers_fired,
            &run.timers_failed,
            &run.effects_run,
            &run.leases_expired,
            &run.messages_delivered,
            &run.schedules_run,
            &run.instances_escalated,
            &run.tasks_escalated,
            &run.instances_purged,
        ])
        .map(drop)
}

/// Removes the oldest runs beyond what is kept.
pub fn trim() -> Result<(), Error> {
    TRIM.execute(&[]).map(drop)
}
