//! The rate limit: storms of which exactly the limit is admitted, and arrivals of chance of which no window has more and
//! none is refused below it, while clocks step and nodes are killed.

mod arrivals;
mod judge;
mod storm;
