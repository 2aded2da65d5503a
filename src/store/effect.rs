//! `wf.effect`: the outbox.

use pgrx::Uuid;

use super::statement;
use crate::error::Error;
use crate::pg::jsonb::Jsonb;
use crate::pg::time::Timestamp;

statement!(INSERT, "effect_insert");
statement!(CANCEL_STATES, "effect_cancel_states");
statement!(CANCEL_ALL, "effect_cancel_all");
statement!(IN_FLIGHT, "effect_in_flight");

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
    pub now: Timestamp,
}

/// Stores effects, all of one step.
pub fn insert(origin: &Origin, effects: &[NewEffect]) -> Result<(), Error> {
    INSERT
        .execute(&[
            &origin.organization_id,
            &origin.instance_id,
            &origin.step_id,
            &origin.seq,
            &origin.now,
            &effects.iter().map(|effect| effect.id).collect::<Vec<_>>(),
            &effects.iter().map(|effect| effect.code.clone()).collect::<Vec<_>>(),
            &effects.iter().map(|effect| effect.invoke_id.clone()).collect::<Vec<_>>(),
            &effects.iter().map(|effect| effect.state.clone()).collect::<Vec<_>>(),
            &effects.iter().map(|effect| effect.retry.clone()).collect::<Vec<_>>(),
            &effects.iter().map(|effect| effect.timeout.clone()).collect::<Vec<_>>(),
            &effects.iter().map(|effect| effect.params.clone()).collect::<Vec<_>>(),
        ])
        .map(drop)
}

/// Cancels the invokes of states that were left.
pub fn cancel_states(organization: Uuid, instance: Uuid, states: &Vec<String>) -> Result<(), Error> {
    CANCEL_STATES.execute(&[&organization, &instance, states]).map(drop)
}

/// Cancels what has not begun and gives its codes.
pub fn cancel_all(organization: Uuid, instance: Uuid) -> Result<Vec<String>, Error> {
    CANCEL_ALL.rows(&[&organization, &instance], |row| row.required(1))
}

/// The codes of what workers hold.
pub fn in_flight(organization: Uuid, instance: Uuid) -> Result<Vec<String>, Error> {
    IN_FLIGHT.rows(&[&organization, &instance], |row| row.required(1))
}
