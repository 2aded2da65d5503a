//! The XState shape: the root and the states within it, in pre-order, so that a state's number is its place in the
//! document.

use super::Reader;
use crate::chart::draft::{WrittenInitial, WrittenState};
use crate::chart::finding::FindingCode;
use crate::chart::ids::StateId;
use crate::chart::json::{NodeId, ROOT, Value};
use crate::chart::model::{After, State, StateKind, Trigger};

const STATE_KEYS: [&str; 18] = [
    "id",
    "type",
    "initial",
    "states",
    "entry",
    "exit",
    "on",
    "always",
    "after",
    "onDone",
    "invoke",
    "tags",
    "meta",
    "description",
    "output",
    "history",
    "target",
    "sla",
];
/// The last three are accepted because exports have them, and are not read.
const ROOT_KEYS: [&str; 7] = ["context", "search", "correlation", "limits", "version", "types", "$schema"];
/// Keys that mean something only in some kinds of states.
const HISTORY_ONLY: [&str; 2] = ["history", "target"];
const NOT_IN_FINAL: [&str; 8] = ["initial", "states", "on", "always", "after", "onDone", "invoke", "sla"];
const NOT_IN_HISTORY: [&str; 13] = [
    "initial", "states", "entry", "exit", "on", "always", "after", "onDone", "invoke", "tags", "output", "sla",
    "context",
];

impl<'a> Reader<'a> {
    /// The whole document as a machine.
    pub(super) fn machine(&mut self) {
        let keys: Vec<&str> =
            STATE_KEYS.iter().filter(|key| !HISTORY_ONLY.contains(key)).chain(&ROOT_KEYS).copied().collect();
        if !self.object(ROOT, "A definition", &keys) {
            return;
        }
        self.root_values("id");
        let root = self.new_state(ROOT, "", None);
        self.state_body(root, ROOT);
        if !matches!(self.draft.state(root).kind, StateKind::Compound | StateKind::Parallel) {
            match self.doc.get(ROOT, "states") {
                Some(states) if matches!(self.doc.value(states), Value::Object(all) if all.is_empty()) => {
                    self.flaw(states, FindingCode::BadValue, "A definition needs at least one state");
                }
                None => drop(self.required(ROOT, "A definition", "states")),
                Some(_) => {}
            }
        }
    }

    /// What both shapes keep at the root; `code_key` is what they call the definition's code.
    pub(super) fn root_values(&mut self, code_key: &str) {
        let doc = self.doc;
        if let Some(code) = self.required(ROOT, "A definition", code_key)
            && let Some(text) = self.name(code, &format!("\"{code_key}\""))
        {
            if text.chars().any(char::is_whitespace) || text.starts_with('#') || text.chars().count() > 200 {
                let message =
                    format!("\"{text}\" is no code; it has no white space, no leading # and at most 200 characters");
                self.flaw(code, FindingCode::BadValue, message);
            }
            self.draft.code = text.to_owned();
        }
        self.draft.description = self.description(ROOT);
        if let Some(context) = doc.get(ROOT, "context") {
            match doc.value(context) {
                Value::Object(_) => self.draft.context = Some(doc.text(context)),
                _ => self.wrong_type(context, "The context", "an object"),
            }
        }
        self.draft.sla = doc.get(ROOT, "sla").and_then(|sla| self.sla(sla));
        if let Some(search) = doc.get(ROOT, "search") {
            match doc.value(search) {
                Value::Object(_) => self.draft.search = self.fields(search).into_vec(),
                _ => self.wrong_type(search, "\"search\"", "an object of values"),
            }
        }
        self.draft.correlation = doc.get(ROOT, "correlation").map(|correlation| self.template(correlation));
        self.draft.limits = doc.get(ROOT, "limits").and_then(|limits| self.limits(limits));
    }

    /// The number of a new state without content.
    pub(super) fn new_state(&mut self, node: NodeId, key: &str, parent: Option<StateId>) -> StateId {
        let index = StateId::new(self.draft.states.len());
        let path = match parent.map(|parent| self.draft.states[parent.index()].path.as_str()) {
            None => String::new(),
            Some("") => key.to_owned(),
            Some(above) => format!("{above}.{key}"),
        };
        let code = &self.draft.code;
        let (key, id) = match parent {
            None => (code.clone(), code.clone()),
            Some(_) => (key.to_owned(), format!("{code}.{path}")),
        };
        if parent.is_some() {
            self.draft.names.paths.insert(path.clone(), index);
            self.draft.names.keys.entry(key.clone()).or_default().push(index);
        }
        self.draft.states.push(State::new(index, key, path, id, parent));
        self.draft.written_states.push(WrittenState {
            node,
            id: node,
            initial: None,
            default_targets: Vec::new(),
            invokes: Vec::new(),
            timers: Vec::new(),
            on_done: None,
        });
        index
    }

    /// A state's key must be usable in paths, targets and the text of a position.
    pub(super) fn check_key(&mut self, node: NodeId, key: &str) {
        if key.is_empty() || key.starts_with('#') || key.contains(|c: char| c.is_whitespace() || c == '.') {
            let message = format!("\"{key}\" is no state's name; it has no white space, no dot and no leading #");
            self.flaw(node, FindingCode::BadStateKey, message);
        }
    }

    fn state_body(&mut self, id: StateId, node: NodeId) {
        let doc = self.doc;
        let kind = self.kind(id, node);
        self.draft.state(id).kind = kind;
        self.refuse_misplaced(id, node, kind);
        self.identify(id, node);

        let description = self.description(node);
        let meta = self.meta(node);
        let tags = doc.get(node, "tags").map(|tags| self.names(tags, "A tag"));
        let entry = doc.get(node, "entry").map(|entry| self.actions(entry));
        let exit = doc.get(node, "exit").map(|exit| self.actions(exit));
        let on = doc.get(node, "on").map(|on| self.on(on, id));
        let always = doc.get(node, "always").map(|always| self.transitions(always, id, &Trigger::Always));
        let after = doc.get(node, "after").map(|after| self.afters(after, id));
        let on_done = doc.get(node, "onDone").map(|done| self.transitions(done, id, &Trigger::Done));
        let output = doc.get(node, "output").map(|output| self.template(output));
        // The root's own is the whole instance's, and was read with the root.
        let sla = doc.get(node, "sla").filter(|_| id.index() > 0).and_then(|sla| self.sla(sla));
        let state = self.draft.state(id);
        state.description = description;
        state.meta = meta;
        state.tags = tags.unwrap_or_default();
        state.entry = entry.unwrap_or_default();
        state.exit = exit.unwrap_or_default();
        state.on = on.unwrap_or_default();
        state.always = always.unwrap_or_default();
        state.after = after.unwrap_or_default();
        state.on_done = on_done.unwrap_or_default();
        state.output = output;
        state.sla = sla;
        self.draft.written_states[id.index()].on_done = doc.get(node, "onDone");
        if let Some(invoke) = doc.get(node, "invoke") {
            self.invokes(invoke, id);
        }
        if let Some(target) = doc.get(node, "target").filter(|_| matches!(kind, StateKind::History { .. })) {
            self.draft.written_states[id.index()].default_targets = self.targets(target);
        }
        if let Some(states) = doc.get(node, "states") {
            if kind == StateKind::Compound && doc.entries(states).next().is_some() {
                self.initial(id, node);
            }
            self.children(id, states);
        }
    }

    fn children(&mut self, parent: StateId, states: NodeId) {
        let doc = self.doc;
        if !matches!(doc.value(states), Value::Object(_)) {
            self.wrong_type(states, "\"states\"", "an object of states");
        }
        let mut children = Vec::new();
        for (key, node) in doc.entries(states) {
            self.check_key(node, key);
            let child = self.new_state(node, key, Some(parent));
            children.push(child);
            if self.object(node, "A state", &STATE_KEYS) {
                self.state_body(child, node);
            }
        }
        let last = StateId::new(self.draft.states.len() - 1);
        let state = self.draft.state(parent);
        state.children = children.into();
        state.last = last;
    }

    fn kind(&mut self, id: StateId, node: NodeId) -> StateKind {
        let doc = self.doc;
        let has_states = doc.get(node, "states").is_some_and(|states| doc.entries(states).next().is_some());
        let deep = doc.get(node, "history").is_some_and(|history| self.is_deep(history));
        let Some(kind) = doc.get(node, "type") else {
            return match doc.get(node, "history") {
                _ if has_states => StateKind::Compound,
                Some(history) if !matches!(doc.value(history), Value::Bool(false)) => StateKind::History { deep },
                _ => StateKind::Atomic,
            };
        };
        let known = if id.index() == 0 {
            &["compound", "parallel"][..]
        } else {
            &["atomic", "compound", "parallel", "history", "final"]
        };
        let kind = match self.one_of(kind, "A state's type", known) {
            Some("compound") => StateKind::Compound,
            Some("parallel") => StateKind::Parallel,
            Some("history") => StateKind::History { deep },
            Some("final") => StateKind::Final,
            None if has_states => StateKind::Compound,
            _ => StateKind::Atomic,
        };
        if matches!(kind, StateKind::Compound | StateKind::Parallel) && !has_states {
            match doc.get(node, "states") {
                Some(states) => self.flaw(states, FindingCode::BadValue, "A state of this type needs states within it"),
                None => drop(self.required(node, "A state of this type", "states")),
            }
        }
        if let (StateKind::Atomic, true, Some(states)) = (kind, has_states, doc.get(node, "states")) {
            let message =
                "An atomic state has no states within it; leave its type out, or make it compound or parallel";
            self.flaw(states, FindingCode::BadValue, message);
        }
        kind
    }

    fn is_deep(&mut self, node: NodeId) -> bool {
        match self.doc.value(node) {
            Value::Bool(_) => false,
            _ => self.one_of(node, "\"history\"", &["shallow", "deep"]) == Some("deep"),
        }
    }

    /// Keys that could have no effect in a state of this kind.
    fn refuse_misplaced(&mut self, id: StateId, node: NodeId, kind: StateKind) {
        let doc = self.doc;
        for (key, child) in doc.entries(node) {
            let why = match kind {
                StateKind::Final if NOT_IN_FINAL.contains(&key) => "a final state, which nothing leads out of",
                StateKind::History { .. } if NOT_IN_HISTORY.contains(&key) => {
                    "a history state, which is never active itself"
                }
                StateKind::Atomic | StateKind::Parallel if key == "initial" => "a state that is not compound",
                _ if key == "output" && kind != StateKind::Final && id.index() > 0 => "a state that is not final",
                _ if HISTORY_ONLY.contains(&key) && !matches!(kind, StateKind::History { .. }) && id.index() > 0 => {
                    "a state that is no history state"
                }
                _ => continue,
            };
            self.flaw(child, FindingCode::BadValue, format!("\"{key}\" means nothing in {why}; leave it out"));
        }
    }

    fn identify(&mut self, id: StateId, node: NodeId) {
        let Some(written) = self.doc.get(node, "id").filter(|_| id.index() > 0) else { return };
        let Some(text) = self.name(written, "A state's id") else { return };
        if text.starts_with('#') || text.contains(char::is_whitespace) {
            let message =
                format!("\"{text}\" is no id; it has no white space and no leading #, which only targets have");
            self.flaw(written, FindingCode::BadValue, message);
        }
        self.draft.state(id).id = text.to_owned();
        self.draft.written_states[id.index()].id = written;
    }

    fn initial(&mut self, id: StateId, node: NodeId) {
        let doc = self.doc;
        let Some(initial) = self.required(node, "A state with states within it", "initial") else { return };
        let (target, actions) = match doc.value(initial) {
            Value::Object(_) => {
                self.object(initial, "\"initial\"", &["target", "actions"]);
                let actions = doc.get(initial, "actions").map(|actions| self.actions(actions)).unwrap_or_default();
                (self.required(initial, "\"initial\"", "target"), actions)
            }
            _ => (Some(initial), Box::default()),
        };
        let Some(node) = target else { return };
        if let Some(target) = self.string(node, "\"initial\"") {
            self.draft.written_states[id.index()].initial = Some(WrittenInitial { node, target, actions });
        }
    }

    fn afters(&mut self, node: NodeId, state: StateId) -> Box<[After]> {
        let doc = self.doc;
        if !matches!(doc.value(node), Value::Object(_)) {
            self.wrong_type(node, "\"after\"", "an object of delays");
        }
        let mut afters: Vec<After> = Vec::new();
        for (key, child) in doc.entries(node) {
            let delay = self.after_key(key, child);
            let transitions = self.transitions(child, state, &Trigger::After(afters.len()));
            let calendar = self.after_calendar(child);
            let path = &self.draft.state(state).path;
            let name = if path.is_empty() { format!("after.{key}") } else { format!("{path}.after.{key}") };
            afters.push(After { name, delay, calendar, transitions });
            self.draft.written_states[state.index()].timers.push(child);
        }
        afters.into()
    }

    /// One delay has one calendar, wherever among its transitions it is named.
    fn after_calendar(&mut self, node: NodeId) -> Option<String> {
        let mut found: Option<String> = None;
        for item in self.items(node).iter() {
            let Some(calendar) = self.calendar(*item) else { continue };
            if found.as_ref().is_some_and(|known| *known != calendar) {
                let message =
                    format!("The delay already counts in another calendar than \"{calendar}\"; one delay has one");
                self.flaw(*item, FindingCode::BadValue, message);
            }
            found = Some(calendar);
        }
        found
    }
}
