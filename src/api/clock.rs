//! `wf.now()`.

use pgrx::prelude::*;

use crate::pg::call::answer;
use crate::pg::time::Timestamp;

#[pg_schema]
mod wf {
    use super::*;

    /// The present moment: the clock, unless the setting `pg_workflow.fake_now` says otherwise.
    #[pg_extern(volatile, parallel_safe)]
    fn now() -> Timestamp {
        answer(crate::clock::now)
    }
}
