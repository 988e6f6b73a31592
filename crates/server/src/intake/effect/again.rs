//! A call that is decided again, since an update changed what its decision had read.

use std::collections::BTreeSet;
use std::sync::Arc;

use hookline_domain::call::{CallStatus, Change};
use hookline_domain::flow::{self, CallTags};
use hookline_domain::ids::{CallId, OrgId};
use hookline_domain::tags::TagName;

use super::Commit;
use super::course::{Course, Go};
use super::route::{Cause, is_waited_for};
use crate::intake::work::NextStep;
use crate::routing::{Dialing, Instruction, Routed, Stand};
use crate::settings::{Org, PublishedFlow};

/// When an update comes, seen from the call's way. In the request log's `effect`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// No call has come yet.
    BeforeRouting,
    /// The call goes where this lets it go: it is decided again, or will be.
    NextDecision,
    /// It is connected, or nothing here decides where it goes.
    AfterRouting,
    Completed,
}

impl Commit<'_> {
    /// After an update of a call's tags: decides again if the call is not connected and was decided by one
    /// of them.
    pub(super) fn route_update(
        &mut self,
        org: &Arc<Org>,
        id: CallId,
        changes: &[Change],
        cause: &Cause<'_>,
    ) -> When {
        let call = &self.loaded.calls[&id].call;
        match call.status {
            CallStatus::Ringing if org.routes_calls() => {}
            CallStatus::Ringing | CallStatus::InProgress => return When::AfterRouting,
            CallStatus::Completed | CallStatus::Failed => return When::Completed,
        }
        // Loaded only for what can change a decision.
        let Some(routed) = self.loaded.routes.get(&id) else { return When::NextDecision };
        if !routed.is_open() {
            return When::AfterRouting;
        }
        if self.has_read(org, id, routed, changes) {
            let routed = routed.clone();
            if matches!(routed.stand, Stand::Told(_)) && is_at_hand(org, &routed) {
                self.decide_again(org, id, routed, None, cause);
            } else {
                if matches!(routed.stand, Stand::Told(_)) && !is_waited_for(cause) {
                    self.asking.push(id);
                }
                self.keep_route(id, Routed { is_behind: true, ..routed });
            }
        }
        When::NextDecision
    }

    fn has_read(&self, org: &Org, id: CallId, routed: &Routed, changes: &[Change]) -> bool {
        let changed: BTreeSet<&str> = changes
            .iter()
            .filter_map(|change| match change.field.as_str() {
                "state" => Some("state"),
                "zip" => Some("zip_code"),
                field => field.strip_prefix("tag:"),
            })
            .collect();
        let view = self.view(org, id);
        routed.tags_read.iter().map(|name: &TagName| view.key(name)).any(|key| {
            let name = key.as_str();
            changed.contains(name) || name.strip_prefix("x_").is_some_and(|bare| changed.contains(bare))
        })
    }

    fn decide_again(
        &mut self,
        org: &Arc<Org>,
        id: CallId,
        routed: Routed,
        flow: Option<&Arc<PublishedFlow>>,
        cause: &Cause<'_>,
    ) {
        let before = routed.clone();
        let mut again = routed;
        let go = if again.flow.is_some() { Go::Flow(flow::Input::TagsChanged) } else { Go::Decide };
        let mut course = Course::default();
        let done = self.run(org, id, &mut again, go, flow, &mut course);
        if done && !waits_alike(&before, &again) {
            self.decided(org, id, again, course, cause);
            return;
        }
        // As it was, with the places that it had.
        for places in again.dialing.iter().chain(&again.reserved) {
            self.release(org.id, places, false);
        }
        for places in before.dialing.iter().chain(&before.reserved) {
            self.claim(org.id, places);
        }
        let state = if done { again.flow } else { before.flow.clone() };
        self.keep_route(id, Routed { tags_read: again.tags_read, flow: state, ..before });
        // A tag that the flow has set on the way is another now, though it led to the same.
        if !course.changes.is_empty() {
            self.record(id, "call.updated", cause.actor, cause.request, course.changes);
        }
    }

    /// The call's own places do not stand in its way when it is decided again; that which a bid was promised
    /// goes before others. What it had.
    pub(super) fn set_aside(&mut self, org: OrgId, routed: &mut Routed) -> Vec<Dialing> {
        let rang = std::mem::take(&mut routed.dialing);
        for dialing in &rang {
            if routed.promised == Some(dialing.target) && routed.reserved.is_none() {
                routed.reserved = Some(dialing.clone());
            } else {
                self.release(org, dialing, false);
            }
        }
        rang
    }

    /// Nothing new is told yet: who rang rings on, and who answers now has the call.
    pub(super) fn ring_on(&mut self, org: OrgId, routed: &mut Routed, rang: Vec<Dialing>) {
        for dialing in &rang {
            if routed.reserved.as_ref().is_some_and(|held| held.target == dialing.target) {
                routed.reserved = None;
            } else {
                self.claim(org, dialing);
            }
        }
        routed.dialing = rang;
    }

    /// Decides again what an update could not: another system was asked at that time, or the version of the
    /// flow was not at hand. Whether the switch is told something else now.
    pub(super) fn catch_up(&mut self, step: &NextStep) -> bool {
        let Some(routed) = self.loaded.routes.get(&step.call).filter(|routed| routed.is_behind) else {
            return false;
        };
        if !matches!(routed.stand, Stand::Told(_)) || !routed.is_open() {
            return false;
        }
        let routed = Routed { is_behind: false, ..routed.clone() };
        let before = routed.decision;
        let cause = Cause { trigger: "update", actor: &step.actor, request: None };
        self.decide_again(&step.org, step.call, routed, step.flow.as_ref(), &cause);
        self.loaded.routes[&step.call].decision != before
    }
}

/// Whether the version of its flow that the call began with is the published one.
fn is_at_hand(org: &Org, routed: &Routed) -> bool {
    let Some(state) = &routed.flow else { return true };
    org.flows.get(&state.flow).is_some_and(|current| current.version == state.version)
}

/// Whether the switch has nothing new to do: also if the caller goes on waiting where they did.
fn waits_alike(before: &Routed, again: &Routed) -> bool {
    let hold = |routed: &Routed| matches!(routed.stand, Stand::Told(Instruction::Hold { .. }));
    let node = |routed: &Routed| routed.flow.as_ref().and_then(|state| state.waiting_at().cloned());
    before.stand == again.stand || (hold(before) && hold(again) && node(before) == node(again))
}
