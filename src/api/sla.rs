//! Service levels.

use pgrx::Uuid;
use pgrx::prelude::*;

use super::required;
use crate::engine::capability::Capability;
use crate::engine::sla::recalc::recalc;
use crate::engine::{calendar, caller};
use crate::pg::call::answer;
use crate::pg::time::Timestamp;

#[pg_extern(volatile, parallel_unsafe)]
fn wf_sla_recalc(
    instance_id: Option<Uuid>,
    sla_override_hours: default!(Option<f64>, "NULL"),
    recalc_reason: default!(Option<String>, "NULL"),
    recalc_by: default!(Option<String>, "NULL"),
    organization_id: default!(Option<Uuid>, "NULL"),
) -> TableIterator<
    'static,
    (
        name!(instance_id, Uuid),
        name!(previous_sla_at, Option<Timestamp>),
        name!(new_sla_at, Option<Timestamp>),
        name!(pause_time_hours, f64),
        name!(sla_recalc_at, Timestamp),
    ),
> {
    answer(move || {
        let id = required("instance_id", instance_id)?;
        caller::write(Capability::Operator, organization_id, recalc_by, None, |caller| {
            let done = recalc(caller, id, sla_override_hours, recalc_reason)?;
            Ok(TableIterator::once((id, done.previous_sla_at, done.new_sla_at, done.pause_time_hours, caller.now)))
        })
    })
}

#[pg_schema]
mod wf {
    use super::*;

    /// Microseconds from one moment to another: working time where a calendar is named, NULL where it cannot be counted.
    #[pg_extern(stable, parallel_unsafe)]
    fn working_time(
        organization_id: Option<Uuid>,
        calendar: Option<String>,
        from_at: Option<Timestamp>,
        to_at: Option<Timestamp>,
    ) -> Option<i64> {
        let (organization, from, to) = (organization_id?, from_at?, to_at?);
        let Some(code) = calendar else {
            return Some(calendar::between(None, from, to));
        };
        answer(move || {
            caller::read(Capability::Viewer, Some(organization), |caller| {
                let counted = calendar::find(caller.reading(), &code)?;
                Ok(counted.map(|counted| calendar::between(Some(&counted), from, to)))
            })
        })
    }
}
