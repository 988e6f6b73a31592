//! A caller's words stay values wherever they are put.

use serde_json::json;

use super::{Heard, Outgoing, Receiver};
use crate::on_both_engines;
use crate::world::Engine;

on_both_engines! {
    values_are_escaped_for_their_place;
}

const HOSTILE: &str = "a\"b&c=d\r\nX-Evil: é#?/";

async fn values_are_escaped_for_their_place(engine: Engine) {
    let (outgoing, mut receiver) = (Outgoing::start(engine).await, Receiver::start().await);
    let url = format!("{}/lead?v=[LEAD]&end=1", receiver.url);
    let headers = json!([{"name": "X-Lead", "value": "is [lead]"}]);
    let with = |body| json!({"headers": headers, "body": body});
    let json_body =
        json!({"type": "json", "template": "{\"v\":\"[LEAD]\",\"none\":[NOTHING],\"at\":\"[EVENT]\"}"});
    let form = json!({"type": "form", "fields": [{"name": "v w", "value": "[LEAD]"}, {"name": "end", "value": "1"}]});
    let raw = json!({"type": "raw", "content_type": "text/plain", "template": "v=[LEAD]"});
    for body in [json_body, form, raw] {
        outgoing.make(&["call.incoming"], &url, with(body)).await;
    }
    let get = json!({"headers": headers, "method": "GET"});
    outgoing.make(&["call.incoming"], &url, get).await;
    let defined = json!({"key": "lead", "label": "Lead"});
    let defined = outgoing.world.api(reqwest::Method::POST, "/v1/custom-tags", defined).await;
    assert_eq!(defined.status, 201, "{}", defined.body);
    outgoing.world.post("call_data", json!({"caller_id": "+13105559876", "lead": HOSTILE})).await;
    outgoing.world.live_call("+13105559876").await;
    let heard = receiver.take(4).await;
    for one in &heard {
        let target = one.line.split(' ').nth(1).unwrap();
        let url = url::Url::parse("http://a.example").unwrap().join(target).unwrap();
        let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
        assert_eq!(pairs, [("v".into(), HOSTILE.into()), ("end".into(), "1".into())]);
        assert!(!one.headers.contains_key("x-evil"), "{one:?}");
        assert!(one.headers["x-lead"].starts_with("is a\"b&c=d"), "{one:?}");
    }
    let of = |kind: &str| -> &Heard {
        heard.iter().find(|one| one.headers.get("content-type").is_some_and(|it| it == kind)).unwrap()
    };
    assert_eq!(of("application/json").json(), json!({"v": HOSTILE, "none": null, "at": "call.incoming"}));
    let form = &of("application/x-www-form-urlencoded").body;
    let pairs: Vec<(String, String)> = url::form_urlencoded::parse(form.as_bytes()).into_owned().collect();
    assert_eq!(pairs, [("v w".into(), HOSTILE.into()), ("end".into(), "1".into())]);
    assert_eq!(of("text/plain").body, format!("v={HOSTILE}"));
    let get = heard.iter().find(|one| one.line.starts_with("GET ")).unwrap();
    assert_eq!((get.body.as_str(), get.headers.get("content-type")), ("", None));
}
