//! The metadata of the protected resource, and the challenges that name it (RFC 9728).

mod challenges;
mod configuration;
mod mounting;

use axum::http::Method;
use palisade::policy::Access;
use palisade::prelude::*;
use palisade::resource_server::ProtectedResource;
use palisade::testing::{EmbeddedIssuer, TestApi};
use serde_json::{Value, json};

const RESOURCE: &str = "https://api.example/orders";
const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";
const METADATA: &str = "/.well-known/oauth-protected-resource/orders";
const PARAMETER: &str =
    "resource_metadata=\"https://api.example/.well-known/oauth-protected-resource/orders\"";

#[secured(scopes = any("orders:admin", all("orders:read", "orders:list")))]
async fn list() -> &'static str {
    "[]"
}

#[secured(scopes = "orders:write offline_access", roles = "clerk")]
async fn create() {}

#[secured(scopes = "offline_access")]
async fn offline() {}

#[secured(roles = "clerk")]
async fn clerk() {}

#[secured(authenticated)]
async fn whoami() {}

#[public(reason = "a test")]
async fn open() {}

#[public(reason = "a test")]
async fn lost() -> StatusCode {
    StatusCode::NOT_FOUND
}

pub(crate) fn routes() -> SecureRouter {
    SecureRouter::new()
        .route("/orders", get(list).post(create))
        .route("/clerk", get(clerk))
        .route("/whoami", get(whoami))
        .route("/open", get(open))
}

async fn api_of(routes: SecureRouter, resource: impl Into<ProtectedResource>) -> TestApi {
    TestApi::with_server(routes, |server| server.resource(resource)).await
}

async fn document(api: &TestApi, path: &str) -> Value {
    let response = api.anonymous().get(path).send().await;
    assert_eq!(response.status(), 200, "{path}");
    response.json()
}

async fn challenge(api: &TestApi, path: &str, token: &str) -> String {
    let request = api.anonymous().get(path);
    let request = match token {
        "" => request,
        token => request.header("authorization", token),
    };
    let response = request.send().await;
    response.header("www-authenticate").unwrap().to_owned()
}

#[tokio::test]
async fn document_has_the_resource_the_issuers_and_the_declared_scopes() {
    let api = api_of(routes(), RESOURCE).await;
    let expected = json!({
        "resource": RESOURCE,
        "authorization_servers": [api.issuer().url()],
        "scopes_supported": ["orders:admin", "orders:list", "orders:read", "orders:write"],
        "bearer_methods_supported": ["header"],
    });
    assert_eq!(document(&api, METADATA).await, expected);
}

#[tokio::test]
async fn document_has_the_configured_name_and_documentation() {
    let resource = ProtectedResource::new(RESOURCE)
        .name("Aufträge \"intern\"")
        .documentation("https://docs.example/orders");
    let document = document(&api_of(routes(), resource).await, METADATA).await;
    assert_eq!(document["resource_name"], "Aufträge \"intern\"");
    assert_eq!(
        document["resource_documentation"],
        "https://docs.example/orders"
    );
}

/// RFC 9728 §3.2: a member with an empty list is omitted.
#[tokio::test]
async fn document_without_scopes_has_no_list_of_scopes() {
    let without = SecureRouter::new()
        .route("/whoami", get(whoami))
        .route("/clerk", get(clerk))
        .route("/offline", get(offline));
    let document = document(&api_of(without, RESOURCE).await, METADATA).await;
    assert!(document.get("scopes_supported").is_none(), "{document}");
}

#[tokio::test]
async fn every_trusted_issuer_is_an_authorization_server() {
    let partner = EmbeddedIssuer::new("https://partner.example");
    let api = TestApi::with_server(routes(), |server| {
        let partner = partner.issuer("https://other.example").grants_everything();
        server.resource(RESOURCE).trust(partner)
    })
    .await;
    let issuers = &document(&api, METADATA).await["authorization_servers"];
    assert_eq!(*issuers, json!([api.issuer().url(), partner.url()]));
}

/// RFC 9728 §3.1.
#[tokio::test]
async fn document_is_at_the_well_known_path_of_the_resource_only() {
    for (resource, suffix) in [
        ("https://api.example", ""),
        ("https://api.example/", ""),
        ("https://api.example:8443/orders", "/orders"),
        ("https://api.example/v1/orders/", "/v1/orders/"),
        ("https://api.example/:v1/*all/%C3%A9", "/:v1/*all/%C3%A9"),
    ] {
        let api = api_of(routes(), resource).await;
        let path = format!("{WELL_KNOWN}{suffix}");
        assert_eq!(document(&api, &path).await["resource"], resource);
        for other in [
            format!("{path}/x"),
            format!("{WELL_KNOWN}/elsewhere"),
            format!("{suffix}{WELL_KNOWN}x"),
            "/.well-known/oauth-authorization-server".to_owned(),
        ] {
            let response = api.anonymous().get(&other).send().await;
            assert_eq!(response.status(), 404, "{resource}: {other}");
        }
    }
}

#[tokio::test]
async fn document_is_public_cacheable_and_readable_by_every_origin() {
    let api = api_of(routes(), RESOURCE).await;
    for request in [
        api.anonymous(),
        api.caller("alice"),
        api.anonymous().bearer("not a token"),
        api.anonymous().header("origin", "https://evil.example"),
    ] {
        let response = request.get(METADATA).send().await;
        assert_eq!(response.status(), 200);
        for (name, value) in [
            ("content-type", "application/json"),
            ("cache-control", "public, max-age=3600"),
            ("access-control-allow-origin", "*"),
            ("x-content-type-options", "nosniff"),
        ] {
            assert_eq!(response.header(name), Some(value), "{name}");
        }
        assert_eq!(response.header("access-control-allow-credentials"), None);
        assert_eq!(response.header("set-cookie"), None);
    }
}

#[tokio::test]
async fn head_has_the_headers_of_get_without_a_body() {
    let api = api_of(routes(), RESOURCE).await;
    let get = api.anonymous().get(METADATA).send().await;
    let head = api.anonymous().request("HEAD", METADATA).send().await;
    assert_eq!((head.status(), head.text().as_str()), (get.status(), ""));
    assert_eq!(head.headers(), get.headers());
    assert_eq!(
        head.header("content-length"),
        Some(get.bytes().len().to_string().as_str())
    );
}

#[tokio::test]
async fn preflight_allows_every_origin_and_header() {
    let api = api_of(routes(), RESOURCE).await;
    let request = api
        .anonymous()
        .header("origin", "https://app.example")
        .header("access-control-request-method", "GET")
        .header("access-control-request-headers", "mcp-protocol-version");
    let response = request.request("OPTIONS", METADATA).send().await;
    assert_eq!(
        (response.status().as_u16(), response.text().as_str()),
        (204, "")
    );
    for (name, value) in [
        ("allow", "GET,HEAD,OPTIONS"),
        ("access-control-allow-origin", "*"),
        ("access-control-allow-methods", "GET,HEAD,OPTIONS"),
        ("access-control-allow-headers", "*"),
    ] {
        assert_eq!(response.header(name), Some(value), "{name}");
    }
}

#[tokio::test]
async fn other_methods_of_the_document_are_not_allowed() {
    let api = api_of(routes(), RESOURCE).await;
    for method in [
        "POST", "PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "QUERY",
    ] {
        let response = api.anonymous().request(method, METADATA).send().await;
        assert_eq!(response.status(), 405, "{method}");
        assert_eq!(response.header("allow"), Some("GET,HEAD,OPTIONS"));
        assert_eq!(
            response.header("content-type"),
            Some("application/problem+json")
        );
    }
}

#[tokio::test]
async fn api_without_resource_has_no_document_and_plain_challenges() {
    let api = TestApi::new(routes()).await;
    for path in [WELL_KNOWN, METADATA] {
        assert_eq!(api.anonymous().get(path).send().await.status(), 404);
    }
    assert_eq!(challenge(&api, "/orders", "").await, "Bearer realm=\"api\"");
    assert_eq!(api.api().inventory().resource(), None);
    assert_eq!(api.api().inventory().routes().len(), 5);
}

#[tokio::test]
async fn document_is_a_public_route_of_the_inventory() {
    let api = api_of(routes(), RESOURCE).await;
    let inventory = api.api().inventory();
    assert_eq!(inventory.resource(), Some(RESOURCE));
    let route = inventory.routes().last().unwrap();
    assert_eq!(route.path(), METADATA);
    assert_eq!(route.methods(), [Method::GET, Method::OPTIONS]);
    assert!(matches!(route.declaration().access, Access::Public { reason } if !reason.is_empty()));
    let text = inventory.to_string();
    assert!(
        text.contains("\nresource https://api.example/orders\n"),
        "{text}"
    );
    assert!(text.contains(METADATA), "{text}");
}
