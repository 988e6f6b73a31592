//! Section 1.4: tags added and removed.

use super::*;
use crate::call::example::{completed_call, ringing_call};
use crate::tags::example::{definitions, tag};
use crate::tags::{TAGS_MAX, TagSet, TagSource};

fn update(call: &mut Call, tags: &mut TagSet, removed: &[&str], added: &[(&str, &str)]) -> Applied {
    let changes = Changes {
        remove: removed.iter().map(|raw| remove(raw)).collect(),
        add: added.iter().map(|(raw, value)| add(raw, value)).collect(),
        ..Default::default()
    };
    assert!(changes.touches_tags());
    apply(&changes, call, Some(tags), &definitions(), second(200), Some(request(1)))
}

fn tagged(pairs: &[(&str, &str, TagSource)]) -> TagSet {
    let mut tags = TagSet::new();
    for (raw, value, source) in pairs {
        tags.set(&name(raw), tag(value, *source, 100));
    }
    tags
}

#[test]
fn tags_need_not_be_defined_and_know_who_set_them() {
    let mut tags = TagSet::new();
    let applied = update(&mut completed_call(), &mut tags, &[], &[("Lead-Quality", "high")]);
    assert_eq!(lines(&applied), [("tag:lead_quality", None, Some("high"))]);
    assert!(applied.tags_changed && !applied.call_changed);
    let tag = tags.get("lead_quality").unwrap();
    assert_eq!((tag.source, tag.at, tag.request), (TagSource::UpdateTags, second(200), Some(request(1))));
}

#[test]
fn adding_an_existing_tag_overwrites_it_whatever_set_it_and_when() {
    for source in [TagSource::Number, TagSource::Flow, TagSource::UpdateTags] {
        let mut tags = TagSet::new();
        tags.set(&name("lead"), tag("low", source, 999));
        let applied = update(&mut completed_call(), &mut tags, &[], &[("lead", "high")]);
        assert_eq!(lines(&applied), [("tag:lead", Some("low"), Some("high"))]);
    }
}

#[test]
fn removing_an_absent_tag_is_no_error() {
    let mut tags = tagged(&[("pending_review", "1", TagSource::Flow)]);
    let applied = update(&mut completed_call(), &mut tags, &["pending_review", "absent"], &[]);
    assert_eq!(lines(&applied), [("tag:pending_review", Some("1"), None)]);
    let applied = update(&mut completed_call(), &mut tags, &["pending_review"], &[]);
    assert!(applied.timeline.is_empty() && !applied.tags_changed);
}

#[test]
fn removal_runs_before_addition_so_a_tag_in_both_has_the_new_value() {
    let mut tags = tagged(&[("lead", "low", TagSource::Url)]);
    let applied = update(&mut completed_call(), &mut tags, &["Lead"], &[("lead", "high")]);
    assert_eq!(lines(&applied), [("tag:lead", Some("low"), Some("high"))], "one line for what became of it");
}

#[test]
fn of_two_spellings_of_one_tag_in_an_update_the_last_counts() {
    let mut tags = TagSet::new();
    let sent = [("lead_source", "first"), ("age", "3"), ("UTM source", "last")];
    let applied = update(&mut completed_call(), &mut tags, &[], &sent);
    assert_eq!(lines(&applied), [("tag:age", None, Some("3")), ("tag:lead_source", None, Some("last"))]);
}

#[test]
fn the_value_it_had_needs_no_line_but_is_now_said_by_the_update() {
    let mut tags = tagged(&[("lead", "high", TagSource::CallData)]);
    let applied = update(&mut completed_call(), &mut tags, &[], &[("lead", "high")]);
    assert!(applied.timeline.is_empty() && applied.tags_changed);
    assert_eq!(tags.get("lead").unwrap().source, TagSource::UpdateTags);
    let applied = update(&mut completed_call(), &mut tags, &[], &[("lead", "high")]);
    assert!(!applied.tags_changed, "nothing to store the second time");
}

#[test]
fn an_alias_means_its_custom_tag_and_a_value_that_does_not_fit_is_flagged() {
    let mut tags = tagged(&[("utm_source", "older than the definition", TagSource::Url)]);
    update(&mut completed_call(), &mut tags, &[], &[("utm_source", "google"), ("age", "old")]);
    assert_eq!(tags.get("lead_source").unwrap().value, "google");
    assert!(tags.get("age").unwrap().flagged && !tags.get("lead_source").unwrap().flagged);
    update(&mut completed_call(), &mut tags, &["utm_source"], &[]);
    assert_eq!((tags.get("lead_source"), tags.get("utm_source")), (None, None));
}

#[test]
fn of_two_names_of_one_tag_the_last_is_the_one_that_was_added() {
    let mut tags = TagSet::new();
    let sent = [("utm_source", "a"), ("age", "1"), ("lead_source", "b")];
    for _again in 0..2 {
        let mut applied = update(&mut completed_call(), &mut tags, &[], &sent);
        applied.added.sort_unstable();
        assert_eq!(applied.added, [1, 2], "also when the call has it already");
    }
}

#[test]
fn a_tag_of_a_header_can_be_removed_by_the_headers_own_name() {
    let mut tags = tagged(&[("lead", "1", TagSource::Header), ("axis", "1", TagSource::Url)]);
    update(&mut completed_call(), &mut tags, &["X-Lead", "x_axis"], &[]);
    assert_eq!(tags.get("lead"), None);
    assert!(tags.get("axis").is_some(), "never a header, so never with an X-");
}

#[test]
fn state_and_zip_as_tags_are_those_of_the_call() {
    let (mut call, mut tags) = (ringing_call(), TagSet::new());
    let applied = update(&mut call, &mut tags, &[], &[("caller_state", "nv"), ("ZIP", "89001")]);
    assert_eq!(lines(&applied), [("state", None, Some("NV")), ("zip", None, Some("89001"))]);
    assert!(applied.live && applied.call_changed && applied.tags_changed);
    let applied = update(&mut call, &mut tags, &["state", "zip"], &[]);
    assert_eq!(lines(&applied), [("state", Some("NV"), None), ("zip", Some("89001"), None)]);
    assert_eq!((call.state, call.zip), (None, None));
}

#[test]
fn a_tag_beyond_the_500th_is_skipped_and_said() {
    let mut tags = TagSet::new();
    for number in 0..TAGS_MAX {
        tags.set(&name(&format!("t{number}")), tag("1", TagSource::Url, 1));
    }
    let applied = update(&mut completed_call(), &mut tags, &[], &[("a", "1"), ("b", "1"), ("t7", "2")]);
    assert_eq!(lines(&applied), [("tag:t7", Some("1"), Some("2"))]);
    assert_eq!(applied.added, [2], "only what was taken counts as added");
    assert_eq!(applied.skipped.len(), 1);
    assert!(applied.skipped[0].reason.contains(&TAGS_MAX.to_string()));
    let applied = update(&mut completed_call(), &mut tags, &["t1"], &[("a", "1")]);
    assert!(applied.skipped.is_empty(), "the removal made room");
}

#[test]
fn a_tag_that_updates_may_not_set_is_skipped_and_said() {
    let mut urls_only = crate::tags::example::custom("from_url");
    urls_only.sources = Some(vec![TagSource::Url]);
    let defs = Definitions::new(vec![urls_only]);
    let changes = Changes { add: vec![add("from_url", "x"), add("free", "y")], ..Default::default() };
    let mut tags = TagSet::new();
    let applied =
        apply(&changes, &mut completed_call(), Some(&mut tags), &defs, second(200), Some(request(1)));
    assert_eq!(lines(&applied), [("tag:free", None, Some("y"))]);
    assert_eq!((applied.added, applied.skipped[0].field), (vec![1], "add"));
}
