//! Warnings: what is legal but hardly meant. It looks at the draft as it is, broken or not, and never decides whether a
//! definition is accepted.

use super::draft::{Draft, Flaw};
use super::finding::FindingCode;
use super::ids::StateId;
use super::json::NodeId;
use super::model::{State, StateKind, Transition};
use super::set::StateSet;
use std::collections::HashSet;

/// Adds every warning about the draft's states and transitions to the flaws.
pub(super) fn lint(draft: &Draft<'_>, flaws: &mut Vec<Flaw>) {
    if draft.states.is_empty() {
        return;
    }
    // A target that leads nowhere may have been meant for any state: what it would reach is not known.
    let broken = flaws.iter().any(|(_, code, _)| *code == FindingCode::DanglingTarget);
    let reachable = if broken { all(draft) } else { reachable(draft) };
    let leavable = leavable(draft);
    for index in 0..draft.states.len() {
        let id = StateId::new(index);
        lint_place(draft, id, &reachable, &leavable, flaws);
        lint_shadows(draft, id, flaws);
        lint_done(draft, id, flaws);
    }
    lint_cycles(draft, flaws);
}

fn all(draft: &Draft<'_>) -> StateSet {
    let mut states = StateSet::new(draft.states.len());
    (0..draft.states.len()).for_each(|index| states.insert(StateId::new(index)));
    states
}

fn lint_place(draft: &Draft<'_>, id: StateId, reachable: &StateSet, leavable: &StateSet, flaws: &mut Vec<Flaw>) {
    let state = &draft.states[id.index()];
    let node = draft.written_states[id.index()].node;
    if !reachable.contains(id) {
        // What lies within an unreachable state goes without saying.
        if state.parent.is_none_or(|parent| reachable.contains(parent)) {
            let message = format!("Nothing leads to the state \"{}\"", state.path);
            flaws.push((node, FindingCode::UnreachableState, message));
        }
        return;
    }
    let mut around = std::iter::successors(Some(id), |state| draft.states[state.index()].parent);
    if state.kind == StateKind::Atomic && id.index() > 0 && !around.any(|state| leavable.contains(state)) {
        let message = format!("Nothing leads out of the state \"{}\"; if it is an end, make it final", state.path);
        flaws.push((node, FindingCode::DeadEnd, message));
    }
}

/// States that something could get an instance out of: their own transitions or answers, or for a parallel state a way
/// out of it that one of its regions has.
fn leavable(draft: &Draft<'_>) -> StateSet {
    let mut leavable = StateSet::new(draft.states.len());
    for (index, state) in draft.states.iter().enumerate() {
        let id = StateId::new(index);
        if !state.after.is_empty() || !state.invoke.is_empty() {
            leavable.insert(id);
        }
        for transition in state.transitions() {
            let Transition { targets, actions, .. } = &draft.transitions[transition.index()];
            if !targets.is_empty()
                || !actions.is_empty()
                || !draft.written_transitions[transition.index()].targets.is_empty()
            {
                leavable.insert(id);
            }
            let around = std::iter::successors(state.parent, |state| draft.states[state.index()].parent);
            for ancestor in around {
                let State { kind, last, .. } = &draft.states[ancestor.index()];
                let leaves = |target: &StateId| *target <= ancestor || *target > *last;
                if *kind == StateKind::Parallel && targets.iter().any(leaves) {
                    leavable.insert(ancestor);
                }
            }
        }
    }
    leavable
}

/// Everything that some sequence of events could enter, were every guard true.
fn reachable(draft: &Draft<'_>) -> StateSet {
    let mut reachable = StateSet::new(draft.states.len());
    let mut open = vec![StateId::new(0)];
    while let Some(id) = open.pop() {
        if reachable.contains(id) {
            continue;
        }
        reachable.insert(id);
        let state = &draft.states[id.index()];
        open.extend(state.parent);
        open.extend(entered_with(draft, id));
        for transition in state.transitions() {
            open.extend_from_slice(&draft.transitions[transition.index()].targets);
        }
    }
    reachable
}

/// What entering the state enters right below it. Where a broken `initial` leaves that open, everything.
fn entered_with<'d>(draft: &'d Draft<'_>, id: StateId) -> &'d [StateId] {
    let state = &draft.states[id.index()];
    match (state.kind, &state.initial) {
        (StateKind::History { .. }, _) => &state.default_targets,
        (StateKind::Compound, Some(initial)) => std::slice::from_ref(&initial.target),
        _ => &state.children,
    }
}

/// Transitions behind one that is always taken first.
fn lint_shadows(draft: &Draft<'_>, id: StateId, flaws: &mut Vec<Flaw>) {
    let mut certain = HashSet::new();
    for transition in draft.states[id.index()].transitions() {
        let Transition { trigger, guard, roles, .. } = &draft.transitions[transition.index()];
        if certain.contains(trigger) {
            let message =
                "An earlier transition for the same event has neither guard nor roles, so this one is never taken";
            let node = draft.written_transitions[transition.index()].node;
            flaws.push((node, FindingCode::ShadowedTransition, message.to_owned()));
        } else if guard.is_none() && roles.is_empty() {
            certain.insert(trigger);
        }
    }
}

/// An `onDone` that waits for what cannot happen.
fn lint_done(draft: &Draft<'_>, id: StateId, flaws: &mut Vec<Flaw>) {
    let Some(node) = draft.written_states[id.index()].on_done else { return };
    if id.index() == 0 || !can_be_done(draft, id) {
        let message = match id.index() {
            0 => "The root's onDone never fires: a definition that is done has ended",
            _ => {
                "This state is never done: that takes a final state right within it, in every region if it is parallel"
            }
        };
        flaws.push((node, FindingCode::NeverDone, message.to_owned()));
    }
}

fn can_be_done(draft: &Draft<'_>, id: StateId) -> bool {
    let state = &draft.states[id.index()];
    let mut children = state.children.iter().filter(|child| !draft.states[child.index()].is_history());
    match state.kind {
        StateKind::Final => true,
        StateKind::Compound => children.any(|child| draft.states[child.index()].kind == StateKind::Final),
        StateKind::Parallel => children.all(|child| can_be_done(draft, *child)),
        StateKind::Atomic | StateKind::History { .. } => false,
    }
}

/// Eventless transitions that lead, through what they enter, back to a state they began in: a depth-first search whose
/// every edge back into the present path closes a cycle.
fn lint_cycles(draft: &Draft<'_>, flaws: &mut Vec<Flaw>) {
    let edges: Vec<Vec<(StateId, NodeId)>> =
        (0..draft.states.len()).map(|index| eventless_edges(draft, index)).collect();
    let mut entered = StateSet::new(draft.states.len());
    let mut on_path = StateSet::new(draft.states.len());
    for start in (0..draft.states.len()).map(StateId::new) {
        let mut path = vec![(start, 0)];
        while let Some((id, next)) = path.last_mut() {
            if *next == 0 {
                if entered.contains(*id) {
                    path.pop();
                    continue;
                }
                entered.insert(*id);
                on_path.insert(*id);
            }
            let Some((to, node)) = edges[id.index()].get(*next) else {
                on_path.remove(*id);
                path.pop();
                continue;
            };
            *next += 1;
            if on_path.contains(*to) {
                let message = format!(
                    "This eventless transition leads back to \"{}\", where eventless transitions lead here again",
                    draft.states[to.index()].path
                );
                flaws.push((*node, FindingCode::EventlessCycle, message));
            } else if !entered.contains(*to) {
                path.push((*to, 0));
            }
        }
    }
}

/// The states that the state's eventless transitions enter, as far as those have eventless transitions themselves.
fn eventless_edges(draft: &Draft<'_>, index: usize) -> Vec<(StateId, NodeId)> {
    let mut edges = Vec::new();
    for transition in &draft.states[index].always {
        let node = draft.written_transitions[transition.index()].node;
        let mut entered = StateSet::new(draft.states.len());
        let mut open = draft.transitions[transition.index()].targets.to_vec();
        while let Some(id) = open.pop() {
            if entered.contains(id) {
                continue;
            }
            entered.insert(id);
            if !draft.states[id.index()].always.is_empty() {
                edges.push((id, node));
            }
            open.extend_from_slice(entered_with(draft, id));
        }
    }
    edges
}
