//! What another node knows of it, and what it does with a definition that it can't read.

use std::sync::Arc;
use std::time::{Duration, Instant};

use hookline::clock::Clock;
use hookline::settings::{CampaignRouting, Org, Settings};
use hookline::storage::Db;
use reqwest::Method;
use serde_json::{Value, json};

use super::{expect, flow_to, get, make, plan, published_flow, target, text};
use crate::on_both_engines;
use crate::world::{Engine, TestWorld};

on_both_engines! {
    another_node_reads_what_changed_and_keeps_the_rest;
    a_damaged_definition_is_left_out_alone_and_can_be_replaced;
    every_node_looks_by_itself;
    a_campaign_number_is_offered_by_its_endpoint;
}

/// Nodes look twice a second; this leaves room for a busy machine.
const EFFECT_MAX: Duration = Duration::from_secs(4);

/// A node's settings, beside the server's.
async fn node(world: &TestWorld) -> Settings {
    let db = Db::open(&world.url).await.expect("the database opens");
    Settings::load(db, Clock::default()).await.expect("the settings load")
}

async fn seen(node: &Settings, org: &Value) -> Arc<Org> {
    node.refresh().await.expect("the settings are read");
    node.current().expect("just confirmed").orgs[&org.as_str().unwrap().parse().unwrap()].clone()
}

async fn org_of(world: &TestWorld) -> Value {
    get(world, "/v1/organization").await.json()["id"].clone()
}

async fn another_node_reads_what_changed_and_keeps_the_rest(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let org = org_of(&world).await;
    let (first, second) = (target(&world, "First").await, target(&world, "Second").await);
    let (first_id, second_id) = (text(&first, "id").parse().unwrap(), text(&second, "id").parse().unwrap());
    let plan_made = plan(&world, "Plan", &first).await;
    let plan_id = text(&plan_made, "id").parse().unwrap();
    let flow = published_flow(&world, "Flow", flow_to(&first)).await;
    let flow_id = text(&flow, "id").parse().unwrap();
    let node = node(&world).await;
    let before = seen(&node, &org).await;
    assert_eq!(before.directory.target(first_id).map(|one| one.name.as_str()), Some("First"));
    assert_eq!((before.flows[&flow_id].version, before.flows[&flow_id].name.as_str()), (1, "Flow"));

    let path = format!("/v1/targets/{}", text(&first, "id"));
    expect(&world, 200, Method::PATCH, &path, json!({"enabled": false})).await;
    let campaign = json!({"name": "Campaign", "routing": {"plan": plan_made["id"]}});
    let campaign = make(&world, "/v1/campaigns", campaign).await;
    let after = seen(&node, &org).await;
    assert!(!after.directory.target(first_id).unwrap().enabled);
    let campaign_id = text(&campaign, "id").parse().unwrap();
    assert_eq!(after.campaigns[&campaign_id].routing, Some(CampaignRouting::Plan(plan_id)));
    for (one, shared) in [(first_id, false), (second_id, true)] {
        let same = std::ptr::eq(before.directory.target(one).unwrap(), after.directory.target(one).unwrap());
        assert_eq!(same, shared, "only what changed is read again");
    }
    assert!(std::ptr::eq(before.directory.plan(plan_id).unwrap(), after.directory.plan(plan_id).unwrap()));
    assert!(Arc::ptr_eq(&before.flows[&flow_id], &after.flows[&flow_id]));

    let path = format!("/v1/flows/{}", text(&flow, "id"));
    expect(&world, 200, Method::PATCH, &path, json!({"draft": flow_to(&second)})).await;
    assert_eq!(seen(&node, &org).await.flows[&flow_id].version, 1, "a draft routes no call");
    expect(&world, 200, Method::POST, &format!("{path}/publish"), Value::Null).await;
    let last = seen(&node, &org).await;
    assert_eq!(last.flows[&flow_id].version, 2);
}

async fn a_damaged_definition_is_left_out_alone_and_can_be_replaced(engine: Engine) {
    let mut world = TestWorld::start(engine).await;
    let org = org_of(&world).await;
    let (first, second) = (target(&world, "First").await, target(&world, "Second").await);
    let (first_id, second_id) = (text(&first, "id").parse().unwrap(), text(&second, "id").parse().unwrap());
    let flow = published_flow(&world, "Flow", flow_to(&first)).await;
    let campaign = json!({"name": "Campaign", "routing": {"flow": flow["id"]}});
    let campaign = make(&world, "/v1/campaigns", campaign).await;
    world.nodes.clear();
    for damage in [
        "UPDATE targets SET definition = '{\"name\":\"First\",\"destination\":\"nowhere\"}' WHERE name = 'First'",
        "UPDATE flow_versions SET definition = 'broken'",
        "UPDATE campaigns SET routing = '{\"wheel\":1}' WHERE name = 'Campaign'",
    ] {
        world.execute(damage).await;
    }
    world.add_node();
    let node = node(&world).await;
    let damaged = seen(&node, &org).await;
    assert!(damaged.directory.target(first_id).is_none() && damaged.directory.target(second_id).is_some());
    assert!(damaged.flows.is_empty());
    assert_eq!(damaged.campaigns[&text(&campaign, "id").parse().unwrap()].routing, None);
    let log = std::fs::read_to_string(world.log_path()).unwrap();
    for path in [
        format!("/v1/targets/{first_id}"),
        format!("/v1/flows/{}", text(&flow, "id")),
        "/v1/campaigns/".to_owned(),
    ] {
        assert!(log.contains(&path), "{path} is not in {log}");
    }

    let path = format!("/v1/targets/{first_id}");
    let shown = get(&world, &path).await.json();
    assert!(text(&shown, "problem").contains("destination"), "{shown}");
    let mended = expect(&world, 200, Method::PATCH, &path, json!({"destination": "+13105550100"})).await;
    assert_eq!((text(&mended, "name"), &mended["problem"]), ("First", &Value::Null));
    assert!(seen(&node, &org).await.directory.target(first_id).is_some());
    let path = format!("/v1/flows/{}", text(&flow, "id"));
    expect(&world, 200, Method::PATCH, &path, json!({"draft": flow_to(&second)})).await;
    expect(&world, 200, Method::POST, &format!("{path}/publish"), Value::Null).await;
    assert_eq!(seen(&node, &org).await.flows[&text(&flow, "id").parse().unwrap()].version, 2);
}

/// The server says so when it reads what it can't read: that it reads again is seen from outside by that.
async fn every_node_looks_by_itself(engine: Engine) {
    let mut world = TestWorld::start(engine).await;
    if engine == Engine::Postgres {
        world.add_node();
    }
    let path = format!("/v1/targets/{}", text(&target(&world, "First").await, "id"));
    let next = "(SELECT version + 1 FROM settings_version)";
    world.execute(&format!("UPDATE targets SET definition = '{{}}', revision = {next}")).await;
    world.execute("UPDATE settings_version SET version = version + 1").await;
    let started = Instant::now();
    loop {
        let log = std::fs::read_to_string(world.log_path()).unwrap();
        if log.matches(&path).count() == world.nodes.len() {
            break;
        }
        assert!(started.elapsed() < EFFECT_MAX, "not every node looked: {log}");
        get(&world, "/healthz").await;
    }
}

async fn a_campaign_number_is_offered_by_its_endpoint(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let org = org_of(&world).await;
    let campaign = make(&world, "/v1/campaigns", json!({"name": "Campaign"})).await;
    let (radio, press) = (
        make(&world, "/v1/publishers", json!({"name": "Radio"})).await,
        make(&world, "/v1/publishers", json!({"name": "Press"})).await,
    );
    let number = async |phone: &str, publisher: &Value| {
        let body = json!({"phone_number": phone, "campaign_id": campaign["id"], "publisher_id": publisher});
        make(&world, "/v1/numbers", body).await["id"].clone()
    };
    let open = number("+18885550171", &Value::Null).await;
    let own = number("+18885550172", &radio["id"]).await;
    number("+18885550173", &radio["id"]).await;
    let endpoint = async |publisher: &Value| {
        let body = json!({"name": "a", "campaign_id": campaign["id"], "publisher_id": publisher});
        text(&make(&world, "/v1/rtb-endpoints", body).await, "id").to_owned()
    };
    let (of_radio, of_press, of_none) =
        (endpoint(&radio["id"]).await, endpoint(&press["id"]).await, endpoint(&Value::Null).await);
    let node = node(&world).await;
    let offered = async |id: &str| {
        let org_seen = seen(&node, &org).await;
        let id = id.parse().unwrap();
        assert_eq!(node.current().unwrap().rtb[&id], org_seen.id);
        org_seen.rtb_endpoints[&id].offered.clone()
    };
    assert_eq!(offered(&of_radio).await, ["+18885550172", "+18885550173"]);
    assert_eq!(offered(&of_press).await, ["+18885550171"]);
    assert_eq!(offered(&of_none).await, ["+18885550171"]);
    let path = format!("/v1/rtb-endpoints/{of_radio}");
    expect(&world, 200, Method::PATCH, &path, json!({"settings": {"numbers": [own, open]}})).await;
    assert_eq!(offered(&of_radio).await, ["+18885550171", "+18885550172"]);
}
