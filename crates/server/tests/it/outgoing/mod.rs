//! What happens to calls is told to other systems, once, signed, and again until they have heard it.

mod address;
mod administration;
mod ends;
mod events;
mod limits;
mod marks;
mod nodes;
mod receiver;
mod restored;
mod retries;
mod secret;
mod signatures;
mod templates;

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use crate::world::{Engine, TestWorld, step_to};

pub use receiver::{Heard, Receiver, Says};

/// Only this address may be reached beside the public ones.
const ALLOWED: (&str, &str) = ("HOOKLINE_OUTBOUND_ALLOW_PRIVATE", "127.0.0.1");
/// What a server on PostgreSQL must be given; with SQLite it makes one.
pub const SERVER_SECRET: &str = "sentinel-of-a-servers-secret-of-40-chars";
/// Later than any claim ends, and than the first retries are due.
pub const MUCH_LATER: i64 = 200;
/// Looks at something that must come about, with a pause after each.
const LOOKS_MAX: usize = 600;
const PAUSE: Duration = Duration::from_millis(50);

/// A world in which a receiver on this machine may be told, and in which time can be moved.
pub struct Outgoing {
    pub world: TestWorld,
    engine: Engine,
}

impl Outgoing {
    pub async fn start(engine: Engine) -> Self {
        Self::of(engine, TestWorld::start(engine).await)
    }

    pub fn of(engine: Engine, mut world: TestWorld) -> Self {
        world.nodes.clear();
        let mut outgoing = Self { world, engine };
        outgoing.add_node();
        outgoing
    }

    pub fn add_node(&mut self) {
        self.add_node_with(&[]);
    }

    /// The same, with environment variables of its own.
    pub fn add_node_with(&mut self, more: &[(&str, &str)]) {
        let clock = self.world.folder.path().join("step");
        let clock = ("HOOKLINE_TEST_CLOCK_STEP", clock.to_str().unwrap());
        // No load balancer is waited for.
        let mut variables = vec![ALLOWED, clock, ("HOOKLINE_DRAIN_DELAY_SECONDS", "0")];
        if self.engine == Engine::Postgres {
            variables.push(("HOOKLINE_SECRET", SERVER_SECRET));
        }
        variables.extend(more);
        self.world.add_node_with(&variables);
    }

    pub fn step(&self, seconds: i64) {
        step_to(&self.world.folder.path().join("step"), seconds);
    }

    /// A new outgoing webhook, as the API answers it.
    pub async fn make(&self, events: &[&str], url: &str, more: Value) -> Value {
        let mut body = json!({"name": "CRM", "events": events, "url": url});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let made = self.world.api(Method::POST, "/v1/outgoing-webhooks", body).await;
        assert_eq!(made.status, 201, "{}", made.body);
        made.json()
    }

    pub async fn patch(&self, webhook: &Value, change: Value) -> Value {
        let path = format!("/v1/outgoing-webhooks/{}", id(webhook));
        let changed = self.world.api(Method::PATCH, &path, change).await;
        assert_eq!(changed.status, 200, "{}", changed.body);
        changed.json()
    }

    pub async fn event(&self, call: &str, body: Value) {
        let told = self.world.api(Method::POST, &format!("/v1/calls/{call}/events"), body).await;
        assert_eq!(told.status, 200, "{}", told.body);
    }

    pub async fn deliveries(&self, query: &str) -> Vec<Value> {
        let list = self.world.api(Method::GET, &format!("/v1/deliveries?{query}"), Value::Null).await;
        assert_eq!(list.status, 200, "{}", list.body);
        list.json()["deliveries"].as_array().unwrap().clone()
    }

    pub async fn delivery(&self, id: &str) -> Value {
        self.world.api(Method::GET, &format!("/v1/deliveries/{id}"), Value::Null).await.json()
    }

    /// The deliveries of a query, once it has so many of this state, or as they are in the end.
    pub async fn settled(&self, query: &str, state: &str, count: usize) -> Vec<Value> {
        let mut last = Vec::new();
        for _ in 0..LOOKS_MAX {
            last = self.deliveries(&format!("limit=200&{query}")).await;
            if last.iter().filter(|one| one["state"] == state).count() == count {
                break;
            }
            tokio::time::sleep(PAUSE).await;
        }
        assert_eq!(last.iter().filter(|one| one["state"] == state).count(), count, "{last:#?}");
        last
    }

    /// The only delivery of a query, once it has made so many attempts.
    pub async fn attempted(&self, query: &str, attempts: i64) -> Value {
        let mut last = Vec::new();
        for _ in 0..LOOKS_MAX {
            last = self.deliveries(query).await;
            if last.len() == 1 && last[0]["attempts_made"] == attempts {
                return last.remove(0);
            }
            tokio::time::sleep(PAUSE).await;
        }
        panic!("never {attempts} attempts: {last:#?}");
    }
}

pub fn id(value: &Value) -> &str {
    value["id"].as_str().expect("an id")
}
