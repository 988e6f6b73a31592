//! SPEC section 1 through the front door: one file a section, one story a line or a table of its
//! examples. How single values are read has more examples in `crates/domain/src/webhook/tests`.
//!
//! Lines with a story of their own elsewhere: a rotated or deleted key within 5 s on every node
//! (`administration`), a key that appears nowhere (`secrets`), settings and keys by the API (`api`),
//! defined and undefined fields at a call's start and `call_data` during a call (`calls`), how long ids
//! are kept (`expiry`), both or neither after a crash (`crash`), updates of one call at the same time
//! (`concurrent`).

mod spec_1_0;
mod spec_1_1;
mod spec_1_2;
mod spec_1_3;
mod spec_1_4;
mod spec_1_5;
mod spec_1_6;
mod spec_1_7;
mod spec_1_8;
mod spec_1_9;
