//! Call flows, read and then run.

use std::borrow::Cow;
use std::collections::BTreeMap;

use hookline_domain::flow::{
    CallTags, Capabilities, DialOutcome, Effect, Env, Flow, FlowState, HTTP_BODY_BYTES_MAX,
    HTTP_URL_BYTES_MAX, HttpAnswer, HttpFailure, Input, Known, NODES_MAX, NotSet, Pause, STEPS_MAX,
    ScriptFailure, VARIABLES_BYTES_MAX, VARIABLES_MAX, advance, diff,
};
use hookline_domain::ids::FlowId;
use hookline_domain::tags::TagName;
use hookline_domain::time::Timestamp;
use serde_json::json;
use uuid::Uuid;

/// More waits than any flow of the corpus has.
const WAITS_MAX: usize = 40;

/// A flow in the first line; each byte of the rest chooses what is answered at one wait.
pub fn flow(data: &[u8]) -> bool {
    let end = data.iter().position(|byte| *byte == b'\n').unwrap_or(data.len());
    let (Ok(json), choices) = (std::str::from_utf8(&data[..end]), &data[end..]) else { return false };
    let Ok(flow) = Flow::parse(json) else { return false };
    assert!(flow.nodes().len() <= NODES_MAX);
    let again = Flow::parse(&flow.to_json());
    assert_eq!(again.as_ref(), Ok(&flow));
    assert!(diff(&flow, &flow).is_empty());
    let known = Known { target: &|_| true, plan: &|_| true };
    let problems = flow.validate(&known, Capabilities::ALL);
    assert!(problems.iter().all(|problem| !problem.message.is_empty()));
    run(&flow, choices);
    true
}

fn run(flow: &Flow, choices: &[u8]) {
    let mut state = FlowState::new(FlowId(Uuid::nil()), 1);
    let mut tags = Tags(BTreeMap::from([("lead".to_owned(), "[LEAD] 1".to_owned())]));
    let mut input = Some(Input::Begin);
    for choice in choices.iter().chain(&[1]).take(WAITS_MAX) {
        let Some(next) = input.take() else { break };
        let now = Timestamp(1_769_860_800_000_000 + i64::from(*choice) * 1_000_000);
        let env = Env { tags: &tags, now, chance: u64::from(*choice) << 56, round_robin: &|_| 3 };
        let advanced = advance(flow, &state, next, env).expect("the run waits for this");
        assert!(advanced.state.steps() <= STEPS_MAX && advanced.trace.len() <= STEPS_MAX as usize + 1);
        let variables = advanced.state.variables();
        let bytes: usize = variables.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
        assert!(variables.len() <= VARIABLES_MAX && bytes <= VARIABLES_BYTES_MAX);
        let stored = serde_json::to_string(&advanced.state).expect("a state can be stored");
        state = serde_json::from_str(&stored).expect("a stored state can be read");
        assert_eq!(state, advanced.state);
        for effect in advanced.effects {
            if let Effect::SetTag { name, value } = effect {
                tags.0.insert(name.to_string(), value);
            }
        }
        if let Pause::Http(request) = &advanced.pause {
            assert!(request.url.len() <= HTTP_URL_BYTES_MAX);
            assert!(request.body.as_ref().is_none_or(|body| body.len() <= HTTP_BODY_BYTES_MAX));
            assert!(request.headers.iter().all(|(_, value)| !value.contains(char::is_control)));
        }
        input = answer(&advanced.pause, *choice);
    }
}

fn answer(pause: &Pause, choice: u8) -> Option<Input> {
    let body = json!({"a": choice, "tags": {"lead": "x"}, "b": [null, {"c": "\u{0}"}]});
    Some(match (pause, choice % 4) {
        (Pause::Reject { .. } | Pause::End(_), _) => return None,
        (Pause::Dial { .. } | Pause::Hold { .. } | Pause::Plan { .. }, 0) => Input::TagsChanged,
        (Pause::Dial { .. }, 1) => Input::Dialed(DialOutcome::NoAnswer),
        (Pause::Dial { .. }, 2) => Input::Dialed(DialOutcome::Busy),
        (Pause::Dial { .. }, _) => Input::Dialed(DialOutcome::Connected),
        (Pause::Plan { .. }, _) => Input::PlanNoRoute("none".into()),
        (Pause::Menu { .. }, 0) => Input::NoInput,
        (Pause::Menu { .. }, _) => Input::Digits((choice % 5).to_string()),
        (Pause::Hold { .. }, _) => Input::HoldOver,
        (Pause::Http(_), 0) => Input::HttpDone(Err(HttpFailure::Timeout)),
        (Pause::Http(_), _) => Input::HttpDone(Ok(HttpAnswer { status: 200, body })),
        (Pause::Script { .. }, 0) => Input::ScriptDone(Err(ScriptFailure::Timeout)),
        (Pause::Script { .. }, _) => Input::ScriptDone(Ok(body)),
    })
}

struct Tags(BTreeMap<String, String>);

impl CallTags for Tags {
    fn get(&self, name: &str) -> Option<Cow<'_, str>> {
        self.0.get(name).map(|value| Cow::Borrowed(value.as_str()))
    }

    fn key(&self, name: &TagName) -> TagName {
        name.clone()
    }

    fn kept(&self, _: &TagName, value: &str) -> Result<String, NotSet> {
        Ok(value.to_owned())
    }
}
