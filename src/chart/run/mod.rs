//! One macrostep: an event goes in, a new position and a list of commands come out. Run to completion, SCXML's
//! algorithm in XState v5's reading. It never waits, never looks at a clock and changes nothing outside: the host
//! answers questions about values, the caller carries the commands out.

mod candidates;
mod domain;
mod entry;
mod guard;
mod outcome;
mod select;
mod step;

pub use candidates::{Candidate, advance_candidates, candidates};
pub use outcome::{Command, GuardResult, Outcome, Refusal, Status, Stop, When};

use super::compiled::Chart;
use super::ids::{StateId, TransitionId};
use super::model::{Condition, Template};
use super::position::Position;
use super::set::StateSet;
use step::Macrostep;

/// More microsteps than this in one macrostep are taken for an endless loop.
pub const MICROSTEP_LIMIT: usize = 1000;

/// How the chart sees the outside: values are opaque to it.
pub trait Host {
    type Value: Clone;
    type Error;

    /// Answers a condition; `None` is unknown.
    fn test(&mut self, condition: &Condition, scope: &Scope<'_, Self::Value>) -> Result<Option<bool>, Self::Error>;

    /// Computes a value.
    fn evaluate(&mut self, template: &Template, scope: &Scope<'_, Self::Value>) -> Result<Self::Value, Self::Error>;

    /// Changes the context: all values are computed from the context before it, then set together.
    fn assign(&mut self, fields: &[(String, Template)], scope: &Scope<'_, Self::Value>) -> Result<(), Self::Error>;

    /// The payload of a done event: `{"output": value}`, or an empty one.
    fn done_payload(&mut self, output: Option<Self::Value>) -> Result<Self::Value, Self::Error>;
}

/// What a guard or a value may look at, besides the context that the host keeps itself.
pub struct Scope<'a, V> {
    pub event: &'a Event<V>,
    pub active: &'a StateSet,
    pub chart: &'a Chart,
}

/// Something that happened.
#[derive(Clone, Debug)]
pub struct Event<V> {
    pub name: String,
    pub payload: Option<V>,
    timer: Option<(StateId, usize)>,
}

impl<V> Event<V> {
    /// An event by name.
    pub fn new(name: impl Into<String>, payload: Option<V>) -> Self {
        Event { name: name.into(), payload, timer: None }
    }

    /// The `after` of this index in this state has fallen due. It is named `wf.after`. An index that the state does not
    /// have gives an event of that name which no `after` takes.
    pub fn timer(chart: &Chart, state: StateId, after_index: usize) -> Self {
        let timer = chart.state(state).after.get(after_index).map(|_| (state, after_index));
        Event { name: "wf.after".to_owned(), payload: None, timer }
    }
}

/// What is asked of a chart from outside.
pub struct Request<'a, V> {
    pub event: Event<V>,
    /// The caller's roles; `None` is the engine itself, which is asked for none.
    pub roles: Option<&'a [String]>,
    /// Only transitions whose targets contain this state.
    pub target: Option<StateId>,
}

/// Enters the chart, by default or at a state as if a transition from the root targeted it, and runs to completion.
///
/// `event` is what actions see as the event; the engine names it `wf.start`.
///
/// # Errors
/// The host's own, or the microstep limit. A start is never refused.
pub fn start<H: Host>(
    chart: &Chart,
    host: &mut H,
    at: Option<StateId>,
    event: Event<H::Value>,
) -> Result<Outcome<H::Value>, Stop<H::Error>> {
    let nowhere = Position { active: StateSet::new(chart.states().len()), history: Default::default() };
    let mut step = Macrostep::new(chart, host, &nowhere);
    step.enter_chart(at, &event)?;
    step.complete(event)
}

/// Gives the chart an event and runs to completion.
///
/// # Errors
/// [`Stop::Refused`] where the event selects no transition; the host's own; the microstep limit. The position given is untouched.
pub fn send<H: Host>(
    chart: &Chart,
    host: &mut H,
    position: &Position,
    request: Request<'_, H::Value>,
) -> Result<Outcome<H::Value>, Stop<H::Error>> {
    let mut step = Macrostep::new(chart, host, position);
    step.take_request(&request)?;
    step.complete(request.event)
}

/// Asks a transition's guard at a position and takes nothing: does it hold (`None` is unknown), and what did every leaf answer?
///
/// # Errors
/// The host's own.
pub fn ask<H: Host>(
    chart: &Chart,
    host: &mut H,
    position: &Position,
    transition: TransitionId,
    event: &Event<H::Value>,
) -> Result<(Option<bool>, Vec<GuardResult>), Stop<H::Error>> {
    let mut step = Macrostep::new(chart, host, position);
    let holds = match &chart.transition(transition).guard {
        Some(guard) => step.holds(guard, event)?,
        None => Some(true),
    };
    Ok((holds, step.guards))
}
