//! `#[pg_test]`s: what is best seen from Rust inside a server. Each runs in a transaction that is rolled back.

mod codes;
mod jsonb;
mod statement;
mod subtransaction;
mod time;
mod user;
