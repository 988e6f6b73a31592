//! SPEC section 3: which source wins, and what is stored.

use proptest::prelude::*;

use super::super::example::{name, request, tag};
use super::*;
use crate::time::Timestamp;

const SOURCES: [TagSource; 10] = [
    TagSource::Default,
    TagSource::Number,
    TagSource::Campaign,
    TagSource::Publisher,
    TagSource::Url,
    TagSource::Header,
    TagSource::Rtb,
    TagSource::CallData,
    TagSource::Flow,
    TagSource::UpdateTags,
];

#[test]
fn a_later_source_wins_over_an_earlier_one_whatever_the_time() {
    assert!(SOURCES.is_sorted());
    for pair in SOURCES.windows(2) {
        let mut tags = TagSet::new();
        tags.set(&name("lead"), tag("later source", pair[1], 100));
        assert_eq!(tags.set(&name("lead"), tag("newer", pair[0], 200)), SetOutcome::Outranked);
        assert_eq!(tags.get("lead").unwrap().value, "later source");
        let mut tags = TagSet::new();
        tags.set(&name("lead"), tag("newer", pair[0], 200));
        let outcome = tags.set(&name("lead"), tag("later source", pair[1], 100));
        assert_eq!(outcome, SetOutcome::Set { from: Some("newer".into()) });
    }
}

#[test]
fn of_one_source_the_newer_value_wins() {
    let mut tags = TagSet::new();
    assert_eq!(tags.set(&name("a"), tag("old", TagSource::Url, 1)), SetOutcome::Set { from: None });
    assert!(tags.set(&name("a"), tag("new", TagSource::Url, 2)).changed());
    assert_eq!(tags.set(&name("a"), tag("old", TagSource::Url, 1)), SetOutcome::Outranked);
    assert_eq!(tags.set(&name("a"), tag("new", TagSource::Url, 2)), SetOutcome::Unchanged);
    assert_eq!(tags.set(&name("a"), tag("new", TagSource::Rtb, 2)), SetOutcome::Restated);
    assert_eq!(
        tags.set(&name("a"), tag("last", TagSource::Rtb, 2)),
        SetOutcome::Set { from: Some("new".into()) }
    );
}

#[test]
fn overwriting_asks_for_no_rank_and_saying_it_again_leaves_the_first_time() {
    let mut tags = TagSet::new();
    tags.overwrite(&name("a"), tag("1", TagSource::UpdateTags, 9));
    // Another node's clock may be behind; the order of commits is what counts.
    assert!(tags.overwrite(&name("a"), tag("2", TagSource::UpdateTags, 5)).changed());
    assert_eq!(tags.overwrite(&name("a"), tag("2", TagSource::UpdateTags, 99)), SetOutcome::Unchanged);
    assert_eq!(tags.get("a").unwrap().at, Timestamp(5_000_000));
}

#[test]
fn a_tag_is_found_under_any_spelling_and_with_the_x_of_its_header() {
    let mut tags = TagSet::new();
    tags.set(&TagName::from_header("X-Lead-Source").unwrap(), tag("google", TagSource::Header, 1));
    for spelling in ["lead_source", "LEAD SOURCE", "X-Lead-Source", "x_lead_source"] {
        assert_eq!(tags.get(spelling).map(|tag| tag.value.as_str()), Some("google"), "{spelling}");
    }
    tags.set(&name("x_lead_source"), tag("its own", TagSource::Url, 1));
    assert_eq!(tags.get("X-Lead-Source").unwrap().value, "its own", "the exact name goes first");
    assert_eq!(tags.get("lead"), None);
    assert_eq!(tags.get("!"), None);
}

#[test]
fn tags_are_in_the_order_of_their_names_and_can_be_removed() {
    let mut tags = TagSet::new();
    for key in ["b", "a", "c"] {
        tags.set(&name(key), tag(key, TagSource::Url, 1));
    }
    assert_eq!(tags.remove(&name("b")).unwrap().value, "b");
    assert_eq!(tags.remove(&name("b")), None);
    assert_eq!(tags.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["a", "c"]);
}

#[test]
fn a_set_holds_500_tags_and_still_takes_new_values_for_them() {
    let mut tags = TagSet::new();
    for number in 0..TAGS_MAX {
        tags.set(&name(&number.to_string()), tag("1", TagSource::Url, 1));
    }
    assert_eq!(tags.set(&name("one_more"), tag("1", TagSource::UpdateTags, 1)), SetOutcome::Full);
    assert!(tags.set(&name("7"), tag("2", TagSource::Url, 2)).changed());
    assert_eq!(tags.len(), TAGS_MAX);
}

#[test]
fn the_stored_form_is_short_and_says_where_a_value_came_from() {
    let mut tags = TagSet::new();
    tags.set(&name("state"), tag("CA", TagSource::Number, 1));
    tags.set(&name("age"), Tag { flagged: true, ..tag("old", TagSource::Url, 1) });
    let sent = Tag { request: Some(request(1)), ..tag("high", TagSource::UpdateTags, 2) };
    tags.set(&name("lead"), sent);
    let stored = r#"{"age":["old","u",1000000,null,1],"lead":["high","t",2000000,"00000000-0000-0000-0000-000000000001"],"state":["CA","n",1000000]}"#;
    assert_eq!(tags.to_stored(), stored);
    assert_eq!(TagSet::from_stored(stored).unwrap(), tags);
    assert_eq!(TagSet::new().to_stored(), "{}");
}

#[test]
fn stored_text_that_is_not_ours_is_an_error_and_out_of_order_is_put_right() {
    for text in ["", "[]", r#"{"a":"b"}"#, r#"{"a":["b"]}"#, r#"{"a":["b","?",1]}"#, r#"{"a":["b","u"]}"#] {
        assert!(TagSet::from_stored(text).is_err(), "{text}");
    }
    let tags = TagSet::from_stored(r#"{"b":["1","u",1],"a":["1","u",1],"b":["2","u",1]}"#).unwrap();
    assert_eq!(tags.to_stored(), r#"{"a":["1","u",1],"b":["2","u",1]}"#);
}

prop_compose! {
    fn any_tag()(
        value in "\\PC{0,12}",
        source in prop::sample::select(SOURCES.to_vec()),
        at in any::<i32>(),
        number in prop::option::of(any::<u128>()),
        flagged: bool,
    ) -> Tag {
        Tag { value, source, at: Timestamp(at.into()), request: number.map(request), flagged }
    }
}

proptest! {
    #[test]
    fn a_set_survives_storage(pairs in prop::collection::vec(("[a-zé0-9 ]{0,6}x", any_tag()), 0..20)) {
        let mut tags = TagSet::new();
        for (raw, tag) in pairs {
            tags.set(&name(&raw), tag);
        }
        prop_assert_eq!(TagSet::from_stored(&tags.to_stored()).unwrap(), tags);
    }

    #[test]
    fn the_order_of_arrival_decides_nothing(
        offers in prop::collection::btree_map((0usize..10, 0i64..5), 0u32..4, 1..12)
            .prop_map(|offers| offers.into_iter().collect::<Vec<_>>())
            .prop_flat_map(|offers| (Just(offers.clone()), Just(offers).prop_shuffle())),
    ) {
        let gather = |offers: &[((usize, i64), u32)]| {
            let mut tags = TagSet::new();
            for ((source, at), value) in offers {
                tags.set(&name("lead"), tag(&value.to_string(), SOURCES[*source], *at));
            }
            tags
        };
        let (in_order, shuffled) = &offers;
        prop_assert_eq!(gather(in_order), gather(shuffled));
        let ((source, at), _) = in_order.last().unwrap();
        let tags = gather(shuffled);
        let winner = tags.get("lead").unwrap();
        prop_assert_eq!((winner.source, winner.at), (SOURCES[*source], Timestamp::default().plus_seconds(*at)));
    }
}
