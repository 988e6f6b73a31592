//! What is sent, and what becomes of the answer.

use std::time::{Duration, Instant};

use hookline_domain::flow::{HttpAnswer, HttpFailure, HttpRequest, Method};
use serde_json::{Value, json};

use super::*;
use crate::outbound::ANSWER_BYTES_MAX;

const HEAD: &str = "HTTP/1.1 200 OK\r\n\r\n";
const SHORT_MS: u32 = 200;
/// Far longer than any limit here, far shorter than a server that never ends.
const SOON: Duration = Duration::from_secs(5);

async fn send(server: &Server) -> Result<HttpAnswer, HttpFailure> {
    plain().send(&get(server.url("127.0.0.1"))).await
}

#[tokio::test]
async fn a_request_arrives_as_it_was_written() {
    let server = Server::answering("201 Created", "", r#" {"score": 7, "name": "Ann"}"#).await;
    let request = HttpRequest {
        method: Method::Patch,
        url: format!("{}lead?zip=02134&k=%5B", server.url("crm.test")),
        headers: vec![
            ("X-Name".into(), "Zoë".into()),
            ("X-Twice".into(), "1".into()),
            ("X-Twice".into(), "2".into()),
            ("Content-Type".into(), "application/json".into()),
        ],
        body: Some(r#"{"a":"é"}"#.into()),
        timeout_ms: 10_000,
    };
    let answer = outbound(|_| vec![GOOD]).send(&request).await.unwrap();
    assert_eq!(answer, HttpAnswer { status: 201, body: json!({"score": 7, "name": "Ann"}) });
    let heard = server.heard();
    let (head, body) = heard[0].split_once("\r\n\r\n").unwrap();
    let mut lines: Vec<String> = head.lines().map(str::to_lowercase).collect();
    assert_eq!(lines.remove(0), "patch /lead?zip=02134&k=%5b http/1.1");
    lines.sort();
    let expected = [
        "accept: */*".to_owned(),
        "content-length: 10".to_owned(),
        "content-type: application/json".to_owned(),
        format!("host: crm.test:{}", server.address.port()),
        concat!("user-agent: hookline/", env!("CARGO_PKG_VERSION")).to_owned(),
        "x-name: zoë".to_owned(),
        "x-twice: 1".to_owned(),
        "x-twice: 2".to_owned(),
    ];
    assert_eq!(lines, expected);
    assert_eq!(body, r#"{"a":"é"}"#);
    assert_eq!(heard.len(), 1);
}

#[tokio::test]
async fn a_body_that_is_no_json_is_null() {
    for (status, body) in
        [("200 OK", "<html>"), ("204 No Content", ""), ("500 Oh", "{\"a\":"), ("200 OK", "\u{0}")]
    {
        let server = Server::answering(status, "content-type: application/json\r\n", body).await;
        let answer = send(&server).await.unwrap();
        assert_eq!((answer.status.to_string().as_str(), answer.body), (&status[..3], Value::Null));
    }
}

#[tokio::test]
async fn an_answer_may_be_just_as_large_as_the_limit() {
    let text = "a".repeat(ANSWER_BYTES_MAX - 2);
    let server = Server::answering("200 OK", "", &format!("\"{text}\"")).await;
    assert_eq!(send(&server).await.unwrap().body, text);
    let server = Server::answering("200 OK", "", &format!("\"{text}b\"")).await;
    assert_eq!(send(&server).await, Err(HttpFailure::TooLarge));
}

#[tokio::test]
async fn an_endless_answer_is_left() {
    let started = Instant::now();
    for head in [HEAD, "HTTP/1.1 200 OK\r\ncontent-length: 9999999999999\r\n\r\n"] {
        let server = Server::that(Says::Endlessly(head, vec![b'a'; 1_000])).await;
        assert_eq!(send(&server).await, Err(HttpFailure::TooLarge), "{head}");
    }
    let chunked = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
    let server = Server::that(Says::Endlessly(chunked, b"4\r\naaaa\r\n".to_vec())).await;
    assert_eq!(send(&server).await, Err(HttpFailure::TooLarge));
    let server = Server::that(Says::Endlessly("HTTP/1.1 200 OK\r\n", b"x-more: and more\r\n".to_vec())).await;
    assert_eq!(send(&server).await, Err(HttpFailure::Unreadable));
    assert!(started.elapsed() < SOON);
}

#[tokio::test]
async fn a_slow_server_is_left_at_the_end_of_the_time() {
    for says in [
        Says::Slowly(""),
        Says::Slowly("HTTP/1.1 200 OK\r\nx-slow: "),
        Says::Slowly(HEAD),
        // Nothing but "wait", as fast as it is read.
        Says::Endlessly("", b"HTTP/1.1 100 Continue\r\n\r\n".to_vec()),
    ] {
        let server = Server::that(says).await;
        let request = HttpRequest { timeout_ms: SHORT_MS, ..get(server.url("127.0.0.1")) };
        let started = Instant::now();
        let failure = plain().send(&request).await.unwrap_err();
        assert!(started.elapsed() < SOON);
        assert!(matches!(failure, HttpFailure::Timeout | HttpFailure::Unreadable), "{failure:?}");
    }
    let server = Server::that(Says::Slowly(HEAD)).await;
    let request = HttpRequest { timeout_ms: SHORT_MS, ..get(server.url("127.0.0.1")) };
    let started = Instant::now();
    assert_eq!(plain().send(&request).await, Err(HttpFailure::Timeout));
    assert!(started.elapsed() >= Duration::from_millis(SHORT_MS.into()));
}

#[tokio::test]
async fn looking_up_a_name_counts_as_well() {
    let outbound = Outbound::with_names(Allow::NONE, Names::Silent).unwrap();
    let request = HttpRequest { timeout_ms: SHORT_MS, ..get("http://crm.test/") };
    assert_eq!(outbound.send(&request).await, Err(HttpFailure::Timeout));
}

#[tokio::test]
async fn an_answer_that_breaks_off_or_is_none_is_unreadable() {
    for answer in [
        "",
        "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{}",
        "SSH-2.0-OpenSSH_9.2\r\n",
        "HTTP/1.1 2 OK\r\n\r\n",
    ] {
        let server = Server::that(Says::Once(answer.into())).await;
        assert_eq!(send(&server).await, Err(HttpFailure::Unreadable), "{answer:?}");
    }
}

#[tokio::test]
async fn a_server_that_is_down_is_unreachable() {
    let closed = TcpListener::bind((GOOD, 0)).await.unwrap().local_addr().unwrap();
    assert_eq!(plain().send(&get(format!("http://{closed}/"))).await, Err(HttpFailure::Unreachable));
    // One without TLS, asked over https: it hears the beginning of a handshake and no request.
    let server = Server::that(Says::Once(b"HTTP/1.1 400 Bad Request\r\n\r\n".into())).await;
    let request = get(format!("https://{}/secret", server.address));
    assert_eq!(plain().send(&request).await, Err(HttpFailure::Unreachable));
    assert!(server.heard()[0].starts_with('\u{16}') && !server.heard()[0].contains("secret"));
}

#[tokio::test]
async fn available_is_who_says_so_in_time() {
    for (status, available) in [
        ("200 OK", true),
        ("204 No Content", true),
        ("299 Fine", true),
        ("404 No", false),
        ("503 Busy", false),
    ] {
        let server = Server::answering(status, "", "").await;
        assert_eq!(plain().is_available(&server.url("127.0.0.1"), 10_000).await, available, "{status}");
    }
    // What it says besides is not waited for.
    let server = Server::that(Says::Slowly(HEAD)).await;
    assert!(plain().is_available(&server.url("127.0.0.1"), 10_000).await);
    let server = Server::that(Says::Slowly("HTTP/1.1 200 OK\r\nx-slow: ")).await;
    assert!(!plain().is_available(&server.url("127.0.0.1"), SHORT_MS).await);
}
