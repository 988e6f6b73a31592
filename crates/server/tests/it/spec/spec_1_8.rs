//! SPEC 1.8: exactly N, over all nodes together and through restarts.

use reqwest::Method;
use serde_json::json;

use crate::on_both_engines;
use crate::world::{Answer, Engine, TestWorld, answer, call_id, step_to};

const LIMIT: u32 = 7;

on_both_engines! {
    exactly_the_limit_is_admitted;
    a_step_of_the_wall_clock_opens_and_closes_nothing;
    the_limit_is_100_per_minute_unless_set_per_minute_hour_or_day;
    replays_and_errors_count_and_refused_keys_do_not;
    refused_keys_have_a_limit_by_address;
    every_answer_after_the_key_says_how_the_limit_stands;
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

async fn a_step_of_the_wall_clock_opens_and_closes_nothing(engine: Engine) {
    let mut world = TestWorld::start_with(engine, LIMIT, false).await;
    world.nodes.clear();
    let file = world.folder.path().join("step");
    world.add_node_by_clock(&file);
    let full = json!({"call_log_id": call_id(0), "revenue_paid_out": 1});
    let below = json!({"call_log_id": call_id(0), "add": {"a": "b"}});
    for _ in 0..LIMIT {
        assert_eq!(world.post("update_revenue", full.clone()).await.status, 200);
    }
    let mut left = LIMIT;
    for (step, restarts) in [(7_200, false), (-7_200, false), (-7_200, true), (7_200, true)] {
        step_to(&file, step);
        if restarts {
            world.nodes.clear();
            world.add_node_by_clock(&file);
        }
        let refused = world.post("update_revenue", full.clone()).await;
        assert_eq!(refused.status, 429, "stepped to {step} s: {}", refused.body);
        let wait: u32 = refused.header("retry-after").unwrap().parse().unwrap();
        assert!((1..=60).contains(&wait), "stepped to {step} s: {wait}");
        let admitted = world.post("update_tags", below.clone()).await;
        left -= 1;
        assert_eq!((admitted.status, rate(&admitted).0), (200, left), "stepped to {step} s");
    }
    let spread = world.count("SELECT MAX(received_at) - MIN(received_at) FROM requests").await;
    assert!(spread > 14_000 * 1_000_000, "the clock was not stepped: {spread} µs lie between the requests");
}

async fn the_limit_is_100_per_minute_unless_set_per_minute_hour_or_day(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let made = json!({"type": "call_data", "name": "default"});
    let made = world.api(Method::POST, "/v1/webhooks", made).await.json();
    assert_eq!(made["settings"]["rate_limit"], json!({"count": 100, "per": "minute"}));
    for (per, seconds) in [("minute", 60), ("hour", 3_600), ("day", 86_400)] {
        let name = format!("per {per}");
        let settings = json!({"rate_limit": {"count": 2, "per": per}});
        let body = json!({"type": "call_data", "name": name, "settings": settings});
        let key = world.api(Method::POST, "/v1/webhooks", body).await.json()["key"].clone();
        let url =
            format!("http://{}/call-data?moja_auth_key={}", world.nodes[0].address, key.as_str().unwrap());
        let body = json!({"caller_id": "+13105559876"});
        for (status, left) in [(200, 1), (200, 0), (429, 0)] {
            let done = world.try_post(&url, &body).await.unwrap();
            assert_eq!(done.status, status, "{per}: {}", done.body);
            assert_eq!(done.header("ratelimit-policy"), Some(&*format!("\"default\";q=2;w={seconds}")));
            assert_eq!(rate(&done).0, left, "{per}");
            if status == 429 {
                let wait: i64 = done.header("retry-after").unwrap().parse().unwrap();
                assert!((1..=seconds).contains(&wait) && wait > seconds - 60, "{per}: {wait}");
            }
        }
    }
    for (limit, status) in [
        (json!({"count": 0, "per": "minute"}), 400),
        (json!({"count": 1, "per": "second"}), 400),
        (json!({"count": 1, "per": "day"}), 200),
    ] {
        assert_eq!(world.set("call_data", json!({"rate_limit": limit})).await.status, status, "{limit}");
    }
}

async fn replays_and_errors_count_and_refused_keys_do_not(engine: Engine) {
    let world = TestWorld::start(engine).await;
    world.set("update_revenue", json!({"rate_limit": {"count": 10, "per": "hour"}})).await;
    let good = json!({"call_log_id": call_id(0), "revenue": 1, "transaction_id": "t"});
    let wrong_key = format!("http://{}/update-revenue?moja_auth_key=hlw_x", world.nodes[0].address);
    let mut left = 10;
    for body in [
        good.clone(),
        good.clone(),
        json!({"call_log_id": call_id(0)}),
        json!({"call_log_id": "no-call", "revenue": 1}),
        json!({"call_log_id": call_id(1), "revenue": "x".repeat(300_000)}),
    ] {
        for _ in 0..3 {
            assert_eq!(world.try_post(&wrong_key, &body).await.unwrap().status, 401);
        }
        left -= 1;
        assert_eq!(rate(&world.post("update_revenue", body).await).0, left);
    }
}

async fn refused_keys_have_a_limit_by_address(engine: Engine) {
    let mut world = TestWorld::start(engine).await;
    world.nodes.clear();
    world.add_node_with(&[
        ("HOOKLINE_UNAUTHORIZED_PER_MINUTE", "3"),
        ("HOOKLINE_TRUSTED_PROXIES", "127.0.0.1"),
    ]);
    let wrong_key = format!("http://{}/call-data?moja_auth_key=hlw_x", world.nodes[0].address);
    let from = async |address: &str| {
        let request = world.client.post(&wrong_key).header("x-forwarded-for", address);
        answer(request).await.unwrap()
    };
    for status in [401, 401, 401, 429, 429] {
        assert_eq!(from("192.0.2.1").await.status, status);
    }
    let refused = from("192.0.2.1").await;
    assert_eq!(refused.json()["code"], "too_many_unauthorized");
    assert!(refused.header("retry-after").is_some());
    assert_eq!(from("192.0.2.2").await.status, 401, "another address has a limit of its own");
    let good = world.client.post(world.webhook_on(0, "call_data")).header("x-forwarded-for", "192.0.2.1");
    let good = answer(good.json(&json!({"caller_id": "+13105559876"}))).await.unwrap();
    assert_eq!((good.status, rate(&good).0), (200, 999_999), "a good key from there still counts");
}

/// Those that take a place and those that take none.
async fn every_answer_after_the_key_says_how_the_limit_stands(engine: Engine) {
    let mut world = TestWorld::start(engine).await;
    let count =
        json!({"rate_limit": {"count": 50, "per": "hour"}, "allowed_origins": ["https://shop.example"]});
    world.set("update_tags", count).await;
    let id = call_id(0);
    let url = world.webhook_on(0, "update_tags");
    let mut left = 50;
    let good = json!({"call_log_id": id, "add": {"a": 1}, "transaction_id": "t"});
    for (body, status) in [
        (good.to_string(), 200),
        (good.to_string(), 200),
        (json!({"call_log_id": id}).to_string(), 400),
        (json!({"call_log_id": "no-call", "remove": "a"}).to_string(), 404),
        ("x".repeat(300_000), 413),
    ] {
        let done = world.post_text("update_tags", &body).await;
        left -= 1;
        assert_eq!((done.status, rate(&done).0), (status, left), "{}", done.body);
    }
    let typed = answer(world.client.post(&url).body("x")).await.unwrap();
    left -= 1;
    assert_eq!((typed.status, rate(&typed).0), (415, left));
    let from_elsewhere = world.client.post(&url).header("origin", "https://other.example").json(&good);
    let from_elsewhere = answer(from_elsewhere).await.unwrap();
    assert_eq!((from_elsewhere.status, rate(&from_elsewhere).0), (403, left), "it took no place");
    // What is rolled back took no place either on SQLite; on PostgreSQL its place was written before.
    world.execute("UPDATE call_tags SET tags = 'damaged'").await;
    let own = world.post("update_tags", json!({"call_log_id": id, "add": {"a": 2}})).await;
    assert_eq!(own.status, 500);
    assert!(own.header("ratelimit").is_some() && own.header("ratelimit-policy").is_some());
    let after = world.post("update_tags", json!({"call_log_id": "no-call", "remove": "a"})).await;
    left -= 1 + u32::from(engine == Engine::Postgres);
    assert_eq!(rate(&after).0, left);

    world.execute("DELETE FROM call_tags").await;
    world.move_to_another_organization();
    let foreign = world.post("update_tags", json!({"call_log_id": id, "remove": "a"})).await;
    assert_eq!((foreign.status, rate(&foreign).0), (403, 999_999));
}

/// A database that is away is a 503, with the limit as this node knows it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_503_says_how_the_limit_stands() {
    let world = TestWorld::start(Engine::Postgres).await;
    world
        .execute(
            "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS
             $$ BEGIN RAISE EXCEPTION 'full' USING ERRCODE = '53100'; END $$",
        )
        .await;
    world.execute("CREATE TRIGGER full_disk BEFORE INSERT ON requests EXECUTE FUNCTION full_disk()").await;
    let away = world.post("update_revenue", json!({"call_log_id": call_id(0), "revenue": 1})).await;
    assert_eq!((away.status, &away.json()["code"]), (503, &json!("unavailable")), "{}", away.body);
    assert_eq!(away.header("ratelimit-policy"), Some("\"default\";q=1000000;w=60"));
    assert!(away.header("ratelimit").is_some());
}

/// Places left, and seconds until one more is free.
fn rate(answer: &Answer) -> (u32, i64) {
    let header = answer.header("ratelimit").unwrap_or_else(|| panic!("{}: {}", answer.status, answer.body));
    let (left, wait) = header.strip_prefix("\"default\";r=").unwrap().split_once(";t=").unwrap();
    (left.parse().unwrap(), wait.parse().unwrap())
}
