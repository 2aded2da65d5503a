//! What a definition gives to a task, read and checked when its state is entered: a mistake in it is an error of that step.

use pgrx::Uuid;
use serde_json::{Map, Value};

use super::check::check_priority;
use super::escalate;
use super::{PRIORITIES, blank};
use crate::calendar::Calendar;
use crate::chart::{Chart, Invoke, Lookup, State, When};
use crate::engine::caller::check_text;
use crate::engine::ladder::Ladder;
use crate::engine::{calendar, work};
use crate::error::{Code, Error};
use crate::pg::jsonb::Jsonb;
use crate::pg::time::Timestamp;
use crate::store::task::Task;

/// The instance that a task is made for.
pub struct Home {
    pub organization_id: Uuid,
    pub instance_id: Uuid,
    pub now: Timestamp,
    /// Its tasks' clocks stand still.
    pub is_paused: bool,
}

/// The task that an invoke asks for.
pub fn read(chart: &Chart, home: &Home, state: &State, invoke: &Invoke, input: Option<&Jsonb>) -> Result<Task, Error> {
    let fields = Fields::of(&invoke.id, input)?;
    let title = fields.text("title")?.filter(|title| !title.trim().is_empty());
    let title = title.ok_or_else(|| fields.wrong(Code::InvalidArgument, "title", "has no title"))?;
    let mut task = blank(home, title);
    task.state = Some(state.path.clone());
    task.invoke_id = Some(invoke.id.clone());
    task.body = fields.text("body")?;
    task.assignee_role = fields.assignee("assignee_role")?;
    task.assignee_user_id = fields.assignee("assignee_user_id")?;
    task.candidate_roles = fields.names("candidate_roles", Code::InvalidAssignee)?;
    task.candidate_users = fields.names("candidate_users", Code::InvalidAssignee)?;
    let is_offered = task.assignee_role.is_some()
        || task.assignee_user_id.is_some()
        || task.candidate_roles.is_some()
        || task.candidate_users.is_some();
    if !is_offered {
        return Err(fields.wrong(Code::InvalidAssignee, "assignee_role", "is offered to nobody").hint(
            "Give assignee_role, assignee_user_id, candidate_roles or candidate_users, and look at missing in the step \
             where one is computed.",
        ));
    }
    if let Some(priority) = fields.text("priority")? {
        task.priority = check_priority(&priority)?;
    }
    task.outcomes = fields.names("outcomes", Code::InvalidOutcome)?;
    task.calendar = fields.text("calendar")?;
    let calendar = calendar::named(home.organization_id, task.calendar.as_deref())?;
    (task.due_at, task.is_relative) = fields.due(calendar.as_ref(), home.now)?;
    task.not_by = fields.places(chart)?;
    if let Some(ladder) = fields.get("escalations") {
        let ladder = Ladder::read(ladder)
            .map_err(|why| fields.wrong(Code::InvalidArgument, "escalations", "has no ladder").detail(why))?;
        task.escalations = Some(Jsonb::parse(&ladder.to_json().to_string()));
    }
    if let Some(metadata) = fields.get("metadata") {
        if !metadata.is_object() {
            return Err(fields.wrong(Code::InvalidArgument, "metadata", "has metadata that is no object"));
        }
        task.metadata = Some(Jsonb::parse(&metadata.to_string()));
    }
    escalate::arm(&mut task, home.is_paused)?;
    Ok(task)
}

/// The fields of an input that are not null.
struct Fields<'a> {
    invoke: &'a str,
    fields: Map<String, Value>,
}

impl<'a> Fields<'a> {
    fn of(invoke: &'a str, input: Option<&Jsonb>) -> Result<Self, Error> {
        let value = match input {
            Some(input) => serde_json::from_str(&input.to_text()).unwrap_or(Value::Null),
            None => Value::Null,
        };
        match value {
            Value::Object(mut fields) => {
                fields.retain(|_, value| !value.is_null());
                Ok(Fields { invoke, fields })
            }
            _ => Err(Error::new(Code::InvalidArgument, format!("task {invoke} has no input"))
                .hint("The input of wf.task is an object with title, assignee_role and others.")),
        }
    }

    fn get(&self, key: &str) -> Option<&Value> {
        self.fields.get(key)
    }

    fn wrong(&self, code: Code, key: &str, what: &str) -> Error {
        let error = Error::new(code, format!("task {} {what}", self.invoke));
        match self.get(key) {
            Some(value) => error.detail(format!("Its {key} is {value}.")),
            None => error,
        }
    }

    fn text(&self, key: &str) -> Result<Option<String>, Error> {
        match self.get(key) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(value @ (Value::Number(_) | Value::Bool(_))) => Ok(Some(value.to_string())),
            Some(_) => Err(self.wrong(Code::InvalidArgument, key, &format!("has a {key} that is no text"))),
        }
    }

    fn assignee(&self, key: &str) -> Result<Option<String>, Error> {
        match self.text(key)? {
            Some(name) if name.trim().is_empty() => {
                Err(self.wrong(Code::InvalidAssignee, key, &format!("has an empty {key}")))
            }
            Some(name) => check_text(key, &name).map(|name| Some(name.to_owned())),
            None => Ok(None),
        }
    }

    /// One name or several; None for none.
    fn names(&self, key: &str, code: Code) -> Result<Option<Vec<String>>, Error> {
        let values = match self.get(key) {
            None => return Ok(None),
            Some(Value::Array(values)) => values.as_slice(),
            Some(value) => std::slice::from_ref(value),
        };
        let names: Option<Vec<String>> = values
            .iter()
            .map(|value| value.as_str().filter(|name| !name.trim().is_empty()).map(str::to_owned))
            .collect();
        match names {
            Some(names) => {
                names.iter().try_for_each(|name| check_text(key, name).map(drop))?;
                Ok((!names.is_empty()).then_some(names))
            }
            None => Err(self.wrong(code, key, &format!("has {key} that are no list of names"))),
        }
    }

    /// When it is due, and whether that was said as a length of time.
    fn due(&self, calendar: Option<&Calendar>, now: Timestamp) -> Result<(Option<Timestamp>, bool), Error> {
        let (key, value) = match (self.get("due"), self.get("due_at")) {
            (Some(_), Some(_)) => {
                return Err(self.wrong(Code::InvalidDueDate, "due_at", "has both a due and a due_at"));
            }
            (Some(due), None) => ("due", due),
            (None, Some(due_at)) => ("due_at", due_at),
            (None, None) => return Ok((None, false)),
        };
        let due = work::due(key, &When::Computed(Jsonb::parse(&value.to_string())), now, calendar);
        match due.ok().filter(|due| key == "due" || !due.is_relative) {
            Some(due) => Ok((Some(due.at), due.is_relative)),
            None => Err(self
                .wrong(Code::InvalidDueDate, key, &format!("has no moment as its {key}"))
                .hint("due is a duration such as PT24H, milliseconds or a timestamp; due_at is a timestamp.")),
        }
    }

    /// Whose doers may not do it: states by their paths, invokes by their ids.
    fn places(&self, chart: &Chart) -> Result<Option<Vec<String>>, Error> {
        let place = |name: String| match chart.find_state(&name) {
            Lookup::One(state) if !chart.state(state).path.is_empty() => Ok(chart.state(state).path.clone()),
            _ if chart.find_invoke(&name).is_some() => Ok(name),
            _ => Err(self
                .wrong(
                    Code::InvalidArgument,
                    "not_by",
                    &format!("is not to be done by who did {name}, which does not exist"),
                )
                .hint("not_by names a state by its path, id or unambiguous key, or an invoke by its id.")),
        };
        let names = self.names("not_by", Code::InvalidArgument)?;
        names.map(|names| names.into_iter().map(place).collect()).transpose()
    }
}

/// The priorities, for messages.
pub fn priorities() -> String {
    PRIORITIES.join(", ")
}
