//! A compiled definition and the ways to find things in it. Built once by [`check`](super::check), immutable
//! afterwards, free of any tie to the text it came from, so that a backend can keep it for as long as it likes.

use super::events::EventTable;
use super::ids::{StateId, TransitionId};
use super::jsonpath::Path;
use super::model::{Function, Limits, Sla, State, Template, Transition};
use std::collections::HashMap;

/// A compiled definition.
#[derive(Debug)]
pub struct Chart {
    pub(super) code: String,
    pub(super) description: Option<String>,
    pub(super) context: String,
    pub(super) paths: Vec<Path>,
    pub(super) literals: Vec<String>,
    pub(super) functions: Vec<Function>,
    pub(super) guard_codes: Vec<String>,
    pub(super) states: Vec<State>,
    pub(super) transitions: Vec<Transition>,
    pub(super) sla: Option<Sla>,
    pub(super) search: Vec<(String, Template)>,
    pub(super) correlation: Option<Template>,
    pub(super) limits: Option<Limits>,
    pub(super) names: Names,
    pub(super) events: EventTable,
    /// The states with a service level of their own.
    pub(super) timed: Vec<StateId>,
    /// Is there any eventless transition?
    pub(super) has_always: bool,
}

/// Every name of a chart that can be asked for from outside.
#[derive(Debug, Default)]
pub(super) struct Names {
    pub(super) paths: HashMap<String, StateId>,
    pub(super) ids: HashMap<String, StateId>,
    /// In document order.
    pub(super) keys: HashMap<String, Vec<StateId>>,
    pub(super) timers: HashMap<String, (StateId, usize)>,
    pub(super) invokes: HashMap<String, (StateId, usize)>,
}

/// What a name of a state led to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Lookup {
    One(StateId),
    None,
    /// Several states bear the name; a longer path would tell them apart.
    Ambiguous(Vec<StateId>),
}

impl Chart {
    /// The definition's code, which is the root's id.
    pub fn code(&self) -> &str {
        &self.code
    }

    /// The root's description.
    pub fn description(&self) -> Option<&str> {
        self.description.as_deref()
    }

    /// The context that an instance begins with, as JSON text; `{}` by default.
    pub fn context(&self) -> &str {
        &self.context
    }

    /// All jsonpaths, each once, indexed by [`PathId`](super::PathId).
    pub fn paths(&self) -> &[Path] {
        &self.paths
    }

    /// All constant values as JSON texts, each once, indexed by [`LiteralId`](super::LiteralId).
    pub fn literals(&self) -> &[String] {
        &self.literals
    }

    /// All SQL functions, each once, indexed by [`FunctionId`](super::FunctionId).
    pub fn functions(&self) -> &[Function] {
        &self.functions
    }

    /// All codes of registered guards, each once, indexed by [`GuardCodeId`](super::GuardCodeId).
    pub fn guard_codes(&self) -> &[String] {
        &self.guard_codes
    }

    /// All states in document order; the first is the root.
    pub fn states(&self) -> &[State] {
        &self.states
    }

    /// One state.
    pub fn state(&self, id: StateId) -> &State {
        &self.states[id.index()]
    }

    /// All transitions, state by state in document order, indexed by [`TransitionId`].
    pub fn transitions(&self) -> &[Transition] {
        &self.transitions
    }

    /// One transition.
    pub fn transition(&self, id: TransitionId) -> &Transition {
        &self.transitions[id.index()]
    }

    /// The root's service level.
    pub fn sla(&self) -> Option<&Sla> {
        self.sla.as_ref()
    }

    /// The states with a service level of their own, in document order; the root's is [`sla`](Self::sla).
    pub fn timed_states(&self) -> &[StateId] {
        &self.timed
    }

    /// The values that instances can be searched by.
    pub fn search(&self) -> &[(String, Template)] {
        &self.search
    }

    /// The value that messages find instances by.
    pub fn correlation(&self) -> Option<&Template> {
        self.correlation.as_ref()
    }

    /// How much may run at once.
    pub fn limits(&self) -> Option<&Limits> {
        self.limits.as_ref()
    }

    /// A state by its full path, by `#id` (or `#id.child`), or by a key or the end of a path that no other state
    /// shares.
    pub fn find_state(&self, name: &str) -> Lookup {
        self.names.find(name, &self.states)
    }

    /// An `after` by its timer's name: its state and its index there.
    pub fn find_timer(&self, name: &str) -> Option<(StateId, usize)> {
        self.names.timers.get(name).copied()
    }

    /// An invoke by its id: its state and its index there.
    pub fn find_invoke(&self, id: &str) -> Option<(StateId, usize)> {
        self.names.invokes.get(id).copied()
    }

    /// Is the state a proper descendant of the other?
    pub fn is_descendant(&self, state: StateId, ancestor: StateId) -> bool {
        ancestor < state && state <= self.state(ancestor).last
    }

    /// The state's children that can be active, in document order.
    pub(super) fn real_children(&self, state: StateId) -> impl Iterator<Item = StateId> + '_ {
        self.state(state).children.iter().copied().filter(|child| !self.state(*child).is_history())
    }

    /// The state's proper ancestors, innermost first.
    pub fn ancestors(&self, state: StateId) -> impl Iterator<Item = StateId> + '_ {
        std::iter::successors(self.state(state).parent, |ancestor| self.state(*ancestor).parent)
    }
}

impl Names {
    /// What `Chart::find_state` finds.
    pub(super) fn find(&self, name: &str, states: &[State]) -> Lookup {
        if let Some(id) = name.strip_prefix('#') {
            return self.by_id(id, states).map_or(Lookup::None, Lookup::One);
        }
        if let Some(state) = self.paths.get(name) {
            return Lookup::One(*state);
        }
        let key = name.rsplit('.').next().unwrap_or(name);
        let ends_so = |state: &&StateId| {
            let rest = states[state.index()].path.strip_suffix(name);
            rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        };
        let found: Vec<StateId> = self.keys.get(key).into_iter().flatten().filter(ends_so).copied().collect();
        match found.as_slice() {
            [] => Lookup::None,
            [one] => Lookup::One(*one),
            _ => Lookup::Ambiguous(found),
        }
    }

    /// The state with this id, or the descendant that the rest of the name leads to. Ids may hold dots, so the longest
    /// id wins.
    pub(super) fn by_id(&self, name: &str, states: &[State]) -> Option<StateId> {
        if let Some(state) = self.ids.get(name) {
            return Some(*state);
        }
        let dots = name.rmatch_indices('.').map(|(dot, _)| dot);
        let (state, rest) = dots.filter_map(|dot| Some((*self.ids.get(&name[..dot])?, &name[dot + 1..]))).next()?;
        self.below(state, rest, states)
    }

    /// The descendant that the keys of `path` lead to.
    pub(super) fn below(&self, state: StateId, path: &str, states: &[State]) -> Option<StateId> {
        match states[state.index()].path.as_str() {
            "" => self.paths.get(path).copied(),
            above => self.paths.get(&format!("{above}.{path}")).copied(),
        }
    }
}
