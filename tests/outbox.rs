//! Workers as applications have them, several at a time: clients that claim effects, answer, fail and die. PGHOST, PGPORT,
//! PGUSER and PGDATABASE name a database with the extension; nothing else works there on what is due.
//!
//! Each test has an organization of its own, so that they run at the same time.

use std::collections::{HashMap, HashSet};
use std::future::poll_fn;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio_postgres::{AsyncMessage, Client, NoTls};
use uuid::Uuid;

/// By when whatever a test waits for has happened.
const PATIENCE: Duration = Duration::from_secs(120);

fn config(organization: Uuid) -> tokio_postgres::Config {
    let setting = |name: &str| std::env::var(name).unwrap_or_else(|_| panic!("{name} is set"));
    let mut config = tokio_postgres::Config::new();
    config.host(setting("PGHOST")).port(setting("PGPORT").parse().expect("a port"));
    config.user(setting("PGUSER")).dbname(setting("PGDATABASE"));
    config.options(format!("-c app.current_org_id={organization}"));
    config
}

async fn connect(organization: Uuid) -> Client {
    let (client, connection) = config(organization).connect(NoTls).await.expect("a connection");
    tokio::spawn(connection);
    client
}

/// Queues effects of the code `job`, a hundred with each of `instances`.
async fn queue(client: &Client, instances: i64, retry: Value, limits: Value) {
    let job = json!({ "type": "job", "retry": retry });
    let mut definition =
        json!({ "id": "jobs", "initial": "queued", "states": { "queued": { "entry": vec![job; 100] } } });
    if !limits.is_null() {
        definition["limits"] = limits;
    }
    client.query("SELECT wf_define($1)", &[&definition]).await.expect("a definition");
    client
        .query("SELECT wf_start('jobs') FROM generate_series(1, $1::bigint)", &[&instances])
        .await
        .expect("instances");
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
struct Job {
    id: Uuid,
    attempt: i32,
}

async fn claim(client: &Client, worker: &str, most: i32, lease: &str) -> Vec<Job> {
    let claim = "SELECT effect_id, attempt FROM wf_claim_effects($1, max_effects => $2, lease => $3::text::interval)";
    let rows = client.query(claim, &[&worker, &most, &lease]).await.expect("a claim");
    rows.iter().map(|row| Job { id: row.get(0), attempt: row.get(1) }).collect()
}

/// Answers for jobs with this function, and gives those whose answer was accepted.
async fn answer(client: &Client, function: &str, worker: &str, jobs: &[Job]) -> Vec<Job> {
    let (ids, attempts): (Vec<Uuid>, Vec<i32>) = jobs.iter().map(|job| (job.id, job.attempt)).unzip();
    let rows = client
        .query(&format!("SELECT error FROM {function}($1, $2, $3)"), &[&worker, &ids, &attempts])
        .await
        .expect("an answer");
    assert_eq!(rows.len(), jobs.len());
    jobs.iter().zip(&rows).filter(|(_, row)| row.get::<_, Option<&str>>(0).is_none()).map(|(job, _)| *job).collect()
}

/// How many effects of the organization have each status and number of attempts.
async fn standing(client: &Client, organization: Uuid) -> HashMap<(String, i32), i64> {
    let counts =
        "SELECT effect_status, attempt_count, count(*) FROM wf_effects_view WHERE organization_id = $1 GROUP BY 1, 2";
    let rows = client.query(counts, &[&organization]).await.expect("counts");
    rows.iter().map(|row| ((row.get(0), row.get(1)), row.get(2))).collect()
}

async fn is_open(client: &Client, organization: Uuid) -> bool {
    let open = "SELECT EXISTS (SELECT FROM wf_effects_view WHERE organization_id = $1 \
                AND effect_status IN ('PENDING', 'EXECUTING', 'FAILED'))";
    client.query_one(open, &[&organization]).await.expect("a look").get(0)
}

/// A number below this, from what is random in a new id.
fn random(below: usize) -> usize {
    (Uuid::now_v7().as_u128() as u64 >> 2) as usize % below
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn workers_that_die_lose_nothing_and_do_nothing_twice() {
    const INSTANCES: i64 = 40;
    let organization = Uuid::now_v7();
    let client = connect(organization).await;
    queue(&client, INSTANCES, json!({ "maximum_attempts": 0, "initial_interval": 0 }), Value::Null).await;
    let mut workers = JoinSet::new();
    for number in 0..4 {
        // The first two die after some batches: one with a claim that it never answers, one in the middle of its
        // answer, which then happened or did not.
        let last_batch = if number < 2 { 1 + random(8) } else { usize::MAX };
        workers.spawn(async move {
            let client = connect(organization).await;
            let watcher = connect(organization).await;
            let process: i32 = client.query_one("SELECT pg_backend_pid()", &[]).await.unwrap().get(0);
            let name = format!("worker {number}");
            let (mut claimed, mut completed) = (Vec::new(), Vec::new());
            let deadline = Instant::now() + PATIENCE;
            for batch in 1.. {
                let jobs = claim(&client, &name, 100, "1 second").await;
                claimed.extend(jobs.iter().copied());
                if batch == last_batch {
                    let (ids, attempts): (Vec<Uuid>, Vec<i32>) = jobs.iter().map(|job| (job.id, job.attempt)).unzip();
                    let complete = "SELECT * FROM wf_complete_effects($1, $2, $3)";
                    let parameters: [&(dyn tokio_postgres::types::ToSql + Sync); 3] = [&name, &ids, &attempts];
                    let dying = client.query(complete, &parameters);
                    let process: [&(dyn tokio_postgres::types::ToSql + Sync); 1] = [&process];
                    let killing = watcher.execute("SELECT pg_terminate_backend($1)", &process);
                    if number == 0 {
                        killing.await.unwrap();
                    } else {
                        let (answered, _) = tokio::join!(dying, killing);
                        if answered.is_ok() {
                            completed.extend(jobs);
                        }
                    }
                    return (claimed, completed);
                }
                completed.extend(answer(&client, "wf_complete_effects", &name, &jobs).await);
                if jobs.is_empty() {
                    if !is_open(&client, organization).await {
                        return (claimed, completed);
                    }
                    // Ends the leases of the dead.
                    client.query("SELECT * FROM wf_scheduler_tick(max_effects => 1000)", &[]).await.unwrap();
                    tokio::task::yield_now().await;
                }
                assert!(Instant::now() < deadline, "not everything gets done");
            }
            unreachable!("a worker ends by itself")
        });
    }
    let reports = workers.join_all().await;
    let claimed: Vec<Job> = reports.iter().flat_map(|(claimed, _)| claimed).copied().collect();
    let completed: Vec<Uuid> = reports.iter().flat_map(|(_, completed)| completed).map(|job| job.id).collect();
    let standing = standing(&client, organization).await;
    let total: i64 = standing.values().sum();
    assert_eq!(total, INSTANCES * 100);
    assert!(standing.keys().all(|(status, _)| status == "COMPLETED"), "{standing:?}");
    // No attempt was given to two workers, and no answer accepted twice. What a dying worker did not hear of is
    // completed by that attempt and no other.
    assert_eq!(claimed.iter().collect::<HashSet<_>>().len(), claimed.len());
    assert_eq!(completed.iter().collect::<HashSet<_>>().len(), completed.len());
    let attempts: i64 = standing.iter().map(|((_, attempts), count)| i64::from(*attempts) * count).sum();
    assert_eq!(attempts, claimed.len() as i64);
    assert!(total - completed.len() as i64 <= 100, "{} of {total} heard of", completed.len());
    assert!(standing.keys().any(|(_, attempts)| *attempts > 1), "nobody died with something in hand: {standing:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn failures_among_many_are_counted_and_harm_no_neighbour() {
    const INSTANCES: i64 = 100;
    const FAILING: usize = 2_000;
    let organization = Uuid::now_v7();
    let client = connect(organization).await;
    let retry = json!({ "maximum_attempts": 3, "initial_interval": 0, "jitter": "none" });
    queue(&client, INSTANCES, retry, Value::Null).await;
    let rows = client
        .query("SELECT effect_id FROM wf_effects_view WHERE organization_id = $1", &[&organization])
        .await
        .unwrap();
    let mut ids: Vec<Uuid> = rows.iter().map(|row| row.get(0)).collect();
    assert_eq!(ids.len(), 10_000);
    // How often each of them fails: three times is for good.
    let mut failures: HashMap<Uuid, i32> = HashMap::new();
    let mut expected: HashMap<(String, i32), i64> = HashMap::new();
    for number in 0..ids.len() {
        let fails = if number < FAILING { 1 + random(3) as i32 } else { 0 };
        failures.insert(ids.swap_remove(random(ids.len())), fails);
        let end = if fails == 3 { ("PERMANENTLY_FAILED".to_owned(), 3) } else { ("COMPLETED".to_owned(), fails + 1) };
        *expected.entry(end).or_default() += 1;
    }
    let mut workers = JoinSet::new();
    for number in 0..4 {
        let failures = failures.clone();
        workers.spawn(async move {
            let client = connect(organization).await;
            let name = format!("worker {number}");
            let deadline = Instant::now() + PATIENCE;
            while is_open(&client, organization).await {
                assert!(Instant::now() < deadline, "not everything gets done");
                let jobs = claim(&client, &name, 100, "1 hour").await;
                let (bad, good): (Vec<Job>, Vec<Job>) = jobs.iter().partition(|job| job.attempt <= failures[&job.id]);
                assert_eq!(answer(&client, "wf_fail_effects", &name, &bad).await, bad);
                assert_eq!(answer(&client, "wf_complete_effects", &name, &good).await, good);
            }
        });
    }
    workers.join_all().await;
    assert_eq!(standing(&client, organization).await, expected);
    let rows = client
        .query(
            "SELECT effect_id, attempt_count, effect_status FROM wf_effects_view WHERE organization_id = $1",
            &[&organization],
        )
        .await
        .unwrap();
    for row in rows {
        let fails = failures[&row.get::<_, Uuid>(0)];
        assert_eq!(row.get::<_, i32>(1), (fails + 1).min(3));
        assert_eq!(row.get::<_, &str>(2) == "PERMANENTLY_FAILED", fails == 3);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_limit_holds_against_all_workers_together() {
    const MOST: i64 = 10;
    let organization = Uuid::now_v7();
    let client = connect(organization).await;
    queue(&client, 5, json!({}), json!({ "max_concurrent": MOST })).await;
    let mut workers = JoinSet::new();
    for number in 0..4 {
        workers.spawn(async move {
            let client = connect(organization).await;
            let name = format!("worker {number}");
            let running =
                "SELECT count(*) FROM wf_effects_view WHERE organization_id = $1 AND effect_status = 'EXECUTING'";
            let deadline = Instant::now() + PATIENCE;
            let mut most = 0;
            while is_open(&client, organization).await {
                assert!(Instant::now() < deadline, "not everything gets done");
                let jobs = claim(&client, &name, 7, "1 hour").await;
                most = most.max(client.query_one(running, &[&organization]).await.unwrap().get(0));
                answer(&client, "wf_complete_effects", &name, &jobs).await;
            }
            most
        });
    }
    let most: Vec<i64> = workers.join_all().await;
    assert!(most.iter().all(|most| *most <= MOST), "{most:?}");
    assert_eq!(standing(&client, organization).await, HashMap::from([(("COMPLETED".to_owned(), 1), 500)]));
}

#[tokio::test]
async fn one_transaction_notifies_once() {
    let organization = Uuid::now_v7();
    let (listener, mut connection) = config(organization).connect(NoTls).await.unwrap();
    let (sender, mut receiver) = tokio::sync::mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Some(Ok(message)) = poll_fn(|context| connection.poll_message(context)).await {
            if let AsyncMessage::Notification(notification) = message {
                sender.send((notification.channel().to_owned(), notification.payload().to_owned())).unwrap();
            }
        }
    });
    listener.batch_execute("LISTEN wf_effects; LISTEN the_end").await.unwrap();
    let client = connect(organization).await;
    // Off by default; on for this session; nothing for a transaction that is rolled back or queues nothing.
    queue(&client, 1, json!({}), Value::Null).await;
    client.batch_execute("SET pg_workflow.notify_effects = on").await.unwrap();
    client
        .batch_execute("BEGIN; SELECT wf_start('jobs'), wf_start('jobs'); SELECT wf_start('jobs'); COMMIT")
        .await
        .unwrap();
    client.batch_execute("BEGIN; SELECT wf_start('jobs'); ROLLBACK").await.unwrap();
    client.batch_execute(r#"SELECT wf_define('{"id": "idle", "initial": "a", "states": {"a": {}}}')"#).await.unwrap();
    client.batch_execute("SELECT wf_start('idle')").await.unwrap();
    client.batch_execute("NOTIFY the_end").await.unwrap();
    let mut heard = Vec::new();
    while let Some(notification) = receiver.recv().await {
        if notification.0 == "the_end" {
            break;
        }
        heard.push(notification);
    }
    assert_eq!(heard, [("wf_effects".to_owned(), String::new())]);
}
