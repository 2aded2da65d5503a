//! The background workers of a server that preloads the library: one launcher, and in each database that has the
//! extension the workers that fire what is due. `README.md` beside this file tells their states, how a commit wakes
//! them and what a crash leaves. What a batch does is `engine::tick`; nothing is decided about instances here.

mod database;
mod launcher;

use std::time::Duration;

use crate::error::Error;
use crate::pg::background::{self, Worker, worker_entry};
use crate::pg::database as databases;
use crate::pg::hook::{self, Hooks, Utility};
use crate::pg::process;
use crate::wake;

worker_entry!(pg_workflow_launcher, launcher::main);
worker_entry!(pg_workflow_worker, database::main);

/// How long workers may finish what they do before they are ended.
const GRACE: Duration = Duration::from_millis(200);
/// When to go on although a worker is still there: the command then fails by itself and says so.
const PATIENCE: Duration = Duration::from_secs(3);

/// Called when the library is loaded. Does nothing unless the postmaster preloads it, and nothing under binary
/// upgrade, where no process of ours may start.
pub fn init() {
    if !background::is_preloading() {
        return;
    }
    hook::install(Hooks {
        request_memory: wake::request_memory,
        attach_memory: wake::attach_memory,
        before: before_utility,
        after: after_utility,
        committed: wake::committed,
        aborted: wake::aborted,
    });
    Worker {
        name: "pg_workflow launcher",
        backend_type: "pg_workflow launcher",
        entry: "pg_workflow_launcher",
        argument: 0,
        restart: Some(1),
    }
    .register();
}

/// Empties a database of workers before a command that fails while any is connected, or that would meet their locks
/// in another order. They stay out until the transaction ends.
fn before_utility(command: &Utility) -> Result<(), Error> {
    let database = match command {
        Utility::NeedsAlone(database) | Utility::Copies(database) => *database,
        Utility::LocksUs => databases::current(),
        Utility::Changes(_) | Utility::CommitsPrepared => return Ok(()),
    };
    wake::touch(database);
    databases::keep_workers_out(database)?;
    let mut waited = Duration::ZERO;
    let step = Duration::from_millis(2);
    while waited < PATIENCE {
        let mut there = wake::seats().iter().filter(|seat| seat.serves(database)).peekable();
        if there.peek().is_none() {
            break;
        }
        there.for_each(|seat| if waited < GRACE { seat.ask_to_leave() } else { seat.terminate() });
        process::pause(step);
        waited += step;
    }
    Ok(())
}

fn after_utility(command: &Utility) {
    match command {
        Utility::NeedsAlone(_) | Utility::LocksUs => {}
        Utility::Changes(database) => wake::touch(*database),
        // The new database is one that the launcher does not know: any touch makes it look at the list.
        Utility::Copies(template) => wake::touch(*template),
        // What it created, and when that is due, was forgotten when it was prepared: everybody looks.
        Utility::CommitsPrepared => wake::wake(i64::MIN),
    }
}
