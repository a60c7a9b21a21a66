//! Tests of the token builder, with jsonwebtoken as an independent implementation.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{DecodingKey, crypto};

use super::*;

fn issuer() -> EmbeddedIssuer {
    EmbeddedIssuer::new("https://issuer.test")
}

fn parts(token: &str) -> Vec<Vec<u8>> {
    token
        .split('.')
        .map(|part| URL_SAFE_NO_PAD.decode(part).unwrap())
        .collect()
}

fn json_part(token: &str, part: usize) -> Value {
    serde_json::from_slice(&parts(token)[part]).unwrap()
}

fn verifies(token: &str, issuer: &EmbeddedIssuer, algorithm: Algorithm) -> bool {
    let (input, signature) = token.rsplit_once('.').unwrap();
    let jwk = serde_json::from_value(issuer.jwk(algorithm)).unwrap();
    let key = DecodingKey::from_jwk(&jwk).unwrap();
    crypto::verify(signature, input.as_bytes(), &key, algorithm).unwrap()
}

#[test]
fn default_token_has_the_claims_that_rfc_9068_requires() {
    let token = issuer().token("alice").sign();
    let header = json_part(&token, 0);
    assert_eq!(header["typ"], "at+jwt");
    assert_eq!(header["kid"], issuer().kid(Algorithm::ES256));
    let claims = json_part(&token, 1);
    for name in ["iss", "exp", "aud", "sub", "client_id", "iat", "jti"] {
        assert!(claims.get(name).is_some(), "{name}");
    }
    assert_eq!(claims["sub"], "alice");
    assert_eq!(
        claims["exp"].as_u64().unwrap() - claims["iat"].as_u64().unwrap(),
        300
    );
}

#[test]
fn each_algorithm_signs_with_its_own_key() {
    for algorithm in [
        Algorithm::RS256,
        Algorithm::PS256,
        Algorithm::ES256,
        Algorithm::EdDSA,
    ] {
        let token = issuer().token("alice").algorithm(algorithm).sign();
        assert!(verifies(&token, &issuer(), algorithm), "{algorithm:?}");
        assert_eq!(json_part(&token, 0)["alg"], format!("{algorithm:?}"));
        assert_eq!(json_part(&token, 0)["kid"], issuer().kid(algorithm));
    }
}

#[test]
fn each_token_has_a_unique_jti() {
    let jti = || json_part(&issuer().token("alice").sign(), 1)["jti"].clone();
    assert_ne!(jti(), jti());
}

#[test]
fn claims_and_header_parameters_can_be_set_and_removed() {
    let token = issuer()
        .token("alice")
        .claim("exp", "tomorrow")
        .without("iat")
        .without("scope")
        .header("crit", ["b64"])
        .without_header("typ")
        .sign();
    let (header, claims) = (json_part(&token, 0), json_part(&token, 1));
    assert_eq!(claims["exp"], "tomorrow");
    assert!(claims.get("iat").is_none());
    assert_eq!(header["crit"], json!(["b64"]));
    assert!(header.get("typ").is_none());
    assert!(verifies(&token, &issuer(), Algorithm::ES256));
}

#[test]
fn last_change_of_a_claim_wins() {
    let token = issuer()
        .token("alice")
        .without("aud")
        .audience("b")
        .scopes("x")
        .without("scope")
        .sign();
    let claims = json_part(&token, 1);
    assert_eq!(claims["aud"], "b");
    assert!(claims.get("scope").is_none());
}

#[test]
fn roles_are_a_separate_claim() {
    let token = issuer().token("alice").roles(["clerk", "Domain Admins"]);
    let claims = json_part(&token.sign(), 1);
    assert_eq!(claims["roles"], json!(["clerk", "Domain Admins"]));
    assert!(claims.get("scope").is_none());
}

#[test]
fn expiration_follows_issue_time_unless_set() {
    let at = NumericDate::from_secs;
    let times = |builder: TokenBuilder| {
        let claims = json_part(&builder.sign(), 1);
        (claims["iat"].clone(), claims["exp"].clone())
    };
    let token = || issuer().token("alice").issued_at(at(1_000));
    assert_eq!(times(token()), (json!(1_000), json!(1_300)));
    assert_eq!(
        times(token().lifetime(Duration::from_mins(1))),
        (json!(1_000), json!(1_060))
    );
    assert_eq!(
        times(token().expires_at(at(900))),
        (json!(1_000), json!(900))
    );
    let half = NumericDate::from_millis(1_000_500);
    assert_eq!(
        times(issuer().token("alice").issued_at(half)).0,
        json!(1_000.5)
    );
}

#[test]
fn raw_bytes_are_signed_unchanged() {
    let token = issuer()
        .token("alice")
        .payload_bytes(*b"{\"sub\":1,\"sub\":2} ")
        .header_bytes(*b"{}{}")
        .sign();
    assert_eq!(parts(&token)[0], b"{}{}");
    assert_eq!(parts(&token)[1], b"{\"sub\":1,\"sub\":2} ");
    assert!(verifies(&token, &issuer(), Algorithm::ES256));
}

#[test]
fn signature_can_be_any_bytes() {
    assert!(issuer().token("alice").signature([]).sign().ends_with('.'));
    assert_eq!(
        parts(&issuer().token("alice").signature([0; 64]).sign())[2],
        [0; 64]
    );
}

#[test]
fn token_signed_by_another_issuer_keeps_issuer_and_kid() {
    let other = EmbeddedIssuer::with_own_keys("https://other.test");
    let token = issuer().token("alice").signed_by(&other).sign();
    assert!(verifies(&token, &other, Algorithm::ES256));
    assert!(!verifies(&token, &issuer(), Algorithm::ES256));
    assert_eq!(json_part(&token, 1)["iss"], "https://issuer.test");
    assert_eq!(json_part(&token, 0)["kid"], issuer().kid(Algorithm::ES256));
}

/// CVE-2016-10555: the token of the algorithm confusion attack is a valid HS256 token.
#[test]
fn hmac_accepts_the_text_of_a_public_key_as_secret() {
    let pem = issuer().pem(Algorithm::RS256);
    let token = issuer()
        .token("alice")
        .hmac(Algorithm::HS256, pem.clone())
        .sign();
    let (input, signature) = token.rsplit_once('.').unwrap();
    let key = DecodingKey::from_secret(pem.as_bytes());
    assert!(crypto::verify(signature, input.as_bytes(), &key, Algorithm::HS256).unwrap());
    assert_eq!(json_part(&token, 0)["alg"], "HS256");
}

#[test]
#[should_panic(expected = "HS256, HS384 or HS512")]
fn hmac_with_asymmetric_algorithm_panics() {
    issuer()
        .token("alice")
        .hmac(Algorithm::ES256, *b"secret")
        .sign();
}
