//! SPEC 5: a publisher asks what a call would bring; the call that then comes has its place, tags and price.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use crate::on_both_engines;
use crate::routing::{CALLER, action, dialed, event, flow, id, minutes_ago, next, plan, target};
use crate::world::{Answer, Engine, TestWorld, answer, step_to, tag};

on_both_engines! {
    an_answer_has_every_route_the_best_paid_first;
    names_are_read_in_any_case_from_query_and_body;
    a_bid_holds_a_cap_until_its_call_takes_it;
    a_call_that_is_decided_again_keeps_the_place_and_the_price;
    a_bid_that_no_call_uses_gives_its_place_back_once;
    a_place_is_given_back_where_nothing_else_happens;
    caps_are_never_exceeded_by_bids_and_calls_on_two_nodes;
    a_flow_is_run_to_its_first_wait;
    a_bid_without_a_route_says_why;
    what_is_no_bid_is_refused;
    the_log_has_every_bid_by_page_and_state;
}

const DIALED: &str = "+18885550100";
const OTHER: &str = "+12125550000";

/// An endpoint of the seeded campaign; its id.
pub async fn endpoint(world: &TestWorld, settings: Value) -> String {
    let numbers = world.api(Method::GET, "/v1/numbers", Value::Null).await.json();
    let number = numbers["numbers"].as_array().unwrap().iter().find(|one| one["phone_number"] == DIALED);
    let number = number.expect("the seeded number");
    let body = json!({"name": "Radio's", "campaign_id": number["campaign_id"], "publisher_id": number["publisher_id"], "settings": settings});
    let made = world.api(Method::POST, "/v1/rtb-endpoints", body).await;
    assert_eq!(made.status, 201, "{}", made.body);
    made.json()["id"].as_str().unwrap().to_owned()
}

fn url(world: &TestWorld, node: usize, endpoint: &str, query: &str) -> String {
    format!("http://{}/inbound_rtb/{endpoint}?{query}", world.nodes[node].address)
}

async fn get(world: &TestWorld, endpoint: &str, query: &str) -> Answer {
    answer(world.client.get(url(world, 0, endpoint, query))).await.expect("an answer")
}

/// A bid for a call of this caller.
pub async fn bid(world: &TestWorld, endpoint: &str, caller: &str) -> Value {
    let asked = get(world, endpoint, &format!("caller_id={}", caller.replace('+', "%2B"))).await;
    assert_eq!(asked.status, 200, "{}", asked.body);
    asked.json()
}

async fn bids(world: &TestWorld, endpoint: &str, query: &str) -> Value {
    let path = format!("/v1/rtb-endpoints/{endpoint}/bids?{query}");
    let listed = world.api(Method::GET, &path, Value::Null).await;
    assert_eq!(listed.status, 200, "{}", listed.body);
    listed.json()
}

fn reason(answer: &Value) -> &str {
    answer["reason"].as_str().unwrap_or("none")
}

async fn an_answer_has_every_route_the_best_paid_first(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let free = target(&world, "Free", json!({})).await;
    let good = target(&world, "Good", json!({"conversion": {"connected_seconds": 90, "payout": 18}})).await;
    // Through a serde_json::Value the digits would not come as they are written.
    let best = target(&world, "Best", json!({"conversion": {"connected_seconds": 60, "payout": 20.5}})).await;
    let routes = json!([{"target": free}, {"target": good}, {"target": best, "priority": 2}]);
    plan(&world, routes, json!({})).await;
    let endpoint = endpoint(&world, json!({"reservation_seconds": 45})).await;
    let asked = get(&world, &endpoint, "CALLER_ID=%2B13105559876&ZIP_CODE=90210").await;
    let told = asked.json();
    let expected = format!(
        concat!(
            r#"{{"success":true,"request_id":{request},"inbound_rtb_id":"{endpoint}","allocation_time_seconds":45,"#,
            r#""eligible_routes":["#,
            r#"{{"number":"+18885550100","payout":20.50,"duration":45,"payout_condition":"connected","payout_condition_duration":60}},"#,
            r#"{{"number":"+18885550100","payout":18.00,"duration":45,"payout_condition":"connected","payout_condition_duration":90}},"#,
            r#"{{"number":"+18885550100","payout":0.00,"duration":45,"payout_condition":null,"payout_condition_duration":null}}],"#,
            r#""total_routes":3,"allocated_count":1,"timestamp":{timestamp}}}"#
        ),
        request = told["request_id"],
        endpoint = endpoint,
        timestamp = told["timestamp"],
    );
    assert_eq!((asked.status, &asked.body), (200, &expected));
    assert_eq!(asked.header("cache-control"), Some("no-store"));
    assert_eq!(asked.header("x-request-id"), told["request_id"].as_str());
}

async fn names_are_read_in_any_case_from_query_and_body(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let filter = json!({"all": [
        {"tag": "zip_code", "op": "equals", "value": "90210"},
        {"tag": "lead_source", "op": "equals", "value": "radio"},
    ]});
    let one = target(&world, "One", json!({})).await;
    plan(&world, json!([{"target": one, "filter": filter}]), json!({})).await;
    world.post("call_data", json!({"caller_id": CALLER, "lead_source": "radio"})).await;
    let endpoint = endpoint(&world, json!({})).await;
    for query in [
        "caller_id=3105559876&zip=90210",
        "CALLERID=+13105559876&CALLER_ZIP=90210",
        "Cid=%2B13105559876&Zip_Code=90210",
    ] {
        let asked = get(&world, &endpoint, query).await.json();
        assert_eq!(asked["success"], true, "{query}: {asked}");
    }
    for query in ["caller_id=3105559876", "caller_id=2125550000&zip=90210"] {
        assert_eq!(reason(&get(&world, &endpoint, query).await.json()), "filtered", "{query}");
    }
    let post = |query: &str| world.client.post(url(&world, 0, &endpoint, query));
    let sent = answer(post("").json(&json!({"Caller_Id": CALLER, "ZIP": 90210}))).await.unwrap();
    assert_eq!(sent.json()["success"], true, "{}", sent.body);
    let form = post("cid=3105559876").header("content-type", "application/x-www-form-urlencoded");
    let sent = answer(form.body("zip=90210")).await.unwrap();
    assert_eq!(sent.json()["success"], true, "{}", sent.body);
}

async fn a_bid_holds_a_cap_until_its_call_takes_it(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let rule = json!({"connected_seconds": 60, "revenue": 30, "payout": 20.25});
    let one = target(&world, "One", json!({"caps": {"day": 1}, "concurrency": 1, "conversion": rule})).await;
    plan(&world, json!([{"target": one}]), json!({})).await;
    let endpoint = endpoint(&world, json!({"reservation_seconds": 300})).await;
    let won = get(&world, &endpoint, "caller_id=3105559876&sub_id=a1&Zip_Code=90210").await.json();
    assert_eq!(won["success"], true, "{won}");
    let lost = bid(&world, &endpoint, OTHER).await;
    assert_eq!((&lost["success"], reason(&lost)), (&json!(false), "all_capped"), "{lost}");
    assert_eq!((&lost["eligible_routes"], &lost["allocated_count"]), (&json!([]), &json!(0)));
    assert_eq!(world.call_from(OTHER).await["routing"]["code"], "all_capped");

    // What was answered stands.
    let cheaper = json!({"conversion": {"connected_seconds": 60, "revenue": 30, "payout": 5}});
    assert_eq!(world.api(Method::PATCH, &format!("/v1/targets/{one}"), cheaper).await.status, 200);
    let start = json!({"caller": CALLER, "dialed": DIALED, "started_at": minutes_ago(5)});
    let call = world.api(Method::POST, "/v1/calls", start).await.json();
    assert_eq!(dialed(&call), "One", "{call}");
    assert_eq!((tag(&call, "sub_id"), &call["zip"]), (&json!("a1"), &json!("90210")), "{call}");
    let sub_id = call["tags"].as_array().unwrap().iter().find(|tag| tag["name"] == "sub_id").unwrap();
    assert_eq!(sub_id["source"], "rtb");
    let log = bids(&world, &endpoint, "state=used").await;
    assert_eq!(
        (&log["bids"][0]["id"], &log["bids"][0]["call_log_id"]),
        (&won["request_id"], &call["call_log_id"])
    );
    let counted = "SELECT CAST((SELECT SUM(live) FROM target_calls) * 100 + (SELECT SUM(used) FROM target_counters) AS BIGINT)";
    assert_eq!(world.count(counted).await, 101, "the call has the bid's places, and no others");
    event(&world, &call, json!({"event": "answered", "at": minutes_ago(4)})).await;
    let ended = event(&world, &call, json!({"event": "ended", "at": minutes_ago(2)})).await;
    assert_eq!(
        (&ended["publisher_paid_out"], &ended["revenue_paid_out"]),
        (&json!(20.25), &json!(30.0)),
        "the bid's price: {ended}"
    );
    assert_eq!(world.count(counted).await, 1);
    let again = world.call_from(CALLER).await;
    assert_eq!((&again["routing"]["code"], tag(&again, "sub_id")), (&json!("all_capped"), &Value::Null));
}

async fn a_call_that_is_decided_again_keeps_the_place_and_the_price(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let filter = json!({"not": {"tag": "tier", "op": "equals", "value": "silver"}});
    let rule =
        |payout: u32| json!({"conversion": {"connected_seconds": 1, "payout": payout}, "concurrency": 1});
    let dear = target(&world, "Dear", rule(20)).await;
    let cheap = target(&world, "Cheap", rule(1)).await;
    // By the plan alone the cheap one would get every call.
    plan(
        &world,
        json!([{"target": cheap, "filter": filter}, {"target": dear, "priority": 2, "filter": filter}]),
        json!({}),
    )
    .await;
    let endpoint = endpoint(&world, json!({})).await;
    assert_eq!(bid(&world, &endpoint, CALLER).await["success"], true);
    let call = world.call_from(CALLER).await;
    assert_eq!(dialed(&call), "Dear", "{call}");
    world.post("update_tags", json!({"call_log_id": id(&call), "add": {"tier": "gold"}})).await;
    assert_eq!(dialed(&world.call(id(&call)).await), "Dear", "it was promised");
    let live = "SELECT CAST(SUM(live) AS BIGINT) FROM target_calls";
    assert_eq!(world.count(live).await, 1);
    let other = next(&world, &call, json!({"outcome": "busy"})).await.json();
    assert_eq!(dialed(&other), "Cheap");
    assert_eq!(world.count(live).await, 1);
    let nobody = next(&world, &other, json!({"outcome": "busy"})).await.json();
    assert_eq!(action(&nobody), "reject");
    assert_eq!(world.count(live).await, 0);
}

async fn a_bid_that_no_call_uses_gives_its_place_back_once(engine: Engine) {
    let mut world = TestWorld::start(engine).await;
    world.nodes.clear();
    let file = world.folder.path().join("step");
    world.add_node_by_clock(&file);
    let one = target(&world, "One", json!({"caps": {"total": 1}, "concurrency": 1})).await;
    plan(&world, json!([{"target": one}]), json!({})).await;
    let endpoint = endpoint(&world, json!({"reservation_seconds": 300})).await;
    assert_eq!(bid(&world, &endpoint, CALLER).await["success"], true);
    step_to(&file, 290);
    assert_eq!(reason(&bid(&world, &endpoint, OTHER).await), "all_capped");
    step_to(&file, 301);
    assert_eq!(bid(&world, &endpoint, OTHER).await["success"], true, "its time is over");
    let late = world.call_from(CALLER).await;
    assert_eq!(late["routing"]["code"], "all_capped", "too late: another holds the place");
    let counted = "SELECT CAST((SELECT SUM(live) FROM target_calls) * 100 + (SELECT SUM(used) FROM target_counters) AS BIGINT)";
    assert_eq!(world.count(counted).await, 101);
    let states: Vec<Value> = bids(&world, &endpoint, "").await["bids"]
        .as_array()
        .unwrap()
        .iter()
        .map(|bid| bid["state"].clone())
        .collect();
    assert_eq!(states, ["reserved", "rejected", "expired"]);
}

async fn a_place_is_given_back_where_nothing_else_happens(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let one = target(&world, "One", json!({"caps": {"total": 1}})).await;
    plan(&world, json!([{"target": one}]), json!({})).await;
    let endpoint = endpoint(&world, json!({"reservation_seconds": 1})).await;
    assert_eq!(bid(&world, &endpoint, CALLER).await["success"], true);
    let held = "SELECT CAST(SUM(used) AS BIGINT) FROM target_counters";
    for _ in 0..200 {
        if world.count(held).await == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(world.count(held).await, 0);
    assert_eq!(bids(&world, &endpoint, "").await["bids"][0]["state"], "expired");
}

async fn caps_are_never_exceeded_by_bids_and_calls_on_two_nodes(engine: Engine) {
    const CAP: usize = 7;
    let mut world = TestWorld::start(engine).await;
    let one = target(&world, "One", json!({"caps": {"day": CAP, "total": CAP}})).await;
    plan(&world, json!([{"target": one}]), json!({})).await;
    let endpoint = endpoint(&world, json!({"reservation_seconds": 300})).await;
    if engine == Engine::Postgres {
        world.add_node();
    }
    let key = world.keys["api_key"].as_str().unwrap();
    let caller = |number: usize| format!("+1310555{number:04}");
    let asked = (0..30).map(|number| {
        let node = number / 2 % world.nodes.len();
        let is_bid = number % 2 == 0;
        let request = if is_bid {
            world.client.post(url(&world, node, &endpoint, "")).json(&json!({"cid": caller(number)}))
        } else {
            let body = json!({"caller": caller(number), "dialed": DIALED});
            world
                .client
                .post(format!("http://{}/v1/calls", world.nodes[node].address))
                .bearer_auth(key)
                .json(&body)
        };
        async move { (number, is_bid, answer(request).await.expect("an answer").json()) }
    });
    let told = futures_util::future::join_all(asked).await;
    let won: Vec<usize> =
        told.iter().filter(|(_, is_bid, told)| *is_bid && told["success"] == true).map(|one| one.0).collect();
    let went = told.iter().filter(|(_, is_bid, told)| !is_bid && action(told) == "dial").count();
    assert_eq!(won.len() + went, CAP, "{told:?}");
    for number in won {
        let call = world.call_from(&caller(number)).await;
        assert_eq!(action(&call), "dial", "{call}");
    }
    assert_eq!(
        world.count("SELECT CAST(MIN(used) * 100 + MAX(used) AS BIGINT) FROM target_counters").await,
        707
    );
    assert_eq!(world.call_from(OTHER).await["routing"]["code"], "all_capped");
}

async fn a_flow_is_run_to_its_first_wait(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let full = target(
        &world,
        "Full",
        json!({"caps": {"total": 1}, "conversion": {"connected_seconds": 1, "payout": 9}}),
    )
    .await;
    let next_best = target(
        &world,
        "Next",
        json!({"caps": {"total": 1}, "conversion": {"connected_seconds": 1, "payout": 8}}),
    )
    .await;
    flow(
        &world,
        json!({
            "start": {"type": "start", "next": "mark"},
            "mark": {"type": "set_tag", "name": "came_by", "value": "[sub_id]", "next": "first"},
            "first": {"type": "dial", "target": full, "no_answer": "second", "busy": "second", "failed": "second"},
            "second": {"type": "dial", "target": next_best, "no_answer": "ask", "busy": "ask", "failed": "ask"},
            "ask": {"type": "menu", "prompt": "Hello", "digits": {"1": "bye"}, "timeout_seconds": 5, "attempts": 1, "invalid": "bye", "no_input": "bye"},
            "bye": {"type": "reject", "reason": "Goodbye"},
        }),
    )
    .await;
    let endpoint = endpoint(&world, json!({})).await;
    let first = get(&world, &endpoint, "cid=3105559876&sub_id=a1").await.json();
    assert_eq!(
        (&first["eligible_routes"][0]["payout"], &first["total_routes"]),
        (&json!(9.0), &json!(1)),
        "{first}"
    );
    let second = bid(&world, &endpoint, OTHER).await;
    assert_eq!(second["eligible_routes"][0]["payout"], json!(8.0), "{second}");
    assert_eq!(reason(&bid(&world, &endpoint, "+13235550000").await), "all_capped");
    let call = world.call_from(CALLER).await;
    assert_eq!((dialed(&call), tag(&call, "came_by")), ("Full", &json!("a1")), "{call}");
    flow(
        &world,
        json!({
            "start": {"type": "start", "next": "wait"},
            "wait": {"type": "hold", "seconds": 3, "next": "bye"},
            "bye": {"type": "reject", "reason": "Goodbye"},
        }),
    )
    .await;
    let waits = bid(&world, &endpoint, "+13235550000").await;
    assert_eq!(reason(&waits), "timed_out", "{waits}");
    // The place that was held is not needed where the caller is sent now.
    let held = world.call_from(OTHER).await;
    assert_eq!(action(&held), "hold");
    event(&world, &held, json!({"event": "ended"})).await;
    assert_eq!(world.count("SELECT CAST(SUM(live) AS BIGINT) FROM target_calls").await, 1);
}

async fn a_bid_without_a_route_says_why(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let endpoint = endpoint(&world, json!({"payout_min": 20.5})).await;
    assert_eq!(reason(&bid(&world, &endpoint, CALLER).await), "plan_missing");
    let one = target(&world, "One", json!({"conversion": {"connected_seconds": 60, "payout": 20.49}})).await;
    plan(&world, json!([{"target": one}]), json!({})).await;
    let low = bid(&world, &endpoint, CALLER).await;
    assert_eq!((reason(&low), &low["success"]), ("payout_too_low", &json!(false)), "{low}");
    assert!(low["message"].as_str().is_some_and(|text| text.ends_with('.')), "{low}");
    for (query, code) in [("zip=90210", "missing_caller_id"), ("caller_id=anonymous", "invalid_caller_id")] {
        let refused = get(&world, &endpoint, query).await;
        assert_eq!((refused.status, reason(&refused.json())), (200, code), "{}", refused.body);
    }
    let path = format!("/v1/rtb-endpoints/{endpoint}");
    let set = async |body: Value| world.api(Method::PATCH, &path, body).await.status;
    assert_eq!(set(json!({"settings": {"payout_min": 20.49}})).await, 200);
    assert_eq!(bid(&world, &endpoint, CALLER).await["success"], true);
    let asks = json!({"availability": {"url": "https://buyer.example/open"}});
    assert_eq!(world.api(Method::PATCH, &format!("/v1/targets/{one}"), asks).await.status, 200);
    assert_eq!(reason(&bid(&world, &endpoint, CALLER).await), "timed_out");
    assert_eq!(set(json!({"enabled": false})).await, 200);
    assert_eq!(reason(&bid(&world, &endpoint, CALLER).await), "endpoint_disabled");
}

async fn what_is_no_bid_is_refused(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let endpoint = endpoint(&world, json!({})).await;
    for unknown in ["00000000-0000-7000-8000-000000000000", "x"] {
        let refused = get(&world, unknown, "caller_id=3105559876").await;
        assert_eq!((refused.status, refused.json()["code"].as_str()), (404, Some("endpoint_not_found")));
        assert_eq!(refused.header("cache-control"), Some("no-store"));
    }
    for method in [Method::PUT, Method::DELETE, Method::OPTIONS] {
        let refused =
            answer(world.client.request(method.clone(), url(&world, 0, &endpoint, ""))).await.unwrap();
        assert_eq!((refused.status, refused.header("allow")), (405, Some("GET, POST")), "{method}");
    }
    let post = |kind: &str, body: String| {
        world.client.post(url(&world, 0, &endpoint, "")).header("content-type", kind).body(body)
    };
    for (kind, body, status, code) in [
        ("application/json", "{".to_owned(), 400, "invalid_json"),
        ("application/json", r#"{"cid":"1","cid":"2"}"#.to_owned(), 400, "duplicate_key"),
        ("text/plain", "cid=1".to_owned(), 415, "unsupported_media_type"),
        ("application/json", format!(r#"{{"a":"{}"}}"#, "x".repeat(300_000)), 413, "body_too_large"),
    ] {
        let refused = answer(post(kind, body)).await.unwrap();
        assert_eq!(
            (refused.status, refused.json()["code"].as_str()),
            (status, Some(code)),
            "{}",
            refused.body
        );
    }
    assert_eq!(bids(&world, &endpoint, "").await, json!({"bids": [], "next_cursor": null}));
}

async fn the_log_has_every_bid_by_page_and_state(engine: Engine) {
    let mut world = TestWorld::start(engine).await;
    let one = target(
        &world,
        "One",
        json!({"caps": {"total": 1}, "conversion": {"connected_seconds": 1, "payout": 9}}),
    )
    .await;
    plan(&world, json!([{"target": one}]), json!({})).await;
    let endpoint = endpoint(&world, json!({})).await;
    let won = get(&world, &endpoint, "Caller_Id=3105559876&SUB_ID=a1").await.json();
    let lost = bid(&world, &endpoint, OTHER).await;
    let page = bids(&world, &endpoint, "limit=1").await;
    assert_eq!((&page["bids"][0]["id"], &page["next_cursor"]), (&lost["request_id"], &lost["request_id"]));
    assert_eq!((&page["bids"][0]["reason"], &page["bids"][0]["answer"]), (&json!("all_capped"), &lost));
    let cursor = page["next_cursor"].as_str().unwrap();
    let last = bids(&world, &endpoint, &format!("limit=1&cursor={cursor}")).await;
    let shown = &last["bids"][0];
    assert_eq!((&shown["id"], &last["next_cursor"]), (&won["request_id"], &Value::Null));
    assert_eq!(
        (&shown["caller"], &shown["payout"], &shown["target_id"]),
        (&json!(CALLER), &json!(9.0), &json!(one))
    );
    assert_eq!(shown["parameters"], json!({"caller_id": "3105559876", "sub_id": "a1"}));
    let rejected = bids(&world, &endpoint, "state=rejected").await;
    assert_eq!(rejected["bids"].as_array().unwrap().len(), 1);
    let path = format!("/v1/rtb-endpoints/{endpoint}/bids");
    for query in ["state=lost", "limit=0", "cursor=x", "status=used"] {
        assert_eq!(
            world.api(Method::GET, &format!("{path}?{query}"), Value::Null).await.status,
            400,
            "{query}"
        );
    }
    world.move_to_another_organization();
    let others = world.api(Method::GET, &path, Value::Null).await;
    assert_eq!((others.status, others.json()["code"].as_str()), (404, Some("rtb_endpoint_not_found")));
}
