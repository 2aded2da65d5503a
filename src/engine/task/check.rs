//! Who may do what with a task, and with which words: every refusal is a named error.

use super::PRIORITIES;
use super::input::priorities;
use crate::engine::caller::{Caller, check_size, check_text};
use crate::error::{Code, Error};
use crate::pg::jsonb::Jsonb;
use crate::store::task::{self, Task};

/// The user who acts.
pub fn person<'a>(caller: &'a Caller, argument: &str) -> Result<&'a str, Error> {
    match caller.actor.as_deref() {
        Some(user) => check_text(argument, user),
        None => Err(Error::new(Code::InvalidArgument, format!("{argument} is NULL"))
            .detail("A task is done by somebody.")
            .hint(format!("Give {argument} => '...', or SET app.current_user_id."))),
    }
}

/// The error where neither a role nor a user is named.
pub fn nobody_named(hint: &str) -> Error {
    Error::new(Code::InvalidAssignee, "nobody is named").hint(format!("Give {hint}."))
}

/// A role or a user; not the empty text.
pub fn assignee(name: &str, value: Option<String>) -> Result<Option<String>, Error> {
    match value {
        Some(text) if text.trim().is_empty() => Err(Error::new(Code::InvalidAssignee, format!("{name} is empty"))),
        Some(text) => check_text(name, &text).map(|text| Some(text.to_owned())),
        None => Ok(None),
    }
}

/// A priority in the form in which it is stored.
pub fn check_priority(priority: &str) -> Result<String, Error> {
    let priority = priority.to_lowercase();
    if PRIORITIES.contains(&priority.as_str()) {
        return Ok(priority);
    }
    Err(Error::new(Code::InvalidPriority, format!("priority \"{priority}\" is not known"))
        .detail(format!("The priorities are {}.", priorities())))
}

/// Where a priority stands among the others, the lowest first.
pub fn rank(priority: &str) -> usize {
    PRIORITIES.iter().position(|known| *known == priority).unwrap_or_default()
}

/// Refuses metadata that is no object or too large.
pub fn check_metadata(metadata: Option<&Jsonb>) -> Result<(), Error> {
    check_size("the metadata", metadata)?;
    if metadata.is_some_and(|metadata| !metadata.is_object()) {
        return Err(Error::new(Code::InvalidArgument, "the metadata is not an object")
            .hint("Give metadata => '{\"key\": \"value\"}'."));
    }
    Ok(())
}

/// Refuses a task that is done or cancelled.
pub fn check_open(task: &Task) -> Result<(), Error> {
    match task.task_state.as_str() {
        "OPEN" | "CLAIMED" => Ok(()),
        "COMPLETED" => {
            let error = Error::new(Code::TaskCompleted, format!("task {} is completed", task.id));
            Err(match (&task.completed_by, task.completed_at) {
                (Some(who), Some(when)) => error.detail(format!("By {who} at {}.", when.to_iso_seconds())),
                _ => error,
            })
        }
        _ => Err(Error::new(Code::TaskNotActive, format!("task {} is cancelled", task.id))
            .detail("Its state was left, or its instance has ended.")),
    }
}

/// Refuses whoever has not claimed it.
pub fn check_holder(task: &Task, user: &str) -> Result<(), Error> {
    match &task.assignee_user_id {
        Some(holder) if holder != user => {
            Err(Error::new(Code::UnauthorizedAssignee, format!("task {} is not {user}'s", task.id))
                .detail(format!("{holder} has claimed it.")))
        }
        _ => Ok(()),
    }
}

/// Refuses a user to whom an open task is not offered.
pub fn check_offered(caller: &Caller, task: &Task, user: &str) -> Result<(), Error> {
    let has_role = |role: &String| caller.roles.contains(role);
    let is_offered = match &task.assignee_user_id {
        // It is meant for one.
        Some(assignee) => assignee == user,
        None => {
            task.assignee_role.as_ref().is_some_and(has_role)
                || task.candidate_roles.iter().flatten().any(has_role)
                || task.candidate_users.iter().flatten().any(|candidate| candidate == user)
        }
    };
    if is_offered {
        return check_not_by(task, user);
    }
    let offered: Vec<String> = match &task.assignee_user_id {
        Some(assignee) => vec![format!("user {assignee}")],
        None => {
            let roles = task.assignee_role.iter().chain(task.candidate_roles.iter().flatten());
            let users = task.candidate_users.iter().flatten();
            roles.map(|role| format!("role {role}")).chain(users.map(|user| format!("user {user}"))).collect()
        }
    };
    let given = caller.role_text().unwrap_or_else(|| "none".to_owned());
    Err(Error::new(Code::UnauthorizedAssignee, format!("task {} is not offered to {user}", task.id))
        .detail(format!("It is offered to {}. Roles given: {given}.", offered.join(", ")))
        .hint("Give roles => ARRAY['...'] to wf_claim_task, or SET app.current_user_role."))
}

/// Refuses a user who has done what this task is to check.
pub fn check_not_by(task: &Task, user: &str) -> Result<(), Error> {
    match &task.not_by {
        Some(places) if task::was_done_by(task.organization_id, task.instance_id, places, user)? => {
            Err(Error::new(Code::UnauthorizedAssignee, format!("task {} is not for {user}", task.id))
                .detail(format!("Whoever did {} may not do it.", places.join(" or ")))
                .hint("Another person has to do it: four eyes."))
        }
        _ => Ok(()),
    }
}

/// Refuses an assignment that changes nothing.
pub fn check_other(task: &Task, role: &Option<String>, user: &Option<String>) -> Result<(), Error> {
    let is_same = match user {
        Some(_) => task.assignee_user_id == *user && (role.is_none() || task.assignee_role == *role),
        None => task.assignee_role == *role && task.assignee_user_id.is_none(),
    };
    if !is_same {
        return Ok(());
    }
    let whose = user.as_ref().or(role.as_ref()).map_or("", String::as_str);
    Err(Error::new(Code::TaskAlreadyAssigned, format!("task {} is assigned to {whose} already", task.id)))
}

/// Refuses an outcome that the task does not allow.
pub fn check_outcome(task: &Task, outcome: Option<&str>) -> Result<(), Error> {
    let Some(outcomes) = &task.outcomes else {
        return Ok(());
    };
    if outcome.is_some_and(|outcome| outcomes.iter().any(|allowed| allowed == outcome)) {
        return Ok(());
    }
    let given = outcome.map_or_else(|| "no outcome".to_owned(), |outcome| format!("outcome \"{outcome}\""));
    Err(Error::new(Code::InvalidOutcome, format!("task {} cannot be completed with {given}", task.id))
        .detail(format!("Its outcomes: {}.", outcomes.join(", "))))
}
