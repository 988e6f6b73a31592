//! What holds for every input.

use proptest::prelude::*;

use super::WebhookKind::{
    CallData as Data, UpdateFields as Any, UpdateRevenue as Revenue, UpdateTags as Tags,
};
use super::*;

fn kind() -> impl Strategy<Value = WebhookKind> {
    prop_oneof![Just(Data), Just(Revenue), Just(Tags), Just(Any)]
}

/// Text that is likely to reach deep into the parsers.
fn jsonish() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        Just("{"),
        Just("}"),
        Just("["),
        Just("]"),
        Just(","),
        Just(":"),
        Just("\""),
        Just("\\u00"),
        Just("\\"),
        Just("\"call_log_id\":\"a\""),
        Just("\"add\":"),
        Just("\"fields\":{"),
        Just("\"amount\":1"),
        Just("null"),
        Just("\"from\":\"+13105559876\""),
        Just("-1.5e3"),
        Just("\u{1F600}"),
        Just(" "),
        Just("true"),
        Just("\\ud83d"),
    ];
    proptest::collection::vec(part, 0..24).prop_map(|parts| format!("{{{}", parts.concat()))
}

/// Names that stand for nothing but themselves in every type.
fn flat() -> impl Strategy<Value = std::collections::BTreeMap<String, String>> {
    proptest::collection::btree_map("z[a-z0-9]{0,12}", "[^\0]{0,20}", 1..20)
}

fn json_value() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<f64>().prop_map(Into::into),
        "[^\0]{0,12}".prop_map(Into::into),
    ];
    leaf.prop_recursive(5, 40, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Into::into),
            proptest::collection::btree_map("[^\0]{0,6}", inner, 0..6)
                .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
        ]
    })
}

/// Our tree as serde_json's.
fn same(value: &value::Value<'_>) -> serde_json::Value {
    use value::Value;
    match value {
        Value::Null => serde_json::Value::Null,
        Value::Bool(value) => (*value).into(),
        Value::Number(text) => serde_json::from_str(text).unwrap(),
        Value::String { text, raw } => {
            assert_eq!(serde_json::from_str::<String>(raw).unwrap(), text.as_ref());
            text.as_ref().into()
        }
        Value::Text(_) => panic!("no parameter is in JSON"),
        Value::Array(items) => items.iter().map(same).collect(),
        Value::Object(members) => {
            members.iter().map(|(name, value)| (name.to_string(), same(value))).collect()
        }
    }
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(kind in kind(), body in any::<Vec<u8>>(), query in ".{0,80}", header in any::<Vec<u8>>()) {
        let headers: [(&str, &[u8]); 3] = [JSON, ("idempotency-key", &header), ("x-any", &header)];
        for headers in [&headers[..], &[FORM]] {
            let _result = read(&RawRequest { kind, method: Method::Post, query: &query, headers, body: &body }, us());
        }
        let _result = key_in_query(&query);
    }

    #[test]
    fn no_near_json_makes_it_panic_and_all_that_is_accepted_is_json(kind in kind(), body in jsonish()) {
        let request = json(kind, &body);
        if let Ok(request) = request {
            prop_assert!(serde_json::from_str::<serde_json::Value>(&body).is_ok());
            if let Command::Update(update) = request.command {
                let bytes = update_answer(kind, &update, &[], &Default::default(), &[], &[]);
                prop_assert!(serde_json::from_slice::<serde_json::Value>(&bytes).is_ok());
            }
        }
    }

    #[test]
    fn json_is_read_as_the_usual_library_reads_it(value in json_value()) {
        for text in [value.to_string(), serde_json::to_string_pretty(&value).unwrap()] {
            match super::super::json::read(text.as_bytes()) {
                Ok((members, _)) => prop_assert_eq!(same(&value::Value::Object(members)), serde_json::from_str::<serde_json::Value>(&text).unwrap()),
                Err(refusal) => prop_assert!(!value.is_object(), "{}", refusal.message),
            }
        }
    }

    #[test]
    fn flat_json_and_the_same_form_and_query_are_one_request(fields in flat(), kind in kind()) {
        let mut fields = fields;
        fields.insert("call_log_id".to_owned(), "a".to_owned());
        fields.insert("from".to_owned(), "+13105559876".to_owned());
        fields.insert("amount".to_owned(), "1.5".to_owned());
        fields.insert("remove".to_owned(), "b".to_owned());
        let body = serde_json::to_string(&fields).unwrap();
        let encoded = form_urlencoded::Serializer::new(String::new()).extend_pairs(&fields).finish();
        let [first, second, third] = [json(kind, &body), form(kind, &encoded), get(kind, &encoded)].map(Result::unwrap);
        prop_assert_eq!(first.fingerprint, second.fingerprint);
        prop_assert_eq!(second.fingerprint, third.fingerprint);
        if let (Command::Update(first), Command::Update(second)) = (first.command, second.command) {
            prop_assert_eq!(first, second);
        }
    }

    #[test]
    fn a_duplicate_is_always_refused(fields in flat(), at in any::<prop::sample::Index>(), kind in kind(), other in "[a-z]{0,5}") {
        let (name, _) = fields.iter().nth(at.index(fields.len())).unwrap();
        let body = serde_json::to_string(&fields).unwrap();
        let twice = format!("{},\"{name}\":\"{other}\"}}", &body[..body.len() - 1]);
        refused(json(kind, &twice), "duplicate_key", name);
        let nested = format!("{{\"deep\":[{{\"er\":{twice}}}]}}");
        refused(json(kind, &nested), "duplicate_key", name);
        let encoded = form_urlencoded::Serializer::new(String::new()).extend_pairs(&fields).append_pair(name, &other).finish();
        refused(get(kind, &encoded), "repeated_parameter", name);
        refused(form(kind, &encoded), "repeated_parameter", name);
    }

    #[test]
    fn the_key_gets_nowhere(kind in kind(), place in 0..6usize, around in "[a-z]{0,5}") {
        let with_key = format!("{around}{KEY}{around}");
        let mut slots = ["x", "x", "x", "x", "x", "x"];
        slots[place] = &with_key;
        let [reason, tag, header, custom, name, id] = slots;
        let body = format!(
            r#"{{"call_log_id":"{id}","from":"+13105559876","amount":1,"reason":"{reason}","add":{{"t":"{tag}"}},"c":"{custom}","n_{name}":1}}"#
        );
        let request = read_raw(kind, Method::Post, "", &[JSON, ("referer", header.as_bytes())], body.as_bytes());
        let told = format!("{request:?}");
        prop_assert!(!told.contains(KEY));
    }

    #[test]
    fn another_value_has_another_fingerprint(fields in flat(), at in any::<prop::sample::Index>()) {
        let print = |fields: &std::collections::BTreeMap<String, String>| {
            let mut fields = fields.clone();
            fields.insert("from".to_owned(), "+13105559876".to_owned());
            json(Data, &serde_json::to_string(&fields).unwrap()).unwrap().fingerprint
        };
        let first = print(&fields);
        let mut other = fields.clone();
        other.values_mut().nth(at.index(fields.len())).unwrap().push('x');
        prop_assert_ne!(print(&other), first);
        let name = other.keys().next().unwrap().clone();
        other.remove(&name);
        prop_assert_ne!(print(&other), first);
    }
}
