//! SIGKILL at a moment of chance, and at every named moment, with a hundred writers.

use std::collections::BTreeMap;

use hookline::failpoint::Failpoint;

use super::{CYCLES_PER_WORLD, WRITERS, dice, faults, report, times};
use crate::crash::dice::Dice;
use crate::crash::heard::{Fault, Heard};
use crate::crash::load::Load;
use crate::on_both_engines;
use crate::world::{Engine, TestWorld};

/// Answers after which a server is killed that did not come to its moment.
const ANSWERS_MAX: u64 = 12_000;
/// Answers until a kill of chance.
const CHANCE_ANSWERS: u64 = 600;

on_both_engines! {
    killed_anywhere_nothing_is_lost_doubled_or_stuck;
}

#[derive(Default)]
struct Tally {
    /// Kills by their moment, and how many servers ended there by themselves.
    kills: BTreeMap<&'static str, (u64, u64)>,
    sent: usize,
    acknowledged: usize,
    replays: u64,
    faults: Vec<Fault>,
}

async fn killed_anywhere_nothing_is_lost_doubled_or_stuck(engine: Engine) {
    let cycles = times(44, 1_000);
    let (mut dice, mut tally) = (dice(), Tally::default());
    let points = points(engine);
    let mut cycle = 0;
    while cycle < cycles {
        let mut world = TestWorld::start(engine).await;
        let mut heard = Heard::default();
        world.nodes.clear();
        for _ in 0..CYCLES_PER_WORLD.min(cycles - cycle) {
            let index = usize::try_from(cycle).unwrap_or(0) % points.len();
            one_life(&mut world, &mut heard, &mut tally, points[index], cycle, &mut dice).await;
            cycle += 1;
        }
        tally.acknowledged += heard.acknowledged();
        world.add_node();
        tally.faults.extend(faults(&world, &mut heard).await);
        tally.sent += heard.sent();
        tally.replays += heard.replays;
    }
    for (point, (kills, hits)) in &tally.kills {
        report(&format!("kill {point}"), engine, &format!("{kills} kills, {hits} at the moment itself"));
    }
    let Tally { sent, acknowledged, replays, faults, kills } = tally;
    let figures = format!(
        "{cycles} kills, {sent} ids sent, {acknowledged} acknowledged, {replays} replays compared, {} faults",
        faults.len()
    );
    report("kill, all", engine, &figures);
    assert_eq!(faults, []);
    for (point, (kills, hits)) in kills {
        assert!(point == CHANCE || hits > 0, "none of {kills} servers came to {point}");
    }
}

const CHANCE: &str = "at random";

/// None is a moment of chance.
fn points(engine: Engine) -> Vec<Option<Failpoint>> {
    use Failpoint as At;
    let mut points = vec![
        None,
        Some(At::BeforeClaim),
        Some(At::AfterEffect),
        Some(At::BeforeCommit),
        Some(At::AfterCommit),
        Some(At::BeforeAnswer),
        Some(At::InReports),
        Some(At::InExpiry),
    ];
    if engine == Engine::Sqlite {
        points.extend([At::InCheckpoint, At::DatabaseWrite, At::LogWrite].map(Some));
    }
    points
}

/// How often a server comes to this moment before its end.
fn count(point: Failpoint, dice: &mut Dice) -> u64 {
    1 + match point {
        Failpoint::BeforeAnswer => dice.below(600),
        Failpoint::LogWrite => 10 + dice.below(120),
        Failpoint::DatabaseWrite => dice.below(400),
        Failpoint::InCheckpoint => dice.below(4),
        Failpoint::InReports => dice.below(2),
        // Not the one that comes with the start, before there is a load.
        Failpoint::InExpiry => 1,
        _ => dice.below(40),
    }
}

async fn one_life(
    world: &mut TestWorld,
    heard: &mut Heard,
    tally: &mut Tally,
    point: Option<Failpoint>,
    cycle: u64,
    dice: &mut Dice,
) {
    let (name, variable, to_hear) = match point {
        None => (CHANCE, None, 1 + dice.below(CHANCE_ANSWERS)),
        Some(point) => (point.name(), Some(format!("{}:{}", point.name(), count(point, dice))), ANSWERS_MAX),
    };
    let variables: Vec<(&str, &str)> =
        variable.iter().map(|value| ("HOOKLINE_TEST_FAILPOINT", value.as_str())).collect();
    if point == Some(Failpoint::InReports) {
        // What a dead server leased for a minute; none lives so long here.
        world.execute("UPDATE report_progress SET leased_until = 0").await;
    }
    // It may come to its moment before it serves.
    let ended = if world.try_add_node(&variables) {
        let load = Load { to_hear, seed: dice.next(), ..Load::of_cycle(cycle, WRITERS) };
        load.run_and_kill(world, heard).await
    } else {
        true
    };
    let (kills, hits) = tally.kills.entry(name).or_default();
    *kills += 1;
    *hits += u64::from(ended && point.is_some());
}
