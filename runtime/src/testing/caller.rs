//! Callers for unit tests of handlers.

use std::sync::Arc;

use crate::claims::ScopeSet;
use crate::guard::Caller;
use crate::testing::issuer::DEFAULT_ISSUER;
use crate::testing::or_panic;
use crate::token::VerifiedToken;

/// Creates a caller without scopes or roles, for unit tests that call a handler directly.
///
/// Pass it to `unguarded`, as in `handler().unguarded(caller("alice"), …)`. It cannot authenticate a
/// request, not even in an extension of the request: requests to a
/// [`TestApi`](crate::testing::TestApi) pass the real guard.
pub fn caller(subject: &str) -> Caller {
    caller_with(subject, "")
}

/// Creates a caller with these scopes, separated by one space.
///
/// Use [`Caller::with_roles`] to add roles.
///
/// # Panics
///
/// Panics if `scopes` does not match the grammar of RFC 6749 §3.3.
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
    let scopes = or_panic(ScopeSet::parse(scopes), "invalid scopes");
    Caller::for_testing(Arc::new(VerifiedToken::for_testing(
        DEFAULT_ISSUER,
        subject,
        scopes,
    )))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::claims::Role;

    #[test]
    fn caller_has_the_given_subject_and_scopes() {
        assert_eq!(caller("alice").identity().issuer, DEFAULT_ISSUER);
        assert_eq!(caller("alice").subject(), "alice");
        assert_eq!(caller("alice").scopes().as_str(), "");
        assert_eq!(caller_with("bob", "a b").scopes().as_str(), "a b");
    }

    #[test]
    fn with_roles_replaces_roles_and_keeps_the_rest() {
        const CLERK: Role = Role::new("clerk");
        assert_eq!(caller("alice").roles().iter().count(), 0);
        let bob = caller_with("bob", "a").with_roles(["clerk", "Domain Admins"]);
        assert_eq!(
            bob.roles().iter().collect::<Vec<_>>(),
            ["clerk", "Domain Admins"]
        );
        assert!(bob.has_role(CLERK) && !caller("alice").has_role(CLERK));
        assert_eq!((bob.subject(), bob.scopes().as_str()), ("bob", "a"));
        let other = bob.clone().with_roles(["boss"]);
        assert!(bob.has_role(CLERK) && !other.has_role(CLERK));
    }

    #[test]
    #[should_panic(expected = "invalid scopes")]
    fn caller_with_malformed_scopes_panics() {
        caller_with("bob", "a  b");
    }
}
