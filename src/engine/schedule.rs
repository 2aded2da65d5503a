//! Schedules: instances that start by a cron expression.
//!
//! A schedule's row is locked while its moments are worked on, and the key of the instance that a moment starts is made
//! of the schedule's name and the moment: however many batches run at once, none starts twice. A start that fails is
//! recorded on the row, and the schedule goes on with its next moment.

use super::audit::{self, Setting};
use super::caller::{Caller, check_text};
use super::cron::Expression;
use super::definition;
use super::start::{self, Start, check_input};
use crate::error::{Code, Error};
use crate::pg::jsonb::Jsonb;
use crate::pg::subtransaction::subtransaction;
use crate::pg::time::Timestamp;
use crate::store::instance;
use crate::store::schedule::{self, NewSchedule, Schedule};

const SECOND: i64 = 1_000_000;
/// With `skip`, a moment that is older has been missed.
const GRACE: i64 = 60 * SECOND;

/// What is to start when.
pub struct Plan {
    pub name: String,
    pub cron: String,
    pub definition_code: String,
    pub input: Option<Jsonb>,
    pub time_zone: String,
    pub misfire: String,
    pub overlap: String,
}

/// A schedule as it now stands.
pub struct Scheduled {
    pub next_run_at: Option<Timestamp>,
    /// Was there none of this name?
    pub created: bool,
}

/// Stores a schedule, in place of the one with its name.
pub fn schedule(caller: &Caller, plan: Plan) -> Result<Scheduled, Error> {
    check_text("name", &plan.name)?;
    check_input(plan.input.as_ref())?;
    check_choice("misfire", &plan.misfire, &["fire_once", "skip", "all"])?;
    check_choice("overlap", &plan.overlap, &["skip", "buffer", "allow"])?;
    let next_run_at = Expression::parse(&plan.cron, &plan.time_zone)?.after(caller.now).ok_or_else(|| {
        Error::new(Code::InvalidArgument, "cron names no moment that comes")
            .detail(format!("It is \"{}\".", plan.cron))
            .hint("Look at its day and month, and at its year if it has one.")
    })?;
    let organization = caller.creating()?;
    definition::find(organization, &plan.definition_code, None)?;
    let new = NewSchedule {
        organization_id: organization,
        name: &plan.name,
        cron: &plan.cron,
        time_zone: &plan.time_zone,
        definition_code: &plan.definition_code,
        input: plan.input.as_ref(),
        misfire: &plan.misfire,
        overlap: &plan.overlap,
        next_run_at,
        created_at: caller.now,
        created_by: caller.actor.as_deref(),
    };
    let (next_run_at, created) =
        audit::change(caller, "schedule", Setting::Schedule, organization, &plan.name, None, || {
            schedule::upsert(&new)
        })?;
    Ok(Scheduled { next_run_at, created })
}

/// Ends a schedule; what it has started goes on. Was there one of this name?
pub fn unschedule(caller: &Caller, name: &str) -> Result<bool, Error> {
    let organization = caller.changing()?;
    audit::change(caller, "unschedule", Setting::Schedule, organization, name, None, || {
        schedule::delete(organization, name)
    })
}

fn check_choice(name: &str, value: &str, choices: &[&str]) -> Result<(), Error> {
    if choices.contains(&value) {
        return Ok(());
    }
    Err(Error::new(Code::InvalidArgument, format!("{name} cannot be \"{value}\""))
        .hint(format!("Give one of: {}.", choices.join(", "))))
}

/// Works on the schedules that are due, with at most `limit` starts, and gives how many were tried.
///
/// Every schedule has its share of the limit, so that one with many missed moments does not hold up the others. What is
/// left is due in the next batch.
pub fn run_due(caller: &Caller, limit: i32) -> Result<i32, Error> {
    let due = schedule::due(caller.now, caller.organization, limit)?;
    let mut tried = 0;
    for (index, (organization, name)) in due.iter().enumerate() {
        let Some(mut schedule) = schedule::lock(*organization, name)? else {
            continue;
        };
        let share = (limit - tried) / (due.len() - index) as i32;
        tried += run(caller, &mut schedule, share)?;
        schedule::save(&schedule)?;
    }
    Ok(tried)
}

fn run(caller: &Caller, schedule: &mut Schedule, share: i32) -> Result<i32, Error> {
    let now = Timestamp(caller.now.0.div_euclid(SECOND) * SECOND);
    let expression = match Expression::parse(&schedule.cron, &schedule.time_zone) {
        Ok(expression) => expression,
        // The system's zones have changed under it.
        Err(error) => {
            schedule.last_error = Some(error.summary());
            schedule.last_error_at = schedule.next_run_at.take();
            return Ok(0);
        }
    };
    let mut tried = 0;
    while tried < share {
        let blocked = schedule.overlap != "allow" && is_previous_active(schedule)?;
        let moment = match schedule.buffered_for.filter(|_| !blocked) {
            Some(waiting) => {
                schedule.buffered_for = None;
                waiting
            }
            None => match take_due(&expression, schedule, now) {
                Some(moment) => moment,
                None => break,
            },
        };
        if blocked {
            // The same holds for everything else that is due.
            let last = expression.latest(now).unwrap_or(moment).max(moment);
            let buffers = schedule.overlap == "buffer" && schedule.buffered_for.is_none();
            if buffers {
                schedule.buffered_for = Some(moment);
            }
            if !buffers || last > moment {
                schedule.last_skipped_at = Some(last);
            }
            schedule.next_run_at = expression.after(now);
            break;
        }
        begin(caller, schedule, moment)?;
        tried += 1;
    }
    Ok(tried)
}

/// The moment that is to be worked on; the schedule goes on to the one behind it.
fn take_due(expression: &Expression, schedule: &mut Schedule, now: Timestamp) -> Option<Timestamp> {
    let mut moment = schedule.next_run_at.filter(|moment| *moment <= now)?;
    let missed_before = Timestamp(now.0 - GRACE);
    match schedule.misfire.as_str() {
        "fire_once" => moment = expression.latest(now).unwrap_or(moment).max(moment),
        "skip" if moment < missed_before => {
            let last_missed = Timestamp(missed_before.0 - SECOND);
            schedule.last_skipped_at = Some(expression.latest(last_missed).unwrap_or(moment).max(moment));
            schedule.next_run_at = expression.after(last_missed);
            moment = schedule.next_run_at.filter(|moment| *moment <= now)?;
        }
        _ => {}
    }
    schedule.next_run_at = expression.after(moment);
    Some(moment)
}

/// Starts the instance of a moment, or records why it could not.
fn begin(caller: &Caller, schedule: &mut Schedule, moment: Timestamp) -> Result<(), Error> {
    let scheduled_for = moment.to_iso_seconds();
    let key = format!("schedule:{}:{scheduled_for}", schedule.name);
    let moment_input = Jsonb::object(|input| input.set_text("scheduled_for", &scheduled_for));
    let start = Start {
        definition_code: schedule.definition_code.clone(),
        input: Some(schedule.input.as_ref().map_or(moment_input.clone(), |input| moment_input.concat(input))),
        instance_key: Some(key),
        ..Start::default()
    };
    // Nobody is there who started it.
    let starter = caller.in_organization(schedule.organization_id).speaking_for(None, Vec::new());
    match subtransaction(|| start::start(&starter, start)) {
        Ok(instance) => {
            schedule.last_run_at = Some(moment);
            schedule.last_instance_id = Some(instance);
        }
        Err(error) if error.is_of_the_session() => return Err(error),
        Err(error) => {
            schedule.last_error_at = Some(moment);
            schedule.last_error = Some(error.summary());
        }
    }
    Ok(())
}

fn is_previous_active(schedule: &Schedule) -> Result<bool, Error> {
    match schedule.last_instance_id {
        Some(previous) => instance::is_in(schedule.organization_id, previous, ""),
        None => Ok(false),
    }
}
