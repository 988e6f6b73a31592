//! `make torture`: broken on purpose, by chance that a seed repeats. Minutes as it is, the whole with `TORTURE=full`.

mod duplicates;
mod histories;
mod kills;
mod limits;
mod power;
mod silent;
mod sync;
mod wire;

use crate::crash::chains;
use crate::crash::dice::Dice;
use crate::crash::heard::{Fault, Heard};
use crate::world::TestWorld;

/// Writers at the same time.
const WRITERS: u64 = 100;
/// Lives of servers on one database, before it is checked whole and a new one begins.
const CYCLES_PER_WORLD: u64 = 25;

/// How often: in minutes, in the whole, or in as many percent of it as `TORTURE` says.
fn times(short: u64, full: u64) -> u64 {
    match std::env::var("TORTURE").as_deref() {
        Err(_) | Ok("") => short,
        Ok("full") => full,
        Ok(percent) => full * percent.parse::<u64>().expect("TORTURE is full, or a percentage of it") / 100,
    }
}

/// Printed, so that `TORTURE_SEED` can repeat what it chose.
fn seed() -> u64 {
    let given = std::env::var("TORTURE_SEED").ok();
    let seed = given.map_or_else(
        || uuid::Uuid::new_v4().as_u64_pair().0 >> 32,
        |text| text.parse().expect("TORTURE_SEED is a number"),
    );
    println!("TORTURE_SEED={seed}");
    seed
}

/// What is wrong after a check of the whole database, and in the output what the servers warned of.
async fn faults(world: &TestWorld, heard: &mut Heard) -> Vec<Fault> {
    let faults = [heard.faults(world).await, chains::faults(world).await].concat();
    if !faults.is_empty() {
        println!("the servers said:\n{}", world.warnings());
    }
    faults
}

/// A line of the report.
fn report(what: &str, engine: crate::world::Engine, figures: &str) {
    println!("torture | {what} | {engine:?} | {figures}");
}

fn dice() -> Dice {
    Dice::new(seed())
}
