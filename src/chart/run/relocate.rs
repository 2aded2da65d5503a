//! A move that no transition makes: an operator says where an instance is to be, in this version of its chart or in another. What
//! both places share stays as it is, the rest is left and entered in the legal order, and the result is always a configuration.

use super::domain::effective_targets;
use super::entry::Entry;
use super::step::Macrostep;
use super::{Command, Event, Host, Outcome, Stop};
use crate::chart::compiled::{Chart, Lookup};
use crate::chart::ids::StateId;
use crate::chart::model::StateKind;
use crate::chart::position::{History, Position, illegal};
use crate::chart::set::StateSet;
use crate::chart::text::{after_key, invoke_key};
use std::collections::BTreeMap;

/// Which state of one version stands for which of another: the one of the same path, unless a map says otherwise. A name in the
/// map stands for everything within it as well.
pub struct Translation<'a> {
    old: &'a Chart,
    new: &'a Chart,
    /// By the old state's number.
    images: Vec<Option<StateId>>,
}

impl<'a> Translation<'a> {
    /// # Errors
    /// A sentence for each name in the map that is not a state of its version.
    pub fn new(old: &'a Chart, new: &'a Chart, map: &[(String, String)]) -> Result<Self, Vec<String>> {
        let mut wrong = Vec::new();
        let mut known: BTreeMap<&str, &str> = BTreeMap::new();
        for (from, to) in map {
            let from = path_of(old, from, "older", &mut wrong);
            let to = path_of(new, to, "newer", &mut wrong);
            known.extend(from.zip(to));
        }
        if !wrong.is_empty() {
            return Err(wrong);
        }
        let image = |path: &str| {
            let dots = path.rmatch_indices('.').map(|(dot, _)| dot);
            let mapped = std::iter::once(path.len())
                .chain(dots)
                .find_map(|end| known.get(&path[..end]).map(|to| format!("{to}{}", &path[end..])));
            new.names.paths.get(mapped.as_deref().unwrap_or(path)).copied()
        };
        let images = old.states().iter().map(|state| match state.parent {
            None => Some(StateId::new(0)),
            Some(_) => image(&state.path),
        });
        Ok(Translation { old, new, images: images.collect() })
    }

    /// The state of the newer version that stands for this one.
    pub fn image(&self, old: StateId) -> Option<StateId> {
        self.images[old.index()]
    }

    /// Where the active leaves are in the newer version.
    ///
    /// # Errors
    /// The paths of all that have no counterpart.
    pub fn leaves(&self, position: &Position) -> Result<Vec<StateId>, Vec<String>> {
        let leaves = || position.active.iter().filter(|state| self.old.state(*state).is_atomic());
        let found: Option<Vec<StateId>> = leaves().map(|leaf| self.image(leaf)).collect();
        found.ok_or_else(|| {
            let lost = leaves().filter(|leaf| self.image(*leaf).is_none());
            lost.map(|leaf| self.old.state(leaf).path.clone()).collect()
        })
    }

    /// What history states remember, as far as it fits the newer version, and the paths of those that forget.
    pub fn history(&self, history: &History) -> (History, Vec<String>) {
        let mut kept = History::default();
        let mut forgotten = Vec::new();
        for (state, remembered) in history.iter() {
            let states: Option<Vec<StateId>> = remembered.iter().map(|state| self.image(*state)).collect();
            let fits = self
                .image(state)
                .zip(states)
                .is_some_and(|(state, states)| kept.remember(self.new, state, states).is_ok());
            if !fits {
                forgotten.push(self.old.state(state).path.clone());
            }
        }
        (kept, forgotten)
    }

    /// The delay of the newer version that stands for one of the older.
    pub fn timer(&self, (state, index): (StateId, usize)) -> Option<(StateId, usize)> {
        let image = self.image(state)?;
        let key = after_key(self.old.state(state), index);
        let new = self.new.state(image);
        (0..new.after.len()).find(|index| after_key(new, *index) == key).map(|index| (image, index))
    }

    /// The invoke of the newer version that stands for one of the older: it has the same name and calls the same.
    pub fn invoke(&self, (state, index): (StateId, usize)) -> Option<(StateId, usize)> {
        let image = self.image(state)?;
        let old = self.old.state(state);
        let new = self.new.state(image);
        let same =
            |at: &usize| invoke_key(new, *at) == invoke_key(old, index) && new.invoke[*at].src == old.invoke[index].src;
        (0..new.invoke.len()).find(same).map(|index| (image, index))
    }
}

fn path_of<'c>(chart: &'c Chart, name: &str, which: &str, wrong: &mut Vec<String>) -> Option<&'c str> {
    match chart.find_state(name) {
        Lookup::One(state) => return Some(&chart.state(state).path),
        Lookup::None => wrong.push(format!("{name} is no state of the {which} version")),
        Lookup::Ambiguous(_) => wrong.push(format!("{name} is the name of several states of the {which} version")),
    }
    None
}

/// What a move leaves, keeps and enters.
#[derive(Debug)]
pub struct Relocation {
    /// States of the older version that are left.
    pub exits: StateSet,
    /// States of the newer version in which the instance already is.
    pub kept: StateSet,
    /// The delays and invokes that kept states have in the newer version only.
    pub timers: Vec<(StateId, usize)>,
    pub invokes: Vec<(StateId, usize)>,
    pub(super) entered: StateSet,
    pub(super) by_default: StateSet,
}

impl Relocation {
    /// Works out the move from what is active in the older version (nothing, where the instance had ended) to `named` states of
    /// the newer one. Regions of which none is named stay where they are; a state with others within it is entered by default.
    ///
    /// # Errors
    /// A sentence where the states cannot be active together.
    pub fn new(
        translation: &Translation<'_>,
        active: &StateSet,
        named: &[StateId],
        history: &History,
    ) -> Result<Relocation, String> {
        let (old, new) = (translation.old, translation.new);
        let none = StateSet::new(new.states().len());
        let mut images = none.clone();
        for state in active.iter() {
            // What has become final is entered anew, so that it counts as done.
            let image = translation.image(state).filter(|image| {
                new.state(*image).kind != StateKind::Final || old.state(state).kind == StateKind::Final
            });
            image.iter().for_each(|image| images.insert(*image));
        }
        let effective = effective_targets(new, history, named);
        let beside = |state: &StateId| effective.iter().all(|named| are_beside(new, *state, *named));
        let rest = images.iter().filter(|state| new.state(*state).is_atomic()).filter(beside);
        let targets: Vec<StateId> = named.iter().copied().chain(rest).collect();
        let entry = Entry::of_targets(new, history, &targets);
        if let Some(why) = illegal(new, &entry.states) {
            return Err(why);
        }
        let (by_default, mut kept, mut entered) = (entry.by_default, none.clone(), none);
        for state in entry.states.iter() {
            let set = if images.contains(state) { &mut kept } else { &mut entered };
            set.insert(state);
        }
        let mut exits = StateSet::new(old.states().len());
        let (mut timers, mut invokes) = (Vec::new(), Vec::new());
        for state in active.iter() {
            match translation.image(state).filter(|image| kept.contains(*image)) {
                None => exits.insert(state),
                Some(_) => {
                    let state = (state, old.state(state));
                    timers.extend((0..state.1.after.len()).filter_map(|index| translation.timer((state.0, index))));
                    invokes.extend((0..state.1.invoke.len()).filter_map(|index| translation.invoke((state.0, index))));
                }
            }
        }
        let missing = |count: fn(&Chart, StateId) -> usize, known: &[(StateId, usize)]| {
            let all = kept.iter().flat_map(|state| (0..count(new, state)).map(move |index| (state, index)));
            all.filter(|part| !known.contains(part)).collect()
        };
        let timers = missing(|chart, state| chart.state(state).after.len(), &timers);
        let invokes = missing(|chart, state| chart.state(state).invoke.len(), &invokes);
        Ok(Relocation { exits, kept, timers, invokes, entered, by_default })
    }
}

/// Do the states lie in different regions of one parallel state?
fn are_beside(chart: &Chart, a: StateId, b: StateId) -> bool {
    let holder = chart.ancestors(a).find(|holder| *holder == b || chart.is_descendant(b, *holder));
    a != b
        && !chart.is_descendant(b, a)
        && holder.is_some_and(|holder| holder != b && chart.state(holder).kind == StateKind::Parallel)
}

/// What exits leave behind for the place that follows.
#[derive(Debug)]
pub struct Left<V> {
    pub history: History,
    pub commands: Vec<Command<V>>,
    /// Ids of delayed raises to end in the store.
    pub cancelled: Vec<String>,
    /// Events that exit actions raised.
    pub raised: Vec<Event<V>>,
}

/// Leaves states, inner ones first, and runs their exit actions.
///
/// # Errors
/// The host's own.
pub fn leave<H: Host>(
    chart: &Chart,
    host: &mut H,
    position: &Position,
    exits: &StateSet,
    event: &Event<H::Value>,
) -> Result<Left<H::Value>, Stop<H::Error>> {
    Macrostep::new(chart, host, position).leave(exits, event)
}

/// A move to be made.
pub struct Arrival<'a, V> {
    pub relocation: &'a Relocation,
    pub history: History,
    /// Do entry and initial actions run? Delays and invokes begin either way.
    pub actions: bool,
    pub raised: Vec<Event<V>>,
    /// What actions see as the event.
    pub event: Event<V>,
}

/// Enters what a move enters and runs to completion. In the outcome, `left` are kept states that were left after the move.
///
/// # Errors
/// The host's own, or the microstep limit.
pub fn arrive<H: Host>(
    chart: &Chart,
    host: &mut H,
    arrival: Arrival<'_, H::Value>,
) -> Result<Outcome<H::Value>, Stop<H::Error>> {
    let position = Position { active: arrival.relocation.kept.clone(), history: arrival.history.clone() };
    let mut step = Macrostep::new(chart, host, &position);
    step.arrive(&arrival)?;
    step.complete(arrival.event)
}
