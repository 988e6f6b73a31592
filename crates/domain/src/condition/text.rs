//! Texts to compare with, and whether their case counts.

use std::borrow::Cow;

/// Whether `A` and `a` are one letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Case {
    Ignored,
    Counts,
}

impl Case {
    /// The form in which texts are compared. Letter by letter, so that a part of a folded text is the
    /// folded part of the text; nothing is copied if there is nothing to change.
    pub fn fold(self, text: &str) -> Cow<'_, str> {
        if self == Self::Counts {
            return Cow::Borrowed(text);
        }
        if !text.is_ascii() {
            return Cow::Owned(text.chars().flat_map(char::to_lowercase).collect());
        }
        if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return Cow::Owned(text.to_ascii_lowercase());
        }
        Cow::Borrowed(text)
    }
}

/// A text that is searched for.
#[derive(Debug, Clone)]
pub(super) struct Needle {
    pub sent: String,
    folded: String,
    case: Case,
}

impl Needle {
    pub fn new(sent: String, case: Case) -> Self {
        Self { folded: case.fold(&sent).into_owned(), sent, case }
    }

    pub fn is_all_of(&self, value: &str) -> bool {
        // Most filters compare for equality, and mostly with what was written alike.
        self.sent == value || self.case.fold(value) == self.folded
    }

    pub fn is_in(&self, value: &str) -> bool {
        self.case.fold(value).contains(&self.folded)
    }

    pub fn starts(&self, value: &str) -> bool {
        self.case.fold(value).starts_with(&self.folded)
    }

    pub fn ends(&self, value: &str) -> bool {
        self.case.fold(value).ends_with(&self.folded)
    }
}

/// Texts, one of which is looked for: sorted, since there may be a thousand.
#[derive(Debug, Clone)]
pub(super) struct Needles {
    pub sent: Vec<String>,
    folded: Vec<String>,
    case: Case,
}

impl Needles {
    pub fn new(sent: Vec<String>, case: Case) -> Self {
        let mut folded: Vec<String> = sent.iter().map(|one| case.fold(one).into_owned()).collect();
        folded.sort_unstable();
        Self { sent, folded, case }
    }

    pub fn include(&self, value: &str) -> bool {
        let value = self.case.fold(value);
        self.folded.binary_search_by(|one| one.as_str().cmp(&value)).is_ok()
    }
}
