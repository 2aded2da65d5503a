//! What an instance hears besides its callers: answers of its effects, ends of its children, events that wait.
//!
//! Whatever cannot be delivered stays a message and becomes an incident: never silence, never a second run of the effect
//! that gave the answer. A message of use is tried again with the retry policy, and at once when its instance moves.

use std::time::Instant;

use pgrx::Uuid;

use super::caller::Caller;
use super::macrostep::Cause;
use super::retry::Policy;
use super::send::{advance, position};
use super::{definition, new_id, publish};
use crate::chart::{Event, Lookup, Refusal, Request};
use crate::error::Error;
use crate::pg::jsonb::Jsonb;
use crate::pg::subtransaction::subtransaction;
use crate::pg::time::Timestamp;
use crate::store::effect::{self, Effect};
use crate::store::instance::{self, Instance};
use crate::store::message::{self, Due, Message, NewMessage};

/// The answer of an effect.
pub enum Answer {
    Done(Option<Jsonb>),
    Error(Jsonb),
}

impl Answer {
    /// The event that it becomes for an invoke.
    fn event(&self, invoke_id: &str) -> (String, Jsonb) {
        match self {
            Answer::Done(output) => {
                let payload = Jsonb::object(|object| object.set("output", output.as_ref().unwrap_or(&Jsonb::null())));
                (format!("done.invoke.{invoke_id}"), payload)
            }
            Answer::Error(error) => {
                (format!("error.invoke.{invoke_id}"), Jsonb::object(|object| object.set("error", error)))
            }
        }
    }
}

/// What became of an attempt to deliver.
pub enum Verdict {
    Delivered,
    /// The instance is paused.
    Waits,
    /// The state that asked was left, or the instance has ended.
    Late,
    /// No active state takes it.
    Unexpected,
    /// The transition that it causes fails.
    Failed(Error),
}

/// Gives the answer of an effect to the instance that waits for it, whose row the caller has locked.
pub fn answer(caller: &Caller, effect: &Effect, answer: &Answer) -> Result<(), Error> {
    give(caller, effect, answer, |arrived| match instance::lock(effect.organization_id, effect.instance_id)? {
        Some(instance) => attempt(caller, &instance, arrived),
        None => Ok(Verdict::Late),
    })
}

/// As `answer`, in a subtransaction of the caller's, which a transition that fails brings down.
pub fn answer_locked(caller: &Caller, instance: &Instance, effect: &Effect, answer: &Answer) -> Result<(), Error> {
    give(caller, effect, answer, |arrived| deliver_to(caller, instance, arrived))
}

fn give(
    caller: &Caller,
    effect: &Effect,
    answer: &Answer,
    deliver: impl FnOnce(Arrived) -> Result<Verdict, Error>,
) -> Result<(), Error> {
    let Some(invoke_id) = &effect.invoke_id else {
        return Ok(());
    };
    let (event, payload) = answer.event(invoke_id);
    let arrived =
        Arrived { effect: Some(effect), event: &event, payload: Some(payload.clone()), roles: None, line_code: None };
    let is_error = matches!(answer, Answer::Error(_));
    let (next_attempt_at, incident, error) = match deliver(arrived)? {
        Verdict::Delivered => return Ok(()),
        // Nobody waits for a failure any more.
        Verdict::Late if is_error => return Ok(()),
        Verdict::Unexpected if is_error => return effect::set_incident(effect, true).map(drop),
        Verdict::Waits => (Some(caller.now), None, None),
        Verdict::Late => (None, Some("LATE"), None),
        Verdict::Unexpected => (retry(caller, 1), Some("UNEXPECTED"), None),
        Verdict::Failed(error) => (retry(caller, 1), Some("FAILED"), Some(error.summary())),
    };
    let message = message_of(caller, effect, event, payload);
    message::insert(&NewMessage { next_attempt_at, incident, last_error: error, ..message })
}

/// Leaves the answer of an effect for the scheduler, for whoever must not lock the instance.
pub fn leave(caller: &Caller, effect: &Effect, answer: &Answer) -> Result<(), Error> {
    let Some(invoke_id) = &effect.invoke_id else {
        return Ok(());
    };
    let (event, payload) = answer.event(invoke_id);
    message::insert(&message_of(caller, effect, event, payload))
}

/// The answer of an effect as a message that is due now.
fn message_of(caller: &Caller, effect: &Effect, event: String, payload: Jsonb) -> NewMessage {
    NewMessage {
        organization_id: effect.organization_id,
        id: new_id(),
        instance_id: effect.instance_id,
        event,
        payload: Some(payload),
        effect_id: Some(effect.id),
        line_code: None,
        actor: None,
        roles: None,
        created_at: caller.now,
        next_attempt_at: Some(caller.now),
        incident: None,
        last_error: None,
    }
}

/// Keeps an event until its instance takes it.
pub fn buffer(
    caller: &Caller,
    instance: &Instance,
    event: &str,
    payload: Option<Jsonb>,
    line_code: Option<String>,
) -> Result<(), Error> {
    message::insert(&NewMessage {
        organization_id: instance.organization_id,
        id: new_id(),
        instance_id: instance.id,
        event: event.to_owned(),
        payload,
        effect_id: None,
        line_code,
        actor: caller.actor.clone(),
        roles: Some(caller.roles.clone()),
        created_at: caller.now,
        next_attempt_at: retry(caller, 1),
        incident: None,
        last_error: None,
    })
}

/// Delivers what is due, at most `limit` messages, and gives how many went through.
pub fn deliver_due(caller: &Caller, limit: i32) -> Result<i32, Error> {
    let mut delivered = 0;
    for due in message::due(caller.now, caller.organization, limit)? {
        let went_through = subtransaction(|| match due.instance_id {
            Some(instance) => deliver(caller, &due, instance),
            None => publish::deliver(caller, &due),
        })?;
        delivered += i32::from(went_through);
    }
    Ok(delivered)
}

fn deliver(caller: &Caller, due: &Due, instance: Uuid) -> Result<bool, Error> {
    let Some(instance) = instance::lock_skip(due.organization_id, instance)? else {
        return Ok(false);
    };
    let Some(message) = message::read(due.organization_id, due.id)?.filter(|message| is_due(message, caller)) else {
        return Ok(false);
    };
    let effect = match message.effect_id {
        Some(id) => effect::read(due.organization_id, id)?.map(|(effect, _)| effect),
        None => None,
    };
    let sender;
    let sender = match &message.roles {
        Some(roles) => {
            sender = caller.speaking_for(message.actor.clone(), roles.clone());
            &sender
        }
        None => caller,
    };
    let roles = message.roles.as_deref();
    let arrived = Arrived {
        effect: effect.as_ref(),
        event: &message.event,
        payload: message.payload.clone(),
        roles,
        line_code: message.line_code.clone(),
    };
    let verdict = attempt(sender, &instance, arrived)?;
    let is_error = message.event.starts_with("error.invoke.");
    let again = retry(caller, message.attempts + 1);
    match (verdict, &effect) {
        (Verdict::Delivered, _) => message::delete(due.organization_id, due.id).map(|()| true),
        (Verdict::Waits, _) => message::wait(due, again, None, None).map(|()| false),
        (Verdict::Unexpected, Some(effect)) if is_error => {
            if effect::set_incident(effect, true)? {
                message::delete(due.organization_id, due.id)?;
            } else {
                message::wait(due, again, None, None)?;
            }
            Ok(false)
        }
        // Nobody waits for it any more, and it is nobody's result.
        (Verdict::Late, None) => message::delete(due.organization_id, due.id).map(|()| false),
        (Verdict::Late, Some(_)) if is_error => message::delete(due.organization_id, due.id).map(|()| false),
        (Verdict::Late, Some(_)) => message::wait(due, None, Some("LATE"), None).map(|()| false),
        (Verdict::Unexpected, None) => message::wait(due, again, None, None).map(|()| false),
        (Verdict::Unexpected, Some(_)) => message::wait(due, again, Some("UNEXPECTED"), None).map(|()| false),
        (Verdict::Failed(error), _) => {
            message::wait(due, again, Some("FAILED"), Some(&error.summary())).map(|()| false)
        }
    }
}

/// Something that is there for an instance.
pub struct Arrived<'a> {
    /// The effect whose answer it is.
    pub effect: Option<&'a Effect>,
    pub event: &'a str,
    pub payload: Option<Jsonb>,
    /// None for the engine, which is asked for none.
    pub roles: Option<&'a [String]>,
    /// Keeps a second delivery out.
    pub line_code: Option<String>,
}

/// Tries to deliver to a locked instance. An error is of the session or the server; what is wrong with the delivery is a
/// verdict.
pub fn attempt(caller: &Caller, instance: &Instance, arrived: Arrived) -> Result<Verdict, Error> {
    match subtransaction(|| deliver_to(caller, instance, arrived)) {
        Err(error) if !error.is_of_the_session() => Ok(Verdict::Failed(error)),
        verdict => verdict,
    }
}

fn deliver_to(caller: &Caller, instance: &Instance, arrived: Arrived) -> Result<Verdict, Error> {
    let Arrived { effect, event, payload, roles, line_code } = arrived;
    if instance.status != "active" {
        return Ok(Verdict::Late);
    }
    if instance.paused_at.is_some() {
        return Ok(Verdict::Waits);
    }
    let definition = definition::load(instance.organization_id, instance.definition_id)?;
    let position = position(&definition, instance)?;
    if let Some(effect) = effect
        && let Some(invoke_id) = &effect.invoke_id
    {
        let state = effect.state.as_deref().unwrap_or_default();
        let active = match definition.chart.find_state(state) {
            _ if state.is_empty() => true,
            Lookup::One(state) => position.active.contains(state),
            _ => false,
        };
        // Without a step in between its state was not entered again.
        let is_latest = instance.seq == effect.seq;
        if !active || !is_latest && effect::is_outdated(effect, invoke_id)? {
            return Ok(Verdict::Late);
        }
    }
    let cause = Cause {
        kind: if effect.is_some() { "answer" } else { "message" },
        event: Some(event.to_owned()),
        payload: payload.clone(),
        line_code,
        note: None,
    };
    let request = Request { event: Event::new(event, payload), roles, target: None };
    let moved = advance(caller, instance, &definition, &position, request, cause, Instant::now())?;
    Ok(match moved {
        Ok(_) => Verdict::Delivered,
        Err(Refusal::NoMatch | Refusal::Guards(_) | Refusal::Roles(_)) => Verdict::Unexpected,
    })
}

fn is_due(message: &Message, caller: &Caller) -> bool {
    message.next_attempt_at.is_some_and(|at| at <= caller.now)
}

/// When a message is tried again after this many attempts.
fn retry(caller: &Caller, attempts: i32) -> Option<Timestamp> {
    Policy::for_messages().next(caller.now, attempts, None, None)
}
