//! Histories of chance, each in an organization of its own, against a model of the contract that fits on a few pages.

mod chance;
mod hall;
mod model;
mod op;
mod play;
mod shrink;
mod wire;

use std::fmt;

#[cfg(feature = "failpoints")]
pub use self::hall::make_organizations;
pub use self::model::Mistake;

use self::hall::Hall;
use self::op::Op;
use self::play::Surprise;
use self::shrink::shrink;
use crate::crash::dice::Dice;
use crate::on_both_engines;
use crate::world::Engine;

/// Histories that are played at once on one server.
const AT_ONCE: u64 = 100;
/// Attempts to make one shorter, each in an organization of its own.
const ATTEMPTS_MAX: usize = 300;
/// What `make test` plays. Its seed is fixed: it fails when something changed and not by chance. `make torture` plays others.
const SHORT: u64 = 100;
const SHORT_SEED: u64 = 5;

on_both_engines! {
    whatever_happens_calls_are_what_the_contract_says;
    a_mistake_of_the_model_is_found_and_made_short;
}

async fn whatever_happens_calls_are_what_the_contract_says(engine: Engine) {
    let played = play(engine, SHORT_SEED, SHORT, None).await;
    assert!(played.found.is_none(), "{}", played.found.unwrap());
    assert_eq!(played.histories, SHORT);
}

/// The control: were the server as wrong as this model, these histories would show it.
async fn a_mistake_of_the_model_is_found_and_made_short(engine: Engine) {
    let played = play(engine, SHORT_SEED, AT_ONCE, Some(Mistake::KeepsRefusedIds)).await;
    let found = played.found.expect("the mistake is found");
    // A request that is refused, what it lacked, and the request again.
    assert!(found.history.len() <= 3, "{found}");
}

#[derive(Default)]
pub struct Played {
    pub histories: u64,
    pub ops: u64,
    pub found: Option<Found>,
}

/// A history that came to something else than the model says.
pub struct Found {
    seed: u64,
    engine: Engine,
    whole: usize,
    pub history: Vec<Op>,
    surprise: Surprise,
    is_short: bool,
}

/// Plays histories until one surprises.
pub async fn play(engine: Engine, seed: u64, histories: u64, mistake: Option<Mistake>) -> Played {
    let (mut dice, mut played) = (Dice::new(seed), Played::default());
    while played.histories < histories && played.found.is_none() {
        let clock = chance::clock(&mut dice);
        let count = AT_ONCE.min(histories - played.histories);
        let group: Vec<Vec<Op>> = (0..count).map(|_| chance::history(&mut dice, &clock)).collect();
        played.histories += count;
        played.ops += group.iter().map(|history| history.len() as u64).sum::<u64>();
        let mut hall = Hall::open(engine, group.len()).await;
        if let Some((history, surprise)) = hall.play_together(&group, mistake).await {
            drop(hall);
            let whole = history.len();
            let (history, surprise, is_short) = make_short(engine, history, surprise, mistake).await;
            played.found = Some(Found { seed, engine, whole, history, surprise, is_short });
        }
    }
    played
}

/// Whether it could be: what takes other histories beside it does not show when it is played alone.
async fn make_short(
    engine: Engine,
    history: Vec<Op>,
    surprise: Surprise,
    mistake: Option<Mistake>,
) -> (Vec<Op>, Surprise, bool) {
    let hall = tokio::sync::Mutex::new(Hall::open(engine, ATTEMPTS_MAX).await);
    let fails = async |ops: &[Op]| hall.lock().await.play_alone(ops, mistake).await;
    match fails(&history).await {
        None => (history, surprise, false),
        Some(again) => {
            let (short, surprise) = shrink(&history, again, fails).await;
            (short, surprise, true)
        }
    }
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { seed, engine, whole, history, surprise, is_short } = self;
        writeln!(f, "a history of seed {seed} on {engine:?} is not as the model says")?;
        if *is_short {
            writeln!(f, "{whole} operations, of which {} are enough:", history.len())?;
        } else {
            writeln!(f, "only beside others, so it is told whole:")?;
        }
        for op in history {
            writeln!(f, "  {op:?}")?;
        }
        write!(f, "the last of them:\n{}", surprise.0)
    }
}
