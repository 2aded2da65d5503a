//! What happens when the moment of a clock comes: a warning, the breach, the rungs of its ladder. Each is a step, and an
//! effect for whoever is to hear of it.
//!
//! Candidates come without locks; each instance is locked with SKIP LOCKED and its clocks are read again, in a
//! subtransaction of its own, so that one that fails leaves the others alone.

use std::collections::HashSet;
use std::time::Instant;

use super::{ladder, next_moment, rules};
use crate::chart::Escalation;
use crate::engine::calendar;
use crate::engine::caller::Caller;
use crate::engine::definition::{self, Loaded};
use crate::engine::ladder::{Holder, Ladder, notice};
use crate::engine::macrostep::{Cause, bare_step};
use crate::engine::send::check_running;
use crate::engine::turns;
use crate::error::Error;
use crate::pg::jsonb::Jsonb;
use crate::pg::subtransaction::subtransaction;
use crate::pg::time::Timestamp;
use crate::store::due::{Due, Place};
use crate::store::effect::{self, NewEffect, Origin};
use crate::store::instance::{self, Instance};
use crate::store::sla::{self, Clock};

/// Nobody holds a clock: no rung is skipped.
pub const NOBODY: Holder = Holder { role: None, user: None };
/// Seconds before what failed is tried again.
const RETRY: i64 = 60;

const WARNING: &str = "wf.sla_warning";
const BREACHED: &str = "wf.sla_breached";

/// Works on the clocks that are due, in at most `limit` instances, and gives in how many something was said. What somebody
/// holds is passed over, and keeps nobody behind it waiting.
pub fn run_due(caller: &Caller, limit: i32) -> Result<i32, Error> {
    turns::take(caller, &sla::QUEUE, limit, |due| run_one(caller, due))
}

fn run_one(caller: &Caller, due: &Due) -> Result<bool, Error> {
    let (organization, id) = (due.organization_id, due.instance_id);
    let done = subtransaction(|| match instance::lock_skip(organization, id)? {
        Some(instance) => climb(caller, instance),
        None => Ok(false),
    });
    match done {
        Err(error) if !error.is_of_the_session() => subtransaction(|| {
            if instance::lock_skip(organization, id)?.is_some() {
                let retry_at = Timestamp(caller.now.0 + RETRY * 1_000_000);
                sla::failed(organization, id, caller.now, retry_at, &error.summary())?;
            }
            Ok(false)
        }),
        done => done,
    }
}

/// In how many instances, at most `limit`, something is due.
pub fn count_due(caller: &Caller, limit: i32) -> Result<i32, Error> {
    let due = sla::QUEUE.due(caller.organization, caller.now, Place::first(), limit)?;
    let instances: HashSet<_> = due.iter().map(|due| *due.instance_id.as_bytes()).collect();
    Ok(instances.len() as i32)
}

/// Says what is due in a locked instance. Was there anything?
fn climb(caller: &Caller, instance: Instance) -> Result<bool, Error> {
    if check_running(&instance).is_err() {
        return Ok(false);
    }
    let (organization, id) = (instance.organization_id, instance.id);
    let mut clocks = sla::open(organization, id)?;
    clocks.retain(|clock| clock.next_at.is_some_and(|next_at| next_at <= caller.now));
    if clocks.is_empty() {
        return Ok(false);
    }
    let definition = definition::load(organization, instance.definition_id)?;
    let mut said = Said { caller, owner: sla::owner(organization, id)?, definition: &definition, instance };
    for clock in &mut clocks {
        said.all_due(clock)?;
        sla::update(organization, id, clock)?;
    }
    Ok(true)
}

/// An instance whose clocks speak.
struct Said<'a> {
    caller: &'a Caller,
    definition: &'a Loaded,
    owner: (Option<String>, Option<String>),
    instance: Instance,
}

impl Said<'_> {
    /// Says everything of a clock whose moment has come, in its order.
    fn all_due(&mut self, clock: &mut Clock) -> Result<(), Error> {
        let now = self.caller.now;
        let ladder = ladder(rules(self.definition, clock));
        let counted = calendar::named(self.instance.organization_id, clock.calendar.as_deref())?;
        while let Some(moment) = next_moment(clock, &ladder, counted.as_ref()).filter(|moment| *moment <= now) {
            let rung_at = |rung: &Escalation| Ladder::moment(rung, clock.target_at, counted.as_ref());
            if clock.breached_at.is_some() {
                let Some((place, rung)) = ladder.next(clock.rungs as usize, NOBODY) else { break };
                clock.rungs = place as i32 + 1;
                self.say("sla_escalated", clock, &[rung])?;
            } else if clock.target_at <= now {
                // A warning that comes with the breach warns of nothing.
                clock.breached_at = Some(clock.target_at);
                let mut at_once = Vec::new();
                while let Some((place, rung)) = ladder.next(clock.rungs as usize, NOBODY)
                    && rung_at(rung).is_some_and(|at| at <= clock.target_at)
                {
                    clock.rungs = place as i32 + 1;
                    at_once.push(rung);
                }
                self.say("sla_breached", clock, &at_once)?;
            } else {
                clock.warned_at = Some(moment);
                let warning = Escalation {
                    after: crate::chart::Duration::ZERO,
                    to_role: Some("owner".to_owned()),
                    to_user: None,
                    effect: Some(WARNING.to_owned()),
                };
                self.say("sla_warning", clock, &[&warning])?;
            }
        }
        clock.next_at = next_moment(clock, &ladder, counted.as_ref());
        Ok(())
    }

    /// One step, and an effect for each that is to hear of it.
    fn say(&mut self, kind: &'static str, clock: &Clock, rungs: &[&Escalation]) -> Result<(), Error> {
        let effects: Vec<NewEffect> = rungs
            .iter()
            .map(|rung| notice(rung.effect.as_deref().unwrap_or(BREACHED), self.facts(clock, Some(rung))))
            .collect();
        let mut step = bare_step(self.caller, Cause { kind, ..Cause::default() }, Instant::now());
        step.effects_queued = (!effects.is_empty()).then(|| effects.iter().map(|effect| effect.code.clone()).collect());
        step.detail = Some(self.facts(clock, rungs.first().copied()));
        instance::stay(&self.instance, &step)?;
        self.instance.seq += 1;
        if effects.is_empty() {
            return Ok(());
        }
        let origin = Origin {
            organization_id: self.instance.organization_id,
            instance_id: self.instance.id,
            step_id: step.id,
            seq: self.instance.seq,
            now: self.caller.now,
            // No limit of the definition keeps an alarm back.
            lane: String::new(),
        };
        effect::insert(&origin, &effects)
    }

    fn facts(&self, clock: &Clock, rung: Option<&Escalation>) -> Jsonb {
        Jsonb::object(|facts| {
            let texts = [
                ("definition_code", Some(self.definition.code.as_str())),
                ("instance_key", self.instance.instance_key.as_deref()),
                ("state", clock.state.as_deref()),
                ("to_role", rung.and_then(|rung| rung.to_role.as_deref())),
                ("to_user", rung.and_then(|rung| rung.to_user.as_deref())),
                ("owner_team", self.owner.0.as_deref()),
                ("owner_user_id", self.owner.1.as_deref()),
            ];
            for (key, text) in texts {
                if let Some(text) = text {
                    facts.set_text(key, text);
                }
            }
            let moments = [("sla_at", Some(clock.target_at)), ("breached_at", clock.breached_at)];
            for (key, moment) in moments {
                if let Some(moment) = moment {
                    facts.set_text(key, &moment.to_iso());
                }
            }
        })
    }
}
