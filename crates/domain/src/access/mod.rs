//! Who may do what: roles of people and of API keys, and what a person signs in by.

mod email;
mod password;
mod role;

pub use email::{Email, NotAnEmail};
pub use password::{PASSWORD_CHARS_MAX, PASSWORD_CHARS_MIN, WeakPassword, check_password};
pub use role::{NotARole, Role};
