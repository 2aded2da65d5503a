//! Workers, ticks and people at the same timers.

use std::time::{Duration, Instant};

use tokio::task::JoinSet;
use uuid::Uuid;

use crate::server::{
    BACKLOG, PATIENCE, Server, check_each_fired_once, define_once, one, start, until, until_workers, within_patience,
};

#[tokio::test]
async fn workers_cron_and_ticks_fire_each_timer_once() {
    let preload = "shared_preload_libraries = 'pg_workflow, pg_cron'\ncron.database_name = 'wf'\n\
                   cron.use_background_workers = on";
    let server = Server::start_with("together", preload);
    let client = server.connect("wf").await;
    define_once(&client).await;
    within_patience(&client, &["ALTER DATABASE wf SET pg_workflow.enabled = off"]).await;
    until_workers(&client, "wf", 0).await;
    start(&client, 10_000, 0).await;
    // pg_cron begins with the next minute and then works for 59 seconds.
    within_patience(&client, &["CREATE EXTENSION pg_cron", "SELECT wf_enable_cron()"]).await;
    let begun = "SELECT EXISTS (SELECT FROM wf.timer WHERE status = 'FIRED')";
    until(&client, begun, Duration::from_secs(75)).await;
    within_patience(
        &client,
        &["ALTER DATABASE wf RESET pg_workflow.enabled", "ALTER DATABASE wf SET pg_workflow.workers = 2"],
    )
    .await;
    let mut ticks = JoinSet::new();
    for _ in 0..3 {
        let session = server.connect("wf").await;
        ticks.spawn(async move {
            let mut fired = 0;
            while one::<bool>(&session, "SELECT EXISTS (SELECT FROM wf.timer WHERE status = 'PENDING')", &[]).await {
                fired += one::<i32>(&session, "SELECT timers_fired FROM wf_scheduler_tick()", &[]).await;
            }
            i64::from(fired)
        });
    }
    let by_calls: i64 = ticks.join_all().await.into_iter().sum();
    check_each_fired_once(&client, 10_000).await;
    let sql = "SELECT COALESCE(sum(timers_fired), 0)::bigint FROM wf_scheduler_runs_view WHERE driver = $1";
    let (by_workers, logged_calls): (i64, i64) =
        (one(&client, sql, &[&"worker"]).await, one(&client, sql, &[&"call"]).await);
    let by_cron = logged_calls - by_calls;
    assert!(by_calls > 0 && by_workers > 0 && by_cron > 0, "all took part: {by_calls}, {by_workers}, {by_cron}");
    assert_eq!(10_000, logged_calls + by_workers, "the log counts what was done");
}

#[tokio::test]
async fn three_sessions_fire_one_timer() {
    let server = Server::start("three");
    let client = server.connect("wf").await;
    define_once(&client).await;
    let id: Uuid = start(&client, 1, 3_600_000).await.parse().expect("an id");
    let timer: Uuid = one(&client, "SELECT timer_id FROM wf_timers_view", &[]).await;
    // Nobody fires before all have come to the instance's row.
    client.batch_execute("BEGIN; SELECT FROM wf.instance FOR UPDATE").await.expect("held");
    let mut sessions = JoinSet::new();
    for _ in 0..3 {
        let session = server.connect("wf").await;
        sessions.spawn(async move {
            let fired =
                session.query_one("SELECT status FROM wf_fire_timer($1, $2, force => true)", &[&id, &timer]).await;
            match fired {
                Ok(row) => row.get(0),
                Err(error) => error.as_db_error().expect("an error of ours").message().to_owned(),
            }
        });
    }
    let waiting = "SELECT count(*) = 3 FROM pg_stat_activity WHERE wait_event_type = 'Lock'";
    until(&client, waiting, PATIENCE).await;
    client.batch_execute("COMMIT").await.expect("let go");
    let mut answers = sessions.join_all().await;
    answers.sort();
    assert_eq!("FIRED", answers[0]);
    assert!(answers[1..].iter().all(|answer| answer.starts_with("TIMER_ALREADY_FIRED")), "{answers:?}");
}

#[tokio::test]
async fn one_held_instance_holds_up_no_other() {
    let server = Server::start("held");
    let client = server.connect("wf").await;
    define_once(&client).await;
    let held = start(&client, 1, 300).await;
    let holder = server.connect("wf").await;
    holder
        .batch_execute(&format!("BEGIN; SELECT FROM wf.instance WHERE id = '{held}' FOR UPDATE"))
        .await
        .expect("held");
    // Longer than a second, so that the worker has begun to wait for the instance.
    let number = 150;
    for delay in 0..number {
        start(&client, 1, 300 + delay * 15).await;
    }
    let others = format!("SELECT count(*) = {number} FROM wf.timer WHERE status = 'FIRED'");
    until(&client, &others, BACKLOG).await;
    let sql =
        "SELECT percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY extract(epoch FROM fired_at - fire_at) * 1000)
        FROM wf.timer WHERE status = 'FIRED'";
    let late: Vec<f64> = one(&client, sql, &[]).await;
    assert!(late[0] < 10.0 && late[1] < 100.0, "lateness in ms: {late:?}");
    holder.batch_execute("COMMIT").await.expect("let go");
    check_each_fired_once(&client, i64::from(number) + 1).await;
}

#[tokio::test]
async fn organizations_take_turns() {
    let server = Server::start("turns");
    let client = server.connect("wf").await;
    within_patience(&client, &["ALTER DATABASE wf SET pg_workflow.enabled = off"]).await;
    until_workers(&client, "wf", 0).await;
    let (large, small) = ("01900000-0000-7000-8000-000000000001", "01900000-0000-7000-8000-000000000002");
    within_patience(&client, &[&format!("SET app.current_org_id = '{large}'")]).await;
    define_once(&client).await;
    start(&client, 100_000, 0).await;
    within_patience(&client, &[&format!("SET app.current_org_id = '{small}'")]).await;
    define_once(&client).await;
    start(&client, 1, 0).await;
    within_patience(&client, &["ALTER DATABASE wf RESET pg_workflow.enabled"]).await;
    let fired = format!("SELECT status = 'FIRED' FROM wf.timer WHERE organization_id = '{small}'");
    until(&client, &fired, PATIENCE).await;
    let before = format!(
        "SELECT count(*) FROM wf.timer WHERE organization_id = '{large}' AND fired_at <
        (SELECT fired_at FROM wf.timer WHERE organization_id = '{small}')"
    );
    let before: i64 = one(&client, &before, &[]).await;
    assert!(before <= 1_000, "{before} timers of the large organization went before the one of the small");
}

/// Clients and the worker at the same instances: they wait for each other, but never in a circle.
#[tokio::test]
async fn clients_and_the_worker_do_not_deadlock() {
    let server = Server::start_with("circle", "max_connections = 60");
    let client = server.connect("wf").await;
    let loops = r#"{"id": "loop", "initial": "a", "states": {"a": {"on": {"GO": {"target": "a", "reenter": true}},
        "after": {"5": {"target": "a", "reenter": true}}}}}"#;
    client.execute("SELECT * FROM wf_define($1::text::json)", &[&loops]).await.expect("a definition");
    let ids: Vec<Uuid> = one(&client, "SELECT array_agg(wf_start('loop')) FROM generate_series(1, 20)", &[]).await;
    let mut sessions = JoinSet::new();
    for place in 0..30 {
        let (session, ids) = (server.connect("wf").await, ids.clone());
        sessions.spawn(async move {
            let begun = Instant::now();
            let mut sent = place;
            while begun.elapsed() < Duration::from_secs(5) {
                sent += 1;
                session.execute("SELECT * FROM wf_send($1, 'GO')", &[&ids[sent % ids.len()]]).await.expect("sent");
            }
        });
    }
    sessions.join_all().await;
    let log = server.log();
    assert!(!log.contains("deadlock"), "{log}");
    let fired: i64 = one(&client, "SELECT count(*) FROM wf.timer WHERE status = 'FIRED'", &[]).await;
    assert!(fired > 20, "only {fired} timers fired beside the clients");
}

/// The real pg_cron, at its finest: once a minute, and the procedure stays for that minute.
#[tokio::test]
async fn cron_drives_the_scheduler() {
    let preload = "shared_preload_libraries = 'pg_cron'\ncron.database_name = 'wf'\ncron.use_background_workers = on";
    let server = Server::start_with("cron", preload);
    let client = server.connect("wf").await;
    let error = client.execute("SELECT wf_enable_cron()", &[]).await.expect_err("pg_cron is not installed yet");
    let error = error.as_db_error().expect("an error of ours");
    assert!(error.message().starts_with("INVALID_ARGUMENT: pg_cron"), "{error}");
    assert!(error.hint().is_some_and(|hint| hint.contains("CREATE EXTENSION pg_cron")), "{error:?}");
    within_patience(&client, &["CREATE EXTENSION pg_cron", "SELECT wf_enable_cron()", "SELECT wf_enable_cron()"]).await;
    assert_eq!(1, one::<i64>(&client, "SELECT count(*) FROM cron.job", &[]).await);
    define_once(&client).await;
    start(&client, 100, 0).await;
    until(&client, "SELECT bool_and(status = 'FIRED') FROM wf.timer", Duration::from_secs(75)).await;
    // It is there still, and looks every second.
    start(&client, 1, 0).await;
    until(&client, "SELECT bool_and(status = 'FIRED') FROM wf.timer", PATIENCE).await;
    // One organization has a job of its own.
    let command = "SELECT command FROM wf_enable_cron('01900000-0000-7000-8000-000000000001')";
    let command: String = one(&client, command, &[]).await;
    client.batch_execute(&command.replace("59 seconds", "0")).await.expect("the command runs");
    assert!(one::<bool>(&client, "SELECT wf_disable_cron('01900000-0000-7000-8000-000000000001')", &[]).await);
    assert!(one::<bool>(&client, "SELECT wf_disable_cron()", &[]).await);
    assert!(!one::<bool>(&client, "SELECT wf_disable_cron()", &[]).await);
    assert_eq!(0, one::<i64>(&client, "SELECT count(*) FROM cron.job", &[]).await);
}
