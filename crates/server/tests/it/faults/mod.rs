//! The database is taken away in every way we can think of: clients get a clear answer in time, `/readyz` says what to do,
//! the server works again by itself when the fault is over, and nothing acknowledged is lost or doubled.

mod cluster;
mod commits;
mod full;
mod gone;
mod locked;
pub mod proxy;
mod schema;

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::world::{Answer, TestWorld, answer, call_id};

/// No answer may take longer, whatever is broken.
const ANSWER_MAX: Duration = Duration::from_secs(17);
/// For a server to see that a fault has come, or is over.
const DEADLINE: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(50);

/// A revenue update of one call with an id of its own, which the story can send again.
pub struct Update {
    number: u64,
    body: Value,
}

impl Update {
    pub fn new(number: u64) -> Self {
        let body = json!({
            "call_log_id": call_id(number),
            "revenue_paid_out": format!("{number}.25"),
            "transaction_id": format!("fault-{number}"),
        });
        Self { number, body }
    }

    /// The answer, which must come in time.
    pub async fn send(&self, world: &TestWorld) -> Answer {
        let started = Instant::now();
        let answer = world.post("update_revenue", self.body.clone()).await;
        assert!(started.elapsed() < ANSWER_MAX, "answered after {:?}: {}", started.elapsed(), answer.body);
        answer
    }

    /// It must be refused as something that passes.
    pub async fn is_refused(&self, world: &TestWorld) {
        let refused = self.send(world).await;
        assert_eq!(refused.status, 503, "{}", refused.body);
        assert_eq!(refused.json()["code"], "unavailable");
        assert!(refused.json()["message"].as_str().unwrap().contains("transaction_id"), "{}", refused.body);
        assert_eq!(refused.header("retry-after"), Some("2"));
    }

    /// It must work; whether it was a replay. What PostgreSQL was cut off from may be in progress there for a while.
    pub async fn works(&self, world: &TestWorld) -> bool {
        let started = Instant::now();
        loop {
            let done = self.send(world).await;
            if done.status == 409 && started.elapsed() < DEADLINE {
                tokio::time::sleep(PAUSE).await;
                continue;
            }
            assert_eq!(done.status, 200, "{}", done.body);
            return done.header("idempotent-replayed") == Some("true");
        }
    }

    /// It was not done, and is done once however often it is sent.
    pub async fn is_done_once(&self, world: &TestWorld) {
        assert!(!self.works(world).await);
        self.stays_done_once(world).await;
    }

    pub async fn stays_done_once(&self, world: &TestWorld) {
        assert!(self.works(world).await, "done once");
        assert_eq!(changes(world, self.number).await, 1);
    }
}

/// How often a seeded call was changed.
async fn changes(world: &TestWorld, number: u64) -> usize {
    let call = world.call(&call_id(number)).await;
    call["timeline"].as_array().expect("a timeline").len()
}

/// What the first server says of its readiness, in a time that load balancers wait.
pub async fn readiness(world: &TestWorld) -> Answer {
    let started = Instant::now();
    let url = format!("http://{}/readyz", world.nodes[0].address);
    let said = answer(world.client.get(url)).await.expect("the server answers");
    assert!(started.elapsed() < Duration::from_secs(4), "/readyz took {:?}", started.elapsed());
    said
}

/// Waits until the server says that it is not ready, by this check, in words with this part.
pub async fn until_not_ready(world: &TestWorld, check: &str, part: &str) {
    let started = Instant::now();
    loop {
        let said = readiness(world).await;
        if said.status == 503 && said.json()["checks"][check].as_str().is_some_and(|why| why.contains(part)) {
            return;
        }
        assert!(started.elapsed() < DEADLINE, "never not ready for {part:?}: {}", said.body);
        tokio::time::sleep(PAUSE).await;
    }
}

/// Waits until the server is ready, without a restart; how long it took.
pub async fn until_ready(world: &TestWorld) -> Duration {
    let started = Instant::now();
    loop {
        let said = readiness(world).await;
        if said.status == 200 {
            return started.elapsed();
        }
        assert!(started.elapsed() < DEADLINE, "never ready again: {}", said.body);
        tokio::time::sleep(PAUSE).await;
    }
}

/// A line for the table in docs/reliability.md.
pub fn report(what: &str, figures: &str) {
    println!("fault | {what} | {figures}");
}
