//! SIGKILL under load, again and again: what was acknowledged is there, once, and no id is stuck.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tokio::sync::mpsc;

use crate::on_both_engines;
use crate::world::{Answer, Engine, TestWorld, call_id};

/// Kills in one run.
const CYCLES: u64 = 100;
const WRITERS: u64 = 8;

on_both_engines! {
    nothing_acknowledged_is_lost_or_doubled;
}

async fn nothing_acknowledged_is_lost_or_doubled(engine: Engine) {
    let mut world = TestWorld::start(engine).await;
    let mut sent: BTreeMap<String, Value> = BTreeMap::new();
    let mut acknowledged: BTreeMap<String, Answer> = BTreeMap::new();
    for cycle in 0..CYCLES {
        let (told, mut hear) = mpsc::unbounded_channel();
        for writer in 0..WRITERS {
            let (url, client, told) =
                (world.webhook_on(0, "update_tags"), world.client.clone(), told.clone());
            tokio::spawn(async move {
                for number in 0.. {
                    let id = format!("{cycle}-{writer}-{number}");
                    let body = json!({"call_log_id": call_id(writer), "add": {(format!("t{cycle}")): id}, "transaction_id": id});
                    if told.send((id.clone(), body.clone(), None)).is_err() {
                        return;
                    }
                    let Ok(answer) = crate::world::answer(client.post(&url).json(&body)).await else {
                        return;
                    };
                    if told.send((id, body, Some(answer))).is_err() {
                        return;
                    }
                }
            });
        }
        drop(told);
        // The moment differs from cycle to cycle, by the number of answers that were heard.
        let mut to_hear = 1 + cycle * 7 % 61;
        while let Some((id, body, answer)) = hear.recv().await {
            sent.insert(id.clone(), body);
            if let Some(answer) = answer {
                acknowledged.insert(id, answer);
                to_hear = to_hear.saturating_sub(1);
            }
            if to_hear == 0 && !world.nodes.is_empty() {
                world.nodes.clear();
            }
        }
        world.add_node();
    }
    assert!(acknowledged.len() as u64 >= CYCLES, "{} answers were heard", acknowledged.len());
    for (id, body) in &sent {
        let again = world.post("update_tags", body.clone()).await;
        assert_eq!(again.status, 200, "{id} is stuck: {}", again.body);
        if let Some(first) = acknowledged.get(id) {
            assert_eq!(first.status, 200, "{}", first.body);
            assert_eq!(
                (&again.body, again.header("idempotent-replayed")),
                (&first.body, Some("true")),
                "{id} was lost"
            );
        }
    }
    let effects = world.count("SELECT COUNT(*) FROM timeline").await;
    assert_eq!(effects, i64::try_from(sent.len()).unwrap(), "each id has one effect");
}
