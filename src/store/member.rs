//! `wf.member`: which database role may do what in which organization.

use pgrx::{Uuid, pg_sys};

use super::statement;
use crate::error::Error;
use crate::pg::relcache::Watch;
use crate::pg::time::Timestamp;

statement!(RIGHTS, "member_rights");
statement!(LOCK, "member_lock");
statement!(INSERT, "member_insert");
statement!(DELETE, "member_delete");
statement!(FORGET, "member_forget");
statement!(IS, "member_is");
statement!(GRANT_NATIVELY, "member_grant_natively");

/// Over what a backend keeps of `rights`.
pub static WATCH: Watch = Watch::with_roles(c"wf", c"member");

/// Organizations (None for all) and capabilities of a role.
pub fn rights(role: pg_sys::Oid) -> Result<Vec<(Option<Uuid>, String)>, Error> {
    RIGHTS.rows(&[&role], |row| Ok((row.get(1), row.required(2)?)))
}

/// Lets one transaction at a time change members.
pub fn lock() -> Result<(), Error> {
    LOCK.execute(&[]).map(drop)
}

/// Enters a capability of a role; false where it had it.
pub fn insert(
    role: pg_sys::Oid,
    organization: Option<Uuid>,
    capability: &str,
    granted_by: &str,
    now: Timestamp,
) -> Result<bool, Error> {
    INSERT.execute(&[&role, &organization, &capability, &granted_by, &now]).map(|count| count > 0)
}

/// Takes a capability from a role; false where it did not have it.
pub fn delete(role: pg_sys::Oid, organization: Option<Uuid>, capability: &str) -> Result<bool, Error> {
    DELETE.execute(&[&role, &organization, &capability]).map(|count| count > 0)
}

/// Removes the members whose roles are gone.
pub fn forget() -> Result<(), Error> {
    FORGET.execute(&[]).map(drop)
}

/// Has the role any capability of its own?
pub fn is_member(role: pg_sys::Oid) -> Result<bool, Error> {
    let is_member = IS.first(&[&role], |row| row.required(1))?;
    Ok(is_member.unwrap_or_default())
}

/// Gives a role the native rights of a member, or takes them.
pub fn grant_natively(role: pg_sys::Oid, give: bool) -> Result<(), Error> {
    GRANT_NATIVELY.execute(&[&role, &give]).map(drop)
}
