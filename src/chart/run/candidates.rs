//! What could be taken from a position, without asking guards or roles: for messages, buttons and `wf_advance`.

use crate::chart::compiled::Chart;
use crate::chart::ids::{StateId, TransitionId};
use crate::chart::model::Trigger;
use crate::chart::position::Position;
use crate::chart::set::StateSet;

/// A transition that waits for an event.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Candidate {
    /// The descriptor as written.
    pub event: String,
    pub transition: TransitionId,
}

/// The `on` transitions of all active states: innermost first, in document order, each once.
pub fn candidates(chart: &Chart, position: &Position) -> Vec<Candidate> {
    let mut seen = StateSet::new(chart.states().len());
    let mut found = Vec::new();
    for leaf in position.active.iter().filter(|state| chart.state(*state).is_atomic()) {
        for id in std::iter::once(leaf).chain(chart.ancestors(leaf)) {
            if seen.contains(id) {
                break;
            }
            seen.insert(id);
            found.extend(chart.state(id).on.iter().filter_map(
                |transition| match &chart.transition(*transition).trigger {
                    Trigger::Event(event) => Some(Candidate { event: event.clone(), transition: *transition }),
                    _ => None,
                },
            ));
        }
    }
    found
}

/// Those of the [`candidates`] that lead to the state and name one event exactly.
pub fn advance_candidates(chart: &Chart, position: &Position, to: StateId) -> Vec<Candidate> {
    let mut found = candidates(chart, position);
    found.retain(|candidate| {
        let wildcard = candidate.event == "*" || candidate.event.ends_with(".*");
        !wildcard && chart.transition(candidate.transition).targets.contains(&to)
    });
    found
}
