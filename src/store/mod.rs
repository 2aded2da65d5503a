//! Every statement that the engine runs, one file per table: SQL text in `sql/`, its kept plan, and the rows as plain
//! structs. The rows of each transition (instance, step, timer) go by `pg::table`, without a statement. Nothing is decided
//! here. Statements run as the extension's owner (`pg::user::as_owner`); each names its organization, because row security
//! does not protect the owner's statements.

pub mod audit;
pub mod calendar;
pub mod check;
pub mod definition;
pub mod due;
pub mod effect;
pub mod extension;
pub mod feature_flag;
pub mod function;
pub mod guard;
pub mod handler;
pub mod health;
pub mod hold;
pub mod incident;
pub mod instance;
pub mod member;
pub mod message;
pub mod organization;
pub mod outbox;
pub mod retention;
pub mod schedule;
pub mod scheduler_run;
pub mod search;
pub mod secret;
pub mod sla;
pub mod step;
pub mod task;
pub mod timer;
pub mod waiting;

/// A statement of `sql/`, planned once per backend.
macro_rules! statement {
    ($name:ident, $file:literal) => {
        static $name: $crate::pg::spi::Statement =
            $crate::pg::spi::Statement::new(include_str!(concat!("sql/", $file, ".sql")));
    };
}
use statement;
