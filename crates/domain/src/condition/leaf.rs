//! One comparison with one tag.

use std::cmp::Ordering;

use regex_lite::Regex;
use serde::Serialize;

use super::decimal::Decimal;
use super::text::{Needle, Needles};
use crate::tags::TagName;

/// How a tag is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Op {
    Equals,
    NotEquals,
    Contains,
    NotContains,
    StartsWith,
    EndsWith,
    /// A regular expression is found in the value. Without regard to case it is so for ASCII letters only.
    Matches,
    Exists,
    NotExists,
    IsOneOf,
    IsNotOneOf,
    GreaterThan,
    AtLeast,
    LessThan,
    AtMost,
    /// Both ends count.
    Between,
}

impl Op {
    /// Every operation by its name in JSON.
    pub const ALL: [(&'static str, Self); 16] = [
        ("equals", Self::Equals),
        ("not_equals", Self::NotEquals),
        ("contains", Self::Contains),
        ("not_contains", Self::NotContains),
        ("starts_with", Self::StartsWith),
        ("ends_with", Self::EndsWith),
        ("matches", Self::Matches),
        ("exists", Self::Exists),
        ("not_exists", Self::NotExists),
        ("is_one_of", Self::IsOneOf),
        ("is_not_one_of", Self::IsNotOneOf),
        ("greater_than", Self::GreaterThan),
        ("at_least", Self::AtLeast),
        ("less_than", Self::LessThan),
        ("at_most", Self::AtMost),
        ("between", Self::Between),
    ];

    /// What it says of a call that has no such tag.
    fn holds_without(self) -> bool {
        matches!(self, Self::NotEquals | Self::NotContains | Self::NotExists | Self::IsNotOneOf)
    }
}

#[derive(Debug, Clone)]
pub(super) struct Leaf {
    pub tag: TagName,
    pub op: Op,
    pub operand: Operand,
}

/// What a tag is compared with; the operation decides which kind it is.
#[derive(Debug, Clone)]
pub(super) enum Operand {
    None,
    Text(Needle),
    Pattern(Regex),
    List(Needles),
    Number(String),
    Range { from: String, to: String },
}

/// A comparison's result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Passed,
    Failed,
    /// Compared as a number, but the value is none.
    NotANumber,
}

impl From<bool> for Verdict {
    fn from(passed: bool) -> Self {
        if passed { Self::Passed } else { Self::Failed }
    }
}

impl Leaf {
    /// `value` is the tag's, if the call has it.
    pub fn test(&self, value: Option<&str>) -> Verdict {
        let Some(value) = value else { return self.op.holds_without().into() };
        match &self.operand {
            Operand::None => (self.op == Op::Exists).into(),
            Operand::Text(needle) => self.compare_text(needle, value).into(),
            Operand::Pattern(regex) => regex.is_match(value).into(),
            Operand::List(needles) => (needles.include(value) == (self.op == Op::IsOneOf)).into(),
            Operand::Number(bound) => {
                compare(value, bound).map_or(Verdict::NotANumber, |order| self.fits(order).into())
            }
            Operand::Range { from, to } => match (compare(value, from), compare(value, to)) {
                (Some(with_from), Some(with_to)) => (with_from.is_ge() && with_to.is_le()).into(),
                _ => Verdict::NotANumber,
            },
        }
    }

    fn compare_text(&self, needle: &Needle, value: &str) -> bool {
        match self.op {
            Op::NotEquals => !needle.is_all_of(value),
            Op::Contains => needle.is_in(value),
            Op::NotContains => !needle.is_in(value),
            Op::StartsWith => needle.starts(value),
            Op::EndsWith => needle.ends(value),
            _ => needle.is_all_of(value),
        }
    }

    fn fits(&self, order: Ordering) -> bool {
        match self.op {
            Op::GreaterThan => order.is_gt(),
            Op::AtLeast => order.is_ge(),
            Op::LessThan => order.is_lt(),
            _ => order.is_le(),
        }
    }
}

fn compare(value: &str, bound: &str) -> Option<Ordering> {
    Some(Decimal::read(value)?.order(&Decimal::read(bound)?))
}
