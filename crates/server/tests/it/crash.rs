//! SIGKILL under load, again and again: what was acknowledged is there, once, and no id is stuck.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tokio::sync::mpsc;

use crate::on_both_engines;
use crate::world::{Answer, Engine, TestWorld, call_id};

/// Kills in one run.
const CYCLES: u64 = 100;
const WRITERS: u64 = 8;
/// Kills of the control, whose server commits late, and the answers that each writer waits for.
const CONTROL_CYCLES: u64 = 2;
const CONTROL_REQUESTS: u64 = 3;

on_both_engines! {
    nothing_acknowledged_is_lost_or_doubled;
    #[cfg(debug_assertions)]
    a_server_that_answers_before_it_commits_is_found_out;
}

/// What clients sent, and what they were answered, by transaction id.
#[derive(Default)]
struct Heard {
    sent: BTreeMap<String, Value>,
    acknowledged: BTreeMap<String, Answer>,
}

#[derive(Debug, PartialEq, Eq)]
enum Fault {
    /// The id was acknowledged, and its repeat is not its replay.
    Lost(String),
    /// The id can't be used any more.
    Stuck(String),
    /// Effects, and the ids that should have one each.
    Effects(i64, usize),
}

async fn nothing_acknowledged_is_lost_or_doubled(engine: Engine) {
    let mut world = TestWorld::start(engine).await;
    let mut heard = Heard::default();
    for cycle in 0..CYCLES {
        // The moment differs from cycle to cycle, by the number of answers that were heard.
        load_and_kill(&mut world, &mut heard, cycle, u64::MAX, 1 + cycle * 7 % 61).await;
        world.add_node();
    }
    assert!(heard.acknowledged.len() as u64 >= CYCLES, "{} answers were heard", heard.acknowledged.len());
    assert_eq!(faults(&world, &heard).await, []);
}

/// The control. Every answer is awaited before the kill, so the last batch of each cycle is never
/// committed, whatever the timing.
async fn a_server_that_answers_before_it_commits_is_found_out(engine: Engine) {
    let mut world = TestWorld::start(engine).await;
    let mut heard = Heard::default();
    for cycle in 0..CONTROL_CYCLES {
        world.nodes.clear();
        world.add_node_with(&[("HOOKLINE_TEST_COMMIT_LATE", "1"), ("HOOKLINE_POSTGRES_WRITERS", "1")]);
        load_and_kill(&mut world, &mut heard, cycle, CONTROL_REQUESTS, u64::MAX).await;
    }
    world.add_node();
    assert_eq!(heard.acknowledged.len() as u64, CONTROL_CYCLES * WRITERS * CONTROL_REQUESTS);
    let faults = faults(&world, &heard).await;
    for cycle in 0..CONTROL_CYCLES {
        let of_cycle =
            |fault: &Fault| matches!(fault, Fault::Lost(id) if id.starts_with(&format!("{cycle}-")));
        assert!(faults.iter().any(of_cycle), "cycle {cycle} lost nothing: {faults:?}");
    }
}

/// Writers send one request after the other, up to `requests` each. The server is killed when `to_hear`
/// answers were heard, or else when the writers are done.
async fn load_and_kill(world: &mut TestWorld, heard: &mut Heard, cycle: u64, requests: u64, to_hear: u64) {
    let (told, mut hear) = mpsc::unbounded_channel();
    for writer in 0..WRITERS {
        let (url, client, told) = (world.webhook_on(0, "update_tags"), world.client.clone(), told.clone());
        tokio::spawn(async move {
            for number in 0..requests {
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
    let mut left = to_hear;
    while let Some((id, body, answer)) = hear.recv().await {
        heard.sent.insert(id.clone(), body);
        if let Some(answer) = answer {
            heard.acknowledged.insert(id, answer);
            left = left.saturating_sub(1);
        }
        if left == 0 {
            world.nodes.clear();
        }
    }
    world.nodes.clear();
}

/// Sends everything again and compares.
async fn faults(world: &TestWorld, heard: &Heard) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (id, body) in &heard.sent {
        let again = world.post("update_tags", body.clone()).await;
        if again.status != 200 {
            faults.push(Fault::Stuck(id.clone()));
        }
        if let Some(first) = heard.acknowledged.get(id) {
            assert_eq!(first.status, 200, "{}", first.body);
            if (&again.body, again.header("idempotent-replayed")) != (&first.body, Some("true")) {
                faults.push(Fault::Lost(id.clone()));
            }
        }
    }
    let effects = world.count("SELECT COUNT(*) FROM timeline").await;
    if usize::try_from(effects) != Ok(heard.sent.len()) {
        faults.push(Fault::Effects(effects, heard.sent.len()));
    }
    faults
}
