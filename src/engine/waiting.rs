//! What waits for an instance that an operator moves: timers, invokes and tasks of states that it keeps go on, under their names
//! in the newer version, the others end. An invoke that a worker holds is never ended: it is judged when it
//! answers.

use pgrx::Uuid;

use super::caller::Caller;
use super::child;
use super::definition::Loaded;
use super::macrostep::Worked;
use crate::chart::{Relocation, StateId, Translation};
use crate::error::Error;
use crate::store::instance::Instance;
use crate::store::waiting::{self, Renamed, Waiting};

/// What becomes of it, by name; each name once, in alphabetical order.
#[derive(Default)]
pub struct Sorted {
    pub kept: Vec<String>,
    pub cancelled: Vec<String>,
    pub created: Vec<String>,
    /// Invokes of states that were left, which workers hold.
    pub in_flight: Vec<String>,
    ended: Vec<Uuid>,
    /// Effects whose children end.
    children: Vec<Uuid>,
    renamed: Vec<Renamed>,
}

/// Sorts what waits. What a reactivated instance would begin while a worker still holds it is taken out of the work.
pub fn sort(
    old: &Loaded,
    translation: &Translation,
    new: &Loaded,
    relocation: &Relocation,
    worked: &mut Worked,
    instance: &Instance,
    cancelled: &[String],
) -> Result<Sorted, Error> {
    let was_active = instance.status == "active";
    let (outcome, is_done) = (&worked.outcome, worked.status != "active");
    let goes_on = |state: StateId| match was_active {
        true => !is_done && relocation.kept.contains(state) && !outcome.left.contains(state),
        false => !is_done && outcome.position.active.contains(state),
    };
    let mut sorted = Sorted::default();
    for waiting in waiting::open(instance.organization_id, instance.id)? {
        let (old, new) = (&old.chart, &new.chart);
        let home = match waiting.kind.as_str() {
            "after" => {
                let found = old.find_timer(&waiting.name).and_then(|timer| translation.timer(timer));
                found.map(|(state, index)| (state, new.state(state).after[index].name.clone()))
            }
            "invoke" | "child" | "answer" => {
                let found = old.find_invoke(&waiting.name).and_then(|invoke| translation.invoke(invoke));
                found.map(|(state, index)| (state, new.state(state).invoke[index].id.clone()))
            }
            // Of no state: delayed raises, timers set by hand, tasks made by hand.
            _ => {
                let by_action = waiting.kind != "task"
                    && (outcome.cancelled.contains(&waiting.name) || cancelled.contains(&waiting.name));
                if is_done || by_action {
                    sorted.end(waiting);
                } else {
                    sorted.kept.push(waiting.name);
                }
                continue;
            }
        };
        let goes_on = |state| goes_on(state) && (was_active || (waiting.in_flight && waiting.kind != "answer"));
        match home.filter(|(state, _)| goes_on(*state)) {
            Some((state, name)) => sorted.keep(waiting, name, &new.state(state).path),
            // Nobody waits for it any more: it stays an incident, or becomes one.
            None if waiting.kind == "answer" => {}
            None if waiting.kind == "child" => {
                sorted.children.push(waiting.id);
                sorted.cancelled.push(waiting.name);
            }
            None if waiting.in_flight => sorted.in_flight.push(waiting.name),
            None => sorted.end(waiting),
        }
    }
    if !was_active {
        worked.work.effects.retain(|effect| effect.invoke_id.as_ref().is_none_or(|id| !sorted.kept.contains(id)));
    }
    sorted.created.extend(worked.work.timers.iter().map(|timer| timer.name.clone()));
    sorted.created.extend(worked.work.effects.iter().filter_map(|effect| effect.invoke_id.clone()));
    sorted.created.extend(worked.work.tasks.iter().filter_map(|task| task.invoke_id.clone()));
    for names in [&mut sorted.kept, &mut sorted.cancelled, &mut sorted.created, &mut sorted.in_flight] {
        names.sort_unstable();
        names.dedup();
    }
    Ok(sorted)
}

impl Sorted {
    fn keep(&mut self, waiting: Waiting, name: String, state: &str) {
        if waiting.name != name || waiting.state.as_deref() != Some(state) {
            self.renamed.push(Renamed { id: waiting.id, name: name.clone(), state: state.to_owned() });
        }
        self.kept.push(name);
    }

    fn end(&mut self, waiting: Waiting) {
        self.ended.push(waiting.id);
        self.cancelled.push(waiting.name);
    }

    /// Ends and renames it in the store.
    pub fn write(&self, caller: &Caller, instance: &Instance) -> Result<(), Error> {
        if !self.children.is_empty() {
            child::cancel_invoked(caller, instance, &self.children)?;
        }
        if !self.ended.is_empty() {
            waiting::cancel(instance.organization_id, instance.id, caller.now, &self.ended)?;
        }
        if !self.renamed.is_empty() {
            waiting::rename(instance.organization_id, instance.id, &self.renamed)?;
        }
        Ok(())
    }
}
