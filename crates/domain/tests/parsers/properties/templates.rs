//! Texts with `[TAG]`s.

use std::borrow::Cow;

use hookline_domain::template::{Place, TEMPLATE_BYTES_MAX, TEMPLATE_TAGS_MAX, Template};
use serde_json::value::RawValue;

/// Stands for a value that no place changes.
const PLAIN: &str = "Qq7Zplain";

/// A template in the first line, and what every tag is in the rest.
pub fn template(data: &[u8]) -> bool {
    let Some((text, value)) = super::split_line(data) else { return false };
    let Ok(template) = Template::parse(text) else { return false };
    assert!(text.len() <= TEMPLATE_BYTES_MAX && template.tag_count() <= TEMPLATE_TAGS_MAX);
    assert_eq!(Template::parse(template.as_str()).as_ref(), Ok(&template));
    assert!(template.tags_read().len() <= template.tag_count());
    let render = |value: &'static str, place| template.render(&|_| Some(Cow::Borrowed(value)), place);
    let with_value = |place| template.render(&|_| Some(Cow::Borrowed(value)), place);
    for place in [Place::Url, Place::Header, Place::Form, Place::Text] {
        let rendered = with_value(place);
        if !text.contains(PLAIN) {
            assert_eq!(rendered, render(PLAIN, place).replace(PLAIN, &written(value, place)), "{place:?}");
        }
        assert!(place != Place::Header || !rendered.contains(char::is_control));
        within(&template, value, place, &rendered);
    }
    let json = with_value(Place::Json);
    within(&template, value, Place::Json, &json);
    if template.is_json() {
        let nothing = template.render(&|_| None, Place::Json);
        for rendered in [&json, &nothing, &render(PLAIN, Place::Json)] {
            serde_json::from_str::<&RawValue>(rendered).unwrap_or_else(|error| panic!("{rendered}: {error}"));
        }
    }
    true
}

/// It is cut off nowhere: whole within its bytes, or not there.
fn within(template: &Template, value: &str, place: Place, whole: &str) {
    for bytes in [0, whole.len().saturating_sub(1), whole.len(), usize::MAX] {
        let rendered = template.render_within(&|_| Some(Cow::Borrowed(value)), place, bytes);
        assert_eq!(rendered.as_deref(), (whole.len() <= bytes).then_some(whole));
    }
}

fn written(value: &str, place: Place) -> String {
    match place {
        Place::Url => value
            .bytes()
            .map(|byte| match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                    char::from(byte).to_string()
                }
                byte => format!("%{byte:02X}"),
            })
            .collect(),
        Place::Header => value.replace(char::is_control, " "),
        Place::Form => form_urlencoded::byte_serialize(value.as_bytes()).collect(),
        Place::Text | Place::Json => value.to_owned(),
    }
}
