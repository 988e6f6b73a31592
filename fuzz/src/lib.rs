//! What the fuzzer's programs check: the domain's own tests, included and not copied.

#[path = "../../crates/domain/tests/parsers/properties/mod.rs"]
mod properties;

pub use properties::*;
