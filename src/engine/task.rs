//! People's work: made, claimed, given back, completed, handed on.
//!
//! The instance's row guards its tasks: whoever changes one finds its instance, locks that, and reads the task again. Every change is
//! a step; completing a task answers its invoke in the same transaction, so that a transition which fails leaves the task as
//! it was. A task whose state is left is cancelled by the macrostep that leaves it.

mod check;
pub mod escalate;
pub mod input;

use std::time::Instant;

use pgrx::Uuid;

use super::caller::{Caller, check_text};
use super::macrostep::{Cause, administrative_step};
use super::send::{advance, advance_to, check_running, position, refusal};
use super::{calendar, definition, new_id};
use crate::chart::{Event, Refusal, Request};
use crate::error::{Code, Error};
use crate::pg::jsonb::Jsonb;
use crate::pg::time::Timestamp;
use crate::store::instance::Instance;
use crate::store::task::{self, Task};
use check::{
    assignee, check_holder, check_metadata, check_not_by, check_offered, check_open, check_other, check_outcome,
    check_priority, nobody_named, person,
};
use input::Home;

/// From the least to the most pressing.
pub const PRIORITIES: [&str; 4] = ["low", "normal", "high", "urgent"];

/// A task to be made by hand.
pub struct Create {
    pub instance_id: Uuid,
    pub title: String,
    pub body: Option<String>,
    pub assignee_role: Option<String>,
    pub assignee_user_id: Option<String>,
    pub due_at: Option<Timestamp>,
    pub priority: Option<String>,
    pub metadata: Option<Jsonb>,
}

/// Makes a task that belongs to no state: it lasts as long as its instance.
pub fn create(caller: &Caller, create: Create) -> Result<Task, Error> {
    let started = Instant::now();
    check_text("the title", &create.title)?;
    check_metadata(create.metadata.as_ref())?;
    let assignee_role = assignee("assignee_role", create.assignee_role)?;
    let assignee_user_id = assignee("assignee_user_id", create.assignee_user_id)?;
    if assignee_role.is_none() && assignee_user_id.is_none() {
        return Err(nobody_named("assignee_role => '...' or assignee_user_id => '...'"));
    }
    if let Some(due_at) = create.due_at.filter(|due_at| !due_at.is_finite() || *due_at < caller.now) {
        let detail = match due_at.is_finite() {
            true => format!("It is {}; now is {}.", due_at.to_iso_seconds(), caller.now.to_iso_seconds()),
            false => "It is an infinity.".to_owned(),
        };
        return Err(Error::new(Code::InvalidDueDate, "the due date does not lie in the future").detail(detail));
    }
    let priority = create.priority.as_deref().map(check_priority).transpose()?;
    let instance = caller.lock(create.instance_id)?;
    check_running(&instance)?;
    let home =
        Home { organization_id: instance.organization_id, instance_id: instance.id, now: caller.now, is_paused: false };
    let mut task = blank(&home, create.title);
    task.body = create.body;
    task.priority = priority.unwrap_or(task.priority);
    (task.assignee_role, task.assignee_user_id) = (assignee_role, assignee_user_id);
    task.due_at = create.due_at;
    task.metadata = create.metadata;
    escalate::arm(&mut task, false)?;
    record(caller, &instance, &task, "create_task", None, started)?;
    task::insert(&task)?;
    Ok(task)
}

/// Takes a task for the caller's user.
pub fn claim(caller: &Caller, id: Uuid) -> Result<Task, Error> {
    let started = Instant::now();
    let user = person(caller, "user_id")?;
    let (instance, mut task) = fetch(caller, id)?;
    if task.task_state == "CLAIMED" && task.assignee_user_id.as_deref() == Some(user) {
        return Ok(task);
    }
    if task.task_state != "OPEN" {
        let who = task.assignee_user_id.as_deref().filter(|_| task.task_state == "CLAIMED");
        let detail = match who {
            Some(who) => format!("{who} has claimed it."),
            None => format!("It is {}.", task.task_state),
        };
        return Err(Error::new(Code::TaskNotOpen, format!("task {id} cannot be claimed")).detail(detail));
    }
    check_offered(caller, &task, user)?;
    task.assignee_user_id = Some(user.to_owned());
    task.task_state = "CLAIMED".to_owned();
    change(caller, &instance, &mut task, "claim_task", None, started)?;
    Ok(task)
}

/// Gives a claimed task back: to whoever delegated it, else to those whom it was offered to.
pub fn release(caller: &Caller, id: Uuid) -> Result<Task, Error> {
    let started = Instant::now();
    let user = person(caller, "user_id")?;
    let (instance, mut task) = fetch(caller, id)?;
    check_open(&task)?;
    if task.task_state == "OPEN" {
        return Ok(task);
    }
    check_holder(&task, user)?;
    if let Some(owner) = task.owner_user_id.take() {
        task.assignee_user_id = Some(owner);
    } else if task.assignee_role.is_some() || task.candidate_roles.is_some() || task.candidate_users.is_some() {
        task.assignee_user_id = None;
    }
    task.task_state = "OPEN".to_owned();
    change(caller, &instance, &mut task, "release_task", None, started)?;
    Ok(task)
}

/// How a task ended.
pub struct Complete {
    pub outcome: Option<String>,
    pub notes: Option<String>,
    pub metadata: Option<Jsonb>,
    /// The state to which the instance of a task made by hand goes.
    pub advance_to: Option<String>,
}

/// Completes a task, and takes the transition that waits for it.
pub fn complete(caller: &Caller, id: Uuid, complete: Complete) -> Result<Task, Error> {
    let started = Instant::now();
    let user = person(caller, "user_id")?;
    check_metadata(complete.metadata.as_ref())?;
    if let Some(outcome) = &complete.outcome {
        check_text("the outcome", outcome)?;
    }
    let (instance, mut task) = fetch(caller, id)?;
    check_open(&task)?;
    match task.task_state.as_str() {
        "CLAIMED" => {
            check_holder(&task, user)?;
            check_not_by(&task, user)?;
        }
        _ => check_offered(caller, &task, user)?,
    }
    check_outcome(&task, complete.outcome.as_deref())?;
    check_running(&instance)?;
    if complete.advance_to.is_some() && task.invoke_id.is_some() {
        return Err(Error::new(Code::InvalidArgument, format!("task {id} answers an invoke"))
            .detail("Its transition follows from onDone; only a task that was made by hand takes advance_to."));
    }
    let output = Jsonb::object(|output| {
        output.set("outcome", &text(complete.outcome.as_deref()));
        output.set_text("user_id", user);
        output.set("notes", &text(complete.notes.as_deref()));
        output.set("metadata", complete.metadata.as_ref().unwrap_or(&Jsonb::null()));
    });
    task.task_state = "COMPLETED".to_owned();
    task.outcome = complete.outcome;
    task.assignee_user_id = Some(user.to_owned());
    task.completed_by = Some(user.to_owned());
    task.completed_at = Some(caller.now);
    task.notes = complete.notes;
    task.metadata = match (task.metadata.take(), complete.metadata) {
        (Some(before), Some(now)) => Some(before.concat(&now)),
        (before, now) => now.or(before),
    };
    task.updated_at = caller.now;
    task.sla_at = None;
    // Before the macrostep, which cancels the open tasks of the states that it leaves.
    task::update(&task)?;
    if let Some(invoke_id) = &task.invoke_id {
        answer(caller, &instance, &task, invoke_id, output, started)?;
    } else if let Some(target) = &complete.advance_to {
        // Whoever has a task acts in the role that it was given to.
        let mut roles = caller.roles.clone();
        roles.extend(task.assignee_role.clone());
        let caller = caller.speaking_for(caller.actor.clone(), roles);
        let cause =
            Cause { kind: "complete_task", payload: Some(output), note: task.notes.clone(), ..Cause::default() };
        advance_to(&caller, &instance, target, cause, started)?;
    } else {
        record(caller, &instance, &task, "complete_task", task.notes.clone(), started)?;
    }
    Ok(task)
}

/// Answers the invoke that waits for a task.
fn answer(
    caller: &Caller,
    instance: &Instance,
    task: &Task,
    invoke_id: &str,
    output: Jsonb,
    started: Instant,
) -> Result<(), Error> {
    let definition = definition::load(instance.organization_id, instance.definition_id)?;
    let position = position(&definition, instance)?;
    let event = format!("done.invoke.{invoke_id}");
    let payload = Jsonb::object(|payload| {
        payload.set("output", &output);
        payload.set_text("task_id", &task.id.to_string());
    });
    let cause = Cause {
        kind: "complete_task",
        event: Some(event.clone()),
        payload: Some(payload.clone()),
        note: task.notes.clone(),
        line_code: None,
    };
    let request = Request { event: Event::new(event.clone(), Some(payload)), roles: None, target: None };
    match advance(caller, instance, &definition, &position, request, cause, started)? {
        Ok(_) => Ok(()),
        // The definition waits for nothing: the work is done all the same.
        Err(Refusal::NoMatch) => record(caller, instance, task, "complete_task", task.notes.clone(), started),
        Err(refused) => {
            Err(refusal(&definition, &instance.state, &position, caller, &format!("takes {event}"), refused))
        }
    }
}

/// Gives a task to another role or user; it is open again.
pub fn reassign(
    caller: &Caller,
    id: Uuid,
    role: Option<String>,
    user: Option<String>,
    reason: Option<String>,
) -> Result<Task, Error> {
    let started = Instant::now();
    let role = assignee("assignee_role", role)?;
    let user = assignee("assignee_user_id", user)?;
    if role.is_none() && user.is_none() {
        return Err(nobody_named("assignee_role => '...' or assignee_user_id => '...'"));
    }
    let (instance, mut task) = fetch(caller, id)?;
    check_open(&task)?;
    check_other(&task, &role, &user)?;
    if let Some(user) = &user {
        check_not_by(&task, user)?;
    }
    assign(&mut task, role, user);
    change(caller, &instance, &mut task, "reassign_task", reason, started)?;
    Ok(task)
}

/// Lets somebody else do a task; it stays with its owner.
pub fn delegate(caller: &Caller, id: Uuid, to_user: Option<String>) -> Result<Task, Error> {
    let started = Instant::now();
    let to_user = assignee("to_user", to_user)?.ok_or_else(|| nobody_named("to_user => '...'"))?;
    let (instance, mut task) = fetch(caller, id)?;
    check_open(&task)?;
    let by = match (&caller.actor, &task.assignee_user_id) {
        (Some(by), _) => by.clone(),
        (None, Some(holder)) => holder.clone(),
        (None, None) => person(caller, "delegated_by")?.to_owned(),
    };
    match &task.assignee_user_id {
        Some(holder) if *holder == to_user => {
            return Err(Error::new(Code::TaskAlreadyAssigned, format!("task {id} is {to_user}'s already")));
        }
        Some(holder) if *holder == by || task.owner_user_id.as_ref() == Some(&by) => {}
        Some(holder) => {
            return Err(Error::new(Code::UnauthorizedAssignee, format!("{by} cannot delegate task {id}"))
                .detail(format!("{holder} has it."))
                .hint("wf_reassign_task takes it from somebody."));
        }
        None => check_offered(caller, &task, &by)?,
    }
    check_not_by(&task, &to_user)?;
    task.owner_user_id.get_or_insert(by);
    task.assignee_user_id = Some(to_user);
    task.task_state = "OPEN".to_owned();
    change(caller, &instance, &mut task, "delegate_task", None, started)?;
    Ok(task)
}

/// A task that nobody has yet.
fn blank(home: &Home, title: String) -> Task {
    Task {
        organization_id: home.organization_id,
        id: new_id(),
        instance_id: home.instance_id,
        created_at: home.now,
        updated_at: home.now,
        due_at: None,
        sla_at: None,
        completed_at: None,
        level: 0,
        is_relative: false,
        task_state: "OPEN".to_owned(),
        title,
        body: None,
        priority: "normal".to_owned(),
        assignee_role: None,
        assignee_user_id: None,
        owner_user_id: None,
        outcome: None,
        completed_by: None,
        notes: None,
        state: None,
        invoke_id: None,
        calendar: None,
        candidate_roles: None,
        candidate_users: None,
        outcomes: None,
        not_by: None,
        escalations: None,
        metadata: None,
    }
}

/// Gives a task to this role or user and to nobody else.
fn assign(task: &mut Task, role: Option<String>, user: Option<String>) {
    (task.assignee_role, task.assignee_user_id) = (role, user);
    (task.candidate_roles, task.candidate_users, task.owner_user_id) = (None, None, None);
    task.task_state = "OPEN".to_owned();
}

/// Finds a task, locks its instance and reads it as it then is.
fn fetch(caller: &Caller, id: Uuid) -> Result<(Instance, Task), Error> {
    let not_found = || {
        Error::new(Code::TaskNotFound, format!("task {id} does not exist"))
            .hint("Look it up in wf_tasks_view, and check organization_id and app.current_org_id.")
    };
    let instance = task::find(id, caller.organization)?.ok_or_else(not_found)?;
    let instance = caller.lock(instance).map_err(|error| match error.code() {
        // Its instance is not for this caller: then neither is the task.
        Some(Code::InstanceNotFound) => not_found(),
        _ => error,
    })?;
    let task = task::read(instance.organization_id, id)?.ok_or_else(not_found)?;
    Ok((instance, task))
}

/// Stores a change with its step.
fn change(
    caller: &Caller,
    instance: &Instance,
    task: &mut Task,
    kind: &'static str,
    note: Option<String>,
    started: Instant,
) -> Result<(), Error> {
    task.updated_at = caller.now;
    escalate::arm(task, instance.paused_at.is_some())?;
    record(caller, instance, task, kind, note, started)?;
    task::update(task)
}

/// Writes the step of a change that leaves the instance where it is.
fn record(
    caller: &Caller,
    instance: &Instance,
    task: &Task,
    kind: &'static str,
    note: Option<String>,
    started: Instant,
) -> Result<(), Error> {
    let facts = [
        ("assignee_role", &task.assignee_role),
        ("assignee_user_id", &task.assignee_user_id),
        ("owner_user_id", &task.owner_user_id),
        ("outcome", &task.outcome),
    ];
    let detail = Jsonb::object(|detail| {
        detail.set_text("task_id", &task.id.to_string());
        detail.set_text("title", &task.title);
        for (key, value) in facts.iter().filter_map(|(key, value)| Some((key, value.as_deref()?))) {
            detail.set_text(key, value);
        }
    });
    administrative_step(caller, instance, Cause { kind, note, ..Cause::default() }, started, detail)
}

/// A text, or null.
fn text(value: Option<&str>) -> Jsonb {
    value.map_or_else(Jsonb::null, Jsonb::string)
}

/// The clocks of an instance that was paused from `paused_at` run again: due dates that were lengths of time move by the time spent
/// paused, moments stay.
pub fn resume(caller: &Caller, instance: &Instance, paused_at: Timestamp) -> Result<(), Error> {
    for mut task in task::open(instance.organization_id, instance.id)? {
        if let Some(due_at) = task.due_at {
            if task.is_relative {
                let calendar = calendar::named(task.organization_id, task.calendar.as_deref())?;
                let waited = calendar::between(calendar.as_ref(), paused_at.max(task.created_at), caller.now);
                task.due_at = Some(calendar::add(calendar.as_ref(), due_at, waited)?);
            }
            escalate::arm(&mut task, false)?;
            task::update(&task)?;
        }
    }
    Ok(())
}
