//! Clients at work while the server is killed under them: what it acknowledged is in the history exactly once, what it did
//! not is there once or not at all, what it refused is not. `CHAOS_SECONDS` says how long (`make chaos`: ten minutes),
//! `CHAOS_SEED` repeats the choices of a run, though not its timing.

mod clients;
mod ledger;
mod monkey;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use crate::server::{Server, one};
use clients::{Shared, connect};
use ledger::Ledger;

/// The log tells only what is wrong, with its SQLSTATE.
const QUIET_LOG: &str = "log_min_messages = warning
    log_min_error_statement = panic
    log_error_verbosity = terse
    log_line_prefix = '%m [%p] %e '";
const CLIENTS: u64 = 6;
const WORKERS: u64 = 2;
/// What the server may take to carry everything to its end after the last crash.
const SETTLING: Duration = Duration::from_secs(90);

/// Every way in which work can wait: a timer, an effect, an inbox, a pause.
const DEFINITION: &str = r#"{"id": "chaos", "initial": "idle", "context": {"n": 0}, "correlation": "$.correlation",
    "on": {"NOTE": {"actions": {"type": "assign", "params": {"n": {"expr": "$.n + 1"}}}}},
    "states": {
        "idle": {"on": {"WORK": "working", "WAIT": "waiting", "END": "ended"}},
        "working": {"invoke": {"id": "job", "src": "chaos.work", "onDone": "idle", "onError": "idle",
            "retry": {"initial_interval": "PT0.1S", "jitter": "none"}}},
        "waiting": {"after": {"100": "idle"}},
        "ended": {"type": "final"}}}"#;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn chaos() {
    let number = |name: &str| std::env::var(name).ok().and_then(|value| value.parse::<u64>().ok());
    let seconds = number("CHAOS_SECONDS").unwrap_or(25);
    let seed = number("CHAOS_SEED").unwrap_or_else(|| fastrand::u64(..u64::from(u32::MAX)));
    println!("chaos: {seconds} seconds, CHAOS_SEED={seed}");

    let server = Server::start_with("chaos", QUIET_LOG);
    let client = server.connect("wf").await;
    client
        .batch_execute("CREATE TABLE public.app_ledger (instance_id uuid NOT NULL, key text PRIMARY KEY)")
        .await
        .expect("a table of the application");
    client.execute("SELECT * FROM wf_define($1::text::json)", &[&DEFINITION]).await.expect("a definition");
    drop(client);

    let shared = Arc::new(Shared::new(&server));
    let (quiet, over) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
    let (mut clients, mut workers) = (JoinSet::new(), JoinSet::new());
    for number in 0..CLIENTS {
        let rng = fastrand::Rng::with_seed(seed + number);
        clients.spawn(clients::work(Arc::clone(&shared), Arc::clone(&quiet), number, rng));
    }
    for number in 0..WORKERS {
        let rng = fastrand::Rng::with_seed(seed + CLIENTS + number);
        workers.spawn(clients::run_effects(Arc::clone(&shared), Arc::clone(&quiet), Arc::clone(&over), number, rng));
    }
    let mut monkey = monkey::Monkey::new(fastrand::Rng::with_seed(seed + CLIENTS + WORKERS));
    let end = Instant::now() + Duration::from_secs(seconds);
    while Instant::now() < end {
        monkey.strike(&server).await;
    }
    // Nobody is hurt any more: clients find out what became of their last calls, workers answer each effect.
    quiet.store(true, Relaxed);
    let mut ledger = Ledger::default();
    while let Some(of_client) = clients.join_next().await {
        ledger.append(of_client.expect("a client ends"));
    }
    settle(&shared).await;
    over.store(true, Relaxed);
    while let Some(of_worker) = workers.join_next().await {
        ledger.append(of_worker.expect("a worker ends"));
    }
    println!("chaos: {}; {}", monkey.summary(), ledger.summary());

    let client = connect(&shared).await;
    let wrong = ledger.check(&client).await;
    assert!(wrong.is_empty(), "CHAOS_SEED={seed}:\n{}", wrong.join("\n"));
    let log = server.log();
    let alarming =
        ["PANIC", "ENGINE_FAULT", "XX000", "signal 11", "signal 6", "deadlock detected", "could not find function"];
    let found: Vec<&str> = log.lines().filter(|line| alarming.iter().any(|word| line.contains(word))).collect();
    assert!(found.is_empty(), "CHAOS_SEED={seed}: the server's log says\n{}", found.join("\n"));
    monkey.check(seconds);
}

/// What is still to be done: open timers, effects and deliveries.
const OPEN: &str = "SELECT
    (SELECT count(*) FROM wf_timers_view WHERE timer_status IN ('PENDING', 'SUSPENDED')),
    (SELECT count(*) FROM wf_effects_view WHERE effect_status IN ('PENDING', 'EXECUTING', 'FAILED')),
    (SELECT count(*) FROM wf.message AS m JOIN wf_instances_view AS i USING (correlation_key)
        WHERE i.status = 'active' AND m.message_id NOT IN (SELECT s.payload ->> 'message' FROM wf_steps_view AS s
            WHERE s.event = 'NOTE' AND s.payload ? 'message'))";

/// For whoever has to find out why.
const OPEN_EFFECTS: &str = "SELECT concat_ws(' ', to_jsonb(e), to_jsonb(i), (SELECT jsonb_agg(to_jsonb(a) - 'query')
        FROM pg_stat_activity AS a WHERE a.backend_type LIKE 'pg_workflow%'))
    FROM wf.effect AS e JOIN wf.instance AS i ON i.organization_id = e.organization_id AND i.id = e.instance_id
    WHERE e.status IN ('PENDING', 'EXECUTING', 'FAILED')";

/// Waits until nothing is left to do.
async fn settle(shared: &Shared) {
    let client = connect(shared).await;
    one::<i64>(&client, "SELECT wf_resume_all()", &[]).await;
    let begun = Instant::now();
    loop {
        let row = client.query_one(OPEN, &[]).await.expect("an answer");
        let open: [i64; 3] = [row.get(0), row.get(1), row.get(2)];
        if open == [0; 3] {
            return;
        }
        if begun.elapsed() > SETTLING {
            let rows = client.query(OPEN_EFFECTS, &[]).await.expect("an answer");
            let effects: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
            panic!("after {SETTLING:?} open timers, effects, deliveries: {open:?}\n{}", effects.join("\n"));
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}
