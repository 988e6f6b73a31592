//! The loop that serves connections, with the limits that protect it from slow and stuck clients.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderValue, header};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use super::inbound::Peer;
use super::patience::Watched;
use super::unread::ReadToEnd;
use crate::app::App;

/// Bytes of a request's head.
const HEADER_BYTES_MAX: usize = 64 * 1024;
/// Connections at the same time; beyond it, new ones wait in the system's queue.
const CONNECTIONS_MAX: u64 = 20_000;
/// Open files that are not connections of clients: the database's, those to other systems, of scripts.
const OTHER_FILES_MAX: u64 = 512;
/// Pause after the system could not give a connection, such as without free file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Serves until `stop`, closing each connection with its next answer once the server was told to stop. Then finishes what
/// is under way, for at most `drain_seconds`.
pub async fn serve(app: Arc<App>, router: Router, listener: TcpListener, stop: CancellationToken) {
    let mut builder = http1::Builder::new();
    builder
        .header_read_timeout(Duration::from_secs(app.config.idle_seconds.into()))
        .max_buf_size(HEADER_BYTES_MAX)
        // Who has said all may close their side and wait for the answer.
        .half_close(true);
    let head_max = Duration::from_secs(app.config.header_seconds.into());
    let graceful = GracefulShutdown::new();
    let places = Arc::new(tokio::sync::Semaphore::new(connections_max()));
    loop {
        let place = places.clone().acquire_owned().await.expect("the semaphore is never closed");
        let (stream, peer) = tokio::select! {
            () = stop.cancelled() => break,
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    tracing::warn!(%error, "could not accept a connection; too many open files?");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                    continue;
                }
            },
        };
        // Small answers must not wait for more.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "connection without TCP_NODELAY");
        }
        let service = router.clone().map_request(move |mut request: hyper::Request<Incoming>| {
            request.extensions_mut().insert(Peer(peer));
            // A client that asks first is not sending.
            if request.headers().contains_key(header::EXPECT) {
                return request.map(Body::new);
            }
            request.map(|body| Body::new(ReadToEnd::new(body)))
        });
        let draining = app.clone();
        let service = service.map_response(move |mut response| {
            if draining.draining.has_begun() {
                response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
            }
            response
        });
        let (stream, timer) = Watched::new(stream, head_max);
        let mut builder = builder.clone();
        builder.timer(timer);
        let connection = builder.serve_connection(TokioIo::new(stream), TowerToHyperService::new(service));
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "connection ended early");
            }
            drop(place);
        });
    }
    drop(listener);
    let limit = Duration::from_secs(app.config.drain_seconds.into());
    if tokio::time::timeout(limit, graceful.shutdown()).await.is_err() {
        tracing::warn!(seconds = limit.as_secs(), "requests were still under way and were cut off");
    }
}

/// As many as the system lets this process have beside its other files, of which it takes all it may.
fn connections_max() -> usize {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: limit.maximum, maximum: limit.maximum };
    let files = match setrlimit(Resource::Nofile, raised) {
        Ok(()) => limit.maximum,
        Err(_) => limit.current,
    };
    let most = files.map_or(CONNECTIONS_MAX, |files| files.saturating_sub(OTHER_FILES_MAX).max(files / 2));
    if most < CONNECTIONS_MAX / 2 {
        tracing::warn!(
            connections = most,
            "the limit on open files (ulimit -n) lets this server hold fewer connections than it could; raise it"
        );
    }
    usize::try_from(most.min(CONNECTIONS_MAX)).unwrap_or(usize::MAX)
}
