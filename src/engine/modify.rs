//! An operator's repair: another context, another place, another version, in one step. Transitions play no part, so guards and
//! roles are not asked; what is left, kept and entered follows the chart all the same (`chart::Relocation`), and the instance then
//! runs on to a stable place as after any event.

use std::rc::Rc;
use std::time::Instant;

use pgrx::Uuid;

use super::caller::{Caller, check_size, check_text};
use super::definition::{self, Loaded};
use super::evaluate::{Evaluator, Subject};
use super::macrostep::{Cause, Target, Worked, search_values, stopped};
use super::send::position;
use super::sla;
use super::start::{self, find_state};
use super::waiting::{self, Sorted};
use super::work::Work;
use crate::chart::{
    self, Arrival, Command, Event, History, Left, Lookup, Position, Relocation, StateSet, Status, Translation,
};
use crate::error::{Code, Error};
use crate::pg::jsonb::Jsonb;
use crate::store::instance::{self, Instance, Origin};

/// What is to be changed; None stays as it is.
pub struct Modify {
    pub instance_id: Uuid,
    /// Paths, ids or keys of states, separated by white space.
    pub state: Option<String>,
    /// Merged over the context, top level only.
    pub context: Option<Jsonb>,
    pub version: Option<i32>,
    /// Older states to newer ones.
    pub state_map: Option<Jsonb>,
    pub reason: Option<String>,
    /// Work it out and write nothing.
    pub dry_run: bool,
}

/// What a change came to.
pub struct Modified {
    pub from_state: String,
    pub to_state: String,
    pub from_version: i32,
    pub to_version: i32,
    pub kept: Vec<String>,
    pub cancelled: Vec<String>,
    pub created: Vec<String>,
}

/// Changes an instance.
pub fn modify(caller: &Caller, modify: Modify) -> Result<Modified, Error> {
    let started = Instant::now();
    check_context(modify.context.as_ref())?;
    let map = modify.state_map.as_ref().map(state_map).transpose()?.unwrap_or_default();
    if let Some(state) = &modify.state {
        check_text("state", state)?;
    }
    let instance = caller.lock(modify.instance_id)?;
    let origin = instance::origin(instance.organization_id, instance.id)?;
    let (old, new) = versions(&instance, modify.version)?;
    let place = Place::of(&old, &instance, &origin, modify.state.is_some())?;
    let translation = Translation::new(&old.chart, &new.chart, &map).map_err(|wrong| {
        Error::new(Code::InvalidArgument, "state_map names states that do not exist")
            .detail(wrong.join("\n"))
            .hint("Give state_map => '{\"old.path\": \"new.path\"}'.")
    })?;
    let (history, forgotten) = translation.history(&place.position.history);
    let named = match &modify.state {
        Some(state) => state.split_whitespace().map(|name| find_state(&new, name)).collect::<Result<Vec<_>, _>>()?,
        None => translation.leaves(&place.position).map_err(|lost| no_counterpart(&old, &new, &lost))?,
    };
    let relocation = Relocation::new(&translation, place.active(), &named, &history).map_err(|why| {
        Error::new(Code::InvalidTransition, format!("{} cannot be there", new.code))
            .detail(format!("Together the states make no legal place: {why}."))
            .hint("Name one state, or one for each region of a parallel state, as current_state shows them.")
    })?;

    let subject = || Subject::from(&instance);
    let event = Event::new("wf.modify", modify.context.clone());
    let mut leaving = Evaluator::new(&old, caller, subject(), instance.context.clone());
    let old_search = match place.is_active {
        true => search_values(&mut leaving, &old, &place.position.active)?,
        false => Vec::new(),
    };
    let computed = correlation(&mut leaving, &old, &instance, &place.position.active)?;
    if let Some(context) = &modify.context {
        leaving.context = leaving.context.concat(context);
        leaving.context_changed = true;
        check_size("the context", Some(&leaving.context))?;
    }
    let left = match modify.state.is_some() && place.is_active {
        true => chart::leave(&old.chart, &mut leaving, &place.position, &relocation.exits, &event)
            .map_err(|stop| stopped(&old, "the change", stop))?,
        false => Left {
            history: place.position.history.clone(),
            commands: Vec::new(),
            cancelled: Vec::new(),
            raised: Vec::new(),
        },
    };
    let mut evaluator = Evaluator::new(&new, caller, subject(), leaving.context);
    (evaluator.context_changed, evaluator.missing) = (leaving.context_changed, leaving.missing);
    let arrival = Arrival {
        relocation: &relocation,
        history: translation.history(&left.history).0,
        actions: modify.state.is_some(),
        raised: left.raised,
        event,
    };
    let outcome =
        chart::arrive(&new.chart, &mut evaluator, arrival).map_err(|stop| stopped(&new, "the change", stop))?;

    // A key that was computed is computed again; one that was given stays.
    let correlation_key = match instance.correlation_key == computed {
        true => correlation(&mut evaluator, &new, &instance, &outcome.position.active)?,
        false => instance.correlation_key.clone(),
    };
    let goes_on_in = |path: &str| {
        let Lookup::One(state) = old.chart.find_state(path) else { return None };
        translation.image(state).filter(|state| relocation.kept.contains(*state) && !outcome.left.contains(*state))
    };
    let clocks = sla::Change::of_move(&mut evaluator, &new, &instance, &origin, &outcome, caller.now, goes_on_in)?;
    let target = Target {
        organization_id: instance.organization_id,
        instance_id: instance.id,
        seq: instance.seq + 1,
        sla_at: instance.sla_at,
    };
    let mut work =
        Work::new(instance.organization_id, instance.id, target.seq, caller.now, instance.paused_at.is_some());
    // Delayed events of the exits, unless what followed has ended them.
    let is_done = matches!(outcome.status, Status::Done { .. });
    let lasts = |id: &Option<String>| !is_done && id.as_ref().is_none_or(|id| !outcome.cancelled.contains(id));
    let mut commands = left.commands;
    commands.retain(|command| !matches!(command, Command::Raise { id, .. } if !lasts(id)));
    work.add(&old, commands)?;
    let mut worked = Worked::with(work, clocks, &new, caller, &target, evaluator, outcome, started)?;
    let mut sorted = waiting::sort(&old, &translation, &new, &relocation, &mut worked, &instance, &left.cancelled)?;
    let created = std::mem::take(&mut sorted.created);
    let modified = Modified {
        from_state: instance.state.clone(),
        to_state: worked.state.clone(),
        from_version: old.version,
        to_version: new.version,
        kept: sorted.kept.clone(),
        cancelled: sorted.cancelled.clone(),
        created,
    };
    if modify.dry_run {
        return Ok(modified);
    }
    let detail = detail(&modified, &sorted, &forgotten, instance::context_changes(&instance.context, &worked.context)?);
    if new.id != old.id || correlation_key != instance.correlation_key {
        instance::repin(&instance, new.id, new.version, correlation_key.as_deref())?;
    }
    sorted.write(caller, &instance)?;
    let cause = Cause { kind: "modify", event: Some("wf.modify".to_owned()), note: modify.reason, ..Cause::default() };
    worked.update_with(&instance, cause, &old_search, &detail)?;
    Ok(modified)
}

fn check_context(context: Option<&Jsonb>) -> Result<(), Error> {
    check_size("the context", context)?;
    if context.is_some_and(|context| !context.is_object()) {
        return Err(Error::new(Code::InvalidArgument, "the context is not an object")
            .hint("Give context => '{\"key\": \"value\"}'; it is merged over the instance's context."));
    }
    Ok(())
}

/// The names of a map of states.
fn state_map(map: &Jsonb) -> Result<Vec<(String, String)>, Error> {
    let wrong = || {
        Error::new(Code::InvalidArgument, "state_map is not an object of names")
            .hint("Give state_map => '{\"old.path\": \"new.path\"}'.")
    };
    let serde_json::Value::Object(names) = serde_json::from_str(&map.to_text()).map_err(|_| wrong())? else {
        return Err(wrong());
    };
    names.into_iter().map(|(old, new)| new.as_str().map(|new| (old, new.to_owned())).ok_or_else(wrong)).collect()
}

/// The version that the instance has, and the one that it is to have.
fn versions(instance: &Instance, version: Option<i32>) -> Result<(Rc<Loaded>, Rc<Loaded>), Error> {
    let organization = instance.organization_id;
    let old = definition::load(organization, instance.definition_id)?;
    let new = match version.filter(|version| *version != old.version) {
        None => old.clone(),
        version => definition::load(organization, definition::find(organization, &old.code, version)?)?,
    };
    Ok((old, new))
}

/// Where an instance is, or was when it ended.
struct Place {
    position: Position,
    is_active: bool,
    nothing: StateSet,
}

impl Place {
    fn of(old: &Loaded, instance: &Instance, origin: &Origin, is_named: bool) -> Result<Self, Error> {
        let nothing = StateSet::new(old.chart.states().len());
        let id = instance.id;
        if instance.status == "active" {
            return Ok(Place { position: position(old, instance)?, is_active: true, nothing });
        }
        if instance.status == "completed" {
            return Err(Error::new(Code::InstanceFinalized, format!("instance {id} is completed"))
                .detail(format!("Its last state is {}.", instance.state))
                .hint("What is completed stays so; start a new instance."));
        }
        // A final state of its own, or a reserved word: then the last step knows where it was.
        let ended_by_itself =
            origin.ended_by.as_deref() != Some("cancel") && Position::parse(&old.chart, &instance.state, None).is_ok();
        let was = origin.ended_from.as_deref().filter(|_| !ended_by_itself);
        let was = was.and_then(|state| Position::parse(&old.chart, state, None).ok());
        if is_named {
            let position = Position { active: nothing.clone(), history: History::default() };
            return Ok(Place { position, is_active: false, nothing });
        }
        let position = was.ok_or_else(|| {
            Error::new(Code::InstanceFinalized, format!("instance {id} is {}", instance.status))
                .detail(format!("Its last state is {}, which leads nowhere.", instance.state))
                .hint("Give state => '...' to say where it is to go on.")
        })?;
        Ok(Place { position, is_active: false, nothing })
    }

    /// What is active now: nothing, where the instance has ended.
    fn active(&self) -> &StateSet {
        if self.is_active { &self.position.active } else { &self.nothing }
    }
}

fn no_counterpart(old: &Loaded, new: &Loaded, lost: &[String]) -> Error {
    let places = lost.join(", ");
    Error::new(Code::InvalidTransition, format!("{} cannot move to version {}", old.code, new.version))
        .detail(format!("These states of version {} have no counterpart in it: {places}.", old.version))
        .hint("Give state_map => '{\"old.path\": \"new.path\"}' for each of them, or state => '...'.")
}

/// The correlation key that a definition computes, the instance's own key where it computes none.
fn correlation(
    evaluator: &mut Evaluator,
    definition: &Loaded,
    instance: &Instance,
    active: &StateSet,
) -> Result<Option<String>, Error> {
    if definition.chart.correlation().is_none() {
        return Ok(instance.instance_key.clone());
    }
    let known = evaluator.missing.len();
    let key = start::correlation(evaluator, definition, active, &Event::new("wf.modify", None))?;
    evaluator.missing.truncate(known);
    Ok(key)
}

fn detail(modified: &Modified, sorted: &Sorted, forgotten: &[String], changes: Option<Jsonb>) -> Jsonb {
    let version = |version: i32| Jsonb::parse(&version.to_string());
    Jsonb::object(|detail| {
        detail.set("from_version", &version(modified.from_version));
        detail.set("to_version", &version(modified.to_version));
        let lists = [
            ("kept", &modified.kept[..], true),
            ("cancelled", &modified.cancelled, true),
            ("created", &modified.created, true),
            ("in_flight", &sorted.in_flight, false),
            ("history_forgotten", forgotten, false),
        ];
        for (key, names, always) in lists {
            if always || !names.is_empty() {
                let names: Vec<Jsonb> = names.iter().map(|name| Jsonb::string(name)).collect();
                detail.set(key, &Jsonb::array(&names));
            }
        }
        if let Some(changes) = &changes {
            detail.set("context", changes);
        }
    })
}
