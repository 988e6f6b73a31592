//! From JSON to conditions.

use regex_lite::{Regex, RegexBuilder};

use super::decimal::Decimal;
use super::leaf::{Leaf, Op, Operand};
use super::text::{Case, Needle, Needles};
use super::{
    CONDITION_DEPTH_MAX, CONDITION_LEAVES_MAX, CONDITION_LIST_MAX, CONDITION_PATTERNS_MAX, Node,
    PATTERN_CHARS_MAX, PATTERN_SIZE_MAX,
};
use crate::document::{Document, Fields, Problem};
use crate::tags::{TAG_NAME_CHARS_MAX, TAG_VALUE_CHARS_MAX};

/// Characters of a number that tags are compared with.
const NUMBER_CHARS_MAX: usize = 64;
const SHAPES: &str = "must have one of all, any, not, or a tag with an op";

#[derive(Default)]
pub(super) struct Parser {
    pub leaves: usize,
    patterns: usize,
}

impl Parser {
    pub fn node(&mut self, document: &Document<'_>, depth: usize) -> Result<Node, Problem> {
        let mut fields = document.fields()?;
        let group = ["all", "any", "not"].into_iter().find(|name| fields.has(name));
        let Some(group) = group else {
            if !fields.has("tag") && !fields.has("op") {
                return Err(document.problem(SHAPES));
            }
            return self.leaf(document, fields).map(Node::Leaf);
        };
        if depth >= CONDITION_DEPTH_MAX {
            let message = format!("is nested more than {CONDITION_DEPTH_MAX} deep; flatten its groups");
            return Err(document.problem(message));
        }
        let node = match group {
            "all" => Node::All(self.group(&mut fields, "all", depth)?),
            "any" => Node::Any(self.group(&mut fields, "any", depth)?),
            _ => Node::Not(Box::new(self.node(&fields.require("not", "the condition")?, depth + 1)?)),
        };
        // Two groups side by side would leave open how they are joined.
        fields.finish()?;
        Ok(node)
    }

    fn group(
        &mut self,
        fields: &mut Fields<'_>,
        name: &'static str,
        depth: usize,
    ) -> Result<Vec<Node>, Problem> {
        let list = fields.require(name, "a list of conditions")?;
        let items = list.items(CONDITION_LEAVES_MAX)?;
        if items.is_empty() {
            return Err(list.problem("is empty; add a condition, or leave the filter out"));
        }
        items.iter().map(|item| self.node(item, depth + 1)).collect()
    }

    fn leaf(&mut self, document: &Document<'_>, mut fields: Fields<'_>) -> Result<Leaf, Problem> {
        self.leaves += 1;
        if self.leaves > CONDITION_LEAVES_MAX {
            let message =
                format!("is one comparison more than the {CONDITION_LEAVES_MAX} allowed; use is_one_of");
            return Err(document.problem(message));
        }
        // A name may be longer before it is normalized.
        let tag = fields.require("tag", "the name of a tag")?.parsed(4 * TAG_NAME_CHARS_MAX)?;
        let op = fields.require("op", "how the tag is compared, such as equals")?.word(&Op::ALL)?;
        self.patterns += usize::from(op == Op::Matches);
        if self.patterns > CONDITION_PATTERNS_MAX {
            let message = format!(
                "is one regular expression more than the {CONDITION_PATTERNS_MAX} allowed; join them with |"
            );
            return Err(document.problem(message));
        }
        let operand = operand(op, &mut fields)?;
        fields.finish()?;
        Ok(Leaf { tag, op, operand })
    }
}

fn operand(op: Op, fields: &mut Fields<'_>) -> Result<Operand, Problem> {
    match op {
        Op::Exists | Op::NotExists => Ok(Operand::None),
        Op::Equals | Op::NotEquals => {
            let value = value(fields)?.scalar(TAG_VALUE_CHARS_MAX)?;
            Ok(Operand::Text(Needle::new(value, case(fields)?)))
        }
        Op::Contains | Op::NotContains | Op::StartsWith | Op::EndsWith => {
            let document = value(fields)?;
            let value = document.scalar(TAG_VALUE_CHARS_MAX)?;
            if value.is_empty() {
                return Err(document.problem("is empty, which every text contains; use exists"));
            }
            Ok(Operand::Text(Needle::new(value, case(fields)?)))
        }
        Op::Matches => {
            let document = value(fields)?;
            pattern(&document, case(fields)?).map(Operand::Pattern)
        }
        Op::IsOneOf | Op::IsNotOneOf => {
            let list = fields.require("values", "the list of values")?;
            let values: Result<Vec<String>, Problem> =
                list.items(CONDITION_LIST_MAX)?.iter().map(|item| item.scalar(TAG_VALUE_CHARS_MAX)).collect();
            let values = values?;
            if values.is_empty() {
                return Err(list.problem("is empty; list at least one value"));
            }
            Ok(Operand::List(Needles::new(values, case(fields)?)))
        }
        Op::GreaterThan | Op::AtLeast | Op::LessThan | Op::AtMost => {
            number(&value(fields)?).map(Operand::Number)
        }
        Op::Between => {
            let from = number(&fields.require("from", "the least number that passes")?)?;
            let document = fields.require("to", "the greatest number that passes")?;
            let to = number(&document)?;
            let order = Decimal::read(&from).zip(Decimal::read(&to)).map(|(from, to)| from.order(&to));
            if order.is_some_and(std::cmp::Ordering::is_gt) {
                return Err(document.problem("is less than from; exchange them"));
            }
            Ok(Operand::Range { from, to })
        }
    }
}

fn value<'a>(fields: &mut Fields<'a>) -> Result<Document<'a>, Problem> {
    fields.require("value", "what the tag is compared with")
}

fn case(fields: &mut Fields<'_>) -> Result<Case, Problem> {
    let counts = fields.take("case_sensitive").map_or(Ok(false), |document| document.boolean())?;
    Ok(if counts { Case::Counts } else { Case::Ignored })
}

fn number(document: &Document<'_>) -> Result<String, Problem> {
    let text = document.scalar(NUMBER_CHARS_MAX)?;
    if Decimal::read(&text).is_none() {
        return Err(document.problem("must be a number such as 65 or \"-1.50\""));
    }
    Ok(text)
}

fn pattern(document: &Document<'_>, case: Case) -> Result<Regex, Problem> {
    let text = document.text(PATTERN_CHARS_MAX)?;
    RegexBuilder::new(&text)
        .case_insensitive(case == Case::Ignored)
        .size_limit(PATTERN_SIZE_MAX)
        .build()
        .map_err(|error| document.problem(format!("is not a regular expression that we can run: {error}")))
}
