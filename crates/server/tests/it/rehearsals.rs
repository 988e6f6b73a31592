//! Past calls run against another plan or flow, and made-up calls through a flow; nothing is written.

use reqwest::Method;
use serde_json::{Value, json};

use crate::on_both_engines;
use crate::routing::{CALLER, create, decisions, dialed, event, flow, id, next, plan, target};
use crate::world::{Engine, TestWorld};

on_both_engines! {
    a_past_call_runs_against_another_plan_with_the_tags_that_it_had;
    a_target_that_failed_before_fails_again;
    a_rerun_looks_at_the_places_of_now_if_it_is_told_to;
    a_past_call_runs_through_a_draft_and_what_was_answered_is_answered_again;
    a_rerun_of_what_is_not_there_says_so;
    a_made_up_call_runs_through_a_draft;
}

async fn post(world: &TestWorld, path: &str, body: Value) -> Value {
    let done = world.api(Method::POST, path, body).await;
    assert_eq!(done.status, 200, "{path}: {}", done.body);
    done.json()
}

async fn rerun(world: &TestWorld, call: &Value, body: Value) -> Value {
    post(world, &format!("/v1/calls/{}/rerun", id(call)), body).await
}

fn by_source(value: &str, target: &str) -> Value {
    json!({"target": target, "filter": {"tag": "lead_source", "op": "equals", "value": value}})
}

async fn a_past_call_runs_against_another_plan_with_the_tags_that_it_had(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let (radio, all) = (target(&world, "Radio", json!({})).await, target(&world, "All", json!({})).await);
    plan(&world, json!([by_source("tv", &radio), {"target": all, "priority": 2}]), json!({})).await;
    world.post("call_data", json!({"caller_id": CALLER, "lead_source": "radio"})).await;
    let call = world.call_from(CALLER).await;
    assert_eq!(dialed(&call), "All");
    event(&world, &call, json!({"event": "answered"})).await;
    let later = json!({"call_log_id": id(&call), "add": {"lead_source": "print"}});
    assert_eq!(world.post("update_tags", later).await.status, 200);
    event(&world, &call, json!({"event": "ended"})).await;

    let rows = "SELECT (SELECT COUNT(*) FROM timeline) * 1000000 + (SELECT COUNT(*) FROM decisions) * 1000
        + (SELECT COALESCE(CAST(SUM(used) AS BIGINT), 0) FROM target_counters)";
    let (before, kept) = (world.count(rows).await, world.call(id(&call)).await);
    let routes = json!([by_source("radio", &radio), {"target": all, "priority": 2}]);
    let ran = rerun(&world, &call, json!({"plan": {"name": "Draft", "routes": routes}})).await;
    assert_eq!(
        (&ran["changed"], &ran["old"]["target"]["name"], &ran["new"]["target"]["name"]),
        (&json!(true), &json!("All"), &json!("Radio")),
        "{ran}"
    );
    assert_eq!(ran["decisions"][0]["plans"][0]["routes"][0]["verdict"], "eligible", "{ran}");
    let list = world.api(Method::GET, "/v1/routing-plans", Value::Null).await.json();
    let plan_id = &list["routing_plans"][0]["id"];
    let same = rerun(&world, &call, json!({"plan_id": plan_id})).await;
    assert_eq!((&same["changed"], &same["new"]["target"]["name"]), (&json!(false), &json!("All")), "{same}");
    let draft = json!({"name": "Sales", "routes": [by_source("print", &radio)]});
    let path = format!("/v1/routing-plans/{}/draft", plan_id.as_str().unwrap());
    assert_eq!(world.api(Method::PUT, &path, draft).await.status, 200);
    let none = rerun(&world, &call, json!({"plan_id": plan_id, "draft": true})).await;
    assert_eq!(
        (&none["changed"], &none["new"]["routing"]["code"]),
        (&json!(true), &json!("filtered")),
        "{none}"
    );
    assert_eq!((world.count(rows).await, world.call(id(&call)).await), (before, kept), "nothing is written");
}

async fn a_rerun_looks_at_the_places_of_now_if_it_is_told_to(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let capped = target(&world, "Capped", json!({"caps": {"hour": 1, "total": 9}})).await;
    let busy = target(&world, "Busy", json!({"concurrency": 1})).await;
    let all = target(&world, "All", json!({})).await;
    let routes = json!([{"target": capped}, {"target": busy, "priority": 2}, {"target": all, "priority": 3}]);
    plan(&world, routes, json!({})).await;
    let mut calls = Vec::new();
    for (number, expected) in ["Capped", "Busy", "All"].into_iter().enumerate() {
        let call = world.call_from(&format!("+1212555{number:04}")).await;
        assert_eq!(dialed(&call), expected);
        calls.push(call);
    }
    let list = world.api(Method::GET, "/v1/routing-plans", Value::Null).await.json();
    let against = |counters: Value| json!({"plan_id": list["routing_plans"][0]["id"], "counters": counters});
    let ran = async |call: &Value, counters: Value| {
        rerun(&world, call, against(counters)).await["new"]["target"]["name"].as_str().map(str::to_owned)
    };
    let places = "SELECT CAST((SELECT SUM(used) FROM target_counters) * 10 + (SELECT SUM(live) FROM target_calls) AS BIGINT)";
    let before = world.count(places).await;
    assert_eq!(ran(&calls[2], json!("free")).await.as_deref(), Some("Capped"));
    assert_eq!(ran(&calls[2], json!("now")).await.as_deref(), Some("All"));
    assert_eq!(world.count(places).await, before);
    event(&world, &calls[1], json!({"event": "ended"})).await;
    assert_eq!(ran(&calls[2], json!("now")).await.as_deref(), Some("Busy"));
    event(&world, &calls[0], json!({"event": "ended"})).await;
    assert_eq!(ran(&calls[2], json!("now")).await.as_deref(), Some("Capped"), "nobody had answered there");
    let path = format!("/v1/calls/{}/rerun", id(&calls[2]));
    let refused = world.api(Method::POST, &path, against(json!("then"))).await;
    assert_eq!(refused.status, 400, "{}", refused.body);
}

async fn a_target_that_failed_before_fails_again(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let (first, second) =
        (target(&world, "First", json!({})).await, target(&world, "Second", json!({})).await);
    let routes = json!([{"target": first}, {"target": second, "priority": 2}]);
    plan(&world, routes.clone(), json!({})).await;
    let call = world.call_from(CALLER).await;
    assert_eq!(dialed(&next(&world, &call, json!({"outcome": "no_answer"})).await.json()), "Second");
    let ran = rerun(&world, &call, json!({"plan": {"name": "Same", "routes": routes}})).await;
    assert_eq!((&ran["changed"], &ran["new"]["target"]["name"]), (&json!(false), &json!("Second")), "{ran}");
    assert_eq!(ran["decisions"].as_array().unwrap().len(), 2);
}

fn menu_flow(target: &str, more: Value) -> Value {
    let mut nodes = json!({
        "start": {"type": "start", "next": "menu"},
        "menu": {"type": "menu", "prompt": "Hello", "digits": {"1": "dial"}, "invalid": "bye", "no_input": "bye"},
        "dial": {"type": "dial", "target": target},
        "bye": {"type": "reject", "reason": "Goodbye"},
    });
    nodes.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap());
    json!({"version": 1, "start": "start", "nodes": nodes})
}

async fn a_past_call_runs_through_a_draft_and_what_was_answered_is_answered_again(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let (old, new) = (target(&world, "Old", json!({})).await, target(&world, "New", json!({})).await);
    let flow_id = flow(&world, menu_flow(&old, json!({}))["nodes"].clone()).await;
    let call = world.call_from(CALLER).await;
    assert_eq!(dialed(&next(&world, &call, json!({"digits": "1"})).await.json()), "Old");
    let draft = json!({"draft": menu_flow(&new, json!({}))});
    assert_eq!(world.api(Method::PATCH, &format!("/v1/flows/{flow_id}"), draft).await.status, 200);
    let ran = rerun(&world, &call, json!({"flow_id": flow_id, "draft": true})).await;
    assert_eq!(
        (&ran["changed"], &ran["old"]["target"]["name"], &ran["new"]["target"]["name"]),
        (&json!(true), &json!("Old"), &json!("New")),
        "{ran}"
    );
    let replayed = &ran["decisions"][0]["nodes"][1];
    assert_eq!((&replayed["node"], &replayed["replayed"]), (&json!("menu"), &json!(true)), "{ran}");
    let same = rerun(&world, &call, json!({"flow_id": flow_id})).await;
    assert_eq!(same["changed"], false, "{same}");
    let asks = json!({
        "start": {"type": "start", "next": "ask"},
        "ask": {"type": "http_request", "url": "http://192.0.2.1/", "next": "menu", "error": "menu"},
    });
    let ran = rerun(&world, &call, json!({"flow": menu_flow(&new, asks)})).await;
    assert_eq!((&ran["changed"], &ran["new"]["routing"]["action"]), (&Value::Null, &json!("wait")), "{ran}");
    assert!(ran["stopped"].as_str().unwrap().contains("another system"), "{ran}");
}

async fn a_rerun_of_what_is_not_there_says_so(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let unrouted = world.call_from(CALLER).await;
    let one = target(&world, "One", json!({})).await;
    let routes = json!([{"target": one}]);
    plan(&world, routes.clone(), json!({})).await;
    let call = world.call_from(CALLER).await;
    let good = json!({"plan": {"name": "Draft", "routes": routes}});
    let unknown = uuid::Uuid::new_v4().to_string();
    for (call, body, status, code) in [
        (id(&unrouted), good.clone(), 409, "not_routed"),
        (unknown.as_str(), good.clone(), 404, "call_not_found"),
        (id(&call), json!({}), 400, "invalid_field"),
        (id(&call), json!({"plan_id": unknown}), 404, "routing_plan_not_found"),
        (id(&call), json!({"flow_id": unknown}), 404, "flow_not_found"),
        (id(&call), json!({"flow": {"version": 9}}), 400, "invalid_field"),
        (id(&call), json!({"plan": {"name": "Draft", "routes": [{}]}}), 400, "invalid_field"),
        (id(&call), json!({"plans": 1}), 400, "invalid_body"),
    ] {
        let refused = world.api(Method::POST, &format!("/v1/calls/{call}/rerun"), body.clone()).await;
        let said = (refused.status, refused.json()["code"].clone());
        assert_eq!(said, (status, json!(code)), "{body}: {}", refused.body);
    }
    assert_eq!(decisions(&world, &call).await.as_array().unwrap().len(), 1);
}

async fn a_made_up_call_runs_through_a_draft(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let sales = target(&world, "Sales", json!({})).await;
    let asks = json!({
        "start": {"type": "start", "next": "ask"},
        "ask": {"type": "http_request", "url": "http://192.0.2.1/", "response": [{"from": "/tier", "to": {"tag": "tier"}}],
            "next": "which", "error": "bye"},
        "which": {"type": "condition", "condition": {"tag": "tier", "op": "equals", "value": "gold"}, "then": "dial", "else": "menu"},
    });
    let draft = menu_flow(&sales, asks);
    let id = create(&world, "/v1/flows", json!({"name": "Main", "draft": draft})).await;
    let path = format!("/v1/flows/{id}/test");
    let rows = "SELECT (SELECT COUNT(*) FROM calls) + (SELECT COUNT(*) FROM decisions)";
    let before = world.count(rows).await;
    let asked = post(&world, &path, json!({"caller": CALLER})).await;
    assert_eq!(
        (&asked["path"], &asked["routing"]["action"]),
        (&json!(["start", "ask"]), &json!("wait")),
        "{asked}"
    );
    let gold = json!({"http": {"status": 200, "body": {"tier": "gold"}}});
    let inputs = json!([gold, {"outcome": "no_answer"}, {"digits": "1"}]);
    let ran = post(&world, &path, json!({"caller": CALLER, "inputs": inputs})).await;
    assert_eq!(ran["path"], json!(["start", "ask", "which", "dial"]), "{ran}");
    assert_eq!((&ran["routing"]["code"], &ran["unused_inputs"]), (&json!("no_answer"), &json!(1)), "{ran}");
    let inputs = json!([{"http": {"status": 200, "body": {"tier": "tin"}}}, {"digits": "1"}]);
    let ran = post(&world, &path, json!({"caller": CALLER, "inputs": inputs})).await;
    assert_eq!(ran["path"], json!(["start", "ask", "which", "menu", "dial"]), "{ran}");
    assert_eq!(ran["routing"]["targets"][0]["name"], "Sales");
    let down = post(&world, &path, json!({"caller": CALLER, "inputs": [{"http_failure": "timeout"}]})).await;
    assert_eq!(down["routing"]["reason"], "Goodbye", "{down}");
    let wrong = world.api(Method::POST, &path, json!({"caller": CALLER, "inputs": [{"digits": "1"}]})).await;
    assert_eq!(wrong.status, 400, "{}", wrong.body);
    assert!(wrong.body.contains("inputs[0]"), "{}", wrong.body);
    let none = world.api(Method::POST, &path, json!({"caller": CALLER, "version": 1})).await;
    assert_eq!((none.status, none.json()["code"].clone()), (404, json!("flow_version_not_found")));
    assert_eq!(world.count(rows).await, before, "nothing is written");
}
