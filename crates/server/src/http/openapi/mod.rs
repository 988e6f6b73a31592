//! The OpenAPI document, put together from what stands at each handler; `docs/openapi.json` is its snapshot.

mod decisions;
mod flows;
mod inbound;
mod outgoing;
mod routing;
mod rtb;
mod types;
mod unmatched;

use std::collections::BTreeSet;

use axum::Router;
use axum::body::Body;
use axum::http::Response;
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{Modify, OpenApi};
use utoipa_swagger_ui::{Config, SwaggerUi};

use super::answer;
use super::api::groups::{campaign, publisher};
use super::api::{
    actors, api_keys, audit_log, calls, custom_tags, deliveries, flows as call_flows, me, numbers, oidc,
    organization, organizations, outgoing_webhooks, reports, requests, routing_plans, rtb_endpoints, setup,
    sign_in, sign_ins, targets, unmatched as inbox, users, views, webhooks,
};
use super::ops;

pub use decisions::*;
pub use flows::*;
pub use outgoing::*;
pub use routing::*;
pub use rtb::*;
pub use types::*;
pub use unmatched::*;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Hookline",
        description = "Call tracking on a server of your own. Times are RFC 3339 in UTC, money is US dollars as a JSON number with its exact digits, phone numbers are E.164. Every answer has the header `X-Request-Id`.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    tags(
        (name = "Inbound webhooks", description = "What other systems tell of a caller and of a call. The path may be spelled with an underscore as well."),
        (name = "Calls", description = "What switches tell of calls, and what became of them."),
        (name = "Webhooks and the request log", description = "Inbound webhooks with their settings and keys, and each request that came in."),
        (name = "Outgoing webhooks", description = "Events of calls, told to other systems: where, in which words, and what became of it. docs/outgoing.md tells how."),
        (name = "Administration", description = "What a call is read by. A change is seen by every node within 5 seconds."),
        (name = "Routing", description = "Where calls go: targets, routing plans, call flows, RTB endpoints. A change is seen by every node within a second; docs/api.md tells how they play together."),
        (name = "Access", description = "Who may do what: setting up, signing in, users and their roles, the audit log."),
        (name = "Operation", description = "For whoever runs the server."),
    ),
    paths(
        inbound::call_data, inbound::call_data_by_get,
        inbound::update_revenue, inbound::update_revenue_by_get,
        inbound::update_tags, inbound::update_tags_by_get,
        inbound::update_fields, inbound::update_fields_by_get,
        calls::list::list, calls::start::start, calls::csv::csv, calls::get::get, calls::event::event,
        calls::next::next, calls::decision::decision, calls::rerun::rerun, calls::edit::edit,
        calls::stream::stream_all, calls::stream::stream_call, reports::calls,
        webhooks::list::list, webhooks::create::create, webhooks::list::get, webhooks::change::update,
        webhooks::change::delete, webhooks::change::rotate, webhooks::test::test, webhooks::traffic::traffic,
        requests::list::list, requests::get::get, requests::replay::replay,
        outgoing_webhooks::list::list, outgoing_webhooks::create::create, outgoing_webhooks::list::get,
        outgoing_webhooks::change::update, outgoing_webhooks::change::delete, outgoing_webhooks::secret::rotate,
        outgoing_webhooks::test::test, outgoing_webhooks::traffic::traffic,
        deliveries::list::list, deliveries::get::get, deliveries::replay::replay,
        inbox::list::list, inbox::attach::attach, inbox::dismiss::dismiss,
        organization::get, organization::update,
        setup::get, setup::set_up, setup::set_up_demo, sign_in::sign_in, sign_in::link, sign_in::sign_out,
        oidc::start::start, oidc::callback::callback,
        me::get, me::update, sign_ins::list, sign_ins::end, organizations::create,
        users::list::list, users::create::create, users::change::update, users::change::remove, users::link::link,
        audit_log::list, actors::list,
        views::list::list, views::change::create, views::change::update, views::change::delete,
        api_keys::list, api_keys::create, api_keys::revoke,
        custom_tags::list, custom_tags::create, custom_tags::get, custom_tags::update, custom_tags::delete,
        campaign::list, campaign::create, campaign::get, campaign::update, campaign::delete,
        publisher::list, publisher::create, publisher::get, publisher::update, publisher::delete,
        numbers::list, numbers::create, numbers::get, numbers::update, numbers::delete,
        targets::list, targets::create, targets::get, targets::update, targets::delete,
        routing_plans::list::list, routing_plans::change::create, routing_plans::list::get,
        routing_plans::change::update, routing_plans::change::delete, routing_plans::draft::put_draft,
        routing_plans::draft::discard_draft, routing_plans::draft::publish, routing_plans::test::test,
        call_flows::list::list, call_flows::change::create, call_flows::list::get, call_flows::change::update, call_flows::change::delete,
        call_flows::publish::validate, call_flows::test::test, call_flows::publish::publish, call_flows::versions::versions, call_flows::versions::version,
        call_flows::versions::diff,
        rtb_endpoints::list::list, rtb_endpoints::change::create, rtb_endpoints::list::get,
        rtb_endpoints::change::update, rtb_endpoints::change::delete, rtb_endpoints::bids::bids, rtb_endpoints::summary::summary,
        rtb::inbound_rtb, rtb::inbound_rtb_by_get,
        ops::healthz, ops::readyz, ops::metrics,
    ),
    components(schemas(ErrorDocument, StreamEventDocument, ConditionOpDocument, ScalarDocument)),
    modifiers(&Keys)
)]
struct Document;

struct Keys;

impl Modify for Keys {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let api_key = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some("An API key, `hla_…`; `hookline org create` prints the first."))
            .build();
        let webhook_key = ApiKeyValue::with_description(
            "moja_auth_key",
            "The webhook's key, `hlw_…`; `auth_key` means the same. Once, and nowhere but in the query.",
        );
        let sign_in = ApiKeyValue::with_description(
            "hookline_sign_in",
            "The cookie of a sign-in. What is not GET also needs `Origin` or `Sec-Fetch-Site`; the header `Hookline-Organization` chooses the organization.",
        );
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("api_key", SecurityScheme::Http(api_key));
        components.add_security_scheme("sign_in", SecurityScheme::ApiKey(ApiKey::Cookie(sign_in)));
        components.add_security_scheme("webhook_key", SecurityScheme::ApiKey(ApiKey::Query(webhook_key)));
        allow_sign_ins(document);
        open_parts(document);
    }
}

/// What is sent may have no other fields than those that are listed. Where an answer is made of the same fields and
/// some more, the part must allow for those.
fn open_parts(document: &mut utoipa::openapi::OpenApi) {
    let Some(components) = document.components.as_mut() else { return };
    let mut parts = BTreeSet::new();
    for schema in components.schemas.values() {
        let RefOr::T(Schema::AllOf(all)) = schema else { continue };
        parts.extend(all.items.iter().filter_map(|item| match item {
            RefOr::Ref(part) => part.ref_location.rsplit('/').next().map(str::to_owned),
            RefOr::T(_) => None,
        }));
    }
    for part in parts {
        if let Some(RefOr::T(Schema::Object(object))) = components.schemas.get_mut(&part) {
            object.additional_properties = None;
        }
    }
}

/// Whatever an API key may do, a person may who is signed in.
fn allow_sign_ins(document: &mut utoipa::openapi::OpenApi) {
    let by_key = SecurityRequirement::new::<_, _, String>("api_key", []);
    let by_cookie = SecurityRequirement::new::<_, _, String>("sign_in", []);
    for item in document.paths.paths.values_mut() {
        let operations = [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete];
        for operation in operations.into_iter().flatten() {
            if let Some(security) = operation.security.as_mut().filter(|all| all.contains(&by_key)) {
                security.push(by_cookie.clone());
            }
        }
    }
}

/// The document.
pub fn document() -> utoipa::openapi::OpenApi {
    Document::openapi()
}

/// `GET /openapi.json`.
pub async fn get() -> Response<Body> {
    answer::json(200, document().to_json().expect("the document is JSON"))
}

/// The explorer at `/docs`; all of it comes from this program, nothing from another host.
pub fn explorer<S: Clone + Send + Sync + 'static>(path: &'static str) -> Router<S> {
    let config = Config::from("/openapi.json").validator_url("none").display_request_duration(true);
    SwaggerUi::new(path).config(config).into()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    fn document() -> Value {
        serde_json::to_value(super::document()).expect("the document is JSON")
    }

    fn operations(document: &Value) -> Vec<(&str, &str, &Value)> {
        let paths = document["paths"].as_object().expect("there are paths");
        paths
            .iter()
            .flat_map(|(path, item)| {
                item.as_object()
                    .into_iter()
                    .flatten()
                    .map(move |(method, operation)| (path.as_str(), method.as_str(), operation))
            })
            .collect()
    }

    /// The second spellings and the explorer are not described.
    #[test]
    fn every_route_is_described_and_every_description_has_a_route() {
        let router = include_str!("../router.rs");
        let routes: BTreeSet<String> = router
            .split(".route(")
            .skip(1)
            .filter_map(|route| route.trim_start().strip_prefix('"')?.split_once('"'))
            .flat_map(|(path, handlers)| {
                ["get", "post", "put", "patch", "delete", "any"]
                    .into_iter()
                    .filter(|method| handlers.contains(&format!("{method}(")))
                    .flat_map(move |method| match method {
                        "any" => vec![format!("get {path}"), format!("post {path}")],
                        one => vec![format!("{one} {path}")],
                    })
            })
            .filter(|route| {
                !route.contains("/openapi.json")
                    && !route.split('/').any(|part| part.starts_with("call_") || part.starts_with("update_"))
            })
            .collect();
        let document = document();
        let described: BTreeSet<String> =
            operations(&document).into_iter().map(|(path, method, _)| format!("{method} {path}")).collect();
        assert_eq!(described, routes);
    }

    #[test]
    fn every_operation_has_an_id_a_summary_a_success_and_its_errors() {
        let document = document();
        let mut ids = BTreeSet::new();
        for (path, method, operation) in operations(&document) {
            let id = operation["operationId"].as_str().expect("an id");
            assert!(ids.insert(id), "{id} is there twice");
            assert!(operation["summary"].as_str().is_some_and(|text| !text.is_empty()), "{method} {path}");
            let answers = operation["responses"].as_object().expect("responses");
            assert!(answers.keys().any(|status| status.starts_with(['2', '3'])), "{method} {path}");
            let is_open = operation["security"] == serde_json::json!([{}]);
            assert!(is_open || answers.contains_key("401"), "{method} {path}");
        }
    }

    #[test]
    fn every_reference_leads_somewhere() {
        let document = document();
        assert!(document["openapi"].as_str().expect("a version").starts_with("3.1"));
        let mut to_see = vec![&document];
        while let Some(value) = to_see.pop() {
            if let Some(reference) = value.get("$ref").and_then(Value::as_str) {
                let pointer = reference.strip_prefix('#').expect("a reference within the document");
                assert!(document.pointer(pointer).is_some(), "{reference} leads nowhere");
            }
            match value {
                Value::Object(members) => to_see.extend(members.values()),
                Value::Array(items) => to_see.extend(items),
                _ => {}
            }
        }
    }

    #[test]
    fn the_snapshot_is_the_document() {
        let snapshot: Value = serde_json::from_str(include_str!("../../../../../docs/openapi.json"))
            .expect("the snapshot is JSON");
        assert!(
            snapshot == document(),
            "docs/openapi.json is not the document any more; look at the difference after `cargo run -p hookline -- openapi > docs/openapi.json`"
        );
    }
}
