//! Definitions: made, checked, read.

use pgrx::Uuid;
use pgrx::prelude::*;

use super::required;
use crate::engine::capability::Capability;
use crate::engine::{caller, define};
use crate::pg::call::answer;
use crate::pg::function::RegProc;
use crate::pg::jsonb::JsonText;

#[pg_extern(volatile, parallel_unsafe)]
fn wf_define(
    definition: Option<JsonText>,
    activate: default!(Option<bool>, "false"),
    organization_id: default!(Option<Uuid>, "NULL"),
) -> TableIterator<'static, (name!(code, String), name!(version, i32), name!(created, bool))> {
    answer(move || {
        let definition = required("definition", definition)?;
        let defined = caller::write(Capability::Admin, organization_id, None, None, |caller| {
            define::define(caller, definition, activate.unwrap_or(false))
        })?;
        Ok(TableIterator::once((defined.code, defined.version, defined.created)))
    })
}

#[pg_extern(stable, parallel_unsafe)]
fn wf_validate(
    definition: Option<JsonText>,
    organization_id: default!(Option<Uuid>, "NULL"),
) -> TableIterator<
    'static,
    (name!(pointer, String), name!(severity, String), name!(code, String), name!(message, String)),
> {
    answer(move || {
        let definition = required("definition", definition)?;
        let findings =
            caller::read(Capability::Viewer, organization_id, |caller| define::validate(caller, &definition.0))?;
        Ok(TableIterator::new(findings.into_iter().map(|finding| {
            let (severity, code) = (finding.severity.as_str().to_owned(), finding.code.as_str().to_owned());
            (finding.pointer, severity, code, finding.message)
        })))
    })
}

#[pg_extern(stable, parallel_unsafe)]
fn wf_definition(
    code: Option<String>,
    version: default!(Option<i32>, "NULL"),
    organization_id: default!(Option<Uuid>, "NULL"),
) -> JsonText {
    answer(move || {
        let code = required("code", code)?;
        caller::read(Capability::Viewer, organization_id, |caller| define::document(caller, &code, version))
    })
}

#[pg_extern(volatile, parallel_unsafe)]
fn wf_register_guard(code: Option<String>, function: Option<RegProc>, organization_id: default!(Option<Uuid>, "NULL")) {
    answer(move || {
        let (code, function) = (required("code", code)?, required("function", function)?);
        caller::write(Capability::Admin, organization_id, None, None, |caller| {
            define::register_guard(caller, &code, function.0)
        })
    })
}
