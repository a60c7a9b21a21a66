//! What gets in: the provider's tokens, whoever they stand for, as far as their scopes go.

use serde_json::json;

use crate::http::Request;
use crate::provider::{CLIENT, audience};
use crate::refusal::{Cause, READ, SCOPE, assert_accepted, assert_refused};
use crate::world::{ALGORITHMS, World};

cases![
    a_clients_token_is_accepted,
    a_users_token_is_accepted,
    a_token_for_several_audiences_is_accepted_by_each,
    a_token_that_names_no_key_is_accepted_where_one_key_fits,
    a_token_opens_no_more_than_its_scopes,
    only_a_listed_algorithm_is_accepted,
];

/// RFC 9068 §2.2: without a user, the subject is the client.
fn a_clients_token_is_accepted(world: &World) {
    for api in world.everywhere() {
        let token = api.token(world.provider(), "", SCOPE);
        assert_accepted(api, &token, "a client's token");
        let answer = api.send(&Request::get("/whoami").bearer(&token));
        let expected = json!({
            "sub": CLIENT, "client_id": CLIENT, "scopes": ["orders:read", "orders:write"]
        });
        assert_eq!(answer.json(), expected, "{}", api.name());
    }
}

fn a_users_token_is_accepted(world: &World) {
    for api in world.everywhere() {
        let token = world.provider().sign_in(api.algorithm, "orders:read");
        assert_accepted(api, &token.access_token, "a user's token");
        let answer = api.send(&Request::get("/whoami").bearer(&token.access_token));
        let expected = json!({ "sub": "alice", "client_id": CLIENT, "scopes": ["orders:read"] });
        assert_eq!(answer.json(), expected, "{}", api.name());
    }
}

/// RFC 7519 §4.1.3.
fn a_token_for_several_audiences_is_accepted_by_each(world: &World) {
    for api in world.everywhere() {
        let token = api.token(world.provider(), "of-several-audiences", SCOPE);
        assert_accepted(api, &token, "several audiences");
    }
}

/// The key set has one key for each algorithm.
fn a_token_that_names_no_key_is_accepted_where_one_key_fits(world: &World) {
    for api in world.everywhere() {
        let token = api.token(world.provider(), "without-kid", SCOPE);
        assert_accepted(api, &token, "without `kid`");
    }
}

fn a_token_opens_no_more_than_its_scopes(world: &World) {
    for api in world.everywhere() {
        let token = |scope| api.token(world.provider(), "", scope);
        let (read, write) = (token("orders:read"), token("orders:write"));
        assert_accepted(api, &read, "orders:read");

        let answer = api.send(&Request::get(READ).bearer(&write));
        let cause = Cause::InsufficientScope("orders:read");
        assert_refused(&answer, cause, &write, &api.name());

        let answer = api.send(&Request::post(READ, &[("sku", "tea")]).bearer(&read));
        let cause = Cause::InsufficientScope("orders:write");
        assert_refused(&answer, cause, &read, &api.name());
    }
}

/// A good token of a trusted key, where the operator has ruled its algorithm out.
fn only_a_listed_algorithm_is_accepted(world: &World) {
    for algorithm in ALGORITHMS {
        let token = world.provider().token(algorithm, SCOPE);
        let request = Request::get(READ).bearer(&token);
        let only = |listed: &[&str]| {
            let options: Vec<&str> = listed
                .iter()
                .flat_map(|name| ["--algorithm", name])
                .collect();
            let orders = world.by_discovery(&audience(algorithm), &options);
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
