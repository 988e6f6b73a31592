//! How calls are routed, as a part of the snapshot: published flows, campaigns' choices, RTB endpoints.

use hookline_domain::document::{Document, Problem};
use hookline_domain::flow::Flow;
use hookline_domain::ids::{CampaignId, FlowId, NumberId, OrgId, PublisherId, RoutingPlanId, RtbEndpointId};
use hookline_domain::money::Money;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// Seconds for which a bid holds a place in its target's caps.
pub const RESERVATION_SECONDS_DEFAULT: u32 = 30;
pub const RESERVATION_SECONDS_MAX: u32 = 300;
/// Numbers that one endpoint may be limited to.
pub const OFFERED_NUMBERS_MAX: usize = 1_000;
/// Characters of an id.
const ID_CHARS: usize = 36;

/// What a campaign's calls are routed by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CampaignRouting {
    Plan(RoutingPlanId),
    Flow(FlowId),
}

/// The version of a flow that calls run by.
#[derive(Debug, Clone)]
pub struct PublishedFlow {
    pub id: FlowId,
    pub name: String,
    pub version: u32,
    pub flow: Flow,
}

/// Where a publisher asks what a call of a campaign would bring.
#[derive(Debug, Clone)]
pub struct RtbEndpoint {
    pub id: RtbEndpointId,
    pub org: OrgId,
    pub name: String,
    pub campaign: CampaignId,
    pub publisher: Option<PublisherId>,
    pub enabled: bool,
    pub settings: RtbSettings,
    /// The tracking numbers that its answers may announce, in E.164 and in the order of their ids: those of the
    /// campaign that the settings name; if they name none, the publisher's or, if it has none, nobody's.
    pub offered: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RtbSettings {
    pub reservation_seconds: u32,
    /// Routes that pay less are not offered.
    pub payout_min: Option<Money>,
    /// `None`: any number that the endpoint may offer.
    pub numbers: Option<Vec<NumberId>>,
}

impl Default for RtbSettings {
    fn default() -> Self {
        Self { reservation_seconds: RESERVATION_SECONDS_DEFAULT, payout_min: None, numbers: None }
    }
}

impl RtbSettings {
    /// The settings of this JSON; `path` is where it stands.
    pub fn parse(raw: &RawValue, path: &str) -> Result<Self, Problem> {
        let mut fields = Document::new(raw, path).fields()?;
        let settings = Self {
            reservation_seconds: fields
                .take("reservation_seconds")
                .map_or(Ok(RESERVATION_SECONDS_DEFAULT), |field| {
                    field.whole_number(1..=RESERVATION_SECONDS_MAX)
                })?,
            payout_min: fields.take("payout_min").map(|field| field.value()).transpose()?,
            numbers: fields.take("numbers").map(|field| numbers(&field)).transpose()?,
        };
        fields.finish()?;
        Ok(settings)
    }
}

fn numbers(list: &Document<'_>) -> Result<Vec<NumberId>, Problem> {
    let ids: Vec<NumberId> = list
        .items(OFFERED_NUMBERS_MAX)?
        .iter()
        .map(|item| item.parsed(ID_CHARS))
        .collect::<Result<_, _>>()?;
    if ids.is_empty() {
        return Err(list.problem("is empty; name a number, or write null for any"));
    }
    Ok(ids)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(json: &str) -> Result<RtbSettings, String> {
        RtbSettings::parse(serde_json::from_str(json).unwrap(), "settings")
            .map_err(|problem| problem.to_string())
    }

    #[test]
    fn settings_have_defaults_and_bounds_and_exact_money() {
        assert_eq!(parse("{}"), Ok(RtbSettings::default()));
        let text = r#"{"reservation_seconds":300,"payout_min":999999999999.123456,"numbers":null}"#;
        assert_eq!(serde_json::to_string(&parse(text).unwrap()).unwrap(), text);
        for (json, named) in [
            ("[]", "settings must be an object"),
            (
                r#"{"reservation_seconds":301}"#,
                "settings.reservation_seconds must be a whole number from 1 to 300",
            ),
            (r#"{"reservation_seconds":0}"#, "settings.reservation_seconds"),
            (r#"{"payout_min":-1}"#, "settings.payout_min is wrong: must not be negative"),
            (r#"{"payout_min":0.1234567}"#, "settings.payout_min is wrong: has more than 6 decimals"),
            (r#"{"numbers":[]}"#, "settings.numbers is empty"),
            (r#"{"numbers":["x"]}"#, "settings.numbers[0] is wrong"),
            (r#"{"payout":1}"#, "settings.payout means nothing here"),
        ] {
            let problem = parse(json).unwrap_err();
            assert!(problem.starts_with(named), "{json}: {problem}");
        }
    }
}
