//! Many connections at once: keys, batches, a purge.

use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::task::JoinSet;
use uuid::Uuid;

use super::{Organization, STEPS, Sent, check_sound, count, counter, define, send, start};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_step_per_key_whoever_sends_it() {
    const CLIENTS: usize = 20;
    const KEYS: usize = 10;
    let organization = Organization::new();
    let client = organization.connect().await;
    define(&client, counter()).await;
    let id = start(&client, "counter").await;
    let mut senders = JoinSet::new();
    for sender in 0..CLIENTS {
        senders.spawn(async move {
            let client = organization.connect().await;
            let mut answers = Vec::new();
            for turn in 0..KEYS {
                // Each begins with another key, so that every key meets itself.
                let key = format!("key {}", (turn + sender) % KEYS);
                let sent = send(&client, id, "ADD", Some(&key)).await.expect("a step or its replay");
                answers.push((key, sent));
            }
            answers
        });
    }
    let answers: Vec<(String, Sent)> = senders.join_all().await.into_iter().flatten().collect();
    assert_eq!(answers.len(), CLIENTS * KEYS);
    let mut by_key: HashMap<&str, Vec<&Sent>> = HashMap::new();
    for (key, sent) in &answers {
        by_key.entry(key).or_default().push(sent);
    }
    assert_eq!(by_key.len(), KEYS);
    for (key, sent) in &by_key {
        assert_eq!(sent.iter().filter(|sent| !sent.replayed).count(), 1, "{key}");
        assert!(sent.iter().all(|other| other.seq == sent[0].seq), "{key}: {sent:?}");
    }
    let steps: HashSet<i64> = by_key.values().map(|sent| sent[0].seq).collect();
    assert_eq!(steps, (2..2 + KEYS as i64).collect());
    assert_eq!(count(&client, STEPS, &[&id]).await, 1 + KEYS as i64);
    let row = client.query_one("SELECT context FROM wf_instances_view WHERE instance_id = $1", &[&id]).await.unwrap();
    assert_eq!(row.get::<_, Value>(0), json!({ "n": KEYS }));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_instance_per_key_whoever_starts_it() {
    let organization = Organization::new();
    let client = organization.connect().await;
    define(&client, counter()).await;
    let mut starters = JoinSet::new();
    for _ in 0..10 {
        starters.spawn(async move {
            let client = organization.connect().await;
            let row = client.query_one("SELECT wf_start('counter', instance_key => 'one')", &[]).await;
            row.expect("an instance").get::<_, Uuid>(0)
        });
    }
    let ids: HashSet<Uuid> = starters.join_all().await.into_iter().collect();
    assert_eq!(ids.len(), 1);
    let instances = "SELECT count(*) FROM wf_instances_view WHERE organization_id = $1";
    assert_eq!(count(&client, instances, &[&organization.0]).await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn batches_at_once_fire_each_timer_once() {
    const INSTANCES: i64 = 30;
    let organization = Organization::new();
    let client = organization.connect().await;
    let definition = json!({ "id": "timed", "initial": "wait", "context": { "n": 0 }, "states": { "wait": {
        "after": { "PT1H": { "actions": { "type": "assign", "params": { "n": { "expr": "$.n + 1" } } } } } } } });
    define(&client, definition).await;
    client.query("SELECT wf_start('timed') FROM generate_series(1, $1::bigint)", &[&INSTANCES]).await.unwrap();
    let mut schedulers = JoinSet::new();
    for _ in 0..4 {
        schedulers.spawn(async move {
            let client = organization.connect().await;
            client.batch_execute("SET pg_workflow.fake_now = '2100-01-01'").await.unwrap();
            let (mut fired, mut failures) = (0_i64, 0);
            let deadline = Instant::now() + Duration::from_secs(60);
            // Until nothing is left: a batch passes over what another one holds.
            loop {
                let tick = "SELECT timers_fired, next_run_at IS NULL FROM wf_scheduler_tick(max_timers => 7)";
                match client.query_one(tick, &[]).await {
                    Ok(row) => {
                        fired += i64::from(row.get::<_, i32>(0));
                        if row.get(1) {
                            return (fired, failures);
                        }
                    }
                    Err(_) => failures += 1,
                }
                assert!(Instant::now() < deadline, "{fired} fired, {failures} failed");
                tokio::task::yield_now().await;
            }
        });
    }
    let reports = schedulers.join_all().await;
    assert_eq!(reports.iter().map(|(_, failures)| failures).sum::<i32>(), 0);
    assert_eq!(reports.iter().map(|(fired, _)| fired).sum::<i64>(), INSTANCES);
    let once = "SELECT count(*) FROM wf_instances_view WHERE organization_id = $1 AND context = '{\"n\": 1}'";
    assert_eq!(count(&client, once, &[&organization.0]).await, INSTANCES);
    check_sound(&client).await;
}

#[tokio::test]
async fn a_purge_waits_for_nobody_and_nobody_for_it() {
    let organization = Organization::new();
    let mut writer = organization.connect().await;
    let once = json!({ "id": "once", "initial": "open", "states": { "open": { "on": { "END": "done" } }, "done": { "type": "final" } } });
    define(&writer, once).await;
    let (running, held) = (start(&writer, "once").await, start(&writer, "once").await);
    send(&writer, held, "END", None).await.unwrap();
    for _ in 0..3 {
        let id = start(&writer, "once").await;
        send(&writer, id, "END", None).await.unwrap();
    }
    let mut purger = organization.connect().await;
    for client in [&writer, &purger] {
        client.batch_execute("SET lock_timeout = '10ms'").await.unwrap();
    }
    let stored = "SELECT count(*) FROM wf_instances_view WHERE organization_id = $1";
    let purge = "SELECT instances FROM wf_purge('0 s')";
    // An operator is at work on one: it is passed over.
    let hold = writer.transaction().await.unwrap();
    hold.execute("SELECT wf_hold_instance($1)", &[&held]).await.unwrap();
    let going = purger.transaction().await.unwrap();
    assert_eq!(going.query_one(purge, &[]).await.unwrap().get::<_, i64>(0), 3);
    hold.commit().await.unwrap();
    // The purge is not done yet, and whoever starts, sends or reads does not notice.
    send(&writer, running, "END", None).await.unwrap();
    start(&writer, "once").await;
    assert_eq!(count(&writer, stored, &[&organization.0]).await, 6);
    going.commit().await.unwrap();
    assert_eq!(count(&writer, purge, &[]).await, 1, "the one that was running");
    assert_eq!(count(&writer, stored, &[&organization.0]).await, 2, "a new one and one on hold");
    check_sound(&writer).await;
}
