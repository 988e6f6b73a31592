//! `hookline serve`: puts the rooms together, serves, and stops in good order.

use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::app::{App, Draining};
use crate::clock::Clock;
use crate::config::{DatabaseConfig, ServeConfig};
use crate::delivery::{self, Wake};
use crate::http;
use crate::http::refused_keys::RefusedKeys;
use crate::http::sign_in_limits::SignInLimits;
use crate::oidc::Oidc;
use crate::outbound::Outbound;
use crate::passwords::Passwords;
use crate::script::{Program, Scripts};
use crate::server_secret::ServerSecret;
use crate::sessions::{self, Tail};
use crate::settings::Settings;
use crate::storage::group_commit::{Committer, WriterParts};
use crate::storage::traffic::Traffic;
use crate::storage::{self, Db, RateBoard, Result, Schema, SteadyClock, StorageError};
use crate::telemetry::metric;
use crate::upkeep;

/// How long deliveries may take to be settled after the drain's time, in which they may be sent.
const DELIVERIES_SETTLED_WITHIN: Duration = Duration::from_secs(10);

/// Where the work of requests goes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Commits {
    Durable,
    /// Nowhere; for the benchmark.
    Ceiling,
}

pub async fn run(database: &DatabaseConfig, config: &ServeConfig, commits: Commits) -> Result<()> {
    config.check().map_err(StorageError::Setup)?;
    config.log(database);
    outlive_file_size_limit();
    let app = start(database, config, commits).await?;
    let listener = TcpListener::bind(config.address.listen).await.map_err(|error| {
        StorageError::Setup(format!(
            "can't listen on {}: {error}; choose another with --listen",
            config.address.listen
        ))
    })?;
    let address = listener.local_addr().map_err(|error| StorageError::Setup(error.to_string()))?;
    // On standard output, apart from the log: for people, and for programs that wait for it.
    println!("Hookline is serving at http://{address}");
    tracing::info!(%address, database = app.db.engine(), "serving");
    let deliveries = delivery::start(&app);
    let stop = CancellationToken::new();
    tokio::spawn(stop_on_signal(app.clone(), stop.clone()));
    http::server::serve(app.clone(), http::router::router(app.clone()), listener, stop).await;
    // They were told to stop at the same time.
    let drain = Duration::from_secs(config.drain_seconds.into());
    deliveries.finish(drain + DELIVERIES_SETTLED_WITHIN).await;
    tracing::info!("stopped");
    Ok(())
}

/// A running server without its listener.
async fn start(database: &DatabaseConfig, config: &ServeConfig, commits: Commits) -> Result<Arc<App>> {
    let db = Db::open(&database.database_url).await?;
    // Held until the process ends: two servers on one file would not see each other's windows.
    if let Db::Sqlite(sqlite) = &db {
        std::mem::forget(sqlite.lock_for_server()?);
    }
    match storage::schema(&db).await? {
        Schema::Current => {}
        Schema::Behind { .. } if config.migrate => storage::migrate(&db).await?,
        Schema::Behind { applied, wanted } => {
            return Err(StorageError::Setup(format!(
                "the database has schema {applied} and needs {wanted}; run `hookline migrate`"
            )));
        }
        Schema::Ahead { applied, wanted } => {
            return Err(StorageError::Setup(format!(
                "the database has schema {applied}, newer than this program's {wanted}; run the newer program"
            )));
        }
    }
    sessions::check_places(&db).await?;
    let clock = Clock::default();
    if matches!(db, Db::Sqlite(_)) {
        // A file that can't be written would only show at the first request.
        storage::fault::try_writing(&db, clock.new_id()).await?;
    }
    let metrics = metric::install().map_err(|error| StorageError::Setup(error.to_string()))?;
    let settings = Arc::new(Settings::load(db.clone(), clock.clone()).await?);
    let board = Arc::new(RateBoard::new(SteadyClock::start(&db, clock.clone()).await?));
    let (appended, _) = watch::channel(0);
    let parts = WriterParts {
        clock: clock.clone(),
        board: board.clone(),
        appended: appended.clone(),
        batch_max: config.batch_max.into(),
    };
    let committer = match commits {
        Commits::Durable => Committer::start(&db, parts, config.postgres_writers).await?,
        Commits::Ceiling => Committer::start_ceiling(parts)?,
    };
    let (woken, _) = watch::channel(0);
    tokio::spawn(sessions::forward(appended.subscribe(), woken.clone()));
    if let Db::Postgres(pool) = &db {
        tokio::spawn(sessions::announce(pool.clone(), appended.subscribe()));
        tokio::spawn(sessions::listen(pool.clone(), woken.clone()));
    }
    let outbound = Outbound::new(config.outbound_allow_private.clone())
        .map_err(|error| StorageError::Setup(format!("TLS can't be set up: {error}")))?;
    let secret = ServerSecret::of(config, &db)?;
    let oidc = Oidc::new(config).map_err(StorageError::Setup)?;
    let app = Arc::new(App {
        tail: Tail::new(db.clone(), woken),
        db,
        clock,
        config: config.clone(),
        settings,
        committer,
        board,
        metrics,
        oidc,
        outbound,
        scripts: Scripts::new(Program::this(), config.script_workers.into()),
        refused_keys: RefusedKeys::new(config.unauthorized_per_minute),
        sign_in_limits: SignInLimits::default(),
        passwords: Passwords::default(),
        draining: Draining::default(),
        traffic: Traffic::default(),
        secret,
        deliveries: Wake::default(),
    });
    upkeep::start(&app);
    Ok(app)
}

/// Asked to by SIGTERM, it goes on for a while, so that load balancers see that it will stop before it does. A second
/// signal ends that, and so does Ctrl-C at once.
async fn stop_on_signal(app: Arc<App>, stop: CancellationToken) {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate()).expect("signals can be waited for");
    let is_asked = tokio::select! {
        _ = terminate.recv() => true,
        _ = tokio::signal::ctrl_c() => false,
    };
    app.draining.begin();
    let delay = app.config.drain_delay(app.db.engine());
    if is_asked && !delay.is_zero() {
        tracing::info!(
            seconds = delay.as_secs(),
            "stopping: not ready any more, and serving until load balancers know"
        );
        tokio::select! {
            () = tokio::time::sleep(delay) => {}
            _ = terminate.recv() => {}
            _ = tokio::signal::ctrl_c() => {}
        }
    }
    tracing::info!("stopping: no new connections, requests under way are finished");
    app.draining.close();
    stop.cancel();
}

/// A limit on the size of files then is an error of the write that meets it, as a full disk is, and not the end.
fn outlive_file_size_limit() {
    use tokio::signal::unix::{SignalKind, signal};
    const SIGXFSZ: i32 = 25;
    // Once it was asked for, the signal does nothing by itself.
    if let Err(error) = signal(SignalKind::from_raw(SIGXFSZ)) {
        tracing::warn!(%error, "a limit on the size of files (ulimit -f) would end this server");
    }
}
