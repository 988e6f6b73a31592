//! A key is in no log, answer, metric or file, even at trace level.

use serde_json::json;

use crate::world::{Engine, TestWorld, answer, call_id};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_is_nowhere_but_with_its_owner() {
    let mut world = TestWorld::start_with(Engine::Sqlite, 1_000, true).await;
    let keys: Vec<String> = ["call_data", "update_revenue", "update_tags", "update_fields"]
        .iter()
        .map(|kind| world.key(kind))
        .collect();
    let mut seen = Vec::new();
    for (kind, key) in ["call_data", "update_revenue", "update_tags", "update_fields"].iter().zip(&keys) {
        let page = format!("https://shop.example/?moja_auth_key={key}");
        let bodies = [
            json!({"caller_id": "+13105559876", "call_log_id": call_id(0), "amount": 1, "add": {"a": 1}}),
            json!({"caller_id": "+13105559876", "moja_auth_key": key, "page": page}),
            json!({"call_log_id": call_id(0), "add": {"a": key}, "reason": page}),
        ];
        for body in bodies {
            let request = world.client.post(world.webhook_on(0, kind)).header("referer", &page).json(&body);
            seen.push(answer(request).await.unwrap().body);
        }
        seen.push(world.get(kind, &format!("{key}=1&x={key}&from=%2B13105559876")).await.body);
    }
    seen.push(
        answer(world.client.get(format!("http://{}/metrics", world.nodes[0].address))).await.unwrap().body,
    );
    world.nodes.clear();
    let mut files = 0;
    for file in std::fs::read_dir(world.folder.path()).unwrap() {
        seen.push(String::from_utf8_lossy(&std::fs::read(file.unwrap().path()).unwrap()).into_owned());
        files += 1;
    }
    assert!(files >= 2, "the database and the log were read");
    let log = std::fs::read_to_string(world.log_path()).unwrap();
    assert!(log.contains("call_data"), "the log is at trace level");
    for key in &keys {
        // What follows the hint that may be shown.
        let secret = &key[10..];
        for text in &seen {
            let at = text.find(secret);
            assert!(at.is_none(), "a key stands in: {}", &text[at.unwrap().saturating_sub(200)..at.unwrap()]);
        }
    }
}
