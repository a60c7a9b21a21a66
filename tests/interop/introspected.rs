//! The provider's opaque tokens, which it is asked about (RFC 7662) and which it revokes (RFC 7009).

use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::http::{Answer, Request};
use crate::process::Process;
use crate::provider::{CLIENT, RESOURCE_SERVER, SECRET, audience};
use crate::refusal::{Cause, READ, SCOPE, assert_refused};
use crate::world::World;

cases![
    an_opaque_token_of_a_client_is_accepted,
    an_opaque_token_of_a_user_is_accepted,
    an_opaque_token_opens_no_more_than_its_scopes,
    a_revoked_opaque_token_is_refused_once_the_answer_is_old,
    an_opaque_token_nobody_has_issued_is_refused,
    a_jwt_of_the_same_provider_is_refused_where_tokens_are_opaque,
    an_opaque_token_for_another_audience_is_refused,
    orders_does_not_start_with_credentials_that_the_provider_refuses,
    nothing_that_orders_prints_holds_a_token_or_the_secret,
];

/// `orders` for the provider's opaque tokens.
fn orders(world: &World, remember: &str) -> Process {
    world.by_introspection(&audience("opaque"), SECRET, &["--remember", remember])
}

fn read(orders: &Process, token: &str) -> Answer {
    Request::get(READ).bearer(token).send(orders.url())
}

/// The provider names no `sub` for a client that acts for itself.
fn an_opaque_token_of_a_client_is_accepted(world: &World) {
    let orders = orders(world, "60");
    let token = world.provider().token("opaque", SCOPE);
    assert_eq!(read(&orders, &token).status, 200);
    let answer = Request::get("/whoami").bearer(&token).send(orders.url());
    let expected = json!({
        "sub": CLIENT, "client_id": CLIENT, "scopes": ["orders:read", "orders:write"]
    });
    assert_eq!(answer.json(), expected);
}

fn an_opaque_token_of_a_user_is_accepted(world: &World) {
    let orders = orders(world, "60");
    let token = world.provider().sign_in("opaque", "orders:read");
    let answer = Request::get("/whoami").bearer(&token.access_token);
    let expected = json!({ "sub": "alice", "client_id": CLIENT, "scopes": ["orders:read"] });
    assert_eq!(answer.send(orders.url()).json(), expected);
}

fn an_opaque_token_opens_no_more_than_its_scopes(world: &World) {
    let orders = orders(world, "60");
    let token = world.provider().token("opaque", "orders:write");
    let cause = Cause::InsufficientScope("orders:read");
    assert_refused(&read(&orders, &token), cause, &token, "opaque");
}

/// With the token revoked, the answer that is remembered serves for a second and no longer.
fn a_revoked_opaque_token_is_refused_once_the_answer_is_old(world: &World) {
    let orders = orders(world, "1");
    let token = world.provider().token("opaque", SCOPE);
    assert_eq!(read(&orders, &token).status, 200);
    world.provider().revoke(&token);
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

fn an_opaque_token_nobody_has_issued_is_refused(world: &World) {
    let orders = orders(world, "60");
    let token = world.provider().token("opaque", SCOPE);
    let (start, _) = token.split_at(token.len() - 1);
    for other in [start.to_owned(), format!("{token}x"), token.to_uppercase()] {
        assert_refused(
            &read(&orders, &other),
            Cause::InvalidToken,
            &other,
            "made up",
        );
    }
    assert_eq!(read(&orders, &token).status, 200);
}

fn a_jwt_of_the_same_provider_is_refused_where_tokens_are_opaque(world: &World) {
    let orders = orders(world, "60");
    let token = world.provider().token("ES256", SCOPE);
    assert_refused(&read(&orders, &token), Cause::InvalidToken, &token, "a JWT");
}

fn an_opaque_token_for_another_audience_is_refused(world: &World) {
    let orders = world.by_introspection("https://other.example", SECRET, &[]);
    let token = world.provider().token("opaque", SCOPE);
    assert!(world.provider().is_active(&token));
    assert_refused(
        &read(&orders, &token),
        Cause::InvalidToken,
        &token,
        "elsewhere",
    );
}

fn orders_does_not_start_with_credentials_that_the_provider_refuses(world: &World) {
    let (success, printed) = world.failing_introspection(&audience("opaque"), "another-secret");
    assert!(!success);
    let cause = "the issuer rejects this api's client id and secret";
    assert!(printed.contains(cause), "{printed}");
    assert!(!printed.contains("another-secret"), "{printed}");
}

/// RFC 7662 §5: nor what the provider has answered.
fn nothing_that_orders_prints_holds_a_token_or_the_secret(world: &World) {
    let orders = orders(world, "60");
    let token = world.provider().sign_in("opaque", SCOPE).access_token;
    assert_eq!(read(&orders, &token).status, 200);
    assert_eq!(read(&orders, &format!("{token}x")).status, 401);
    let begun = Instant::now();
    while !orders.log().contains("inactive") {
        assert!(
            begun.elapsed() < Duration::from_secs(10),
            "{}",
            orders.log()
        );
        thread::sleep(Duration::from_millis(10));
    }
    let printed = orders.log();
    for told in [&*token, SECRET, "Basic ", RESOURCE_SERVER] {
        assert!(!printed.contains(told), "{printed}");
    }
}
