//! Tasks climb their ladders: overdue ones with the clock, the others when a person or a definition says so. Each rung gives the
//! task to somebody else, and is a step and an effect.

use std::time::Instant;

use pgrx::Uuid;

use super::check::{assignee, check_not_by, check_open, check_other, check_priority, rank};
use super::{assign, fetch, text};
use crate::engine::calendar;
use crate::engine::caller::Caller;
use crate::engine::ladder::{Holder, Ladder, notice};
use crate::engine::macrostep::{Cause, bare_step};
use crate::engine::send::check_running;
use crate::engine::turns;
use crate::error::{Code, Error};
use crate::pg::jsonb::Jsonb;
use crate::pg::time::Timestamp;
use crate::store::due::{Due, Place};
use crate::store::effect::{self, NewEffect, Origin};
use crate::store::instance::{self, Instance};
use crate::store::task::{self, Task};

/// The ladder of a task that names none, counted from its due date.
const DEFAULT: [(&str, &str); 2] = [("PT1H", "manager"), ("PT4H", "operations")];
/// The effect of a rung that names none.
const EFFECT: &str = "wf.task_escalated";

fn ladder(task: &Task) -> Ladder {
    let own = task.escalations.as_ref().and_then(|ladder| serde_json::from_str(&ladder.to_text()).ok());
    match own.map(|ladder| Ladder::read(&ladder)) {
        Some(Ok(ladder)) => ladder,
        _ => Ladder::of_roles(&DEFAULT),
    }
}

fn holder(task: &Task) -> Holder<'_> {
    Holder { role: task.assignee_role.as_deref(), user: task.assignee_user_id.as_deref() }
}

/// Sets the moment of the next rung, after anything that it depends on has changed.
pub fn arm(task: &mut Task, is_paused: bool) -> Result<(), Error> {
    task.sla_at = None;
    if let Some(due_at) = task.due_at.filter(|_| task.is_open() && !is_paused) {
        let ladder = ladder(task);
        let calendar = calendar::named(task.organization_id, task.calendar.as_deref())?;
        let next = ladder.next(task.level.unsigned_abs() as usize, holder(task));
        task.sla_at = next.and_then(|(_, rung)| Ladder::moment(rung, due_at, calendar.as_ref()));
    }
    Ok(())
}

/// What an escalation has changed, as its effect tells it and its step records it.
pub struct Climbed {
    pub effect: NewEffect,
    pub facts: Jsonb,
}

/// Takes a task one rung up; None where none is left.
pub fn climb(
    caller: &Caller,
    task: &mut Task,
    reason: Option<&str>,
    is_paused: bool,
) -> Result<Option<Climbed>, Error> {
    let ladder = ladder(task);
    let Some((place, rung)) = ladder.next(task.level.unsigned_abs() as usize, holder(task)) else {
        return Ok(None);
    };
    let before = task.clone();
    task.level = place as i32 + 1;
    if rung.to_role.is_some() || rung.to_user.is_some() {
        assign(task, rung.to_role.clone(), rung.to_user.clone());
    }
    let code = rung.effect.as_deref().unwrap_or(EFFECT);
    climbed(caller, &before, task, code, reason, is_paused).map(Some)
}

fn climbed(
    caller: &Caller,
    before: &Task,
    task: &mut Task,
    code: &str,
    reason: Option<&str>,
    is_paused: bool,
) -> Result<Climbed, Error> {
    task.updated_at = caller.now;
    arm(task, is_paused)?;
    let facts = Jsonb::object(|facts| {
        facts.set_text("task_id", &task.id.to_string());
        facts.set_text("title", &task.title);
        facts.set("from_role", &text(before.assignee_role.as_deref()));
        facts.set("from_user", &text(before.assignee_user_id.as_deref()));
        facts.set("to_role", &text(task.assignee_role.as_deref()));
        facts.set("to_user", &text(task.assignee_user_id.as_deref()));
        facts.set("rung", &Jsonb::parse(&task.level.to_string()));
        facts.set_text("priority", &task.priority);
        facts.set("due_at", &text(task.due_at.map(Timestamp::to_iso).as_deref()));
        facts.set("reason", &text(reason));
    });
    Ok(Climbed { effect: notice(code, facts.clone()), facts })
}

/// Where an operator wants a task to go.
#[derive(Default)]
pub struct Escalation {
    pub to_role: Option<String>,
    pub to_user: Option<String>,
    pub reason: Option<String>,
    pub new_priority: Option<String>,
}

/// Escalates a task: to whom the operator names, one rung up where nobody is named.
pub fn by_hand(caller: &Caller, id: Uuid, wanted: Escalation) -> Result<Task, Error> {
    let started = Instant::now();
    let to_role = assignee("to_role", wanted.to_role)?;
    let to_user = assignee("to_user", wanted.to_user)?;
    let priority = wanted.new_priority.as_deref().map(check_priority).transpose()?;
    let (instance, mut task) = fetch(caller, id)?;
    check_open(&task)?;
    if let Some(priority) = priority {
        if rank(&priority) < rank(&task.priority) {
            return Err(Error::new(Code::InvalidPriority, format!("task {id} has priority {} already", task.priority))
                .detail(format!("An escalation does not lower it to {priority}.")));
        }
        task.priority = priority;
    }
    let is_paused = instance.paused_at.is_some();
    let reason = wanted.reason.as_deref();
    let climbed = if to_role.is_some() || to_user.is_some() {
        check_other(&task, &to_role, &to_user)?;
        if let Some(user) = &to_user {
            check_not_by(&task, user)?;
        }
        let before = task.clone();
        assign(&mut task, to_role, to_user);
        climbed(caller, &before, &mut task, EFFECT, reason, is_paused)?
    } else {
        climb(caller, &mut task, reason, is_paused)?.ok_or_else(|| {
            Error::new(Code::NoEscalationTarget, format!("task {id} has no rung left to go to"))
                .detail(format!("{} are behind it.", task.level))
                .hint("Give to_role => '...' or to_user => '...'.")
        })?
    };
    record(caller, &instance, &task, climbed, reason, started)?;
    Ok(task)
}

/// Writes a rung: the task, its step, its effect.
fn record(
    caller: &Caller,
    instance: &Instance,
    task: &Task,
    climbed: Climbed,
    reason: Option<&str>,
    started: Instant,
) -> Result<(), Error> {
    let cause = Cause { kind: "escalate_task", note: reason.map(str::to_owned), ..Cause::default() };
    let mut step = bare_step(caller, cause, started);
    step.effects_queued = Some(vec![climbed.effect.code.clone()]);
    step.detail = Some(climbed.facts);
    instance::stay(instance, &step)?;
    task::update(task)?;
    let origin = Origin {
        organization_id: instance.organization_id,
        instance_id: instance.id,
        step_id: step.id,
        seq: instance.seq + 1,
        // No limit of the definition keeps an alarm back.
        lane: String::new(),
        now: caller.now,
    };
    effect::insert(&origin, &[climbed.effect])
}

/// How many tasks are to go one rung up now, at most `limit`.
pub fn due(caller: &Caller, limit: i32) -> Result<i32, Error> {
    Ok(task::QUEUE.due(caller.organization, caller.now, Place::first(), limit)?.len() as i32)
}

/// Takes tasks whose moment has come one rung up each, at most `limit`, and gives how many it were. A rung that is due at once
/// as well comes later in the same order.
pub fn run_due(caller: &Caller, limit: i32) -> Result<i32, Error> {
    turns::take(caller, &task::QUEUE, limit, |due| run_one(caller, due))
}

fn run_one(caller: &Caller, due: &Due) -> Result<bool, Error> {
    let started = Instant::now();
    let Some(instance) = instance::lock_skip(due.organization_id, due.instance_id)? else {
        return Ok(false);
    };
    let task = task::read(due.organization_id, due.id)?;
    let Some(mut task) = task.filter(|task| task.is_open() && task.sla_at.is_some_and(|at| at <= caller.now)) else {
        return Ok(false);
    };
    if check_running(&instance).is_err() {
        return Ok(false);
    }
    let reason = Some("overdue");
    match climb(caller, &mut task, reason, false)? {
        Some(climbed) => record(caller, &instance, &task, climbed, reason, started).map(|()| true),
        None => {
            arm(&mut task, false)?;
            task::update(&task).map(|()| false)
        }
    }
}
