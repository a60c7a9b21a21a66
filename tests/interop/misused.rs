//! Tokens that the provider signed, but that are not valid for this API, or not at this time.

use crate::environment::{ALGORITHMS, Environment};
use crate::http::Request;
use crate::provider::{CLIENT, audience};
use crate::refusal::{Broken, Cause, READ, SCOPE, assert_all_refused, assert_refused};

cases![
    token_for_another_resource_is_refused,
    token_outside_its_lifetime_is_refused,
    token_that_violates_rfc_9068_is_refused,
    token_of_an_unknown_key_is_refused,
    id_token_with_matching_audience_is_refused,
    active_opaque_token_is_refused_without_introspection,
    token_of_another_provider_with_the_same_kids_is_refused,
    token_of_a_trusted_key_with_another_issuer_is_refused,
];

/// RFC 9068 §4: the provider, the key and the algorithm are trusted, but the audience differs.
fn token_for_another_resource_is_refused(environment: &Environment) {
    assert_all_refused(environment, |api, _| {
        let others = ALGORITHMS
            .into_iter()
            .filter(|other| *other != api.algorithm);
        let mut broken: Vec<Broken> = others
            .map(|other| Broken::new(other, environment.provider().token(other, SCOPE)))
            .collect();
        broken.push(Broken::issued(
            environment.provider(),
            api,
            "with-trailing-slash",
        ));
        broken
    });
}

fn token_outside_its_lifetime_is_refused(environment: &Environment) {
    assert_all_refused(environment, |api, _| {
        ["expired", "early", "long-lived", "without-expiry"]
            .map(|variant| Broken::issued(environment.provider(), api, variant))
            .into()
    });
}

/// RFC 9068 §2.1 and §2.2. A key-bound token requires a proof (RFC 9449), which is not checked yet.
fn token_that_violates_rfc_9068_is_refused(environment: &Environment) {
    assert_all_refused(environment, |api, _| {
        ["typed-jwt", "untyped", "without-client", "key-bound"]
            .map(|variant| Broken::issued(environment.provider(), api, variant))
            .into()
    });
}

fn token_of_an_unknown_key_is_refused(environment: &Environment) {
    assert_all_refused(environment, |api, _| {
        vec![Broken::issued(
            environment.provider(),
            api,
            "with-unknown-kid",
        )]
    });
}

/// RFC 8725 §3.12. The audience of an ID token is the client, so one API has that audience.
fn id_token_with_matching_audience_is_refused(environment: &Environment) {
    let id_token = environment
        .provider()
        .sign_in("RS256", "orders:read")
        .id_token;
    let orders = environment.by_discovery(CLIENT, &[]);
    let response = Request::get("/whoami").bearer(&id_token).send(orders.url());
    assert_refused(
        &response,
        Cause::InvalidToken,
        &id_token,
        "client as audience",
    );
    assert_all_refused(environment, |_, _| {
        vec![Broken::new("an ID token", &*id_token)]
    });
}

fn active_opaque_token_is_refused_without_introspection(environment: &Environment) {
    let provider = environment.provider();
    let token = provider.token("opaque", SCOPE);
    assert_all_refused(environment, |_, _| {
        vec![Broken::new("an opaque token", &*token)]
    });
    assert!(provider.is_active(&token));
    provider.revoke(&token);
    assert!(!provider.is_active(&token));
}

fn token_of_another_provider_with_the_same_kids_is_refused(environment: &Environment) {
    assert_all_refused(environment, |api, _| {
        vec![Broken::issued(environment.other_provider(), api, "")]
    });
}

/// The signature, the audience and the times are valid; only the issuer differs.
fn token_of_a_trusted_key_with_another_issuer_is_refused(environment: &Environment) {
    for algorithm in ALGORITHMS {
        let token = environment.provider().token(algorithm, SCOPE);
        let slash = format!("{}/", environment.provider().issuer());
        for issuer in [
            "https://login.example",
            environment.other_provider().issuer(),
            &slash,
        ] {
            let orders = environment.by_file(issuer, &audience(algorithm));
            let response = Request::get(READ).bearer(&token).send(orders.url());
            assert_refused(&response, Cause::InvalidToken, &token, issuer);
        }
    }
}
