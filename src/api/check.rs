//! The invariant checker.

use pgrx::Uuid;
use pgrx::prelude::*;

use crate::engine::capability::Capability;
use crate::engine::{caller, check};
use crate::pg::call::answer;

#[pg_extern(volatile, parallel_unsafe)]
fn wf_check(
    organization_id: default!(Option<Uuid>, "NULL"),
) -> TableIterator<'static, (name!(check, String), name!(severity, String), name!(detail, String))> {
    answer(move || {
        let findings = caller::read(Capability::Operator, organization_id, check::run)?;
        Ok(TableIterator::new(
            findings.into_iter().map(|finding| (finding.check, finding.severity.to_owned(), finding.detail)),
        ))
    })
}
