//! SPEC section 1.1, matching.

use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::call::example::second;

const DAY: i64 = 86_400;
/// When the call starts in these tests: a round number of days in, so that windows stay positive.
const START: i64 = 500 * DAY;

fn webhook(number: u128) -> WebhookId {
    WebhookId(Uuid::from_u128(number))
}

fn request(number: u128, webhook_number: u128, received_at: Timestamp) -> Candidate {
    Candidate {
        request: RequestId(Uuid::from_u128(number)),
        webhook: webhook(webhook_number),
        received_at,
        consumed: false,
        fields: Vec::new(),
    }
}

fn applied(candidates: &[Candidate], settings: &MatchSettings) -> Vec<u128> {
    numbers(&match_call(candidates, |_| Some(settings), second(START), None))
}

fn numbers(matched: &Matched<'_>) -> Vec<u128> {
    matched.apply.iter().map(|candidate| candidate.request.0.as_u128()).collect()
}

#[test]
fn the_lookback_is_15_days_unless_set_and_goes_from_60_seconds_to_400_days() {
    assert_eq!(MatchSettings::default().lookback.seconds(), 15 * DAY);
    for seconds in [60, 61, 400 * DAY] {
        assert_eq!(Lookback::from_seconds(seconds).unwrap().micros(), seconds * 1_000_000);
    }
    for seconds in [i64::MIN, -60, 0, 59, 400 * DAY + 1, i64::MAX] {
        assert_eq!(Lookback::from_seconds(seconds), Err(LookbackOutOfRange), "{seconds}");
    }
}

#[test]
fn both_ends_of_the_window_count_to_the_microsecond() {
    let settings = MatchSettings { lookback: Lookback::from_seconds(60).unwrap(), ..Default::default() };
    let (first, last) = (second(START - 60), second(START + TOLD_SECONDS_MAX));
    for (received_at, in_window) in [
        (first.plus_micros(-1), false),
        (first, true),
        (first.plus_micros(1), true),
        (last.plus_micros(-1), true),
        (last, true),
        // Its call is another, which was told of sooner.
        (last.plus_micros(1), false),
    ] {
        let found = applied(&[request(1, 1, received_at)], &settings);
        assert_eq!(!found.is_empty(), in_window, "{}", received_at.micros_since(last));
    }
}

#[test]
fn the_newest_request_of_each_webhook_is_used_older_webhooks_first() {
    let candidates = [
        request(1, 1, second(START - 50)),
        request(2, 1, second(START - 10)),
        request(3, 2, second(START - 30)),
        request(4, 2, second(START - 40)),
    ];
    assert_eq!(applied(&candidates, &MatchSettings::default()), [3, 2]);
}

#[test]
fn merge_uses_all_in_the_window_older_first() {
    let settings = MatchSettings { policy: MatchPolicy::Merge, ..Default::default() };
    let candidates = [
        request(2, 1, second(START - 10)),
        request(1, 1, second(START - 50)),
        request(3, 1, second(START - 16 * DAY)),
    ];
    assert_eq!(applied(&candidates, &settings), [1, 2]);
}

#[test]
fn requests_of_one_microsecond_go_by_their_ids() {
    let candidates = [request(2, 1, second(START)), request(1, 1, second(START))];
    assert_eq!(applied(&candidates, &MatchSettings::default()), [2]);
}

#[test]
fn a_consumed_request_is_not_used_again_nor_replaced_by_one_it_superseded() {
    let settings = MatchSettings { consume: true, ..Default::default() };
    let mut candidates = [request(1, 1, second(START - 50)), request(2, 1, second(START - 10))];
    let first = match_call(&candidates, |_| Some(&settings), second(START), None);
    assert_eq!(first.consume, [candidates[1].request], "only what was used is consumed");
    candidates[1].consumed = true;
    assert_eq!(applied(&candidates, &settings), [0; 0]);
    let newer = [candidates[0].clone(), candidates[1].clone(), request(3, 1, second(START - 1))];
    assert_eq!(applied(&newer, &settings), [3]);
}

#[test]
fn merge_with_consume_uses_what_no_call_has_used() {
    let settings = MatchSettings { consume: true, policy: MatchPolicy::Merge, ..Default::default() };
    let mut candidates = [1, 2, 3].map(|number| request(number, 1, second(START - 10)));
    candidates[1].consumed = true;
    let matched = match_call(&candidates, |_| Some(&settings), second(START), None);
    assert_eq!(numbers(&matched), [1, 3]);
    assert_eq!(matched.consume.len(), 2);
}

#[test]
fn without_consume_a_request_serves_every_call() {
    let mut candidate = request(1, 1, second(START - 10));
    // The webhook consumed once, and was set not to since.
    candidate.consumed = true;
    let matched_settings = MatchSettings::default();
    let candidates = [candidate];
    let matched = match_call(&candidates, |_| Some(&matched_settings), second(START), None);
    assert_eq!((numbers(&matched), matched.consume.len()), (vec![1], 0));
}

#[test]
fn a_webhook_limited_to_campaigns_serves_calls_of_these_only() {
    let [ours, other] = [7, 8].map(|number| CampaignId(Uuid::from_u128(number)));
    let limited = MatchSettings { campaigns: Some(vec![ours]), ..Default::default() };
    let candidates = [request(1, 1, second(START - 10))];
    for (campaign, found) in [(Some(ours), 1), (Some(other), 0), (None, 0)] {
        let matched = match_call(&candidates, |_| Some(&limited), second(START), campaign);
        assert_eq!(matched.apply.len(), found, "{campaign:?}");
    }
}

#[test]
fn each_webhook_goes_by_its_own_settings_and_a_deleted_one_takes_no_part() {
    let short = MatchSettings { lookback: Lookback::from_seconds(60).unwrap(), ..Default::default() };
    let long = MatchSettings::default();
    let candidates = [1, 2, 3].map(|number| request(number, number, second(START - 100)));
    let settings = |id: WebhookId| match id.0.as_u128() {
        1 => Some(&short),
        2 => Some(&long),
        _ => None,
    };
    assert_eq!(numbers(&match_call(&candidates, settings, second(START), None)), [2]);
}

prop_compose! {
    fn any_candidate()(number: u128, webhook in 1u128..4, age in -100i64..300, consumed: bool) -> Candidate {
        Candidate { consumed, ..request(number, webhook, second(START - age)) }
    }
}

proptest! {
    #[test]
    fn matching_stays_in_the_window_and_in_order(
        candidates in prop::collection::vec(any_candidate(), 0..20),
        seconds in 60i64..200,
        merge: bool,
        consume: bool,
    ) {
        let settings = MatchSettings {
            lookback: Lookback::from_seconds(seconds).unwrap(),
            policy: if merge { MatchPolicy::Merge } else { MatchPolicy::Newest },
            consume,
            campaigns: None,
        };
        let matched = match_call(&candidates, |_| Some(&settings), second(START), None);
        for candidate in &matched.apply {
            let age = second(START).micros_since(candidate.received_at);
            prop_assert!((-TOLD_SECONDS_MAX * 1_000_000..=seconds * 1_000_000).contains(&age));
            prop_assert!(!(consume && candidate.consumed));
            let of_webhook = matched.apply.iter().filter(|other| other.webhook == candidate.webhook);
            prop_assert!(merge || of_webhook.count() == 1);
        }
        prop_assert!(matched.apply.is_sorted_by_key(|candidate| candidate.age_order()));
        prop_assert_eq!(matched.consume.len(), if consume { matched.apply.len() } else { 0 });
    }
}
