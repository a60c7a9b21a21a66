//! No token, no part of one and no claim is logged or answered, whatever is sent (ASVS 16.2.5,
//! RFC 6750 §5.3).

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use palisade::Algorithm;
use palisade::prelude::*;
use palisade::testing::{EmbeddedIssuer, TestApi, TokenBuilder};
use palisade_tests::Log;
use serde_json::json;

/// Stands in every claim and header member that may hold text.
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

#[public(reason = "for everybody")]
async fn open() {}

fn laden(token: TokenBuilder) -> TokenBuilder {
    token
        .claim("jti", CANARY)
        .claim("sub", CANARY)
        .claim("tenant", CANARY)
        .claim("email", CANARY)
        .header("x", CANARY)
}

/// Good tokens and broken ones, each full of canaries.
fn tokens(api: &TestApi) -> Vec<String> {
    let fresh = || laden(api.issuer().token(CANARY).audience(api.audience()));
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
    let mut tokens: Vec<_> = broken.iter().map(|change| change(fresh()).sign()).collect();
    tokens.push(fresh().signed_by(&other).sign());
    tokens.push(format!("{}.{CANARY}", fresh().sign()));
    tokens.push(fresh().sign().replace('.', " "));
    tokens.push(CANARY.repeat(1000));
    tokens
}

#[tokio::test]
async fn nothing_of_a_token_is_logged_or_answered() {
    let routes = SecureRouter::new()
        .route("/any", get(any))
        .route("/admin", get(admin))
        .route("/typed", get(typed))
        .route("/open", get(open));
    let api = TestApi::new(routes).await;
    let (log, _listening) = Log::listen();
    let mut told = String::new();
    let tokens = tokens(&api);
    let mut statuses = Vec::new();
    for token in &tokens {
        for path in ["/any", "/admin", "/typed", "/open", "/nowhere"] {
            for _ in 0..2 {
                let response = api.anonymous().bearer(token).get(path).send().await;
                write!(told, "{:?}{}", response.headers(), response.text()).unwrap();
                statuses.push(response.status().as_u16());
            }
        }
    }
    for status in [200, 400, 401, 403, 404] {
        assert!(
            statuses.contains(&status),
            "nothing was answered with {status}"
        );
    }
    told.push_str(&log.text());
    assert!(told.contains("palisade::audit"), "nothing was logged");
    assert!(!told.contains(CANARY), "{}", around(&told, CANARY));
    for token in &tokens {
        for part in token.split(['.', ' ']).filter(|part| part.len() > 8) {
            assert!(!told.contains(part), "{}", around(&told, part));
        }
    }
    // in base64url a text has three spellings, by where it begins
    for shift in 0..3 {
        let spelled = URL_SAFE_NO_PAD.encode(format!("{}{CANARY}", "x".repeat(shift)));
        let inner = &spelled[4..spelled.len() - 4];
        assert!(!told.contains(inner), "{}", around(&told, inner));
    }
}

/// What stands before and after the first leak.
fn around(told: &str, leak: &str) -> String {
    let at = told.find(leak).unwrap_or_default();
    told.chars()
        .skip(at.saturating_sub(200))
        .take(400)
        .collect()
}

/// `Debug` of everything that holds a token tells none of it.
#[tokio::test]
async fn nothing_of_a_token_is_printed() {
    let api = TestApi::new(SecureRouter::new().route("/admin", get(admin))).await;
    let caller = api.caller("x").with_token(laden).scopes("admin");
    let response = caller.get("/admin").send().await;
    assert_eq!(response.text(), "Caller([redacted])");
    let caller = palisade::testing::caller(CANARY);
    assert!(!format!("{caller:?}{:?}", caller.token()).contains(CANARY));
    let token = laden(api.issuer().token(CANARY));
    assert!(!format!("{token:?}").contains(CANARY), "{token:?}");
}
