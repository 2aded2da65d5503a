//! Random calls over the whole SQL surface: every function that the catalog lists, with arguments of its types, some of
//! them ids and names that exist, as a superuser and as members of each capability. No call may end with an internal
//! error (class XX) or the connection, and the backend must not grow.
//!
//! FUZZ_CALLS says how many, FUZZ_SEED repeats a run. PGHOST, PGPORT, PGUSER and PGDATABASE name a database with the
//! extension.

use std::collections::BTreeMap;

use fastrand::Rng;
use serde_json::{Value, json};
use tokio_postgres::{Client, NoTls, SimpleQueryMessage};

/// The most that the backend may grow in so many calls, after the first have filled its caches.
const LARGEST_GROWTH: i64 = 10 * 1024 * 1024;
const CALLS_OF_GROWTH: usize = 50_000;
/// Calls that fill caches.
const FIRST_CALLS: usize = 1_000;

/// Definitions to begin with; everything else is a mutation of one of them.
const DEFINITIONS: [&str; 6] = [
    include_str!("../sql/demo/dunning.json"),
    include_str!("../sql/demo/kyc.json"),
    include_str!("../sql/demo/leave_approval.json"),
    include_str!("../sql/demo/nightly.json"),
    include_str!("../sql/demo/onboarding.json"),
    include_str!("../sql/demo/order.json"),
];

const ORGANIZATIONS: [&str; 3] = [
    "00000000-0000-0000-0000-000000000000",
    "a0000000-0000-7000-8000-000000000001",
    "b0000000-0000-7000-8000-000000000001",
];

const ROLES: [&str; 12] = [
    "none",
    "none",
    "none",
    "none",
    "none",
    "fuzz_admin",
    "fuzz_admin",
    "fuzz_viewer",
    "fuzz_participant",
    "fuzz_worker",
    "fuzz_operator",
    "fuzz_nobody",
];

struct Function {
    name: String,
    arguments: Vec<(String, String)>,
    /// How many of the arguments have no default.
    required: usize,
    is_procedure: bool,
}

/// What calls are made of.
struct Generator {
    random: Rng,
    functions: Vec<Function>,
    /// Values that exist, by kind.
    ids: Vec<String>,
    words: Vec<String>,
    definitions: Vec<Value>,
}

fn quote(text: &str) -> String {
    format!("'{}'", text.replace('\0', "").replace('\'', "''"))
}

impl Generator {
    fn pick<'a, T>(&mut self, values: &'a [T]) -> &'a T {
        &values[self.random.usize(..values.len())]
    }

    fn call(&mut self) -> String {
        // Without instances there would be little to try.
        let busy = ["wf_define", "wf_start", "wf_send", "wf_scheduler_tick", "wf_claim_effects", "wf_create_task"];
        let wanted = *self.pick(&busy);
        let index = match self.functions.iter().position(|function| function.name == wanted) {
            Some(index) if self.random.u8(..3) == 0 => index,
            _ => self.random.usize(..self.functions.len()),
        };
        let (name, arguments) = (self.functions[index].name.clone(), self.functions[index].arguments.clone());
        let Function { is_procedure, required, .. } = self.functions[index];
        // Mostly by name and with some left out, as people write.
        let mut given = Vec::new();
        for (place, (argument, kind)) in arguments.iter().enumerate() {
            if place < required
                || argument.ends_with("_id") && argument != "organization_id"
                || self.random.u8(..3) == 0
            {
                given.push(format!("{argument} => {}", self.value(argument, kind)));
            }
        }
        if is_procedure {
            return format!("CALL {name}(interval '0')");
        }
        format!("SELECT * FROM {name}({})", given.join(", "))
    }

    fn value(&mut self, argument: &str, kind: &str) -> String {
        if self.random.u8(..20) == 0 {
            return "NULL".to_owned();
        }
        let literal = match kind {
            "uuid" if argument == "organization_id" => self.pick(&ORGANIZATIONS).to_string(),
            "text" if argument == "definition_code" && self.random.u8(..4) > 0 => {
                self.pick(&["dunning", "kyc", "leave_approval", "nightly", "onboarding", "order"]).to_string()
            }
            "uuid" => self.id(),
            "uuid[]" => format!("{{{}}}", (0..self.random.usize(..4)).map(|_| self.id()).collect::<Vec<_>>().join(",")),
            "json" => self.definition().to_string(),
            "jsonb" => self.json(3).to_string(),
            "jsonb[]" => {
                let values: Vec<String> = (0..self.random.usize(..4))
                    .map(|_| format!("\"{}\"", self.json(2).to_string().replace('\\', "\\\\").replace('"', "\\\"")))
                    .collect();
                format!("{{{}}}", values.join(","))
            }
            "text" => self.word(argument),
            "text[]" => {
                let values: Vec<String> = (0..self.random.usize(..4))
                    .map(|_| format!("\"{}\"", self.word(argument).replace('\\', "\\\\").replace('"', "\\\"")))
                    .collect();
                format!("{{{}}}", values.join(","))
            }
            "integer" | "bigint" => {
                self.pick(&["0", "1", "2", "-1", "50", "500", "501", "2147483647", "-2147483648"]).to_string()
            }
            "integer[]" => self.pick(&["{}", "{1}", "{1,1}", "{2,NULL}", "{-1,0,1}"]).to_string(),
            "double precision" | "real" | "numeric" => {
                self.pick(&["0", "1", "-1", "0.5", "24", "1e308", "NaN", "Infinity"]).to_string()
            }
            "boolean" => self.pick(&["true", "false"]).to_string(),
            "interval" => self
                .pick(&["0", "1 second", "1 hour", "-1 day", "3 months", "178000000 years", "1 microsecond", "7 days"])
                .to_string(),
            "timestamp with time zone" => self
                .pick(&["2026-03-02 09:00+00", "2026-03-03", "infinity", "-infinity", "4713-01-01 BC", "294276-12-31"])
                .to_string(),
            "regproc" => self.pick(&["fuzz.yes", "fuzz.writes", "now", "fuzz.raises"]).to_string(),
            other => panic!("the generator knows no type {other}: {argument}"),
        };
        format!("{}::{kind}", quote(&literal))
    }

    fn id(&mut self) -> String {
        if self.ids.is_empty() || self.random.u8(..10) == 0 {
            return uuid::Uuid::from_u128(self.random.u128(..)).to_string();
        }
        self.ids[self.random.usize(..self.ids.len())].clone()
    }

    fn word(&mut self, argument: &str) -> String {
        const KNOWN: [&str; 30] = [
            "GO",
            "approve",
            "worker",
            "active",
            "error",
            "ignore",
            "buffer",
            "created_at",
            "desc",
            "asc",
            "mermaid",
            "dot",
            "sql",
            "UTC",
            "Europe/Vienna",
            "*/5 * * * *",
            "0 0 30 2 *",
            "@daily",
            "skip",
            "buffer",
            "all",
            "fire_once",
            "ALL",
            "fuzz_viewer",
            "admin",
            "viewer",
            "public",
            "high",
            "fuzz.*",
            "*",
        ];
        const NASTY: [&str; 14] = [
            "",
            " ",
            "\u{0}",
            "'; DROP TABLE wf.instance; --",
            "\"",
            "\\",
            "ÄÖÜ ß 漢字",
            "\u{202e}",
            "a.b.c",
            "$.x",
            "{}",
            "null",
            "2026-03-02,desc,infinity,x",
            "created_at,desc,-99999999999999999999,00000000-0000-0000-0000-000000000000",
        ];
        match self.random.u8(..20) {
            0 => self.pick(&NASTY).to_string(),
            1 => "x".repeat(self.random.usize(..3_000)),
            2..=8 => self.pick(&KNOWN).to_string(),
            _ if argument == "capability" || self.words.is_empty() => self.pick(&KNOWN).to_string(),
            _ => self.words[self.random.usize(..self.words.len())].clone(),
        }
    }

    fn json(&mut self, depth: usize) -> Value {
        const KEYS: [&str; 22] = [
            "type",
            "event",
            "days",
            "secret",
            "after",
            "retry",
            "maximum_attempts",
            "initial_interval",
            "function",
            "run_as",
            "batch",
            "timeout",
            "limits",
            "mon-fri",
            "date",
            "outcomes",
            "candidate_roles",
            "entity_id",
            "n",
            "output",
            "message",
            "",
        ];
        match self.random.u8(..if depth == 0 { 6 } else { 10 }) {
            0 => Value::Null,
            1 => json!(self.random.bool()),
            2 => json!(self.random.i64(-3..100)),
            3 => json!(self.random.f64() * 1e300),
            4 => json!(self.word("")),
            5 => json!(*self.pick(&["PT1H", "P1D", "09:00-17:00", "$.days", "fuzz.echo", "2026-12-24", "PT0.000001S"])),
            6 => Value::Array((0..self.random.usize(..4)).map(|_| self.json(depth - 1)).collect()),
            _ => {
                let keys: Vec<String> = (0..self.random.usize(..4)).map(|_| self.pick(&KEYS).to_string()).collect();
                Value::Object(keys.into_iter().map(|key| (key, self.json(depth - 1))).collect())
            }
        }
    }

    /// A definition, mostly changed in a place or two.
    fn definition(&mut self) -> Value {
        let index = self.random.usize(..self.definitions.len());
        let mut definition = self.definitions[index].clone();
        for _ in 0..self.random.usize(..3) {
            self.mutate(&mut definition);
        }
        definition
    }

    fn mutate(&mut self, value: &mut Value) {
        const KEYS: [&str; 16] = [
            "on", "after", "always", "entry", "exit", "initial", "type", "target", "guard", "actions", "invoke",
            "onDone", "history", "sla", "states", "roles",
        ];
        let goes_on = self.random.u8(..4) > 0;
        match value {
            Value::Object(object) if goes_on && !object.is_empty() => {
                let index = self.random.usize(..object.len());
                match self.random.u8(..8) {
                    0 => {
                        let key = object.keys().nth(index).cloned().unwrap_or_default();
                        object.remove(&key);
                    }
                    1 => {
                        let key = self.pick(&KEYS).to_string();
                        object.insert(key, self.json(2));
                    }
                    _ => {
                        if let Some(inner) = object.values_mut().nth(index) {
                            self.mutate(inner);
                        }
                    }
                }
            }
            Value::Array(values) if goes_on && !values.is_empty() => {
                let index = self.random.usize(..values.len());
                self.mutate(&mut values[index]);
            }
            other => *other = self.json(2),
        }
    }
}

async fn connect() -> Client {
    let setting = |name: &str| std::env::var(name).unwrap_or_else(|_| panic!("{name} is set"));
    let (client, connection) = tokio_postgres::Config::new()
        .host(setting("PGHOST"))
        .port(setting("PGPORT").parse().expect("a port"))
        .user(setting("PGUSER"))
        .dbname(setting("PGDATABASE"))
        .connect(NoTls)
        .await
        .expect("a connection");
    tokio::spawn(connection);
    client
}

const SETUP: &str = "
    CREATE SCHEMA fuzz;
    CREATE FUNCTION fuzz.yes(context jsonb, vars jsonb) RETURNS boolean LANGUAGE sql RETURN true;
    CREATE FUNCTION fuzz.writes(context jsonb, vars jsonb) RETURNS boolean LANGUAGE plpgsql AS
        $$ BEGIN PERFORM wf_send((vars ->> 'instance')::uuid, 'GO'); RETURN true; END $$;
    CREATE FUNCTION fuzz.raises(context jsonb, vars jsonb) RETURNS boolean LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'no'; END $$;
    CREATE FUNCTION fuzz.echo(effect jsonb) RETURNS jsonb LANGUAGE sql RETURN effect;
    CREATE ROLE fuzz_nobody; CREATE ROLE fuzz_viewer; CREATE ROLE fuzz_participant; CREATE ROLE fuzz_worker;
    CREATE ROLE fuzz_operator; CREATE ROLE fuzz_admin;
    GRANT USAGE ON SCHEMA fuzz TO PUBLIC;
    SELECT wf_grant('fuzz_' || c, c), wf_grant('fuzz_' || c, c, 'a0000000-0000-7000-8000-000000000001')
    FROM unnest('{viewer,participant,worker,operator,admin}'::text[]) AS c;
    SELECT wf_register_handler('fuzz.*', 'sql', '{\"function\": \"fuzz.echo\"}', '00000000-0000-0000-0000-000000000000');
    SET statement_timeout = '20s';
    SET pg_workflow.fake_now = '2026-03-02 09:00+00';
    SET client_min_messages = error;
";

/// Ids and words as they are in the views now.
const HARVEST: &str = "
    (SELECT 'id', instance_id::text FROM wf_instances_view ORDER BY random() LIMIT 60)
    UNION ALL (SELECT 'id', task_id::text FROM wf_tasks_view ORDER BY random() LIMIT 30)
    UNION ALL (SELECT 'id', timer_id::text FROM wf_timers_view ORDER BY random() LIMIT 30)
    UNION ALL (SELECT 'id', effect_id::text FROM wf_effects_view ORDER BY random() LIMIT 40)
    UNION ALL (SELECT 'id', incident_id::text FROM wf_incidents_view ORDER BY random() LIMIT 20)
    UNION ALL (SELECT 'id', step_id::text FROM wf_steps_view ORDER BY random() LIMIT 10)
    UNION ALL (SELECT DISTINCT 'word', definition_code FROM wf_definitions_view LIMIT 40)
    UNION ALL (SELECT DISTINCT 'word', event FROM wf_steps_view WHERE event IS NOT NULL LIMIT 40)
    UNION ALL (SELECT DISTINCT 'word', to_state FROM wf_steps_view LIMIT 40)
    UNION ALL (SELECT DISTINCT 'word', effect_smart_code FROM wf_effects_view LIMIT 20)
    UNION ALL (SELECT DISTINCT 'word', timer_name FROM wf_timers_view LIMIT 20)
";

async fn rows(client: &Client, query: &str) -> Vec<Vec<Option<String>>> {
    let messages = client.simple_query(query).await.unwrap_or_else(|error| panic!("{error:?}: {query}"));
    let row = |message: &SimpleQueryMessage| match message {
        SimpleQueryMessage::Row(row) => {
            Some((0..row.columns().len()).map(|column| row.get(column).map(str::to_owned)).collect())
        }
        _ => None,
    };
    messages.iter().filter_map(row).collect()
}

async fn number(client: &Client, query: &str) -> i64 {
    rows(client, query).await[0][0].as_deref().and_then(|text| text.parse().ok()).expect("a number")
}

async fn functions(client: &Client) -> Vec<Function> {
    let listed = rows(
        client,
        "SELECT p.proname, p.prokind = 'p', p.pronargs - p.pronargdefaults, a.name, format_type(a.type, NULL)
         FROM pg_proc AS p
         LEFT JOIN LATERAL ROWS FROM (unnest(p.proargnames), unnest(p.proargtypes)) WITH ORDINALITY AS a (name, type, place)
             ON a.type IS NOT NULL
         WHERE p.proname LIKE 'wf\\_%' AND p.pronamespace = 'public'::regnamespace AND p.proname !~ '_cron$'
         ORDER BY p.proname, a.place",
    )
    .await;
    let mut functions: BTreeMap<String, Function> = BTreeMap::new();
    for row in listed {
        let [Some(name), Some(is_procedure), Some(required), argument, kind] = &row[..] else { panic!("{row:?}") };
        let function = functions.entry(name.clone()).or_insert_with(|| Function {
            name: name.clone(),
            arguments: Vec::new(),
            required: required.parse().expect("a number"),
            is_procedure: is_procedure == "t",
        });
        if let (Some(argument), Some(kind)) = (argument, kind) {
            function.arguments.push((argument.clone(), kind.clone()));
        }
    }
    functions.into_values().collect()
}

/// The memory that a process on this machine has to itself, in bytes; None where Linux does not say.
fn private_memory(process: i64) -> Option<i64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"))?;
    line.trim().strip_suffix(" kB")?.parse::<i64>().ok().map(|kilobytes| kilobytes * 1024)
}

#[tokio::test]
async fn random_calls_end_in_named_errors() {
    let calls: usize = std::env::var("FUZZ_CALLS").ok().and_then(|calls| calls.parse().ok()).unwrap_or(3_000);
    let seed: u64 = match std::env::var("FUZZ_SEED") {
        Ok(seed) => seed.parse().expect("FUZZ_SEED is a number"),
        Err(_) => fastrand::u64(..),
    };
    println!("FUZZ_SEED={seed} FUZZ_CALLS={calls}");
    let client = connect().await;
    client.batch_execute(SETUP).await.expect("the set-up runs");
    let parse = |text: &&str| serde_json::from_str(text).expect("a demo definition is JSON");
    let mut generator = Generator {
        random: Rng::with_seed(seed),
        functions: functions(&client).await,
        ids: Vec::new(),
        words: Vec::new(),
        definitions: DEFINITIONS.iter().map(parse).collect(),
    };
    assert!(generator.functions.len() > 40, "the catalog lists the functions");
    // What the server's allocator knows of, and all that is not shared with others: ours is not among the former.
    const MEMORY: &str = "SELECT sum(total_bytes) FROM pg_backend_memory_contexts";
    let process = number(&client, "SELECT pg_backend_pid()").await;
    let mut states: BTreeMap<String, usize> = BTreeMap::new();
    let (mut after_first, mut private_after_first) = (0, None);
    for turn in 0..calls {
        if turn == FIRST_CALLS.min(calls / 2) {
            (after_first, private_after_first) = (number(&client, MEMORY).await, private_memory(process));
        }
        if turn % 200 == 0 {
            let harvest = rows(&client, HARVEST).await;
            let kind = |wanted: &str| {
                let of_kind = harvest.iter().filter(|row| row[0].as_deref() == Some(wanted));
                of_kind.filter_map(|row| row[1].clone()).collect::<Vec<_>>()
            };
            (generator.ids, generator.words) = (kind("id"), kind("word"));
            let hours = generator.random.u32(..48);
            let moved = format!(
                "SELECT set_config('pg_workflow.fake_now', (wf.now() + interval '{hours} minutes')::text, false)"
            );
            rows(&client, &moved).await;
        }
        let role = *generator.pick(&ROLES);
        let call = generator.call();
        let organization = if generator.random.u8(..3) == 0 { *generator.pick(&ORGANIZATIONS) } else { "" };
        let session = format!("SET ROLE {role}; SET app.current_org_id = '{organization}'");
        client.batch_execute(&session).await.expect("the session is set");
        if let Err(error) = client.simple_query(&call).await {
            let state = error.code().map_or("connection", |state| state.code()).to_owned();
            let is_internal = state.starts_with("XX") || state == "WF050" || state == "connection" || state == "57014";
            assert!(!is_internal, "FUZZ_SEED={seed}, call {turn} as {role}: {error:?}\n{call}");
            *states.entry(state).or_default() += 1;
        } else {
            *states.entry("ok".to_owned()).or_default() += 1;
        }
        client.batch_execute("RESET ROLE; RESET app.current_org_id").await.expect("the session is reset");
    }
    let grown = number(&client, MEMORY).await - after_first;
    let largest = LARGEST_GROWTH * calls.div_ceil(CALLS_OF_GROWTH) as i64;
    println!("{states:?}");
    println!("the backend grew by {} KiB", grown / 1024);
    if let (Some(first), Some(last)) = (private_after_first, private_memory(process)) {
        println!("its process grew by {} KiB", (last - first) / 1024);
        assert!(last - first < largest, "FUZZ_SEED={seed}: the process grew by {} bytes", last - first);
    }
    assert!(grown < largest, "FUZZ_SEED={seed}: the backend grew by {grown} bytes");
}
