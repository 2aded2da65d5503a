//! An operator has the deadlines of an instance counted anew: after a calendar or the context has changed, or with
//! another number of hours.

use std::time::Instant;

use pgrx::Uuid;

use super::{deadline, earliest, micros, paused, plan, rules, unwound};
use crate::engine::caller::Caller;
use crate::engine::evaluate::{Evaluator, Subject};
use crate::engine::macrostep::{Cause, administrative_step};
use crate::engine::send::{check_active, position};
use crate::engine::{calendar, definition};
use crate::error::{Code, Error};
use crate::pg::jsonb::Jsonb;
use crate::pg::time::Timestamp;
use crate::store::instance::{self, Instance};
use crate::store::sla::{self, Clock};

/// The most hours that an override can have: 1,000 years.
const LONGEST: f64 = 8_766_000.0;

/// What a recalculation came to. During a pause the deadlines are those that a resume at once would give.
pub struct Recalculated {
    pub previous_sla_at: Option<Timestamp>,
    pub new_sla_at: Option<Timestamp>,
    /// What the clock of `new_sla_at` has spent paused.
    pub pause_time_hours: f64,
}

/// Counts the clocks that run from their beginnings: by their rules, or with so many hours in place of the duration of
/// the instance's own clock (of its states' clocks, where it has none).
pub fn recalc(
    caller: &Caller,
    id: Uuid,
    override_hours: Option<f64>,
    reason: Option<String>,
) -> Result<Recalculated, Error> {
    let started = Instant::now();
    if let Some(hours) = override_hours
        // The comparison is written so that NaN fails it.
        && !(hours > 0.0 && hours <= LONGEST)
    {
        return Err(Error::new(Code::InvalidSlaOverride, format!("sla_override_hours is {hours}"))
            .detail(format!("It is a number of hours above 0, at most {LONGEST}."))
            .hint("Leave it out to count by the definition."));
    }
    let instance = caller.lock(id)?;
    check_active(&instance)?;
    let organization = instance.organization_id;
    let definition = definition::load(organization, instance.definition_id)?;
    let position = position(&definition, &instance)?;
    let mut evaluator = Evaluator::new(&definition, caller, Subject::from(&instance), instance.context.clone());
    let mut clocks = sla::open(organization, id)?;
    let previous = ends(caller, &instance, &clocks)?;
    let is_new = clocks.is_empty() && override_hours.is_some();
    if is_new {
        let origin = instance::origin(organization, id)?;
        clocks.push(unwound(None, None, origin.created_at));
    }
    let own = clocks.iter().any(|clock| clock.state.is_none());
    let mut counted_by_rules = false;
    for clock in &mut clocks {
        match override_hours {
            Some(hours) if clock.state.is_none() || !own => clock.override_hours = Some(hours),
            Some(_) => {}
            None => clock.override_hours = None,
        }
        let rules = rules(&definition, clock);
        counted_by_rules |= rules.is_some();
        let base = match (rules, clock.override_hours) {
            (Some(rules), _) => {
                clock.calendar.clone_from(&rules.calendar);
                deadline(&mut evaluator, &definition, organization, &position.active, clock, rules)?
            }
            (None, Some(hours)) => calendar::add(None, clock.started_at, micros(hours))?,
            (None, None) => clock.target_at,
        };
        let spent = paused(organization, id, clock)?;
        plan(organization, clock, rules, base, spent, caller.now)?;
        if instance.paused_at.is_some() {
            clock.next_at = None;
        }
    }
    if !counted_by_rules && override_hours.is_none() {
        return Err(Error::new(
            Code::NoSlaRules,
            format!("nothing limits the time of instance {id} in {}", instance.state),
        )
        .detail(format!(
            "{} version {} sets no sla for the instance or for this state.",
            definition.code, definition.version
        ))
        .hint("Give sla_override_hours to set a deadline, counted from the start of the instance."));
    }
    let new = ends(caller, &instance, &clocks)?;
    let first = new.iter().min_by_key(|end| end.at);
    let recalculated = Recalculated {
        previous_sla_at: previous.iter().map(|end| end.at).min(),
        new_sla_at: first.map(|end| end.at),
        pause_time_hours: first.map_or(0.0, |end| end.paused_micros as f64 / 3_600_000_000.0),
    };
    let facts = facts(&recalculated, override_hours);
    administrative_step(
        caller,
        &instance,
        Cause { kind: "sla_recalc", note: reason, ..Cause::default() },
        started,
        facts,
    )?;
    for clock in &clocks {
        if is_new { sla::insert(organization, id, clock)? } else { sla::update(organization, id, clock)? }
    }
    if instance.paused_at.is_none() {
        sla::set_deadline(organization, id, earliest(&clocks))?;
    }
    Ok(recalculated)
}

/// Where a clock ends if no pause comes any more.
struct End {
    at: Timestamp,
    paused_micros: i64,
}

fn ends(caller: &Caller, instance: &Instance, clocks: &[Clock]) -> Result<Vec<End>, Error> {
    let end = |clock: &Clock| {
        let counted = calendar::named(instance.organization_id, clock.calendar.as_deref())?;
        let since = instance.paused_at.map_or(caller.now, |paused_at| paused_at.max(clock.started_at));
        let lasting = calendar::between(counted.as_ref(), since, caller.now).max(0);
        let at = calendar::add(counted.as_ref(), clock.target_at, lasting)?;
        Ok(End { at, paused_micros: clock.paused_micros + lasting })
    };
    clocks.iter().map(end).collect()
}

fn facts(recalculated: &Recalculated, override_hours: Option<f64>) -> Jsonb {
    let number = |number: f64| Jsonb::parse(&number.to_string());
    Jsonb::object(|facts| {
        let moments = [("previous_sla_at", recalculated.previous_sla_at), ("new_sla_at", recalculated.new_sla_at)];
        for (key, moment) in moments {
            if let Some(moment) = moment {
                facts.set_text(key, &moment.to_iso());
            }
        }
        facts.set("pause_time_hours", &number(recalculated.pause_time_hours));
        if let Some(hours) = override_hours {
            facts.set("override_hours", &number(hours));
        }
    })
}
