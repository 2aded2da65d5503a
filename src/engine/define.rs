//! Definitions made and read.

use sha2::{Digest, Sha256};

use pgrx::{Uuid, pg_sys};

use super::audit::{self, Setting};
use super::caller::{Caller, check_text};
use super::definition;
use super::{functions, new_id};
use crate::chart::{self, Chart, Finding, Severity};
use crate::error::{Code, Error};
use crate::pg::jsonb::JsonText;
use crate::store::definition::NewDefinition;
use crate::store::guard::Guard;
use crate::store::{definition as stored, function, guard};

/// What wf_define answers.
pub struct Defined {
    pub code: String,
    pub version: i32,
    pub created: bool,
}

/// Checks a definition and stores it as the current version, or finds the version that holds the same document.
pub fn define(caller: &Caller, document: JsonText, activate: bool) -> Result<Defined, Error> {
    let organization = caller.creating()?;
    let chart = compile(organization, &document.0)?;
    let code = chart.code().to_owned();
    let compact = chart::compact(&document.0).map_err(Error::internal)?;
    let hash = Sha256::digest(compact.as_bytes()).to_vec();
    stored::lock(organization, &code)?;
    audit::change(caller, "define", Setting::Definition, organization, &code.clone(), None, || {
        store(caller, organization, code, hash, &document, activate)
    })
}

fn store(
    caller: &Caller,
    organization: Uuid,
    code: String,
    hash: Vec<u8>,
    document: &JsonText,
    activate: bool,
) -> Result<Defined, Error> {
    if let Some(same) = stored::same(organization, &code, &hash)? {
        if activate && !same.is_current {
            stored::activate(organization, &code, same.id)?;
        }
        return Ok(Defined { code, version: same.version, created: false });
    }
    let id = new_id();
    let version = stored::insert(&NewDefinition {
        organization_id: organization,
        id,
        code: &code,
        owner_role: caller.role,
        search_path: &caller.search_path,
        created_at: caller.now,
        created_by: caller.actor.as_deref(),
        hash: &hash,
        document,
    })?;
    // Its constant values must be ones that jsonb can hold: what cannot run is not kept.
    let loaded = definition::load(organization, id)?;
    loaded.literals();
    Ok(Defined { code, version, created: true })
}

/// A definition that nobody has accepted before, compiled.
pub fn compile(organization: Uuid, document: &str) -> Result<Chart, Error> {
    let report = definition::check(organization, document, false)?;
    report.chart.ok_or_else(|| invalid(&report.findings))
}

/// Every finding about a definition; none stored, none raised.
pub fn validate(caller: &Caller, document: &str) -> Result<Vec<Finding>, Error> {
    Ok(definition::check(caller.reading(), document, false)?.findings)
}

/// The document of a version, by default the current one.
pub fn document(caller: &Caller, code: &str, version: Option<i32>) -> Result<JsonText, Error> {
    let organization = caller.reading();
    let id = definition::find(organization, code, version)?;
    let stored = stored::load(organization, id)?;
    stored.map(|stored| JsonText(stored.document)).ok_or_else(|| Error::internal("a definition is gone"))
}

/// Binds a guard code to a SQL function, which runs with the caller's rights.
pub fn register_guard(caller: &Caller, code: &str, function: pg_sys::Oid) -> Result<(), Error> {
    check_text("the guard's code", code)?;
    let organization = caller.creating()?;
    let wrong = |detail: String| {
        Error::new(Code::InvalidArgument, format!("guard {code} needs another function"))
            .detail(detail)
            .hint("A guard is a function (context jsonb, vars jsonb) RETURNS boolean.")
    };
    let (schema, name) = function::name(function)?.ok_or_else(|| wrong("The function does not exist.".to_owned()))?;
    match function::result_type(&schema, &name)?.as_deref() {
        Some("boolean") => {}
        Some(other) => return Err(wrong(format!("{schema}.{name}(jsonb, jsonb) returns {other}."))),
        None => return Err(wrong(format!("{schema}.{name} does not take (jsonb, jsonb)."))),
    }
    let call = format!("{}.{}", functions::quoted(&schema), functions::quoted(&name));
    let guard = Guard { function: call, owner_role: caller.role, search_path: caller.search_path.clone() };
    audit::change(caller, "register_guard", Setting::Guard, organization, code, None, || {
        guard::upsert(organization, code, &guard, caller.now)
    })
}

fn invalid(findings: &[Finding]) -> Error {
    let errors: Vec<String> = findings
        .iter()
        .filter(|finding| finding.severity == Severity::Error)
        .map(|finding| {
            let pointer = if finding.pointer.is_empty() { "(document)" } else { &finding.pointer };
            format!("{pointer}: {} {}", finding.code, finding.message)
        })
        .collect();
    let count = match errors.len() {
        1 => "1 error".to_owned(),
        count => format!("{count} errors"),
    };
    Error::new(Code::InvalidDefinition, format!("the definition has {count}"))
        .detail(errors.join("\n"))
        .hint("SELECT * FROM wf_validate(...) shows every finding, warnings included.")
}
