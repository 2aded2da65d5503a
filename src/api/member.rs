//! Who may do what.

use pgrx::Uuid;
use pgrx::prelude::*;

use super::required;
use crate::engine::capability::Capability;
use crate::engine::{caller, member};
use crate::pg::call::answer;

#[pg_extern(volatile, parallel_unsafe)]
fn wf_grant(role: Option<String>, capability: Option<String>, organization_id: default!(Option<Uuid>, "NULL")) -> bool {
    answer(move || {
        let (role, capability) = (required("role", role)?, required("capability", capability)?);
        caller::write(Capability::Admin, organization_id, None, None, |caller| {
            member::grant(caller, &role, &capability)
        })
    })
}

#[pg_extern(volatile, parallel_unsafe)]
fn wf_revoke(
    role: Option<String>,
    capability: Option<String>,
    organization_id: default!(Option<Uuid>, "NULL"),
) -> bool {
    answer(move || {
        let (role, capability) = (required("role", role)?, required("capability", capability)?);
        caller::write(Capability::Admin, organization_id, None, None, |caller| {
            member::revoke(caller, &role, &capability)
        })
    })
}

#[pg_schema]
mod wf {
    use super::*;

    /// What row security lets the role in force see. Once per statement, in its first process.
    #[pg_extern(stable, parallel_restricted)]
    fn my_organizations() -> Vec<Uuid> {
        answer(member::visible)
    }

    /// Does row security let the role in force see rows that concern all organizations?
    #[pg_extern(stable, parallel_restricted)]
    fn sees_all_organizations() -> bool {
        answer(member::sees_everything)
    }

    /// After every statement that changes wf.member, whoever wrote it: each backend reads its rights again.
    #[pg_trigger]
    fn member_changed<'a>(
        _trigger: &'a PgTrigger<'a>,
    ) -> Result<Option<PgHeapTuple<'a, impl WhoAllocated>>, PgTriggerError> {
        answer(member::changed);
        Ok(None::<PgHeapTuple<'a, AllocatedByPostgres>>)
    }
}
