//! Many events or starts in one call. Instances are locked first, all of them in the order of their ids, as everybody does
//! who takes several; tables stay open from row to row. What fails of many events becomes an answer and leaves the others
//! alone: an error rolls back to the last one that went through, and those between are sent again without it.

use std::collections::BTreeMap;
use std::ops::Range;

use pgrx::Uuid;

use super::caller::Caller;
use super::send::{Send, Sent, Unmatched, What, check_event, send};
use super::start::{Start, start_in};
use super::{definition, feature_flag};
use crate::error::{Code, Error};
use crate::pg::jsonb::Jsonb;
use crate::pg::subtransaction::subtransaction;
use crate::pg::table::keeping;

/// One event for many instances.
pub struct Events {
    pub instance_ids: Vec<Option<Uuid>>,
    pub event: String,
    pub payloads: Vec<Option<Jsonb>>,
    pub idempotency_keys: Vec<Option<String>>,
}

/// Sends an event to each of the instances, in the order given, and answers each by itself.
pub fn send_many(caller: &Caller, events: &Events) -> Result<Vec<Result<Sent, Error>>, Error> {
    check_event(&events.event)?;
    let count = events.instance_ids.len();
    same_length("payloads", events.payloads.len(), count)?;
    same_length("idempotency_keys", events.idempotency_keys.len(), count)?;
    let mut ids: Vec<Uuid> = events.instance_ids.iter().flatten().copied().collect();
    ids.sort_by_key(|id| *id.as_bytes());
    ids.dedup();
    // What is not there answers so when its turn comes.
    keeping(|| caller.lock_each(&ids))?;
    let mut answers: Vec<Result<Sent, Error>> = Vec::with_capacity(count);
    let mut failed: BTreeMap<usize, Error> = BTreeMap::new();
    while answers.len() < count {
        let begin = answers.len();
        if let Some(error) = failed.remove(&begin) {
            answers.push(Err(error));
            continue;
        }
        let end = failed.keys().next().copied().unwrap_or(count);
        let mut place = begin;
        match subtransaction(|| keeping(|| send_range(caller, events, begin..end, &mut place))) {
            Ok(sent) => answers.extend(sent.into_iter().map(Ok)),
            Err(error) if error.is_of_the_session() => return Err(error),
            Err(error) => {
                failed.insert(place, error);
            }
        }
    }
    Ok(answers)
}

/// Sends some of the events; `place` is the one at which it stopped.
fn send_range(caller: &Caller, events: &Events, range: Range<usize>, place: &mut usize) -> Result<Vec<Sent>, Error> {
    let mut sent = Vec::with_capacity(range.len());
    for number in range {
        *place = number;
        let instance_id = events.instance_ids[number]
            .ok_or_else(|| Error::new(Code::InvalidArgument, format!("instance_ids[{}] is NULL", number + 1)))?;
        let send_one = Send {
            instance_id,
            what: What::Event(events.event.clone()),
            payload: events.payloads.get(number).cloned().flatten(),
            idempotency_key: events.idempotency_keys.get(number).cloned().flatten(),
            unmatched: Unmatched::Error,
        };
        sent.push(send(caller, send_one)?);
    }
    Ok(sent)
}

/// Starts an instance for each of the inputs and gives their ids in order; all of them or none.
pub fn start_many(
    caller: &Caller,
    definition_code: &str,
    inputs: Vec<Option<Jsonb>>,
    instance_keys: Vec<Option<String>>,
) -> Result<Vec<Uuid>, Error> {
    let count = inputs.len().max(instance_keys.len());
    same_length("inputs", inputs.len(), count)?;
    same_length("instance_keys", instance_keys.len(), count)?;
    let organization = caller.creating()?;
    let found = definition::find(organization, definition_code, None)?;
    feature_flag::check(organization, definition_code)?;
    let definition = definition::load(organization, found)?;
    // Keys are taken in one order, so that two calls with the same keys do not wait for each other in a circle.
    let mut order: Vec<usize> = (0..count).collect();
    order.sort_by_key(|number| instance_keys.get(*number));
    let mut ids = vec![Uuid::from_bytes([0; 16]); count];
    keeping(|| {
        for number in order {
            let one = Start {
                definition_code: definition_code.to_owned(),
                input: inputs.get(number).cloned().flatten(),
                instance_key: instance_keys.get(number).cloned().flatten(),
                ..Start::default()
            };
            ids[number] = start_in(caller, organization, &definition, one)?;
        }
        Ok(())
    })?;
    Ok(ids)
}

/// Refuses a list that does not go with the others; one that was not given has no entries.
fn same_length(name: &str, length: usize, expected: usize) -> Result<(), Error> {
    if length == 0 || length == expected {
        return Ok(());
    }
    Err(Error::new(Code::InvalidArgument, format!("{name} has {length} entries, {expected} are expected"))
        .hint("Give one entry for each instance, NULL where there is none, or leave the list out."))
}
