//! The scheduler's batch, for whoever drives it.

use pgrx::Uuid;
use pgrx::prelude::*;

use crate::engine::capability::Capability;
use crate::engine::{caller, tick};
use crate::pg::call::answer;
use crate::pg::time::Timestamp;

#[pg_extern(volatile, parallel_unsafe)]
fn wf_scheduler_tick(
    max_timers: default!(Option<i32>, "NULL"),
    max_effects: default!(Option<i32>, "NULL"),
    max_instances: default!(Option<i32>, "NULL"),
    max_tasks: default!(Option<i32>, "NULL"),
    dry_run: default!(Option<bool>, "false"),
    organization_id: default!(Option<Uuid>, "NULL"),
) -> TableIterator<
    'static,
    (
        name!(scheduler_run_id, Uuid),
        name!(timers_fired, i32),
        name!(effects_run, i32),
        name!(instances_escalated, i32),
        name!(tasks_escalated, i32),
        name!(run_duration_ms, f64),
        name!(next_run_at, Option<Timestamp>),
    ),
> {
    answer(move || {
        let share = tick::Share {
            timers: max_timers.unwrap_or(tick::Share::DEFAULT.timers),
            effects: max_effects.unwrap_or(tick::Share::DEFAULT.effects),
            instances: max_instances.unwrap_or(tick::Share::DEFAULT.instances),
            tasks: max_tasks.unwrap_or(tick::Share::DEFAULT.tasks),
        };
        let report = caller::write(Capability::Worker, organization_id, None, None, |caller| {
            tick::tick(caller, &share, dry_run.unwrap_or(false))
        })?;
        Ok(TableIterator::once((
            report.run_id,
            report.timers_fired,
            report.effects_run,
            report.instances_escalated,
            report.tasks_escalated,
            report.duration_ms,
            report.next_run_at,
        )))
    })
}
