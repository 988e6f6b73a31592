//! A system that is told of calls, and answers what a story wants it to.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

/// How long a story waits for what must come.
const PATIENCE: Duration = Duration::from_secs(30);

#[derive(Debug, Clone)]
pub enum Says {
    Status(u16),
    /// With this header's line.
    StatusWith(u16, String),
    /// Takes the request and never answers.
    Nothing,
    /// Answers late.
    Late(Duration),
    /// Answers with what it was sent.
    Echo,
    MovedTo(String),
}

#[derive(Debug, Clone)]
pub struct Heard {
    pub line: String,
    /// By lower-case name.
    pub headers: BTreeMap<String, String>,
    pub body: String,
}

impl Heard {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    pub fn id(&self) -> &str {
        &self.headers["webhook-id"]
    }

    /// The event that its body names.
    pub fn event(&self) -> String {
        self.json()["event"].as_str().unwrap().to_owned()
    }
}

pub struct Receiver {
    pub url: String,
    says: Arc<Mutex<Says>>,
    heard: mpsc::UnboundedReceiver<Heard>,
}

impl Receiver {
    pub async fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("it listens"));
        let (sender, heard) = mpsc::unbounded_channel();
        let says = Arc::new(Mutex::new(Says::Status(200)));
        let says_now = says.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, says_now.clone(), sender.clone()));
            }
        });
        Self { url, says, heard }
    }

    pub fn say(&self, says: Says) {
        *self.says.lock().unwrap() = says;
    }

    /// The next request.
    pub async fn next(&mut self) -> Heard {
        let next = tokio::time::timeout(PATIENCE, self.heard.recv()).await;
        next.expect("a request comes").expect("the receiver goes on")
    }

    pub async fn take(&mut self, count: usize) -> Vec<Heard> {
        let mut heard = Vec::with_capacity(count);
        for _ in 0..count {
            heard.push(self.next().await);
        }
        heard
    }

    /// How many have come since they were last looked at.
    pub fn count(&mut self) -> usize {
        std::iter::from_fn(|| self.heard.try_recv().ok()).count()
    }
}

async fn serve(mut stream: TcpStream, says: Arc<Mutex<Says>>, heard: mpsc::UnboundedSender<Heard>) {
    let Some((head, body)) = read(&mut stream).await else { return };
    let mut lines = head.lines();
    let line = lines.next().unwrap_or_default().to_owned();
    let headers = lines.filter_map(|line| line.split_once(": "));
    let headers = headers.map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned())).collect();
    let says = says.lock().unwrap().clone();
    // Nobody may listen any more.
    let _ = heard.send(Heard { line, headers, body: body.clone() });
    let (status, more, answer) = match says {
        Says::Status(status) => (status, String::new(), "said".to_owned()),
        Says::StatusWith(status, line) => (status, format!("{line}\r\n"), String::new()),
        Says::Echo => (200, String::new(), format!("{head}\r\n{body}")),
        Says::MovedTo(url) => (302, format!("Location: {url}\r\n"), String::new()),
        Says::Nothing => return std::future::pending().await,
        Says::Late(time) => {
            tokio::time::sleep(time).await;
            (200, String::new(), String::new())
        }
    };
    let length = answer.len();
    let told = format!(
        "HTTP/1.1 {status} Said\r\n{more}Content-Length: {length}\r\nConnection: close\r\n\r\n{answer}"
    );
    // Whoever asked may have gone.
    let _ = stream.write_all(told.as_bytes()).await;
}

async fn read(stream: &mut TcpStream) -> Option<(String, String)> {
    let mut request = Vec::new();
    let mut chunk = [0; 4_096];
    loop {
        if let Some(end) = request.windows(4).position(|four| four == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&request[..end + 2]).into_owned();
            let length = head
                .lines()
                .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
            let body = &request[end + 4..];
            if body.len() >= length.unwrap_or(0_usize) {
                return Some((head, String::from_utf8_lossy(body).into_owned()));
            }
        }
        match stream.read(&mut chunk).await {
            Ok(0) | Err(_) => return None,
            Ok(read) => request.extend_from_slice(&chunk[..read]),
        }
    }
}
