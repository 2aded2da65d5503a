//! Clients of the application and external workers. Each call has a name of its own, by which the history is searched
//! at the end.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Error, NoTls, Row};
use uuid::Uuid;

use super::ledger::{Ledger, Told};

/// What no call and no recovery may take longer than, on a machine with a lot to do.
const PATIENCE: Duration = Duration::from_secs(60);

/// What all clients know.
pub struct Shared {
    socket: PathBuf,
    /// Instances that were started, the newest last, with their correlation keys.
    instances: Mutex<Vec<(Uuid, String)>>,
}

impl Shared {
    pub fn new(server: &crate::server::Server) -> Self {
        Shared { socket: server.directory.clone(), instances: Mutex::new(Vec::new()) }
    }

    /// One of those that most clients are at, so that they meet.
    fn pick(&self, rng: &mut fastrand::Rng) -> Option<(Uuid, String)> {
        let instances = self.instances.lock().expect("not poisoned");
        let recent = &instances[instances.len().saturating_sub(30)..];
        rng.choice(recent).cloned()
    }
}

/// A session, as soon as the server takes one.
pub async fn connect(shared: &Shared) -> Client {
    let begun = Instant::now();
    let mut config = tokio_postgres::Config::new();
    config.host_path(&shared.socket).user("postgres").dbname("wf");
    loop {
        match config.connect(NoTls).await {
            Ok((client, connection)) => {
                tokio::spawn(connection);
                return client;
            }
            Err(error) => assert!(begun.elapsed() < PATIENCE, "no connection: {error:?}"),
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// What a client knows after a call. A named error of ours is a refusal; a call that waits for ever, a deadlock and an
/// internal error are faults.
fn told(result: &Result<Vec<Row>, Error>) -> Told {
    let Err(error) = result else { return Told::Done };
    match error.as_db_error() {
        Some(error) if error.code().code().starts_with("WF") && error.code().code() != "WF050" => Told::Refused,
        Some(error) if matches!(&error.code().code()[..2], "57" | "08" | "53") => Told::Nothing,
        Some(error) => panic!("the server says {error:?}"),
        None => Told::Nothing,
    }
}

async fn query(client: &Client, sql: &str, parameters: &[&(dyn ToSql + Sync)]) -> Result<Vec<Row>, Error> {
    tokio::time::timeout(PATIENCE, client.query(sql, parameters)).await.expect("no call hangs")
}

/// A client: starts, sends, pauses, resumes, cancels, publishes, until it is told to stop.
pub async fn work(shared: Arc<Shared>, quiet: Arc<AtomicBool>, number: u64, mut rng: fastrand::Rng) -> Ledger {
    let mut ledger = Ledger::default();
    let mut client = connect(&shared).await;
    let mut count = 0;
    while !quiet.load(Relaxed) {
        // Enough to meet each other, and to leave the machine to others as well.
        tokio::time::sleep(Duration::from_millis(rng.u64(..16))).await;
        count += 1;
        let key = format!("{number}-{count}");
        let target = shared.pick(&mut rng);
        let (kind, told) = match (target, rng.u32(..100)) {
            (None, _) | (_, 0..4) => ("start", start(&shared, &mut client, &mut rng, &key).await),
            (Some(target), 4..84) => {
                let is_both = rng.u32(..4) == 0;
                let key = if is_both { format!("both {key}") } else { key };
                let event = rng.choice(["NOTE", "NOTE", "WORK", "WAIT", "WAIT", "END"]).expect("an event");
                let event = if event == "END" && rng.u32(..6) != 0 { "NOTE" } else { event };
                let told = send(&shared, &mut client, &mut rng, target.0, event, &key, is_both).await;
                ledger.note("send", key, told);
                continue;
            }
            (Some(target), 84..88) => {
                ("pause", once(&client, "SELECT * FROM wf_pause($1, $2)", &[&target.0, &key]).await)
            }
            (Some(target), 88..94) => {
                ("resume", once(&client, "SELECT * FROM wf_resume($1, notes => $2)", &[&target.0, &key]).await)
            }
            (Some(target), 94) => {
                ("cancel", once(&client, "SELECT * FROM wf_cancel($1, $2)", &[&target.0, &key]).await)
            }
            (Some(target), _) => {
                let sql = "SELECT * FROM wf_publish('NOTE', $1, $2, message_id => $3, ttl => interval '1 day')";
                ("publish", once(&client, sql, &[&target.1, &json!({"message": key}), &key]).await)
            }
        };
        if client.is_closed() {
            client = connect(&shared).await;
        }
        ledger.note(kind, key, told);
    }
    ledger
}

/// A call that cannot be repeated: whoever loses the answer does not know.
async fn once(client: &Client, sql: &str, parameters: &[&(dyn ToSql + Sync)]) -> Told {
    told(&query(client, sql, parameters).await)
}

async fn start(shared: &Shared, client: &mut Client, rng: &mut fastrand::Rng, key: &str) -> Told {
    loop {
        let input = json!({"correlation": key});
        let answer = query(client, "SELECT wf_start('chaos', $1, instance_key => $2)", &[&input, &key]).await;
        let told = told(&answer);
        if let Ok(rows) = answer {
            shared.instances.lock().expect("not poisoned").push((rows[0].get(0), key.to_owned()));
        }
        if told != Told::Nothing || rng.bool() {
            return told;
        }
        *client = connect(shared).await;
    }
}

/// Sends with an idempotency key, alone or in one transaction with a row of the application's; after a lost answer it
/// often sends again with the same key, as applications should.
async fn send(
    shared: &Shared,
    client: &mut Client,
    rng: &mut fastrand::Rng,
    instance: Uuid,
    event: &str,
    key: &str,
    is_both: bool,
) -> Told {
    loop {
        let told = if is_both {
            send_with_row(client, instance, event, key).await
        } else {
            let sql = "SELECT * FROM wf_send($1, $2, idempotency_key => $3)";
            told(&query(client, sql, &[&instance, &event, &key]).await)
        };
        if told != Told::Nothing {
            return told;
        }
        *client = connect(shared).await;
        if rng.bool() {
            return told;
        }
    }
}

async fn send_with_row(client: &mut Client, instance: Uuid, event: &str, key: &str) -> Told {
    let insert = "INSERT INTO public.app_ledger (instance_id, key) VALUES ($1, $2) ON CONFLICT DO NOTHING";
    let sql = "SELECT * FROM wf_send($1, $2, idempotency_key => $3)";
    for (sql, parameters) in [
        ("BEGIN", &[] as &[&(dyn ToSql + Sync)]),
        (insert, &[&instance, &key]),
        (sql, &[&instance, &event, &key]),
        ("COMMIT", &[]),
    ] {
        let told = told(&query(client, sql, parameters).await);
        if told == Told::Refused {
            let _ = query(client, "ROLLBACK", &[]).await;
        }
        if told != Told::Done {
            return told;
        }
    }
    Told::Done
}

/// An external worker: claims, completes, fails, or dies with what it holds. When it is quiet it completes everything.
pub async fn run_effects(
    shared: Arc<Shared>,
    quiet: Arc<AtomicBool>,
    over: Arc<AtomicBool>,
    number: u64,
    mut rng: fastrand::Rng,
) -> Ledger {
    let mut ledger = Ledger::default();
    let mut client = connect(&shared).await;
    let name = format!("worker-{number}");
    while !over.load(Relaxed) {
        if client.is_closed() {
            client = connect(&shared).await;
        }
        let claim = "SELECT effect_id, attempt FROM wf_claim_effects($1, ARRAY['chaos.work'], 5, interval '2 seconds')";
        let claimed = query(&client, claim, &[&name]).await;
        told(&claimed);
        let claimed = claimed.unwrap_or_default();
        if claimed.is_empty() {
            tokio::time::sleep(Duration::from_millis(20)).await;
            continue;
        }
        let ids: Vec<Uuid> = claimed.iter().map(|row| row.get(0)).collect();
        let attempts: Vec<i32> = claimed.iter().map(|row| row.get(1)).collect();
        match if quiet.load(Relaxed) { 9 } else { rng.u32(..10) } {
            0 => {} // Lets its lease run out.
            1 => {
                let errors: Vec<Value> = ids.iter().map(|_| json!({"type": "busy", "message": "no"})).collect();
                told(
                    &query(
                        &client,
                        "SELECT * FROM wf_fail_effects($1, $2, $3, $4)",
                        &[&name, &ids, &attempts, &errors],
                    )
                    .await,
                );
            }
            _ => {
                let outputs: Vec<Value> = ids.iter().map(|id| json!({"effect": id.to_string()})).collect();
                let sql = "SELECT effect_id, error FROM wf_complete_effects($1, $2, $3, $4)";
                let answer = query(&client, sql, &[&name, &ids, &attempts, &outputs]).await;
                told(&answer);
                for row in answer.unwrap_or_default() {
                    if row.get::<_, Option<String>>(1).is_none() {
                        ledger.note("complete", row.get::<_, Uuid>(0).to_string(), Told::Done);
                    }
                }
            }
        }
    }
    ledger
}
