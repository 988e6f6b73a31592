//! Where a call is sent: a phone number, a SIP address, or a URL that its caller is led to.

use std::fmt;
use std::net::Ipv6Addr;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::target::URL_CHARS_MAX;
use super::url;
use crate::phone::{self, Country};

/// Characters of a SIP address.
pub const SIP_CHARS_MAX: usize = 255;

/// As JSON its text: `"+13105550100"`, `"sip:sales@pbx.example.com"` or `"https://buyer.example/?cid=[CALL_ID]"`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Destination {
    /// In E.164.
    Phone(String),
    /// `sip:` or `sips:`, with user and host; a port and parameters may follow.
    Sip(String),
    /// `https://` or `http://`, with `[TAG]`s in its path and query.
    Url(String),
}

/// Why a text is no destination.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotADestination {
    #[error(
        "not a phone number: write it with its country code, such as +13105550100, or a sip: or https:// address"
    )]
    Number,
    #[error("not a SIP address: write it as sip:user@host, without spaces or angle brackets")]
    Sip,
    #[error("not a URL: it {0}")]
    Url(&'static str),
    #[error("a URL of more than {URL_CHARS_MAX} characters; shorten it")]
    LongUrl,
}

impl Destination {
    pub fn as_str(&self) -> &str {
        match self {
            Self::Phone(text) | Self::Sip(text) | Self::Url(text) => text,
        }
    }
}

impl FromStr for Destination {
    type Err = NotADestination;

    fn from_str(text: &str) -> Result<Self, NotADestination> {
        let text = text.trim();
        if let Some((scheme, address)) = text.split_once(':') {
            if let Some(known) =
                ["https", "http"].into_iter().find(|known| scheme.eq_ignore_ascii_case(known))
            {
                return url(format!("{known}:{address}"));
            }
            let scheme = ["sip", "sips"].into_iter().find(|known| scheme.eq_ignore_ascii_case(known));
            let scheme = scheme.filter(|_| text.len() <= SIP_CHARS_MAX && is_sip_address(address));
            return scheme.map(|scheme| Self::Sip(format!("{scheme}:{address}"))).ok_or(NotADestination::Sip);
        }
        // Without a country code it would depend on an organization's default whom we call.
        let international = text.starts_with('+').then(|| phone::normalize(text, Country::US));
        international.flatten().map(Self::Phone).ok_or(NotADestination::Number)
    }
}

fn url(text: String) -> Result<Destination, NotADestination> {
    url::check_url(&text).map_err(NotADestination::Url)?;
    if text.chars().count() > URL_CHARS_MAX {
        return Err(NotADestination::LongUrl);
    }
    Ok(Destination::Url(text))
}

/// `user@host[:port][;parameters]` with nothing in it that could end a header or a quoted text.
fn is_sip_address(address: &str) -> bool {
    let Some((user, rest)) = address.split_once('@') else { return false };
    let (host, parameters) = rest.split_once(';').unwrap_or((rest, ""));
    let plain = |text: &str, extra: &[u8]| {
        text.bytes().all(|byte| {
            byte.is_ascii_alphanumeric() || b"-_.!~*'()%+".contains(&byte) || extra.contains(&byte)
        })
    };
    !user.is_empty() && plain(user, b"&=$,;?/") && is_host(host) && plain(parameters, b";=:[]/&$")
}

fn is_host(host: &str) -> bool {
    let (name, port) = match host.rsplit_once(':') {
        Some((name, port)) if !port.ends_with(']') => (name, Some(port)),
        _ => (host, None),
    };
    let numbered = |port: &str| !port.starts_with('+') && port.parse::<u16>().is_ok_and(|port| port > 0);
    if !port.is_none_or(numbered) {
        return false;
    }
    if let Some(literal) = name.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return literal.parse::<Ipv6Addr>().is_ok();
    }
    let label = |label: &str| {
        let inner = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        (1..=63).contains(&label.len())
            && label.bytes().all(inner)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    name.strip_suffix('.').unwrap_or(name).split('.').all(label)
}

impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Destination {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Destination {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_destination_is_a_number_or_a_sip_address() {
        for (text, stored) in [
            ("+13105550100", "+13105550100"),
            (" +1 (310) 555-0100 ", "+13105550100"),
            ("+49 30 901820", "+4930901820"),
            ("sip:sales@pbx.example.com", "sip:sales@pbx.example.com"),
            ("SIP:sales@pbx", "sip:sales@pbx"),
            (
                "sips:+13105550100@10.0.0.5:5061;transport=tls",
                "sips:+13105550100@10.0.0.5:5061;transport=tls",
            ),
            ("sip:1000@[2001:db8::1]:5060", "sip:1000@[2001:db8::1]:5060"),
            ("sip:1000@[2001:db8::1]", "sip:1000@[2001:db8::1]"),
            (" https://b.example/?cid=[CALL_ID]&z=[ZIP]", "https://b.example/?cid=[CALL_ID]&z=[ZIP]"),
            ("HTTP://b.example", "http://b.example"),
        ] {
            assert_eq!(
                text.parse::<Destination>().map(|one| one.to_string()),
                Ok(stored.to_owned()),
                "{text}"
            );
        }
    }

    #[test]
    fn anything_else_is_refused_with_what_to_do() {
        for text in ["", "3105550100", "+1", "+", "call me", "00 49 30 901820"] {
            assert_eq!(text.parse::<Destination>(), Err(NotADestination::Number), "{text}");
        }
        for text in [
            "sip:",
            "sip:host",
            "sip:@host",
            "sip:a@",
            "sip:a@b@c",
            "sip:a b@c",
            "<sip:a@b>",
            "sip:a@b>",
            "sip:a@b\r\nX: 1",
            "sip:a@b:0",
            "sip:a@b:port",
            "sip:a@b:+5060",
            "sip:a@-b",
            "sip:a@b..c",
            "sip:a@[::zz]",
            "sip:a@b;x=\"y\"",
            "tel:+13105550100",
        ] {
            assert_eq!(text.parse::<Destination>(), Err(NotADestination::Sip), "{text}");
        }
        for text in ["https://", "https://a@b", "https://[HOST]/", "https://b.example/a b", "https:b"] {
            assert!(matches!(text.parse::<Destination>(), Err(NotADestination::Url(_))), "{text}");
        }
        let long = format!("https://b.example/{}", "a".repeat(URL_CHARS_MAX));
        assert_eq!(long.parse::<Destination>(), Err(NotADestination::LongUrl));
        let long = format!("sip:{}@b", "a".repeat(SIP_CHARS_MAX));
        assert_eq!(long.parse::<Destination>(), Err(NotADestination::Sip));
    }

    proptest! {
        #[test]
        fn what_is_read_is_written_the_same(text in "(sips?:|\\+1)[ -~]{0,30}", near in "sip:[a-z@:.;=\\[\\]0-9]{1,20}") {
            for text in [text, near] {
                if let Ok(destination) = text.parse::<Destination>() {
                    prop_assert_eq!(destination.to_string().parse(), Ok(destination.clone()));
                    prop_assert!(!destination.as_str().contains([' ', '<', '>', '"', '\r', '\n']));
                }
            }
        }
    }
}
