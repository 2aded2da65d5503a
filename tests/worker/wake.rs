//! A worker sleeps until something is due, and a commit wakes it.

use std::time::{Duration, Instant};

use tokio_postgres::Client;

use crate::server::{BACKLOG, PATIENCE, Server, define_once, one, start, until, until_workers};

/// A sleeping worker's last change of activity: another one shows that it was awake.
async fn last_awake(client: &Client) -> String {
    let asleep =
        "SELECT count(*) = 1 FROM pg_stat_activity WHERE backend_type = 'pg_workflow worker' AND state = 'idle'";
    until(client, asleep, PATIENCE).await;
    one(client, "SELECT state_change::text FROM pg_stat_activity WHERE backend_type = 'pg_workflow worker'", &[]).await
}

#[tokio::test]
async fn a_commit_wakes_the_worker_and_a_rollback_does_not() {
    let server = Server::start("wake");
    let client = server.connect("wf").await;
    define_once(&client).await;
    until_workers(&client, "wf", 1).await;

    // Far beyond any patience, so that only the next commit can wake it in time.
    start(&client, 1, 3_600_000).await;
    let before = last_awake(&client).await;
    for _ in 0..20 {
        client.batch_execute("BEGIN").await.expect("begun");
        start(&client, 1, 0).await;
        client.batch_execute("ROLLBACK").await.expect("rolled back");
    }
    // Work that is due after the moment that the worker waits for wakes nobody either.
    start(&client, 20, 7_200_000).await;
    assert_eq!(before, last_awake(&client).await, "the worker slept on");

    let begun = Instant::now();
    let id = start(&client, 1, 0).await;
    let sql = format!("SELECT status = 'completed' FROM wf_instances_view WHERE instance_id = '{id}'");
    until(&client, &sql, PATIENCE).await;
    assert!(begun.elapsed() < Duration::from_secs(1), "woken after {:?}", begun.elapsed());
    assert_ne!(before, last_awake(&client).await);
}

#[tokio::test]
async fn a_prepared_transaction_wakes_when_it_commits() {
    let server = Server::start_with("prepared", "max_prepared_transactions = 5");
    let client = server.connect("wf").await;
    define_once(&client).await;
    until_workers(&client, "wf", 1).await;
    client.batch_execute("BEGIN").await.expect("begun");
    start(&client, 1, 0).await;
    client.batch_execute("PREPARE TRANSACTION 'later'").await.expect("prepared");
    last_awake(&client).await;
    client.batch_execute("COMMIT PREPARED 'later'").await.expect("committed");
    until(&client, "SELECT status = 'FIRED' FROM wf.timer", PATIENCE).await;
}

#[tokio::test]
async fn a_handler_serves_what_was_queued_before_it_was_known() {
    let server = Server::start_with("late", "pg_workflow.longest_sleep = '1 h'");
    let client = server.connect("wf").await;
    let define = r#"SELECT FROM wf_define('{"id": "late", "initial": "a", "states": {"a": {"entry": "late.code"}}}')"#;
    client.batch_execute(define).await.expect("defined");
    until_workers(&client, "wf", 1).await;
    // The transaction that queues the effect knows of no handler, and commits when the worker has served another and sleeps again.
    let registrar = server.connect("wf").await;
    client.batch_execute("BEGIN; SELECT wf_start('late')").await.expect("started");
    let register = r#"CREATE FUNCTION late(effect jsonb) RETURNS jsonb LANGUAGE sql RETURN '1'::jsonb;
        SELECT wf_register_handler('late.code', 'sql', '{"function": "public.late"}')"#;
    registrar.batch_execute(register).await.expect("registered");
    registrar.batch_execute("SELECT wf_start('late')").await.expect("started");
    let served = "SELECT count(*) = $1 FROM wf_effects_view WHERE effect_status = 'COMPLETED'";
    until(&registrar, &served.replace("$1", "1"), BACKLOG).await;
    last_awake(&registrar).await;
    client.batch_execute("COMMIT").await.expect("committed");
    until(&registrar, &served.replace("$1", "2"), BACKLOG).await;
}

#[tokio::test]
async fn a_task_that_becomes_overdue_wakes_the_worker() {
    let server = Server::start("overdue");
    let client = server.connect("wf").await;
    let define = r#"SELECT FROM wf_define('{"id": "asked", "initial": "a", "states": {"a": {"invoke": {"src": "wf.task", "input":
        {"title": "T", "assignee_role": "clerk", "due": "$.due", "escalations": [{"after": 0, "to_role": "boss"}]}}}}}')"#;
    client.batch_execute(define).await.expect("defined");
    until_workers(&client, "wf", 1).await;
    // One that is due now: its commit must wake a worker that sleeps. One that is due a little later: the worker must have planned it.
    for due in ["0", "500"] {
        last_awake(&client).await;
        let start = format!(r#"SELECT wf_start('asked', '{{"due": {due}}}', '{due}')"#);
        client.batch_execute(&start).await.expect("started");
        let sql = "SELECT count(*) > 0 AND bool_and(assignee_role = 'boss') FROM wf_tasks_view";
        until(&client, sql, PATIENCE).await;
    }
    let runs: i64 = one(&client, "SELECT sum(tasks_escalated) FROM wf_scheduler_runs_view", &[]).await;
    assert_eq!(runs, 2);
}

#[tokio::test]
async fn an_idle_worker_does_nothing() {
    let server = Server::start_with("idle", "autovacuum = off");
    let client = server.connect("wf").await;
    define_once(&client).await;
    start(&client, 100, 0).await;
    start(&client, 1, 3_600_000).await;
    until(&client, "SELECT count(*) = 100 FROM wf.timer WHERE status = 'FIRED'", PATIENCE).await;
    last_awake(&client).await;
    drop(client);

    // From another database, so that looking is not counted.
    let postgres = server.connect("postgres").await;
    until(&postgres, "SELECT count(*) = 1 FROM pg_stat_activity WHERE datname = 'wf'", PATIENCE).await;
    let transactions = "SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = 'wf'";
    let pids = "SELECT array_agg(pid) FROM pg_stat_activity WHERE backend_type LIKE 'pg_workflow%'";
    let pids: Vec<i32> = one(&postgres, pids, &[]).await;
    // A backend that ends hands its statistics over when it is gone.
    tokio::time::sleep(Duration::from_millis(500)).await;
    let (before, ticks) = (one::<i64>(&postgres, transactions, &[]).await, ticks(&pids));
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert_eq!(before, one::<i64>(&postgres, transactions, &[]).await, "transactions");
    assert!(self::ticks(&pids) - ticks <= 1, "at most 10 ms of CPU");
}

/// CPU time of processes, in the hundredths of seconds that Linux counts in.
fn ticks(pids: &[i32]) -> u64 {
    let of = |pid: &i32| {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).expect("it runs");
        let fields: Vec<&str> = stat[stat.rfind(')').expect("a name") + 2..].split(' ').collect();
        fields[11].parse::<u64>().expect("user") + fields[12].parse::<u64>().expect("system")
    };
    pids.iter().map(of).sum()
}

#[tokio::test]
async fn defaults_of_the_database_do_not_bind_the_worker() {
    let server = Server::start("defaults");
    let client = server.connect("wf").await;
    define_once(&client).await;
    let other = "01900000-0000-7000-8000-000000000001";
    for set in [
        "default_transaction_isolation = 'serializable'",
        "default_transaction_read_only = on",
        "app.current_org_id = 'not a uuid'",
        "lock_timeout = 1",
    ] {
        client.batch_execute(&format!("ALTER DATABASE wf SET {set}")).await.expect("set");
    }
    let org = format!("SET app.current_org_id = '{other}'");
    client.batch_execute(&org).await.expect("set");
    start(&client, 10, 0).await;
    until(&client, "SELECT bool_and(status = 'FIRED') FROM wf.timer", PATIENCE).await;
}
