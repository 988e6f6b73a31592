//! From JSON to a node of each type.

use super::{branch, http, node_id};
use crate::condition::{CONDITION_PATTERNS_MAX, Condition};
use crate::document::{Document, Fields, Problem};
use crate::flow::limits::*;
use crate::flow::node::{DialTo, MenuNode, Mode, Node, NodeType, Position, Share, Task};
use crate::flow::switch::Case;
use crate::ids::TargetId;
use crate::routing::{DialStrategy, Hours};
use crate::tags::{TAG_NAME_CHARS_MAX, TagName};
use crate::template::{TEMPLATE_BYTES_MAX, Template};

const ID_CHARS: usize = 36;
const MODES: [(&str, Mode); 2] = [("weighted", Mode::Weighted), ("round_robin", Mode::RoundRobin)];

pub(super) fn node(document: &Document<'_>) -> Result<Node, Problem> {
    let mut fields = document.fields()?;
    let node_type = fields.require("type", "what the node does, such as condition")?.word(&NodeType::ALL)?;
    let label = fields.take("label").map(|label| label.text(LABEL_CHARS_MAX)).transpose()?;
    let position = fields.take("position").map(|position| self::position(&position)).transpose()?;
    let task = task(node_type, &mut fields)?;
    fields.finish()?;
    Ok(Node { task, label, position })
}

fn position(document: &Document<'_>) -> Result<Position, Problem> {
    let number = |field: Document<'_>| field.read::<f64>("must be a number");
    let mut fields = document.fields()?;
    let x = number(fields.require("x", "a number")?)?;
    let y = number(fields.require("y", "a number")?)?;
    fields.finish()?;
    Ok(Position { x, y })
}

fn task(node_type: NodeType, fields: &mut Fields<'_>) -> Result<Task, Problem> {
    Ok(match node_type {
        NodeType::Start => Task::Start { next: branch(fields, "next")? },
        NodeType::Condition => Task::Condition {
            condition: Condition::read(&fields.require("condition", "what decides")?)?,
            then: branch(fields, "then")?,
            otherwise: branch(fields, "else")?,
        },
        NodeType::Switch => switch(fields)?,
        NodeType::SetVariable => Task::SetVariable {
            name: name(fields)?,
            value: template(fields, "value")?,
            next: branch(fields, "next")?,
        },
        NodeType::SetTag => Task::SetTag {
            name: name(fields)?,
            value: template(fields, "value")?,
            next: branch(fields, "next")?,
        },
        NodeType::HttpRequest => Task::HttpRequest(http::node(fields)?),
        NodeType::Javascript => javascript(fields)?,
        NodeType::Time => Task::Time {
            hours: Hours::read(&fields.require("hours", "a time zone and the hours of a week")?)?,
            open: branch(fields, "open")?,
            closed: branch(fields, "closed")?,
        },
        NodeType::Menu => Task::Menu(menu(fields)?),
        NodeType::Distribute => distribute(fields)?,
        NodeType::Dial => Task::Dial {
            to: dial_to(fields)?,
            no_answer: branch(fields, "no_answer")?,
            busy: branch(fields, "busy")?,
            failed: branch(fields, "failed")?,
        },
        NodeType::RoutingPlan => Task::RoutingPlan {
            plan: fields.require("plan", "the id of the routing plan")?.parsed(36)?,
            no_route: branch(fields, "no_route")?,
        },
        NodeType::Hold => Task::Hold {
            seconds: fields.require("seconds", "how long to hold")?.whole_number(1..=HOLD_SECONDS_MAX)?,
            next: branch(fields, "next")?,
        },
        NodeType::Reject => Task::Reject {
            reason: fields.require("reason", "why, for the call's record")?.text(REASON_CHARS_MAX)?,
        },
        NodeType::Debug => {
            Task::Debug { message: template(fields, "message")?, next: branch(fields, "next")? }
        }
    })
}

fn name(fields: &mut Fields<'_>) -> Result<TagName, Problem> {
    tag_name(&fields.require("name", "the name to set")?)
}

pub(super) fn tag_name(document: &Document<'_>) -> Result<TagName, Problem> {
    // A name may be longer before it is normalized.
    document.parsed(4 * TAG_NAME_CHARS_MAX)
}

pub(super) fn template(fields: &mut Fields<'_>, name: &'static str) -> Result<Template, Problem> {
    as_template(&fields.require(name, "a text, which may have [TAG]s in it")?)
}

pub(crate) fn as_template(document: &Document<'_>) -> Result<Template, Problem> {
    let text = document.text(TEMPLATE_BYTES_MAX)?;
    Template::parse(&text).map_err(|error| document.problem(format!("is too much: {error}")))
}

pub(super) fn number(
    fields: &mut Fields<'_>,
    name: &'static str,
    range: std::ops::RangeInclusive<u32>,
    default: u32,
) -> Result<u32, Problem> {
    fields.take(name).map_or(Ok(default), |field| field.whole_number(range))
}

fn switch(fields: &mut Fields<'_>) -> Result<Task, Problem> {
    let value = template(fields, "value")?;
    let list = fields.require("cases", "a list of cases")?;
    let cases = list.items(CASES_MAX)?;
    let cases = cases.iter().enumerate().map(|(at, case)| Case::read(case, &format!("cases[{at}]")));
    let cases = cases.collect::<Result<Vec<_>, _>>()?;
    if cases.iter().filter(|case| case.has_pattern()).count() > CONDITION_PATTERNS_MAX {
        let message = format!("has more than {CONDITION_PATTERNS_MAX} regular expressions; join some with |");
        return Err(list.problem(message));
    }
    Ok(Task::Switch { value, cases, default: branch(fields, "default")? })
}

fn javascript(fields: &mut Fields<'_>) -> Result<Task, Problem> {
    let source = fields.require("source", "the script, such as return {score: 1}")?.text(SCRIPT_CHARS_MAX)?;
    let inputs = fields.take("inputs").map_or(Ok(Vec::new()), |list| {
        list.items(SCRIPT_INPUTS_MAX)?.iter().map(tag_name).collect::<Result<Vec<_>, _>>()
    })?;
    let timeout_ms = number(
        fields,
        "timeout_ms",
        SCRIPT_TIMEOUT_MS_MIN..=SCRIPT_TIMEOUT_MS_MAX,
        SCRIPT_TIMEOUT_MS_DEFAULT,
    )?;
    Ok(Task::Javascript {
        source,
        inputs,
        timeout_ms,
        next: branch(fields, "next")?,
        error: branch(fields, "error")?,
    })
}

fn menu(fields: &mut Fields<'_>) -> Result<MenuNode, Problem> {
    let prompt = template(fields, "prompt")?;
    let choices = fields.require("digits", "the ways to go, such as {\"1\":\"n3\"}")?;
    let mut digits = Vec::new();
    for (keys, field) in choices.members(MENU_CHOICES_MAX)? {
        let known = keys.bytes().all(|key| key.is_ascii_digit() || matches!(key, b'*' | b'#'));
        if !known || !(1..=MENU_DIGITS_CHARS_MAX).contains(&keys.len()) {
            let message = format!("must be 1 to {MENU_DIGITS_CHARS_MAX} of the keys 0 to 9, * and #");
            return Err(field.problem(message));
        }
        let next = if field.raw().get() == "null" { None } else { Some(node_id(&field)?) };
        digits.push((keys, next));
    }
    if digits.is_empty() {
        return Err(choices.problem("is empty; add a key, such as {\"1\":\"n3\"}"));
    }
    Ok(MenuNode {
        prompt,
        digits,
        timeout_seconds: number(
            fields,
            "timeout_seconds",
            1..=MENU_TIMEOUT_SECONDS_MAX,
            MENU_TIMEOUT_SECONDS_DEFAULT,
        )?,
        attempts: number(fields, "attempts", 1..=MENU_ATTEMPTS_MAX, MENU_ATTEMPTS_DEFAULT)?,
        invalid: branch(fields, "invalid")?,
        no_input: branch(fields, "no_input")?,
    })
}

fn dial_to(fields: &mut Fields<'_>) -> Result<DialTo, Problem> {
    let Some(list) = fields.take("targets") else {
        let target = fields.require("target", "the id of the target to dial")?.parsed(ID_CHARS)?;
        return Ok(DialTo::One { target });
    };
    if let Some(one) = fields.take("target") {
        return Err(one.problem("can't be there beside targets; name them all in targets"));
    }
    let mut targets: Vec<TargetId> = Vec::new();
    for document in list.items(DIAL_TARGETS_MAX)? {
        let target = document.parsed(ID_CHARS)?;
        if targets.contains(&target) {
            return Err(document.problem("is there twice; leave one out"));
        }
        targets.push(target);
    }
    if targets.is_empty() {
        return Err(list.problem("is empty; add the id of a target"));
    }
    let strategy = fields
        .take("strategy")
        .map_or(Ok(DialStrategy::default()), |word| word.word(&DialStrategy::WORDS))?;
    Ok(DialTo::Several { targets, strategy })
}

fn distribute(fields: &mut Fields<'_>) -> Result<Task, Problem> {
    let mode = fields.require("mode", "weighted or round_robin")?.word(&MODES)?;
    let list = fields.require("branches", "a list of ways, such as {\"weight\":1,\"next\":\"n3\"}")?;
    let share = |document: &Document<'_>| -> Result<Share, Problem> {
        let mut fields = document.fields()?;
        let weight = number(&mut fields, "weight", 0..=WEIGHT_MAX, 1)?;
        let next = branch(&mut fields, "next")?;
        fields.finish()?;
        Ok(Share { weight, next })
    };
    let branches = list.items(BRANCHES_MAX)?.iter().map(share).collect::<Result<Vec<_>, _>>()?;
    if branches.iter().all(|branch| branch.weight == 0) {
        return Err(list.problem("has no branch with a weight above 0; add one, or raise a weight"));
    }
    Ok(Task::Distribute { mode, branches })
}
