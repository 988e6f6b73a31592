//! Phone numbers: normalized to E.164, and what a number's prefix tells (state, time zone).
