//! Scopes ([RFC 6749 §3.3]): a scope that an API declares, and the scopes of a token.
//!
//! [RFC 6749 §3.3]: https://www.rfc-editor.org/rfc/rfc6749#section-3.3

use std::fmt;

use crate::text::{is_equal, is_nqschar};

/// A scope that an API declares as a constant.
///
/// The [`scopes!`](crate::scopes) macro declares all scopes of an API.
///
/// # Examples
///
/// ```
/// use palisade::Scope;
///
/// const ORDERS_READ: Scope = Scope::new("orders:read");
/// assert_eq!(ORDERS_READ.as_str(), "orders:read");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Scope {
    token: &'static str,
    description: &'static str,
    /// Every scope that implies this one, directly or through others.
    broader: &'static [Scope],
}

impl Scope {
    /// Creates a scope.
    ///
    /// # Panics
    ///
    /// Panics if `token` is empty or has a character outside `%x21 / %x23-5B / %x5D-7E`, which is a
    /// compile error in a `const`.
    pub const fn new(token: &'static str) -> Self {
        Self::described(token, "")
    }

    /// Creates a scope with a description of what it permits.
    ///
    /// # Panics
    ///
    /// Panics for the same reasons as [`new`](Self::new).
    pub const fn described(token: &'static str, description: &'static str) -> Self {
        assert!(
            is_scope_token(token.as_bytes()),
            "a scope must be one or more printable ASCII characters without space, `\"` and `\\` (RFC 6749 section 3.3)"
        );
        Self {
            token,
            description,
            broader: &[],
        }
    }

    /// Adds every scope that implies this one; [`scopes!`](crate::scopes) computes them.
    #[doc(hidden)]
    #[must_use]
    pub const fn with_broader(self, broader: &'static [Self]) -> Self {
        Self { broader, ..self }
    }

    /// Returns the scopes that imply this one, directly or through others; the narrowest first.
    ///
    /// [`scopes!`](crate::scopes) declares them with `implies`. A token with one of them permits everything
    /// that this scope permits.
    pub const fn implied_by(self) -> &'static [Self] {
        self.broader
    }

    /// Returns whether this scope permits everything that `other` does: they have the same token, or this
    /// one implies the other.
    pub(crate) const fn covers(self, other: Self) -> bool {
        let mut broader = other.broader;
        while let Some((scope, rest)) = broader.split_first() {
            if is_equal(scope.token, self.token) {
                return true;
            }
            broader = rest;
        }
        is_equal(self.token, other.token)
    }

    /// Returns the scope as it appears in tokens.
    pub const fn as_str(self) -> &'static str {
        self.token
    }

    /// Returns whether a client can request the scope to use an API.
    ///
    /// `offline_access` requests a refresh token of the issuer ([OpenID Connect Core §11]). An API that
    /// named it to clients would give them long access that no route needs.
    ///
    /// [OpenID Connect Core §11]: https://openid.net/specs/openid-connect-core-1_0.html#OfflineAccess
    pub(crate) fn is_of_api(self) -> bool {
        self.token != "offline_access"
    }

    /// Returns the description of what the scope permits, or an empty string.
    pub const fn description(self) -> &'static str {
        self.description
    }
}

impl fmt::Debug for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Scope({})", self.token)
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.token)
    }
}

/// The scopes of a token.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScopeSet {
    joined: Box<str>,
}

impl ScopeSet {
    /// Parses a `scope` claim: scopes separated by exactly one space.
    ///
    /// The empty string is the empty set, which permits nothing.
    ///
    /// # Errors
    ///
    /// Returns [`ScopeError`] if a character is not allowed, or if a space is leading, trailing or
    /// repeated.
    pub fn parse(joined: &str) -> Result<Self, ScopeError> {
        if !joined.is_empty()
            && !joined
                .split(' ')
                .all(|token| is_scope_token(token.as_bytes()))
        {
            return Err(ScopeError);
        }
        Ok(Self {
            joined: joined.into(),
        })
    }

    /// Returns whether the set contains `scope` itself. Scopes are case-sensitive.
    ///
    /// A broader scope does not count: see [`permits`](Self::permits).
    pub fn contains(&self, scope: Scope) -> bool {
        let mut rest = Some(&*self.joined);
        while let Some(tokens) = rest {
            let after = tokens.strip_prefix(scope.token);
            if after.is_some_and(|after| after.is_empty() || after.starts_with(' ')) {
                return true;
            }
            rest = tokens.split_once(' ').map(|(_, rest)| rest);
        }
        false
    }

    /// Returns whether the set contains `scope`, or one that [implies it](Scope::implied_by).
    pub fn permits(&self, scope: Scope) -> bool {
        self.contains(scope) || scope.broader.iter().any(|broader| self.contains(*broader))
    }

    /// Returns the scopes in the order of the token.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.joined.split(' ').filter(|token| !token.is_empty())
    }

    /// Returns the scopes as in the token, separated by one space.
    pub fn as_str(&self) -> &str {
        &self.joined
    }

    /// Returns whether there is no scope.
    pub fn is_empty(&self) -> bool {
        self.joined.is_empty()
    }

    /// Returns the scopes of both sets, each once: those of `self` first.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        let mut scopes: Vec<&str> = Vec::new();
        for scope in self.iter().chain(other.iter()) {
            if !scopes.contains(&scope) {
                scopes.push(scope);
            }
        }
        Self {
            joined: scopes.join(" ").into(),
        }
    }
}

/// The error for a `scope` claim that does not match the grammar of RFC 6749 §3.3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScopeError;

impl fmt::Display for ScopeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the scope does not match the grammar of RFC 6749 section 3.3")
    }
}

impl std::error::Error for ScopeError {}

#[expect(
    clippy::indexing_slicing,
    reason = "const fn without iterators; the index is bounded"
)]
const fn is_scope_token(bytes: &[u8]) -> bool {
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at] == b' ' || !is_nqschar(bytes[at]) {
            return false;
        }
        at += 1;
    }
    !bytes.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    const READ: Scope = Scope::new("orders:read");

    #[test]
    fn similar_scope_is_not_contained() {
        let set = ScopeSet::parse("orders:write orders:read").unwrap();
        assert!(set.contains(READ));
        assert_eq!(
            set.iter().collect::<Vec<_>>(),
            ["orders:write", "orders:read"]
        );
        for other in [
            "orders:reads",
            "orders:rea",
            "Orders:read",
            "xorders:read",
            "",
            "orders:write",
        ] {
            assert!(!ScopeSet::parse(other).unwrap().contains(READ), "{other}");
        }
    }

    #[test]
    fn broader_scope_permits_the_narrower_one_only() {
        const ADMIN: Scope = Scope::new("admin");
        const WRITE: Scope = Scope::new("orders:write").with_broader(&[ADMIN]);
        const READ: Scope = Scope::new("orders:read").with_broader(&[WRITE, ADMIN]);
        for (held, permits) in [
            ("", [false, false, false]),
            ("orders:read", [true, false, false]),
            ("orders:write", [true, true, false]),
            ("other admin", [true, true, true]),
            ("Admin admins orders:writ", [false, false, false]),
        ] {
            let set = ScopeSet::parse(held).unwrap();
            let permitted = [READ, WRITE, ADMIN].map(|scope| set.permits(scope));
            assert_eq!(permitted, permits, "{held}");
            let contained = [READ, WRITE, ADMIN].map(|scope| set.contains(scope));
            let own = ["orders:read", "orders:write", "admin"];
            assert_eq!(
                contained,
                own.map(|token| held.split(' ').any(|held| held == token))
            );
        }
        assert!(WRITE.covers(READ) && ADMIN.covers(READ) && READ.covers(READ));
        assert!(!READ.covers(WRITE) && !WRITE.covers(ADMIN));
        assert_eq!(READ.implied_by(), [WRITE, ADMIN]);
    }

    #[test]
    fn empty_set_contains_no_scope() {
        assert_eq!(ScopeSet::parse("").unwrap().iter().count(), 0);
        assert!(!ScopeSet::default().contains(READ));
    }

    #[test]
    fn separator_other_than_one_space_is_rejected() {
        for bad in [" a", "a ", "a  b", "a\tb", "a\nb", "a,b\u{a0}c", " "] {
            assert_eq!(ScopeSet::parse(bad), Err(ScopeError), "{bad:?}");
        }
    }

    #[test]
    fn scope_alphabet_matches_rfc_6749() {
        for byte in 0_u8..=0xFF {
            let allowed =
                byte == 0x21 || (0x23..=0x5B).contains(&byte) || (0x5D..=0x7E).contains(&byte);
            assert_eq!(is_scope_token(&[byte]), allowed, "{byte:#x}");
        }
    }

    #[test]
    #[should_panic(expected = "RFC 6749")]
    fn scope_constant_outside_the_alphabet_panics() {
        let _ = Scope::new("orders read");
    }
}
