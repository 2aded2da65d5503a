//! Which transitions an event enables. XState's order: innermost first, a parallel state's own transition only where no
//! region took one, at most one transition per region.

use super::outcome::{Refusal, Stop};
use super::step::Macrostep;
use super::{Event, Host, Request};
use crate::chart::events::Triggered;
use crate::chart::ids::{StateId, TransitionId};
use crate::chart::model::StateKind;
use std::collections::BTreeSet;

/// What an event from outside must pass besides the guards, and what it failed at.
struct Gate<'a> {
    roles: Option<&'a [String]>,
    target: Option<StateId>,
    /// Roles that some refused transition would have allowed.
    allowed: BTreeSet<&'a str>,
    guard_failed: bool,
}

impl<'a, H: Host> Macrostep<'a, H> {
    /// Selects what the request from outside enables.
    pub(super) fn select_request(&mut self, request: &Request<'_, H::Value>) -> Result<(), Stop<H::Error>> {
        let event = &request.event;
        let triggered = self.chart.events.resolve(&event.name, event.timer);
        let mut gate =
            Gate { roles: request.roles, target: request.target, allowed: BTreeSet::new(), guard_failed: false };
        self.select_below(StateId::new(0), event, &triggered, &mut Some(&mut gate))?;
        if self.selected.is_empty() {
            return Err(Stop::Refused(if gate.guard_failed {
                Refusal::Guards(std::mem::take(&mut self.guards))
            } else if gate.allowed.is_empty() {
                Refusal::NoMatch
            } else {
                Refusal::Roles(gate.allowed.into_iter().map(str::to_owned).collect())
            }));
        }
        Ok(())
    }

    /// Selects what an event of the internal queue enables, which may be nothing.
    pub(super) fn select_internal(&mut self, event: &Event<H::Value>) -> Result<(), Stop<H::Error>> {
        let triggered = self.chart.events.resolve(&event.name, event.timer);
        if !triggered.is_empty() {
            self.select_below(StateId::new(0), event, &triggered, &mut None)?;
        }
        Ok(())
    }

    /// Selects eventless transitions: from each active leaf outwards, the first that is enabled.
    pub(super) fn select_eventless(&mut self, event: &Event<H::Value>) -> Result<(), Stop<H::Error>> {
        let chart = self.chart;
        // An ancestor that several leaves share is asked once; `true` where it gave a transition.
        let mut asked: Vec<(StateId, bool)> = Vec::new();
        let mut next = chart.has_always.then(|| self.active.next_from(0)).flatten();
        while let Some(leaf) = next {
            next = self.active.next_from(leaf.index() + 1);
            if !chart.state(leaf).is_atomic() {
                continue;
            }
            for id in std::iter::once(leaf).chain(chart.ancestors(leaf)) {
                let always = &chart.state(id).always;
                if always.is_empty() {
                    continue;
                }
                let took = match asked.iter().find(|(known, _)| *known == id) {
                    Some((_, took)) => *took,
                    None => {
                        let took = self.select_first(always.iter().copied(), event, &mut None)?;
                        asked.push((id, took));
                        took
                    }
                };
                if took {
                    break;
                }
            }
        }
        Ok(())
    }

    /// Selects in the active part below and at the state; answers whether anything was selected there.
    fn select_below<'g>(
        &mut self,
        id: StateId,
        event: &Event<H::Value>,
        triggered: &Triggered,
        gate: &mut Option<&mut Gate<'g>>,
    ) -> Result<bool, Stop<H::Error>>
    where
        'a: 'g,
    {
        let state = self.chart.state(id);
        let mut took = false;
        match state.kind {
            // Pre-order: the first active state behind a compound one is its active child.
            StateKind::Compound => {
                if let Some(child) = self.active.next_from(id.index() + 1) {
                    took = self.select_below(child, event, triggered, gate)?;
                }
            }
            StateKind::Parallel => {
                for child in self.chart.real_children(id) {
                    took |= self.select_below(child, event, triggered, gate)?;
                }
            }
            StateKind::Atomic | StateKind::Final | StateKind::History { .. } => {}
        }
        Ok(took || self.select_first(triggered.candidates(id, state), event, gate)?)
    }

    fn select_first<'g>(
        &mut self,
        candidates: impl Iterator<Item = TransitionId>,
        event: &Event<H::Value>,
        gate: &mut Option<&mut Gate<'g>>,
    ) -> Result<bool, Stop<H::Error>>
    where
        'a: 'g,
    {
        let chart = self.chart;
        for id in candidates {
            let transition = chart.transition(id);
            if let Some(gate) = gate {
                if gate.target.is_some_and(|target| !transition.targets.contains(&target)) {
                    continue;
                }
                let barred = |roles: &[String]| !roles.iter().any(|role| transition.roles.contains(role));
                if !transition.roles.is_empty() && gate.roles.is_some_and(barred) {
                    gate.allowed.extend(transition.roles.iter().map(String::as_str));
                    continue;
                }
            }
            let holds = match &transition.guard {
                Some(guard) => self.holds(guard, event)? == Some(true),
                None => true,
            };
            if holds {
                self.selected.push(id);
                return Ok(true);
            }
            if let Some(gate) = gate {
                gate.guard_failed = true;
            }
        }
        Ok(false)
    }
}
