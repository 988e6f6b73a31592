//! Metric names, declared once.

use std::time::Duration;

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

/// A histogram of seconds.
pub struct Seconds(&'static str);

impl Seconds {
    pub fn record(&self, elapsed: Duration) {
        metrics::histogram!(self.0).record(elapsed.as_secs_f64());
    }
}

/// A histogram of counts.
pub struct Counts(&'static str);

impl Counts {
    pub fn record_count(&self, count: usize) {
        metrics::histogram!(self.0).record(u32::try_from(count).unwrap_or(u32::MAX));
    }
}

pub const COMMIT_SECONDS: Seconds = Seconds("hookline_commit_seconds");
pub const QUEUE_SECONDS: Seconds = Seconds("hookline_queue_seconds");
/// By `of`: start, next or bid.
pub const DECISION_SECONDS: &str = "hookline_decision_seconds";
pub const COMMIT_REQUESTS: Counts = Counts("hookline_commit_requests");
/// By `type` and `status`.
pub const REQUESTS: &str = "hookline_webhook_requests_total";
pub const REPLAYS: &str = "hookline_idempotent_replays_total";
/// `call_data` requests that were matched to a call that started.
pub const MATCHES: &str = "hookline_call_data_matches_total";
pub const UNAUTHORIZED: &str = "hookline_unauthorized_total";
pub const CALLS_STARTED: &str = "hookline_calls_started_total";
pub const LIVE_CALLS: &str = "hookline_live_calls";
pub const OLDEST_UNMATCHED_SECONDS: &str = "hookline_oldest_unmatched_call_data_seconds";
pub const HELD_UPDATES: &str = "hookline_held_updates";
pub const QUEUED: &str = "hookline_commit_queue_length";
pub const STREAMS: &str = "hookline_streams_open";
/// Requests to other systems, by `purpose` and `result`.
pub const OUTBOUND_REQUESTS: &str = "hookline_outbound_requests_total";
pub const OUTBOUND_SECONDS: Seconds = Seconds("hookline_outbound_seconds");
/// By `result`.
pub const SCRIPTS: &str = "hookline_scripts_total";
pub const SCRIPT_SECONDS: Seconds = Seconds("hookline_script_seconds");
/// By `outcome`: delivered, retried, failed, dropped.
pub const DELIVERIES: &str = "hookline_deliveries_total";
/// From the event to its delivery.
pub const DELIVERY_SECONDS: Seconds = Seconds("hookline_delivery_seconds");
pub const DELIVERIES_OPEN: &str = "hookline_deliveries_open";
pub const CHECKPOINT_SECONDS: Seconds = Seconds("hookline_checkpoint_seconds");

/// Makes this process count. Fails if something counts already.
pub fn install() -> Result<PrometheusHandle, metrics_exporter_prometheus::BuildError> {
    const SECONDS: [f64; 13] =
        [0.0005, 0.001, 0.002, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0];
    let handle = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".into()), &SECONDS)?
        .set_buckets_for_metric(
            Matcher::Full(COMMIT_REQUESTS.0.into()),
            &[1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0],
        )?
        .install_recorder()?;
    metrics::describe_counter!(REQUESTS, "Requests to inbound webhooks with a valid key, by type and status");
    metrics::describe_counter!(REPLAYS, "Requests answered with the stored answer of their transaction_id");
    metrics::describe_counter!(MATCHES, "Stored call_data requests matched to a call at its start");
    metrics::describe_counter!(UNAUTHORIZED, "Requests without a valid key");
    metrics::describe_counter!(CALLS_STARTED, "Calls started");
    metrics::describe_gauge!(LIVE_CALLS, "Calls that are ringing or in progress");
    metrics::describe_gauge!(
        OLDEST_UNMATCHED_SECONDS,
        "Age of the oldest call_data request that no call was matched to"
    );
    metrics::describe_gauge!(HELD_UPDATES, "Updates that wait for their call");
    metrics::describe_gauge!(QUEUED, "Work waiting for a commit");
    metrics::describe_gauge!(STREAMS, "Open server-sent event streams");
    metrics::describe_histogram!(COMMIT_SECONDS.0, "Time of a commit, with the statements before it");
    metrics::describe_histogram!(
        DECISION_SECONDS,
        "Time in which a call or bid is matched, its tags are made and it is decided, without the database"
    );
    metrics::describe_histogram!(QUEUE_SECONDS.0, "Time that work waited for its commit to begin");
    metrics::describe_histogram!(COMMIT_REQUESTS.0, "Requests in one commit");
    metrics::describe_counter!(OUTBOUND_REQUESTS, "Requests to other systems, by purpose and result");
    metrics::describe_counter!(SCRIPTS, "Scripts of call flows, by result");
    metrics::describe_histogram!(OUTBOUND_SECONDS.0, "Time of a request to another system");
    metrics::describe_histogram!(SCRIPT_SECONDS.0, "Time of a script, with its wait for a process");
    metrics::describe_counter!(DELIVERIES, "Deliveries to outgoing webhooks, by what became of an attempt");
    metrics::describe_histogram!(DELIVERY_SECONDS.0, "Time from an event of a call to its delivery");
    metrics::describe_gauge!(
        DELIVERIES_OPEN,
        "Deliveries that wait for their time, to be sent, or to be tried again"
    );
    metrics::describe_histogram!(CHECKPOINT_SECONDS.0, "Time of a checkpoint of the write-ahead log");
    Ok(handle)
}
