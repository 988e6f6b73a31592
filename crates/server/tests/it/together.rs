//! Several targets that ring at once, one after another, and callers that are led to a URL.

use std::collections::BTreeMap;

use reqwest::Method;
use serde_json::{Value, json};

use crate::on_both_engines;
use crate::places::places;
use crate::routing::{CALLER, action, decisions, dialed, event, flow, id, next, plan, target};
use crate::world::{Engine, TestWorld, answer};

on_both_engines! {
    of_several_that_ring_the_one_that_answers_has_the_call;
    one_of_several_gives_up_and_the_others_ring_on;
    a_switch_says_by_its_event_which_of_several_answered;
    places_at_several_targets_are_exact_on_two_nodes;
    a_flow_rings_several_at_once_or_one_after_another;
    a_caller_is_led_to_a_url_with_the_calls_tags;
}

fn together(max: u32) -> Value {
    json!({"strategy": "simultaneous", "simultaneous_max": max})
}

fn names(call: &Value) -> Vec<&str> {
    let targets = call["routing"]["targets"].as_array().map_or(&[][..], Vec::as_slice);
    let mut names: Vec<&str> = targets.iter().filter_map(|target| target["name"].as_str()).collect();
    names.sort_unstable();
    names
}

fn number(name: &str) -> Value {
    json!({"destination": format!("+1310555010{name}"), "concurrency": 1, "caps": {"day": 1},
        "conversion": {"connected_seconds": 1, "revenue": 10, "payout": 1}})
}

async fn of_several_that_ring_the_one_that_answers_has_the_call(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let (a, b) = (target(&world, "A", number("1")).await, target(&world, "B", number("2")).await);
    let c = target(&world, "C", number("3")).await;
    plan(&world, json!([{"target": a}, {"target": b}, {"target": c, "priority": 2}]), together(5)).await;
    let call = world.call_from(CALLER).await;
    assert_eq!((action(&call), names(&call)), ("dial", vec!["A", "B"]), "{call}");
    assert_eq!((&call["routing"]["strategy"], &call["target"]), (&json!("simultaneous"), &Value::Null));
    assert_eq!(places(&world).await, (2, 2), "a place at each");
    assert_eq!(names(&world.call_from("+12125550001").await), ["C"]);
    assert_eq!(world.call_from("+12125550002").await["routing"]["code"], "all_capped");

    let unsaid = next(&world, &call, json!({"outcome": "connected"})).await;
    assert_eq!(
        (unsaid.status, unsaid.json()["code"].as_str()),
        (409, Some("not_expected")),
        "{}",
        unsaid.body
    );
    let other = next(&world, &call, json!({"outcome": "connected", "target": c})).await;
    assert_eq!(other.status, 409, "{}", other.body);
    for _ in 0..2 {
        let has_it = next(&world, &call, json!({"outcome": "connected", "target": b})).await.json();
        assert_eq!((action(&has_it), &has_it["target"]), ("connected", &json!("B")), "{has_it}");
        assert_eq!(places(&world).await, (2, 2), "A's is free again");
    }
    assert_eq!(names(&world.call_from("+12125550003").await), ["A"]);
    event(&world, &call, json!({"event": "ended"})).await;
    assert_eq!(places(&world).await, (2, 3), "B has had its call of the day");
    let whole = world.call(id(&call)).await;
    let mut routed =
        whole["timeline"].as_array().unwrap().iter().filter(|entry| entry["event"] == "call.routed");
    assert_eq!(routed.next_back().unwrap()["changes"][0]["to"], "B", "{whole}");

    let why = &decisions(&world, &call).await[0]["plans"][0];
    let drawn = [&why["chosen"]["name"], &why["together_with"][0]["name"]];
    assert!(drawn.contains(&&json!("A")) && drawn.contains(&&json!("B")), "{why}");
}

async fn one_of_several_gives_up_and_the_others_ring_on(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let (a, b) = (target(&world, "A", number("1")).await, target(&world, "B", number("2")).await);
    let c = target(&world, "C", number("3")).await;
    plan(&world, json!([{"target": a}, {"target": b}, {"target": c, "priority": 2}]), together(2)).await;
    let call = world.call_from(CALLER).await;
    for _ in 0..2 {
        let left = next(&world, &call, json!({"outcome": "busy", "target": a})).await.json();
        assert_eq!((names(&left), left["routing"]["decision"].as_u64()), (vec!["B"], Some(1)), "{left}");
        assert_eq!(places(&world).await, (1, 1));
    }
    let late = next(&world, &call, json!({"outcome": "connected", "target": a})).await.json();
    assert_eq!(names(&late), ["B"], "it has given up");
    let on = next(&world, &call, json!({"outcome": "no_answer"})).await.json();
    assert_eq!((names(&on), on["routing"]["decision"].as_u64()), (vec!["C"], Some(2)), "{on}");
    let over = next(&world, &on, json!({"outcome": "no_answer"})).await.json();
    assert_eq!((&over["routing"]["code"], places(&world).await), (&json!("all_tried"), (0, 0)), "{over}");
}

async fn a_switch_says_by_its_event_which_of_several_answered(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let free = |number: &str| json!({"destination": number, "concurrency": 1, "caps": {"day": 9}});
    let a = target(&world, "A", free("+13105550101")).await;
    let b = target(&world, "B", free("+13105550102")).await;
    plan(&world, json!([{"target": a}, {"target": b}]), together(2)).await;
    let called = ["B", "+13105550102", b.as_str()];
    for (at, said) in called.into_iter().enumerate() {
        let call = world.call_from(&format!("+1212555{at:04}")).await;
        assert_eq!(names(&call), ["A", "B"], "{call}");
        let path = format!("/v1/calls/{}/events", id(&call));
        for body in [json!({"event": "answered"}), json!({"event": "answered", "target": "somebody"})] {
            let unclear = world.api(Method::POST, &path, body).await;
            assert_eq!((unclear.status, unclear.json()["code"].as_str()), (409, Some("not_expected")));
        }
        let answered = event(&world, &call, json!({"event": "answered", "target": said})).await;
        assert_eq!(answered["target"], "B", "{said}: {answered}");
        let before = i64::try_from(at).expect("few");
        assert_eq!(places(&world).await, (1, before + 1));
        event(&world, &call, json!({"event": "ended"})).await;
        assert_eq!(places(&world).await, (0, before + 1));
    }
}

async fn places_at_several_targets_are_exact_on_two_nodes(engine: Engine) {
    const CALLS: usize = 24;
    let mut world = TestWorld::start(engine).await;
    let mut routes = Vec::new();
    for name in ["A", "B", "C"] {
        let limits = json!({"concurrency": 4, "caps": {"day": 6}});
        routes.push(json!({"target": target(&world, name, limits).await}));
    }
    plan(&world, json!(routes), together(2)).await;
    if engine == Engine::Postgres {
        world.add_node();
    }
    let key = world.keys["api_key"].as_str().expect("a key");
    let post = |at: usize, path: String, body: Value| {
        let url = format!("http://{}{path}", world.nodes[at % world.nodes.len()].address);
        answer(world.client.post(url).bearer_auth(key).json(&body))
    };
    let starts = (0..CALLS).map(|at| {
        post(at, "/v1/calls".into(), json!({"caller": format!("+1212555{at:04}"), "dialed": "+18885550100"}))
    });
    let mut rung = Vec::new();
    let mut at_each = BTreeMap::<String, i64>::new();
    for started in futures_util::future::join_all(starts).await {
        let call = started.expect("an answer").json();
        for name in names(&call) {
            *at_each.entry(name.to_owned()).or_default() += 1;
        }
        if action(&call) == "dial" {
            rung.push(call);
        }
    }
    assert!(at_each.values().all(|count| *count == 4), "every place is taken, and none twice: {at_each:?}");
    assert_eq!(places(&world).await, (12, 12));
    // Of each call another one answers, told to both nodes at once; every third is hung up instead.
    let reports = rung.iter().enumerate().flat_map(|(at, call)| {
        let targets = call["routing"]["targets"].as_array().expect("targets");
        let who = &targets[at % targets.len()]["id"];
        let connected = json!({"decision": 1, "outcome": "connected", "target": who});
        let (path, events) =
            (format!("/v1/calls/{}/next", id(call)), format!("/v1/calls/{}/events", id(call)));
        let ended = json!({"event": "ended"});
        if at % 3 == 0 {
            [post(at, events.clone(), ended.clone()), post(at + 1, events, ended)]
        } else {
            [post(at, path.clone(), connected.clone()), post(at + 1, path, connected)]
        }
    });
    for told in futures_util::future::join_all(reports).await {
        let told = told.expect("an answer");
        assert_eq!(told.status, 200, "{}", told.body);
    }
    let connected = i64::try_from(rung.len() - rung.len().div_ceil(3)).expect("few");
    assert_eq!(places(&world).await, (connected, connected), "one place for each call that has one");
    for call in &rung {
        event(&world, call, json!({"event": "ended"})).await;
    }
    assert_eq!(places(&world).await, (0, connected), "who was connected stays counted");
}

async fn a_flow_rings_several_at_once_or_one_after_another(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let (a, b) = (target(&world, "A", number("1")).await, target(&world, "B", number("2")).await);
    let used = flow(
        &world,
        json!({
            "start": {"type": "start", "next": "all"},
            "all": {"type": "dial", "targets": [a, b], "strategy": "simultaneous", "busy": "each", "no_answer": "bye", "failed": "bye"},
            "each": {"type": "dial", "targets": [b, a], "no_answer": "bye", "busy": "bye", "failed": "bye"},
            "bye": {"type": "reject", "reason": "Goodbye"},
        }),
    )
    .await;
    let call = world.call_from(CALLER).await;
    assert_eq!((names(&call), &call["routing"]["strategy"]), (vec!["A", "B"], &json!("simultaneous")));
    let one = next(&world, &call, json!({"outcome": "no_answer", "target": b})).await.json();
    assert_eq!(names(&one), ["A"]);
    let first = next(&world, &call, json!({"outcome": "busy", "target": a})).await.json();
    assert_eq!((dialed(&first), &first["routing"]["strategy"]), ("B", &json!("sequential")), "{first}");
    let second = next(&world, &first, json!({"outcome": "no_answer"})).await.json();
    assert_eq!((dialed(&second), places(&world).await), ("A", (1, 1)), "{second}");
    let bye = next(&world, &second, json!({"outcome": "busy"})).await.json();
    assert_eq!((&bye["routing"]["reason"], places(&world).await), (&json!("Goodbye"), (0, 0)), "{bye}");
    let nodes = decisions(&world, &call).await;
    let last = nodes.as_array().unwrap().last().unwrap();
    assert_eq!(
        (&last["nodes"][0]["node"], &last["nodes"][0]["branch"]),
        (&json!("each"), &json!("busy")),
        "{last}"
    );

    let refused = world.api(Method::DELETE, &format!("/v1/targets/{b}"), Value::Null).await;
    assert_eq!(refused.json()["used_by"][0]["field"], "nodes.all.targets[1]", "{}", refused.body);
    let test =
        json!({"caller": CALLER, "dialed": "+18885550100", "version": 1, "inputs": [{"connected": b}]});
    let tested = world.api(Method::POST, &format!("/v1/flows/{used}/test"), test).await.json();
    assert_eq!(tested["routing"]["action"], "connected", "{tested}");
}

async fn a_caller_is_led_to_a_url_with_the_calls_tags(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let url = "https://buyer.example/form?cid=[CALL_ID]&source=[LEAD_SOURCE]";
    let web = json!({"destination": url, "concurrency": 1, "caps": {"day": 2}});
    let (web, desk) = (target(&world, "Web", web).await, target(&world, "Desk", json!({})).await);
    plan(&world, json!([{"target": web}, {"target": desk, "priority": 2}]), json!({})).await;
    world.post("call_data", json!({"caller_id": CALLER, "lead_source": "a b&c=d"})).await;
    let call = world.call_from(CALLER).await;
    let expected = json!({"decision": 1, "action": "redirect", "target": {"id": web, "name": "Web"},
        "url": format!("https://buyer.example/form?cid={}&source=a%20b%26c%3Dd", id(&call))});
    assert_eq!(call["routing"], expected, "{call}");
    assert_eq!((&call["target"], places(&world).await), (&json!("Web"), (1, 1)));
    // What the URL has in it was read: the caller is led elsewhere when it changes.
    world.post("update_tags", json!({"call_log_id": id(&call), "add": {"lead_source": "x"}})).await;
    let again = world.call(id(&call)).await;
    assert_eq!(again["routing"]["url"], format!("https://buyer.example/form?cid={}&source=x", id(&call)));
    let refused = next(&world, &again, json!({"digits": "1"})).await;
    assert_eq!(refused.status, 409, "{}", refused.body);
    let failed = next(&world, &again, json!({"outcome": "failed"})).await.json();
    assert_eq!((dialed(&failed), places(&world).await), ("Desk", (1, 0)), "{failed}");

    let second = world.call_from(CALLER).await;
    assert_eq!(action(&second), "redirect");
    let there = next(&world, &second, json!({"outcome": "connected"})).await.json();
    assert_eq!((action(&there), &there["target"]), ("connected", &json!("Web")));
    event(&world, &second, json!({"event": "ended"})).await;
    world.post("call_data", json!({"caller_id": CALLER, "lead_source": "é".repeat(2_000)})).await;
    let third = world.call_from(CALLER).await;
    assert_eq!(dialed(&third), "Desk", "a URL that nobody would take: {third}");
    let list = decisions(&world, &third).await;
    assert_eq!(list[0]["plans"][1]["routes"][0]["verdict"], "attempted", "{list}");
}
