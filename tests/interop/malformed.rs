//! Valid tokens, sent in ways that RFC 6750 forbids or that Palisade does not accept.

use crate::environment::{Api, Environment};
use crate::http::Request;
use crate::refusal::{Cause, READ, SCOPE, assert_accepted, assert_refused};

cases![
    token_with_a_space_returns_400,
    duplicate_token_returns_400,
    token_outside_the_header_is_ignored,
];

/// RFC 6750 §2.1: the credential's alphabet has no space.
fn token_with_a_space_returns_400(environment: &Environment) {
    assert_requests_refused(environment, Cause::InvalidRequest, |token| {
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
fn duplicate_token_returns_400(environment: &Environment) {
    assert_requests_refused(environment, Cause::InvalidRequest, |token| {
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
fn token_outside_the_header_is_ignored(environment: &Environment) {
    assert_requests_refused(environment, Cause::NoCredential, |token| {
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

/// Asserts that every API accepts its token, and refuses each of these requests with it.
fn assert_requests_refused(
    environment: &Environment,
    cause: Cause,
    requests: impl Fn(&str) -> Vec<Request>,
) {
    for api in environment.apis() {
        let token = api.token(environment.provider(), "", SCOPE);
        assert_accepted(api, &token, "well-formed request");
        for (number, request) in requests(&token).iter().enumerate() {
            assert_request_refused(api, request, cause, &token, number);
        }
    }
}

fn assert_request_refused(api: &Api, request: &Request, cause: Cause, token: &str, number: usize) {
    let description = format!("{}, request {number}", api.name());
    assert_refused(&api.send(request), cause, token, &description);
}
