//! What a body is, from its `Content-Type`.

use super::{RawRequest, Refusal};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Media {
    Json,
    Form,
}

/// The type of a body that isn't empty.
pub(super) fn of(raw: &RawRequest<'_>) -> Result<Media, Refusal> {
    let mut sent = raw.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("content-type"));
    let (Some((_, value)), None) = (sent.next(), sent.next()) else {
        return Err(Refusal::unsupported_media_type());
    };
    std::str::from_utf8(value).ok().and_then(parse).ok_or_else(Refusal::unsupported_media_type)
}

fn parse(value: &str) -> Option<Media> {
    let mut parts = value.split(';').map(str::trim);
    let essence = parts.next()?;
    if !parts.all(is_utf8_or_no_charset) {
        return None;
    }
    let ends_in_json = essence.len() > 5
        && essence.get(essence.len() - 5..).is_some_and(|end| end.eq_ignore_ascii_case("+json"));
    if essence.eq_ignore_ascii_case("application/json") || ends_in_json {
        Some(Media::Json)
    } else if essence.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        Some(Media::Form)
    } else {
        None
    }
}

/// US-ASCII is UTF-8 too; any other charset would be misread.
fn is_utf8_or_no_charset(parameter: &str) -> bool {
    let Some((name, value)) = parameter.split_once('=') else { return true };
    let charset = value.trim().trim_matches('"');
    !name.trim().eq_ignore_ascii_case("charset")
        || ["utf-8", "utf8", "us-ascii"].iter().any(|known| charset.eq_ignore_ascii_case(known))
}
