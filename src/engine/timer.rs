//! Timers by hand, and the firing of any timer.

use std::time::Instant;

use pgrx::Uuid;

use super::caller::{Caller, check_size, check_text};
use super::macrostep::{Cause, Moved, TIMER_LIMIT, administrative_step, too_many_timers};
use super::send::{advance, check_active, check_event, check_running, position};
use super::{definition, new_id};
use crate::chart::{Chart, Event, Refusal, Request};
use crate::error::{Code, Error};
use crate::pg::error::SqlState;
use crate::pg::jsonb::Jsonb;
use crate::pg::time::Timestamp;
use crate::store::instance::Instance;
use crate::store::timer::{self, NewTimer, Timer};

/// A timer to be set by hand.
pub struct Set {
    pub instance_id: Uuid,
    pub name: String,
    pub delay: Option<pgrx::datum::Interval>,
    pub fire_at: Option<Timestamp>,
    /// The event that it raises; its name where none is given.
    pub event: Option<String>,
    pub payload: Option<Jsonb>,
}

/// Sets a timer and gives its id and its moment.
pub fn set(caller: &Caller, set: Set) -> Result<(Uuid, Timestamp), Error> {
    let started = Instant::now();
    check_text("the timer's name", &set.name)?;
    let event = set.event.unwrap_or_else(|| set.name.clone());
    check_event(&event)?;
    check_size("the payload", set.payload.as_ref())?;
    let is_relative = set.fire_at.is_none();
    let fire_at = match (set.fire_at, set.delay) {
        (Some(moment), None) if moment.is_finite() => moment,
        (Some(_), None) => return Err(Error::new(Code::InvalidDuration, "a timer needs a moment that comes")),
        (None, Some(delay)) => timer::moment(caller.now, delay).map_err(out_of_range)?,
        _ => {
            return Err(Error::new(Code::InvalidDuration, "a timer needs either a delay or a moment")
                .hint("Give delay => interval '1 day', or fire_at => '2026-01-31 09:00+00'."));
        }
    };
    if is_relative && fire_at < caller.now {
        return Err(Error::new(Code::InvalidDuration, "the delay is negative"));
    }
    let instance = caller.lock(set.instance_id)?;
    check_running(&instance)?;
    let open = timer::open(instance.organization_id, instance.id)?;
    if open.contains(&set.name) {
        return Err(Error::new(Code::DuplicateTimerName, format!("timer {} is pending already", set.name))
            .hint("Cancel it first with wf_cancel_timer, or choose another name."));
    }
    if open.len() >= TIMER_LIMIT {
        return Err(too_many_timers(instance.id));
    }
    let new = NewTimer {
        id: new_id(),
        fire_at,
        is_relative,
        calendar: None,
        kind: "set",
        entity_code: format!("{}:{}:0:{}", instance.id, instance.seq + 1, set.name),
        name: set.name.clone(),
        event,
        state: None,
        payload: set.payload,
    };
    let cause = Cause { kind: "set_timer", event: Some(new.event.clone()), ..Cause::default() };
    administrative_step(caller, &instance, cause, started, names(&[set.name]))?;
    timer::insert(instance.organization_id, instance.id, caller.now, false, std::slice::from_ref(&new))?;
    Ok((new.id, new.fire_at))
}

/// The server's error for a sum beyond its calendar, under our name.
pub fn out_of_range(error: Error) -> Error {
    match error {
        Error::Postgres(error) if error.sqlstate == SqlState::new(b"22008") => {
            Error::new(Code::InvalidDuration, "the delay is too long").detail(error.message)
        }
        other => other,
    }
}

/// Cancels the open timers of this name, or all of them, and gives their names.
pub fn cancel(
    caller: &Caller,
    instance_id: Uuid,
    name: Option<String>,
    reason: Option<String>,
) -> Result<Vec<String>, Error> {
    let started = Instant::now();
    let instance = caller.lock(instance_id)?;
    check_active(&instance)?;
    let cancelled = match &name {
        Some(name) => timer::cancel(instance.organization_id, instance.id, |open| open.name == *name)?,
        None => timer::cancel(instance.organization_id, instance.id, |_| true)?,
    };
    if cancelled.is_empty() {
        let what = name.map_or_else(|| "no timer".to_owned(), |name| format!("no timer {name}"));
        return Err(Error::new(Code::NoPendingTimers, format!("{what} is pending for instance {instance_id}"))
            .hint("SELECT timer_name, timer_status FROM wf_timers_view lists them."));
    }
    let cause = Cause { kind: "cancel_timer", note: reason, ..Cause::default() };
    administrative_step(caller, &instance, cause, started, names(&cancelled))?;
    Ok(cancelled)
}

/// The timers that a step is about.
fn names(timers: &[String]) -> Jsonb {
    let names: Vec<Jsonb> = timers.iter().map(|name| Jsonb::string(name)).collect();
    Jsonb::object(|detail| detail.set("timers", &Jsonb::array(&names)))
}

/// What the firing of a timer came to.
pub struct Fired {
    pub from_state: String,
    /// The same state, where nothing took the timer's event.
    pub to_state: String,
}

/// Fires one timer by hand; `force` fires it before its moment.
pub fn fire_by_hand(caller: &Caller, instance_id: Uuid, timer_id: Uuid, force: bool) -> Result<Fired, Error> {
    let instance = caller.lock(instance_id)?;
    let timer = timer::read(instance.organization_id, instance_id, timer_id)?.ok_or_else(|| {
        Error::new(Code::TimerNotFound, format!("instance {instance_id} has no timer {timer_id}"))
            .hint("SELECT timer_id, timer_name FROM wf_timers_view lists them.")
    })?;
    match timer.status.as_str() {
        "PENDING" => {}
        // Its attempts are spent; an operator has mended the cause.
        "FAILED" if force => {}
        "FIRED" => {
            let when = timer.fired_at.map(|at| at.to_iso_seconds()).unwrap_or_default();
            return Err(Error::new(Code::TimerAlreadyFired, format!("timer {} has fired", timer.name))
                .detail(format!("It fired at {when}.")));
        }
        "SUSPENDED" => {
            check_running(&instance)?;
            return Err(Error::internal(format!("timer {timer_id} is suspended and its instance is not paused")));
        }
        status => {
            return Err(Error::new(Code::TimerAlreadyProcessed, format!("timer {} is {status}", timer.name)));
        }
    }
    check_running(&instance)?;
    if timer.fire_at > caller.now && !force {
        return Err(Error::new(Code::TimerNotDue, format!("timer {} is not due", timer.name))
            .detail(format!("It is due at {}; it is {}.", timer.fire_at.to_iso_seconds(), caller.now.to_iso_seconds()))
            .hint("Give force => true to fire it now."));
    }
    fire(caller, &instance, timer_id, &timer)
}

/// The event that a timer raises.
pub fn raised(chart: &Chart, kind: &str, name: &str, event: &str, payload: Option<&Jsonb>) -> Event<Jsonb> {
    match chart.find_timer(name).filter(|_| kind == "after") {
        Some((state, index)) => Event::timer(chart, state, index),
        None => Event::new(event, payload.cloned()),
    }
}

/// Fires a timer of a locked, running instance: its event's transition and FIRED are one transaction.
pub fn fire(caller: &Caller, instance: &Instance, timer_id: Uuid, timer: &Timer) -> Result<Fired, Error> {
    // Before the macrostep, which cancels the timers of the states that it leaves.
    if !timer::fired(instance.organization_id, instance.id, timer_id, timer, caller.now)? {
        return Err(Error::internal(format!("timer {timer_id} was written around its instance's lock")));
    }
    let started = Instant::now();
    let definition = definition::load(instance.organization_id, instance.definition_id)?;
    let position = position(&definition, instance)?;
    let event = raised(&definition.chart, &timer.kind, &timer.name, &timer.event, timer.payload.as_ref());
    let cause = Cause {
        kind: "timer",
        event: Some(timer.event.clone()),
        payload: timer.payload.clone(),
        note: Some(timer.name.clone()),
        line_code: None,
    };
    let request = Request { event, roles: None, target: None };
    let moved = advance(caller, instance, &definition, &position, request, cause, started)?;
    let to_state = match moved {
        Ok(Moved { to_state, .. }) => to_state,
        Err(Refusal::NoMatch | Refusal::Guards(_) | Refusal::Roles(_)) => instance.state.clone(),
    };
    Ok(Fired { from_state: instance.state.clone(), to_state })
}
