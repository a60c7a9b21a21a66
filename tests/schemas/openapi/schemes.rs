//! The names of security schemes, the scopes that they list, and the number of alternatives.

use palisade::prelude::*;
use palisade::testing::EmbeddedIssuer;
use palisade::{Grants, Tickets};
use serde_json::{Value, json};

use super::{described, document};

palisade::scopes! {
    /// Read orders.
    READ = "orders:read";
    /// Change orders.
    WRITE = "orders:write" implies READ;
}

#[secured(scopes = READ)]
async fn list() {}

/// The scope of [`list`] without its description.
#[secured(scopes = "orders:read")]
async fn count() {}

#[secured(scopes = all(any("a1", "b1", "c1"), any("a2", "b2", "c2"), any("a3", "b3", "c3"), any("a4", "b4", "c4")))]
async fn product() {}

#[secured(authenticated)]
async fn subscribe(_: Tickets) {}

fn routes() -> SecureRouter {
    SecureRouter::new()
        .route("/a", get(count))
        .route("/orders", get(list))
}

/// A scheme of an issuer never takes the name of another scheme.
#[tokio::test]
async fn schemes_of_issuers_have_distinct_names() {
    let issuer = |url: &str| EmbeddedIssuer::new(url).issuer("a").grants_everything();
    let server = ResourceServer::builder()
        .trust(issuer("https://ticket"))
        .trust(issuer("https://session"))
        .trust(issuer("https://login.example/a/b"))
        .trust(issuer("https://login.example/a_b"))
        .build()
        .await
        .unwrap();
    let document = document(&routes().protect(server));
    let schemes = &document["components"]["securitySchemes"];
    let names: Vec<&String> = schemes.as_object().unwrap().keys().collect();
    assert_eq!(
        names,
        [
            "login.example_a_b",
            "login.example_a_b2",
            "session2",
            "ticket2"
        ]
    );
}

/// A scope has its description, whichever route names it first, and broader scopes are listed with it.
#[tokio::test]
async fn scheme_lists_the_scopes_that_its_issuer_may_grant() {
    for (grants, expected) in [
        (
            Grants::none().scopes([READ, WRITE]),
            "\n- `orders:read`: Read orders. (implied by `orders:write`)\n- `orders:write`: Change orders.",
        ),
        (
            Grants::none().scopes([READ]),
            "\n- `orders:read`: Read orders. (implied by `orders:write`)",
        ),
    ] {
        let issuer = EmbeddedIssuer::new("https://login.example").issuer("a");
        let server = ResourceServer::builder().trust(issuer.grants(grants));
        let document = document(&routes().protect(server.build().await.unwrap()));
        let scheme = &document["components"]["securitySchemes"]["login.example"];
        let description = scheme["description"].as_str().unwrap();
        assert!(description.ends_with(expected), "{description}");
    }
}

#[tokio::test]
async fn operation_lists_at_most_64_alternatives() {
    let document = described(SecureRouter::new().route("/product", get(product))).await;
    let operation = &document["paths"]["/product"]["get"];
    assert_eq!(operation["security"].as_array().unwrap().len(), 64);
    let description = operation["description"].as_str().unwrap();
    assert!(description.contains("c4"), "{description}");
}

/// The guard refuses tickets beyond the limit of a caller.
#[tokio::test]
async fn operation_that_issues_tickets_has_403() {
    let routes = SecureRouter::new().route("/tickets", get(subscribe));
    let document = described(routes).await;
    let responses = &document["paths"]["/tickets"]["get"]["responses"];
    assert!(responses.get("403").is_some(), "{responses}");
}

#[tokio::test]
async fn responses_of_hosts_and_of_other_routes_are_described_if_they_are_possible() {
    let names = |document: &Value| -> Vec<String> {
        let responses = document["components"]["responses"].as_object().unwrap();
        responses.keys().cloned().collect()
    };
    let without = document(&super::api(routes()).await);
    let with = document(&super::api(routes()).await.hosts(["api.example"]));
    for (document, is_refused) in [(&without, false), (&with, true)] {
        let responses = &document["paths"]["/orders"]["get"]["responses"];
        assert_eq!(responses.get("421").is_some(), is_refused);
        assert_eq!(
            names(document).contains(&"MisdirectedRequest".to_owned()),
            is_refused
        );
        // no route has a body
        assert!(!names(document).contains(&"ContentTooLarge".to_owned()));
    }
    assert_eq!(
        without["components"]["responses"]["Forbidden"]["content"],
        json!({ "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } })
    );
}
