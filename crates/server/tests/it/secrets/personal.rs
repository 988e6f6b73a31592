//! What is known of a person is in the database and in the answers that are about them, and in nothing that operators
//! hand on: logs, metrics, traces, errors, the command lines and environments of processes.

use std::path::Path;
use std::process::Command;

use reqwest::Method;
use serde_json::{Value, json};

use super::assert_nowhere;
use crate::outgoing::{Outgoing, Receiver, Says};
use crate::routing::{flow, target};
use crate::world::{Answer, Engine, TestWorld, answer};
use crate::{access, rtb, traces};

const CALLER: &str = "+13105550187";
const NAME: &str = "Zoë \"Sentinel\" Personne";
const EMAIL: &str = "sentinel.person@private.example";
const ZIP: &str = "90187-44719";
const TAG: &str = "sentinel/of a+tag";
const NESTED: &str = "sentinel-of-a-nested-field";
/// An id that no call has: what a client takes for one may be anything.
const ID: &str = "sentinel-of-a-call-id";
/// Its first letters are of its kind.
const AUTHORIZATION: &str = "sentinel-of-inbound-authorization";

pub async fn what_is_known_of_a_person_is_in_no_log_metric_or_trace(engine: Engine) {
    let (endpoint, mut exports) = traces::collector().await;
    let mut outgoing = Outgoing::of(engine, TestWorld::start_with(engine, 1_000, true).await);
    outgoing.world.nodes.clear();
    outgoing.add_node_with(&[("HOOKLINE_OTLP_ENDPOINT", &endpoint)]);
    let mut crm = Receiver::start().await;
    crm.say(Says::Echo);
    set_up(&outgoing, &crm.url).await;

    let mut errors = Vec::new();
    let mut sent = call_data(&outgoing.world).await;
    let call = outgoing
        .world
        .api(
            Method::POST,
            "/v1/calls",
            json!({
                "caller": CALLER, "dialed": "+18885550100", "parameters": {"email": EMAIL, "zip": ZIP},
                "headers": {"X-Full-Name": NAME, "Authorization": format!("Bearer {AUTHORIZATION}")},
            }),
        )
        .await;
    assert_eq!(call.status, 201, "{}", call.body);
    let call = call.json()["call_log_id"].as_str().unwrap().to_owned();
    // The flow asks the CRM, runs a script, and is told of by an outgoing webhook.
    let mut heard = vec![crm.next().await, crm.next().await];
    heard.sort_by_key(|one| one.headers.contains_key("webhook-id"));
    assert!(heard[0].line.contains("%2B13105550187") && heard[1].body.contains(EMAIL), "{heard:?}");
    let processes = processes(outgoing.world.nodes[0].child.id());
    sent.extend(updates(&outgoing.world, &call).await);
    sent.extend(others(&outgoing.world, &call).await);
    // Another call is told of too: a caller that is no number has withheld theirs.
    outgoing.settled(&format!("call_log_id={call}"), "delivered", 1).await;
    // Nobody is there any more: an attempt fails, and says why.
    crm.say(Says::Status(500));
    outgoing.world.live_call(CALLER).await;
    let own_answers =
        sent.iter().filter(|answer| answer.status < 400 && answer.body.contains("sentinel")).count();
    assert!(own_answers >= 3, "a person's own data is in the answers about them");
    for answer in sent.iter().filter(|answer| answer.status >= 400) {
        errors.push(answer.body.clone());
    }
    assert!(errors.len() >= 12, "{}", errors.len());

    let metrics = format!("http://{}/metrics", outgoing.world.nodes[0].address);
    let metrics = answer(outgoing.world.client.get(metrics)).await.unwrap().body;
    stop(&mut outgoing.world).await;
    let log = std::fs::read_to_string(outgoing.world.log_path()).unwrap();
    let mut traces = Vec::new();
    while let Ok(export) = exports.try_recv() {
        traces.push(String::from_utf8_lossy(&export).into_owned());
    }
    assert!(log.contains("\"TRACE\"") && metrics.contains("hookline_scripts_total"), "it is all there");
    assert!(traces.iter().any(|export| export.contains("update_fields")), "requests were traced");
    let in_database = outgoing.world.count("SELECT COUNT(*) FROM requests WHERE status = 200").await;
    assert!(in_database >= 5, "{in_database}");

    let personal =
        [&CALLER[1..], &CALLER[2..], NAME, EMAIL, ZIP, TAG, NESTED, AUTHORIZATION].map(str::to_owned);
    assert_nowhere(&personal, &errors);
    // An error says which id it did not find; nothing else does.
    let seen = [traces, processes, vec![log, metrics]].concat();
    assert_nowhere(&[&personal[..], &[ID.to_owned()]].concat(), &seen);
}

/// A flow and an outgoing webhook that pass on what they know.
async fn set_up(outgoing: &Outgoing, crm: &str) {
    let world = &outgoing.world;
    for (key, label) in [("full_name", "Name"), ("email", "Email"), ("note", "Note")] {
        let made = world.api(Method::POST, "/v1/custom-tags", json!({"key": key, "label": label})).await;
        assert_eq!(made.status, 201, "{}", made.body);
    }
    let sales = target(world, "Sales", json!({})).await;
    let nodes = json!({
        "start": {"type": "start", "next": "ask"},
        "ask": {"type": "http_request", "method": "POST", "url": format!("{crm}/ask?from=[CALLER_ID]&name=[FULL_NAME]"),
            "headers": [{"name": "X-Email", "value": "[EMAIL]"}], "body": {"kind": "json", "text": "{\"note\":\"[NOTE]\"}"},
            "next": "script", "error": "script"},
        "script": {"type": "javascript", "source": "throw new Error(input.email + input.full_name)",
            "inputs": ["email", "full_name"], "next": "dial", "error": "dial"},
        "dial": {"type": "dial", "target": sales},
    });
    flow(world, nodes).await;
    let body = json!({"type": "json", "template": "{\"email\":\"[EMAIL]\",\"name\":\"[FULL_NAME]\"}"});
    outgoing.make(&["call.incoming"], &format!("{crm}/told?from=[CALLER_ID]"), json!({"body": body})).await;
}

/// Before the call, rightly and wrongly.
async fn call_data(world: &TestWorld) -> Vec<Answer> {
    let whole = json!({"caller_id": CALLER, "email": EMAIL, "full_name": NAME, "zip": ZIP, "note": TAG, "lead": {"deep": NESTED}});
    let request = world.client.post(world.webhook_on(0, "call_data")).bearer_auth(AUTHORIZATION);
    let mut answers = vec![
        world.post("call_data", whole.clone()).await,
        answer(request.header("x-full-name", "sentinel.person").json(&whole)).await.unwrap(),
        world.get("call_data", "from=%2B13105550187&email=sentinel.person%40private.example").await,
        world.post_form("call_data", "from=3105550187&note=sentinel%2Fof+a%2Btag").await,
    ];
    assert!(answers.iter().all(|answer| answer.status == 200));
    for wrong in [
        json!({"caller_id": EMAIL, "full_name": NAME}),
        json!({"caller_id": [CALLER], "email": EMAIL}),
        json!({"caller_id": CALLER, "from": "+13105550100", "email": EMAIL}),
        json!({"caller_id": CALLER, "email": format!("{EMAIL}\0")}),
        json!({"caller_id": CALLER, "note": TAG.repeat(500)}),
    ] {
        let refused = world.post("call_data", wrong).await;
        assert_eq!(refused.status, 400, "{}", refused.body);
        answers.push(refused);
    }
    let cut = format!("{{\"caller_id\":\"{CALLER}\",\"email\":\"{EMAIL}");
    answers.extend([
        world.post_text("call_data", &cut).await,
        world.get("call_data", "email=sentinel.person%4").await,
    ]);
    answers
}

async fn updates(world: &TestWorld, call: &str) -> Vec<Answer> {
    let mut answers = Vec::new();
    for (kind, body) in [
        ("update_tags", json!({"call_log_id": call, "add": {"note": TAG, "other": NAME}})),
        ("update_tags", json!({"phone_number": CALLER, "add": [{"email": EMAIL}], "transaction_id": EMAIL})),
        ("update_tags", json!({"phone_number": CALLER, "add": [{"email": EMAIL}], "transaction_id": EMAIL})),
        ("update_fields", json!({"call_log_id": call, "reason": TAG, "transaction_id": EMAIL})),
        ("update_fields", json!({"call_log_id": call, "reason": NAME, "converted_at": EMAIL})),
        ("update_fields", json!({"call_log_id": [ID, call], "reason": NAME})),
        ("update_revenue", json!({"call_log_id": ID, "amount": 1})),
        ("update_revenue", json!({"phone_number": CALLER, "amount": EMAIL})),
        ("update_revenue", json!({"phone_number": "+13105550186", "amount": 1, "note": TAG})),
        ("update_revenue", json!({"phone_number": EMAIL, "amount": 1})),
    ] {
        answers.push(world.post(kind, body).await);
    }
    answers
}

/// Bids, people, and questions to the API.
async fn others(world: &TestWorld, call: &str) -> Vec<Answer> {
    let endpoint = rtb::endpoint(world, json!({})).await;
    let address = &world.nodes[0].address;
    let bid = |query: &str| world.client.get(format!("http://{address}/inbound_rtb/{endpoint}?{query}"));
    let mut answers = vec![
        answer(bid("CALLER_ID=%2B13105550187&email=sentinel.person%40private.example")).await.unwrap(),
        answer(bid("CALLER_ID=sentinel.person%40private.example")).await.unwrap(),
        answer(world.client.get(format!("http://{address}/inbound_rtb/{ID}?CALLER_ID=%2B13105550187")))
            .await
            .unwrap(),
    ];
    let mut ada = access::owner(world).await;
    answers.push(ada.post("/v1/users", json!({"email": EMAIL, "name": NAME, "role": "analyst"})).await);
    answers.push(ada.post("/v1/users", json!({"email": EMAIL, "name": NAME, "role": "nobody"})).await);
    answers.push(ada.post("/v1/sign-in", json!({"email": EMAIL, "password": NESTED})).await);
    for (method, path, body) in [
        (Method::GET, format!("/v1/calls/{call}"), Value::Null),
        (Method::GET, "/v1/calls?caller=%2B13105550187".to_owned(), Value::Null),
        (Method::GET, "/v1/calls?campaign_id=sentinel-of-a-call-id".to_owned(), Value::Null),
        (Method::GET, "/v1/calls.csv".to_owned(), Value::Null),
        (Method::GET, format!("/v1/calls/{ID}"), Value::Null),
        (Method::GET, "/v1/unmatched".to_owned(), Value::Null),
        (Method::GET, "/v1/deliveries".to_owned(), Value::Null),
        (Method::POST, "/v1/calls".to_owned(), json!({"caller": EMAIL, "dialed": NAME})),
        (Method::POST, format!("/v1/calls/{call}/events"), json!({"event": NAME, "reason": TAG})),
        (Method::POST, format!("/v1/calls/{call}/rerun"), json!({})),
        (Method::PATCH, format!("/v1/calls/{call}"), json!({"reason": TAG, "note": NAME})),
    ] {
        answers.push(world.api(method, &path, body).await);
    }
    answers
}

/// The command lines of the server and of its scripts' processes, and these processes' environments.
fn processes(server: u32) -> Vec<String> {
    let read = |id: u32, what: &str| {
        let bytes = std::fs::read(Path::new("/proc").join(id.to_string()).join(what));
        String::from_utf8_lossy(&bytes.unwrap_or_default()).into_owned()
    };
    let ids = std::fs::read_dir("/proc")
        .expect("Linux")
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    let is_its_child = |id: &u32| {
        let stat = read(*id, "stat");
        stat.rsplit_once(") ").and_then(|(_, rest)| rest.split(' ').nth(1)) == Some(&server.to_string())
    };
    let children: Vec<u32> = ids.filter(is_its_child).collect();
    assert!(!children.is_empty(), "a script has run in a process");
    let environments = children.iter().map(|id| read(*id, "environ")).collect::<Vec<_>>();
    assert!(environments.iter().all(|one| !one.contains("HOOKLINE")), "{environments:?}");
    let lines = children.iter().chain([&server]).map(|id| read(*id, "cmdline"));
    lines.chain(environments.clone()).collect()
}

/// As an operator does, so that the last traces are sent.
async fn stop(world: &mut TestWorld) {
    let mut node = world.nodes.remove(0);
    let told = Command::new("kill").arg(node.child.id().to_string()).status().unwrap();
    assert!(told.success());
    tokio::task::spawn_blocking(move || node.child.wait().unwrap()).await.unwrap();
}
