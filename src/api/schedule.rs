//! Schedules.

use pgrx::Uuid;
use pgrx::prelude::*;

use super::required;
use crate::engine::capability::Capability;
use crate::engine::schedule::Plan;
use crate::engine::{caller, schedule};
use crate::pg::call::answer;
use crate::pg::jsonb::Jsonb;
use crate::pg::time::Timestamp;

#[pg_extern(volatile, parallel_unsafe)]
fn wf_schedule(
    name: Option<String>,
    cron: Option<String>,
    definition_code: Option<String>,
    input: default!(Option<Jsonb>, "NULL"),
    time_zone: default!(Option<String>, "'UTC'"),
    misfire: default!(Option<String>, "'fire_once'"),
    overlap: default!(Option<String>, "'skip'"),
    organization_id: default!(Option<Uuid>, "NULL"),
) -> TableIterator<'static, (name!(name, String), name!(next_run_at, Option<Timestamp>), name!(created, bool))> {
    answer(move || {
        let name = required("name", name)?;
        let plan = Plan {
            name: name.clone(),
            cron: required("cron", cron)?,
            definition_code: required("definition_code", definition_code)?,
            input,
            time_zone: required("time_zone", time_zone)?,
            misfire: required("misfire", misfire)?,
            overlap: required("overlap", overlap)?,
        };
        let scheduled =
            caller::write(Capability::Admin, organization_id, None, None, |caller| schedule::schedule(caller, plan))?;
        Ok(TableIterator::once((name, scheduled.next_run_at, scheduled.created)))
    })
}

#[pg_extern(volatile, parallel_unsafe)]
fn wf_unschedule(name: Option<String>, organization_id: default!(Option<Uuid>, "NULL")) -> bool {
    answer(move || {
        let name = required("name", name)?;
        caller::write(Capability::Admin, organization_id, None, None, |caller| schedule::unschedule(caller, &name))
    })
}
