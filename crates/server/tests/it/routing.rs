//! SPEC 4: calls that find their way, by a plan and by a flow, and why.

use reqwest::Method;
use serde_json::{Value, json};

use crate::on_both_engines;
use crate::world::{Answer, Engine, TestWorld, answer};

on_both_engines! {
    a_tag_that_a_webhook_brought_decides_where_the_call_goes;
    the_next_target_is_tried_until_none_is_left;
    an_update_that_waited_decides_and_one_attached_decides_again;
    an_update_while_it_rings_decides_again_and_afterwards_only_the_record;
    a_cap_is_never_exceeded_by_calls_on_two_nodes;
    a_place_is_free_again_when_a_call_ends_and_the_call_is_worth_what_the_rule_says;
    a_flow_asks_holds_sets_tags_and_dials;
    a_flow_that_calls_go_by_stays_theirs_when_another_is_published;
    a_flow_that_comes_back_to_its_plan_tries_every_target_again;
    a_duplicate_goes_to_the_target_that_had_the_caller;
    news_of_another_kind_or_decision_is_refused_or_too_late;
    a_call_that_is_not_routed_here_says_so;
}

pub const CALLER: &str = "+13105559876";

pub async fn create(world: &TestWorld, path: &str, body: Value) -> String {
    let made = world.api(Method::POST, path, body).await;
    assert_eq!(made.status, 201, "{path}: {}", made.body);
    made.json()["id"].as_str().expect("an id").to_owned()
}

pub async fn target(world: &TestWorld, name: &str, more: Value) -> String {
    let mut body = json!({"name": name, "destination": "+13105550100"});
    body.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap_or_default());
    create(world, "/v1/targets", body).await
}

/// Routes the seeded campaign.
pub async fn route(world: &TestWorld, routing: Value) {
    let list = world.api(Method::GET, "/v1/campaigns", Value::Null).await.json();
    let id = list["campaigns"][0]["id"].as_str().expect("a campaign").to_owned();
    let set = world.api(Method::PATCH, &format!("/v1/campaigns/{id}"), json!({"routing": routing})).await;
    assert_eq!(set.status, 200, "{}", set.body);
}

/// A plan with these routes, by which the campaign's calls go.
pub async fn plan(world: &TestWorld, routes: Value, more: Value) {
    let mut body = json!({"name": "Sales", "routes": routes});
    body.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap_or_default());
    let id = create(world, "/v1/routing-plans", body).await;
    route(world, json!({"plan": id})).await;
}

pub async fn flow(world: &TestWorld, nodes: Value) -> String {
    let draft = json!({"version": 1, "start": "start", "nodes": nodes});
    let id = create(world, "/v1/flows", json!({"name": "Main", "draft": draft})).await;
    publish(world, &id).await;
    route(world, json!({"flow": id})).await;
    id
}

pub async fn publish(world: &TestWorld, id: &str) {
    let published = world.api(Method::POST, &format!("/v1/flows/{id}/publish"), Value::Null).await;
    assert!(published.status < 300, "{}", published.body);
}

pub fn id(call: &Value) -> &str {
    call["call_log_id"].as_str().expect("an id")
}

pub async fn next(world: &TestWorld, call: &Value, news: Value) -> Answer {
    let mut body = news;
    if body.get("decision").is_none() {
        body["decision"] = call["routing"]["decision"].clone();
    }
    world.api(Method::POST, &format!("/v1/calls/{}/next", id(call)), body).await
}

pub async fn event(world: &TestWorld, call: &Value, body: Value) -> Value {
    let told = world.api(Method::POST, &format!("/v1/calls/{}/events", id(call)), body).await;
    assert_eq!(told.status, 200, "{}", told.body);
    told.json()
}

pub async fn decisions(world: &TestWorld, call: &Value) -> Value {
    let asked = world.api(Method::GET, &format!("/v1/calls/{}/decision", id(call)), Value::Null).await;
    assert_eq!(asked.status, 200, "{}", asked.body);
    asked.json()["decisions"].clone()
}

pub fn action(call: &Value) -> &str {
    call["routing"]["action"].as_str().unwrap_or("none")
}

pub fn dialed(call: &Value) -> &str {
    call["routing"]["targets"][0]["name"].as_str().unwrap_or("nobody")
}

async fn a_tag_that_a_webhook_brought_decides_where_the_call_goes(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let (google, others) =
        (target(&world, "Google", json!({})).await, target(&world, "Others", json!({})).await);
    let filter = json!({"tag": "lead_source", "op": "equals", "value": "google_ads"});
    plan(&world, json!([{"target": google, "filter": filter}, {"target": others, "priority": 2}]), json!({}))
        .await;
    let told = world.post("call_data", json!({"caller_id": CALLER, "lead_source": "google_ads"})).await;
    assert_eq!(told.status, 200);
    let call = world.call_from(CALLER).await;
    assert_eq!((action(&call), dialed(&call)), ("dial", "Google"), "{call}");
    assert_eq!(call["routing"]["targets"][0]["destination"], "+13105550100");
    let other = world.call_from("+12125550000").await;
    assert_eq!(dialed(&other), "Others");

    let why = decisions(&world, &call).await;
    assert_eq!(why[0]["trigger"], "start");
    let tag = &why[0]["tags"][0];
    assert_eq!(
        (&tag["name"], &tag["value"], &tag["source"]),
        (&json!("lead_source"), &json!("google_ads"), &json!("call_data"))
    );
    let why_not = &decisions(&world, &other).await[0]["plans"][0]["routes"][0];
    assert_eq!(
        (&why_not["verdict"], &why_not["filter"]["value"]),
        (&json!("filter"), &Value::Null),
        "{why_not}"
    );
}

async fn the_next_target_is_tried_until_none_is_left(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let mut routes = vec![];
    for (priority, name) in [(1, "First"), (2, "Second")] {
        routes.push(json!({"target": target(&world, name, json!({})).await, "priority": priority}));
    }
    plan(&world, json!(routes), json!({})).await;
    let call = world.call_from(CALLER).await;
    assert_eq!(dialed(&call), "First");
    let second = next(&world, &call, json!({"outcome": "no_answer"})).await.json();
    assert_eq!((dialed(&second), second["target"].as_str()), ("Second", Some("Second")));
    let again = next(&world, &call, json!({"outcome": "no_answer"})).await.json();
    assert_eq!(again["routing"], second["routing"], "the same news twice is told once");
    let none = next(&world, &second, json!({"outcome": "busy"})).await.json();
    assert_eq!((action(&none), &none["routing"]["code"]), ("reject", &json!("all_tried")), "{none}");
    let triggers: Vec<Value> =
        decisions(&world, &call).await.as_array().unwrap().iter().map(|one| one["trigger"].clone()).collect();
    assert_eq!(triggers, ["start", "no_answer", "busy"]);
}

async fn an_update_that_waited_decides_and_one_attached_decides_again(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let (gold, all) = (target(&world, "Gold", json!({})).await, target(&world, "All", json!({})).await);
    let filter = json!({"tag": "tier", "op": "equals", "value": "gold"});
    plan(&world, json!([{"target": gold, "filter": filter}, {"target": all, "priority": 2}]), json!({}))
        .await;
    world.set("update_tags", json!({"on_unmatched": "hold"})).await;
    let held = world.post("update_tags", json!({"phone": CALLER, "add": {"tier": "gold"}})).await.json();
    let logged = format!("/v1/requests/{}", held["request_id"].as_str().expect("it is held"));
    let logged = world.api(Method::GET, &logged, Value::Null).await.json();
    assert_eq!(logged["effect"]["when"], json!(["before_routing"]), "{logged}");
    let call = world.call_from(CALLER).await;
    assert_eq!((dialed(&call), call["routing"]["decision"].as_u64()), ("Gold", Some(1)), "{call}");
    assert_eq!(decisions(&world, &call).await[0]["tags"][0]["source"], "update_tags");

    let held = json!({"call_log_id": "no-call", "add": {"tier": "gold"}});
    let held = world.post("update_tags", held).await.json();
    let call = world.call_from("+12125550000").await;
    assert_eq!(dialed(&call), "All", "{call}");
    let path = format!("/v1/unmatched/{}/attach", held["request_id"].as_str().expect("it is held"));
    let attached = world.api(Method::POST, &path, json!({"call_log_id": id(&call)})).await.json();
    assert_eq!(
        (dialed(&attached), attached["routing"]["decision"].as_u64()),
        ("Gold", Some(2)),
        "{attached}"
    );
    assert_eq!(decisions(&world, &call).await[1]["trigger"], "attached");
}

async fn an_update_while_it_rings_decides_again_and_afterwards_only_the_record(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let (gold, all) = (target(&world, "Gold", json!({})).await, target(&world, "All", json!({})).await);
    let filter = json!({"tag": "tier", "op": "equals", "value": "gold"});
    plan(&world, json!([{"target": gold, "filter": filter}, {"target": all, "priority": 2}]), json!({}))
        .await;
    let call = world.call_from(CALLER).await;
    assert_eq!(dialed(&call), "All");
    let unread = world.post("update_tags", json!({"call_log_id": id(&call), "add": {"mood": "good"}})).await;
    assert_eq!(unread.status, 200);
    assert_eq!(world.call(id(&call)).await["routing"]["decision"], 1, "a tag that no filter reads");
    let told = world.post("update_tags", json!({"call_log_id": id(&call), "add": {"tier": "gold"}})).await;
    assert_eq!(told.status, 200, "{}", told.body);
    let ringing = world.call(id(&call)).await;
    assert_eq!((dialed(&ringing), ringing["routing"]["decision"].as_u64()), ("Gold", Some(2)), "{ringing}");
    let routed = ringing["timeline"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|entry| entry["event"] == "call.routed")
        .count();
    assert_eq!(routed, 2);
    assert_eq!(decisions(&world, &call).await[1]["trigger"], "update");
    let connected = next(&world, &ringing, json!({"outcome": "connected"})).await.json();
    assert_eq!(action(&connected), "connected");
    world.post("update_tags", json!({"call_log_id": id(&call), "add": {"tier": "silver"}})).await;
    let after = world.call(id(&call)).await;
    assert_eq!((action(&after), after["routing"]["decision"].as_u64()), ("connected", Some(2)));
    let log = world.api(Method::GET, "/v1/requests?limit=3", Value::Null).await.json();
    let mut when = vec![];
    for line in log["requests"].as_array().unwrap() {
        let one = world
            .api(Method::GET, &format!("/v1/requests/{}", line["id"].as_str().unwrap()), Value::Null)
            .await;
        when.push(one.json()["effect"]["when"].clone());
    }
    // The switch has not reported the answer as an event: the record still rings, the way is over.
    assert_eq!(when, [json!(["after_routing"]), json!(["next_decision"]), json!(["next_decision"])]);
}

async fn a_cap_is_never_exceeded_by_calls_on_two_nodes(engine: Engine) {
    const CAP: usize = 7;
    let mut world = TestWorld::start(engine).await;
    let capped = target(&world, "Capped", json!({"caps": {"day": CAP}})).await;
    let busy = target(&world, "Busy", json!({"concurrency": 3})).await;
    plan(&world, json!([{"target": capped}, {"target": busy, "priority": 2}]), json!({})).await;
    if engine == Engine::Postgres {
        world.add_node();
    }
    let key = world.keys["api_key"].as_str().unwrap();
    let calls = (0..30).map(|number| {
        let url = format!("http://{}/v1/calls", world.nodes[number % world.nodes.len()].address);
        let body = json!({"caller": format!("+1310555{number:04}"), "dialed": "+18885550100"});
        answer(world.client.post(url).bearer_auth(key).json(&body))
    });
    let mut to = std::collections::BTreeMap::<String, usize>::new();
    for call in futures_util::future::join_all(calls).await {
        let call = call.expect("an answer").json();
        *to.entry(if action(&call) == "dial" { dialed(&call) } else { action(&call) }.to_owned())
            .or_default() += 1;
    }
    let expected = [("Busy", 3), ("Capped", CAP), ("reject", 20)];
    assert_eq!(to, expected.map(|(name, count)| (name.to_owned(), count)).into());
}

async fn a_place_is_free_again_when_a_call_ends_and_the_call_is_worth_what_the_rule_says(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let rule = json!({"connected_seconds": 60, "revenue": 25.5, "payout": 18});
    let one =
        target(&world, "One", json!({"concurrency": 1, "caps": {"total": 2}, "conversion": rule})).await;
    plan(&world, json!([{"target": one}]), json!({})).await;
    let first = world.call_from(CALLER).await;
    let second = world.call_from("+12125550000").await;
    assert_eq!((dialed(&first), &second["routing"]["code"]), ("One", &json!("all_busy")));
    event(&world, &first, json!({"event": "ended"})).await;
    assert_eq!(
        world.count("SELECT CAST(SUM(used) AS BIGINT) FROM target_counters").await,
        0,
        "nobody answered: it did not count"
    );

    let start = json!({"caller": CALLER, "dialed": "+18885550100", "started_at": minutes_ago(5)});
    let long = world.api(Method::POST, "/v1/calls", start).await.json();
    assert_eq!(dialed(&long), "One");
    let answered = event(&world, &long, json!({"event": "answered", "at": minutes_ago(4)})).await;
    assert_eq!(
        (answered["target"].as_str(), answered["status"].as_str()),
        (Some("One"), Some("in_progress"))
    );
    let ended = event(&world, &long, json!({"event": "ended", "at": minutes_ago(2)})).await;
    assert_eq!(
        (&ended["converted"], &ended["revenue_paid_out"], &ended["publisher_paid_out"]),
        (&json!(true), &json!(25.5), &json!(18.0)),
        "{ended}"
    );
    let whole = world.call(id(&long)).await;
    assert_eq!(whole["timeline"].as_array().unwrap().last().unwrap()["event"], "call.settled");
    let again = event(&world, &long, json!({"event": "ended"})).await;
    assert_eq!(again["revenue_paid_out"], json!(25.5));
    let counted = "SELECT CAST((SELECT SUM(live) FROM target_calls) * 100 + (SELECT SUM(used) FROM target_counters) AS BIGINT)";
    assert_eq!(world.count(counted).await, 1, "a repeated end gives nothing back twice");

    let start = json!({"caller": CALLER, "dialed": "+18885550100", "started_at": minutes_ago(5)});
    let short = world.api(Method::POST, "/v1/calls", start).await.json();
    event(&world, &short, json!({"event": "answered", "at": minutes_ago(3)})).await;
    world.post("update_revenue", json!({"call_log_id": id(&short), "revenue_paid_out": 7})).await;
    let told = event(&world, &short, json!({"event": "ended", "at": minutes_ago(3)})).await;
    assert_eq!(
        (&told["revenue_paid_out"], &told["no_payout_reason"]),
        (&json!(7.0), &Value::Null),
        "a client's word stands: {told}"
    );
    let capped = world.call_from(CALLER).await;
    assert_eq!(capped["routing"]["code"], "all_capped", "{capped}");
}

pub fn minutes_ago(minutes: i64) -> String {
    hookline_domain::time::Timestamp((now() - minutes * 60) * 1_000_000).to_string()
}

#[expect(clippy::disallowed_methods, reason = "the server under test reads the same clock")]
fn now() -> i64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs() as i64
}

async fn a_flow_asks_holds_sets_tags_and_dials(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let sales = target(&world, "Sales", json!({})).await;
    flow(
        &world,
        json!({
            "start": {"type": "start", "next": "menu"},
            "menu": {"type": "menu", "prompt": "Hello [lead_source]", "digits": {"1": "mark"}, "timeout_seconds": 5, "attempts": 2, "invalid": "bye", "no_input": "bye"},
            "mark": {"type": "set_tag", "name": "chose", "value": "one", "next": "wait"},
            "wait": {"type": "hold", "seconds": 3, "next": "dial"},
            "dial": {"type": "dial", "target": sales, "no_answer": "bye", "busy": "bye", "failed": "bye"},
            "bye": {"type": "reject", "reason": "Goodbye"},
        }),
    )
    .await;
    world.post("call_data", json!({"caller_id": CALLER, "lead_source": "radio"})).await;
    let call = world.call_from(CALLER).await;
    assert_eq!((action(&call), call["routing"]["prompt"].as_str()), ("menu", Some("Hello radio")), "{call}");
    let wrong = next(&world, &call, json!({"digits": "9"})).await.json();
    assert_eq!((action(&wrong), wrong["routing"]["attempt"].as_u64()), ("menu", Some(2)), "{wrong}");
    let held = next(&world, &wrong, json!({"digits": "1"})).await.json();
    assert_eq!((action(&held), held["routing"]["seconds"].as_u64()), ("hold", Some(3)), "{held}");
    assert_eq!(crate::world::tag(&held, "chose"), "one");
    let ringing = next(&world, &held, json!({"outcome": "hold_over"})).await.json();
    assert_eq!(dialed(&ringing), "Sales");
    let bye = next(&world, &ringing, json!({"outcome": "no_answer"})).await.json();
    assert_eq!((action(&bye), bye["routing"]["reason"].as_str()), ("reject", Some("Goodbye")));
    let whole = world.call(id(&call)).await;
    let chose = whole["tags"].as_array().unwrap().iter().find(|tag| tag["name"] == "chose").unwrap();
    assert_eq!(chose["source"], "flow");
    let nodes = decisions(&world, &call).await;
    assert_eq!(nodes[2]["nodes"].as_array().unwrap().last().unwrap()["node"], "wait", "{nodes}");
}

async fn a_flow_that_calls_go_by_stays_theirs_when_another_is_published(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let (old, new) = (target(&world, "Old", json!({})).await, target(&world, "New", json!({})).await);
    let nodes = |target: &str| {
        json!({
            "start": {"type": "start", "next": "wait"},
            "wait": {"type": "hold", "seconds": 3, "next": "dial"},
            "dial": {"type": "dial", "target": target},
        })
    };
    let id = flow(&world, nodes(&old)).await;
    let before = world.call_from(CALLER).await;
    let draft = json!({"draft": {"version": 1, "start": "start", "nodes": nodes(&new)}});
    assert_eq!(world.api(Method::PATCH, &format!("/v1/flows/{id}"), draft).await.status, 200);
    publish(&world, &id).await;
    let after = world.call_from("+12125550000").await;
    for (call, expected) in [(&before, "Old"), (&after, "New")] {
        let ringing = next(&world, call, json!({"outcome": "hold_over"})).await.json();
        assert_eq!(dialed(&ringing), expected, "{ringing}");
    }
}

async fn a_flow_that_comes_back_to_its_plan_tries_every_target_again(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let one = target(&world, "One", json!({})).await;
    let plan =
        create(&world, "/v1/routing-plans", json!({"name": "Sales", "routes": [{"target": one}]})).await;
    flow(
        &world,
        json!({
            "start": {"type": "start", "next": "sales"},
            "sales": {"type": "routing_plan", "plan": plan, "no_route": "wait"},
            "wait": {"type": "hold", "seconds": 5, "next": "sales"},
        }),
    )
    .await;
    let call = world.call_from(CALLER).await;
    assert_eq!(dialed(&call), "One");
    let held = next(&world, &call, json!({"outcome": "no_answer"})).await.json();
    assert_eq!(action(&held), "hold", "{held}");
    let again = next(&world, &held, json!({"outcome": "hold_over"})).await.json();
    assert_eq!(dialed(&again), "One");
}

async fn a_duplicate_goes_to_the_target_that_had_the_caller(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let (first, second) =
        (target(&world, "First", json!({})).await, target(&world, "Second", json!({})).await);
    let rule = json!({"duplicates": {"window_seconds": 3600, "counts": "connected", "then": "same_target"}});
    plan(&world, json!([{"target": first}, {"target": second, "priority": 2}]), rule).await;
    let call = world.call_from(CALLER).await;
    let ringing = next(&world, &call, json!({"outcome": "no_answer"})).await.json();
    assert_eq!(dialed(&ringing), "Second");
    event(&world, &call, json!({"event": "answered"})).await;
    event(&world, &call, json!({"event": "ended"})).await;
    assert_eq!(dialed(&world.call_from(CALLER).await), "Second");
    assert_eq!(dialed(&world.call_from("+12125550000").await), "First");
}

async fn news_of_another_kind_or_decision_is_refused_or_too_late(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let one = target(&world, "One", json!({})).await;
    plan(&world, json!([{"target": one}]), json!({})).await;
    let call = world.call_from(CALLER).await;
    for (news, status, code) in [
        (json!({"digits": "1"}), 409, "not_expected"),
        (json!({"outcome": "hold_over"}), 409, "not_expected"),
        (json!({"digits": "x"}), 400, "invalid_field"),
        (json!({"digits": "1", "outcome": "busy"}), 400, "invalid_field"),
        (json!({"outcome": "sleeping"}), 400, "invalid_body"),
        (json!({"outcome": "busy", "decision": null}), 400, "invalid_field"),
    ] {
        let refused = next(&world, &call, news.clone()).await;
        assert_eq!(
            (refused.status, refused.json()["code"].as_str()),
            (status, Some(code)),
            "{news}: {}",
            refused.body
        );
    }
    let late = next(&world, &call, json!({"outcome": "busy", "decision": 0})).await;
    assert_eq!((late.status, late.json()["routing"]["action"].as_str()), (200, Some("dial")));
    event(&world, &call, json!({"event": "ended"})).await;
    let over = next(&world, &call, json!({"outcome": "busy"})).await;
    assert_eq!((over.status, over.json()["code"].as_str()), (409, Some("not_expected")), "{}", over.body);
}

async fn a_call_that_is_not_routed_here_says_so(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let call = world.call_from(CALLER).await;
    assert_eq!(call.get("routing"), None);
    let refused = world.api(Method::POST, &format!("/v1/calls/{}/next", id(&call)), json!({})).await;
    assert_eq!((refused.status, refused.json()["code"].as_str()), (409, Some("not_routed")));
    assert_eq!(decisions(&world, &call).await, json!([]));
}
