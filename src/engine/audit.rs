//! The audit of what administrators change besides instances, whose changes are steps.

use pgrx::Uuid;

use super::caller::Caller;
use super::new_id;
use crate::error::Error;
use crate::pg::jsonb::Jsonb;
use crate::store::audit;
pub use crate::store::audit::{Entry, Setting};

/// Records who did it, and when; the entry says what, why, and how it was before and is after.
pub fn record(caller: &Caller, entry: &Entry) -> Result<(), Error> {
    audit::insert(new_id(), caller.now, caller.actor.as_deref(), &caller.database_role, entry)
}

/// Changes a setting and records how it was before and is after; nothing where that is the same, as when a release
/// registers at its start what it registered before.
pub fn change<T>(
    caller: &Caller,
    action: &str,
    setting: Setting,
    organization: Uuid,
    name: &str,
    reason: Option<&str>,
    work: impl FnOnce() -> Result<T, Error>,
) -> Result<T, Error> {
    let before = setting.read(organization, name)?;
    let done = work()?;
    let after = setting.read(organization, name)?;
    if before.as_ref().map(Jsonb::to_text) != after.as_ref().map(Jsonb::to_text) {
        let organization = Some(organization).filter(|_| !matches!(setting, Setting::Flag { is_global: true }));
        record(caller, &Entry { organization, action, object: name, reason, before, after })?;
    }
    Ok(done)
}
