//! SPEC section 1.1: a request that arrives while a call of that caller is live.

use super::super::example::{definitions, field, name, request, tag};
use super::*;
use crate::call::example::{ringing_call, second};

fn lines(timeline: &[Change]) -> Vec<(&str, Option<&str>, Option<&str>)> {
    timeline
        .iter()
        .map(|change| (change.field.as_str(), change.from.as_deref(), change.to.as_deref()))
        .collect()
}

#[test]
fn late_call_data_reaches_the_live_call() {
    let (mut call, mut tags) = (ringing_call(), TagSet::new());
    call.state = Some("CA".into());
    tags.set(&name("state"), tag("CA", TagSource::Number, 100));
    let fields = [
        field("lead_source", "google"),
        field("landing_page", "x"),
        field("state", "nv"),
        field("zip", "89001"),
    ];
    let effect = apply_call_data(&mut call, &mut tags, &fields, &definitions(), second(105), request(1));
    assert_eq!(
        lines(&effect.timeline),
        [
            ("tag:lead_source", None, Some("google")),
            ("state", Some("CA"), Some("NV")),
            ("zip", None, Some("89001"))
        ]
    );
    assert!(effect.call_changed && effect.tags_changed);
    assert_eq!((call.state.as_deref(), call.zip.as_deref()), (Some("NV"), Some("89001")));
    assert_eq!(tags.get("landing_page"), None, "not defined: it stays with the request");
    assert_eq!(tags.get("lead_source").unwrap().request, Some(request(1)));
}

#[test]
fn the_same_request_again_changes_nothing() {
    let (mut call, mut tags, defs) = (ringing_call(), TagSet::new(), definitions());
    let fields = [field("lead_source", "google"), field("state", "nv")];
    apply_call_data(&mut call, &mut tags, &fields, &defs, second(105), request(1));
    let known = (call.clone(), tags.clone());
    let again = apply_call_data(&mut call, &mut tags, &fields, &defs, second(105), request(1));
    assert_eq!(again, CallDataEffect::default());
    assert_eq!((call, tags), known);
}

#[test]
fn what_the_flow_or_an_update_set_stands() {
    let (mut call, mut tags) = (ringing_call(), TagSet::new());
    tags.set(&name("lead_source"), tag("flow", TagSource::Flow, 101));
    tags.set(&name("age"), tag("42", TagSource::UpdateTags, 101));
    let fields = [field("utm_source", "google"), field("age", "50")];
    let effect = apply_call_data(&mut call, &mut tags, &fields, &definitions(), second(105), request(1));
    assert_eq!(effect, CallDataEffect::default());
}

#[test]
fn within_a_request_the_body_wins_over_the_query_and_that_over_headers_also_between_aliases() {
    let from = |raw, value, source| Field { source, ..field(raw, value) };
    let fields = [
        from("utm_source", "body", TagSource::CallData),
        from("lead_source", "header", TagSource::Header),
        from("zip", "query", TagSource::Url),
        from("caller_zip", "header", TagSource::Header),
        from("state", "wy", TagSource::CallData),
        from("caller_state", "ut", TagSource::CallData),
    ];
    let (mut call, mut tags) = (ringing_call(), TagSet::new());
    let effect = apply_call_data(&mut call, &mut tags, &fields, &definitions(), second(105), request(1));
    assert_eq!(tags.get("lead_source").unwrap().value, "body");
    assert_eq!(call.zip.as_deref(), Some("query"));
    assert_eq!(call.state.as_deref(), Some("UT"), "of two alike the last");
    assert_eq!(effect.timeline.len(), 3, "one line a tag");
}

#[test]
fn the_same_value_said_anew_moves_its_time_and_needs_no_line() {
    let (mut call, mut tags, defs) = (ringing_call(), TagSet::new(), definitions());
    tags.set(&name("lead_source"), tag("google", TagSource::Url, 100));
    let fields = [field("lead_source", "google")];
    let effect = apply_call_data(&mut call, &mut tags, &fields, &defs, second(105), request(1));
    assert!(effect.tags_changed && effect.timeline.is_empty() && !effect.call_changed);
    assert_eq!(tags.get("lead_source").unwrap().source, TagSource::CallData);
}
