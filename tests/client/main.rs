//! A client as applications have it: typed parameters through the extended protocol, prepared statements, pipelines,
//! many connections. PGHOST, PGPORT, PGUSER and PGDATABASE name a database with the extension.
//!
//! Each test has an organization of its own, so that they run at the same time.

mod metrics;
mod together;
mod transactions;
mod types;

use serde_json::{Value, json};
use tokio_postgres::error::DbError;
use tokio_postgres::types::ToSql;
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
