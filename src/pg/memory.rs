//! Memory of the server's that is given back at once and not at the end of the transaction.

use pgrx::PgMemoryContexts;

/// Runs `work` in a memory context of its own, which is gone afterwards: what it gives must live elsewhere.
pub fn scratch<T>(work: impl FnOnce() -> T) -> T {
    // SAFETY: nothing that points into the context leaves it, as the caller promises.
    unsafe { PgMemoryContexts::new("pg_workflow scratch").switch_to(|_| work()) }
}
