//! What every change to the settings has in common: fields are checked, it is stored in one
//! transaction, and this node sees it at once; the others within seconds.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::Body;
use axum::http::Response;
use hookline_domain::ids::OrgId;
use hookline_domain::tags::{TAG_VALUE_CHARS_MAX, TagName};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use tokio::sync::MutexGuard;

use super::auth::ApiCaller;
use super::read;
use crate::app::App;
use crate::http::answer;
use crate::problem::Problem;
use crate::settings::{self, Org};
use crate::storage::audit::{self, Actor, Entry, Stamp};
use crate::storage::{Result as Stored, StorageError, Tx};

const NAME_CHARS_MAX: usize = 128;
/// Default tags of one campaign or publisher.
const TAG_DEFAULTS_MAX: usize = 100;

/// The outcome as an answer.
pub fn done(app: &App, result: Result<Response<Body>, Problem>) -> Response<Body> {
    result.unwrap_or_else(|problem| answer::refuse(app, &problem))
}

pub fn to_json(view: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(view).expect("a view is JSON")
}

/// The caller's organization as the database has it now, whichever node changed it last.
pub async fn current(app: &App, caller: &ApiCaller) -> Result<Arc<Org>, Problem> {
    refresh(app).await?;
    let settings = app.settings.current().map_err(|_| Problem::unavailable())?;
    settings.orgs.get(&caller.org.id).cloned().ok_or_else(Problem::unavailable)
}

/// A change that is right only as long as the settings are as they were looked at: what it names is there, and
/// nothing names what it deletes. Until it ends, nobody else changes the settings. It ends with a word in the audit
/// log, or it has changed nothing.
pub struct Change<'a> {
    pub org: Arc<Org>,
    pub tx: Tx,
    /// The version of the settings that it makes.
    pub revision: i64,
    app: &'a App,
    by: Actor,
    _turn: MutexGuard<'a, ()>,
}

impl<'a> Change<'a> {
    pub async fn begin(app: &'a App, caller: &ApiCaller) -> Result<Self, Problem> {
        // One at a time on this node: else those that wait for the database could take every connection.
        let turn = app.settings.turn().await;
        refresh(app).await?;
        let mut tx = app.db.begin().await.map_err(|error| failed(app, &error))?;
        let revision = settings::next_version(&mut tx).await.map_err(|error| unstored(&error))?;
        let mut known = app.settings.current().map_err(|_| Problem::unavailable())?.clone();
        if revision != known.version + 1 {
            // Another node's change came in between. Now none can.
            refresh(app).await?;
            known = app.settings.current().map_err(|_| Problem::unavailable())?.clone();
        }
        let org = known.orgs.get(&caller.org.id).filter(|_| revision == known.version + 1).cloned();
        Ok(Self {
            org: org.ok_or_else(Problem::unavailable)?,
            tx,
            revision,
            app,
            by: caller.by(),
            _turn: turn,
        })
    }

    /// `entry` says what was done.
    pub async fn commit(mut self, entry: Entry) -> Result<(), Problem> {
        let stored = async {
            record(self.app, &mut self.tx, self.org.id, &self.by, &entry).await?;
            self.tx.commit().await
        };
        stored.await.map_err(|error| failed(self.app, &error))?;
        refresh(self.app).await
    }
}

/// The database took no change; it takes no webhook's either.
fn failed(app: &App, error: &StorageError) -> Problem {
    app.committer.saw(error);
    unstored(error)
}

/// Says in the audit log of an organization what a transaction does. Most changes are a `Change`, which can't forget it.
pub async fn record(app: &App, tx: &mut Tx, org: OrgId, by: &Actor, entry: &Entry) -> Stored<()> {
    audit::append(tx, Stamp { id: app.clock.new_id(), at: app.clock.now(), org }, by, entry).await
}

/// Whether the organization may have one more.
pub fn check_room(count: i64, max: i64, nouns: &str) -> Result<(), Problem> {
    if count < max {
        return Ok(());
    }
    Err(Problem::new(
        409,
        "limit_reached",
        format!(
            "This organization has {count} {nouns}, and {max} are allowed. Delete one that nothing uses."
        ),
    ))
}

/// This node sees its own change at once.
pub async fn refresh(app: &App) -> Result<(), Problem> {
    app.settings.refresh().await.map_err(|error| unstored(&error))
}

/// A change that could not be stored for a reason of the server's.
pub fn unstored(error: &StorageError) -> Problem {
    tracing::error!(%error, "a setting could not be read or changed");
    Problem::unavailable()
}

/// A field that may not be as it was sent.
pub fn invalid_field(message: impl Into<String>) -> Problem {
    Problem::bad_request("invalid_field", message)
}

/// The same, of a field that the rules have read.
pub fn invalid_document(problem: &hookline_domain::document::Problem) -> Problem {
    let message = if problem.path.is_empty() {
        format!("The JSON body {}.", problem.message)
    } else {
        format!("`{}` {}.", problem.path, problem.message)
    };
    let mut invalid = invalid_field(message);
    invalid.details.push(("field", json!(problem.path)));
    invalid
}

/// What there is, with some fields replaced. `null` clears a field that may be empty.
pub fn merged<T: Serialize + DeserializeOwned>(current: &T, sent: Map<String, Value>) -> Result<T, Problem> {
    let mut whole = serde_json::to_value(current).expect("a view is JSON");
    for (name, value) in sent {
        whole[name] = value;
    }
    read::value(whole)
}

/// A name for people.
pub fn name(sent: &str) -> Result<&str, Problem> {
    let name = sent.trim();
    if name.is_empty() || name.chars().count() > NAME_CHARS_MAX || name.chars().any(char::is_control) {
        return Err(invalid_field(format!(
            "`name` must have 1 to {NAME_CHARS_MAX} characters, and no control characters."
        )));
    }
    Ok(name)
}

/// Tags that calls get for want of anything better.
pub fn check_tag_defaults(defaults: &BTreeMap<TagName, String>) -> Result<(), Problem> {
    if defaults.len() > TAG_DEFAULTS_MAX {
        return Err(invalid_field(format!("`tag_defaults` must have at most {TAG_DEFAULTS_MAX} tags.")));
    }
    for (name, value) in defaults {
        if value.chars().count() > TAG_VALUE_CHARS_MAX || value.contains('\0') {
            return Err(invalid_field(format!(
                "`tag_defaults.{name}` must have at most {TAG_VALUE_CHARS_MAX} characters, and none of them U+0000."
            )));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    /// What begins a transaction of its own and says in the audit log what it does, or changes nothing of what is set
    /// up: sign-ins, and the seam itself.
    const BESIDE: [&str; 7] = [
        "http/api/change.rs",
        "http/api/me.rs",
        "http/api/organizations.rs",
        "http/api/setup.rs",
        "http/api/sign_in.rs",
        "http/api/browser.rs",
        "http/api/oidc/callback.rs",
    ];

    fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                sources(&path, found);
            } else {
                found.push(path);
            }
        }
    }

    #[test]
    fn every_change_of_the_api_is_a_change_that_is_written_down() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let mut files = Vec::new();
        sources(&root.join("http"), &mut files);
        assert!(files.len() > 50);
        for file in files {
            let name = file.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
            let text = std::fs::read_to_string(&file).unwrap();
            let begins = text.contains("db.begin()") || text.contains("db.execute(");
            assert!(
                !begins || BESIDE.contains(&name.as_str()),
                "{name} begins a transaction of its own: make it a `Change`"
            );
        }
    }
}
