//! Forged and misused tokens against a whole API, in process.
//!
//! Each check has unit tests in its room. These tests show that no check can be bypassed.

use palisade::Algorithm;
use palisade::prelude::*;
use palisade::testing::{EmbeddedIssuer, TestApi};
use serde_json::json;

#[secured(authenticated)]
async fn whoami(caller: Caller) -> String {
    caller.subject().to_owned()
}

async fn api() -> TestApi {
    TestApi::new(SecureRouter::new().route("/", get(whoami))).await
}

async fn status(api: &TestApi, token: &str) -> u16 {
    api.anonymous()
        .bearer(token)
        .get("/")
        .send()
        .await
        .status()
        .as_u16()
}

#[tokio::test]
async fn default_algorithms_are_accepted() {
    let api = api().await;
    for algorithm in [
        Algorithm::RS256,
        Algorithm::PS256,
        Algorithm::ES256,
        Algorithm::EdDSA,
    ] {
        let token = api.caller("alice").algorithm(algorithm).token();
        assert_eq!(status(&api, &token).await, 200, "{algorithm:?}");
    }
}

/// CVE-2015-2951.
#[tokio::test]
async fn alg_none_is_rejected_in_every_spelling() {
    let api = api().await;
    for none in [
        json!("none"),
        json!("None"),
        json!("NONE"),
        json!("nOnE"),
        json!("none "),
        json!(null),
        json!([]),
        json!(0),
    ] {
        let unsigned = api
            .issuer()
            .token("alice")
            .audience(api.audience())
            .header("alg", none.clone());
        let signed = unsigned.clone().sign();
        assert_eq!(status(&api, &signed).await, 401, "{none}");
        let emptied = unsigned.signature(b"").sign();
        assert_ne!(status(&api, &emptied).await, 200, "{none}");
    }
}

/// CVE-2018-0114, CVE-2026-27962: a key in the token header is never used.
#[tokio::test]
async fn key_in_the_token_header_is_never_trusted() {
    let api = api().await;
    let attacker = EmbeddedIssuer::with_own_keys(api.issuer().url());
    let jwks: serde_json::Value = serde_json::from_str(&attacker.jwks()).unwrap();
    for key in jwks["keys"].as_array().unwrap() {
        let forged = api
            .issuer()
            .token("alice")
            .audience(api.audience())
            .signed_by(&attacker);
        for (name, value) in [
            ("jwk", key.clone()),
            ("jku", json!("https://attacker.example/jwks")),
            ("x5u", json!("https://attacker.example/cert")),
            ("kid", key["kid"].clone()),
        ] {
            assert_eq!(
                status(&api, &forged.clone().header(name, value).sign()).await,
                401,
                "{name}"
            );
        }
    }
}

#[tokio::test]
async fn token_with_one_changed_character_is_rejected() {
    let api = api().await;
    let token = api.caller("alice").algorithm(Algorithm::ES256).token();
    assert_eq!(status(&api, &token).await, 200);
    for index in (0..token.len()).step_by(7) {
        let mut changed = token.clone().into_bytes();
        changed[index] = if changed[index] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(changed).unwrap();
        assert_ne!(status(&api, &changed).await, 200, "index {index}");
    }
}

/// RFC 9068 §4, RFC 7519 §5.2 and §5.3, RFC 8725 §3.10 and §3.12: another kind of token, or one for another API.
#[tokio::test]
async fn other_kinds_of_token_are_rejected() {
    let api = api().await;
    let token = || api.issuer().token("alice").audience(api.audience());
    assert_eq!(status(&api, &token().sign()).await, 200);
    for (kind, token) in [
        ("an ID token", token().typ("JWT").claim("nonce", json!("n"))),
        (
            "an ID token in disguise",
            token().claim("nonce", json!("n")),
        ),
        ("a logout token", token().typ("logout+jwt")),
        ("a DPoP proof", token().typ("dpop+jwt")),
        ("no type", token().without_header("typ")),
        ("for another API", token().audience("https://other.example")),
        (
            "a key-bound token",
            token().claim("cnf", json!({"jkt": "x"})),
        ),
        (
            "of another issuer",
            token().claim("iss", json!("https://other.example")),
        ),
        (
            "a list of issuers",
            token().claim("iss", json!([api.issuer().url()])),
        ),
        ("without a subject", token().without("sub")),
        ("without expiry", token().without("exp")),
        (
            "critical extension",
            token()
                .header("crit", json!(["b64"]))
                .header("b64", json!(false)),
        ),
        ("compressed", token().header("zip", json!("DEF"))),
        ("nested token", token().header("cty", "JWT")),
        (
            "contradicting header and claims",
            token().header("sub", "admin"),
        ),
        (
            "with a line break in the subject",
            token().claim("sub", "a\nb"),
        ),
        (
            "asking for password hashing",
            token()
                .header("alg", "PBES2-HS256+A128KW")
                .header("p2c", 2_147_483_647),
        ),
    ] {
        assert_eq!(status(&api, &token.sign()).await, 401, "{kind}");
    }
}

#[tokio::test]
async fn token_expires_at_exp_plus_skew() {
    let api = api().await;
    let token = api.caller("alice").token();
    assert_eq!(status(&api, &token).await, 200);
    api.clock()
        .advance(std::time::Duration::from_secs(5 * 60 + 29));
    assert_eq!(status(&api, &token).await, 200);
    api.clock().advance(std::time::Duration::from_secs(1));
    assert_eq!(status(&api, &token).await, 401);
}

/// CVE-2025-27144, CVE-2025-30204: the length is checked before dots are counted.
#[tokio::test]
async fn token_of_a_megabyte_of_dots_returns_401() {
    let api = api().await;
    assert_eq!(status(&api, &".".repeat(1024 * 1024)).await, 401);
}
