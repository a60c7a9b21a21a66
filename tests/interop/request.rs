//! Good tokens, sent in ways that RFC 6750 does not allow, or that are not taken here.

use crate::http::Request;
use crate::refusal::{Cause, READ, SCOPE, assert_accepted, assert_refused};
use crate::world::{Api, World};

cases![
    a_token_with_a_space_in_it_is_a_malformed_request,
    a_token_that_is_sent_twice_is_a_malformed_request,
    a_token_outside_the_header_is_no_credential,
];

/// RFC 6750 §2.1: the credential's alphabet has no space.
fn a_token_with_a_space_in_it_is_a_malformed_request(world: &World) {
    refuse_requests(world, Cause::InvalidRequest, |token| {
        let (start, end) = token.split_at(token.len() / 2);
        let dotted = token.replacen('.', ". ", 1);
        [
            format!("{start} {end}"),
            format!("{start}\t{end}"),
            format!("\t{token}"),
            format!("{token} {token}"),
            format!("{token}, {token}"),
            format!("\"{token}\""),
            dotted,
        ]
        .map(|value| Request::get(READ).bearer(&value))
        .into()
    });
}

/// RFC 6750 §3.1: "uses more than one method", or repeats one.
fn a_token_that_is_sent_twice_is_a_malformed_request(world: &World) {
    refuse_requests(world, Cause::InvalidRequest, |token| {
        let once = || Request::get(READ).bearer(token);
        vec![
            once().bearer(token),
            once().bearer("another"),
            once().basic("shop", "shop-secret"),
            Request::get(READ)
                .basic("shop", "shop-secret")
                .bearer(token),
        ]
    });
}

/// RFC 6750 §2.2 and §2.3 are optional, and leak; RFC 9700 §4.3.2 forbids the query.
fn a_token_outside_the_header_is_no_credential(world: &World) {
    refuse_requests(world, Cause::NoCredential, |token| {
        let query = format!("{READ}?access_token={token}");
        vec![
            Request::get(&query),
            Request::post(&query, &[("access_token", token)]),
            Request::post(READ, &[("access_token", token)]),
            Request::get(READ).header("Cookie", &format!("access_token={token}")),
            Request::get(READ).header("X-Forwarded-Authorization", &format!("Bearer {token}")),
            Request::get(READ).header("Authorization", token),
            Request::get(READ).header("Authorization", &format!("DPoP {token}")),
        ]
    });
}

/// Asserts that every API accepts its token, and refuses it in each of these requests.
fn refuse_requests(world: &World, cause: Cause, requests: impl Fn(&str) -> Vec<Request>) {
    for api in world.everywhere() {
        let token = api.token(world.provider(), "", SCOPE);
        assert_accepted(api, &token, "sent as it should be");
        for (number, request) in requests(&token).iter().enumerate() {
            refuse(api, request, cause, &token, number);
        }
    }
}

fn refuse(api: &Api, request: &Request, cause: Cause, token: &str, number: usize) {
    let what = format!("{}, request {number}", api.name());
    assert_refused(&api.send(request), cause, token, &what);
}
