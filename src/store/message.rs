//! `wf.message`: the inbox. Anyone may leave a message; only the holder of the instance's row takes it out or puts it off.

use pgrx::Uuid;

use super::instance::Instance;
use super::statement;
use crate::error::Error;
use crate::pg::jsonb::Jsonb;
use crate::pg::table::{Index, access};
use crate::pg::time::Timestamp;
use crate::wake::note;

statement!(INSERT, "message_insert");
statement!(DUE, "message_due");
statement!(READ, "message_read");
statement!(DELETE, "message_delete");
statement!(WAIT, "message_wait");
statement!(PUT_OFF, "message_put_off");
statement!(EARLIER, "message_earlier");
statement!(WAKE, "message_wake");
statement!(BY_LINE_CODE, "message_by_line_code");
statement!(PUBLISH, "message_publish");
statement!(FORGET, "message_forget");
statement!(RECEIVERS, "message_receivers");
statement!(TAKE, "message_take");
statement!(WAITING, "message_waiting");
statement!(DROP_ANSWERS, "message_drop_answers");

static OF_INSTANCE: Index = Index::new(c"message", c"idx_wf_messages_instance");
static OF_KEY: Index = Index::new(c"message", c"idx_wf_messages_correlation");

/// A message to be left for an instance.
pub struct NewMessage {
    pub organization_id: Uuid,
    pub id: Uuid,
    pub instance_id: Uuid,
    pub event: String,
    pub payload: Option<Jsonb>,
    /// The effect whose answer it is.
    pub effect_id: Option<Uuid>,
    /// The idempotency key of a kept event.
    pub line_code: Option<String>,
    pub actor: Option<String>,
    /// None for the engine, which is asked for none.
    pub roles: Option<Vec<String>>,
    pub created_at: Timestamp,
    /// None where trying is of no use.
    pub next_attempt_at: Option<Timestamp>,
    pub incident: Option<&'static str>,
    pub last_error: Option<String>,
}

/// A message that is to be delivered.
pub struct Due {
    pub organization_id: Uuid,
    pub id: Uuid,
    /// None for a message that was published to a key.
    pub instance_id: Option<Uuid>,
}

/// One message as its row says.
pub struct Message {
    pub effect_id: Option<Uuid>,
    pub event: String,
    pub payload: Option<Jsonb>,
    pub actor: Option<String>,
    pub roles: Option<Vec<String>>,
    pub attempts: i32,
    pub next_attempt_at: Option<Timestamp>,
    pub line_code: Option<String>,
}

/// Leaves a message.
pub fn insert(new: &NewMessage) -> Result<(), Error> {
    new.next_attempt_at.into_iter().for_each(note);
    INSERT
        .execute(&[
            &new.organization_id,
            &new.id,
            &new.created_at,
            &new.next_attempt_at,
            &new.instance_id,
            &new.effect_id,
            &new.event,
            &new.line_code,
            &new.actor,
            &new.roles,
            &new.incident,
            &new.last_error,
            &new.payload,
        ])
        .map(drop)
}

/// What is to be delivered, oldest first, without locks.
pub fn due(now: Timestamp, organization: Option<Uuid>, limit: i32) -> Result<Vec<Due>, Error> {
    DUE.rows(&[&now, &organization, &limit], |row| {
        Ok(Due { organization_id: row.required(1)?, id: row.required(2)?, instance_id: row.get(3) })
    })
}

/// One message; read it under its instance's lock.
pub fn read(organization: Uuid, id: Uuid) -> Result<Option<Message>, Error> {
    READ.first(&[&organization, &id], |row| {
        Ok(Message {
            effect_id: row.get(1),
            event: row.required(2)?,
            payload: row.get(3),
            actor: row.get(4),
            roles: row.get(5),
            attempts: row.required(6)?,
            next_attempt_at: row.get(7),
            line_code: row.get(8),
        })
    })
}

/// Does an event with this idempotency key wait for the instance?
pub fn has_line_code(instance: &Instance, line_code: &str) -> Result<bool, Error> {
    let waits = BY_LINE_CODE.first(&[&instance.organization_id, &instance.id, &line_code], |row| row.required(1))?;
    waits.ok_or_else(|| Error::internal("EXISTS without a row"))
}

/// Takes a message out: it is delivered, or of no use any more.
pub fn delete(organization: Uuid, id: Uuid) -> Result<(), Error> {
    DELETE.execute(&[&organization, &id]).map(drop)
}

/// Puts a message off after an attempt that came to nothing.
pub fn wait(
    due: &Due,
    next_attempt_at: Option<Timestamp>,
    incident: Option<&str>,
    error: Option<&str>,
) -> Result<(), Error> {
    next_attempt_at.into_iter().for_each(note);
    WAIT.execute(&[&due.organization_id, &due.id, &next_attempt_at, &incident, &error]).map(drop)
}

/// How far a published message came with those who have its key.
#[derive(Default)]
pub struct Progress {
    /// The receiver whose transition fails, and its error.
    pub failed: Option<(Uuid, String)>,
    /// Those who could not be asked: this message comes before later ones of its key there.
    pub held: Vec<Uuid>,
}

/// Puts a published message off: it stays for those who may take it later.
pub fn put_off(due: &Due, next_attempt_at: Timestamp, progress: &Progress) -> Result<(), Error> {
    note(next_attempt_at);
    let (receiver, error) = progress.failed.as_ref().map(|(receiver, error)| (*receiver, error.as_str())).unzip();
    PUT_OFF
        .execute(&[
            &due.organization_id,
            &due.id,
            &next_attempt_at,
            &receiver.map(|_| "FAILED"),
            &error,
            &receiver,
            &progress.held,
        ])
        .map(drop)
}

/// Is an earlier message of the same key still to be tried with this receiver?
pub fn has_earlier(due: &Due, published: &Published, receiver: Uuid, now: Timestamp) -> Result<bool, Error> {
    let has = EARLIER.first(
        &[&due.organization_id, &published.correlation_key, &published.created_at, &due.id, &receiver, &now],
        |row| row.required(1),
    )?;
    has.ok_or_else(|| Error::internal("EXISTS without a row"))
}

/// What waits for an instance is tried now: it has moved.
pub fn wake(instance: &Instance, now: Timestamp) -> Result<(), Error> {
    wake_for(instance.organization_id, instance.id, instance.correlation_key.as_deref(), now)
}

/// Do messages wait for this instance, or for its key?
pub fn any_for(instance: &Instance) -> Result<bool, Error> {
    access(|access| {
        if OF_INSTANCE.has(access, &[&instance.organization_id, &instance.id])? {
            return Ok(true);
        }
        match &instance.correlation_key {
            Some(key) => OF_KEY.has(access, &[&instance.organization_id, key]),
            None => Ok(false),
        }
    })
}

/// What waits for this instance, or for this key, is tried now.
pub fn wake_for(organization: Uuid, instance: Uuid, key: Option<&str>, now: Timestamp) -> Result<(), Error> {
    note(now);
    WAKE.execute(&[&organization, &instance, &key, &now]).map(drop)
}

/// An event for whoever has its key.
pub struct Published {
    pub event: String,
    pub payload: Option<Jsonb>,
    pub actor: Option<String>,
    pub roles: Option<Vec<String>>,
    pub correlation_key: String,
    pub expires_at: Timestamp,
    pub created_at: Timestamp,
    /// Attempts to deliver it so far.
    pub attempts: i32,
}

/// Stores an event for whoever has its key; false where its id is known and its time not over.
pub fn publish(organization: Uuid, id: Uuid, message_id: &str, published: &Published) -> Result<bool, Error> {
    if store(organization, id, message_id, published)? {
        return Ok(true);
    }
    let forgotten = FORGET.execute(&[&organization, &message_id, &published.created_at])?;
    if forgotten == 0 { Ok(false) } else { store(organization, id, message_id, published) }
}

fn store(organization: Uuid, id: Uuid, message_id: &str, published: &Published) -> Result<bool, Error> {
    note(published.created_at);
    let stored = PUBLISH.execute(&[
        &organization,
        &id,
        &published.created_at,
        &published.expires_at,
        &published.event,
        &message_id,
        &published.correlation_key,
        &published.actor,
        &published.roles,
        &published.payload,
    ])?;
    Ok(stored == 1)
}

/// Holds a published message that is due, unless somebody else does.
pub fn take(due: &Due, now: Timestamp) -> Result<Option<Published>, Error> {
    TAKE.first(&[&due.organization_id, &due.id, &now], |row| {
        Ok(Published {
            event: row.required(1)?,
            payload: row.get(2),
            actor: row.get(3),
            roles: row.get(4),
            correlation_key: row.required(5)?,
            expires_at: row.required(6)?,
            created_at: row.required(7)?,
            attempts: row.required(8)?,
        })
    })
}

/// The running instances that have a key.
pub fn receivers(organization: Uuid, key: &str) -> Result<Vec<Uuid>, Error> {
    RECEIVERS.rows(&[&organization, &key], |row| row.required(1))
}

/// A message that has not been delivered.
pub struct Waiting {
    pub event: String,
    pub incident: Option<String>,
    pub last_error: Option<String>,
}

/// What lies in the inbox of an instance, oldest first.
pub fn waiting(organization: Uuid, instance: Uuid) -> Result<Vec<Waiting>, Error> {
    WAITING.rows(&[&organization, &instance], |row| {
        Ok(Waiting { event: row.required(1)?, incident: row.get(2), last_error: row.get(3) })
    })
}

/// Drops what an effect answered and its instance has not heard.
pub fn drop_answers(organization: Uuid, instance: Uuid, effect: Uuid) -> Result<(), Error> {
    DROP_ANSWERS.execute(&[&organization, &instance, &effect]).map(drop)
}
