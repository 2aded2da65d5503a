//! What ends in the middle of a batch has not happened, and happens once when a worker comes back.

use tokio_postgres::Client;

use crate::server::{
    PATIENCE, Server, check_each_fired_once, define_once, kill, one, run, start, until, until_closed,
    until_in_the_middle, until_workers,
};

const BACKLOG: i64 = 6_000;

/// A backlog that a worker has begun.
async fn in_the_middle(server: &Server) -> Client {
    let client = server.connect("wf").await;
    define_once(&client).await;
    until_workers(&client, "wf", 1).await;
    start(&client, BACKLOG as i32, 0).await;
    until_in_the_middle(&client).await;
    client
}

async fn worker_pid(client: &Client) -> i32 {
    one(client, "SELECT pid FROM pg_stat_activity WHERE backend_type = 'pg_workflow worker'", &[]).await
}

#[tokio::test]
async fn a_worker_is_killed() {
    let server = Server::start("kill_worker");
    let client = in_the_middle(&server).await;
    assert!(kill(worker_pid(&client).await));
    // The server begins anew, and there is one worker, not two.
    until_closed(&client).await;
    let client = server.connect("wf").await;
    until_workers(&client, "wf", 1).await;
    check_each_fired_once(&client, BACKLOG).await;
    until_workers(&client, "wf", 1).await;
}

#[tokio::test]
async fn the_postmaster_is_killed() {
    let server = Server::start("kill_postmaster");
    drop(in_the_middle(&server).await);
    server.kill_postmaster();
    server.up();
    let client = server.connect("wf").await;
    until_workers(&client, "wf", 1).await;
    check_each_fired_once(&client, BACKLOG).await;
}

#[tokio::test]
async fn the_server_stops_at_once() {
    let server = Server::start("immediate");
    drop(in_the_middle(&server).await);
    server.down("immediate");
    server.up();
    let client = server.connect("wf").await;
    check_each_fired_once(&client, BACKLOG).await;
}

#[tokio::test]
async fn worker_and_launcher_are_terminated() {
    let server = Server::start("terminate");
    let client = in_the_middle(&server).await;
    let sql = "SELECT bool_and(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE backend_type LIKE 'pg_workflow%'";
    let first = worker_pid(&client).await;
    assert!(one::<bool>(&client, sql, &[]).await);
    until(
        &client,
        &format!(
            "SELECT count(*) = 1 FROM pg_stat_activity WHERE backend_type = 'pg_workflow worker' AND pid <> {first}"
        ),
        PATIENCE,
    )
    .await;
    until(&client, "SELECT count(*) = 1 FROM pg_stat_activity WHERE backend_type = 'pg_workflow launcher'", PATIENCE)
        .await;
    check_each_fired_once(&client, BACKLOG).await;
}

#[tokio::test]
async fn a_batch_is_cancelled() {
    let server = Server::start("cancel");
    let client = in_the_middle(&server).await;
    let pid = worker_pid(&client).await;
    assert!(one::<bool>(&client, "SELECT pg_cancel_backend($1)", &[&pid]).await);
    check_each_fired_once(&client, BACKLOG).await;
    assert_eq!(pid, worker_pid(&client).await, "the worker goes on");
}

/// A guard that takes its time: the worker is inside a function of a user's.
#[tokio::test]
async fn the_server_stops_while_a_guard_runs() {
    let server = Server::start("guard");
    let client = server.connect("wf").await;
    client
        .batch_execute(
            "CREATE FUNCTION public.slow(context jsonb, vars jsonb) RETURNS boolean LANGUAGE sql
                 AS 'SELECT pg_sleep(60) IS NOT NULL';
             SELECT * FROM wf_define('{\"id\": \"slow\", \"initial\": \"a\", \"states\": {
                 \"a\": {\"after\": {\"0\": {\"target\": \"b\", \"guard\": {\"type\": \"public.slow\"}}}},
                 \"b\": {\"type\": \"final\"}}}');
             SELECT wf_start('slow');",
        )
        .await
        .expect("an instance");
    let sleeping = "SELECT count(*) = 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'";
    until(&client, sleeping, PATIENCE).await;
    let begun = std::time::Instant::now();
    server.down("fast");
    assert!(begun.elapsed() < PATIENCE, "it took {:?}", begun.elapsed());
    server.up();
    let client = server.connect("wf").await;
    until(&client, sleeping, PATIENCE).await;
    assert_eq!(1, one::<i64>(&client, "SELECT count(*) FROM wf.timer WHERE status = 'PENDING'", &[]).await);
}

#[tokio::test]
async fn a_standby_serves_when_it_is_promoted() {
    let primary = Server::start("primary");
    let client = primary.connect("wf").await;
    client.batch_execute("ALTER DATABASE wf SET pg_workflow.enabled = off").await.expect("set");
    until_workers(&client, "wf", 0).await;
    define_once(&client).await;
    start(&client, 100, 0).await;
    client.batch_execute("ALTER DATABASE wf RESET pg_workflow.enabled; SELECT pg_switch_wal()").await.expect("reset");
    primary.down("fast");

    // A copy of the stopped primary that waits for more is a standby.
    let standby = Server::copy("standby", &primary.data());
    standby.configure("hot_standby = on");
    let signal = standby.directory.join("data/standby.signal");
    std::fs::write(&signal, "").expect("written");
    standby.up();
    let client = standby.connect("wf").await;
    assert!(one::<bool>(&client, "SELECT pg_is_in_recovery()", &[]).await);
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    let ours = "SELECT count(*) FROM pg_stat_activity WHERE backend_type LIKE 'pg_workflow%'";
    assert_eq!(0, one::<i64>(&client, ours, &[]).await, "processes of ours in a standby");
    assert!(run("pg_ctl", &["promote", "-w", "-s", "-D", &standby.data()]));
    let client = standby.connect("wf").await;
    check_each_fired_once(&client, 100).await;
}
