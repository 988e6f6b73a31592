//! Every URL, on one screen.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::Response;
use axum::routing::{any, delete, get, patch, post, put};

use super::api::groups::{campaign, publisher};
use super::api::{
    actors, api_keys, audit_log, calls, custom_tags, deliveries, flows, me, numbers, oidc, organization,
    organizations, outgoing_webhooks, reports, requests, routing_plans, rtb_endpoints, setup, sign_in,
    sign_ins, targets, unmatched, users, views, webhooks,
};
use super::{answer, dashboard, inbound, openapi, ops, rtb};
use crate::app::App;
use crate::problem::Problem;

pub fn router(app: Arc<App>) -> Router {
    Router::new()
        .route("/call-data", any(inbound::call_data))
        .route("/call_data", any(inbound::call_data))
        .route("/update-revenue", any(inbound::update_revenue))
        .route("/update_revenue", any(inbound::update_revenue))
        .route("/update-tags", any(inbound::update_tags))
        .route("/update_tags", any(inbound::update_tags))
        .route("/update-fields", any(inbound::update_fields))
        .route("/update_fields", any(inbound::update_fields))
        .route("/v1/calls", get(calls::list).post(calls::start))
        .route("/v1/calls.csv", get(calls::csv))
        .route("/v1/calls/{id}", get(calls::get).patch(calls::edit))
        .route("/v1/calls/{id}/events", post(calls::event))
        .route("/v1/calls/{id}/next", post(calls::next))
        .route("/v1/calls/{id}/decision", get(calls::decision))
        .route("/v1/calls/{id}/rerun", post(calls::rerun))
        .route("/v1/calls/{id}/stream", get(calls::stream_call))
        .route("/v1/stream", get(calls::stream_all))
        .route("/v1/reports/calls", get(reports::calls))
        .route("/v1/webhooks", get(webhooks::list).post(webhooks::create))
        .route("/v1/webhooks/traffic", get(webhooks::traffic))
        .route("/v1/webhooks/{id}", get(webhooks::get).patch(webhooks::update).delete(webhooks::delete))
        .route("/v1/webhooks/{id}/rotate", post(webhooks::rotate))
        .route("/v1/webhooks/{id}/test", post(webhooks::test))
        .route("/v1/outgoing-webhooks", get(outgoing_webhooks::list).post(outgoing_webhooks::create))
        .route("/v1/outgoing-webhooks/traffic", get(outgoing_webhooks::traffic))
        .route(
            "/v1/outgoing-webhooks/{id}",
            get(outgoing_webhooks::get).patch(outgoing_webhooks::update).delete(outgoing_webhooks::delete),
        )
        .route("/v1/outgoing-webhooks/{id}/rotate-secret", post(outgoing_webhooks::rotate))
        .route("/v1/outgoing-webhooks/{id}/test", post(outgoing_webhooks::test))
        .route("/v1/deliveries", get(deliveries::list))
        .route("/v1/deliveries/{id}", get(deliveries::get))
        .route("/v1/deliveries/{id}/replay", post(deliveries::replay))
        .route("/v1/organization", get(organization::get).patch(organization::update))
        .route("/v1/setup", get(setup::get).post(setup::set_up))
        .route("/v1/setup/demo", post(setup::set_up_demo))
        .route("/v1/sign-in", post(sign_in::sign_in))
        .route("/v1/sign-in/link", post(sign_in::link))
        .route("/v1/sign-in/oidc", get(oidc::start))
        .route("/v1/sign-in/oidc/callback", get(oidc::callback))
        .route("/v1/sign-out", post(sign_in::sign_out))
        .route("/v1/me", get(me::get).patch(me::update))
        .route("/v1/sign-ins", get(sign_ins::list))
        .route("/v1/sign-ins/{id}", delete(sign_ins::end))
        .route("/v1/organizations", post(organizations::create))
        .route("/v1/users", get(users::list).post(users::create))
        .route("/v1/users/{id}", patch(users::update).delete(users::remove))
        .route("/v1/users/{id}/link", post(users::link))
        .route("/v1/actors", get(actors::list))
        .route("/v1/views", get(views::list).post(views::create))
        .route("/v1/views/{id}", patch(views::update).delete(views::delete))
        .route("/v1/audit-log", get(audit_log::list))
        .route("/v1/api-keys", get(api_keys::list).post(api_keys::create))
        .route("/v1/api-keys/{id}", delete(api_keys::revoke))
        .route("/v1/custom-tags", get(custom_tags::list).post(custom_tags::create))
        .route(
            "/v1/custom-tags/{id}",
            get(custom_tags::get).patch(custom_tags::update).delete(custom_tags::delete),
        )
        .route("/v1/campaigns", get(campaign::list).post(campaign::create))
        .route("/v1/campaigns/{id}", get(campaign::get).patch(campaign::update).delete(campaign::delete))
        .route("/v1/publishers", get(publisher::list).post(publisher::create))
        .route("/v1/publishers/{id}", get(publisher::get).patch(publisher::update).delete(publisher::delete))
        .route("/v1/numbers", get(numbers::list).post(numbers::create))
        .route("/v1/numbers/{id}", get(numbers::get).patch(numbers::update).delete(numbers::delete))
        .route("/v1/targets", get(targets::list).post(targets::create))
        .route("/v1/targets/{id}", get(targets::get).patch(targets::update).delete(targets::delete))
        .route("/v1/routing-plans", get(routing_plans::list).post(routing_plans::create))
        .route(
            "/v1/routing-plans/{id}",
            get(routing_plans::get).patch(routing_plans::update).delete(routing_plans::delete),
        )
        .route(
            "/v1/routing-plans/{id}/draft",
            put(routing_plans::put_draft).delete(routing_plans::discard_draft),
        )
        .route("/v1/routing-plans/{id}/publish", post(routing_plans::publish))
        .route("/v1/routing-plans/{id}/test", post(routing_plans::test))
        .route("/v1/flows", get(flows::list).post(flows::create))
        .route("/v1/flows/{id}", get(flows::get).patch(flows::update).delete(flows::delete))
        .route("/v1/flows/{id}/validate", post(flows::validate))
        .route("/v1/flows/{id}/publish", post(flows::publish))
        .route("/v1/flows/{id}/test", post(flows::test))
        .route("/v1/flows/{id}/versions", get(flows::versions))
        .route("/v1/flows/{id}/versions/{version}", get(flows::version))
        .route("/v1/flows/{id}/diff", get(flows::diff))
        .route("/v1/rtb-endpoints", get(rtb_endpoints::list).post(rtb_endpoints::create))
        .route(
            "/v1/rtb-endpoints/{id}",
            get(rtb_endpoints::get).patch(rtb_endpoints::update).delete(rtb_endpoints::delete),
        )
        .route("/v1/rtb-endpoints/{id}/bids", get(rtb_endpoints::bids))
        .route("/v1/rtb-endpoints/{id}/summary", get(rtb_endpoints::summary))
        .route("/inbound_rtb/{endpoint_id}", any(rtb::inbound_rtb))
        .route("/v1/requests", get(requests::list))
        .route("/v1/requests/{id}", get(requests::get))
        .route("/v1/requests/{id}/replay", post(requests::replay))
        .route("/v1/unmatched", get(unmatched::list))
        .route("/v1/unmatched/{request_id}/attach", post(unmatched::attach))
        .route("/v1/unmatched/{request_id}/dismiss", post(unmatched::dismiss))
        .route("/openapi.json", get(openapi::get))
        .merge(openapi::explorer("/docs"))
        .route("/healthz", get(ops::healthz))
        .route("/readyz", get(ops::readyz))
        .route("/metrics", get(ops::metrics))
        .fallback(unknown_route)
        .method_not_allowed_fallback(wrong_method)
        .with_state(app)
}

/// What is not the API's is the dashboard's.
async fn unknown_route(State(app): State<Arc<App>>, request: Request) -> Response<Body> {
    if let Some(page) = dashboard::find(&request) {
        return page;
    }
    let problem = Problem::not_found(
        "unknown_route",
        format!("There is nothing at {}. README and docs/ list what there is.", request.uri().path()),
    );
    answer::refuse(&app, &problem)
}

async fn wrong_method(State(app): State<Arc<App>>, request: Request) -> Response<Body> {
    let problem = Problem::new(
        405,
        "method_not_allowed",
        format!(
            "{} does not take {}; the Allow header lists what it takes.",
            request.uri().path(),
            request.method()
        ),
    );
    answer::refuse(&app, &problem)
}
