//! Secrets: passwords and keys that effects need. Definitions, contexts and steps hold `{"secret": "name"}`; whoever
//! runs the effect puts the value in its place.

use pgrx::Uuid;
use serde_json::Value;

use super::audit::{self, Setting};
use super::caller::{Caller, check_text};
use crate::error::{Code, Error};
use crate::pg::jsonb::Jsonb;
use crate::settings;
use crate::store::organization::zero;
use crate::store::secret;

/// Stores a secret in place of the one of its name; removes it where there is no value. Was there one?
pub fn set(caller: &Caller, name: &str, value: Option<&str>) -> Result<bool, Error> {
    check_text("name", name)?;
    let organization = caller.creating()?;
    if value.is_some_and(|value| value.len() > settings::max_payload()) {
        return Err(Error::new(Code::PayloadTooLarge, "the secret is longer than pg_workflow.max_payload"));
    }
    let was_set = secret::find(organization, name)?.is_some();
    audit::change(caller, "set_secret", Setting::Secret, organization, name, None, || match value {
        Some(value) => secret::upsert(organization, name, value, caller.now),
        None => secret::delete(organization, name).map(drop),
    })?;
    Ok(was_set)
}

/// Puts the values in the place of `{"secret": "name"}`, at any depth.
pub fn resolve(caller: &Caller, params: &Jsonb) -> Result<Jsonb, Error> {
    let organization = caller.changing()?;
    let mut value: Value = serde_json::from_str(&params.to_text()).unwrap_or_default();
    resolve_in(caller, organization, &mut value)?;
    Ok(Jsonb::parse(&value.to_string()))
}

fn resolve_in(caller: &Caller, organization: Uuid, value: &mut Value) -> Result<(), Error> {
    match value {
        Value::Array(values) => values.iter_mut().try_for_each(|value| resolve_in(caller, organization, value)),
        Value::Object(object) => {
            if let (1, Some(Value::String(name))) = (object.len(), object.get("secret")) {
                *value = Value::String(find(caller, organization, name)?);
                return Ok(());
            }
            object.values_mut().try_for_each(|value| resolve_in(caller, organization, value))
        }
        _ => Ok(()),
    }
}

/// The organization's own; a shared one only for who may do this for all, because it is not the tenant's.
fn find(caller: &Caller, organization: Uuid, name: &str) -> Result<String, Error> {
    let own = secret::find(organization, name)?;
    let found = match own {
        None if caller.is_allowed_in(zero()) => secret::find(zero(), name)?,
        own => own,
    };
    found.ok_or_else(|| {
        Error::new(Code::SecretNotFound, format!("secret {name} does not exist"))
            .hint("An admin sets it with wf_set_secret.")
    })
}
