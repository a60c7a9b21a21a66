//! The tokens for every contender, signed before the measurement.

use std::sync::OnceLock;
use std::thread;
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::http::HeaderValue;
use axum::http::header::{AUTHORIZATION, HOST};
use palisade::Algorithm;
use palisade::testing::{EmbeddedIssuer, TokenBuilder};

use crate::outcome::Outcome;

pub(crate) const ISSUER: &str = "https://issuer.test";
pub(crate) const AUDIENCE: &str = "https://api.test";
pub(crate) const SCOPE: &str = "orders:read";
pub(crate) const PATH: &str = "/orders";

/// The only opaque token that the introspection endpoint accepts.
pub(crate) const OPAQUE_TOKEN: &str = "opq_7Qm2vX9cKf3LzR0aWt5JdYbN1eHs8uGi4oPk6VxTn2A";

/// The algorithms, in the order of the tables' columns.
pub(crate) const ALGORITHMS: [Algorithm; 3] =
    [Algorithm::ES256, Algorithm::RS256, Algorithm::EdDSA];

/// Longer than a run, and within the 30 minutes that Palisade allows.
const LIFETIME: Duration = Duration::from_mins(20);

/// Returns the issuer whose keys every contender has.
pub(crate) fn issuer() -> &'static EmbeddedIssuer {
    static SHARED: OnceLock<EmbeddedIssuer> = OnceLock::new();
    SHARED.get_or_init(|| EmbeddedIssuer::new(ISSUER))
}

/// Returns an issuer with the same name and other keys.
pub(crate) fn impostor() -> &'static EmbeddedIssuer {
    static IMPOSTOR: OnceLock<EmbeddedIssuer> = OnceLock::new();
    IMPOSTOR.get_or_init(|| EmbeddedIssuer::with_own_keys(ISSUER))
}

/// Builds a token that every contender accepts; a change makes one that must be rejected.
pub(crate) fn valid_token(algorithm: Algorithm) -> TokenBuilder {
    issuer()
        .token("alice")
        .algorithm(algorithm)
        .audience(AUDIENCE)
        .scopes("orders:read orders:write")
        .lifetime(LIFETIME)
}

/// Signs tokens that differ in `jti`, on two threads because RSA signatures are slow.
pub(crate) fn distinct(algorithm: Algorithm, count: usize) -> Vec<String> {
    let sign = |count| (0..count).map(|_| valid_token(algorithm).sign()).collect();
    thread::scope(|scope| {
        let half = scope.spawn(move || -> Vec<String> { sign(count / 2) });
        let mut tokens: Vec<String> = sign(count - count / 2);
        // a panic is printed by the thread, and the missing tokens are an error later
        tokens.extend(half.join().unwrap_or_default());
        tokens
    })
}

/// Replaces the signature by another one of the same length and alphabet.
pub(crate) fn with_wrong_signature(token: &str) -> Outcome<String> {
    let (signed, signature) = token.rsplit_once('.').ok_or("a token has three segments")?;
    let (start, end) = signature
        .split_at_checked(signature.len() / 2)
        .ok_or("a signature is ASCII")?;
    let mut end = end.chars();
    let changed = if end.next() == Some('A') { 'B' } else { 'A' };
    Ok(format!("{signed}.{start}{changed}{}", end.as_str()))
}

/// Builds a request with `token`, as hyper would parse it.
pub(crate) fn request(token: &str) -> Outcome<Request> {
    let mut bearer = HeaderValue::try_from(format!("Bearer {token}"))?;
    bearer.set_sensitive(true);
    Ok(Request::builder()
        .uri(PATH)
        .header(HOST, "api.test")
        .header(AUTHORIZATION, bearer)
        .body(Body::empty())?)
}

/// Builds a request for each token.
pub(crate) fn requests<'a>(tokens: impl IntoIterator<Item = &'a str>) -> Outcome<Vec<Request>> {
    tokens.into_iter().map(request).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distinct_tokens_differ() {
        let tokens = distinct(Algorithm::EdDSA, 5);
        let different: std::collections::HashSet<_> = tokens.iter().collect();
        assert_eq!(different.len(), 5);
    }

    #[test]
    fn wrong_signature_has_the_same_shape() {
        for token in ["h.p.AAAA", "h.p.BBBB"] {
            let wrong = with_wrong_signature(token).unwrap();
            assert_ne!(wrong, token);
            assert_eq!(wrong.len(), token.len());
            assert!(wrong.starts_with("h.p."));
        }
        assert!(with_wrong_signature("none").is_err());
    }
}
