use super::*;
use crate::document::Problem;
use crate::money::Money;

fn target_problem(changes: Value) -> String {
    let mut json = json!({"name": "t", "destination": "+13105550100"});
    json.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    Target::parse(id(1), &raw(&json)).map_or_else(|problem| problem.to_string(), |_| "none".into())
}

fn plan_problem(changes: Value) -> String {
    let mut json = json!({"name": "p", "routes": routes(&[(1, 1, 1)])});
    json.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    RoutingPlan::parse(plan_id(1), &raw(&json)).map_or_else(|problem| problem.to_string(), |_| "none".into())
}

#[test]
fn a_target_has_defaults() {
    let target = target(1, json!({}));
    assert_eq!(
        serde_json::to_value(&target).unwrap(),
        json!({"id": id(1), "name": "t1", "destination": "+13105550100", "enabled": true, "ring_seconds": 30,
            "time_zone": "UTC", "caps": {}})
    );
}

#[test]
fn a_target_is_written_as_it_is_read() {
    let text = format!(
        concat!(
            r#"{{"id":"{}","name":"Acme","destination":"sip:sales@acme.example","enabled":false,"#,
            r#""ring_seconds":20,"time_zone":"America/New_York","hours":{{"time_zone":"Asia/Kolkata","#,
            r#""week":{{"monday":[{{"from":"09:00","to":"24:00"}}]}},"exceptions":[{{"date":"2026-12-25","#,
            r#""closed":true,"name":"Christmas"}}]}},"caps":{{"hour":5,"total":1000}},"concurrency":3,"#,
            r#""conversion":{{"connected_seconds":90,"revenue":25.00,"payout":18.123456}},"#,
            r#""availability":{{"url":"https://acme.example/open?zip=[ZIP_CODE]","timeout_ms":800}}}}"#
        ),
        id(1)
    );
    let parsed = Target::parse(id(1), serde_json::from_str(&text).unwrap()).unwrap();
    assert_eq!(serde_json::to_string(&parsed).unwrap(), text);
    assert_eq!(parsed.conversion.unwrap().payout, Money::from_micros(18_123_456));
}

#[test]
fn a_plan_is_written_as_it_is_read_its_overrides_in_order() {
    let filter = json!({"tag": "state", "op": "equals", "value": "CA"});
    let json = json!({"id": plan_id(1), "name": "plan",
        "routes": [{"target": id(1), "priority": 2, "weight": 30, "filter": filter, "enabled": false,
            "conversion": {"connected_seconds": 60}}],
        "strategy": "simultaneous", "simultaneous_max": 4,
        "duplicates": {"window_seconds": 3600, "counts": "connected", "then": "same_target"},
        "overrides": [
            {"order": 1, "caller": "+1310*", "filter": filter, "then": {"reject": "no"}},
            {"order": 2, "publisher": publisher(1), "then": {"target": id(1)}},
            {"order": 5, "caller": CALLER, "then": {"plan": plan_id(2)}},
        ],
        "fallback": id(2)});
    let mut sent = json.clone();
    sent["overrides"].as_array_mut().unwrap().reverse();
    assert_eq!(serde_json::to_value(plan(1, sent)).unwrap(), json);
    let least = plan(1, json!({"routes": [{"target": id(1)}]}));
    assert_eq!((least.strategy, least.simultaneous_max), (DialStrategy::Sequential, 3));
    assert_eq!((least.routes[0].priority, least.routes[0].weight, least.routes[0].enabled), (1, 1, true));
}

#[test]
fn problems_of_a_target_name_the_field() {
    for (changes, problem) in [
        (json!({"id": id(1), "hours": null}), "none"),
        (json!({"id": id(2)}), "id is not this one's; leave it out"),
        (json!({"name": "  "}), "name is empty; write what people call it"),
        (
            json!({"destination": "3105550100"}),
            "destination is wrong: not a phone number: write it with its country code, such as +13105550100, \
             or a sip: or https:// address",
        ),
        (json!({"ring_seconds": 0}), "ring_seconds must be a whole number from 1 to 600"),
        (json!({"caps": {"day": 0}}), "caps.day must be a whole number from 1 to 1000000000"),
        (
            json!({"caps": {"week": 1}}),
            "caps.week means nothing here; the fields are: hour, day, month, total",
        ),
        (json!({"concurrency": 1.5}), "concurrency must be a whole number from 1 to 100000"),
        (
            json!({"conversion": {"connected_seconds": 1, "payout": -1}}),
            "conversion.payout is wrong: must not be negative: send 0 or more",
        ),
        (
            json!({"conversion": {"connected_seconds": 0}}),
            "conversion.connected_seconds must be a whole number from 1 to 86400",
        ),
        (
            json!({"availability": {"url": "https://[HOST]/"}}),
            "availability.url has a tag in its host; tags may stand in its path and query only",
        ),
        (
            json!({"availability": {"url": "https://a.example", "timeout_ms": 99}}),
            "availability.timeout_ms must be a whole number from 100 to 5000",
        ),
        (json!({"hours": {"time_zone": "UTC"}}), "hours.week is missing: the intervals of each weekday"),
    ] {
        assert_eq!(target_problem(changes.clone()), problem, "{changes}");
    }
    assert!(
        target_problem(json!({"weight": 1}))
            .starts_with("weight means nothing here; the fields are: id, name")
    );
}

#[test]
fn problems_of_a_plan_name_the_field() {
    let exception = |order: u32, more: Value| {
        let mut json = json!({"order": order, "caller": "+1310*", "then": {"reject": "no"}});
        json.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json
    };
    let overrides = |list: &[Value]| json!({"overrides": list});
    for (changes, problem) in [
        (json!({"routes": []}), "routes is empty; add a target, or name a fallback"),
        (json!({"routes": [], "fallback": id(1)}), "none"),
        (json!({"routes": routes(&[(1, 0, 1)])}), "routes[0].priority must be a whole number from 1 to 1000"),
        (
            json!({"routes": routes(&[(1, 1, 1), (1, 1, 0)])}),
            "routes[1].weight must be a whole number from 1 to 1000",
        ),
        (json!({"routes": vec![json!({"target": id(1)}); 1_001]}), "routes has 1001 items; 1000 are allowed"),
        (json!({"routes": [{}]}), "routes[0].target is missing: the id of a target"),
        (
            json!({"routes": [{"target": id(1), "filter": {"all": [{"tag": "a", "op": "at_least", "value": "x"}]}}]}),
            "routes[0].filter.all[0].value must be a number such as 65 or \"-1.50\"",
        ),
        (
            json!({"duplicates": {"window_seconds": 60, "then": "ignore"}}),
            "duplicates.then must be one of route_normally, reject, same_target, other_target",
        ),
        (
            overrides(&[exception(1, json!({})), exception(1, json!({}))]),
            "overrides[1].order is another override's too; give each its own",
        ),
        (
            overrides(&[exception(1, json!({"caller": null}))]),
            "overrides[0] would apply to every call; name a publisher, a caller or a filter",
        ),
        (
            overrides(&[exception(1, json!({"caller": "1310*"}))]),
            "overrides[0].caller is wrong: write a number with its country code, such as +13105550100, or its \
             beginning and a star, such as +1310*",
        ),
        (
            overrides(&[exception(1, json!({"then": {}}))]),
            "overrides[0].then.reject is missing: or target or plan: what happens to the call",
        ),
        (
            overrides(&[exception(1, json!({"then": {"reject": "no", "target": id(1)}}))]),
            "overrides[0].then.reject means nothing here; the fields are: target",
        ),
    ] {
        assert_eq!(plan_problem(changes.clone()), problem, "{changes}");
    }
}

#[test]
fn what_a_plan_names_must_exist() {
    let then = |order: u32, then: Value| json!({"order": order, "caller": "+1310*", "then": then});
    let plan = plan(
        1,
        json!({"routes": routes(&[(1, 1, 1), (7, 1, 1)]), "fallback": id(8),
            "overrides": [then(1, json!({"target": id(9)})), then(2, json!({"plan": plan_id(1)})),
                then(3, json!({"plan": plan_id(2)})), then(4, json!({"target": id(1)}))]}),
    );
    let directory = Directory::new([Arc::new(target(1, json!({})))], [Arc::new(plan.clone())]);
    let paths: Vec<String> = plan.unknown(&directory).into_iter().map(|Problem { path, .. }| path).collect();
    let expected = [
        "routes[1].target",
        "fallback",
        "overrides[0].then.target",
        "overrides[1].then.plan",
        "overrides[2].then.plan",
    ];
    assert_eq!(paths, expected);
}
