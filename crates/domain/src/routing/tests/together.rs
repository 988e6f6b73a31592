//! Several targets at once.

use super::*;

fn together(max: u32, list: Value) -> Value {
    json!({"routes": list, "strategy": "simultaneous", "simultaneous_max": max})
}

fn numbers(decision: &Decision) -> Vec<u128> {
    let Outcome::Dial { targets } = &decision.outcome else { panic!("{decision:?}") };
    targets.iter().map(|one| one.target.0.as_u128()).collect()
}

#[test]
fn the_first_of_one_priority_ring_at_once_and_then_the_next_priority() {
    let list = routes(&[(1, 1, 1), (2, 1, 1), (3, 1, 1), (4, 2, 1)]);
    let mut world = World::plain(4, together(2, list));
    let first = world.decide(0);
    assert_eq!(numbers(&first).len(), 2);
    let shown = serde_json::to_value(&first.trace).unwrap();
    assert_eq!(shown["chosen"]["share"], json!({"weight": 1, "of": 3}));
    assert_eq!(shown["together_with"][0]["share"], json!({"weight": 1, "of": 2}), "{shown}");
    let mut rung = numbers(&first);
    for expected in [1, 1] {
        world.attempted = rung.iter().map(|number| id(*number)).collect();
        let next = numbers(&world.decide(0));
        assert_eq!(next.len(), expected);
        rung.extend(next);
    }
    assert_eq!(rung[3], 4, "of the second priority only when the first is used up");
    world.attempted = rung.iter().map(|number| id(*number)).collect();
    assert_eq!(world.goes_to(0), Err(RejectReason::AllTried));
}

#[test]
fn a_target_rings_once_however_often_the_plan_names_it() {
    let world = World::plain(2, together(10, routes(&[(1, 1, 5), (1, 1, 5), (2, 1, 1)])));
    for chance in 0..11 {
        let mut rung = numbers(&world.decide(chance));
        rung.sort_unstable();
        assert_eq!(rung, [1, 2]);
    }
}

#[test]
fn weights_say_who_is_among_the_first() {
    let list: Vec<(u128, u32, u32)> =
        (1..).zip([50, 30, 15, 5]).map(|(at, weight)| (at, 1, weight)).collect();
    let world = World::plain(4, together(2, routes(&list)));
    let mut counts = [0_u32; 5];
    for chance in Draw(3).take(4_000) {
        for number in numbers(&world.decide(chance)) {
            counts[number as usize] += 1;
        }
    }
    assert_eq!(counts.iter().sum::<u32>(), 8_000);
    assert!(counts[1] > counts[2] && counts[2] > counts[3] && counts[3] > counts[4], "{counts:?}");
    // Second of two draws: 0.05 and 0.95 times what the others leave it.
    assert!((350..650).contains(&counts[4]), "{counts:?}");
}

#[test]
fn each_that_is_to_be_asked_is_asked_and_one_that_says_no_is_replaced() {
    let asks = json!({"availability": {"url": "https://a.example/"}});
    let targets = (1..=3).map(|number| target(number, asks.clone())).collect();
    let plan = plan(1, together(2, routes(&[(1, 1, 1), (2, 1, 1), (3, 1, 1)])));
    let mut world = World::new(targets, vec![plan]);
    let mut asked = Vec::new();
    while let Outcome::AskAvailability { target, .. } = world.decide(0).outcome {
        assert!(!asked.contains(&target));
        asked.push(target);
        world.availability.push((target, asked.len() != 1));
    }
    let rung = numbers(&world.decide(0));
    assert_eq!((asked.len(), rung.len()), (3, 2));
    assert!(!rung.contains(&asked[0].0.as_u128()));
}

#[test]
fn a_caller_is_led_to_one_url_and_rings_nowhere_else() {
    let url = json!({"destination": "https://b.example/?z=[ZIP_CODE]"});
    let targets = vec![target(1, url.clone()), target(2, url), target(3, json!({})), target(4, json!({}))];
    let list = routes(&[(1, 1, 1), (2, 1, 1), (3, 1, 1), (4, 1, 1)]);
    let world = World::new(targets, vec![plan(1, together(4, list))]);
    for chance in 0..4 {
        let decision = world.decide(chance);
        let rung = numbers(&decision);
        if rung[0] <= 2 {
            assert_eq!(rung.len(), 1);
            assert!(decision.tags_read.contains("zip_code"), "the URL has it");
        } else {
            assert!(rung.len() == 2 && rung.iter().all(|number| *number > 2), "{rung:?}");
        }
    }
}

#[test]
fn whom_an_override_names_rings_alone() {
    let mut json = together(3, routes(&[(1, 1, 1), (2, 1, 1)]));
    json["overrides"] = json!([{"order": 1, "caller": CALLER, "then": {"target": id(2)}}]);
    assert_eq!(World::plain(2, json).goes_to(0), Ok(2));
}
