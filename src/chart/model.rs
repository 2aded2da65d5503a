//! The parts of a compiled chart: states, transitions, actions, guards, values. Dense and owned; ids instead of names
//! wherever something is looked up while running. Nothing here decides anything.

use super::duration::Duration;
use super::events::DescriptorId;
use super::ids::{FunctionId, GuardCodeId, LiteralId, PathId, StateId, TransitionId};

/// A state of the chart.
#[derive(Clone, PartialEq, Debug)]
pub struct State {
    /// Its name among its siblings; the definition's code for the root.
    pub key: String,
    /// All keys from below the root, joined by dots; empty for the root.
    pub path: String,
    /// As written, or the root's id and the path.
    pub id: String,
    pub kind: StateKind,
    pub parent: Option<StateId>,
    /// In document order, history states included.
    pub children: Box<[StateId]>,
    pub tags: Box<[String]>,
    pub description: Option<String>,
    pub meta: Option<LiteralId>,
    /// Of compound states.
    pub initial: Option<Initial>,
    /// Of history states: what is entered when there is nothing to remember; empty means the parent's default.
    pub default_targets: Box<[StateId]>,
    pub entry: Box<[Action]>,
    pub exit: Box<[Action]>,
    /// Transitions on events, in document order.
    pub on: Box<[TransitionId]>,
    /// Eventless transitions.
    pub always: Box<[TransitionId]>,
    pub after: Box<[After]>,
    pub invoke: Box<[Invoke]>,
    /// Transitions on the state's own done event.
    pub on_done: Box<[TransitionId]>,
    /// Of final states, and of the root: what the chart answers.
    pub output: Option<Template>,
    pub sla: Option<Sla>,
    /// The last of its descendants in document order; itself if it has none.
    pub(super) last: StateId,
    /// Everything that an event's name can trigger, sorted by descriptor.
    pub(super) triggers: Box<[(DescriptorId, Box<[TransitionId]>)]>,
}

impl State {
    /// A state without any content yet.
    pub(super) fn new(index: StateId, key: String, path: String, id: String, parent: Option<StateId>) -> State {
        State {
            key,
            path,
            id,
            kind: StateKind::Atomic,
            parent,
            children: Box::default(),
            tags: Box::default(),
            description: None,
            meta: None,
            initial: None,
            default_targets: Box::default(),
            entry: Box::default(),
            exit: Box::default(),
            on: Box::default(),
            always: Box::default(),
            after: Box::default(),
            invoke: Box::default(),
            on_done: Box::default(),
            output: None,
            sla: None,
            last: index,
            triggers: Box::default(),
        }
    }

    /// Every transition that begins here: on events, eventless, delayed, on done, on the answers of invokes.
    pub fn transitions(&self) -> impl Iterator<Item = TransitionId> + '_ {
        let after = self.after.iter().flat_map(|after| &after.transitions);
        let invoke = self.invoke.iter().flat_map(|invoke| invoke.on_done.iter().chain(&invoke.on_error));
        self.on.iter().chain(&self.always).chain(after).chain(&self.on_done).chain(invoke).copied()
    }

    /// Is it a leaf of a configuration?
    pub fn is_atomic(&self) -> bool {
        matches!(self.kind, StateKind::Atomic | StateKind::Final)
    }

    /// Does it stand for a configuration that was left?
    pub fn is_history(&self) -> bool {
        matches!(self.kind, StateKind::History { .. })
    }
}

/// What a state is made of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum StateKind {
    Atomic,
    /// Exactly one child is active.
    Compound,
    /// All children are active.
    Parallel,
    /// Stands for the children (or, deep, the leaves) that were active when its parent was left.
    History {
        deep: bool,
    },
    Final,
}

/// How a compound state is entered by default.
#[derive(Clone, PartialEq, Debug)]
pub struct Initial {
    pub target: StateId,
    pub actions: Box<[Action]>,
}

/// A step that the chart can take.
#[derive(Clone, PartialEq, Debug)]
pub struct Transition {
    pub source: StateId,
    pub trigger: Trigger,
    /// Empty: only the actions run.
    pub targets: Box<[StateId]>,
    /// Leaves and enters the source even where the targets lie within it.
    pub reenter: bool,
    /// Who may cause it from outside; empty means anyone.
    pub roles: Box<[String]>,
    pub guard: Option<Guard>,
    pub actions: Box<[Action]>,
    pub description: Option<String>,
    pub meta: Option<LiteralId>,
}

/// What a transition waits for.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Trigger {
    /// An event descriptor as written, wildcards included.
    Event(String),
    /// Nothing: it is taken as soon as its guard holds.
    Always,
    /// The source's delay of this index.
    After(usize),
    /// The source's own done event.
    Done,
    /// The answer of the source's invoke of this index.
    InvokeDone(usize),
    /// The failure of the source's invoke of this index.
    InvokeError(usize),
}

/// A delay that begins when its state is entered and dies when it is left.
#[derive(Clone, PartialEq, Debug)]
pub struct After {
    /// `<path>.after.<key>`, `after.<key>` at the root, or the flat form's own name.
    pub name: String,
    pub delay: Delay,
    /// The business calendar that counts the delay.
    pub calendar: Option<String>,
    pub transitions: Box<[TransitionId]>,
}

/// A length of time.
#[derive(Clone, PartialEq, Debug)]
pub enum Delay {
    Fixed(Duration),
    /// Gives milliseconds, a duration or a timestamp.
    Computed(Template),
}

/// An effect whose answer comes back as an event.
#[derive(Clone, PartialEq, Debug)]
pub struct Invoke {
    pub id: String,
    /// `wf.task`, `wf.workflow` or an effect's code.
    pub src: String,
    pub input: Option<Template>,
    /// The retry policy, as written.
    pub retry: Option<LiteralId>,
    pub timeout: Option<Duration>,
    pub description: Option<String>,
    pub on_done: Box<[TransitionId]>,
    pub on_error: Box<[TransitionId]>,
}

/// Something that a chart does, in the order in which it is written.
#[derive(Clone, PartialEq, Debug)]
pub enum Action {
    Assign(Box<[(String, Template)]>),
    /// Without a delay the event joins this macrostep's internal queue.
    Raise {
        event: String,
        payload: Option<Template>,
        delay: Option<Delay>,
        id: Option<String>,
    },
    Cancel {
        id: String,
    },
    Log {
        message: Template,
    },
    /// `wf.escalate`
    Escalate,
    /// Runs after commit, whatever its code is bound to.
    Effect {
        code: String,
        params: Option<Template>,
        retry: Option<LiteralId>,
        timeout: Option<Duration>,
    },
}

/// A condition of a transition, in Kleene's logic.
#[derive(Clone, PartialEq, Debug)]
pub enum Guard {
    Leaf(Condition),
    And(Box<[Guard]>),
    Or(Box<[Guard]>),
    Not(Box<Guard>),
}

/// One question to the host.
#[derive(Clone, PartialEq, Debug)]
pub struct Condition {
    /// As written: the jsonpath, the function's name or the registered code.
    pub text: String,
    pub test: Test,
}

/// How a condition is answered.
#[derive(Clone, PartialEq, Debug)]
pub enum Test {
    Path(PathId),
    Function { function: FunctionId, params: Option<Template> },
    Registered { code: GuardCodeId, params: Option<Template> },
}

/// A value, constant or computed.
#[derive(Clone, PartialEq, Debug)]
pub enum Template {
    Literal(LiteralId),
    Path(PathId),
    Call { function: FunctionId, args: Box<Template> },
    Object(Box<[(String, Template)]>),
    Array(Box<[Template]>),
}

/// A SQL function that a definition calls.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Function {
    pub name: String,
    pub kind: FunctionKind,
}

/// Which signature it must have.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum FunctionKind {
    /// `(context jsonb, vars jsonb) returns boolean`
    Guard,
    /// `(args jsonb, vars jsonb) returns jsonb`
    Value,
}

/// A service level of the whole instance or of one state.
#[derive(Clone, PartialEq, Debug)]
pub struct Sla {
    pub duration: Delay,
    pub calendar: Option<String>,
    /// The share of the duration after which to warn, between 0 and 1.
    pub warn: Option<f64>,
    /// The ladder after a breach; empty means the engine's own.
    pub escalations: Box<[Escalation]>,
}

/// One rung of a ladder.
#[derive(Clone, PartialEq, Debug)]
pub struct Escalation {
    /// Counted from the breach.
    pub after: Duration,
    pub to_role: Option<String>,
    pub to_user: Option<String>,
    pub effect: Option<String>,
}

/// How much of a definition may run at once.
#[derive(Clone, PartialEq, Debug)]
pub struct Limits {
    pub max_concurrent: Option<u32>,
    pub per_second: Option<f64>,
}
