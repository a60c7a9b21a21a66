//! `Caller` and its typed claims.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use palisade::prelude::*;
use palisade::testing::TestApi;
use serde_json::json;

#[derive(Clone, Deserialize, Validate)]
struct Tenancy {
    #[garde(length(bytes, min = 1, max = 8))]
    tenant: String,
}

#[secured(authenticated)]
async fn show_tenant(caller: Caller<Tenancy>) -> String {
    caller.claims().tenant.clone()
}

#[secured(scopes = "other")]
async fn show_tenant_with_scope(caller: Caller<Tenancy>) -> String {
    caller.claims().tenant.clone()
}

/// An extractor that extracts the caller.
struct Subject(String);

impl<S: Sync> FromRequestParts<S> for Subject {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let caller: Caller = Caller::from_request_parts(parts, state)
            .await
            .map_err(|_| Problem::new(StatusCode::INTERNAL_SERVER_ERROR))?;
        if caller.subject() == "mallory" {
            return Err(Problem::new(StatusCode::FORBIDDEN).detail("not you"));
        }
        Ok(Self(caller.subject().to_owned()))
    }
}

impl TrustedExtractor for Subject {
    const REASON: &'static str = "reads the authenticated caller only";
}

#[secured(authenticated)]
async fn show_subject(Subject(subject): Subject) -> String {
    subject
}

#[public(reason = "a test of an extractor without a caller")]
async fn without_caller(Subject(subject): Subject) -> String {
    subject
}

#[secured(authenticated)]
async fn describe(caller: Caller) -> String {
    let identity = caller.identity();
    format!(
        "{} {} {:?} {}",
        identity.issuer,
        identity.subject,
        caller.client_id(),
        caller.scopes().as_str()
    )
}

#[tokio::test]
async fn typed_claims_are_decoded_and_validated_by_the_guard() {
    let routes = SecureRouter::new()
        .route("/", get(show_tenant))
        .route("/scope", get(show_tenant_with_scope));
    let api = TestApi::new(routes).await;
    let response = api
        .caller("alice")
        .claim("tenant", json!("acme"))
        .get("/")
        .send()
        .await;
    assert_eq!(
        (response.status(), response.text()),
        (StatusCode::OK, "acme".to_owned())
    );
    for invalid in [
        json!(""),
        json!("far too long"),
        json!(7),
        json!(["acme"]),
        json!(null),
    ] {
        let response = api
            .caller("alice")
            .claim("tenant", invalid.clone())
            .get("/")
            .send()
            .await;
        assert_eq!(response.status(), 401, "{invalid}");
        let challenge = response
            .header("www-authenticate")
            .unwrap_or_default()
            .to_owned();
        assert!(challenge.contains("error=\"invalid_token\""), "{challenge}");
    }
    assert_eq!(api.caller("alice").get("/").send().await.status(), 401);
    assert_eq!(
        api.caller("alice")
            .claim("tenant", json!(7))
            .get("/scope")
            .send()
            .await
            .status(),
        403
    );
}

#[tokio::test]
async fn application_extractor_can_extract_the_caller() {
    let routes = SecureRouter::new()
        .route("/", get(show_subject))
        .route("/without-caller", get(without_caller));
    let api = TestApi::new(routes).await;
    assert_eq!(api.caller("alice").get("/").send().await.text(), "alice");
    let denied = api.caller("mallory").get("/").send().await;
    assert_eq!(
        (
            denied.status(),
            denied.json::<serde_json::Value>()["detail"].clone()
        ),
        (StatusCode::FORBIDDEN, json!("not you"))
    );
    assert_eq!(
        api.caller("alice")
            .get("/without-caller")
            .send()
            .await
            .status(),
        500
    );
}

#[tokio::test]
async fn caller_returns_claims_of_the_token() {
    let api = TestApi::new(SecureRouter::new().route("/", get(describe))).await;
    let response = api.caller("alice").scopes("a b").get("/").send().await;
    let issuer = api.issuer().url().to_owned();
    assert!(
        response
            .text()
            .starts_with(&format!("{issuer} alice Some(")),
        "{}",
        response.text()
    );
    assert!(response.text().ends_with(" a b"), "{}", response.text());
}

#[test]
fn caller_debug_output_has_no_part_of_its_token() {
    let printed = format!(
        "{:?}",
        palisade::testing::caller_with("alice-canary", "scope-canary")
    );
    assert_eq!(printed, "Caller([redacted])");
}

#[tokio::test]
async fn unguarded_handler_can_be_called_in_its_module() {
    let caller = palisade::testing::caller("alice").with_claims(Tenancy {
        tenant: "acme".to_owned(),
    });
    assert_eq!(show_tenant().unguarded(caller).await, "acme");
}
