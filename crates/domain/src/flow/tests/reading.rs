use super::*;

/// One node of every type, all of its fields used.
pub(super) fn everything() -> Value {
    json!({
        "s": {"type": "start", "next": "a", "label": "Arrival", "position": {"x": 1.5, "y": -20.0}},
        "a": {"type": "condition", "condition": {"any": [
            {"tag": "lead_source", "op": "equals", "value": "google"},
            {"not": {"tag": "age", "op": "at_least", "value": 65}},
        ]}, "then": "b", "else": "c"},
        "b": {"type": "switch", "value": "[STATE]-[ZIP]", "cases": [
            {"op": "is_one_of", "values": ["CA", "NY"], "case_sensitive": true, "next": "c"},
            {"op": "between", "from": 1, "to": "150.00", "next": "d"},
            {"op": "exists", "next": "d"},
        ], "default": "d"},
        "c": {"type": "set_variable", "name": "score", "value": "1[AGE]", "next": "d"},
        "d": {"type": "set_tag", "name": "lead_quality", "value": "high", "next": "e"},
        "e": {"type": "http_request", "method": "POST", "url": "https://crm.example/lead?id=[CALL_ID]",
            "headers": [{"name": "X-Api-Key", "value": "k"}],
            "body": {"kind": "json", "text": "{\"zip\":\"[ZIP]\"}"}, "timeout_ms": 500,
            "response": [
                {"from": "/lead/score", "to": {"variable": "score"}},
                {"from": "status", "to": {"tag": "crm_status"}},
            ], "next": "t", "error": "t"},
        "t": {"type": "time", "hours": {"time_zone": "America/New_York",
            "week": {"monday": [{"from": "09:00", "to": "17:30"}]},
            "exceptions": [{"date": "2026-12-25", "closed": true}]}, "open": "f", "closed": "f"},
        "f": {"type": "javascript", "source": "return {a: input.zip}", "inputs": ["zip"], "timeout_ms": 50,
            "next": "g", "error": "g"},
        "g": {"type": "menu", "prompt": "Hello [NAME], press 1", "digits": {"1": "h", "*2": "i"},
            "timeout_seconds": 4, "attempts": 2, "invalid": "j", "no_input": "j"},
        "h": {"type": "distribute", "mode": "weighted", "branches": [
            {"weight": 3, "next": "i"}, {"weight": 0, "next": "j"}]},
        "i": {"type": "dial", "target": "00000000-0000-0000-0000-000000000001",
            "no_answer": "j", "busy": "j", "failed": "k"},
        "j": {"type": "routing_plan", "plan": "00000000-0000-0000-0000-000000000002", "no_route": "k"},
        "k": {"type": "hold", "seconds": 30, "next": "l"},
        "l": {"type": "debug", "message": "no one for [CALLER_ID]", "next": "m"},
        "m": {"type": "reject", "reason": "no_one"},
    })
}

#[test]
fn a_flow_of_every_node_reads_and_is_written_as_it_was() {
    let json = document(everything());
    let flow = Flow::parse(&json).unwrap();
    assert_eq!(flow.nodes().len(), NodeType::ALL.len());
    assert_eq!(validate(&flow), []);
    let (written, sent): (Value, Value) =
        (serde_json::from_str(&flow.to_json()).unwrap(), serde_json::from_str(&json).unwrap());
    assert_eq!(written, sent);
    assert_eq!(Flow::parse(&flow.to_json()).unwrap(), flow);
    for (word, node_type) in NodeType::ALL {
        assert_eq!(serde_json::to_value(node_type).unwrap(), json!(word));
    }
}

#[test]
fn a_dial_of_several_targets_is_written_as_it_was() {
    let sent =
        json!({"type": "dial", "targets": [target(2), target(1)], "strategy": "simultaneous", "busy": "s"});
    let flow = flow(json!({ "a": sent }));
    let written: Value = serde_json::from_str(&flow.to_json()).unwrap();
    assert_eq!(written["nodes"]["a"], sent);
    let mut run = Run::of(json!({ "a": sent }), &[]);
    let targets = vec![target(2), target(1)];
    assert_eq!(run.begin().pause, Pause::Dial { targets, strategy: DialStrategy::Simultaneous });
}

#[test]
fn numbers_in_comparisons_keep_their_text() {
    let json = r#"{"version":1,"nodes":{
        "a":{"type":"switch","value":"[P]","cases":[{"op":"equals","value":150.00}]}}}"#;
    assert!(Flow::parse(json).unwrap().to_json().contains("150.00"));
}

#[test]
fn what_is_left_out_has_a_default() {
    let flow = flow(json!({
        "a": {"type": "http_request", "url": "https://crm.example"},
        "b": {"type": "menu", "prompt": "", "digits": {"1": null}},
        "c": {"type": "javascript", "source": ""},
        "d": {"type": "distribute", "mode": "round_robin", "branches": [{}]},
    }));
    let json: Value = serde_json::from_str(&flow.to_json()).unwrap();
    assert_eq!(
        (&json["nodes"]["a"]["method"], &json["nodes"]["a"]["timeout_ms"]),
        (&json!("GET"), &json!(2_000))
    );
    assert_eq!(
        (&json["nodes"]["b"]["timeout_seconds"], &json["nodes"]["b"]["attempts"]),
        (&json!(5), &json!(3))
    );
    assert_eq!(json["nodes"]["c"]["timeout_ms"], 100);
    assert_eq!(json["nodes"]["d"]["branches"][0]["weight"], 1);
}

fn only_problem(nodes: Value) -> String {
    match Flow::parse(&document(nodes)) {
        Ok(_) => "none".to_owned(),
        Err(problems) => {
            assert_eq!(problems.len(), 1, "{problems:?}");
            assert!(problems[0].is_error());
            format!("{} at {:?}", problems[0], problems[0].field)
        }
    }
}

#[test]
fn a_node_that_cannot_be_read_is_named_with_what_to_do() {
    let http = |field: &str, value: Value| {
        let mut node = json!({"type": "http_request", "method": "POST", "url": "https://a.example"});
        node[field] = value;
        json!({"a": node})
    };
    for (nodes, problem) in [
        (json!({"a": {}}), "type is missing: what the node does, such as condition"),
        (json!({"a": {"type": "start", "nxt": "b"}}), "nxt means nothing here"),
        (json!({"a": {"type": "start", "next": "no such id!"}}), "a node's id has 1 to 64"),
        (json!({"a": {"type": "start", "label": "x".repeat(129)}}), "label has more than 128 characters"),
        (json!({"a": {"type": "set_tag", "value": ""}}), "name is missing: the name to set"),
        (json!({"a": {"type": "set_tag", "name": "a".repeat(129), "value": ""}}), "at most 128 characters"),
        (json!({"a": {"type": "set_tag", "name": "t", "value": "[A]".repeat(201)}}), "at most 200 tags"),
        (json!({"a": {"type": "condition"}}), "condition is missing: what decides"),
        (
            json!({"a": {"type": "condition", "condition": {"tag": "t", "op": "is"}}}),
            "condition.op must be one of",
        ),
        (
            json!({"a": {"type": "switch", "value": "", "cases": [{"op": "is"}]}}),
            "cases[0].op must be one of",
        ),
        (
            json!({"a": {"type": "switch", "value": "", "cases": [{"op": "exists", "tag": "a"}]}}),
            "cases[0].tag means nothing",
        ),
        (
            json!({"a": {"type": "switch", "value": "", "cases": vec![json!({"op": "matches", "value": "a+"}); 21]}}),
            "cases has more than 20",
        ),
        (json!({"a": {"type": "menu", "prompt": "", "digits": {}}}), "digits is empty; add a key"),
        (
            json!({"a": {"type": "menu", "prompt": "", "digits": {"A": "b"}}}),
            "digits.A must be 1 to 8 of the keys",
        ),
        (json!({"a": {"type": "distribute", "mode": "weighted", "branches": [{"weight": 0}]}}), "above 0"),
        (json!({"a": {"type": "time", "hours": {"time_zone": "Mars", "week": {}}}}), "hours.time_zone"),
        (json!({"a": {"type": "dial"}}), "target is missing: the id of the target to dial"),
        (json!({"a": {"type": "dial", "target": "sales"}}), "target is wrong: not an id"),
        (json!({"a": {"type": "dial", "targets": []}}), "targets is empty; add the id of a target"),
        (
            json!({"a": {"type": "dial", "targets": [target(1), target(1)]}}),
            "targets[1] is there twice; leave one out",
        ),
        (json!({"a": {"type": "dial", "targets": [target(1)], "target": target(2)}}), "beside targets"),
        (
            json!({"a": {"type": "dial", "targets": [target(1)], "strategy": "all"}}),
            "sequential, simultaneous",
        ),
        (json!({"a": {"type": "hold", "seconds": 3601}}), "whole number from 1 to 3600"),
        (
            json!({"a": {"type": "javascript", "source": "", "timeout_ms": 5000}}),
            "whole number from 10 to 1000",
        ),
        (http("method", json!("get")), "method must be one of GET"),
        (http("url", json!("ftp://a.example")), "must begin with https:// or http://"),
        (http("url", json!("[URL]")), "must begin with https:// or http://"),
        (http("url", json!("https://[HOST]/x")), "has a tag in its host"),
        (http("url", json!("https://a.example[X]")), "has a tag in its host"),
        (http("url", json!("https://a.example:80[X]/")), "has a tag in its host"),
        (http("url", json!("https:///x")), "needs a plain host name"),
        (http("url", json!("https://user:key@a.example/")), "credentials into a header"),
        (http("url", json!("https://a.example/a b")), "write it as %20"),
        (http("headers", json!([{"name": "a b", "value": ""}])), "headers[0].name is no header name"),
        (
            http("headers", json!([{"name": "Host", "value": ""}])),
            "headers[0].name is a header that we write",
        ),
        (http("body", json!({"kind": "json", "text": "{[A]}"})), "body.text is not JSON once"),
        (
            http("response", json!([{"from": "score", "to": {"tag": "t"}}])),
            "must be status, or a JSON pointer",
        ),
        (http("response", json!([{"from": "", "to": {}}])), "either a variable or a tag"),
        (
            http("response", json!([{"from": "", "to": {"tag": "t", "variable": "v"}}])),
            "either a variable or a tag",
        ),
        (
            json!({"a": {"type": "http_request", "url": "https://a.example", "body": {}}}),
            "body does not go with GET",
        ),
    ] {
        let found = only_problem(nodes.clone());
        assert!(found.contains(problem) && found.contains("node a: "), "{nodes}: {found}");
    }
    assert!(only_problem(json!({"a b": {"type": "start"}})).starts_with("node a b: "));
    for url in
        ["https://[::1]:8080/[A]", "http://a.example?x=[A]", "https://a.example#[A]", "https://a.example/"]
    {
        assert_eq!(only_problem(http("url", json!(url))), "none");
    }
}

#[test]
fn every_node_that_cannot_be_read_is_named() {
    let json = document(json!({"a": {"type": "dial"}, "b": {"type": "hold"}, "c": {"type": "start"}}));
    let nodes: Vec<_> = Flow::parse(&json).unwrap_err().into_iter().map(|problem| problem.node).collect();
    assert_eq!(nodes, [Some("a".to_owned()), Some("b".to_owned())]);
}

#[test]
fn the_frame_of_a_flow_has_to_fit() {
    for (json, problem) in [
        ("", "this is not JSON"),
        ("[]", "must be an object"),
        (r#"{"nodes":{}}"#, "version is missing: write 1"),
        (r#"{"version":2,"nodes":{}}"#, "version must be a whole number from 1 to 1"),
        (r#"{"version":1}"#, "nodes is missing"),
        (r#"{"version":1,"nodes":{},"name":"x"}"#, "name means nothing here"),
        (r#"{"version":1,"nodes":{"a":{},"a":{}}}"#, "nodes.a is there twice"),
    ] {
        let problems = Flow::parse(json).unwrap_err();
        assert!(problems[0].message.contains(problem), "{json}: {problems:?}");
        assert_eq!(problems[0].node, None);
    }
    assert!(Flow::parse(r#"{"version":1,"nodes":{}}"#).is_ok());
    assert_eq!(Flow::parse(&" ".repeat(FLOW_BYTES_MAX + 1)).unwrap_err()[0].code, Code::Invalid);
}

#[test]
fn a_flow_has_a_limit_on_its_nodes() {
    let nodes = |count: usize| {
        let node = |at: usize| (format!("n{at}"), json!({"type": "reject", "reason": "x"}));
        Value::Object((0..count).map(node).collect())
    };
    let json = |count| json!({"version": 1, "nodes": nodes(count)}).to_string();
    assert!(Flow::parse(&json(NODES_MAX)).is_ok());
    let problems = Flow::parse(&json(NODES_MAX + 1)).unwrap_err();
    assert_eq!(problems[0].code, Code::TooManyNodes);
    assert!(problems[0].message.contains("501 nodes and 500 are allowed"));
}
