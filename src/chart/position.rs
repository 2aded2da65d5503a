//! Where an instance is, and how that is written into a row: the active leaves by path, and what history states
//! remember. Text from outside is only accepted if it is a legal configuration of the chart at hand.

use super::compiled::Chart;
use super::ids::StateId;
use super::model::StateKind;
use super::set::StateSet;
use std::collections::BTreeMap;

/// A configuration and its memory.
#[derive(Clone, PartialEq, Debug)]
pub struct Position {
    /// All active states, ancestors included.
    pub active: StateSet,
    pub history: History,
}

/// What each history state stands for, as far as its parent was ever left.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct History(BTreeMap<StateId, Box<[StateId]>>);

impl History {
    /// The states that this history state stands for, in document order.
    pub fn get(&self, history: StateId) -> Option<&[StateId]> {
        self.0.get(&history).map(|states| &states[..])
    }

    /// What is remembered, in document order of the history states.
    pub(super) fn iter(&self) -> impl Iterator<Item = (StateId, &[StateId])> {
        self.0.iter().map(|(history, states)| (*history, &states[..]))
    }

    /// Remembers states that come from outside; says why where they do not fit.
    pub(super) fn remember(&mut self, chart: &Chart, id: StateId, mut states: Vec<StateId>) -> Result<(), String> {
        let path = &chart.state(id).path;
        let (StateKind::History { deep }, Some(parent)) = (chart.state(id).kind, chart.state(id).parent) else {
            return Err(format!("\"{path}\" is no history state of {}", chart.code()));
        };
        states.sort_unstable();
        states.dedup();
        let fits = |kept: &StateId| match deep {
            true => chart.state(*kept).is_atomic() && chart.is_descendant(*kept, parent),
            false => chart.state(*kept).parent == Some(parent) && !chart.state(*kept).is_history(),
        };
        if !states.iter().all(fits) || !covers(chart, parent, &states, deep) {
            return Err(format!("the history of \"{path}\" holds states that could not be active together there"));
        }
        self.set(id, states.into_boxed_slice());
        Ok(())
    }

    /// Remembers the states for this history state.
    pub(super) fn set(&mut self, history: StateId, states: Box<[StateId]>) {
        self.0.insert(history, states);
    }
}

impl Position {
    /// Reads what [`state_text`](Self::state_text) and [`history_text`](Self::history_text) wrote.
    ///
    /// # Errors
    /// A sentence when a path is unknown or the states cannot be active together, in this chart.
    pub fn parse(chart: &Chart, state: &str, history: Option<&str>) -> Result<Position, String> {
        let mut active = StateSet::new(chart.states().len());
        for path in state.split_ascii_whitespace() {
            let leaf = leaf(chart, path)?;
            active.insert(leaf);
            chart.ancestors(leaf).for_each(|ancestor| active.insert(ancestor));
        }
        illegal(chart, &active)
            .map_or(Ok(()), |why| Err(format!("\"{state}\" is no state of {}: {why}", chart.code())))?;
        Ok(Position { active, history: history.map_or(Ok(History::default()), |text| parse_history(chart, text))? })
    }

    /// The full paths of the active leaves in document order, joined by one space.
    pub fn state_text(&self, chart: &Chart) -> String {
        let leaves = self.active.iter().map(|state| chart.state(state)).filter(|state| state.is_atomic());
        leaves.map(|state| state.path.as_str()).collect::<Vec<_>>().join(" ")
    }

    /// `{"<path of a history state>": ["<path>", …]}`, or nothing where nothing is remembered.
    pub fn history_text(&self, chart: &Chart) -> Option<String> {
        let path = |state: &StateId| chart.state(*state).path.as_str();
        let by_path: serde_json::Map<String, serde_json::Value> = self
            .history
            .0
            .iter()
            .map(|(state, kept)| (path(state).to_owned(), kept.iter().map(path).collect()))
            .collect();
        (!by_path.is_empty()).then(|| serde_json::Value::Object(by_path).to_string())
    }
}

fn leaf(chart: &Chart, path: &str) -> Result<StateId, String> {
    let state = find(chart, path)?;
    match chart.state(state).is_atomic() {
        true => Ok(state),
        false => Err(format!("\"{path}\" has states within it; a state is written by its innermost paths")),
    }
}

fn find(chart: &Chart, path: &str) -> Result<StateId, String> {
    chart.names.paths.get(path).copied().ok_or_else(|| format!("\"{path}\" is no state of {}", chart.code()))
}

/// Why these states, closed under parents, are no configuration.
pub(super) fn illegal(chart: &Chart, active: &StateSet) -> Option<String> {
    if active.is_empty() {
        return Some("nothing is active".to_owned());
    }
    active.iter().find_map(|id| {
        let state = chart.state(id);
        let mut children = chart.real_children(id);
        let name = if state.path.is_empty() { &state.id } else { &state.path };
        match state.kind {
            StateKind::Compound if children.by_ref().filter(|child| active.contains(*child)).count() != 1 => {
                Some(format!("exactly one state within \"{name}\" must be active"))
            }
            StateKind::Parallel if !children.all(|child| active.contains(child)) => {
                Some(format!("every region of \"{name}\" must be active"))
            }
            _ => None,
        }
    })
}

fn parse_history(chart: &Chart, text: &str) -> Result<History, String> {
    let by_path: BTreeMap<String, Vec<String>> =
        serde_json::from_str(text).map_err(|error| format!("the history is unreadable: {error}"))?;
    let mut history = History::default();
    for (path, kept) in by_path {
        let state = find(chart, &path)?;
        let states = kept.iter().map(|path| find(chart, path)).collect::<Result<Vec<_>, _>>()?;
        history.remember(chart, state, states)?;
    }
    Ok(history)
}

/// Do the states, entered together, make the parent's inside a legal configuration?
fn covers(chart: &Chart, parent: StateId, kept: &[StateId], deep: bool) -> bool {
    let mut active = StateSet::new(chart.states().len());
    for state in kept {
        active.insert(*state);
        chart.ancestors(*state).take_while(|ancestor| *ancestor != parent).for_each(|ancestor| active.insert(ancestor));
    }
    if !deep {
        let parallel = chart.state(parent).kind == StateKind::Parallel;
        return kept.len() == if parallel { chart.real_children(parent).count() } else { 1 };
    }
    active.insert(parent);
    illegal(chart, &active).is_none()
}
