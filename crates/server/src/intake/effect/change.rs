//! Changes to one call, each with its timeline entry.

use hookline_domain::call::Change;
use hookline_domain::ids::{CallId, RequestId};
use hookline_domain::tags::{self, Definitions};
use hookline_domain::update::{self, Applied, Changes};
use hookline_domain::webhook::Field;

use super::Commit;
use super::route::Cause;
use crate::intake::work::{Edit, Outcome};

/// Who changes a call, and what tags mean to them.
pub(super) struct By<'a> {
    pub definitions: &'a Definitions,
    /// If it was one.
    pub request: Option<RequestId>,
    /// As the timeline names it.
    pub actor: &'a str,
}

impl Commit<'_> {
    /// What someone changes by hand. What only a call that has ended can have is refused before that.
    pub(super) fn edit(&mut self, edit: &Edit) -> Outcome {
        match self.loaded.calls.get(&edit.call) {
            None => return Outcome::CallNotFound,
            Some(call) if call.call.org != edit.org.id => return Outcome::CallForbidden,
            Some(call) if call.call.status.is_live() && edit.changes.needs_end() => {
                return Outcome::StillLive;
            }
            Some(_) => {}
        }
        let by = By { definitions: &edit.org.definitions, request: None, actor: &edit.actor };
        let changes = self.change(edit.call, &edit.changes, &by).timeline;
        let before = self.standing(edit.call).map(|standing| standing.decision);
        let cause = Cause { trigger: "edited", actor: &edit.actor, request: None };
        self.route_update(&edit.org, edit.call, &changes, &cause);
        let after = self.standing(edit.call).map(|standing| standing.decision);
        self.told(edit.call, !changes.is_empty(), before != after)
    }

    /// Applies an update to a call that is loaded.
    pub(super) fn change(&mut self, id: CallId, changes: &Changes, by: &By<'_>) -> Applied {
        let call = self.loaded.calls.get_mut(&id).expect("found calls are loaded");
        let touched = changes.touches_tags().then(|| self.loaded.tags.entry(id).or_default());
        let effect = update::apply(changes, &mut call.call, touched, by.definitions, self.at, by.request);
        if effect.tags_changed {
            self.changed_tags.insert(id);
        }
        if !effect.timeline.is_empty() {
            self.record(id, "call.updated", by.actor, by.request, effect.timeline.clone());
        }
        effect
    }

    /// Gives what is known of a caller to a call of theirs that is loaded; what changed.
    pub(super) fn tell(
        &mut self,
        id: CallId,
        fields: &[Field],
        request: RequestId,
        by: &By<'_>,
    ) -> Vec<Change> {
        let call = self.loaded.calls.get_mut(&id).expect("found calls are loaded");
        let tags = self.loaded.tags.entry(id).or_default();
        let effect = tags::apply_call_data(&mut call.call, tags, fields, by.definitions, self.at, request);
        if effect.tags_changed {
            self.changed_tags.insert(id);
        }
        if !effect.timeline.is_empty() {
            self.record(id, "call.data", by.actor, Some(request), effect.timeline.clone());
        }
        effect.timeline
    }
}
