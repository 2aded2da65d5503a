//! Which states a set of transitions enters, and which of those by default, so that their initial actions run. XState's
//! reading of SCXML's `computeEntrySet`, including where it is narrower than SCXML: a region entered only because a
//! sibling region was targeted, and a state restored by history, do not run their own initial actions.

use super::domain::{Move, effective_targets, history_default};
use crate::chart::compiled::Chart;
use crate::chart::ids::StateId;
use crate::chart::model::StateKind;
use crate::chart::position::History;
use crate::chart::set::StateSet;

/// What is to be entered. It may name a state that was not left, such as a target that is its own domain; that one
/// stays as it is.
pub(super) struct Entry<'a> {
    chart: &'a Chart,
    history: &'a History,
    pub(super) states: StateSet,
    /// Those whose initial actions run as well.
    pub(super) by_default: StateSet,
}

impl<'a> Entry<'a> {
    fn new(chart: &'a Chart, history: &'a History) -> Self {
        let none = StateSet::new(chart.states().len());
        Entry { chart, history, states: none.clone(), by_default: none }
    }

    /// What the moves enter.
    pub(super) fn of(chart: &'a Chart, history: &'a History, moves: &[Move<'_>]) -> Self {
        let mut entry = Entry::new(chart, history);
        for Move { transition, around } in moves {
            entry.add_targets(&transition.targets, *around);
        }
        entry
    }

    /// What a start enters: everything by default, or what leads to `at`.
    pub(super) fn of_chart(chart: &'a Chart, history: &'a History, at: Option<StateId>) -> Self {
        Entry::of_targets(chart, history, &[at.unwrap_or(StateId::new(0))])
    }

    /// All that is active where these states are entered from nowhere.
    pub(super) fn of_targets(chart: &'a Chart, history: &'a History, targets: &[StateId]) -> Self {
        let mut entry = Entry::new(chart, history);
        entry.add_targets(targets, None);
        entry
    }

    fn add_targets(&mut self, targets: &[StateId], around: Option<StateId>) {
        for target in targets {
            if !self.chart.state(*target).is_history() {
                self.add_by_default(*target);
            }
            self.add_descendants(*target);
        }
        for target in effective_targets(self.chart, self.history, targets).iter() {
            self.add_ancestors(*target, around);
            // The regions of a parallel state that stays were all left, not only the one that the target lies in.
            if let Some(around) = around {
                self.add_missing_regions(around);
            }
        }
    }

    fn add_by_default(&mut self, state: StateId) {
        self.states.insert(state);
        self.by_default.insert(state);
    }

    /// Everything below the state that is entered with it.
    fn add_descendants(&mut self, id: StateId) {
        let chart = self.chart;
        let state = chart.state(id);
        match state.kind {
            StateKind::History { .. } => self.add_history(id),
            StateKind::Compound => {
                let Some(initial) = &state.initial else { return };
                if !chart.state(initial.target).is_history() {
                    self.add_by_default(initial.target);
                }
                self.add_descendants(initial.target);
            }
            StateKind::Parallel => {
                for child in chart.real_children(id) {
                    if !self.enters_below(child) {
                        self.add_by_default(child);
                        self.add_descendants(child);
                    }
                }
            }
            StateKind::Atomic | StateKind::Final => {}
        }
    }

    fn add_history(&mut self, id: StateId) {
        let (chart, history) = (self.chart, self.history);
        let state = chart.state(id);
        let kept = history.get(id);
        let targets = kept.unwrap_or_else(|| history_default(chart, id));
        for target in targets {
            if !chart.state(*target).is_history() {
                self.states.insert(*target);
            }
            self.add_descendants(*target);
        }
        for target in targets {
            self.add_ancestors(*target, state.parent);
        }
        if let Some(parent) = state.parent.filter(|_| kept.is_none() && state.default_targets.is_empty()) {
            self.by_default.insert(parent);
        }
    }

    /// The state's ancestors up to, and without, `around`.
    fn add_ancestors(&mut self, state: StateId, around: Option<StateId>) {
        let chart = self.chart;
        for ancestor in chart.ancestors(state).take_while(|ancestor| around.is_none_or(|around| *ancestor > around)) {
            self.states.insert(ancestor);
            self.add_missing_regions(ancestor);
        }
    }

    /// A parallel state is never active without all of its regions.
    fn add_missing_regions(&mut self, id: StateId) {
        let chart = self.chart;
        if chart.state(id).kind != StateKind::Parallel {
            return;
        }
        for child in chart.real_children(id) {
            if !self.enters_below(child) {
                self.states.insert(child);
                self.add_descendants(child);
            }
        }
    }

    fn enters_below(&self, state: StateId) -> bool {
        self.states.range(state.index() + 1, self.chart.state(state).last.index()).next().is_some()
    }
}
