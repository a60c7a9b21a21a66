//! Scopes: the alphabet of [RFC 6749 §3.3], one scope, and the set a token holds.
//!
//! [RFC 6749 §3.3]: https://www.rfc-editor.org/rfc/rfc6749#section-3.3

use std::fmt;

use crate::text::is_nqschar;

/// One scope that an API knows, as a constant.
///
/// The [`scopes!`](crate::scopes) macro declares an API's whole vocabulary.
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
}

impl Scope {
    /// Names a scope.
    ///
    /// # Panics
    ///
    /// Where `token` is empty or has a character outside `%x21 / %x23-5B / %x5D-7E`;
    /// in a `const`, as scopes are declared, that is a compile error.
    pub const fn new(token: &'static str) -> Self {
        Self::described(token, "")
    }

    /// Names a scope and says what it permits.
    ///
    /// # Panics
    ///
    /// As [`new`](Self::new).
    pub const fn described(token: &'static str, description: &'static str) -> Self {
        assert!(
            is_scope_token(token.as_bytes()),
            "a scope is one or more printable ASCII characters without space, `\"` and `\\` (RFC 6749 section 3.3)"
        );
        Self { token, description }
    }

    /// The scope as tokens carry it.
    pub const fn as_str(self) -> &'static str {
        self.token
    }

    /// What the scope permits, empty where nobody said.
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

/// The scopes that a token holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScopeSet {
    joined: Box<str>,
}

impl ScopeSet {
    /// Reads a `scope` claim: scope tokens with exactly one space between them.
    ///
    /// The empty string is the empty set: it permits nothing.
    ///
    /// # Errors
    ///
    /// [`ScopeError`] where a token is outside the alphabet, or a space is leading,
    /// trailing or doubled.
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

    /// Whether `scope` is among them, compared case-sensitively and whole.
    pub fn contains(&self, scope: Scope) -> bool {
        self.iter().any(|token| token == scope.token)
    }

    /// The scopes, in the token's order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.joined.split(' ').filter(|token| !token.is_empty())
    }

    /// The scopes as the token carries them, separated by one space.
    pub fn as_str(&self) -> &str {
        &self.joined
    }
}

/// A `scope` claim outside the grammar of RFC 6749 §3.3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScopeError;

impl fmt::Display for ScopeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the scope is outside the grammar of RFC 6749 section 3.3")
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
    fn a_set_contains_whole_scopes_in_any_order() {
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
    fn the_empty_set_contains_nothing() {
        assert_eq!(ScopeSet::parse("").unwrap().iter().count(), 0);
        assert!(!ScopeSet::default().contains(READ));
    }

    #[test]
    fn the_separator_is_exactly_one_space() {
        for bad in [" a", "a ", "a  b", "a\tb", "a\nb", "a,b\u{a0}c", " "] {
            assert_eq!(ScopeSet::parse(bad), Err(ScopeError), "{bad:?}");
        }
    }

    #[test]
    fn the_alphabet_ends_where_the_rfc_says() {
        for byte in 0_u8..=0xFF {
            let legal =
                byte == 0x21 || (0x23..=0x5B).contains(&byte) || (0x5D..=0x7E).contains(&byte);
            assert_eq!(is_scope_token(&[byte]), legal, "{byte:#x}");
        }
    }

    #[test]
    #[should_panic(expected = "RFC 6749")]
    fn a_scope_constant_outside_the_alphabet_cannot_be_built() {
        let _ = Scope::new("orders read");
    }
}
