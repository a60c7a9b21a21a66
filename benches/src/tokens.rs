//! The tokens that every contender is asked about, signed before anything is measured.

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

/// The one opaque token that anybody has issued.
pub(crate) const OPAQUE_TOKEN: &str = "opq_7Qm2vX9cKf3LzR0aWt5JdYbN1eHs8uGi4oPk6VxTn2A";

/// The algorithms compared, in the order of the tables' columns.
pub(crate) const ALGORITHMS: [Algorithm; 3] =
    [Algorithm::ES256, Algorithm::RS256, Algorithm::EdDSA];

/// Longer than a run takes, and within what Palisade accepts.
const LIFETIME: Duration = Duration::from_mins(20);

/// The issuer whose keys every contender has.
pub(crate) fn issuer() -> &'static EmbeddedIssuer {
    static ISSUER_OF_THE_RUN: OnceLock<EmbeddedIssuer> = OnceLock::new();
    ISSUER_OF_THE_RUN.get_or_init(|| EmbeddedIssuer::new(ISSUER))
}

/// An issuer of the same name with other keys.
pub(crate) fn stranger() -> &'static EmbeddedIssuer {
    static STRANGER: OnceLock<EmbeddedIssuer> = OnceLock::new();
    STRANGER.get_or_init(|| EmbeddedIssuer::with_own_keys(ISSUER))
}

/// A token that every contender accepts, to be changed where one should be refused.
pub(crate) fn good(algorithm: Algorithm) -> TokenBuilder {
    issuer()
        .token("alice")
        .algorithm(algorithm)
        .audience(AUDIENCE)
        .scopes("orders:read orders:write")
        .lifetime(LIFETIME)
}

/// Signs tokens that differ in `jti`, on two threads: an RSA signature takes its time.
pub(crate) fn distinct(algorithm: Algorithm, count: usize) -> Vec<String> {
    let sign = |count| (0..count).map(|_| good(algorithm).sign()).collect();
    thread::scope(|scope| {
        let half = scope.spawn(move || -> Vec<String> { sign(count / 2) });
        let mut tokens: Vec<String> = sign(count - count / 2);
        // A thread that panicked has told so itself; the tokens are then too few.
        tokens.extend(half.join().unwrap_or_default());
        tokens
    })
}

/// The same token with another signature of the same length and alphabet.
pub(crate) fn with_broken_signature(token: &str) -> Outcome<String> {
    let (signed, signature) = token.rsplit_once('.').ok_or("a token has three parts")?;
    let (head, tail) = signature
        .split_at_checked(signature.len() / 2)
        .ok_or("a signature is ASCII")?;
    let mut tail = tail.chars();
    let changed = if tail.next() == Some('A') { 'B' } else { 'A' };
    Ok(format!("{signed}.{head}{changed}{}", tail.as_str()))
}

/// A request that presents `token`, as hyper would have read it.
pub(crate) fn request(token: &str) -> Outcome<Request> {
    let mut bearer = HeaderValue::try_from(format!("Bearer {token}"))?;
    bearer.set_sensitive(true);
    Ok(Request::builder()
        .uri(PATH)
        .header(HOST, "api.test")
        .header(AUTHORIZATION, bearer)
        .body(Body::empty())?)
}

/// One request for each token.
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
    fn a_broken_signature_is_another_one_of_the_same_shape() {
        for token in ["h.p.AAAA", "h.p.BBBB"] {
            let broken = with_broken_signature(token).unwrap();
            assert_ne!(broken, token);
            assert_eq!(broken.len(), token.len());
            assert!(broken.starts_with("h.p."));
        }
        assert!(with_broken_signature("none").is_err());
    }
}
