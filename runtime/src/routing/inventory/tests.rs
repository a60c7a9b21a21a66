//! Tests of the JSON form.

#[cfg(feature = "relying-party")]
mod logins;

use std::time::Duration;

use serde_json::{Value, json};

use super::*;
use crate::prelude::*;
use crate::routing::listener::{ListenerLimit, Transport};
use crate::routing::{HeaderRouter, MethodFilter, on_headers};
use crate::testing::EmbeddedIssuer;
use crate::{Profile, public, scopes, secured};

scopes! {
    /// Read orders.
    READ = "orders:read";
    /// Write orders.
    WRITE = "orders:write" implies READ;
}
const ADMIN: Scope = Scope::new("admin");
const CLERK: Role = Role::new("clerk");
const AUDITOR: Role = Role::new("Senior \u{202e}Auditor");

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct NewOrder {
    #[garde(range(min = 1, max = 100))]
    quantity: u32,
    #[garde(skip)]
    #[secure(unvalidated = "printed as `it` | <is>\n\u{202e}")]
    note: String,
}

#[public(reason = "a probe with \"quotes\"")]
async fn health() {}

#[secured(scopes = any(READ, all(WRITE, ADMIN)), roles = any(CLERK, AUDITOR), body_limit = "2 KiB", timeout = "1500ms")]
async fn create(order: Option<Valid<Json<NewOrder>>>) -> String {
    order.map_or_else(String::new, |Valid(Json(order))| {
        format!("{} {}", order.quantity, order.note)
    })
}

#[secured(scopes = READ, next(scopes = all(READ, ADMIN)), ticket)]
async fn show(Path(_): Path<u32>) {}

#[secured(authenticated)]
async fn operation() {}

#[secured(roles = CLERK)]
async fn unmatched() {}

fn routes() -> SecureRouter {
    let operations = HeaderRouter::new(["mcp-method"]).route(["tools/call"], operation);
    SecureRouter::new()
        .route("/orders/{id}", get(show))
        .route("/orders", post(create).put(create))
        .route("/mcp", on_headers(MethodFilter::POST, operations))
        .route("/health", get(health))
        .fallback(unmatched)
}

fn parsed(inventory: &Inventory) -> Value {
    serde_json::from_str(&inventory.to_json()).unwrap()
}

/// Returns the names of the members, sorted: another crate can make `serde_json` keep their order.
fn names(value: &Value) -> Vec<&str> {
    let members = value.as_object().unwrap();
    let mut names: Vec<&str> = members.keys().map(String::as_str).collect();
    names.sort_unstable();
    names
}

async fn protected() -> crate::Api {
    let trusted = |url: &str| Issuer::new(url).jwks(EmbeddedIssuer::new(url).jwks());
    let one = trusted("https://z.example")
        .profile(Profile::Okta)
        .audience("https://b.example")
        .audience("https://a.example")
        .grants(Grants::none().scopes([WRITE, READ]).roles([CLERK]));
    let other = trusted("https://a.example")
        .audience("https://a.example")
        .grants_everything();
    let server = ResourceServer::builder()
        .resource("https://orders.example")
        .trust(one)
        .trust(other);
    routes().protect(server.build().await.unwrap())
}

#[test]
fn json_has_every_fact_of_a_route() {
    let inventory = parsed(routes().inventory());
    assert_eq!(
        names(&inventory),
        [
            "checks_revocations",
            "has_sessions",
            "hosts",
            "implied_scopes",
            "issuers",
            "listener",
            "relaxations",
            "resource",
            "routes",
            "undeclared"
        ]
    );
    let routes = inventory["routes"].as_array().unwrap();
    let paths: Vec<_> = routes
        .iter()
        .map(|route| route["path"].as_str().unwrap())
        .collect();
    assert_eq!(
        paths,
        ["", "/health", "/mcp", "/orders", "/orders", "/orders/{id}"]
    );
    for route in routes {
        assert_eq!(
            names(route),
            [
                "accepts_tickets",
                "access",
                "claims",
                "exceptions",
                "handler",
                "inputs",
                "is_fallback",
                "is_reachable",
                "limits",
                "methods",
                "module",
                "next",
                "path",
                "public_reason",
                "requires",
                "selection",
                "source"
            ]
        );
        assert_eq!(route["module"], module_path!());
        let source = &route["source"];
        assert!(
            source["file"]
                .as_str()
                .unwrap()
                .ends_with("src/routing/inventory/tests.rs"),
            "{source}"
        );
        assert!(source["line"].as_u64().unwrap() > 20, "{source}");
    }
    let [fallback, health, mcp, orders, put, order] = &routes[..] else {
        panic!("{routes:?}");
    };
    assert_eq!(
        (&fallback["is_fallback"], &fallback["methods"]),
        (&json!(true), &json!([]))
    );
    assert_eq!(
        fallback["requires"],
        json!({ "token": true, "login": false, "scopes": null, "roles": "clerk" })
    );

    assert_eq!(health["access"], "public");
    assert_eq!(health["public_reason"], "a probe with \"quotes\"");
    assert_eq!(
        health["requires"],
        json!({ "token": false, "login": false, "scopes": null, "roles": null })
    );
    assert_eq!(health["is_fallback"], false);
    assert_eq!(
        health["limits"],
        json!({
            "body_limit": 65_536, "body_timeout_ms": 30_000, "body_idle_timeout_ms": 30_000, "timeout_ms": 30_000,
            "header_limit": 100, "parameter_limit": 256, "part_limit": 100
        })
    );

    assert_eq!(
        mcp["selection"],
        json!({ "fields": ["mcp-method"], "values": { "mcp-method": "tools/call" } })
    );
    assert_eq!(
        mcp["requires"],
        json!({ "token": true, "login": false, "scopes": null, "roles": null })
    );
    assert_eq!(health["selection"], Value::Null);

    assert_eq!(
        (&orders["handler"], &orders["methods"]),
        (&json!("create"), &json!(["POST"]))
    );
    assert_eq!(put["methods"], json!(["PUT"]));
    assert_eq!(put["requires"], orders["requires"]);
    assert_eq!(orders["public_reason"], Value::Null);
    assert_eq!(
        orders["requires"],
        json!({
            "token": true, "login": false,
            "scopes": { "any": ["orders:read", { "all": ["orders:write", "admin"] }] },
            "roles": { "any": ["clerk", "Senior \u{202e}Auditor"] }
        })
    );
    assert_eq!(
        (
            &orders["limits"]["body_limit"],
            &orders["limits"]["timeout_ms"]
        ),
        (&json!(2048), &json!(1500))
    );
    assert_eq!(
        orders["exceptions"],
        json!([{
            "kind": "unvalidated field", "argument": orders["exceptions"][0]["argument"], "location": "body",
            "field": "/note", "reason": "printed as `it` | <is>\n\u{202e}"
        }])
    );
    let input = &orders["inputs"][0];
    assert_eq!(
        (
            &input["location"],
            &input["is_optional"],
            &input["media_types"]
        ),
        (&json!("body"), &json!(true), &json!(["application/json"]))
    );
    assert_eq!(input["schema"]["properties"]["quantity"]["maximum"], 100);

    assert_eq!(
        order["next"],
        json!({
            "access": "orders:read and admin",
            "requires": { "token": true, "login": false, "scopes": { "all": ["orders:read", "admin"] }, "roles": null }
        })
    );
    assert_eq!(
        (&order["accepts_tickets"], &orders["accepts_tickets"]),
        (&json!(true), &json!(false))
    );
    assert_eq!(order["inputs"][0]["location"], "path");
    assert_eq!(
        inventory["implied_scopes"],
        json!([{ "scope": "orders:read", "implied_by": ["orders:write"] }])
    );
}

#[tokio::test]
async fn json_has_every_fact_of_the_server() {
    let api = protected().await.hosts(["orders.example", "api.example"]);
    let api = api.beside(axum::Router::new(), "the old pages");
    let inventory = parsed(api.inventory());
    assert_eq!(inventory["resource"], "https://orders.example");
    assert_eq!(inventory["hosts"], json!(["api.example", "orders.example"]));
    assert_eq!(inventory["undeclared"], json!(["the old pages"]));
    assert_eq!(inventory["relaxations"], json!([]));
    assert_eq!(
        (
            &inventory["has_sessions"],
            &inventory["checks_revocations"],
            &inventory["listener"]
        ),
        (&json!(false), &json!(false), &Value::Null)
    );
    let [everything, limited] = &inventory["issuers"].as_array().unwrap()[..] else {
        panic!("{inventory}");
    };
    assert_eq!(everything["issuer"], "https://a.example");
    assert_eq!(
        everything["grants"],
        json!({ "everything": true, "scopes": [], "roles": [] })
    );
    let relaxations = limited["relaxations"].as_array().unwrap();
    assert!(!relaxations.is_empty());
    assert_eq!(
        limited,
        &json!({
            "issuer": "https://z.example",
            "audiences": ["https://a.example", "https://b.example"],
            "validation": "the profile Okta",
            "profile": "Okta",
            "algorithms": ["ES256", "EdDSA", "PS256", "RS256"],
            "keys": ["jwks"],
            "max_key_age_ms": null,
            "clock_skew_ms": 30000,
            "roles_claim": "/groups",
            "introspected": null,
            "introspection_endpoint": null,
            "introspection_cache_ms": null,
            "token_limit": 8192,
            "grants": { "everything": false, "scopes": ["orders:read", "orders:write"], "roles": ["clerk"] },
            "hashes_subjects": false,
            "relaxations": relaxations,
        })
    );
}

#[tokio::test]
async fn route_that_no_issuer_grants_is_not_reachable() {
    let url = "https://login.example";
    let issuer = Issuer::new(url)
        .audience("orders")
        .jwks(EmbeddedIssuer::new(url).jwks());
    let server = ResourceServer::builder().trust(issuer.grants(Grants::none().scopes([READ])));
    let api = routes().protect(server.build().await.unwrap());
    let inventory = parsed(api.inventory());
    let routes = inventory["routes"].as_array().unwrap();
    let reachable: Vec<_> = routes
        .iter()
        .map(|route| route["is_reachable"].as_bool().unwrap())
        .collect();
    // the fallback and `/orders` need the role
    assert_eq!(reachable, [false, true, true, false, false, true]);
}

#[test]
fn json_does_not_depend_on_the_order_of_the_routes() {
    let reversed: SecureRouter = SecureRouter::new()
        .fallback(unmatched)
        .route("/health", get(health))
        .route(
            "/mcp",
            on_headers(
                MethodFilter::POST,
                HeaderRouter::new(["mcp-method"]).route(["tools/call"], operation),
            ),
        )
        .route("/orders", post(create).put(create))
        .route("/orders/{id}", get(show));
    assert_eq!(
        reversed.inventory().to_json(),
        routes().inventory().to_json()
    );
}

#[test]
fn json_escapes_invisible_characters_of_reasons_and_names() {
    let text = routes().inventory().to_json();
    assert!(!text.contains('\u{202e}'));
    assert!(text.contains("printed as `it` | <is>\\n\\u202e"));
}

#[cfg(feature = "introspection")]
#[test]
fn introspected_tokens_are_named() {
    use crate::resource_server::IntrospectedTokens;

    for (tokens, name) in [
        (IntrospectedTokens::Opaque, "opaque"),
        (IntrospectedTokens::OpaqueBesideJwts, "opaque_beside_jwts"),
        (IntrospectedTokens::Jwts, "jwts"),
        (IntrospectedTokens::All, "all"),
    ] {
        assert_eq!(json::introspected_name(tokens), name);
    }
}

#[cfg(feature = "serve")]
#[tokio::test]
async fn json_has_every_fact_of_the_listener() {
    let plain = crate::serve(protected().await);
    let listener = &parsed(&plain.inventory())["listener"];
    assert_eq!(listener["transport"], "plain_on_host");
    assert_eq!(listener["proxies"], Value::Null);
    assert_eq!(listener["limits"]["peer_connection_limit"], 256);
    assert_eq!(
        listener["fixed_limits"],
        json!(["`peer_connection_limit` does not apply to loopback addresses"])
    );

    let proxied = crate::serve(protected().await)
        .behind_proxy(["10.0.0.0/8".parse().unwrap()])
        .probe("/health")
        .peer_connection_limit(7)
        .head_timeout(Duration::from_millis(1500));
    let inventory = proxied.inventory();
    assert_eq!(
        inventory.listener().unwrap().transport,
        Transport::PlainBehindProxy
    );
    assert!(!inventory.listener().unwrap().transport.is_encrypted());
    assert_eq!(
        inventory.routes().len(),
        routes().inventory().routes().len() + 1,
        "{inventory}"
    );
    assert_eq!(
        parsed(&inventory)["listener"],
        json!({
            "transport": "plain_behind_proxy",
            "client_certificates": null,
            "proxies": ["10.0.0.0/8"],
            "probes": ["/health"],
            "limits": {
                "connection_limit": 8192, "peer_connection_limit": 7, "request_limit": 1024, "uri_limit": 8192,
                "handshake_timeout_ms": 10_000, "head_timeout_ms": 1500, "idle_timeout_ms": 75_000,
                "request_timeout_ms": 90_000, "write_timeout_ms": 30_000, "grace_ms": 30_000,
                "stream_limit": 100, "reset_limit": 20, "unread_limit": 8_388_608
            },
            "fixed_limits": [],
        })
    );
    let text = inventory.to_string();
    assert!(text.contains("served over plain HTTP, for proxies and processes of this host\n  forwarded header fields are trusted from 10.0.0.0/8\n"), "{text}");

    #[cfg(feature = "tls")]
    {
        let tls = crate::Tls::new("cert.pem", "key.pem").client_certificates("clients.pem");
        let inventory = crate::serve(protected().await).tls_with(tls).inventory();
        let listener = inventory.listener().unwrap();
        assert!(listener.transport.is_encrypted());
        let limits: Vec<_> = listener
            .limits
            .iter()
            .map(|(name, limit)| format!("{name}: {limit}"))
            .collect();
        assert!(limits.contains(&"grace: 30s".to_owned()), "{limits:?}");
        assert_eq!(listener.limits[0].1, ListenerLimit::Number(8192));
        let json = &parsed(&inventory)["listener"];
        assert_eq!(json["transport"], "tls");
        assert_eq!(
            json["client_certificates"],
            "certificates of clients are required, by the authorities in `clients.pem`"
        );
        let has_http2 = json["fixed_limits"]
            .as_array()
            .unwrap()
            .iter()
            .any(|limit| limit.as_str().unwrap().starts_with("fixed, HTTP/2: "));
        assert_eq!(has_http2, cfg!(feature = "http2"));
    }
}
