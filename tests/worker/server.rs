//! A server of a test's own, made from a template: the data directory of a stopped cluster whose database `wf` has the
//! extension. scripts/test names everything in the environment.

use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use tokio_postgres::types::{FromSqlOwned, ToSql};
use tokio_postgres::{Client, Error, NoTls};

/// What nothing may take longer than.
pub const PATIENCE: Duration = Duration::from_secs(3);
/// What a backlog of some thousand timers may take, in a build for debugging and on a busy machine.
pub const BACKLOG: Duration = Duration::from_secs(60);

pub struct Server {
    pub directory: PathBuf,
}

pub fn setting(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is set"))
}

/// Postgres refuses to run as root: scripts/test says how to become somebody else.
pub fn run(program: &str, arguments: &[&str]) -> bool {
    let mut words: Vec<String> = setting("WORKER_AS").split_whitespace().map(str::to_owned).collect();
    words.push(format!("{}/{program}", setting("WORKER_BIN")));
    let mut command = Command::new(&words[0]);
    command.args(&words[1..]).args(arguments).current_dir("/").stdout(std::process::Stdio::null());
    command.status().expect("the program starts").success()
}

impl Server {
    /// A running server that preloads the library.
    pub fn start(name: &str) -> Self {
        Self::start_with(name, "")
    }

    /// The same with more lines of configuration.
    pub fn start_with(name: &str, configuration: &str) -> Self {
        let server = Self::copy(name, &setting("WORKER_TEMPLATE"));
        server.configure(configuration);
        server.up();
        server
    }

    /// A server that does not run yet, from a data directory.
    pub fn copy(name: &str, data: &str) -> Self {
        let directory = PathBuf::from(setting("WORKER_RUN")).join(name);
        assert!(Command::new("mkdir").arg("-p").arg(&directory).status().expect("mkdir").success());
        let made = Command::new("cp").arg("-a").arg(data).arg(directory.join("data")).status();
        assert!(made.expect("cp").success());
        assert!(Command::new("chown").arg("--reference").arg(data).arg(&directory).status().expect("chown").success());
        Server { directory }
    }

    pub fn configure(&self, lines: &str) {
        use std::io::Write;
        let file = std::fs::OpenOptions::new().append(true).open(self.directory.join("data/postgresql.conf"));
        let socket = format!("unix_socket_directories = '{}'", self.directory.display());
        writeln!(file.expect("a configuration"), "{socket}\n{lines}").expect("written");
    }

    pub fn data(&self) -> String {
        self.directory.join("data").display().to_string()
    }

    /// Starts the server, and again while one that was killed still lets go of its memory.
    pub fn up(&self) {
        let log = self.directory.join("log").display().to_string();
        let begun = Instant::now();
        while !run("pg_ctl", &["start", "-w", "-s", "-D", &self.data(), "-l", &log]) {
            assert!(begun.elapsed() < PATIENCE, "the server does not start:\n{}", self.log());
        }
    }

    pub fn down(&self, mode: &str) {
        assert!(run("pg_ctl", &["stop", "-w", "-s", "-t", "10", "-m", mode, "-D", &self.data()]), "{}", self.log());
    }

    pub fn log(&self) -> String {
        std::fs::read_to_string(self.directory.join("log")).unwrap_or_default()
    }

    /// Kills the postmaster as no server likes it.
    pub fn kill_postmaster(&self) {
        let pid = std::fs::read_to_string(self.directory.join("data/postmaster.pid")).expect("it runs");
        assert!(kill(pid.lines().next().expect("its first line").parse().expect("a process id")));
    }

    pub async fn try_connect(&self, database: &str) -> Result<Client, Error> {
        let (client, connection) = tokio_postgres::Config::new()
            .host_path(&self.directory)
            .user("postgres")
            .dbname(database)
            .connect(NoTls)
            .await?;
        tokio::spawn(connection);
        Ok(client)
    }

    /// A session, as soon as the server takes one.
    pub async fn connect(&self, database: &str) -> Client {
        let begun = Instant::now();
        loop {
            match self.try_connect(database).await {
                Ok(client) => return client,
                Err(error) => assert!(begun.elapsed() < PATIENCE, "no connection to {database}: {error}"),
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{}", self.log());
        }
        run("pg_ctl", &["stop", "-w", "-s", "-t", "10", "-m", "immediate", "-D", &self.data()]);
        let _ = std::fs::remove_dir_all(&self.directory);
    }
}

/// kill -9. Was there such a process?
#[must_use]
pub fn kill(pid: i32) -> bool {
    Command::new("kill").args(["-9", &pid.to_string()]).status().expect("kill").success()
}

/// The first column of the first row.
pub async fn one<T: FromSqlOwned>(client: &Client, sql: &str, parameters: &[&(dyn ToSql + Sync)]) -> T {
    match client.query_one(sql, parameters).await {
        Ok(row) => row.get(0),
        Err(error) => panic!("{sql}: {error:?}"),
    }
}

/// Waits until a query that answers a boolean says true.
pub async fn until(client: &Client, sql: &str, patience: Duration) {
    let begun = Instant::now();
    while !one::<bool>(client, sql, &[]).await {
        assert!(begun.elapsed() < patience, "after {patience:?} still not: {sql}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Runs statements one after another, none of which may take longer than nothing may.
pub async fn within_patience(client: &Client, statements: &[&str]) {
    for sql in statements {
        let begun = Instant::now();
        client.batch_execute(sql).await.unwrap_or_else(|error| panic!("{sql}: {error:?}"));
        assert!(begun.elapsed() < PATIENCE, "{sql} took {:?}", begun.elapsed());
    }
}

/// Waits until the server has ended a session, as it does with all when a process was killed.
pub async fn until_closed(client: &Client) {
    let begun = Instant::now();
    while !client.is_closed() {
        assert!(begun.elapsed() < PATIENCE, "the session goes on");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// The workers of a database.
pub async fn workers(client: &Client, database: &str) -> i64 {
    let sql = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'pg_workflow worker' AND datname = $1";
    one(client, sql, &[&database]).await
}

/// Waits for so many workers of a database.
pub async fn until_workers(client: &Client, database: &str, number: i64) {
    let begun = Instant::now();
    while workers(client, database).await != number {
        assert!(begun.elapsed() < PATIENCE, "{database} has not {number} workers");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Defines `once`: an instance that has one timer, due after `delay` milliseconds, and ends when it fires.
pub async fn define_once(client: &Client) {
    let definition = r#"{"id": "once", "initial": "waiting", "context": {"delay": 0},
        "states": {"waiting": {"after": {"$.delay": "done"}}, "done": {"type": "final"}}}"#;
    client.execute("SELECT * FROM wf_define($1::text::json)", &[&definition]).await.expect("a definition");
}

/// Starts instances of `once` and gives the id of the first.
pub async fn start(client: &Client, number: i32, delay_ms: i32) -> String {
    let sql = "SELECT min(wf_start('once', jsonb_build_object('delay', $2::integer))::text) FROM generate_series(1, $1::integer)";
    one(client, sql, &[&number, &delay_ms]).await
}

/// Nothing was lost and nothing fired twice: each instance has its two steps and its timer fired.
pub async fn check_each_fired_once(client: &Client, number: i64) {
    until(client, "SELECT NOT EXISTS (SELECT FROM wf.timer WHERE status = 'PENDING')", BACKLOG).await;
    let sql = "SELECT count(*) FROM wf.instance AS i WHERE i.status = 'completed' AND i.seq = 2
        AND (SELECT count(*) FROM wf.timer AS t
            WHERE t.organization_id = i.organization_id AND t.instance_id = i.id AND t.status = 'FIRED' AND t.attempts = 1) = 1
        AND (SELECT count(*) FROM wf.step AS s WHERE s.organization_id = i.organization_id AND s.instance_id = i.id) = 2";
    client.batch_execute("ANALYZE wf.timer, wf.step, wf.instance").await.expect("statistics");
    assert_eq!(one::<i64>(client, sql, &[]).await, number, "instances whose timer fired exactly once");
    check_sound(client).await;
    // The counters are what the rows say, also after a crash.
    let counted = "SELECT value::bigint FROM wf_metrics() WHERE name = 'wf_timer_lateness_seconds_count'";
    assert_eq!(one::<i64>(client, counted, &[]).await, number, "firings that are counted");
}

/// Nothing that is stored contradicts itself.
pub async fn check_sound(client: &Client) {
    let faults = "SELECT string_agg(concat_ws(' ', \"check\", detail), E'\\n') FROM wf_check()";
    assert_eq!(one::<Option<String>>(client, faults, &[]).await, None, "what wf_check finds");
}

/// Some of a backlog has fired, and some has not.
pub async fn until_in_the_middle(client: &Client) {
    let sql = "SELECT count(*) FILTER (WHERE status = 'FIRED') > 200 FROM wf.timer";
    until(client, sql, BACKLOG).await;
    assert!(
        one::<bool>(client, "SELECT bool_or(status = 'PENDING') FROM wf.timer", &[]).await,
        "too fast for this test"
    );
}
