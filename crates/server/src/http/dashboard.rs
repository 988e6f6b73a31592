//! The dashboard: what `dashboard/dist` had when the program was built (in a debug build: what it has now), served at
//! every path that is not the API's.

use std::collections::HashMap;
use std::io::Write;
use std::sync::{LazyLock, Mutex, PoisonError};

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode, header};
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use rust_embed::{Embed, EmbeddedFile};

#[derive(Embed)]
#[folder = "../../dashboard/dist"]
#[allow_missing = true]
struct Dist;

const INDEX: &str = "index.html";
/// Their names change with what is in them.
const HASHED: &str = "assets/";
const NOT_BUILT: &str = "Hookline is running, and its dashboard was not built into this program.\n`make run` builds both. The API is described at /docs.\n";
/// Of a smaller file, compressed, nothing is gained.
const GZIP_BYTES_MIN: usize = 1_024;

const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; script-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";
const HEADERS: [(HeaderName, &str); 3] = [
    (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "same-origin"),
];

/// What the dashboard has at the request's path: a file, or the page that finds its way from there by itself.
pub fn find(request: &Request) -> Option<Response<Body>> {
    let path = request.uri().path().strip_prefix('/')?;
    let head = request.method() == Method::HEAD;
    if !head && request.method() != Method::GET || is_api(path) {
        return None;
    }
    let name = if path.is_empty() { INDEX } else { path };
    let found = match Dist::get(name) {
        Some(file) => Some(serve(name, file, request.headers())),
        None if path.is_empty() || is_navigation(request.headers()) => {
            Some(Dist::get(INDEX).map_or_else(not_built, |file| serve(INDEX, file, request.headers())))
        }
        None => None,
    };
    found.map(|response| if head { response.map(|_| Body::empty()) } else { response })
}

/// Where programs ask, who must hear that there is nothing.
fn is_api(path: &str) -> bool {
    let first = path.split('/').next().unwrap_or_default();
    ["v1", "docs", "inbound_rtb"].contains(&first)
}

/// Whether a person goes there, and not a page that fetches something.
fn is_navigation(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    accept.split(',').any(|kind| kind.trim().starts_with("text/html"))
}

fn serve(name: &str, file: EmbeddedFile, asked: &HeaderMap) -> Response<Body> {
    let hash = file.metadata.sha256_hash();
    let tag = format!("\"{}\"", hash[..8].iter().map(|byte| format!("{byte:02x}")).collect::<String>());
    let lasting = name.starts_with(HASHED);
    let cache = if lasting { "public, max-age=31536000, immutable" } else { "no-cache" };
    let known = asked.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes());
    let mut response = Response::new(Body::empty());
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    headers.insert(header::ETAG, HeaderValue::from_str(&tag).expect("hex is ASCII"));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if known {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        return with_policy(response);
    }
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type(name)));
    let whole = Bytes::from(file.data.into_owned());
    let body = if takes_gzip(asked) && is_text(name) && whole.len() >= GZIP_BYTES_MIN {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        gzipped(hash, &whole)
    } else {
        whole
    };
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
    *response.body_mut() = Body::from(body);
    with_policy(response)
}

fn not_built() -> Response<Body> {
    let mut response = Response::new(Body::from(NOT_BUILT));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    with_policy(response)
}

fn with_policy(mut response: Response<Body>) -> Response<Body> {
    for (name, value) in HEADERS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

fn extension(name: &str) -> &str {
    name.rsplit_once('.').map_or("", |(_, extension)| extension)
}

fn content_type(name: &str) -> &'static str {
    match extension(name) {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "webp" => "image/webp",
        "woff2" => "font/woff2",
        "wasm" => "application/wasm",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

fn is_text(name: &str) -> bool {
    ["html", "js", "mjs", "css", "json", "map", "webmanifest", "svg", "wasm", "txt"]
        .contains(&extension(name))
}

fn takes_gzip(headers: &HeaderMap) -> bool {
    let accepted = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok());
    accepted.unwrap_or_default().split(',').any(|one| {
        let mut parts = one.split(';').map(str::trim);
        parts.next() == Some("gzip") && !parts.any(|weight| ["q=0", "q=0.0"].contains(&weight))
    })
}

/// Compressed when first asked for and kept: the files are few, and never change within a program.
fn gzipped(hash: [u8; 32], whole: &Bytes) -> Bytes {
    static KEPT: LazyLock<Mutex<HashMap<[u8; 32], Bytes>>> = LazyLock::new(Mutex::default);
    if let Some(kept) = KEPT.lock().unwrap_or_else(PoisonError::into_inner).get(&hash) {
        return kept.clone();
    }
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    let compressed = encoder.write_all(whole).and_then(|()| encoder.finish());
    let compressed = Bytes::from(compressed.expect("memory takes bytes"));
    KEPT.lock().unwrap_or_else(PoisonError::into_inner).insert(hash, compressed.clone());
    compressed
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    fn file(text: &str) -> EmbeddedFile {
        let metadata = rust_embed::Metadata::__rust_embed_new([7; 32], None, None);
        EmbeddedFile { data: text.as_bytes().to_vec().into(), metadata }
    }

    fn asked(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect()
    }

    fn request(method: Method, path: &str, accept: &'static str) -> Request {
        axum::http::Request::builder()
            .method(method)
            .uri(path)
            .header(header::ACCEPT, accept)
            .body(Body::empty())
            .unwrap()
    }

    #[tokio::test]
    async fn an_asset_is_kept_for_ever_and_sent_small() {
        let text = "let a = 1;\n".repeat(1_000);
        let response =
            serve("assets/a-1b2c.js", file(&text), &asked(&[("accept-encoding", "br, gzip;q=0.8")]));
        let headers = response.headers().clone();
        assert_eq!(headers[header::CACHE_CONTROL], "public, max-age=31536000, immutable");
        assert_eq!(headers[header::CONTENT_ENCODING], "gzip");
        assert_eq!(headers[header::CONTENT_TYPE], "text/javascript; charset=utf-8");
        let body = axum::body::to_bytes(response.into_body(), 1_000_000).await.unwrap();
        assert!(body.len() < text.len() / 10);
        let mut whole = String::new();
        flate2::read::GzDecoder::new(&body[..]).read_to_string(&mut whole).unwrap();
        assert_eq!(whole, text);
        let plain = serve("assets/a-1b2c.js", file(&text), &asked(&[("accept-encoding", "gzip;q=0")]));
        assert!(!plain.headers().contains_key(header::CONTENT_ENCODING));
    }

    #[test]
    fn the_page_is_asked_for_anew_and_known_again() {
        let first = serve(INDEX, file("<!doctype html>"), &HeaderMap::new());
        assert_eq!(first.headers()[header::CACHE_CONTROL], "no-cache");
        assert!(
            first.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap().contains("script-src 'self';")
        );
        let again =
            serve(INDEX, file("<!doctype html>"), &asked(&[("if-none-match", "\"0707070707070707\"")]));
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
    }

    #[test]
    fn only_people_who_go_somewhere_get_the_page() {
        let html = "text/html,application/xhtml+xml";
        for (found, method, path, accept) in [
            (true, Method::GET, "/", "*/*"),
            (true, Method::HEAD, "/", "*/*"),
            (true, Method::GET, "/calls/0192", html),
            (false, Method::GET, "/calls/0192", "*/*"),
            (false, Method::GET, "/assets/gone.js", "*/*"),
            (false, Method::POST, "/calls", html),
            (false, Method::GET, "/v1/nothing", html),
            (false, Method::GET, "/v1", html),
        ] {
            assert_eq!(find(&request(method, path, accept)).is_some(), found, "{path}");
        }
    }
}
