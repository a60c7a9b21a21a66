//! No token, no part of it and no claim appears in logs or responses (ASVS 16.2.5,
//! RFC 6750 §5.3).

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use palisade::Algorithm;
use palisade::prelude::*;
use palisade::testing::{EmbeddedIssuer, TestApi, TokenBuilder};
use palisade_tests::Log;
use serde_json::json;

/// Text in every claim and header parameter that may have text.
const CANARY: &str = "canary-5b2e";

#[derive(Clone, Deserialize, Validate)]
struct Tenancy {
    #[garde(length(max = 4))]
    tenant: String,
}

#[secured(authenticated)]
async fn any(_caller: Caller) {}

#[secured(scopes = "admin")]
async fn admin(caller: Caller) -> String {
    format!("{caller:?}")
}

#[secured(authenticated)]
async fn typed(caller: Caller<Tenancy>) -> String {
    caller.claims().tenant.clone()
}

#[public(reason = "a test")]
async fn open() {}

fn with_canaries(token: TokenBuilder) -> TokenBuilder {
    token
        .claim("jti", CANARY)
        .claim("sub", CANARY)
        .claim("tenant", CANARY)
        .claim("email", CANARY)
        .header("x", CANARY)
}

/// Valid and invalid tokens, each with canaries.
fn tokens(api: &TestApi) -> Vec<String> {
    let new_token = || with_canaries(api.issuer().token(CANARY).audience(api.audience()));
    let other = EmbeddedIssuer::with_own_keys(api.issuer().url());
    let broken: Vec<fn(TokenBuilder) -> TokenBuilder> = vec![
        |token| token,
        |token| token.scopes("admin"),
        |token| token.scopes(&format!("a  {CANARY}")),
        |token| token.algorithm(Algorithm::RS256),
        |token| token.signature([7; 64]),
        |token| token.typ(CANARY),
        |token| token.kid(CANARY),
        |token| token.header("alg", CANARY),
        |token| token.header("crit", [CANARY]),
        |token| token.claim("iss", CANARY),
        |token| token.claim("aud", CANARY),
        |token| token.claim("aud", json!([1, CANARY])),
        |token| token.claim("exp", CANARY),
        |token| token.claim("exp", 1),
        |token| token.claim("nbf", CANARY),
        |token| token.claim("client_id", [CANARY]),
        |token| token.claim("cnf", json!({"jkt": CANARY})),
        |token| token.claim("nonce", CANARY),
        |token| token.claim("roles", CANARY),
        |token| token.payload_bytes(format!("{{\"sub\":\"{CANARY}\"")),
        |token| token.payload_bytes(format!("[\"{CANARY}\"]")),
        |token| token.header_bytes(format!("{{\"alg\":\"{CANARY}\"")),
    ];
    let mut tokens: Vec<_> = broken
        .iter()
        .map(|change| change(new_token()).sign())
        .collect();
    tokens.push(new_token().signed_by(&other).sign());
    tokens.push(format!("{}.{CANARY}", new_token().sign()));
    tokens.push(new_token().sign().replace('.', " "));
    tokens.push(CANARY.repeat(1000));
    tokens
}

#[tokio::test]
async fn token_and_its_claims_never_appear_in_logs_or_responses() {
    let routes = SecureRouter::new()
        .route("/any", get(any))
        .route("/admin", get(admin))
        .route("/typed", get(typed))
        .route("/open", get(open));
    let api = TestApi::new(routes).await;
    let (log, _capturing) = Log::capture();
    let mut output = String::new();
    let tokens = tokens(&api);
    let mut statuses = Vec::new();
    for token in &tokens {
        for path in ["/any", "/admin", "/typed", "/open", "/nowhere"] {
            for _ in 0..2 {
                let response = api.anonymous().bearer(token).get(path).send().await;
                write!(output, "{:?}{}", response.headers(), response.text()).unwrap();
                statuses.push(response.status().as_u16());
            }
        }
    }
    for status in [200, 400, 401, 403, 404] {
        assert!(
            statuses.contains(&status),
            "no response has status {status}"
        );
    }
    output.push_str(&log.text());
    assert!(output.contains("palisade::audit"), "nothing was logged");
    assert!(!output.contains(CANARY), "{}", around(&output, CANARY));
    for token in &tokens {
        for part in token.split(['.', ' ']).filter(|part| part.len() > 8) {
            assert!(!output.contains(part), "{}", around(&output, part));
        }
    }
    // base64url encodes a text in three ways, depending on its offset
    for shift in 0..3 {
        let encoded = URL_SAFE_NO_PAD.encode(format!("{}{CANARY}", "x".repeat(shift)));
        let inner = &encoded[4..encoded.len() - 4];
        assert!(!output.contains(inner), "{}", around(&output, inner));
    }
}

/// Returns the text around the first leak.
fn around(output: &str, leak: &str) -> String {
    let index = output.find(leak).unwrap_or_default();
    output
        .chars()
        .skip(index.saturating_sub(200))
        .take(400)
        .collect()
}

/// The `Debug` output of types with a token has no part of it.
#[tokio::test]
async fn token_never_appears_in_debug_output() {
    let api = TestApi::new(SecureRouter::new().route("/admin", get(admin))).await;
    let caller = api.caller("x").with_token(with_canaries).scopes("admin");
    let response = caller.get("/admin").send().await;
    assert_eq!(response.text(), "Caller([redacted])");
    let caller = palisade::testing::caller(CANARY);
    assert!(!format!("{caller:?}{:?}", caller.token()).contains(CANARY));
    let token = with_canaries(api.issuer().token(CANARY));
    assert!(!format!("{token:?}").contains(CANARY), "{token:?}");
}
