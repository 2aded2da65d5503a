//! `wf.step`: the log. Written only together with the instance (see `instance`), read for replays.

use pgrx::Uuid;

use super::instance::Place;
use super::statement;
use crate::error::Error;
use crate::pg::jsonb::Jsonb;
use crate::pg::table::{Access, Columns};
use crate::pg::time::Timestamp;

statement!(BY_LINE_CODE, "step_by_line_code");
statement!(PASSAGES, "step_passages");
statement!(PAUSES, "step_pauses");
statement!(SEQ, "step_seq");

/// A whole step, in the order of `insert`.
static COLUMNS: Columns = Columns::new(
    c"step",
    &[c"organization_id", c"instance_id", c"seq"],
    &[
        c"organization_id",
        c"instance_id",
        c"seq",
        c"id",
        c"created_at",
        c"duration_ms",
        c"kind",
        c"status",
        c"from_state",
        c"to_state",
        c"event",
        c"actor_user_id",
        c"actor_role",
        c"database_role",
        c"line_code",
        c"note",
        c"effects_queued",
        c"guards",
        c"payload",
        c"detail",
    ],
);

/// A step to be stored.
pub struct NewStep {
    pub id: Uuid,
    pub created_at: Timestamp,
    pub duration_ms: f32,
    pub kind: &'static str,
    pub event: Option<String>,
    pub actor: Option<String>,
    pub role: Option<String>,
    pub database_role: String,
    pub line_code: Option<String>,
    pub note: Option<String>,
    pub effects_queued: Option<Vec<String>>,
    pub guards: Option<Jsonb>,
    pub payload: Option<Jsonb>,
    pub detail: Option<Jsonb>,
}

impl NewStep {
    /// Stores the step of this organization, instance and number, which led from a state to a place.
    pub fn insert(
        &self,
        access: &Access,
        (organization, instance, seq): (Uuid, Uuid, i64),
        from_state: Option<&str>,
        place: &Place,
    ) -> Result<(), Error> {
        COLUMNS.insert(
            access,
            &[
                &organization,
                &instance,
                &seq,
                &self.id,
                &self.created_at,
                &self.duration_ms,
                &self.kind,
                &place.status,
                &from_state,
                &place.state,
                &self.event,
                &self.actor,
                &self.role,
                &self.database_role,
                &self.line_code,
                &self.note,
                &self.effects_queued,
                &self.guards,
                &self.payload,
                &self.detail,
            ],
        )
    }
}

/// What an idempotency key answered the first time.
pub struct Replay {
    pub seq: i64,
    pub from_state: Option<String>,
    pub to_state: String,
    pub status: String,
}

/// Where a step led.
pub struct Passage {
    pub from: Option<String>,
    pub to: String,
    pub event: Option<String>,
    /// The name of the timer that fired.
    pub timer: Option<String>,
}

/// The form in which an idempotency key is stored: unique per instance.
pub fn line_code(instance: Uuid, key: &str) -> String {
    format!("{instance}:{key}")
}

/// The step that a key made.
pub fn by_line_code(organization: Uuid, line_code: &str) -> Result<Option<Replay>, Error> {
    BY_LINE_CODE.first(&[&organization, &line_code], |row| {
        Ok(Replay {
            seq: row.required(1)?,
            from_state: row.get(2),
            to_state: row.required(3)?,
            status: row.required(4)?,
        })
    })
}

/// Where the steps of an instance led, each way once.
pub fn passages(organization: Uuid, instance: Uuid) -> Result<Vec<Passage>, Error> {
    PASSAGES.rows(&[&organization, &instance], |row| {
        Ok(Passage { from: row.get(1), to: row.required(2)?, event: row.get(3), timer: row.get(4) })
    })
}

/// The pauses of an instance, each with its end; None for one that lasts.
pub fn pauses(organization: Uuid, instance: Uuid) -> Result<Vec<(Timestamp, Option<Timestamp>)>, Error> {
    PAUSES.rows(&[&organization, &instance], |row| Ok((row.required(1)?, row.get(2))))
}

/// The number of a step of an instance.
pub fn seq(organization: Uuid, instance: Uuid, id: Uuid) -> Result<Option<i64>, Error> {
    SEQ.first(&[&organization, &instance, &id], |row| row.required(1))
}
