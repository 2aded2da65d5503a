//! Child workflows: `invoke` with `src: wf.workflow`.
//!
//! The scheduler starts a child; its end becomes the answer of the parent's invoke. Locks go from parent to child only: a
//! child that ends leaves a message, a parent that leaves the invoking state cancels the child, whose row it locks first
//! and whose effect it ends afterwards.

use pgrx::Uuid;

use super::caller::Caller;
use super::cancel;
use super::failure;
use super::inbox::{self, Answer};
use super::start::{self, Start};
use crate::error::{Code, Error};
use crate::pg::jsonb::Jsonb;
use crate::pg::subtransaction::subtransaction;
use crate::store::effect::{self, Effect};
use crate::store::instance::{self, Instance};

/// Starts the children that are due, at most `limit`, and gives how many began.
pub fn start_due(caller: &Caller, limit: i32) -> Result<i32, Error> {
    let mut begun = 0;
    for (effect, input) in effect::claim_workflows(caller.now, caller.organization, limit)? {
        match subtransaction(|| begin(caller, &effect, input)) {
            Ok(()) => begun += 1,
            Err(error) if error.is_of_the_session() => return Err(error),
            Err(error) => {
                let kind = error.code().map_or("ERROR", Code::word);
                failure::fail(caller, &effect, failure::error_json(kind, &error.summary()), true, false)?;
            }
        }
    }
    Ok(begun)
}

fn begin(caller: &Caller, effect: &Effect, input: Option<Jsonb>) -> Result<(), Error> {
    let asked: serde_json::Value =
        input.and_then(|input| serde_json::from_str(&input.to_text()).ok()).unwrap_or_default();
    let text = |key: &str| asked.get(key).and_then(serde_json::Value::as_str).map(str::to_owned);
    let json =
        |key: &str| asked.get(key).filter(|value| !value.is_null()).map(|value| Jsonb::parse(&value.to_string()));
    let definition_code = text("definition_code").ok_or_else(|| {
        Error::new(Code::InvalidArgument, "the invoke of wf.workflow names no definition")
            .hint("Give input: {\"definition_code\": \"...\"}.")
    })?;
    let child = Start {
        definition_code,
        input: json("input"),
        instance_key: text("instance_key"),
        subject: json("subject"),
        version: asked.get("version").and_then(serde_json::Value::as_i64).and_then(|version| version.try_into().ok()),
        correlation_key: text("correlation_key"),
        parent: Some((effect.instance_id, effect.id)),
        ..Start::default()
    };
    let caller = caller.in_organization(effect.organization_id);
    start::start(&caller, child).map(drop)
}

/// Tells the parent, if there is one that waits, that its child has ended.
pub fn ended(
    caller: &Caller,
    organization: Uuid,
    child: Uuid,
    parent_effect: Option<Uuid>,
    status: &str,
    output: Option<&Jsonb>,
) -> Result<(), Error> {
    let Some(parent_effect) = parent_effect else {
        return Ok(());
    };
    let Some((effect, effect_status)) = effect::read(organization, parent_effect)? else {
        return Ok(());
    };
    if effect_status != "EXECUTING" {
        return Ok(());
    }
    if status == "completed" {
        effect::answered(&effect, caller.now, output)?;
        return inbox::leave(caller, &effect, &Answer::Done(output.cloned()));
    }
    let kind = if status == "cancelled" { "WORKFLOW_CANCELLED" } else { "WORKFLOW_FAILED" };
    let error = Jsonb::object(|error| {
        error.set_text("type", kind);
        error.set_text("message", &format!("the child workflow is {status}"));
        error.set_text("instance_id", &child.to_string());
        if let Some(output) = output {
            error.set("output", output);
        }
    });
    failure::fail(caller, &effect, error, false, false).map(drop)
}

/// Cancels the running children that these states invoked, or all.
pub fn cancel_children(caller: &Caller, parent: &Instance, states: Option<&Vec<String>>) -> Result<Vec<Uuid>, Error> {
    let mut cancelled = Vec::new();
    for (child, effect) in instance::children(parent.organization_id, parent.id, states)? {
        let Some(child) = instance::lock(parent.organization_id, child)? else {
            continue;
        };
        if child.status == "active" {
            effect::cancel_one(parent.organization_id, effect)?;
            cancel::end(caller, &child, Some("the parent went on without it".to_owned()))?;
            cancelled.push(child.id);
        }
    }
    Ok(cancelled)
}
