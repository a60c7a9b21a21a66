//! Tokens that the provider did sign, but that are not good here or now.

use crate::http::Request;
use crate::provider::{CLIENT, audience};
use crate::refusal::{Broken, Cause, READ, SCOPE, assert_refused, refuse_everywhere};
use crate::world::{ALGORITHMS, World};

cases![
    a_token_for_another_resource_is_refused,
    a_token_out_of_its_time_is_refused,
    a_token_that_rfc_9068_does_not_describe_is_refused,
    a_token_of_an_unknown_key_is_refused,
    an_id_token_is_refused_even_where_it_names_the_audience,
    an_opaque_token_is_refused_while_the_provider_calls_it_active,
    a_token_of_another_provider_is_refused_whose_keys_have_the_same_names,
    a_token_of_a_trusted_key_is_refused_under_another_issuers_name,
];

/// RFC 9068 §4: of the same provider, with a key and an algorithm that are trusted.
fn a_token_for_another_resource_is_refused(world: &World) {
    refuse_everywhere(world, |api, _| {
        let others = ALGORITHMS
            .into_iter()
            .filter(|other| *other != api.algorithm);
        let mut broken: Vec<Broken> = others
            .map(|other| Broken::new(other, world.provider().token(other, SCOPE)))
            .collect();
        broken.push(Broken::made(world.provider(), api, "with-a-slash-more"));
        broken
    });
}

fn a_token_out_of_its_time_is_refused(world: &World) {
    refuse_everywhere(world, |api, _| {
        ["expired", "early", "long-lived", "without-expiry"]
            .map(|manner| Broken::made(world.provider(), api, manner))
            .into()
    });
}

/// RFC 9068 §2.1 and §2.2; a key-bound one needs a proof (RFC 9449) that nothing checks yet.
fn a_token_that_rfc_9068_does_not_describe_is_refused(world: &World) {
    refuse_everywhere(world, |api, _| {
        ["typed-jwt", "untyped", "without-client", "key-bound"]
            .map(|manner| Broken::made(world.provider(), api, manner))
            .into()
    });
}

fn a_token_of_an_unknown_key_is_refused(world: &World) {
    refuse_everywhere(world, |api, _| {
        vec![Broken::made(world.provider(), api, "with-unknown-kid")]
    });
}

/// RFC 8725 §3.12. The ID token's audience is the client, so one API goes by that name.
fn an_id_token_is_refused_even_where_it_names_the_audience(world: &World) {
    let id_token = world.provider().sign_in("RS256", "orders:read").id_token;
    let orders = world.by_discovery(CLIENT, &[]);
    let answer = Request::get("/whoami").bearer(&id_token).send(orders.url());
    assert_refused(&answer, Cause::InvalidToken, &id_token, "as audience");
    refuse_everywhere(world, |_, _| vec![Broken::new("an ID token", &*id_token)]);
}

fn an_opaque_token_is_refused_while_the_provider_calls_it_active(world: &World) {
    let provider = world.provider();
    let token = provider.token("opaque", SCOPE);
    refuse_everywhere(world, |_, _| vec![Broken::new("an opaque token", &*token)]);
    assert!(provider.is_active(&token));
    provider.revoke(&token);
    assert!(!provider.is_active(&token));
}

fn a_token_of_another_provider_is_refused_whose_keys_have_the_same_names(world: &World) {
    refuse_everywhere(world, |api, _| {
        vec![Broken::made(world.stranger(), api, "")]
    });
}

/// Signature, audience and time are right; only `iss` tells.
fn a_token_of_a_trusted_key_is_refused_under_another_issuers_name(world: &World) {
    for algorithm in ALGORITHMS {
        let token = world.provider().token(algorithm, SCOPE);
        let slash = format!("{}/", world.provider().issuer());
        for issuer in ["https://login.example", world.stranger().issuer(), &slash] {
            let orders = world.by_file(issuer, &audience(algorithm));
            let answer = Request::get(READ).bearer(&token).send(orders.url());
            assert_refused(&answer, Cause::InvalidToken, &token, issuer);
        }
    }
}
