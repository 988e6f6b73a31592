//! The rate limit: an exact sliding window.
