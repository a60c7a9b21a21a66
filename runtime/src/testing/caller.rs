//! Callers for unit tests of handler bodies.

use std::sync::Arc;

use crate::claims::ScopeSet;
use crate::guard::Caller;
use crate::testing::broken::or_panic;
use crate::testing::issuer::DEFAULT_ISSUER;
use crate::token::VerifiedToken;

/// A caller without scopes, for calling a handler's body in a unit test.
///
/// For `handler.unguarded(caller("alice"), …)`. No request is made with it: what a
/// [`TestApi`](crate::testing::TestApi) calls stands behind the real guard.
pub fn caller(subject: &str) -> Caller {
    caller_with(subject, "")
}

/// A caller who holds `scopes`, separated by one space.
///
/// # Panics
///
/// Where `scopes` is outside the grammar of RFC 6749 §3.3.
///
/// # Examples
///
/// ```
/// let alice = palisade::testing::caller_with("alice", "orders:read orders:write");
/// assert_eq!(alice.subject(), "alice");
/// assert_eq!(alice.scopes().iter().count(), 2);
/// ```
#[track_caller]
pub fn caller_with(subject: &str, scopes: &str) -> Caller {
    let scopes = or_panic(ScopeSet::parse(scopes), "the caller's scopes");
    Caller::for_testing(Arc::new(VerifiedToken::for_testing(
        DEFAULT_ISSUER,
        subject,
        scopes,
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caller_has_the_given_subject_and_scopes() {
        assert_eq!(caller("alice").identity().issuer, DEFAULT_ISSUER);
        assert_eq!(caller("alice").subject(), "alice");
        assert_eq!(caller("alice").scopes().as_str(), "");
        assert_eq!(caller_with("bob", "a b").scopes().as_str(), "a b");
    }

    #[test]
    #[should_panic(expected = "the caller's scopes")]
    fn scopes_outside_the_grammar_end_the_test() {
        caller_with("bob", "a  b");
    }
}
