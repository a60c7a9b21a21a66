//! The counts in the facts of each line, in words.

use serde_json::json;

use super::evidence::{follow, line, parsed, unmatched};
use super::*;
use crate::ResourceServer;
use crate::testing::EmbeddedIssuer;

/// Equal access rules count once, and each count has its own handlers.
#[test]
fn counts_of_handlers_are_in_words() {
    #[secured(scopes = "orders:read")]
    async fn list() {}

    #[secured(authenticated, body_limit = "1 KiB")]
    async fn limited(_: Caller) {}

    let evidence = |routes: &SecureRouter, id: &str| -> Vec<String> {
        let report = parsed(&Report::new("Orders", routes.inventory()));
        let texts = line(&report, id)["evidence"].as_array().unwrap().clone();
        let texts = texts.iter().map(|text| text.as_str().unwrap().to_owned());
        texts.collect()
    };
    let one: SecureRouter = SecureRouter::new().route("/follow", get(follow));
    let two = || {
        SecureRouter::new()
            .route("/follow", get(follow))
            .route("/list", get(list))
    };
    let more = two()
        .route("/orders/{id}", get(show).put(create).post(create))
        .route("/limited", get(limited).put(limited))
        .route("/health", get(health).put(health))
        .nest("/a", SecureRouter::new().fallback(unmatched))
        .nest("/b", SecureRouter::new().fallback(unmatched));
    for (id, at, expected) in [
        (
            "P1",
            0,
            [
                "1 handler with a declared path and method; every other request gets 404 or 405",
                "2 handlers with a declared path and method; every other request gets 404 or 405",
                "9 handlers with a declared path and method; 2 declared fallbacks handle other paths",
            ],
        ),
        (
            "P1",
            1,
            [
                "none of 1 handler is public",
                "none of 2 handlers is public",
                "2 of 11 handlers are public, each with a reason",
            ],
        ),
        (
            "P2",
            1,
            [
                "no relaxations and no exceptions",
                "no relaxations and no exceptions",
                "no relaxations and 2 exceptions, each with a reason",
            ],
        ),
        (
            "P4",
            1,
            [
                "1 handler has limits that differ from the defaults",
                "1 handler has limits that differ from the defaults",
                "3 handlers have limits that differ from the defaults",
            ],
        ),
        (
            "P6",
            1,
            [
                "no handlers receive data without Palisade's checks",
                "no handlers receive data without Palisade's checks",
                "2 handlers receive data without Palisade's checks",
            ],
        ),
        (
            "P7",
            0,
            [
                "no handlers require a role",
                "no handlers require a role",
                "4 handlers require a role",
            ],
        ),
        (
            "P9",
            0,
            [
                "one declaration at each handler: 1 handler and 1 access rule",
                "one declaration at each handler: 2 handlers and 1 access rule",
                "one declaration at each handler: 11 handlers and 6 different access rules",
            ],
        ),
        (
            "R2",
            0,
            [
                "no handlers have input, which is decoded strictly and checked field by field",
                "no handlers have input, which is decoded strictly and checked field by field",
                "3 handlers have input, which is decoded strictly and checked field by field",
            ],
        ),
        (
            "R6",
            1,
            [
                "1 handler requires a token or a login",
                "2 handlers require a token or a login",
                "9 handlers require a token or a login",
            ],
        ),
    ] {
        for (routes, expected) in [&one, &two(), &more].iter().zip(expected) {
            assert_eq!(evidence(routes, id)[at], expected);
        }
    }
}

#[tokio::test]
async fn router_beside_the_api_is_part_of_the_surface() {
    let url = "https://login.example";
    let issuer = Issuer::new(url)
        .audience("orders")
        .jwks(EmbeddedIssuer::new(url).jwks());
    let server = ResourceServer::builder().trust(issuer).build().await;
    let routes: SecureRouter = SecureRouter::new().route("/follow", get(follow));
    let api = routes.protect(server.unwrap());
    let api = api.beside(axum::Router::new(), "the old pages");
    let report = parsed(&Report::new("Orders", api.inventory()));
    assert_eq!(
        line(&report, "P1")["evidence"],
        json!([
            "1 handler with a declared path and method; every other request gets 404 or 405, unless a router beside the API has its path",
            "none of 1 handler is public",
            "1 router without a guard beside the API: the old pages",
            "requests for every host are served",
        ])
    );
}
