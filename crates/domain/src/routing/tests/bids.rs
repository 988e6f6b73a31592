use super::*;
use crate::money::Money;

fn paying(number: u128, payout: Option<&str>, changes: Value) -> Target {
    let mut json = changes;
    if let Some(payout) = payout {
        json["conversion"] = json!({"connected_seconds": 90, "payout": payout});
    }
    target(number, json)
}

#[test]
fn every_route_that_takes_the_call_is_offered_the_best_paid_first() {
    let targets = vec![
        paying(1, Some("10"), json!({})),
        paying(2, None, json!({})),
        paying(3, Some("18"), json!({"availability": {"url": "https://a.example"}})),
        paying(4, Some("10"), json!({})),
        paying(5, Some("99"), json!({"enabled": false})),
        paying(6, Some("12"), json!({"caps": {"total": 7}})),
    ];
    let mut list = routes(&[(1, 2, 1), (2, 1, 1), (3, 5, 1), (4, 1, 1), (5, 1, 1), (6, 1, 1), (1, 3, 1)]);
    list[6]["conversion"] = json!({"connected_seconds": 5, "payout": 11});
    let world = World::new(targets, vec![plan(1, json!({"routes": list}))]);
    let bid = world.eligible();
    let offered: Vec<(u128, Option<i64>, bool)> = bid
        .routes
        .iter()
        .map(|route| (route.target.0.as_u128(), route.payout.map(Money::micros), route.must_ask))
        .collect();
    let usd = |amount: i64| Some(amount * 1_000_000);
    assert_eq!(
        offered,
        [(3, usd(18), true), (6, usd(12), false), (1, usd(11), false), (4, usd(10), false), (2, None, false),]
    );
    assert_eq!(bid.routes[1].claims.len(), 1);
    assert_eq!(bid.refusal, None);
}

#[test]
fn a_bid_without_a_route_says_why() {
    let mut world = World::new(
        vec![target(1, json!({"caps": {"day": 1}})), target(2, json!({}))],
        vec![plan(
            1,
            json!({"routes": routes(&[(1, 1, 1)]), "overrides": [
                {"order": 1, "publisher": publisher(1), "then": {"reject": "not yours"}},
                {"order": 2, "publisher": publisher(2), "then": {"target": id(2)}},
            ]}),
        )],
    );
    world.count(1, CapPeriod::Day, 1);
    let bid = world.eligible();
    assert_eq!((bid.routes.len(), bid.refusal.unwrap().reason), (0, RejectReason::AllCapped));
    world.publisher = Some(publisher(1));
    assert_eq!(world.eligible().refusal.unwrap().message, "not yours");
    world.publisher = Some(publisher(2));
    let targets: Vec<TargetId> = world.eligible().routes.iter().map(|route| route.target).collect();
    assert_eq!(targets, [id(2)]);
}

#[test]
fn a_duplicates_bid_follows_the_rule() {
    for (then, expected) in [
        ("route_normally", Ok(vec![1, 2])),
        ("same_target", Ok(vec![2])),
        ("other_target", Ok(vec![1])),
        ("reject", Err(RejectReason::Duplicate)),
    ] {
        let rule = json!({"window_seconds": 60, "then": then});
        let mut world =
            World::plain(2, json!({"routes": routes(&[(1, 1, 1), (2, 2, 1)]), "duplicates": rule}));
        let at = world.now.plus_seconds(-5);
        world.previous = vec![PreviousCall { target: Some(id(2)), at, connected: true, converted: true }];
        let bid = world.eligible();
        let offered = bid.routes.iter().map(|route| route.target.0.as_u128()).collect();
        assert_eq!(bid.refusal.map_or(Ok(offered), |refusal| Err(refusal.reason)), expected, "{then}");
    }
}

#[test]
fn the_fallback_is_offered_if_nothing_else_is() {
    let world = World::plain(2, json!({"routes": [], "fallback": id(2)}));
    assert_eq!(world.eligible().routes[0].target, id(2));
}

#[test]
fn every_refusal_has_a_code_of_its_own() {
    let mut codes = vec![
        BidRefusal::EndpointUnknown,
        BidRefusal::EndpointDisabled,
        BidRefusal::CallerMissing,
        BidRefusal::CallerInvalid,
        BidRefusal::RateLimited,
        BidRefusal::NumberMissing,
        BidRefusal::PayoutTooLow,
        BidRefusal::TimedOut,
    ];
    for reason in [
        RejectReason::NoRoute,
        RejectReason::Duplicate,
        RejectReason::Filtered,
        RejectReason::AllClosed,
        RejectReason::AllCapped,
        RejectReason::AllBusy,
        RejectReason::AllUnavailable,
        RejectReason::AllTried,
        RejectReason::OverrideReject,
        RejectReason::PlanMissing,
    ] {
        assert_eq!(serde_json::to_value(reason).unwrap(), reason.code());
        codes.push(BidRefusal::Routing(reason));
    }
    let mut words: Vec<&str> = codes.iter().map(|refusal| refusal.code()).collect();
    words.sort_unstable();
    words.dedup();
    assert_eq!(words.len(), codes.len());
    assert!(codes.iter().all(|refusal| refusal.message().ends_with('.')));
}
