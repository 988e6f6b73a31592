//! Requests that are no HTTP, or two things at once: refused or answered once, and the connection ends, so that nothing of
//! it can be taken for another's request.

use super::Line;
use crate::world::{Engine, TestWorld};

/// What is sent after a good path's beginning, and the status that must come; None if the end alone is enough.
struct Case {
    what: &'static str,
    bytes: String,
    status: Option<u16>,
}

/// A second request behind the first, which must not be taken for one.
const SMUGGLED: &str = "GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_http_is_refused_and_ends_the_connection() {
    let world = TestWorld::start(Engine::Sqlite).await;
    let address = &world.nodes[0].address;
    for case in cases(&world) {
        let mut line = Line::open(address).await.unwrap();
        // It may be refused, and closed, before all of it is sent.
        let _ = line.send(&case.bytes).await;
        let said = line.answer().await;
        let status = said.as_ref().map(|said| said.status);
        if case.status.is_some() || status.is_some_and(|status| !(400..=431).contains(&status)) {
            assert_eq!(status, case.status, "{}: {said:?}", case.what);
        }
        line.ends().await;
    }
    // Whoever sends what they should is served as before.
    let mut line = Line::open(address).await.unwrap();
    line.send(SMUGGLED).await.unwrap();
    assert_eq!(line.answer().await.unwrap().status, 200);
    // What was refused did nothing: data is there of the two that were answered.
    assert_eq!(world.count("SELECT COUNT(*) FROM caller_data").await, 2);
}

fn cases(world: &TestWorld) -> Vec<Case> {
    let target = format!("/call-data?moja_auth_key={}", world.key("call_data"));
    let post = format!("POST {target} HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n");
    let body = r#"{"caller_id":"+13105550001"}"#;
    let length = body.len();
    let chunk = format!("{length:x}\r\n{body}\r\n0\r\n\r\n");
    let get = "GET /healthz HTTP/1.1\r\nHost: h\r\n";
    let case = |what, bytes: String, status: u16| Case { what, bytes, status: Some(status) };
    let ends = |what, bytes: String| Case { what, bytes, status: None };
    vec![
        // Read as chunked, answered, and closed: what comes after may be meant otherwise by a proxy before us.
        case(
            "both lengths",
            format!("{post}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n{chunk}{SMUGGLED}"),
            200,
        ),
        case(
            "both lengths, the other way round",
            format!("{post}Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n{chunk}{SMUGGLED}"),
            200,
        ),
        case(
            "two lengths",
            format!("{post}Content-Length: {length}\r\nContent-Length: 4\r\n\r\n{body}{SMUGGLED}"),
            400,
        ),
        case("two lengths in one", format!("{post}Content-Length: {length}, 4\r\n\r\n{body}"), 400),
        case("a signed length", format!("{post}Content-Length: +{length}\r\n\r\n{body}"), 400),
        case("a negative length", format!("{post}Content-Length: -1\r\n\r\n{body}"), 400),
        case(
            "a length over all numbers",
            format!("{post}Content-Length: 99999999999999999999999\r\n\r\n"),
            400,
        ),
        case("no known coding", format!("{post}Transfer-Encoding: xchunked\r\n\r\n{chunk}"), 400),
        case("chunked not last", format!("{post}Transfer-Encoding: chunked, identity\r\n\r\n{chunk}"), 400),
        case("a chunk without a size", format!("{post}Transfer-Encoding: chunked\r\n\r\nzz\r\n{body}"), 400),
        case(
            "a chunk over all numbers",
            format!("{post}Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n{body}"),
            400,
        ),
        case(
            "a chunk longer than it says",
            format!("{post}Transfer-Encoding: chunked\r\n\r\n2\r\n{body}\r\n0\r\n\r\n"),
            400,
        ),
        case(
            "endless words beside a chunk",
            format!("{post}Transfer-Encoding: chunked\r\n\r\n2;{}\r\n", "x".repeat(100_000)),
            400,
        ),
        case(
            "chunked in HTTP/1.0",
            format!("POST {target} HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n{chunk}"),
            400,
        ),
        case("a null in a header", format!("{get}X-A: a\0b\r\n\r\n"), 400),
        case("a null in the path", "GET /health\0z HTTP/1.1\r\nHost: h\r\n\r\n".to_owned(), 400),
        case("a folded header", format!("{get}X-A: a\r\n b\r\n\r\n"), 400),
        case("a space before the colon", format!("{get}X-A : a\r\n\r\n"), 400),
        case("a header without a name", format!("{get}: a\r\n\r\n"), 400),
        case("a thousand headers", format!("{get}{}\r\n", "X-A: a\r\n".repeat(1_000)), 431),
        case("a header without end", format!("{get}X-A: {}", "a".repeat(200_000)), 431),
        case("a path without end", format!("GET /{}", "a".repeat(200_000)), 431),
        case("an unknown version", "GET /healthz HTTP/3.7\r\n\r\n".to_owned(), 400),
        ends("HTTP/2 without asking", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_owned()),
        ends("TLS", "\u{16}\u{3}\u{1}\0\u{5}\u{1}\0\0\u{1}\u{3}\u{3}".to_owned()),
        ends("no HTTP at all", "hello, is anybody there?\r\n\r\n".to_owned()),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_older_client_is_served() {
    let world = TestWorld::start(Engine::Sqlite).await;
    let address = &world.nodes[0].address;
    let mut line = Line::open(address).await.unwrap();
    line.send("GET /healthz HTTP/1.0\r\n\r\n").await.unwrap();
    assert_eq!(line.answer().await.unwrap().status, 200);
    line.ends().await;
    let mut line = Line::open(address).await.unwrap();
    for _ in 0..2 {
        line.send("GET /healthz HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").await.unwrap();
        assert_eq!(line.answer().await.unwrap().status, 200);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_long_address_is_read_as_far_as_the_limit_goes() {
    let world = TestWorld::start(Engine::Sqlite).await;
    let target = format!("/call-data?moja_auth_key={}", world.key("call_data"));
    let mut line = Line::open(&world.nodes[0].address).await.unwrap();
    let long =
        format!("GET {target}&caller_id=%2B13105550001&a={} HTTP/1.1\r\nHost: h\r\n\r\n", "a".repeat(4_000));
    line.send(long).await.unwrap();
    let said = line.answer().await.unwrap();
    assert_eq!(said.status, 200, "{said:?}");
    let fields: String = (0..90).map(|number| format!("X-Field-{number}: {}\r\n", "v".repeat(400))).collect();
    let body = r#"{"caller_id":"+13105550001"}"#;
    line.send(super::line::post(&target, &fields, body)).await.unwrap();
    let said = line.answer().await.unwrap();
    assert_eq!(said.status, 200, "{said:?}");
}
