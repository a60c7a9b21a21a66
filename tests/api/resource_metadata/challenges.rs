//! The challenges of an API with a resource.

use palisade::prelude::*;
use serde_json::Value;

use super::{METADATA, PARAMETER, RESOURCE, api_of, challenge, document, offline, routes};

/// RFC 9728 §5.1, and RFC 6750 §3 for the scopes.
#[tokio::test]
async fn every_challenge_names_the_document() {
    let api = api_of(routes(), RESOURCE).await;
    let token = |scopes: &str| format!("Bearer {}", api.caller("alice").scopes(scopes).token());
    let realm = "Bearer realm=\"api\"";
    for (path, token, challenge_start) in [
        ("/orders", String::new(), ", scope=\"orders:admin\""),
        ("/whoami", String::new(), ""),
        ("/clerk", String::new(), ""),
        (
            "/orders",
            "Bearer e.e.e".to_owned(),
            ", error=\"invalid_token\", scope=\"orders:admin\"",
        ),
        (
            "/orders",
            "Bearer a b".to_owned(),
            ", error=\"invalid_request\"",
        ),
        (
            "/orders",
            token("orders:read"),
            ", error=\"insufficient_scope\", scope=\"orders:admin\"",
        ),
        ("/clerk", token("x"), ", error=\"insufficient_scope\""),
    ] {
        let expected = format!("{realm}{challenge_start}, {PARAMETER}");
        assert_eq!(challenge(&api, path, &token).await, expected, "{path}");
    }
}

/// The MCP authorization specification: a resource server does not name `offline_access`.
#[tokio::test]
async fn offline_access_is_in_no_challenge() {
    let routes = routes().route("/offline", get(offline));
    let api = api_of(routes, RESOURCE).await;
    for (method, path) in [("POST", "/orders"), ("GET", "/offline")] {
        for request in [api.anonymous(), api.caller("alice")] {
            let response = request.request(method, path).send().await;
            let challenge = response.header("www-authenticate").unwrap();
            assert!(!challenge.contains("offline_access"), "{challenge}");
            let names_scope = challenge.contains("scope=\"orders:write\"");
            assert_eq!(names_scope, path == "/orders", "{challenge}");
        }
    }
}

/// Decision 25: `Host` and forwarded header fields decide nothing.
#[tokio::test]
async fn host_and_forwarded_fields_change_neither_document_nor_challenge() {
    let api = api_of(routes(), RESOURCE).await;
    let plain = document(&api, METADATA).await;
    for (name, value) in [
        ("host", "evil.example"),
        ("x-forwarded-host", "evil.example"),
        ("x-forwarded-proto", "http"),
        ("x-forwarded-prefix", "/evil"),
        ("forwarded", "host=evil.example;proto=http"),
        ("x-original-url", "/evil"),
    ] {
        let response = api.anonymous().header(name, value).get(METADATA).send();
        assert_eq!(response.await.json::<Value>(), plain, "{name}");
        let response = api.anonymous().header(name, value).get("/whoami").send();
        let response = response.await;
        let challenge = response.header("www-authenticate").unwrap();
        assert_eq!(challenge, format!("Bearer realm=\"api\", {PARAMETER}"));
    }
}
