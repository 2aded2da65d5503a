//! SQL effects while the server crashes, beside applications that lock the same rows, and such as end their own process.

use std::time::{Duration, Instant};

use tokio_postgres::Client;
use uuid::Uuid;

use crate::server::{BACKLOG, Server, kill, one, until, until_closed, until_workers};

const KILLS: u32 = 200;
/// Instances that begin before each kill, with two effects each.
const STARTS: i32 = 10;

/// A table, a function that writes a row for each effect, its handler, and a workflow of two such effects.
async fn prepare(client: &Client) {
    let sql = r#"
        CREATE TABLE written (effect_id uuid, code text);
        CREATE FUNCTION write(effect jsonb) RETURNS jsonb LANGUAGE sql
        AS 'INSERT INTO written VALUES ((effect ->> ''id'')::uuid, effect ->> ''code'') RETURNING to_jsonb(1)';
        SELECT wf_register_handler('write.*', 'sql',
            '{"function": "public.write", "retry": {"maximum_attempts": 0, "initial_interval": 0, "jitter": "none"}}');
        SELECT * FROM wf_define('{"id": "writes", "initial": "a", "states": {
            "a": {"invoke": {"src": "write.a", "onDone": "b"}}, "b": {"invoke": {"src": "write.b", "onDone": "c"}},
            "c": {"type": "final"}}}');"#;
    client.batch_execute(sql).await.expect("a workflow");
    until_workers(client, "wf", 1).await;
}

/// The worker is killed at random moments. A row and its effect's COMPLETED are both there or both not, at every moment
/// that can be seen, and in the end each is there once.
#[tokio::test]
async fn rows_and_results_survive_kills_together() {
    const AGREE: &str = "SELECT NOT EXISTS (
        SELECT FROM (SELECT id FROM wf.effect WHERE status = 'COMPLETED') AS e
        FULL JOIN (SELECT effect_id, count(*) AS n FROM written GROUP BY 1) AS w ON w.effect_id = e.id
        WHERE e.id IS NULL OR w.n IS DISTINCT FROM 1)";
    let server = Server::start("kill_effects");
    let mut client = server.connect("wf").await;
    prepare(&client).await;
    let mut kills = 0;
    while kills < KILLS {
        let start = "SELECT count(wf_start('writes')) FROM generate_series(1, $1::integer)";
        let worker = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'pg_workflow worker'";
        if client.query_one(start, &[&STARTS]).await.is_ok()
            && let Ok(Some(row)) = client.query_opt(worker, &[]).await
        {
            tokio::time::sleep(Duration::from_micros(fastrand::u64(0..30_000))).await;
            // A worker may have ended by itself meanwhile: another takes its place.
            if kill(row.get(0)) {
                kills += 1;
                until_closed(&client).await;
            }
        }
        client = server.connect("wf").await;
        assert!(one::<bool>(&client, AGREE, &[]).await, "a row without its result, or a result without its row");
    }
    until(&client, "SELECT NOT EXISTS (SELECT FROM wf.instance WHERE status = 'active')", BACKLOG).await;
    assert!(one::<bool>(&client, AGREE, &[]).await);
    let completed: i64 = one(&client, "SELECT count(*) FROM wf.instance WHERE status = 'completed'", &[]).await;
    let written: i64 = one(&client, "SELECT count(*) FROM written", &[]).await;
    assert_eq!(written, completed * 2);
    assert!(completed >= i64::from(KILLS) * i64::from(STARTS));
}

/// Functions that end their own process, politely and not: their attempts are counted, everything else is done, and
/// the server stays.
#[tokio::test]
async fn poison_ends_and_spares_the_others() {
    let server = Server::start("poison");
    let client = server.connect("wf").await;
    prepare(&client).await;
    let poison = r#"
        CREATE FUNCTION die(effect jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
        BEGIN
            IF effect ->> 'code' = 'die.loud' THEN
                EXECUTE format('COPY (SELECT) TO PROGRAM ''kill -9 %s''', pg_backend_pid());
            ELSE
                PERFORM pg_terminate_backend(pg_backend_pid());
            END IF;
            RETURN NULL;
        END $$;
        SELECT wf_register_handler('die.*', 'sql', '{"function": "public.die",
            "retry": {"maximum_attempts": 2, "initial_interval": 0, "jitter": "none"}}');
        SELECT * FROM wf_define('{"id": "poisoned", "initial": "a", "states": {"a": {"entry": ["die.quiet", "die.loud"]}}}');
        BEGIN;
        SELECT count(wf_start('writes')) FROM generate_series(1, 50);
        SELECT wf_start('poisoned');
        SELECT count(wf_start('writes')) FROM generate_series(1, 50);
        COMMIT;"#;
    client.batch_execute(poison).await.expect("poison");
    let settled = "SELECT NOT EXISTS (SELECT FROM wf.effect WHERE status IN ('PENDING', 'FAILED', 'EXECUTING'))";
    let begun = Instant::now();
    loop {
        // A crash of the server ends this session too.
        if let Ok(client) = server.try_connect("wf").await
            && client.query_one(settled, &[]).await.is_ok_and(|row| row.get(0))
        {
            break;
        }
        assert!(begun.elapsed() < BACKLOG, "effects wait:\n{}", server.log());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let client = server.connect("wf").await;
    let ends: Vec<String> = one(
        &client,
        "SELECT array_agg(concat_ws(' ', code, status, attempts, error_type) ORDER BY code) FROM wf.effect WHERE code LIKE 'die.%'",
        &[],
    )
    .await;
    assert_eq!(ends, ["die.loud PERMANENTLY_FAILED 2 57P02", "die.quiet PERMANENTLY_FAILED 2 57P02"]);
    let done: i64 = one(&client, "SELECT count(*) FROM wf.instance WHERE status = 'completed'", &[]).await;
    assert_eq!((done, one::<i64>(&client, "SELECT count(*) FROM written", &[]).await), (100, 200));
}

/// An application updates its row and then sends an event; the function of an effect updates the same row.
#[tokio::test]
async fn applications_and_functions_do_not_deadlock() {
    let seconds = std::env::var("DEADLOCK_SECONDS").ok().and_then(|value| value.parse().ok()).unwrap_or(3);
    let server = Server::start("same_row");
    let client = server.connect("wf").await;
    prepare(&client).await;
    let sql = r#"
        CREATE TABLE orders (id integer PRIMARY KEY, n integer NOT NULL);
        INSERT INTO orders SELECT n, 0 FROM generate_series(1, 3) AS n;
        CREATE FUNCTION touch_order(effect jsonb) RETURNS jsonb LANGUAGE sql
        AS 'UPDATE orders SET n = n + 1 WHERE id = (effect #>> ''{context,order}'')::integer RETURNING to_jsonb(n)';
        SELECT wf_register_handler('order.*', 'sql', '{"function": "public.touch_order"}');
        SELECT * FROM wf_define('{"id": "orders", "initial": "a", "on": {"PING": {"actions": {"type": "assign", "params": {"p": 1}}}},
            "states": {"a": {"invoke": {"src": "order.a", "onDone": "b"}}, "b": {"invoke": {"src": "order.b", "onDone": "a"}}}}');"#;
    client.batch_execute(sql).await.expect("a workflow");
    let ids: Vec<Uuid> = one(
        &client,
        "SELECT array_agg(wf_start('orders', jsonb_build_object('order', n))) FROM generate_series(1, 3) AS n",
        &[],
    )
    .await;
    let mut sessions = tokio::task::JoinSet::new();
    for place in 0..6 {
        let (mut session, id) = (server.connect("wf").await, ids[place % 3]);
        sessions.spawn(async move {
            let begun = Instant::now();
            let mut sent = 0;
            while begun.elapsed() < Duration::from_secs(seconds) {
                let transaction = session.transaction().await.expect("a transaction");
                let order = place as i32 % 3 + 1;
                transaction.execute("UPDATE orders SET n = n + 1 WHERE id = $1", &[&order]).await.expect("updated");
                transaction.execute("SELECT * FROM wf_send($1, 'PING')", &[&id]).await.expect("sent");
                transaction.commit().await.expect("committed");
                sent += 1;
            }
            sent
        });
    }
    let sent: i64 = sessions.join_all().await.into_iter().sum();
    let log = server.log();
    assert!(!log.contains("deadlock"), "{log}");
    let failed: i64 = one(&client, "SELECT count(*) FROM wf.effect WHERE last_error IS NOT NULL", &[]).await;
    let run: i64 = one(&client, "SELECT count(*) FROM wf.effect WHERE status = 'COMPLETED'", &[]).await;
    eprintln!("{sent} events beside {run} effects in {seconds} s");
    assert_eq!(failed, 0, "functions failed");
    assert!(sent > 20 && run > 5, "{sent} events, {run} effects");
}
