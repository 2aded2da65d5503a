//! The way out of every SQL function of ours.

use crate::error::Error;

/// Gives the result of `work`, or raises its error in the server with its SQLSTATE, DETAIL and HINT.
///
/// Called as the last thing of a `#[pg_extern]` function, with all that the function owns moved into `work`: the
/// jump that raises the error passes over this frame and the function's, and neither then holds anything to drop.
pub fn answer<T>(work: impl FnOnce() -> Result<T, Error>) -> T {
    match work() {
        Ok(value) => value,
        Err(error) => error.into_report().throw(),
    }
}
