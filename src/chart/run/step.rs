//! The macrostep itself: its state while it runs, the loop, and what one microstep exits, does and enters.

use super::domain::{Move, is_done, remove_conflicts};
use super::entry::Entry;
use super::outcome::{Command, GuardResult, Outcome, Status, Stop, When};
use super::relocate::{Arrival, Left};
use super::{Event, Host, MICROSTEP_LIMIT, Request, Scope};
use crate::chart::compiled::Chart;
use crate::chart::ids::{StateId, TransitionId};
use crate::chart::model::{Action, Delay, StateKind, Template};
use crate::chart::position::{History, Position};
use crate::chart::set::StateSet;
use std::collections::VecDeque;

/// A macrostep under way.
pub(super) struct Macrostep<'a, H: Host> {
    pub(super) chart: &'a Chart,
    pub(super) host: &'a mut H,
    before: &'a StateSet,
    pub(super) active: StateSet,
    pub(super) history: History,
    queue: VecDeque<Event<H::Value>>,
    /// What the next microstep takes.
    pub(super) selected: Vec<TransitionId>,
    pub(super) guards: Vec<GuardResult>,
    microsteps: usize,
    /// Has the present microstep set anything in the context or remembered anything?
    changed: bool,
    done: Option<(StateId, Option<H::Value>)>,
    taken: Vec<TransitionId>,
    commands: Vec<Command<H::Value>>,
    left: StateSet,
    entered: StateSet,
    cancelled: Vec<String>,
}

impl<'a, H: Host> Macrostep<'a, H> {
    pub(super) fn new(chart: &'a Chart, host: &'a mut H, position: &'a Position) -> Self {
        let none = StateSet::new(chart.states().len());
        Macrostep {
            chart,
            host,
            before: &position.active,
            active: position.active.clone(),
            history: position.history.clone(),
            queue: VecDeque::new(),
            selected: Vec::new(),
            guards: Vec::new(),
            microsteps: 0,
            changed: false,
            done: None,
            taken: Vec::new(),
            commands: Vec::new(),
            left: none.clone(),
            entered: none,
            cancelled: Vec::new(),
        }
    }

    /// The first microstep of a start.
    pub(super) fn enter_chart(&mut self, at: Option<StateId>, event: &Event<H::Value>) -> Result<(), Stop<H::Error>> {
        let history = History::default();
        let entry = Entry::of_chart(self.chart, &history, at);
        let (states, by_default) = (entry.states, entry.by_default);
        self.microsteps += 1;
        self.enter(&states, &by_default, true, event)?;
        self.run_last_exits(event)
    }

    /// Leaves states because an operator says so.
    pub(super) fn leave(mut self, exits: &StateSet, event: &Event<H::Value>) -> Result<Left<H::Value>, Stop<H::Error>> {
        self.exit(exits, event)?;
        let Macrostep { history, commands, cancelled, queue, .. } = self;
        Ok(Left { history, commands, cancelled, raised: queue.into() })
    }

    /// The first microstep after an operator's move.
    pub(super) fn arrive(&mut self, arrival: &Arrival<'_, H::Value>) -> Result<(), Stop<H::Error>> {
        let Arrival { relocation, event, .. } = arrival;
        self.queue.extend(arrival.raised.iter().cloned());
        self.microsteps += 1;
        for (state, index) in &relocation.timers {
            self.begin_after(*state, *index, event)?;
        }
        for (state, index) in &relocation.invokes {
            self.begin_invoke(*state, *index, event)?;
        }
        self.enter(&relocation.entered, &relocation.by_default, arrival.actions, event)?;
        self.run_last_exits(event)
    }

    /// The first microstep of an event from outside.
    pub(super) fn take_request(&mut self, request: &Request<'_, H::Value>) -> Result<(), Stop<H::Error>> {
        self.select_request(request)?;
        self.microstep(&request.event)
    }

    /// Takes eventless transitions and queued events until nothing is enabled. Eventless ones come first, except after
    /// an eventless microstep that changed nothing, which would only be taken again.
    pub(super) fn complete(mut self, mut event: Event<H::Value>) -> Result<Outcome<H::Value>, Stop<H::Error>> {
        let mut try_eventless = true;
        while self.done.is_none() {
            if try_eventless {
                self.select_eventless(&event)?;
            }
            let eventless = !self.selected.is_empty();
            if !eventless {
                match self.queue.pop_front() {
                    Some(queued) => event = queued,
                    None => break,
                }
                self.select_internal(&event)?;
            }
            let active = self.active.clone();
            self.microstep(&event)?;
            try_eventless = !eventless || self.changed || active != self.active;
        }
        Ok(self.into_outcome())
    }

    /// Exits, acts and enters for the selected transitions.
    fn microstep(&mut self, event: &Event<H::Value>) -> Result<(), Stop<H::Error>> {
        self.microsteps += 1;
        if self.microsteps > MICROSTEP_LIMIT {
            let turning = Position { active: self.active.clone(), history: History::default() };
            return Err(Stop::MicrostepLimit { states: turning.state_text(self.chart) });
        }
        self.changed = false;
        let chart = self.chart;
        let mut transitions = std::mem::take(&mut self.selected);
        remove_conflicts(chart, &self.history, &self.active, &mut transitions);

        let mut moves: Vec<Move<'_>> =
            transitions.iter().map(|id| Move::of(chart, &self.history, chart.transition(*id))).collect();

        let mut exits = StateSet::new(chart.states().len());
        moves.iter().flat_map(|step| step.exits(chart, &self.active)).for_each(|state| exits.insert(state));
        self.exit(&exits, event)?;
        for Move { transition, .. } in &moves {
            self.act(&transition.actions, transition.source, event)?;
        }
        // A move that itself leaves nothing stands in nobody's way, and another region may have left what it was to
        // stay in.
        moves.retain(|step| step.around.is_none_or(|around| self.active.contains(around)));
        let entry = Entry::of(chart, &self.history, &moves);
        let (states, by_default) = (entry.states, entry.by_default);
        self.enter(&states, &by_default, true, event)?;
        self.run_last_exits(event)?;

        self.taken.extend_from_slice(&transitions);
        transitions.clear();
        self.selected = transitions;
        Ok(())
    }

    /// Inner states first. What history states remember is taken down before anything is left.
    fn exit(&mut self, exits: &StateSet, event: &Event<H::Value>) -> Result<(), Stop<H::Error>> {
        let chart = self.chart;
        let mut order: Vec<StateId> = exits.iter().collect();
        for id in &order {
            let state = chart.state(*id);
            for history in state.children.iter().filter(|child| chart.state(**child).is_history()) {
                let deep = chart.state(*history).kind == StateKind::History { deep: true };
                let inside = self.active.range(id.index() + 1, state.last.index());
                let kept = inside.filter(|active| match deep {
                    true => chart.state(*active).is_atomic(),
                    false => chart.state(*active).parent == Some(*id),
                });
                let kept = kept.collect();
                self.history.set(*history, kept);
                self.changed = true;
            }
        }
        order.reverse();
        for id in order {
            let state = chart.state(id);
            self.act(&state.exit, id, event)?;
            self.active.remove(id);
            self.entered.remove(id);
            self.commands.retain(|command| {
                !matches!(command, Command::After { state, .. } | Command::Invoke { state, .. } if *state == id)
            });
            if self.before.contains(id) {
                self.left.insert(id);
            }
        }
        Ok(())
    }

    /// Outer states first: entry actions, delays, invokes, then initial actions. What was not left is not entered. Without
    /// `actions` only delays and invokes begin.
    fn enter(
        &mut self,
        states: &StateSet,
        by_default: &StateSet,
        actions: bool,
        event: &Event<H::Value>,
    ) -> Result<(), Stop<H::Error>> {
        let chart = self.chart;
        let mut completed = Vec::new();
        for id in states.iter() {
            if self.active.contains(id) {
                continue;
            }
            let state = chart.state(id);
            self.active.insert(id);
            self.entered.insert(id);
            if actions {
                self.act(&state.entry, id, event)?;
            }
            for index in 0..state.after.len() {
                self.begin_after(id, index, event)?;
            }
            for index in 0..state.invoke.len() {
                self.begin_invoke(id, index, event)?;
            }
            if let Some(initial) = state.initial.as_ref().filter(|_| actions && by_default.contains(id)) {
                self.act(&initial.actions, id, event)?;
            }
            if state.kind == StateKind::Final {
                self.finish(id, &mut completed, event)?;
            }
        }
        Ok(())
    }

    fn begin_after(&mut self, state: StateId, index: usize, event: &Event<H::Value>) -> Result<(), Stop<H::Error>> {
        let delay = self.when(&self.chart.state(state).after[index].delay, event)?;
        self.commands.push(Command::After { state, index, delay });
        Ok(())
    }

    fn begin_invoke(&mut self, state: StateId, index: usize, event: &Event<H::Value>) -> Result<(), Stop<H::Error>> {
        let input = self.optional(self.chart.state(state).invoke[index].input.as_ref(), event)?;
        self.commands.push(Command::Invoke { state, index, input });
        Ok(())
    }

    /// A final state was entered: its parent is done, and perhaps parallel states around that, and perhaps the chart.
    fn finish(
        &mut self,
        id: StateId,
        completed: &mut Vec<StateId>,
        event: &Event<H::Value>,
    ) -> Result<(), Stop<H::Error>> {
        let chart = self.chart;
        let output = self.optional(chart.state(id).output.as_ref(), event)?;
        let Some(parent) = chart.state(id).parent else { return Ok(()) };
        let mut marker = Some(parent);
        if chart.state(parent).kind == StateKind::Compound {
            marker = chart.state(parent).parent;
            if marker.is_none() {
                return self.finish_chart(id, output);
            }
            self.queue_done(parent, output)?;
        }
        while let Some(around) = marker {
            let parallel = chart.state(around).kind == StateKind::Parallel;
            if !parallel || completed.contains(&around) || !is_done(chart, &self.active, around) {
                return Ok(());
            }
            completed.push(around);
            marker = chart.state(around).parent;
            if marker.is_none() {
                return self.finish_chart(around, None);
            }
            self.queue_done(around, None)?;
        }
        Ok(())
    }

    fn queue_done(&mut self, state: StateId, output: Option<H::Value>) -> Result<(), Stop<H::Error>> {
        let name = format!("done.state.{}", self.chart.state(state).id);
        if !self.chart.events.resolve(&name, None).is_empty() {
            let payload = self.host.done_payload(output).map_err(Stop::Host)?;
            self.queue.push_back(Event::new(name, Some(payload)));
        }
        Ok(())
    }

    /// The chart's answer is its own `output`, which sees the done event, or else what the final state put out.
    fn finish_chart(&mut self, state: StateId, output: Option<H::Value>) -> Result<(), Stop<H::Error>> {
        let chart = self.chart;
        let output = match &chart.states[0].output {
            Some(template) => {
                let payload = self.host.done_payload(output).map_err(Stop::Host)?;
                let done = Event::new(format!("done.state.{}", chart.state(state).id), Some(payload));
                Some(self.value(template, &done)?)
            }
            None => output,
        };
        self.done = Some((state, output));
        Ok(())
    }

    /// A chart that is done exits everything, without leaving its last position.
    fn run_last_exits(&mut self, event: &Event<H::Value>) -> Result<(), Stop<H::Error>> {
        if self.done.is_none() {
            return Ok(());
        }
        let chart = self.chart;
        let mut order: Vec<StateId> = self.active.iter().collect();
        order.reverse();
        for id in order {
            self.act(&chart.state(id).exit, id, event)?;
        }
        self.left.extend(self.before);
        self.commands.retain(|command| {
            !matches!(command, Command::After { .. } | Command::Invoke { .. } | Command::Raise { .. })
        });
        Ok(())
    }

    /// Runs actions in order; `state` is the one they belong to.
    fn act(&mut self, actions: &[Action], state: StateId, event: &Event<H::Value>) -> Result<(), Stop<H::Error>> {
        for action in actions {
            match action {
                Action::Assign(fields) => {
                    let scope = Scope { event, active: &self.active, chart: self.chart };
                    self.host.assign(fields, &scope).map_err(Stop::Host)?;
                    self.changed = true;
                }
                Action::Raise { event: name, payload, delay, id } => {
                    let payload = self.optional(payload.as_ref(), event)?;
                    match delay {
                        None => self.queue.push_back(Event::new(name.clone(), payload)),
                        Some(delay) => {
                            let delay = self.when(delay, event)?;
                            id.iter().for_each(|id| self.cancel(id));
                            self.commands.push(Command::Raise { id: id.clone(), event: name.clone(), payload, delay });
                        }
                    }
                }
                Action::Cancel { id } => self.cancel(id),
                Action::Log { message } => {
                    let message = self.value(message, event)?;
                    self.commands.push(Command::Log { message });
                }
                Action::Escalate => self.commands.push(Command::Escalate { state }),
                Action::Effect { code, params, retry, timeout } => {
                    let params = self.optional(params.as_ref(), event)?;
                    self.commands.push(Command::Effect {
                        code: code.clone(),
                        params,
                        retry: *retry,
                        timeout: *timeout,
                    });
                }
            }
        }
        Ok(())
    }

    /// Ends a delayed raise, be it of this macrostep or of the store.
    fn cancel(&mut self, ended: &str) {
        self.commands.retain(|command| !matches!(command, Command::Raise { id: Some(id), .. } if id == ended));
        if !self.cancelled.iter().any(|known| known == ended) {
            self.cancelled.push(ended.to_owned());
        }
    }

    fn value(&mut self, template: &Template, event: &Event<H::Value>) -> Result<H::Value, Stop<H::Error>> {
        let scope = Scope { event, active: &self.active, chart: self.chart };
        self.host.evaluate(template, &scope).map_err(Stop::Host)
    }

    fn optional(
        &mut self,
        template: Option<&Template>,
        event: &Event<H::Value>,
    ) -> Result<Option<H::Value>, Stop<H::Error>> {
        template.map(|template| self.value(template, event)).transpose()
    }

    fn when(&mut self, delay: &Delay, event: &Event<H::Value>) -> Result<When<H::Value>, Stop<H::Error>> {
        Ok(match delay {
            Delay::Fixed(duration) => When::Fixed(*duration),
            Delay::Computed(template) => When::Computed(self.value(template, event)?),
        })
    }

    fn into_outcome(self) -> Outcome<H::Value> {
        Outcome {
            position: Position { active: self.active, history: self.history },
            status: self.done.map_or(Status::Active, |(state, output)| Status::Done { state, output }),
            guards: self.guards,
            taken: self.taken,
            commands: self.commands,
            left: self.left,
            entered: self.entered,
            cancelled: self.cancelled,
        }
    }
}
