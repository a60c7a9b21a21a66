//! The two programs, driven as others drive them: by command line, socket and signal.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::too_many_lines,
    clippy::unwrap_used,
    reason = "a test ends where it is wrong"
)]

mod orders;
mod refused;

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

/// `orders` with the issuer's keys in a file.
fn with_jwks(more: &[&str]) -> (EmbeddedIssuer, Orders) {
    // one file for each, or one test could read what another is just writing
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
fn the_demo_ends_well_because_each_call_ended_as_declared() {
    let output = Command::new(env!("CARGO_BIN_EXE_quickstart"))
        .arg("--demo")
        .output()
        .unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{printed}");
    for status in [
        "201 Created",
        "401 Unauthorized",
        "403 Forbidden",
        "422 Unprocessable",
    ] {
        assert!(
            printed.contains(status),
            "{status} is missing in:\n{printed}"
        );
    }
}

#[test]
fn an_order_is_made_shown_listed_and_deleted_by_whoever_may() {
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
    let (status, made) = orders.call("POST", "/orders", Some(&write), Some(&order));
    assert_eq!(status, 201);
    let path = format!("/orders/{}", made["id"].as_str().unwrap());
    assert_eq!(
        orders.call("GET", &path, Some(&read), None),
        (200, made.clone())
    );
    assert_eq!(
        orders.call(
            "GET",
            "/orders?page=1&per_page=5&status=open",
            Some(&read),
            None
        ),
        (200, json!([made]))
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
fn what_may_not_come_in_is_refused() {
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
fn keys_are_discovered_from_a_loopback_issuer() {
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
fn only_listed_algorithms_are_accepted() {
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
        let answer = orders.call("GET", "/whoami", Some(&token), None);
        assert_eq!(answer.0, status, "{algorithm:?}");
    }
}

/// ASVS 16.3.2, and 16.2.5: every decision is logged, and nothing of a token.
#[test]
fn every_decision_is_a_line_of_json_that_tells_no_token() {
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
fn a_signal_stops_it_cleanly() {
    let (_, orders) = with_jwks(&[]);
    assert_eq!(orders.terminate(), Some(0));
}

#[test]
fn a_wrong_command_line_is_told() {
    for (arguments, told) in [
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
        (&["--listen", "127.0.0.1:0", "--verbose"], "verbose"),
        (&["--algorithm", "none"], "none"),
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_orders"))
            .args(arguments)
            .output()
            .unwrap();
        let printed = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success(), "{arguments:?}");
        assert!(printed.contains(told), "{arguments:?}: {printed}");
    }
}
