//! From JSON to a routing plan.

use serde_json::value::RawValue;

use super::{
    DialStrategy, DuplicateAction, DuplicateCounts, DuplicateRule, OVERRIDES_MAX, Override, OverrideAction,
    PRIORITY_MAX, REASON_CHARS_MAX, ROUTES_MAX, Route, RoutingPlan, SIMULTANEOUS_DEFAULT, SIMULTANEOUS_MAX,
    SIMULTANEOUS_MIN, WEIGHT_MAX, WINDOW_SECONDS_MAX,
};
use crate::condition::Condition;
use crate::document::{Document, Fields, Problem};
use crate::ids::RoutingPlanId;
use crate::routing::target::Conversion;
use crate::routing::{ID_CHARS, check_id, flag, name};

/// Characters of a caller's number, with what people write between its digits.
const CALLER_CHARS_MAX: usize = 64;
const ORDER_MAX: u32 = 1_000_000;

impl RoutingPlan {
    /// The plan of this JSON; an `id` in it must be this one. What it names is not looked up:
    /// [`RoutingPlan::unknown`] does that.
    ///
    /// # Errors
    /// What is wrong, with its place.
    pub fn parse(id: RoutingPlanId, raw: &RawValue) -> Result<Self, Problem> {
        let document = Document::new(raw, "");
        let mut fields = document.fields()?;
        check_id(&mut fields, &id)?;
        let name = name(&mut fields)?;
        let routes = fields.require("routes", "the list of the plan's targets")?;
        let parsed: Result<_, Problem> = routes.items(ROUTES_MAX)?.iter().map(Route::read).collect();
        let plan = Self {
            id,
            name,
            routes: parsed?,
            strategy: fields
                .take("strategy")
                .map_or(Ok(DialStrategy::default()), |word| word.word(&DialStrategy::WORDS))?,
            simultaneous_max: fields.take("simultaneous_max").map_or(Ok(SIMULTANEOUS_DEFAULT), |number| {
                number.whole_number(SIMULTANEOUS_MIN..=SIMULTANEOUS_MAX)
            })?,
            duplicates: fields.take("duplicates").map(|rule| DuplicateRule::read(&rule)).transpose()?,
            overrides: fields.take("overrides").map_or_else(|| Ok(Vec::new()), |list| overrides(&list))?,
            fallback: fields.take("fallback").map(|id| id.parsed(ID_CHARS)).transpose()?,
        };
        fields.finish()?;
        if plan.routes.is_empty() && plan.fallback.is_none() {
            return Err(routes.problem("is empty; add a target, or name a fallback"));
        }
        Ok(plan)
    }
}

impl Route {
    fn read(document: &Document<'_>) -> Result<Self, Problem> {
        let mut fields = document.fields()?;
        let mut number =
            |name, max| fields.take(name).map_or(Ok(1), |number: Document<'_>| number.whole_number(1..=max));
        let (priority, weight) = (number("priority", PRIORITY_MAX)?, number("weight", WEIGHT_MAX)?);
        let route = Self {
            target: fields.require("target", "the id of a target")?.parsed(ID_CHARS)?,
            priority,
            weight,
            filter: filter(&mut fields)?,
            enabled: flag(&mut fields, "enabled", true)?,
            conversion: Conversion::take(&mut fields)?,
        };
        fields.finish()?;
        Ok(route)
    }
}

fn filter(fields: &mut Fields<'_>) -> Result<Option<Condition>, Problem> {
    fields.take("filter").map(|filter| Condition::read(&filter)).transpose()
}

impl DuplicateRule {
    fn read(document: &Document<'_>) -> Result<Self, Problem> {
        let mut fields = document.fields()?;
        let rule = Self {
            window_seconds: fields
                .require("window_seconds", "how long after a call its caller's next one is a duplicate")?
                .whole_number(1..=WINDOW_SECONDS_MAX)?,
            counts: fields.take("counts").map_or(Ok(DuplicateCounts::Any), |counts| {
                counts.word(&[
                    ("any", DuplicateCounts::Any),
                    ("connected", DuplicateCounts::Connected),
                    ("converted", DuplicateCounts::Converted),
                ])
            })?,
            then: fields.require("then", "what happens to a duplicate")?.word(&[
                ("route_normally", DuplicateAction::RouteNormally),
                ("reject", DuplicateAction::Reject),
                ("same_target", DuplicateAction::SameTarget),
                ("other_target", DuplicateAction::OtherTarget),
            ])?,
        };
        fields.finish()?;
        Ok(rule)
    }
}

fn overrides(list: &Document<'_>) -> Result<Vec<Override>, Problem> {
    let mut overrides: Vec<Override> = Vec::new();
    for document in list.items(OVERRIDES_MAX)? {
        let mut fields = document.fields()?;
        let order_field = fields.require("order", "a number; lower ones are looked at first")?;
        let order = order_field.whole_number(0..=ORDER_MAX)?;
        if overrides.iter().any(|other| other.order == order) {
            return Err(order_field.problem("is another override's too; give each its own"));
        }
        let exception = Override {
            order,
            publisher: fields.take("publisher").map(|id| id.parsed(ID_CHARS)).transpose()?,
            caller: fields.take("caller").map(|caller| caller.parsed(CALLER_CHARS_MAX)).transpose()?,
            filter: filter(&mut fields)?,
            then: action(&fields.require("then", "a target, a plan, or reject with a reason")?)?,
        };
        fields.finish()?;
        if exception.publisher.is_none() && exception.caller.is_none() && exception.filter.is_none() {
            return Err(document.problem("would apply to every call; name a publisher, a caller or a filter"));
        }
        overrides.push(exception);
    }
    overrides.sort_by_key(|exception| exception.order);
    Ok(overrides)
}

fn action(document: &Document<'_>) -> Result<OverrideAction, Problem> {
    let mut fields = document.fields()?;
    let action = if let Some(target) = fields.take("target") {
        OverrideAction::Target(target.parsed(ID_CHARS)?)
    } else if let Some(plan) = fields.take("plan") {
        OverrideAction::Plan(plan.parsed(ID_CHARS)?)
    } else {
        let reason = fields.require("reject", "or target or plan: what happens to the call")?;
        OverrideAction::Reject(reason.text(REASON_CHARS_MAX)?)
    };
    fields.finish()?;
    Ok(action)
}
