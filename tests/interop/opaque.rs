//! Opaque tokens, which the provider introspects (RFC 7662) and revokes (RFC 7009).

use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::environment::Environment;
use crate::http::{Request, Response};
use crate::process::Process;
use crate::provider::{CLIENT, RESOURCE_SERVER, SECRET, audience};
use crate::refusal::{Cause, READ, SCOPE, assert_refused};

cases![
    opaque_token_of_a_client_is_accepted,
    opaque_token_of_a_user_is_accepted,
    opaque_token_without_the_scope_returns_403,
    revoked_opaque_token_is_refused_after_the_cache_expires,
    unknown_opaque_token_is_refused,
    jwt_is_refused_if_only_opaque_tokens_are_accepted,
    opaque_token_for_another_audience_is_refused,
    orders_with_wrong_client_credentials_does_not_start,
    output_of_orders_has_no_token_and_no_secret,
];

/// Starts `orders` for the provider's opaque tokens.
fn orders(environment: &Environment, cache_for: &str) -> Process {
    environment.by_introspection(&audience("opaque"), SECRET, &["--cache-for", cache_for])
}

fn read(orders: &Process, token: &str) -> Response {
    Request::get(READ).bearer(token).send(orders.url())
}

/// The introspection response for a token of a client has no `sub`.
fn opaque_token_of_a_client_is_accepted(environment: &Environment) {
    let orders = orders(environment, "60");
    let token = environment.provider().token("opaque", SCOPE);
    assert_eq!(read(&orders, &token).status, 200);
    let response = Request::get("/whoami").bearer(&token).send(orders.url());
    let expected = json!({
        "sub": CLIENT, "client_id": CLIENT, "scopes": ["orders:read", "orders:write"]
    });
    assert_eq!(response.json(), expected);
}

fn opaque_token_of_a_user_is_accepted(environment: &Environment) {
    let orders = orders(environment, "60");
    let token = environment.provider().sign_in("opaque", "orders:read");
    let response = Request::get("/whoami").bearer(&token.access_token);
    let expected = json!({ "sub": "alice", "client_id": CLIENT, "scopes": ["orders:read"] });
    assert_eq!(response.send(orders.url()).json(), expected);
}

fn opaque_token_without_the_scope_returns_403(environment: &Environment) {
    let orders = orders(environment, "60");
    let token = environment.provider().token("opaque", "orders:write");
    let cause = Cause::InsufficientScope("orders:read");
    assert_refused(&read(&orders, &token), cause, &token, "opaque");
}

/// The cached introspection response is used for one second after the revocation.
fn revoked_opaque_token_is_refused_after_the_cache_expires(environment: &Environment) {
    let orders = orders(environment, "1");
    let token = environment.provider().token("opaque", SCOPE);
    assert_eq!(read(&orders, &token).status, 200);
    environment.provider().revoke(&token);
    let revoked = Instant::now();
    while read(&orders, &token).status == 200 {
        assert!(revoked.elapsed() < Duration::from_secs(10));
        thread::sleep(Duration::from_millis(50));
    }
    assert_refused(
        &read(&orders, &token),
        Cause::InvalidToken,
        &token,
        "revoked",
    );
}

fn unknown_opaque_token_is_refused(environment: &Environment) {
    let orders = orders(environment, "60");
    let token = environment.provider().token("opaque", SCOPE);
    let (start, _) = token.split_at(token.len() - 1);
    for other in [start.to_owned(), format!("{token}x"), token.to_uppercase()] {
        assert_refused(
            &read(&orders, &other),
            Cause::InvalidToken,
            &other,
            "never issued",
        );
    }
    assert_eq!(read(&orders, &token).status, 200);
}

fn jwt_is_refused_if_only_opaque_tokens_are_accepted(environment: &Environment) {
    let orders = orders(environment, "60");
    let token = environment.provider().token("ES256", SCOPE);
    assert_refused(&read(&orders, &token), Cause::InvalidToken, &token, "a JWT");
}

fn opaque_token_for_another_audience_is_refused(environment: &Environment) {
    let orders = environment.by_introspection("https://other.example", SECRET, &[]);
    let token = environment.provider().token("opaque", SCOPE);
    assert!(environment.provider().is_active(&token));
    assert_refused(
        &read(&orders, &token),
        Cause::InvalidToken,
        &token,
        "another audience",
    );
}

fn orders_with_wrong_client_credentials_does_not_start(environment: &Environment) {
    let (success, printed) =
        environment.failing_introspection(&audience("opaque"), "another-secret");
    assert!(!success);
    let cause = "the issuer rejects this API's client ID and secret";
    assert!(printed.contains(cause), "{printed}");
    assert!(!printed.contains("another-secret"), "{printed}");
}

/// RFC 7662 §5: the introspection response may contain personal data.
fn output_of_orders_has_no_token_and_no_secret(environment: &Environment) {
    let orders = orders(environment, "60");
    let token = environment.provider().sign_in("opaque", SCOPE).access_token;
    assert_eq!(read(&orders, &token).status, 200);
    assert_eq!(read(&orders, &format!("{token}x")).status, 401);
    let start = Instant::now();
    while !orders.log().contains("inactive") {
        assert!(
            start.elapsed() < Duration::from_secs(10),
            "{}",
            orders.log()
        );
        thread::sleep(Duration::from_millis(10));
    }
    let printed = orders.log();
    for secret in [&*token, SECRET, "Basic ", RESOURCE_SERVER] {
        assert!(!printed.contains(secret), "{printed}");
    }
}
