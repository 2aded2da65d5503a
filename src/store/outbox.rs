//! `wf.effect` as queues: what waits, what may be taken, and what runs under a limit.

use pgrx::Uuid;

use super::effect::{self, Effect};
use super::statement;
use crate::error::Error;
use crate::pg::jsonb::Jsonb;
use crate::pg::lock::{self, Purpose};
use crate::pg::time::Timestamp;
use crate::wake;

statement!(QUEUES, "effect_queues");
statement!(CLAIM, "effect_claim");
statement!(LOCK, "effect_lock_due");
statement!(RUN, "effect_run");
statement!(MARK, "effect_mark");
statement!(MARKED, "effect_marked");
statement!(RUNNING, "effect_running");
statement!(STARTED, "effect_started");
statement!(NOTIFY, "effect_notify");
statement!(OPEN_TRANSACTIONS, "open_transactions");

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

/// The oldest transaction that is open, and the next one.
pub fn open_transactions() -> Result<(i64, i64), Error> {
    let bounds = OPEN_TRANSACTIONS.first(&[], |row| Ok((row.required(1)?, row.required(2)?)))?;
    bounds.ok_or_else(|| Error::internal("a snapshot without a row"))
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
    pub lease_until: Timestamp,
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

/// Takes of each queue its share, oldest first, as far as there is anything that nobody else is taking. Ends on the way what its
/// instance's cancellation has missed.
pub fn take(taker: &Taker, portions: &[Portion]) -> Result<Vec<Taken>, Error> {
    wake::note(taker.lease_until);
    let parameters: (Vec<String>, Vec<Uuid>, Vec<String>) = (
        portions.iter().map(|portion| portion.queue.code.clone()).collect(),
        portions.iter().map(|portion| portion.queue.organization_id).collect(),
        portions.iter().map(|portion| portion.queue.lane.clone()).collect(),
    );
    let taken = CLAIM.rows(
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
            if row.required(9)? {
                return Ok(None);
            }
            Ok(Some(Taken {
                id: row.required(1)?,
                params: row.get(3),
                instance_id: row.required(5)?,
                seq: row.required(6)?,
                attempt: row.required(7)?,
                queue: Queue { code: row.required(2)?, organization_id: row.required(4)?, lane: row.required(8)? },
            }))
        },
    )?;
    Ok(taken.into_iter().flatten().collect())
}

/// An effect that the scheduler has locked, with all that its function is told.
pub struct Held {
    pub effect: Effect,
    pub params: Option<Jsonb>,
    /// Of its instance.
    pub context: Jsonb,
    /// Microseconds.
    pub timeout: Option<i64>,
    pub queue: Queue,
    /// Does a limit count it?
    pub is_limited: bool,
    /// Its instance was cancelled.
    is_ended: bool,
    place: String,
}

/// Locks of each queue its share, oldest first, of the effects with these ids, as far as nobody else is at them. Ends on the way
/// what its instance's cancellation has missed.
pub fn lock(now: Timestamp, portions: &[Portion], ids: (Uuid, Uuid)) -> Result<Vec<Held>, Error> {
    let mut locked = LOCK.rows(
        &[
            &portions.iter().map(|portion| portion.queue.code.clone()).collect::<Vec<_>>(),
            &portions.iter().map(|portion| portion.queue.organization_id).collect::<Vec<_>>(),
            &portions.iter().map(|portion| portion.queue.lane.clone()).collect::<Vec<_>>(),
            &portions.iter().map(|portion| portion.share).collect::<Vec<i32>>(),
            &portions.iter().map(|portion| portion.is_limited).collect::<Vec<bool>>(),
            &portions.iter().map(|portion| portion.started_before).collect::<Vec<Timestamp>>(),
            &now,
            &ids.0,
            &ids.1,
        ],
        |row| {
            let queue = Queue { code: row.required(1)?, organization_id: row.required(2)?, lane: row.required(3)? };
            let attempts: i32 = row.required(7)?;
            Ok(Held {
                effect: Effect {
                    organization_id: queue.organization_id,
                    id: row.required(4)?,
                    instance_id: row.required(5)?,
                    seq: row.required(6)?,
                    attempts: attempts + 1,
                    invoke_id: row.get(8),
                    state: row.get(9),
                    retry: row.get(10),
                    code: queue.code.clone(),
                },
                timeout: row.get(11),
                params: row.get(12),
                context: row.required(13)?,
                place: row.required(14)?,
                is_limited: row.required(15)?,
                is_ended: row.required(16)?,
                queue,
            })
        },
    )?;
    for ended in locked.extract_if(.., |held| held.is_ended) {
        effect::cancel_one(ended.effect.organization_id, ended.effect.id)?;
    }
    Ok(locked)
}

/// Stores the results of effects that are locked.
pub fn complete(now: Timestamp, done: &[(&Held, Option<Jsonb>)]) -> Result<(), Error> {
    let hit = RUN.rows(
        &[
            &done.iter().map(|(held, _)| held.place.clone()).collect::<Vec<_>>(),
            &done.iter().map(|(_, output)| output.clone()).collect::<Vec<_>>(),
            &done.iter().map(|(held, _)| held.is_limited).collect::<Vec<_>>(),
            &now,
            &done.iter().map(|(held, _)| held.effect.attempts).collect::<Vec<_>>(),
        ],
        |row| row.required::<Uuid>(1),
    )?;
    // A function has written the row, by cancelling its own instance for one. It has run all the same.
    for (held, output) in done.iter().filter(|(held, _)| hit.len() < done.len() && !hit.contains(&held.effect.id)) {
        effect::answered(&held.effect, now, output.as_ref())?;
    }
    Ok(())
}

impl Held {
    /// Writes that an attempt begins, to be committed before it does. It has failed if that is all that is known at the
    /// end of this lease.
    pub fn mark(&self, lease_until: Timestamp) -> Result<(), Error> {
        wake::note(lease_until);
        MARK.execute(&[&self.effect.organization_id, &self.effect.id, &lease_until]).map(drop)
    }

    /// Locks an effect that was marked; None where that attempt is over.
    pub fn lock_marked(self) -> Result<Option<Self>, Error> {
        let effect = &self.effect;
        let place = MARKED.first(&[&effect.organization_id, &effect.id, &effect.attempts], |row| row.required(1))?;
        Ok(place.map(|place| Held { place, ..self }))
    }
}

impl AsRef<Queue> for Taken {
    fn as_ref(&self) -> &Queue {
        &self.queue
    }
}

impl AsRef<Queue> for Held {
    fn as_ref(&self) -> &Queue {
        &self.queue
    }
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
        lock::try_lock(Purpose::Limit, &name)
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
