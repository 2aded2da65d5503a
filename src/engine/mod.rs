//! What happens to a stored instance.
//!
//! # Protocol
//!
//! Everything that changes an instance goes, in the caller's transaction, through the same steps:
//!
//! 1. `caller::write` fixes who calls and switches to the extension's owner;
//! 2. the instance's row is locked (`FOR NO KEY UPDATE`). It guards all that belongs to the instance: only its holder
//!    writes its timers, tasks, effects and steps, so no other lock is ever taken, and none can deadlock with it;
//! 3. an idempotency key is looked up after the lock, in a fresh snapshot: a repeated call answers what the first did;
//! 4. finished, paused, wrong role: named errors;
//! 5. `chart::run` works out one macrostep in memory (`evaluate` answers its guards and values);
//! 6. `work` turns what it asks for into rows, and `macrostep` writes instance and step in one statement, then timers,
//!    effects and search values, one statement each and only where there are any.
//!
//! An operator's change (`modify`) takes the same steps with a move in place of an event: `chart::Relocation` says what both
//! places share, and `waiting` sorts out which timers, invokes and tasks go on.
//!
//! Whoever starts from due work (`tick`) reads candidates without locks, locks the instance with SKIP LOCKED and reads
//! the work again. SQL effects go in two phases (`dispatch`), so that no instance is locked while their functions run:
//! those may call everything here but the scheduler. While user code of a macrostep runs, functions of ours that write refuse (`INSTANCE_BUSY`).

pub mod audit;
pub mod by_hand;
pub mod calendar;
pub mod caller;
pub mod cancel;
pub mod capability;
pub mod check;
pub mod child;
pub mod cron;
pub mod define;
pub mod definition;
pub mod diagram;
pub mod diff;
pub mod dispatch;
pub mod effect;
pub mod evaluate;
pub mod events;
pub mod failure;
pub mod feature_flag;
pub mod functions;
pub mod handler;
pub mod health;
pub mod hold;
pub mod inbox;
pub mod incident;
pub mod ladder;
pub mod macrostep;
pub mod many;
pub mod member;
pub mod metrics;
pub mod modify;
pub mod outbox;
pub mod pause;
pub mod publish;
pub mod queue;
pub mod reassign;
pub mod retention;
pub mod retry;
pub mod run;
pub mod schedule;
pub mod secret;
pub mod send;
pub mod simulate;
pub mod sla;
pub mod start;
pub mod task;
pub mod tick;
pub mod timer;
pub mod turns;
pub mod version;
pub mod waiting;
pub mod work;

use pgrx::Uuid;

/// A new id: UUIDv7, so that ids of one moment lie side by side in their indexes.
pub fn new_id() -> Uuid {
    Uuid::from_bytes(uuid::Uuid::now_v7().into_bytes())
}
