//! What changed from one version of a definition to another. Both texts are compiled, and what they mean is compared, not how they
//! are written: the flat form and the XState shape of one machine differ in nothing. Pointers lead into the newer text, or into
//! the older one for what was removed.

use super::check::Catalog;
use super::compiled::Chart;
use super::draft::Draft;
use super::finding::Severity;
use super::ids::{StateId, TransitionId};
use super::json::{Document, NodeId, ROOT};
use super::model::{State, StateKind};
use super::read::read;
use super::resolve::resolve;
use super::text::{after_key, invoke_key};

/// One difference.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Change {
    pub pointer: String,
    /// A sentence.
    pub change: String,
    /// Could an instance that is at this place go on in the newer version without being told where?
    pub movable: bool,
}

/// Every difference between two texts: the root, then state by state in the newer one's order, then what was removed. Nothing where
/// a text has errors.
pub fn diff(from: &str, to: &str, catalog: &dyn Catalog) -> Option<Vec<Change>> {
    let documents = (Document::parse(from).ok()?.0, Document::parse(to).ok()?.0);
    let (old, new) = (Version::new(&documents.0, catalog)?, Version::new(&documents.1, catalog)?);
    let mut diff = Diff { old, new, changes: Vec::new(), removed: Vec::new() };
    diff.root();
    diff.states();
    diff.changes.append(&mut diff.removed);
    Some(diff.changes)
}

/// A compiled text that still knows where its parts are written.
struct Version<'a> {
    document: &'a Document,
    chart: Chart,
    states: Vec<NodeId>,
    transitions: Vec<NodeId>,
    timers: Vec<Vec<NodeId>>,
    invokes: Vec<Vec<NodeId>>,
}

impl<'a> Version<'a> {
    fn new(document: &'a Document, catalog: &dyn Catalog) -> Option<Self> {
        let (mut draft, mut flaws) = read(document, catalog);
        resolve(&mut draft, &mut flaws);
        if flaws.iter().any(|(_, code, _)| code.severity() == Severity::Error) {
            return None;
        }
        let Draft { written_states: states, written_transitions: transitions, .. } = &draft;
        Some(Version {
            document,
            states: states.iter().map(|state| state.node).collect(),
            transitions: transitions.iter().map(|transition| transition.node).collect(),
            timers: states.iter().map(|state| state.timers.clone()).collect(),
            invokes: states.iter().map(|state| state.invokes.clone()).collect(),
            chart: draft.compile(),
        })
    }

    /// Where a key of the node is written, or the node itself.
    fn pointer(&self, node: NodeId, key: &str) -> String {
        self.document.pointer(self.document.get(node, key).unwrap_or(node))
    }

    fn paths(&self, states: &[StateId]) -> String {
        let paths: Vec<&str> = states.iter().map(|state| self.chart.state(*state).path.as_str()).collect();
        paths.join(" and ")
    }

    fn literal(&self, id: Option<super::ids::LiteralId>) -> String {
        id.map(|id| self.chart.literals[id.index()].clone()).unwrap_or_default()
    }

    /// What a state is, by the keys that say it.
    fn state_parts(&self, state: &State) -> Vec<(&'static str, String)> {
        let chart = &self.chart;
        let initial = state.initial.as_ref().map(|initial| {
            let actions = chart.actions_text(&initial.actions);
            let target = &chart.state(initial.target).key;
            if actions.is_empty() { target.clone() } else { format!("{target} with {actions}") }
        });
        vec![
            ("type", kind(state).to_owned()),
            ("initial", initial.unwrap_or_default()),
            ("target", self.paths(&state.default_targets)),
            ("entry", chart.actions_text(&state.entry)),
            ("exit", chart.actions_text(&state.exit)),
            ("tags", state.tags.join(", ")),
            ("output", state.output.as_ref().map(|output| chart.value_text(output)).unwrap_or_default()),
            ("sla", state.sla.as_ref().map(|sla| chart.sla_text(sla)).unwrap_or_default()),
            ("description", state.description.clone().unwrap_or_default()),
            ("meta", self.literal(state.meta)),
        ]
    }

    fn transition_parts(&self, id: TransitionId) -> Vec<(&'static str, String)> {
        let (chart, transition) = (&self.chart, self.chart.transition(id));
        vec![
            ("target", self.paths(&transition.targets)),
            ("guard", transition.guard.as_ref().map(|guard| chart.guard_text(guard)).unwrap_or_default()),
            ("roles", transition.roles.join(", ")),
            ("actions", chart.actions_text(&transition.actions)),
            ("reenter", transition.reenter.to_string()),
            ("description", transition.description.clone().unwrap_or_default()),
            ("meta", self.literal(transition.meta)),
        ]
    }

    /// The delays and invokes of a state: what they are called, what they are, where they are written.
    fn begun(&self, id: StateId) -> Vec<Part> {
        let (chart, state) = (&self.chart, self.chart.state(id));
        let timers = state.after.iter().enumerate().map(|(index, after)| Part {
            name: format!("timer {}", after_key(state, index)),
            node: self.timers[id.index()].get(index).copied().unwrap_or(ROOT),
            parts: vec![
                ("delay", chart.delay_text(&after.delay)),
                ("calendar", after.calendar.clone().unwrap_or_default()),
            ],
        });
        let invokes = state.invoke.iter().enumerate().map(|(index, invoke)| Part {
            name: match invoke_key(state, index) {
                "" => "invoke".to_owned(),
                key => format!("invoke {}", key.trim_start_matches('.')),
            },
            node: self.invokes[id.index()].get(index).copied().unwrap_or(ROOT),
            parts: vec![
                ("src", invoke.src.clone()),
                ("input", invoke.input.as_ref().map(|input| chart.value_text(input)).unwrap_or_default()),
                ("retry", self.literal(invoke.retry)),
                ("timeout", invoke.timeout.map(|timeout| timeout.to_string()).unwrap_or_default()),
                ("description", invoke.description.clone().unwrap_or_default()),
            ],
        });
        timers.chain(invokes).collect()
    }

    /// The transitions of a state by what they wait for, in document order.
    fn triggers(&self, id: StateId) -> Vec<(String, Vec<TransitionId>)> {
        let mut groups: Vec<(String, Vec<TransitionId>)> = Vec::new();
        for transition in self.chart.state(id).transitions() {
            let trigger = self.chart.trigger_text(self.chart.transition(transition));
            match groups.iter_mut().find(|(known, _)| *known == trigger) {
                Some((_, group)) => group.push(transition),
                None => groups.push((trigger, vec![transition])),
            }
        }
        groups
    }
}

struct Part {
    name: String,
    node: NodeId,
    parts: Vec<(&'static str, String)>,
}

struct Diff<'a> {
    old: Version<'a>,
    new: Version<'a>,
    changes: Vec<Change>,
    removed: Vec<Change>,
}

impl Diff<'_> {
    fn changed(&mut self, pointer: String, change: String) {
        self.changes.push(Change { pointer, change, movable: true });
    }

    fn added(&mut self, node: NodeId, what: String) {
        let pointer = self.new.document.pointer(node);
        self.changed(pointer, format!("{what} added"));
    }

    fn removed(&mut self, node: NodeId, what: String, movable: bool) {
        let pointer = self.old.document.pointer(node);
        self.removed.push(Change { pointer, change: format!("{what} removed"), movable });
    }

    /// One row for each part that differs between the older text's node and the newer one's.
    fn parts(&mut self, nodes: (NodeId, NodeId), owner: &str, old: &[(&str, String)], new: &[(&str, String)]) {
        for ((key, before), (_, after)) in old.iter().zip(new).filter(|(old, new)| old != new) {
            let pointer = match after.is_empty() {
                true => self.old.pointer(nodes.0, key),
                false => self.new.pointer(nodes.1, key),
            };
            let change = match (before.as_str(), after.as_str()) {
                ("", after) => format!("{owner}: {key} {} added", short(after)),
                (before, "") => format!("{owner}: {key} {} removed", short(before)),
                (before, after) => format!("{owner}: {key} changed from {} to {}", short(before), short(after)),
            };
            self.changed(pointer, change);
        }
    }

    fn root(&mut self) {
        let text = |version: &Version<'_>, key| {
            version.document.get(ROOT, key).map(|node| version.document.text(node)).unwrap_or_default()
        };
        let keys = ["context", "sla", "search", "correlation", "limits"];
        let [old, new] = [&self.old, &self.new].map(|version| keys.map(|key| (key, text(version, key))));
        self.parts((ROOT, ROOT), "the definition", &old, &new);
    }

    fn states(&mut self) {
        for index in 0..self.new.chart.states().len() {
            let id = StateId::new(index);
            let path = self.new.chart.state(id).path.clone();
            match counterpart(&self.old.chart, &path) {
                Some(before) => self.state(before, id),
                None => self.added(self.new.states[index], format!("state {path}")),
            }
        }
        for index in 0..self.old.chart.states().len() {
            let state = self.old.chart.state(StateId::new(index));
            if counterpart(&self.new.chart, &state.path).is_none() {
                // No running instance rests in a history state, or in the end of all.
                let is_end = state.kind == StateKind::Final && state.parent == Some(StateId::new(0));
                let what = format!("state {}", state.path);
                let movable = state.is_history() || is_end;
                self.removed(self.old.states[index], what, movable);
            }
        }
    }

    fn state(&mut self, before: StateId, after: StateId) {
        let (old, new) = (self.old.chart.state(before), self.new.chart.state(after));
        let owner = if new.path.is_empty() { "the definition".to_owned() } else { format!("state {}", new.path) };
        let parts = (self.old.state_parts(old), self.new.state_parts(new));
        let can_be_active = !new.is_history() || old.is_history();
        let movable = can_be_active && !loses_regions(&self.old.chart, before, new);
        let begun = self.changes.len();
        let nodes = (self.old.states[before.index()], self.new.states[after.index()]);
        self.parts(nodes, &owner, &parts.0, &parts.1);
        // The type is the first of its parts.
        if parts.0[0] != parts.1[0] {
            self.changes[begun].movable = movable;
        }
        self.begun(before, after, &owner);
        self.transitions(before, after, &owner);
    }

    fn begun(&mut self, before: StateId, after: StateId, owner: &str) {
        let (mut old, new) = (self.old.begun(before), self.new.begun(after));
        for part in new {
            match old.iter().position(|known| known.name == part.name) {
                Some(at) => {
                    let known = old.remove(at);
                    self.parts((known.node, part.node), &format!("{owner}: {}", part.name), &known.parts, &part.parts);
                }
                None => self.added(part.node, format!("{owner}: {}", part.name)),
            }
        }
        for part in old {
            self.removed(part.node, format!("{owner}: {}", part.name), true);
        }
    }

    fn transitions(&mut self, before: StateId, after: StateId, owner: &str) {
        let (mut old, new) = (self.old.triggers(before), self.new.triggers(after));
        for (trigger, new) in new {
            let at = old.iter().position(|(known, _)| *known == trigger);
            let old = at.map(|at| old.remove(at).1).unwrap_or_default();
            self.group(owner, &trigger, old, new);
        }
        for (trigger, old) in old {
            self.group(owner, &trigger, old, Vec::new());
        }
    }

    /// The transitions of one state and trigger: the same ones are paired first, the rest in order.
    fn group(&mut self, owner: &str, trigger: &str, mut old: Vec<TransitionId>, mut new: Vec<TransitionId>) {
        let same = |diff: &Self, a: &TransitionId, b: &TransitionId| {
            diff.old.transition_parts(*a) == diff.new.transition_parts(*b)
        };
        let counts = (old.len(), new.len());
        let in_order = old.iter().zip(&new).all(|(a, b)| same(self, a, b));
        let first = new.first().copied();
        new.retain(|b| match old.iter().position(|a| same(self, a, b)) {
            Some(at) => {
                old.remove(at);
                false
            }
            None => true,
        });
        let what = format!("{owner}: transition {trigger}");
        if let (true, true, false, true, Some(first)) =
            (old.is_empty(), new.is_empty(), in_order, counts.0 == counts.1, first)
        {
            let pointer = self.new.document.pointer(self.new.transitions[first.index()]);
            self.changed(pointer, format!("{what}: order changed"));
        }
        let paired = old.len().min(new.len());
        for (a, b) in old.drain(..paired).zip(new.drain(..paired)).collect::<Vec<_>>() {
            let parts = (self.old.transition_parts(a), self.new.transition_parts(b));
            let nodes = (self.old.transitions[a.index()], self.new.transitions[b.index()]);
            self.parts(nodes, &what, &parts.0, &parts.1);
        }
        for id in new {
            let to = leads(&self.new, id);
            self.added(self.new.transitions[id.index()], format!("{what}{to}"));
        }
        for id in old {
            let to = leads(&self.old, id);
            self.removed(self.old.transitions[id.index()], format!("{what}{to}"), true);
        }
    }
}

fn leads(version: &Version<'_>, id: TransitionId) -> String {
    match version.paths(&version.chart.transition(id).targets) {
        targets if targets.is_empty() => String::new(),
        targets => format!(" to {targets}"),
    }
}

/// The state of the same path; the root's is empty.
fn counterpart(chart: &Chart, path: &str) -> Option<StateId> {
    if path.is_empty() { Some(StateId::new(0)) } else { chart.names.paths.get(path).copied() }
}

/// Are there several active states within it that could no longer be active together?
fn loses_regions(old: &Chart, before: StateId, new: &State) -> bool {
    old.state(before).kind == StateKind::Parallel
        && new.kind != StateKind::Parallel
        && old.real_children(before).count() > 1
}

fn kind(state: &State) -> &'static str {
    match state.kind {
        StateKind::Atomic => "atomic",
        StateKind::Compound => "compound",
        StateKind::Parallel => "parallel",
        StateKind::History { deep: false } => "shallow history",
        StateKind::History { deep: true } => "deep history",
        StateKind::Final => "final",
    }
}

/// A text that a line can hold.
fn short(text: &str) -> String {
    const LONGEST: usize = 200;
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::tests::FakeCatalog;
    use serde_json::{Value, json};

    fn changes(from: Value, to: Value) -> Vec<String> {
        let changes = diff(&from.to_string(), &to.to_string(), &FakeCatalog).unwrap();
        let row = |change: &Change| {
            format!("{} | {}{}", change.pointer, change.change, if change.movable { "" } else { " | stuck" })
        };
        changes.iter().map(row).collect()
    }

    fn base() -> Value {
        json!({ "id": "m", "initial": "a", "context": { "n": 1 },
            "states": {
                "a": { "after": { "P1D": "b" }, "invoke": { "src": "X", "input": { "k": "$.n" } },
                       "on": { "GO": [{ "target": "b", "guard": "$.n == 1" }, { "target": "c", "roles": ["boss"] }], "OLD": "b" } },
                "b": { "entry": "HELLO", "on": { "DONE": "c" } },
                "c": { "type": "final" } } })
    }

    #[test]
    fn the_same_is_the_same() {
        assert!(changes(base(), base()).is_empty());
        assert_eq!(diff("{", "{}", &FakeCatalog), None);
    }

    #[test]
    fn every_kind_of_change_has_its_row() {
        let mut to = base();
        to["context"] = json!({ "n": 2 });
        to["sla"] = json!({ "duration": "P2D" });
        to["states"]["a"]["after"] = json!({ "P2D": "b" });
        to["states"]["a"]["invoke"]["input"] = json!({ "k": "$.m" });
        to["states"]["a"]["on"] =
            json!({ "GO": [{ "target": "b", "guard": "$.n == 2" }, { "target": "c", "roles": ["boss"] }], "NEW": "d" });
        to["states"]["b"]["entry"] = json!(["HELLO", "AGAIN"]);
        to["states"]["b"]["tags"] = json!("open");
        to["states"]["d"] = json!({ "on": { "BACK": "a" } });
        assert_eq!(
            changes(base(), to),
            [
                "/context | the definition: context changed from {\"n\":1} to {\"n\":2}",
                "/sla | the definition: sla {\"duration\":\"P2D\"} added",
                "/states/a/after/P2D | state a: timer P2D added",
                "/states/a/invoke/input | state a: invoke: input changed from {\"k\":$.\"n\"} to {\"k\":$.\"m\"}",
                "/states/a/on/GO/0/guard | state a: transition GO: guard changed from $.n == 1 to $.n == 2",
                "/states/a/on/NEW | state a: transition NEW to d added",
                "/states/a/after/P2D | state a: transition after P2D to b added",
                "/states/b/entry | state b: entry changed from HELLO to HELLO; AGAIN",
                "/states/b/tags | state b: tags open added",
                "/states/d | state d added",
                "/states/a/after/P1D | state a: timer P1D removed",
                "/states/a/on/OLD | state a: transition OLD to b removed",
                "/states/a/after/P1D | state a: transition after P1D to b removed",
            ]
        );
    }

    #[test]
    fn a_place_that_is_gone_is_not_movable() {
        let to = json!({ "id": "m", "initial": "a", "context": { "n": 1 }, "states": { "a": {}, "e": { "type": "final" } } });
        let rows = changes(base(), to);
        assert!(rows.contains(&"/states/b | state b removed | stuck".to_owned()), "{rows:?}");
        // Nobody rests in the end of all.
        assert!(rows.contains(&"/states/c | state c removed".to_owned()), "{rows:?}");
    }

    #[test]
    fn a_change_of_type_says_whether_instances_fit() {
        let regions = json!({ "x": {}, "y": {} });
        let state = |state: Value| json!({ "id": "m", "initial": "s", "states": { "s": state } });
        let parallel = || state(json!({ "type": "parallel", "states": regions.clone() }));
        let compound = || state(json!({ "initial": "x", "states": regions.clone() }));
        assert_eq!(
            changes(parallel(), compound()),
            [
                "/states/s | state s: type changed from parallel to compound | stuck",
                "/states/s/initial | state s: initial x added"
            ]
        );
        assert_eq!(
            changes(compound(), parallel()),
            [
                "/states/s/type | state s: type changed from compound to parallel",
                "/states/s/initial | state s: initial x removed"
            ]
        );
    }

    #[test]
    fn an_earlier_transition_in_front_is_one_addition() {
        let on = |on: Value| json!({ "id": "m", "initial": "a", "states": { "a": { "on": { "GO": on } }, "b": {} } });
        let (x, y) = (json!({ "target": "b", "guard": "$.n == 1" }), json!({ "target": "b", "roles": ["x"] }));
        assert_eq!(
            changes(on(json!([y])), on(json!([x, y]))),
            ["/states/a/on/GO/0 | state a: transition GO to b added"]
        );
        assert_eq!(
            changes(on(json!([y, x])), on(json!([x, y]))),
            ["/states/a/on/GO/0 | state a: transition GO: order changed"]
        );
    }

    #[test]
    fn the_flat_form_is_compared_by_what_it_means() {
        let flat =
            json!({ "code": "m", "states": ["a", "b"], "transitions": [{ "from": "a", "to": "b", "by": ["clerk"] }] });
        let machine = json!({ "id": "m", "initial": "a", "states": {
            "a": { "on": { "b": { "target": "b", "roles": ["clerk"] } } }, "b": { "type": "final" } } });
        assert!(changes(flat.clone(), machine).is_empty());
        let more =
            json!({ "code": "m", "states": ["a", "b"], "transitions": [{ "from": "a", "to": "b", "by": ["boss"] }] });
        assert_eq!(changes(flat, more), ["/transitions/0 | state a: transition b: roles changed from clerk to boss"]);
    }
}
