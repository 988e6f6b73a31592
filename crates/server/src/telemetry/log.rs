//! Logs as JSON lines or text, and traces by OpenTelemetry if a collector is named.

use std::io::IsTerminal;

use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, fmt};

use crate::config::{LogConfig, LogFormat};

/// Ends the export of traces; hold it until the program ends.
#[must_use]
pub struct LogGuard {
    #[cfg(feature = "otlp")]
    provider: Option<opentelemetry_sdk::trace::SdkTracerProvider>,
}

impl LogGuard {
    /// Sends what is left.
    pub fn shutdown(self) {
        #[cfg(feature = "otlp")]
        if let Some(provider) = self.provider
            && let Err(error) = provider.shutdown()
        {
            eprintln!("the last traces could not be sent: {error}");
        }
    }
}

/// For a person's terminal, unless they would rather not (<https://no-color.org>).
fn is_colored() -> bool {
    let is_unwanted = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    std::io::stderr().is_terminal() && !is_unwanted
}

/// Starts logging to standard error.
pub fn start(config: &LogConfig) -> Result<LogGuard, String> {
    let filter = EnvFilter::try_new(&config.log).map_err(|error| {
        format!("HOOKLINE_LOG is no level or filter ({error}); write info, or info,hookline=debug")
    })?;
    // A line that can't be written, such as to a full disk, would be complained of there too, and that panics.
    let lines = fmt::layer().with_writer(std::io::stderr).log_internal_errors(false);
    let lines = match config.log_format {
        LogFormat::Json => lines.json().flatten_event(true).boxed(),
        LogFormat::Text => lines.compact().with_ansi(is_colored()).boxed(),
    };
    let registry = tracing_subscriber::registry().with(lines.with_filter(filter));
    #[cfg(feature = "otlp")]
    {
        let provider = config.otlp_endpoint.as_deref().map(exporter).transpose()?;
        let traces = provider.as_ref().map(|provider| {
            use opentelemetry::trace::TracerProvider;
            use tracing_subscriber::filter::{LevelFilter, Targets};
            // Spans are of the level debug: without a collector they cost a request nothing.
            let spans = Targets::new().with_target("hookline::http", LevelFilter::DEBUG);
            tracing_opentelemetry::layer().with_tracer(provider.tracer("hookline")).with_filter(spans)
        });
        registry.with(traces).init();
        Ok(LogGuard { provider })
    }
    #[cfg(not(feature = "otlp"))]
    {
        if config.otlp_endpoint.is_some() {
            return Err("this build has no OpenTelemetry; build with the feature `otlp`".into());
        }
        registry.init();
        Ok(LogGuard {})
    }
}

#[cfg(feature = "otlp")]
fn exporter(endpoint: &str) -> Result<opentelemetry_sdk::trace::SdkTracerProvider, String> {
    use opentelemetry_otlp::WithExportConfig;
    let exporter = opentelemetry_otlp::SpanExporter::builder()
        .with_http()
        .with_endpoint(format!("{}/v1/traces", endpoint.trim_end_matches('/')))
        .build()
        .map_err(|error| format!("HOOKLINE_OTLP_ENDPOINT can't be used: {error}"))?;
    Ok(opentelemetry_sdk::trace::SdkTracerProvider::builder()
        .with_batch_exporter(exporter)
        .with_resource(opentelemetry_sdk::Resource::builder().with_service_name("hookline").build())
        .build())
}
