//! Every way a request is refused: its code for programs, and its message for people.
//!
//! Messages name fields and say what to do. They never quote a value: a value may be a secret.

use std::fmt::Display;

use super::form::Unreadable;
use super::json::{Problem, Step};
use super::limits::{
    BATCH_MAX, BODY_BYTES_MAX, DEPTH_MAX, FIELDS_MAX, NAME_CHARS_MAX, TRANSACTION_ID_CHARS_MAX,
    VALUE_CHARS_MAX,
};
use super::{Refusal, RefusalStatus};

/// Longer names are cut off in messages.
const SHOWN_CHARS_MAX: usize = 64;

impl Refusal {
    /// 413: the body is over [`BODY_BYTES_MAX`].
    pub fn body_too_large() -> Self {
        let message =
            format!("The body is larger than {} KiB. Send less in one request.", BODY_BYTES_MAX / 1024);
        Self { status: RefusalStatus::TooLarge, code: "body_too_large", message }
    }

    /// 415: the body is neither JSON nor a form, or not in UTF-8.
    pub fn unsupported_media_type() -> Self {
        let message =
            "The body's type is not one we read. Send JSON with `Content-Type: application/json`, or a \
                       form with `Content-Type: application/x-www-form-urlencoded`, in UTF-8."
                .to_owned();
        Self { status: RefusalStatus::UnsupportedMediaType, code: "unsupported_media_type", message }
    }
}

fn bad(code: &'static str, message: String) -> Refusal {
    Refusal { status: RefusalStatus::BadRequest, code, message }
}

fn missing(code: &'static str, message: &str) -> Refusal {
    Refusal { status: RefusalStatus::MissingParameter, code, message: message.to_owned() }
}

/// A name between backticks, on one line and not too long.
fn shown(name: &str) -> String {
    let mut text: String = name
        .chars()
        .take(SHOWN_CHARS_MAX)
        .map(|c| if c.is_control() || c == '`' { '?' } else { c })
        .collect();
    if name.chars().nth(SHOWN_CHARS_MAX).is_some() {
        text.push('…');
    }
    format!("`{text}`")
}

fn dotted(path: &[Step]) -> String {
    let mut text = String::new();
    for step in path {
        match step {
            Step::Name(name) if text.is_empty() => text.push_str(name),
            Step::Name(name) => text.extend([".", name]),
            Step::Index(index) => text.push_str(&format!("[{index}]")),
        }
    }
    text
}

// The text itself.

pub(super) fn invalid_json(problem: Problem, path: &[Step]) -> Refusal {
    let name = dotted(path);
    let place = if name.is_empty() { String::new() } else { format!(" in {}", shown(&name)) };
    match problem {
        Problem::InvalidUtf8 => bad("invalid_utf8", "The body is not UTF-8. Encode it as UTF-8.".to_owned()),
        Problem::Syntax(at) => bad(
            "invalid_json",
            format!("The body is not valid JSON: byte {at}{place} is unexpected. Correct it and send again."),
        ),
        Problem::NotAnObject => bad(
            "not_an_object",
            "The body is JSON but not an object. Send `{…}` with named fields.".to_owned(),
        ),
        Problem::Repeated => {
            bad("duplicate_key", format!("{} is there twice. Send each name once.", shown(&name)))
        }
        Problem::NullCharacter => {
            bad("null_character", format!("There is a null character (\\u0000){place}. Leave it out."))
        }
        Problem::TooDeep => bad(
            "too_deep",
            format!("The body is nested over {DEPTH_MAX} levels deep{place}. Send a flatter object."),
        ),
        Problem::TooMany => too_many_fields(),
        Problem::NameTooLong => {
            bad("name_too_long", format!("A name{place} is over {NAME_CHARS_MAX} characters. Shorten it."))
        }
        Problem::ValueTooLong => value_too_long(&name),
    }
}

/// `number` counts from 1.
pub(super) fn unreadable_name(number: usize, problem: Unreadable) -> Refusal {
    unreadable(&format!("the name of parameter {number}"), problem)
}

pub(super) fn unreadable_value(name: &str, problem: Unreadable) -> Refusal {
    unreadable(&shown(name), problem)
}

fn unreadable(place: &str, problem: Unreadable) -> Refusal {
    match problem {
        Unreadable::Escape => bad(
            "invalid_escape",
            format!("There is a `%` without two hex digits in {place}. Write a plain percent sign as `%25`."),
        ),
        Unreadable::Utf8 => bad(
            "invalid_utf8",
            format!("The escapes in {place} are not UTF-8. Encode its text as UTF-8 first."),
        ),
        Unreadable::NullCharacter => {
            bad("null_character", format!("There is a null character (%00) in {place}. Leave it out."))
        }
    }
}

pub(super) fn json_sent_as_form() -> Refusal {
    bad(
        "json_sent_as_form",
        "The body is JSON but its type says form. Send `Content-Type: application/json`.".to_owned(),
    )
}

pub(super) fn too_many_fields() -> Refusal {
    bad("too_many_fields", format!("There are over {FIELDS_MAX} values in the request. Send fewer."))
}

pub(super) fn name_too_long(name: &str) -> Refusal {
    bad("name_too_long", format!("The name {} is over {NAME_CHARS_MAX} characters. Shorten it.", shown(name)))
}

pub(super) fn value_too_long(name: &str) -> Refusal {
    bad(
        "value_too_long",
        format!("The value of {} is over {VALUE_CHARS_MAX} characters. Shorten it.", shown(name)),
    )
}

pub(super) fn repeated_parameter(name: &str) -> Refusal {
    bad("repeated_parameter", format!("{} is there twice. Send each parameter once.", shown(name)))
}

pub(super) fn key_in_text(name: &str) -> Refusal {
    bad(
        "key_in_value",
        format!("The webhook's key is in {}. Send it only in the query, as `moja_auth_key`.", shown(name)),
    )
}

// Fields.

/// Under two names, or in the body and the query.
pub(super) fn conflicting_values(first: &str, second: &str) -> Refusal {
    let message = if first == second {
        format!("{} has two different values, one in the body, one in the query. Send one.", shown(first))
    } else {
        format!("{} and {} mean the same but differ. Send one of them.", shown(first), shown(second))
    };
    bad("conflicting_values", message)
}

pub(super) fn field_in_both(name: &str) -> Refusal {
    bad(
        "field_in_both",
        format!(
            "{} is both at the top level and inside `fields` or `tags`. Send it in one place.",
            shown(name)
        ),
    )
}

pub(super) fn wrong_type(name: &str, expected: &str, found: &str) -> Refusal {
    bad("wrong_type", format!("{} must be {expected}, not {found}.", shown(name)))
}

pub(super) fn invalid_amount(name: &str, error: &dyn Display) -> Refusal {
    bad("invalid_amount", format!("{} {error}.", shown(name)))
}

pub(super) fn invalid_time(name: &str) -> Refusal {
    bad("invalid_time", format!("{} must be an RFC 3339 time such as 2026-01-31T12:00:00Z.", shown(name)))
}

pub(super) fn invalid_phone_number(name: &str) -> Refusal {
    bad("invalid_phone_number", format!("{} is not a phone number. Send it as in +13105559876.", shown(name)))
}

pub(super) fn not_one_of(name: &str, allowed: &[&str]) -> Refusal {
    let allowed = allowed.join("`, `");
    bad("invalid_value", format!("{} must be one of `{allowed}`, or null.", shown(name)))
}

pub(super) fn empty_transaction_id(name: &str) -> Refusal {
    bad(
        "invalid_transaction_id",
        format!("{} is empty. Send an id of your own for this request, or leave it out.", shown(name)),
    )
}

pub(super) fn unreadable_transaction_id(name: &str) -> Refusal {
    bad(
        "invalid_transaction_id",
        format!("{} must be 1 to {TRANSACTION_ID_CHARS_MAX} characters of UTF-8.", shown(name)),
    )
}

pub(super) fn converted_contradicts_time() -> Refusal {
    bad(
        "contradictory_fields",
        "`converted` and `converted_at` contradict each other. Send `converted: false` without a time, or a \
         time without `converted: false`; `converted: true` alone means now."
            .to_owned(),
    )
}

// Tags.

pub(super) fn invalid_tag_name(name: &str) -> Refusal {
    bad(
        "invalid_tag_name",
        format!(
            "{} can't name a tag. Use 1 to {NAME_CHARS_MAX} characters with at least one letter or digit.",
            shown(name)
        ),
    )
}

pub(super) fn not_one_key(place: &str) -> Refusal {
    bad(
        "wrong_type",
        format!(
            "Each object in the array {} must hold exactly one tag, as in {{\"key\":\"value\"}}.",
            shown(place)
        ),
    )
}

/// Two names in one place that are one tag once normalized, with different values.
pub(super) fn same_tag_twice(first: &str, second: &str) -> Refusal {
    bad(
        "conflicting_values",
        format!("{} and {} name the same tag but differ. Send one of them.", shown(first), shown(second)),
    )
}

// The call.

pub(super) fn batch_size(name: &str) -> Refusal {
    bad("invalid_batch", format!("{} must be an array of 1 to {BATCH_MAX} ids.", shown(name)))
}

pub(super) fn batch_with_phone_number(name: &str) -> Refusal {
    bad(
        "invalid_batch",
        format!("{} is an array and comes with a phone number. Send one or the other.", shown(name)),
    )
}

pub(super) fn batch_not_here(name: &str) -> Refusal {
    bad(
        "invalid_batch",
        format!(
            "{} can't be an array here. Send one id, or POST the array as JSON to an update webhook.",
            shown(name)
        ),
    )
}

// What a type requires.

pub(super) fn missing_caller_id() -> Refusal {
    missing(
        "missing_caller_id",
        "Missing caller_id parameter. Send the caller's number as `caller_id` (or `from`).",
    )
}

pub(super) fn missing_call() -> Refusal {
    missing(
        "missing_call",
        "Missing call_log_id or phone_number parameter. Send one of them, to say which call is meant.",
    )
}

pub(super) fn missing_revenue() -> Refusal {
    missing(
        "missing_revenue_paid_out",
        "Missing revenue_paid_out parameter. Send the revenue in US dollars, such as 150.00.",
    )
}

pub(super) fn missing_tags() -> Refusal {
    missing("missing_tags", "Missing add or remove parameter. Send at least one tag to add or remove.")
}

pub(super) fn missing_fields(ignored: &[String]) -> Refusal {
    let ignored: String = match ignored.first() {
        None => String::new(),
        Some(name) if ignored.len() == 1 => format!(" {} is not one.", shown(name)),
        Some(name) => format!(" {} and {} more are not.", shown(name), ignored.len() - 1),
    };
    missing(
        "missing_fields",
        &format!(
            "No field to update. Send at least one of converted, converted_at, revenue_paid_out, \
             publisher_paid_out, reason, no_payout_reason, add, remove.{ignored}"
        ),
    )
}

pub(super) fn unknown_field(name: &str) -> Refusal {
    let message = format!(
        "{} is no field of a call that can be changed. There are converted, converted_at, revenue_paid_out, publisher_paid_out, reason, no_payout_reason, add and remove.",
        shown(name)
    );
    bad("unknown_field", message)
}
