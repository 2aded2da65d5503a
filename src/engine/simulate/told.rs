//! A macrostep in words and JSON, for whoever reads a simulation.

use pgrx::Uuid;

use crate::chart::{Command, Outcome, TransitionId, Trigger, When};
use crate::engine::calendar;
use crate::engine::definition::Loaded;
use crate::engine::work::due;
use crate::error::Error;
use crate::pg::jsonb::{Jsonb, Object};
use crate::pg::time::Timestamp;

/// What is to be done, in the order in which the definition asked for it.
pub fn commands(
    organization: Uuid,
    definition: &Loaded,
    outcome: &Outcome<Jsonb>,
    now: Timestamp,
) -> Result<Vec<Jsonb>, Error> {
    outcome.commands.iter().map(|command| self::command(organization, definition, command, now)).collect()
}

fn command(organization: Uuid, definition: &Loaded, command: &Command<Jsonb>, now: Timestamp) -> Result<Jsonb, Error> {
    let chart = &definition.chart;
    let timer = |name: &str, delay: &When<Jsonb>, calendar: Option<&str>| {
        let calendar = calendar::named(organization, calendar)?;
        due(name, delay, now, calendar.as_ref()).map(|due| due.at.to_iso())
    };
    Ok(match command {
        Command::Effect { code, params, .. } => Jsonb::object(|object| {
            object.set_text("effect", code);
            set(object, "params", params.as_ref());
        }),
        Command::Invoke { state, index, input } => {
            let invoke = &chart.state(*state).invoke[*index];
            Jsonb::object(|object| {
                object.set_text("invoke", &invoke.id);
                object.set_text("src", &invoke.src);
                set(object, "input", input.as_ref());
            })
        }
        Command::After { state, index, delay } => {
            let after = &chart.state(*state).after[*index];
            let name = &after.name;
            let due = timer(name, delay, after.calendar.as_deref())?;
            Jsonb::object(|object| {
                object.set_text("timer", name);
                object.set_text("due", &due);
            })
        }
        Command::Raise { id, event, payload, delay } => {
            let name = id.as_ref().unwrap_or(event);
            let due = timer(name, delay, None)?;
            Jsonb::object(|object| {
                object.set_text("timer", name);
                object.set_text("due", &due);
                object.set_text("event", event);
                set(object, "payload", payload.as_ref());
            })
        }
        Command::Log { message } => Jsonb::object(|object| object.set("log", message)),
        Command::Escalate { state } => Jsonb::object(|object| object.set_text("escalate", &chart.state(*state).path)),
    })
}

fn set(object: &mut Object, key: &str, value: Option<&Jsonb>) {
    if let Some(value) = value {
        object.set(key, value);
    }
}

/// A timer that ends before its moment.
pub fn cancel(name: &str) -> Jsonb {
    Jsonb::object(|object| object.set_text("cancel", name))
}

/// The paths that found nothing and gave null.
pub fn missing(paths: &[String]) -> impl Iterator<Item = Jsonb> + '_ {
    paths.iter().map(|path| Jsonb::object(|object| object.set_text("missing", path)))
}

/// An empty list.
pub fn nothing() -> Jsonb {
    Jsonb::array([])
}

/// The transitions taken, one per line.
pub fn taken(definition: &Loaded, outcome: &Outcome<Jsonb>) -> String {
    outcome.taken.iter().map(|id| transition(definition, *id)).collect::<Vec<_>>().join("\n")
}

/// `source --EVENT--> target`.
fn transition(definition: &Loaded, id: TransitionId) -> String {
    let chart = &definition.chart;
    let name = |path: &str| if path.is_empty() { chart.code().to_owned() } else { path.to_owned() };
    let transition = chart.transition(id);
    let source = chart.state(transition.source);
    let trigger = match &transition.trigger {
        Trigger::Event(event) => event.clone(),
        Trigger::Always => "always".to_owned(),
        Trigger::After(index) => {
            let timer = &source.after[*index].name;
            let own = timer.strip_prefix(&source.path).map_or(timer.as_str(), |rest| rest.trim_start_matches('.'));
            format!("after {}", own.strip_prefix("after.").unwrap_or(own))
        }
        Trigger::Done => "done".to_owned(),
        Trigger::InvokeDone(index) => format!("done.invoke.{}", source.invoke[*index].id),
        Trigger::InvokeError(index) => format!("error.invoke.{}", source.invoke[*index].id),
    };
    let targets: Vec<String> = transition.targets.iter().map(|target| name(&chart.state(*target).path)).collect();
    let target = if targets.is_empty() { "(stays)".to_owned() } else { targets.join(", ") };
    format!("{} --{trigger}--> {target}", name(&source.path))
}
