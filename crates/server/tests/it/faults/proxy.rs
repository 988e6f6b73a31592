//! A way to PostgreSQL that can be cut, or go silent, at a moment that a story chooses.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A COMMIT that is a message of its own, as a writer's last is.
const COMMIT: &[u8] = b"Q\0\0\0\x0bCOMMIT\0";
/// What only the hot writers' connections have.
const HOT: &[u8] = b"PREPARE claim";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(not(feature = "failpoints"), expect(dead_code, reason = "torture alone has the time for silence"))]
pub enum Way {
    Open,
    /// Connections are taken, and nothing comes through, neither then nor later.
    Silent,
    /// The next COMMIT of a hot writer does not arrive; its connection ends.
    CutBeforeCommit,
    /// It arrives and is done; the answer does not come back.
    CutAfterCommit,
    /// The next COMMIT of a hot writer does not arrive, nor anything else on its connection, which stays open.
    SilentAtCommit,
    /// Each connection ends after so many bytes of the server's.
    CutAfter(usize),
}

pub struct Proxy {
    pub url: String,
    way: Arc<Mutex<Way>>,
    cuts: Arc<AtomicU64>,
}

impl Proxy {
    /// Before the PostgreSQL of this URL.
    pub async fn start(url: &str) -> Self {
        let mut url = url::Url::parse(url).expect("an address");
        let to = format!("{}:{}", url.host_str().expect("a host"), url.port().unwrap_or(5432));
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        url.set_port(Some(listener.local_addr().expect("it listens").port())).expect("it can have a port");
        let (way, cuts) = (Arc::new(Mutex::new(Way::Open)), Arc::<AtomicU64>::default());
        let proxy = Self { url: url.to_string(), way: way.clone(), cuts: cuts.clone() };
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let server = TcpStream::connect(&to).await.expect("PostgreSQL takes connections");
                tokio::spawn(carry(client, server, way.clone(), cuts.clone()));
            }
        });
        proxy
    }

    pub fn set(&self, way: Way) {
        *self.way.lock().unwrap() = way;
    }

    /// Connections that were cut.
    pub fn cuts(&self) -> u64 {
        self.cuts.load(Ordering::SeqCst)
    }
}

async fn carry(mut client: TcpStream, mut server: TcpStream, way: Arc<Mutex<Way>>, cuts: Arc<AtomicU64>) {
    let (mut up, mut down) = (vec![0; 65_536], vec![0; 65_536]);
    let (mut is_hot, mut is_last_answer, mut carried) = (false, false, 0);
    loop {
        let (from_client, length) = tokio::select! {
            read = client.read(&mut up) => (true, read),
            read = server.read(&mut down) => (false, read),
        };
        let Ok(length @ 1..) = length else { return };
        let now = *way.lock().unwrap();
        let cut = || cuts.fetch_add(1, Ordering::SeqCst);
        if now == Way::Silent {
            // For good: what comes later on this connection would be out of turn.
            return std::future::pending().await;
        }
        if !from_client {
            carried += length;
            if is_last_answer || matches!(now, Way::CutAfter(bytes) if carried > bytes) {
                cut();
                return;
            }
            if client.write_all(&down[..length]).await.is_err() {
                return;
            }
            continue;
        }
        let bytes = &up[..length];
        is_hot |= contains(bytes, HOT);
        if is_hot && contains(bytes, COMMIT) {
            match now {
                Way::CutBeforeCommit => {
                    *way.lock().unwrap() = Way::Open;
                    cut();
                    return;
                }
                Way::SilentAtCommit => {
                    *way.lock().unwrap() = Way::Open;
                    return std::future::pending().await;
                }
                Way::CutAfterCommit => {
                    *way.lock().unwrap() = Way::Open;
                    is_last_answer = true;
                }
                Way::Open | Way::Silent | Way::CutAfter(_) => {}
            }
        }
        if server.write_all(bytes).await.is_err() {
            return;
        }
    }
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}
