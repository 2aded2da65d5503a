//! The background workers, on servers of their own: they are woken, crash, have to go and come back. Each test has a
//! server; nothing is waited for longer than `PATIENCE`, except a backlog.

mod batch;
mod chaos;
mod crash;
mod database;
mod effects;
mod server;
mod wake;
