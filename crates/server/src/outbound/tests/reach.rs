//! Where a request may go.

use std::sync::atomic::{AtomicUsize, Ordering};

use hookline_domain::flow::HttpFailure::{self, AddressNotAllowed, Unreachable};

use super::*;

async fn fails(outbound: &Outbound, url: impl Into<String>) -> HttpFailure {
    let url = url.into();
    outbound.send(&get(&url)).await.expect_err(&url)
}

fn fine() -> Says {
    Says::Once(b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{}".into())
}

#[tokio::test]
async fn an_address_is_refused_however_it_is_written() {
    let outbound = Outbound::new(Allow::NONE).unwrap();
    let server = Server::that(fine()).await;
    for host in [
        "127.0.0.1",
        "127.0.0.1.",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "0177.0.0.1",
        "017700000001",
        "%31%32%37.0.0.1",
        "１２７.0.0.1",
        "0",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[64:ff9b::7f00:1]",
        "169.254.169.254",
    ] {
        assert_eq!(fails(&outbound, server.url(host)).await, AddressNotAllowed, "{host}");
    }
    assert_eq!(server.heard(), [""; 0]);
}

#[tokio::test]
async fn a_name_is_refused_if_its_address_is() {
    let server = Server::that(fine()).await;
    // By the system's own resolver.
    let outbound = Outbound::new(Allow::NONE).unwrap();
    assert_eq!(fails(&outbound, server.url("localhost")).await, AddressNotAllowed);
    assert!(!outbound.is_available(&server.url("localhost"), 10_000).await);
    let bad = super::outbound(|_| vec![BAD, "::ffff:127.0.0.2".parse().unwrap(), "fd00::1".parse().unwrap()]);
    assert_eq!(fails(&bad, server.url("crm.test")).await, AddressNotAllowed);
    assert_eq!(server.heard(), [""; 0]);
}

#[tokio::test]
async fn of_a_names_addresses_only_the_allowed_are_dialled() {
    let good = Server::that(fine()).await;
    let bad = Server::at(SocketAddr::new(BAD, good.address.port()), fine()).await;
    for addresses in [[BAD, GOOD], [GOOD, BAD]] {
        let outbound = outbound(move |_| addresses.to_vec());
        assert_eq!(outbound.send(&get(good.url("crm.test"))).await.unwrap().status, 200);
    }
    // Not even when the allowed one does not answer.
    let closed = TcpListener::bind((GOOD, 0)).await.unwrap().local_addr().unwrap().port();
    let bad_alone = Server::at(SocketAddr::new(BAD, closed), fine()).await;
    let outbound = outbound(|_| vec![GOOD, BAD]);
    assert_eq!(fails(&outbound, bad_alone.url("crm.test")).await, Unreachable);
    assert_eq!((good.heard().len(), bad.heard().len(), bad_alone.heard().len()), (2, 0, 0));
}

#[tokio::test]
async fn a_name_that_moves_is_checked_at_every_connection() {
    let good = Server::that(fine()).await;
    let bad = Server::at(SocketAddr::new(BAD, good.address.port()), fine()).await;
    let asked = AtomicUsize::new(0);
    let moves = move |_: &str| vec![if asked.fetch_add(1, Ordering::SeqCst) == 0 { GOOD } else { BAD }];
    let outbound = outbound(moves);
    // It was looked up once: what was dialled is what was checked.
    assert_eq!(outbound.send(&get(good.url("crm.test"))).await.unwrap().status, 200);
    assert_eq!(fails(&outbound, good.url("crm.test")).await, AddressNotAllowed);
    assert_eq!((good.heard().len(), bad.heard().len()), (1, 0));
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_not_followed() {
    let bad = Server::at(SocketAddr::new(BAD, 0), fine()).await;
    for status in ["301 Moved", "302 Found", "307 Again", "308 For good"] {
        let location = format!("location: {}\r\n", bad.url("127.0.0.2"));
        let server = Server::answering(status, &location, r#"{"moved":true}"#).await;
        let answer = plain().send(&get(server.url("127.0.0.1"))).await.unwrap();
        assert_eq!(answer.status.to_string(), status[..3]);
        assert_eq!(answer.body, serde_json::json!({"moved": true}));
        assert!(!plain().is_available(&server.url("127.0.0.1"), 10_000).await);
    }
    assert_eq!(bad.heard(), [""; 0]);
}

#[tokio::test]
async fn what_is_no_plain_web_address_is_not_asked() {
    let server = Server::that(fine()).await;
    let port = server.address.port();
    for url in [
        format!("http://crm.test@127.0.0.1:{port}/"),
        format!("http://user:secret@127.0.0.1:{port}/"),
        format!("http://:secret@127.0.0.1:{port}/"),
        format!("ftp://127.0.0.1:{port}/"),
        "file:///etc/passwd".to_owned(),
        "data:,x".to_owned(),
        "http://".to_owned(),
        "http://[::1/".to_owned(),
        "127.0.0.1".to_owned(),
        String::new(),
    ] {
        assert_eq!(fails(&plain(), &url).await, Unreachable, "{url}");
    }
    assert_eq!(server.heard(), [""; 0]);
}
