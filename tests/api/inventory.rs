//! The inventory: routes, declarations and issuers.

use std::time::Duration;

use axum::extract::MatchedPath;
use axum::http::Method;
use palisade::policy::Access;
use palisade::prelude::*;
use palisade::testing::{EmbeddedIssuer, TestApi};
use palisade::{IntrospectedTokens, Introspection, Profile, Secret, Startup};

#[public(reason = "a test")]
async fn public_path(path: MatchedPath) -> String {
    path.as_str().to_owned()
}

#[secured(scopes = "orders:read")]
async fn secured_path(path: MatchedPath) -> String {
    path.as_str().to_owned()
}

#[secured(scopes = any("admin", all("a", "b")), body_limit = "1 KiB")]
async fn with_options() {}

fn orders() -> SecureRouter {
    SecureRouter::new()
        .route("/", get(public_path).post(secured_path))
        .route("/{id}", get(secured_path))
        .route("/{id}/lines/{*rest}", get(public_path))
}

pub(crate) fn api() -> SecureRouter {
    SecureRouter::new()
        .route("/", get(public_path))
        .nest("/orders", orders())
        .nest("/v1/", orders())
        .nest(
            "/tenants/{tenant}",
            SecureRouter::new().nest("/orders", orders()),
        )
        .merge(SecureRouter::new().route("/merged", any(public_path)))
}

/// Replaces the parameters of a path by a value.
fn fill(path: &str) -> String {
    path.split('/')
        .map(|part| if part.starts_with('{') { "x" } else { part })
        .collect::<Vec<_>>()
        .join("/")
}

#[tokio::test]
async fn inventory_path_equals_the_matched_path() {
    let api = TestApi::new(api()).await;
    let inventory = api.api().inventory();
    assert_eq!(inventory.routes().len(), 14);
    for route in inventory {
        for method in route.methods() {
            let request = api
                .caller("alice")
                .scopes("orders:read")
                .request(method.as_str(), &fill(route.path()));
            let response = request.send().await;
            let expected = match *method {
                Method::HEAD => String::new(),
                _ => route.path().to_owned(),
            };
            assert_eq!(
                (response.status(), response.text()),
                (StatusCode::OK, expected),
                "{method}"
            );
        }
    }
}

#[test]
fn inventory_displays_declarations_and_limits() {
    let routes = SecureRouter::<()>::new()
        .route("/x", get(with_options).post(public_path))
        .fallback(public_path);
    let inventory = routes.inventory();
    let [first, second, fallback] = inventory.routes() else {
        panic!("expected three routes");
    };
    assert_eq!(first.declaration().handler, "with_options");
    assert_eq!(first.declaration().module, module_path!());
    assert_eq!(first.limits().body_limit, 1024);
    assert_eq!(first.declaration().access.to_string(), "admin or (a and b)");
    assert_eq!(first.methods(), [Method::GET]);
    assert_eq!(
        second.declaration().access,
        Access::Public { reason: "a test" }
    );
    assert_eq!((fallback.path(), fallback.methods()), ("", &[][..]));
    assert_eq!(
        inventory.to_string(),
        "GET   /x             admin or (a and b)  with_options  body_limit = \"1 KiB\"\n\
         POST  /x             public              public_path\n\
         *     /… (fallback)  public              public_path\n"
    );
}

#[test]
fn nested_fallback_has_the_path_of_its_router() {
    let inner = SecureRouter::<()>::new().fallback(public_path);
    let routes = SecureRouter::new()
        .nest("/in", inner)
        .fallback(secured_path);
    let found: Vec<_> = routes
        .inventory()
        .iter()
        .map(|route| (route.path(), route.is_fallback()))
        .collect();
    assert_eq!(found, [("/in", true), ("", true)]);
}

/// The issuers follow the routes, each with the relaxations of its profile and configuration.
#[tokio::test]
async fn inventory_lists_issuers_with_their_relaxations() {
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
    assert_eq!(issuers[0].profile(), Some(&Profile::Keycloak));
    assert!(issuers[0].audiences().eq(["https://orders.test"]));
    let table = api.inventory().to_string();
    let lines: Vec<_> = table.lines().collect();
    assert_eq!(
        lines[0],
        "tokens of https://sso.test/realms/shop for https://orders.test, by the profile Keycloak"
    );
    assert!(lines[1].starts_with("  relaxation: "), "{table}");
    assert_eq!(
        lines.last(),
        Some(
            &"  relaxation: tokens are valid for up to 3600 s, because the batch runs for an hour"
        )
    );
}

#[tokio::test]
async fn inventory_shows_how_tokens_are_validated() {
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
        let introspection = Introspection::new("orders-api", Secret::new("s3cret")).tokens(tokens);
        // deferred startup does not connect to the issuer
        let issuer = Issuer::new("http://127.0.0.1:1").audience("https://orders.test");
        let server = ResourceServer::builder()
            .trust(issuer.introspect(introspection).allow_loopback_http())
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
