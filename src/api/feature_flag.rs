//! Feature flags.

use pgrx::Uuid;
use pgrx::prelude::*;

use super::required;
use crate::engine::caller;
use crate::engine::capability::Capability;
use crate::engine::feature_flag::{self, Decision, Setting};
use crate::pg::call::answer;
use crate::pg::time::Timestamp;

#[pg_extern(volatile, parallel_unsafe)]
fn wf_set_feature_flag(
    definition_code: Option<String>,
    enabled: Option<bool>,
    reason: default!(Option<String>, "NULL"),
    global: default!(Option<bool>, "false"),
    set_by: default!(Option<String>, "NULL"),
    organization_id: default!(Option<Uuid>, "NULL"),
) -> TableIterator<
    'static,
    (
        name!(enabled, bool),
        name!(scope, String),
        name!(reason, Option<String>),
        name!(set_by, Option<String>),
        name!(set_at, Option<Timestamp>),
    ),
> {
    answer(move || {
        let setting = Setting {
            definition_code: required("definition_code", definition_code)?,
            enabled: required("enabled", enabled)?,
            reason,
            is_global: required("global", global)?,
        };
        let set = caller::write(Capability::Operator, organization_id, set_by, None, |caller| {
            feature_flag::set(caller, &setting)
        })?;
        Ok(TableIterator::once(row(set)))
    })
}

#[pg_extern(stable, parallel_unsafe)]
fn wf_check_feature_flag(
    definition_code: Option<String>,
    organization_id: default!(Option<Uuid>, "NULL"),
) -> TableIterator<
    'static,
    (
        name!(enabled, bool),
        name!(scope, String),
        name!(reason, Option<String>),
        name!(set_by, Option<String>),
        name!(set_at, Option<Timestamp>),
    ),
> {
    answer(move || {
        let code = required("definition_code", definition_code)?;
        let decision = caller::read(Capability::Viewer, organization_id, |caller| feature_flag::decide(caller, &code))?;
        Ok(TableIterator::once(row(decision)))
    })
}

fn row(decision: Decision) -> (bool, String, Option<String>, Option<String>, Option<Timestamp>) {
    (decision.enabled, decision.scope.to_owned(), decision.reason, decision.set_by, decision.set_at)
}
