//! The client's address, through proxies that the operator trusts.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::http::{Extensions, HeaderMap};

/// The address of the connection's other end, put into a request by the server's loop.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub SocketAddr);

/// The connection's address; behind a trusted proxy, the last address in `X-Forwarded-For` that is
/// not a trusted proxy itself. Entries before it were written by whoever sent the request.
pub fn client_address(extensions: &Extensions, headers: &HeaderMap, trusted: &[IpAddr]) -> IpAddr {
    let peer =
        extensions.get::<Peer>().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.0.ip().to_canonical());
    if !trusted.contains(&peer) {
        return peer;
    }
    let forwarded: Vec<&str> = headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .collect();
    for entry in forwarded.into_iter().rev() {
        let Ok(address) = entry.parse::<IpAddr>() else { return peer };
        if !trusted.contains(&address.to_canonical()) {
            return address.to_canonical();
        }
    }
    peer
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(peer: &str, forwarded: &str) -> String {
        let mut extensions = Extensions::new();
        extensions.insert(Peer(peer.parse().unwrap()));
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", forwarded.parse().unwrap());
        client_address(&extensions, &headers, &["10.0.0.1".parse().unwrap(), "10.0.0.2".parse().unwrap()])
            .to_string()
    }

    #[test]
    fn only_a_trusted_proxy_is_believed() {
        assert_eq!(seen("203.0.113.9:5", "198.51.100.7"), "203.0.113.9");
        assert_eq!(seen("10.0.0.1:5", "192.0.2.66, 198.51.100.7, 10.0.0.2"), "198.51.100.7");
        assert_eq!(seen("10.0.0.1:5", "nonsense"), "10.0.0.1");
    }
}
