//! How webhooks are set up.

use super::super::op::{Key, Kind, Setting};
use super::{HOUR, LIMIT, Mistake, Model, Moment};

#[derive(Debug, Clone)]
pub struct Webhook {
    pub enabled: bool,
    pub deleted: bool,
    /// The newest last, each with its end.
    pub keys: Vec<Option<Moment>>,
    pub strict: bool,
    pub phone_match: &'static str,
    pub merge: bool,
    pub consume: bool,
    pub lookback: Moment,
    pub limit: u32,
    pub used: u32,
    /// Not, once a client went away unheard.
    pub used_is_certain: bool,
}

impl Webhook {
    pub fn new(kind: Kind) -> Self {
        Self {
            enabled: true,
            deleted: false,
            keys: vec![None],
            strict: false,
            phone_match: "all",
            merge: false,
            consume: false,
            lookback: HOUR * 24 * if kind == Kind::CallData { 15 } else { 7 },
            limit: LIMIT,
            used: 0,
            used_is_certain: true,
        }
    }
}

impl Model {
    /// 200, or 404 for a webhook that was deleted.
    pub fn rotate(&mut self, kind: Kind, overlap_hours: i64) -> u16 {
        let until = self.now() + overlap_hours * HOUR;
        self.change(kind, |webhook| {
            for end in &mut webhook.keys {
                *end = Some(end.map_or(until, |end| end.min(until)));
            }
            webhook.keys.push(None);
        })
    }

    pub fn enable(&mut self, kind: Kind, on: bool) -> u16 {
        self.change(kind, |webhook| webhook.enabled = on)
    }

    pub fn delete(&mut self, kind: Kind) -> u16 {
        self.change(kind, |webhook| webhook.deleted = true)
    }

    pub fn set(&mut self, kind: Kind, setting: Setting) -> u16 {
        self.change(kind, |webhook| match setting {
            Setting::Strict(on) => webhook.strict = on,
            Setting::PhoneMatch(which) => webhook.phone_match = which,
            Setting::Merge(on) => webhook.merge = on,
            Setting::Consume(on) => webhook.consume = on,
            Setting::LookbackHours(hours) => webhook.lookback = hours * HOUR,
            Setting::Limit(count) => webhook.limit = count,
        })
    }

    fn change(&mut self, kind: Kind, change: impl FnOnce(&mut Webhook)) -> u16 {
        let webhook = self.webhooks.get_mut(&kind).expect("one of each type");
        if webhook.deleted {
            return 404;
        }
        change(webhook);
        200
    }

    /// From here on it is open how many places of this window are taken.
    pub fn lose_count(&mut self, kind: Kind) {
        self.webhooks.get_mut(&kind).expect("one of each type").used_is_certain = false;
    }

    pub fn is_good(&self, kind: Kind, key: Key) -> bool {
        let webhook = &self.webhooks[&kind];
        let is_over = |end: Option<Moment>| end.is_some_and(|end| end <= self.now());
        let is_key = |end| self.is(Mistake::KeepsOldKeys) || !is_over(end);
        webhook.enabled && !webhook.deleted && webhook.end_of(key).is_some_and(is_key)
    }

    /// Whether it is open if the key is good: it would be over by an earlier clock, and what is over is removed some time.
    pub fn may_be_removed(&self, kind: Kind, key: Key) -> bool {
        let end = self.webhooks[&kind].end_of(key).flatten();
        end.is_some_and(|end| self.now() < end && end <= self.latest)
    }
}

impl Webhook {
    /// When the key ends, if it does; or that there is no such key.
    fn end_of(&self, key: Key) -> Option<Option<Moment>> {
        match (key, self.keys.as_slice()) {
            (Key::OtherType | Key::Missing, _) => None,
            (Key::Former, [.., former, _]) => Some(*former),
            (_, keys) => keys.last().copied(),
        }
    }
}
