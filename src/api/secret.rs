//! Secrets that effects need.

use pgrx::Uuid;
use pgrx::prelude::*;

use super::required;
use crate::engine::capability::Capability;
use crate::engine::{caller, secret};
use crate::pg::call::answer;
use crate::pg::jsonb::Jsonb;

#[pg_extern(volatile, parallel_unsafe)]
fn wf_set_secret(name: Option<String>, value: Option<String>, organization_id: default!(Option<Uuid>, "NULL")) -> bool {
    answer(move || {
        let name = required("name", name)?;
        caller::write(Capability::Admin, organization_id, None, None, |caller| {
            secret::set(caller, &name, value.as_deref())
        })
    })
}

/// Refused inside of a macrostep, as everything that writes is: a guard or a value would put secrets into the context.
#[pg_extern(volatile, parallel_unsafe)]
fn wf_resolve_secrets(params: Option<Jsonb>, organization_id: default!(Option<Uuid>, "NULL")) -> Jsonb {
    answer(move || {
        let params = required("params", params)?;
        caller::write(Capability::Worker, organization_id, None, None, |caller| secret::resolve(caller, &params))
    })
}
