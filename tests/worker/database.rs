//! Databases and extensions come and go: workers are found where they are needed and are in nobody's way.

use tokio_postgres::Client;

use crate::server::{
    PATIENCE, Server, check_each_fired_once, define_once, one, start, until, until_in_the_middle, until_workers,
    within_patience,
};

/// Ends the other sessions of a test, which would be in the way themselves.
async fn disconnect_clients(postgres: &Client) {
    let sql = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
        WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()";
    one::<i64>(postgres, sql, &[]).await;
    let gone = "SELECT count(*) = 1 FROM pg_stat_activity WHERE backend_type = 'client backend'";
    until(postgres, gone, PATIENCE).await;
}

#[tokio::test]
async fn commands_that_need_a_database_alone_get_it() {
    let server = Server::start("alone");
    let postgres = server.connect("postgres").await;
    let tablespace = server.directory.join("space");
    assert!(
        std::process::Command::new("cp")
            .arg("-a")
            .arg(server.directory.join("data/pg_twophase"))
            .arg(&tablespace)
            .status()
            .expect("cp")
            .success()
    );
    let tablespace = format!("CREATE TABLESPACE space LOCATION '{}'", tablespace.display());
    within_patience(&postgres, &[&tablespace]).await;
    define_once(&server.connect("wf").await).await;
    let mut backlog = 0;
    for (before, command, after) in [
        ("wf", "ALTER DATABASE wf RENAME TO renamed", "renamed"),
        ("renamed", "ALTER DATABASE renamed SET TABLESPACE space", "renamed"),
        ("renamed", "CREATE DATABASE copy TEMPLATE renamed", "copy"),
        ("copy", "DROP DATABASE renamed", "copy"),
        ("copy", "ALTER DATABASE copy RENAME TO wf", "wf"),
    ] {
        // Once while the worker is in a batch, which it gives up, and once while it sleeps.
        let client = server.connect(before).await;
        until_workers(&postgres, before, 1).await;
        start(&client, 2_000, 0).await;
        backlog += 2_000;
        until_in_the_middle(&client).await;
        disconnect_clients(&postgres).await;
        within_patience(&postgres, &[command]).await;
        until_workers(&postgres, after, 1).await;
        let client = server.connect(after).await;
        check_each_fired_once(&client, backlog).await;
        client.batch_execute("DELETE FROM wf.timer").await.expect("room for the next round");
        client.batch_execute("DELETE FROM wf.step; DELETE FROM wf.instance").await.expect("room for the next round");
        backlog = 0;
    }
    disconnect_clients(&postgres).await;
    within_patience(&postgres, &["DROP DATABASE wf"]).await;
    assert!(!server.log().contains("does not exist"), "a worker came to a database that was gone:\n{}", server.log());
}

#[tokio::test]
async fn extensions_are_noticed() {
    let server = Server::start("extension");
    let client = server.connect("wf").await;
    define_once(&client).await;
    until_workers(&client, "wf", 1).await;
    start(&client, 3_000, 0).await;
    until_in_the_middle(&client).await;
    // Rolled back: the worker comes again, and nothing is lost.
    within_patience(&client, &["BEGIN; DROP EXTENSION pg_workflow", "ROLLBACK"]).await;
    until_workers(&client, "wf", 1).await;
    check_each_fired_once(&client, 3_000).await;

    within_patience(&client, &["DROP EXTENSION pg_workflow"]).await;
    until_workers(&client, "wf", 0).await;
    within_patience(&client, &["CREATE EXTENSION pg_workflow"]).await;
    until_workers(&client, "wf", 1).await;
    drop(client);
    // In a new session: this one may hold plans of the old tables.
    let client = server.connect("wf").await;
    define_once(&client).await;
    start(&client, 10, 0).await;
    check_each_fired_once(&client, 10).await;

    // Its schema takes the extension along.
    within_patience(&client, &["DROP SCHEMA public CASCADE"]).await;
    until_workers(&client, "wf", 0).await;

    within_patience(&client, &["CREATE DATABASE fresh"]).await;
    let fresh = server.connect("fresh").await;
    within_patience(&fresh, &["CREATE EXTENSION pg_workflow"]).await;
    until_workers(&client, "fresh", 1).await;
}

#[tokio::test]
async fn settings_count_by_database() {
    let server = Server::start("settings");
    let client = server.connect("wf").await;
    until_workers(&client, "wf", 1).await;
    within_patience(&client, &["ALTER DATABASE wf SET pg_workflow.workers = 3"]).await;
    until_workers(&client, "wf", 3).await;
    within_patience(&client, &["ALTER DATABASE wf SET pg_workflow.workers = 2"]).await;
    until_workers(&client, "wf", 2).await;
    within_patience(&client, &["ALTER DATABASE wf SET pg_workflow.enabled = off"]).await;
    until_workers(&client, "wf", 0).await;
    within_patience(&client, &["ALTER DATABASE wf RESET ALL"]).await;
    until_workers(&client, "wf", 1).await;
    // The file, for all databases.
    within_patience(&client, &["ALTER SYSTEM SET pg_workflow.enabled = off", "SELECT pg_reload_conf()"]).await;
    until_workers(&client, "wf", 0).await;
    within_patience(&client, &["ALTER SYSTEM RESET pg_workflow.enabled", "SELECT pg_reload_conf()"]).await;
    until_workers(&client, "wf", 1).await;
}

#[tokio::test]
async fn too_few_slots_are_said_and_waited_for() {
    // One for the launcher, one for a worker; the server's own launcher of logical replication takes another.
    let server = Server::start_with("slots", "max_worker_processes = 2\nmax_logical_replication_workers = 0");
    let client = server.connect("wf").await;
    until_workers(&client, "wf", 1).await;
    within_patience(&client, &["CREATE DATABASE second TEMPLATE template1"]).await;
    let second = server.connect("second").await;
    within_patience(&second, &["CREATE EXTENSION pg_workflow"]).await;
    let begun = std::time::Instant::now();
    while !server.log().contains("too few slots") {
        assert!(begun.elapsed() < PATIENCE, "no warning:\n{}", server.log());
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    within_patience(&client, &["ALTER DATABASE wf SET pg_workflow.enabled = off"]).await;
    until_workers(&client, "second", 1).await;
}
