//! Phone numbers: normalized to E.164, and what a number's prefix tells (country, state, time zone).
//!
//! Numbering plans come from Google's libphonenumber by way of the crate `rlibphonenumber`, which reads
//! them at the first use; prefix facts come from [`prefixes.tsv`](prefix_facts). A ZIP code is not told by a
//! prefix: no open source lists them.

mod country;
mod normalize;
mod prefix;

pub use country::{Country, NotACountry};
pub use normalize::{NUMBER_CHARS_MAX, RAW_BYTES_MAX, normalize};
pub use prefix::{PrefixFacts, prefix_facts};
