//! What our functions in SQL languages need from here: the list of errors, a way to raise one, the organization of the
//! session.

use pgrx::prelude::*;

use crate::error::Code;

#[pg_schema]
mod wf {
    use super::*;

    /// Every error that this extension raises under a name of its own.
    #[pg_extern(immutable, parallel_safe)]
    fn error_codes() -> TableIterator<
        'static,
        (name!(code, String), name!(sqlstate, String), name!(raised_by, String), name!(meaning, String)),
    > {
        TableIterator::new(Code::ALL.iter().map(|code| {
            (
                code.word().to_owned(),
                String::from_utf8_lossy(code.sqlstate()).into_owned(),
                code.raised_by().to_owned(),
                code.meaning().to_owned(),
            )
        }))
    }

    /// The organization of the session, for our functions that are written in SQL languages.
    #[pg_extern(stable, parallel_safe)]
    fn session_organization() -> Option<pgrx::Uuid> {
        crate::pg::call::answer(crate::engine::caller::session_organization)
    }

    /// Raises one of these errors, for our functions that are written in SQL languages.
    #[pg_extern(volatile, parallel_safe)]
    fn raise(code: &str, message: &str, detail: Option<&str>, hint: Option<&str>) {
        crate::pg::call::answer(|| {
            let known = Code::ALL.iter().find(|known| known.word() == code);
            let mut error = crate::error::Error::new(known.copied().unwrap_or(Code::EngineFault), message);
            if let Some(detail) = detail {
                error = error.detail(detail);
            }
            if let Some(hint) = hint {
                error = error.hint(hint);
            }
            Err(error)
        })
    }
}
