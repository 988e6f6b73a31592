//! Section 1.3: `update_revenue`.

use super::WebhookKind::UpdateRevenue as Revenue;
use super::*;

fn amount(json_value: &str) -> String {
    let sent = update(json(Revenue, &format!(r#"{{"call_log_id":"a","revenue_paid_out":{json_value}}}"#)));
    sent.changes.revenue_paid_out.unwrap().to_string()
}

#[test]
fn a_number_or_its_text_is_an_exact_amount() {
    for (sent, read) in
        [("150.00", "150.00"), (r#""150""#, "150.00"), ("0.000001", "0.000001"), ("0", "0.00")]
    {
        assert_eq!(amount(sent), read);
    }
}

#[test]
fn revenue_goes_by_three_names() {
    for name in ["revenue_paid_out", "revenue", "amount"] {
        let changes = update(get(Revenue, &format!("call_log_id=a&{name}=12.5"))).changes;
        assert_eq!(changes.revenue_paid_out.unwrap().to_string(), "12.50");
        assert_eq!(changes, Changes { revenue_paid_out: changes.revenue_paid_out, ..Changes::default() });
    }
}

#[test]
fn without_revenue_it_is_400() {
    for request in [json(Revenue, r#"{"call_log_id":"a"}"#), get(Revenue, "call_log_id=a&amount=")] {
        let refusal = refused(request, "missing_revenue_paid_out", "revenue_paid_out");
        assert_eq!(refusal.status, RefusalStatus::MissingParameter);
    }
}

#[test]
fn unknown_fields_are_no_error_here() {
    assert_eq!(update(get(Revenue, "call_log_id=a&amount=1&utm_source=x&_=1")).ignored_fields, [""; 0]);
}
