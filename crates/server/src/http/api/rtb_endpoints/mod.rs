//! `/v1/rtb-endpoints`: where publishers ask what a call would bring. One for each campaign and publisher.

pub mod bids;
pub mod change;
pub mod list;
pub mod summary;

use hookline_domain::document;
use hookline_domain::ids::{CampaignId, PublisherId, RtbEndpointId};
use hookline_domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use uuid::Uuid;

use super::change::{invalid_document, invalid_field, name};
use super::definition;
use crate::problem::Problem;
use crate::settings::{Org, RtbSettings};
use crate::storage::rtb_endpoints::EndpointRow;

pub use bids::bids;
pub use change::{create, delete, update};
pub use list::{get, list};
pub use summary::summary;

/// RTB endpoints of one organization.
const RTB_ENDPOINTS_MAX: i64 = 1_000;

/// What may be set.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    name: String,
    campaign_id: CampaignId,
    #[serde(default)]
    publisher_id: Option<PublisherId>,
    #[serde(default = "yes")]
    enabled: bool,
    #[serde(default)]
    settings: Option<Box<RawValue>>,
}

fn yes() -> bool {
    true
}

#[derive(Serialize)]
struct View {
    id: Uuid,
    #[serde(flatten)]
    fields: Fields,
    created_at: Timestamp,
    updated_at: Timestamp,
}

/// As a row of this id, if the organization has all that it names.
fn checked(org: &Org, id: Uuid, at: Timestamp, fields: &Fields) -> Result<EndpointRow, Problem> {
    if !org.campaigns.contains_key(&fields.campaign_id) {
        let message = "`campaign_id` is no campaign of this organization. GET /v1/campaigns lists them.";
        return Err(invalid_field(message));
    }
    if fields.publisher_id.is_some_and(|id| !org.publishers.contains_key(&id)) {
        let message = "`publisher_id` is no publisher of this organization. GET /v1/publishers lists them.";
        return Err(invalid_field(message));
    }
    let settings = fields.settings.as_deref().map(|raw| RtbSettings::parse(raw, "settings")).transpose();
    let settings = settings.map_err(|problem| invalid_document(&problem))?.unwrap_or_default();
    check_numbers(org, fields, &settings)?;
    Ok(EndpointRow {
        id,
        name: name(&fields.name)?.to_owned(),
        campaign_id: fields.campaign_id.0,
        publisher_id: fields.publisher_id.map(|id| id.0),
        enabled: fields.enabled,
        settings: serde_json::to_string(&settings).expect("settings are JSON"),
        created_at: at.0,
        updated_at: at.0,
    })
}

/// A call to a number of another campaign or publisher would count as theirs.
fn check_numbers(org: &Org, fields: &Fields, settings: &RtbSettings) -> Result<(), Problem> {
    for (at, id) in settings.numbers.iter().flatten().enumerate() {
        let fits = org.numbers.values().any(|number| {
            number.id == *id
                && number.campaign == fields.campaign_id
                && (number.publisher.is_none() || number.publisher == fields.publisher_id)
        });
        if !fits {
            return Err(invalid_document(&document::Problem {
                path: format!("settings.numbers[{at}]"),
                message: "is no number of this campaign, or is another publisher's; choose another".into(),
            }));
        }
    }
    Ok(())
}

fn view(row: &EndpointRow) -> View {
    View {
        id: row.id,
        fields: Fields {
            name: row.name.clone(),
            campaign_id: CampaignId(row.campaign_id),
            publisher_id: row.publisher_id.map(PublisherId),
            enabled: row.enabled,
            settings: definition::raw(Some(&row.settings)),
        },
        created_at: Timestamp(row.created_at),
        updated_at: Timestamp(row.updated_at),
    }
}

fn endpoint_id(id: &str) -> Result<RtbEndpointId, Problem> {
    id.parse().map_err(|_| not_found(id))
}

fn not_found(id: &str) -> Problem {
    Problem::not_found(
        "rtb_endpoint_not_found",
        format!("No RTB endpoint of this organization has the id {id}. GET /v1/rtb-endpoints lists them."),
    )
}
