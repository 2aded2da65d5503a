//! A new instance: the first macrostep of a definition's current version.

use std::time::Instant;

use pgrx::Uuid;

use super::caller::{Caller, check_size, check_text};
use super::definition::{self, Loaded};
use super::evaluate::{Evaluator, Subject};
use super::feature_flag;
use super::macrostep::{Cause, Target, Worked, stopped};
use super::new_id;
use crate::chart::{self, Event, Host, Lookup, Scope, StateId, StateSet};
use crate::error::{Code, Error};
use crate::pg::jsonb::Jsonb;
use crate::store::instance::{self, Identity};
use crate::store::message;

/// What a new instance is given.
#[derive(Default)]
pub struct Start {
    pub definition_code: String,
    pub input: Option<Jsonb>,
    pub instance_key: Option<String>,
    pub subject: Option<Jsonb>,
    pub version: Option<i32>,
    pub correlation_key: Option<String>,
    pub initial_state: Option<String>,
    pub owner_team: Option<String>,
    pub owner_user_id: Option<String>,
    /// The parent and the effect of it that the instance answers.
    pub parent: Option<(Uuid, Uuid)>,
}

/// Starts an instance and gives its id; the id that exists, where the key has one.
pub fn start(caller: &Caller, start: Start) -> Result<Uuid, Error> {
    check(&start)?;
    let organization = caller.creating()?;
    if let Some(existing) = existing(organization, &start)? {
        return Ok(existing);
    }
    let found = definition::find(organization, &start.definition_code, start.version)?;
    feature_flag::check(organization, &start.definition_code)?;
    let definition = definition::load(organization, found)?;
    start_new(caller, organization, &definition, start)
}

/// As `start`, where the definition is known.
pub fn start_in(caller: &Caller, organization: Uuid, definition: &Loaded, start: Start) -> Result<Uuid, Error> {
    check(&start)?;
    match existing(organization, &start)? {
        Some(existing) => Ok(existing),
        None => start_new(caller, organization, definition, start),
    }
}

/// The instance that has the key already.
fn existing(organization: Uuid, start: &Start) -> Result<Option<Uuid>, Error> {
    let key = start.instance_key.as_deref();
    Ok(key.map(|key| instance::by_key(organization, &start.definition_code, key)).transpose()?.flatten())
}

fn check(start: &Start) -> Result<(), Error> {
    check_input(start.input.as_ref())?;
    check_size("the subject", start.subject.as_ref())?;
    for (name, value) in [("instance_key", &start.instance_key), ("correlation_key", &start.correlation_key)] {
        if let Some(value) = value {
            check_text(name, value)?;
        }
    }
    Ok(())
}

fn start_new(caller: &Caller, organization: Uuid, definition: &Loaded, start: Start) -> Result<Uuid, Error> {
    let started = Instant::now();
    let (input, key) = (start.input.as_ref(), start.instance_key.as_deref());
    let at = start.initial_state.as_deref().map(|name| find_state(definition, name)).transpose()?;

    let id = new_id();
    let context = input.map_or_else(|| definition.context.clone(), |input| definition.context.concat(input));
    check_size("the context", Some(&context))?;
    let subject =
        Subject { organization_id: organization, id, seq: 1, instance_key: key, subject: start.subject.as_ref() };
    let mut evaluator = Evaluator::new(definition, caller, subject, context);
    let event = Event::new("wf.start", start.input.clone());
    let outcome = chart::start(&definition.chart, &mut evaluator, at, event.clone())
        .map_err(|stop| stopped(definition, "the start", stop))?;

    let active = &outcome.position.active;
    let correlation_key = match start.correlation_key {
        Some(key) => Some(key),
        None if definition.chart.correlation().is_some() => correlation(&mut evaluator, definition, active, &event)?,
        None => start.instance_key.clone(),
    };
    let identity = Identity {
        organization_id: organization,
        id,
        definition_id: definition.id,
        definition_version: definition.version,
        definition_code: &definition.code,
        parent_id: start.parent.map(|(parent, _)| parent),
        parent_effect_id: start.parent.map(|(_, effect)| effect),
        instance_key: key,
        correlation_key: correlation_key.as_deref(),
        owner_team: start.owner_team.as_deref(),
        owner_user_id: start.owner_user_id.as_deref(),
        subject: start.subject.as_ref(),
    };
    let target = Target { organization_id: organization, instance_id: id, seq: 1, sla_at: None };
    let cause = Cause { kind: "start", event: Some(event.name), payload: start.input, ..Cause::default() };
    let worked = Worked::new(definition, caller, &target, evaluator, outcome, started)?;
    if worked.insert(&identity, cause)?.is_some() {
        if let Some(key) = &correlation_key {
            message::wake_for(organization, id, Some(key), caller.now)?;
        }
        return Ok(id);
    }
    // Somebody else took the key in the meantime.
    let code = start.definition_code.as_str();
    let existing = key.map(|key| instance::by_key(organization, code, key)).transpose()?.flatten();
    existing.ok_or_else(|| Error::internal("an instance was not stored, and its key is free"))
}

/// The correlation key that its definition gives to an instance that begins.
pub fn correlation(
    evaluator: &mut Evaluator,
    definition: &Loaded,
    active: &StateSet,
    event: &Event<Jsonb>,
) -> Result<Option<String>, Error> {
    let Some(template) = definition.chart.correlation() else {
        return Ok(None);
    };
    Ok(evaluator.evaluate(template, &Scope { event, active, chart: &definition.chart })?.as_plain_text())
}

/// Refuses an input that cannot be merged over a context.
pub fn check_input(input: Option<&Jsonb>) -> Result<(), Error> {
    check_size("the input", input)?;
    if input.is_some_and(|input| !input.is_object()) {
        return Err(Error::new(Code::InvalidArgument, "the input is not an object")
            .hint("Give input => '{\"key\": \"value\"}'; it is merged over the definition's context."));
    }
    Ok(())
}

/// A state by its path, id or unambiguous key.
pub fn find_state(definition: &Loaded, name: &str) -> Result<StateId, Error> {
    let chart = &definition.chart;
    let paths = |states: &mut dyn Iterator<Item = &chart::State>| {
        states.map(|state| state.path.as_str()).filter(|path| !path.is_empty()).collect::<Vec<_>>().join(", ")
    };
    match chart.find_state(name) {
        Lookup::One(state) => Ok(state),
        Lookup::None => Err(Error::new(Code::InvalidTransition, format!("{} has no state {name}", definition.code))
            .detail(format!("Its states are: {}.", paths(&mut chart.states().iter())))),
        Lookup::Ambiguous(states) => {
            Err(Error::new(Code::InvalidTransition, format!("{} has several states {name}", definition.code))
                .detail(format!("They are: {}.", paths(&mut states.iter().map(|state| chart.state(*state)))))
                .hint("Give the full path."))
        }
    }
}
