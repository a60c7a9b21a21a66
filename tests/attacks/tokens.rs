//! Forged and misused tokens against a whole API, end to end in process.
//!
//! Each check has its own tests in its room; these show that none can be passed by
//! from the outside.

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
async fn every_algorithm_of_the_default_list_is_accepted() {
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
async fn alg_none_in_every_spelling() {
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

/// CVE-2018-0114, CVE-2026-27962: a key that the token brings along is no key.
#[tokio::test]
async fn another_issuers_key_is_not_trusted_however_it_is_offered() {
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
async fn one_changed_character_anywhere_is_refused() {
    let api = api().await;
    let token = api.caller("alice").algorithm(Algorithm::ES256).token();
    assert_eq!(status(&api, &token).await, 200);
    for at in (0..token.len()).step_by(7) {
        let mut changed = token.clone().into_bytes();
        changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(changed).unwrap();
        assert_ne!(status(&api, &changed).await, 200, "at {at}");
    }
}

/// RFC 9068 §4, RFC 7519 §5.2 and §5.3, RFC 8725 §3.10 and §3.12: neither another kind of token nor another API's.
#[tokio::test]
async fn tokens_for_something_else_are_refused() {
    let api = api().await;
    let token = || api.issuer().token("alice").audience(api.audience());
    assert_eq!(status(&api, &token().sign()).await, 200);
    for (what, token) in [
        ("an ID token", token().typ("JWT").claim("nonce", json!("n"))),
        (
            "an ID token in disguise",
            token().claim("nonce", json!("n")),
        ),
        ("a logout token", token().typ("logout+jwt")),
        ("a DPoP proof", token().typ("dpop+jwt")),
        ("no type", token().without_header("typ")),
        ("another API's", token().audience("https://other.example")),
        (
            "a key-bound token",
            token().claim("cnf", json!({"jkt": "x"})),
        ),
        (
            "another issuer's",
            token().claim("iss", json!("https://other.example")),
        ),
        (
            "a list of issuers",
            token().claim("iss", json!([api.issuer().url()])),
        ),
        ("without a subject", token().without("sub")),
        ("without an end", token().without("exp")),
        (
            "critical extension",
            token()
                .header("crit", json!(["b64"]))
                .header("b64", json!(false)),
        ),
        ("compressed", token().header("zip", json!("DEF"))),
        ("announcing another inside", token().header("cty", "JWT")),
        ("contradicting itself", token().header("sub", "admin")),
        (
            "with a line break for a subject",
            token().claim("sub", "a\nb"),
        ),
        (
            "asking for password hashing",
            token()
                .header("alg", "PBES2-HS256+A128KW")
                .header("p2c", 2_147_483_647),
        ),
    ] {
        assert_eq!(status(&api, &token.sign()).await, 401, "{what}");
    }
}

#[tokio::test]
async fn a_token_ends_when_it_says_so() {
    let api = api().await;
    let token = api.caller("alice").token();
    assert_eq!(status(&api, &token).await, 200);
    api.clock()
        .advance(std::time::Duration::from_secs(5 * 60 + 29));
    assert_eq!(status(&api, &token).await, 200);
    api.clock().advance(std::time::Duration::from_secs(1));
    assert_eq!(status(&api, &token).await, 401);
}

/// CVE-2025-27144, CVE-2025-30204: length is judged before dots are counted.
#[tokio::test]
async fn a_megabyte_of_dots_is_refused() {
    let api = api().await;
    assert_eq!(status(&api, &".".repeat(1024 * 1024)).await, 401);
}
