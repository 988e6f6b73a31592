//! Against real servers on this machine, which stand for good, bad and forbidden ones.

mod exchange;
mod guard;
mod reach;
mod registry;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};

use hookline_domain::flow::{HttpRequest, Method};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::names::Names;
use super::{Allow, Outbound};

/// Stands for a public address: the tests allow it, and no other.
const GOOD: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 1));
/// Is as reachable, but not allowed.
const BAD: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));

/// What a server does once it has heard something.
#[derive(Clone)]
enum Says {
    /// These bytes, and hangs up.
    Once(Vec<u8>),
    /// These, then the same piece again and again, as fast as it is taken.
    Endlessly(&'static str, Vec<u8>),
    /// These, then a byte of `x` now and then.
    Slowly(&'static str),
}

struct Server {
    address: SocketAddr,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Server {
    async fn at(address: SocketAddr, says: Says) -> Self {
        let listener = TcpListener::bind(address).await.expect("the address is free");
        let address = listener.local_addr().expect("it has an address");
        let heard = Arc::new(Mutex::new(Vec::new()));
        let hears = heard.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(converse(stream, says.clone(), hears.clone()));
            }
        });
        Self { address, heard }
    }

    async fn that(says: Says) -> Self {
        Self::at(SocketAddr::new(GOOD, 0), says).await
    }

    async fn answering(status: &str, headers: &str, body: &str) -> Self {
        let length = body.len();
        let answer = format!("HTTP/1.1 {status}\r\n{headers}content-length: {length}\r\n\r\n{body}");
        Self::that(Says::Once(answer.into_bytes())).await
    }

    fn url(&self, host: &str) -> String {
        format!("http://{host}:{}/", self.address.port())
    }

    fn heard(&self) -> Vec<String> {
        self.heard.lock().expect("no test panicked with it").clone()
    }
}

async fn converse(mut stream: TcpStream, says: Says, heard: Arc<Mutex<Vec<String>>>) {
    let mut bytes = vec![0; 64 * 1024];
    let Ok(length) = stream.read(&mut bytes).await else { return };
    heard.lock().expect("no test panicked with it").push(String::from_utf8_lossy(&bytes[..length]).into());
    // It ends when the client hangs up.
    let _ = match says {
        Says::Once(answer) => stream.write_all(&answer).await,
        Says::Endlessly(first, piece) => {
            let mut said = stream.write_all(first.as_bytes()).await;
            while said.is_ok() {
                said = stream.write_all(&piece).await;
            }
            said
        }
        Says::Slowly(first) => {
            let mut said = stream.write_all(first.as_bytes()).await;
            let mut now_and_then = tokio::time::interval(std::time::Duration::from_millis(5));
            while said.is_ok() {
                now_and_then.tick().await;
                said = stream.write_all(b"x").await;
            }
            said
        }
    };
}

/// Allows [`GOOD`] only, and finds names as a test says.
fn outbound(names: impl Fn(&str) -> Vec<IpAddr> + Send + Sync + 'static) -> Outbound {
    let allow: Allow = GOOD.to_string().parse().expect("an address is a network");
    Outbound::with_names(allow, Names::Test(Arc::new(names))).expect("TLS can be set up")
}

/// The same, for tests that use no names.
fn plain() -> Outbound {
    outbound(|name| panic!("nobody asked for {name}"))
}

fn get(url: impl Into<String>) -> HttpRequest {
    HttpRequest { method: Method::Get, url: url.into(), headers: vec![], body: None, timeout_ms: 10_000 }
}
