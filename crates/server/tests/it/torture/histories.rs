//! Histories of chance against the model of the contract, and every mistake that the model can make on purpose.

use std::time::Instant;

use super::{report, seed, times};
use crate::histories::{Mistake, play};
use crate::on_both_engines;
use crate::world::Engine;

/// Histories in which a mistake of the model must show.
const UNTIL_FOUND: u64 = 1_000;

on_both_engines! {
    histories_of_chance_are_as_the_model_says;
    every_mistake_of_the_model_is_found;
}

async fn histories_of_chance_are_as_the_model_says(engine: Engine) {
    let (seed, since) = (seed(), Instant::now());
    let played = play(engine, seed, times(500, 10_000), None).await;
    let figures = format!(
        "{} histories, {} operations, {} surprises, {} s",
        played.histories,
        played.ops,
        u8::from(played.found.is_some()),
        since.elapsed().as_secs()
    );
    report("histories", engine, &figures);
    assert!(played.found.is_none(), "{}", played.found.unwrap());
}

async fn every_mistake_of_the_model_is_found(engine: Engine) {
    let seed = seed();
    for mistake in Mistake::ALL {
        let played = play(engine, seed, UNTIL_FOUND, Some(mistake)).await;
        let found =
            played.found.unwrap_or_else(|| panic!("{mistake:?} shows in none of {UNTIL_FOUND} histories"));
        let figures = format!("in the first {} histories; enough are {:?}", played.histories, found.history);
        report(&format!("mistake {mistake:?}"), engine, &figures);
    }
}
