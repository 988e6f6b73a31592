//! `/v1/views`: what people have set a page to, kept under a name.

pub mod change;
pub mod list;

use hookline_domain::access::Role;
use hookline_domain::ids::{UserId, ViewId};
use hookline_domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::auth::{ApiCaller, Who};
use super::change::{invalid_field, name};
use crate::problem::Problem;
use crate::storage::views::View;

pub use change::{create, delete, update};
pub use list::list;

/// Characters of an address's query.
const SEARCH_CHARS_MAX: usize = 2_000;
const COLUMNS_MAX: usize = 100;
const COLUMN_CHARS_MAX: usize = 128;

/// A page that has filters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ViewPage {
    Calls,
    Requests,
    Reports,
}

impl ViewPage {
    const ALL: [Self; 3] = [Self::Calls, Self::Requests, Self::Reports];

    fn name(self) -> &'static str {
        match self {
            Self::Calls => "calls",
            Self::Requests => "requests",
            Self::Reports => "reports",
        }
    }

    fn of(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|page| page.name() == text)
    }
}

#[derive(Serialize, ToSchema)]
#[schema(as = SavedView)]
pub struct SavedView {
    #[schema(value_type = uuid::Uuid)]
    id: ViewId,
    name: String,
    page: ViewPage,
    /// The query of the page's address, without `?`.
    #[schema(example = "status=failed&range=7d")]
    search: String,
    /// The columns that are shown; null for those that the page shows by itself.
    columns: Option<Vec<String>>,
    /// Whether everybody in the organization sees it.
    shared: bool,
    /// Whether it is the caller's own.
    mine: bool,
    /// Whose it is.
    by_name: String,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

impl SavedView {
    fn of(view: &View, caller: &ApiCaller) -> Self {
        let View { id, user, by_name, name, page, search, columns, shared, created_at } = view.clone();
        Self {
            id,
            name,
            page: ViewPage::of(&page).unwrap_or(ViewPage::Calls),
            search,
            columns,
            shared,
            mine: person(caller) == Some(user),
            by_name,
            created_at,
        }
    }
}

/// What of a view can be changed.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ViewFields {
    name: String,
    search: String,
    columns: Option<Vec<String>>,
    shared: bool,
}

impl ViewFields {
    fn of(view: &View) -> Self {
        let View { name, search, columns, shared, .. } = view.clone();
        Self { name, search, columns, shared }
    }

    fn checked(self) -> Result<Self, Problem> {
        let search = self.search.strip_prefix('?').unwrap_or(&self.search).to_owned();
        if search.chars().count() > SEARCH_CHARS_MAX
            || search.chars().any(|c| c.is_control() || c.is_whitespace() || c == '#')
        {
            return Err(invalid_field(format!(
                "`search` must be the query of an address, such as status=failed&range=7d, with at most {SEARCH_CHARS_MAX} characters."
            )));
        }
        let columns = self.columns.as_deref().unwrap_or_default();
        let strange = |column: &String| {
            column.is_empty()
                || column.chars().count() > COLUMN_CHARS_MAX
                || column.chars().any(char::is_control)
        };
        if columns.len() > COLUMNS_MAX || columns.iter().any(strange) {
            return Err(invalid_field(format!(
                "`columns` must be null or at most {COLUMNS_MAX} names of 1 to {COLUMN_CHARS_MAX} characters each."
            )));
        }
        Ok(Self { name: name(&self.name)?.to_owned(), search, ..self })
    }
}

/// An API key is nobody: it sees what is shared.
fn person(caller: &ApiCaller) -> Option<UserId> {
    match &caller.who {
        Who::Person { found, .. } => Some(found.user),
        Who::Key { .. } => None,
    }
}

/// Whether a view that they see is theirs to change: their own, or a shared one for a manager.
fn may_change(view: &View, user: Option<UserId>, role: Role) -> bool {
    user == Some(view.user) || (view.shared && role >= Role::Manager)
}

/// Whether a change leaves a view before everybody's eyes that they may put there.
fn may_share(role: Role) -> bool {
    role >= Role::Analyst
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn fields(name: &str, search: &str, columns: Option<Vec<String>>) -> Result<ViewFields, Problem> {
        let fields = ViewFields { name: name.into(), search: search.into(), columns, shared: false };
        fields.checked()
    }

    #[test]
    fn a_shared_view_is_its_owners_and_the_managers_to_change() {
        let (ada, bob) = (UserId(Uuid::from_u128(1)), UserId(Uuid::from_u128(2)));
        let view = |shared| View {
            id: ViewId(Uuid::nil()),
            user: ada,
            by_name: "Ada".into(),
            name: "Failed".into(),
            page: "calls".into(),
            search: String::new(),
            columns: None,
            shared,
            created_at: Timestamp(0),
        };
        for role in Role::ALL {
            assert!(may_change(&view(true), Some(ada), role) && may_change(&view(false), Some(ada), role));
            let manages = role >= Role::Manager;
            assert_eq!(may_change(&view(true), Some(bob), role), manages);
            assert_eq!(may_change(&view(true), None, role), manages, "a key");
            assert!(!may_change(&view(false), Some(bob), role) && !may_change(&view(false), None, role));
        }
        assert!(!may_share(Role::ReadOnly) && may_share(Role::Analyst));
    }

    #[test]
    fn what_is_no_query_of_an_address_is_refused() {
        let kept = fields(" Failed ", "?status=failed&tag=a%20%3D%20b", None).unwrap();
        assert_eq!((&*kept.name, &*kept.search), ("Failed", "status=failed&tag=a%20%3D%20b"));
        let long = "a".repeat(SEARCH_CHARS_MAX + 1);
        for search in ["a b", "a\0", "a#b", "a\nb", &long] {
            assert!(fields("Failed", search, None).is_err_and(|one| one.message.contains("`search`")));
        }
        for columns in [vec![String::new()], vec!["a".repeat(129)], vec!["a".into(); COLUMNS_MAX + 1]] {
            let refused = fields("Failed", "", Some(columns));
            assert!(refused.is_err_and(|one| one.message.contains("`columns`")));
        }
        assert!(fields(" ", "", None).is_err_and(|one| one.message.contains("`name`")));
    }
}
