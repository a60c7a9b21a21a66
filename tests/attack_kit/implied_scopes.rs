//! Scopes that imply others.

use axum::extract::Request;
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse as _, Response};
use palisade::evidence::AttackClass;
use palisade::prelude::*;
use palisade::testing::attack::{Attack, Expected};
use palisade::testing::{EmbeddedIssuer, TestApi};

use crate::support::{assert_finds, assert_only, claims, found};

scopes! {
    /// Read orders.
    READ = "orders:read";
    /// Create and change orders.
    WRITE = "orders:write" implies READ;
    /// Administer the shop.
    ADMIN = "admin" implies WRITE;
}

#[secured(scopes = READ)]
async fn list() {}

#[secured(scopes = WRITE)]
async fn create() {}

#[secured(scopes = any(ADMIN, READ))]
async fn export() {}

fn routes() -> SecureRouter {
    SecureRouter::new()
        .route("/orders", get(list).post(create))
        .route("/export", get(export))
}

fn has_scope(headers: &HeaderMap, scope: &str) -> bool {
    let claims = claims(headers).unwrap_or_default();
    let scopes = claims["scope"].as_str().unwrap_or_default();
    scopes.split(' ').any(|held| held == scope)
}

#[tokio::test]
async fn broader_scope_is_admitted_and_expected() {
    let api = TestApi::new(routes()).await;
    let attack = Attack::new(&api)
        .expect("GET /orders", Expected::scopes("orders:read"))
        .expect("POST /orders", Expected::scopes("orders:write"))
        .expect("GET /export", Expected::scopes("orders:read"));
    let results = attack.run().await.assert_refused();
    for route in results.routes() {
        for class in [AttackClass::MissingScope, AttackClass::Expectation] {
            assert!(route.class(class).unwrap().is_evidence(), "{route:?}");
        }
    }
}

#[tokio::test]
async fn broader_scope_that_a_layer_refuses_is_not_covered() {
    async fn no_writers(request: Request, next: Next) -> Response {
        if has_scope(request.headers(), "orders:write") {
            return StatusCode::FORBIDDEN.into_response();
        }
        next.run(request).await
    }

    let routes = SecureRouter::new().route("/orders", get(list));
    let api = TestApi::new(routes.layer(from_fn(no_writers))).await;
    let report = Attack::new(&api).run().await;
    let class = report.results().routes()[0]
        .class(AttackClass::MissingScope)
        .unwrap();
    assert_eq!(
        class.not_covered(),
        [
            "a token with only `orders:write` is not admitted, although its scope implies the required one"
        ]
    );
}

/// The old router takes a reader for a writer.
#[tokio::test]
async fn narrower_scope_that_is_admitted_is_found() {
    let handler = async |headers: HeaderMap| {
        if !headers.contains_key(AUTHORIZATION) {
            return (StatusCode::UNAUTHORIZED, [("www-authenticate", "Bearer")]).into_response();
        }
        let is_writer = ["orders:read", "orders:write"]
            .into_iter()
            .any(|scope| has_scope(&headers, scope));
        if is_writer {
            StatusCode::OK.into_response()
        } else {
            StatusCode::FORBIDDEN.into_response()
        }
    };
    let legacy = axum::Router::new().route("/legacy", axum::routing::get(handler));
    let api = TestApi::from_fn(|server| routes().protect(server).beside(legacy, "a test")).await;
    let attack = Attack::new(&api).expect("GET /legacy", Expected::scopes("orders:write"));
    let admitted = found(&attack.run().await);
    for class in ["missing_scope", "expectation"] {
        assert_finds(
            &admitted,
            &format!("GET /legacy: {class}: a token with only `orders:read`"),
        );
    }
}

#[tokio::test]
async fn wrong_scope_is_found_although_a_broader_one_is_expected() {
    let api = TestApi::new(routes()).await;
    let attack = Attack::new(&api).expect("GET /orders", Expected::scopes("orders:write"));
    assert_only(
        &found(&attack.run().await),
        "GET /orders: expectation: a token with only `orders:read`, which the test does not expect",
    );
}

#[tokio::test]
async fn issuer_that_may_grant_a_broader_scope_is_found() {
    let partner = EmbeddedIssuer::with_own_keys("https://partner.test");
    let grants = Grants::none().scopes([ADMIN]);
    let trusted = partner.issuer("https://api.test").grants(grants);
    let routes = SecureRouter::new().route("/orders", get(list));
    let api = TestApi::with_server(routes, |server| server.trust(trusted)).await;
    let attack = Attack::new(&api).issuer(&partner, []);
    assert_only(
        &found(&attack.run().await),
        "GET /orders: other_issuer: a token of https://partner.test with every scope and role (status 200)",
    );
}
