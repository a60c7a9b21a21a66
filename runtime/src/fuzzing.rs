//! The functions that fuzz targets call. Each reads bytes, and panics if an invariant does not hold.
#![allow(
    missing_docs,
    clippy::expect_used,
    clippy::missing_panics_doc,
    clippy::unwrap_used,
    reason = "a fuzz target panics if an invariant does not hold"
)]

use axum::http::HeaderValue;

use crate::claims::ScopeSet;
use crate::keys::{DEFAULT_ALGORITHMS, KeySet, parse_jwks};
use crate::response::Challenge;

#[cfg(feature = "relying-party")]
pub use crate::relying_party::fuzzing::{callback, id_token, pending_cookie};
#[cfg(feature = "relying-party")]
pub use crate::relying_party::vault::fuzzing::vault_record;
#[cfg(feature = "relying-party")]
pub use crate::seal::fuzzing::sealed_text;
pub use crate::token::fuzzing::{claims, compact, header};

/// Checks that a key set is parsed the same way twice, and that no key is both kept and skipped.
pub fn jwks(json: &[u8]) {
    let Ok((keys, skipped)) = parse_jwks(json, &DEFAULT_ALGORITHMS) else {
        return;
    };
    let set: serde_json::Value = serde_json::from_slice(json).expect("a parsed key set is JSON");
    let all = set["keys"].as_array().map_or(0, Vec::len);
    assert!(keys.len() + skipped.count() <= all);
    assert!(skipped.to_string().len() < 16 * 1024);
    let Ok(set) = KeySet::new(keys, skipped) else {
        return;
    };
    for algorithm in DEFAULT_ALGORITHMS {
        assert!(set.candidates(None, algorithm).count() <= 5);
        for key in set.candidates(None, algorithm) {
            assert_eq!(key.algorithm(), algorithm);
            assert!(!key.verifies(json, &vec![0; 64]));
        }
    }
    let (again, skipped) =
        parse_jwks(json, &DEFAULT_ALGORITHMS).expect("the key set was parsed before");
    let again = KeySet::new(again, skipped).expect("the key set was valid before");
    assert!(set == again);
}

/// Checks that a challenge is one header value with one quoted string per parameter.
pub fn challenge(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let (realm, url) = text.split_once('\0').unwrap_or((&text, ""));
    let value: HeaderValue = Challenge::new(realm)
        .error("insufficient_scope")
        .resource_metadata(url)
        .into_value();
    let value = value.to_str().expect("visible ASCII");
    assert_eq!(value.matches('"').count(), 6, "{value}");
    assert!(!value.contains('\\'), "{value}");
    assert!(value.starts_with("Bearer realm=\""), "{value}");
}

/// Checks that scopes are parsed by the grammar of RFC 6749 §3.3, and survive a round trip.
pub fn scopes(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else {
        return;
    };
    let is_scope_char = |c: char| matches!(c, '\x21' | '\x23'..='\x5B' | '\x5D'..='\x7E');
    let is_scope_token = |token: &str| !token.is_empty() && token.chars().all(is_scope_char);
    let is_valid = text.is_empty() || text.split(' ').all(is_scope_token);
    let set = ScopeSet::parse(text);
    assert_eq!(set.is_ok(), is_valid, "{text:?}");
    if let Ok(set) = set {
        assert_eq!(set.iter().collect::<Vec<_>>().join(" "), text);
    }
}

/// Checks that the response of a token endpoint is read the same way twice, and that what is read can be sent.
#[cfg(feature = "relying-party")]
pub fn token_response(json: &[u8]) {
    use crate::claims::NumericDate;
    use crate::relying_party::TokenResponse;

    let requested = ScopeSet::parse("a b").expect("these are scopes");
    let now = NumericDate::from_secs(1_700_000_000);
    let Ok(response) = TokenResponse::read(json, &requested, now) else {
        return;
    };
    let token = response.access_token().expose();
    assert!(!token.is_empty() && token.iter().all(u8::is_ascii_graphic));
    assert!(HeaderValue::from_bytes(token).is_ok());
    let lifetime = response.expires_at().since(now).as_secs();
    assert!((1..=86_400).contains(&lifetime), "{lifetime}");
    assert!(ScopeSet::parse(response.scopes().as_str()).is_ok());
    let again = TokenResponse::read(json, &requested, now).expect("it was read before");
    assert_eq!(again.access_token().expose(), token);
    assert_eq!(again.expires_at(), response.expires_at());
}
