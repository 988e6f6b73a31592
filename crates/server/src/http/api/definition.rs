//! Targets and routing plans on their way in and out: the fields of their JSON, beside the id and the times.

use axum::body::Body;
use hookline_domain::document;
use hookline_domain::time::Timestamp;
use serde::Serialize;
use serde_json::value::RawValue;
use uuid::Uuid;

use super::members::Members;
use super::read;
use crate::problem::Problem;
use crate::storage::definitions::DefinitionRow;

/// What answers have and no request sets. They are often sent back with the rest.
const READ_ONLY: [&str; 3] = ["created_at", "updated_at", "problem"];

/// The fields that were sent.
pub async fn sent(body: Body) -> Result<Members, Problem> {
    let mut members: Members = read::json_within(body, read::GRAPH_BODY_BYTES_MAX).await?;
    for name in READ_ONLY {
        members.remove(name);
    }
    Ok(members)
}

/// What there is, with what was sent in its place.
pub fn merged(row: &DefinitionRow, sent: Members) -> Box<RawValue> {
    // What can't be read is replaced as a whole.
    let mut whole: Members = serde_json::from_str(&row.definition).unwrap_or_default();
    whole.merge(sent);
    whole.to_raw()
}

/// As it is stored: its id has a column of its own.
pub fn stored(value: &impl Serialize) -> String {
    let mut members = Members::of(value);
    members.remove("id");
    members.to_raw().get().to_owned()
}

pub fn row(id: Uuid, name: &str, value: &impl Serialize, created_at: Timestamp) -> DefinitionRow {
    DefinitionRow {
        id,
        name: name.to_owned(),
        definition: stored(value),
        draft: None,
        created_at: created_at.0,
        updated_at: created_at.0,
    }
}

/// What keeps a stored definition from being read, if anything does.
pub fn problem(
    row: &DefinitionRow,
    parse: impl Fn(&RawValue) -> Result<(), document::Problem>,
) -> Option<String> {
    let read = serde_json::from_str(&row.definition).map_err(|error| error.to_string());
    read.and_then(|raw| parse(raw).map_err(|problem| problem.to_string())).err()
}

/// As it is answered; `problem` says why its definition can't be read and so routes no call.
pub fn view(row: &DefinitionRow, problem: Option<String>) -> Members {
    let mut view = Members::default();
    view.set("id", &row.id);
    view.set("name", &row.name);
    view.merge(serde_json::from_str(&row.definition).unwrap_or_default());
    if let Some(problem) = problem {
        view.set("problem", &problem);
    }
    view.set("created_at", &Timestamp(row.created_at));
    view.set("updated_at", &Timestamp(row.updated_at));
    view
}

/// A stored text as JSON, null if it is none.
pub fn raw(text: Option<&str>) -> Option<Box<RawValue>> {
    text.and_then(|text| RawValue::from_string(text.to_owned()).ok())
}
