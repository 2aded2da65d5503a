//! `wf.effect`: the outbox.

use pgrx::Uuid;

use super::statement;
use crate::error::Error;
use crate::pg::jsonb::Jsonb;
use crate::pg::spi::{IntervalText, Row};
use crate::pg::table::{Columns, access};
use crate::pg::time::Timestamp;
use crate::wake;

statement!(CANCEL_STATES, "effect_cancel_states");
statement!(CANCEL_ALL, "effect_cancel_all");
statement!(IN_FLIGHT, "effect_in_flight");
statement!(COMPLETE, "effect_complete");
statement!(HELD, "effect_held");
statement!(FAIL, "effect_fail");
statement!(STATUS, "effect_status");
statement!(EXTEND, "effect_extend");
statement!(NEWER, "effect_newer");
statement!(EXPIRED, "effect_expired");
statement!(WORKFLOW, "effect_workflow");
statement!(READ, "effect_read");
statement!(ANSWERED, "effect_answered");
statement!(SUSPEND, "effect_suspend");
statement!(RESUME, "effect_resume");
statement!(CANCEL_ONE, "effect_cancel_one");
statement!(INCIDENT, "effect_incident");
statement!(NEXT, "work_next");
statement!(WAITING, "effect_waiting");
statement!(OF, "effect_of");
statement!(FAILED, "effect_failed");
statement!(PUT_BACK, "effect_put_back");
statement!(HOME, "effect_home");
statement!(LOCK, "effect_lock");
statement!(SUPPLY, "effect_supply");

static NEW: Columns = Columns::new(
    c"effect",
    &[c"organization_id", c"id"],
    &[
        c"organization_id",
        c"id",
        c"instance_id",
        c"step_id",
        c"seq",
        c"created_at",
        c"attempts",
        c"status",
        c"is_incident",
        c"code",
        c"lane",
        c"invoke_id",
        c"state",
        c"retry",
        c"timeout",
        c"params",
    ],
);

/// An effect to be stored.
pub struct NewEffect {
    pub id: Uuid,
    pub code: String,
    pub invoke_id: Option<String>,
    /// The state's path, of an invoke.
    pub state: Option<String>,
    pub retry: Option<Jsonb>,
    /// An ISO 8601 duration.
    pub timeout: Option<String>,
    pub params: Option<Jsonb>,
}

/// The step that effects belong to.
pub struct Origin {
    pub organization_id: Uuid,
    pub instance_id: Uuid,
    pub step_id: Uuid,
    pub seq: i64,
    /// The definition's code, where it has limits; else empty.
    pub lane: String,
    pub now: Timestamp,
}

/// Stores effects, all of one step.
pub fn insert(origin: &Origin, effects: &[NewEffect]) -> Result<(), Error> {
    if effects.iter().any(|effect| effect.code == "wf.workflow") {
        wake::note(origin.now);
    }
    access(|access| {
        effects.iter().try_for_each(|effect| {
            NEW.insert(
                access,
                &[
                    &origin.organization_id,
                    &effect.id,
                    &origin.instance_id,
                    &origin.step_id,
                    &origin.seq,
                    &origin.now,
                    &0,
                    &"PENDING",
                    &false,
                    &effect.code,
                    &origin.lane,
                    &effect.invoke_id,
                    &effect.state,
                    &effect.retry,
                    &effect.timeout.as_deref().map(IntervalText),
                    &effect.params,
                ],
            )
        })
    })
}

/// Cancels the invokes of states that were left.
pub fn cancel_states(organization: Uuid, instance: Uuid, states: &Vec<String>) -> Result<(), Error> {
    CANCEL_STATES.execute(&[&organization, &instance, states]).map(drop)
}

/// Cancels what has not begun and gives its codes.
pub fn cancel_all(organization: Uuid, instance: Uuid) -> Result<Vec<String>, Error> {
    CANCEL_ALL.rows(&[&organization, &instance], |row| row.required(1))
}

/// Takes the waiting effects of an instance that is paused out of the way of claims.
pub fn suspend(organization: Uuid, instance: Uuid) -> Result<(), Error> {
    SUSPEND.execute(&[&organization, &instance]).map(drop)
}

/// Lets the effects of an instance wait again that is no longer paused.
pub fn resume(organization: Uuid, instance: Uuid, now: Timestamp) -> Result<(), Error> {
    RESUME.execute(&[&organization, &instance, &now]).map(drop)
}

/// The codes of what workers hold.
pub fn in_flight(organization: Uuid, instance: Uuid) -> Result<Vec<String>, Error> {
    IN_FLIGHT.rows(&[&organization, &instance], |row| row.required(1))
}

/// An effect that somebody has begun.
pub struct Effect {
    pub organization_id: Uuid,
    pub id: Uuid,
    pub instance_id: Uuid,
    /// The step that queued it.
    pub seq: i64,
    pub attempts: i32,
    pub invoke_id: Option<String>,
    pub state: Option<String>,
    pub retry: Option<Jsonb>,
    pub code: String,
}

impl Effect {
    fn read(row: &Row) -> Result<Self, Error> {
        Ok(Effect {
            organization_id: row.required(1)?,
            id: row.required(2)?,
            instance_id: row.required(3)?,
            seq: row.required(4)?,
            attempts: row.required(5)?,
            invoke_id: row.get(6),
            state: row.get(7),
            retry: row.get(8),
            code: row.required(9)?,
        })
    }
}

/// A result that was stored.
pub struct Completed {
    pub effect: Effect,
    pub output: Option<Jsonb>,
}

/// Stores the results of effects that a worker holds with these attempts, and gives those that it did hold.
pub fn complete(
    worker: &str,
    now: Timestamp,
    ids: &Vec<Uuid>,
    attempts: &Vec<i32>,
    outputs: &Vec<Option<Jsonb>>,
    organization: Option<Uuid>,
) -> Result<Vec<Completed>, Error> {
    COMPLETE.rows(&[&worker, &now, ids, attempts, outputs, &organization], |row| {
        Ok(Completed {
            effect: Effect {
                organization_id: row.required(1)?,
                id: row.required(2)?,
                instance_id: row.required(3)?,
                seq: row.required(4)?,
                attempts: 0,
                invoke_id: row.get(5),
                state: row.get(6),
                retry: None,
                code: row.required(8)?,
            },
            output: row.get(7),
        })
    })
}

/// Locks the effects that a worker holds with these attempts; each with its place in the lists, from 1.
pub fn held(
    worker: &str,
    ids: &Vec<Uuid>,
    attempts: &Vec<i32>,
    organization: Option<Uuid>,
) -> Result<Vec<(Effect, i64)>, Error> {
    HELD.rows(&[&worker, ids, attempts, &organization], |row| Ok((Effect::read(row)?, row.required(10)?)))
}

/// How an attempt ended.
pub struct Failed<'a> {
    pub error: &'a Jsonb,
    pub error_type: Option<&'a str>,
    /// When it is tried again; None for good.
    pub next_retry_at: Option<Timestamp>,
    /// Does nothing wait for its outcome any more?
    pub cancelled: bool,
    pub is_incident: bool,
}

/// Records an attempt that failed and gives the effect's status.
pub fn fail(effect: &Effect, failed: &Failed) -> Result<&'static str, Error> {
    let status = match (failed.cancelled, failed.next_retry_at) {
        (true, _) => "CANCELLED",
        (false, Some(_)) => "FAILED",
        (false, None) => "PERMANENTLY_FAILED",
    };
    failed.next_retry_at.into_iter().for_each(wake::note);
    FAIL.execute(&[
        &effect.organization_id,
        &effect.id,
        &status,
        failed.error,
        &failed.next_retry_at,
        &failed.error_type,
        &failed.is_incident,
        &effect.attempts,
    ])?;
    Ok(status)
}

/// Where effects stand.
pub fn status(ids: &Vec<Uuid>, organization: Option<Uuid>) -> Result<Vec<(Uuid, String)>, Error> {
    STATUS.rows(&[ids, &organization], |row| Ok((row.required(1)?, row.required(2)?)))
}

/// Prolongs leases and gives the effects that the worker did hold.
pub fn extend(
    worker: &str,
    lease_until: Timestamp,
    ids: &Vec<Uuid>,
    attempts: &Vec<i32>,
    organization: Option<Uuid>,
) -> Result<Vec<Uuid>, Error> {
    EXTEND.rows(&[&worker, &lease_until, ids, attempts, &organization], |row| row.required(1))
}

/// Has the state of an invoke been entered again since this effect was queued?
pub fn is_outdated(effect: &Effect, invoke_id: &str) -> Result<bool, Error> {
    let newer =
        NEWER.first(&[&effect.organization_id, &effect.instance_id, &effect.seq, &invoke_id], |row| row.required(1))?;
    newer.ok_or_else(|| Error::internal("EXISTS without a row"))
}

/// Locks effects whose worker let its lease run out; of each whether it was the scheduler.
pub fn expired(now: Timestamp, organization: Option<Uuid>, limit: i32) -> Result<Vec<(Effect, bool)>, Error> {
    EXPIRED.rows(&[&now, &organization, &limit], |row| Ok((Effect::read(row)?, row.required(10)?)))
}

/// Takes children that are to be started, each with the input of its invoke.
pub fn claim_workflows(
    now: Timestamp,
    organization: Option<Uuid>,
    limit: i32,
) -> Result<Vec<(Effect, Option<Jsonb>)>, Error> {
    WORKFLOW.rows(&[&now, &organization, &limit], |row| Ok((Effect::read(row)?, row.get(10))))
}

/// One effect and its status.
pub fn read(organization: Uuid, id: Uuid) -> Result<Option<(Effect, String)>, Error> {
    READ.first(&[&organization, &id], |row| Ok((Effect::read(row)?, row.required(10)?)))
}

/// Stores one result.
pub fn answered(effect: &Effect, now: Timestamp, output: Option<&Jsonb>) -> Result<(), Error> {
    ANSWERED.execute(&[&effect.organization_id, &effect.id, &now, &output.cloned(), &effect.attempts]).map(drop)
}

/// Cancels one effect.
pub fn cancel_one(organization: Uuid, id: Uuid) -> Result<(), Error> {
    CANCEL_ONE.execute(&[&organization, &id]).map(drop)
}

/// Marks an effect as an incident, or no longer; false where an operator holds it.
pub fn set_incident(effect: &Effect, is_incident: bool) -> Result<bool, Error> {
    let marked = INCIDENT.execute(&[&effect.organization_id, &effect.id, &is_incident])?;
    Ok(marked == 1)
}

/// The next moment at which a message, a child or a lease is due.
pub fn next_work(organization: Option<Uuid>) -> Result<Option<Timestamp>, Error> {
    NEXT.first(&[&organization], |row| Ok(row.get(1))).map(Option::flatten)
}

/// The last effect of an invoke.
pub struct Waiting {
    pub invoke_id: String,
    pub code: String,
    /// The state's path.
    pub state: Option<String>,
    pub status: String,
    pub attempts: i32,
    pub next_retry_at: Option<Timestamp>,
}

/// The invokes of an instance, each with its last effect.
pub fn waiting(organization: Uuid, instance: Uuid) -> Result<Vec<Waiting>, Error> {
    WAITING.rows(&[&organization, &instance], |row| {
        Ok(Waiting {
            invoke_id: row.required(1)?,
            code: row.required(2)?,
            state: row.get(3),
            status: row.required(4)?,
            attempts: row.required(5)?,
            next_retry_at: row.get(6),
        })
    })
}

/// An effect as an operator finds it.
pub struct Found {
    pub effect: Effect,
    pub status: String,
    pub lane: String,
}

impl Found {
    fn read(row: &Row) -> Result<Self, Error> {
        Ok(Found { effect: Effect::read(row)?, status: row.required(10)?, lane: row.required(11)? })
    }
}

/// The effects of an instance, of one step where `seq` names it: code and status.
pub fn of(organization: Uuid, instance: Uuid, seq: Option<i64>) -> Result<Vec<(String, String)>, Error> {
    OF.rows(&[&organization, &instance, &seq], |row| Ok((row.required(1)?, row.required(2)?)))
}

/// Locks those of them that failed.
pub fn failed(organization: Uuid, instance: Uuid, seq: Option<i64>) -> Result<Vec<Found>, Error> {
    FAILED.rows(&[&organization, &instance, &seq], Found::read)
}

/// Lets an effect that failed wait again, with other params where they are given.
pub fn put_back(effect: &Effect, params: Option<&Jsonb>, now: Timestamp) -> Result<(), Error> {
    wake::note(now);
    PUT_BACK.execute(&[&effect.organization_id, &effect.id, &params.cloned()]).map(drop)
}

/// Locks an effect of this organization, or of any.
pub fn lock(organization: Option<Uuid>, id: Uuid) -> Result<Option<Found>, Error> {
    let home: Option<Uuid> = HOME.first(&[&id, &organization], |row| row.required(1))?;
    home.map(|organization| LOCK.first(&[&organization, &id], Found::read)).transpose().map(Option::flatten)
}

/// Stores the result that an operator supplies.
pub fn supply(effect: &Effect, now: Timestamp, output: Option<&Jsonb>) -> Result<(), Error> {
    SUPPLY.execute(&[&effect.organization_id, &effect.id, &now, &output.cloned()]).map(drop)
}
