//! The hot functions for whoever counts their instructions: `instructions NAME TIMES` runs one so many times.
//! `scripts/instructions.py` does the counting.

mod made_up;

use std::hint::black_box;

use hookline_domain::flow::{self, Env, FlowState, Input};
use hookline_domain::ids::FlowId;
use hookline_domain::matching::{Candidate, MatchSettings, match_call};
use hookline_domain::phone::Country;
use hookline_domain::routing::{decide, eligible};
use hookline_domain::webhook::{self, Method, RawRequest, WebhookKind};
use made_up::{World, counters, directory, graph, id, now, with_facts};

const TARGETS: usize = 200;

fn main() {
    let mut arguments = std::env::args().skip(1).filter(|argument| argument != "--bench");
    let Some(name) = arguments.next() else {
        for (name, _) in FUNCTIONS {
            println!("{name}");
        }
        return;
    };
    let times = arguments.next().and_then(|text| text.parse().ok()).expect("say how often");
    let (_, run) = FUNCTIONS.iter().find(|(known, _)| *known == name).expect("a name of the list");
    run(times);
}

type Run = fn(usize);

const FUNCTIONS: [(&str, Run); 7] = [
    ("parse update_revenue", parse_update_revenue),
    ("parse call_data of 50 fields", parse_call_data),
    ("match among 20 requests of a caller", match_caller),
    ("normalize 50 parameters", normalize),
    ("decide by a plan of 200 targets", decide_by_plan),
    ("bid among 200 targets", bid),
    ("flow of 30 nodes", flow_of_30_nodes),
];

fn read(kind: WebhookKind, body: &str, times: usize) {
    let headers: [(&str, &[u8]); 2] = [("content-type", b"application/json"), ("user-agent", b"crm/1.0")];
    let raw = RawRequest { kind, method: Method::Post, query: "", headers: &headers, body: body.as_bytes() };
    for _ in 0..times {
        black_box(webhook::read(black_box(&raw), Country::US)).expect("it is as the contract says");
    }
}

fn parse_update_revenue(times: usize) {
    let body = r#"{"call_log_id":"01977420-dc00-7000-8000-000000000000","revenue_paid_out":150.00,"transaction_id":"order-1001"}"#;
    read(WebhookKind::UpdateRevenue, body, times);
}

fn parse_call_data(times: usize) {
    let fields: Vec<String> = (0..50).map(|at| format!(r#""parameter_{at}":"value {at}""#)).collect();
    read(WebhookKind::CallData, &format!(r#"{{"caller_id":"+13105559876",{}}}"#, fields.join(",")), times);
}

fn match_caller(times: usize) {
    let newest = World::new().data;
    let older = |at: i64| Candidate { received_at: newest.received_at.plus_seconds(-at), ..newest.clone() };
    let candidates: Vec<Candidate> = (0..20).map(older).collect();
    let settings = MatchSettings::default();
    for _ in 0..times {
        black_box(match_call(black_box(&candidates), |_| Some(&settings), now(), None));
    }
}

fn normalize(times: usize) {
    let world = World::new();
    for _ in 0..times {
        black_box(world.assemble());
    }
}

fn decide_by_plan(times: usize) {
    let (world, (directory, plan)) = (World::new(), directory(TARGETS));
    let (assembled, counters) = (world.assemble(), counters(&directory));
    for _ in 0..times {
        with_facts(&world, &assembled, |facts| {
            black_box(decide(directory.plan(plan).expect("it"), &directory, facts, &counters, 7, now()))
        });
    }
}

fn bid(times: usize) {
    let (world, (directory, plan)) = (World::new(), directory(TARGETS));
    let (assembled, counters) = (world.assemble(), counters(&directory));
    for _ in 0..times {
        with_facts(&world, &assembled, |facts| {
            black_box(eligible(directory.plan(plan).expect("it"), &directory, facts, &counters, now()))
        });
    }
}

fn flow_of_30_nodes(times: usize) {
    let (world, flow) = (World::new(), graph());
    let assembled = world.assemble();
    let state = FlowState::new(FlowId(id(1)), 1);
    for _ in 0..times {
        let view = world.view(&assembled);
        let env = Env { tags: &view, now: now(), chance: 7, round_robin: &|_| 0 };
        black_box(flow::advance(&flow, &state, Input::Begin, env)).expect("the flow begins");
    }
}
