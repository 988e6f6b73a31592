//! How much one request may hold. Every limit has its unit in its name.

/// The body, counted by the server on the stream: 256 KiB.
pub const BODY_BYTES_MAX: usize = 256 * 1024;
/// Values in the body and parameters in the query, together; nested ones are counted singly.
pub const FIELDS_MAX: usize = 500;
/// Objects and arrays inside each other; the body's own object is the first.
pub const DEPTH_MAX: usize = 32;
/// Characters in the name of a tag or field.
pub const NAME_CHARS_MAX: usize = 128;
/// Characters in one value.
pub const VALUE_CHARS_MAX: usize = 4_096;
/// Ids in an array of `call_log_id`.
pub const BATCH_MAX: usize = 50;
/// Characters in a `transaction_id`.
pub const TRANSACTION_ID_CHARS_MAX: usize = 255;

/// A form's parameter name: a tag's name with what may be wrapped around it, as in
/// `fields[tags][add][…]`.
pub(super) const PARAMETER_CHARS_MAX: usize = NAME_CHARS_MAX + 32;

/// Whether `text` has more than `max` characters, without counting them where bytes settle it.
pub(super) fn longer_than(text: &str, max: usize) -> bool {
    text.len() > max && text.chars().nth(max).is_some()
}
