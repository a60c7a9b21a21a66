//! Declarations that admit callers whom the test does not expect.

use axum::http::HeaderMap;
use palisade::prelude::*;
use palisade::testing::TestApi;
use palisade::testing::attack::{Attack, Expected};
use serde_json::Value;

use crate::support::{assert_finds, assert_only, claims, found};

scopes! {
    /// Read orders.
    READ = "orders:read";
    /// Create and change orders.
    WRITE = "orders:write" implies READ;
}

async fn unexpected(routes: SecureRouter, route: &str, expected: Expected) -> Vec<String> {
    let api = TestApi::new(routes).await;
    found(&Attack::new(&api).expect(route, expected).run().await)
}

#[tokio::test]
async fn wrong_scope_is_found() {
    #[secured(scopes = "orders:read")]
    async fn delete_order() {}

    let routes = || SecureRouter::new().route("/orders", delete(delete_order));
    let admitted = unexpected(
        routes(),
        "DELETE /orders",
        Expected::scopes("orders:delete"),
    )
    .await;
    assert_only(
        &admitted,
        "DELETE /orders: expectation: a token with only `orders:read`, which the test does not expect",
    );
    let admitted = unexpected(routes(), "DELETE /orders", Expected::scopes("orders:read")).await;
    assert!(admitted.is_empty(), "{admitted:#?}");
}

#[tokio::test]
async fn alternative_that_is_too_weak_is_found() {
    #[secured(scopes = any("admin", "orders:read"))]
    async fn purge() {}

    let routes = SecureRouter::new().route("/purge", post(purge));
    let admitted = unexpected(routes, "POST /purge", Expected::scopes("admin")).await;
    assert_only(
        &admitted,
        "POST /purge: expectation: a token with only `orders:read`",
    );
}

#[tokio::test]
async fn any_valid_token_instead_of_a_role_is_found() {
    #[secured(authenticated)]
    async fn payroll() {}

    let routes = SecureRouter::new().route("/payroll", get(payroll));
    let admitted = unexpected(routes, "GET /payroll", Expected::roles(["hr"])).await;
    assert_only(
        &admitted,
        "GET /payroll: expectation: a token with no scopes and roles",
    );
}

#[tokio::test]
async fn public_route_that_should_be_secured_is_found() {
    #[public(reason = "only the office reaches it")]
    async fn report() {}

    let routes = SecureRouter::new().route("/report", get(report));
    let admitted = unexpected(routes, "GET /report", Expected::scopes("report:read")).await;
    assert_only(
        &admitted,
        "GET /report: expectation: no token, although the test expects a token with only `report:read`",
    );
}

#[tokio::test]
async fn stricter_declaration_is_no_finding() {
    #[secured(scopes = all("a", "b"), roles = "clerk")]
    async fn strict() {}

    for expected in [
        Expected::scopes("a"),
        Expected::authenticated(),
        Expected::roles(["clerk"]).or(Expected::scopes("c")),
    ] {
        let routes = SecureRouter::new().route("/strict", get(strict));
        assert_eq!(
            unexpected(routes, "GET /strict", expected).await,
            Vec::<String>::new()
        );
    }
}

/// Serves `/legacy` beside an API, for tokens whose scopes and roles `are_accepted`.
async fn legacy(are_accepted: fn(&[&str], &[&str]) -> bool) -> TestApi {
    #[secured(scopes = READ)]
    async fn list() {}

    #[secured(scopes = WRITE)]
    async fn create() {}

    let handler = async move |headers: HeaderMap| {
        let Some(claims) = claims(&headers) else {
            return (StatusCode::UNAUTHORIZED, [("www-authenticate", "Bearer")]).into_response();
        };
        let scopes = claims["scope"].as_str().unwrap_or_default();
        let scopes: Vec<&str> = scopes.split_ascii_whitespace().collect();
        let roles = claims["roles"].as_array().into_iter().flatten();
        let roles: Vec<&str> = roles.filter_map(Value::as_str).collect();
        if are_accepted(&scopes, &roles) {
            StatusCode::OK.into_response()
        } else {
            StatusCode::FORBIDDEN.into_response()
        }
    };
    let router = axum::Router::new().route("/legacy", axum::routing::get(handler));
    let routes = || SecureRouter::new().route("/orders", get(list).post(create));
    TestApi::from_fn(|server| routes().protect(server).beside(router, "a test")).await
}

/// Code around the declarations admits a set of scopes and roles that no declaration names.
#[tokio::test]
async fn each_set_that_does_not_suffice_is_attacked() {
    type Case = (Expected, fn(&[&str], &[&str]) -> bool, &'static str);

    let two_scopes = || Expected::scopes("a b");
    let cases: [Case; 5] = [
        (
            two_scopes(),
            |scopes, roles| {
                let is_empty = scopes.is_empty() && roles.is_empty();
                is_empty || (scopes.contains(&"a") && scopes.contains(&"b"))
            },
            "no scopes and roles",
        ),
        (two_scopes(), |scopes, _| scopes.contains(&"a"), "only `a`"),
        (
            Expected::roles(["x", "y"]),
            |_, roles| roles.contains(&"x"),
            "only the roles `x`",
        ),
        (
            Expected::scopes("a orders:write"),
            |scopes, _| {
                let may_write = scopes.contains(&"orders:write") || scopes.contains(&"orders:read");
                may_write && scopes.contains(&"a")
            },
            "only `a`, `orders:read`",
        ),
        (
            Expected::scopes("a"),
            |scopes, _| scopes.contains(&"a") || scopes.contains(&"orders:write"),
            "only `orders:read`, `orders:write`",
        ),
    ];
    for (expected, are_accepted, grant) in cases {
        let api = legacy(are_accepted).await;
        let attack = Attack::new(&api).expect("GET /legacy", expected);
        assert_finds(
            &found(&attack.run().await),
            &format!(
                "GET /legacy: expectation: a token with {grant}, which the test does not expect to suffice (status 200)"
            ),
        );
    }
}

#[tokio::test]
async fn both_sides_of_an_alternative_are_expected() {
    #[secured(scopes = any("a", "b"))]
    async fn either() {}

    let api = TestApi::new(SecureRouter::new().route("/either", get(either))).await;
    let expected = Expected::scopes("a").or(Expected::scopes("b"));
    let attack = Attack::new(&api).expect("GET /either", expected);
    attack.run().await.assert_refused();
}

/// The security report demands the results of an expectation, also if a later run has none.
#[tokio::test]
async fn results_record_that_a_route_has_an_expectation() {
    #[secured(scopes = "a")]
    async fn one() {}

    #[secured(scopes = "a")]
    async fn other() {}

    let routes = SecureRouter::new().route("/routes", get(one).post(other));
    let api = TestApi::new(routes).await;
    let attack = Attack::new(&api).expect("POST /routes", Expected::scopes("a"));
    let results = attack.run().await.assert_refused();
    let file: Value = serde_json::from_str(&results.to_json()).unwrap();
    let flags = [0, 1].map(|at| file["routes"][at]["has_expectation"].clone());
    assert_eq!(flags, [Value::Null, Value::Bool(true)]);
}
