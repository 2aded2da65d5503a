//! What waits for an instance, across `wf.timer`, `wf.effect` and `wf.task`: read, ended or renamed together when an operator
//! moves the instance. Only the holder of the instance's row writes here.

use pgrx::Uuid;

use super::statement;
use crate::error::Error;
use crate::pg::time::Timestamp;

statement!(OPEN, "waiting_open");
statement!(CANCEL, "waiting_cancel");
statement!(RENAME, "waiting_rename");

/// An open timer, invoke or task.
pub struct Waiting {
    pub id: Uuid,
    /// `after`, `raise` or `set` of a timer, `invoke`, or `task` of one that no invoke made.
    pub kind: String,
    /// The timer's name, the invoke's id or the task's title.
    pub name: String,
    /// The path of the state that it belongs to.
    pub state: Option<String>,
    /// A worker holds it.
    pub in_flight: bool,
}

/// Another name and another state for what goes on waiting.
pub struct Renamed {
    pub id: Uuid,
    pub name: String,
    pub state: String,
}

/// Everything that waits for an instance, oldest first.
pub fn open(organization: Uuid, instance: Uuid) -> Result<Vec<Waiting>, Error> {
    OPEN.rows(&[&organization, &instance], |row| {
        Ok(Waiting {
            id: row.required(1)?,
            kind: row.required(2)?,
            name: row.required(3)?,
            state: row.get(4),
            in_flight: row.required(5)?,
        })
    })
}

/// Ends what waits.
pub fn cancel(organization: Uuid, instance: Uuid, now: Timestamp, ids: &Vec<Uuid>) -> Result<(), Error> {
    CANCEL.execute(&[&organization, &instance, &now, ids]).map(drop)
}

/// Renames what waits.
pub fn rename(organization: Uuid, instance: Uuid, renamed: &[Renamed]) -> Result<(), Error> {
    RENAME
        .execute(&[
            &organization,
            &instance,
            &renamed.iter().map(|renamed| renamed.id).collect::<Vec<_>>(),
            &renamed.iter().map(|renamed| renamed.name.clone()).collect::<Vec<_>>(),
            &renamed.iter().map(|renamed| renamed.state.clone()).collect::<Vec<_>>(),
        ])
        .map(drop)
}
