//! An operator holds effects back, by code. What runs goes on; what waits is given to nobody, and burns no attempt.

use super::caller::Caller;
use super::handler::check_pattern;
use super::{new_id, outbox};
use pgrx::Uuid;

use crate::error::{Code, Error};
use crate::pg::time::Timestamp;
use crate::store::hold::{self, Hold, NewHold};

/// Holds a code or a pattern of codes: for the caller's organization, for all where it names none. Gives the hold, which
/// may have been there, and how many effects wait under it.
pub fn hold(caller: &Caller, code: &str, reason: Option<&str>) -> Result<(Hold, i64), Error> {
    check_pattern(code)?;
    let organization_id = whose(caller)?;
    hold::insert(&NewHold {
        organization_id,
        id: new_id(),
        held_at: caller.now,
        pattern: code,
        reason,
        held_by: caller.actor.as_deref(),
        held_as: &caller.database_role,
    })?;
    let hold = hold::open(organization_id, code)?.ok_or_else(|| Error::internal("a hold that was made is gone"))?;
    Ok((hold, hold::waiting(organization_id, code)?))
}

/// Ends a hold: since when it was, None where there was none, and how many effects waited under it.
pub fn release(caller: &Caller, code: &str) -> Result<(Option<Timestamp>, i64), Error> {
    check_pattern(code)?;
    let organization = whose(caller)?;
    let waiting = hold::waiting(organization, code)?;
    let held_at = hold::release(organization, code, caller.now, caller.actor.as_deref(), &caller.database_role)?;
    if waiting > 0 {
        outbox::announce(organization, std::iter::once(code))?;
    }
    Ok((held_at, waiting))
}

/// Whose effects: the organization named, all of them where none is.
fn whose(caller: &Caller) -> Result<Uuid, Error> {
    let organization = caller.reading();
    if caller.may(organization)? {
        return Ok(organization);
    }
    Err(Error::new(Code::OrganizationRequired, "this role serves several organizations and none was given")
        .hint("Give organization_id => '...', or SET app.current_org_id."))
}
