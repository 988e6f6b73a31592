//! Trying an outgoing webhook, counting what it was told, and reading the log.

use reqwest::Method;
use serde_json::{Value, json};

use super::{Outgoing, Receiver, Says, id};
use crate::on_both_engines;
use crate::world::Engine;

on_both_engines! {
    a_test_sends_at_once_and_is_no_delivery;
    deliveries_are_counted_and_listed_by_page;
    what_is_wrong_is_named_and_belongs_to_its_organization;
}

async fn a_test_sends_at_once_and_is_no_delivery(engine: Engine) {
    let (outgoing, mut receiver) = (Outgoing::start(engine).await, Receiver::start().await);
    let webhook = outgoing.make(&["call.completed"], &receiver.url, json!({"enabled": false})).await;
    let path = format!("/v1/outgoing-webhooks/{}/test", id(&webhook));
    let made_up = outgoing.world.api(Method::POST, &path, json!({"event": "call.converted"})).await.json();
    let heard = receiver.next().await;
    assert_eq!((heard.event().as_str(), &made_up["request"]["body"]), ("call.converted", &json!(heard.body)));
    assert_eq!(
        (&made_up["attempt"]["status"], &made_up["attempt"]["response"]),
        (&json!(200), &json!("said"))
    );
    assert!(heard.headers["webhook-signature"].starts_with("v1,"));
    receiver.say(Says::Status(500));
    let call = outgoing.world.live_call("+13105550001").await;
    let asked = json!({"event": "call.incoming", "call_log_id": call});
    let failed = outgoing.world.api(Method::POST, &path, asked).await.json();
    assert_eq!(receiver.next().await.json()["call_log_id"], json!(call));
    assert_eq!(failed["attempt"]["status"], 500);
    let nobodys = json!({"event": "call.incoming", "call_log_id": id(&webhook)});
    assert_eq!(outgoing.world.api(Method::POST, &path, nobodys).await.status, 404);
    assert_eq!(outgoing.world.api(Method::POST, &path, json!({"event": "call.lost"})).await.status, 400);
    assert_eq!(outgoing.deliveries("").await, Vec::<Value>::new());
}

async fn deliveries_are_counted_and_listed_by_page(engine: Engine) {
    let (outgoing, mut receiver) = (Outgoing::start(engine).await, Receiver::start().await);
    let quiet = outgoing.make(&["call.failure"], &receiver.url, json!({})).await;
    let webhook = outgoing.make(&["call.incoming"], &receiver.url, json!({"attempts_max": 1})).await;
    for number in 0..3 {
        outgoing.world.live_call(&format!("+1310555000{number}")).await;
    }
    receiver.take(3).await;
    outgoing.settled("", "delivered", 3).await;
    receiver.say(Says::Status(500));
    outgoing.world.live_call("+13105550004").await;
    outgoing.settled("", "failed", 1).await;
    let traffic = outgoing.world.api(Method::GET, "/v1/outgoing-webhooks/traffic", Value::Null).await.json();
    assert_eq!(traffic["step"], 3_600);
    let of = |webhook: &Value| -> Value {
        let all = traffic["outgoing_webhooks"].as_array().unwrap();
        all.iter().find(|one| one["outgoing_webhook_id"] == webhook["id"]).unwrap().clone()
    };
    let busy = of(&webhook);
    assert_eq!((&busy["deliveries"], &busy["failed"]), (&json!(4), &json!(1)), "{busy}");
    let points = busy["points"].as_array().unwrap();
    assert!((24..=25).contains(&points.len()), "{}", points.len());
    assert_eq!(points.iter().map(|point| point["deliveries"].as_i64().unwrap()).sum::<i64>(), 4);
    assert!(busy["last_delivery_at"].is_string());
    assert_eq!((&of(&quiet)["deliveries"], &of(&quiet)["last_delivery_at"]), (&json!(0), &Value::Null));
    let mut seen = Vec::new();
    let mut after = String::new();
    loop {
        let path = format!("/v1/deliveries?limit=3{after}");
        let page = outgoing.world.api(Method::GET, &path, Value::Null).await.json();
        seen.extend(page["deliveries"].as_array().unwrap().iter().map(|one| id(one).to_owned()));
        let Some(next) = page["next"].as_str() else { break };
        after = format!("&after={next}");
    }
    assert_eq!(seen.len(), 4);
    assert!(seen.is_sorted_by(|a, b| a > b), "{seen:?}");
    assert_eq!(outgoing.deliveries("state=failed&event=call.incoming").await.len(), 1);
    assert_eq!(outgoing.deliveries("to=2020-01-01T00:00:00Z").await.len(), 0);
    let wrong = ["state=lost", "event=call.lost", "limit=0", "after=x", "colour=red"];
    for query in wrong {
        let path = format!("/v1/deliveries?{query}");
        assert_eq!(outgoing.world.api(Method::GET, &path, Value::Null).await.status, 400, "{query}");
    }
    let path = "/v1/outgoing-webhooks/traffic?step=60";
    assert_eq!(outgoing.world.api(Method::GET, path, Value::Null).await.status, 400);
}

async fn what_is_wrong_is_named_and_belongs_to_its_organization(engine: Engine) {
    let mut outgoing = Outgoing::start(engine).await;
    let webhook = outgoing.make(&["call.incoming"], "https://crm.example/", json!({})).await;
    let path = format!("/v1/outgoing-webhooks/{}", id(&webhook));
    for (change, field) in [
        (json!({"url": "ftp://crm.example"}), "url"),
        (json!({"events": []}), "events"),
        (json!({"method": "GET", "body": {"type": "json", "template": "{}"}}), "body"),
        (json!({"attempts_max": 0}), "attempts_max"),
        (json!({"body": {"type": "json", "template": "{"}}), "body.template"),
    ] {
        let refused = outgoing.world.api(Method::PATCH, &path, change.clone()).await;
        assert_eq!((refused.status, refused.json()["field"].as_str()), (400, Some(field)), "{change}");
    }
    let nobodys = json!({"campaigns": ["01977420-dc00-7000-8000-000000000000"]});
    assert_eq!(outgoing.world.api(Method::PATCH, &path, nobodys).await.status, 400);
    let log =
        outgoing.world.api(Method::GET, "/v1/audit-log?noun=outgoing_webhook", Value::Null).await.json();
    assert_eq!(log["entries"].as_array().unwrap().len(), 1, "{log}");
    outgoing.world.move_to_another_organization();
    assert_eq!(outgoing.world.api(Method::GET, &path, Value::Null).await.status, 404);
    assert_eq!(outgoing.world.api(Method::PATCH, &path, json!({})).await.status, 404);
    let list = outgoing.world.api(Method::GET, "/v1/outgoing-webhooks", Value::Null).await.json();
    assert_eq!(list["outgoing_webhooks"], json!([]));
}
