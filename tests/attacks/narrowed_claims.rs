//! A JWT with claims that its issuer no longer confirms, read by a handler as typed claims.
//!
//! CWE-863, incorrect authorization: two views of one claim that disagree. Here the guard uses the
//! narrowed claims, and a handler decides by `Caller::claims`.

use std::future::IntoFuture as _;

use axum::body::Body;
use axum::http::Request;
use axum::routing::post;
use axum::{Form, Json, Router};
use http_body_util::BodyExt as _;
use palisade::prelude::*;
use palisade::testing::{EmbeddedIssuer, TestClock};
use palisade::{IntrospectedTokens, Introspection, Profile, Secret};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::all_claims::AllClaims;

const AUDIENCE: &str = "https://api.test";

#[secured(authenticated)]
async fn show_claims(caller: Caller<AllClaims>) -> String {
    json!({
        "claims": caller.claims().members,
        "scopes": caller.scopes().iter().collect::<Vec<_>>(),
        "roles": caller.roles().iter().collect::<Vec<_>>(),
        "subject": caller.subject(),
        "issuer": caller.issuer(),
        "expires_at": caller.expires_at().as_secs(),
    })
    .to_string()
}

/// Serves an endpoint that responds with `response` for every token but those of probes.
async fn serve_endpoint(response: Value) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/introspect", listener.local_addr().unwrap());
    let introspect = move |Form(form): Form<Value>| async move {
        let token = form["token"].as_str().unwrap().to_owned();
        let is_probe = token.len() == 43;
        Json(if is_probe {
            json!({"active": false})
        } else {
            response
        })
    };
    let router = Router::new().route("/introspect", post(introspect));
    tokio::spawn(axum::serve(listener, router).into_future());
    url
}

/// Returns the status, and what the handler saw.
async fn send(
    issuer: Issuer<impl palisade::rules::HasAudience>,
    clock: TestClock,
    token: &str,
) -> (u16, Value) {
    let server = ResourceServer::builder()
        .trust(issuer.allow_loopback_http())
        .clock(clock)
        .build()
        .await
        .unwrap();
    let api = SecureRouter::new()
        .route("/", get(show_claims))
        .protect(server);
    let request = Request::get("/").header("authorization", format!("Bearer {token}"));
    let request = request.body(Body::empty()).unwrap();
    let response = api.into_router().oneshot(request).await.unwrap();
    let status = response.status().as_u16();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (status, serde_json::from_slice(&body).unwrap())
}

/// Sends a JWT with these claims, for which the endpoint responds with `response`.
async fn confirmed(
    profile: Profile,
    roles: Option<&str>,
    claims: Value,
    response: Value,
) -> (u16, Value) {
    let clock = TestClock::new();
    let issuer = EmbeddedIssuer::new("https://login.example").clock(clock.clone());
    let introspection = Introspection::new("api", Secret::new("s"))
        .endpoint(serve_endpoint(response).await)
        .tokens(IntrospectedTokens::Jwts);
    let mut trusted = issuer
        .issuer(AUDIENCE)
        .profile(profile.clone())
        .introspect(introspection);
    if let Some(pointer) = roles {
        trusted = trusted.roles_claim(pointer);
    }
    let mut token = issuer.token("alice").audience(AUDIENCE);
    for (name, value) in claims.as_object().unwrap() {
        token = token.claim(name, value.clone());
    }
    token = match profile {
        Profile::Rfc9068 => token,
        Profile::Okta => token.without_header("typ"),
        _ => token.typ("JWT"),
    };
    send(trusted, clock, &token.sign()).await
}

#[tokio::test]
async fn typed_claims_never_have_a_scope_that_the_issuer_does_not_confirm() {
    for (profile, claims, name, expected) in [
        (
            Profile::Rfc9068,
            json!({"scope": "read write"}),
            "scope",
            json!("read"),
        ),
        (
            Profile::Auth0,
            json!({"scope": "read write", "azp": "a"}),
            "scope",
            json!("read"),
        ),
        (
            Profile::Entra,
            json!({"scp": "read write", "azp": "a", "uti": "u", "ver": "2.0"}),
            "scp",
            json!("read"),
        ),
        (
            Profile::Okta,
            json!({"scp": ["read", "write"], "cid": "a", "scope": "write"}),
            "scp",
            json!(["read"]),
        ),
    ] {
        let response = json!({"active": true, "scope": "read admin"});
        let (status, seen) = confirmed(profile.clone(), None, claims, response).await;
        assert_eq!(status, 200, "{profile:?} {seen}");
        assert_eq!(seen["scopes"], json!(["read"]), "{profile:?}");
        assert_eq!(seen["claims"][name], expected, "{profile:?}");
        let text = seen.to_string();
        assert!(!text.contains("write") && !text.contains("admin"), "{text}");
    }
}

#[tokio::test]
async fn typed_claims_never_have_a_role_that_the_issuer_does_not_confirm() {
    for (profile, pointer, claims, response) in [
        (
            Profile::Rfc9068,
            None,
            json!({"roles": ["admin", "clerk"]}),
            json!({"roles": ["clerk"]}),
        ),
        (
            Profile::Keycloak,
            None,
            json!({"realm_access": {"roles": ["admin", "clerk"]}, "azp": "a", "typ": "Bearer"}),
            json!({"realm_access": {"roles": ["clerk", "boss"]}}),
        ),
        (
            Profile::Rfc9068,
            Some("/https:~1~1a.example~1roles"),
            json!({"https://a.example/roles": ["admin", "clerk"]}),
            json!({"https://a.example/roles": ["clerk"]}),
        ),
        (
            Profile::Rfc9068,
            Some("/resource_access/orders/roles"),
            json!({"resource_access": {"orders": {"roles": ["admin", "clerk"]}, "x": ["admin"]}}),
            json!({"resource_access": {"orders": {"roles": ["clerk"]}, "x": []}}),
        ),
    ] {
        let mut response = response;
        response["active"] = json!(true);
        let (status, seen) = confirmed(profile.clone(), pointer, claims, response).await;
        assert_eq!(status, 200, "{profile:?} {seen}");
        assert_eq!(seen["roles"], json!(["clerk"]), "{profile:?}");
        let text = seen.to_string();
        assert!(!text.contains("admin") && !text.contains("boss"), "{text}");
    }
}

#[tokio::test]
async fn typed_claims_expire_when_the_issuer_says() {
    let exp = TestClock::new().time().as_secs() + 60;
    let response = json!({"active": true, "exp": exp});
    let (status, seen) = confirmed(Profile::Rfc9068, None, json!({}), response).await;
    assert_eq!(status, 200);
    assert_eq!(
        [&seen["claims"]["exp"], &seen["expires_at"]],
        [&json!(exp); 2]
    );
}

#[tokio::test]
async fn contradicting_claim_returns_401() {
    for claim in ["sub", "client_id", "jti", "tenant", "acr"] {
        let claims = json!({"tenant": "a", "acr": "a", "jti": "a", "client_id": "a"});
        let response = json!({"active": true, claim: "b"});
        let (status, _) = confirmed(Profile::Rfc9068, None, claims, response).await;
        assert_eq!(status, 401, "{claim}");
    }
}

/// The issuer and the subject of an opaque token may follow from the configuration.
#[tokio::test]
async fn typed_claims_of_an_opaque_token_have_its_identity() {
    let clock = TestClock::new();
    let now = clock.time().as_secs();
    let response = json!({
        "active": true, "aud": AUDIENCE, "client_id": "batch", "scope": "read",
        "iat": now, "exp": now + 60,
    });
    let introspection = Introspection::new("api", Secret::new("s"))
        .endpoint(serve_endpoint(response).await)
        .client_as_subject("the batch acts for itself");
    let issuer = Issuer::new("https://login.example").audience(AUDIENCE);
    let (status, seen) = send(issuer.introspect(introspection), clock, "opaque").await;
    assert_eq!(status, 200, "{seen}");
    assert_eq!(
        [&seen["claims"]["sub"], &seen["subject"]],
        [&json!("batch"); 2]
    );
    assert_eq!(
        [&seen["claims"]["iss"], &seen["issuer"]],
        [&json!("https://login.example"); 2]
    );
}
