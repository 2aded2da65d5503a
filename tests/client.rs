//! A client as applications have it: typed parameters through the extended protocol, prepared statements, pipelines,
//! many connections. PGHOST, PGPORT, PGUSER and PGDATABASE name a database with the extension.
//!
//! Each test has an organization of its own, so that they run at the same time.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio_postgres::error::{DbError, SqlState};
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Error, NoTls, Row};
use uuid::Uuid;

/// A test's own organization.
#[derive(Clone, Copy)]
struct Organization(Uuid);

impl Organization {
    fn new() -> Self {
        Organization(Uuid::now_v7())
    }

    /// A session of this organization.
    async fn connect(self) -> Client {
        let setting = |name: &str| std::env::var(name).unwrap_or_else(|_| panic!("{name} is set"));
        let (client, connection) = tokio_postgres::Config::new()
            .host(setting("PGHOST"))
            .port(setting("PGPORT").parse().expect("a port"))
            .user(setting("PGUSER"))
            .dbname(setting("PGDATABASE"))
            .options(format!("-c app.current_org_id={}", self.0))
            .connect(NoTls)
            .await
            .expect("a connection");
        tokio::spawn(connection);
        client
    }
}

/// What wf_send answers.
#[derive(Debug, Clone, PartialEq)]
struct Sent {
    seq: i64,
    from_state: Option<String>,
    to_state: String,
    replayed: bool,
}

impl From<&Row> for Sent {
    fn from(row: &Row) -> Self {
        Sent {
            seq: row.get("seq"),
            from_state: row.get("from_state"),
            to_state: row.get("to_state"),
            replayed: row.get("replayed"),
        }
    }
}

async fn define(client: &Client, definition: Value) -> i32 {
    let row = client.query_one("SELECT version FROM wf_define($1)", &[&definition]).await.expect("a definition");
    row.get(0)
}

async fn start(client: &Client, code: &str) -> Uuid {
    client.query_one("SELECT wf_start($1)", &[&code]).await.expect("an instance").get(0)
}

async fn send(client: &Client, instance: Uuid, event: &str, key: Option<&str>) -> Result<Sent, Error> {
    let row =
        client.query_one("SELECT * FROM wf_send($1, $2, idempotency_key => $3)", &[&instance, &event, &key]).await?;
    Ok(Sent::from(&row))
}

/// Nothing that is stored for this organization contradicts itself.
async fn check_sound(client: &Client) {
    let rows = client.query("SELECT concat_ws(' ', \"check\", detail) FROM wf_check()", &[]).await.expect("a check");
    let faults: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    assert!(faults.is_empty(), "{faults:#?}");
}

async fn count(client: &Client, sql: &str, parameters: &[&(dyn ToSql + Sync)]) -> i64 {
    client.query_one(sql, parameters).await.expect("a count").get(0)
}

const STEPS: &str = "SELECT count(*) FROM wf_steps_view WHERE instance_id = $1";

/// A machine that counts what it is told.
fn counter() -> Value {
    json!({ "id": "counter", "initial": "open", "context": { "n": 0 }, "states": {
        "open": { "on": {
            "ADD": { "actions": { "type": "assign", "params": { "n": { "expr": "$.n + 1" } } } },
            "CLOSE": "closed" } },
        "closed": { "type": "final" } } })
}

fn database_error(error: &Error) -> &DbError {
    error.as_db_error().expect("an error of the server")
}

#[tokio::test]
async fn parameters_and_columns_have_their_types() {
    let organization = Organization::new();
    let client = organization.connect().await;
    let statement = client.prepare("SELECT * FROM wf_define($1, activate => $2)").await.unwrap();
    assert_eq!(statement.params(), [Type::JSON, Type::BOOL]);
    // A json keeps the order of its keys on the way: regions stand as they are written.
    let definition = json!({ "id": "typed", "initial": "go", "context": {}, "states": {
        "go": { "type": "parallel", "states": { "zulu": { "initial": "z", "states": { "z": {} } }, "alpha": {} },
                "on": { "GO": { "target": "done", "roles": ["hr"], "guard": "$event.n == 7",
                                "actions": { "type": "assign", "params": { "all": "$payload", "by": "$actor" } } } } },
        "done": {} } });
    let row = client.query_one(&statement, &[&definition, &None::<bool>]).await.unwrap();
    assert_eq!(
        (row.get::<_, &str>("code"), row.get::<_, i32>("version"), row.get::<_, bool>("created")),
        ("typed", 1, true)
    );
    let row = client.query_one("SELECT wf_definition($1, $2)", &[&"typed", &Some(1)]).await.unwrap();
    assert_eq!(row.columns()[0].type_(), &Type::JSON);
    assert_eq!(row.get::<_, Value>(0).to_string(), definition.to_string());

    let statement = client.prepare("SELECT wf_start($1, $2, $3, subject => $4)").await.unwrap();
    assert_eq!(statement.params(), [Type::TEXT, Type::JSONB, Type::TEXT, Type::JSONB]);
    let subject = json!({ "entity_id": "42" });
    let parameters: [&(dyn ToSql + Sync); 4] = [&"typed", &json!({ "x": [1.50, null, "é"] }), &Some("key"), &subject];
    let id: Uuid = client.query_one(&statement, &parameters).await.unwrap().get(0);
    assert_eq!(client.query_one(&statement, &parameters).await.unwrap().get::<_, Uuid>(0), id);

    let statement = client.prepare("SELECT * FROM wf_send($1, $2, $3, $4, $5, $6, $7, $8)").await.unwrap();
    let types = [Type::UUID, Type::TEXT, Type::JSONB, Type::TEXT, Type::TEXT, Type::TEXT_ARRAY, Type::TEXT, Type::UUID];
    assert_eq!(statement.params(), types);
    let payload = json!({ "n": 7, "deep": { "list": [1, { "two": null }] } });
    let roles = vec!["guest", "hr"];
    let row = client
        .query_one(&statement, &[&id, &"GO", &payload, &"key", &"ada", &roles, &"error", &organization.0])
        .await
        .unwrap();
    let types: Vec<&Type> = row.columns().iter().map(|column| column.type_()).collect();
    assert_eq!(types, [&Type::UUID, &Type::INT8, &Type::TEXT, &Type::TEXT, &Type::TEXT, &Type::BOOL]);
    assert_eq!(row.get::<_, Uuid>("instance_id"), id);
    let expected =
        Sent { seq: 2, from_state: Some("go.zulu.z go.alpha".into()), to_state: "done".into(), replayed: false };
    assert_eq!(Sent::from(&row), expected);
    let row = client
        .query_one("SELECT context, created_at FROM wf_instances_view WHERE instance_id = $1", &[&id])
        .await
        .unwrap();
    assert_eq!(row.get::<_, Value>(0), json!({ "x": [1.50, null, "é"], "all": payload, "by": "ada" }));

    // NULL for all that has a default; a moment as the client has it.
    let nothing = None::<&str>;
    let error = client
        .query_one(
            &statement,
            &[&id, &"GO", &None::<Value>, &nothing, &nothing, &None::<Vec<String>>, &"error", &None::<Uuid>],
        )
        .await
        .unwrap_err();
    assert_eq!(database_error(&error).code().code(), "WF004");
    let moment = SystemTime::UNIX_EPOCH + Duration::from_micros(4_102_444_800_123_456);
    let row = client
        .query_one("SELECT fire_at FROM wf_set_timer($1, $2, fire_at => $3)", &[&id, &"T", &moment])
        .await
        .unwrap();
    assert_eq!(row.get::<_, SystemTime>(0), moment);
    let row = client.query_one("SELECT * FROM wf_cancel_timer($1)", &[&id]).await.unwrap();
    assert_eq!((row.get::<_, i32>(0), row.get::<_, Vec<String>>(1)), (1, vec!["T".to_owned()]));
}

#[tokio::test]
async fn prepared_statements_see_what_changed() {
    let client = Organization::new().connect().await;
    let version = |target: &str| {
        json!({ "id": "changing", "initial": "a", "states": {
            "a": { "on": { "GO": { "target": target, "guard": { "type": "public.client_allows" } } } },
            "b": { "on": { "GO": "b" } }, "c": {} } })
    };
    let allow = |answer: bool| {
        format!(
            "CREATE OR REPLACE FUNCTION public.client_allows(context jsonb, vars jsonb) RETURNS boolean \
             LANGUAGE sql AS 'SELECT {answer}'"
        )
    };
    client.batch_execute(&allow(true)).await.unwrap();
    let to_define = client.prepare("SELECT version FROM wf_define($1)").await.unwrap();
    let to_start = client.prepare("SELECT wf_start('changing')").await.unwrap();
    let to_send = client.prepare("SELECT * FROM wf_send($1, 'GO')").await.unwrap();
    // More often than the five times after which the server may settle on a plan.
    for round in 1..=8 {
        let target = if round % 2 == 1 { "b" } else { "c" };
        let mut definition = version(target);
        definition["description"] = json!(format!("round {round}"));
        let defined: i32 = client.query_one(&to_define, &[&definition]).await.unwrap().get(0);
        assert_eq!(defined, round);
        let id: Uuid = client.query_one(&to_start, &[]).await.unwrap().get(0);
        client.batch_execute(&allow(false)).await.unwrap();
        let error = client.query_one(&to_send, &[&id]).await.unwrap_err();
        assert_eq!(database_error(&error).code().code(), "WF005");
        client.batch_execute(&allow(true)).await.unwrap();
        let sent = Sent::from(&client.query_one(&to_send, &[&id]).await.unwrap());
        assert_eq!(sent.to_state, target);
    }
    client.batch_execute("DROP FUNCTION public.client_allows").await.unwrap();
}

#[tokio::test]
async fn errors_have_code_detail_and_hint() {
    let client = Organization::new().connect().await;
    define(&client, counter()).await;
    let id = start(&client, "counter").await;

    let error = send(&client, id, "NO SUCH EVENT", None).await.unwrap_err();
    let error = database_error(&error);
    assert_eq!(error.code().code(), "WF004");
    assert_eq!(error.severity(), "ERROR");
    assert_eq!(error.message(), "INVALID_TRANSITION: nothing in state open takes NO SUCH EVENT");
    assert_eq!(error.detail(), Some("In this state these would be taken: ADD, CLOSE (to closed)."));
    assert!(error.hint().unwrap().contains("unmatched"), "{error:?}");

    let wrong = json!({ "id": "wrong", "initial": "x", "states": { "a": { "on": { "GO": "b" } } } });
    let error = client.query_one("SELECT * FROM wf_define($1)", &[&wrong]).await.unwrap_err();
    let error = database_error(&error);
    assert_eq!(error.code().code(), "WF003");
    let detail: Vec<&str> = error.detail().unwrap().lines().collect();
    assert_eq!(detail.len(), 2, "{detail:?}");
    assert!(detail[0].starts_with("/initial: UNREACHABLE_INITIAL"), "{detail:?}");
    assert!(detail[1].starts_with("/states/a/on/GO: DANGLING_TARGET"), "{detail:?}");

    let error = send(&client, Uuid::now_v7(), "ADD", None).await.unwrap_err();
    assert_eq!(database_error(&error).code().code(), "WF001");
    let error = client.query_one("SELECT wf_send($1, 'ADD')", &[&None::<Uuid>]).await.unwrap_err();
    assert_eq!(database_error(&error).code().code(), "WF048");
    // The session is as good as before.
    assert_eq!(send(&client, id, "ADD", None).await.unwrap().seq, 2);
}

#[tokio::test]
async fn a_transaction_is_all_or_nothing() {
    let mut client = Organization::new().connect().await;
    define(&client, counter()).await;
    client.batch_execute("CREATE TEMP TABLE sale (id integer)").await.unwrap();
    let id = start(&client, "counter").await;

    let transaction = client.transaction().await.unwrap();
    transaction.execute("INSERT INTO sale VALUES (1)", &[]).await.unwrap();
    let row = transaction.query_one("SELECT * FROM wf_send($1, 'ADD', idempotency_key => 'k')", &[&id]).await.unwrap();
    assert_eq!(Sent::from(&row).seq, 2);
    transaction.rollback().await.unwrap();
    assert_eq!(count(&client, STEPS, &[&id]).await, 1);
    assert_eq!(count(&client, "SELECT count(*) FROM sale", &[]).await, 0);

    let mut transaction = client.transaction().await.unwrap();
    transaction.execute("INSERT INTO sale VALUES (2)", &[]).await.unwrap();
    let savepoint = transaction.transaction().await.unwrap();
    let error = savepoint.query_one("SELECT * FROM wf_send($1, 'NO SUCH EVENT')", &[&id]).await.unwrap_err();
    assert_eq!(database_error(&error).code().code(), "WF004");
    savepoint.rollback().await.unwrap();
    let row = transaction.query_one("SELECT * FROM wf_send($1, 'ADD', idempotency_key => 'k')", &[&id]).await.unwrap();
    assert!(!Sent::from(&row).replayed);
    transaction.commit().await.unwrap();
    assert_eq!(count(&client, STEPS, &[&id]).await, 2);
    assert_eq!(count(&client, "SELECT count(*) FROM sale", &[]).await, 1);
}

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

#[tokio::test]
async fn a_pipeline_keeps_its_order() {
    let client = Arc::new(Organization::new().connect().await);
    define(&client, counter()).await;
    let id = start(&client, "counter").await;
    let statement = client.prepare("SELECT * FROM wf_send($1, $2)").await.unwrap();
    // One in the middle fails, and fails alone.
    let events = |index: usize| if index == 25 { "NO SUCH EVENT" } else { "ADD" };
    let mut sends = JoinSet::new();
    for index in 0..50 {
        let (client, statement) = (client.clone(), statement.clone());
        sends.spawn(async move {
            let answer = client.query_one(&statement, &[&id, &events(index)]).await;
            (
                index,
                answer.map(|row| Sent::from(&row).seq).map_err(|error| database_error(&error).code().code().to_owned()),
            )
        });
    }
    let mut answers = sends.join_all().await;
    answers.sort_by_key(|(index, _)| *index);
    let failed: Vec<_> = answers.iter().filter(|(_, answer)| answer.is_err()).collect();
    assert_eq!(failed, [&(25, Err("WF004".to_owned()))]);
    // All of one connection: the steps follow each other in the order in which they were sent.
    let seqs: Vec<i64> = answers.into_iter().filter_map(|(_, answer)| answer.ok()).collect();
    assert_eq!(seqs, (2..51).collect::<Vec<i64>>());
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

#[tokio::test]
async fn prometheus_can_read_the_metrics() {
    let client = Organization::new().connect().await;
    let timed = json!({ "id": "timed", "initial": "wait", "states": { "wait": { "after": { "PT1H": "done" } }, "done": { "type": "final" } } });
    define(&client, timed).await;
    client.batch_execute("SELECT wf_start('timed') FROM generate_series(1, 5)").await.unwrap();
    client
        .batch_execute("SET pg_workflow.fake_now = '2100-01-01'; SELECT wf_scheduler_tick(max_timers => 3)")
        .await
        .unwrap();
    let text: String = client.query_one("SELECT wf_metrics_text()", &[]).await.unwrap().get(0);
    let scrape = prometheus_parse::Scrape::parse(text.lines().map(|line| Ok(line.to_owned()))).expect("it is read");
    let find = |name: &str, label: Option<(&str, &str)>| {
        let of_label = |sample: &&prometheus_parse::Sample| {
            label.is_none_or(|(key, value)| sample.labels.get(key).is_some_and(|found| found == value))
        };
        let found = scrape.samples.iter().filter(|sample| sample.metric == name).find(of_label);
        found.unwrap_or_else(|| panic!("no {name} in:\n{text}")).value.clone()
    };
    use prometheus_parse::Value::{Counter, Gauge, Histogram};
    let code = Some(("definition_code", "timed"));
    assert!(matches!(find("wf_instances_started_total", code), Counter(5.0)), "{text}");
    assert!(matches!(find("wf_instances_completed_total", code), Counter(3.0)));
    assert!(matches!(find("wf_timers_due", None), Gauge(2.0)));
    assert!(matches!(find("wf_health", Some(("component", "timers"))), Gauge(2.0)));
    let Histogram(buckets) = find("wf_timer_lateness_seconds", None) else { panic!("no histogram") };
    assert!(buckets.is_sorted_by(|a, b| a.less_than < b.less_than && a.count <= b.count));
    assert!(buckets.last().is_some_and(|last| last.less_than.is_infinite() && last.count == 3.0), "{buckets:?}");
    // What the alerts and the dashboard ask for is there; of effects only where there are any.
    let absent = ["wf_effects", "wf_effects_completed_total"];
    let rules = include_str!("../ops/prometheus-rules.yml");
    let dashboard: Value = serde_json::from_str(include_str!("../ops/grafana-dashboard.json")).expect("JSON");
    let asked = format!("{rules}{}", dashboard["panels"]);
    let is_name = |character: char| character.is_ascii_lowercase() || character == '_';
    for (at, _) in asked.match_indices("wf_") {
        let (name, rest) = asked[at..].split_at(asked[at..].find(|character| !is_name(character)).unwrap_or(0));
        let is_metric = !asked[..at].ends_with('_') && !rest.starts_with('(') && !name.ends_with("_view");
        let family = name.trim_end_matches("_bucket");
        assert!(!is_metric || scrape.docs.contains_key(family) || absent.contains(&family), "{name} is no metric");
    }
    // Each has its type and its meaning.
    for sample in &scrape.samples {
        let name = sample.metric.trim_end_matches("_sum").trim_end_matches("_count");
        assert!(scrape.docs.contains_key(name), "{name} is not described");
    }
}

#[tokio::test]
async fn a_wait_can_be_given_up() {
    let organization = Organization::new();
    let mut holder = organization.connect().await;
    define(&holder, counter()).await;
    let id = start(&holder, "counter").await;
    let transaction = holder.transaction().await.unwrap();
    transaction.execute("SELECT wf_send($1, 'ADD')", &[&id]).await.unwrap();

    let waiter = organization.connect().await;
    waiter.batch_execute("SET lock_timeout = '10ms'").await.unwrap();
    let error = send(&waiter, id, "ADD", None).await.unwrap_err();
    assert_eq!(database_error(&error).code(), &SqlState::LOCK_NOT_AVAILABLE);
    waiter.batch_execute("RESET lock_timeout").await.unwrap();

    let process: i32 = waiter.query_one("SELECT pg_backend_pid()", &[]).await.unwrap().get(0);
    let watcher = organization.connect().await;
    let waiting = async {
        let blocked = "SELECT count(*) FROM pg_locks WHERE pid = $1 AND NOT granted";
        let deadline = Instant::now() + Duration::from_secs(30);
        while count(&watcher, blocked, &[&process]).await == 0 {
            assert!(Instant::now() < deadline, "the sender does not wait");
        }
        // A cancel request of the client's own would signal twice, and the second might hit the next statement.
        watcher.execute("SELECT pg_cancel_backend($1)", &[&process]).await.unwrap();
    };
    let (answer, ()) = tokio::join!(send(&waiter, id, "ADD", None), waiting);
    assert_eq!(database_error(&answer.unwrap_err()).code(), &SqlState::QUERY_CANCELED);

    transaction.commit().await.unwrap();
    assert_eq!(send(&waiter, id, "ADD", None).await.unwrap().seq, 3);
}
