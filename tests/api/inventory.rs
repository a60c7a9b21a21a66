//! The inventory says what is really mounted.

use std::time::Duration;

use axum::extract::MatchedPath;
use axum::http::Method;
use palisade::policy::Access;
use palisade::prelude::*;
use palisade::testing::{EmbeddedIssuer, TestApi};
use palisade::{IntrospectedTokens, Introspection, Profile, Secret, Startup};

#[public(reason = "tells which route it is")]
async fn here(path: MatchedPath) -> String {
    path.as_str().to_owned()
}

#[secured(scopes = "orders:read")]
async fn there(path: MatchedPath) -> String {
    path.as_str().to_owned()
}

#[secured(scopes = any("admin", all("a", "b")), body_limit = "1 KiB")]
async fn complicated() {}

fn orders() -> SecureRouter {
    SecureRouter::new()
        .route("/", get(here).post(there))
        .route("/{id}", get(there))
        .route("/{id}/lines/{*rest}", get(here))
}

fn api() -> SecureRouter {
    SecureRouter::new()
        .route("/", get(here))
        .nest("/orders", orders())
        .nest("/v1/", orders())
        .nest(
            "/tenants/{tenant}",
            SecureRouter::new().nest("/orders", orders()),
        )
        .merge(SecureRouter::new().route("/merged", any(here)))
}

/// Fills a path's parameters with something.
fn filled(path: &str) -> String {
    path.split('/')
        .map(|part| if part.starts_with('{') { "x" } else { part })
        .collect::<Vec<_>>()
        .join("/")
}

#[tokio::test]
async fn every_path_equals_axums_matched_path() {
    let api = TestApi::new(api()).await;
    let inventory = api.api().inventory();
    assert_eq!(inventory.routes().len(), 14);
    for route in inventory {
        let methods = if route.methods().is_empty() {
            vec![Method::PATCH]
        } else {
            route.methods().to_vec()
        };
        for method in methods {
            let request = api
                .caller("alice")
                .scopes("orders:read")
                .request(method.as_str(), &filled(route.path()));
            let answer = request.send().await;
            assert_eq!(
                (answer.status(), answer.text()),
                (StatusCode::OK, route.path().to_owned()),
                "{method}"
            );
        }
    }
}

#[test]
fn it_reads_as_the_declarations_do() {
    let routes = SecureRouter::<()>::new()
        .route("/x", get(complicated).post(here))
        .fallback(here);
    let inventory = routes.inventory();
    let [first, posted, fallback] = inventory.routes() else {
        panic!("three handlers are mounted");
    };
    assert_eq!(first.declaration().handler, "complicated");
    assert_eq!(first.declaration().module, module_path!());
    assert_eq!(first.limits().body_limit, 1024);
    assert_eq!(first.declaration().access.to_string(), "admin or (a and b)");
    assert_eq!(first.methods(), [Method::GET]);
    assert_eq!(
        posted.declaration().access,
        Access::Public {
            reason: "tells which route it is"
        }
    );
    assert_eq!((fallback.path(), fallback.methods()), ("", &[][..]));
    assert_eq!(
        inventory.to_string(),
        "GET   /x             admin or (a and b)  complicated  body_limit = \"1 KiB\"\n\
         POST  /x             public              here\n\
         *     /… (fallback)  public              here\n"
    );
}

#[test]
fn a_nested_fallback_tells_where_it_stands() {
    let inner = SecureRouter::<()>::new().fallback(here);
    let routes = SecureRouter::new().nest("/in", inner).fallback(there);
    let found: Vec<_> = routes
        .inventory()
        .iter()
        .map(|route| (route.path(), route.is_fallback()))
        .collect();
    assert_eq!(found, [("/in", true), ("", true)]);
}

/// Each issuer stands below the routes, with what its profile and its configuration lower.
#[tokio::test]
async fn the_issuers_and_what_is_lowered_for_them_are_listed() {
    let keycloak = EmbeddedIssuer::new("https://sso.test/realms/shop");
    let server = ResourceServer::builder()
        .trust(
            keycloak
                .issuer("https://orders.test")
                .profile(Profile::Keycloak)
                .max_token_lifetime(Duration::from_hours(1), "the batch runs for an hour"),
        )
        .build()
        .await
        .unwrap();
    let api = SecureRouter::new().protect(server);
    let issuers = api.inventory().issuers();
    assert_eq!(issuers[0].profile(), Some(Profile::Keycloak));
    assert_eq!(issuers[0].audience(), "https://orders.test");
    let table = api.inventory().to_string();
    let lines: Vec<_> = table.lines().collect();
    assert_eq!(
        lines[0],
        "tokens of https://sso.test/realms/shop for https://orders.test, by the profile Keycloak"
    );
    assert!(lines[1].starts_with("  lowered: "), "{table}");
    assert_eq!(
        lines.last(),
        Some(&"  lowered: tokens are valid for up to 3600 s, because the batch runs for an hour")
    );
}

/// Which issuers are asked about which of their tokens.
#[tokio::test]
async fn it_tells_what_tokens_are_judged_by() {
    for (tokens, expected) in [
        (IntrospectedTokens::Opaque, "introspection"),
        (
            IntrospectedTokens::OpaqueBesideJwts,
            "the profile RFC 9068, opaque ones by introspection",
        ),
        (
            IntrospectedTokens::Jwts,
            "the profile RFC 9068 and introspection",
        ),
        (
            IntrospectedTokens::All,
            "the profile RFC 9068 and introspection, opaque ones by introspection",
        ),
    ] {
        let asked = Introspection::new("orders-api", Secret::new("s3cret")).tokens(tokens);
        // nobody is there, and nobody has to be
        let issuer = Issuer::new("http://127.0.0.1:1").audience("https://orders.test");
        let server = ResourceServer::builder()
            .trust(issuer.introspect(asked).allow_loopback_http())
            .startup(Startup::Deferred)
            .build()
            .await
            .unwrap();
        let table = SecureRouter::new().protect(server).inventory().to_string();
        assert_eq!(
            table.lines().next().unwrap(),
            format!("tokens of http://127.0.0.1:1 for https://orders.test, by {expected}")
        );
    }
}
