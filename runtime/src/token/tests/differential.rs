//! Every token accepted here is also accepted by jsonwebtoken with the same rules.
//!
//! Each token is a valid one with random changes: claims, header members, bytes.

use jsonwebtoken::{DecodingKey, Validation};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseResult, TestRunner};
use serde_json::{Value, json};

use super::*;
use crate::clock::{Clock as _, SystemClock};

/// One change to a valid token.
#[derive(Clone, Debug)]
enum Change {
    Claim(&'static str, Value),
    WithoutClaim(&'static str),
    Header(&'static str, Value),
    WithoutHeader(&'static str),
    /// Another byte, at an offset from the end of the token.
    Byte(usize, u8),
    Algorithm(Algorithm),
}

const CLAIMS: [&str; 10] = [
    "iss",
    "sub",
    "aud",
    "exp",
    "nbf",
    "iat",
    "jti",
    "client_id",
    "scope",
    "x",
];
const HEADER: [&str; 6] = ["alg", "kid", "typ", "crit", "jku", "x"];

/// Values that are valid for some claim, and values that are valid for none.
fn value() -> impl Strategy<Value = Value> {
    let now = SystemClock.now().as_secs();
    prop_oneof![
        prop::sample::select(vec![
            json!(ISSUER),
            json!(AUDIENCE),
            json!([AUDIENCE]),
            json!(["x", AUDIENCE]),
            json!("alice"),
            json!("a b"),
            json!(""),
            json!("a  b"),
            json!(null),
            json!(true),
            json!([]),
            json!({}),
            json!([1]),
            json!("at+jwt"),
            json!("AT+JWT"),
            json!("JWT"),
            json!("ES256"),
            json!("none"),
            json!(0),
            json!(-1),
            json!(1e300),
            json!("99999999999"),
            json!([ISSUER]),
        ]),
        (-4_000_i64..4_000).prop_map(move |offset| json!(now.saturating_add_signed(offset))),
        (0_u16..2_000).prop_map(move |offset| thirds(now, offset)),
    ]
}

/// Returns an instant in thirds of a second, or in seconds if jsonwebtoken cannot read others.
///
/// It rejects a fraction if a crate of the build enables the feature `arbitrary_precision` of
/// `serde_json`, which keeps a trailing zero.
fn thirds(now: u64, offset: u16) -> Value {
    let number: Value = serde_json::from_str("1.50").unwrap();
    let text = number.to_string();
    if text == "1.50" {
        return json!(now + u64::from(offset / 3));
    }
    json!(seconds(now) + f64::from(offset) / 3.0)
}

#[expect(clippy::cast_precision_loss, reason = "instants are far below 2^53")]
fn seconds(instant: u64) -> f64 {
    instant as f64
}

fn change() -> impl Strategy<Value = Change> {
    let claim = prop::sample::select(&CLAIMS[..]);
    let header = prop::sample::select(&HEADER[..]);
    let algorithms = [
        Algorithm::RS256,
        Algorithm::PS256,
        Algorithm::ES256,
        Algorithm::EdDSA,
    ];
    prop_oneof![
        4 => (claim.clone(), value()).prop_map(|(claim, value)| Change::Claim(claim, value)),
        1 => claim.prop_map(Change::WithoutClaim),
        2 => (header.clone(), value()).prop_map(|(name, value)| Change::Header(name, value)),
        1 => header.prop_map(Change::WithoutHeader),
        1 => (0_usize..400, any::<u8>()).prop_map(|(at, byte)| Change::Byte(at, byte)),
        4 => prop::sample::select(algorithms.to_vec()).prop_map(Change::Algorithm),
    ]
}

fn token(issuer: &EmbeddedIssuer, changes: &[Change]) -> Vec<u8> {
    let mut token = issuer.token("alice").algorithm(Algorithm::ES256);
    for change in changes {
        token = match change.clone() {
            Change::Claim(name, value) => token.claim(name, value),
            Change::WithoutClaim(name) => token.without(name),
            Change::Header(name, value) => token.header(name, value),
            Change::WithoutHeader(name) => token.without_header(name),
            Change::Algorithm(algorithm) => token.algorithm(algorithm),
            Change::Byte(..) => token,
        };
    }
    let mut bytes = token.sign().into_bytes();
    for change in changes {
        if let Change::Byte(from_end, byte) = change {
            let at = bytes.len().saturating_sub(1 + from_end);
            bytes[at] = *byte;
        }
    }
    bytes
}

/// Validates the token with the same rules, as far as jsonwebtoken has them.
fn peer_accepts(issuer: &EmbeddedIssuer, token: &[u8]) -> bool {
    let Ok(header) = jsonwebtoken::decode_header(token) else {
        return false;
    };
    let mut rules = Validation::new(header.alg);
    // the skew of 30 s, and the fraction of a second that jsonwebtoken rounds
    rules.leeway = 31;
    rules.validate_nbf = true;
    rules.set_issuer(&[ISSUER]);
    rules.set_audience(&[AUDIENCE]);
    rules.set_required_spec_claims(&["iss", "sub", "aud", "exp"]);
    let jwk = serde_json::from_value(issuer.jwk(header.alg)).unwrap();
    let key = DecodingKey::from_jwk(&jwk).unwrap();
    jsonwebtoken::decode::<Value>(token, &key, &rules).is_ok()
}

#[test]
fn accepted_token_is_accepted_by_jsonwebtoken() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let issuer = EmbeddedIssuer::new(ISSUER);
    let build = ResourceServer::builder()
        .trust(issuer.issuer(AUDIENCE))
        .build();
    let server = runtime.block_on(build).unwrap();
    let accepted = std::cell::Cell::new((0_u32, 0_u32));
    let check = |changes: Vec<Change>| -> TestCaseResult {
        let token = token(&issuer, &changes);
        let (yes, all) = accepted.get();
        let is_accepted = runtime.block_on(server.authenticate(&token)).is_ok();
        accepted.set((yes + u32::from(is_accepted), all + 1));
        prop_assert!(
            !is_accepted || peer_accepts(&issuer, &token),
            "only accepted here: {}",
            String::from_utf8_lossy(&token)
        );
        Ok(())
    };
    let config = Config {
        cases: 2_000,
        failure_persistence: None,
        ..Config::default()
    };
    let changes = prop::collection::vec(change(), 0..4);
    TestRunner::new(config).run(&changes, check).unwrap();
    let (yes, all) = accepted.get();
    assert!(yes > all / 20, "only {yes} of {all} were accepted");
    assert!(
        yes < all - all / 20,
        "only {} of {all} were rejected",
        all - yes
    );
}
