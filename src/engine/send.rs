//! An event for one instance, and the transition that it causes.

use std::time::Instant;

use pgrx::Uuid;

use super::caller::{Caller, check_size, check_text};
use super::definition::{self, Loaded};
use super::evaluate::{Evaluator, Subject};
use super::inbox;
use super::macrostep::{Cause, Moved, Target, Worked, administrative_step, search_values, stopped};
use super::start::find_state;
use crate::chart::{self, Event, GuardResult, Position, Refusal, Request, StateId, Stop};
use crate::error::{Code, Error};
use crate::pg::jsonb::Jsonb;
use crate::store::instance::Instance;
use crate::store::message;
use crate::store::step::{self, line_code};

/// Names that only the engine gives to events.
const RESERVED: [&str; 4] = ["done.state.", "done.invoke.", "error.invoke.", "wf."];

/// What happens with an event that nothing takes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Unmatched {
    Error,
    Ignore,
    /// It waits in the inbox.
    Buffer,
}

impl Unmatched {
    /// Reads the argument of `wf_send`.
    pub fn parse(text: &str) -> Result<Self, Error> {
        match text {
            "error" => Ok(Unmatched::Error),
            "ignore" => Ok(Unmatched::Ignore),
            "buffer" => Ok(Unmatched::Buffer),
            other => Err(Error::new(Code::InvalidArgument, format!("unmatched => '{other}' is not known"))
                .hint("Give 'error', 'ignore' or 'buffer'.")),
        }
    }
}

/// What is to be taken.
pub enum What {
    /// The transition that an event selects.
    Event(String),
    /// The transition whose target is this state.
    Target(String),
}

/// An event from outside.
pub struct Send {
    pub instance_id: Uuid,
    pub what: What,
    pub payload: Option<Jsonb>,
    pub idempotency_key: Option<String>,
    pub unmatched: Unmatched,
}

/// What a send answers.
pub struct Sent {
    pub moved: Moved,
    pub replayed: bool,
}

/// Sends an event: locks, looks the key up, checks, runs one macrostep and writes it.
pub fn send(caller: &Caller, send: Send) -> Result<Sent, Error> {
    let started = Instant::now();
    check_size("the payload", send.payload.as_ref())?;
    if let What::Event(event) = &send.what {
        check_event(event)?;
    }
    let instance = caller.lock(send.instance_id)?;
    let line_code = match &send.idempotency_key {
        Some(key) => Some(line_code(instance.id, check_text("idempotency_key", key)?)),
        None => None,
    };
    if let Some(line_code) = &line_code
        && let Some(first) = step::by_line_code(instance.organization_id, line_code)?
    {
        let moved =
            Moved { seq: first.seq, from_state: first.from_state, to_state: first.to_state, status: first.status };
        return Ok(Sent { moved, replayed: true });
    }
    if let Some(line_code) = &line_code
        && message::any_for(&instance)?
        && message::has_line_code(&instance, line_code)?
    {
        return Ok(unmoved(instance, true));
    }
    check_active(&instance)?;
    if instance.paused_at.is_some()
        && send.unmatched == Unmatched::Buffer
        && let What::Event(event) = &send.what
    {
        inbox::buffer(caller, &instance, event, send.payload, line_code)?;
        return Ok(unmoved(instance, false));
    }
    check_running(&instance)?;
    let definition = definition::load(instance.organization_id, instance.definition_id)?;
    let position = position(&definition, &instance)?;
    let buffered = match &send.what {
        What::Event(event) => Some(event.clone()),
        What::Target(_) => None,
    };
    let asked = match &send.what {
        What::Event(event) => format!("takes {event}"),
        What::Target(target) => format!("leads to {target}"),
    };
    let requests = requests(&definition, &position, send.what)?;
    let mut refused = None;
    for (event, target) in requests {
        let cause = Cause {
            kind: "transition",
            event: Some(event.clone()),
            payload: send.payload.clone(),
            line_code: line_code.clone(),
            note: None,
        };
        let request = Request { event: Event::new(event, send.payload.clone()), roles: Some(&caller.roles), target };
        match advance(caller, &instance, &definition, &position, request, cause, started)? {
            Ok(moved) => return Ok(Sent { moved, replayed: false }),
            Err(refusal) => refused = Some(more_telling(refused, refusal)),
        }
    }
    if !matches!(refused, Some(Refusal::Roles(_))) {
        match (send.unmatched, &buffered) {
            (Unmatched::Ignore, _) => {
                // A key that was given is remembered, or a second call could still take effect.
                if line_code.is_some() {
                    let cause =
                        Cause { kind: "ignored", event: buffered, payload: send.payload, line_code, note: None };
                    administrative_step(caller, &instance, cause, started, Jsonb::object(|_| {}))?;
                }
                return Ok(unmoved(instance, false));
            }
            (Unmatched::Buffer, Some(event)) => {
                inbox::buffer(caller, &instance, event, send.payload, line_code)?;
                return Ok(unmoved(instance, false));
            }
            _ => {}
        }
    }
    let refused = refused.unwrap_or(Refusal::NoMatch);
    Err(refusal(&definition, &instance.state, &position, caller, &asked, refused))
}

/// The answer where the event changed nothing.
fn unmoved(instance: Instance, replayed: bool) -> Sent {
    let moved = Moved {
        seq: instance.seq,
        from_state: Some(instance.state.clone()),
        to_state: instance.state,
        status: instance.status,
    };
    Sent { moved, replayed }
}

/// Runs one macrostep of a locked instance and writes it; the chart's refusal where nothing takes the event.
pub fn advance(
    caller: &Caller,
    instance: &Instance,
    definition: &Loaded,
    position: &Position,
    request: Request<'_, Jsonb>,
    cause: Cause,
    started: Instant,
) -> Result<Result<Moved, Refusal>, Error> {
    let context = instance.context.clone();
    let mut evaluator = Evaluator::new(definition, caller, Subject::from(instance), context);
    let old_search = search_values(&mut evaluator, definition, &position.active)?;
    let name = request.event.name.clone();
    let outcome = match chart::send(&definition.chart, &mut evaluator, position, request) {
        Ok(outcome) => outcome,
        Err(Stop::Refused(refusal)) => return Ok(Err(refusal)),
        Err(stop) => return Err(stopped(definition, &name, stop)),
    };
    let target = Target {
        organization_id: instance.organization_id,
        instance_id: instance.id,
        seq: instance.seq + 1,
        sla_at: instance.sla_at,
    };
    let worked = Worked::new(definition, caller, &target, evaluator, outcome, started)?;
    worked.update(instance, cause, &old_search).map(Ok)
}

/// Where a stored instance is in its chart.
pub fn position(definition: &Loaded, instance: &Instance) -> Result<Position, Error> {
    Position::parse(&definition.chart, &instance.state, instance.history.as_deref())
        .map_err(|error| Error::internal(format!("the state of instance {} is not legal", instance.id)).detail(error))
}

/// Refuses an instance that takes no events now.
pub fn check_running(instance: &Instance) -> Result<(), Error> {
    check_active(instance)?;
    match instance.paused_at {
        None => Ok(()),
        Some(_) => Err(Error::new(Code::InstancePaused, format!("instance {} is paused", instance.id))
            .hint("SELECT wf_resume(instance_id) first.")),
    }
}

/// Refuses an instance that has come to its end.
pub fn check_active(instance: &Instance) -> Result<(), Error> {
    if instance.status == "active" {
        return Ok(());
    }
    Err(Error::new(Code::InstanceFinalized, format!("instance {} is {}", instance.id, instance.status))
        .detail(format!("Its last state is {}.", instance.state))
        .hint("Nothing can be sent to an instance that has ended; start a new one."))
}

/// Refuses a name that only the engine gives to events.
pub fn check_event(event: &str) -> Result<(), Error> {
    check_text("the event", event)?;
    match RESERVED.iter().find(|prefix| event.starts_with(*prefix)) {
        None => Ok(()),
        Some(prefix) => Err(Error::new(Code::InvalidTransition, format!("event {event} belongs to the engine"))
            .detail(format!("Only the engine raises events that begin with {prefix}"))
            .hint("Rename the event in the definition.")),
    }
}

/// Takes the transition of a locked, running instance whose target is this state, for a cause without an event of its own.
pub fn advance_to(
    caller: &Caller,
    instance: &Instance,
    target: &str,
    cause: Cause,
    started: Instant,
) -> Result<Moved, Error> {
    let definition = definition::load(instance.organization_id, instance.definition_id)?;
    let position = position(&definition, instance)?;
    let mut refused = None;
    for (event, target) in requests(&definition, &position, What::Target(target.to_owned()))? {
        let cause = Cause {
            event: Some(event.clone()),
            payload: cause.payload.clone(),
            note: cause.note.clone(),
            line_code: None,
            kind: cause.kind,
        };
        let request = Request { event: Event::new(event, cause.payload.clone()), roles: Some(&caller.roles), target };
        match advance(caller, instance, &definition, &position, request, cause, started)? {
            Ok(moved) => return Ok(moved),
            Err(refusal) => refused = Some(more_telling(refused, refusal)),
        }
    }
    let refused = refused.unwrap_or(Refusal::NoMatch);
    Err(refusal(&definition, &instance.state, &position, caller, &format!("leads to {target}"), refused))
}

/// What to try, in order: the event itself, or the events of the transitions that lead to the state.
fn requests(definition: &Loaded, position: &Position, what: What) -> Result<Vec<(String, Option<StateId>)>, Error> {
    match what {
        What::Event(event) => Ok(vec![(event, None)]),
        What::Target(name) => {
            let target = find_state(definition, &name)?;
            let candidates = chart::advance_candidates(&definition.chart, position, target);
            let mut requests: Vec<(String, Option<StateId>)> = Vec::new();
            for candidate in candidates {
                if requests.iter().all(|(event, _)| *event != candidate.event) {
                    requests.push((candidate.event, Some(target)));
                }
            }
            Ok(requests)
        }
    }
}

/// Of two refusals the one that helps more: false guards, then roles.
fn more_telling(first: Option<Refusal>, second: Refusal) -> Refusal {
    match (first, second) {
        (Some(Refusal::Guards(mut first)), Refusal::Guards(second)) => {
            first.extend(second);
            Refusal::Guards(first)
        }
        (Some(first @ Refusal::Guards(_)), _) | (Some(first), Refusal::NoMatch) => first,
        (Some(Refusal::Roles(mut first)), Refusal::Roles(second)) => {
            first.extend(second);
            first.sort();
            first.dedup();
            Refusal::Roles(first)
        }
        (_, second) => second,
    }
}

/// What the caller is told of an event that nothing took; `asked` says of what, such as `takes PAID`.
pub fn refusal(
    definition: &Loaded,
    state: &str,
    position: &Position,
    caller: &Caller,
    asked: &str,
    refusal: Refusal,
) -> Error {
    match refusal {
        Refusal::NoMatch => {
            let error = Error::new(Code::InvalidTransition, format!("nothing in state {state} {asked}"));
            match expected(definition, position) {
                Some(events) => error.detail(format!("In this state these would be taken: {events}.")),
                None => error.detail("In this state no event from outside is taken."),
            }
            .hint("Give unmatched => 'ignore' to drop events that come at the wrong time.")
        }
        Refusal::Guards(results) => Error::new(Code::GuardFailed, format!("no guard allows this in state {state}"))
            .detail(results.iter().map(guard_text).collect::<Vec<_>>().join("\n"))
            .hint("Compare the guards with the instance's context in wf_instances_view and with the payload."),
        Refusal::Roles(allowed) => {
            let given = caller.role_text().unwrap_or_else(|| "none".to_owned());
            Error::new(Code::UnauthorizedRole, format!("this needs another role in state {state}"))
                .detail(format!("Roles that may: {}. Roles given: {given}.", allowed.join(", ")))
                .hint("Give roles => ARRAY['...'], or SET app.current_user_role.")
        }
    }
}

/// The events that would be taken, each with where it leads.
fn expected(definition: &Loaded, position: &Position) -> Option<String> {
    let chart = &definition.chart;
    let events: Vec<String> = chart::candidates(chart, position)
        .into_iter()
        .map(|candidate| {
            let targets = &chart.transition(candidate.transition).targets;
            let targets: Vec<&str> = targets.iter().map(|target| chart.state(*target).path.as_str()).collect();
            if targets.is_empty() {
                candidate.event
            } else {
                format!("{} (to {})", candidate.event, targets.join(" and "))
            }
        })
        .collect();
    (!events.is_empty()).then(|| events.join(", "))
}

/// A guard and its value.
pub fn guard_text(result: &GuardResult) -> String {
    let value = match result.result {
        Some(true) => "true",
        Some(false) => "false",
        None => "unknown",
    };
    format!("{} is {value}", result.guard)
}
