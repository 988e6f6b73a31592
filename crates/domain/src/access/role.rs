//! What someone may do in an organization.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Each includes the ones before it, and the order says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Sees calls, webhooks and what routes them.
    ReadOnly,
    /// Takes data out and tries things: exports, reruns, tests.
    Analyst,
    /// Changes what calls are read and routed by, and calls themselves.
    Manager,
    /// Decides who else may.
    Owner,
}

/// The text is no role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a role: write owner, manager, analyst or read_only")]
pub struct NotARole;

impl Role {
    pub const ALL: [Self; 4] = [Self::ReadOnly, Self::Analyst, Self::Manager, Self::Owner];

    pub fn name(self) -> &'static str {
        match self {
            Self::ReadOnly => "read_only",
            Self::Analyst => "analyst",
            Self::Manager => "manager",
            Self::Owner => "owner",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Role {
    type Err = NotARole;

    fn from_str(text: &str) -> Result<Self, NotARole> {
        Self::ALL.into_iter().find(|role| role.name() == text).ok_or(NotARole)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_has_one_name_and_includes_those_before_it() {
        for role in Role::ALL {
            assert_eq!(role.name().parse(), Ok(role));
            assert_eq!(serde_json::to_string(&role).unwrap(), format!("\"{role}\""));
        }
        assert!(Role::ALL.is_sorted());
        assert_eq!("Owner".parse::<Role>(), Err(NotARole));
    }
}
