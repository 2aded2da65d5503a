//! An operator ends an instance.

use std::time::Instant;

use pgrx::Uuid;

use super::caller::Caller;
use super::child;
use super::macrostep::{Cause, bare_step};
use super::send::check_active;
use super::sla;
use super::{definition, evaluate::Evaluator, evaluate::Subject, macrostep::search_values, send::position};
use crate::error::Error;
use crate::pg::jsonb::Jsonb;
use crate::pg::time::Timestamp;
use crate::store::instance::{self, Instance, Place};
use crate::store::{effect, search, task, timer};

/// The state of an instance that was cancelled.
const CANCELLED: &str = "CANCELLED";

/// Cancels an instance with everything that waits for it. Effects that a worker holds go on; the step names them.
pub fn cancel(caller: &Caller, id: Uuid, reason: Option<String>) -> Result<Timestamp, Error> {
    let instance = caller.lock(id)?;
    check_active(&instance)?;
    end(caller, &instance, reason)?;
    child::ended(caller, instance.organization_id, id, instance.parent_effect_id, "cancelled", None)?;
    Ok(caller.now)
}

/// Ends a locked, active instance and its children.
pub fn end(caller: &Caller, instance: &Instance, reason: Option<String>) -> Result<(), Error> {
    let started = Instant::now();
    let (organization, id) = (instance.organization_id, instance.id);
    let timers = timer::cancel(organization, id, |_| true)?;
    let tasks = task::cancel_all(organization, id, caller.now)?;
    let children: Vec<String> =
        child::cancel_children(caller, instance, None)?.iter().map(ToString::to_string).collect();
    sla::cancel(caller, instance)?;
    let effects = effect::cancel_all(organization, id)?;
    let in_flight = effect::in_flight(organization, id)?;

    let definition = definition::load(organization, instance.definition_id)?;
    let mut evaluator = Evaluator::new(&definition, caller, Subject::from(instance), instance.context.clone());
    let old_search = search_values(&mut evaluator, &definition, &position(&definition, instance)?.active)?;
    if !old_search.is_empty() {
        search::replace(organization, &definition.code, id, &old_search, &[])?;
    }

    let mut step = bare_step(caller, Cause { kind: "cancel", note: reason, ..Cause::default() }, started);
    let lists = [
        ("timers_cancelled", &timers),
        ("tasks_cancelled", &tasks),
        ("effects_cancelled", &effects),
        ("effects_in_flight", &in_flight),
        ("children_cancelled", &children),
    ];
    step.detail = Some(Jsonb::object(|detail| {
        for (key, names) in lists {
            let names: Vec<Jsonb> = names.iter().map(|name| Jsonb::string(name)).collect();
            detail.set(key, &Jsonb::array(&names));
        }
    }));
    let place = Place {
        state: CANCELLED,
        status: "cancelled",
        history: None,
        sla_at: None,
        output: None,
        error: None,
        context: None,
    };
    instance::step(instance, &place, &step)
}
