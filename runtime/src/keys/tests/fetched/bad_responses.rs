//! Bad responses of a key server: the last good keys stay in use, and no server starts with them.

use serde_json::{Value, json};

use super::*;
use crate::keys::{DEFAULT_ALGORITHMS, KeySet, parse_jwks};
use crate::testing::loopback_server::http_response;

/// Every kind of bad response, by name.
fn bad_responses(issuer: &EmbeddedIssuer) -> Vec<(&'static str, Reply)> {
    let good: Value = serde_json::from_str(&issuer.jwks()).unwrap();
    let with = |change: &dyn Fn(&mut Vec<Value>)| {
        let mut set = good.clone();
        change(set["keys"].as_array_mut().unwrap());
        Reply::Keys(set.to_string())
    };
    let oct = json!({"kty": "oct", "k": "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T"});
    vec![
        ("down", Reply::Closed),
        ("endless", Reply::Endless),
        ("500", Reply::json(500, &issuer.jwks())),
        ("redirect", Reply::json(302, &issuer.jwks())),
        ("partial", Reply::json(206, &issuer.jwks())),
        (
            "content type",
            Reply::Response(http_response(200, "text/html", &issuer.jwks())),
        ),
        ("10 MB", Reply::json(200, &" ".repeat(10 * 1024 * 1024))),
        ("malformed", Reply::Keys(r#"{"keys":["#.to_owned())),
        ("an array", Reply::Keys(good["keys"].to_string())),
        ("no key", Reply::Keys(r#"{"keys":[]}"#.to_owned())),
        ("a symmetric key", with(&|keys| *keys = vec![oct.clone()])),
        (
            "private keys",
            with(&|keys| keys.iter_mut().for_each(|key| key["d"] = "AQAB".into())),
        ),
    ]
}

#[tokio::test]
async fn bad_response_fails_the_build() {
    let issuer = EmbeddedIssuer::new(ISSUER);
    for (name, reply) in bad_responses(&issuer) {
        let built = KeyServerTest::with(Startup::FailFast, Some(reply)).await;
        let error = built.err();
        match name {
            "malformed" | "an array" | "no key" | "a symmetric key" | "private keys" => {
                assert!(matches!(error, Some(ConfigError::Keys { .. })), "{name}");
            }
            _ => assert!(
                matches!(error, Some(ConfigError::Discovery { .. })),
                "{name}"
            ),
        }
    }
}

#[tokio::test]
async fn bad_response_keeps_the_last_good_keys() {
    let test = KeyServerTest::new().await;
    for (name, reply) in bad_responses(&test.issuer) {
        test.key_server.set(reply);
        test.refresh_after(300).await;
        assert_eq!(
            test.validate(test.issuer.token("alice")).await,
            Ok(()),
            "{name}"
        );
        assert_eq!(
            test.validate(test.rotated().token("alice")).await,
            UNKNOWN_KEY,
            "{name}"
        );
        assert_eq!(test.server.ready(), Ok(()), "{name}");
        test.key_server.set(Reply::Keys(test.issuer.jwks()));
        test.refresh_after(61).await;
    }
}

#[tokio::test]
async fn bad_key_among_good_keys_is_skipped() {
    let issuer = EmbeddedIssuer::new(ISSUER);
    let mut set: Value = serde_json::from_str(&issuer.jwks()).unwrap();
    let keys = set["keys"].as_array_mut().unwrap();
    for bad in [
        json!({"kty": "XYZ", "kid": "a"}),
        json!({"kty": "EC", "crv": "P-256", "kid": "b", "x": "AAAA", "y": "AAAA"}),
        json!({"kty": "RSA", "kid": "c", "n": "AQAB", "e": "AQAB"}),
        json!({"kty": "OKP", "crv": "X25519", "kid": "d", "x": "AAAA"}),
        json!({}),
    ] {
        keys.insert(0, bad);
    }
    let test = KeyServerTest::with(Startup::FailFast, Some(Reply::Keys(set.to_string())))
        .await
        .unwrap();
    assert_eq!(test.validate(test.issuer.token("alice")).await, Ok(()));
    assert_eq!(
        test.validate(test.issuer.token("alice").kid("b")).await,
        UNKNOWN_KEY
    );
}

/// A leaked key is skipped and reported, and tokens of the other keys stay valid.
#[tokio::test]
async fn leaked_key_in_a_later_set_is_reported_until_it_is_removed() {
    let test = KeyServerTest::new().await;
    assert_eq!(test.server.skipped_keys().count(), 0);
    let mut set: Value = serde_json::from_str(&test.issuer.jwks()).unwrap();
    let leaked =
        json!({"kty": "oct", "kid": "leaked", "k": "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-Est"});
    set["keys"].as_array_mut().unwrap().push(leaked);
    test.key_server.set(Reply::Keys(set.to_string()));
    test.refresh_after(300).await;
    assert_eq!(test.validate(test.issuer.token("alice")).await, Ok(()));
    assert_eq!(test.server.ready(), Ok(()));
    let skipped: Vec<_> = test.server.skipped_keys().collect();
    let [(issuer, keys)] = skipped.as_slice() else {
        panic!("{skipped:?}");
    };
    assert_eq!(*issuer, test.key_server.url);
    assert!(keys.has_leak());
    assert!(
        keys.to_string().contains("(`kid` \"leaked\"): symmetric"),
        "{keys}"
    );
    test.key_server.set(Reply::Keys(test.issuer.jwks()));
    test.refresh_after(300).await;
    assert_eq!(test.server.skipped_keys().count(), 0);
}

/// A key that is found to be private is withdrawn like any other key.
#[tokio::test]
async fn key_whose_private_form_is_published_is_rejected() {
    let test = KeyServerTest::new().await;
    let cached = test
        .issuer
        .token("alice")
        .algorithm(Algorithm::ES256)
        .sign();
    assert_eq!(test.validate_text(&cached).await, Ok(()));
    let mut leaked = test.issuer.jwk(Algorithm::ES256);
    leaked["d"] = "AQAB".into();
    leaked["kid"] = "another".into();
    let mut set: Value = serde_json::from_str(&test.issuer.jwks()).unwrap();
    set["keys"].as_array_mut().unwrap().push(leaked);
    test.key_server.set(Reply::Keys(set.to_string()));
    test.refresh_after(300).await;
    assert_eq!(test.validate_text(&cached).await, UNKNOWN_KEY);
    let rsa = test
        .issuer
        .token("alice")
        .algorithm(Algorithm::RS256)
        .sign();
    assert_eq!(test.validate_text(&rsa).await, Ok(()));
}

/// Decision 8: none of these refuses the whole set, nor leaves a trace.
#[tokio::test]
async fn repeated_and_empty_members_are_accepted() {
    let issuer = EmbeddedIssuer::new(ISSUER);
    let good = issuer.jwk(Algorithm::RS256);
    let with = |member: &str, value: Value| {
        let mut key = issuer.jwk(Algorithm::ES256);
        key[member] = value;
        vec![good.clone(), key]
    };
    for keys in [
        vec![good.clone(), good.clone()],
        with("oth", json!([])),
        with("d", Value::Null),
        with("k", json!("")),
        with("key_ops", json!([])),
        with("x5c", json!([])),
        with("alg", Value::Null),
        vec![Value::Null, good.clone(), Value::Null],
    ] {
        let jwks = json!({ "keys": keys }).to_string();
        let test = KeyServerTest::with(Startup::FailFast, Some(Reply::Keys(jwks.clone())))
            .await
            .unwrap();
        let token = test
            .issuer
            .token("alice")
            .algorithm(Algorithm::RS256)
            .sign();
        assert_eq!(test.validate_text(&token).await, Ok(()), "{jwks}");
        assert_eq!(test.server.skipped_keys().count(), 0, "{jwks}");
    }
}

#[test]
fn bad_key_set_error_names_the_cause() {
    let issuer = EmbeddedIssuer::new(ISSUER);
    let error_of = |name: &str| {
        let (_, reply) = bad_responses(&issuer)
            .into_iter()
            .find(|(n, _)| *n == name)
            .unwrap();
        let Reply::Keys(jwks) = reply else {
            panic!("{name} is not a key set")
        };
        let (keys, skipped) = parse_jwks(jwks.as_bytes(), &DEFAULT_ALGORITHMS)?;
        KeySet::new(keys, skipped).map(drop)
    };
    for (name, expected) in [
        ("a symmetric key", "symmetric"),
        ("private keys", "private, it has `d`"),
        ("an array", "not a JSON object"),
        ("no key", "has no key"),
        ("malformed", "truncated"),
    ] {
        let error = error_of(name).unwrap_err().to_string();
        assert!(error.contains(expected), "{name}: {error}");
    }
}
