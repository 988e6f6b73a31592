//! A load balancer as they usually are.
//!
//! It asks each node's `/readyz` every 200 ms and sends a node nothing after two answers that were not 200. It keeps
//! connections open and uses them again, unless the server has closed them or said that it will. A request is sent to
//! another node only if the connection to the first was refused, before anything was sent. Every other failure is the client's.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::time::timeout;

use super::Line;
use super::line::Said;

const CHECK_EVERY: Duration = Duration::from_millis(200);
const CHECK_TIME_MAX: Duration = Duration::from_secs(1);
/// Checks that fail in a row until a node is down.
const FALL: u32 = 2;

#[derive(Default)]
struct Node {
    failed: u32,
    is_up: bool,
    kept: Vec<Line>,
}

#[derive(Clone, Default)]
pub struct Balancer {
    nodes: Arc<Mutex<BTreeMap<String, Node>>>,
    turn: Arc<Mutex<usize>>,
}

impl Balancer {
    /// Sends nothing to it until it is ready.
    pub fn add(&self, address: &str) {
        self.nodes.lock().unwrap().insert(address.to_owned(), Node::default());
        let (balancer, address) = (self.clone(), address.to_owned());
        tokio::spawn(async move {
            while balancer.check(&address).await {
                tokio::time::sleep(CHECK_EVERY).await;
            }
        });
    }

    pub fn remove(&self, address: &str) {
        self.nodes.lock().unwrap().remove(address);
    }

    pub fn is_up(&self, address: &str) -> bool {
        self.nodes.lock().unwrap().get(address).is_some_and(|node| node.is_up)
    }

    /// Whether it is still one of the nodes.
    async fn check(&self, address: &str) -> bool {
        let ask = async {
            let mut line = Line::open(address).await.ok()?;
            line.send("GET /readyz HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n").await.ok()?;
            line.answer().await
        };
        let said = timeout(CHECK_TIME_MAX, ask).await.ok().flatten();
        let mut nodes = self.nodes.lock().unwrap();
        let Some(node) = nodes.get_mut(address) else { return false };
        if said.is_some_and(|said| said.status == 200) {
            (node.is_up, node.failed) = (true, 0);
        } else {
            node.failed += 1;
            node.is_up &= node.failed < FALL;
        }
        true
    }

    /// The answer, or why the client gets none.
    pub async fn send(&self, request: &str) -> Result<Said, String> {
        for _ in 0..10 {
            let (address, kept) = self.next().ok_or("no node is up")?;
            let mut line = match kept {
                Some(line) => line,
                None => match Line::open(&address).await {
                    Ok(line) => line,
                    Err(_) => continue,
                },
            };
            line.send(request).await.map_err(|error| format!("{address} while it was sent: {error}"))?;
            let said = line.answer().await.ok_or_else(|| format!("{address} closed without an answer"))?;
            if !said.closes()
                && let Some(node) = self.nodes.lock().unwrap().get_mut(&address)
            {
                node.kept.push(line);
            }
            return Ok(said);
        }
        Err("every connection was refused".to_owned())
    }

    /// The node whose turn it is, with a connection to it if one is open.
    fn next(&self) -> Option<(String, Option<Line>)> {
        let mut nodes = self.nodes.lock().unwrap();
        let mut turn = self.turn.lock().unwrap();
        *turn += 1;
        let mut up: Vec<_> = nodes.iter_mut().filter(|(_, node)| node.is_up).collect();
        let count = up.len();
        let (address, node) = up.get_mut(*turn % count.max(1))?;
        node.kept.retain(|line| !line.is_over());
        Some(((*address).clone(), node.kept.pop()))
    }
}
