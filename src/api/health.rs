//! Health and measurements.

use pgrx::Uuid;
use pgrx::prelude::*;

use crate::engine::capability::Capability;
use crate::engine::{caller, health, metrics};
use crate::error::Code;
use crate::pg::call::answer;
use crate::pg::jsonb::Jsonb;

#[pg_extern(volatile, parallel_unsafe)]
fn wf_health(
    organization_id: default!(Option<Uuid>, "NULL"),
) -> TableIterator<'static, (name!(component, String), name!(status, String), name!(detail, String))> {
    answer(move || {
        let components = match caller::read(Capability::Viewer, organization_id, health::health) {
            // Nothing else can be asked then.
            Err(error) if error.code() == Some(Code::VersionMismatch) => vec![health::version_mismatch(&error)],
            answered => answered?,
        };
        Ok(TableIterator::new(
            components.into_iter().map(|component| (component.name, component.status, component.detail)),
        ))
    })
}

#[pg_extern(volatile, parallel_unsafe)]
fn wf_metrics(
    organization_id: default!(Option<Uuid>, "NULL"),
) -> TableIterator<'static, (name!(name, String), name!(labels, Jsonb), name!(value, f64))> {
    answer(move || {
        let metrics = caller::read(Capability::Viewer, organization_id, metrics::metrics)?;
        Ok(TableIterator::new(metrics.into_iter().map(|metric| (metric.name, metric.labels, metric.value))))
    })
}

#[pg_extern(volatile, parallel_unsafe)]
fn wf_metrics_text(organization_id: default!(Option<Uuid>, "NULL")) -> String {
    answer(move || caller::read(Capability::Viewer, organization_id, metrics::text))
}
