//! The statechart: a definition is read, checked and compiled here, and one macrostep of it is run here. Pure Rust, no
//! Postgres: values, guards and time belong to a [`Host`], knowledge of the database to a [`Catalog`], and nothing
//! outside this room is imported. Nothing in here may panic, whatever the text.
//!
//! # The way of a definition
//!
//! [`check`] takes the text through five rooms, and collects what each finds instead of stopping at the first mistake:
//!
//! 1. `json` measures it (size, depth), asks serde_json for its syntax and makes a tree whose nodes are numbered in document
//!    order, so that a finding needs to remember only a number and findings sort themselves.
//! 2. `read` goes through the XState shape or the flat shape key by key and makes states and transitions whose targets are still
//!    text. Every distinct jsonpath is shown to the catalog once.
//! 3. `resolve` numbers what was text: ids, targets, initial and default states.
//! 4. `lint` walks the result for what is legal but hardly meant.
//! 5. `Chart` is built if no finding is an error.
//!
//! # The way of an event
//!
//! The algorithm is SCXML's in XState v5's reading. [`send`] resolves the event's name to descriptors, selects at most
//! one transition per region (innermost first, document order), lets inner ones preempt outer ones, exits inner-first,
//! runs the transitions' actions, enters outer-first, and repeats with eventless transitions and raised events until
//! neither is left. What is to be done outside is never done here: it is listed in [`Outcome::commands`] in order,
//! already netted, so that a timer begun and ended within the macrostep never reaches a table.
//!
//! States are numbered in pre-order. That one decision makes a descendant a comparison of integers, an exit set a range
//! of bits, and document order the order of numbers.

mod check;
mod compiled;
mod diff;
mod draft;
mod draw;
mod duration;
mod events;
mod finding;
mod ids;
mod json;
mod jsonpath;
mod lint;
mod model;
mod position;
mod read;
mod resolve;
mod run;
mod set;
mod text;

pub use check::{Catalog, Report, check, check_handler};
pub use compiled::{Chart, Lookup};
pub use diff::{Change, diff};
pub use draw::{Marks, Notation, Passage, draw};
pub use duration::Duration;
pub use finding::{Finding, FindingCode, Severity};
pub use ids::{FunctionId, GuardCodeId, LiteralId, PathId, StateId, TransitionId};
pub use json::compact;
pub use jsonpath::{Path, Variables, is_predicate, variables};
pub use model::{
    Action, After, Condition, Delay, Escalation, Function, FunctionKind, Guard, Initial, Invoke, Limits, Sla, State,
    StateKind, Template, Test, Transition, Trigger,
};
pub use position::{History, Position};
pub use read::HandlerSettings;
pub use run::{
    Arrival, Candidate, Command, Event, GuardResult, Host, Left, MICROSTEP_LIMIT, Outcome, Refusal, Relocation,
    Request, Scope, Status, Stop, Translation, When, advance_candidates, arrive, ask, candidates, leave, send, start,
};
pub use set::StateSet;

#[cfg(test)]
mod tests;
