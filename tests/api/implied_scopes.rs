//! Scopes that imply others: the guard, handlers, challenges, the metadata, the inventory and grants agree.

use palisade::prelude::*;
use palisade::routing::Route;
use palisade::testing::{EmbeddedIssuer, TestApi};
use serde_json::{Value, json};

scopes! {
    /// Read orders.
    pub READ = "orders:read";
    /// Create and change orders.
    pub WRITE = "orders:write" implies READ;
    /// Read the audit log.
    pub AUDIT = "audit:read";
    /// Administer the shop.
    pub ADMIN = "admin" implies AUDIT, WRITE;
    /// Export orders.
    EXPORT = "orders:export";
}

/// The scopes of the vocabulary, and for each those that imply it, declared and derived.
const VOCABULARY: [(Scope, &[&str]); 5] = [
    (READ, &["orders:write", "admin"]),
    (WRITE, &["admin"]),
    (AUDIT, &["admin"]),
    (ADMIN, &[]),
    (EXPORT, &[]),
];

#[secured(scopes = READ)]
async fn read(caller: Caller) -> String {
    let held = VOCABULARY
        .iter()
        .filter(|(scope, _)| caller.has_scope(*scope));
    held.map(|(scope, _)| scope.as_str())
        .collect::<Vec<_>>()
        .join(" ")
}

#[secured(scopes = WRITE)]
async fn write() {}

#[secured(scopes = all(READ, EXPORT))]
async fn export() {}

#[secured(scopes = any(ADMIN, all(AUDIT, READ)))]
async fn audit() {}

#[secured(scopes = all(READ, WRITE))]
async fn both() {}

#[secured(scopes = any(ADMIN, READ, WRITE), roles = "clerk")]
async fn clerk() {}

#[secured(scopes = "orders:read")]
async fn exact() {}

pub(crate) fn routes() -> SecureRouter {
    SecureRouter::new()
        .route("/read", get(read))
        .route("/write", get(write))
        .route("/export", get(export))
        .route("/audit", get(audit))
        .route("/both", get(both))
        .route("/clerk", get(clerk))
        .route("/exact", get(exact))
}

type Rule = fn(&dyn Fn(Scope) -> bool) -> bool;

const RULES: [(&str, Rule); 6] = [
    ("/read", |has| has(READ)),
    ("/write", |has| has(WRITE)),
    ("/export", |has| has(READ) && has(EXPORT)),
    ("/audit", |has| has(ADMIN) || has(AUDIT) && has(READ)),
    ("/both", |has| has(READ) && has(WRITE)),
    ("/clerk", |has| has(ADMIN) || has(READ) || has(WRITE)),
];

/// Every subset of the vocabulary, against the list of the scopes that imply each one.
#[tokio::test]
async fn every_set_of_scopes_reaches_the_handlers_that_it_permits() {
    let api = TestApi::new(routes()).await;
    for mask in 0_u32..1 << VOCABULARY.len() {
        let held = VOCABULARY.iter().enumerate();
        let held = held.filter(|(bit, _)| mask & (1 << bit) != 0);
        let held: Vec<&str> = held.map(|(_, (scope, _))| scope.as_str()).collect();
        let has = |scope: Scope| {
            let (_, broader) = VOCABULARY
                .iter()
                .find(|(known, _)| *known == scope)
                .unwrap();
            held.contains(&scope.as_str()) || broader.iter().any(|token| held.contains(token))
        };
        let request = || api.caller("alice").scopes(&held.join(" ")).roles(["clerk"]);
        for (path, rule) in RULES {
            let status = request().get(path).send().await.status().as_u16();
            let expected = if rule(&has) { 200 } else { 403 };
            assert_eq!(status, expected, "{path} with {held:?}");
        }
        if has(READ) {
            let known = VOCABULARY.iter().filter(|(scope, _)| has(*scope));
            let known: Vec<_> = known.map(|(scope, _)| scope.as_str()).collect();
            let text = request().get("/read").send().await.text();
            assert_eq!(text, known.join(" "), "{held:?}");
        }
    }
}

#[tokio::test]
async fn scope_as_text_is_that_scope_alone() {
    let api = TestApi::new(routes()).await;
    for (scopes, status) in [("orders:read", 200), ("orders:write admin", 403)] {
        let response = api
            .caller("alice")
            .scopes(scopes)
            .get("/exact")
            .send()
            .await;
        assert_eq!(response.status(), status, "{scopes}");
    }
}

#[tokio::test]
async fn similar_scope_implies_nothing() {
    let api = TestApi::new(routes()).await;
    for scopes in [
        "Admin",
        "admin:",
        "admins",
        "orders:writ",
        "orders",
        "*",
        "orders:*",
    ] {
        let response = api.caller("alice").scopes(scopes).get("/read").send().await;
        assert_eq!(response.status(), 403, "{scopes}");
    }
}

/// RFC 6750 §3: the challenge names what a client needs, and no more (P3, R8).
#[tokio::test]
async fn challenge_names_the_narrowest_scopes() {
    let api = TestApi::new(routes()).await;
    for (path, scopes, required) in [
        ("/read", "orders:read", json!(["orders:read"])),
        ("/write", "orders:write", json!(["orders:write"])),
        (
            "/export",
            "orders:read orders:export",
            json!(["orders:read orders:export"]),
        ),
        (
            "/audit",
            "audit:read orders:read",
            json!(["audit:read orders:read"]),
        ),
        ("/both", "orders:write", json!(["orders:write"])),
        ("/clerk", "orders:read", json!(["orders:read"])),
    ] {
        let response = api.caller("alice").get(path).send().await;
        let challenge = response.header("www-authenticate").unwrap();
        let expected =
            format!("Bearer realm=\"api\", error=\"insufficient_scope\", scope=\"{scopes}\"");
        assert_eq!(challenge, expected, "{path}");
        assert_eq!(
            response.json::<Value>()["required_scopes"],
            required,
            "{path}"
        );
        // the scopes of the challenge are enough
        let request = api.caller("alice").scopes(scopes).roles(["clerk"]);
        assert_eq!(request.get(path).send().await.status(), 200, "{path}");
    }
}

#[tokio::test]
async fn metadata_has_the_narrowest_scopes() {
    let routes = SecureRouter::new()
        .route("/clerk", get(clerk))
        .route("/audit", get(audit))
        .route("/export", get(export));
    let api = TestApi::with_server(routes, |server| server.resource("https://api.example")).await;
    let path = "/.well-known/oauth-protected-resource";
    let document: Value = api.anonymous().get(path).send().await.json();
    let expected = json!(["audit:read", "orders:export", "orders:read"]);
    assert_eq!(document["scopes_supported"], expected);
}

#[tokio::test]
async fn inventory_lists_the_scopes_that_imply_declared_ones() {
    let api = TestApi::new(routes()).await;
    let text = api.api().inventory().to_string();
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| line.contains("implied"))
        .collect();
    assert_eq!(
        lines,
        [
            "scope orders:read is implied by orders:write, admin",
            "scope orders:write is implied by admin",
            "scope audit:read is implied by admin",
        ]
    );
}

/// An issuer's grants are exact: what it may not grant implies nothing.
#[tokio::test]
async fn scope_that_an_issuer_may_not_grant_implies_nothing() {
    let partner = EmbeddedIssuer::new("https://partner.example");
    for (grants, scopes, status) in [
        (Grants::none().scopes([ADMIN]), "admin", 200),
        (Grants::none().scopes([READ]), "orders:read", 200),
        (Grants::none().scopes([READ]), "admin", 403),
        (Grants::none().scopes([READ]), "orders:write admin", 403),
        (Grants::none().scopes([ADMIN]), "orders:read", 403),
        (Grants::none().scopes([WRITE]), "admin", 403),
    ] {
        let api = TestApi::with_server(routes(), |server| {
            server.trust(partner.issuer("https://partner.test").grants(grants))
        })
        .await;
        let token = partner.token("bob").audience("https://partner.test");
        let token = token.scopes(scopes).sign();
        let response = api.anonymous().bearer(&token).get("/read").send().await;
        assert_eq!(response.status(), status, "{scopes}");
    }
}

#[tokio::test]
async fn route_is_reachable_by_a_granted_broader_scope() {
    let issuer = EmbeddedIssuer::new("https://login.example");
    for (grants, unreachable) in [
        (
            Grants::none().scopes([ADMIN]),
            &["/export", "/clerk", "/exact"][..],
        ),
        (
            Grants::none().scopes([WRITE]),
            &["/export", "/audit", "/clerk", "/exact"],
        ),
        (
            Grants::none().scopes([EXPORT]),
            &[
                "/read", "/write", "/export", "/audit", "/both", "/clerk", "/exact",
            ],
        ),
    ] {
        let server = ResourceServer::builder().trust(issuer.issuer("orders").grants(grants));
        let api = routes().protect(server.build().await.unwrap());
        let paths: Vec<&str> = api.inventory().unreachable().map(Route::path).collect();
        assert_eq!(paths, unreachable);
    }
}

#[test]
fn constant_lists_the_scopes_that_imply_it() {
    for (scope, expected) in VOCABULARY {
        let broader: Vec<_> = scope
            .implied_by()
            .iter()
            .map(|scope| scope.as_str())
            .collect();
        assert_eq!(broader, expected, "{scope}");
    }
}
