//! Money: whole micro-dollars. Never a float.

/// An amount in USD as whole micro-dollars (1 USD = 1,000,000). Never negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Money {
    micros: i64,
}
