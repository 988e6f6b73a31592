use std::collections::HashMap;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn render(template: &str, values: &[(&str, &str)], place: Place) -> String {
    let values: HashMap<&str, &str> = values.iter().copied().collect();
    let lookup = |name: &str| values.get(name).map(|value| Cow::Borrowed(*value));
    Template::parse(template).unwrap().render(&lookup, place)
}

fn read_json(template: &str, values: &[(&str, &str)]) -> Value {
    let text = render(template, values, Place::Json);
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

#[test]
fn a_tag_is_a_name_in_brackets_and_all_else_stays() {
    let values = [("lead", "hot"), ("x_id", "7"), ("größe", "9"), ("a1", "z")];
    for (template, text) in [
        ("[LEAD]", "hot"),
        ("a [lead], b [Lead].", "a hot, b hot."),
        ("[X-ID]/[A1]/[Größe]", "7/z/9"),
        ("<[missing]>", "<>"),
        ("[[LEAD]]", "[hot]"),
        ("[LEAD][LEAD]", "hothot"),
        ("[", "["),
        ("[]", "[]"),
        ("[LEAD", "[LEAD"),
        ("LEAD]", "LEAD]"),
        ("[lead source]", "[lead source]"),
        ("[a.b] [a,b] [1] [-] [_] [true] [null]", "[a.b] [a,b] [1] [-] [_] [true] [null]"),
        ("[lead [LEAD]", "[lead hot"),
        ("é[LEAD]é", "éhoté"),
        ("", ""),
    ] {
        assert_eq!(render(template, &values, Place::Text), text, "{template}");
    }
    assert_eq!(render(&format!("[{}]", "a".repeat(129)), &[], Place::Text).len(), 131);
}

#[test]
fn an_exclamation_mark_writes_the_brackets_themselves() {
    for (template, text) in [
        ("[!LEAD]", "[LEAD]"),
        ("[!!LEAD]", "[!LEAD]"),
        ("write [!LEAD] for [LEAD]", "write [LEAD] for hot"),
        ("[!]", "[!]"),
        ("[!1]", "[!1]"),
        ("[LEAD!]", "[LEAD!]"),
    ] {
        assert_eq!(render(template, &[("lead", "hot")], Place::Text), text, "{template}");
    }
}

#[test]
fn a_value_is_escaped_for_its_place() {
    let values = [("v", "a b&c=\"é\"\r\n+1\\%")];
    for (place, text) in [
        (Place::Text, "[ a b&c=\"é\"\r\n+1\\% ]"),
        (Place::Url, "[ a%20b%26c%3D%22%C3%A9%22%0D%0A%2B1%5C%25 ]"),
        (Place::Form, "[ a+b%26c%3D%22%C3%A9%22%0D%0A%2B1%5C%25 ]"),
        (Place::Header, "[ a b&c=\"é\"  +1\\% ]"),
    ] {
        assert_eq!(render("[ [V] ]", &values, place), text, "{place:?}");
    }
    assert_eq!(render("\"[V]\"", &values, Place::Json), r#""a b&c=\"é\"\r\n+1\\%""#);
    assert_eq!(render("a\nb[V]", &[], Place::Header), "a b");
}

#[test]
fn in_json_a_bare_tag_is_what_it_reads_as() {
    for (value, read) in [
        ("42", json!(42)),
        (" -1.5 ", json!(-1.5)),
        ("true", json!(true)),
        ("null", json!(null)),
        (r#"{"a":[1]}"#, json!({"a": [1]})),
        ("google", json!("google")),
        ("02134", json!("02134")),
        ("+13105559876", json!("+13105559876")),
        ("1e999", json!("1e999")),
        ("\"quoted\"", json!("\"quoted\"")),
        ("1,\"b\":2", json!("1,\"b\":2")),
        ("", json!("")),
    ] {
        assert_eq!(read_json(r#"{"v":[V]}"#, &[("v", value)])["v"], read, "{value}");
    }
    assert_eq!(read_json(r#"{"v":[V],"w":"[V]","l":[[V]]}"#, &[]), json!({"v": null, "w": "", "l": [null]}));
}

#[test]
fn a_name_that_ends_in_numeric_leaves_as_a_number_also_from_a_string_of_its_own() {
    for (template, value, text) in [
        (r#"{"age":"[AGE_NUMERIC]"}"#, "42", r#"{"age":42}"#),
        (r#"{"age":"[AGE_NUMERIC]"}"#, "forty", r#"{"age":"forty"}"#),
        (r#"{"age":[AGE_NUMERIC]}"#, "1.50", r#"{"age":1.50}"#),
        (r#"{"age":[AGE_NUMERIC]}"#, "true", r#"{"age":"true"}"#),
        (r#"{"age":"[AGE_NUMERIC] years"}"#, "42", r#"{"age":"42 years"}"#),
        (r#"{"[AGE_NUMERIC]" : 1}"#, "42", r#"{"42" : 1}"#),
        (r#"["[AGE_NUMERIC]","[AGE_NUMERIC]"]"#, "42", "[42,42]"),
        (r#"{"a":"\"[AGE_NUMERIC]"}"#, "42", r#"{"a":"\"42"}"#),
    ] {
        assert_eq!(render(template, &[("age_numeric", value)], Place::Json), text, "{template} {value}");
    }
    let plain = render(r#"say "[AGE_NUMERIC]""#, &[("age_numeric", "42")], Place::Text);
    assert_eq!(plain, r#"say "42""#);
}

#[test]
fn a_template_tells_whether_it_is_json_whatever_comes() {
    for json in [r#"{"a":[A],"b":"x[B]y","c":[[C],[1]],"n":"[N_NUMERIC]"}"#, "[A]", r#""\[A]""#, "[]"] {
        assert!(Template::parse(json).unwrap().is_json(), "{json}");
    }
    for other in ["", "{", r#"{"a":}"#, r#"{[A]:1}"#, r#"{"a":1[A]}"#, "[A][B]", r#""\u00[A]41""#, "a=[A]"] {
        assert!(!Template::parse(other).unwrap().is_json(), "{other}");
    }
}

#[test]
fn the_tags_of_a_template_are_named_once() {
    let template = Template::parse("[B] [a] [X-b] [b] [!c] [[A]]").unwrap();
    assert_eq!(template.tags_read().iter().map(|name| name.as_str()).collect::<Vec<_>>(), ["b", "a", "x_b"]);
    assert_eq!(Template::parse("https://a.example/[P]").unwrap().literal_start(), "https://a.example/");
    assert_eq!(Template::parse("[P]/").unwrap().literal_start(), "");
}

#[test]
fn a_template_has_bounds() {
    assert!(Template::parse(&"a".repeat(TEMPLATE_BYTES_MAX)).is_ok());
    assert_eq!(Template::parse(&"a".repeat(TEMPLATE_BYTES_MAX + 1)), Err(TemplateProblem::TooLong));
    assert!(Template::parse(&"[A]".repeat(TEMPLATE_TAGS_MAX)).is_ok());
    assert_eq!(Template::parse(&"[A]".repeat(TEMPLATE_TAGS_MAX + 1)), Err(TemplateProblem::TooManyTags));
}

/// Values with everything that could end a string, a component or a line.
fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("\"".to_owned()),
        Just("\\".to_owned()),
        Just("\r\n".to_owned()),
        Just("\u{2028}".to_owned()),
        Just("&x=1#?/".to_owned()),
        Just("\",\"admin\":true,\"z\":\"".to_owned()),
        Just("u0022".to_owned()),
        Just("[A]".to_owned()),
        "[0-9.eE+-]{0,6}",
        "\\PC{0,6}",
        any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn no_value_breaks_out_of_a_json_string(a in hostile(), b in hostile()) {
        let json = read_json(r#"{"x":"[A]","y":"pre [A]\\[B] post","[B]k":1}"#, &[("a", &a), ("b", &b)]);
        let expected = json!({"x": a, "y": format!("pre {a}\\{b} post"), format!("{b}k"): 1});
        prop_assert_eq!(json, expected);
    }

    #[test]
    fn no_bare_value_is_more_than_one_value(a in hostile(), b in hostile()) {
        let json = read_json(r#"[[A],[B_NUMERIC],"[B_NUMERIC]","end"]"#, &[("a", &a), ("b_numeric", &b)]);
        prop_assert_eq!(json.as_array().map(Vec::len), Some(4));
        prop_assert_eq!(&json[3], &json!("end"));
    }

    #[test]
    fn a_template_that_is_json_stays_json(
        pieces in prop::collection::vec(
            prop::sample::select(vec![
                "[A]", "\"", "\\", "{", "}", "[", "]", ",", ":", "1", "\\u", "00", " ", "\"[B_NUMERIC]\"", "k",
            ]),
            0..8,
        ),
        a in hostile(),
        b in hostile(),
    ) {
        let template = Template::parse(&pieces.concat()).unwrap();
        let values = [("a", a.as_str()), ("b_numeric", b.as_str())];
        if template.is_json() {
            read_json(template.as_str(), &values);
        }
    }

    #[test]
    fn no_value_breaks_out_of_a_query_or_form_component(a in hostile()) {
        for (place, template) in [(Place::Url, "?x=[A]&y=2"), (Place::Form, "x=[A]&y=2")] {
            let text = render(template, &[("a", &a)], place);
            let query = text.strip_prefix('?').unwrap_or(&text);
            prop_assert!(!text.contains(['#', ' ', '\r', '\n', '/']));
            let pairs: Vec<_> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
            prop_assert_eq!(pairs, [("x".to_owned(), a.clone()), ("y".to_owned(), "2".to_owned())]);
        }
    }

    #[test]
    fn no_value_breaks_out_of_a_header(a in hostile()) {
        let line = render("Bearer [A]", &[("a", &a)], Place::Header);
        prop_assert!(!line.chars().any(char::is_control));
    }

    #[test]
    fn any_text_is_a_template_that_is_kept_as_written(text in "(\\PC|\\[[A-Z_!]{0,4}\\]|[\"\\\\\\[\\]]){0,40}") {
        let template = Template::parse(&text).unwrap();
        prop_assert_eq!(template.as_str(), &text);
        let json = serde_json::to_string(&template).unwrap();
        prop_assert_eq!(serde_json::from_str::<Template>(&json).unwrap(), template.clone());
        for place in [Place::Url, Place::Header, Place::Json, Place::Form, Place::Text] {
            let _ = template.render(&|_| None, place);
        }
        if !text.contains('[') {
            prop_assert_eq!(template.render(&|_| None, Place::Text), text);
        }
    }
}
