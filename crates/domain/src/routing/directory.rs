//! An organization's targets and plans, as one moment of them.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::period::CounterKey;
use super::plan::{OverrideAction, RoutingPlan};
use super::target::Target;
use crate::ids::{RoutingPlanId, TargetId};
use crate::time::Timestamp;

/// Targets and plans by their ids. Shared parts: of a changed directory only what changed is new.
#[derive(Debug, Clone, Default)]
pub struct Directory {
    targets: HashMap<TargetId, Arc<Target>>,
    plans: HashMap<RoutingPlanId, Arc<RoutingPlan>>,
}

/// What a decision may have to know of the counters.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CountersNeeded {
    pub used: Vec<CounterKey>,
    /// Targets with a limit of calls at a time.
    pub live: Vec<TargetId>,
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

    /// Every counter that a decision of this plan at this moment may look at, also by way of an override,
    /// in order, so that nodes that lock them can't wait for each other.
    pub fn counters_needed(&self, plan: &RoutingPlan, now: Timestamp) -> CountersNeeded {
        let mut ids = BTreeSet::new();
        collect_targets(plan, &mut ids);
        for exception in &plan.overrides {
            match exception.then {
                OverrideAction::Target(id) => {
                    ids.insert(id);
                }
                OverrideAction::Plan(id) => {
                    if let Some(plan) = self.plan(id) {
                        collect_targets(plan, &mut ids);
                    }
                }
                OverrideAction::Reject(_) => {}
            }
        }
        let targets = || ids.iter().filter_map(|id| self.target(*id));
        CountersNeeded {
            used: targets().flat_map(|target| target.counters(now)).map(|(key, _)| key).collect(),
            live: targets().filter(|target| target.concurrency.is_some()).map(|target| target.id).collect(),
        }
    }
}

fn collect_targets(plan: &RoutingPlan, ids: &mut BTreeSet<TargetId>) {
    ids.extend(plan.routes.iter().map(|route| route.target).chain(plan.fallback));
}
