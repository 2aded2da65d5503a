//! The audit of what administrators change besides instances, whose changes are steps.

use super::caller::Caller;
use super::new_id;
use crate::error::Error;
use crate::store::audit;
pub use crate::store::audit::Entry;

/// Records who did it, and when; the entry says what, why, and how it was before and is after.
pub fn record(caller: &Caller, entry: &Entry) -> Result<(), Error> {
    audit::insert(new_id(), caller.now, caller.actor.as_deref(), &caller.database_role, entry)
}
