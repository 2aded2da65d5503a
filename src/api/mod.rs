//! The SQL functions, one file per topic: each turns its arguments into a call of `engine` and the answer into a row.
//! Nothing is decided here. Every argument is optional to the server, so that a NULL where one is required is an error
//! of ours with a name.

mod by_hand;
mod calendar;
mod check;
mod clock;
mod define;
mod diagram;
mod effect;
mod errors;
mod events;
mod feature_flag;
mod handler;
mod health;
mod incident;
mod instance;
mod many;
mod member;
mod modify;
mod pause;
mod publish;
mod reassign;
mod retention;
mod schedule;
mod scheduler;
mod secret;
mod send;
mod simulate;
mod sla;
mod task;
mod timer;
mod version;

use crate::error::{Code, Error};

/// An argument that must be given.
fn required<T>(name: &str, value: Option<T>) -> Result<T, Error> {
    value.ok_or_else(|| Error::new(Code::InvalidArgument, format!("{name} is NULL")))
}

/// A text[] without its NULLs.
fn texts(values: Option<Vec<Option<String>>>) -> Option<Vec<String>> {
    values.map(|values| values.into_iter().flatten().collect())
}
