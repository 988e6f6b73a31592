//! `update_revenue`: what a call earned.

use super::fields::Fields;
use super::value::money;
use super::{Refusal, refusal};
use crate::update::Changes;

pub(super) const REVENUE_NAMES: [&str; 3] = ["revenue_paid_out", "revenue", "amount"];

pub(super) fn changes(fields: &mut Fields<'_>) -> Result<Changes, Refusal> {
    let revenue = fields.one(&REVENUE_NAMES, |name, value| {
        // An empty parameter is a template without its value: no amount was sent.
        if value.text().is_some_and(str::is_empty) { Ok(None) } else { money(name, value).map(Some) }
    })?;
    if revenue.is_none() {
        return Err(refusal::missing_revenue());
    }
    Ok(Changes { revenue_paid_out: revenue, ..Changes::default() })
}
