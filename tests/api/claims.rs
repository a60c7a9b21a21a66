//! `Caller` and the claims it carries.

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

/// An extractor that builds on the caller.
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

#[public(reason = "shows what happens without a guard before the extractor")]
async fn nobody(Subject(subject): Subject) -> String {
    subject
}

#[secured(authenticated)]
async fn everything(caller: Caller) -> String {
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
    let answer = api
        .caller("alice")
        .claim("tenant", json!("acme"))
        .get("/")
        .send()
        .await;
    assert_eq!(
        (answer.status(), answer.text()),
        (StatusCode::OK, "acme".to_owned())
    );
    for wrong in [
        json!(""),
        json!("far too long"),
        json!(7),
        json!(["acme"]),
        json!(null),
    ] {
        let answer = api
            .caller("alice")
            .claim("tenant", wrong.clone())
            .get("/")
            .send()
            .await;
        assert_eq!(answer.status(), 401, "{wrong}");
        let challenge = answer
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
async fn an_extractor_of_ones_own_can_build_on_the_caller() {
    let routes = SecureRouter::new()
        .route("/", get(show_subject))
        .route("/nobody", get(nobody));
    let api = TestApi::new(routes).await;
    assert_eq!(api.caller("alice").get("/").send().await.text(), "alice");
    let refused = api.caller("mallory").get("/").send().await;
    assert_eq!(
        (
            refused.status(),
            refused.json::<serde_json::Value>()["detail"].clone()
        ),
        (StatusCode::FORBIDDEN, json!("not you"))
    );
    assert_eq!(
        api.caller("alice").get("/nobody").send().await.status(),
        500
    );
}

#[tokio::test]
async fn the_caller_tells_what_the_token_says() {
    let api = TestApi::new(SecureRouter::new().route("/", get(everything))).await;
    let answer = api.caller("alice").scopes("a b").get("/").send().await;
    let issuer = api.issuer().url().to_owned();
    assert!(
        answer.text().starts_with(&format!("{issuer} alice Some(")),
        "{}",
        answer.text()
    );
    assert!(answer.text().ends_with(" a b"), "{}", answer.text());
}

#[test]
fn a_caller_prints_nothing_of_its_token() {
    let printed = format!(
        "{:?}",
        palisade::testing::caller_with("alice-canary", "scope-canary")
    );
    assert_eq!(printed, "Caller([redacted])");
}

#[tokio::test]
async fn a_handler_is_called_alone_in_its_modules_tests() {
    let caller = palisade::testing::caller("alice").with_claims(Tenancy {
        tenant: "acme".to_owned(),
    });
    assert_eq!(show_tenant.unguarded(caller).await, "acme");
}
