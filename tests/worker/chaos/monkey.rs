//! What kills: one process, the postmaster, or the whole server, at random.

use std::collections::BTreeMap;
use std::process::Command;
use std::time::Duration;

use crate::server::Server;

pub struct Monkey {
    rng: fastrand::Rng,
    done: BTreeMap<&'static str, u64>,
}

impl Monkey {
    pub fn new(rng: fastrand::Rng) -> Self {
        Monkey { rng, done: BTreeMap::new() }
    }

    /// Lets the server work for a moment, then strikes once. The server runs again afterwards.
    pub async fn strike(&mut self, server: &Server) {
        tokio::time::sleep(Duration::from_millis(self.rng.u64(100..1_800))).await;
        let what = match self.rng.u32(..100) {
            0..18 => self.strike_process(server, "backend_type = 'client backend'", "killed a backend").await,
            18..30 => self.strike_process(server, "backend_type = 'pg_workflow worker'", "killed a worker").await,
            30..36 => self.strike_process(server, "backend_type = 'pg_workflow launcher'", "killed the launcher").await,
            36..48 => terminate(server).await,
            48..62 => {
                server.kill_postmaster();
                Some("killed the postmaster")
            }
            62..92 => {
                server.down("immediate");
                Some("stopped in immediate mode")
            }
            _ => {
                server.down("fast");
                Some("stopped in fast mode")
            }
        };
        if what.is_some_and(|what| what.starts_with("stopped") || what.ends_with("postmaster")) {
            server.up();
        }
        if let Some(what) = what {
            *self.done.entry(what).or_default() += 1;
        }
    }

    /// kill -9 of one process of the server, which then ends all the others and recovers.
    async fn strike_process(&mut self, server: &Server, which: &str, what: &'static str) -> Option<&'static str> {
        let client = server.try_connect("postgres").await.ok()?;
        let sql = format!("SELECT pid FROM pg_stat_activity WHERE {which} AND pid <> pg_backend_pid()");
        let rows = client.query(&sql, &[]).await.ok()?;
        let pid: i32 = self.rng.choice(&rows)?.get(0);
        Command::new("kill").args(["-9", &pid.to_string()]).status().ok()?.success().then_some(what)
    }

    /// What a run of this length must have seen to mean anything.
    pub fn check(&self, seconds: u64) {
        let immediate = self.done.get("stopped in immediate mode").copied().unwrap_or(0);
        assert!(immediate * 30 >= seconds, "only {immediate} stops in immediate mode in {seconds} seconds");
    }

    pub fn summary(&self) -> String {
        let done: Vec<String> = self.done.iter().map(|(what, count)| format!("{what} {count} times")).collect();
        done.join(", ")
    }
}

/// Ends some sessions as an administrator does.
async fn terminate(server: &Server) -> Option<&'static str> {
    let client = server.try_connect("postgres").await.ok()?;
    let sql = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
        WHERE backend_type IN ('client backend', 'pg_workflow worker') AND pid <> pg_backend_pid() AND random() < 0.4";
    client.query(sql, &[]).await.ok()?;
    Some("terminated sessions")
}
