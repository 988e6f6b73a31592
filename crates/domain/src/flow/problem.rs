//! What is wrong with a flow, at which node, and what to do about it.

use std::fmt;

use serde::Serialize;

/// One thing that is wrong. As JSON: `{"node":"n2","field":"then","severity":"error",
/// "code":"unknown_node","message":"…"}`; `node` is null for the flow itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// As the flow calls it, also where that is no proper id.
    pub node: Option<String>,
    /// The field within the node, such as `cases[1].next`; empty for the whole.
    pub field: String,
    pub severity: Severity,
    pub code: Code,
    /// For people: what is wrong, and what to do.
    pub message: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The flow can't be published.
    Error,
    /// It can, but may not do what was meant.
    Warning,
}

/// The kinds of problems, for programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// A field is missing, unknown, out of its bounds or not of its type.
    Invalid,
    TooManyNodes,
    NoStart,
    MissingBranch,
    UnknownNode,
    Unreachable,
    LoopWithoutWait,
    NoEnd,
    UnknownTarget,
    UnknownPlan,
    ReadOnlyTag,
    /// The connector can't do it.
    NotSupported,
    /// A branch that may be left out is left out, and calls may end there.
    CallsEnd,
}

impl Problem {
    pub(super) fn error(code: Code, message: impl Into<String>) -> Self {
        let (node, field, message) = (None, String::new(), message.into());
        Self { node, field, severity: Severity::Error, code, message }
    }

    pub(super) fn warning(code: Code, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, message) }
    }

    pub(super) fn at(self, node: &str, field: &str) -> Self {
        Self { node: Some(node.to_owned()), field: field.to_owned(), ..self }
    }

    pub(super) fn invalid(problem: crate::document::Problem) -> Self {
        let message = problem.to_string();
        Self { field: problem.path, ..Self::error(Code::Invalid, message) }
    }

    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.node {
            Some(node) => write!(f, "node {node}: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}
