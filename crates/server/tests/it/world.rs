//! A world for a story: a database of its own, seeded, with one or more real servers on it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use reqwest::Method;
use serde_json::Value;
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row};
use tempfile::TempDir;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// Calls that every world starts with.
pub const CALLS: u64 = 20;

pub struct TestWorld {
    pub folder: TempDir,
    pub url: String,
    pub keys: Value,
    pub nodes: Vec<Node>,
    pub client: reqwest::Client,
    trace: bool,
}

/// One running server; killed when the story ends.
pub struct Node {
    pub child: Child,
    pub address: String,
}

impl Drop for Node {
    fn drop(&mut self) {
        // Only fails if it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An answer, with its bytes.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub body: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The first request of its transaction id is being committed at this moment.
    pub fn is_in_progress(&self) -> bool {
        self.status == 409 && self.body.contains("transaction_in_progress")
    }
}

impl TestWorld {
    /// A server with a limit that no story but the rate limit's meets.
    pub async fn start(engine: Engine) -> Self {
        Self::start_with(engine, 1_000_000, false).await
    }

    pub async fn start_with(engine: Engine, rate: u32, trace: bool) -> Self {
        let mut world = Self::prepare(engine, rate, trace).await;
        world.add_node();
        world
    }

    /// The same without a server.
    pub async fn prepare(engine: Engine, rate: u32, trace: bool) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let url = match engine {
            Engine::Sqlite => format!("sqlite://{}", folder.path().join("hookline.db").display()),
            Engine::Postgres => new_postgres_database(&test_postgres()).await,
        };
        Self::seeded(folder, url, rate, trace)
    }

    /// A world in a PostgreSQL of its own, or on a way to one.
    pub async fn start_in(admin_url: &str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let url = new_postgres_database(admin_url).await;
        let mut world = Self::seeded(folder, url, 1_000_000, false);
        world.add_node();
        world
    }

    /// A world whose SQLite database is at this place.
    pub fn start_at(path: &std::path::Path) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut world = Self::seeded(folder, format!("sqlite://{}", path.display()), 1_000_000, false);
        world.add_node();
        world
    }

    fn seeded(folder: TempDir, url: String, rate: u32, trace: bool) -> Self {
        let keys = seed(&url, CALLS, rate);
        Self { folder, url, keys, nodes: vec![], client: reqwest::Client::new(), trace }
    }

    /// Starts another server on the same database.
    pub fn add_node(&mut self) {
        self.add_node_with(&[]);
    }

    /// The same, with environment variables of its own.
    pub fn add_node_with(&mut self, variables: &[(&str, &str)]) {
        if !self.try_add_node(variables) {
            let log = std::fs::read_to_string(self.log_path()).unwrap_or_default();
            panic!("the server did not start: {log}");
        }
    }

    /// The same, with the clock that [`step_to`] sets in this file.
    pub fn add_node_by_clock(&mut self, file: &std::path::Path) {
        self.add_node_with(&[("HOOKLINE_TEST_CLOCK_STEP", file.to_str().expect("a path in UTF-8"))]);
    }

    /// The same of a server that may end before it serves.
    pub fn try_add_node(&mut self, variables: &[(&str, &str)]) -> bool {
        let log = std::fs::File::options()
            .create(true)
            .append(true)
            .open(self.log_path())
            .expect("the log file opens");
        let mut child = hookline(&self.url)
            .args(["serve", "--listen", "127.0.0.1:0"])
            .env("HOOKLINE_LOG", if self.trace { "trace" } else { "warn" })
            .envs(variables.iter().copied())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .expect("the server starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("piped"))
            .read_line(&mut line)
            .expect("the server says where it serves");
        let address = line.trim().rsplit("http://").next().unwrap_or_default().to_owned();
        let serves = address.contains(':');
        let node = Node { child, address };
        if serves {
            self.nodes.push(node);
        }
        serves
    }

    /// What the servers warned of.
    pub fn warnings(&self) -> String {
        let log = std::fs::read_to_string(self.log_path()).unwrap_or_default();
        let warned = |line: &&str| ["WARN", "ERROR", "panicked"].iter().any(|word| line.contains(word));
        log.lines().filter(warned).collect::<Vec<_>>().join("\n")
    }

    pub fn log_path(&self) -> std::path::PathBuf {
        self.folder.path().join("server.log")
    }

    /// Ends every server without a warning (SIGKILL) and starts one again.
    pub fn crash_and_restart(&mut self) {
        self.nodes.clear();
        self.add_node();
    }

    pub fn key(&self, kind: &str) -> String {
        self.keys["keys"][kind].as_str().expect("a key of each type").to_owned()
    }

    /// The address of a webhook on one of the servers, with its key.
    pub fn webhook_on(&self, node: usize, kind: &str) -> String {
        let path = kind.replace('_', "-");
        format!("http://{}/{path}?moja_auth_key={}", self.nodes[node].address, self.key(kind))
    }

    pub async fn post(&self, kind: &str, body: Value) -> Answer {
        self.try_post(&self.webhook_on(0, kind), &body).await.expect("the server answers")
    }

    pub async fn post_text(&self, kind: &str, body: &str) -> Answer {
        let request = self
            .client
            .post(self.webhook_on(0, kind))
            .header("content-type", "application/json")
            .body(body.to_owned());
        answer(request).await.expect("the server answers")
    }

    pub async fn get(&self, kind: &str, query: &str) -> Answer {
        answer(self.client.get(format!("{}&{query}", self.webhook_on(0, kind))))
            .await
            .expect("the server answers")
    }

    pub async fn try_post(&self, url: &str, body: &Value) -> reqwest::Result<Answer> {
        answer(self.client.post(url).json(body)).await
    }

    pub async fn post_form(&self, kind: &str, body: &str) -> Answer {
        let request = self.client.post(self.webhook_on(0, kind));
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        answer(request.body(body.to_owned())).await.expect("the server answers")
    }

    /// Asks the API of the first server; without a body if it is null.
    pub async fn api(&self, method: Method, path: &str, body: Value) -> Answer {
        let url = format!("http://{}{path}", self.nodes[0].address);
        let request = self.client.request(method, url);
        let request = request.bearer_auth(self.keys["api_key"].as_str().expect("an API key"));
        answer(if body.is_null() { request } else { request.json(&body) }).await.expect("the server answers")
    }

    /// The seeded webhook of a type, as the API shows it.
    pub async fn webhook(&self, kind: &str) -> Value {
        let list = self.api(Method::GET, "/v1/webhooks", Value::Null).await.json();
        let webhooks = list["webhooks"].as_array().expect("a list");
        webhooks.iter().find(|webhook| webhook["name"] == kind).expect("one of each type").clone()
    }

    /// Changes settings of the seeded webhook of a type.
    pub async fn set(&self, kind: &str, settings: Value) -> Answer {
        let path = format!("/v1/webhooks/{}", self.webhook(kind).await["id"].as_str().expect("an id"));
        self.api(Method::PATCH, &path, serde_json::json!({ "settings": settings })).await
    }

    /// A call arrives; its whole answer.
    pub async fn call_from(&self, caller: &str) -> Value {
        let body = serde_json::json!({"caller": caller, "dialed": "+18885550100"});
        let started = self.api(Method::POST, "/v1/calls", body).await;
        assert_eq!(started.status, 201, "{}", started.body);
        started.json()
    }

    /// The id of a call that arrives.
    pub async fn live_call(&self, caller: &str) -> String {
        self.call_from(caller).await["call_log_id"].as_str().expect("an id").to_owned()
    }

    pub async fn end_call(&self, id: &str) {
        let body = serde_json::json!({"event": "ended"});
        let ended = self.api(Method::POST, &format!("/v1/calls/{id}/events"), body).await;
        assert_eq!(ended.status, 200, "{}", ended.body);
    }

    pub async fn call(&self, id: &str) -> Value {
        self.api(Method::GET, &format!("/v1/calls/{id}"), Value::Null).await.json()
    }

    /// Another organization's keys; the server is started again to know them.
    pub fn move_to_another_organization(&mut self) {
        self.nodes.clear();
        self.keys = seed(&self.url, 0, 1_000_000);
        self.add_node();
    }

    /// Sends bytes over a connection of their own and gives the answer up to where it is known whole.
    pub fn raw(&self, request: &str) -> String {
        let mut stream = TcpStream::connect(&self.nodes[0].address).expect("the server takes connections");
        // The server may refuse, and close, before it has read all of it.
        let _ = stream.write_all(request.as_bytes());
        let mut answer = Vec::new();
        let mut chunk = [0; 4_096];
        while !answer.ends_with(b"}") {
            match stream.read(&mut chunk) {
                Ok(0) | Err(_) => break,
                Ok(length) => answer.extend_from_slice(&chunk[..length]),
            }
        }
        String::from_utf8(answer).expect("an answer is text")
    }

    /// Changes the database behind the servers' back.
    pub async fn execute(&self, sql: &str) {
        if let Some(path) = self.url.strip_prefix("sqlite://") {
            rusqlite::Connection::open(path)
                .expect("the database opens")
                .execute(sql, [])
                .expect("the statement runs");
            return;
        }
        let mut connection = PgConnection::connect(&self.url).await.expect("PostgreSQL answers");
        sqlx::query(AssertSqlSafe(sql.to_owned()))
            .execute(&mut connection)
            .await
            .expect("the statement runs");
    }

    /// The first column of all rows, as text.
    pub async fn texts(&self, sql: &str) -> Vec<String> {
        if let Some(path) = self.url.strip_prefix("sqlite://") {
            let connection = rusqlite::Connection::open(path).expect("the database opens");
            let mut statement = connection.prepare(sql).expect("a query");
            let rows = statement.query_map([], |row| row.get(0)).expect("it runs");
            return rows.map(|row| row.expect("a text")).collect();
        }
        let mut connection = PgConnection::connect(&self.url).await.expect("PostgreSQL answers");
        sqlx::query_scalar(AssertSqlSafe(sql.to_owned())).fetch_all(&mut connection).await.expect("texts")
    }

    /// A number from the database.
    pub async fn count(&self, sql: &str) -> i64 {
        if let Some(path) = self.url.strip_prefix("sqlite://") {
            let connection = rusqlite::Connection::open(path).expect("the database opens");
            return connection.query_row(sql, [], |row| row.get(0)).expect("a number");
        }
        let mut connection = PgConnection::connect(&self.url).await.expect("PostgreSQL answers");
        sqlx::query(AssertSqlSafe(sql.to_owned())).fetch_one(&mut connection).await.expect("a number").get(0)
    }
}

pub async fn answer(request: reqwest::RequestBuilder) -> reqwest::Result<Answer> {
    let response = request.send().await?;
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    Ok(Answer { status, headers, body: response.text().await? })
}

/// Sets the clock of servers that were started with this file as `HOOKLINE_TEST_CLOCK_STEP`, by seconds from the
/// true time. Whole or not at all: a server reads the file whenever it looks at its clock.
pub fn step_to(file: &std::path::Path, seconds: i64) {
    let new = file.with_extension("new");
    std::fs::write(&new, seconds.to_string()).unwrap();
    std::fs::rename(new, file).unwrap();
}

/// The id of a seeded call.
pub fn call_id(index: u64) -> String {
    format!(
        "{:08x}-{:04x}-7{:03x}-{:04x}-{:012x}",
        (1_750_000_000_000 + index) >> 16,
        (1_750_000_000_000 + index) & 0xffff,
        index % 4_096,
        0x8000 + (index >> 12) % 16_384,
        index * 40_503
    )
}

/// An id in a statement.
pub fn id_literal(engine: Engine, id: &str) -> String {
    match engine {
        Engine::Sqlite => format!("X'{}'", id.replace('-', "")),
        Engine::Postgres => format!("'{id}'"),
    }
}

/// The value of a call's tag, null if it has none.
pub fn tag<'a>(call: &'a Value, name: &str) -> &'a Value {
    let tags = call["tags"].as_array().expect("a call has tags");
    tags.iter().find(|tag| tag["name"] == name).map_or(&Value::Null, |tag| &tag["value"])
}

/// Adds an organization with calls and gives its keys.
pub fn seed(url: &str, calls: u64, rate: u32) -> Value {
    let mut child = hookline(url)
        .args(["bench-seed", "--calls", &calls.to_string(), "--rate", &rate.to_string()])
        .env("HOOKLINE_LOG", "warn")
        .stdout(Stdio::piped())
        .spawn()
        .expect("seeding starts");
    let mut out = String::new();
    child.stdout.take().expect("piped").read_to_string(&mut out).expect("the keys come as text");
    assert!(child.wait().expect("seeding ends").success(), "seeding failed");
    serde_json::from_str(out.lines().last().unwrap_or_default()).expect("the keys are JSON")
}

/// Runs a command of the program and gives what it printed.
pub fn run(url: &str, arguments: &[&str]) -> String {
    try_run(url, arguments).unwrap_or_else(|said| panic!("{arguments:?}: {said}"))
}

/// The same of one that may fail: what it printed, or what it complained of.
pub fn try_run(url: &str, arguments: &[&str]) -> Result<String, String> {
    let out = hookline(url).args(arguments).env("HOOKLINE_LOG", "warn").output().expect("the program runs");
    let text = |bytes| String::from_utf8(bytes).expect("what it prints is text");
    if out.status.success() { Ok(text(out.stdout)) } else { Err(text(out.stdout) + &text(out.stderr)) }
}

fn hookline(url: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hookline"));
    // So few that SQLite's ids go into runs in every story that sends some.
    command.env("HOOKLINE_DATABASE_URL", url).env("HOOKLINE_TEST_GATHERED_IDS", "64");
    command
}

/// The PostgreSQL that `make test` started.
pub fn test_postgres() -> String {
    std::env::var("HOOKLINE_TEST_POSTGRES")
        .expect("HOOKLINE_TEST_POSTGRES names a PostgreSQL to make databases in; `make test` starts one")
}

/// A new database in a PostgreSQL.
async fn new_postgres_database(admin: &str) -> String {
    let name = format!("story_{}", uuid::Uuid::new_v4().simple());
    let mut connection = PgConnection::connect(admin).await.expect("PostgreSQL answers");
    sqlx::query(AssertSqlSafe(format!("CREATE DATABASE {name}")))
        .execute(&mut connection)
        .await
        .expect("a new database");
    let mut url = url::Url::parse(admin).expect("an address");
    url.set_path(&name);
    url.to_string()
}
