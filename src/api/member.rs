//! Who may do what.

use pgrx::prelude::*;

#[pg_schema]
mod wf {
    use pgrx::prelude::*;

    use crate::engine::capability;
    use crate::pg::call::answer;

    /// After every statement that changes wf.member, whoever wrote it: each backend reads its rights again.
    #[pg_trigger]
    fn member_changed<'a>(
        _trigger: &'a PgTrigger<'a>,
    ) -> Result<Option<PgHeapTuple<'a, impl WhoAllocated>>, PgTriggerError> {
        answer(capability::announce);
        Ok(None::<PgHeapTuple<'a, AllocatedByPostgres>>)
    }
}
