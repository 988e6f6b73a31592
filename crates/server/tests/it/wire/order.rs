//! Several requests on one connection, one behind the other, and a client that closes its side.

use serde_json::json;

use super::Line;
use super::line::post;
use crate::world::{Engine, TestWorld, call_id};

const PIPELINED: u64 = 40;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_sent_at_once_are_answered_in_their_order() {
    let world = TestWorld::start(Engine::Sqlite).await;
    let target = format!("/update-revenue?moja_auth_key={}", world.key("update_revenue"));
    let mut line = Line::open(&world.nodes[0].address).await.unwrap();
    let all: String = (0..PIPELINED)
        .map(|number| {
            // Some are answered without a commit, and could overtake the others.
            let target = if number % 3 == 0 { "/update-revenue" } else { &target };
            let body =
                json!({"call_log_id": call_id(number % 20), "revenue_paid_out": format!("{number}.5")});
            post(target, "", &body.to_string())
        })
        .collect();
    line.send(all).await.unwrap();
    for number in 0..PIPELINED {
        let said = line.answer().await.expect("an answer for each");
        if number % 3 == 0 {
            assert_eq!(said.status, 401, "{number}: {said:?}");
        } else {
            assert_eq!(said.status, 200, "{number}: {said:?}");
            let paid = said.json()["revenue_paid_out"].to_string();
            assert!(paid.starts_with(&format!("{number}.5")), "{number}: {said:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_does_not_wait_for_the_rest_of_the_next_request() {
    let world = TestWorld::start(Engine::Sqlite).await;
    let mut line = Line::open(&world.nodes[0].address).await.unwrap();
    line.send("GET /healthz HTTP/1.1\r\nHost: h\r\n\r\nGET /healthz HT").await.unwrap();
    let started = std::time::Instant::now();
    assert_eq!(line.answer().await.map(|said| said.status), Some(200));
    assert!(started.elapsed().as_secs() < 2, "{:?}", started.elapsed());
    line.send("TP/1.1\r\nHost: h\r\n\r\n").await.unwrap();
    assert_eq!(line.answer().await.map(|said| said.status), Some(200));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_closes_their_side_after_asking_is_answered() {
    let world = TestWorld::start(Engine::Sqlite).await;
    let target = format!("/update-revenue?moja_auth_key={}", world.key("update_revenue"));
    let body = json!({"call_log_id": call_id(1), "revenue_paid_out": "7.5"}).to_string();
    let mut line = Line::open(&world.nodes[0].address).await.unwrap();
    line.send(post(&target, "", &body)).await.unwrap();
    line.half_close().await;
    assert_eq!(line.answer().await.map(|said| said.status), Some(200));
    line.ends().await;
    // Half a request is none.
    for part in [20, 150, 300] {
        let whole = post(&target, &format!("X-Long: {}\r\n", "x".repeat(200)), &body);
        let mut line = Line::open(&world.nodes[0].address).await.unwrap();
        line.send(&whole[..part.min(whole.len() - 1)]).await.unwrap();
        line.half_close().await;
        let said = line.answer().await;
        assert!(said.as_ref().is_none_or(|said| said.status == 400), "{said:?}");
        line.ends().await;
    }
    let mut line = Line::open(&world.nodes[0].address).await.unwrap();
    let whole = post(&target, "", &body);
    line.send(&whole[..whole.len() - 3]).await.unwrap();
    line.half_close().await;
    let said = line.answer().await.expect("its head was whole");
    assert_eq!((said.status, said.json()["code"].as_str()), (400, Some("body_incomplete")));
}

/// A stream is given up when its listener is gone, though closing one side alone is allowed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_listener_that_is_gone_is_noticed() {
    let world = TestWorld::start(Engine::Sqlite).await;
    let mut line = Line::open(&world.nodes[0].address).await.unwrap();
    let key = world.keys["api_key"].as_str().unwrap();
    line.send(format!("GET /v1/stream HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {key}\r\n\r\n"))
        .await
        .unwrap();
    assert_eq!(line.answer().await.map(|said| said.status), Some(200));
    assert_eq!(streams_open(&world).await, Some(1.0));
    drop(line);
    let started = std::time::Instant::now();
    while streams_open(&world).await != Some(0.0) {
        assert!(started.elapsed().as_secs() < 60, "its stream is still open");
        // It makes the server write, which is how it learns.
        let caller = format!("+1310555{:04}", 1_000 + started.elapsed().as_millis() % 9_000);
        world.call_from(&caller).await;
    }
}

async fn streams_open(world: &TestWorld) -> Option<f64> {
    let url = format!("http://{}/metrics", world.nodes[0].address);
    let text = world.client.get(url).send().await.unwrap().text().await.unwrap();
    let line = text.lines().find(|line| line.starts_with("hookline_streams_open"))?;
    line.rsplit(' ').next()?.parse().ok()
}
