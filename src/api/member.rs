//! Who may do what.

use pgrx::Uuid;
use pgrx::prelude::*;

use super::required;
use crate::engine::capability::Capability;
use crate::engine::{caller, member};
use crate::pg::call::answer;
use crate::pg::row_security::{self, Request, Visible};

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

    /// What row security lets the role in force see, in order; {NULL} for everything. Once per statement, in its first
    /// process.
    #[pg_extern(stable, parallel_restricted)]
    fn my_organizations() -> Visible {
        answer(|| Ok(Visible::new(member::visible()?.as_deref())))
    }

    /// Does row security let the role in force see rows that concern all organizations?
    #[pg_extern(stable, parallel_restricted)]
    fn sees_all_organizations() -> bool {
        answer(|| Ok(member::visible()?.is_none()))
    }

    /// What `my_organizations` answers, with everything as a list: for an index.
    #[pg_extern(stable, strict, parallel_safe)]
    fn listed(visible: Visible) -> Visible {
        answer(|| if visible.is_everything() { Ok(Visible::new(Some(&member::listed()?))) } else { Ok(visible) })
    }

    /// Tells the planner about `sees`.
    #[pg_extern(volatile, strict, parallel_unsafe)]
    fn sees_support(request: Request) -> Request {
        answer(|| row_security::advise(request, c"listed", member::visible))
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
