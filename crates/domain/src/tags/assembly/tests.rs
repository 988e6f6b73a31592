//! SPEC section 3: what a call starts with.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::super::example::{custom, definitions, field, name, request};
use super::super::{CustomTag, TAGS_MAX};
use super::*;
use crate::call::example::second;
use crate::ids::WebhookId;
use crate::webhook::Field;

/// What a test sends, owned, so that each test names only what it is about.
#[derive(Default)]
struct Start {
    defs: Definitions,
    number_state: Option<&'static str>,
    number_time_zone: Option<&'static str>,
    campaign: BTreeMap<TagName, String>,
    publisher: BTreeMap<TagName, String>,
    params: Vec<(String, String)>,
    headers: Vec<(String, String)>,
    rtb: Vec<(String, String)>,
    call_data: Vec<Candidate>,
}

impl Start {
    fn assemble(&self) -> Assembled {
        assemble(StartInput {
            at: second(100),
            defs: &self.defs,
            number_state: self.number_state,
            number_time_zone: self.number_time_zone,
            campaign_defaults: &self.campaign,
            publisher_defaults: &self.publisher,
            params: &self.params,
            headers: &self.headers,
            rtb: &self.rtb,
            call_data: &self.call_data.iter().collect::<Vec<_>>(),
        })
    }

    fn value(&self, key: &str) -> Option<String> {
        self.assemble().tags.get(key).map(|tag| tag.value.clone())
    }
}

fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
    list.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn defaults(key: &str, value: &str) -> BTreeMap<TagName, String> {
    BTreeMap::from([(name(key), value.to_owned())])
}

fn candidate(number: u128, at_seconds: i64, fields: Vec<Field>) -> Candidate {
    Candidate {
        request: request(number),
        webhook: WebhookId(Uuid::from_u128(number)),
        received_at: second(at_seconds),
        consumed: false,
        fields,
    }
}

#[test]
fn each_source_is_outranked_by_the_next() {
    let defaulted = CustomTag { default: Some("default".into()), ..custom("state_of_mind") };
    let mut start = Start { defs: Definitions::new(vec![defaulted]), ..Default::default() };
    assert_eq!(start.value("state_of_mind").as_deref(), Some("default"));
    start.campaign = defaults("state_of_mind", "campaign");
    assert_eq!(start.value("state_of_mind").as_deref(), Some("campaign"));
    start.publisher = defaults("state_of_mind", "publisher");
    assert_eq!(start.value("state_of_mind").as_deref(), Some("publisher"));
    start.params = pairs(&[("State-of-Mind", "url")]);
    assert_eq!(start.value("state_of_mind").as_deref(), Some("url"));
    start.headers = pairs(&[("X-State-Of-Mind", "header")]);
    assert_eq!(start.value("state_of_mind").as_deref(), Some("header"));
    start.rtb = pairs(&[("STATE_OF_MIND", "rtb")]);
    assert_eq!(start.value("state_of_mind").as_deref(), Some("rtb"));
    start.call_data = vec![candidate(1, 50, vec![field("state_of_mind", "call_data")])];
    assert_eq!(start.value("state_of_mind").as_deref(), Some("call_data"));
}

#[test]
fn the_number_tells_state_and_time_zone_until_anything_else_does() {
    let mut start = Start {
        number_state: Some("CA"),
        number_time_zone: Some("America/Los_Angeles"),
        ..Default::default()
    };
    let assembled = start.assemble();
    assert_eq!((assembled.state.as_deref(), assembled.zip), (Some("CA"), None));
    assert_eq!(assembled.tags.get("state").unwrap().source, TagSource::Number);
    assert_eq!(assembled.tags.get("time_zone").unwrap().value, "America/Los_Angeles");
    start.campaign = defaults("state", "nv");
    assert_eq!(start.assemble().state.as_deref(), Some("NV"));
}

#[test]
fn every_parameter_and_every_header_becomes_a_tag_but_for_secrets() {
    let start = Start {
        params: pairs(&[
            ("utm_campaign", "q1"),
            ("gclid", ""),
            ("moja_auth_key", "hk_secret"),
            ("auth_key", "hk"),
        ]),
        headers: pairs(&[
            ("User-Agent", "curl"),
            ("X-Lead", "hot"),
            ("Authorization", "Bearer hk_secret"),
            ("Cookie", "session=hk_secret"),
            ("Referer", "https://h.example/call-data?moja_auth_key=hk_secret"),
        ]),
        ..Default::default()
    };
    let assembled = start.assemble();
    let names: Vec<_> = assembled.tags.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["gclid", "lead", "user_agent", "utm_campaign"]);
    assert_eq!(assembled.dropped, 0, "secrets are kept out, not dropped");
    assert!(!assembled.tags.to_stored().contains("hk"));
    let lead = assembled.tags.get("lead").unwrap();
    assert_eq!((lead.source, lead.at, lead.request), (TagSource::Header, second(100), None));
}

#[test]
fn an_alias_becomes_its_custom_tag_and_a_value_that_does_not_fit_is_kept_and_flagged() {
    let start = Start {
        defs: definitions(),
        params: pairs(&[("utm_source", "google"), ("age", "unknown")]),
        ..Default::default()
    };
    let tags = start.assemble().tags;
    assert_eq!(tags.get("lead_source").unwrap().value, "google");
    assert_eq!(tags.get("utm_source"), None);
    let age = tags.get("age").unwrap();
    assert_eq!((age.value.as_str(), age.flagged), ("unknown", true));
}

#[test]
fn a_source_that_a_definition_does_not_allow_sets_nothing() {
    let start = Start {
        defs: definitions(),
        params: pairs(&[("verdict", "sold")]),
        headers: pairs(&[("X-Verdict", "sold")]),
        call_data: vec![candidate(1, 50, vec![field("verdict", "sold")])],
        ..Default::default()
    };
    assert_eq!(start.value("verdict"), None);
}

#[test]
fn call_data_fields_become_tags_only_if_they_match_a_defined_custom_tag() {
    let fields = vec![field("lead_source", "google_ads"), field("landing_page", "medicare-info")];
    let start =
        Start { defs: definitions(), call_data: vec![candidate(1, 50, fields)], ..Default::default() };
    let tags = start.assemble().tags;
    assert_eq!(tags.get("landing_page"), None);
    let tag = tags.get("lead_source").unwrap();
    assert_eq!((tag.value.as_str(), tag.source), ("google_ads", TagSource::CallData));
    assert_eq!((tag.at, tag.request), (second(50), Some(request(1))));
}

#[test]
fn state_and_zip_are_updated_by_each_of_their_names_in_any_case() {
    for (sent, state, zip) in [
        ("state", Some("TX"), None),
        ("Caller_State", Some("TX"), None),
        ("ZIP", None, Some("tx")),
        ("zip_code", None, Some("tx")),
        ("Caller-Zip", None, Some("tx")),
    ] {
        let start =
            Start { call_data: vec![candidate(1, 50, vec![field(sent, " tx ")])], ..Default::default() };
        let assembled = start.assemble();
        assert_eq!((assembled.state.as_deref(), assembled.zip.as_deref()), (state, zip), "{sent}");
        let start = Start { params: pairs(&[(sent, "tx")]), ..Default::default() };
        assert_eq!(start.assemble().state.as_deref(), state, "{sent} as a parameter");
    }
}

#[test]
fn a_state_that_is_no_code_and_a_zip_stay_as_sent_and_an_empty_one_hides_nothing() {
    let fields = vec![field("state", "California"), field("zip", "02134")];
    let mut start = Start { call_data: vec![candidate(1, 50, fields)], ..Default::default() };
    let assembled = start.assemble();
    assert_eq!((assembled.state.as_deref(), assembled.zip.as_deref()), (Some("California"), Some("02134")));
    start.call_data = vec![candidate(1, 50, vec![field("state", " ")])];
    start.number_state = Some("NY");
    assert_eq!(start.assemble().state.as_deref(), Some("NY"));
}

#[test]
fn between_requests_the_newer_value_wins_also_against_a_body_of_an_older_one() {
    let newer = Field { source: TagSource::Url, ..field("lead_source", "newer") };
    let start = Start {
        defs: definitions(),
        call_data: vec![
            candidate(1, 40, vec![field("lead_source", "older"), field("age", "42")]),
            candidate(2, 50, vec![newer]),
        ],
        ..Default::default()
    };
    assert_eq!(start.value("lead_source").as_deref(), Some("newer"));
    assert_eq!(start.value("age").as_deref(), Some("42"), "what the newer does not say stands");
}

#[test]
fn a_call_takes_500_tags_the_strongest_first_and_counts_the_rest() {
    let many = |kind: &str, count: usize| -> Vec<(String, String)> {
        (0..count).map(|number| (format!("{kind}{number}"), "1".to_owned())).collect()
    };
    let start = Start {
        number_state: Some("CA"),
        params: many("param", 300),
        headers: many("header", 300),
        ..Default::default()
    };
    let assembled = start.assemble();
    assert_eq!((assembled.tags.len(), assembled.dropped), (TAGS_MAX, 101));
    let headers = assembled.tags.iter().filter(|(_, tag)| tag.source == TagSource::Header).count();
    assert_eq!((headers, assembled.state.as_deref()), (300, Some("CA")));
}

#[test]
fn a_value_over_4096_characters_or_a_name_that_is_none_is_dropped_and_counted() {
    let long = "é".repeat(TAG_VALUE_CHARS_MAX);
    let longer = format!("{long}é");
    let start = Start {
        params: pairs(&[("long", &long), ("longer", &longer), ("!", "1")]),
        headers: pairs(&[(&"h".repeat(129), "1")]),
        ..Default::default()
    };
    let assembled = start.assemble();
    assert_eq!((assembled.tags.len(), assembled.dropped), (1, 3));
    assert_eq!(assembled.tags.get("long").unwrap().value, long);
}
