//! Another system, which says what a story wants it to.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

#[derive(Debug, Clone)]
pub enum Says {
    Answer(u16, String),
    /// Takes the request and never answers.
    Nothing,
    /// A body without an end.
    Endless,
    MovedTo(String),
}

pub struct Outside {
    pub url: String,
    says: Arc<Mutex<Says>>,
    heard: mpsc::UnboundedReceiver<String>,
}

impl Outside {
    pub async fn start(says: Says) -> Self {
        Self::start_at("127.0.0.1", says).await
    }

    pub async fn start_at(address: &str, says: Says) -> Self {
        let listener = TcpListener::bind((address, 0)).await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("it listens"));
        let (sender, heard) = mpsc::unbounded_channel();
        let says = Arc::new(Mutex::new(says));
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

    /// The first line of the next request, once it is there.
    pub async fn next(&mut self) -> String {
        self.heard.recv().await.expect("the server goes on")
    }

    /// How many requests have come since they were last looked at.
    pub fn count(&mut self) -> usize {
        std::iter::from_fn(|| self.heard.try_recv().ok()).count()
    }
}

async fn serve(mut stream: TcpStream, says: Arc<Mutex<Says>>, heard: mpsc::UnboundedSender<String>) {
    let mut request = Vec::new();
    let mut chunk = [0; 1_024];
    while !request.windows(4).any(|four| four == b"\r\n\r\n") {
        match stream.read(&mut chunk).await {
            Ok(0) | Err(_) => return,
            Ok(length) => request.extend_from_slice(&chunk[..length]),
        }
    }
    let says = says.lock().unwrap().clone();
    let line = String::from_utf8_lossy(&request).lines().next().unwrap_or_default().to_owned();
    // Nobody may listen any more.
    let _ = heard.send(line);
    let told = match says {
        Says::Answer(status, body) => answer(status, &body),
        Says::MovedTo(url) => {
            format!("HTTP/1.1 302 Found\r\nLocation: {url}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        }
        Says::Nothing => return std::future::pending().await,
        Says::Endless => {
            let begin = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n";
            let mut sent = stream.write_all(begin.as_bytes()).await;
            while sent.is_ok() {
                sent = stream.write_all(&[b' '; 4_096]).await;
            }
            return;
        }
    };
    // Whoever asked may have gone.
    let _ = stream.write_all(told.as_bytes()).await;
}

fn answer(status: u16, body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 {status} Said\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}")
}
