//! Members: which database role may do what in which organization.
//!
//! A grant is a row of `wf.member` and the native rights that every member has. The row says what a role may do; the
//! native rights only let it ask.

use pgrx::{Uuid, pg_sys};

use super::audit::{self, Entry};
use super::caller::{Caller, session_organization};
use super::capability::{self, Capability, Standing};
use crate::error::{Code, Error};
use crate::pg::jsonb::Jsonb;
use crate::pg::user;
use crate::store::{member, organization};

/// Gives a role a capability in the organization named, in all where none is; false where it had it.
pub fn grant(caller: &Caller, role: &str, capability: &str) -> Result<bool, Error> {
    let (oid, capability, organization) = prepare(caller, role, capability)?;
    if let Some(organization) = organization {
        organization::insert(organization, caller.now)?;
    }
    let is_new = member::insert(oid, organization, capability.name(), &caller.database_role, caller.now)?;
    // Also for a member: an upgrade may have brought functions, or somebody taken rights.
    member::grant_natively(oid, true)?;
    if is_new {
        record(caller, "grant", role, organization, None, Some(capability))?;
    }
    Ok(is_new)
}

/// Takes a capability from a role; false where it did not have it.
pub fn revoke(caller: &Caller, role: &str, capability: &str) -> Result<bool, Error> {
    let (oid, capability, organization) = prepare(caller, role, capability)?;
    let was_member = member::delete(oid, organization, capability.name())?;
    if was_member {
        record(caller, "revoke", role, organization, Some(capability), None)?;
    }
    if !member::is_member(oid)? {
        member::grant_natively(oid, false)?;
    }
    Ok(was_member)
}

/// The organizations whose rows the role in force sees, in order: those that it is a member of, and of these the one
/// that the session names, if it names one. None for all.
pub fn visible() -> Result<Option<Vec<Uuid>>, Error> {
    let rights = capability::rights(user::current_role())?;
    Ok(match session_organization()? {
        Some(named) if rights.standing(named, Capability::Viewer) == Standing::Allowed => Some(vec![named]),
        Some(_) => Some(Vec::new()),
        None if rights.everywhere(Capability::Viewer) => None,
        None => Some(rights.organizations(Capability::Viewer)),
    })
}

/// The same as a list: every organization for whoever sees them all.
pub fn listed() -> Result<Vec<Uuid>, Error> {
    visible()?.map_or_else(|| user::as_owner(organization::all), Ok)
}

/// Tells every backend that `wf.member` has changed.
pub fn changed() -> Result<(), Error> {
    member::WATCH.invalidate();
    Ok(())
}

fn prepare(caller: &Caller, role: &str, capability: &str) -> Result<(pg_sys::Oid, Capability, Option<Uuid>), Error> {
    let capability = Capability::parse(capability).ok_or_else(|| {
        Error::new(Code::InvalidArgument, format!("\"{capability}\" is no capability"))
            .hint("Give viewer, participant, worker, operator or admin.")
    })?;
    let organization = caller.granting()?;
    if role == "public" {
        return Err(Error::new(Code::InvalidArgument, "capabilities are not given to public")
            .hint("Give them to a role, and the role to whoever should have them."));
    }
    member::lock()?;
    member::forget()?;
    let oid = user::find_role(role).ok_or_else(|| {
        Error::new(Code::InvalidArgument, format!("role \"{role}\" does not exist"))
            .hint("Give its name exactly, without quotes around it.")
    })?;
    Ok((oid, capability, organization))
}

fn record(
    caller: &Caller,
    action: &str,
    role: &str,
    organization: Option<Uuid>,
    before: Option<Capability>,
    after: Option<Capability>,
) -> Result<(), Error> {
    let capability = |capability: Capability| Jsonb::object(|object| object.set_text("capability", capability.name()));
    audit::record(
        caller,
        &Entry {
            organization,
            action,
            object: role,
            reason: None,
            before: before.map(capability),
            after: after.map(capability),
        },
    )
}
