use super::*;

fn codes(nodes: Value) -> Vec<(String, String, Code)> {
    let problem = |problem: Problem| (problem.node.unwrap_or_default(), problem.field, problem.code);
    validate(&flow(nodes)).into_iter().map(problem).collect()
}

fn found(node: &str, field: &str, code: Code) -> (String, String, Code) {
    (node.to_owned(), field.to_owned(), code)
}

#[test]
fn a_finished_flow_has_no_problems() {
    assert_eq!(codes(json!({"a": dial(1)})), []);
    assert_eq!(codes(reading::everything()), []);
}

#[test]
fn a_branch_leads_to_a_node_that_is_there() {
    let nodes = json!({
        "a": {"type": "condition", "condition": {"tag": "t", "op": "exists"}, "then": "gone"},
    });
    assert_eq!(
        codes(nodes),
        [found("a", "then", Code::UnknownNode), found("a", "else", Code::MissingBranch)]
    );
    let nodes = json!({
        "a": {"type": "switch", "value": "", "cases": [{"op": "exists", "next": "b"}, {"op": "exists"}], "default": "b"},
        "b": {"type": "menu", "prompt": "", "digits": {"1": null, "2": "gone"}, "invalid": "c", "no_input": "c"},
        "c": {"type": "dial", "target": target(1).to_string(), "busy": "gone"},
    });
    assert_eq!(
        codes(nodes),
        [
            found("a", "cases[1].next", Code::MissingBranch),
            found("b", "digits.1", Code::MissingBranch),
            found("b", "digits.2", Code::UnknownNode),
            found("c", "busy", Code::UnknownNode),
        ]
    );
}

#[test]
fn a_target_that_is_not_there_is_named_with_its_place() {
    let several = json!({"type": "dial", "targets": [target(1), target(99)]});
    let known = Known { target: &|id| id == target(1), plan: &|_| true };
    let problems = flow(json!({ "a": several })).validate(&known, Capabilities::ALL);
    assert_eq!((problems[0].code, problems[0].field.as_str()), (Code::UnknownTarget, "targets[1]"));
}

#[test]
fn a_flow_has_one_start() {
    let code = |json: Value| {
        let problems = validate(&Flow::parse(&json.to_string()).unwrap());
        problems.iter().map(|problem| (problem.code, problem.node.clone())).collect::<Vec<_>>()
    };
    let none = [(Code::NoStart, None)];
    assert_eq!(code(json!({"version": 1, "nodes": {}})), none);
    assert_eq!(code(json!({"version": 1, "start": "s", "nodes": {}})), none);
    assert_eq!(code(json!({"version": 1, "start": "a", "nodes": {"a": dial(1)}})), none);
    assert_eq!(
        codes(json!({"a": dial(1), "t": {"type": "start", "next": "a"}})),
        [found("t", "", Code::NoStart), found("t", "", Code::Unreachable)]
    );
}

#[test]
fn a_node_that_no_call_reaches_is_a_warning() {
    let problems = validate(&flow(json!({"a": dial(1), "b": dial(2)})));
    assert_eq!((problems.len(), problems[0].code, problems[0].is_error()), (1, Code::Unreachable, false));
    assert_eq!(
        problems[0].to_string(),
        "node b: no call comes here; connect another node to it, or delete it"
    );
}

#[test]
fn a_loop_needs_a_wait() {
    let set = |next: &str| json!({"type": "set_variable", "name": "v", "value": "1", "next": next});
    let choose = |then: &str, otherwise: &str| json!({"type": "condition", "condition": {"tag": "t", "op": "exists"}, "then": then, "else": otherwise});
    let flow_of = |nodes| validate(&flow(nodes));
    let problems = flow_of(json!({"a": set("b"), "b": choose("c", "a"), "c": dial(1)}));
    assert_eq!(problems.len(), 1);
    assert_eq!((problems[0].node.as_deref(), problems[0].code), (Some("b"), Code::LoopWithoutWait));
    assert!(problems[0].message.contains("the loop a → b → a has no wait"), "{}", problems[0]);
    assert_eq!(flow_of(json!({"a": choose("a", "b"), "b": dial(1)}))[0].code, Code::LoopWithoutWait);
    // A plan that finds no one does not wait.
    let plan = json!({"type": "routing_plan", "plan": target(1).to_string(), "no_route": "a"});
    assert_eq!(flow_of(json!({"a": plan}))[0].code, Code::LoopWithoutWait);

    let hold = json!({"type": "hold", "seconds": 5, "next": "a"});
    assert_eq!(flow_of(json!({"a": choose("b", "h"), "b": dial(1), "h": hold})), []);
    let dialled = json!({"type": "dial", "target": target(1).to_string(), "busy": "a"});
    assert_eq!(flow_of(json!({"a": set("b"), "b": dialled})), []);
}

#[test]
fn two_loops_through_one_node_are_both_found() {
    let nodes = json!({
        "a": {"type": "switch", "value": "", "cases": [
            {"op": "exists", "next": "b"}, {"op": "exists", "next": "c"}], "default": "d"},
        "b": {"type": "debug", "message": "", "next": "a"},
        "c": {"type": "debug", "message": "", "next": "a"},
        "d": dial(1),
    });
    assert_eq!(codes(nodes), [found("b", "", Code::LoopWithoutWait), found("c", "", Code::LoopWithoutWait)]);
}

#[test]
fn every_call_gets_to_an_end() {
    let hold = |next: &str| json!({"type": "hold", "seconds": 5, "next": next});
    assert_eq!(codes(json!({"a": hold("b"), "b": hold("a")})), [found("s", "", Code::NoEnd)]);
    // Named is where such a part is entered.
    let nodes = json!({
        "a": {"type": "distribute", "mode": "weighted", "branches": [{"next": "b"}, {"next": "d"}]},
        "b": hold("c"), "c": hold("b"), "d": dial(1),
    });
    assert_eq!(codes(nodes), [found("b", "", Code::NoEnd)]);
    // What goes nowhere is one problem, not two.
    assert_eq!(
        codes(json!({"a": {"type": "hold", "seconds": 5}})),
        [found("a", "next", Code::MissingBranch)]
    );
}

#[test]
fn targets_and_plans_are_known() {
    let flow = flow(json!({
        "a": {"type": "dial", "target": target(1).to_string(), "busy": "b"},
        "b": {"type": "routing_plan", "plan": target(2).to_string()},
    }));
    let known = Known { target: &|id| id == target(1), plan: &|id| id.0 == target(2).0 };
    let problems = flow.validate(&known, Capabilities::ALL);
    assert_eq!((problems.len(), problems[0].code, problems[0].is_error()), (1, Code::CallsEnd, false));
    let known = Known { target: &|_| false, plan: &|_| false };
    let problems = flow.validate(&known, Capabilities::ALL);
    assert_eq!(
        problems.iter().map(|problem| problem.code).collect::<Vec<_>>(),
        [Code::UnknownTarget, Code::UnknownPlan, Code::CallsEnd]
    );
    assert!(
        problems[0]
            .message
            .contains("there is no target 00000000-0000-0000-0000-000000000001; choose another")
    );
}

#[test]
fn a_connector_has_to_be_able_to_do_it() {
    let flow = flow(json!({
        "a": {"type": "menu", "prompt": "", "digits": {"1": "b"}, "invalid": "b", "no_input": "b"},
        "b": {"type": "hold", "seconds": 5, "next": "c"},
        "c": {"type": "dial", "target": target(1).to_string(), "busy": "d"},
        "d": dial(2),
    }));
    let known = Known { target: &|_| true, plan: &|_| true };
    let none = Capabilities { menus: false, holds: false, dial_outcomes: false };
    let problems = flow.validate(&known, none);
    let at: Vec<_> = problems.iter().map(|one| (one.node.as_deref(), one.field.as_str(), one.code)).collect();
    let code = Code::NotSupported;
    assert_eq!(at, [(Some("a"), "", code), (Some("b"), "", code), (Some("c"), "busy", code)]);
}

#[test]
fn a_system_tag_cannot_be_set_but_a_place_can() {
    let set = |name: &str, next: &str| json!({"type": "set_tag", "name": name, "value": "x", "next": next});
    let nodes =
        json!({"a": set("CALLER_ID", "b"), "b": set("State", "c"), "c": set("lead", "d"), "d": dial(1)});
    assert_eq!(codes(nodes), [found("a", "name", Code::ReadOnlyTag)]);
    let nodes = json!({
        "a": {"type": "http_request", "url": "https://a.example", "next": "b", "error": "b",
            "response": [{"from": "/r", "to": {"tag": "revenue"}}]},
        "b": dial(1),
    });
    assert_eq!(codes(nodes), [found("a", "response[0].to.tag", Code::ReadOnlyTag)]);
}
