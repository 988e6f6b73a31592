//! One canonical form of a command, hashed: two requests with one `transaction_id` are the same
//! payload if their fingerprints are equal.
//!
//! Left out are the headers, the `transaction_id`, ignored fields, and everything that doesn't
//! change the effect: the order of fields, GET or POST, the spelling of names and amounts.

use sha2::{Digest, Sha256};

use super::{CallData, Command, WebhookKind};
use crate::tags::TagSource;
use crate::update::{Calls, Update};

/// Changes when the form below does, so that old fingerprints can't match by accident.
const FORM: &str = "hookline.fingerprint.1";

pub(super) fn of(kind: WebhookKind, command: &Command) -> [u8; 32] {
    let mut form = Form(Vec::with_capacity(512));
    form.text(FORM);
    form.text(match kind {
        WebhookKind::CallData => "call_data",
        WebhookKind::UpdateRevenue => "update_revenue",
        WebhookKind::UpdateTags => "update_tags",
        WebhookKind::UpdateFields => "update_fields",
    });
    match command {
        Command::CallData(data) => form.call_data(data),
        Command::Update(update) => form.update(update),
    }
    Sha256::digest(&form.0).into()
}

/// Every text has its length before it and every list its count, so no two commands share a form.
struct Form(Vec<u8>);

impl Form {
    fn call_data(&mut self, data: &CallData) {
        self.text(&data.caller);
        let fields = data.fields.iter().filter(|field| field.source != TagSource::Header);
        self.pairs(fields.map(|field| (field.name.as_str(), field.value.as_str())).collect());
    }

    fn update(&mut self, update: &Update) {
        match &update.calls {
            Calls::One(id) => self.named("one", id),
            Calls::Batch(ids) => self.texts("batch", ids.iter().map(String::as_str).collect()),
            Calls::Phone(number) => self.named("phone", number),
        }
        let changes = &update.changes;
        self.optional(changes.converted.map(|value| value.to_string()));
        self.clearable(changes.converted_at.map(|value| value.map(|moment| moment.0.to_string())));
        self.optional(changes.revenue_paid_out.map(|amount| amount.to_string()));
        self.optional(changes.publisher_paid_out.map(|amount| amount.to_string()));
        self.clearable(changes.reason.clone());
        self.clearable(
            changes.no_payout_reason.map(|reason| reason.map(|reason| reason.as_str().to_owned())),
        );
        self.texts("remove", changes.remove.iter().map(|tag| tag.name.as_str()).collect());
        self.pairs(changes.add.iter().map(|tag| (tag.name.as_str(), tag.value.as_str())).collect());
    }

    fn count(&mut self, count: usize) {
        self.0.extend_from_slice(&(count as u64).to_le_bytes());
    }

    fn text(&mut self, text: &str) {
        self.count(text.len());
        self.0.extend_from_slice(text.as_bytes());
    }

    fn named(&mut self, name: &str, text: &str) {
        self.text(name);
        self.text(text);
    }

    /// In sorted order.
    fn texts(&mut self, name: &str, mut texts: Vec<&str>) {
        texts.sort_unstable();
        self.text(name);
        self.count(texts.len());
        texts.into_iter().for_each(|text| self.text(text));
    }

    /// In the order of the names.
    fn pairs(&mut self, mut pairs: Vec<(&str, &str)>) {
        pairs.sort_unstable();
        self.count(pairs.len());
        pairs.into_iter().for_each(|(name, value)| self.named(name, value));
    }

    fn optional(&mut self, value: Option<String>) {
        self.clearable(value.map(Some));
    }

    fn clearable(&mut self, value: Option<Option<String>>) {
        match value {
            None => self.text("unset"),
            Some(None) => self.text("cleared"),
            Some(Some(value)) => self.named("set", &value),
        }
    }
}
