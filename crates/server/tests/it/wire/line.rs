//! One connection, byte by byte.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// For what must come.
const PATIENCE: Duration = Duration::from_secs(20);

pub struct Line(BufReader<TcpStream>);

#[derive(Debug)]
pub struct Said {
    pub status: u16,
    /// By lower-case name.
    pub headers: BTreeMap<String, String>,
    pub body: String,
}

impl Said {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Whether this was the connection's last.
    pub fn closes(&self) -> bool {
        self.headers.get("connection").is_some_and(|value| value == "close")
    }
}

impl Line {
    pub async fn open(address: &str) -> std::io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self(BufReader::new(stream)))
    }

    pub async fn send(&mut self, bytes: impl AsRef<[u8]>) -> std::io::Result<()> {
        self.0.get_mut().write_all(bytes.as_ref()).await
    }

    /// No more is sent; answers may still come.
    pub async fn half_close(&mut self) {
        self.0.get_mut().shutdown().await.expect("it was open");
    }

    /// The next answer; None if the connection ends without one.
    pub async fn answer(&mut self) -> Option<Said> {
        timeout(PATIENCE, self.read()).await.expect("an answer, or the end")
    }

    async fn read(&mut self) -> Option<Said> {
        let mut line = String::new();
        self.0.read_line(&mut line).await.ok().filter(|&length| length > 0)?;
        let status = line.split(' ').nth(1)?.parse().ok()?;
        let mut headers = BTreeMap::new();
        loop {
            line.clear();
            self.0.read_line(&mut line).await.ok().filter(|&length| length > 0)?;
            let Some((name, value)) = line.trim_end().split_once(": ") else { break };
            headers.insert(name.to_ascii_lowercase(), value.to_owned());
        }
        let length = headers.get("content-length").map_or(0, |length| length.parse().expect("a length"));
        let mut body = vec![0; length];
        self.0.read_exact(&mut body).await.ok()?;
        Some(Said { status, headers, body: String::from_utf8(body).ok()? })
    }

    /// Waits until the server has closed it, with nothing more to say.
    pub async fn ends(&mut self) {
        let mut rest = Vec::new();
        // Reset is an end too.
        let _ = timeout(PATIENCE, self.0.read_to_end(&mut rest)).await.expect("the server closes it");
        assert_eq!(String::from_utf8_lossy(&rest), "");
    }

    /// Whether the server has closed it by now, as a load balancer sees before it sends on it.
    pub fn is_over(&self) -> bool {
        let mut byte = [0];
        match self.0.get_ref().try_read(&mut byte) {
            Err(error) => error.kind() != std::io::ErrorKind::WouldBlock,
            Ok(_) => true,
        }
    }
}

/// A POST of JSON as bytes.
pub fn post(target: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "POST {target} HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n{headers}Content-Length: {length}\r\n\r\n{body}"
    )
}
