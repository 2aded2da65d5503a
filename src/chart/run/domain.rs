//! Which part of a configuration a transition concerns: its effective targets, its domain, what it exits, and which of
//! several selected transitions stand in each other's way. Pure questions to the chart; nothing is changed here.

use crate::chart::compiled::Chart;
use crate::chart::ids::{StateId, TransitionId};
use crate::chart::model::{StateKind, Transition};
use crate::chart::position::History;
use crate::chart::set::StateSet;
use std::borrow::Cow;

/// What a history state leads to while it has nothing to remember. Without a target of its own that is its parent's
/// default: the initial child, or a parallel parent itself, which enters every region.
pub(super) fn history_default(chart: &Chart, history: StateId) -> &[StateId] {
    let state = chart.state(history);
    if !state.default_targets.is_empty() {
        return &state.default_targets;
    }
    match state.parent.and_then(|parent| chart.state(parent).initial.as_ref()) {
        Some(initial) => std::slice::from_ref(&initial.target),
        None => state.parent.as_slice(),
    }
}

/// The targets with every history state replaced by what it stands for.
pub(super) fn effective_targets<'a>(
    chart: &'a Chart,
    history: &'a History,
    targets: &'a [StateId],
) -> Cow<'a, [StateId]> {
    if !targets.iter().any(|target| chart.state(*target).is_history()) {
        return Cow::Borrowed(targets);
    }
    let mut effective = Vec::new();
    for target in targets {
        if !chart.state(*target).is_history() {
            effective.push(*target);
        } else if let Some(kept) = history.get(*target) {
            effective.extend_from_slice(kept);
        } else {
            effective.extend_from_slice(&effective_targets(chart, history, history_default(chart, *target)));
        }
    }
    Cow::Owned(effective)
}

/// A transition and the part of the configuration that it concerns. Made once, before anything is exited: what history
/// states stand for may change while their parents are left, the part that was left may not.
pub(super) struct Move<'a> {
    pub(super) transition: &'a Transition,
    /// The state that stays active around the transition; nothing where the root itself is left and entered again.
    pub(super) around: Option<StateId>,
}

impl<'a> Move<'a> {
    /// XState's rule: the source, where all targets lie within it or are it and it is not to be entered again; else the
    /// innermost state that holds source and targets.
    pub(super) fn of(chart: &Chart, history: &History, transition: &'a Transition) -> Self {
        let targets = effective_targets(chart, history, &transition.targets);
        let source = transition.source;
        let inside = |target: &StateId| *target == source || chart.is_descendant(*target, source);
        let around = if !transition.reenter && targets.iter().all(inside) {
            Some(source)
        } else {
            let holds_all = |ancestor: &StateId| {
                targets.iter().chain([&source]).all(|state| chart.is_descendant(*state, *ancestor))
            };
            let root = (!transition.reenter).then_some(StateId::new(0));
            targets.first().and_then(|first| chart.ancestors(*first).find(holds_all)).or(root)
        };
        Move { transition, around }
    }

    /// The active states that the transition leaves, in document order. Without targets it leaves nothing.
    pub(super) fn exits<'s>(&self, chart: &Chart, active: &'s StateSet) -> impl Iterator<Item = StateId> + 's {
        let (first, last) = match self.around {
            _ if self.transition.targets.is_empty() => (usize::MAX, 0),
            Some(state) => (state.index() + 1, chart.state(state).last.index()),
            None => (0, usize::MAX),
        };
        active.range(first, last)
    }
}

/// Takes out what cannot be taken together with the rest: where two transitions leave the same state, the one whose
/// source lies deeper wins, and among others the earlier one.
pub(super) fn remove_conflicts(chart: &Chart, history: &History, active: &StateSet, selected: &mut Vec<TransitionId>) {
    if selected.len() < 2 {
        return;
    }
    let mut kept: Vec<(TransitionId, StateSet)> = Vec::with_capacity(selected.len());
    for id in selected.drain(..) {
        let transition = chart.transition(id);
        let mut exits = StateSet::new(chart.states().len());
        Move::of(chart, history, transition).exits(chart, active).for_each(|state| exits.insert(state));
        let source = transition.source;
        let outer = |other: TransitionId| chart.is_descendant(source, chart.transition(other).source);
        if !kept.iter().any(|(other, theirs)| theirs.intersects(&exits) && !outer(*other)) {
            kept.retain(|(_, theirs)| !theirs.intersects(&exits));
            kept.push((id, exits));
        }
    }
    selected.extend(kept.into_iter().map(|(id, _)| id));
}

/// Is the state done: a final child active in a compound one, every region of a parallel one done?
pub(super) fn is_done(chart: &Chart, active: &StateSet, id: StateId) -> bool {
    let state = chart.state(id);
    match state.kind {
        StateKind::Final => true,
        StateKind::Compound => {
            state.children.iter().any(|child| chart.state(*child).kind == StateKind::Final && active.contains(*child))
        }
        StateKind::Parallel => chart.real_children(id).all(|child| is_done(chart, active, child)),
        StateKind::Atomic | StateKind::History { .. } => false,
    }
}
