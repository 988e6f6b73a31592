use super::*;

#[test]
fn what_a_node_sets_the_next_one_sees() {
    let nodes = json!({
        "a": {"type": "set_variable", "name": "Greeting", "value": "Hi [NAME]", "next": "b"},
        "b": {"type": "set_tag", "name": "utm_source", "value": "[greeting]!", "next": "c"},
        "c": {"type": "debug", "message": "[LEAD_SOURCE] / [UTM_SOURCE] / [NAME]", "next": "d"},
        "d": {"type": "set_variable", "name": "name", "value": "Bob", "next": "e"},
        "e": {"type": "debug", "message": "[NAME]", "next": "f"},
        "f": {"type": "set_tag", "name": "locked", "value": "x", "next": "g"},
        "g": dial(1),
    });
    let mut run = Run::of(nodes, &[("name", "Ann"), ("lead_source", "old")]);
    let advanced = run.begin();
    assert_eq!(
        advanced.effects,
        [Effect::SetTag { name: name("lead_source"), value: "Hi Ann!".into() }],
        "under the key that the alias stands for"
    );
    let messages: Vec<_> = advanced.trace.iter().filter_map(|node| node.message.as_deref()).collect();
    assert_eq!(
        messages,
        [
            "greeting = Hi Ann",
            "lead_source = Hi Ann!",
            "Hi Ann! / Hi Ann! / Ann",
            "name = Bob",
            "Bob",
            "locked is not set: it has a value from update_tags, which goes before the flow's",
        ]
    );
    assert!(advanced.trace[5].read[0].variable);
    assert_eq!(run.state.variables()["name"], "Bob");
    // A variable is no tag: what it hides is not read.
    let read: Vec<_> = run.state.tags_read().iter().map(|tag| tag.as_str()).collect();
    assert_eq!(read, ["lead_source", "name", "utm_source"]);
}

#[test]
fn a_callers_tags_are_set_as_the_call_keeps_them() {
    use crate::call::example::ringing_call;
    use crate::tags::example::{custom, tag};
    use crate::tags::{CustomTag, Definitions, TagSet, TagSource, TagView};

    let call = ringing_call();
    let defs = Definitions::new(vec![
        CustomTag { aliases: vec![name("utm_source")], ..custom("lead_source") },
        CustomTag { sources: Some(vec![TagSource::UpdateTags]), ..custom("verdict") },
    ]);
    let mut tags = TagSet::new();
    tags.set(&name("lead_source"), tag("google", TagSource::CallData, 1));
    tags.set(&name("quality"), tag("high", TagSource::UpdateTags, 1));
    let view = TagView {
        call: &call,
        tags: &tags,
        defs: &defs,
        campaign_name: None,
        publisher_name: None,
        now: second(1),
    };
    let set = |raw: &str, value: &str| {
        let key = view.key(&name(raw));
        view.kept(&key, value).map(|value| format!("{key}={value}"))
    };
    assert_eq!(set("utm_source", "bing").as_deref(), Ok("lead_source=bing"));
    assert_eq!(set("caller_state", " ca ").as_deref(), Ok("state=CA"));
    assert_eq!(set("brand_new", "").as_deref(), Ok("brand_new="));
    for (raw, value, why) in [
        ("caller_id", "1", NotSet::ReadOnly),
        ("verdict", "x", NotSet::SourceNotAllowed),
        ("quality", "low", NotSet::Outranked),
        ("zip", " ", NotSet::Empty),
        ("a", "https://h.example/?auth_key=x", NotSet::CarriesKey),
    ] {
        assert_eq!(set(raw, value), Err(why), "{raw}");
    }
    assert_eq!(set("a", &"x".repeat(4_097)), Err(NotSet::TooLong));
}

#[test]
fn variables_have_limits() {
    let mut nodes: serde_json::Map<String, Value> = serde_json::Map::new();
    for at in 0..=VARIABLES_MAX {
        let next = if at == VARIABLES_MAX { "z".to_owned() } else { format!("n{}", at + 1) };
        let node = json!({"type": "set_variable", "name": format!("v{at}"), "value": "1", "next": next});
        nodes.insert(format!("n{at}"), node);
    }
    nodes
        .insert("a".into(), json!({"type": "set_variable", "name": "long", "value": "[LONG]", "next": "n0"}));
    nodes.insert("z".into(), dial(1));
    let long = "x".repeat(4_097);
    let mut run = Run::of(Value::Object(nodes), &[("long", &long)]);
    let advanced = run.begin();
    assert_eq!(run.state.variables().len(), VARIABLES_MAX);
    let message = |at: usize| advanced.trace[at].message.as_deref().unwrap_or_default();
    assert!(message(1).contains("long is not set: the value has more than 4096 characters"));
    assert!(message(VARIABLES_MAX + 2).contains("there are too many already"));
}
