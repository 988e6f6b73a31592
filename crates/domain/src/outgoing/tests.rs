use std::borrow::Cow;

use serde_json::value::RawValue;

use super::*;
use crate::call::Change;
use crate::document::Document;

fn read(json: &str) -> Result<Settings, String> {
    let raw: &RawValue = serde_json::from_str(json).unwrap();
    let mut fields = Document::new(raw, "").fields().unwrap();
    let mut seal = |header: SecretHeader<'_>| match header.value {
        Some(value) => Ok(format!("sealed {value}")),
        None => Err(format!("has no value yet; send one for {}", header.name)),
    };
    let settings = Settings::take(&mut fields, &mut seal).map_err(|problem| problem.to_string())?;
    fields.finish().map_err(|problem| problem.to_string())?;
    Ok(settings)
}

fn change(field: &str, to: &str) -> Change {
    Change { field: field.to_owned(), from: None, to: Some(to.to_owned()) }
}

#[test]
fn settings_have_defaults_and_are_stored_as_they_are() {
    let settings = read(
        r#"{"events":["call.completed","call.on_30_secs_mark"],"url":"https://crm.example/l?c=[CALL_ID]",
            "headers":[{"name":"X-Lead","value":"[lead]"},{"name":"Authorization","value":"Bearer x","secret":true}]}"#,
    )
    .unwrap();
    assert_eq!((settings.attempts_max, settings.timeout_seconds), (8, 10));
    assert!(matches!(&settings.body, Body::Json { template } if template.is_json()));
    assert_eq!(settings.headers[1].value, HeaderValue::Sealed("sealed Bearer x".to_owned()));
    assert_eq!(settings.marks().collect::<Vec<_>>(), [(Event::On30SecsMark, 30)]);
    let stored = serde_json::to_string(&settings).unwrap();
    assert_eq!(serde_json::from_str::<Settings>(&stored).unwrap(), settings);
    assert_eq!(
        read(r#"{"events":["call.hangup"],"method":"GET","url":"https://a.example/"}"#).unwrap().body,
        Body::None
    );
}

#[test]
fn what_is_wrong_is_named() {
    let with =
        |more: &str| read(&format!(r#"{{"events":["call.hangup"],"url":"https://a.example/",{more}}}"#));
    for (more, named) in [
        (r#""method":"HEAD""#, "method must be one of"),
        (r#""method":"GET","body":{"type":"json","template":"{}"}"#, "body does not go with GET"),
        (r#""body":{"type":"json","template":"{\"a\":[A]"}"#, "body.template is not JSON"),
        (r#""body":{"type":"raw","content_type":"xml","template":""}"#, "body.content_type must be"),
        (r#""headers":[{"name":"Webhook-Id","value":"1"}]"#, "headers[0].name is a header of the signature"),
        (r#""headers":[{"name":"Host","value":"1"}]"#, "headers[0].name is a header that we write"),
        (
            r#""headers":[{"name":"A","value":"1"},{"name":"a","value":"1"}]"#,
            "headers[1] has the name a once more",
        ),
        (r#""headers":[{"name":"A","value":null,"secret":true}]"#, "headers[0] has no value yet"),
        (r#""headers":[{"name":"A","value":"a\nb","secret":true}]"#, "headers[0].value must be printable"),
        (r#""attempts_max":21"#, "attempts_max must be a whole number from 1 to 20"),
        (r#""timeout_seconds":0"#, "timeout_seconds must be"),
        (r#""campaigns":["x"]"#, "campaigns[0] is wrong"),
        (r#""colour":1"#, "colour means nothing here"),
    ] {
        let problem = with(more).unwrap_err();
        assert!(problem.starts_with(named), "{more}: {problem}");
    }
    assert!(read(r#"{"events":[],"url":"https://a.example/"}"#).unwrap_err().starts_with("events is empty"));
    let in_host = r#"{"events":["call.hangup"],"url":"https://[HOST]/"}"#;
    assert!(read(in_host).unwrap_err().starts_with("url has a tag in its host"));
}

#[test]
fn every_place_has_its_escapes() {
    let value = "a\"b&c=d\r\nX: é";
    let lookup = |name: &str| (name == "v").then_some(Cow::Borrowed(value));
    let rendered = |more: &str| {
        let text = format!(
            r#"{{"events":["call.hangup"],"url":"https://a.example/?v=[V]","headers":[{{"name":"X-V","value":"[V]"}}],{more}}}"#
        );
        render(&read(&text).unwrap(), &lookup).unwrap()
    };
    let json = rendered(r#""body":{"type":"json","template":"{\"v\":\"[V]\",\"n\":[N]}"}"#);
    assert_eq!(json.url, "https://a.example/?v=a%22b%26c%3Dd%0D%0AX%3A%20%C3%A9");
    let body: serde_json::Value = serde_json::from_str(json.body.as_deref().unwrap()).unwrap();
    assert_eq!(body, serde_json::json!({"v": value, "n": null}));
    assert!(!json.headers[1].value.as_deref().unwrap().chars().any(char::is_control));
    let form = rendered(r#""body":{"type":"form","fields":[{"name":"a b","value":"x[V]"}]}"#).body.unwrap();
    let pairs: Vec<_> = form_urlencoded::parse(form.as_bytes()).into_owned().collect();
    assert_eq!(pairs, [("a b".to_owned(), format!("x{value}"))]);
    let raw = rendered(r#""body":{"type":"raw","content_type":"text/xml","template":"<v>[V]</v>"}"#);
    assert_eq!(raw.body.as_deref(), Some(format!("<v>{value}</v>").as_str()));
    assert_eq!(raw.headers[0].value.as_deref(), Some("text/xml"));
}

#[test]
fn events_come_from_what_changed() {
    assert_eq!(
        events_of(&[change("status", "ringing"), change("tag:status", "completed")]),
        [Event::Incoming]
    );
    let answered = [change("answered_at", "2026"), change("status", "in_progress")];
    assert_eq!(events_of(&answered), [Event::Connected]);
    assert_eq!(events_of(&[change("status", "completed")]), [Event::Hangup, Event::Completed]);
    assert_eq!(events_of(&[change("status", "failed")]), [Event::Hangup, Event::Failure]);
    assert_eq!(
        events_of(&[change("converted", "true"), change("revenue_paid_out", "1")]),
        [Event::Converted]
    );
    assert_eq!(events_of(&[change("converted", "false")]), []);
    for (name, event) in Event::ALL {
        assert_eq!((event.name(), name.parse()), (name, Ok(event)));
    }
}

#[test]
fn retries_come_later_and_later_and_heed_the_receiver_within_bounds() {
    const SECOND: i64 = 1_000_000;
    for chance in [0, 20, 40, u64::MAX] {
        let mut last = 0;
        for (made, seconds) in [(1, 5), (2, 30), (3, 120), (4, 600), (5, 3_600), (6, 10_800), (7, 28_800)] {
            let delay = retry_micros(made, None, chance);
            assert!(
                (seconds * SECOND * 8 / 10..=seconds * SECOND * 12 / 10).contains(&delay),
                "{made}: {delay}"
            );
            assert!(delay > last);
            last = delay;
        }
        assert_eq!(retry_micros(19, None, chance), last);
    }
    assert_eq!(retry_micros(1, Some(60), 0), 60 * SECOND);
    assert_eq!(retry_micros(4, Some(1), 20), 600 * SECOND);
    assert_eq!(retry_micros(1, Some(i64::MAX), 0), RETRY_AFTER_SECONDS_MAX * SECOND);
}
