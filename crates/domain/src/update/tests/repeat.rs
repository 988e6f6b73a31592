//! Whatever an update is, applying it again is nothing.

use proptest::prelude::*;

use super::*;
use crate::call::example::{completed_call, ringing_call};
use crate::tags::example::{definitions, tag};
use crate::tags::{TagSet, TagSource};

/// Few names, so that they meet: aliases, places, headers' spellings, one that updates alone may set.
const NAMES: [&str; 10] =
    ["a", "x_a", "x_x_a", "lead_source", "utm_source", "age", "verdict", "state", "caller_state", "zip"];

fn any_name() -> impl Strategy<Value = &'static str> {
    prop::sample::select(NAMES.to_vec())
}

fn any_money() -> impl Strategy<Value = Option<Money>> {
    prop::option::of((0i64..3).prop_map(|usd| Money::from_micros(usd * 1_000_000).unwrap()))
}

fn any_no_payout_reason() -> impl Strategy<Value = Option<Option<NoPayoutReason>>> {
    let reasons = [NoPayoutReason::CampaignPreconversion, NoPayoutReason::CapsExceeded];
    prop::option::of(prop::option::of(prop::sample::select(reasons.to_vec())))
}

prop_compose! {
    fn any_changes()(
        converted in prop::option::of(any::<bool>()),
        converted_at in prop::option::of(prop::option::of((0i64..300).prop_map(second))),
        (revenue_paid_out, publisher_paid_out) in (any_money(), any_money()),
        reason in prop::option::of(prop::option::of("[ab]")),
        no_payout_reason in any_no_payout_reason(),
        removed in prop::collection::vec(any_name(), 0..4),
        added in prop::collection::vec((any_name(), "[ 1n]{0,2}"), 0..5),
    ) -> Changes {
        Changes {
            converted,
            converted_at,
            revenue_paid_out,
            publisher_paid_out,
            reason,
            no_payout_reason,
            remove: removed.into_iter().map(remove).collect(),
            add: added.into_iter().map(|(raw, value)| add(raw, &value)).collect(),
        }
    }
}

prop_compose! {
    fn any_tags()(
        pairs in prop::collection::vec((any_name(), "[1n]", any::<bool>()), 0..6),
    ) -> TagSet {
        let mut tags = TagSet::new();
        for (raw, value, header) in pairs {
            let source = if header { TagSource::Header } else { TagSource::CallData };
            tags.set(&name(raw), tag(&value, source, 100));
        }
        tags
    }
}

proptest! {
    #[test]
    fn an_update_applied_again_changes_nothing(changes in any_changes(), mut tags in any_tags(), live: bool) {
        let mut call = if live { ringing_call() } else { completed_call() };
        let defs = definitions();
        let before = (call.clone(), tags.clone());
        let first = apply(&changes, &mut call, Some(&mut tags), &defs, second(200), Some(request(1)));
        prop_assert_eq!(first.call_changed, call != before.0);
        prop_assert_eq!(first.tags_changed, tags != before.1);
        prop_assert!(first.timeline.iter().all(|change| change.from != change.to));
        prop_assert!(call.converted || call.converted_at.is_none());

        let known = (call.clone(), tags.clone());
        let again = apply(&changes, &mut call, Some(&mut tags), &defs, second(300), Some(request(2)));
        prop_assert_eq!(&again.timeline, &[]);
        prop_assert!(!again.call_changed && !again.tags_changed);
        prop_assert_eq!(again.skipped, first.skipped);
        prop_assert_eq!((call, tags), known);
    }

    #[test]
    fn a_timeline_has_one_line_a_field(changes in any_changes(), mut tags in any_tags()) {
        let applied =
            apply(&changes, &mut ringing_call(), Some(&mut tags), &definitions(), second(200), Some(request(1)));
        let mut fields: Vec<_> = applied.timeline.iter().map(|change| &change.field).collect();
        fields.sort();
        prop_assert!(fields.windows(2).all(|pair| pair[0] != pair[1]), "{fields:?}");
    }
}
