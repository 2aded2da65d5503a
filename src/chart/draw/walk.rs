//! The path that an instance walked, worked out from its steps: a step knows where it began, which event it had and where it
//! ended, not every transition that it took. Of the ways that the chart allows between the two the shortest is shown.

use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};

use crate::chart::compiled::Chart;
use crate::chart::ids::{StateId, TransitionId};
use crate::chart::model::{Action, StateKind, Trigger};
use crate::chart::set::StateSet;

/// One step of an instance.
pub struct Passage {
    /// Nothing for the start.
    pub from: Option<String>,
    pub to: String,
    pub event: Option<String>,
    /// The name of the timer that fired.
    pub timer: Option<String>,
}

/// What stands out in a diagram.
#[derive(Debug)]
pub struct Marks {
    pub(super) current: StateSet,
    pub(super) walked: StateSet,
    pub(super) taken: BTreeSet<TransitionId>,
}

impl Default for Marks {
    fn default() -> Self {
        Marks { current: StateSet::new(0), walked: StateSet::new(0), taken: BTreeSet::new() }
    }
}

impl Marks {
    /// The place of an instance, as a state text, and the path of its steps. States that the chart does not have, reserved ones
    /// and those of other versions, are passed over.
    pub fn new(chart: &Chart, current: &str, passages: &[Passage]) -> Marks {
        let mut marks = Marks {
            current: closure(chart, current),
            walked: StateSet::new(chart.states().len()),
            taken: BTreeSet::new(),
        };
        let walk = Walk { chart, raised: raised(chart) };
        for passage in passages {
            walk.mark(passage, &mut marks);
        }
        marks
    }
}

/// The states of a state text with their ancestors.
fn closure(chart: &Chart, text: &str) -> StateSet {
    let mut states = StateSet::new(chart.states().len());
    for state in text.split_ascii_whitespace().filter_map(|path| chart.names.paths.get(path)) {
        states.insert(*state);
        chart.ancestors(*state).for_each(|ancestor| states.insert(ancestor));
    }
    states
}

/// The events that the chart raises for itself without a delay.
fn raised(chart: &Chart) -> HashSet<&str> {
    let of_states = chart.states().iter().flat_map(|state| state.entry.iter().chain(&state.exit));
    let of_transitions = chart.transitions().iter().flat_map(|transition| &transition.actions);
    let raised = of_states.chain(of_transitions).filter_map(|action| match action {
        Action::Raise { event, delay: None, .. } => Some(event.as_str()),
        _ => None,
    });
    raised.collect()
}

struct Walk<'a> {
    chart: &'a Chart,
    raised: HashSet<&'a str>,
}

impl Walk<'_> {
    fn mark(&self, passage: &Passage, marks: &mut Marks) {
        let chart = self.chart;
        let to = closure(chart, &passage.to);
        marks.walked.extend(&to);
        let Some(from) = &passage.from else {
            let entered = self.entered(&[StateId::new(0)], &to);
            if let Some(way) = self.way(None, entered, &to) {
                self.mark_way(&way, marks);
            }
            return;
        };
        let from = closure(chart, from);
        marks.walked.extend(&from);
        for source in from.iter() {
            // Of one state at most one transition is taken at a time: the one with the shortest way, the earlier of two.
            let ways = self.triggered(source, passage).into_iter().filter_map(|first| {
                let transition = chart.transition(first);
                let targets = if transition.targets.is_empty() { vec![source] } else { transition.targets.to_vec() };
                let entered = if transition.targets.is_empty() { targets } else { self.entered(&targets, &to) };
                self.way(Some(first), entered, &to)
            });
            if let Some(way) = ways.min_by_key(Vec::len) {
                self.mark_way(&way, marks);
            }
        }
    }

    fn mark_way(&self, way: &[TransitionId], marks: &mut Marks) {
        let chart = self.chart;
        for id in way {
            let transition = chart.transition(*id);
            marks.taken.insert(*id);
            // What a history state stood for is not known here; the step's own states are marked already.
            let targets = transition.targets.iter().copied().filter(|target| !chart.state(*target).is_history());
            let entered = self.entered(&targets.collect::<Vec<_>>(), &StateSet::new(0));
            for state in entered.into_iter().chain([transition.source]) {
                marks.walked.insert(state);
                chart.ancestors(state).for_each(|ancestor| marks.walked.insert(ancestor));
            }
        }
    }

    /// The transitions of the state that the step's event can have triggered.
    fn triggered(&self, source: StateId, passage: &Passage) -> Vec<TransitionId> {
        let chart = self.chart;
        let Some(event) = &passage.event else { return Vec::new() };
        let timer = passage.timer.as_ref().filter(|_| event == "wf.after").and_then(|name| chart.find_timer(name));
        let triggered = chart.events.resolve(event, timer);
        triggered.candidates(source, chart.state(source)).collect()
    }

    /// The transitions from a first one to a state of `to`, without an event from outside.
    fn way(&self, first: Option<TransitionId>, entered: Vec<StateId>, to: &StateSet) -> Option<Vec<TransitionId>> {
        let chart = self.chart;
        let arrives =
            |states: &[StateId]| states.iter().any(|state| chart.state(*state).is_atomic() && to.contains(*state));
        let stays = first.is_some_and(|first| chart.transition(first).targets.is_empty());
        if arrives(&entered) || (stays && entered.iter().any(|state| to.contains(*state))) {
            return Some(first.into_iter().collect());
        }
        let mut before: HashMap<TransitionId, Option<TransitionId>> = HashMap::new();
        let mut open = VecDeque::from([(first, entered)]);
        while let Some((last, entered)) = open.pop_front() {
            for next in entered.iter().flat_map(|state| self.follows(*state)) {
                if first == Some(next) || before.contains_key(&next) {
                    continue;
                }
                before.insert(next, last);
                let entered = self.entered(&chart.transition(next).targets, to);
                if arrives(&entered) {
                    let mut way: Vec<TransitionId> =
                        std::iter::successors(Some(next), |id| before.get(id).copied().flatten()).collect();
                    way.reverse();
                    return Some(way);
                }
                open.push_back((Some(next), entered));
            }
        }
        None
    }

    /// What can follow by itself once the state is entered: eventless transitions, done events, events that the chart raises.
    fn follows(&self, entered: StateId) -> Vec<TransitionId> {
        let chart = self.chart;
        let around = std::iter::once(entered).chain(chart.ancestors(entered));
        let all = around.flat_map(|state| chart.state(state).transitions());
        let follows = all.filter(|id| match &chart.transition(*id).trigger {
            Trigger::Always | Trigger::Done => true,
            Trigger::Event(event) => self.raised.contains(event.as_str()),
            Trigger::After(_) | Trigger::InvokeDone(_) | Trigger::InvokeError(_) => false,
        });
        follows.collect()
    }

    /// The states that these targets enter by default; of a history state, those of `to` that it can stand for.
    fn entered(&self, targets: &[StateId], to: &StateSet) -> Vec<StateId> {
        let chart = self.chart;
        let mut entered = Vec::new();
        let mut open = targets.to_vec();
        let mut seen = StateSet::new(chart.states().len());
        while let Some(id) = open.pop() {
            if seen.contains(id) {
                continue;
            }
            seen.insert(id);
            let state = chart.state(id);
            match state.kind {
                StateKind::History { .. } => {
                    open.extend(
                        state
                            .parent
                            .iter()
                            .flat_map(|parent| to.range(parent.index() + 1, chart.state(*parent).last.index())),
                    );
                    open.extend(&state.default_targets);
                }
                StateKind::Compound => {
                    // A target within it decides, where there is one.
                    let aimed = targets.iter().any(|target| chart.is_descendant(*target, id));
                    open.extend(state.initial.iter().filter(|_| !aimed).map(|initial| initial.target));
                }
                StateKind::Parallel => open.extend(chart.real_children(id)),
                StateKind::Atomic | StateKind::Final => {}
            }
            if !state.is_history() {
                entered.push(id);
            }
        }
        entered.sort_unstable();
        entered
    }
}
