use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

const TAGS: [(&str, &str); 6] = [
    ("lead_source", "Google Ads"),
    ("age", " 65.0 "),
    ("city", "KÖLN"),
    ("empty", ""),
    ("word", "sixty"),
    ("zip_code", "02134"),
];

fn lookup(name: &str) -> Option<Cow<'static, str>> {
    TAGS.iter().find(|(known, _)| *known == name).map(|(_, value)| Cow::Borrowed(*value))
}

fn parse(json: &Value) -> Result<Condition, String> {
    let raw = RawValue::from_string(json.to_string()).unwrap();
    Condition::parse(&raw, "filter").map_err(|problem| problem.to_string())
}

fn passes(json: &Value) -> bool {
    let condition = parse(json).unwrap();
    let passed = condition.evaluate(&lookup);
    assert_eq!(condition.explain(&lookup).passed(), passed, "{json}");
    passed
}

fn leaf(tag: &str, op: &str, value: impl Into<Value>) -> Value {
    json!({"tag": tag, "op": op, "value": value.into()})
}

#[test]
fn every_comparison_by_example() {
    for (passing, failing) in [
        (leaf("lead_source", "equals", "google ads"), leaf("lead_source", "equals", "google")),
        (leaf("lead_source", "not_equals", "bing"), leaf("lead_source", "not_equals", "GOOGLE ADS")),
        (leaf("lead_source", "contains", "E A"), leaf("lead_source", "contains", "bing")),
        (leaf("lead_source", "not_contains", "bing"), leaf("lead_source", "not_contains", "ads")),
        (leaf("lead_source", "starts_with", "goo"), leaf("lead_source", "starts_with", "ads")),
        (leaf("lead_source", "ends_with", "ADS"), leaf("lead_source", "ends_with", "google")),
        (leaf("lead_source", "matches", "^goo+gle\\b"), leaf("lead_source", "matches", "^ads")),
        (leaf("city", "equals", "köln"), leaf("city", "equals", "koln")),
        (leaf("empty", "equals", ""), leaf("lead_source", "equals", "")),
        (json!({"tag": "empty", "op": "exists"}), json!({"tag": "nothing", "op": "exists"})),
        (json!({"tag": "nothing", "op": "not_exists"}), json!({"tag": "empty", "op": "not_exists"})),
        (
            json!({"tag": "zip_code", "op": "is_one_of", "values": ["90210", "02134"]}),
            json!({"tag": "zip_code", "op": "is_one_of", "values": [90210, 2134]}),
        ),
        (
            json!({"tag": "city", "op": "is_not_one_of", "values": ["Bonn", "Berlin"]}),
            json!({"tag": "city", "op": "is_not_one_of", "values": ["Bonn", "köln"]}),
        ),
        (leaf("age", "greater_than", 64), leaf("age", "greater_than", 65)),
        (leaf("age", "at_least", "65"), leaf("age", "at_least", "65.000001")),
        (leaf("age", "less_than", 66), leaf("age", "less_than", 65)),
        (leaf("age", "at_most", 65), leaf("age", "at_most", 64.5)),
        (
            json!({"tag": "age", "op": "between", "from": 18, "to": 65}),
            json!({"tag": "age", "op": "between", "from": "65.1", "to": "70"}),
        ),
    ] {
        assert!(passes(&passing), "{passing}");
        assert!(!passes(&failing), "{failing}");
        assert!(passes(&json!({"not": failing})) && !passes(&json!({"not": passing})));
    }
}

#[test]
fn case_counts_if_it_says_so() {
    for (op, value, other) in [
        ("equals", "Google Ads", "google ads"),
        ("contains", "gle", "GLE"),
        ("starts_with", "Goo", "goo"),
        ("ends_with", "Ads", "ads"),
        ("matches", "Ads$", "ads$"),
    ] {
        let sensitive =
            |value| json!({"tag": "lead_source", "op": op, "value": value, "case_sensitive": true});
        assert!(passes(&sensitive(value)), "{op} {value}");
        assert!(!passes(&sensitive(other)), "{op} {other}");
    }
    let list = |value| json!({"tag": "city", "op": "is_one_of", "values": [value], "case_sensitive": true});
    assert!(passes(&list("KÖLN")) && !passes(&list("köln")));
}

#[test]
fn a_tag_is_asked_for_by_its_normal_name() {
    assert!(passes(&leaf("Lead-Source", "equals", "google ads")));
    let condition = parse(&json!({"any": [leaf("B b", "equals", 1), leaf("a", "equals", 1)]})).unwrap();
    let asked = std::cell::RefCell::new(Vec::new());
    condition.evaluate(&|name| {
        asked.borrow_mut().push(name.to_owned());
        None
    });
    assert_eq!(asked.into_inner(), ["b_b", "a"]);
}

#[test]
fn without_the_tag_only_negative_comparisons_are_true() {
    for (name, op) in Op::ALL {
        let negative = matches!(op, Op::NotEquals | Op::NotContains | Op::NotExists | Op::IsNotOneOf);
        assert_eq!(passes(&any_operand("nothing", name)), negative, "{name}");
    }
}

/// A leaf of this operation with an operand that it takes.
fn any_operand(tag: &str, op: &str) -> Value {
    match op {
        "exists" | "not_exists" => json!({"tag": tag, "op": op}),
        "is_one_of" | "is_not_one_of" => json!({"tag": tag, "op": op, "values": ["1"]}),
        "between" => json!({"tag": tag, "op": op, "from": 1, "to": 2}),
        _ => leaf(tag, op, "1"),
    }
}

#[test]
fn a_value_that_is_no_number_fails_and_says_why() {
    for op in ["greater_than", "at_least", "less_than", "at_most", "between"] {
        for tag in ["word", "empty"] {
            let condition = parse(&any_operand(tag, op)).unwrap();
            let explained = serde_json::to_value(condition.explain(&lookup)).unwrap();
            assert_eq!(explained["why"], "not a number", "{op}");
            assert_eq!(explained["passed"], false);
        }
    }
}

#[test]
fn an_explanation_shows_what_was_seen_and_what_was_not_reached() {
    let condition = parse(&json!({"any": [
        {"all": [leaf("word", "equals", "seventy"), leaf("age", "at_least", 1)]},
        leaf("nothing", "equals", "x"),
        leaf("age", "at_least", "65"),
        {"not": {"tag": "zip_code", "op": "is_one_of", "values": ["1", "2"]}},
    ]}));
    let explained = condition.unwrap().explain(&lookup);
    assert_eq!(
        serde_json::to_value(&explained).unwrap(),
        json!({"any": [
            {"all": [
                {"tag": "word", "op": "equals", "expected": "seventy", "value": "sixty", "passed": false},
            ], "passed": false},
            {"tag": "nothing", "op": "equals", "expected": "x", "value": null, "passed": false},
            {"tag": "age", "op": "at_least", "expected": "65", "value": " 65.0 ", "passed": true},
        ], "passed": true})
    );
}

#[test]
fn a_long_value_is_cut_in_the_explanation() {
    let condition = parse(&leaf("a", "equals", "é".repeat(4096))).unwrap();
    let Explained::Leaf(leaf) = condition.explain(&|_| Some("ü".repeat(4096).into())) else { panic!() };
    assert_eq!(leaf.value, Some(format!("{}…", "ü".repeat(EXPLAINED_CHARS_MAX))));
    assert_eq!(leaf.expected, Some(format!("{}…", "é".repeat(EXPLAINED_CHARS_MAX))));
}

#[test]
fn a_problem_names_its_place() {
    let deep =
        (0..=CONDITION_DEPTH_MAX).fold(json!({"tag": "a", "op": "exists"}), |inner, _| json!({"not": inner}));
    let many = json!({"all": [{"any": vec![json!({"tag": "a", "op": "exists"}); 150]},
        {"any": vec![json!({"tag": "a", "op": "exists"}); 51]}]});
    for (json, problem) in [
        (json!([]), "filter must be an object: {…}"),
        (json!({}), "filter must have one of all, any, not, or a tag with an op"),
        (json!({"all": []}), "filter.all is empty; add a condition, or leave the filter out"),
        (json!({"all": {}}), "filter.all must be a list: […]"),
        (json!({"not": []}), "filter.not must be an object: {…}"),
        (
            json!({"all": [leaf("a", "equals", 1)], "any": []}),
            "filter.any means nothing here; the fields are: all",
        ),
        (json!({"op": "equals"}), "filter.tag is missing: the name of a tag"),
        (
            json!({"tag": "!", "op": "exists"}),
            "filter.tag is wrong: a tag's name needs at least one letter or digit",
        ),
        (
            json!({"any": [{"tag": "a"}]}),
            "filter.any[0].op is missing: how the tag is compared, such as equals",
        ),
        (json!({"tag": "a", "op": "equals"}), "filter.value is missing: what the tag is compared with"),
        (leaf("a", "equals", json!([1])), "filter.value must be a text, a number, true or false"),
        (leaf("a", "contains", ""), "filter.value is empty, which every text contains; use exists"),
        (
            json!({"tag": "a", "op": "exists", "value": 1}),
            "filter.value means nothing here; the fields are: tag, op",
        ),
        (leaf("a", "is_one_of", 1), "filter.values is missing: the list of values"),
        (
            json!({"tag": "a", "op": "is_one_of", "values": []}),
            "filter.values is empty; list at least one value",
        ),
        (
            json!({"tag": "a", "op": "is_one_of", "values": vec!["v"; CONDITION_LIST_MAX + 1]}),
            "filter.values has 1001 items; 1000 are allowed",
        ),
        (leaf("a", "at_least", "ten"), "filter.value must be a number such as 65 or \"-1.50\""),
        (
            json!({"tag": "a", "op": "between", "from": 10, "to": 9.5}),
            "filter.to is less than from; exchange them",
        ),
        (
            json!({"tag": "a", "op": "at_least", "value": 1, "case_sensitive": true}),
            "filter.case_sensitive means nothing here; the fields are: tag, op, value",
        ),
        (many, "filter.all[1].any[50] is one comparison more than the 200 allowed; use is_one_of"),
        (deep, "filter.not.not.not.not.not.not.not.not is nested more than 8 deep; flatten its groups"),
    ] {
        assert_eq!(parse(&json).map(|_| ()), Err(problem.to_owned()), "{json}");
    }
    let unknown = parse(&json!({"all": [leaf("a", "equals", 1), leaf("a", "is", 1)]})).unwrap_err();
    assert!(unknown.starts_with("filter.all[1].op must be one of equals, not_equals, "), "{unknown}");
}

#[test]
fn a_pattern_is_bounded_in_length_and_in_what_it_compiles_to() {
    for pattern in ["(", "a{1000}{1000}", "\\w{300}", &"a".repeat(PATTERN_CHARS_MAX + 1), "(?=a)"] {
        let problem = parse(&leaf("a", "matches", pattern)).unwrap_err();
        assert!(problem.starts_with("filter.value "), "{problem}");
    }
    let many = json!({"any": vec![leaf("a", "matches", "x"); CONDITION_PATTERNS_MAX + 1]});
    let problem = "filter.any[20] is one regular expression more than the 20 allowed; join them with |";
    assert_eq!(parse(&many).unwrap_err(), problem);
    assert!(parse(&leaf("a", "matches", "a".repeat(PATTERN_CHARS_MAX))).is_ok());
    assert!(
        parse(&leaf("a", "matches", r"^(\+1)?(310|323|424)[2-9]\d{6}$|^medicare[-_ ]?(q[1-4])?")).is_ok()
    );
}

#[test]
fn what_was_sent_is_written_again() {
    for text in [
        r#"{"any":[{"tag":"Lead Source","op":"equals","value":150.00},{"not":{"tag":"a","op":"exists"}}]}"#,
        r#"{"tag":"a","op":"between","from":"1","to":2e3}"#,
    ] {
        let condition: Condition = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&condition).unwrap(), text);
        let again: Condition = serde_json::from_value(serde_json::from_str(text).unwrap()).unwrap();
        assert_eq!(again.leaves(), condition.leaves());
    }
    assert!(serde_json::from_str::<Condition>(r#"{"tag":"a","op":"exists","op":"exists"}"#).is_err());
}

/// Leaves that only say yes or no, and groups of them.
fn tree() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(leaf("age", "at_least", 65)),
        Just(leaf("word", "at_least", 65)),
        Just(leaf("nothing", "not_equals", "x")),
        Just(leaf("nothing", "equals", "x")),
    ];
    leaf.prop_recursive(5, 40, 4, |inner| {
        let group = prop::collection::vec(inner.clone(), 1..4);
        prop_oneof![
            group.clone().prop_map(|parts| json!({"all": parts})),
            group.prop_map(|parts| json!({"any": parts})),
            inner.prop_map(|part| json!({"not": part})),
        ]
    })
}

/// What a tree means, without short circuit.
fn meaning(json: &Value) -> bool {
    if let Some(parts) = json["all"].as_array() {
        return parts.iter().map(meaning).fold(true, |all, one| all & one);
    }
    if let Some(parts) = json["any"].as_array() {
        return parts.iter().map(meaning).fold(false, |any, one| any | one);
    }
    if json.get("not").is_some() {
        return !meaning(&json["not"]);
    }
    json["tag"] == "age" || json["op"] == "not_equals"
}

/// The tags of the leaves that were evaluated, in order.
fn reached(explained: &Explained, tags: &mut Vec<String>) {
    match explained {
        Explained::All(parts, _) | Explained::Any(parts, _) => {
            parts.iter().for_each(|part| reached(part, tags))
        }
        Explained::Not(inner, _) => reached(inner, tags),
        Explained::Leaf(leaf) => tags.push(leaf.tag.to_string()),
    }
}

proptest! {
    #[test]
    fn evaluating_and_explaining_agree_and_read_from_left_to_right(json in tree()) {
        let condition = parse(&json).unwrap();
        let explained = condition.explain(&lookup);
        prop_assert_eq!(condition.evaluate(&lookup), meaning(&json));
        prop_assert_eq!(explained.passed(), meaning(&json));
        let asked = std::cell::RefCell::new(Vec::new());
        condition.evaluate(&|name: &str| {
            asked.borrow_mut().push(name.to_owned());
            lookup(name)
        });
        let mut shown = Vec::new();
        reached(&explained, &mut shown);
        prop_assert_eq!(asked.into_inner(), shown);
    }

    #[test]
    fn any_document_is_read_or_refused(json in "\\PC{0,60}", near in r#"\{"(all|any|not|tag|op)":(\[?\{?"(tag|op)":"[a-z]{0,3}"\}?\]?|"equals"),"op":"equals","value":"?1"?\}"#) {
        for text in [json, near] {
            if let Ok(raw) = RawValue::from_string(text) {
                let _ = Condition::parse(&raw, "filter").map(|condition| condition.evaluate(&lookup));
            }
        }
    }
}
