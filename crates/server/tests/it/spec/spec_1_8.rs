//! SPEC 1.8: exactly N, over all nodes together and through restarts.

use serde_json::json;

use crate::on_both_engines;
use crate::world::{Engine, TestWorld, call_id};

const LIMIT: u32 = 7;

on_both_engines! {
    exactly_the_limit_is_admitted;
}

async fn exactly_the_limit_is_admitted(engine: Engine) {
    let mut world = TestWorld::start_with(engine, LIMIT, false).await;
    if engine == Engine::Postgres {
        world.add_node();
    }
    let body = json!({"call_log_id": call_id(0), "revenue_paid_out": 1});
    let urls: Vec<String> =
        (0..40).map(|index| world.webhook_on(index % world.nodes.len(), "update_revenue")).collect();
    let answers = futures_util::future::join_all(urls.iter().map(|url| world.try_post(url, &body))).await;
    let statuses: Vec<u16> = answers.into_iter().map(|one| one.unwrap().status).collect();
    assert_eq!(statuses.iter().filter(|&&status| status == 200).count(), LIMIT as usize, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|&&status| status == 429).count(), 40 - LIMIT as usize, "{statuses:?}");

    world.crash_and_restart();
    let refused = world.post("update_revenue", body).await;
    assert_eq!((refused.status, refused.json()["code"].as_str()), (429, Some("rate_limited")));
    let wait: u32 = refused.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
    assert_eq!(refused.header("ratelimit-policy"), Some("\"default\";q=7;w=60"));
    // Another webhook has a window of its own.
    let other = world.post("update_tags", json!({"call_log_id": call_id(0), "add": {"a": "b"}})).await;
    assert_eq!(other.status, 200);
    assert!(other.header("ratelimit").unwrap().starts_with("\"default\";r=6;"), "{:?}", other.headers);
}
