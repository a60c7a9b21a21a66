//! Tests of the programs `quickstart`, `orders`, `issuer`, `posture` and `readme`, by command line, socket and signal.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::too_many_lines,
    clippy::unwrap_used,
    reason = "a test ends where it is wrong"
)]

mod documents;
mod issuer;
mod issuer_options;
mod issuer_pages;
mod issuer_restarts;
mod orders;
mod posture;
mod rejected_input;
mod tls;
#[path = "../../../tests/interop/unused_address.rs"]
mod unused_address;

use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

use palisade::Algorithm;
use palisade::testing::{EmbeddedIssuer, ServedIssuer};
use serde_json::{Value, json};

use self::orders::{AUDIENCE, Orders};

fn token(issuer: &EmbeddedIssuer, scopes: &str) -> String {
    issuer
        .token("alice")
        .audience(AUDIENCE)
        .client_id("shop")
        .scopes(scopes)
        .sign()
}

/// Starts `orders` with the issuer's keys in a file.
fn with_jwks(more: &[&str]) -> (EmbeddedIssuer, Orders) {
    // one file per test: another test may be writing its own
    static FILES: AtomicUsize = AtomicUsize::new(0);
    let number = FILES.fetch_add(1, Ordering::Relaxed);
    let name = format!("programs-{}-{number}.json", std::process::id());
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let issuer = EmbeddedIssuer::new("https://issuer.example");
    std::fs::write(&file, issuer.jwks()).unwrap();
    let arguments = ["--issuer", issuer.url(), "--jwks", file.to_str().unwrap()];
    let orders = Orders::start(&[&arguments, more].concat());
    std::fs::remove_file(file).unwrap();
    (issuer, orders)
}

#[test]
fn demo_shows_each_status_and_succeeds() {
    let output = Command::new(env!("CARGO_BIN_EXE_quickstart"))
        .arg("--demo")
        .output()
        .unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{printed}");
    for text in [
        "201 Created",
        "401 Unauthorized",
        "403 Forbidden",
        "422 Unprocessable",
        "\"pointer\":\"/quantity\",\"rule\":\"range\"",
        "\"pointer\":\"\",\"rule\":\"unknown\"",
    ] {
        assert!(printed.contains(text), "{text} is missing in:\n{printed}");
    }
}

#[test]
fn order_is_created_shown_listed_and_deleted_with_the_declared_scopes() {
    let (issuer, orders) = with_jwks(&[]);
    let (read, write) = (
        token(&issuer, "orders:read"),
        token(&issuer, "orders:write"),
    );
    assert_eq!(
        orders.call("GET", "/health", None, None),
        (200, json!("ok"))
    );
    assert_eq!(
        orders.call("GET", "/whoami", Some(&write), None),
        (
            200,
            json!({ "sub": "alice", "client_id": "shop", "scopes": ["orders:write"] })
        )
    );
    let order = json!({ "sku": "tea-500g", "quantity": 2, "note": "gift" });
    let (status, created) = orders.call("POST", "/orders", Some(&write), Some(&order));
    assert_eq!(status, 201);
    let path = format!("/orders/{}", created["id"].as_str().unwrap());
    assert_eq!(
        orders.call("GET", &path, Some(&read), None),
        (200, created.clone())
    );
    assert_eq!(
        orders.call(
            "GET",
            "/orders?page=1&per_page=5&status=open",
            Some(&read),
            None
        ),
        (200, json!([created]))
    );
    assert_eq!(
        orders.call("GET", "/orders?status=shipped", Some(&read), None),
        (200, json!([]))
    );
    assert_eq!(orders.call("DELETE", &path, Some(&write), None).0, 403);
    let delete = token(&issuer, "orders:write orders:delete");
    assert_eq!(orders.call("DELETE", &path, Some(&delete), None).0, 204);
    assert_eq!(
        orders
            .call("DELETE", &path, Some(&token(&issuer, "admin")), None)
            .0,
        404
    );
}

#[test]
fn invalid_input_and_foreign_tokens_are_refused() {
    let (issuer, orders) = with_jwks(&[]);
    let write = token(&issuer, "orders:write orders:read");
    let post = |body: Value| orders.call("POST", "/orders", Some(&write), Some(&body)).0;
    assert_eq!(post(json!({ "sku": "a", "quantity": 0 })), 422);
    assert_eq!(post(json!({ "sku": "a", "quantity": 101 })), 422);
    assert_eq!(post(json!({ "sku": "a", "quantity": 1e99 })), 422);
    assert_eq!(post(json!({ "sku": "a", "quantity": "5" })), 422);
    assert_eq!(post(json!(["a", 1])), 422);
    for query in [
        "page=1&page=2",
        "page=-1",
        "page=0",
        "unknown=1",
        "status=lost",
    ] {
        assert_eq!(
            orders
                .call("GET", &format!("/orders?{query}"), Some(&write), None)
                .0,
            422,
            "{query}"
        );
    }
    assert_eq!(
        orders.call("GET", "/orders?page=%ff", Some(&write), None).0,
        400
    );
    let other = EmbeddedIssuer::with_own_keys(issuer.url());
    assert_eq!(
        orders
            .call("GET", "/whoami", Some(&token(&other, "")), None)
            .0,
        401
    );
}

#[test]
fn loopback_issuer_keys_are_discovered() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let issuer: ServedIssuer = runtime.block_on(EmbeddedIssuer::serve()).unwrap();
    let orders = Orders::start(&["--issuer", issuer.url(), "--allow-loopback-http"]);
    assert_eq!(
        orders
            .call("GET", "/whoami", Some(&token(&issuer, "")), None)
            .0,
        200
    );
    assert_eq!(orders.call("GET", "/whoami", None, None).0, 401);
}

#[test]
fn algorithm_not_listed_returns_401() {
    let (issuer, orders) = with_jwks(&["--algorithm", "ES256", "--algorithm", "EdDSA"]);
    for (algorithm, status) in [
        (Algorithm::RS256, 401),
        (Algorithm::PS256, 401),
        (Algorithm::ES256, 200),
        (Algorithm::EdDSA, 200),
    ] {
        let token = issuer
            .token("alice")
            .audience(AUDIENCE)
            .client_id("shop")
            .algorithm(algorithm)
            .sign();
        let response = orders.call("GET", "/whoami", Some(&token), None);
        assert_eq!(response.0, status, "{algorithm:?}");
    }
}

#[test]
fn metadata_of_the_resource_is_served() {
    let (issuer, orders) = with_jwks(&["--resource", "https://orders.example/v1"]);
    let path = "/.well-known/oauth-protected-resource/v1";
    let (status, metadata) = orders.call("GET", path, None, None);
    assert_eq!(status, 200, "{metadata}");
    assert_eq!(metadata["resource"], "https://orders.example/v1");
    assert_eq!(metadata["authorization_servers"], json!([issuer.url()]));
    let scopes = ["admin", "orders:delete", "orders:read", "orders:write"];
    assert_eq!(metadata["scopes_supported"], json!(scopes));
    let (_, orders) = with_jwks(&[]);
    assert_eq!(orders.call("GET", path, None, None).0, 404);
}

/// ASVS 16.3.2 and 16.2.5: every decision is logged, and no part of a token.
#[test]
fn decision_log_is_json_without_tokens() {
    let (issuer, orders) = with_jwks(&[]);
    let tokens = [
        token(&issuer, "orders:read"),
        token(&issuer, "orders:write"),
        "forged-header.forged-claims.forged-signature".to_owned(),
    ];
    for token in &tokens {
        orders.call("GET", "/orders", Some(token), None);
    }
    orders.call("GET", "/orders", None, None);
    let log = orders.log();
    let events: Vec<Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let reasons: Vec<_> = events
        .iter()
        .filter(|event| event["target"] == "palisade::audit")
        .map(|event| event["fields"]["reason"].as_str().unwrap())
        .collect();
    let expected = [
        "authorized",
        "insufficient_scope",
        "malformed_token",
        "no_credential",
    ];
    assert_eq!(reasons, expected, "{log}");
    for part in tokens.iter().flat_map(|token| token.split('.')) {
        assert!(!log.contains(part), "{part} is in {log}");
    }
}

#[test]
fn sigterm_exits_with_status_0() {
    let (_, orders) = with_jwks(&[]);
    assert_eq!(orders.terminate(), Some(0));
}

#[test]
fn wrong_command_line_is_reported() {
    for (arguments, expected) in [
        (&[][..], "--listen"),
        (
            &[
                "--listen",
                "127.0.0.1:0",
                "--audience",
                "a",
                "--issuer",
                "http://issuer.example",
            ],
            "https",
        ),
        (
            &[
                "--listen",
                "0.0.0.0:0",
                "--audience",
                "a",
                "--issuer",
                "https://i.example",
                "--jwks",
                "/nowhere",
            ],
            "nowhere",
        ),
        (
            &[
                "--listen",
                "127.0.0.1:0",
                "--audience",
                "a",
                "--issuer",
                "https://i.example",
                "--resource",
                "http://orders.example",
            ],
            "http://orders.example",
        ),
        (&["--listen", "127.0.0.1:0", "--verbose"], "verbose"),
        (&["--algorithm", "none"], "none"),
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_orders"))
            .args(arguments)
            .output()
            .unwrap();
        let printed = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success(), "{arguments:?}");
        assert!(printed.contains(expected), "{arguments:?}: {printed}");
    }
}
