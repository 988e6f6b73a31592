//! SIGKILL under load, again and again: what was acknowledged is there, once, and no id is stuck.

#[cfg(feature = "failpoints")]
pub mod chains;
pub mod dice;
pub mod heard;
pub mod load;

use self::heard::{Fault, Heard};
use self::load::Load;
use crate::on_both_engines;
use crate::world::{Engine, TestWorld};

/// Kills in one run.
const CYCLES: u64 = 100;
const WRITERS: u64 = 8;
/// Kills of the control, whose server commits late, and the answers that each writer waits for.
const CONTROL_CYCLES: u64 = 2;
const CONTROL_REQUESTS: u64 = 3;

on_both_engines! {
    nothing_acknowledged_is_lost_or_doubled;
    #[cfg(debug_assertions)]
    a_server_that_answers_before_it_commits_is_found_out;
}

async fn nothing_acknowledged_is_lost_or_doubled(engine: Engine) {
    let mut world = TestWorld::start(engine).await;
    let mut heard = Heard::default();
    for cycle in 0..CYCLES {
        // The moment differs from cycle to cycle, by the number of answers that were heard.
        let load = Load { to_hear: 1 + cycle * 7 % 61, ..Load::of_cycle(cycle, WRITERS) };
        load.run_and_kill(&mut world, &mut heard).await;
        world.add_node();
    }
    assert!(heard.acknowledged() as u64 >= CYCLES, "{} answers were heard", heard.acknowledged());
    assert_eq!(heard.faults(&world).await, []);
}

/// The control. Every answer is awaited before the kill, so the last batch of each cycle is never
/// committed, whatever the timing.
async fn a_server_that_answers_before_it_commits_is_found_out(engine: Engine) {
    let mut world = TestWorld::start(engine).await;
    let mut heard = Heard::default();
    for cycle in 0..CONTROL_CYCLES {
        world.nodes.clear();
        world.add_node_with(&[("HOOKLINE_TEST_COMMIT_LATE", "1"), ("HOOKLINE_POSTGRES_WRITERS", "1")]);
        // Without repeats: one might be all that the last batch has, and lose nothing.
        let load = Load { requests: CONTROL_REQUESTS, repeats: false, ..Load::of_cycle(cycle, WRITERS) };
        load.run_and_kill(&mut world, &mut heard).await;
    }
    world.add_node();
    assert_eq!(heard.acknowledged() as u64, CONTROL_CYCLES * WRITERS * CONTROL_REQUESTS);
    let faults = heard.faults(&world).await;
    for cycle in 0..CONTROL_CYCLES {
        let of_cycle =
            |fault: &Fault| matches!(fault, Fault::Lost(id) if id.starts_with(&format!("{cycle}-")));
        assert!(faults.iter().any(of_cycle), "cycle {cycle} lost nothing: {faults:?}");
    }
}
