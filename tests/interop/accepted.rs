//! Accepted tokens of the provider, for clients and users, within their scopes.

use serde_json::json;

use crate::environment::{ALGORITHMS, Environment};
use crate::http::Request;
use crate::provider::{CLIENT, audience};
use crate::refusal::{Cause, READ, SCOPE, assert_accepted, assert_refused};

cases![
    client_token_is_accepted,
    user_token_is_accepted,
    token_for_several_audiences_is_accepted,
    token_without_kid_is_accepted_if_one_key_matches,
    token_without_the_scope_returns_403,
    token_with_unlisted_algorithm_returns_401,
];

/// RFC 9068 §2.2: without a user, the subject is the client.
fn client_token_is_accepted(environment: &Environment) {
    for api in environment.apis() {
        let token = api.token(environment.provider(), "", SCOPE);
        assert_accepted(api, &token, "a client's token");
        let response = api.send(&Request::get("/whoami").bearer(&token));
        let expected = json!({
            "sub": CLIENT, "client_id": CLIENT, "scopes": ["orders:read", "orders:write"]
        });
        assert_eq!(response.json(), expected, "{}", api.name());
    }
}

fn user_token_is_accepted(environment: &Environment) {
    for api in environment.apis() {
        let token = environment.provider().sign_in(api.algorithm, "orders:read");
        assert_accepted(api, &token.access_token, "a user's token");
        let response = api.send(&Request::get("/whoami").bearer(&token.access_token));
        let expected = json!({ "sub": "alice", "client_id": CLIENT, "scopes": ["orders:read"] });
        assert_eq!(response.json(), expected, "{}", api.name());
    }
}

/// RFC 7519 §4.1.3.
fn token_for_several_audiences_is_accepted(environment: &Environment) {
    for api in environment.apis() {
        let token = api.token(environment.provider(), "with-several-audiences", SCOPE);
        assert_accepted(api, &token, "several audiences");
    }
}

/// The key set has one key for each algorithm.
fn token_without_kid_is_accepted_if_one_key_matches(environment: &Environment) {
    for api in environment.apis() {
        let token = api.token(environment.provider(), "without-kid", SCOPE);
        assert_accepted(api, &token, "without `kid`");
    }
}

fn token_without_the_scope_returns_403(environment: &Environment) {
    for api in environment.apis() {
        let token = |scope| api.token(environment.provider(), "", scope);
        let (read, write) = (token("orders:read"), token("orders:write"));
        assert_accepted(api, &read, "orders:read");

        let response = api.send(&Request::get(READ).bearer(&write));
        let cause = Cause::InsufficientScope("orders:read");
        assert_refused(&response, cause, &write, &api.name());

        let response = api.send(&Request::post(READ, &[("sku", "tea")]).bearer(&read));
        let cause = Cause::InsufficientScope("orders:write");
        assert_refused(&response, cause, &read, &api.name());
    }
}

/// A valid token of a trusted key is refused if its algorithm is not configured.
fn token_with_unlisted_algorithm_returns_401(environment: &Environment) {
    for algorithm in ALGORITHMS {
        let token = environment.provider().token(algorithm, SCOPE);
        let request = Request::get(READ).bearer(&token);
        let only = |listed: &[&str]| {
            let options: Vec<&str> = listed
                .iter()
                .flat_map(|name| ["--algorithm", name])
                .collect();
            let orders = environment.by_discovery(&audience(algorithm), &options);
            request.send(orders.url())
        };
        assert_eq!(only(&[algorithm]).status, 200, "{algorithm}");
        let others: Vec<&str> = ALGORITHMS
            .into_iter()
            .filter(|name| *name != algorithm)
            .collect();
        assert_refused(&only(&others), Cause::InvalidToken, &token, algorithm);
    }
}
