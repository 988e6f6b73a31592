//! Follows the stream of the server while calls are played.

use std::collections::HashMap;
use std::time::Duration;

use futures_util::StreamExt;
use tokio::sync::watch;

use super::client::Client;
use super::report::Report;

/// How long the last events may take after the last call.
const LAST_EVENTS_WITHIN: Duration = Duration::from_secs(10);

/// Events seen, by the call they are of.
type Seen = HashMap<String, Vec<String>>;

pub struct Follower {
    seen: watch::Receiver<Seen>,
    problem: Option<String>,
}

impl Follower {
    pub async fn start(client: &Client) -> Self {
        let (sender, seen) = watch::channel(Seen::new());
        let stream = match client.stream().await {
            Ok(stream) if stream.status().is_success() => stream,
            Ok(refused) => {
                let problem = Some(format!("the stream was answered {}", refused.status()));
                return Self { seen, problem };
            }
            Err(problem) => return Self { seen, problem: Some(problem) },
        };
        tokio::spawn(async move {
            let mut chunks = stream.bytes_stream();
            let (mut text, mut event) = (String::new(), String::new());
            while let Some(Ok(chunk)) = chunks.next().await {
                text.push_str(&String::from_utf8_lossy(&chunk));
                while let Some(end) = text.find('\n') {
                    let line: String = text.drain(..=end).collect();
                    read(line.trim_end(), &mut event, &sender);
                }
            }
        });
        Self { seen, problem: None }
    }

    /// Waits for the end of every call that was played, and counts what was seen of them.
    pub async fn finish(mut self, report: &mut Report) {
        if let Some(problem) = self.problem {
            report.differences.push(problem);
            return;
        }
        let calls = report.calls.clone();
        let all = |seen: &Seen| {
            calls
                .iter()
                .all(|call| seen.get(call).is_some_and(|events| events.iter().any(|one| one == "call.ended")))
        };
        let waited = tokio::time::timeout(LAST_EVENTS_WITHIN, self.seen.wait_for(|seen| all(seen)));
        let complete = matches!(waited.await, Ok(Ok(_)));
        if !complete {
            report.differences.push("the stream did not show the end of every call".to_owned());
        }
        let seen = self.seen.borrow();
        for event in calls.iter().filter_map(|call| seen.get(call)).flatten() {
            *report.events.entry(event.clone()).or_default() += 1;
        }
    }
}

fn read(line: &str, event: &mut String, seen: &watch::Sender<Seen>) {
    if let Some(name) = line.strip_prefix("event:") {
        *event = name.trim().to_owned();
    } else if let Some(data) = line.strip_prefix("data:") {
        let data: serde_json::Value = serde_json::from_str(data.trim()).unwrap_or_default();
        if let Some(call) = data["call_log_id"].as_str() {
            seen.send_modify(|seen| seen.entry(call.to_owned()).or_default().push(std::mem::take(event)));
        }
    }
}
