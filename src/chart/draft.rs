//! A definition between text and chart: states and transitions as they will be, beside what was written and is not
//! resolved yet. Reading fills it, resolving numbers it, linting looks at it, compiling takes it apart.

use super::compiled::{Chart, Names};
use super::events::{DescriptorId, EventTable};
use super::finding::FindingCode;
use super::ids::{FunctionId, GuardCodeId, LiteralId, PathId, StateId, TransitionId};
use super::json::NodeId;
use super::jsonpath::Path;
use super::model::{Action, Function, Limits, Sla, State, Template, Transition, Trigger};
use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;

#[derive(Default)]
pub(super) struct Draft<'a> {
    pub(super) code: String,
    pub(super) description: Option<String>,
    pub(super) context: Option<String>,
    pub(super) sla: Option<Sla>,
    pub(super) search: Vec<(String, Template)>,
    pub(super) correlation: Option<Template>,
    pub(super) limits: Option<Limits>,
    pub(super) states: Vec<State>,
    pub(super) transitions: Vec<Transition>,
    pub(super) names: Names,
    /// States and invokes whose doers may not do a task.
    pub(super) not_by: Vec<(NodeId, &'a str)>,
    /// Beside `states`, by index.
    pub(super) written_states: Vec<WrittenState<'a>>,
    /// Beside `transitions`, by index.
    pub(super) written_transitions: Vec<WrittenTransition<'a>>,
    pub(super) paths: Pool<Path, String>,
    pub(super) literals: Pool<String>,
    pub(super) functions: Pool<Function>,
    pub(super) guard_codes: Pool<String>,
}

/// What a state's text says by name.
pub(super) struct WrittenState<'a> {
    pub(super) node: NodeId,
    /// Where its id is written; the state itself where it is not.
    pub(super) id: NodeId,
    pub(super) initial: Option<WrittenInitial<'a>>,
    pub(super) default_targets: Vec<(NodeId, &'a str)>,
    /// Where each of its invokes gets its id.
    pub(super) invokes: Vec<NodeId>,
    /// Where each of its delays gets its name.
    pub(super) timers: Vec<NodeId>,
    pub(super) on_done: Option<NodeId>,
}

pub(super) struct WrittenInitial<'a> {
    pub(super) node: NodeId,
    pub(super) target: &'a str,
    pub(super) actions: Box<[Action]>,
}

/// What a transition's text says by name.
pub(super) struct WrittenTransition<'a> {
    pub(super) node: NodeId,
    pub(super) targets: Vec<(NodeId, &'a str)>,
}

/// Things that are kept once and known by number afterwards.
pub(super) struct Pool<T, K = T> {
    items: Vec<T>,
    known: HashMap<K, usize>,
}

impl<T, K> Default for Pool<T, K> {
    fn default() -> Self {
        Pool { items: Vec::new(), known: HashMap::new() }
    }
}

impl<T, K: Hash + Eq> Pool<T, K> {
    pub(super) fn get(&self, index: usize) -> &T {
        &self.items[index]
    }

    fn index(&mut self, key: K, make: impl FnOnce(&K) -> T) -> usize {
        if let Some(index) = self.known.get(&key) {
            return *index;
        }
        self.items.push(make(&key));
        self.known.insert(key, self.items.len() - 1);
        self.items.len() - 1
    }
}

impl Draft<'_> {
    pub(super) fn path(&mut self, path: Path) -> PathId {
        PathId::new(self.paths.index(path.text.clone(), |_| path))
    }

    pub(super) fn literal(&mut self, text: String) -> LiteralId {
        LiteralId::new(self.literals.index(text, String::clone))
    }

    pub(super) fn function(&mut self, function: Function) -> FunctionId {
        FunctionId::new(self.functions.index(function, Function::clone))
    }

    pub(super) fn guard_code(&mut self, code: &str) -> GuardCodeId {
        GuardCodeId::new(self.guard_codes.index(code.to_owned(), String::clone))
    }

    pub(super) fn state(&mut self, id: StateId) -> &mut State {
        &mut self.states[id.index()]
    }

    /// The chart, of a draft in which nothing is wrong.
    pub(super) fn compile(mut self) -> Chart {
        let mut events = EventTable::default();
        for index in 0..self.states.len() {
            self.states[index].triggers = self.triggers(&self.states[index], &mut events);
        }
        Chart {
            code: self.code,
            description: self.description,
            context: self.context.unwrap_or_else(|| "{}".to_owned()),
            paths: self.paths.items,
            literals: self.literals.items,
            functions: self.functions.items,
            guard_codes: self.guard_codes.items,
            timed: (0..self.states.len())
                .map(StateId::new)
                .filter(|id| self.states[id.index()].sla.is_some())
                .collect(),
            has_always: self.states.iter().any(|state| !state.always.is_empty()),
            states: self.states,
            transitions: self.transitions,
            sla: self.sla,
            search: self.search,
            correlation: self.correlation,
            limits: self.limits,
            names: self.names,
            events,
        }
    }

    fn triggers(&self, state: &State, events: &mut EventTable) -> Box<[(DescriptorId, Box<[TransitionId]>)]> {
        let mut by_descriptor: BTreeMap<DescriptorId, Vec<TransitionId>> = BTreeMap::new();
        for id in state.transitions() {
            let descriptor = match &self.transitions[id.index()].trigger {
                Trigger::Event(descriptor) => events.intern(descriptor),
                Trigger::Done => events.intern(&format!("done.state.{}", state.id)),
                Trigger::InvokeDone(index) => events.intern(&format!("done.invoke.{}", state.invoke[*index].id)),
                Trigger::InvokeError(index) => events.intern(&format!("error.invoke.{}", state.invoke[*index].id)),
                Trigger::Always | Trigger::After(_) => continue,
            };
            by_descriptor.entry(descriptor).or_default().push(id);
        }
        by_descriptor.into_iter().map(|(descriptor, ids)| (descriptor, ids.into())).collect()
    }
}

/// A finding before it has a pointer.
pub(super) type Flaw = (NodeId, FindingCode, String);
