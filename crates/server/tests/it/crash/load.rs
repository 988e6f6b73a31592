//! Writers that send requests of all four types, with repeats, until their server is dead.

use std::sync::Arc;

use serde_json::{Value, json};
use tokio::sync::mpsc::{self, UnboundedSender};

use super::dice::Dice;
use super::heard::Heard;
use crate::world::{Answer, CALLS, TestWorld, call_id};

/// Calls that one batch names at most.
const BATCH_MAX: u64 = 6;

/// A request with a transaction id of its own.
#[derive(Debug, Clone)]
pub struct Request {
    pub id: String,
    pub kind: &'static str,
    pub body: Value,
    /// Calls that it changes, each once.
    pub calls: usize,
}

/// That a request was sent, or what it was answered.
pub struct Told {
    pub request: Request,
    pub answer: Option<Answer>,
}

/// One life of a server.
pub struct Load {
    pub cycle: u64,
    pub writers: u64,
    /// New requests of each writer, one after the other.
    pub requests: u64,
    /// Answers after which the server is killed; it may have ended itself before.
    pub to_hear: u64,
    /// Whether requests are also sent twice at once, and those of the cycle before again.
    pub repeats: bool,
    pub seed: u64,
}

/// What every writer has.
struct Writer {
    cycle: u64,
    number: u64,
    requests: u64,
    repeats: bool,
    dice: Dice,
    urls: Arc<dyn Fn(&str) -> String + Send + Sync>,
    client: reqwest::Client,
    past: Arc<Vec<Request>>,
    told: UnboundedSender<Told>,
}

/// Why a writer stops: its server is gone.
struct Gone;

impl Load {
    /// Without an end but the kill.
    pub fn of_cycle(cycle: u64, writers: u64) -> Self {
        Self { cycle, writers, requests: u64::MAX, to_hear: u64::MAX, repeats: true, seed: cycle }
    }

    /// Whether the writers lost their server, or were done, before it was killed.
    pub async fn run_and_kill(&self, world: &mut TestWorld, heard: &mut Heard) -> bool {
        let mut hear = self.start(world, heard);
        let mut left = self.to_hear;
        while let Some(told) = hear.recv().await {
            left = left.saturating_sub(u64::from(told.answer.is_some()));
            heard.hear(told);
            if left == 0 {
                world.nodes.clear();
            }
        }
        world.nodes.clear();
        left > 0
    }

    /// Starts the writers, each on one of the servers.
    pub fn start(&self, world: &TestWorld, heard: &mut Heard) -> mpsc::UnboundedReceiver<Told> {
        let (told, hear) = mpsc::unbounded_channel();
        let past = Arc::new(heard.begin_cycle());
        for number in 0..self.writers {
            let kinds = ["call_data", "update_revenue", "update_tags", "update_fields"];
            let node = usize::try_from(number).unwrap_or(0) % world.nodes.len();
            let known = kinds.map(|kind| (kind, world.webhook_on(node, kind)));
            let urls = move |kind: &str| known.iter().find(|(known, _)| *known == kind).unwrap().1.clone();
            let writer = Writer {
                cycle: self.cycle,
                number,
                requests: self.requests,
                repeats: self.repeats,
                dice: Dice::new(self.seed ^ (self.cycle << 32) ^ (number << 16)),
                urls: Arc::new(urls),
                client: world.client.clone(),
                past: past.clone(),
                told: told.clone(),
            };
            tokio::spawn(writer.run());
        }
        hear
    }
}

impl Writer {
    async fn run(mut self) -> Result<(), Gone> {
        for number in 0..self.requests {
            let request = self.request(number);
            if self.repeats && self.dice.one_in(8) {
                let (one, other) = tokio::join!(self.send(&request), self.send(&request));
                one.and(other)?;
            } else {
                self.send(&request).await?;
            }
            if self.repeats && !self.past.is_empty() && self.dice.one_in(4) {
                let index = self.dice.below(self.past.len() as u64);
                let again = self.past[usize::try_from(index).unwrap_or(0)].clone();
                self.send(&again).await?;
            }
        }
        Ok(())
    }

    async fn send(&self, request: &Request) -> Result<(), Gone> {
        self.told.send(Told { request: request.clone(), answer: None }).map_err(|_| Gone)?;
        let sent = self.client.post((self.urls)(request.kind)).json(&request.body);
        let answer = crate::world::answer(sent).await.map_err(|_| Gone)?;
        self.told.send(Told { request: request.clone(), answer: Some(answer) }).map_err(|_| Gone)
    }

    /// A request that changes something in each of its calls, whatever was before.
    fn request(&mut self, number: u64) -> Request {
        let (cycle, writer) = (self.cycle, self.number);
        let id = format!("{cycle}-{writer}-{number}");
        if self.dice.one_in(4) {
            let caller = format!("+1310555{:04}", 1_000 + self.dice.below(9_000));
            let body = json!({"caller_id": caller, "lead_source": id, "transaction_id": id});
            return Request { id, kind: "call_data", body, calls: 0 };
        }
        let calls = if self.dice.one_in(3) { 2 + self.dice.below(BATCH_MAX - 1) } else { 1 };
        let first = self.dice.below(CALLS);
        let ids: Vec<String> = (0..calls).map(|next| call_id((first + next) % CALLS)).collect();
        let mut body = json!({"call_log_id": ids, "transaction_id": id});
        if let [one] = &ids[..] {
            body["call_log_id"] = json!(one);
        }
        let tag = format!("t{}", writer % 10);
        let kind = match self.dice.below(3) {
            0 => {
                // An amount that no other request has.
                body["revenue_paid_out"] =
                    json!(format!("{}.{:02}{:04}", cycle + 1, writer, number % 10_000));
                "update_revenue"
            }
            1 => {
                body["add"] = json!({ tag: id });
                "update_tags"
            }
            _ => {
                body["fields"] = json!({"reason": id, "add": {tag: id}});
                "update_fields"
            }
        };
        Request { id, kind, body, calls: ids.len() }
    }
}
