//! A definition tried on a virtual clock, before it is stored or any instance exists. The macrosteps are the engine's own, worked
//! out by the chart and by `macrostep` as for a real instance; what these would write to tables goes into a place in memory
//! instead. Nothing is written, not even by the functions that a definition calls: all of it is one subtransaction that is rolled
//! back.

mod given;
mod told;

use std::time::Instant;

use pgrx::Uuid;

use super::caller::{Caller, check_size};
use super::define;
use super::definition::Loaded;
use super::evaluate::{Answers, Evaluator, Subject};
use super::macrostep::{TIMER_LIMIT, Target, Worked, guards_json, stopped, too_many_timers};
use super::send::refusal;
use super::start::correlation;
use super::tick::retry_at;
use super::timer::raised;
use super::work::Work;
use crate::chart::{self, Event, Outcome, Position, Refusal, Request, Stop};
use crate::error::{Code, Error};
use crate::pg::jsonb::{JsonText, Jsonb};
use crate::pg::subtransaction::{rolled_back, subtransaction};
use crate::pg::time::Timestamp;
use crate::store::timer::NewTimer;
use given::{Given, Sent, event_answers};

/// Timers that fire each other without an end are stopped here.
const STEP_LIMIT: usize = 10_000;

/// What is to be tried.
pub struct Simulation {
    pub definition: JsonText,
    /// An array of names, of objects with `type`, and of `{"after": delay}`.
    pub events: Jsonb,
    /// Merged over the definition's, as the input of a start is.
    pub context: Option<Jsonb>,
    pub start_at: Option<Timestamp>,
    /// Answers of registered guards by code.
    pub guards: Option<Jsonb>,
}

/// One step of a simulation.
pub struct Row {
    pub event: String,
    /// None where the start itself failed.
    pub state: Option<String>,
    pub context: Jsonb,
    pub actions: Jsonb,
    pub guards: Jsonb,
    pub status: &'static str,
    pub taken: Option<String>,
}

/// Runs a definition through its events and gives a row for the start, for each event and for each timer that falls due.
pub fn simulate(caller: &Caller, simulation: &Simulation) -> Result<Vec<Row>, Error> {
    check_size("events", Some(&simulation.events))?;
    check_size("the context", simulation.context.as_ref())?;
    if simulation.context.as_ref().is_some_and(|context| !context.is_object()) {
        return Err(Error::new(Code::InvalidArgument, "the context is not an object")
            .hint("Give context => '{\"key\": \"value\"}'; it is merged over the definition's context."));
    }
    let organization_id = caller.reading();
    let chart = define::compile(organization_id, &simulation.definition.0)?;
    let events = given::events(&chart, &simulation.events)?;
    let answers = given::answers(&chart, simulation.guards.as_ref())?;
    let nobody = Uuid::from_bytes([0; 16]);
    let definition = Loaded::new(nobody, 1, caller.role, caller.search_path.clone(), chart)?;
    definition.literals();

    let mut caller = caller.clone();
    caller.now = simulation.start_at.unwrap_or(caller.now);
    let run = Run { definition: &definition, answers: &answers, organization_id, caller, rows: Vec::new() };
    rolled_back(|| run.through(simulation.context.as_ref(), events))
}

/// A simulation under way.
struct Run<'a> {
    definition: &'a Loaded,
    answers: &'a Answers,
    organization_id: Uuid,
    /// Who calls, at the virtual moment.
    caller: Caller,
    rows: Vec<Row>,
}

/// What a real instance keeps in its rows.
#[derive(Clone)]
struct Place {
    position: Position,
    context: Jsonb,
    status: &'static str,
    seq: i64,
    /// In the order in which they were made.
    timers: Vec<Pending>,
    /// The invokes that wait for their answers.
    invokes: Vec<Invoked>,
}

#[derive(Clone)]
struct Pending {
    timer: std::rc::Rc<NewTimer>,
    attempts: i32,
    retry_at: Option<Timestamp>,
}

#[derive(Clone)]
struct Invoked {
    id: String,
    state: Option<String>,
}

/// A macrostep worked out.
struct Stepped {
    place: Place,
    actions: Jsonb,
    guards: Jsonb,
    taken: String,
}

impl Pending {
    /// Not before this.
    fn due_at(&self) -> Timestamp {
        self.retry_at.map_or(self.timer.fire_at, |retry_at| retry_at.max(self.timer.fire_at))
    }
}

impl Run<'_> {
    fn through(mut self, context: Option<&Jsonb>, events: Vec<Given>) -> Result<Vec<Row>, Error> {
        let Some(mut place) = self.start(context)? else {
            return Ok(self.rows);
        };
        let now = self.caller.now;
        let mut goes_on = self.pass_until(&mut place, now)?;
        for event in events {
            if !goes_on {
                break;
            }
            let until = match event {
                Given::Sent(sent) => {
                    self.send(&mut place, sent)?;
                    self.caller.now
                }
                Given::Clock { element, to } => given::moment(&element, &to, self.caller.now)?,
            };
            goes_on = self.pass_until(&mut place, until)?;
        }
        Ok(self.rows)
    }

    fn start(&mut self, input: Option<&Jsonb>) -> Result<Option<Place>, Error> {
        let definition = self.definition;
        let context = input.map_or_else(|| definition.context.clone(), |input| definition.context.concat(input));
        let event = Event::new("wf.start", input.cloned());
        let name = event.name.clone();
        let work = |evaluator: &mut Evaluator| {
            let outcome = chart::start(&definition.chart, evaluator, None, event.clone())?;
            let active = &outcome.position.active;
            correlation(evaluator, definition, active, &event).map_err(Stop::Host)?;
            Ok(outcome)
        };
        match self.step(&self.caller, None, context.clone(), "the start", work) {
            Ok(Ok(stepped)) => Ok(Some(self.record(name, stepped))),
            Ok(Err(_)) => Err(Error::internal("a start was refused")),
            Err(error) if error.is_of_the_session() => Err(error),
            Err(error) => {
                self.rows.push(Row {
                    event: name,
                    state: None,
                    context,
                    actions: told::nothing(),
                    guards: told::nothing(),
                    status: "failed",
                    taken: Some(format!("failed: {}", error.summary())),
                });
                Ok(None)
            }
        }
    }

    /// An event from outside, or the answer of an invoke.
    fn send(&mut self, place: &mut Place, sent: Sent) -> Result<(), Error> {
        let mut caller = self.caller.clone();
        caller.actor = sent.actor.or(caller.actor);
        caller.roles = sent.roles.unwrap_or(caller.roles);
        let Some(answered) = event_answers(&sent.name) else {
            return self.take(place, &caller, Event::new(sent.name, sent.payload), true).map(drop);
        };
        let waiting = place.invokes.iter().position(|invoke| invoke.id == answered);
        match waiting.filter(|_| place.status == "active") {
            Some(waiting) => {
                place.invokes.remove(waiting);
                self.take(place, &caller, Event::new(sent.name, sent.payload), false).map(drop)
            }
            None => {
                let what = if sent.name.starts_with("done.") { "incident" } else { "ignored" };
                let why = format!("{what}: {answered} waits for no answer");
                self.rows.push(self.unmoved(place, sent.name, None, place.status, why));
                Ok(())
            }
        }
    }

    /// Fires what falls due up to a moment, in order, each at its own, and leaves the clock there. False at the limit of steps.
    fn pass_until(&mut self, place: &mut Place, until: Timestamp) -> Result<bool, Error> {
        while let Some(next) = place.timers.iter().map(Pending::due_at).min().filter(|next| *next <= until) {
            self.caller.now = next.max(self.caller.now);
            let now = self.caller.now;
            let due = place.timers.iter().enumerate().filter(|(_, timer)| timer.due_at() <= now);
            // The first of several minima: timers of one moment fire in the order in which they were made.
            let Some((index, _)) = due.min_by_key(|(_, timer)| timer.timer.fire_at) else { break };
            let pending = place.timers.remove(index);
            let timer = &pending.timer;
            if self.rows.len() >= STEP_LIMIT {
                let why = format!("failed: the simulation has more than {STEP_LIMIT} steps");
                self.rows.push(self.unmoved(place, timer.event.clone(), None, "failed", why));
                return Ok(false);
            }
            let chart = &self.definition.chart;
            let event = raised(chart, timer.kind, &timer.name, &timer.event, timer.payload.as_ref());
            let caller = self.caller.clone();
            if !self.take(place, &caller, event, false)?
                && let Some(at) = retry_at(pending.attempts, now)
            {
                let again = Pending { attempts: pending.attempts + 1, retry_at: Some(at), ..pending };
                place.timers.insert(index, again);
            }
        }
        self.caller.now = until.max(self.caller.now);
        Ok(true)
    }

    /// Gives the place an event and records what came of it; false where that was an error. Roles are asked for only where the
    /// event comes from outside.
    fn take(
        &mut self,
        place: &mut Place,
        caller: &Caller,
        event: Event<Jsonb>,
        from_outside: bool,
    ) -> Result<bool, Error> {
        let definition = self.definition;
        let name = event.name.clone();
        if place.status != "active" {
            let why = format!("ignored: INSTANCE_FINALIZED: the instance is {}", place.status);
            self.rows.push(self.unmoved(place, name, None, place.status, why));
            return Ok(true);
        }
        let request = Request { event, roles: from_outside.then_some(&caller.roles[..]), target: None };
        let work = |evaluator: &mut Evaluator| chart::send(&definition.chart, evaluator, &place.position, request);
        match self.step(caller, Some(place), place.context.clone(), &name, work) {
            Ok(Ok(stepped)) => {
                *place = self.record(name, stepped);
                Ok(true)
            }
            Ok(Err(refused)) => {
                let guards = match &refused {
                    Refusal::Guards(guards) => guards_json(guards),
                    _ => None,
                };
                let state = place.position.state_text(&definition.chart);
                let asked = format!("takes {name}");
                let error = refusal(definition, &state, &place.position, caller, &asked, refused);
                let what = if event_answers(&name).is_some() { "incident" } else { "ignored" };
                self.rows.push(self.unmoved(place, name, guards, "active", format!("{what}: {}", error.summary())));
                Ok(true)
            }
            Err(error) if error.is_of_the_session() => Err(error),
            Err(error) => {
                self.rows.push(self.unmoved(place, name, None, "failed", format!("failed: {}", error.summary())));
                Ok(false)
            }
        }
    }

    /// Works out one macrostep; its failure leaves no trace.
    fn step(
        &self,
        caller: &Caller,
        before: Option<&Place>,
        context: Jsonb,
        name: &str,
        work: impl FnOnce(&mut Evaluator) -> Result<Outcome<Jsonb>, Stop<Error>>,
    ) -> Result<Result<Stepped, Refusal>, Error> {
        let (definition, organization_id) = (self.definition, self.organization_id);
        let id = definition.id;
        let seq = before.map_or(1, |place| place.seq + 1);
        subtransaction(|| {
            let subject = Subject { organization_id, id, seq, instance_key: None, subject: None };
            check_size("the context", Some(&context))?;
            let mut evaluator = Evaluator::new(definition, caller, subject, context).answering(self.answers);
            let outcome = match work(&mut evaluator) {
                Ok(outcome) => outcome,
                Err(Stop::Refused(refusal)) => return Ok(Err(refusal)),
                Err(stop) => return Err(stopped(definition, name, stop)),
            };
            let mut actions = told::commands(organization_id, definition, &outcome, caller.now)?;
            actions.extend(told::missing(&evaluator.missing));
            let target = Target { organization_id, instance_id: id, seq, sla_at: None };
            let worked = Worked::new(definition, caller, &target, evaluator, outcome, Instant::now())?;
            let guards = guards_json(&worked.outcome.guards).unwrap_or_else(told::nothing);
            let taken = told::taken(definition, &worked.outcome);
            let (place, cancelled) = carried_out(definition, before, worked, seq)?;
            let cancelled: Vec<Jsonb> = cancelled.iter().map(|name| told::cancel(name)).collect();
            let actions = Jsonb::array(cancelled.iter().chain(&actions));
            Ok(Ok(Stepped { place, actions, guards, taken }))
        })
    }

    fn record(&mut self, event: String, stepped: Stepped) -> Place {
        let place = stepped.place;
        self.rows.push(Row {
            event,
            state: Some(place.position.state_text(&self.definition.chart)),
            context: place.context.clone(),
            actions: stepped.actions,
            guards: stepped.guards,
            status: place.status,
            taken: Some(stepped.taken).filter(|taken| !taken.is_empty()),
        });
        place
    }

    /// A row for what changed nothing.
    fn unmoved(&self, place: &Place, event: String, guards: Option<Jsonb>, status: &'static str, why: String) -> Row {
        Row {
            event,
            state: Some(place.position.state_text(&self.definition.chart)),
            context: place.context.clone(),
            actions: told::nothing(),
            guards: guards.unwrap_or_else(told::nothing),
            status,
            taken: Some(why),
        }
    }
}

/// The place after a macrostep, and the names of the timers that it cancelled.
fn carried_out(
    definition: &Loaded,
    before: Option<&Place>,
    worked: Worked,
    seq: i64,
) -> Result<(Place, Vec<String>), Error> {
    let Worked { outcome, context, status, work: Work { timers: new_timers, effects, tasks, .. }, .. } = worked;
    let (mut timers, mut invokes) =
        before.map_or_else(Default::default, |place| (place.timers.clone(), place.invokes.clone()));
    let mut cancelled = Vec::new();
    let left: Vec<&str> = outcome.left.iter().map(|state| definition.chart.state(state).path.as_str()).collect();
    let is_left = |state: &Option<String>| state.as_deref().is_some_and(|state| left.contains(&state));
    if status == "active" {
        timers.retain(|pending| {
            let timer = &pending.timer;
            let ended = timer.kind == "raise" && outcome.cancelled.contains(&timer.name);
            if ended {
                cancelled.push(timer.name.clone());
            }
            !ended && !is_left(&timer.state)
        });
        invokes.retain(|invoke| !is_left(&invoke.state));
    } else {
        timers.clear();
        invokes.clear();
    }
    let makes_raise = new_timers.iter().any(|timer| timer.kind != "after");
    let new_timers = new_timers.into_iter().map(|timer| Pending { timer: timer.into(), attempts: 0, retry_at: None });
    timers.extend(new_timers);
    if makes_raise && timers.iter().filter(|pending| pending.timer.kind != "after").count() > TIMER_LIMIT {
        return Err(too_many_timers(definition.id));
    }
    invokes
        .extend(effects.into_iter().filter_map(|effect| Some(Invoked { id: effect.invoke_id?, state: effect.state })));
    invokes.extend(tasks.into_iter().filter_map(|task| Some(Invoked { id: task.invoke_id?, state: task.state })));
    Ok((Place { position: outcome.position, context, status, seq, timers, invokes }, cancelled))
}
