//! Shapes of targets and routing plans.
#![expect(dead_code, reason = "these describe; most are never made")]

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::ConditionDocument;

/// What may be set of a target.
#[derive(Serialize, ToSchema)]
#[schema(as = TargetFields)]
pub struct TargetFieldsDocument {
    name: String,
    /// A phone number with its country code, a SIP address, or a URL with `[TAG]`s in its path and query, to which
    /// the caller is led.
    #[schema(example = "+13105550100")]
    destination: String,
    /// True if it is left out.
    enabled: Option<bool>,
    /// 1 to 600; 30 if it is left out.
    ring_seconds: Option<u32>,
    /// By whose clocks the caps count; UTC if it is left out.
    #[schema(example = "America/New_York")]
    time_zone: Option<String>,
    hours: Option<HoursDocument>,
    caps: Option<CapsDocument>,
    /// Calls at a time.
    concurrency: Option<u32>,
    conversion: Option<ConversionDocument>,
    availability: Option<AvailabilityDocument>,
}

/// What is not named stays; null clears what may be empty. `hours`, `caps` and the like are replaced as a whole.
#[derive(ToSchema)]
#[schema(as = TargetPatch)]
pub struct TargetPatchDocument {
    name: Option<String>,
    destination: Option<String>,
    enabled: Option<bool>,
    ring_seconds: Option<u32>,
    time_zone: Option<String>,
    hours: Option<HoursDocument>,
    caps: Option<CapsDocument>,
    concurrency: Option<u32>,
    conversion: Option<ConversionDocument>,
    availability: Option<AvailabilityDocument>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Target)]
pub struct TargetDocument {
    id: Uuid,
    #[serde(flatten)]
    fields: TargetFieldsDocument,
    /// Only if what is stored can't be read: why. It gets no calls then.
    problem: Option<String>,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    updated_at: String,
}

#[derive(ToSchema)]
#[schema(as = Targets)]
pub struct TargetsDocument {
    targets: Vec<TargetDocument>,
}

/// When it is open.
#[derive(Serialize, ToSchema)]
#[schema(as = Hours, example = json!({"time_zone": "America/New_York", "week": {"monday": [{"from": "09:00", "to": "17:30"}]}, "exceptions": [{"date": "2026-12-25", "closed": true}]}))]
pub struct HoursDocument {
    time_zone: String,
    week: WeekDocument,
    /// Days that are not as the week says.
    exceptions: Option<Vec<ExceptionDocument>>,
}

/// A day left out is closed.
#[derive(Serialize, ToSchema)]
#[schema(as = Week)]
pub struct WeekDocument {
    monday: Option<Vec<IntervalDocument>>,
    tuesday: Option<Vec<IntervalDocument>>,
    wednesday: Option<Vec<IntervalDocument>>,
    thursday: Option<Vec<IntervalDocument>>,
    friday: Option<Vec<IntervalDocument>>,
    saturday: Option<Vec<IntervalDocument>>,
    sunday: Option<Vec<IntervalDocument>>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Interval)]
pub struct IntervalDocument {
    #[schema(example = "09:00")]
    from: String,
    /// Up to `24:00`; before `from` it is on the next day.
    #[schema(example = "17:30")]
    to: String,
}

/// `closed`, or other `intervals`.
#[derive(Serialize, ToSchema)]
#[schema(as = HoursException)]
pub struct ExceptionDocument {
    #[schema(format = Date, example = "2026-12-25")]
    date: String,
    closed: Option<bool>,
    intervals: Option<Vec<IntervalDocument>>,
    /// For people.
    name: Option<String>,
}

/// Calls in each period; without a number, any.
#[derive(Serialize, ToSchema)]
#[schema(as = Caps)]
pub struct CapsDocument {
    hour: Option<u32>,
    day: Option<u32>,
    month: Option<u32>,
    total: Option<u32>,
}

/// When a call converts, and what it is worth then.
#[derive(Serialize, ToSchema)]
#[schema(as = Conversion)]
pub struct ConversionDocument {
    connected_seconds: u32,
    /// USD that the target pays.
    #[schema(value_type = Option<f64>)]
    revenue: Option<String>,
    /// USD that the publisher gets.
    #[schema(value_type = Option<f64>)]
    payout: Option<String>,
}

/// A question over HTTP whether the target takes the call.
#[derive(Serialize, ToSchema)]
#[schema(as = Availability)]
pub struct AvailabilityDocument {
    /// With `[TAG]`s in path and query.
    url: String,
    /// 100 to 5,000; 1,000 if it is left out.
    timeout_ms: Option<u32>,
}

/// What may be set of a routing plan.
#[derive(Serialize, ToSchema)]
#[schema(as = RoutingPlanFields)]
pub struct RoutingPlanFieldsDocument {
    name: String,
    routes: Vec<RouteDocument>,
    /// `sequential`, if it is left out, or `simultaneous`: rings several routes of one priority at once.
    strategy: Option<String>,
    /// How many at once: 2 to 10; 3 if it is left out.
    simultaneous_max: Option<u32>,
    duplicates: Option<DuplicateRuleDocument>,
    overrides: Option<Vec<OverrideDocument>>,
    /// The target that gets the call if no route does.
    fallback: Option<Uuid>,
}

/// What is not named stays; null clears what may be empty. Lists are replaced as a whole.
#[derive(ToSchema)]
#[schema(as = RoutingPlanPatch)]
pub struct RoutingPlanPatchDocument {
    name: Option<String>,
    routes: Option<Vec<RouteDocument>>,
    strategy: Option<String>,
    simultaneous_max: Option<u32>,
    duplicates: Option<DuplicateRuleDocument>,
    overrides: Option<Vec<OverrideDocument>>,
    fallback: Option<Uuid>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = RoutingPlan)]
pub struct RoutingPlanDocument {
    id: Uuid,
    #[serde(flatten)]
    fields: RoutingPlanFieldsDocument,
    /// Only if what is stored can't be read: why. It routes no calls then.
    problem: Option<String>,
    draft: Option<RoutingPlanFieldsDocument>,
    /// Only in the answer that sets the draft.
    problems: Option<Vec<FieldProblemDocument>>,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    updated_at: String,
}

#[derive(ToSchema)]
#[schema(as = RoutingPlans)]
pub struct RoutingPlansDocument {
    routing_plans: Vec<RoutingPlanDocument>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = FieldProblem)]
pub struct FieldProblemDocument {
    /// Such as `routes[0].target`.
    field: String,
    message: String,
}

/// A target in a plan.
#[derive(Serialize, ToSchema)]
#[schema(as = Route)]
pub struct RouteDocument {
    target: Uuid,
    /// 1 to 1,000, lower ones first; 1 if it is left out.
    priority: Option<u32>,
    /// 1 to 1,000: its part of the calls among the routes of its priority; 1 if it is left out.
    weight: Option<u32>,
    filter: Option<ConditionDocument>,
    enabled: Option<bool>,
    /// In place of the target's own.
    conversion: Option<ConversionDocument>,
}

/// What happens to a caller who has called before.
#[derive(Serialize, ToSchema)]
#[schema(as = DuplicateRule)]
pub struct DuplicateRuleDocument {
    window_seconds: u32,
    /// `any`, `connected` or `converted`: which earlier calls count; any if it is left out.
    counts: Option<String>,
    /// `route_normally`, `reject`, `same_target` or `other_target`.
    then: String,
}

/// An exception for some calls; all that it names must be so.
#[derive(Serialize, ToSchema)]
#[schema(as = Override)]
pub struct OverrideDocument {
    /// Lower ones are looked at first; no two share one.
    order: u32,
    publisher: Option<Uuid>,
    /// A number, or its beginning and a star.
    #[schema(example = "+1310*")]
    caller: Option<String>,
    filter: Option<ConditionDocument>,
    then: OverrideActionDocument,
}

/// One of the three.
#[derive(Serialize, ToSchema)]
#[schema(as = OverrideAction)]
pub struct OverrideActionDocument {
    target: Option<Uuid>,
    plan: Option<Uuid>,
    /// A reason for people.
    reject: Option<String>,
}

/// What a campaign's calls are routed by: one of the two.
#[derive(Serialize, ToSchema)]
#[schema(as = CampaignRouting)]
pub struct CampaignRoutingDocument {
    plan: Option<Uuid>,
    /// One that is published.
    flow: Option<Uuid>,
}
