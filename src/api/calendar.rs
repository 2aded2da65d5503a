//! Business calendars.

use pgrx::Uuid;
use pgrx::prelude::*;

use super::required;
use crate::engine::capability::Capability;
use crate::engine::{calendar, caller};
use crate::pg::call::answer;
use crate::pg::jsonb::Jsonb;
use crate::store::calendar::Stored;

#[pg_extern(volatile, parallel_unsafe)]
fn wf_set_calendar(
    code: Option<String>,
    time_zone: Option<String>,
    working_hours: Option<Jsonb>,
    holidays: default!(Option<Jsonb>, "'[]'"),
    organization_id: default!(Option<Uuid>, "NULL"),
) -> TableIterator<'static, (name!(code, String), name!(weekly_hours, f64), name!(created, bool))> {
    answer(move || {
        let code = required("code", code)?;
        let calendar = Stored {
            time_zone: required("time_zone", time_zone)?,
            working_hours: required("working_hours", working_hours)?,
            holidays: required("holidays", holidays)?,
        };
        let set = caller::write(Capability::Admin, organization_id, None, None, |caller| {
            calendar::set(caller, &code, &calendar)
        })?;
        Ok(TableIterator::once((code, set.weekly_hours, set.created)))
    })
}
