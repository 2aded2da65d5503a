//! The flat form: a list of states, a list of transitions between them, a list of timers. It is lowered to the same
//! draft as the XState shape while it is read, so that everything behind reading knows one shape only, and findings
//! still point at what was written.

use super::Reader;
use crate::chart::draft::WrittenTransition;
use crate::chart::duration::Duration;
use crate::chart::finding::{FindingCode, HINTED_FINDINGS, nearest};
use crate::chart::ids::{StateId, TransitionId};
use crate::chart::json::{NodeId, ROOT, Value};
use crate::chart::model::{Action, After, Delay, Guard, Initial, StateKind, Transition, Trigger};
use std::collections::HashMap;

const ROOT_KEYS: [&str; 15] = [
    "code",
    "version",
    "name",
    "title",
    "description",
    "meta",
    "$schema",
    "states",
    "transitions",
    "timers",
    "context",
    "sla",
    "search",
    "correlation",
    "limits",
];
const TRANSITION_KEYS: [&str; 7] = ["from", "to", "by", "guards", "effects", "description", "meta"];
const TIMER_KEYS: [&str; 7] = ["on_enter", "minutes", "on_fire", "name", "to", "description", "meta"];

/// What hangs on one state until all of the document is read.
#[derive(Default)]
struct Outgoing<'a> {
    on: Vec<TransitionId>,
    /// Where its transitions lead, each state once.
    to: Vec<&'a str>,
    after: Vec<After>,
    timers: Vec<NodeId>,
}

impl<'a> Reader<'a> {
    /// The whole document in the flat form.
    pub(super) fn flat(&mut self) {
        self.object(ROOT, "A flat definition", &ROOT_KEYS);
        self.root_values("code");
        let root = self.new_state(ROOT, "", None);
        let meta = self.meta(ROOT);
        self.draft.state(root).meta = meta;
        self.draft.state(root).kind = StateKind::Compound;
        self.draft.state(root).description = self.draft.description.clone();

        let states = self.flat_states(root);
        let mut outgoing: Vec<Outgoing<'a>> = self.draft.states.iter().map(|_| Outgoing::default()).collect();
        for transition in self.list("transitions") {
            self.flat_transition(transition, &states, &mut outgoing);
        }
        for timer in self.list("timers") {
            self.flat_timer(timer, &states, &mut outgoing);
        }
        for (index, out) in outgoing.into_iter().enumerate().skip(1) {
            let state = &mut self.draft.states[index];
            if out.on.is_empty() {
                state.kind = StateKind::Final;
                for timer in out.timers {
                    let message =
                        format!("\"{}\" has no way out and is final, so a timer in it never fires", state.key);
                    self.flaws.push((timer, FindingCode::BadValue, message));
                }
                continue;
            }
            state.on = out.on.into();
            state.after = out.after.into();
            self.draft.written_states[index].timers = out.timers;
        }
    }

    /// The states in order; the first is initial.
    fn flat_states(&mut self, root: StateId) -> HashMap<&'a str, StateId> {
        let mut states = HashMap::new();
        if self.required(ROOT, "A flat definition", "states").is_none() {
            return states;
        }
        let mut children = Vec::new();
        for node in self.list("states") {
            let Some(key) = self.string(node, "A state of the flat form") else { continue };
            self.check_key(node, key);
            if states.contains_key(key) {
                let message = format!("The state \"{key}\" is there twice; every state has a name of its own");
                self.flaw(node, FindingCode::DuplicateId, message);
                continue;
            }
            let id = self.new_state(node, key, Some(root));
            states.insert(key, id);
            children.push(id);
        }
        if let (Some(first), Some(last)) = (children.first(), children.last()) {
            let (first, last) = (*first, *last);
            let state = self.draft.state(root);
            state.initial = Some(Initial { target: first, actions: Box::default() });
            state.last = last;
            state.children = children.into();
        } else if let Some(states) = self.doc.get(ROOT, "states") {
            self.flaw(states, FindingCode::BadValue, "A definition needs at least one state");
        }
        states
    }

    fn flat_transition(&mut self, node: NodeId, states: &HashMap<&'a str, StateId>, outgoing: &mut [Outgoing<'a>]) {
        let doc = self.doc;
        if !self.object(node, "A flat transition", &TRANSITION_KEYS) {
            return;
        }
        let roles = doc.get(node, "by").map(|by| self.names(by, "A role")).unwrap_or_default();
        let guard = doc.get(node, "guards").and_then(|guards| self.flat_guards(guards));
        let effects = doc.get(node, "effects").map(|effects| self.items(effects)).unwrap_or_default();
        let actions: Box<[Action]> = effects
            .iter()
            .filter_map(|effect| {
                let type_key = if doc.get(*effect, "code").is_some() { "code" } else { "type" };
                self.action(*effect, type_key)
            })
            .collect();
        let description = self.description(node);
        let meta = self.meta(node);
        let from = self.flat_state(node, "from", states);
        let to = self.flat_state(node, "to", states);
        let (Some((source, _)), Some((target, name))) = (from, to) else { return };
        let transition = Transition {
            source,
            trigger: Trigger::Event(name.to_owned()),
            targets: [target].into(),
            // A flat transition always enters its state, so that the state's timers begin again.
            reenter: source == target,
            roles,
            guard,
            actions,
            description,
            meta,
        };
        let id = self.push_transition(transition, WrittenTransition { node, targets: Vec::new() });
        let out = &mut outgoing[source.index()];
        out.on.push(id);
        if !out.to.contains(&name) {
            out.to.push(name);
        }
    }

    fn flat_guards(&mut self, node: NodeId) -> Option<Guard> {
        let guards: Vec<Guard> = self.items(node).iter().filter_map(|guard| self.guard(*guard)).collect();
        match guards.len() {
            0 | 1 => guards.into_iter().next(),
            _ => Some(Guard::And(guards.into())),
        }
    }

    fn flat_timer(&mut self, node: NodeId, states: &HashMap<&'a str, StateId>, outgoing: &mut [Outgoing<'a>]) {
        let doc = self.doc;
        if !self.object(node, "A flat timer", &TIMER_KEYS) {
            return;
        }
        let minutes = self.required(node, "A flat timer", "minutes");
        let minutes = minutes.and_then(|minutes| self.number(minutes, "\"minutes\"", "above 0", |number| number > 0.0));
        let delay = minutes.and_then(|number| match Duration::from_millis(number * 60_000.0) {
            Ok(delay) => Some(delay),
            Err(why) => {
                self.flaw(doc.get(node, "minutes").unwrap_or(node), FindingCode::BadDuration, why);
                None
            }
        });
        let name = doc.get(node, "name").and_then(|name| self.name(name, "A timer's name"));
        let description = self.description(node);
        let meta = self.meta(node);
        let code = self.required(node, "A flat timer", "on_fire");
        let code = code.and_then(|code| self.name(code, "\"on_fire\""));
        let source = self.flat_state(node, "on_enter", states);
        let (Some(delay), Some(code), Some((source, state_name))) = (delay, code, source) else { return };
        let out = &mut outgoing[source.index()];
        let Some(action) = self.on_fire(node, code, &out.to) else { return };
        let transition = Transition {
            source,
            trigger: Trigger::After(out.after.len()),
            targets: Box::default(),
            reenter: false,
            roles: Box::default(),
            guard: None,
            actions: [action].into(),
            description,
            meta,
        };
        let id = self.push_transition(transition, WrittenTransition { node, targets: Vec::new() });
        out.after.push(After {
            name: name.map_or_else(|| format!("{state_name}.after.{delay}"), str::to_owned),
            delay: Delay::Fixed(delay),
            calendar: None,
            transitions: [id].into(),
        });
        out.timers.push(doc.get(node, "name").unwrap_or(node));
    }

    /// What a timer does: it escalates, advances or queues an effect.
    fn on_fire(&mut self, node: NodeId, code: &str, ways_out: &[&str]) -> Option<Action> {
        let to = self.doc.get(node, "to");
        if code.contains("WF.ADVANCE") {
            return self.advance(node, to, ways_out);
        }
        if let Some(to) = to {
            let message = format!("\"to\" only belongs to a timer that advances, which \"{code}\" does not");
            self.flaw(to, FindingCode::BadValue, message);
        }
        if code.contains("TASK.ESCALATE") {
            return Some(Action::Escalate);
        }
        Some(Action::Effect { code: code.to_owned(), params: None, retry: None, timeout: None })
    }

    fn advance(&mut self, node: NodeId, to: Option<NodeId>, ways_out: &[&str]) -> Option<Action> {
        let event = match (to, ways_out) {
            (Some(to), _) => {
                let event = self.name(to, "\"to\"")?;
                if !ways_out.contains(&event) {
                    let hint = match nearest(event, ways_out.iter().copied()) {
                        Some(known) => format!("did you mean \"{known}\"?"),
                        None => format!("it has {}", ways_out.join(", ")),
                    };
                    let message = format!("The timer's state has no transition to \"{event}\"; {hint}");
                    self.flaw(to, FindingCode::DanglingTarget, message);
                }
                event
            }
            (None, [only]) => only,
            (None, []) => return None,
            (None, several) => {
                let message = format!("The timer could advance to {}; say which with \"to\"", several.join(" or "));
                self.flaw(node, FindingCode::AmbiguousTimer, message);
                return None;
            }
        };
        Some(Action::Raise { event: event.to_owned(), payload: None, delay: None, id: None })
    }

    /// The state that a key names.
    fn flat_state(
        &mut self,
        node: NodeId,
        key: &str,
        states: &HashMap<&'a str, StateId>,
    ) -> Option<(StateId, &'a str)> {
        let child = self.required(node, "This entry", key)?;
        let name = self.string(child, &format!("\"{key}\""))?;
        if let Some(state) = states.get(name) {
            return Some((*state, name));
        }
        let names = states.keys().copied().filter(|_| self.flaws.len() < HINTED_FINDINGS);
        let hint = match nearest(name, names) {
            Some(known) => format!("did you mean \"{known}\"?"),
            None => "name one of \"states\"".to_owned(),
        };
        self.flaw(child, FindingCode::DanglingTarget, format!("There is no state \"{name}\"; {hint}"));
        None
    }

    /// The items of one of the root's lists.
    fn list(&mut self, key: &str) -> Vec<NodeId> {
        let doc = self.doc;
        match doc.get(ROOT, key).map(|node| (node, doc.value(node))) {
            Some((_, Value::Array(items))) => items.clone(),
            Some((node, _)) => {
                self.wrong_type(node, &format!("\"{key}\""), "an array");
                Vec::new()
            }
            None => Vec::new(),
        }
    }
}
