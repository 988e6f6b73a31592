//! JSON that people write: filters, targets, plans, outgoing webhooks.

use std::borrow::Cow;

use hookline_domain::condition::{CONDITION_LEAVES_MAX, Condition};
use hookline_domain::document::Document;
use hookline_domain::ids::{RoutingPlanId, TargetId};
use hookline_domain::outgoing::{RENDERED_BYTES_MAX, Settings, render};
use hookline_domain::routing::{Directory, RoutingPlan, Target};
use hookline_domain::time::Timestamp;
use serde::Serialize;
use serde_json::value::RawValue;
use uuid::Uuid;

/// A condition in the first line, and what every tag is in the rest.
pub fn condition(data: &[u8]) -> bool {
    let Some((json, value)) = super::split_line(data) else { return false };
    let Some(condition) = parse(json, |raw| Condition::parse(raw, "filter")) else { return false };
    assert!((1..=CONDITION_LEAVES_MAX).contains(&condition.leaves()));
    assert_eq!(again(&condition), json.trim());
    for value in [None, Some(value)] {
        let lookup = |name: &str| if name == "absent" { None } else { value.map(Cow::Borrowed) };
        let passes = condition.evaluate(&lookup);
        assert_eq!(condition.explain(&lookup).passed(), passes);
        for (group, expected) in [("not", !passes), ("all", passes), ("any", passes)] {
            let json = if group == "not" { json.trim().to_owned() } else { format!("[{json}]") };
            // One level more may be one too many.
            let grouped = parse(&format!("{{\"{group}\":{json}}}"), |raw| Condition::parse(raw, ""));
            assert!(grouped.is_none_or(|grouped| grouped.evaluate(&lookup) == expected), "{group}");
        }
    }
    true
}

pub fn target(data: &[u8]) -> bool {
    let id = TargetId(Uuid::nil());
    let Some((json, _)) = super::split_line(data) else { return false };
    let Some(target) = parse(json, |raw| Target::parse(id, raw)) else { return false };
    assert_eq!(parse(&again(&target), |raw| Target::parse(id, raw)).as_ref(), Some(&target));
    // 2026-01-31T12:00:00Z, and a time near a change of clocks.
    for at in [1_769_860_800, 1_772_953_200].map(|second| Timestamp(second * 1_000_000)) {
        for (key, cap) in target.counters(at) {
            assert!(key.start <= at && cap > 0);
        }
        let Some(hours) = &target.hours else { continue };
        match hours.next_open(at) {
            Some(next) => assert!(next >= at && hours.is_open(next) && (next == at) == hours.is_open(at)),
            None => assert!(!hours.is_open(at)),
        }
    }
    true
}

pub fn plan(data: &[u8]) -> bool {
    let id = RoutingPlanId(Uuid::nil());
    let Some((json, _)) = super::split_line(data) else { return false };
    let Some(plan) = parse(json, |raw| RoutingPlan::parse(id, raw)) else { return false };
    assert_eq!(parse(&again(&plan), |raw| RoutingPlan::parse(id, raw)).as_ref(), Some(&plan));
    assert!(plan.overrides.is_sorted_by(|one, other| one.order < other.order));
    let named = plan.routes.len() + plan.overrides.len() + usize::from(plan.fallback.is_some());
    assert!(plan.unknown(&Directory::default()).len() <= named);
    true
}

/// An outgoing webhook in the first line, and what every tag is in the rest.
pub fn outgoing(data: &[u8]) -> bool {
    let Some((json, value)) = super::split_line(data) else { return false };
    let Some(settings) = parse(json, |raw| {
        let mut fields = Document::new(raw, "").fields()?;
        let settings = Settings::take(&mut fields, &mut |_| Ok("sealed".to_owned()))?;
        fields.finish().map(|()| settings)
    }) else {
        return false;
    };
    let stored = again(&settings);
    assert_eq!(serde_json::from_str::<Settings>(&stored).expect("what is stored can be read"), settings);
    let Ok(rendered) = render(&settings, &|_| Some(Cow::Borrowed(value))) else { return false };
    let body = rendered.body.as_deref().unwrap_or_default();
    assert!(rendered.url.len() + body.len() <= RENDERED_BYTES_MAX);
    // No value chooses the server, or ends a header.
    assert_eq!(origin(&rendered.url), origin(settings.url.as_str()));
    for header in &rendered.headers {
        assert!(!header.value.as_deref().unwrap_or_default().contains(char::is_control));
    }
    if rendered.headers.first().is_some_and(|one| one.value.as_deref() == Some("application/json"))
        && matches!(settings.body, hookline_domain::outgoing::Body::Json { .. })
    {
        serde_json::from_str::<&RawValue>(body).expect("a JSON body is JSON whatever the tags are");
    }
    true
}

fn origin(url: &str) -> &str {
    let host = url.find("://").map_or(0, |at| at + 3);
    let end = url[host..].find(['/', '?', '#', '\\']).map_or(url.len(), |at| host + at);
    &url[..end]
}

fn parse<T, E>(json: &str, read: impl FnOnce(&RawValue) -> Result<T, E>) -> Option<T> {
    read(serde_json::from_str(json).ok()?).ok()
}

fn again(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("what was read can be written")
}
