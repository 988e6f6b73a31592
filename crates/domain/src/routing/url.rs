//! Web addresses with tags in them: `https://buyer.example/open?zip=[ZIP_CODE]`.

use crate::tags::TagName;
use crate::template::Template;

/// # Errors
/// What the URL must be. Tags may not stand in its host: whoever sends a tag would choose whom we ask.
pub(super) fn check_url(url: &str) -> Result<(), &'static str> {
    let rest = ["https://", "http://"].into_iter().find_map(|scheme| url.strip_prefix(scheme));
    let rest = rest.ok_or("must begin with https:// or http://")?;
    if url.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Err("contains a space or a control character; write it percent-encoded");
    }
    let host = &rest[..rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len())];
    if host.contains('@') {
        return Err("contains a user before its host; leave it out");
    }
    let literal = host.strip_prefix('[').and_then(|rest| rest.split_once(']'));
    let name = literal.map_or(host, |(_, port)| port);
    let is_literal = literal.is_none_or(|(address, _)| address.parse::<std::net::Ipv6Addr>().is_ok());
    if name.contains(['[', ']']) || !is_literal {
        return Err("has a tag in its host; tags may stand in its path and query only");
    }
    if host.is_empty() || host.starts_with(':') {
        return Err("has no host");
    }
    Ok(())
}

/// The names of the tags in it. A URL that is no template is checked when it is set.
pub(super) fn tags(url: &str) -> Vec<TagName> {
    Template::parse(url)
        .map_or_else(|_| Vec::new(), |template| template.tags_read().into_iter().cloned().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_has_a_host_of_its_own() {
        for url in [
            "https://buyer.example",
            "https://buyer.example:8443/open?zip=[ZIP_CODE]&[A]=[B]",
            "http://[2001:db8::1]:80/[STATE]",
            "http://10.0.0.5?x=[Y]",
        ] {
            assert_eq!(check_url(url), Ok(()), "{url}");
        }
        for url in [
            "",
            "buyer.example",
            "ftp://buyer.example",
            "https://",
            "https://:80/",
            "https:///x",
            "https://[HOST]/x",
            "https://[HOST].example/x",
            "https://buyer.[TLD]",
            "https://buyer.example:[PORT]/",
            "https://[::1][HOST]/",
            "https://user:secret@buyer.example/",
            "https://buyer.example/a b",
            "https://buyer.example/\n",
        ] {
            assert!(check_url(url).is_err(), "{url}");
        }
    }

    #[test]
    fn the_tags_of_a_template_are_found() {
        let found = |url| tags(url).iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(
            found("https://b.example/[STATE]?z=[ZIP_CODE]&l=[Lead-Source]"),
            ["state", "zip_code", "lead_source"]
        );
        assert_eq!(found("https://b.example/[]?z=[open"), [""; 0]);
    }
}
