//! Pause and resume. A paused instance takes no events, its timers are suspended, its effects are held and its clocks
//! stand still; answers and messages that arrive stay in the inbox. Children follow their parent.

use std::time::Instant;

use pgrx::Uuid;

use super::calendar;
use super::caller::{Caller, instance_not_found};
use super::macrostep::{Cause, administrative_step};
use super::send::check_active;
use super::sla;
use super::task;
use crate::error::{Code, Error};
use crate::pg::jsonb::Jsonb;
use crate::pg::time::Timestamp;
use crate::store::instance::{self, Instance};
use crate::store::{self, effect, message, timer};

/// Pauses an instance and its running children.
pub fn pause(caller: &Caller, id: Uuid, reason: Option<String>) -> Result<(), Error> {
    let root = caller.lock(id)?;
    check_active(&root)?;
    if root.paused_at.is_some() {
        return Err(Error::new(Code::InstanceAlreadyPaused, format!("instance {id} is paused already")));
    }
    for instance in locked(&instance::family(root.organization_id, id)?)? {
        if instance.status == "active" && instance.paused_at.is_none() {
            pause_one(caller, &instance, reason.clone())?;
        }
    }
    Ok(())
}

/// Resumes an instance, and those of its children that were paused with it.
pub fn resume(caller: &Caller, id: Uuid, notes: Option<String>) -> Result<(), Error> {
    let root = caller.lock(id)?;
    check_active(&root)?;
    let Some(paused_at) = root.paused_at else {
        return Err(Error::new(Code::InstanceNotPaused, format!("instance {id} is not paused")));
    };
    for instance in locked(&instance::family(root.organization_id, id)?)? {
        if instance.status == "active" && instance.paused_at == Some(paused_at) {
            resume_one(caller, &instance, paused_at, notes.clone())?;
        }
    }
    Ok(())
}

/// Pauses every running instance of a definition, of all where None, with its children, and gives how many.
pub fn pause_all(caller: &Caller, code: Option<&str>, reason: Option<&str>) -> Result<i64, Error> {
    let mut count = 0;
    for instance in locked(&instance::running(caller.organization, code, false)?)? {
        if instance.status == "active" && instance.paused_at.is_none() {
            pause_one(caller, &instance, reason.map(str::to_owned))?;
            count += 1;
        }
    }
    Ok(count)
}

/// Resumes every paused instance of a definition, of all where None, with the children that were paused with it, and
/// gives how many.
pub fn resume_all(caller: &Caller, code: Option<&str>, notes: Option<&str>) -> Result<i64, Error> {
    let mut count = 0;
    for instance in locked(&instance::running(caller.organization, code, true)?)? {
        if let (Some(paused_at), "active") = (instance.paused_at, instance.status.as_str()) {
            resume_one(caller, &instance, paused_at, notes.map(str::to_owned))?;
            count += 1;
        }
    }
    Ok(count)
}

/// Locks instances in the order of their ids, then reads each as it is.
fn locked(instances: &[(Uuid, Uuid)]) -> Result<Vec<Instance>, Error> {
    instance::lock_many(instances)?;
    instances
        .iter()
        .map(|(organization, id)| instance::lock(*organization, *id)?.ok_or_else(|| instance_not_found(*id)))
        .collect()
}

fn pause_one(caller: &Caller, instance: &Instance, reason: Option<String>) -> Result<(), Error> {
    let cause = Cause { kind: "pause", note: reason, ..Cause::default() };
    administrative_step(caller, instance, cause, Instant::now(), Jsonb::object(|_| {}))?;
    instance::pause(instance, caller.now)?;
    sla::pause(instance)?;
    timer::suspend(instance.organization_id, instance.id)?;
    effect::suspend(instance.organization_id, instance.id)?;
    store::task::suspend(instance.organization_id, instance.id)
}

fn resume_one(caller: &Caller, instance: &Instance, paused_at: Timestamp, notes: Option<String>) -> Result<(), Error> {
    let seconds = Jsonb::parse(&((caller.now.0 - paused_at.0) / 1_000_000).to_string());
    let detail = Jsonb::object(|detail| detail.set("paused_seconds", &seconds));
    let cause = Cause { kind: "resume", note: notes, ..Cause::default() };
    administrative_step(caller, instance, cause, Instant::now(), detail)?;
    instance::resume(instance, sla::resume(caller, instance, paused_at)?, caller.now)?;
    let (organization, id) = (instance.organization_id, instance.id);
    effect::resume(organization, id, caller.now)?;
    for timer in timer::resume(organization, id, paused_at, caller.now)? {
        let calendar = calendar::named(organization, Some(&timer.calendar))?;
        let waited = calendar::between(calendar.as_ref(), timer.waited_from, caller.now);
        timer::shift(organization, id, timer.id, calendar::add(calendar.as_ref(), timer.fire_at, waited)?)?;
    }
    task::resume(caller, instance, paused_at)?;
    message::wake(instance, caller.now)
}
