use super::*;

#[test]
fn two_versions_differ_in_nodes_and_fields() {
    let before = flow(json!({
        "a": {"type": "condition", "condition": {"tag": "t", "op": "exists"}, "then": "b", "else": "c"},
        "b": {"type": "hold", "seconds": 5, "next": "c", "label": "wait"},
        "c": dial(1),
        "d": dial(2),
    }));
    let after = flow(json!({
        "a": {"type": "condition", "condition": {"tag": "t", "op": "not_exists"}, "then": "b", "else": "c"},
        "b": {"type": "hold", "seconds": 6, "next": "e"},
        "c": dial(1),
        "e": dial(2),
    }));
    let found = serde_json::to_value(diff(&before, &after)).unwrap();
    assert_eq!(
        found,
        json!({
            "start": null, "added": ["e"], "removed": ["d"],
            "changed": [
                {"node": "a", "fields": [{
                    "field": "condition",
                    "from": {"tag": "t", "op": "exists"},
                    "to": {"tag": "t", "op": "not_exists"},
                }]},
                {"node": "b", "fields": [
                    {"field": "label", "from": "wait", "to": null},
                    {"field": "next", "from": "c", "to": "e"},
                    {"field": "seconds", "from": 5, "to": 6},
                ]},
            ],
        })
    );
    assert!(diff(&before, &before).is_empty());
    let empty = Flow::parse(r#"{"version":1,"nodes":{}}"#).unwrap();
    let start = diff(&empty, &before).start.unwrap();
    assert_eq!(serde_json::to_value(start).unwrap(), json!({"field": "start", "from": null, "to": "s"}));
}
