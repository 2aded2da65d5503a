//! `wf.handler`: what happens with effect codes.

use pgrx::{Uuid, pg_sys};

use super::statement;
use crate::error::Error;
use crate::pg::jsonb::Jsonb;
use crate::pg::relcache::Watch;
use crate::pg::spi::Statement;
use crate::pg::time::Timestamp;
use crate::wake;

statement!(ALL, "handler_all");
statement!(UPSERT, "handler_upsert");
statement!(DELETE, "handler_delete");

/// The table's rows, as backends keep them.
pub static WATCH: Watch = Watch::new(c"wf", c"handler");

/// A handler as its row says.
pub struct Handler {
    pub organization_id: Uuid,
    pub code: String,
    pub kind: String,
    /// The signature, of kind sql.
    pub function: Option<String>,
    pub run_as: pg_sys::Oid,
    pub search_path: String,
    pub retry: Option<Jsonb>,
    /// Microseconds.
    pub timeout: Option<i64>,
    pub batch: bool,
    pub limits: Option<Jsonb>,
    /// The call of its function.
    pub call: Option<Statement>,
}

/// Reads every handler.
pub fn all() -> Result<Vec<Handler>, Error> {
    ALL.rows(&[], |row| {
        let function: Option<String> = row.get(4);
        let name = function.as_deref().and_then(|function| function.strip_suffix("(jsonb)"));
        Ok(Handler {
            call: name.map(|name| Statement::owned(format!("SELECT {name}($1)"))),
            organization_id: row.required(1)?,
            code: row.required(2)?,
            kind: row.required(3)?,
            function,
            run_as: row.required(5)?,
            search_path: row.required(6)?,
            retry: row.get(7),
            timeout: row.get(8),
            batch: row.required(9)?,
            limits: row.get(10),
        })
    })
}

/// Stores a handler in place of the one for its code. `timeout` is an ISO 8601 duration.
pub fn upsert(handler: &Handler, timeout: Option<&str>, registered_by: &str, now: Timestamp) -> Result<(), Error> {
    UPSERT.execute(&[
        &handler.organization_id,
        &handler.code,
        &handler.kind,
        &handler.function,
        &handler.run_as,
        &handler.search_path,
        &handler.retry,
        &timeout,
        &handler.batch,
        &handler.limits,
        &registered_by,
        &now,
    ])?;
    changed(now);
    Ok(())
}

/// Removes the handler of a code. Was there one?
pub fn delete(organization: Uuid, code: &str, now: Timestamp) -> Result<bool, Error> {
    let deleted = DELETE.execute(&[&organization, &code])?;
    changed(now);
    Ok(deleted > 0)
}

/// Effects that wait may be the scheduler's now.
fn changed(now: Timestamp) {
    WATCH.invalidate();
    wake::note(now);
}
