//! Definitions as people read them: diagrams, and what changed from one version to another.

use pgrx::Uuid;
use pgrx::prelude::*;

use super::required;
use crate::engine::caller;
use crate::engine::capability::Capability;
use crate::engine::diagram::{Diagram, diagram, notation};
use crate::engine::diff::diff;
use crate::pg::call::answer;

#[pg_extern(stable, parallel_unsafe)]
fn wf_diagram(
    code: default!(Option<String>, "NULL"),
    version: default!(Option<i32>, "NULL"),
    format: default!(Option<String>, "'mermaid'"),
    instance_id: default!(Option<Uuid>, "NULL"),
    organization_id: default!(Option<Uuid>, "NULL"),
) -> String {
    answer(move || {
        let notation = notation(&required("format", format)?)?;
        let wanted = Diagram { code, version, notation, instance_id };
        caller::read(Capability::Viewer, organization_id, |caller| diagram(caller, wanted))
    })
}

#[pg_extern(stable, parallel_unsafe)]
fn wf_diff(
    code: Option<String>,
    from_version: Option<i32>,
    to_version: Option<i32>,
    organization_id: default!(Option<Uuid>, "NULL"),
) -> TableIterator<'static, (name!(pointer, String), name!(change, String), name!(movable, bool))> {
    answer(move || {
        let (code, from) = (required("code", code)?, required("from_version", from_version)?);
        let to = required("to_version", to_version)?;
        let changes = caller::read(Capability::Viewer, organization_id, |caller| diff(caller, &code, from, to))?;
        Ok(TableIterator::new(changes.into_iter().map(|change| (change.pointer, change.change, change.movable))))
    })
}
