//! An update that waits for its call is what it was when it is read again.

use super::*;

fn again(changes: &Changes) -> (String, Changes) {
    let text = serde_json::to_string(changes).unwrap();
    let read = serde_json::from_str(&text).unwrap();
    (text, read)
}

#[test]
fn nothing_is_lost_but_what_was_for_the_answer() {
    let changes = Changes {
        converted: Some(true),
        converted_at: Some(Some(second(7))),
        revenue_paid_out: usd("150.00"),
        publisher_paid_out: usd("0.000001"),
        reason: Some(Some("sold".into())),
        no_payout_reason: Some(Some(NoPayoutReason::CapsExceeded)),
        remove: vec![remove("Pending Review")],
        add: vec![add("Lead-Quality", "high")],
    };
    let (text, read) = again(&changes);
    assert!(text.contains(r#""revenue_paid_out":150.00,"publisher_paid_out":0.000001"#), "{text}");
    assert!(text.contains(r#""remove":[{"name":"pending_review"}]"#), "{text}");
    assert!(text.contains(r#""add":[{"name":"lead_quality","value":"high"}]"#), "{text}");
    let mut expected = changes;
    expected.remove[0].sent_name.clear();
    expected.add[0].sent_name.clear();
    expected.add[0].sent_value.clear();
    assert_eq!(read, expected);
}

#[test]
fn what_is_cleared_is_not_what_is_left_alone() {
    let cleared = Changes {
        converted_at: Some(None),
        reason: Some(None),
        no_payout_reason: Some(None),
        ..Changes::default()
    };
    let (text, read) = again(&cleared);
    assert_eq!(text, r#"{"converted_at":null,"reason":null,"no_payout_reason":null}"#);
    assert_eq!(read, cleared);
    let (text, read) = again(&Changes::default());
    assert_eq!((text.as_str(), read), ("{}", Changes::default()));
}
