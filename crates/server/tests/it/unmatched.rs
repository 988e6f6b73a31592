//! Requests whose call is not there: held if their webhook says so, applied once when it appears, attached
//! or put aside by hand.

use reqwest::Method;
use serde_json::{Value, json};

use crate::on_both_engines;
use crate::world::{Answer, Engine, TestWorld, answer, call_id, tag};

on_both_engines! {
    without_its_call_an_update_is_404_unless_the_webhook_holds_it;
    what_is_held_is_in_the_call_once_when_the_caller_calls;
    what_is_held_by_a_switch_s_name_meets_that_call_only;
    an_update_and_its_call_at_the_same_time_meet_once;
    an_unmatched_request_is_attached_by_hand_and_once;
    what_is_dismissed_or_expired_reaches_no_call_by_itself;
    the_inbox_is_read_by_page_and_narrowed;
    another_organization_s_inbox_is_not_there;
}

const CALLER: &str = "+13105559876";
const OTHER: &str = "+12125550000";
const UPDATES: [&str; 3] = ["update_revenue", "update_tags", "update_fields"];

/// A world whose updates wait, with a second server where the engine allows it.
async fn start(engine: Engine) -> TestWorld {
    let mut world = TestWorld::start(engine).await;
    for kind in UPDATES {
        assert_eq!(world.set(kind, json!({"on_unmatched": "hold"})).await.status, 200);
    }
    if engine == Engine::Postgres {
        world.add_node();
    }
    world
}

async fn inbox(world: &TestWorld, query: &str) -> Vec<Value> {
    let page = world.api(Method::GET, &format!("/v1/unmatched?{query}"), Value::Null).await;
    assert_eq!(page.status, 200, "{}", page.body);
    page.json()["unmatched"].as_array().expect("a list").clone()
}

async fn decide(world: &TestWorld, request: &str, verb: &str, body: Value) -> Answer {
    world.api(Method::POST, &format!("/v1/unmatched/{request}/{verb}"), body).await
}

/// Sends an update that is held; its id.
async fn hold(world: &TestWorld, kind: &str, body: Value) -> String {
    let held = world.post(kind, body).await;
    assert_eq!((held.status, &held.json()["held"]), (200, &json!(true)), "{}", held.body);
    held.json()["request_id"].as_str().unwrap().to_owned()
}

async fn without_its_call_an_update_is_404_unless_the_webhook_holds_it(engine: Engine) {
    let mut world = TestWorld::start(engine).await;
    let body = json!({"phone": CALLER, "revenue": 1, "transaction_id": "t"});
    let missing = world.post("update_revenue", body.clone()).await;
    assert_eq!((missing.status, &missing.json()["code"]), (404, &json!("call_not_found")));
    assert_eq!(world.webhook("update_revenue").await["settings"]["on_unmatched"], "404");
    for (kind, word, status) in
        [("update_revenue", "drop", 400), ("call_data", "hold", 400), ("update_revenue", "hold", 200)]
    {
        assert_eq!(world.set(kind, json!({"on_unmatched": word})).await.status, status, "{kind} {word}");
    }
    let held = world.post("update_revenue", body.clone()).await;
    let request = held.header("x-request-id").unwrap();
    let expected = format!(
        r#"{{"success":true,"held":true,"call_log_ids":[],"request_id":"{request}","revenue_paid_out":1.00}}"#
    );
    assert_eq!((held.status, &held.body), (200, &expected));
    world.crash_and_restart();
    let again = world.post("update_revenue", body).await;
    assert_eq!((&again.body, again.header("idempotent-replayed")), (&held.body, Some("true")));
    assert_eq!(world.count("SELECT COUNT(*) FROM held_updates").await, 1, "a repeat is held once");
    let logged = world.api(Method::GET, &format!("/v1/requests/{request}"), Value::Null).await.json();
    assert_eq!(logged["effect"]["held"], true, "{logged}");

    world.set("update_tags", json!({"on_unmatched": "hold"})).await;
    let tags = json!({"phone": CALLER, "add": {"Lead-Quality": "high"}, "remove": ["pending"]});
    let tags = world.post("update_tags", tags).await.json();
    assert_eq!((&tags["added"], &tags["removed"]), (&json!([{"Lead-Quality": "high"}]), &json!(["pending"])));
    world.set("update_fields", json!({"on_unmatched": "hold"})).await;
    let fields = json!({"call_log_id": "no-call", "reason": "sold", "publisher_paid_out": 2, "colour": 1});
    let fields = world.post("update_fields", fields).await.json();
    assert_eq!((&fields["reason"], &fields["ignored_fields"]), (&json!("sold"), &json!(["colour"])));

    let batch = json!({"call_log_id": [call_id(0), "no-call"], "revenue": 2});
    let batch = world.post("update_revenue", batch).await.json();
    assert_eq!(batch["failed_call_log_ids"], json!(["no-call"]), "a batch names what it misses: {batch}");
    assert_eq!((batch.get("held"), &batch["call_log_ids"]), (None, &json!([call_id(0)])));
    let stands = world.post("update_revenue", json!({"call_log_id": call_id(0), "revenue": 3})).await.json();
    assert_eq!((stands.get("held"), &stands["call_log_ids"]), (None, &json!([call_id(0)])));
    assert_eq!(world.count("SELECT COUNT(*) FROM held_updates").await, 3);
    world.move_to_another_organization();
    world.set("update_revenue", json!({"on_unmatched": "hold"})).await;
    let foreign = world.post("update_revenue", json!({"call_log_id": call_id(0), "revenue": 1})).await;
    assert_eq!(foreign.status, 403, "{}", foreign.body);
}

async fn what_is_held_is_in_the_call_once_when_the_caller_calls(engine: Engine) {
    let mut world = start(engine).await;
    let mut requests = vec![
        hold(&world, "update_revenue", json!({"phone": CALLER, "revenue": "10"})).await,
        hold(&world, "update_revenue", json!({"phone": CALLER, "revenue": "20.5"})).await,
        hold(&world, "update_tags", json!({"phone": CALLER, "add": {"plan": "gold"}})).await,
    ];
    let fields = json!({"phone": CALLER, "reason": "sold", "publisher_paid_out": 5});
    requests.push(hold(&world, "update_fields", fields).await);
    hold(&world, "update_revenue", json!({"phone": OTHER, "revenue": 99})).await;
    world.crash_and_restart();

    let started = world.call_from(CALLER).await;
    assert_eq!((&started["revenue_paid_out"], tag(&started, "plan")), (&json!(20.5), &json!("gold")));
    assert_eq!((&started["converted"], &started["reason"]), (&json!(true), &json!("sold")));
    let id = started["call_log_id"].as_str().unwrap();
    let call = world.call(id).await;
    let entries = call["timeline"].as_array().unwrap();
    assert_eq!(entries[0]["event"], "call.started");
    let updates = &entries[1..];
    let by_request: Vec<&str> = updates.iter().map(|entry| entry["request_id"].as_str().unwrap()).collect();
    assert_eq!(by_request, requests, "in the order in which they came: {call}");
    let webhook = format!("webhook:{}", world.webhook("update_revenue").await["id"].as_str().unwrap());
    assert_eq!((&updates[0]["event"], &updates[0]["by"]), (&json!("call.updated"), &json!(webhook)));
    let change = &updates[1]["changes"][0];
    assert_eq!((&change["from"], &change["to"]), (&json!("10.00"), &json!("20.50")));

    let applied = inbox(&world, "state=applied").await;
    assert_eq!(applied.len(), 4);
    let newest = &applied[0];
    assert_eq!((&newest["request_id"], &newest["applied_to"]), (&json!(requests[3]), &json!(id)));
    assert_eq!(newest["skipped_fields"][0]["field"], "publisher_paid_out", "the call is live: {newest}");
    let waiting = inbox(&world, "").await;
    assert_eq!((waiting.len(), &waiting[0]["caller"]), (1, &json!(OTHER)), "{waiting:?}");

    let second = world.call_from(CALLER).await;
    assert_eq!((&second["revenue_paid_out"], tag(&second, "plan")), (&Value::Null, &Value::Null));
    assert_eq!(world.call(id).await["timeline"].as_array().unwrap().len(), 5);
}

async fn what_is_held_by_a_switch_s_name_meets_that_call_only(engine: Engine) {
    let world = start(engine).await;
    // A switch's name may look like an id of ours.
    for name in ["switch-17", "0193a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2b"] {
        let held = hold(&world, "update_tags", json!({"call_log_id": name, "add": {"early": "yes"}})).await;
        let start =
            |name: Option<&str>| json!({"caller": CALLER, "dialed": "+18885550100", "external_id": name});
        for other in [None, Some("switch-18")] {
            let other = world.api(Method::POST, "/v1/calls", start(other)).await;
            assert_eq!(tag(&other.json(), "early"), &Value::Null, "{}", other.body);
        }
        assert_eq!(inbox(&world, "").await[0]["call_log_id"], name);
        let named = world.api(Method::POST, "/v1/calls", start(Some(name))).await.json();
        assert_eq!(tag(&named, "early"), &json!("yes"), "{named}");
        let repeated = world.api(Method::POST, "/v1/calls", start(Some(name))).await;
        assert_eq!((repeated.status, &repeated.json()["call_log_id"]), (200, &named["call_log_id"]));
        let applied = inbox(&world, "state=applied&limit=1").await;
        assert_eq!(
            (&applied[0]["request_id"], &applied[0]["applied_to"]),
            (&json!(held), &named["call_log_id"])
        );

        let later = json!({"call_log_id": name, "add": {"late": "too"}});
        let later = world.post("update_tags", later).await.json();
        assert_eq!(later["call_log_ids"], json!([named["call_log_id"]]), "the call has begun: {later}");
        let call = world.call(named["call_log_id"].as_str().unwrap()).await;
        assert_eq!((tag(&call, "early"), tag(&call, "late")), (&json!("yes"), &json!("too")));
    }
    assert!(inbox(&world, "").await.is_empty());
}

/// On PostgreSQL the update comes to one server and its call to another.
async fn an_update_and_its_call_at_the_same_time_meet_once(engine: Engine) {
    const CALLS: usize = 40;
    let world = start(engine).await;
    let last = world.nodes.len() - 1;
    let key = world.keys["api_key"].as_str().unwrap();
    let both = (0..CALLS).map(async |index| {
        let caller = format!("+1310555{:04}", 1_000 + index);
        let name = format!("switch-{index}");
        // Half by the caller's number, half by the switch's name of the call.
        let update = if index % 2 == 0 {
            json!({"phone": caller, "revenue": 7, "transaction_id": name})
        } else {
            json!({"call_log_id": name, "revenue": 7, "transaction_id": name})
        };
        let call = json!({"caller": caller, "dialed": "+18885550100", "external_id": name});
        let url = format!("http://{}/v1/calls", world.nodes[last].address);
        let update_url = world.webhook_on(0, "update_revenue");
        let (updated, started) = tokio::join!(
            world.try_post(&update_url, &update),
            answer(world.client.post(url).bearer_auth(key).json(&call)),
        );
        (updated.unwrap(), started.unwrap())
    });
    for (updated, started) in futures_util::future::join_all(both).await {
        assert_eq!((updated.status, started.status), (200, 201), "{} {}", updated.body, started.body);
        let id = started.json()["call_log_id"].as_str().unwrap().to_owned();
        let call = world.call(&id).await;
        assert_eq!(call["revenue_paid_out"], json!(7.0), "{} {call}", updated.body);
        let entries = call["timeline"].as_array().unwrap();
        assert_eq!(entries.len(), 2, "the start and one update: {call}");
        assert_eq!(entries[1]["request_id"].as_str(), updated.header("x-request-id"));
    }
    assert!(inbox(&world, "").await.is_empty(), "nothing is left waiting for a call that has begun");
}

async fn an_unmatched_request_is_attached_by_hand_and_once(engine: Engine) {
    let world = start(engine).await;
    let (id, other) = (call_id(0), call_id(1));
    let update = hold(&world, "update_fields", json!({"phone": CALLER, "publisher_paid_out": 5})).await;
    let data = world.post("call_data", json!({"caller_id": CALLER, "lead_source": "ads"})).await.json();
    let data = data["request_id"].as_str().unwrap().to_owned();
    for (request, body, status, code) in [
        (update.as_str(), json!({"call_log_id": "no-call"}), 400, "invalid_body"),
        (update.as_str(), json!({"call_log_id": call_id(999)}), 404, "call_not_found"),
        (data.as_str(), json!({"call_log_id": call_id(999)}), 404, "call_not_found"),
        (id.as_str(), json!({"call_log_id": id}), 404, "unmatched_not_found"),
        ("no-request", json!({"call_log_id": id}), 404, "unmatched_not_found"),
    ] {
        let refused = decide(&world, request, "attach", body).await;
        assert_eq!((refused.status, &refused.json()["code"]), (status, &json!(code)), "{}", refused.body);
    }
    let attached = decide(&world, &update, "attach", json!({"call_log_id": id})).await;
    assert_eq!(
        (attached.status, &attached.json()["publisher_paid_out"]),
        (200, &json!(5.0)),
        "{}",
        attached.body
    );
    let attached = decide(&world, &data, "attach", json!({"call_log_id": id})).await;
    assert_eq!(
        (attached.status, tag(&attached.json(), "lead_source")),
        (200, &json!("ads")),
        "{}",
        attached.body
    );
    for (request, code) in [(&update, "not_waiting"), (&data, "unmatched_not_found")] {
        for verb in ["attach", "dismiss"] {
            let again = decide(&world, request, verb, json!({"call_log_id": other})).await;
            assert_eq!(again.json()["code"], code, "{verb}: {}", again.body);
        }
    }
    let call = world.call(&id).await;
    let entries = call["timeline"].as_array().unwrap();
    assert_eq!(entries.len(), 2, "{call}");
    for (entry, request) in entries.iter().zip([&update, &data]) {
        assert!(entry["by"].as_str().unwrap().starts_with("api_key:"), "who did it: {entry}");
        assert_eq!(entry["request_id"], json!(request));
    }
    let listed = inbox(&world, "state=attached").await;
    assert_eq!((&listed[0]["request_id"], &listed[1]["request_id"]), (&json!(data), &json!(update)));
    assert!(listed.iter().all(|one| one["applied_to"] == json!(id)), "{listed:?}");
    assert!(listed[1]["settled_by"].as_str().unwrap().starts_with("api_key:"));
    let started = world.call_from(CALLER).await;
    assert_eq!(started["publisher_paid_out"], Value::Null);
    assert_eq!(
        tag(&started, "lead_source"),
        &json!("ads"),
        "call_data serves each call, unless it is consumed"
    );
}

async fn what_is_dismissed_or_expired_reaches_no_call_by_itself(engine: Engine) {
    let mut world = start(engine).await;
    let dismissed = hold(&world, "update_revenue", json!({"phone": CALLER, "revenue": 1})).await;
    let data = world.post("call_data", json!({"caller_id": CALLER, "lead_source": "ads"})).await.json();
    for request in [dismissed.as_str(), data["request_id"].as_str().unwrap()] {
        let done = decide(&world, request, "dismiss", Value::Null).await;
        assert_eq!((done.status, &done.json()["request_id"]), (200, &json!(request)), "{}", done.body);
        let again = decide(&world, request, "dismiss", Value::Null).await;
        assert_eq!((again.status, &again.json()["code"]), (409, &json!("not_waiting")), "{}", again.body);
        let attached = decide(&world, request, "attach", json!({"call_log_id": call_id(0)})).await;
        assert!(matches!(attached.status, 404 | 409), "{}", attached.body);
    }
    assert_eq!(inbox(&world, "state=dismissed").await.len(), 2);
    let expired = hold(&world, "update_tags", json!({"phone": CALLER, "add": {"late": 1}})).await;
    let deleted = hold(&world, "update_fields", json!({"phone": CALLER, "reason": "gone"})).await;
    let old = world.post("call_data", json!({"caller_id": OTHER, "lead_source": "old"})).await.json();
    let path = format!("/v1/webhooks/{}", world.webhook("update_fields").await["id"].as_str().unwrap());
    assert_eq!(world.api(Method::DELETE, &path, Value::Null).await.status, 200);
    world.nodes.clear();
    // As if they had come in 1970, and 16 days ago.
    world.execute("UPDATE held_updates SET received_at = 1, expires_at = 2 WHERE kind = 'update_tags'").await;
    world
        .execute("UPDATE caller_data SET received_at = received_at - 1382400000000 WHERE settled IS NULL")
        .await;
    world.add_node();
    let started = world.call_from(CALLER).await;
    assert_eq!(
        (
            &started["revenue_paid_out"],
            &started["reason"],
            tag(&started, "late"),
            tag(&started, "lead_source")
        ),
        (&Value::Null, &Value::Null, &Value::Null, &Value::Null)
    );
    until_none_pending(&world, "kind = 'update_tags'").await;
    let listed = inbox(&world, "state=expired").await;
    let listed: Vec<&Value> = listed.iter().map(|one| &one["request_id"]).collect();
    assert_eq!(listed, [&old["request_id"], &json!(expired)]);
    let waiting = inbox(&world, "").await;
    assert_eq!((waiting.len(), &waiting[0]["request_id"]), (1, &json!(deleted)), "it waits for a person");
    for request in [&expired, &deleted] {
        let attached = decide(&world, request, "attach", json!({"call_log_id": call_id(0)})).await;
        assert_eq!(attached.status, 200, "{}", attached.body);
    }
    let call = world.call(&call_id(0)).await;
    assert_eq!((tag(&call, "late"), &call["reason"]), (&json!("1"), &json!("gone")));
}

/// Looks until upkeep, which runs at once when a server starts, has been there.
async fn until_none_pending(world: &TestWorld, of: &str) {
    let sql = format!("SELECT COUNT(*) FROM held_updates WHERE state = 'pending' AND {of}");
    let alive = format!("http://{}/healthz", world.nodes[0].address);
    for look in 0.. {
        if world.count(&sql).await == 0 {
            return;
        }
        assert!(look < 10_000, "upkeep did not expire them");
        assert_eq!(answer(world.client.get(&alive)).await.unwrap().status, 200);
    }
}

async fn the_inbox_is_read_by_page_and_narrowed(engine: Engine) {
    let world = start(engine).await;
    let mut sent = Vec::new();
    for index in 0..4 {
        let caller = if index % 2 == 0 { CALLER } else { OTHER };
        sent.push(hold(&world, "update_revenue", json!({"phone": caller, "revenue": "150.00"})).await);
        let data = world.post("call_data", json!({"caller_id": caller, "index": index})).await.json();
        sent.push(data["request_id"].as_str().unwrap().to_owned());
    }
    sent.reverse();
    let mut seen = Vec::new();
    let mut cursor = String::new();
    loop {
        let page =
            world.api(Method::GET, &format!("/v1/unmatched?limit=3{cursor}"), Value::Null).await.json();
        let requests = page["unmatched"].as_array().unwrap().iter();
        seen.extend(requests.map(|one| one["request_id"].as_str().unwrap().to_owned()));
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(seen, sent, "newest first, each once");
    let webhook = world.webhook("call_data").await["id"].as_str().unwrap().to_owned();
    for (query, expected) in [
        ("kind=call_data".to_owned(), 4),
        ("kind=update_revenue&caller=%2B13105559876".to_owned(), 2),
        ("kind=update_tags".to_owned(), 0),
        (format!("webhook_id={webhook}&caller=(212)+555-0000"), 2),
        ("state=applied".to_owned(), 0),
    ] {
        assert_eq!(inbox(&world, &query).await.len(), expected, "{query}");
    }
    let whole = world.api(Method::GET, "/v1/unmatched", Value::Null).await;
    assert!(whole.body.contains(r#""changes":{"revenue_paid_out":150.00}"#), "{}", whole.body);
    let reasons = inbox(&world, "caller=%2B13105559876").await;
    let reasons: Vec<&str> = reasons.iter().map(|one| one["reason"].as_str().unwrap()).collect();
    assert_eq!(reasons[0], "no call of this caller has started since");
    assert_eq!(reasons[1], "no call from +13105559876 started in the last 7 days");
    assert_eq!(reasons[2], "a newer request of this caller to the same webhook took its place");
    for wrong in ["state=held", "kind=call", "limit=0", "limit=201", "colour=red", "cursor=x"] {
        let refused = world.api(Method::GET, &format!("/v1/unmatched?{wrong}"), Value::Null).await;
        assert_eq!(refused.status, 400, "{wrong}: {}", refused.body);
    }
    world.call_from(CALLER).await;
    let left = inbox(&world, "").await;
    assert_eq!(left.len(), 5, "the newest call_data and both updates have their call: {left:?}");
}

async fn another_organization_s_inbox_is_not_there(engine: Engine) {
    let mut world = start(engine).await;
    let update = hold(&world, "update_revenue", json!({"phone": CALLER, "revenue": 1})).await;
    let data = world.post("call_data", json!({"caller_id": CALLER, "lead_source": "ads"})).await.json();
    let data = data["request_id"].as_str().unwrap().to_owned();
    world.move_to_another_organization();
    assert!(inbox(&world, "").await.is_empty());
    for request in [&update, &data] {
        for verb in ["attach", "dismiss"] {
            let refused = decide(&world, request, verb, json!({"call_log_id": call_id(0)})).await;
            assert_eq!(refused.status, 404, "{verb}: {}", refused.body);
        }
    }
    world.set("update_revenue", json!({"on_unmatched": "hold"})).await;
    let own = hold(&world, "update_revenue", json!({"phone": OTHER, "revenue": 1})).await;
    let foreign = decide(&world, &own, "attach", json!({"call_log_id": call_id(0)})).await;
    assert_eq!((foreign.status, &foreign.json()["code"]), (403, &json!("call_forbidden")));
    assert_eq!(world.call_from(CALLER).await["revenue_paid_out"], Value::Null);
}
