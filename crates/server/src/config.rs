//! Every option: flag, environment variable, default, unit.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

use crate::oidc::OidcOptions;
use crate::outbound::Allow;

/// Where the data is. Shared by every command.
#[derive(Args, Clone)]
pub struct DatabaseConfig {
    /// The database: `sqlite://PATH` (embedded) or `postgres://USER:PASSWORD@HOST:PORT/NAME`.
    #[arg(
        long,
        env = "HOOKLINE_DATABASE_URL",
        default_value = "sqlite://hookline-data/hookline.db",
        hide_env_values = true,
        global = true
    )]
    pub database_url: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    Json,
    Text,
}

#[derive(Args, Clone)]
pub struct LogConfig {
    /// What is logged: a level (error, warn, info, debug, trace) or a filter such as `info,hookline::http=debug`.
    #[arg(long, env = "HOOKLINE_LOG", default_value = "info", global = true)]
    pub log: String,
    /// `json` for programs, `text` for people.
    #[arg(long, env = "HOOKLINE_LOG_FORMAT", value_enum, default_value = "json", global = true)]
    pub log_format: LogFormat,
    /// Send traces to this OpenTelemetry collector (OTLP over HTTP), such as http://127.0.0.1:4318.
    #[arg(long, env = "HOOKLINE_OTLP_ENDPOINT", global = true)]
    pub otlp_endpoint: Option<String>,
}

/// Where the server is.
#[derive(Args, Clone)]
pub struct AddressConfig {
    /// Address and port that the server listens on.
    #[arg(long, env = "HOOKLINE_LISTEN", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// How browsers reach the server, such as `https://calls.example.com`: for links, and for the cookie of
    /// sign-ins, which over https is sent over nothing else. `http://` and the listening address unless set.
    #[arg(long, env = "HOOKLINE_PUBLIC_URL", value_parser = public_url)]
    public_url: Option<String>,
}

impl AddressConfig {
    /// Without a slash at its end.
    pub fn public_url(&self) -> String {
        let listening = || match self.listen.ip().is_unspecified() {
            true => format!("http://127.0.0.1:{}", self.listen.port()),
            false => format!("http://{}", self.listen),
        };
        self.public_url.clone().unwrap_or_else(listening)
    }
}

/// What `hookline serve` needs beyond the database.
#[derive(Args, Clone)]
pub struct ServeConfig {
    #[command(flatten)]
    pub address: AddressConfig,
    /// Proxies whose `X-Forwarded-For` is believed, as addresses, separated by commas.
    #[arg(long, env = "HOOKLINE_TRUSTED_PROXIES", value_delimiter = ',')]
    pub trusted_proxies: Vec<IpAddr>,
    /// Bring the schema up to date at start. With several nodes, run `hookline migrate` first instead.
    #[arg(long, env = "HOOKLINE_MIGRATE", default_value_t = true, action = clap::ArgAction::Set)]
    pub migrate: bool,
    /// Refused keys per minute that one client address may cause before it gets 429.
    #[arg(long, env = "HOOKLINE_UNAUTHORIZED_PER_MINUTE", default_value_t = 60)]
    pub unauthorized_per_minute: u32,
    /// Days that the request log is kept.
    #[arg(long, env = "HOOKLINE_REQUEST_LOG_DAYS", default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=3650))]
    pub request_log_days: u32,
    /// Days that a `transaction_id` and its answer are kept at least: they are kept with the request
    /// log, which must reach as far back.
    #[arg(long, env = "HOOKLINE_IDEMPOTENCY_DAYS", default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=3650))]
    pub idempotency_days: u32,
    /// Days that a call is kept after its end, with its tags and timeline; for ever unless set.
    #[arg(long, env = "HOOKLINE_CALLS_DAYS", value_parser = clap::value_parser!(u32).range(1..=36_500))]
    pub calls_days: Option<u32>,
    /// Hours without news of a live call after which it is taken to be over.
    #[arg(long, env = "HOOKLINE_SILENT_HOURS", default_value_t = 24, value_parser = clap::value_parser!(u16).range(1..=720))]
    pub silent_hours: u16,
    /// Requests that one commit takes at most.
    #[arg(long, env = "HOOKLINE_BATCH_MAX", default_value_t = 256, value_parser = clap::value_parser!(u16).range(1..=512))]
    pub batch_max: u16,
    /// Commits at the same time on PostgreSQL.
    #[arg(long, env = "HOOKLINE_POSTGRES_WRITERS", default_value_t = 3, value_parser = clap::value_parser!(u8).range(1..=8))]
    pub postgres_writers: u8,
    /// Addresses that outgoing webhooks, call flows and availability checks may reach although they are not public: networks
    /// separated by commas, such as `10.1.0.0/16,127.0.0.1`, or `all`.
    #[arg(long, env = "HOOKLINE_OUTBOUND_ALLOW_PRIVATE", default_value_t = Allow::NONE)]
    pub outbound_allow_private: Allow,
    /// A secret of 32 characters or more, the same on every node, from which what signs outgoing webhooks and seals their
    /// secret headers is derived. HOOKLINE_SECRET_FILE is the better place for it.
    #[arg(long, env = "HOOKLINE_SECRET", hide_env_values = true)]
    pub secret: Option<String>,
    /// The file that has this secret. With the embedded database it is made beside it, as `….secret`, unless set.
    #[arg(long, env = "HOOKLINE_SECRET_FILE")]
    pub secret_file: Option<PathBuf>,
    /// Processes that run the JavaScript of call flows: as many scripts run at the same time.
    #[arg(long, env = "HOOKLINE_SCRIPT_WORKERS", default_value_t = 2, value_parser = clap::value_parser!(u8).range(1..=64))]
    pub script_workers: u8,
    /// Seconds that a webhook request's body may take to arrive.
    #[arg(long, env = "HOOKLINE_BODY_SECONDS", default_value_t = 15, value_parser = clap::value_parser!(u16).range(1..=600))]
    pub body_seconds: u16,
    /// Seconds that a request's head may take from its first byte on.
    #[arg(long, env = "HOOKLINE_HEADER_SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=600))]
    pub header_seconds: u16,
    /// Seconds that a connection stays open without a request: longer than the load balancer keeps its own.
    #[arg(long, env = "HOOKLINE_IDLE_SECONDS", default_value_t = 75, value_parser = clap::value_parser!(u16).range(1..=3600))]
    pub idle_seconds: u16,
    /// Seconds for which, after SIGTERM, `/readyz` says no while new connections and requests are still taken: time for
    /// load balancers to send theirs elsewhere. 5 with PostgreSQL and 0 with the embedded database unless set.
    #[arg(long, env = "HOOKLINE_DRAIN_DELAY_SECONDS", value_parser = clap::value_parser!(u16).range(0..=600))]
    pub drain_delay_seconds: Option<u16>,
    /// Seconds that requests under way may take after the server has stopped to take new ones.
    #[arg(long, env = "HOOKLINE_DRAIN_SECONDS", default_value_t = 30)]
    pub drain_seconds: u32,
    #[command(flatten)]
    pub oidc: OidcOptions,
}

/// Scheme and host of an address, and nothing else.
pub fn public_url(text: &str) -> Result<String, String> {
    let whole = url::Url::parse(text)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https") && url.path() == "/" && url.query().is_none());
    let url = whole.ok_or("write scheme and host, such as https://calls.example.com")?;
    Ok(url.origin().ascii_serialization())
}

/// The database URL without its password.
pub fn redacted_url(url: &str) -> String {
    match url::Url::parse(url) {
        Ok(mut parsed) if parsed.password().is_some() => {
            // Setting a password fails only on a URL without a host, which then has none to hide.
            let _ = parsed.set_password(Some("REDACTED"));
            parsed.to_string()
        }
        Ok(_) => url.to_owned(),
        Err(_) => "(unreadable)".to_owned(),
    }
}

impl ServeConfig {
    /// Whether the options fit each other.
    pub fn check(&self) -> Result<(), String> {
        if self.request_log_days < self.idempotency_days {
            return Err(format!(
                "the answers of transaction ids are kept in the request log: raise HOOKLINE_REQUEST_LOG_DAYS ({}) to HOOKLINE_IDEMPOTENCY_DAYS ({}) or more",
                self.request_log_days, self.idempotency_days
            ));
        }
        if self.secret.is_some() && self.secret_file.is_some() {
            return Err("HOOKLINE_SECRET and HOOKLINE_SECRET_FILE are both set: leave one out".to_owned());
        }
        if self.oidc.client()?.is_some() && self.address.public_url.is_none() {
            return Err(
                "HOOKLINE_OIDC_ISSUER is set: set HOOKLINE_PUBLIC_URL too, since the provider leads browsers back to it".to_owned(),
            );
        }
        Ok(())
    }

    /// Only where there may be other nodes is there someone to wait for.
    pub fn drain_delay(&self, engine: &str) -> Duration {
        let seconds = self.drain_delay_seconds.unwrap_or(if engine == "postgres" { 5 } else { 0 });
        Duration::from_secs(seconds.into())
    }

    pub fn public_url(&self) -> String {
        self.address.public_url()
    }

    /// Every option as it is in force, by the name of its variable.
    pub fn options(&self) -> Vec<(&'static str, String)> {
        let proxies: Vec<String> = self.trusted_proxies.iter().map(IpAddr::to_string).collect();
        let secret_file = self.secret_file.as_ref().map(|path| path.display().to_string());
        let drain_delay = self.drain_delay_seconds.map_or(String::new(), |seconds| seconds.to_string());
        let mut options = vec![
            ("HOOKLINE_LISTEN", self.address.listen.to_string()),
            ("HOOKLINE_PUBLIC_URL", self.public_url()),
            ("HOOKLINE_TRUSTED_PROXIES", proxies.join(",")),
            ("HOOKLINE_MIGRATE", self.migrate.to_string()),
            ("HOOKLINE_UNAUTHORIZED_PER_MINUTE", self.unauthorized_per_minute.to_string()),
            ("HOOKLINE_REQUEST_LOG_DAYS", self.request_log_days.to_string()),
            ("HOOKLINE_IDEMPOTENCY_DAYS", self.idempotency_days.to_string()),
            ("HOOKLINE_CALLS_DAYS", self.calls_days.map_or("for ever".to_owned(), |days| days.to_string())),
            ("HOOKLINE_SILENT_HOURS", self.silent_hours.to_string()),
            ("HOOKLINE_BATCH_MAX", self.batch_max.to_string()),
            ("HOOKLINE_POSTGRES_WRITERS", self.postgres_writers.to_string()),
            ("HOOKLINE_OUTBOUND_ALLOW_PRIVATE", self.outbound_allow_private.to_string()),
            ("HOOKLINE_SECRET", self.secret.as_ref().map_or(String::new(), |_| "REDACTED".to_owned())),
            ("HOOKLINE_SECRET_FILE", secret_file.unwrap_or_default()),
            ("HOOKLINE_SCRIPT_WORKERS", self.script_workers.to_string()),
            ("HOOKLINE_BODY_SECONDS", self.body_seconds.to_string()),
            ("HOOKLINE_HEADER_SECONDS", self.header_seconds.to_string()),
            ("HOOKLINE_IDLE_SECONDS", self.idle_seconds.to_string()),
            ("HOOKLINE_DRAIN_DELAY_SECONDS", drain_delay),
            ("HOOKLINE_DRAIN_SECONDS", self.drain_seconds.to_string()),
        ];
        options.extend(self.oidc.shown());
        options
    }

    /// One line at start: every option as it is in force, secrets left out.
    pub fn log(&self, database: &DatabaseConfig) {
        let options: Vec<String> =
            self.options().iter().map(|(name, value)| format!("{name}={value}")).collect();
        tracing::info!(
            database = redacted_url(&database.database_url),
            options = options.join(" "),
            "configuration"
        );
    }
}

#[cfg(test)]
mod tests {
    use super::redacted_url;

    #[test]
    fn the_password_is_never_shown() {
        assert_eq!(
            redacted_url("postgres://app:hunter2@db:5432/hookline"),
            "postgres://app:REDACTED@db:5432/hookline"
        );
        assert_eq!(redacted_url("sqlite://data/hookline.db"), "sqlite://data/hookline.db");
    }
}
