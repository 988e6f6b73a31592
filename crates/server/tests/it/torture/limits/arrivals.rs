//! Arrivals of chance at many webhooks and on every node.

use std::sync::{Arc, RwLock};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use hookline_domain::rate::{RateLimit, RatePer};
use serde_json::json;

use super::super::{report, seed, times};
use super::judge::{Attempt, Told, broken};
use crate::crash::dice::Dice;
use crate::histories::make_organizations;
use crate::on_both_engines;
use crate::world::{Engine, TestWorld, step_to};

const NODES: u64 = 4;
/// Requests in a minute.
const LIMITS: [u32; 3] = [5, 20, 60];
const WINDOWS_PER_LIMIT: usize = 15;
const BURST_MAX: u64 = 12;
const GAP_MILLIS_MAX: u64 = 6_000;
/// Between two steps of a node's clock, and between two kills.
const STEP_SECONDS: u64 = 7;
const KILL_SECONDS: u64 = 23;

on_both_engines! {
    no_window_has_more_and_none_is_refused_below_the_limit;
}

struct Window {
    limit: usize,
    key: String,
    attempts: Vec<Attempt>,
}

type Addresses = Arc<RwLock<Vec<String>>>;

async fn no_window_has_more_and_none_is_refused_below_the_limit(engine: Engine) {
    let (seed, lasts) = (seed(), Duration::from_secs(times(150, 900)));
    let mut world = TestWorld::prepare(engine, 1, false).await;
    let nodes = if engine == Engine::Postgres { NODES } else { 1 };
    let windows = windows(&world.url).await;
    (0..nodes).for_each(|node| start(&mut world, node));
    let addresses = Addresses::default();
    tell(&world, &addresses);
    let (client, since) = (world.client.clone(), Instant::now());
    // Each is a task of its own, since a node that starts holds up the one that waits for it.
    let arriving: Vec<_> = (1..)
        .zip(windows)
        .map(|(number, window): (u64, _)| {
            let dice = Dice::new(seed ^ (number << 32));
            tokio::spawn(window.arrive(dice, client.clone(), addresses.clone(), since, lasts))
        })
        .collect();
    let (steps, kills) = disturb(&mut world, Dice::new(seed), &addresses, since, lasts).await;
    let windows: Vec<Window> =
        join_all(arriving).await.into_iter().map(|window| window.expect("it arrives")).collect();
    let told =
        |told| windows.iter().flat_map(|window| &window.attempts).filter(|one| one.told == told).count();
    let judged = |limit: fn(usize) -> usize| {
        let of = |window: &Window| broken(&window.attempts, limit(window.limit));
        windows.iter().map(of).fold((0, 0), |all, one| (all.0 + one.0, all.1 + one.1))
    };
    let (too_many, too_early) = judged(|limit| limit);
    // The control: the same answers from servers with a limit of one less or more would be found out.
    let (one_less, one_more) = (judged(|limit| limit - 1).0, judged(|limit| limit + 1).1);
    let figures = format!(
        "{} windows for {} s on {nodes} nodes, {steps} steps of clocks by 1 h, {kills} kills: {} admitted, {} refused, {} unheard; {too_many} windows over the limit, {too_early} refused below it; control: {one_less} and {one_more}",
        windows.len(),
        lasts.as_secs(),
        told(Told::Admitted),
        told(Told::Refused),
        told(Told::Nothing),
    );
    report("limits, arrivals", engine, &figures);
    assert_eq!((too_many, too_early), (0, 0));
    assert!(one_less > 0 && one_more > 0, "the check finds nothing");
}

async fn windows(url: &str) -> Vec<Window> {
    let mut windows = vec![];
    for count in LIMITS {
        let limit = RateLimit { count, per: RatePer::Minute };
        for mut keys in make_organizations(url, WINDOWS_PER_LIMIT, limit).await {
            let key = keys.keys.remove("call_data").expect("one of each type");
            windows.push(Window { limit: count as usize, key, attempts: vec![] });
        }
    }
    windows
}

impl Window {
    async fn arrive(
        mut self,
        mut dice: Dice,
        client: reqwest::Client,
        addresses: Addresses,
        since: Instant,
        lasts: Duration,
    ) -> Self {
        let body = json!({"caller_id": "+13105559876"});
        while since.elapsed() < lasts {
            tokio::time::sleep(Duration::from_millis(dice.below(GAP_MILLIS_MAX))).await;
            let burst: Vec<u64> = (0..=dice.below(BURST_MAX)).map(|_| dice.next()).collect();
            let sent = burst.into_iter().map(async |chance| {
                let address = {
                    let known = addresses.read().expect("no one panicked");
                    known[usize::try_from(chance % known.len() as u64).expect("a place in a list")].clone()
                };
                let url = format!("http://{address}/call-data?moja_auth_key={}", self.key);
                let sent = since.elapsed();
                let answer = client.post(url).json(&body).send().await;
                let told = match answer.map(|answer| answer.status().as_u16()) {
                    Ok(200) => Told::Admitted,
                    Ok(429) => Told::Refused,
                    Err(error) if error.is_connect() => return None,
                    Err(_) => Told::Nothing,
                    Ok(other) => panic!("{other} is neither admitted nor refused"),
                };
                Some(Attempt { sent, answered: since.elapsed(), told })
            });
            let attempts = join_all(sent).await;
            self.attempts.extend(attempts.into_iter().flatten());
        }
        self
    }
}

/// Steps clocks and kills nodes; how often.
async fn disturb(
    world: &mut TestWorld,
    mut dice: Dice,
    addresses: &Addresses,
    since: Instant,
    lasts: Duration,
) -> (u64, u64) {
    let (mut steps, mut kills) = (0, 0);
    while since.elapsed() + Duration::from_secs(STEP_SECONDS) < lasts {
        tokio::time::sleep(Duration::from_secs(STEP_SECONDS)).await;
        let node = dice.below(world.nodes.len() as u64);
        steps += 1;
        step_to(
            &clock(world, node),
            [-3_600, 0, 3_600][usize::try_from(dice.below(3)).expect("one of three")],
        );
        if since.elapsed().as_secs() / KILL_SECONDS > kills {
            kills += 1;
            let node = dice.below(world.nodes.len() as u64);
            drop(world.nodes.remove(usize::try_from(node).expect("few")));
            start(world, node);
            tell(world, addresses);
        }
    }
    (steps, kills)
}

fn clock(world: &TestWorld, node: u64) -> std::path::PathBuf {
    world.folder.path().join(format!("step-{node}"))
}

fn start(world: &mut TestWorld, node: u64) {
    world.add_node_by_clock(&clock(world, node));
}

fn tell(world: &TestWorld, addresses: &Addresses) {
    *addresses.write().expect("no one panicked") =
        world.nodes.iter().map(|node| node.address.clone()).collect();
}
