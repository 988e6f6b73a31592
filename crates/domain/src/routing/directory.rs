//! An organization's targets and plans, as one moment of them.

use std::collections::HashMap;
use std::sync::Arc;

use super::plan::{OverrideAction, RoutingPlan};
use super::target::Target;
use crate::ids::{RoutingPlanId, TargetId};

/// Targets and plans by their ids. Shared parts: of a changed directory only what changed is new.
#[derive(Debug, Clone, Default)]
pub struct Directory {
    targets: HashMap<TargetId, Arc<Target>>,
    plans: HashMap<RoutingPlanId, Arc<RoutingPlan>>,
}

impl Directory {
    pub fn new(
        targets: impl IntoIterator<Item = Arc<Target>>,
        plans: impl IntoIterator<Item = Arc<RoutingPlan>>,
    ) -> Self {
        Self {
            targets: targets.into_iter().map(|target| (target.id, target)).collect(),
            plans: plans.into_iter().map(|plan| (plan.id, plan)).collect(),
        }
    }

    /// The same with one more plan, or another in its place.
    #[must_use]
    pub fn with_plan(mut self, plan: RoutingPlan) -> Self {
        self.plans.insert(plan.id, Arc::new(plan));
        self
    }

    pub fn target(&self, id: TargetId) -> Option<&Target> {
        self.targets.get(&id).map(Arc::as_ref)
    }

    pub fn plan(&self, id: RoutingPlanId) -> Option<&RoutingPlan> {
        self.plans.get(&id).map(Arc::as_ref)
    }

    pub fn targets(&self) -> impl ExactSizeIterator<Item = &Arc<Target>> {
        self.targets.values()
    }

    pub fn plans(&self) -> impl ExactSizeIterator<Item = &Arc<RoutingPlan>> {
        self.plans.values()
    }

    /// Every target whose counters a decision of this plan may look at, also by way of an override; some of them
    /// more than once.
    pub fn targets_of<'a>(&'a self, plan: &'a RoutingPlan) -> impl Iterator<Item = &'a Target> {
        let exceptions = plan.overrides.iter().map(|exception| &exception.then);
        let by_override = exceptions.clone().filter_map(|then| match then {
            OverrideAction::Target(id) => Some(*id),
            OverrideAction::Plan(_) | OverrideAction::Reject(_) => None,
        });
        let by_other_plan = exceptions.filter_map(|then| match then {
            OverrideAction::Plan(id) => self.plan(*id),
            OverrideAction::Target(_) | OverrideAction::Reject(_) => None,
        });
        let ids = targets_named(plan).chain(by_override).chain(by_other_plan.flat_map(targets_named));
        ids.filter_map(|id| self.target(id))
    }
}

fn targets_named(plan: &RoutingPlan) -> impl Iterator<Item = TargetId> {
    plan.routes.iter().map(|route| route.target).chain(plan.fallback)
}
