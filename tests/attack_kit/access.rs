//! Weaknesses of authentication and authorization.

use axum::extract::Request;
use axum::http::HeaderMap;
use axum::http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse as _, Response};
use palisade::evidence::{AttackClass, AttackResults};
use palisade::prelude::*;
use palisade::testing::attack::{Attack, Expected};
use palisade::testing::{EmbeddedIssuer, TestApi};
use serde_json::{Value, json};

use crate::support::{admitted, assert_finds, assert_only, claims, found};

#[secured(scopes = "orders:read")]
async fn list() -> &'static str {
    "orders"
}

fn routes() -> SecureRouter {
    SecureRouter::new().route("/orders", get(list))
}

#[tokio::test]
async fn public_mutation_is_found() {
    #[public(reason = "the intranet is trusted")]
    async fn delete_all() {}

    let api = TestApi::new(routes().route("/orders/all", delete(delete_all))).await;
    assert_only(
        &admitted(&api).await,
        "DELETE /orders/all: no_token: no token, and the method is not safe",
    );
}

/// A cache in front of the guard answers every client with the response to the first caller.
#[tokio::test]
async fn cache_before_the_guard_is_found() {
    async fn cached(request: Request, next: Next) -> Response {
        if request.headers().contains_key(AUTHORIZATION) {
            return next.run(request).await;
        }
        "orders".into_response()
    }

    let api = TestApi::new(routes().layer(from_fn(cached))).await;
    let admitted = admitted(&api).await;
    assert_finds(&admitted, "GET /orders: no_token: no token (status 200)");
}

#[tokio::test]
async fn layer_that_accepts_tokens_in_the_query_is_found() {
    async fn from_query(mut request: Request, next: Next) -> Response {
        let query = request.uri().query().unwrap_or_default();
        if let Some((_, token)) = query.split_once("access_token=") {
            let value = format!("Bearer {token}").parse().unwrap();
            request.headers_mut().insert(AUTHORIZATION, value);
        }
        next.run(request).await
    }

    let api = TestApi::new(routes().layer(from_fn(from_query))).await;
    assert_only(
        &admitted(&api).await,
        "GET /orders: broken_token: a valid token in the query, as `access_token`",
    );
}

#[tokio::test]
async fn layer_that_keeps_the_last_of_two_credentials_is_found() {
    async fn last(mut request: Request, next: Next) -> Response {
        let last = request
            .headers()
            .get_all(AUTHORIZATION)
            .iter()
            .next_back()
            .cloned();
        if let Some(last) = last {
            request.headers_mut().insert(AUTHORIZATION, last);
        }
        next.run(request).await
    }

    let api = TestApi::new(routes().layer(from_fn(last))).await;
    let admitted = admitted(&api).await;
    assert_eq!(admitted.len(), 2, "{admitted:#?}");
    assert_finds(&admitted, "two fields with valid tokens");
    assert_finds(
        &admitted,
        "a text that is no token, and one with a valid token",
    );
}

#[tokio::test]
async fn proxy_fields_that_replace_a_token_are_found() {
    async fn trusting(request: Request, next: Next) -> Response {
        match request.headers().get("x-remote-user") {
            Some(user) => user.to_str().unwrap().to_owned().into_response(),
            None => next.run(request).await,
        }
    }

    let api = TestApi::new(routes().layer(from_fn(trusting))).await;
    assert_only(
        &admitted(&api).await,
        "GET /orders: broken_token: no token, and fields by which proxies name a user",
    );
}

/// Serves `/legacy` beside the API, for requests that `is_accepted`.
async fn legacy(is_accepted: fn(&HeaderMap) -> Result<(), (u16, &'static str)>) -> TestApi {
    let handler = move |headers: HeaderMap| async move {
        match is_accepted(&headers) {
            Ok(()) => "legacy".into_response(),
            Err((status, challenge)) => {
                let status = StatusCode::from_u16(status).unwrap();
                (status, [("www-authenticate", challenge)]).into_response()
            }
        }
    };
    let router = axum::Router::new().route("/legacy", axum::routing::get(handler));
    TestApi::from_fn(|server| routes().protect(server).beside(router, "moves in spring")).await
}

#[tokio::test]
async fn unverified_signature_is_found() {
    let api = legacy(|headers| match claims(headers) {
        Some(claims) if claims["scope"] == "legacy:read" => Ok(()),
        Some(_) => Err((403, "Bearer")),
        None => Err((401, "Bearer")),
    })
    .await;
    let attack = Attack::new(&api).expect("GET /legacy", Expected::scopes("legacy:read"));
    let admitted = found(&attack.run().await);
    for expected in [
        "GET /legacy: broken_token: an expired token (status 200)",
        "GET /legacy: broken_token: a token with `alg: none` (status 200)",
        "GET /legacy: broken_token: a token signed by another key (status 200)",
        "GET /legacy: broken_token: a token for another audience (status 200)",
        "GET /legacy: broken_token: a token with a changed signature (status 200)",
        "GET /legacy: broken_token: an ID token (status 200)",
        "GET /legacy: other_issuer: a token of an issuer that is not trusted (status 200)",
    ] {
        assert_finds(&admitted, expected);
    }
}

#[tokio::test]
async fn unchecked_scope_is_found() {
    let api = legacy(|headers| match claims(headers) {
        Some(_) => Ok(()),
        None => Err((401, "Bearer")),
    })
    .await;
    let attack = Attack::new(&api).expect("GET /legacy", Expected::scopes("legacy:read"));
    let admitted = found(&attack.run().await);
    assert_finds(
        &admitted,
        "GET /legacy: missing_scope: a token with no scopes and roles (status 200)",
    );
    assert_finds(
        &admitted,
        "GET /legacy: missing_scope: a token with only `LEGACY:READ` (status 200)",
    );
}

#[tokio::test]
async fn unchecked_role_is_found() {
    let api = legacy(|headers| match claims(headers) {
        Some(claims) if claims["roles"].is_array() => Ok(()),
        Some(_) => Err((403, "Bearer")),
        None => Err((401, "Bearer")),
    })
    .await;
    let attack = Attack::new(&api).expect("GET /legacy", Expected::roles(["clerk"]));
    let admitted = found(&attack.run().await);
    assert_finds(
        &admitted,
        "GET /legacy: missing_role: a token with only the roles `clerkx` (status 200)",
    );
}

#[tokio::test]
async fn missing_challenge_is_found() {
    let api = legacy(|headers| match headers.get(AUTHORIZATION) {
        Some(_) => Ok(()),
        None => Err((404, "")),
    })
    .await;
    let attack = Attack::new(&api).expect("GET /legacy", Expected::authenticated());
    assert_finds(
        &found(&attack.run().await),
        "GET /legacy: no_token: no token (status 404)",
    );
}

/// RFC 9110, section 11.6.1: a 401 has a challenge.
#[tokio::test]
async fn removed_challenge_is_found() {
    async fn without_challenge(request: Request, next: Next) -> Response {
        let mut response = next.run(request).await;
        response.headers_mut().remove(WWW_AUTHENTICATE);
        response
    }

    let api = TestApi::new(routes().layer(from_fn(without_challenge))).await;
    let admitted = admitted(&api).await;
    for expected in [
        "GET /orders: no_token: no token (status 401)",
        "GET /orders: broken_token: an expired token (status 401)",
    ] {
        assert_finds(&admitted, expected);
    }
}

#[tokio::test]
async fn issuer_that_may_grant_everything_is_found() {
    let partner = EmbeddedIssuer::with_own_keys("https://partner.test");
    let trusted = partner.issuer("https://api.test").grants_everything();
    let api = TestApi::with_server(routes(), |server| server.trust(trusted)).await;
    let attack = Attack::new(&api).issuer(&partner, []);
    assert_only(
        &found(&attack.run().await),
        "GET /orders: other_issuer: a token of https://partner.test with every scope and role (status 200)",
    );
    let attack = Attack::new(&api).issuer(&partner, ["GET /orders"]);
    let results = attack.run().await.assert_refused();
    assert_eq!(
        issuers(&results),
        json!({
            "test": "https://issuer.test",
            "further": ["https://partner.test"],
            "settings": {
                "validation": "the profile RFC 9068",
                "algorithms": ["ES256", "EdDSA", "PS256", "RS256"],
                "clock_skew_ms": 30_000,
                "max_lifetime_ms": 1_800_000,
                "roles_claim": "/roles",
                "token_limit": 8_192,
                "relaxations": [],
            },
        })
    );
}

/// Returns the issuers of which valid tokens were sent, with the settings of the one of the test, as the file has them.
fn issuers(results: &AttackResults) -> Value {
    let file: Value = serde_json::from_str(&results.to_json()).unwrap();
    file["issuers"].clone()
}

#[tokio::test]
async fn unknown_issuer_is_not_covered() {
    let partner = EmbeddedIssuer::with_own_keys("https://partner.test");
    let trusted = partner.issuer("https://api.test").grants(Grants::none());
    let api = TestApi::with_server(routes(), |server| server.trust(trusted)).await;
    let report = Attack::new(&api).run().await;
    let class = report.results().routes()[0]
        .class(AttackClass::OtherIssuer)
        .unwrap();
    assert_eq!(
        class.not_covered(),
        ["tokens of https://partner.test: pass it to `issuer`"]
    );
    let results = Attack::new(&api)
        .issuer(&partner, [])
        .run()
        .await
        .assert_refused();
    let class = results.routes()[0].class(AttackClass::OtherIssuer).unwrap();
    assert!(class.is_evidence());
}

/// The refusals of an issuer whose keys the server does not know say nothing about what it may grant.
async fn with_other_keys() -> (TestApi, EmbeddedIssuer) {
    let trusted = EmbeddedIssuer::with_own_keys("https://partner.test");
    let trusted = trusted.issuer("https://api.test").grants_everything();
    let api = TestApi::with_server(routes(), |server| server.trust(trusted)).await;
    (api, EmbeddedIssuer::with_own_keys("https://partner.test"))
}

const INVALID: &str = "no token of https://partner.test is valid at the API, so a refusal means nothing; pass the `EmbeddedIssuer` whose URL and keys the server trusts to `issuer`";

#[tokio::test]
async fn issuer_with_other_keys_is_not_covered() {
    let (api, partner) = with_other_keys().await;
    let report = Attack::new(&api).issuer(&partner, []).run().await;
    let class = report.results().routes()[0]
        .class(AttackClass::OtherIssuer)
        .unwrap();
    assert_eq!(class.not_covered(), [INVALID]);
    assert!(!class.is_evidence());
    assert_eq!(issuers(report.results())["further"], json!([]));
}

#[tokio::test]
#[should_panic(expected = "no token of https://partner.test is valid at the API")]
async fn issuer_with_other_keys_fails_the_test() {
    let (api, partner) = with_other_keys().await;
    let attack = Attack::new(&api).issuer(&partner, []);
    attack.run().await.assert_refused();
}

#[tokio::test]
async fn named_route_that_does_not_admit_an_issuer_is_not_covered() {
    let partner = EmbeddedIssuer::with_own_keys("https://partner.test");
    let trusted = partner.issuer("https://api.test").grants(Grants::none());
    let api = TestApi::with_server(routes(), |server| server.trust(trusted)).await;
    let attack = Attack::new(&api).issuer(&partner, ["GET /orders"]);
    let results = attack.run().await.assert_refused();
    let class = results.routes()[0].class(AttackClass::OtherIssuer).unwrap();
    assert_eq!(
        class.not_covered(),
        [
            "a token of https://partner.test is not admitted (status 403), although the test names the route; remove it from `issuer`, or let the issuer grant what the route requires"
        ]
    );
}
