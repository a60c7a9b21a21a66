//! Roles that a token does not have, or has in another claim than the configured one.
//!
//! OWASP API5:2023, broken function level authorization; CWE-863, incorrect authorization.

use axum::body::Body;
use axum::http::Request;
use palisade::prelude::*;
use palisade::testing::{EmbeddedIssuer, TestApi, TokenBuilder};
use serde_json::{Value, json};
use tower::ServiceExt;

const AUDIENCE: &str = "https://api.test";

#[secured(roles = "admin")]
async fn by_role() {}

#[secured(scopes = "admin")]
async fn by_scope() {}

#[secured(scopes = "orders:write", roles = "admin")]
async fn by_both() {}

#[secured(authenticated)]
async fn by_any_token() {}

fn routes() -> SecureRouter {
    SecureRouter::new()
        .route("/role", get(by_role))
        .route("/scope", get(by_scope))
        .route("/both", get(by_both))
        .route("/any", get(by_any_token))
}

/// Returns the status for each handler: role, scope, both, any.
async fn statuses(api: &axum::Router, token: TokenBuilder) -> [u16; 4] {
    let bearer = format!("Bearer {}", token.sign());
    let mut statuses = [0; 4];
    for (status, path) in statuses
        .iter_mut()
        .zip(["/role", "/scope", "/both", "/any"])
    {
        let request = Request::get(path).header("authorization", &bearer);
        let request = request.body(Body::empty()).unwrap();
        let response = api.clone().oneshot(request).await.unwrap();
        *status = response.status().as_u16();
    }
    statuses
}

/// Returns an API that reads roles at the pointer, and a token of its issuer.
async fn reading_roles_at(pointer: &str) -> (axum::Router, TokenBuilder) {
    let issuer = EmbeddedIssuer::new("https://login.example");
    let server = ResourceServer::builder()
        .trust(issuer.issuer(AUDIENCE).roles_claim(pointer))
        .build()
        .await
        .unwrap();
    let token = issuer.token("mallory").audience(AUDIENCE);
    (routes().protect(server).into_router(), token)
}

async fn api() -> (axum::Router, TokenBuilder) {
    let api = TestApi::new(routes()).await;
    let token = api.issuer().token("mallory").audience(api.audience());
    (api.router(), token)
}

#[tokio::test]
async fn role_in_scope_claim_and_scope_in_roles_claim_are_ignored() {
    let (api, token) = api().await;
    for (token, expected) in [
        (token.clone().roles(["admin"]), [200, 403, 403, 200]),
        (token.clone().scopes("admin"), [403, 200, 403, 200]),
        (
            token.clone().scopes("orders:write admin"),
            [403, 200, 403, 200],
        ),
        (
            token.clone().roles(["orders:write", "admin"]),
            [200, 403, 403, 200],
        ),
        (
            token.clone().scopes("orders:write").roles(["admin"]),
            [200, 403, 200, 200],
        ),
        (
            token.clone().scopes("admin").roles(["orders:write"]),
            [403, 200, 403, 200],
        ),
    ] {
        let claims = token.claims_json();
        assert_eq!(statuses(&api, token).await, expected, "{claims}");
    }
}

#[tokio::test]
async fn similar_role_name_is_another_role() {
    let (api, token) = api().await;
    for role in [
        "Admin",
        "ADMIN",
        "admi",
        "admins",
        "xadmin",
        "admin:read",
        " admin",
        "admin ",
        "admin\t",
        "admin\n",
        "admin\0",
        "ad min",
        "admin,clerk",
        "clerk admin",
        "\"admin\"",
        "",
        "*",
        "\u{430}dmin",
        "admin\u{200b}",
        "\u{feff}admin",
        "\u{ff41}dmin",
    ] {
        let token = token.clone().scopes("orders:write").roles([role]);
        let statuses = statuses(&api, token).await;
        assert_eq!(statuses, [403, 403, 403, 200], "{role:?}");
    }
}

/// A malformed claim grants nothing, not even its well-formed part, and never rejects the token.
#[tokio::test]
async fn malformed_roles_grant_nothing() {
    let (api, token) = api().await;
    for roles in [
        json!("admin clerk"),
        json!(null),
        json!(true),
        json!(1),
        json!({ "admin": true }),
        json!([["admin"]]),
        json!(["admin", null]),
        json!(["admin", 1]),
        json!(["admin", { "name": "admin" }]),
    ] {
        let token = token.clone().claim("roles", roles.clone());
        let statuses = statuses(&api, token).await;
        assert_eq!(statuses, [403, 403, 403, 200], "{roles}");
    }
}

#[tokio::test]
async fn duplicate_roles_claim_returns_401() {
    let (api, token) = api().await;
    let claims = token.claims_json();
    let rest = claims.strip_prefix('{').unwrap();
    for claims in [
        format!("{{\"roles\":[],\"roles\":[\"admin\"],{rest}"),
        format!("{{\"roles\":[\"admin\"],\"r\\u006fles\":[],{rest}"),
    ] {
        let token = token.clone().payload_bytes(claims.clone());
        assert_eq!(statuses(&api, token).await, [401; 4], "{claims}");
    }
}

#[tokio::test]
async fn roles_are_read_only_from_the_configured_claim() {
    let realm: fn(Value) -> Value = |roles| json!({ "roles": roles });
    let (api, token) = reading_roles_at("/realm_access/roles").await;
    let allowed = [200, 403, 403, 200];
    let denied = [403, 403, 403, 200];
    for (token, expected) in [
        (
            token.clone().claim("realm_access", realm(json!(["admin"]))),
            allowed,
        ),
        (token.clone().roles(["admin"]), denied),
        (
            token
                .clone()
                .roles(["admin"])
                .claim("realm_access", realm(json!([]))),
            denied,
        ),
        (
            token
                .clone()
                .roles(["admin"])
                .claim("realm_access", json!({})),
            denied,
        ),
        (
            token.clone().claim("/realm_access/roles", json!(["admin"])),
            denied,
        ),
        (
            token.clone().claim("realm_access/roles", json!(["admin"])),
            denied,
        ),
        (
            token
                .clone()
                .claim("resource_access", realm(json!(["admin"]))),
            denied,
        ),
        (
            token.clone().claim(
                "realm_access",
                json!({ "realm_access": { "roles": ["admin"] } }),
            ),
            denied,
        ),
        (
            token.clone().claim("realm_access", realm(json!("admin"))),
            allowed,
        ),
        (
            token.clone().claim("realm_access", json!(["admin"])),
            denied,
        ),
    ] {
        let claims = token.claims_json();
        assert_eq!(statuses(&api, token).await, expected, "{claims}");
    }

    let (api, token) = self::api().await;
    let nested = token.claim("realm_access", realm(json!(["admin"])));
    assert_eq!(statuses(&api, nested).await, denied);
}
