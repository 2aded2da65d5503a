//! Feature flags: may new instances of a definition begin? Asked at every start, whoever starts: a client, a schedule, a
//! parent. What runs goes on.

use pgrx::Uuid;

use super::audit::{self, Setting as Audited};
use super::caller::{Caller, check_text};
use super::new_id;
use crate::error::{Code, Error};
use crate::pg::time::Timestamp;
use crate::store::feature_flag::{self, Flag, NewFlag};

/// The code that stands for every definition.
const ALL: &str = "ALL";

/// May instances of a definition begin, and who decided that?
pub struct Decision {
    pub enabled: bool,
    /// Whose flag it is: `emergency_stop`, `organization_stop`, `organization`, `global`, or `default` where there is none.
    pub scope: &'static str,
    pub reason: Option<String>,
    pub set_by: Option<String>,
    pub set_at: Option<Timestamp>,
}

/// What an operator sets.
pub struct Setting {
    pub definition_code: String,
    pub enabled: bool,
    pub reason: Option<String>,
    pub is_global: bool,
}

/// Sets a flag in place of the one in force.
pub fn set(caller: &Caller, setting: &Setting) -> Result<Decision, Error> {
    let code = check_text("definition_code", &setting.definition_code)?;
    let organization = if setting.is_global { caller.in_all()? } else { caller.creating()? };
    let new = NewFlag {
        organization_id: organization,
        id: new_id(),
        definition_code: code,
        is_global: setting.is_global,
        enabled: setting.enabled,
        reason: setting.reason.as_deref(),
        set_by: caller.actor.as_deref(),
        database_role: &caller.database_role,
        set_at: caller.now,
    };
    let audited = Audited::Flag { is_global: setting.is_global };
    audit::change(caller, "set_feature_flag", audited, organization, code, setting.reason.as_deref(), || {
        feature_flag::set(&new)
    })?;
    Ok(Decision {
        enabled: setting.enabled,
        scope: scope(setting.is_global, code),
        reason: setting.reason.clone(),
        set_by: caller.actor.clone(),
        set_at: Some(caller.now),
    })
}

/// What is in force for a code in the caller's organization.
pub fn decide(caller: &Caller, code: &str) -> Result<Decision, Error> {
    let code = check_text("definition_code", code)?;
    Ok(match feature_flag::effective(caller.reading(), code)? {
        Some(flag) => Decision {
            enabled: flag.enabled,
            scope: scope(flag.is_global, &flag.definition_code),
            reason: flag.reason,
            set_by: flag.set_by,
            set_at: Some(flag.set_at),
        },
        None => Decision { enabled: true, scope: "default", reason: None, set_by: None, set_at: None },
    })
}

/// Refuses a new instance that a flag stops.
pub fn check(organization: Uuid, code: &str) -> Result<(), Error> {
    if feature_flag::is_free(organization, code)? {
        return Ok(());
    }
    match feature_flag::effective(organization, code)? {
        Some(flag) if !flag.enabled => Err(disabled(code, &flag)),
        _ => Ok(()),
    }
}

fn disabled(code: &str, flag: &Flag) -> Error {
    let by = flag.set_by.as_deref().map_or_else(|| "somebody unnamed".to_owned(), |by| format!("\"{by}\""));
    let reason = flag.reason.as_deref().unwrap_or("none given");
    let global = if flag.is_global { ", global => true" } else { "" };
    Error::new(Code::WorkflowDisabled, format!("new instances of {code} are stopped"))
        .detail(format!(
            "Scope: {}. Set by {by} at {}. Reason: {reason}",
            scope(flag.is_global, &flag.definition_code),
            flag.set_at.to_iso_seconds(),
        ))
        .hint(format!(
            "SELECT wf_set_feature_flag('{}', true{global}) lets them begin again.",
            flag.definition_code.replace('\'', "''")
        ))
}

fn scope(is_global: bool, code: &str) -> &'static str {
    match (code == ALL, is_global) {
        (true, true) => "emergency_stop",
        (true, false) => "organization_stop",
        (false, false) => "organization",
        (false, true) => "global",
    }
}
