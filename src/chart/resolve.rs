//! Follows the names that reading left as text: ids, targets, initial and default states. Also where names collide,
//! because only the whole document can tell.

use super::compiled::Lookup;
use super::draft::{Draft, Flaw, WrittenInitial};
use super::finding::{FindingCode, HINTED_FINDINGS, nearest};
use super::ids::StateId;
use super::json::NodeId;
use super::model::{Initial, StateKind};
use std::collections::HashMap;
use std::collections::hash_map::Entry;

/// Numbers every name in the draft and adds what cannot be followed to the flaws.
pub(super) fn resolve(draft: &mut Draft<'_>, flaws: &mut Vec<Flaw>) {
    register_names(draft, flaws);
    resolve_initial(draft, flaws);
    resolve_transitions(draft, flaws);
    resolve_defaults(draft, flaws);
    check_doers(draft, flaws);
}

fn register_names(draft: &mut Draft<'_>, flaws: &mut Vec<Flaw>) {
    let Draft { states, written_states, names, .. } = draft;
    for (index, (state, written)) in states.iter().zip(written_states).enumerate() {
        let id = StateId::new(index);
        register(&mut names.ids, &state.id, id, "state", written.id, flaws);
        for (at, (after, node)) in state.after.iter().zip(&written.timers).enumerate() {
            register(&mut names.timers, &after.name, (id, at), "timer", *node, flaws);
        }
        for (at, (invoke, node)) in state.invoke.iter().zip(&written.invokes).enumerate() {
            register(&mut names.invokes, &invoke.id, (id, at), "invoke", *node, flaws);
        }
    }
}

fn register<T>(names: &mut HashMap<String, T>, name: &str, thing: T, what: &str, node: NodeId, flaws: &mut Vec<Flaw>) {
    match names.entry(name.to_owned()) {
        Entry::Vacant(vacant) => drop(vacant.insert(thing)),
        Entry::Occupied(_) => {
            let message = format!("Another {what} is already called \"{name}\"; give this one a name of its own");
            flaws.push((node, FindingCode::DuplicateId, message));
        }
    }
}

fn resolve_initial(draft: &mut Draft<'_>, flaws: &mut Vec<Flaw>) {
    for index in 0..draft.states.len() {
        let Some(WrittenInitial { node, target, actions }) = draft.written_states[index].initial.take() else {
            continue;
        };
        let child = match target.contains('.') {
            true => None,
            false => draft.names.below(StateId::new(index), target, &draft.states),
        };
        let Some(child) = child else {
            let hint = hint(draft, StateId::new(index), target);
            let message = format!("\"initial\" names \"{target}\", which is no state right within this one; {hint}");
            flaws.push((node, FindingCode::UnreachableInitial, message));
            continue;
        };
        let history = &draft.states[child.index()];
        if history.is_history() && draft.written_states[child.index()].default_targets.is_empty() {
            let message =
                format!("\"initial\" names the history state \"{target}\", which has no target to begin with");
            flaws.push((node, FindingCode::UnreachableInitial, message));
            continue;
        }
        draft.states[index].initial = Some(Initial { target: child, actions });
    }
}

fn resolve_transitions(draft: &mut Draft<'_>, flaws: &mut Vec<Flaw>) {
    for index in 0..draft.transitions.len() {
        let written = &draft.written_transitions[index];
        if written.targets.is_empty() {
            continue;
        }
        let source = draft.transitions[index].source;
        let mut targets = Vec::with_capacity(written.targets.len());
        for (node, text) in &written.targets {
            targets.extend(follow(draft, source, *node, text, flaws));
        }
        check_together(draft, &targets, written.node, flaws);
        draft.transitions[index].targets = targets.into();
    }
}

fn resolve_defaults(draft: &mut Draft<'_>, flaws: &mut Vec<Flaw>) {
    for index in 0..draft.states.len() {
        let written = &draft.written_states[index];
        let Some(parent) = draft.states[index].parent.filter(|_| !written.default_targets.is_empty()) else { continue };
        let last = draft.states[parent.index()].last;
        let mut targets = Vec::with_capacity(written.default_targets.len());
        for (node, text) in &written.default_targets {
            let Some(target) = follow(draft, StateId::new(index), *node, text, flaws) else { continue };
            if target <= parent || target > last || draft.states[target.index()].is_history() {
                let message = format!(
                    "\"{text}\" is no default for a history state; name a state within the history's own parent"
                );
                flaws.push((*node, FindingCode::BadValue, message));
            }
            targets.push(target);
        }
        check_together(draft, &targets, written.node, flaws);
        draft.states[index].default_targets = targets.into();
    }
}

/// A task's `not_by` that names nothing would let everybody in.
fn check_doers(draft: &Draft<'_>, flaws: &mut Vec<Flaw>) {
    for (node, name) in &draft.not_by {
        let is_state = matches!(draft.names.find(name, &draft.states), Lookup::One(_));
        if !is_state && !draft.names.invokes.contains_key(*name) {
            let message = format!(
                "\"not_by\" names \"{name}\", which is neither a state nor an invoke; write a state's path or unambiguous key, or an invoke's id"
            );
            flaws.push((*node, FindingCode::DanglingTarget, message));
        }
    }
}

/// The state that the text leads to, seen from `source`.
fn follow(draft: &Draft<'_>, source: StateId, node: NodeId, text: &str, flaws: &mut Vec<Flaw>) -> Option<StateId> {
    let target = find(draft, source, text);
    if target.is_none() {
        let hint = match flaws.len() < HINTED_FINDINGS {
            true => dangling_hint(draft, source, text),
            false => "name a state beside this one, or write .child or #id".to_owned(),
        };
        flaws.push((node, FindingCode::DanglingTarget, format!("There is no state \"{text}\" to go to; {hint}")));
    }
    target
}

/// `#id`, `#id.child`, `.child`, or a sibling's key, each with a path below it if wanted.
fn find(draft: &Draft<'_>, source: StateId, text: &str) -> Option<StateId> {
    let Draft { names, states, .. } = draft;
    if let Some(id) = text.strip_prefix('#') {
        names.by_id(id, states)
    } else if let Some(child) = text.strip_prefix('.') {
        names.below(source, child, states)
    } else {
        names.below(states[source.index()].parent?, text, states)
    }
}

fn dangling_hint(draft: &Draft<'_>, source: StateId, text: &str) -> String {
    if let Some(id) = text.strip_prefix('#') {
        let near = nearest(id, draft.names.ids.keys().map(String::as_str));
        return near.map_or("no state has that id".to_owned(), |id| format!("did you mean \"#{id}\"?"));
    }
    match (text.strip_prefix('.'), draft.states[source.index()].parent) {
        (Some(child), _) => hint(draft, source, child),
        (None, Some(parent)) => hint(draft, parent, text),
        (None, None) if draft.names.below(source, text, &draft.states).is_some() => {
            format!("did you mean \".{text}\"?")
        }
        (None, None) => hint(draft, source, text),
    }
}

/// Where a name that is no state within `parent` might have been meant to lead.
fn hint(draft: &Draft<'_>, parent: StateId, name: &str) -> String {
    let keys = draft.states[parent.index()].children.iter().map(|child| draft.states[child.index()].key.as_str());
    if let Some(key) = nearest(name, keys) {
        return format!("did you mean \"{key}\"?");
    }
    match draft.names.keys.get(name).and_then(|states| states.first()) {
        Some(elsewhere) => format!("\"#{}\" is elsewhere", draft.states[elsewhere.index()].id),
        None => "name a state beside this one, or write .child or #id".to_owned(),
    }
}

fn check_together(draft: &Draft<'_>, targets: &[StateId], node: NodeId, flaws: &mut Vec<Flaw>) {
    if !fit_together(draft, targets) {
        let message = "These targets cannot be active together; several targets must lie in different regions of one parallel state";
        flaws.push((node, FindingCode::ConflictingTargets, message.to_owned()));
    }
}

/// Can all of them be active at once? In document order it is enough that each neighbour fits: whatever lies between
/// two of them lies no higher than they do.
fn fit_together(draft: &Draft<'_>, targets: &[StateId]) -> bool {
    let mut places: Vec<StateId> = targets.to_vec();
    places.sort_unstable();
    places.windows(2).all(|pair| {
        let around = |state: StateId| std::iter::successors(Some(state), |state| draft.states[state.index()].parent);
        let holder = around(place(draft, pair[0])).find(|ancestor| {
            let last = draft.states[ancestor.index()].last;
            *ancestor <= pair[1] && pair[1] <= last
        });
        let apart = |holder: StateId| holder != place(draft, pair[0]) && holder != place(draft, pair[1]);
        holder.is_some_and(|holder| draft.states[holder.index()].kind == StateKind::Parallel && apart(holder))
    })
}

/// Where a target takes its place: a history state stands for its parent's inside.
fn place(draft: &Draft<'_>, target: StateId) -> StateId {
    let state = &draft.states[target.index()];
    state.parent.filter(|_| state.is_history()).unwrap_or(target)
}
