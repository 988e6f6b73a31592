use super::*;

fn lookup_nodes() -> Value {
    json!({
        "a": {"type": "http_request", "method": "POST", "url": "https://crm.example/q?name=[NAME]&k=1",
            "headers": [{"name": "X-Name", "value": "[NAME]"}],
            "body": {"kind": "json", "text": "{\"name\":\"[NAME]\",\"age\":\"[AGE_NUMERIC]\"}"},
            "response": [
                {"from": "/lead/score", "to": {"variable": "score"}},
                {"from": "/lead/name", "to": {"tag": "lead_name"}},
                {"from": "/lead", "to": {"variable": "lead"}},
                {"from": "/gone", "to": {"variable": "gone"}},
                {"from": "status", "to": {"variable": "status"}},
            ], "next": "b", "error": "c"},
        "b": {"type": "switch", "value": "[SCORE]",
            "cases": [{"op": "at_least", "value": 50, "next": "d"}], "default": "c"},
        "c": dial(1), "d": dial(2),
    })
}

fn http(status: u16, body: Value) -> Input {
    Input::HttpDone(Ok(HttpAnswer { status, body }))
}

#[test]
fn a_request_is_rendered_for_each_of_its_places() {
    let mut run = Run::of(lookup_nodes(), &[("name", "A\"b\r\n&c"), ("age_numeric", "42")]);
    let advanced = run.begin();
    let Pause::Http(request) = &advanced.pause else { panic!("{:?}", advanced.pause) };
    assert_eq!(request.url, "https://crm.example/q?name=A%22b%0D%0A%26c&k=1");
    assert_eq!(
        request.headers,
        [
            ("X-Name".to_owned(), "A\"b  &c".to_owned()),
            ("Content-Type".to_owned(), "application/json".to_owned())
        ]
    );
    assert_eq!(request.body.as_deref(), Some(r#"{"name":"A\"b\r\n&c","age":42}"#));
    assert_eq!((request.method, request.timeout_ms), (Method::Post, 2_000));
    // Keys are in queries: the trace does not repeat them.
    assert_eq!(advanced.trace[1].message.as_deref(), Some("POST https://crm.example/q"));
}

#[test]
fn an_answer_becomes_variables_and_tags() {
    let mut run = Run::of(lookup_nodes(), &[]);
    run.begin();
    let advanced = run.give(http(200, json!({"lead": {"score": 70, "name": "Ann"}})));
    assert_eq!(advanced.pause, dials(2));
    assert_eq!(advanced.effects, [Effect::SetTag { name: name("lead_name"), value: "Ann".into() }]);
    let variables: Vec<_> =
        run.state.variables().iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(variables, [("lead", r#"{"score":70,"name":"Ann"}"#), ("score", "70"), ("status", "200")]);
    assert!(advanced.trace[0].message.as_ref().unwrap().contains("the answer has no /gone"));
}

#[test]
fn another_status_or_no_answer_goes_on_by_error() {
    for (input, message) in [
        (http(500, json!({"lead": {"score": 70}})), "status 500"),
        (http(302, Value::Null), "status 302"),
        (Input::HttpDone(Err(HttpFailure::Timeout)), "no answer in time"),
        (Input::HttpDone(Err(HttpFailure::AddressNotAllowed)), "the server's address is not allowed"),
    ] {
        let mut run = Run::of(lookup_nodes(), &[]);
        run.begin();
        let advanced = run.give(input);
        assert_eq!(advanced.pause, dials(1));
        assert!(advanced.trace[0].message.as_ref().unwrap().starts_with(message));
        assert_eq!(advanced.trace[0].branch.as_deref(), Some("error"));
    }
}

#[test]
fn a_request_that_grew_too_large_is_not_sent() {
    let mut run = Run::of(lookup_nodes(), &[("name", &"é".repeat(4_096))]);
    let advanced = run.begin();
    assert_eq!(advanced.pause, dials(1));
    assert!(advanced.trace[1].message.as_ref().unwrap().contains("too large and was not sent"));
}

fn script_nodes() -> Value {
    json!({
        "a": {"type": "javascript", "source": "return {}", "inputs": ["zip", "X-Name", "age_numeric", "none"],
            "next": "b", "error": "c"},
        "b": dial(1), "c": dial(2),
    })
}

#[test]
fn a_script_gets_what_it_asks_for() {
    let mut run = Run::of(script_nodes(), &[("zip", "02134"), ("x_name", "\"A\""), ("age_numeric", "42.0")]);
    let Pause::Script { source, input, timeout_ms } = run.begin().pause else { panic!() };
    assert_eq!(input, r#"{"zip":"02134","x_name":"\"A\"","age_numeric":42.0,"none":null}"#);
    assert_eq!((source.as_str(), timeout_ms), ("return {}", 100));
    assert_eq!(run.state.tags_read().len(), 4);
}

#[test]
fn a_scripts_result_becomes_variables_and_tags() {
    let mut run = Run::of(script_nodes(), &[]);
    run.begin();
    let result = json!({"Score": 7, "ok": true, "list": [1], "nothing": null, "!": 1, "tags": {"Lead": "hot", "locked": 1}});
    let advanced = run.give(Input::ScriptDone(Ok(result)));
    assert_eq!(advanced.pause, dials(1));
    assert_eq!(advanced.effects, [Effect::SetTag { name: name("lead"), value: "hot".into() }]);
    let variables: Vec<_> =
        run.state.variables().iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(variables, [("list", "[1]"), ("ok", "true"), ("score", "7")]);
    let message = advanced.trace[0].message.as_ref().unwrap();
    assert!(message.contains("\"!\" is no name") && message.contains("locked is not set"), "{message}");
}

#[test]
fn a_script_that_fails_goes_on_by_error() {
    for (result, number) in [
        (Ok(Value::Null), 1),
        (Ok(json!({})), 1),
        (Ok(json!(5)), 2),
        (Err(ScriptFailure::Timeout), 2),
        (Err(ScriptFailure::Memory), 2),
        (Err(ScriptFailure::Threw("x is not defined".into())), 2),
    ] {
        let mut run = Run::of(script_nodes(), &[]);
        run.begin();
        assert_eq!(run.give(Input::ScriptDone(result.clone())).pause, dials(number), "{result:?}");
    }
}
