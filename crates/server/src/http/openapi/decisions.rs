//! Shapes of decisions, of conditions with what they came to, and of what happens to a call as the stream tells it.
#![expect(dead_code, reason = "these describe; they are never made")]

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{ChangeDocument, TagSourceDocument};
use crate::http::api::calls::rerun::RerunCounters;
use crate::http::api::calls::view::{InstructionView, RoutingView, TagView};

/// One stretch of a call's way, as it was written when it was decided: one of an older version of the server may lack
/// what a newer one has.
#[derive(ToSchema)]
#[schema(as = Decision)]
pub struct DecisionDocument {
    /// From 1; none of a rehearsal.
    decision: u32,
    #[schema(format = DateTime)]
    at: String,
    /// What brought it about: `start`, `update`, `attached`, `edited`, or what the switch or another system said.
    trigger: String,
    /// Those that were read, as the call had them.
    tags: Vec<SeenTagDocument>,
    /// Of a flow, in the order in which the call passed them.
    nodes: Vec<SeenNodeDocument>,
    plans: Vec<SeenPlanDocument>,
    result: StandDocument,
}

#[derive(ToSchema)]
#[schema(as = SeenTag)]
pub struct SeenTagDocument {
    name: String,
    /// Null: the call had no such tag.
    value: Option<String>,
    source: Option<TagSourceDocument>,
    #[schema(format = DateTime)]
    at: Option<String>,
}

/// Where the call stood then: one of the four.
#[derive(ToSchema)]
#[schema(as = DecisionResult, rename_all = "snake_case")]
pub enum StandDocument {
    /// The switch was told this.
    Told(ToldDocument),
    /// Another system was asked.
    #[schema(value_type = Object)]
    Asking(serde_json::Value),
    Connected,
    Over,
}

/// What the switch was told.
#[derive(ToSchema)]
#[schema(as = ToldInstruction)]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum ToldDocument {
    Dial { strategy: String, targets: Vec<ToldTargetDocument> },
    Redirect { url: String, target: Uuid, name: String },
    Menu { prompt: String, digits: Vec<String>, timeout_seconds: u32, attempt: u32 },
    Hold { seconds: u32 },
    Reject { code: String, reason: String },
}

#[derive(ToSchema)]
#[schema(as = ToldTarget)]
pub struct ToldTargetDocument {
    id: Uuid,
    name: String,
    destination: String,
    ring_seconds: u32,
}

#[derive(ToSchema)]
#[schema(as = SeenNode)]
pub struct SeenNodeDocument {
    node: String,
    r#type: NodeTypeDocument,
    read: Option<Vec<ReadDocument>>,
    /// What it came to, of a condition.
    explained: Option<ExplainedDocument>,
    set: Option<Vec<NodeEffectDocument>>,
    /// The way it went on; none if the call waited or ended here.
    branch: Option<String>,
    next: Option<String>,
    message: Option<String>,
    /// It was answered before, by an earlier decision on this call.
    replayed: Option<bool>,
    /// How long the call was at it.
    duration_ms: Option<i64>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = NodeType, rename_all = "snake_case")]
pub enum NodeTypeDocument {
    Start,
    Condition,
    Switch,
    SetVariable,
    SetTag,
    HttpRequest,
    Javascript,
    Time,
    Menu,
    Distribute,
    Dial,
    RoutingPlan,
    Hold,
    Reject,
    Debug,
}

/// A tag or variable with the value that was seen.
#[derive(ToSchema)]
#[schema(as = ReadValue)]
pub struct ReadDocument {
    name: String,
    value: Option<String>,
    /// It is a variable of the flow, and no tag.
    variable: Option<bool>,
}

#[derive(ToSchema)]
#[schema(as = NodeEffect, rename_all = "snake_case")]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum NodeEffectDocument {
    SetTag { name: String, value: String },
    CountRoundRobin { node: String },
}

#[derive(ToSchema)]
#[schema(as = NamedPlan)]
pub struct NamedPlanDocument {
    /// All zeros for a flow's own choice of targets.
    id: Uuid,
    name: String,
}

/// A plan as it was gone through.
#[derive(ToSchema)]
#[schema(as = SeenPlan)]
pub struct SeenPlanDocument {
    plan: NamedPlanDocument,
    /// Up to and with the one that applied.
    overrides: Vec<SeenOverrideDocument>,
    /// The plan to which an override led; the rest is about that one.
    led_to: Option<NamedPlanDocument>,
    duplicate: Option<SeenDuplicateDocument>,
    /// By priority, then as in the plan.
    routes: Vec<SeenRouteDocument>,
    /// If no route took the call.
    fallback: Option<SeenRouteDocument>,
    chosen: Option<ChosenDocument>,
    /// Those that ring at the same time.
    together_with: Option<Vec<ChosenDocument>>,
}

#[derive(ToSchema)]
#[schema(as = SeenOverride)]
pub struct SeenOverrideDocument {
    order: u32,
    verdict: OverrideVerdictDocument,
    /// If it was the filter that did not pass.
    filter: Option<ExplainedDocument>,
    /// If it was about this call, but its target could not take it.
    target: Option<SeenRouteDocument>,
}

#[derive(ToSchema)]
#[schema(as = OverrideVerdict, rename_all = "snake_case")]
pub enum OverrideVerdictDocument {
    Publisher,
    Caller,
    Filter,
    TargetCannot,
    Applied,
}

#[derive(ToSchema)]
#[schema(as = SeenDuplicate)]
pub struct SeenDuplicateDocument {
    #[schema(format = DateTime)]
    previous_at: String,
    previous_target: Option<Uuid>,
    /// As of a plan's duplicate rule.
    then: String,
}

#[derive(ToSchema)]
#[schema(as = SeenRoute)]
pub struct SeenRouteDocument {
    target: Uuid,
    /// Null if there was no such target.
    name: Option<String>,
    priority: Option<u32>,
    weight: Option<u32>,
    verdict: RouteVerdictDocument,
    /// If it was the filter that did not pass, and not too much was explained already.
    filter: Option<ExplainedDocument>,
    /// If it was a cap or the concurrency.
    limit: Option<UsedLimitDocument>,
}

/// Whether a target could take the call, and if not, what was in the way.
#[derive(ToSchema)]
#[schema(as = RouteVerdict, rename_all = "snake_case")]
pub enum RouteVerdictDocument {
    NotReached,
    Missing,
    Disabled,
    Duplicate,
    Filter,
    Closed,
    CapHour,
    CapDay,
    CapMonth,
    CapTotal,
    Concurrency,
    Unavailable,
    Attempted,
    Eligible,
}

#[derive(ToSchema)]
#[schema(as = UsedLimit)]
pub struct UsedLimitDocument {
    used: u32,
    max: u32,
}

#[derive(ToSchema)]
#[schema(as = ChosenTarget)]
pub struct ChosenDocument {
    target: Uuid,
    name: String,
    by: ChosenByDocument,
    /// Its part among the routes that could have got the call.
    share: Option<ShareDocument>,
}

#[derive(ToSchema)]
#[schema(as = ChosenBy, rename_all = "snake_case")]
pub enum ChosenByDocument {
    Override,
    SameTarget,
    Reservation,
    Weight,
    Fallback,
}

#[derive(ToSchema)]
#[schema(as = Share)]
pub struct ShareDocument {
    weight: u32,
    of: u32,
}

/// How a tag is compared.
#[derive(Serialize, ToSchema)]
#[schema(as = ConditionOp, rename_all = "snake_case")]
pub enum ConditionOpDocument {
    Equals,
    NotEquals,
    Contains,
    NotContains,
    StartsWith,
    EndsWith,
    Matches,
    Exists,
    NotExists,
    IsOneOf,
    IsNotOneOf,
    GreaterThan,
    AtLeast,
    LessThan,
    AtMost,
    Between,
}

/// A filter on tags: a group of conditions, or one comparison.
#[derive(Serialize, ToSchema)]
#[schema(as = Condition, no_recursion, example = json!({"tag": "lead_source", "op": "equals", "value": "google_ads"}))]
#[serde(untagged)]
pub enum ConditionDocument {
    /// From left to right, up to the first that does not pass.
    All {
        all: Vec<ConditionDocument>,
    },
    /// From left to right, up to the first that passes.
    Any {
        any: Vec<ConditionDocument>,
    },
    Not {
        not: Box<ConditionDocument>,
    },
    /// `value` for most, `values` for lists, `from` and `to` for `between`, none for `exists`.
    Comparison {
        tag: String,
        op: ConditionOpDocument,
        value: Option<ScalarDocument>,
        values: Option<Vec<ScalarDocument>>,
        from: Option<ScalarDocument>,
        to: Option<ScalarDocument>,
        case_sensitive: Option<bool>,
    },
}

#[derive(Serialize, ToSchema)]
#[schema(as = Scalar)]
#[serde(untagged)]
pub enum ScalarDocument {
    Text(String),
    Number(f64),
    Boolean(bool),
}

/// A condition with what each part of it came to. A group ends with the part that decided it.
#[derive(ToSchema)]
#[schema(as = Explained, no_recursion)]
#[serde(untagged)]
pub enum ExplainedDocument {
    All {
        all: Vec<ExplainedDocument>,
        passed: bool,
    },
    Any {
        any: Vec<ExplainedDocument>,
        passed: bool,
    },
    Not {
        not: Box<ExplainedDocument>,
        passed: bool,
    },
    Comparison {
        tag: String,
        op: ConditionOpDocument,
        /// What the value is compared with.
        expected: Option<String>,
        /// As it was seen; null if the call had no such tag.
        value: Option<String>,
        passed: bool,
        /// Such as `not a number`.
        why: Option<String>,
    },
}

/// When an update came, as its call saw it.
#[derive(ToSchema)]
#[schema(as = EffectWhen, rename_all = "snake_case")]
pub enum WhenDocument {
    BeforeRouting,
    NextDecision,
    AfterRouting,
    Completed,
}

/// What a request did; empty for one that was refused.
#[derive(ToSchema)]
#[schema(as = RequestEffect)]
pub struct EffectDocument {
    /// The calls that it changed.
    call_log_ids: Option<Vec<Uuid>>,
    /// Of `call_data`: the live calls that were told at once.
    live_call_log_ids: Option<Vec<Uuid>>,
    /// How far those calls were.
    when: Option<Vec<WhenDocument>>,
    /// It waits for a call that was not there.
    held: Option<bool>,
}

/// The data of one event on the stream.
#[derive(ToSchema)]
#[schema(as = CallStreamEvent)]
pub struct StreamEventDocument {
    call_log_id: Uuid,
    /// The event's name again, such as `call.updated`.
    event: String,
    #[schema(format = DateTime)]
    at: String,
    /// `webhook:ID`, `api_key:ID`, `user:ID`, or a part of the server.
    by: String,
    request_id: Option<Uuid>,
    changes: Vec<ChangeDocument>,
}

/// Who would take a caller.
#[derive(ToSchema)]
#[schema(as = TestedPlan)]
pub struct TestedPlanDocument {
    #[schema(format = DateTime)]
    at: String,
    /// With every route's verdict.
    decision: Option<DecisionDocument>,
    routing: RoutingView<'static>,
}

/// Where a made-up call went.
#[derive(ToSchema)]
#[schema(as = TestedFlow)]
pub struct TestedFlowDocument {
    /// The nodes that it passed.
    path: Vec<String>,
    decisions: Vec<DecisionDocument>,
    /// As they were in the end.
    tags: Vec<TagView<'static>>,
    /// What it stands at.
    routing: RoutingView<'static>,
    /// Of the `inputs`, those that nothing waited for.
    unused_inputs: usize,
}

/// Where a past call would go.
#[derive(ToSchema)]
#[schema(as = RerunCall)]
pub struct RerunDocument {
    call_log_id: Uuid,
    /// When the call started: so the rerun takes it.
    #[schema(format = DateTime)]
    at: String,
    counters: RerunCounters,
    /// Null if the run stopped before it could be known.
    changed: Option<bool>,
    old: RerunSideDocument,
    new: RerunSideDocument,
    /// Why the run stopped, if it did.
    stopped: Option<String>,
    decisions: Vec<DecisionDocument>,
}

#[derive(ToSchema)]
#[schema(as = RerunSide)]
pub struct RerunSideDocument {
    /// Null if none has the call, or several ring at once.
    target: Option<RerunTargetDocument>,
    routing: InstructionView<'static>,
}

#[derive(ToSchema)]
#[schema(as = RerunTarget)]
pub struct RerunTargetDocument {
    id: Uuid,
    name: String,
}
