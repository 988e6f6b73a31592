//! The power goes: what was not synced is gone, in part or whole. With controls, which must be found out.

use std::process::Command;

use hookline::failpoint::Failpoint;

use super::{CYCLES_PER_WORLD, WRITERS, dice, faults, report, times};
use crate::crash::dice::Dice;
use crate::crash::heard::{Fault, Heard};
use crate::crash::load::Load;
use crate::world::{Engine, TestWorld};

/// Answers until PostgreSQL is stopped.
const ANSWERS: u64 = 600;
const ANSWERS_MAX: u64 = 20_000;
const CONTROL_CYCLES: u64 = 4;
const CONTROL_TRIES_MAX: u64 = 6;
/// When the power goes, and how often a server comes to that moment at most. The control has the first two.
const POINTS: [(Failpoint, u64); 6] = [
    (Failpoint::AfterCommit, 60),
    (Failpoint::BeforeAnswer, 800),
    (Failpoint::LogWrite, 90),
    (Failpoint::LogSync, 60),
    (Failpoint::DatabaseWrite, 600),
    (Failpoint::DatabaseSync, 4),
];
const RARELY: (&str, &str) = ("HOOKLINE_TEST_SYNC_RARELY", "1");

/// What the lives of one kind came to.
#[derive(Default)]
struct Tally {
    lives: u64,
    by_themselves: u64,
    sent: usize,
    acknowledged: usize,
    faults: Vec<Fault>,
}

impl Tally {
    async fn add(&mut self, world: &TestWorld, mut heard: Heard) {
        self.sent += heard.sent();
        self.acknowledged += heard.acknowledged();
        self.faults.extend(faults(world, &mut heard).await);
    }

    fn lost(&self) -> usize {
        self.faults.iter().filter(|fault| matches!(fault, Fault::Lost(_))).count()
    }

    fn report(&self, what: &str, engine: Engine) {
        let Self { lives, by_themselves, sent, acknowledged, faults } = self;
        let figures = format!(
            "{lives} times, {by_themselves} at the moment itself, {sent} ids sent, {acknowledged} acknowledged, {} lost, {} faults",
            self.lost(),
            faults.len()
        );
        report(what, engine, &figures);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_sqlite_synced_outlives_the_power() {
    let (cycles, mut dice, mut tally) = (times(24, 200), dice(), Tally::default());
    while tally.lives < cycles {
        let lives = CYCLES_PER_WORLD.min(cycles - tally.lives);
        lives_on_sqlite(&mut tally, lives, &POINTS, &[], &mut dice).await;
    }
    tally.report("power", Engine::Sqlite);
    assert_eq!(tally.faults, []);
    assert!(tally.by_themselves > 0, "no server came to its moment");
}

/// The control: a log that is synced at checkpoints only.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_that_is_synced_rarely_is_found_out() {
    let (mut dice, mut tally) = (dice(), Tally::default());
    lives_on_sqlite(&mut tally, CONTROL_CYCLES, &POINTS[..2], &[RARELY], &mut dice).await;
    tally.report("power, control synchronous=NORMAL", Engine::Sqlite);
    assert!(tally.lost() > 0, "nothing was lost");
}

async fn lives_on_sqlite(
    tally: &mut Tally,
    lives: u64,
    points: &[(Failpoint, u64)],
    more: &[(&str, &str)],
    dice: &mut Dice,
) {
    let mut world = TestWorld::start(Engine::Sqlite).await;
    let mut heard = Heard::default();
    world.nodes.clear();
    for cycle in 0..lives {
        let (point, below) = points[usize::try_from(cycle).unwrap_or(0) % points.len()];
        // Late enough that it serves by then.
        let moment = format!("{}:{}", point.name(), 1 + below / 10 + dice.below(below));
        let seed = dice.next().to_string();
        let mut variables =
            vec![("HOOKLINE_TEST_FAILPOINT", moment.as_str()), ("HOOKLINE_TEST_POWER_LOSS", &seed)];
        variables.extend(more);
        tally.lives += 1;
        if world.try_add_node(&variables) {
            let load = Load { to_hear: ANSWERS_MAX, seed: dice.next(), ..Load::of_cycle(cycle, WRITERS) };
            tally.by_themselves += u64::from(load.run_and_kill(&mut world, &mut heard).await);
        }
    }
    world.add_node();
    tally.add(&world, heard).await;
    let broken = "SELECT COUNT(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'";
    assert_eq!(world.count(broken).await, 0, "the file is not whole");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_postgres_synced_outlives_its_end() {
    let (cycles, mut dice, mut tally) = (times(8, 200), dice(), Tally::default());
    while tally.lives < cycles {
        let lives = CYCLES_PER_WORLD.min(cycles - tally.lives);
        lives_on_postgres(&mut tally, lives, true, &mut dice).await;
    }
    tally.report("power", Engine::Postgres);
    assert_eq!(tally.faults, []);
}

/// The control: commits that do not wait for the disk. PostgreSQL may have written all just before it ends, so it gets several tries.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn commits_that_do_not_wait_are_found_out() {
    let (mut dice, mut tally) = (dice(), Tally::default());
    while tally.lost() == 0 && tally.lives < CONTROL_TRIES_MAX * CONTROL_CYCLES {
        lives_on_postgres(&mut tally, CONTROL_CYCLES, false, &mut dice).await;
    }
    tally.report("power, control synchronous_commit=off", Engine::Postgres);
    assert!(tally.lost() > 0, "nothing was lost");
}

async fn lives_on_postgres(tally: &mut Tally, lives: u64, waits: bool, dice: &mut Dice) {
    let mut world = TestWorld::start(Engine::Postgres).await;
    let mut heard = Heard::default();
    heard.forgives_unavailable = true;
    assert_eq!(world.texts("SELECT current_setting('fsync')").await, ["on"]);
    if !waits {
        let name = world.url.rsplit('/').next().unwrap_or_default();
        world.execute(&format!("ALTER DATABASE {name} SET synchronous_commit = off")).await;
    }
    world.nodes.clear();
    for cycle in 0..lives {
        world.add_node();
        let load = Load { seed: dice.next(), ..Load::of_cycle(cycle, WRITERS) };
        let mut hear = load.start(&world, &mut heard);
        let mut left = 1 + dice.below(ANSWERS);
        while let Some(told) = hear.recv().await {
            left = left.saturating_sub(u64::from(told.answer.is_some()));
            heard.hear(told);
            if left == 0 && !world.nodes.is_empty() {
                // What is answered while it goes down counts as well.
                tokio::task::spawn_blocking(|| postgres("stop -m immediate")).await.expect("it stops");
                world.nodes.clear();
            }
        }
        postgres("start");
        tally.lives += 1;
        tally.by_themselves += 1;
    }
    world.add_node();
    tally.add(&world, heard).await;
}

/// Runs `pg_ctl` on the PostgreSQL that `make torture` started.
fn postgres(command: &str) {
    let control = std::env::var("HOOKLINE_TEST_PG_CTL").expect("`make torture` says how pg_ctl is run");
    let done = Command::new("sh").args(["-c", &format!("{control} {command} >/dev/null")]).status();
    assert!(done.expect("a shell").success(), "pg_ctl {command} failed");
}
