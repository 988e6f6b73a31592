//! A node that dies while another system is asked for a call.

use serde_json::{Value, json};

use super::server::Says;
use super::{ALLOWED, Outside, asking_flow, world};
use crate::on_both_engines;
use crate::routing::{CALLER, action, dialed, id, next};
use crate::world::{Engine, answer};

on_both_engines! {
    a_call_whose_node_died_goes_on_from_its_last_step;
}

async fn a_call_whose_node_died_goes_on_from_its_last_step(engine: Engine) {
    let mut world = world(engine).await;
    let mut outside = Outside::start(Says::Nothing).await;
    asking_flow(&world, &outside.url, 10_000).await;
    let step = world.folder.path().join("step");
    let variables = [ALLOWED, ("HOOKLINE_TEST_CLOCK_STEP", step.to_str().unwrap())];
    if engine == Engine::Postgres {
        world.add_node_with(&variables);
    }
    let body = json!({"caller": CALLER, "dialed": "+18885550100", "external_id": "switch-1"});
    let start = world.client.post(format!("http://{}/v1/calls", world.nodes[0].address));
    let start = start.bearer_auth(world.keys["api_key"].as_str().unwrap()).json(&body);
    let started = tokio::spawn(answer(start));
    outside.next().await;
    // SIGKILL, while it waits for the answer.
    drop(world.nodes.remove(0));
    assert!(started.await.unwrap().is_err(), "the switch never hears");
    if engine == Engine::Sqlite {
        world.add_node_with(&variables);
    }

    let again = world.api(reqwest::Method::POST, "/v1/calls", body).await;
    assert_eq!(again.status, 200, "{}", again.body);
    let call = again.json();
    assert_eq!((action(&call), outside.count()), ("wait", 0), "it may still be answered: {call}");
    outside.say(Says::Answer(200, r#"{"lead":{"tier":"gold"}}"#.into()));
    std::fs::write(&step, "60").unwrap();
    let called = |news: Value| next(&world, &call, news);
    let (one, other) = tokio::join!(called(json!({})), called(json!({})));
    assert_eq!((one.status, other.status), (200, 200), "{} {}", one.body, other.body);
    let stands = called(json!({})).await.json();
    assert_eq!((action(&stands), dialed(&stands)), ("dial", "Gold"), "{stands}");
    assert_eq!(outside.count(), 1, "one of the two asked");
    assert_eq!(world.call(id(&call)).await["status"], "ringing");
}
