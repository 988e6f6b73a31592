//! SPEC 1.1: `call_data`, and how it finds its call.

use hookline::clock::Clock;
use reqwest::Method;
use serde_json::{Value, json};

use crate::on_both_engines;
use crate::world::{Answer, Engine, TestWorld, answer, tag};

on_both_engines! {
    call_data_is_kept_and_answered;
    any_other_field_is_kept_flattened_without_secrets;
    the_body_wins_over_the_query_and_the_query_over_headers;
    the_lookback_decides_what_is_applied;
    what_comes_before_the_switch_tells_of_a_call_reaches_it;
    the_lookback_is_15_days_unless_set_from_60_s_to_400_days;
    state_and_zip_of_the_call_are_set_in_any_case;
    the_newest_request_of_each_webhook_counts_and_between_webhooks_the_newer;
    a_webhook_can_merge_and_be_used_for_one_call_only;
    a_webhook_can_be_limited_to_campaigns;
}

const CALLER: &str = "+13105559876";
const DAY_MICROS: i64 = 86_400_000_000;

async fn call_data_is_kept_and_answered(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let example = json!({"caller_id": CALLER, "lead_source": "google_ads", "ad_campaign": "medicare_q1", "landing_page": "medicare-info"});
    let done = world.post("call_data", example).await;
    assert_eq!(done.status, 200, "{}", done.body);
    let id = done.json()["request_id"].as_str().unwrap().to_owned();
    assert_eq!(done.body, format!(r#"{{"success":true,"request_id":"{id}"}}"#));
    assert_eq!(done.header("x-request-id"), Some(id.as_str()));

    for other in [
        world.post("call_data", json!({"from": CALLER, "transaction_id": "t-1"})).await,
        world.get("call_data", "caller_id=+13105559876&gclid=abc").await,
        world.get("call_data", "from=%2B13105559876").await,
        in_query_and_body(&world, "caller_id=%2B13105559876", json!({"a": 1})).await,
        in_query_and_body(&world, "from=%2B13105559876", json!({"caller_id": "(310) 555-9876"})).await,
    ] {
        assert_eq!(other.status, 200, "{}", other.body);
    }
    assert_eq!(world.count("SELECT COUNT(*) FROM caller_data WHERE caller = '+13105559876'").await, 6);

    for missing in [json!({"lead_source": "x"}), json!({"caller_id": ""}), json!({"from": null})] {
        let missing = world.post("call_data", missing).await;
        assert_eq!((missing.status, &missing.json()["error"]), (400, &json!("Missing required parameter")));
        assert!(missing.body.contains("Missing caller_id parameter"), "{}", missing.body);
    }
    for wrong in [json!({"caller_id": "anonymous"}), json!({"caller_id": CALLER, "from": "+12125550000"})] {
        assert_eq!(world.post("call_data", wrong).await.status, 400);
    }
}

async fn any_other_field_is_kept_flattened_without_secrets(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let url = format!("{}&gclid=abc", world.webhook_on(0, "call_data"));
    let request = world.client.post(url).header("x-trunk", "7").header("user-agent", "crm/1");
    let request = request.header("authorization", "Bearer hunter2").header("cookie", "session=hunter2");
    let body = json!({"caller_id": CALLER, "plan": "gold", "age": 67, "smoker": false, "spent": 1.50,
        "lead": {"source": {"name": "ads"}, "score": 9}, "list": ["a", "b"], "none": null});
    assert_eq!(answer(request.json(&body)).await.unwrap().status, 200);
    for (name, value, source) in [
        ("plan", "gold", "call_data"),
        ("age", "67", "call_data"),
        ("smoker", "false", "call_data"),
        ("spent", "1.5", "call_data"),
        ("lead_source_name", "ads", "call_data"),
        ("lead_score", "9", "call_data"),
        ("list_1", "b", "call_data"),
        ("gclid", "abc", "url"),
        ("trunk", "7", "header"),
        ("user_agent", "crm/1", "header"),
    ] {
        let field = format!(r#"{{"name":"{name}","value":"{value}","source":"{source}"}}"#);
        let sql = format!("SELECT COUNT(*) FROM caller_data WHERE fields LIKE '%{field}%'");
        assert_eq!(world.count(&sql).await, 1, "{field}");
    }
    for absent in ["hunter2", "hlw_", "auth_key", "\"none\"", "caller_id"] {
        let sql = format!("SELECT COUNT(*) FROM caller_data WHERE fields LIKE '%{absent}%'");
        assert_eq!(world.count(&sql).await, 0, "{absent}");
    }
}

async fn the_body_wins_over_the_query_and_the_query_over_headers(engine: Engine) {
    let world = TestWorld::start(engine).await;
    for (body, query, expected) in [
        (Some("body"), "&lead_source=query", "body"),
        (None, "&lead_source=query", "query"),
        (None, "", "header"),
    ] {
        let request = world.client.post(format!("{}{query}", world.webhook_on(0, "call_data")));
        let request = request.header("x-lead-source", "header");
        let sent = request.json(&json!({"caller_id": CALLER, "Lead Source": body}));
        assert_eq!(answer(sent).await.unwrap().status, 200);
        let call = world.call_from(CALLER).await;
        assert_eq!(tag(&call, "lead_source"), expected);
        world.end_call(call["call_log_id"].as_str().unwrap()).await;
    }
}

async fn the_lookback_decides_what_is_applied(engine: Engine) {
    let world = TestWorld::start(engine).await;
    world.post("call_data", json!({"caller_id": CALLER, "lead_source": "ads"})).await;
    // A minute within 15 days, then a minute beyond.
    for (older, expected) in [(15 * DAY_MICROS - 60_000_000, json!("ads")), (120_000_000, Value::Null)] {
        world.execute(&format!("UPDATE caller_data SET received_at = received_at - {older}")).await;
        assert_eq!(tag(&world.call_from(CALLER).await, "lead_source"), &expected, "{older}");
    }
    assert_eq!(world.set("call_data", json!({"lookback_seconds": 16 * 86_400})).await.status, 200);
    assert_eq!(tag(&world.call_from(CALLER).await, "lead_source"), "ads");
    let other = world.call_from("+12125550000").await;
    assert_eq!(tag(&other, "lead_source"), &Value::Null, "another caller's");
}

/// Its clock may be behind, or it tells a little late: no live call was there to get it.
async fn what_comes_before_the_switch_tells_of_a_call_reaches_it(engine: Engine) {
    let world = TestWorld::start(engine).await;
    world.post("call_data", json!({"caller_id": CALLER, "lead_source": "ads"})).await;
    for (seconds_late, expected) in [(30, json!("ads")), (7_200, Value::Null)] {
        let started = Clock::default().now().plus_seconds(-seconds_late);
        let call = json!({"caller": CALLER, "dialed": "+18885550100", "started_at": started.to_string()});
        let call = world.api(Method::POST, "/v1/calls", call).await.json();
        assert_eq!(tag(&call, "lead_source"), &expected, "told {seconds_late} s late: {call}");
    }
}

async fn the_lookback_is_15_days_unless_set_from_60_s_to_400_days(engine: Engine) {
    let world = TestWorld::start(engine).await;
    assert_eq!(world.webhook("call_data").await["settings"]["lookback_seconds"], 15 * 86_400);
    for (seconds, status) in [(59, 400), (60, 200), (400 * 86_400, 200), (400 * 86_400 + 1, 400)] {
        let set = world.set("call_data", json!({"lookback_seconds": seconds})).await;
        assert_eq!(set.status, status, "{seconds}: {}", set.body);
    }
}

async fn state_and_zip_of_the_call_are_set_in_any_case(engine: Engine) {
    let world = TestWorld::start(engine).await;
    for (index, (field, column, value)) in [
        ("state", "state", "TX"),
        ("Caller_State", "state", "TX"),
        ("zip", "zip", "90210"),
        ("ZIP_CODE", "zip", "90210"),
        ("caller_zip", "zip", "90210"),
    ]
    .into_iter()
    .enumerate()
    {
        let caller = format!("+1212555{index:04}");
        world.post("call_data", json!({"caller_id": caller, field: value})).await;
        assert_eq!(world.call_from(&caller).await[column], value, "{field}");
        // And while the call is live.
        let live = format!("+1310555{index:04}");
        let id = world.live_call(&live).await;
        world.post("call_data", json!({"caller_id": live, field: value})).await;
        assert_eq!(world.call(&id).await[column], value, "{field}");
    }
}

async fn the_newest_request_of_each_webhook_counts_and_between_webhooks_the_newer(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let (second, _) = another_webhook(&world).await;
    world.post("call_data", json!({"caller_id": CALLER, "age": 1, "lead_source": "first"})).await;
    world.post("call_data", json!({"caller_id": CALLER, "lead_source": "first", "ad_campaign": "a"})).await;
    world.try_post(&second, &json!({"caller_id": CALLER, "lead_source": "second"})).await.unwrap();
    let call = world.call_from(CALLER).await;
    assert_eq!(tag(&call, "age"), &Value::Null, "of one webhook only the newest request is used");
    assert_eq!(tag(&call, "ad_campaign"), "a", "both webhooks apply");
    assert_eq!(tag(&call, "lead_source"), "second", "the newer value wins");
}

async fn a_webhook_can_merge_and_be_used_for_one_call_only(engine: Engine) {
    let world = TestWorld::start(engine).await;
    assert_eq!(world.set("call_data", json!({"match": "merge", "consume": true})).await.status, 200);
    world.post("call_data", json!({"caller_id": CALLER, "age": 1, "lead_source": "old"})).await;
    world.post("call_data", json!({"caller_id": CALLER, "lead_source": "new"})).await;
    let first = world.call_from(CALLER).await;
    assert_eq!((tag(&first, "age"), tag(&first, "lead_source")), (&json!("1"), &json!("new")));
    let second = world.call_from(CALLER).await;
    assert_eq!((tag(&second, "age"), tag(&second, "lead_source")), (&Value::Null, &Value::Null));
    world.set("call_data", json!({"match": "newest", "consume": false})).await;
    assert_eq!(tag(&world.call_from(CALLER).await, "lead_source"), "new", "used again and again");
}

async fn a_webhook_can_be_limited_to_campaigns(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let ours = world.call_from("+12125550000").await["campaign_id"].clone();
    let other = "01977420-dc00-7000-8000-0000000000ca";
    world.post("call_data", json!({"caller_id": CALLER, "lead_source": "ads"})).await;
    for (campaigns, expected) in [(json!([other]), Value::Null), (json!([other, ours]), json!("ads"))] {
        assert_eq!(world.set("call_data", json!({"campaigns": campaigns})).await.status, 200);
        assert_eq!(tag(&world.call_from(CALLER).await, "lead_source"), &expected, "{campaigns}");
    }
}

async fn in_query_and_body(world: &TestWorld, query: &str, body: Value) -> Answer {
    world.try_post(&format!("{}&{query}", world.webhook_on(0, "call_data")), &body).await.unwrap()
}

/// A second `call_data` webhook: its address with its key, and its id.
async fn another_webhook(world: &TestWorld) -> (String, String) {
    let made = world.api(Method::POST, "/v1/webhooks", json!({"type": "call_data", "name": "second"})).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let key = made.json()["key"].as_str().unwrap().to_owned();
    let url = format!("http://{}/call-data?moja_auth_key={key}", world.nodes[0].address);
    (url, made.json()["id"].as_str().unwrap().to_owned())
}
