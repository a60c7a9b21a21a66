//! Declarations that admit callers whom the test does not expect.

use palisade::prelude::*;
use palisade::testing::TestApi;
use palisade::testing::attack::{Attack, Expected};

use crate::support::{assert_only, found};

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
