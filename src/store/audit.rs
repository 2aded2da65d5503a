//! `wf.audit`: what administrators changed besides instances.

use pgrx::Uuid;

use super::statement;
use crate::error::Error;
use crate::pg::jsonb::Jsonb;
use crate::pg::time::Timestamp;

statement!(INSERT, "audit_insert");
statement!(DEFINITION, "audit_definition");
statement!(HANDLER, "audit_handler");
statement!(GUARD, "audit_guard");
statement!(SCHEDULE, "audit_schedule");
statement!(CALENDAR, "audit_calendar");
statement!(FLAG, "audit_flag");
statement!(GLOBAL_FLAG, "audit_global_flag");
statement!(SECRET, "audit_secret");

/// What has a code or a name and is set by administrators.
#[derive(Clone, Copy)]
pub enum Setting {
    Definition,
    Handler,
    Guard,
    Schedule,
    Calendar,
    Flag { is_global: bool },
    Secret,
}

impl Setting {
    /// As it is, without who set it when.
    pub fn read(self, organization: Uuid, name: &str) -> Result<Option<Jsonb>, Error> {
        let statement = match self {
            Setting::Definition => &DEFINITION,
            Setting::Handler => &HANDLER,
            Setting::Guard => &GUARD,
            Setting::Schedule => &SCHEDULE,
            Setting::Calendar => &CALENDAR,
            Setting::Flag { is_global: false } => &FLAG,
            Setting::Flag { is_global: true } => &GLOBAL_FLAG,
            Setting::Secret => &SECRET,
        };
        statement.first(&[&organization, &name], |row| row.required(1))
    }
}

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
