//! The rules that stand between a call and its answer, alone: `cargo bench -p hookline-domain`.

mod made_up;

use divan::Bencher;
use hookline_domain::flow::{self, Env, FlowState, Input};
use hookline_domain::ids::FlowId;
use hookline_domain::routing::{decide, eligible};
use made_up::{World, counters, directory, graph, id, now, with_facts};

fn main() {
    divan::main();
}

#[divan::bench]
fn normalize_50_parameters(bencher: Bencher<'_, '_>) {
    let world = World::new();
    bencher.bench_local(|| world.assemble());
}

#[divan::bench(args = [20, 200, 1_000])]
fn decide_by_a_plan(bencher: Bencher<'_, '_>, targets: usize) {
    let (world, (directory, plan)) = (World::new(), directory(targets));
    let (assembled, counters) = (world.assemble(), counters(&directory));
    bencher.bench_local(|| {
        with_facts(&world, &assembled, |facts| {
            decide(directory.plan(plan).expect("it"), &directory, facts, &counters, 7, now())
        })
    });
}

#[divan::bench(args = [20, 200])]
fn write_down_why(bencher: Bencher<'_, '_>, targets: usize) {
    let (world, (directory, plan)) = (World::new(), directory(targets));
    let (assembled, counters) = (world.assemble(), counters(&directory));
    let decision = with_facts(&world, &assembled, |facts| {
        decide(directory.plan(plan).expect("it"), &directory, facts, &counters, 7, now())
    });
    bencher.bench_local(|| serde_json::to_string(&decision.trace));
}

#[divan::bench(args = [20, 200, 1_000])]
fn bid_by_a_plan(bencher: Bencher<'_, '_>, targets: usize) {
    let (world, (directory, plan)) = (World::new(), directory(targets));
    let (assembled, counters) = (world.assemble(), counters(&directory));
    bencher.bench_local(|| {
        with_facts(&world, &assembled, |facts| {
            eligible(directory.plan(plan).expect("it"), &directory, facts, &counters, now())
        })
    });
}

#[divan::bench]
fn flow_of_30_nodes(bencher: Bencher<'_, '_>) {
    let (world, flow) = (World::new(), graph());
    let assembled = world.assemble();
    let state = FlowState::new(FlowId(id(1)), 1);
    bencher.bench_local(|| {
        let view = world.view(&assembled);
        let env = Env { tags: &view, now: now(), chance: 7, round_robin: &|_| 0 };
        flow::advance(&flow, &state, Input::Begin, env)
    });
}
