//! One macrostep's outcome is written: the instance and its step, then timers, effects (see `work`) and search values.

use std::time::Instant;

use pgrx::Uuid;

use super::caller::Caller;
use super::child;
use super::definition::Loaded;
use super::evaluate::Evaluator;
use super::handler;
use super::new_id;
use super::outbox;
use super::sla;
use super::task::escalate;
use super::work::Work;
use crate::chart::{self, Event, GuardResult, Host, Lookup, Outcome, Scope, StateSet, Status, Stop};
use crate::error::{Code, Error};
use crate::pg::jsonb::Jsonb;
use crate::pg::time::Timestamp;
use crate::store::effect::{self, Origin};
use crate::store::instance::{self, Instance, Place};
use crate::store::message;
use crate::store::search::{self, Entry};
use crate::store::step::NewStep;
use crate::store::task::{self, Task};
use crate::store::timer::{self, NewTimer};

/// Timers that an instance may have pending, besides those of its states.
pub const TIMER_LIMIT: usize = 100;

/// What made a step, besides its outcome.
#[derive(Default)]
pub struct Cause {
    pub kind: &'static str,
    pub event: Option<String>,
    pub payload: Option<Jsonb>,
    pub line_code: Option<String>,
    pub note: Option<String>,
}

/// A macrostep that was worked out and is to be written.
pub struct Worked<'a> {
    definition: &'a Loaded,
    caller: &'a Caller,
    organization_id: Uuid,
    instance_id: Uuid,
    seq: i64,
    pub(super) context: Jsonb,
    context_changed: bool,
    started: Instant,
    pub(super) outcome: Outcome<Jsonb>,
    pub(super) status: &'static str,
    pub(super) state: String,
    history: Option<String>,
    output: Option<Jsonb>,
    sla: sla::Change,
    pub(super) work: Work,
    detail: Option<Jsonb>,
    new_search: Vec<Entry>,
}

/// Where a macrostep led.
pub struct Moved {
    pub seq: i64,
    pub from_state: Option<String>,
    pub to_state: String,
    pub status: String,
}

/// The step that a macrostep becomes.
pub struct Target {
    pub organization_id: Uuid,
    pub instance_id: Uuid,
    /// The step's number.
    pub seq: i64,
    /// The deadline before the step.
    pub sla_at: Option<Timestamp>,
}

impl<'a> Worked<'a> {
    /// Turns an outcome into rows to be written.
    pub fn new(
        definition: &'a Loaded,
        caller: &'a Caller,
        target: &Target,
        mut evaluator: Evaluator<'a>,
        outcome: Outcome<Jsonb>,
        started: Instant,
    ) -> Result<Self, Error> {
        let work = Work::new(target.organization_id, target.instance_id, target.seq, caller.now, false);
        let sla = sla::Change::of(&mut evaluator, definition, target, &outcome, caller.now)?;
        Self::with(work, sla, definition, caller, target, evaluator, outcome, started)
    }

    /// As `new`, after work that the same step has already, and with what it does to the clocks.
    pub fn with(
        mut work: Work,
        sla: sla::Change,
        definition: &'a Loaded,
        caller: &'a Caller,
        target: &Target,
        mut evaluator: Evaluator<'a>,
        mut outcome: Outcome<Jsonb>,
        started: Instant,
    ) -> Result<Self, Error> {
        work.add(definition, std::mem::take(&mut outcome.commands))?;
        let (status, output) = finish(definition, &outcome);
        let done = status != "active";
        let active = &outcome.position.active;
        let new_search = if done { Vec::new() } else { search_values(&mut evaluator, definition, active)? };
        Ok(Worked {
            definition,
            caller,
            organization_id: target.organization_id,
            instance_id: target.instance_id,
            seq: target.seq,
            context: evaluator.context,
            context_changed: evaluator.context_changed,
            started,
            status,
            state: outcome.position.state_text(&definition.chart),
            history: outcome.position.history_text(&definition.chart),
            output,
            sla,
            detail: work.detail(&definition.chart, &evaluator.missing),
            work,
            new_search,
            outcome,
        })
    }

    fn place(&self) -> Place<'_> {
        Place {
            state: &self.state,
            status: self.status,
            history: self.history.as_deref(),
            sla_at: self.sla.sla_at,
            output: self.output.as_ref(),
            error: None,
            context: self.context_changed.then_some(&self.context),
        }
    }

    fn step(&self, cause: Cause) -> NewStep {
        let codes: Vec<String> = self.work.effects.iter().map(|effect| effect.code.clone()).collect();
        NewStep {
            effects_queued: (!codes.is_empty()).then_some(codes),
            guards: guards_json(&self.outcome.guards),
            detail: self.detail.clone(),
            ..bare_step(self.caller, cause, self.started)
        }
    }

    /// Writes the macrostep of an instance that begins; None where its key is taken.
    pub fn insert(self, identity: &instance::Identity, cause: Cause) -> Result<Option<Moved>, Error> {
        let step = self.step(cause);
        let place = Place { context: Some(&self.context), ..self.place() };
        if !instance::insert(identity, &place, &step)? {
            return Ok(None);
        }
        if self.status != "active" {
            let (organization, id) = (self.organization_id, self.instance_id);
            child::ended(self.caller, organization, id, identity.parent_effect_id, self.status, self.output.as_ref())?;
        }
        self.finish_writing(step.id, &[], None).map(Some)
    }

    /// Writes the macrostep of a locked instance.
    pub fn update(mut self, instance: &Instance, cause: Cause, old_search: &[Entry]) -> Result<Moved, Error> {
        let escalated = self.escalate(instance)?;
        let step = self.step(cause);
        instance::step(instance, &self.place(), &step)?;
        escalated.iter().try_for_each(task::update)?;
        let event = step.event.as_deref().filter(|_| step.kind == "answer");
        let answered =
            event.and_then(|event| event.strip_prefix("done.invoke.").or(event.strip_prefix("error.invoke.")));
        self.end_what_was_left(instance, answered)?;
        self.go_on(instance, step.id, old_search)
    }

    /// As `update`, where the caller has sorted out what waits for the instance; the step records `facts` too.
    pub fn update_with(
        mut self,
        instance: &Instance,
        cause: Cause,
        old_search: &[Entry],
        facts: &Jsonb,
    ) -> Result<Moved, Error> {
        let escalated = self.escalate(instance)?;
        let mut step = self.step(cause);
        step.detail = Some(step.detail.map_or_else(|| facts.clone(), |detail| detail.concat(facts)));
        instance::step(instance, &self.place(), &step)?;
        escalated.iter().try_for_each(task::update)?;
        self.go_on(instance, step.id, old_search)
    }

    fn go_on(self, instance: &Instance, step_id: Uuid, old_search: &[Entry]) -> Result<Moved, Error> {
        if self.status != "active" {
            let (organization, id) = (self.organization_id, self.instance_id);
            child::ended(self.caller, organization, id, instance.parent_effect_id, self.status, self.output.as_ref())?;
        }
        if message::any_for(instance)? {
            message::wake(instance, self.caller.now)?;
        }
        self.finish_writing(step_id, old_search, Some(instance.state.clone()))
    }

    /// Takes the open tasks of the states that ask for it, and of those within them, one rung up; the effects join the step's.
    fn escalate(&mut self, instance: &Instance) -> Result<Vec<Task>, Error> {
        if self.work.escalated.is_empty() || self.status != "active" {
            return Ok(Vec::new());
        }
        let chart = &self.definition.chart;
        let (states, left) = (self.work.escalated.clone(), &self.outcome.left);
        let is_within = |home| states.iter().any(|state| home == *state || chart.is_descendant(home, *state));
        let (mut tasks, mut facts) = (Vec::new(), Vec::new());
        for mut task in task::open(instance.organization_id, instance.id)? {
            match task.state.as_deref().map(|state| chart.find_state(state)) {
                Some(Lookup::One(home)) if is_within(home) && !left.contains(home) => {}
                _ => continue,
            }
            if let Some(climbed) = escalate::climb(self.caller, &mut task, None, self.work.suspended)? {
                self.work.effects.push(climbed.effect);
                facts.push(climbed.facts);
                tasks.push(task);
            }
        }
        if !facts.is_empty() {
            let facts = Jsonb::object(|detail| detail.set("escalated_tasks", &Jsonb::array(&facts)));
            self.detail = Some(self.detail.as_ref().map_or_else(|| facts.clone(), |detail| detail.concat(&facts)));
        }
        Ok(tasks)
    }

    /// Cancels what belonged to the states that were left.
    fn end_what_was_left(&self, instance: &Instance, answered: Option<&str>) -> Result<(), Error> {
        let (organization, id) = (instance.organization_id, instance.id);
        let chart = &self.definition.chart;
        let left = |owns: fn(&chart::State) -> bool| -> Vec<String> {
            let states = self.outcome.left.iter().map(|state| chart.state(state));
            states.filter(|state| owns(state)).map(|state| state.path.clone()).collect()
        };
        let is_over = self.status != "active";
        let (timed, raised) = (left(|state| !state.after.is_empty()), &self.outcome.cancelled);
        if is_over || !timed.is_empty() || !raised.is_empty() {
            timer::cancel(organization, id, |open| {
                is_over
                    || open.state.as_ref().is_some_and(|state| open.kind == "after" && timed.contains(state))
                    || open.kind == "raise" && raised.contains(&open.name)
            })?;
        }
        if is_over {
            task::cancel_all(organization, id, self.caller.now)?;
        }
        let working = left(|state| state.invoke.iter().any(|invoke| invoke.src == "wf.task"));
        if !is_over && !working.is_empty() {
            task::cancel_states(organization, id, self.caller.now, &working)?;
        }
        // Of a state whose only invoke has just been answered nothing is open.
        let is_answered =
            |state: &chart::State| matches!(&*state.invoke, [invoke] if answered == Some(invoke.id.as_str()));
        let states = self.outcome.left.iter().map(|state| chart.state(state)).filter(|state| !is_answered(state));
        let invoking: Vec<String> = states
            .filter(|state| state.invoke.iter().any(|invoke| invoke.src != "wf.task"))
            .map(|state| state.path.clone())
            .collect();
        if !invoking.is_empty() {
            effect::cancel_states(organization, id, &invoking)?;
        }
        let parents = left(|state| state.invoke.iter().any(|invoke| invoke.src == "wf.workflow"));
        if !parents.is_empty() {
            child::cancel_children(self.caller, instance, Some(&parents))?;
        }
        Ok(())
    }

    fn finish_writing(self, step_id: Uuid, old_search: &[Entry], from_state: Option<String>) -> Result<Moved, Error> {
        let now = self.caller.now;
        if !self.work.timers.is_empty() {
            if self.work.timers.iter().any(|timer| timer.kind != "after") {
                check_timer_limit(self.organization_id, self.instance_id, &self.work.timers)?;
            }
            timer::insert(self.organization_id, self.instance_id, now, self.work.suspended, &self.work.timers)?;
        }
        if !self.work.effects.is_empty() {
            let origin = Origin {
                organization_id: self.organization_id,
                instance_id: self.instance_id,
                step_id,
                seq: self.seq,
                lane: self.definition.chart.limits().map(|_| self.definition.code.clone()).unwrap_or_default(),
                now,
            };
            effect::insert(&origin, &self.work.effects)?;
            handler::all()?.note(&origin, &self.work.effects);
            outbox::announce(self.organization_id, self.work.effects.iter().map(|effect| effect.code.as_str()))?;
        }
        self.sla.write(self.organization_id, self.instance_id, now)?;
        self.work.tasks.iter().try_for_each(task::insert)?;
        let gone: Vec<Entry> = old_search.iter().filter(|entry| !self.new_search.contains(entry)).cloned().collect();
        let come: Vec<Entry> = self.new_search.iter().filter(|entry| !old_search.contains(entry)).cloned().collect();
        if !gone.is_empty() || !come.is_empty() {
            search::replace(self.organization_id, &self.definition.code, self.instance_id, &gone, &come)?;
        }
        Ok(Moved { seq: self.seq, from_state, to_state: self.state, status: self.status.to_owned() })
    }
}

/// A step that says who and why, and nothing of a macrostep.
pub fn bare_step(caller: &Caller, cause: Cause, started: Instant) -> NewStep {
    NewStep {
        id: new_id(),
        created_at: caller.now,
        duration_ms: started.elapsed().as_secs_f32() * 1000.0,
        kind: cause.kind,
        event: cause.event,
        actor: caller.actor.clone(),
        role: caller.role_text(),
        database_role: caller.database_role.clone(),
        line_code: cause.line_code,
        note: cause.note,
        effects_queued: None,
        guards: None,
        payload: cause.payload,
        detail: None,
    }
}

/// A step that leaves the instance where it is.
pub fn administrative_step(
    caller: &Caller,
    instance: &Instance,
    cause: Cause,
    started: Instant,
    detail: Jsonb,
) -> Result<(), Error> {
    let mut step = bare_step(caller, cause, started);
    step.detail = Some(detail);
    instance::stay(instance, &step)
}

/// The values that an instance can be searched by, as they are in the evaluator's context.
pub fn search_values(evaluator: &mut Evaluator, definition: &Loaded, active: &StateSet) -> Result<Vec<Entry>, Error> {
    if definition.chart.search().is_empty() {
        return Ok(Vec::new());
    }
    let event = Event::new("wf.search", None);
    let scope = Scope { event: &event, active, chart: &definition.chart };
    let known = evaluator.missing.len();
    let mut values = Vec::new();
    for (key, template) in definition.chart.search() {
        if let Some(text) = evaluator.evaluate(template, &scope)?.as_plain_text() {
            values.push((key.clone(), text));
        }
    }
    // A search value that is not there yet is no news.
    evaluator.missing.truncate(known);
    Ok(values)
}

/// The status that a final state gives, and the instance's output.
fn finish(definition: &Loaded, outcome: &Outcome<Jsonb>) -> (&'static str, Option<Jsonb>) {
    let Status::Done { state, output } = &outcome.status else {
        return ("active", None);
    };
    let state = definition.chart.state(*state);
    let named = |status: &str| {
        state.key.eq_ignore_ascii_case(status) || state.tags.iter().any(|tag| tag.eq_ignore_ascii_case(status))
    };
    let status = ["failed", "cancelled"].into_iter().find(|status| named(status)).unwrap_or("completed");
    (status, output.clone())
}

/// Refuses more timers than an instance may have.
fn check_timer_limit(organization: Uuid, instance: Uuid, new: &[NewTimer]) -> Result<(), Error> {
    let open = timer::open(organization, instance)?.len() + new.iter().filter(|timer| timer.kind != "after").count();
    if open > TIMER_LIMIT { Err(too_many_timers(instance)) } else { Ok(()) }
}

/// The instance has all the timers that it may have.
pub fn too_many_timers(instance: Uuid) -> Error {
    Error::new(Code::TooManyTimers, format!("instance {instance} has {TIMER_LIMIT} pending timers"))
        .detail("Timers of states (after) are not counted.")
        .hint("Cancel some with wf_cancel_timer.")
}

/// What guards answered, as a step stores it; None where none was asked.
pub(super) fn guards_json(guards: &[GuardResult]) -> Option<Jsonb> {
    if guards.is_empty() {
        return None;
    }
    let results: Vec<Jsonb> = guards
        .iter()
        .map(|guard| {
            Jsonb::object(|object| {
                object.set_text("guard", &guard.guard);
                object.set(
                    "result",
                    &Jsonb::parse(guard.result.map_or("null", |result| if result { "true" } else { "false" })),
                );
            })
        })
        .collect();
    Some(Jsonb::array(&results))
}

/// A macrostep that came to nothing for a reason that has a name.
pub fn stopped(definition: &Loaded, event: &str, stop: Stop<Error>) -> Error {
    match stop {
        Stop::Host(error) => error,
        Stop::MicrostepLimit { states } => Error::new(
            Code::MicrostepLimit,
            format!("{event} caused more than {} microsteps in {}", chart::MICROSTEP_LIMIT, definition.code),
        )
        .detail(format!("It turned at: {states}."))
        .hint("Look for transitions in always, or raised events, that lead back to where they began."),
        Stop::Refused(_) => Error::internal(format!("{event} was refused where it cannot be")),
    }
}
