//! Path spellings that a check and a router may interpret differently.
//!
//! CVE-2023-4853, CVE-2026-39852, CVE-2026-50559 (Quarkus), CVE-2025-10939 (Keycloak): another
//! spelling of a path bypasses a rule that is bound to a path pattern. Palisade binds the rule to
//! the handler.

use palisade::prelude::*;
use palisade::testing::TestApi;

#[secured(scopes = "orders:read")]
async fn orders() -> &'static str {
    "secret"
}

#[secured(scopes = "admin")]
async fn admin() -> &'static str {
    "secret"
}

fn routes() -> SecureRouter {
    SecureRouter::new()
        .route("/orders", get(orders))
        .nest("/admin", SecureRouter::new().route("/users", get(admin)))
}

const SPELLINGS: [&str; 24] = [
    "/orders",
    "//orders",
    "/orders/",
    "/orders//",
    "/ORDERS",
    "/Orders",
    "/orders/../orders",
    "/x/../orders",
    "/./orders",
    "/orders/.",
    "/%2e/orders",
    "/x/%2e%2e/orders",
    "/orders%2F",
    "/%2Forders",
    "/orders%00",
    "/orders%20",
    "/orders;x=1",
    "/orders;",
    "/;x=1/orders",
    "/orders%3bx=1",
    "/%6frders",
    "/orders\\",
    "/orders%5c",
    "/admin//users",
];

#[tokio::test]
async fn no_path_spelling_bypasses_the_guard() {
    let api = TestApi::new(routes()).await;
    let more = [
        "/admin/users",
        "/admin/users/",
        "/admin/./users",
        "/admin;x=1/users",
        "/ADMIN/users",
        "/orders?x=/health",
    ];
    for path in SPELLINGS.iter().chain(&more) {
        for method in ["GET", "HEAD", "POST", "OPTIONS", "PURGE", "get"] {
            let response = api.anonymous().request(method, path).send().await;
            assert!(
                response.status().is_client_error(),
                "{method} {path}: {}",
                response.status()
            );
            assert!(!response.text().contains("secret"), "{method} {path}");
        }
    }
}

/// Headers of proxies, and method override headers, have no effect.
#[tokio::test]
async fn proxy_headers_do_not_bypass_the_guard() {
    let api = TestApi::new(routes()).await;
    for (name, value) in [
        ("x-original-url", "/health"),
        ("x-rewrite-url", "/health"),
        ("x-forwarded-for", "127.0.0.1"),
        ("x-http-method-override", "OPTIONS"),
        ("forwarded", "for=127.0.0.1;proto=https"),
        ("x-forwarded-user", "admin"),
        ("x-remote-user", "admin"),
    ] {
        let response = api
            .anonymous()
            .header(name, value)
            .get("/orders")
            .send()
            .await;
        assert_eq!(response.status(), 401, "{name}");
    }
}
