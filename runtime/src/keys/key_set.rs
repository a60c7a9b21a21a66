//! The keys of one issuer ([RFC 7517 §5]).
//!
//! [RFC 7517 §5]: https://www.rfc-editor.org/rfc/rfc7517#section-5

use crate::keys::error::KeyError;
use crate::keys::skipped::SkippedKeys;
use crate::keys::{Algorithm, Key};

/// The maximum number of keys without `kid` for one algorithm.
///
/// Each of them is tried for a bad signature.
pub(super) const MAX_UNNAMED: usize = 4;

/// The keys of one issuer, which verify no other issuer's tokens.
///
/// At most one key has a certain `kid` and algorithm, and at most [`MAX_UNNAMED`] keys of an algorithm have
/// no `kid`.
#[derive(Debug)]
pub(crate) struct KeySet {
    keys: Vec<Key>,
    skipped: SkippedKeys,
}

impl KeySet {
    /// Creates a set of at least one key.
    ///
    /// # Errors
    ///
    /// Returns [`KeyError::NoUsableKey`] if there is no key.
    pub(crate) fn new(keys: Vec<Key>, skipped: SkippedKeys) -> Result<Self, KeyError> {
        if keys.is_empty() {
            return Err(KeyError::NoUsableKey { skipped });
        }
        Ok(Self { keys, skipped })
    }

    /// Creates a set without keys, for which every key is unknown.
    #[cfg(feature = "discovery")]
    pub(super) fn empty() -> Self {
        Self {
            keys: Vec::new(),
            skipped: SkippedKeys::default(),
        }
    }

    /// Returns the keys of the issuer that are not in the set.
    pub(crate) const fn skipped(&self) -> &SkippedKeys {
        &self.skipped
    }

    /// Returns the keys that may verify a token with this `kid` and algorithm, at most five.
    ///
    /// A key with that `kid` is the only one. Otherwise each key without `kid` matches, because several
    /// are published while an issuer replaces its key. If the token has no `kid` either, a key with one
    /// matches if it is the only such key ([OpenID Connect Core §10.1]).
    ///
    /// [OpenID Connect Core §10.1]: https://openid.net/specs/openid-connect-core-1_0.html#Signing
    pub(crate) fn candidates(
        &self,
        kid: Option<&str>,
        algorithm: Algorithm,
    ) -> impl Iterator<Item = &Key> {
        let fitting = || {
            let keys = self.keys.iter();
            keys.filter(move |key| key.algorithm() == algorithm)
        };
        let named = exactly_one(fitting().filter(|key| match kid {
            Some(kid) => key.kid() == Some(kid),
            None => key.kid().is_some(),
        }));
        let is_selected = kid.is_some() && named.is_some();
        let unnamed = fitting().filter(move |key| key.kid().is_none() && !is_selected);
        named.into_iter().chain(unnamed)
    }
}

/// Compares the keys with their `kid`s, in any order; no fetched set contains a key twice.
impl PartialEq for KeySet {
    fn eq(&self, other: &Self) -> bool {
        let has = |key: &Key| other.keys.iter().any(|another| key.is_same(another));
        self.keys.len() == other.keys.len() && self.keys.iter().all(has)
    }
}

/// Returns the only key; the same key with several `kid`s is one key.
fn exactly_one<'a>(mut keys: impl Iterator<Item = &'a Key>) -> Option<&'a Key> {
    let first = keys.next()?;
    keys.all(|key| key.verifies_same(first)).then_some(first)
}

#[cfg(test)]
impl KeySet {
    /// Returns the only key for a token, if there is exactly one.
    pub(crate) fn select(&self, kid: Option<&str>, algorithm: Algorithm) -> Option<&Key> {
        exactly_one(self.candidates(kid, algorithm))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::tests::samples::{EC, ED, OTHER_EC, set};
    use crate::secret::Secret;

    #[test]
    fn key_is_selected_by_kid_and_algorithm() {
        let keys = set(&[
            &format!(r#"{{{EC},"kid":"a"}}"#),
            &format!(r#"{{{OTHER_EC},"kid":"b"}}"#),
            &format!(r#"{{{ED},"kid":"c"}}"#),
        ])
        .unwrap();
        let kid = |kid, algorithm| keys.select(kid, algorithm).and_then(Key::kid);
        assert_eq!(kid(Some("b"), Algorithm::ES256), Some("b"));
        assert_eq!(kid(Some("c"), Algorithm::EdDSA), Some("c"));
        for (wrong, algorithm) in [
            (Some("a"), Algorithm::EdDSA),
            (Some("a"), Algorithm::HS256),
            (Some("A"), Algorithm::ES256),
            (Some("a "), Algorithm::ES256),
            (Some(""), Algorithm::ES256),
            (Some("../../dev/null"), Algorithm::ES256),
            (None, Algorithm::ES256),
            (None, Algorithm::RS256),
        ] {
            assert_eq!(kid(wrong, algorithm), None, "{wrong:?} {algorithm:?}");
        }
        assert_eq!(kid(None, Algorithm::EdDSA), Some("c"));
    }

    #[test]
    fn only_key_without_kid_fits_every_kid() {
        let secret = |byte| Key::from_secret(Algorithm::HS256, &Secret::new([byte; 32])).unwrap();
        let one = KeySet::new(vec![secret(1)], SkippedKeys::default()).unwrap();
        assert!(one.select(Some("any"), Algorithm::HS256).is_some());
        assert!(one.select(None, Algorithm::HS256).is_some());
    }

    /// RFC 7515 §4.1.4: `kid` is optional, also while a key is replaced by another.
    #[test]
    fn every_key_without_kid_is_a_candidate() {
        let (old, new) = (format!("{{{EC}}}"), format!("{{{OTHER_EC}}}"));
        let (a, b) = (
            format!(r#"{{{EC},"kid":"a"}}"#),
            format!(r#"{{{OTHER_EC},"kid":"b"}}"#),
        );
        let ed = format!("{{{ED}}}");
        for (keys, kid, expected) in [
            (&[&old, &new, &ed][..], None, &[None, None][..]),
            (&[&old, &new], Some("x"), &[None, None]),
            (&[&a, &new], None, &[Some("a"), None]),
            (&[&a, &new], Some("a"), &[Some("a")]),
            (&[&a, &new], Some("x"), &[None]),
            // OpenID Connect Core §10.1: one of several keys needs a `kid`
            (&[&a, &b], None, &[]),
            (&[&a, &b, &old], None, &[None]),
            (&[&a, &b], Some("x"), &[]),
        ] {
            let keys: Vec<_> = keys.iter().map(|key| key.as_str()).collect();
            let set = set(&keys).unwrap();
            let candidates = set.candidates(kid, Algorithm::ES256);
            let found: Vec<_> = candidates.map(Key::kid).collect();
            assert_eq!(found, expected, "{keys:?} {kid:?}");
            assert_eq!(set.skipped().count(), 0);
        }
    }

    /// Otherwise the correction of a set that contains a key twice would have no effect.
    #[test]
    fn sets_with_repeated_or_ambiguous_keys_are_compared_by_their_usable_keys() {
        const OTHER_ED: &str =
            r#""kty":"OKP","crv":"Ed25519","x":"Xx4_L89E6RsyvDTzN9wuN3cDwgifPkXMgFJv_HMIxdk""#;
        let of = |keys: &[&str]| {
            let keys: Vec<_> = keys.iter().map(|key| format!("{{{key}}}")).collect();
            let keys: Vec<_> = keys.iter().map(String::as_str).collect();
            set(&keys).unwrap()
        };
        let once = of(&[EC, ED]);
        assert_eq!(of(&[EC, EC, ED]), once);
        assert_eq!(of(&[EC, ED, ED, EC]), once);
        assert_ne!(of(&[EC, EC]), once);
        let (one, other) = (
            format!(r#"{EC},"kid":"a""#),
            format!(r#"{OTHER_EC},"kid":"a""#),
        );
        let ambiguous = of(&[&one, &other, ED]);
        assert!(ambiguous.select(None, Algorithm::ES256).is_none());
        assert!(once.select(None, Algorithm::ES256).is_some());
        assert_ne!(ambiguous, once);
        assert_ne!(once, ambiguous);
        assert_eq!(ambiguous, of(&[ED]));
        assert_ne!(once, of(&[EC, OTHER_ED]));
    }

    #[test]
    fn same_key_with_several_kids_fits_a_token_without_kid() {
        let key = |kid: &str| format!(r#"{{{EC},"kid":"{kid}"}}"#);
        let keys = set(&[&key("a"), &key("b"), &format!("{{{EC}}}")]).unwrap();
        assert!(keys.select(None, Algorithm::ES256).is_some());
        assert!(keys.select(Some("c"), Algorithm::ES256).is_some());
    }

    /// A refresh starts a new generation only if the sets differ.
    #[test]
    fn sets_with_the_same_keys_in_any_order_are_equal() {
        let key = |key: &str, kid: &str| format!(r#"{{{key},"kid":"{kid}"}}"#);
        let of = |keys: &[&String]| {
            let keys: Vec<_> = keys.iter().map(|key| key.as_str()).collect();
            set(&keys).unwrap()
        };
        let (ec, ed) = (key(EC, "a"), key(ED, "b"));
        assert!(of(&[&ec, &ed]) == of(&[&ed, &ec]));
        for other in [
            of(&[&key(OTHER_EC, "a"), &ed]),
            of(&[&key(EC, "c"), &ed]),
            of(&[&ec]),
            of(&[&ec, &ed, &key(OTHER_EC, "c")]),
        ] {
            assert!(of(&[&ec, &ed]) != other);
            assert!(other != of(&[&ec, &ed]));
        }
    }
}
