//! RTB endpoints: one for each campaign and publisher.

use reqwest::Method;
use serde_json::{Value, json};

use super::{expect, get, make, send_text, text};
use crate::on_both_engines;
use crate::world::{Engine, TestWorld};

on_both_engines! {
    an_endpoint_is_made_changed_and_ended;
    an_endpoint_is_refused_by_field;
}

async fn an_endpoint_is_made_changed_and_ended(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let campaign = make(&world, "/v1/campaigns", json!({"name": "Campaign"})).await;
    let publisher = make(&world, "/v1/publishers", json!({"name": "Radio"})).await;
    let number = json!({"phone_number": "+18885550177", "campaign_id": campaign["id"]});
    let number = make(&world, "/v1/numbers", number).await;
    let own = json!({"name": "Radio's", "campaign_id": campaign["id"], "publisher_id": publisher["id"]});
    let made = make(&world, "/v1/rtb-endpoints", own.clone()).await;
    assert_eq!(
        (&made["enabled"], &made["settings"]),
        (&json!(true), &json!({"reservation_seconds": 30, "payout_min": null, "numbers": null}))
    );
    let path = format!("/v1/rtb-endpoints/{}", text(&made, "id"));
    let body = format!(
        r#"{{"settings":{{"payout_min":999999999999.123456,"numbers":["{}"]}}}}"#,
        text(&number, "id")
    );
    let changed = send_text(&world, Method::PATCH, &path, &body).await;
    assert!(changed.status == 200 && changed.body.contains("999999999999.123456"), "{}", changed.body);
    let changed =
        send_text(&world, Method::PATCH, &path, r#"{"settings":{"reservation_seconds":60},"enabled":false}"#)
            .await;
    assert!(changed.body.contains("999999999999.123456"), "{}", changed.body);
    let shown = changed.json();
    assert_eq!(
        (&shown["enabled"], &shown["settings"]["reservation_seconds"], &shown["settings"]["numbers"][0]),
        (&json!(false), &json!(60), &number["id"])
    );
    assert_eq!(
        get(&world, "/v1/rtb-endpoints").await.body,
        format!(r#"{{"rtb_endpoints":[{}]}}"#, changed.body)
    );
    let defaults = expect(&world, 200, Method::PATCH, &path, json!({"settings": null})).await;
    assert_eq!(defaults["settings"], made["settings"]);

    // One for each publisher, and one for none.
    let all = json!({"name": "All", "campaign_id": campaign["id"]});
    let open = make(&world, "/v1/rtb-endpoints", all.clone()).await;
    for body in [own, all] {
        let taken = expect(&world, 409, Method::POST, "/v1/rtb-endpoints", body).await;
        assert_eq!(text(&taken, "code"), "rtb_endpoint_taken");
    }
    let open_path = format!("/v1/rtb-endpoints/{}", text(&open, "id"));
    let both = json!({"publisher_id": publisher["id"]});
    expect(&world, 409, Method::PATCH, &open_path, both).await;

    let number_path = format!("/v1/numbers/{}", text(&number, "id"));
    expect(&world, 200, Method::DELETE, &number_path, Value::Null).await;
    for (noun, one) in [("campaigns", &campaign), ("publishers", &publisher)] {
        let in_use = format!("/v1/{noun}/{}", text(one, "id"));
        let refused = expect(&world, 409, Method::DELETE, &in_use, Value::Null).await;
        assert!(text(&refused, "message").contains("RTB endpoints"), "{refused}");
    }
    for path in [&path, &open_path] {
        expect(&world, 200, Method::DELETE, path, Value::Null).await;
        expect(&world, 404, Method::DELETE, path, Value::Null).await;
        assert_eq!(text(&get(&world, path).await.json(), "code"), "rtb_endpoint_not_found");
    }
}

async fn an_endpoint_is_refused_by_field(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let campaign = make(&world, "/v1/campaigns", json!({"name": "Campaign"})).await;
    let other = make(&world, "/v1/campaigns", json!({"name": "Other"})).await;
    let number = json!({"phone_number": "+18885550177", "campaign_id": other["id"]});
    let number = make(&world, "/v1/numbers", number).await;
    let nobody = "0192f0c1-2345-7abc-8def-0123456789ab";
    for (fields, named) in [
        (json!({"name": ""}), "`name`"),
        (json!({"name": 1}), "invalid type"),
        (json!({"campaign_id": null}), "invalid type: null"),
        (json!({"campaign_id": nobody}), "`campaign_id`"),
        (json!({"publisher_id": nobody}), "`publisher_id`"),
        (json!({"colour": 1}), "`colour`"),
        (json!({"settings": []}), "`settings` must be an object"),
        (json!({"settings": {"reservation_seconds": 301}}), "`settings.reservation_seconds` must be"),
        (json!({"settings": {"payout_min": -1}}), "`settings.payout_min` is wrong: must not be negative"),
        (json!({"settings": {"numbers": [number["id"]]}}), "`settings.numbers[0]`"),
        (json!({"settings": {"numbers": []}}), "`settings.numbers`"),
        (json!({"settings": {"colour": 1}}), "`settings.colour`"),
    ] {
        let mut body = json!({"name": "a", "campaign_id": campaign["id"]});
        body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        let refused = expect(&world, 400, Method::POST, "/v1/rtb-endpoints", body).await;
        assert!(text(&refused, "message").contains(named), "{fields}: {refused}");
    }
    assert_eq!(get(&world, "/v1/rtb-endpoints").await.body, r#"{"rtb_endpoints":[]}"#);
}
