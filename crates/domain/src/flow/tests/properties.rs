use std::collections::HashSet;

use proptest::prelude::*;
use proptest::sample::Index;

use super::*;

/// What a node is made from: its type, its ways out, and a number for all else.
#[derive(Debug, Clone)]
struct Seed {
    node_type: NodeType,
    ways: Vec<Index>,
    number: u8,
}

fn seeds() -> impl Strategy<Value = Vec<Seed>> {
    let types: Vec<NodeType> = NodeType::ALL.iter().map(|(_, node_type)| *node_type).collect();
    let seed = (prop::sample::select(types), prop::collection::vec(any::<Index>(), 4), any::<u8>())
        .prop_map(|(node_type, ways, number)| Seed { node_type, ways, number });
    prop::collection::vec(seed, 1..25)
}

/// A valid flow: the ways of a node lead to later nodes, those of a wait to any, and the last node
/// is an end.
fn valid(seeds: &[Seed]) -> Flow {
    let mut nodes = serde_json::Map::new();
    for (at, seed) in seeds.iter().enumerate() {
        let node_type = if seed.node_type == NodeType::Start { NodeType::Debug } else { seed.node_type };
        let way = |nth: usize| {
            // One way of each wait goes on, so that an end can be reached.
            let first = if node_type.waits() && nth > 0 { 0 } else { at + 1 };
            format!("n{}", first + seed.ways[nth].index(seeds.len() + 1 - first))
        };
        nodes.insert(format!("n{at}"), node(node_type, seed.number, way));
    }
    nodes.insert(format!("n{}", seeds.len()), json!({"type": "reject", "reason": "end"}));
    nodes.insert("s".into(), json!({"type": "start", "next": "n0"}));
    flow(Value::Object(nodes))
}

fn node(node_type: NodeType, number: u8, way: impl Fn(usize) -> String) -> Value {
    let tag = |number: u8| format!("t{}", number % 4);
    let text = format!("[{}]-{number}", tag(number / 4));
    let id = target(u128::from(number)).to_string();
    match node_type {
        NodeType::Start | NodeType::Debug => json!({"type": "debug", "message": text, "next": way(0)}),
        NodeType::Condition => json!({"type": "condition", "condition": {"any": [
            {"tag": tag(number), "op": "equals", "value": number % 3},
            {"tag": tag(number / 4), "op": "exists"},
        ]}, "then": way(0), "else": way(1)}),
        NodeType::Switch => json!({"type": "switch", "value": text, "cases": [
            {"op": "contains", "value": number % 5, "next": way(0)},
            {"op": "between", "from": 0, "to": 9, "next": way(1)},
        ], "default": way(2)}),
        NodeType::SetVariable => {
            json!({"type": "set_variable", "name": tag(number), "value": text, "next": way(0)})
        }
        NodeType::SetTag => json!({"type": "set_tag", "name": tag(number), "value": text, "next": way(0)}),
        NodeType::HttpRequest => json!({"type": "http_request", "url": format!("https://a.example/{text}"),
            "response": [{"from": "/t1", "to": {"variable": tag(number)}}], "next": way(0), "error": way(1)}),
        NodeType::Javascript => json!({"type": "javascript", "source": "return {}", "inputs": [tag(number)],
            "next": way(0), "error": way(1)}),
        NodeType::Time => json!({"type": "time", "open": way(0), "closed": way(1), "hours": {
            "time_zone": "UTC", "week": {"thursday": [{"from": "00:01", "to": format!("00:{}", 10 + number % 50)}]}}}),
        NodeType::Menu => json!({"type": "menu", "prompt": text, "digits": {"1": way(0), "2": way(1)},
            "attempts": 1 + number % 3, "invalid": way(2), "no_input": way(3)}),
        NodeType::Distribute => json!({"type": "distribute",
            "mode": if number.is_multiple_of(2) { "weighted" } else { "round_robin" },
            "branches": [{"weight": 1 + number % 3, "next": way(0)}, {"next": way(1)}]}),
        NodeType::Dial => {
            json!({"type": "dial", "target": id, "no_answer": way(0), "busy": way(1), "failed": way(2)})
        }
        NodeType::RoutingPlan => json!({"type": "routing_plan", "plan": id, "no_route": way(0)}),
        NodeType::Hold => json!({"type": "hold", "seconds": 1 + u32::from(number), "next": way(0)}),
        NodeType::Reject => json!({"type": "reject", "reason": text}),
    }
}

/// What fits the pause, or a change of tags where that fits.
fn answer(pause: &Pause, choice: u8) -> Option<Input> {
    let again = choice.is_multiple_of(5);
    let body = json!({"t1": choice % 4, "t2": null, "tags": {"t3": choice}});
    Some(match pause {
        Pause::Dial { .. } | Pause::Hold { .. } | Pause::Plan { .. } if again => Input::TagsChanged,
        Pause::Dial { .. } => Input::Dialed(match choice % 7 {
            0 => DialOutcome::Connected,
            1 | 2 => DialOutcome::NoAnswer,
            3 | 4 => DialOutcome::Busy,
            _ => DialOutcome::Failed,
        }),
        Pause::Plan { .. } => Input::PlanNoRoute("none".into()),
        Pause::Menu { .. } if again => Input::NoInput,
        Pause::Menu { .. } => Input::Digits((choice % 4).to_string()),
        Pause::Hold { .. } => Input::HoldOver,
        Pause::Http(_) if again => Input::HttpDone(Err(HttpFailure::Timeout)),
        Pause::Http(_) => Input::HttpDone(Ok(HttpAnswer { status: 200 + u16::from(choice), body })),
        Pause::Script { .. } if again => Input::ScriptDone(Err(ScriptFailure::Memory)),
        Pause::Script { .. } => Input::ScriptDone(Ok(body)),
        Pause::Reject { .. } | Pause::End(_) => return None,
    })
}

/// Everything that a run told, as text.
fn told(flow: &Flow, choices: &[u8], chance: u64) -> Vec<String> {
    let mut run = Run::of(json!({}), &[("t0", "1"), ("t1", "x")]);
    (run.flow, run.chance) = (flow.clone(), chance);
    let mut told = Vec::new();
    let mut input = Some(Input::Begin);
    for choice in choices.iter().chain([&0]) {
        let Some(next) = input else { break };
        if next == Input::TagsChanged {
            run.tags.0.insert(format!("t{}", choice % 4), choice.to_string());
        }
        run.at_seconds += i64::from(*choice);
        let again = next == Input::TagsChanged;
        let before = run.state.steps();
        let advanced = run.give(next);
        let steps = if again { run.state.steps() } else { run.state.steps() - before };
        assert!(run.state.steps() <= STEPS_MAX);
        assert!(advanced.trace.len() <= steps as usize + 1);
        assert!(
            !matches!(advanced.pause, Pause::End(Ending::Failed { .. })),
            "a valid flow of 25 nodes does not fail: {:?}",
            advanced.pause
        );
        let is_end = matches!(advanced.pause, Pause::Reject { .. } | Pause::End(_));
        assert_eq!(run.state.is_over(), is_end);
        assert_eq!(run.state.waiting_at().is_none(), is_end);
        told.push(serde_json::to_string(&(&advanced.trace, &advanced.effects, &advanced.pause)).unwrap());
        input = answer(&advanced.pause, *choice);
    }
    told
}

fn any_document() -> impl Strategy<Value = String> {
    let word = prop::sample::select(
        [
            "type",
            "next",
            "start",
            "nodes",
            "version",
            "condition",
            "dial",
            "n1",
            "then",
            "else",
            "hold",
            "seconds",
        ]
        .map(str::to_owned)
        .to_vec(),
    );
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        word.clone().prop_map(Value::from),
    ];
    let tree = leaf.prop_recursive(4, 40, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((word.clone(), inner), 0..5)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    });
    (tree, any::<bool>()).prop_map(|(tree, framed)| match framed {
        true => json!({"version": 1, "start": "n1", "nodes": {"n1": tree}}).to_string(),
        false => tree.to_string(),
    })
}

/// A valid flow with some of its ways cut or led elsewhere.
fn spoilt(seeds: &[Seed], spoil: &[(Index, u8)]) -> Flow {
    let mut json: Value = serde_json::from_str(&valid(seeds).to_json()).unwrap();
    let ids: Vec<String> = json["nodes"].as_object().unwrap().keys().cloned().collect();
    for (index, what) in spoil {
        let node = &mut json["nodes"][index.get(&ids)];
        for way in ["next", "then", "else", "default", "error", "busy", "no_route", "invalid"] {
            if let Some(next) = node.get_mut(way) {
                *next = match what % 3 {
                    0 => Value::Null,
                    1 => json!("gone"),
                    _ => json!(ids[usize::from(*what) % ids.len()]),
                };
            }
        }
    }
    Flow::parse(&json.to_string()).unwrap()
}

proptest! {
    #[test]
    fn a_valid_flow_always_comes_to_a_pause_and_the_same_inputs_give_the_same_run(
        seeds in seeds(),
        choices in prop::collection::vec(any::<u8>(), 0..30),
        chance: u64,
    ) {
        let flow = valid(&seeds);
        let errors: Vec<_> = validate(&flow).into_iter().filter(Problem::is_error).collect();
        prop_assert_eq!(errors, []);
        prop_assert_eq!(told(&flow, &choices, chance), told(&flow, &choices, chance));
    }

    #[test]
    fn a_flow_round_trips_and_differs_from_itself_in_nothing(seeds in seeds()) {
        let flow = valid(&seeds);
        let again = Flow::parse(&flow.to_json()).unwrap();
        prop_assert_eq!(&again, &flow);
        prop_assert_eq!(again.to_json(), flow.to_json());
        prop_assert!(diff(&flow, &again).is_empty());
    }

    #[test]
    fn any_document_is_read_or_refused(json in any_document()) {
        if let Ok(flow) = Flow::parse(&json) {
            validate(&flow);
            prop_assert_eq!(Flow::parse(&flow.to_json()), Ok(flow));
        }
    }

    #[test]
    fn a_run_that_fails_is_of_a_flow_with_an_error(
        seeds in seeds(),
        spoil in prop::collection::vec((any::<Index>(), any::<u8>()), 1..4),
        choices in prop::collection::vec(any::<u8>(), 0..30),
        chance: u64,
    ) {
        let flow = spoilt(&seeds, &spoil);
        let problems = validate(&flow);
        if !problems.iter().any(Problem::is_error) {
            told(&flow, &choices, chance);
        }
        // Whatever it is, a run of it stops.
        let mut run = Run::of(json!({}), &[]);
        run.flow = flow.clone();
        let mut input = Some(Input::Begin);
        for choice in choices {
            let Some(next) = input else { break };
            let advanced = run.give(next);
            prop_assert!(advanced.trace.len() <= STEPS_MAX as usize + 1);
            input = answer(&advanced.pause, choice);
        }
    }

    #[test]
    fn a_node_is_named_as_unreachable_only_if_no_way_leads_to_it(
        seeds in seeds(),
        spoil in prop::collection::vec((any::<Index>(), any::<u8>()), 0..4),
    ) {
        let flow = spoilt(&seeds, &spoil);
        let mut reached: HashSet<String> = HashSet::from(["s".to_owned()]);
        for _ in 0..flow.nodes().len() {
            for (id, node) in flow.nodes() {
                if reached.contains(id.as_str()) {
                    reached.extend(node.task.ways_out().iter().filter_map(|way| way.next).map(NodeId::to_string));
                }
            }
        }
        let unreachable: HashSet<String> = validate(&flow)
            .into_iter()
            .filter(|problem| problem.code == Code::Unreachable)
            .filter_map(|problem| problem.node)
            .collect();
        let expected: HashSet<String> =
            flow.nodes().map(|(id, _)| id.to_string()).filter(|id| !reached.contains(id)).collect();
        prop_assert_eq!(unreachable, expected);
    }
}
