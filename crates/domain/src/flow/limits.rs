//! How much a flow may hold and a run may do. Every limit has its unit in its name.

/// The flow as JSON.
pub const FLOW_BYTES_MAX: usize = 1024 * 1024;
/// More than anyone can read on a canvas, and it bounds the work of every check.
pub const NODES_MAX: usize = 500;
pub const NODE_ID_CHARS_MAX: usize = 64;
pub const LABEL_CHARS_MAX: usize = 128;
/// The reason of a `reject` node.
pub const REASON_CHARS_MAX: usize = 128;

/// Targets of a `dial` node.
pub const DIAL_TARGETS_MAX: usize = 10;

pub const CASES_MAX: usize = 100;
/// Branches of a `distribute` node.
pub const BRANCHES_MAX: usize = 50;
pub const WEIGHT_MAX: u32 = 1_000_000;

/// Headers of an `http_request` node.
pub const HEADERS_MAX: usize = 30;
pub const HEADER_NAME_CHARS_MAX: usize = 64;
/// What is taken from a response.
pub const MAPPINGS_MAX: usize = 50;
pub const POINTER_CHARS_MAX: usize = 256;
pub const HTTP_TIMEOUT_MS_MIN: u32 = 100;
pub const HTTP_TIMEOUT_MS_MAX: u32 = 10_000;
pub const HTTP_TIMEOUT_MS_DEFAULT: u32 = 2_000;
/// A request's URL with its values in it.
pub const HTTP_URL_BYTES_MAX: usize = 8 * 1024;
/// A request's body with its values in it.
pub const HTTP_BODY_BYTES_MAX: usize = 256 * 1024;

pub const SCRIPT_CHARS_MAX: usize = 32 * 1024;
/// Names that a script asks for.
pub const SCRIPT_INPUTS_MAX: usize = 100;
pub const SCRIPT_TIMEOUT_MS_MIN: u32 = 10;
pub const SCRIPT_TIMEOUT_MS_MAX: u32 = 1_000;
pub const SCRIPT_TIMEOUT_MS_DEFAULT: u32 = 100;
/// Tags that one script may set.
pub const SCRIPT_TAGS_MAX: usize = 50;

pub const MENU_CHOICES_MAX: usize = 50;
/// What a caller may have to press for one choice.
pub const MENU_DIGITS_CHARS_MAX: usize = 8;
pub const MENU_TIMEOUT_SECONDS_MAX: u32 = 60;
pub const MENU_TIMEOUT_SECONDS_DEFAULT: u32 = 5;
pub const MENU_ATTEMPTS_MAX: u32 = 10;
pub const MENU_ATTEMPTS_DEFAULT: u32 = 3;

pub const HOLD_SECONDS_MAX: u32 = 3_600;

/// Nodes that one decision passes, from the start or from the last time it was made anew.
pub const STEPS_MAX: u32 = 1_000;
pub const VARIABLES_MAX: usize = 100;
/// All variables of a run together: they are stored with the call.
pub const VARIABLES_BYTES_MAX: usize = 64 * 1024;
/// Answers that a run keeps, to not ask again when it is decided anew.
pub const ANSWERS_MAX: usize = 100;
/// All that those answers brought: beyond it an answer is asked for again.
pub const ANSWERS_BYTES_MAX: usize = 64 * 1024;

/// A value or message that a trace repeats.
pub const TRACE_CHARS_MAX: usize = 500;
