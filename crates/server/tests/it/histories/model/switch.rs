//! What the switch tells.

use std::collections::BTreeSet;

use super::super::op::Kind;
use super::call::{Call, Source, as_tag, field_of, line};
use super::{CALLERS, Data, HOUR, Mistake, Model, Moment, text};

impl Model {
    /// 201, or 200 if the call is known.
    pub fn start(
        &mut self,
        call: u8,
        caller: u8,
        hours_late: i64,
        parameter: Option<(&'static str, &'static str)>,
    ) -> u16 {
        if self.knows(call) {
            return 200;
        }
        let started = self.now() - hours_late * HOUR;
        let (_, state, zone) = CALLERS[usize::from(caller)];
        let mut new = Call::ringing(caller, started);
        let mut lines = BTreeSet::from([line("status", None, Some("ringing"))]);
        new.offer("state", state, Source::Number, started);
        new.offer("time_zone", zone, Source::Number, started);
        if let Some((name, value)) = parameter {
            new.offer(name, value, Source::Url, started);
        }
        for place in self.matching(caller, started) {
            let Data { at, fields, is_used, .. } = &mut self.data[place];
            *is_used = true;
            for (name, value) in fields.iter().filter_map(as_tag) {
                new.offer(name, value, Source::CallData, *at);
            }
        }
        for (name, tag) in &new.tags {
            lines.insert(line(&field_of(name), None, Some(&tag.value)));
        }
        new.timeline.push(("call.started", lines));
        self.calls.insert(call, new);
        201
    }

    /// Stored requests that belong to a call, older before newer.
    fn matching(&self, caller: u8, started: Moment) -> Vec<usize> {
        let webhook = &self.webhooks[&Kind::CallData];
        let window = started - webhook.lookback..=started;
        let fits = |data: &Data| data.caller == caller && window.contains(&data.at) && !webhook.deleted;
        let mut places: Vec<usize> = (0..self.data.len()).filter(|&place| fits(&self.data[place])).collect();
        places.sort_by_key(|&place| self.data[place].at);
        if !webhook.merge {
            places = places.pop().into_iter().collect();
        }
        let twice = !webhook.consume || self.is(Mistake::UsesDataTwice);
        places.retain(|&place| twice || !self.data[place].is_used);
        places
    }

    /// 200, or 409 for an answer after the end.
    pub fn answer(&mut self, call: u8) -> u16 {
        let now = self.now();
        let call = self.calls.get_mut(&call).expect("it has started");
        let at = now.max(call.started);
        if call.answered.is_some() {
            return 200;
        }
        if call.ended.is_some_and(|ended| ended < at) {
            return 409;
        }
        call.answered = Some(at);
        let mut lines = BTreeSet::from([line("answered_at", None, Some(&text(at)))]);
        if call.status == "ringing" {
            call.status = "in_progress";
            lines.insert(line("status", Some("ringing"), Some("in_progress")));
        }
        call.timeline.push(("call.answered", lines));
        200
    }

    pub fn end(&mut self, call: u8, failed: bool) -> u16 {
        let now = self.now();
        let call = self.calls.get_mut(&call).expect("it has started");
        if call.ended.is_none() {
            let at = now.max(call.started).max(call.answered.unwrap_or(call.started));
            let status = if failed { "failed" } else { "completed" };
            let lines =
                [line("ended_at", None, Some(&text(at))), line("status", Some(call.status), Some(status))];
            (call.ended, call.status) = (Some(at), status);
            call.timeline.push(("call.ended", lines.into()));
        }
        200
    }
}
