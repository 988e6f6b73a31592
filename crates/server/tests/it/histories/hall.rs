//! A server on which histories are played. They share its clock: all play up to where it is set, and go on when it was.

use std::path::PathBuf;
use std::vec::IntoIter;

use futures_util::future::join_all;
use hookline::clock::Clock;
use hookline::demo::{self, DemoKeys};
use hookline::storage::Db;
use hookline_domain::rate::{RateLimit, RatePer};

use super::model::{LIMIT, Mistake};
use super::op::Op;
use super::play::{Player, Stage, Surprise};
use crate::sums;
use crate::world::{Engine, TestWorld, call_id, step_to};

pub struct Hall {
    world: TestWorld,
    clock: PathBuf,
    stage: Stage,
    organizations: IntoIter<DemoKeys>,
}

impl Hall {
    pub async fn open(engine: Engine, organizations: usize) -> Self {
        let mut world = TestWorld::prepare(engine, LIMIT, false).await;
        let rate = RateLimit { count: LIMIT, per: RatePer::Day };
        let keys = make_organizations(&world.url, organizations, rate).await;
        let clock = world.folder.path().join("step");
        world.add_node_with(&[
            ("HOOKLINE_TEST_CLOCK_STEP", clock.to_str().expect("a path in UTF-8")),
            ("HOOKLINE_UNAUTHORIZED_PER_MINUTE", "1000000"),
            // The clock goes further than a call may be silent by default.
            ("HOOKLINE_SILENT_HOURS", "720"),
        ]);
        let stage = Stage {
            address: world.nodes[0].address.clone(),
            client: world.client.clone(),
            base: Clock::default().now(),
            foreign: call_id(0),
        };
        Self { world, clock, stage, organizations: keys.into_iter() }
    }

    /// The first that surprises, and how.
    pub async fn play_together(
        &mut self,
        histories: &[Vec<Op>],
        mistake: Option<Mistake>,
    ) -> Option<(Vec<Op>, Surprise)> {
        let mut playing = vec![];
        for history in histories {
            playing.push((self.player(mistake).await, history.iter(), None));
        }
        let mut hours = Some(0);
        while let Some(now) = hours {
            self.set_clock(now);
            let parts = playing.iter_mut().map(async |(player, ops, surprise)| {
                while let Some(op) = ops.next() {
                    if surprise.is_none() {
                        let came = player.play(op).await.err();
                        *surprise = came.map(|surprise| (surprise, ops.len()));
                    }
                    if let Op::Clock(hours) = op {
                        return Some(*hours);
                    }
                }
                None
            });
            hours = join_all(parts).await.into_iter().flatten().next();
        }
        for ((player, _, surprise), history) in playing.iter_mut().zip(histories) {
            if surprise.is_none() {
                *surprise = player.end().await.err().map(|surprise| (surprise, 0));
            }
            if let Some((surprise, left)) = surprise.take() {
                return Some((history[..history.len() - left].to_vec(), surprise));
            }
        }
        self.assert_unharmed();
        assert_eq!(sums::faults(&self.world).await, [""; 0]);
        None
    }

    /// How it surprises, if it does.
    pub async fn play_alone(&mut self, history: &[Op], mistake: Option<Mistake>) -> Option<Surprise> {
        self.set_clock(0);
        // Without an organization left it is as short as it gets.
        let keys = self.organizations.next()?;
        let mut player = Player::new(&self.stage, &keys, mistake).await;
        for op in history {
            if let Op::Clock(hours) = op {
                self.set_clock(*hours);
            }
            if let Err(surprise) = player.play(op).await {
                return Some(surprise);
            }
        }
        player.end().await.err()
    }

    async fn player(&mut self, mistake: Option<Mistake>) -> Player {
        let keys = self.organizations.next().expect("one for each history");
        Player::new(&self.stage, &keys, mistake).await
    }

    fn set_clock(&self, hours: i64) {
        step_to(&self.clock, hours * 3_600);
    }

    /// Nothing here is an error of the server's own.
    fn assert_unharmed(&self) {
        let warnings = self.world.warnings();
        let harmed = warnings.lines().find(|line| line.contains("ERROR") || line.contains("panicked"));
        assert_eq!(harmed, None, "the server complains");
    }
}

/// All at once and before there is a server: made one by one through it, each would make it read all others again.
pub async fn make_organizations(url: &str, count: usize, rate: RateLimit) -> Vec<DemoKeys> {
    let db = Db::open(url).await.expect("the database opens");
    let clock = Clock::default();
    let mut made = vec![];
    for number in 0..count {
        let mut tx = db.begin().await.expect("a transaction");
        let name = format!("{rate:?} {number}");
        let made_one = demo::create_organization(&mut tx, &clock, &name, rate).await;
        tx.commit().await.expect("it commits");
        made.push(made_one.expect("an organization"));
    }
    for (org, _) in &made {
        demo::create_campaign(&db, &clock, *org).await.expect("custom tags");
    }
    db.close().await;
    made.into_iter().map(|(_, keys)| keys).collect()
}
