//! What happens with effect codes.

use pgrx::Uuid;
use pgrx::prelude::*;

use super::required;
use crate::engine::capability::Capability;
use crate::engine::{caller, handler};
use crate::pg::call::answer;
use crate::pg::jsonb::Jsonb;

#[pg_extern(volatile, parallel_unsafe)]
fn wf_register_handler(
    code: Option<String>,
    kind: Option<String>,
    config: default!(Option<Jsonb>, "NULL"),
    organization_id: default!(Option<Uuid>, "NULL"),
) {
    answer(move || {
        let (code, kind) = (required("code", code)?, required("kind", kind)?);
        caller::write(Capability::Admin, organization_id, None, None, |caller| {
            handler::register(caller, &code, &kind, config.as_ref())
        })
    })
}

#[pg_extern(volatile, parallel_unsafe)]
fn wf_unregister_handler(code: Option<String>, organization_id: default!(Option<Uuid>, "NULL")) -> bool {
    answer(move || {
        let code = required("code", code)?;
        caller::write(Capability::Admin, organization_id, None, None, |caller| handler::unregister(caller, &code))
    })
}
