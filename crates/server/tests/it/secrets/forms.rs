//! The forms in which a text may lie where it does not belong.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

/// Panics with what stands before the first secret, in whatever form, that is in one of the texts. It does not say the
/// secret.
pub fn assert_nowhere(secrets: &[String], texts: &[String]) {
    for secret in secrets {
        for form in forms(secret) {
            for text in texts {
                if let Some(at) = text.find(&form) {
                    let start = (at.saturating_sub(200)..=at).find(|&start| text.is_char_boundary(start));
                    panic!("a secret stands after: {}", &text[start.unwrap_or(at)..at]);
                }
            }
        }
    }
}

/// As it is, in URLs, JSON, a log's lines (which are JSON with JSON in them), base64 at each of its three beginnings, in
/// hex, and as bytes that were printed for debugging.
fn forms(secret: &str) -> Vec<String> {
    assert!(secret.len() >= 8, "a text so short is found by chance");
    let bytes = secret.as_bytes();
    let joined =
        |one: &dyn Fn(&u8) -> String, between: &str| bytes.iter().map(one).collect::<Vec<_>>().join(between);
    let escaped = |text: &str| serde_json::Value::from(text).to_string().trim_matches('"').to_owned();
    let mut forms = vec![
        secret.to_owned(),
        url::form_urlencoded::byte_serialize(bytes).collect(),
        url::form_urlencoded::byte_serialize(bytes).collect::<String>().replace('+', "%20"),
        joined(&|byte| format!("%{byte:02X}"), ""),
        joined(&|byte| format!("%{byte:02x}"), ""),
        escaped(secret),
        escaped(&escaped(secret)),
        secret
            .chars()
            .map(|c| if c.is_ascii() { c.to_string() } else { format!("\\u{:04x}", u32::from(c)) })
            .collect(),
        joined(&|byte| format!("{byte:02x}"), ""),
        joined(&u8::to_string, ", "),
    ];
    for before in 0..3 {
        let padded = [&[0; 2][..before.min(2)], bytes].concat();
        for engine in [STANDARD_NO_PAD, URL_SAFE_NO_PAD] {
            let text = engine.encode(&padded);
            // Its ends have bits of what is beside it.
            let whole = padded.len() / 3 * 4;
            forms.push(text[if before == 0 { 0 } else { 4 }..whole].to_owned());
        }
    }
    forms.sort();
    forms.dedup();
    forms
}

#[test]
fn every_form_of_a_secret_is_found_and_nothing_else() {
    const SECRET: &str = "käse+\"sentinel/of~it";
    let secrets = [SECRET.to_owned()];
    let log = serde_json::json!({"message": serde_json::json!({"a": SECRET}).to_string()}).to_string();
    for text in [
        format!("x{SECRET}y"),
        format!("?a={}&b", url::form_urlencoded::byte_serialize(SECRET.as_bytes()).collect::<String>()),
        log,
        format!("{:?}", SECRET.as_bytes()),
        base64::engine::general_purpose::STANDARD.encode(format!("name:{SECRET}")),
        base64::engine::general_purpose::STANDARD.encode(format!("names:{SECRET} and more")),
        base64::engine::general_purpose::URL_SAFE.encode(format!("a:{SECRET}")),
    ] {
        let found = std::panic::catch_unwind(|| assert_nowhere(&secrets, std::slice::from_ref(&text)));
        assert!(found.is_err(), "{text}");
    }
    assert_nowhere(&secrets, &["käse sentinel/of~it".to_owned(), String::new()]);
}
