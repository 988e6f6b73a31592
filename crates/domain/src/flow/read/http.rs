//! From JSON to an `http_request` node.

use super::branch;
use super::node::{as_template, number, tag_name, template};
use crate::document::{Document, Fields, Problem};
use crate::flow::http::{Body, BodyKind, Destination, Header, HttpNode, Mapping, Method, Source};
use crate::flow::limits::*;
use crate::template::Template;

/// They belong to the connection, and who sends the request writes them.
const RESERVED: [&str; 9] = [
    "host",
    "content-length",
    "transfer-encoding",
    "connection",
    "keep-alive",
    "te",
    "trailer",
    "upgrade",
    "expect",
];

pub(super) fn node(fields: &mut Fields<'_>) -> Result<HttpNode, Problem> {
    let method = fields.take("method").map_or(Ok(Method::Get), |method| method.word(&Method::ALL))?;
    let url = url(&fields.require("url", "where the request goes, such as https://crm.example/lead")?)?;
    let headers = fields.take("headers").map_or(Ok(Vec::new()), |list| {
        list.items(HEADERS_MAX)?.iter().map(header).collect::<Result<Vec<_>, _>>()
    })?;
    let body = match fields.take("body") {
        Some(field) if method == Method::Get => {
            return Err(field.problem("does not go with GET; use POST, or leave it out"));
        }
        Some(field) => Some(body(&field)?),
        None => None,
    };
    let timeout_ms =
        number(fields, "timeout_ms", HTTP_TIMEOUT_MS_MIN..=HTTP_TIMEOUT_MS_MAX, HTTP_TIMEOUT_MS_DEFAULT)?;
    let response = fields.take("response").map_or(Ok(Vec::new()), |list| {
        list.items(MAPPINGS_MAX)?.iter().map(mapping).collect::<Result<Vec<_>, _>>()
    })?;
    let (next, error) = (branch(fields, "next")?, branch(fields, "error")?);
    Ok(HttpNode { method, url, headers, body, timeout_ms, response, next, error })
}

/// The host is written out: if a caller's value could choose it, it would be sent what the headers hold.
pub(crate) fn url(document: &Document<'_>) -> Result<Template, Problem> {
    let template = as_template(document)?;
    if template.as_str().chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err(document.problem("has white space in it; write it as %20"));
    }
    let literal = template.literal_start();
    let rest = literal.strip_prefix("https://").or_else(|| literal.strip_prefix("http://"));
    let Some(rest) = rest else {
        return Err(document.problem("must begin with https:// or http:// and a host without tags"));
    };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if host.len() == rest.len() && literal.len() < template.as_str().len() {
        return Err(document.problem("has a tag in its host; write the host out, and a / after it"));
    }
    if host.is_empty() || host.contains(['@', '\\', '%']) {
        return Err(document.problem("needs a plain host name; put credentials into a header"));
    }
    Ok(template)
}

fn header(document: &Document<'_>) -> Result<Header, Problem> {
    let mut fields = document.fields()?;
    let name = header_name(&fields.require("name", "the header's name")?)?;
    let value = template(&mut fields, "value")?;
    fields.finish()?;
    Ok(Header { name, value })
}

pub(crate) fn header_name(field: &Document<'_>) -> Result<String, Problem> {
    let name = field.text(HEADER_NAME_CHARS_MAX)?;
    let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    if name.is_empty() || !name.bytes().all(token) {
        return Err(field.problem("is no header name; use letters, digits and -"));
    }
    if RESERVED.iter().any(|reserved| name.eq_ignore_ascii_case(reserved)) {
        return Err(field.problem("is a header that we write ourselves; leave it out"));
    }
    Ok(name)
}

fn body(document: &Document<'_>) -> Result<Body, Problem> {
    let mut fields = document.fields()?;
    let kind = fields.require("kind", "json, form or raw")?.word(&BodyKind::ALL)?;
    let field = fields.require("text", "the body, which may have [TAG]s in it")?;
    let text = as_template(&field)?;
    if kind == BodyKind::Json && !text.is_json() {
        return Err(
            field.problem("is not JSON once the tags have their values; look for a missing quote or comma")
        );
    }
    fields.finish()?;
    Ok(Body { kind, text })
}

fn mapping(document: &Document<'_>) -> Result<Mapping, Problem> {
    let mut fields = document.fields()?;
    let field = fields.require("from", "status, or a JSON pointer such as /lead/score")?;
    let from = match field.text(POINTER_CHARS_MAX)? {
        text if text == "status" => Source::Status,
        text if text.is_empty() || text.starts_with('/') => Source::Pointer(text),
        _ => return Err(field.problem("must be status, or a JSON pointer such as /lead/score")),
    };
    let to = fields.require("to", "where the value goes, such as {\"variable\":\"score\"}")?;
    let mut names = to.fields()?;
    let destination = match (names.take("variable"), names.take("tag")) {
        (Some(name), None) => Destination::Variable(tag_name(&name)?),
        (None, Some(name)) => Destination::Tag(tag_name(&name)?),
        _ => return Err(to.problem("must have either a variable or a tag")),
    };
    names.finish()?;
    fields.finish()?;
    Ok(Mapping { from, to: destination })
}
