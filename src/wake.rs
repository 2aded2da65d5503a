//! Who serves which database, and how a commit wakes them: the table in shared memory that the launcher, the workers
//! and every writer share. Below `engine`, which only calls `note`; without preload there is no table and nothing
//! happens.
//!
//! The protocol that excludes a lost wake-up is told in `src/worker/README.md`.

use std::cell::{Cell, RefCell};
use std::sync::atomic::Ordering::SeqCst;
use std::sync::atomic::{AtomicI32, AtomicI64, AtomicU32, fence};

use pgrx::Uuid;

use crate::pg::process::{self, Process};
use crate::pg::shmem::Block;
use crate::pg::time::Timestamp;
use crate::pg::{background, control, database};

/// A moment that never comes: what a worker plans while it looks for work.
pub const NEVER: i64 = i64::MAX;

/// Databases whose change the launcher has not looked at yet; more than fit mean all.
const CHANGES: usize = 32;

/// Nobody has the seat.
pub const FREE: u32 = 0;
/// The launcher gave it to a worker that has not come yet.
pub const STARTING: u32 = 1;
/// A worker has it.
pub const TAKEN: u32 = 2;
/// The worker has left; the launcher has not read why.
pub const LEFT: u32 = 3;

/// Why a worker left its seat.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u32)]
pub enum Verdict {
    /// It ended without a word: terminated, or by an error.
    Lost = 0,
    /// The database has no extension.
    Absent,
    /// `pg_workflow.enabled` is off.
    Disabled,
    /// Somebody needs the database alone.
    Kept,
    /// It was told to, or is one too many.
    Told,
}

/// What is not per worker.
pub struct Header {
    /// The launcher's process, plus one.
    launcher: AtomicI32,
    everything_changed: AtomicU32,
    /// Milliseconds since 1970: effects that were queued by then may be what ended the server or a process; zero: none.
    suspect_until: AtomicI64,
    changed: [AtomicU32; CHANGES],
}

/// One worker's place.
pub struct Seat {
    pub state: AtomicU32,
    /// Grows each time the seat is given away, so that a worker that comes too late finds out.
    pub ticket: AtomicU32,
    pub database: AtomicU32,
    pub process: AtomicI32,
    pub pid: AtomicI32,
    /// When the worker will look for work next.
    pub planned: AtomicI64,
    /// Not zero: finish what you do and leave.
    pub leave: AtomicU32,
    pub verdict: AtomicU32,
    /// How many workers the database is to have; zero until the worker has found out.
    pub wanted: AtomicU32,
}

crate::pg::shmem::of_atomics!(Header, Seat);

static TABLE: Block<Header, Seat> = Block::new(c"pg_workflow workers");

/// The earliest moment at which work of this transaction falls due.
static EARLIEST: AtomicI64 = AtomicI64::new(NEVER);

thread_local! {
    /// Functions of effects are running in this process, and its end is watched.
    static INSIDE: Cell<bool> = const { Cell::new(false) };
    static INSIDE_WATCHED: Cell<bool> = const { Cell::new(false) };
    /// Databases that this transaction changed or kept workers out of.
    static TOUCHED: RefCell<Vec<u32>> = const { RefCell::new(Vec::new()) };
}

/// Asks for the table's memory: one seat for each process that the server can start.
pub fn request_memory() {
    TABLE.request(background::worker_limit());
}

/// Finds the table.
pub fn attach_memory() {
    TABLE.attach();
    if control::was_unclean() {
        suspect();
    }
}

/// Effects that are queued by now may be what ended a process: until the server is shut down in order they run one by one.
pub fn suspect() {
    if let Some((header, _)) = TABLE.get() {
        header.suspect_until.fetch_max(Timestamp::now().unix() / 1000, SeqCst);
    }
}

/// Ids begin with their moment: the last one that is suspect and the first that is not; None where none is.
pub fn suspects() -> Option<(Uuid, Uuid)> {
    let until = TABLE.get().map(|(header, _)| header.suspect_until.load(SeqCst)).filter(|until| *until > 0)?;
    let id = |millis: i64, rest: u8| {
        let mut bytes = [rest; 16];
        bytes[..6].copy_from_slice(&millis.to_be_bytes()[2..]);
        Uuid::from_bytes(bytes)
    };
    Some((id(until, 0xff), id(until + 1, 0)))
}

/// Runs the functions of effects: if the process ends in them, what is queued is suspect.
pub fn in_functions<T>(work: impl FnOnce() -> T) -> T {
    struct Inside;
    impl Drop for Inside {
        fn drop(&mut self) {
            INSIDE.set(false);
        }
    }
    if !INSIDE_WATCHED.replace(true) {
        background::at_exit(|| {
            if INSIDE.get() {
                suspect();
            }
        });
    }
    INSIDE.set(true);
    let _inside = Inside;
    work()
}

/// All seats; none without preload.
pub fn seats() -> &'static [Seat] {
    TABLE.get().map_or(&[], |(_, seats)| seats)
}

/// Notes that this transaction creates work due at this moment. If it commits, workers that plan to sleep longer are
/// woken; a savepoint rolled back may wake them for nothing.
pub fn note(at: Timestamp) {
    EARLIEST.fetch_min(at.0, SeqCst);
}

/// Notes that this transaction changes a database in a way that the launcher must look at when it ends.
pub fn touch(database: u32) {
    TOUCHED.with_borrow_mut(|touched| {
        if !touched.contains(&database) {
            touched.push(database);
        }
    });
}

/// The transaction has committed, is visible, and what it made stale is known to be. Neither allocates nor fails.
pub fn committed() {
    let at = EARLIEST.swap(NEVER, SeqCst);
    if at != NEVER {
        wake(at);
    }
    publish_touched();
}

/// The transaction was rolled back, or prepared: nobody is woken for its work.
pub fn aborted() {
    EARLIEST.store(NEVER, SeqCst);
    publish_touched();
}

/// Wakes the workers of this database that plan to sleep beyond this moment, each once.
pub fn wake(at: i64) {
    let own = database::current();
    // What this transaction wrote is visible before any plan is read: a worker that plans after this point sees it.
    fence(SeqCst);
    for seat in seats() {
        if seat.state.load(SeqCst) != TAKEN || seat.database.load(SeqCst) != own {
            continue;
        }
        let earlier = seat.planned.fetch_update(SeqCst, SeqCst, |planned| (at < planned).then_some(at));
        if earlier.is_ok() {
            seat.wake();
        }
    }
}

/// Tells the launcher of the databases that the transaction touched.
fn publish_touched() {
    let publish = |touched: &RefCell<Vec<u32>>| {
        let Ok(mut touched) = touched.try_borrow_mut() else { return };
        if !touched.is_empty() {
            touched.iter().for_each(|database| report_change(*database));
            touched.clear();
            wake_launcher();
        }
    };
    let _ = TOUCHED.try_with(publish);
}

fn report_change(database: u32) {
    let Some((header, _)) = TABLE.get() else { return };
    for place in &header.changed {
        match place.compare_exchange(0, database, SeqCst, SeqCst) {
            Ok(_) => return,
            Err(there) if there == database => return,
            Err(_) => {}
        }
    }
    header.everything_changed.store(1, SeqCst);
}

/// What changed since the last call.
pub enum Changes {
    These(Vec<u32>),
    Everything,
}

/// Takes what was reported; only the launcher does.
pub fn take_changes() -> Changes {
    let Some((header, _)) = TABLE.get() else { return Changes::These(Vec::new()) };
    let these = header.changed.iter().map(|place| place.swap(0, SeqCst)).filter(|database| *database != 0).collect();
    if header.everything_changed.swap(0, SeqCst) != 0 { Changes::Everything } else { Changes::These(these) }
}

/// Makes this process the one that `wake_launcher` wakes.
pub fn become_launcher() {
    if let Some((header, _)) = TABLE.get() {
        header.launcher.store(Process::own().0 + 1, SeqCst);
    }
}

/// Wakes the launcher, where there is one.
pub fn wake_launcher() {
    if let Some((header, _)) = TABLE.get() {
        let launcher = header.launcher.load(SeqCst);
        if launcher > 0 {
            Process(launcher - 1).wake();
        }
    }
}

impl Seat {
    /// Is a worker here, or on its way, for this database?
    pub fn serves(&self, database: u32) -> bool {
        matches!(self.state.load(SeqCst), STARTING | TAKEN) && self.database.load(SeqCst) == database
    }

    /// Wakes the worker that has the seat.
    pub fn wake(&self) {
        Process(self.process.load(SeqCst)).wake();
    }

    /// Asks the worker to finish what it does and to leave.
    pub fn ask_to_leave(&self) {
        self.leave.store(1, SeqCst);
        if self.state.load(SeqCst) == TAKEN {
            self.wake();
        }
    }

    /// Ends the worker, whatever it does.
    pub fn terminate(&self) {
        let pid = self.pid.load(SeqCst);
        if pid > 0 && self.state.load(SeqCst) == TAKEN {
            process::terminate(pid);
        }
    }

    /// Sits down, if the seat still waits for the holder of this ticket.
    pub fn take(&self, ticket: u32) -> bool {
        let mine =
            self.ticket.load(SeqCst) == ticket && self.state.compare_exchange(STARTING, TAKEN, SeqCst, SeqCst).is_ok();
        if mine {
            self.process.store(Process::own().0, SeqCst);
            self.pid.store(process::own_pid(), SeqCst);
        }
        mine
    }

    /// Gives the seat to a worker to be and answers its ticket.
    pub fn give(&self, database: u32) -> u32 {
        self.database.store(database, SeqCst);
        self.pid.store(0, SeqCst);
        self.planned.store(NEVER, SeqCst);
        self.leave.store(0, SeqCst);
        self.verdict.store(Verdict::Lost as u32, SeqCst);
        self.wanted.store(0, SeqCst);
        let ticket = self.ticket.fetch_add(1, SeqCst).wrapping_add(1);
        self.state.store(STARTING, SeqCst);
        ticket
    }

    /// Why the worker left.
    pub fn verdict(&self) -> Verdict {
        let known = [Verdict::Absent, Verdict::Disabled, Verdict::Kept, Verdict::Told];
        let code = self.verdict.load(SeqCst);
        known.into_iter().find(|verdict| *verdict as u32 == code).unwrap_or(Verdict::Lost)
    }
}
