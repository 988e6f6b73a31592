//! Whether two URLs lead to the same server.

use url::Url;

/// The same scheme, host and port: what is kept secret for one may be sent to the other.
pub fn is_same_origin(one: &str, other: &str) -> bool {
    let origin = |text: &str| Url::parse(text).ok().map(|url| url.origin());
    origin(one) == origin(other)
}
