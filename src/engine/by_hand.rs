//! What an operator does about effects: puts back what failed, or supplies the result. Each leaves a step.
//!
//! As in the answers of workers, an effect's row is locked before its instance's, and no instance is locked while a
//! handler runs.

use std::collections::HashMap;
use std::time::Instant;

use pgrx::Uuid;
use serde_json::json;

use super::caller::{Caller, check_size};
use super::handler::is_covered;
use super::inbox::{self, Answer};
use super::macrostep::{Cause, administrative_step};
use super::{dispatch, failure, outbox};
use crate::error::{Code, Error};
use crate::pg::jsonb::Jsonb;
use crate::store::effect::{self, Found};
use crate::store::instance::{self, Instance};
use crate::store::outbox::Queue;
use crate::store::{message, step};

/// Which failed effects are to be put back, and how.
pub struct Retry {
    pub instance_id: Uuid,
    /// Only those that this step queued.
    pub step_id: Option<Uuid>,
    /// Only those of these codes or patterns.
    pub codes: Option<Vec<String>>,
    /// Also those that were put back as often as their policy tries them by itself.
    pub force: bool,
    /// In place of what was evaluated when they were queued.
    pub params: Option<Jsonb>,
}

/// What became of effects that were put back: their codes.
#[derive(Default)]
pub struct Retried {
    pub retried: Vec<String>,
    pub successful: Vec<String>,
    pub still_failed: Vec<String>,
    pub summary: Option<Jsonb>,
}

/// Puts failed effects back at once.
pub fn retry(caller: &Caller, wanted: &Retry) -> Result<Retried, Error> {
    let started = Instant::now();
    check_size("params", wanted.params.as_ref())?;
    let instance = caller.instance(wanted.instance_id)?;
    let (organization, id) = (instance.organization_id, instance.id);
    let seq = match wanted.step_id {
        Some(step_id) => Some(step::seq(organization, id, step_id)?.ok_or_else(|| {
            Error::new(Code::StepNotFound, format!("instance {id} has no step {step_id}"))
                .hint("SELECT step_id, effects_failed FROM wf_steps_view lists its steps.")
        })?),
        None => None,
    };
    let is_asked_for =
        |code: &str| wanted.codes.as_ref().is_none_or(|codes| codes.iter().any(|pattern| is_covered(pattern, code)));
    let mut failed = Vec::new();
    for found in effect::failed(organization, id, seq)? {
        if is_asked_for(&found.effect.code) && failure::is_wanted(&found.effect)? {
            failed.push(found);
        }
    }
    if failed.is_empty() {
        return Err(nothing_failed(&instance, seq, is_asked_for)?);
    }
    let found = failed.len();
    if !wanted.force {
        let mut within = Vec::new();
        for found in failed {
            if !is_over_limit(&found)? {
                within.push(found);
            }
        }
        failed = within;
    }
    if failed.is_empty() {
        return Err(Error::new(Code::RetryLimitExceeded, "what failed has spent its attempts")
            .detail("They were put back by hand as often as their retry policy tries them by itself.")
            .hint("Mend the cause, then give force_retry => true; or supply the result with wf_skip_effect."));
    }
    for Found { effect, .. } in &failed {
        effect::put_back(effect, wanted.params.as_ref(), caller.now)?;
        message::drop_answers(organization, id, effect.id)?;
    }
    outbox::announce(organization, failed.iter().map(|found| found.effect.code.as_str()))?;
    run_now(caller, &failed)?;
    let outcome = outcome(&failed, found)?;
    record_retry(caller, &instance, &failed, wanted.params.as_ref(), started)?;
    Ok(outcome)
}

/// Runs those of the effects, which wait again, that the scheduler would run.
fn run_now(caller: &Caller, failed: &[Found]) -> Result<(), Error> {
    let waiting = failed.iter().map(|Found { effect, lane, .. }| {
        let queue = Queue { code: effect.code.clone(), organization_id: effect.organization_id, lane: lane.clone() };
        (queue, effect.id)
    });
    dispatch::run_now(caller, waiting.collect())
}

/// Was it put back as often as its policy tries it by itself?
fn is_over_limit(found: &Found) -> Result<bool, Error> {
    let most = failure::policy(&found.effect)?.maximum_attempts;
    Ok(found.status == "PERMANENTLY_FAILED" && most > 0 && found.effect.attempts >= most.saturating_mul(2))
}

fn nothing_failed(instance: &Instance, seq: Option<i64>, is_asked_for: impl Fn(&str) -> bool) -> Result<Error, Error> {
    let mut matching = effect::of(instance.organization_id, instance.id, seq)?;
    matching.retain(|(code, _)| is_asked_for(code));
    let statuses: Vec<String> = matching.iter().map(|(code, status)| format!("{code} is {status}")).collect();
    if !matching.is_empty() && matching.iter().all(|(_, status)| status == "COMPLETED") {
        return Ok(Error::new(Code::EffectAlreadyCompleted, "every effect that matches is completed")
            .detail(statuses.join(", "))
            .hint("Nothing needs to be tried again."));
    }
    let error = Error::new(Code::NoFailedEffects, format!("no effect of instance {} that matches has failed", instance.id))
        .hint("SELECT seq, effects_failed FROM wf_steps_view shows what failed. An invoke whose state was left is not tried again.");
    Ok(if statuses.is_empty() { error } else { error.detail(statuses.join(", ")) })
}

/// Where effects that were put back stand now; `found` were there to be put back.
fn outcome(failed: &[Found], found: usize) -> Result<Retried, Error> {
    let ids: Vec<Uuid> = failed.iter().map(|found| found.effect.id).collect();
    let organization = failed.first().map(|found| found.effect.organization_id);
    let statuses: HashMap<[u8; 16], String> =
        effect::status(&ids, organization)?.into_iter().map(|(id, status)| (*id.as_bytes(), status)).collect();
    let mut outcome = Retried::default();
    let mut effects = Vec::new();
    for Found { effect, .. } in failed {
        let code = &effect.code;
        let status = statuses.get(effect.id.as_bytes()).map_or("", String::as_str);
        outcome.retried.push(code.clone());
        match status {
            "COMPLETED" => outcome.successful.push(code.clone()),
            "FAILED" | "PERMANENTLY_FAILED" => outcome.still_failed.push(code.clone()),
            _ => {}
        }
        effects.push(json!({ "effect_id": effect.id.to_string(), "code": code, "status": status }));
    }
    let (retried, successful, still_failed) =
        (outcome.retried.len(), outcome.successful.len(), outcome.still_failed.len());
    let summary = json!({
        "retried": retried,
        "successful": successful,
        "still_failed": still_failed,
        "queued": retried - successful - still_failed,
        "over_limit": found - retried,
        "effects": effects,
    });
    outcome.summary = Some(Jsonb::parse(&summary.to_string()));
    Ok(outcome)
}

/// Leaves a step that says what was put back.
fn record_retry(
    caller: &Caller,
    instance: &Instance,
    failed: &[Found],
    params: Option<&Jsonb>,
    started: Instant,
) -> Result<(), Error> {
    let effects: Vec<Jsonb> = failed.iter().map(|found| before_and_after(found, "PENDING")).collect();
    let detail = Jsonb::object(|detail| {
        detail.set("effects", &Jsonb::array(&effects));
        if let Some(params) = params {
            detail.set("params", params);
        }
    });
    let instance = caller.lock(instance.id)?;
    administrative_step(caller, &instance, Cause { kind: "retry_effects", ..Cause::default() }, started, detail)
}

/// An effect that was skipped.
pub struct Skipped {
    pub effect_id: Uuid,
    pub instance_id: Uuid,
    pub code: String,
    pub previous_status: String,
    pub status: String,
    pub to_state: String,
}

/// Completes an effect with a result that the operator supplies, as if its handler had given it.
pub fn skip(caller: &Caller, id: Uuid, output: Option<Jsonb>, reason: Option<String>) -> Result<Skipped, Error> {
    let started = Instant::now();
    check_size("output", output.as_ref())?;
    let found = caller.gather(|organization| Ok(effect::lock(organization, id)?.into_iter().collect()))?.pop();
    let found = found.ok_or_else(|| {
        Error::new(Code::EffectNotFound, format!("effect {id} does not exist"))
            .hint("Look it up in wf_effects_view, and check organization_id and app.current_org_id.")
    })?;
    check_can_be_skipped(&found)?;
    let organization = found.effect.organization_id;
    let caller = &caller.in_organization(organization);
    let instance = caller.lock(found.effect.instance_id)?;
    effect::supply(&found.effect, caller.now, output.as_ref())?;
    message::drop_answers(organization, instance.id, id)?;
    let detail = Jsonb::object(|detail| {
        detail.set("effect", &before_and_after(&found, "COMPLETED"));
        if let Some(output) = &output {
            detail.set("output", output);
        }
    });
    let cause = Cause { kind: "skip_effect", note: reason, ..Cause::default() };
    administrative_step(caller, &instance, cause, started, detail)?;
    inbox::answer(caller, &found.effect, &Answer::Done(output))?;
    let now = instance::read(organization, instance.id)?.unwrap_or(instance);
    Ok(Skipped {
        effect_id: id,
        instance_id: now.id,
        code: found.effect.code,
        previous_status: found.status,
        status: "COMPLETED".to_owned(),
        to_state: now.state,
    })
}

fn check_can_be_skipped(found: &Found) -> Result<(), Error> {
    let id = found.effect.id;
    match (found.status.as_str(), found.effect.code.as_str()) {
        ("COMPLETED", _) => Err(Error::new(Code::EffectAlreadyCompleted, format!("effect {id} is completed"))
            .hint("SELECT output FROM wf_effects_view shows its result.")),
        ("CANCELLED", _) => Err(Error::new(Code::InvalidArgument, format!("effect {id} is cancelled"))
            .detail("Its state was left or its instance was cancelled: nothing waits for it.")),
        ("EXECUTING", "wf.workflow") => {
            Err(Error::new(Code::InvalidArgument, format!("effect {id} is a child workflow that is running"))
                .hint("wf_cancel the child first, or move it to its end with wf_modify."))
        }
        _ => Ok(()),
    }
}

fn before_and_after(found: &Found, status: &str) -> Jsonb {
    Jsonb::object(|effect| {
        effect.set_text("effect_id", &found.effect.id.to_string());
        effect.set_text("code", &found.effect.code);
        effect.set_text("from", &found.status);
        effect.set_text("to", status);
    })
}
