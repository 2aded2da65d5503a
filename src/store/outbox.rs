//! `wf.effect` as queues: what waits, what may be taken, and what runs under a limit.

use pgrx::Uuid;

use super::statement;
use crate::error::Error;
use crate::pg::jsonb::Jsonb;
use crate::pg::time::Timestamp;
use crate::wake;

statement!(QUEUES, "effect_queues");
statement!(CLAIM, "effect_claim");
statement!(RUNNING, "effect_running");
statement!(STARTED, "effect_started");
statement!(LIMIT_LOCK, "effect_limit_lock");
statement!(NOTIFY, "effect_notify");

/// The effects of one code and organization, and of one definition where that has limits.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Queue {
    pub code: String,
    pub organization_id: Uuid,
    /// The code of the definition that has limits, or empty.
    pub lane: String,
}

/// The queues that have anything, with the moment at which the first of it is due: at most `most` of each code, of the
/// organizations from `first` to `last`.
///
/// Without codes those of all but the engine's own and tasks. Held codes are left out.
pub fn queues(
    codes: Option<&Vec<String>>,
    first: Uuid,
    last: Uuid,
    most: i32,
) -> Result<Vec<(Queue, Timestamp)>, Error> {
    QUEUES.rows(&[&codes.cloned(), &first, &last, &most], |row| {
        let queue = Queue { code: row.required(1)?, organization_id: row.required(2)?, lane: row.required(3)? };
        Ok((queue, row.required(4)?))
    })
}

/// Notifies the channel of workers when the transaction commits; a second time changes nothing.
pub fn notify() -> Result<(), Error> {
    NOTIFY.execute(&[]).map(drop)
}

/// A queue and how much of it is to be taken.
pub struct Portion {
    pub queue: Queue,
    pub share: i32,
    /// Does a limit count it?
    pub is_limited: bool,
    /// An effect that began after this moment waits.
    pub started_before: Timestamp,
}

/// Who takes effects, and until when.
pub struct Taker<'a> {
    pub worker: &'a str,
    pub now: Timestamp,
    /// None where the taker's own transaction ends the attempt.
    pub lease_until: Option<Timestamp>,
}

/// An effect that was taken.
pub struct Taken {
    pub id: Uuid,
    pub params: Option<Jsonb>,
    pub instance_id: Uuid,
    pub seq: i64,
    pub attempt: i32,
    pub queue: Queue,
}

/// Takes of each queue its share, oldest first, as far as there is anything that nobody else is taking.
pub fn take(taker: &Taker, portions: &[Portion]) -> Result<Vec<Taken>, Error> {
    taker.lease_until.into_iter().for_each(wake::note);
    let parameters: (Vec<String>, Vec<Uuid>, Vec<String>) = (
        portions.iter().map(|portion| portion.queue.code.clone()).collect(),
        portions.iter().map(|portion| portion.queue.organization_id).collect(),
        portions.iter().map(|portion| portion.queue.lane.clone()).collect(),
    );
    CLAIM.rows(
        &[
            &parameters.0,
            &parameters.1,
            &parameters.2,
            &portions.iter().map(|portion| portion.share).collect::<Vec<i32>>(),
            &portions.iter().map(|portion| portion.is_limited).collect::<Vec<bool>>(),
            &portions.iter().map(|portion| portion.started_before).collect::<Vec<Timestamp>>(),
            &taker.now,
            &taker.worker,
            &taker.lease_until,
        ],
        |row| {
            Ok(Taken {
                id: row.required(1)?,
                params: row.get(3),
                instance_id: row.required(5)?,
                seq: row.required(6)?,
                attempt: row.required(7)?,
                queue: Queue { code: row.required(2)?, organization_id: row.required(4)?, lane: row.required(8)? },
            })
        },
    )
}

/// What a limit counts: a code, of one organization and lane or of all.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Scope {
    pub code: String,
    pub organization_id: Option<[u8; 16]>,
    pub lane: Option<String>,
}

impl Scope {
    fn organization(&self) -> Option<Uuid> {
        self.organization_id.map(Uuid::from_bytes)
    }

    /// Lets nobody else take under this limit until the transaction ends; false where somebody does.
    pub fn lock(&self) -> Result<bool, Error> {
        let name = format!(
            "{} {} {}",
            self.organization().map_or_else(|| "*".to_owned(), |organization| organization.to_string()),
            self.lane.as_deref().unwrap_or("*"),
            self.code
        );
        let locked = LIMIT_LOCK.first(&[&name.as_str()], |row| row.required(1))?;
        Ok(locked.unwrap_or(false))
    }

    /// How many run.
    pub fn running(&self) -> Result<i64, Error> {
        let count = RUNNING.first(&[&self.code, &self.organization(), &self.lane], |row| row.required(1))?;
        count.ok_or_else(|| Error::internal("an aggregate without a row"))
    }

    /// How many began after a moment.
    pub fn started(&self, after: Timestamp) -> Result<i64, Error> {
        let count = STARTED.first(&[&self.code, &self.organization(), &self.lane, &after], |row| row.required(1))?;
        count.ok_or_else(|| Error::internal("an aggregate without a row"))
    }
}
