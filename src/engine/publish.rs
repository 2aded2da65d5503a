//! Events by correlation key: stored by whoever has something to say, delivered by the scheduler.
//!
//! A message goes to every running instance with its key, once each, when an active state takes it, until its time is
//! over; also to an instance that begins after it was published. The step that it causes carries the message's id as its
//! idempotency key, which is what keeps a second delivery out. Messages of a key come to an instance in the order in which
//! they were published: where one could not be tried, because somebody held the instance, those after it wait.

use pgrx::Uuid;
use pgrx::datum::Interval;

use super::caller::{Caller, check_size, check_text};
use super::inbox::{Arrived, Verdict, attempt};
use super::new_id;
use super::retry::Policy;
use super::send::check_event;
use super::timer::out_of_range;
use crate::error::{Code, Error};
use crate::pg::jsonb::Jsonb;
use crate::pg::time::Timestamp;
use crate::store::message::{self, Due, Progress, Published};
use crate::store::step::{self, line_code};
use crate::store::{instance, timer};

/// An instance that somebody holds is looked at again after a second.
const BUSY: i64 = 1_000_000;

/// What is to be said to whoever has the key.
pub struct Publication {
    pub event: String,
    pub correlation_key: String,
    pub payload: Option<Jsonb>,
    pub message_id: Option<String>,
    pub ttl: Interval,
}

/// Stores an event and gives its message id; true where that id was known, and nothing was stored.
pub fn publish(caller: &Caller, publication: Publication) -> Result<(String, bool), Error> {
    check_event(&publication.event)?;
    check_text("correlation_key", &publication.correlation_key)?;
    check_size("the payload", publication.payload.as_ref())?;
    let organization = caller.creating()?;
    let id = new_id();
    let message_id = match publication.message_id {
        Some(message_id) => check_text("message_id", &message_id)?.to_owned(),
        None => id.to_string(),
    };
    let expires_at = timer::moment(caller.now, publication.ttl).map_err(out_of_range)?;
    if expires_at <= caller.now {
        return Err(Error::new(Code::InvalidDuration, "the time to live is not longer than nothing")
            .hint("Give ttl => interval '1 day'."));
    }
    let published = Published {
        event: publication.event,
        payload: publication.payload,
        actor: caller.actor.clone(),
        roles: Some(caller.roles.clone()),
        correlation_key: publication.correlation_key,
        expires_at,
        created_at: caller.now,
        attempts: 0,
    };
    let stored = message::publish(organization, id, &message_id, &published)?;
    Ok((message_id, !stored))
}

/// Delivers a published message to whoever takes it now. Has anybody?
pub fn deliver(caller: &Caller, due: &Due) -> Result<bool, Error> {
    let Some(published) = message::take(due, caller.now)? else {
        return Ok(false);
    };
    if published.expires_at <= caller.now {
        return message::delete(due.organization_id, due.id).map(|()| false);
    }
    let sender = caller.speaking_for(published.actor.clone(), published.roles.clone().unwrap_or_default());
    let mut delivered = false;
    let mut is_busy = false;
    let mut progress = Progress::default();
    for receiver in message::receivers(due.organization_id, &published.correlation_key)? {
        match deliver_to(&sender, due, receiver, &published)? {
            Some(Verdict::Delivered) => delivered = true,
            Some(Verdict::Failed(error)) => progress.failed = Some((receiver, error.summary())),
            Some(Verdict::Waits) => progress.held.push(receiver),
            Some(_) => {}
            None => {
                is_busy = true;
                progress.held.push(receiver);
            }
        }
    }
    let attempts = published.attempts + 1;
    let policy = if progress.failed.is_some() { Policy::for_messages() } else { Policy::for_publications() };
    let again = [
        policy.next(caller.now, attempts, None, None),
        is_busy.then(|| Timestamp(caller.now.0 + BUSY)),
        Some(published.expires_at),
    ];
    message::put_off(due, again.into_iter().flatten().min().unwrap_or(published.expires_at), &progress)?;
    Ok(delivered)
}

/// What the step that a published message causes is known by: it keeps a second delivery out.
pub fn delivery_code(receiver: Uuid, message: Uuid) -> String {
    line_code(receiver, &format!("message:{message}"))
}

/// None where somebody holds the instance, or an earlier message comes first.
fn deliver_to(sender: &Caller, due: &Due, receiver: Uuid, published: &Published) -> Result<Option<Verdict>, Error> {
    let Some(instance) = instance::lock_skip(due.organization_id, receiver)? else {
        return Ok(None);
    };
    let key = delivery_code(receiver, due.id);
    if step::by_line_code(due.organization_id, &key)?.is_some() {
        return Ok(Some(Verdict::Late));
    }
    if message::has_earlier(due, published, receiver, sender.now)? {
        return Ok(None);
    }
    let arrived = Arrived {
        effect: None,
        event: &published.event,
        payload: published.payload.clone(),
        roles: published.roles.as_deref(),
        line_code: Some(key),
    };
    attempt(sender, &instance, arrived).map(Some)
}
