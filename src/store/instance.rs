//! `wf.instance`: the hot row, always written together with its step.

use pgrx::Uuid;

use super::statement;
use super::step::NewStep;
use crate::error::Error;
use crate::pg::jsonb::Jsonb;
use crate::pg::spi::{Parameter, Row};
use crate::pg::table::{Access, Columns, RowPlace, Wait, access};
use crate::pg::time::Timestamp;
use crate::wake;

statement!(ORGANIZATION, "instance_organization");
statement!(LOCK_MANY, "instance_lock_many");
statement!(CHILDREN, "instance_children");
statement!(IS_IN, "instance_is_in");
statement!(FAMILY, "instance_family");
statement!(RUNNING, "instance_running");
statement!(PAUSE, "instance_pause");
statement!(RESUME, "instance_resume");
statement!(OWN, "instance_own");
statement!(BY_KEY, "instance_by_key");
statement!(ORIGIN, "instance_origin");
statement!(REPIN, "instance_repin");
statement!(CONTEXT_CHANGES, "context_changes");
statement!(STAY, "instance_stay");

/// What is read of an instance, in the order of `instance_row`.
static ROW: Columns = Columns::new(
    c"instance",
    &[c"organization_id", c"id"],
    &[
        c"definition_id",
        c"seq",
        c"status",
        c"state",
        c"paused_at",
        c"sla_at",
        c"parent_effect_id",
        c"instance_key",
        c"subject",
        c"history",
        c"context",
        c"correlation_key",
    ],
);

/// What a new instance has, in the order of `insert`.
static NEW: Columns = Columns::new(
    c"instance",
    &[c"organization_id", c"id"],
    &[
        c"organization_id",
        c"id",
        c"definition_id",
        c"seq",
        c"created_at",
        c"updated_at",
        c"definition_version",
        c"definition_code",
        c"status",
        c"state",
        c"sla_at",
        c"parent_id",
        c"parent_effect_id",
        c"instance_key",
        c"correlation_key",
        c"owner_team",
        c"owner_user_id",
        c"subject",
        c"history",
        c"output",
        c"error",
        c"context",
    ],
);

/// The columns of idx_wf_instances_key.
const UNIQUE_KEY: &str = "(organization_id, definition_code, instance_key) WHERE instance_key IS NOT NULL";

/// What a step changes, in the order of `step`.
static PLACE: Columns = Columns::new(
    c"instance",
    &[c"organization_id", c"id"],
    &[c"seq", c"state", c"status", c"updated_at", c"history", c"sla_at", c"output", c"error", c"context"],
);

/// An instance as its row says.
pub struct Instance {
    pub organization_id: Uuid,
    pub id: Uuid,
    pub definition_id: Uuid,
    pub seq: i64,
    pub status: String,
    pub state: String,
    pub paused_at: Option<Timestamp>,
    pub sla_at: Option<Timestamp>,
    /// The effect of the parent that the instance answers.
    pub parent_effect_id: Option<Uuid>,
    pub instance_key: Option<String>,
    pub subject: Option<Jsonb>,
    pub history: Option<String>,
    pub context: Jsonb,
    pub correlation_key: Option<String>,
    /// Where its row was when it was locked.
    place: Option<RowPlace>,
}

/// What a step changes in the row of its instance.
pub struct Place<'a> {
    pub state: &'a str,
    pub status: &'a str,
    pub history: Option<&'a str>,
    pub sla_at: Option<Timestamp>,
    pub output: Option<&'a Jsonb>,
    pub error: Option<&'a Jsonb>,
    /// None where the context did not change.
    pub context: Option<&'a Jsonb>,
}

/// What a new instance has besides its place.
pub struct Identity<'a> {
    pub organization_id: Uuid,
    pub id: Uuid,
    pub definition_id: Uuid,
    pub definition_version: i32,
    pub definition_code: &'a str,
    pub parent_id: Option<Uuid>,
    /// The effect of the parent that the instance answers.
    pub parent_effect_id: Option<Uuid>,
    pub instance_key: Option<&'a str>,
    pub correlation_key: Option<&'a str>,
    pub owner_team: Option<&'a str>,
    pub owner_user_id: Option<&'a str>,
    pub subject: Option<&'a Jsonb>,
}

/// The organization that holds an instance, looked for in all of them.
pub fn organization(id: Uuid) -> Result<Option<Uuid>, Error> {
    ORGANIZATION.first(&[&id], |row| row.required(1))
}

/// Reads an instance as it is.
pub fn read(organization: Uuid, id: Uuid) -> Result<Option<Instance>, Error> {
    access(|access| ROW.read(access, &[&organization, &id], |row, _| instance_row(row, organization, id, None)))
}

/// Locks an instance, waiting for whoever holds it, and reads it as it then is.
pub fn lock(organization: Uuid, id: Uuid) -> Result<Option<Instance>, Error> {
    access(|access| lock_with(access, organization, id, Wait::Block))
}

/// Locks an instance unless somebody holds it.
pub fn lock_skip(organization: Uuid, id: Uuid) -> Result<Option<Instance>, Error> {
    access(|access| lock_with(access, organization, id, Wait::Skip))
}

/// Locks those of the instances, given in the order of organization and id, that nobody holds.
pub fn lock_many_skip(instances: impl Iterator<Item = (Uuid, Uuid)>) -> Result<Vec<Instance>, Error> {
    access(|access| {
        let locked = instances.map(|(organization, id)| lock_with(access, organization, id, Wait::Skip));
        locked.filter_map(Result::transpose).collect()
    })
}

/// Locks instances (organization and id) one after the other, waiting for whoever holds them, and says which were there.
pub fn lock_each(instances: &[(Uuid, Uuid)]) -> Result<Vec<bool>, Error> {
    access(|access| {
        let lock =
            |(organization, id): &(Uuid, Uuid)| ROW.lock(access, &[organization, id], Wait::Block, |_, _| Ok(()));
        instances.iter().map(|instance| Ok(lock(instance)?.is_some())).collect()
    })
}

fn lock_with(access: &Access, organization: Uuid, id: Uuid, wait: Wait) -> Result<Option<Instance>, Error> {
    ROW.lock(access, &[&organization, &id], wait, |row, place| instance_row(row, organization, id, Some(place)))
}

/// Locks several instances (organization and id) in the order of their ids, waiting for whoever holds them.
pub fn lock_many(instances: &[(Uuid, Uuid)]) -> Result<(), Error> {
    let (organizations, ids): (Vec<Uuid>, Vec<Uuid>) = instances.iter().copied().unzip();
    LOCK_MANY.execute(&[&organizations, &ids]).map(drop)
}

/// An instance and its running descendants.
pub fn family(organization: Uuid, id: Uuid) -> Result<Vec<(Uuid, Uuid)>, Error> {
    FAMILY.rows(&[&organization, &id], |row| Ok((organization, row.required(1)?)))
}

/// Every running instance of a definition (of all where None) that is paused or is not, with the descendants in its pause.
pub fn running(
    organization: Option<Uuid>,
    definition_code: Option<&str>,
    paused: bool,
) -> Result<Vec<(Uuid, Uuid)>, Error> {
    RUNNING.rows(&[&organization, &definition_code, &paused], |row| Ok((row.required(1)?, row.required(2)?)))
}

/// Marks a locked instance as paused; it has no deadline then.
pub fn pause(instance: &Instance, now: Timestamp) -> Result<(), Error> {
    PAUSE.execute(&[&instance.organization_id, &instance.id, &now]).map(drop)
}

/// Marks a locked instance as running again, with this deadline.
pub fn resume(instance: &Instance, sla_at: Option<Timestamp>, now: Timestamp) -> Result<(), Error> {
    // Its effects are no longer held.
    wake::note(now);
    RESUME.execute(&[&instance.organization_id, &instance.id, &sla_at]).map(drop)
}

/// Gives a locked instance to this team and this user, and says whose it was.
pub fn own(
    instance: &Instance,
    team: Option<&str>,
    user: Option<&str>,
) -> Result<(Option<String>, Option<String>), Error> {
    let before =
        OWN.first(&[&instance.organization_id, &instance.id, &team, &user], |row| Ok((row.get(1), row.get(2))))?;
    before.ok_or_else(|| Error::internal(format!("instance {} is gone under its lock", instance.id)))
}

/// Is the instance running, with this state or one inside it active?
pub fn is_in(organization: Uuid, id: Uuid, state: &str) -> Result<bool, Error> {
    let is_in = IS_IN.first(&[&organization, &id, &state], |row| row.required(1))?;
    is_in.ok_or_else(|| Error::internal("EXISTS without a row"))
}

/// The running children of an instance that these states invoked, or all, each with the effect that it answers.
pub fn children(organization: Uuid, parent: Uuid, states: Option<&Vec<String>>) -> Result<Vec<(Uuid, Uuid)>, Error> {
    CHILDREN.rows(&[&organization, &parent, &states.cloned()], |row| Ok((row.required(1)?, row.required(2)?)))
}

fn instance_row(row: &Row, organization_id: Uuid, id: Uuid, place: Option<RowPlace>) -> Result<Instance, Error> {
    Ok(Instance {
        organization_id,
        id,
        definition_id: row.required(1)?,
        seq: row.required(2)?,
        status: row.required(3)?,
        state: row.required(4)?,
        paused_at: row.get(5),
        sla_at: row.get(6),
        parent_effect_id: row.get(7),
        instance_key: row.get(8),
        subject: row.get(9),
        history: row.get(10),
        context: row.required(11)?,
        correlation_key: row.get(12),
        place,
    })
}

/// The instance that a key already has.
pub fn by_key(organization: Uuid, code: &str, key: &str) -> Result<Option<Uuid>, Error> {
    BY_KEY.first(&[&organization, &code, &key], |row| row.required(1))
}

/// Stores an instance and its first step; false where its key is taken.
pub fn insert(new: &Identity, place: &Place, step: &NewStep) -> Result<bool, Error> {
    let values: [&dyn Parameter; 22] = [
        &new.organization_id,
        &new.id,
        &new.definition_id,
        &1i64,
        &step.created_at,
        &step.created_at,
        &new.definition_version,
        &new.definition_code,
        &place.status,
        &place.state,
        &place.sla_at,
        &new.parent_id,
        &new.parent_effect_id,
        &new.instance_key,
        &new.correlation_key,
        &new.owner_team,
        &new.owner_user_id,
        &new.subject,
        &place.history,
        &place.output,
        &place.error,
        &place.context,
    ];
    if new.instance_key.is_some() && !NEW.insert_unless_taken(UNIQUE_KEY, &values)? {
        return Ok(false);
    }
    access(|access| {
        if new.instance_key.is_none() {
            NEW.insert(access, &values)?;
        }
        step.insert(access, (new.organization_id, new.id, 1), None, place)?;
        Ok(true)
    })
}

/// Stores a step that leaves a locked instance where it is, finished ones with what they ended with.
pub fn stay(instance: &Instance, step: &NewStep) -> Result<(), Error> {
    let written = STAY.execute(&[
        &instance.organization_id,
        &instance.id,
        &instance.seq,
        &step.created_at,
        &step.id,
        &step.duration_ms,
        &step.kind,
        &step.event,
        &step.actor,
        &step.role,
        &step.database_role,
        &step.note,
        &step.payload,
        &step.detail,
        &step.line_code,
        &step.effects_queued,
    ])?;
    hit_one(written, instance)
}

/// Stores the next step of a locked instance and its new place.
pub fn step(instance: &Instance, place: &Place, step: &NewStep) -> Result<(), Error> {
    let is_scheduled = instance.instance_key.as_deref().is_some_and(|key| key.starts_with("schedule:"));
    if place.status != "active" && is_scheduled {
        // The next start of its schedule may wait for this end.
        wake::note(step.created_at);
    }
    access(|access| {
        let (organization, id, seq) = (&instance.organization_id, &instance.id, instance.seq + 1);
        let values: [&dyn Parameter; 9] = [
            &seq,
            &place.state,
            &place.status,
            &step.created_at,
            &place.history,
            &place.sla_at,
            &place.output,
            &place.error,
            &place.context,
        ];
        // A context that did not change keeps its place.
        let values = if place.context.is_some() { &values[..] } else { &values[..8] };
        let is_next = |row: &Row| Ok(row.required::<i64>(1)? == instance.seq);
        let hit = PLACE.update(access, &[organization, id], instance.place, values, is_next)?;
        hit_one(hit.into(), instance)?;
        step.insert(access, (*organization, *id, seq), Some(&instance.state), place)
    })
}

fn hit_one(written: u64, instance: &Instance) -> Result<(), Error> {
    match written {
        1 => Ok(()),
        _ => Err(Error::internal(format!("step {} of instance {} hit no row", instance.seq + 1, instance.id))),
    }
}

/// Where an instance comes from.
pub struct Origin {
    pub created_at: Timestamp,
    /// Of the step that ended it.
    pub ended_by: Option<String>,
    pub ended_from: Option<String>,
}

/// Reads where a locked instance comes from.
pub fn origin(organization: Uuid, id: Uuid) -> Result<Origin, Error> {
    let origin = ORIGIN.first(&[&organization, &id], |row| {
        Ok(Origin { created_at: row.required(1)?, ended_by: row.get(2), ended_from: row.get(3) })
    })?;
    origin.ok_or_else(|| Error::internal(format!("instance {id} is locked and gone")))
}

/// Pins a locked instance to a version, and gives it this correlation key.
pub fn repin(instance: &Instance, definition: Uuid, version: i32, correlation_key: Option<&str>) -> Result<(), Error> {
    REPIN.execute(&[&instance.organization_id, &instance.id, &definition, &version, &correlation_key]).map(drop)
}

/// The keys in which two contexts differ: `{"key": {"before", "after"}}`; None where none does.
pub fn context_changes(before: &Jsonb, after: &Jsonb) -> Result<Option<Jsonb>, Error> {
    CONTEXT_CHANGES.first(&[before, after], |row| Ok(row.get(1))).map(Option::flatten)
}
