//! `wf.library_version()`.

use pgrx::prelude::*;

#[pg_schema]
mod wf {
    use super::*;

    /// The version of the library that this session has loaded. Upgrade scripts ask for it first.
    #[pg_extern(stable, parallel_safe)]
    fn library_version() -> &'static str {
        crate::engine::version::LIBRARY
    }
}
