//! `wf.audit`: what administrators changed besides instances.

use pgrx::Uuid;

use super::statement;
use crate::error::Error;
use crate::pg::jsonb::Jsonb;
use crate::pg::time::Timestamp;

statement!(INSERT, "audit_insert");

/// One change.
pub struct Entry<'a> {
    /// None where it concerns all.
    pub organization: Option<Uuid>,
    /// A verb of what was done: `grant`, `define`, `set_flag`, ...
    pub action: &'a str,
    /// The code, the name or the role that it was done to.
    pub object: &'a str,
    pub reason: Option<&'a str>,
    pub before: Option<Jsonb>,
    pub after: Option<Jsonb>,
}

/// Adds an entry.
pub fn insert(id: Uuid, now: Timestamp, actor: Option<&str>, database_role: &str, entry: &Entry) -> Result<(), Error> {
    INSERT
        .execute(&[
            &id,
            &entry.organization,
            &now,
            &entry.action,
            &entry.object,
            &actor,
            &database_role,
            &entry.reason,
            &entry.before,
            &entry.after,
        ])
        .map(drop)
}
