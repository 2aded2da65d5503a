//! Who looks after an instance: a team, a user, or both. The engine asks nothing of an owner; lists, service levels and
//! people do.

use std::time::Instant;

use pgrx::Uuid;

use super::caller::Caller;
use super::macrostep::{Cause, administrative_step};
use super::send::check_active;
use crate::error::{Code, Error};
use crate::pg::jsonb::Jsonb;
use crate::store::instance;

/// Gives an instance to another owner: the team and the user named, and nobody besides.
pub fn reassign(
    caller: &Caller,
    id: Uuid,
    team: Option<&str>,
    user: Option<&str>,
    reason: Option<String>,
) -> Result<(), Error> {
    let started = Instant::now();
    if team.is_none() && user.is_none() {
        return Err(invalid("neither a team nor a user was named"));
    }
    if [team, user].into_iter().flatten().any(|name| name.trim().is_empty()) {
        return Err(invalid("an owner has no name"));
    }
    let instance = caller.lock(id)?;
    check_active(&instance)?;
    let (team_before, user_before) = instance::own(&instance, team, user)?;
    let detail = Jsonb::object(|detail| {
        detail.set("from", &owner(team_before.as_deref(), user_before.as_deref()));
        detail.set("to", &owner(team, user));
    });
    let cause = Cause { kind: "reassign", note: reason, ..Cause::default() };
    administrative_step(caller, &instance, cause, started, detail)
}

fn invalid(message: &str) -> Error {
    Error::new(Code::InvalidOwnerAssignment, message)
        .hint("Give owner_team => '...', owner_user_id => '...', or both; who is not named is no owner any more.")
}

fn owner(team: Option<&str>, user: Option<&str>) -> Jsonb {
    Jsonb::object(|owner| {
        for (key, value) in [("owner_team", team), ("owner_user_id", user)] {
            if let Some(value) = value {
                owner.set_text(key, value);
            }
        }
    })
}
