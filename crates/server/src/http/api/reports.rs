//! `GET /v1/reports/calls`: calls, conversions and money by time, campaign, publisher, target or tag.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::http::Response;
use hookline_domain::money::Money;
use hookline_domain::tags::TagName;
use hookline_domain::time::Timestamp;
use hookline_domain::zone::Zone;
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use super::auth::ApiCaller;
use super::change::{done, to_json, unstored};
use super::read;
use crate::app::App;
use crate::http::answer;
use crate::http::openapi::Refusals;
use crate::problem::Problem;
use crate::settings::Org;
use crate::storage::calls::{self, CallFilter};
use crate::storage::reports::{self, Among, BUCKET, CountRow, Dimension, Kept, Sums};

const SPAN_SECONDS_DEFAULT: i64 = 7 * 86_400;
const SPAN_SECONDS_MAX: i64 = 400 * 86_400;
/// Rows of a report by hours: a month of them.
const HOURS_MAX: i64 = 31 * 24;
/// Calls that are summed up for one report where no sums are kept.
const SCANNED_MAX: i64 = 200_000;
/// The same where their tags are read.
const TAGGED_MAX: i64 = 50_000;
const TAGGED_PAGE: u32 = 1_000;
/// Rows of a report by tag; the rest is one row.
const ITEMS_MAX: usize = 500;
const PARAMETERS: [&str; 7] = ["from", "to", "time_zone", "by", "campaign_id", "publisher_id", "target"];

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it describes the query, which is read by hand")]
pub struct ReportQuery {
    /// Calls that started at this time or later, in quarters of an hour; seven days ago, if it is left out.
    #[param(value_type = Option<String>, format = DateTime)]
    from: Option<String>,
    /// Before this time; now, if it is left out.
    #[param(value_type = Option<String>, format = DateTime)]
    to: Option<String>,
    /// By whose clocks days begin; UTC, if it is left out.
    #[param(example = "America/New_York")]
    time_zone: Option<String>,
    /// `day` (if it is left out), `hour`, `month`, `campaign`, `publisher`, `target`, or `tag.NAME`.
    by: Option<String>,
    campaign_id: Option<uuid::Uuid>,
    publisher_id: Option<uuid::Uuid>,
    /// The target's name.
    target: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = CallReport)]
pub struct Report {
    #[schema(value_type = String, format = DateTime)]
    from: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    to: Timestamp,
    time_zone: String,
    by: String,
    /// Every change up to then is in it.
    #[schema(value_type = String, format = DateTime)]
    as_of: Timestamp,
    /// By time from the first on, without gaps; else the most calls first.
    rows: Vec<Row>,
    total: Totals,
}

#[derive(Serialize, ToSchema)]
#[schema(as = CallReportRow)]
pub struct Row {
    /// `2026-11-25`, `2026-11-25T14:00`, `2026-11`; an id; a target's name; a tag's value. Null for calls that have none.
    item: Option<String>,
    /// For people.
    name: Option<String>,
    #[serde(flatten)]
    totals: Totals,
}

#[derive(Serialize, ToSchema)]
#[schema(as = CallTotals)]
pub struct Totals {
    calls: i64,
    /// Somebody answered.
    connected: i64,
    converted: i64,
    connected_seconds: i64,
    #[schema(value_type = f64)]
    revenue_paid_out: Money,
    #[schema(value_type = f64)]
    publisher_paid_out: Money,
    /// Revenue minus what publishers got, in US dollars; below 0 if they got more.
    #[schema(value_type = f64)]
    margin: Margin,
}

/// Money that may be below zero.
pub struct Margin(i64);

impl Serialize for Margin {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let sign = if self.0 < 0 { "-" } else { "" };
        let text = format!("{sign}{}", Money::from_micros(self.0.abs()).unwrap_or_default());
        let raw = serde_json::value::RawValue::from_string(text).map_err(serde::ser::Error::custom)?;
        raw.serialize(serializer)
    }
}

impl From<Sums> for Totals {
    fn from(sums: Sums) -> Self {
        let money = |micros| Money::from_micros(micros).unwrap_or_default();
        Self {
            calls: sums.calls,
            connected: sums.connected,
            converted: sums.converted,
            connected_seconds: sums.talked / 1_000_000,
            revenue_paid_out: money(sums.revenue),
            publisher_paid_out: money(sums.payout),
            margin: Margin(sums.revenue.saturating_sub(sums.payout)),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum By {
    Hour,
    Day,
    Month,
    Of(Dimension),
    Tag(TagName),
}

impl By {
    fn is_time(&self) -> bool {
        matches!(self, Self::Hour | Self::Day | Self::Month)
    }
}

struct Asked {
    from: Timestamp,
    to: Timestamp,
    zone: Zone,
    by: By,
    among: Among,
}

#[utoipa::path(
    get,
    path = "/v1/reports/calls",
    tag = "Calls",
    operation_id = "report_calls",
    summary = "Calls, conversions and money by time, campaign, publisher, target or tag",
    description = "Sums are kept by campaign, publisher and target. A report that combines two of them, and one by tag, looks at the calls themselves: at most 200,000 of them, by tag 50,000.",
    params(ReportQuery),
    responses((status = 200, description = "The report", body = Report), Refusals),
    security(("api_key" = []))
)]
pub async fn calls(
    State(app): State<Arc<App>>,
    caller: ApiCaller,
    RawQuery(query): RawQuery,
) -> Response<Body> {
    let made = report(&app, &caller, query.as_deref()).await;
    done(&app, made.map(|report| answer::json(200, to_json(&report))))
}

async fn report(app: &App, caller: &ApiCaller, query: Option<&str>) -> Result<Report, Problem> {
    let now = app.clock.now();
    let asked = read_query(query, now)?;
    let (items, as_of) = match &asked.by {
        By::Tag(name) => (by_tag(app, &caller.org, &asked, name).await?, now),
        _ => sums(app, &caller.org, &asked, now).await?,
    };
    let mut total = Sums::default();
    items.values().for_each(|sums| total.add(sums));
    let mut rows: Vec<(String, Sums)> = items.into_iter().collect();
    if !asked.by.is_time() {
        rows.sort_by(|(a, one), (b, other)| other.calls.cmp(&one.calls).then_with(|| a.cmp(b)));
        fold_rest(&mut rows);
    }
    let rows = rows.into_iter().map(|(item, sums)| Row {
        name: name(&caller.org, &asked.by, &item),
        item: Some(item).filter(|item| !item.is_empty()),
        totals: sums.into(),
    });
    Ok(Report {
        from: asked.from,
        to: asked.to,
        time_zone: asked.zone.to_string(),
        by: asked.by.to_string(),
        as_of,
        rows: rows.collect(),
        total: total.into(),
    })
}

impl std::fmt::Display for By {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Hour => f.write_str("hour"),
            Self::Day => f.write_str("day"),
            Self::Month => f.write_str("month"),
            Self::Of(dimension) => f.write_str(dimension.as_str()),
            Self::Tag(name) => write!(f, "tag.{name}"),
        }
    }
}

fn read_query(query: Option<&str>, now: Timestamp) -> Result<Asked, Problem> {
    let given = read::query(query, &PARAMETERS)?;
    let wrong = |message: &str| Problem::bad_request("invalid_parameter", message);
    let by = match given.get("by").map_or("day", String::as_str) {
        "hour" => By::Hour,
        "day" => By::Day,
        "month" => By::Month,
        "campaign" => By::Of(Dimension::Campaign),
        "publisher" => By::Of(Dimension::Publisher),
        "target" => By::Of(Dimension::Target),
        other => {
            let name = other.strip_prefix("tag.").and_then(TagName::normalize);
            By::Tag(name.ok_or_else(|| {
                wrong("`by` must be day, hour, month, campaign, publisher, target or tag.NAME.")
            })?)
        }
    };
    let time = |name| read::parameter::<Timestamp>(&given, name, "an RFC 3339 time");
    let to = time("to")?.unwrap_or(now);
    let from = time("from")?.unwrap_or_else(|| to.plus_seconds(-SPAN_SECONDS_DEFAULT));
    // Sums are kept by quarters of an hour.
    let (from, to) = (
        Timestamp(from.0.div_euclid(BUCKET) * BUCKET),
        Timestamp(to.0.div_euclid(BUCKET).saturating_add(i64::from(to.0.rem_euclid(BUCKET) > 0)) * BUCKET),
    );
    if from >= to || to > from.plus_seconds(SPAN_SECONDS_MAX) {
        return Err(wrong("`from` must be before `to`, and at most 400 days."));
    }
    if by == By::Hour && to > from.plus_seconds(HOURS_MAX * 3_600) {
        return Err(wrong("`from` to `to` must be at most 31 days by hour; ask for days."));
    }
    let among = Among {
        campaign: read::parameter(&given, "campaign_id", "an id")?,
        publisher: read::parameter(&given, "publisher_id", "an id")?,
        target: given.get("target").cloned(),
    };
    let zone = read::parameter(&given, "time_zone", "an IANA name such as America/New_York")?;
    Ok(Asked { from, to, zone: zone.unwrap_or_default(), by, among })
}

/// Sums by item, and as of when.
async fn sums(
    app: &App,
    org: &Org,
    asked: &Asked,
    now: Timestamp,
) -> Result<(BTreeMap<String, Sums>, Timestamp), Problem> {
    let Some((dimension, only)) = kept(asked) else {
        return Ok((scanned(app, org, asked).await?, now));
    };
    let progress = reports::progress(&app.db).await.map_err(|error| unstored(&error))?;
    let by_time = asked.by.is_time();
    let kept = Kept { org: org.id, dimension, item: only.as_deref(), from: asked.from, to: asked.to };
    let rows = if by_time {
        reports::counts(&app.db, &kept).await
    } else {
        reports::counts_by_item(&app.db, &kept).await
    };
    let mut items = if by_time { empty_times(asked) } else { BTreeMap::new() };
    for CountRow { bucket, item, sums } in rows.map_err(|error| unstored(&error))? {
        let item = if by_time { time_item(asked, Timestamp(bucket)) } else { item };
        items.entry(item).or_default().add(&sums);
    }
    let is_behind = app.tail.has_after(progress.cursor.as_deref()).await.map_err(|error| unstored(&error))?;
    Ok((items, if is_behind { Timestamp(progress.seen_at) } else { now }))
}

/// The dimension whose sums are kept for this report, and the one item of it that counts.
fn kept(asked: &Asked) -> Option<(Dimension, Option<String>)> {
    let Among { campaign, publisher, target } = &asked.among;
    let of = match (campaign, publisher, target) {
        (None, None, None) => {
            return Some(match asked.by {
                By::Of(dimension) => (dimension, None),
                _ => (Dimension::All, None),
            });
        }
        (Some(id), None, None) => (Dimension::Campaign, id.to_string()),
        (None, Some(id), None) => (Dimension::Publisher, id.to_string()),
        (None, None, Some(name)) => (Dimension::Target, name.clone()),
        _ => return None,
    };
    let same = match asked.by {
        By::Of(dimension) => dimension == of.0,
        By::Hour | By::Day | By::Month => true,
        By::Tag(_) => false,
    };
    same.then_some((of.0, Some(of.1)))
}

/// From the calls themselves.
async fn scanned(app: &App, org: &Org, asked: &Asked) -> Result<BTreeMap<String, Sums>, Problem> {
    check_number(app, org, asked, SCANNED_MAX).await?;
    let rows = reports::sum_calls(&app.db, org.id, asked.from, asked.to, &asked.among).await;
    let mut items = if asked.by.is_time() { empty_times(asked) } else { BTreeMap::new() };
    for row in rows.map_err(|error| unstored(&error))? {
        let id = |id: Option<uuid::Uuid>| id.map(|id| id.to_string()).unwrap_or_default();
        let item = match asked.by {
            By::Of(Dimension::Campaign) => id(row.campaign_id),
            By::Of(Dimension::Publisher) => id(row.publisher_id),
            By::Of(_) | By::Tag(_) => row.target.unwrap_or_default(),
            By::Hour | By::Day | By::Month => time_item(asked, Timestamp(row.bucket)),
        };
        items.entry(item).or_default().add(&row.sums);
    }
    Ok(items)
}

async fn by_tag(
    app: &App,
    org: &Org,
    asked: &Asked,
    name: &TagName,
) -> Result<BTreeMap<String, Sums>, Problem> {
    check_number(app, org, asked, TAGGED_MAX).await?;
    let Among { campaign, publisher, target } = asked.among.clone();
    let (from, to) = (Some(asked.from), Some(asked.to));
    let mut filter = CallFilter { campaign, publisher, target, from, to, ..CallFilter::default() };
    let key = org.definitions.resolve(name).map_or(name, |tag| &tag.key);
    let mut items: BTreeMap<String, Sums> = BTreeMap::new();
    loop {
        let page = calls::tagged(&app.db, org.id, &filter, TAGGED_PAGE).await;
        let page = page.map_err(|error| unstored(&error))?;
        let is_last = page.len() < TAGGED_PAGE as usize;
        filter.before = page.last().map(|(call, _)| call.call.id);
        for (loaded, tags) in page {
            let call = &loaded.call;
            let value = tags.get(key.as_str()).map(|tag| tag.value.clone()).unwrap_or_default();
            let talked =
                call.answered_at.zip(call.ended_at).map_or(0, |(answered, ended)| ended.0 - answered.0);
            items.entry(value).or_default().add(&Sums {
                calls: 1,
                connected: i64::from(call.answered_at.is_some()),
                converted: i64::from(call.converted),
                revenue: call.revenue_paid_out.map_or(0, Money::micros),
                payout: call.publisher_paid_out.map_or(0, Money::micros),
                talked,
            });
        }
        if is_last {
            return Ok(items);
        }
    }
}

async fn check_number(app: &App, org: &Org, asked: &Asked, max: i64) -> Result<(), Problem> {
    let found = reports::count_calls(&app.db, org.id, asked.from, asked.to, max).await;
    if found.map_err(|error| unstored(&error))? <= max {
        return Ok(());
    }
    Err(Problem::bad_request(
        "too_many_calls",
        format!(
            "Over {max} calls started in this time, and this report looks at each. Choose a shorter time, or a report by time, campaign, publisher or target with at most one filter."
        ),
    ))
}

fn time_item(asked: &Asked, at: Timestamp) -> String {
    let local = asked.zone.local(at);
    match asked.by {
        By::Hour => format!("{}T{:02}:00", local.date(), local.hour()),
        By::Month => format!("{:04}-{:02}", local.year(), local.month()),
        _ => local.date().to_string(),
    }
}

/// Every hour, day or month of the time, so that a chart has no gaps.
fn empty_times(asked: &Asked) -> BTreeMap<String, Sums> {
    let step = if asked.by == By::Hour { BUCKET } else { 4 * BUCKET };
    let starts = (asked.from.0..asked.to.0).step_by(usize::try_from(step).expect("it is above 0"));
    starts.map(|at| (time_item(asked, Timestamp(at)), Sums::default())).collect()
}

/// What is beyond `ITEMS_MAX` is one row, of calls that have other values.
fn fold_rest(rows: &mut Vec<(String, Sums)>) {
    if rows.len() > ITEMS_MAX {
        let mut rest = Sums::default();
        rows.drain(ITEMS_MAX..).for_each(|(_, sums)| rest.add(&sums));
        rows.push(("(others)".to_owned(), rest));
    }
}

fn name(org: &Org, by: &By, item: &str) -> Option<String> {
    match by {
        By::Of(Dimension::Campaign) => org.campaigns.get(&item.parse().ok()?).map(|one| one.name.clone()),
        By::Of(Dimension::Publisher) => org.publishers.get(&item.parse().ok()?).map(|one| one.name.clone()),
        _ => Some(item.to_owned()).filter(|item| !item.is_empty()),
    }
}
