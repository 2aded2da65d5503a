//! What a macrostep answers. Commands are in the order in which the chart asked for them and hold no reference to the
//! chart, so that the engine can write them when and where it likes.

use crate::chart::duration::Duration;
use crate::chart::ids::{LiteralId, StateId, TransitionId};
use crate::chart::position::Position;
use crate::chart::set::StateSet;

/// Why no outcome came of a macrostep.
#[derive(Debug)]
pub enum Stop<E> {
    /// The host could not answer.
    Host(E),
    /// The chart turned in a circle.
    MicrostepLimit {
        /// Where it turned, as a state text.
        states: String,
    },
    /// The event from outside selected nothing.
    Refused(Refusal),
}

/// Why an event selected nothing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Refusal {
    /// No active state has a transition for it.
    NoMatch,
    /// There were transitions that the roles fit, but no guard held: every result, in order.
    Guards(Vec<GuardResult>),
    /// Only roles stood in the way: those that would be allowed, sorted, each once.
    Roles(Vec<String>),
}

/// The answer to one leaf of a guard.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct GuardResult {
    /// As written in the definition.
    pub guard: String,
    /// `None` is unknown, which counts as false.
    pub result: Option<bool>,
}

/// What one macrostep came to.
#[derive(Debug)]
pub struct Outcome<V> {
    pub position: Position,
    pub status: Status<V>,
    /// Every leaf of every guard that was evaluated, in order.
    pub guards: Vec<GuardResult>,
    pub taken: Vec<TransitionId>,
    /// Already netted: what began and ended within the macrostep is not in it.
    pub commands: Vec<Command<V>>,
    /// States active before the macrostep that were exited at least once: their timers, invokes and tasks end. All of
    /// them when the chart is done.
    pub left: StateSet,
    /// States active now that were entered in this macrostep.
    pub entered: StateSet,
    /// Ids of delayed raises to end in the store, before the commands are carried out.
    pub cancelled: Vec<String>,
}

/// Is there more to come?
#[derive(Clone, PartialEq, Debug)]
pub enum Status<V> {
    Active,
    Done {
        /// The final child of the root, or the root itself where that is parallel.
        state: StateId,
        /// The root's `output`, or else the final child's.
        output: Option<V>,
    },
}

/// Something to be done outside.
#[derive(Clone, PartialEq, Debug)]
pub enum Command<V> {
    Effect {
        code: String,
        params: Option<V>,
        retry: Option<LiteralId>,
        timeout: Option<Duration>,
    },
    Invoke {
        state: StateId,
        index: usize,
        input: Option<V>,
    },
    After {
        state: StateId,
        index: usize,
        delay: When<V>,
    },
    Raise {
        id: Option<String>,
        event: String,
        payload: Option<V>,
        delay: When<V>,
    },
    Log {
        message: V,
    },
    /// The state whose action it is; a transition's action is its source's.
    Escalate {
        state: StateId,
    },
}

/// When something falls due.
#[derive(Clone, PartialEq, Debug)]
pub enum When<V> {
    Fixed(Duration),
    /// Milliseconds, a duration or a timestamp.
    Computed(V),
}
