//! What fuzz targets call: each takes bytes, and panics where a promise does not hold.
#![allow(
    missing_docs,
    clippy::expect_used,
    clippy::missing_panics_doc,
    clippy::unwrap_used,
    reason = "a fuzz target ends where a promise is broken"
)]

use axum::http::HeaderValue;

use crate::claims::ScopeSet;
use crate::keys::{DEFAULT_ALGORITHMS, KeySet, parse_jwks};
use crate::response::Challenge;

pub use crate::token::fuzzing::{claims, compact, header};

/// A key set is read or refused, the same way twice, and never with more keys than it has.
pub fn jwks(json: &[u8]) {
    let Ok((keys, skipped)) = parse_jwks(json, &DEFAULT_ALGORITHMS) else {
        return;
    };
    let set: serde_json::Value = serde_json::from_slice(json).expect("what was read is JSON");
    let all = set["keys"].as_array().map(Vec::len);
    assert_eq!(all, Some(keys.len() + skipped));
    let Ok(set) = KeySet::new(keys, skipped) else {
        return;
    };
    for algorithm in DEFAULT_ALGORITHMS {
        if let Some(key) = set.select(None, algorithm) {
            assert_eq!(key.algorithm(), algorithm);
            assert!(!key.verifies(json, &vec![0; 64]));
        }
    }
    let (again, skipped) = parse_jwks(json, &DEFAULT_ALGORITHMS).expect("it was read before");
    let again = KeySet::new(again, skipped).expect("it was a set before");
    assert!(set == again);
}

/// A challenge is one header with one quoted string for each parameter, whatever they hold.
pub fn challenge(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let (realm, scope) = text.split_once('\0').unwrap_or((&text, ""));
    let value: HeaderValue = Challenge::new(realm)
        .error("insufficient_scope")
        .scope(scope)
        .into_value();
    let value = value.to_str().expect("visible ASCII");
    assert_eq!(value.matches('"').count(), 6, "{value}");
    assert!(!value.contains('\\'), "{value}");
    assert!(value.starts_with("Bearer realm=\""), "{value}");
}

/// Scopes are read as RFC 6749 §3.3 has them, and written as they were read.
pub fn scopes(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else {
        return;
    };
    let legal = |c: char| matches!(c, '\x21' | '\x23'..='\x5B' | '\x5D'..='\x7E');
    let is_legal = |token: &str| !token.is_empty() && token.chars().all(legal);
    let expected = text.is_empty() || text.split(' ').all(is_legal);
    let set = ScopeSet::parse(text);
    assert_eq!(set.is_ok(), expected, "{text:?}");
    if let Ok(set) = set {
        assert_eq!(set.iter().collect::<Vec<_>>().join(" "), text);
    }
}
