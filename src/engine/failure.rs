//! An attempt of an effect that failed: tried again as its policy says, or told to whoever waits for it.

use super::caller::Caller;
use super::handler;
use super::inbox::{self, Answer};
use super::retry::{Policy, interval_micros};
use crate::error::Error;
use crate::pg::jsonb::Jsonb;
use crate::store::effect::{self, Effect, Failed};
use crate::store::instance;

/// What an effect's failure records: `{"type", "message"}`.
pub fn error_json(kind: &str, message: &str) -> Jsonb {
    Jsonb::object(|error| {
        error.set_text("type", kind);
        error.set_text("message", message);
    })
}

/// Records that one attempt of an effect failed; leaves its failure for the instance where it was the last.
///
/// Gives the effect's status. The caller holds the effect's row; `direct` says whether it holds the instance's as well.
pub fn fail(
    caller: &Caller,
    effect: &Effect,
    error: Jsonb,
    retryable: bool,
    direct: bool,
) -> Result<&'static str, Error> {
    let parsed: serde_json::Value = serde_json::from_str(&error.to_text()).unwrap_or_default();
    let error_type = parsed.get("type").and_then(serde_json::Value::as_str);
    let retry_after = parsed.get("retry_after").and_then(interval_micros);
    let policy = policy(effect)?;
    let next_retry_at =
        if retryable { policy.next(caller.now, effect.attempts, error_type, retry_after) } else { None };
    let wanted = is_wanted(effect)?;
    let status = effect::fail(
        effect,
        &Failed {
            error: &error,
            error_type,
            next_retry_at: next_retry_at.filter(|_| wanted),
            cancelled: !wanted,
            is_incident: wanted && next_retry_at.is_none() && effect.invoke_id.is_none(),
        },
    )?;
    if status == "PERMANENTLY_FAILED" {
        let failure = Answer::Error(error);
        if direct { inbox::answer(caller, effect, &failure)? } else { inbox::leave(caller, effect, &failure)? }
    }
    Ok(status)
}

/// How an effect is tried again: as its definition says, else its handler, else the defaults.
pub fn policy(effect: &Effect) -> Result<Policy, Error> {
    let handlers = handler::all()?;
    let of_handler = handlers.find(effect.organization_id, &effect.code).and_then(|handler| handler.retry.as_ref());
    Ok(Policy::of(&[of_handler, effect.retry.as_ref()]))
}

/// Does anything wait for the outcome? A plain effect is wanted for its own sake.
pub fn is_wanted(effect: &Effect) -> Result<bool, Error> {
    match &effect.invoke_id {
        Some(invoke_id) => Ok(!effect::is_outdated(effect, invoke_id)?
            && instance::is_in(
                effect.organization_id,
                effect.instance_id,
                effect.state.as_deref().unwrap_or_default(),
            )?),
        None => Ok(true),
    }
}
