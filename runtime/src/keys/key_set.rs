//! The keys of one issuer ([RFC 7517 §5]).
//!
//! [RFC 7517 §5]: https://www.rfc-editor.org/rfc/rfc7517#section-5

use crate::keys::error::KeyError;
use crate::keys::skipped::SkippedKeys;
use crate::keys::{Algorithm, Key};

/// The keys of one issuer, which verify no other issuer's tokens.
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

    /// Returns the key for a token's `kid` and algorithm, if there is exactly one.
    ///
    /// A key with that `kid` is preferred to a key without `kid`, which matches any. If the token has
    /// no `kid`, every key of the algorithm matches.
    pub(crate) fn select(&self, kid: Option<&str>, algorithm: Algorithm) -> Option<&Key> {
        let fitting = || self.keys.iter().filter(|key| key.algorithm() == algorithm);
        let Some(kid) = kid else {
            return exactly_one(fitting());
        };
        exactly_one(fitting().filter(|key| key.kid() == Some(kid)))
            .or_else(|| exactly_one(fitting().filter(|key| key.kid().is_none())))
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
        let two = KeySet::new(vec![secret(1), secret(2)], SkippedKeys::default()).unwrap();
        assert!(two.select(Some("any"), Algorithm::HS256).is_none());
        assert!(two.select(None, Algorithm::HS256).is_none());
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
        let ambiguous = of(&[EC, OTHER_EC, ED]);
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
