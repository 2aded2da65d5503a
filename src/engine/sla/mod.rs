//! Service levels: clocks of an instance and of its states, which run from a beginning to a deadline and stand still
//! during a pause. A clock of a state begins when the state is entered and ends when it is left. The instance's
//! `sla_at` is the earliest deadline of the clocks that run.
//!
//! Nothing here reads or writes anything for a definition without a service level. What happens when a deadline comes
//! is `climb`'s matter.

pub mod climb;
pub mod recalc;

use pgrx::Uuid;

use super::caller::Caller;
use super::definition::Loaded;
use super::evaluate::Evaluator;
use super::ladder::Ladder;
use super::macrostep::Target;
use super::work::due;
use super::{calendar, new_id};
use crate::calendar::Calendar;
use crate::chart::{Delay, Event, Host, Lookup, Outcome, Scope, Sla, StateId, StateSet, Status, When};
use crate::error::Error;
use crate::pg::jsonb::Jsonb;
use crate::pg::time::Timestamp;
use crate::store::instance::{Instance, Origin};
use crate::store::sla::{self, Clock};
use crate::store::step;

/// Who hears of a breach where the definition does not say it.
const LADDER: [(&str, &str); 3] = [("PT0S", "owner"), ("PT2H", "owner_manager"), ("PT6H", "operations")];

/// What a step does to the clocks of its instance.
#[derive(Default)]
pub struct Change {
    /// The instance's deadline after the step.
    pub sla_at: Option<Timestamp>,
    begun: Vec<Clock>,
    moved: Vec<Clock>,
    ended: Ended,
    paused_at: Option<Timestamp>,
}

#[derive(Default)]
enum Ended {
    #[default]
    Nothing,
    These(Vec<Uuid>),
    All,
}

impl Change {
    /// What a macrostep does: clocks of the states that it leaves end, those of the states that it enters begin, and the
    /// instance's own begins with it.
    pub fn of(
        evaluator: &mut Evaluator,
        definition: &Loaded,
        target: &Target,
        outcome: &Outcome<Jsonb>,
        now: Timestamp,
    ) -> Result<Change, Error> {
        let runs = target.sla_at.is_some();
        if matches!(outcome.status, Status::Done { .. }) {
            return Ok(Change { ended: if runs { Ended::All } else { Ended::Nothing }, ..Change::default() });
        }
        let chart = &definition.chart;
        let timed = chart.timed_states();
        let mut change = Change { sla_at: target.sla_at, ..Change::default() };
        let left: Vec<&str> = timed
            .iter()
            .filter(|state| runs && outcome.left.contains(**state))
            .map(|state| chart.state(*state).path.as_str())
            .collect();
        if !left.is_empty() {
            let open = sla::open(target.organization_id, target.instance_id)?;
            let (ended, kept): (Vec<_>, Vec<_>) =
                open.into_iter().partition(|clock| clock.state.as_deref().is_some_and(|state| left.contains(&state)));
            change.ended = Ended::These(ended.iter().map(|clock| clock.id).collect());
            change.sla_at = earliest(&kept);
        }
        let mut begin = Begin { evaluator, definition, organization: target.organization_id, outcome };
        if target.seq == 1
            && let Some(sla) = chart.sla()
        {
            change.begun.push(begin.clock(None, sla, now)?);
        }
        for state in timed.iter().filter(|state| outcome.entered.contains(**state)) {
            let state = chart.state(*state);
            if let Some(sla) = &state.sla {
                change.begun.push(begin.clock(Some(&state.path), sla, now)?);
            }
        }
        change.sla_at = change.sla_at.into_iter().chain(earliest(&change.begun)).min();
        Ok(change)
    }

    /// What an operator's move does: clocks of states that are kept go on, counted by the newer version's rules where that
    /// is another one. `home` gives the state of the newer version in which the clock of an older one goes on.
    pub fn of_move(
        evaluator: &mut Evaluator,
        new: &Loaded,
        instance: &Instance,
        origin: &Origin,
        outcome: &Outcome<Jsonb>,
        now: Timestamp,
        home: impl Fn(&str) -> Option<StateId>,
    ) -> Result<Change, Error> {
        let is_paused = instance.paused_at.is_some();
        let may_run = instance.sla_at.is_some() || is_paused;
        if matches!(outcome.status, Status::Done { .. }) {
            let ended = if may_run { Ended::All } else { Ended::Nothing };
            return Ok(Change { ended, paused_at: instance.paused_at, ..Change::default() });
        }
        let organization = instance.organization_id;
        let open = if may_run { sla::open(organization, instance.id)? } else { Vec::new() };
        let is_other = new.id != instance.definition_id;
        let (chart, mut ended) = (&new.chart, Vec::new());
        let mut change = Change { paused_at: instance.paused_at, ..Change::default() };
        let mut begin = Begin { evaluator, definition: new, organization, outcome };
        let mut kept: Vec<Clock> = Vec::new();
        for mut clock in open {
            let state = clock.state.as_deref().map(&home);
            let rules = match state {
                Some(None) => None,
                Some(Some(state)) => chart.state(state).sla.as_ref(),
                None => chart.sla(),
            };
            // One that an operator gave belongs to no version.
            let is_given = clock.state.is_none() && clock.override_hours.is_some();
            if rules.is_none() && !is_given {
                ended.push(clock.id);
                continue;
            }
            if let (true, Some(rules)) = (is_other, rules) {
                clock.state = state.flatten().map(|state| chart.state(state).path.clone());
                clock.calendar.clone_from(&rules.calendar);
                let base = begin.deadline(&clock, rules)?;
                let from_steps = paused(organization, instance.id, &clock)?;
                plan(organization, &mut clock, Some(rules), base, from_steps, now)?;
                clock.next_at = clock.next_at.filter(|_| !is_paused);
                change.moved.push(clock.clone());
            }
            kept.push(clock);
        }
        let missing = |state: Option<&str>| kept.iter().all(|clock| clock.state.as_deref() != state);
        if let Some(rules) = chart.sla().filter(|_| missing(None)) {
            let mut clock = begin.clock(None, rules, origin.created_at)?;
            let (base, from_steps) = (clock.target_at, paused(organization, instance.id, &clock)?);
            plan(organization, &mut clock, Some(rules), base, from_steps, now)?;
            change.begun.push(clock);
        }
        for state in chart.timed_states().iter().filter(|state| outcome.position.active.contains(**state)) {
            let state = chart.state(*state);
            if let Some(rules) = state.sla.as_ref().filter(|_| missing(Some(&state.path))) {
                change.begun.push(begin.clock(Some(&state.path), rules, now)?);
            }
        }
        if is_paused {
            change.begun.iter_mut().for_each(|clock| clock.next_at = None);
        } else {
            change.sla_at = earliest(&kept).into_iter().chain(earliest(&change.begun)).min();
        }
        if !ended.is_empty() {
            change.ended = Ended::These(ended);
        }
        Ok(change)
    }

    /// Writes what happens to the clocks.
    pub fn write(&self, organization: Uuid, instance: Uuid, now: Timestamp) -> Result<(), Error> {
        match &self.ended {
            Ended::Nothing => {}
            Ended::These(clocks) => sla::end(organization, instance, now, self.paused_at, Some(clocks))?,
            Ended::All => sla::end(organization, instance, now, self.paused_at, None)?,
        }
        self.moved.iter().try_for_each(|clock| sla::update(organization, instance, clock))?;
        self.begun.iter().try_for_each(|clock| sla::insert(organization, instance, clock))
    }
}

/// What is needed to find a deadline.
struct Begin<'a, 'b> {
    evaluator: &'a mut Evaluator<'b>,
    definition: &'a Loaded,
    organization: Uuid,
    outcome: &'a Outcome<Jsonb>,
}

impl Begin<'_, '_> {
    fn clock(&mut self, state: Option<&str>, rules: &Sla, from: Timestamp) -> Result<Clock, Error> {
        let mut clock = unwound(state, rules.calendar.as_deref(), from);
        let base = self.deadline(&clock, rules)?;
        plan(self.organization, &mut clock, Some(rules), base, 0, from)?;
        Ok(clock)
    }

    fn deadline(&mut self, clock: &Clock, rules: &Sla) -> Result<Timestamp, Error> {
        deadline(self.evaluator, self.definition, self.organization, &self.outcome.position.active, clock, rules)
    }
}

/// A clock without a deadline yet.
fn unwound(state: Option<&str>, calendar: Option<&str>, from: Timestamp) -> Clock {
    Clock {
        id: new_id(),
        state: state.map(str::to_owned),
        calendar: calendar.map(str::to_owned),
        started_at: from,
        target_at: from,
        warn_at: None,
        warned_at: None,
        breached_at: None,
        next_at: None,
        rungs: 0,
        paused_micros: 0,
        override_hours: None,
    }
}

/// The deadline of a clock by its rules, without a pause.
fn deadline(
    evaluator: &mut Evaluator,
    definition: &Loaded,
    organization: Uuid,
    active: &StateSet,
    clock: &Clock,
    rules: &Sla,
) -> Result<Timestamp, Error> {
    let counted = calendar::named(organization, rules.calendar.as_deref())?;
    if let Some(hours) = clock.override_hours {
        return calendar::add(counted.as_ref(), clock.started_at, micros(hours));
    }
    let delay = match &rules.duration {
        Delay::Fixed(duration) => When::Fixed(*duration),
        Delay::Computed(template) => {
            let event = Event::new("wf.sla", None);
            let scope = Scope { event: &event, active, chart: &definition.chart };
            When::Computed(evaluator.evaluate(template, &scope)?)
        }
    };
    let name = clock.state.as_ref().map_or_else(|| "sla".to_owned(), |state| format!("the sla of {state}"));
    due(&name, &delay, clock.started_at, counted.as_ref()).map(|due| due.at)
}

fn micros(hours: f64) -> i64 {
    (hours * 3_600_000_000.0).round() as i64
}

/// Gives a clock its deadline, `base` and what was spent paused; what it has said stays said unless its moment lies ahead
/// again.
fn plan(
    organization: Uuid,
    clock: &mut Clock,
    rules: Option<&Sla>,
    base: Timestamp,
    paused_micros: i64,
    now: Timestamp,
) -> Result<(), Error> {
    let counted = calendar::named(organization, clock.calendar.as_deref())?;
    let counted = counted.as_ref();
    clock.paused_micros = paused_micros;
    clock.target_at = calendar::add(counted, base, paused_micros)?;
    let whole = calendar::between(counted, clock.started_at, base).max(0);
    let share = rules.and_then(|rules| rules.warn);
    let warn = |share: f64| calendar::add(counted, clock.started_at, (whole as f64 * share) as i64 + paused_micros);
    clock.warn_at = share.map(warn).transpose()?;
    if clock.target_at > now {
        (clock.breached_at, clock.rungs) = (None, 0);
    }
    if clock.warn_at.is_some_and(|warn_at| warn_at > now) {
        clock.warned_at = None;
    }
    clock.next_at = next_moment(clock, &ladder(rules), counted);
    Ok(())
}

/// When something is to be said next: the warning, the breach, a rung; None where all is said.
fn next_moment(clock: &Clock, ladder: &Ladder, counted: Option<&Calendar>) -> Option<Timestamp> {
    match clock.breached_at {
        None => clock.warn_at.filter(|_| clock.warned_at.is_none()).into_iter().chain([clock.target_at]).min(),
        Some(_) => {
            let (_, rung) = ladder.next(clock.rungs as usize, climb::NOBODY)?;
            Ladder::moment(rung, clock.target_at, counted)
        }
    }
}

fn ladder(rules: Option<&Sla>) -> Ladder {
    match rules {
        Some(rules) if !rules.escalations.is_empty() => Ladder::new(rules.escalations.to_vec()),
        _ => Ladder::of_roles(&LADDER),
    }
}

/// The rules of a clock; None for one that an operator gave.
fn rules<'a>(definition: &'a Loaded, clock: &Clock) -> Option<&'a Sla> {
    let chart = &definition.chart;
    match &clock.state {
        None => chart.sla(),
        Some(path) => match chart.find_state(path) {
            Lookup::One(state) => chart.state(state).sla.as_ref(),
            _ => None,
        },
    }
}

fn earliest(clocks: &[Clock]) -> Option<Timestamp> {
    clocks.iter().map(|clock| clock.target_at).min()
}

/// The microseconds that a clock has spent in pauses that have ended, by its calendar as it now is.
fn paused(organization: Uuid, instance: Uuid, clock: &Clock) -> Result<i64, Error> {
    let counted = calendar::named(organization, clock.calendar.as_deref())?;
    let pauses = step::pauses(organization, instance)?;
    let ended = pauses.into_iter().filter_map(|(from, to)| Some((from.max(clock.started_at), to?)));
    Ok(ended.map(|(from, to)| calendar::between(counted.as_ref(), from, to.max(from))).sum())
}

/// Stops the clocks of an instance that is paused.
pub fn pause(instance: &Instance) -> Result<(), Error> {
    if instance.sla_at.is_some() { sla::suspend(instance.organization_id, instance.id) } else { Ok(()) }
}

/// Lets the clocks of an instance run again, which was paused from `paused_at` until now, and gives its deadline.
pub fn resume(caller: &Caller, instance: &Instance, paused_at: Timestamp) -> Result<Option<Timestamp>, Error> {
    let (organization, id) = (instance.organization_id, instance.id);
    let mut clocks = sla::open(organization, id)?;
    if clocks.is_empty() {
        return Ok(None);
    }
    let definition = super::definition::load(organization, instance.definition_id)?;
    for clock in &mut clocks {
        let counted = calendar::named(organization, clock.calendar.as_deref())?;
        let counted = counted.as_ref();
        let spent = calendar::between(counted, paused_at.max(clock.started_at), caller.now).max(0);
        clock.paused_micros += spent;
        clock.target_at = calendar::add(counted, clock.target_at, spent)?;
        if clock.warned_at.is_none() {
            clock.warn_at = clock.warn_at.map(|warn_at| calendar::add(counted, warn_at, spent)).transpose()?;
        }
        clock.next_at = next_moment(clock, &ladder(rules(&definition, clock)), counted);
        sla::update(organization, id, clock)?;
    }
    Ok(earliest(&clocks))
}

/// Ends the clocks of an instance that is cancelled.
pub fn cancel(caller: &Caller, instance: &Instance) -> Result<(), Error> {
    if instance.sla_at.is_none() && instance.paused_at.is_none() {
        return Ok(());
    }
    sla::end(instance.organization_id, instance.id, caller.now, instance.paused_at, None)
}
