//! Bad responses of a key server: the last good keys stay in use, and no server starts with them.

use serde_json::{Value, json};

use super::*;
use crate::keys::{DEFAULT_ALGORITHMS, KeyError, KeySet, parse_jwks};
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
        ("a symmetric key", with(&|keys| keys.push(oct.clone()))),
        ("a private key", with(&|keys| keys[0]["d"] = "AQAB".into())),
        (
            "an ambiguous kid",
            with(&|keys| keys.extend_from_within(..1)),
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
            "malformed" | "an array" | "no key" | "a symmetric key" | "a private key"
            | "an ambiguous kid" => {
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
    assert_eq!(
        error_of("a symmetric key"),
        Err(KeyError::PrivateKeyInPublicSet)
    );
    assert_eq!(
        error_of("a private key"),
        Err(KeyError::PrivateKeyInPublicSet)
    );
    assert_eq!(error_of("an ambiguous kid"), Err(KeyError::Ambiguous));
    assert_eq!(error_of("an array"), Err(KeyError::MalformedKeySet));
}
