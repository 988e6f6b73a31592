//! Traces that begin at a client and go on here.

use axum::http::HeaderMap;
use tracing::Span;

/// Makes the span a part of the trace that the request's `traceparent` names, if it names one.
#[cfg(feature = "otlp")]
pub fn go_on(span: &Span, headers: &HeaderMap) {
    use opentelemetry::propagation::TextMapPropagator;
    use opentelemetry_http::HeaderExtractor;
    use opentelemetry_sdk::propagation::TraceContextPropagator;
    use tracing_opentelemetry::OpenTelemetrySpanExt;
    if !span.is_disabled() && headers.contains_key("traceparent") {
        let context = TraceContextPropagator::new().extract(&HeaderExtractor(headers));
        // Without a collector there is no trace to be a part of.
        let _ = span.set_parent(context);
    }
}

#[cfg(not(feature = "otlp"))]
pub fn go_on(_span: &Span, _headers: &HeaderMap) {}
