//! The least role of every route of the API: the one place that says it.

use axum::http::Method;
use hookline_domain::access::Role;

/// What a request must bring.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Least {
    /// Nothing: it is how one gets in.
    Nobody,
    /// A key or a sign-in, whatever it may do: it is about whoever asks.
    Known,
    Role(Role),
}

const NOBODY: Least = Least::Nobody;
const KNOWN: Least = Least::Known;
const READ_ONLY: Least = Least::Role(Role::ReadOnly);
const ANALYST: Least = Least::Role(Role::Analyst);
const MANAGER: Least = Least::Role(Role::Manager);
const OWNER: Least = Least::Role(Role::Owner);

type Methods = &'static [(Method, Least)];

const READ: Methods = &[(Method::GET, READ_ONLY)];
const LIST: Methods = &[(Method::GET, READ_ONLY), (Method::POST, MANAGER)];
const ONE: Methods = &[(Method::GET, READ_ONLY), (Method::PATCH, MANAGER), (Method::DELETE, MANAGER)];
const CHANGE: Methods = &[(Method::POST, MANAGER)];
const TRY: Methods = &[(Method::POST, ANALYST)];
const ENTER: Methods = &[(Method::POST, NOBODY)];

/// By the path as the router has it; what switches ask all the time stands first.
const TABLE: &[(&str, Methods)] = &[
    ("/v1/calls", LIST),
    ("/v1/calls.csv", &[(Method::GET, ANALYST)]),
    ("/v1/calls/{id}", &[(Method::GET, READ_ONLY), (Method::PATCH, MANAGER)]),
    ("/v1/calls/{id}/events", CHANGE),
    ("/v1/calls/{id}/next", CHANGE),
    ("/v1/calls/{id}/decision", READ),
    ("/v1/calls/{id}/rerun", TRY),
    ("/v1/calls/{id}/stream", READ),
    ("/v1/stream", READ),
    ("/v1/setup", &[(Method::GET, NOBODY), (Method::POST, NOBODY)]),
    ("/v1/setup/demo", ENTER),
    ("/v1/sign-in", ENTER),
    ("/v1/sign-in/link", ENTER),
    ("/v1/sign-in/oidc", &[(Method::GET, NOBODY)]),
    ("/v1/sign-in/oidc/callback", &[(Method::GET, NOBODY)]),
    ("/v1/sign-out", ENTER),
    ("/v1/me", &[(Method::GET, KNOWN), (Method::PATCH, KNOWN)]),
    ("/v1/sign-ins", &[(Method::GET, KNOWN)]),
    ("/v1/sign-ins/{id}", &[(Method::DELETE, KNOWN)]),
    ("/v1/organizations", &[(Method::POST, KNOWN)]),
    ("/v1/users", &[(Method::GET, OWNER), (Method::POST, OWNER)]),
    ("/v1/users/{id}", &[(Method::PATCH, OWNER), (Method::DELETE, OWNER)]),
    ("/v1/users/{id}/link", &[(Method::POST, OWNER)]),
    ("/v1/actors", READ),
    ("/v1/audit-log", &[(Method::GET, OWNER)]),
    ("/v1/api-keys", &[(Method::GET, OWNER), (Method::POST, OWNER)]),
    ("/v1/api-keys/{id}", &[(Method::DELETE, OWNER)]),
    ("/v1/organization", &[(Method::GET, READ_ONLY), (Method::PATCH, OWNER)]),
    ("/v1/webhooks", LIST),
    ("/v1/webhooks/traffic", READ),
    ("/v1/webhooks/{id}", ONE),
    ("/v1/webhooks/{id}/rotate", CHANGE),
    ("/v1/webhooks/{id}/test", CHANGE),
    ("/v1/outgoing-webhooks", LIST),
    ("/v1/outgoing-webhooks/traffic", READ),
    ("/v1/outgoing-webhooks/{id}", ONE),
    ("/v1/outgoing-webhooks/{id}/rotate-secret", CHANGE),
    ("/v1/outgoing-webhooks/{id}/test", CHANGE),
    ("/v1/deliveries", READ),
    ("/v1/deliveries/{id}", READ),
    ("/v1/deliveries/{id}/replay", CHANGE),
    ("/v1/custom-tags", LIST),
    ("/v1/custom-tags/{id}", ONE),
    ("/v1/campaigns", LIST),
    ("/v1/campaigns/{id}", ONE),
    ("/v1/publishers", LIST),
    ("/v1/publishers/{id}", ONE),
    ("/v1/numbers", LIST),
    ("/v1/numbers/{id}", ONE),
    ("/v1/targets", LIST),
    ("/v1/targets/{id}", ONE),
    ("/v1/routing-plans", LIST),
    ("/v1/routing-plans/{id}", ONE),
    ("/v1/routing-plans/{id}/draft", &[(Method::PUT, MANAGER), (Method::DELETE, MANAGER)]),
    ("/v1/routing-plans/{id}/publish", CHANGE),
    ("/v1/routing-plans/{id}/test", TRY),
    ("/v1/flows", LIST),
    ("/v1/flows/{id}", ONE),
    ("/v1/flows/{id}/validate", TRY),
    ("/v1/flows/{id}/test", TRY),
    ("/v1/flows/{id}/publish", CHANGE),
    ("/v1/flows/{id}/versions", READ),
    ("/v1/flows/{id}/versions/{version}", READ),
    ("/v1/flows/{id}/diff", READ),
    ("/v1/rtb-endpoints", LIST),
    ("/v1/rtb-endpoints/{id}", ONE),
    ("/v1/rtb-endpoints/{id}/bids", READ),
    ("/v1/rtb-endpoints/{id}/summary", READ),
    // Of their own; what is shared asks for more, in the handlers.
    ("/v1/views", &[(Method::GET, READ_ONLY), (Method::POST, READ_ONLY)]),
    ("/v1/views/{id}", &[(Method::PATCH, READ_ONLY), (Method::DELETE, READ_ONLY)]),
    ("/v1/reports/calls", READ),
    ("/v1/requests", READ),
    ("/v1/requests/{id}", READ),
    ("/v1/requests/{id}/replay", CHANGE),
    ("/v1/unmatched", READ),
    ("/v1/unmatched/{request_id}/attach", CHANGE),
    ("/v1/unmatched/{request_id}/dismiss", CHANGE),
];

/// What this request must bring; `None` for what is not in the table.
pub fn of(method: &Method, path: &str) -> Option<Least> {
    let method = if *method == Method::HEAD { &Method::GET } else { method };
    let (_, methods) = TABLE.iter().find(|(pattern, _)| matches(pattern, path))?;
    methods.iter().find(|(one, _)| one == method).map(|(_, least)| *least)
}

fn matches(pattern: &str, path: &str) -> bool {
    let mut parts = path.split('/');
    pattern.split('/').all(|wanted| {
        parts
            .next()
            .is_some_and(|part| if wanted.starts_with('{') { !part.is_empty() } else { part == wanted })
    }) && parts.next().is_none()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::http::openapi;

    #[test]
    fn the_table_has_every_operation_of_the_api_and_no_other() {
        let document = serde_json::to_value(openapi::document()).unwrap();
        let described: BTreeSet<String> = document["paths"]
            .as_object()
            .unwrap()
            .iter()
            .filter(|(path, _)| path.starts_with("/v1/"))
            .flat_map(|(path, item)| {
                item.as_object()
                    .unwrap()
                    .keys()
                    .map(move |method| format!("{} {path}", method.to_uppercase()))
            })
            .collect();
        let named: Vec<String> = TABLE
            .iter()
            .flat_map(|(path, methods)| methods.iter().map(move |(method, _)| format!("{method} {path}")))
            .collect();
        assert_eq!(named.len(), named.iter().collect::<BTreeSet<_>>().len(), "one line for each");
        assert_eq!(named.into_iter().collect::<BTreeSet<_>>(), described);
    }

    #[test]
    fn a_path_is_found_as_the_router_finds_it() {
        assert_eq!(of(&Method::GET, "/v1/calls/0192"), Some(READ_ONLY));
        assert_eq!(of(&Method::HEAD, "/v1/calls.csv"), Some(ANALYST));
        assert_eq!(of(&Method::POST, "/v1/flows/a/test"), Some(ANALYST));
        for (method, path) in [
            (Method::GET, "/v1/calls/"),
            (Method::GET, "/v1/calls/a/b"),
            (Method::PUT, "/v1/calls"),
            (Method::GET, "/v1"),
        ] {
            assert_eq!(of(&method, path), None, "{path}");
        }
    }
}
