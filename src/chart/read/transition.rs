//! Transitions in all their spellings: a target, an object, or an array of those, under `on`, `always`, `after` and the
//! done keys.

use super::Reader;
use crate::chart::draft::WrittenTransition;
use crate::chart::finding::FindingCode;
use crate::chart::ids::{StateId, TransitionId};
use crate::chart::json::{NodeId, Value};
use crate::chart::model::{Transition, Trigger};

const KEYS: [&str; 7] = ["target", "guard", "actions", "reenter", "roles", "description", "meta"];
const AFTER_KEYS: [&str; 8] = ["target", "guard", "actions", "reenter", "roles", "description", "meta", "calendar"];

impl<'a> Reader<'a> {
    /// All transitions of one trigger.
    pub(super) fn transitions(&mut self, node: NodeId, source: StateId, trigger: &Trigger) -> Box<[TransitionId]> {
        let items = self.items(node);
        if items.is_empty() {
            let message = "An empty list of transitions does nothing; write {} to swallow the event here";
            self.flaw(node, FindingCode::BadValue, message);
        }
        items.iter().filter_map(|item| self.transition(*item, source, trigger.clone())).collect()
    }

    /// The state's `on`.
    pub(super) fn on(&mut self, node: NodeId, source: StateId) -> Box<[TransitionId]> {
        let doc = self.doc;
        if !matches!(doc.value(node), Value::Object(_)) {
            self.wrong_type(node, "\"on\"", "an object of event names");
        }
        let mut all = Vec::new();
        for (descriptor, child) in doc.entries(node) {
            let stem = descriptor.strip_suffix('*').unwrap_or(descriptor);
            if descriptor.is_empty() {
                let message = "An event needs a name; for a transition without an event use \"always\"";
                self.flaw(child, FindingCode::BadValue, message);
            } else if stem.contains('*') || (stem != descriptor && !stem.is_empty() && !stem.ends_with('.')) {
                let message =
                    format!("\"{descriptor}\" is no event descriptor; a * stands alone or last, as in order.*");
                self.flaw(child, FindingCode::BadValue, message);
            }
            all.extend_from_slice(&self.transitions(child, source, &Trigger::Event(descriptor.to_owned())));
        }
        all.into()
    }

    /// The new transition's number; the draft keeps what its text says by name.
    pub(super) fn push_transition(&mut self, transition: Transition, written: WrittenTransition<'a>) -> TransitionId {
        let id = TransitionId::new(self.draft.transitions.len());
        self.draft.transitions.push(transition);
        self.draft.written_transitions.push(written);
        id
    }

    fn transition(&mut self, node: NodeId, source: StateId, trigger: Trigger) -> Option<TransitionId> {
        let doc = self.doc;
        let mut written = WrittenTransition { node, targets: Vec::new() };
        let mut transition = Transition {
            source,
            trigger,
            targets: Box::default(),
            reenter: false,
            roles: Box::default(),
            guard: None,
            actions: Box::default(),
            description: None,
            meta: None,
        };
        if let Value::String(target) = doc.value(node) {
            written.targets.push((node, target));
        } else {
            let keys = if matches!(transition.trigger, Trigger::After(_)) { &AFTER_KEYS[..] } else { &KEYS[..] };
            if !self.object(node, "A transition", keys) {
                return None;
            }
            written.targets = doc.get(node, "target").map(|target| self.targets(target)).unwrap_or_default();
            transition.guard = doc.get(node, "guard").and_then(|guard| self.guard(guard));
            transition.reenter = doc.get(node, "reenter").is_some_and(|reenter| self.boolean(reenter, "\"reenter\""));
            transition.roles = doc.get(node, "roles").map(|roles| self.names(roles, "A role")).unwrap_or_default();
            transition.actions = doc.get(node, "actions").map(|actions| self.actions(actions)).unwrap_or_default();
            transition.description = self.description(node);
            transition.meta = self.meta(node);
        }
        Some(self.push_transition(transition, written))
    }

    /// Targets as written: one, several, or null for none.
    pub(super) fn targets(&mut self, node: NodeId) -> Vec<(NodeId, &'a str)> {
        if matches!(self.doc.value(node), Value::Null) {
            return Vec::new();
        }
        let items = self.items(node);
        if items.is_empty() {
            let message = "An empty list of targets leads nowhere; leave \"target\" out for a transition that stays";
            self.flaw(node, FindingCode::BadValue, message);
        }
        items.iter().filter_map(|item| Some((*item, self.string(*item, "A target")?))).collect()
    }
}
