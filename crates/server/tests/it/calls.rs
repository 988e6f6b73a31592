//! SPEC 1.1, 2 and 3: data that comes before a call, during it and after it.

use futures_util::StreamExt;
use reqwest::Method;
use serde_json::{Value, json};

use crate::on_both_engines;
use crate::world::{Answer, Engine, TestWorld, answer};

on_both_engines! {
    what_was_known_before_the_call_becomes_its_tags;
    what_arrives_during_the_call_reaches_it_at_once;
    a_start_and_its_events_may_be_repeated;
    a_stream_of_another_node_sees_what_happens_and_resumes;
    calls_are_listed_by_page_and_exported;
    what_no_database_can_keep_is_refused_by_name;
    what_is_too_long_or_there_twice_is_refused_by_name;
}

const CALLER: &str = "+13105559876";
const DIALED: &str = "+18885550100";

async fn post(world: &TestWorld, path: &str, body: Value) -> Answer {
    let url = format!("http://{}{path}", world.nodes[0].address);
    let key = world.keys["api_key"].as_str().unwrap();
    answer(world.client.post(url).bearer_auth(key).json(&body)).await.unwrap()
}

async fn get(world: &TestWorld, path: &str) -> Answer {
    let url = format!("http://{}{path}", world.nodes[0].address);
    let key = world.keys["api_key"].as_str().unwrap();
    answer(world.client.get(url).bearer_auth(key)).await.unwrap()
}

async fn start(world: &TestWorld) -> String {
    let started = post(world, "/v1/calls", json!({"caller": CALLER, "dialed": DIALED})).await;
    assert_eq!(started.status, 201, "{}", started.body);
    started.json()["call_log_id"].as_str().unwrap().to_owned()
}

fn tag<'a>(call: &'a Value, name: &str) -> &'a Value {
    let tags = call["tags"].as_array().expect("a call has tags");
    tags.iter().find(|tag| tag["name"] == name).unwrap_or(&Value::Null)
}

async fn what_was_known_before_the_call_becomes_its_tags(engine: Engine) {
    let world = TestWorld::start(engine).await;
    world.post("call_data", json!({"caller_id": CALLER, "lead_source": "old", "age": 1})).await;
    let newest = world
        .post("call_data", json!({"caller_id": "(310) 555-9876", "Lead-Source": "google_ads", "undefined_field": "x", "caller_zip": "90210"}))
        .await;
    let started = post(
        &world,
        "/v1/calls",
        json!({"caller": CALLER, "dialed": DIALED, "parameters": {"gclid": "abc", "lead_source": "url"}, "headers": {"X-Trunk": "7", "Authorization": "secret"}}),
    )
    .await;
    let call = started.json();
    assert_eq!(tag(&call, "lead_source")["value"], "google_ads");
    assert_eq!(tag(&call, "lead_source")["source"], "call_data");
    assert_eq!(tag(&call, "lead_source")["request_id"], newest.json()["request_id"]);
    assert_eq!(tag(&call, "age"), &Value::Null, "only the newest request of a webhook is used");
    assert_eq!(tag(&call, "undefined_field"), &Value::Null, "only defined tags come from call_data");
    assert_eq!((&tag(&call, "gclid")["value"], &tag(&call, "trunk")["value"]), (&json!("abc"), &json!("7")));
    assert!(!started.body.contains("secret"), "{}", started.body);
    assert_eq!((&call["zip"], &call["state"]), (&json!("90210"), &json!("CA")));
    let path = format!("/v1/calls/{}", call["call_log_id"].as_str().unwrap());
    let timeline = get(&world, &path).await.json()["timeline"].clone();
    let changes = timeline[0]["changes"].as_array().unwrap();
    let told = |field| changes.iter().filter(|change| change["field"] == field).count();
    assert_eq!(["state", "tag:state", "zip", "tag:zip_code"].map(told), [1, 0, 1, 0], "{timeline}");
    assert_eq!(call["campaign_name"], "Medicare");
    let other = post(&world, "/v1/calls", json!({"caller": "+12125550000", "dialed": DIALED})).await.json();
    assert_eq!((tag(&other, "lead_source"), &other["state"]), (&Value::Null, &json!("NY")));
}

async fn what_arrives_during_the_call_reaches_it_at_once(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let id = start(&world).await;
    world.post("call_data", json!({"caller_id": CALLER, "lead_source": "late"})).await;
    let live = world.post("update_revenue", json!({"phone": CALLER, "revenue_paid_out": 12.5})).await;
    assert_eq!(live.json()["active_call_log_ids"], json!([id]), "{}", live.body);
    let fields = world
        .post("update_fields", json!({"call_log_id": id, "publisher_paid_out": 1, "add": {"stage": "quote"}}))
        .await;
    assert_eq!(fields.json()["skipped_fields"][0]["field"], "publisher_paid_out", "{}", fields.body);
    post(&world, &format!("/v1/calls/{id}/events"), json!({"event": "answered", "target": "+18005550111"}))
        .await;
    let ended = post(&world, &format!("/v1/calls/{id}/events"), json!({"event": "ended"})).await;
    assert_eq!(ended.json()["status"], "completed", "{}", ended.body);
    let after = world.post("update_revenue", json!({"call_log_id": id, "revenue_paid_out": 150.00})).await;
    assert_eq!(after.json().get("active_call_log_ids"), None);

    let whole = get(&world, &format!("/v1/calls/{id}")).await;
    assert!(whole.body.contains(r#""revenue_paid_out":150.00"#), "{}", whole.body);
    let call = whole.json();
    assert_eq!(
        (&tag(&call, "lead_source")["value"], &tag(&call, "stage")["source"]),
        (&json!("late"), &json!("update_tags"))
    );
    let events: Vec<&str> =
        call["timeline"].as_array().unwrap().iter().map(|entry| entry["event"].as_str().unwrap()).collect();
    let expected = [
        "call.started",
        "call.data",
        "call.updated",
        "call.updated",
        "call.answered",
        "call.ended",
        "call.updated",
    ];
    assert_eq!(events, expected);
    let last = &call["timeline"][6];
    assert_eq!(last["changes"], json!([{"field": "revenue_paid_out", "from": "12.50", "to": "150.00"}]));
    assert!(last["by"].as_str().unwrap().starts_with("webhook:"));
}

async fn a_start_and_its_events_may_be_repeated(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let body = json!({"caller": CALLER, "dialed": DIALED, "external_id": "switch-1"});
    let first = post(&world, "/v1/calls", body.clone()).await;
    let again = post(&world, "/v1/calls", body).await;
    assert_eq!((first.status, again.status), (201, 200));
    assert_eq!(first.json()["call_log_id"], again.json()["call_log_id"]);
    let path = format!("/v1/calls/{}/events", first.json()["call_log_id"].as_str().unwrap());
    for event in [
        json!({"event": "ended", "reason": "busy", "failed": true}),
        json!({"event": "ended"}),
        json!({"event": "ringing"}),
    ] {
        let done = post(&world, &path, event).await;
        assert_eq!((done.status, done.json()["status"].as_str()), (200, Some("failed")), "{}", done.body);
    }
    assert_eq!(world.count("SELECT COUNT(*) FROM timeline").await, 2);
    assert_eq!(post(&world, &path, json!({"event": "exploded"})).await.status, 400);
    assert_eq!(post(&world, "/v1/calls", json!({"caller": CALLER})).await.status, 400);
    let no_key =
        answer(world.client.get(format!("http://{}/v1/calls", world.nodes[0].address))).await.unwrap();
    assert_eq!(no_key.status, 401);
}

async fn a_stream_of_another_node_sees_what_happens_and_resumes(engine: Engine) {
    let mut world = TestWorld::start(engine).await;
    if engine == Engine::Postgres {
        world.add_node();
    }
    let listening = world.nodes.len() - 1;
    let open = |last_seen: Option<String>| {
        let url = format!("http://{}/v1/stream", world.nodes[listening].address);
        let request = world.client.get(url).bearer_auth(world.keys["api_key"].as_str().unwrap());
        last_seen.into_iter().fold(request, |request, id| request.header("last-event-id", id)).send()
    };
    let mut stream = open(None).await.unwrap().bytes_stream();
    let id = start(&world).await;
    let first = next_event(&mut stream).await;
    assert!(first.contains("event: call.started") && first.contains(&id), "{first}");
    drop(stream);
    world.post("update_tags", json!({"call_log_id": id, "add": {"seen": "later"}})).await;
    let last_seen = first.lines().find_map(|line| line.strip_prefix("id: ")).unwrap().to_owned();
    let mut stream = open(Some(last_seen)).await.unwrap().bytes_stream();
    let missed = next_event(&mut stream).await;
    assert!(missed.contains("event: call.updated") && missed.contains("later"), "{missed}");
}

async fn next_event<S, B>(stream: &mut S) -> String
where
    S: futures_util::Stream<Item = reqwest::Result<B>> + Unpin,
    B: AsRef<[u8]>,
{
    // Comments, such as the one with which a stream opens, are no events.
    let mut text = String::new();
    while !text.trim_start_matches(": open\n\n").contains("\n\n") {
        let chunk = stream.next().await.expect("the stream goes on").unwrap();
        text += std::str::from_utf8(chunk.as_ref()).unwrap();
    }
    text
}

async fn calls_are_listed_by_page_and_exported(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let newest = start(&world).await;
    let mut seen = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = get(&world, &format!("/v1/calls?limit=8{cursor}")).await.json();
        seen.extend(
            page["calls"]
                .as_array()
                .unwrap()
                .iter()
                .map(|call| call["call_log_id"].as_str().unwrap().to_owned()),
        );
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!((seen.len(), &seen[0]), (21, &newest));
    assert!(seen.is_sorted_by(|a, b| a > b), "newest first, each once");
    let live = get(&world, "/v1/calls?status=ringing&caller=%2B13105559876").await.json();
    assert_eq!(live["calls"].as_array().unwrap().len(), 1);
    assert_eq!(get(&world, "/v1/calls?colour=red").await.status, 400);
    let csv = get(&world, "/v1/calls.csv").await;
    assert_eq!((csv.body.lines().count(), csv.header("content-type")), (22, Some("text/csv; charset=utf-8")));
    for (query, lines) in [("limit=5", 6), ("limit=1000000", 22), ("limit=5&status=ringing", 2)] {
        let csv = get(&world, &format!("/v1/calls.csv?{query}")).await;
        assert_eq!((csv.status, csv.body.lines().count()), (200, lines), "{query}");
    }
    for limit in ["0", "1000001", "many"] {
        let refused = get(&world, &format!("/v1/calls.csv?limit={limit}")).await;
        assert_eq!(refused.status, 400, "{limit}");
        assert!(refused.body.contains("`limit` must be a number from 1 to 1000000"), "{}", refused.body);
    }
    let campaign = world.api(Method::POST, "/v1/campaigns", json!({"name": "Spring, sale"})).await;
    let campaign = campaign.json()["id"].as_str().unwrap().to_owned();
    let call = json!({"caller": "+13105559877", "dialed": "+18885550100", "campaign_id": campaign});
    assert_eq!(world.api(Method::POST, "/v1/calls", call).await.status, 201);
    let csv = get(&world, "/v1/calls.csv?limit=1").await;
    let line = csv.body.lines().nth(1).expect("a call");
    assert!(line.contains(&format!(",{campaign},\"Spring, sale\",")), "{line}");
    assert!(line.ends_with(",Search ads"), "its number's publisher: {line}");
    let foreign = get(&world, "/v1/calls/01977420-dc00-7000-8000-00000000ffff").await;
    assert_eq!(foreign.status, 404);
}

async fn what_no_database_can_keep_is_refused_by_name(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let id = start(&world).await;
    let events = format!("/v1/calls/{id}/events");
    let nul = "a\0b";
    for (path, field, body) in [
        ("/v1/calls", "external_id", json!({"caller": CALLER, "dialed": DIALED, "external_id": nul})),
        (events.as_str(), "target", json!({"event": "answered", "target": nul})),
        (events.as_str(), "reason", json!({"event": "ended", "reason": nul})),
    ] {
        let refused = post(&world, path, body).await;
        assert_eq!(refused.status, 400, "{}", refused.body);
        assert!(refused.body.contains(&format!("`{field}`")), "{}", refused.body);
    }
    assert_eq!(get(&world, "/v1/calls?caller=a%00b").await.status, 400);
    for path in ["/v1/calls/%FF", "/v1/calls/%FF/stream"] {
        let refused = get(&world, path).await;
        assert_eq!((refused.status, &refused.json()["code"]), (400, &json!("invalid_path")));
    }
}

async fn what_is_too_long_or_there_twice_is_refused_by_name(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let events = format!("/v1/calls/{}/events", start(&world).await);
    // Characters are counted, not bytes.
    for (event, field) in [("answered", "target"), ("ended", "reason")] {
        let refused = post(&world, &events, json!({"event": event, field: "é".repeat(4_097)})).await;
        assert_eq!((refused.status, &refused.json()["code"]), (400, &json!("invalid_field")));
        let message = format!("`{field}` must have at most 4096 characters");
        assert!(refused.body.contains(&message), "{}", refused.body);
    }
    for (event, field) in [("answered", "target"), ("ended", "reason")] {
        let longest = "é".repeat(4_096);
        let done = post(&world, &events, json!({"event": event, field: longest})).await;
        assert_eq!((done.status, &done.json()[field]), (200, &json!(longest)), "{field}");
    }
    for field in ["parameters", "headers"] {
        let body = format!(r#"{{"caller":"{CALLER}","dialed":"{DIALED}","{field}":{{"a":1,"b":2,"a":1}}}}"#);
        let url = format!("http://{}/v1/calls", world.nodes[0].address);
        let request = world.client.post(url).bearer_auth(world.keys["api_key"].as_str().unwrap());
        let refused = answer(request.body(body)).await.unwrap();
        assert_eq!((refused.status, &refused.json()["code"]), (400, &json!("duplicate_key")));
        assert!(refused.body.contains(&format!("`{field}.a` is there twice")), "{}", refused.body);
    }
    assert_eq!(world.count("SELECT COUNT(*) FROM calls WHERE external_id IS NULL AND status = 0").await, 0);
}
