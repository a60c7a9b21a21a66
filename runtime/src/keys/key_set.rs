//! The keys of one issuer ([RFC 7517 §5]).
//!
//! [RFC 7517 §5]: https://www.rfc-editor.org/rfc/rfc7517#section-5

use serde_json::Value;

use crate::json;
use crate::keys::error::KeyError;
use crate::keys::{Algorithm, Key, jwk};

/// The maximum length of a key set, in bytes.
const MAX_LEN: usize = 64 * 1024;

/// The keys of one issuer, which verify no other issuer's tokens.
#[derive(Debug)]
pub(crate) struct KeySet {
    keys: Vec<Key>,
}

impl KeySet {
    /// Creates a set of at least one key.
    ///
    /// # Errors
    ///
    /// Returns [`KeyError::Ambiguous`] if two keys have the same `kid` and algorithm,
    /// [`KeyError::NoUsableKey`] if there is no key.
    pub(crate) fn new(keys: Vec<Key>, skipped: usize) -> Result<Self, KeyError> {
        if keys.is_empty() {
            return Err(KeyError::NoUsableKey { skipped });
        }
        let same = |one: &Key, other: &Key| {
            one.kid() == other.kid() && one.algorithm() == other.algorithm()
        };
        for (index, key) in keys.iter().enumerate() {
            if key.kid().is_some() && keys.iter().skip(index + 1).any(|other| same(key, other)) {
                return Err(KeyError::Ambiguous);
            }
        }
        Ok(Self { keys })
    }

    /// Creates a set without keys, for which every key is unknown.
    #[cfg(feature = "discovery")]
    pub(super) const fn empty() -> Self {
        Self { keys: Vec::new() }
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

/// Compares the keys with their `kid`s, in any order.
///
/// A set without `kid`s can contain a key twice, so keys are counted.
impl PartialEq for KeySet {
    fn eq(&self, other: &Self) -> bool {
        let count = |set: &Self, key: &Key| set.keys.iter().filter(|one| key.is_same(one)).count();
        self.keys.len() == other.keys.len()
            && self
                .keys
                .iter()
                .all(|key| count(self, key) == count(other, key))
    }
}

/// Reads the public keys of a JWK set, and returns the usable keys and the number of the others.
///
/// # Errors
///
/// Returns [`KeyError::TooLong`] above 64 KiB, [`KeyError::MalformedKeySet`] unless it is a JSON
/// object with unique members and an array of objects in `keys`, and
/// [`KeyError::PrivateKeyInPublicSet`] if it contains a private or symmetric key.
pub(crate) fn parse_jwks(
    json: &[u8],
    allowed: &[Algorithm],
) -> Result<(Vec<Key>, usize), KeyError> {
    if json.len() > MAX_LEN {
        return Err(KeyError::TooLong);
    }
    let set = json::parse(json).map_err(|_| KeyError::MalformedKeySet)?;
    let objects = set
        .get("keys")
        .and_then(Value::as_array)
        .and_then(|keys| {
            keys.iter()
                .map(Value::as_object)
                .collect::<Option<Vec<_>>>()
        })
        .ok_or(KeyError::MalformedKeySet)?;
    if objects.iter().any(|object| jwk::is_secret(object)) {
        return Err(KeyError::PrivateKeyInPublicSet);
    }
    let keys: Vec<Key> = objects
        .iter()
        .filter_map(|object| Key::from_jwk(object, allowed))
        .collect();
    let skipped = objects.len() - keys.len();
    Ok((keys, skipped))
}

fn exactly_one<'a>(mut keys: impl Iterator<Item = &'a Key>) -> Option<&'a Key> {
    match (keys.next(), keys.next()) {
        (Some(key), None) => Some(key),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::DEFAULT_ALGORITHMS;
    use crate::secret::Secret;

    /// RFC 8037 §A.2.
    const ED: &str =
        r#""kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo""#;
    /// RFC 7515 §A.3.1.
    const EC: &str = r#""kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0""#;

    fn set(keys: &[&str]) -> Result<KeySet, KeyError> {
        let json = format!(r#"{{"keys":[{}]}}"#, keys.join(","));
        let (keys, skipped) = parse_jwks(json.as_bytes(), &DEFAULT_ALGORITHMS)?;
        KeySet::new(keys, skipped)
    }

    fn error(json: &str) -> Option<KeyError> {
        parse_jwks(json.as_bytes(), &DEFAULT_ALGORITHMS).err()
    }

    #[test]
    fn unusable_key_is_skipped_and_a_set_of_them_rejected() {
        let good = format!(r#"{{{EC},"kid":"a"}}"#);
        for bad in [
            r#"{"kty":"XYZ"}"#,
            r#"{"kty":"EC","crv":"P-256"}"#,
            r#"{"kty":"EC","crv":"P-256","x":"AAAA","y":"AAAA"}"#,
            r#"{"x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"}"#,
            "{}",
        ] {
            let usable = set(&[bad, &good]).unwrap();
            assert!(usable.select(Some("a"), Algorithm::ES256).is_some());
            assert_eq!(
                set(&[bad]).err(),
                Some(KeyError::NoUsableKey { skipped: 1 })
            );
        }
        assert_eq!(set(&[]).err(), Some(KeyError::NoUsableKey { skipped: 0 }));
    }

    #[test]
    fn unusable_keys_are_counted() {
        let json = format!(r#"{{"keys":[{{}},{{{EC}}},{{}}]}}"#);
        let (keys, skipped) = parse_jwks(json.as_bytes(), &DEFAULT_ALGORITHMS).unwrap();
        assert_eq!((keys.len(), skipped), (1, 2));
    }

    #[test]
    fn set_with_private_or_symmetric_key_is_rejected() {
        let good = format!("{{{EC}}}");
        for leaked in [
            r#"{"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T"}"#,
            r#"{"kty":"oct"}"#,
            r#"{"kty":"RSA","d":"AQAB"}"#,
            r#"{"kty":"XYZ","priv":"AQAB"}"#,
        ] {
            assert_eq!(
                set(&[&good, leaked]).err(),
                Some(KeyError::PrivateKeyInPublicSet),
                "{leaked}"
            );
        }
    }

    #[test]
    fn duplicate_kid_is_ambiguous_within_one_algorithm_only() {
        let one = format!(r#"{{{EC},"kid":"a"}}"#);
        let other = format!(r#"{{{ED},"kid":"a"}}"#);
        assert_eq!(set(&[&one, &one]).err(), Some(KeyError::Ambiguous));
        let both = set(&[&one, &other]).unwrap();
        for algorithm in [Algorithm::ES256, Algorithm::EdDSA] {
            assert_eq!(
                both.select(Some("a"), algorithm).unwrap().algorithm(),
                algorithm
            );
        }
    }

    #[test]
    fn key_is_selected_by_kid_and_algorithm() {
        let keys = set(&[
            &format!(r#"{{{EC},"kid":"a"}}"#),
            &format!(r#"{{{EC},"kid":"b"}}"#),
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
        let one = KeySet::new(vec![secret(1)], 0).unwrap();
        assert!(one.select(Some("any"), Algorithm::HS256).is_some());
        assert!(one.select(None, Algorithm::HS256).is_some());
        let two = KeySet::new(vec![secret(1), secret(2)], 0).unwrap();
        assert!(two.select(Some("any"), Algorithm::HS256).is_none());
        assert!(two.select(None, Algorithm::HS256).is_none());
    }

    /// Otherwise the correction of a set that contains a key twice would have no effect.
    #[test]
    fn sets_with_the_same_keys_in_other_numbers_differ() {
        const OTHER_ED: &str =
            r#""kty":"OKP","crv":"Ed25519","x":"Xx4_L89E6RsyvDTzN9wuN3cDwgifPkXMgFJv_HMIxdk""#;
        let of = |keys: &[&str]| {
            let keys: Vec<_> = keys.iter().map(|key| format!("{{{key}}}")).collect();
            let keys: Vec<_> = keys.iter().map(String::as_str).collect();
            set(&keys).unwrap()
        };
        let twice = of(&[EC, EC]);
        let once = of(&[EC, ED]);
        assert!(twice.select(None, Algorithm::ES256).is_none());
        assert!(once.select(None, Algorithm::ES256).is_some());
        assert_ne!(twice, once);
        assert_ne!(once, twice);
        assert_ne!(of(&[EC, EC, ED]), of(&[EC, ED, ED]));
        assert_ne!(of(&[EC, ED]), of(&[EC, OTHER_ED]));
        assert_eq!(of(&[EC, ED, EC]), of(&[ED, EC, EC]));
    }

    #[test]
    fn malformed_key_set_is_rejected() {
        for json in [
            "",
            "null",
            "[]",
            "{}",
            r#"{"keys":{}}"#,
            r#"{"keys":[1]}"#,
            r#"{"keys":null}"#,
            r#"{"keys":[],"keys":[]}"#,
            r#"{"keys":[{"kty":"EC","kty":"oct"}]}"#,
            r#"{"keys":[]}x"#,
            r#"{"Keys":[]}"#,
            r#"{"keys":[],"x":1e999}"#,
            r#"{"keys":[{"x":{"y":-1e400}}]}"#,
            r#"{"$serde_json::private::RawValue":"{\"keys\":[]}"}"#,
            r#"{"keys":{"$serde_json::private::RawValue":"[]"}}"#,
            r#"{"keys":[{"$serde_json::private::Number":"1"}]}"#,
        ] {
            assert_eq!(error(json), Some(KeyError::MalformedKeySet), "{json}");
        }
    }

    #[test]
    fn key_set_above_64_kib_is_rejected() {
        let of_length = |length: usize| {
            let set = r#"{"keys":[]}"#;
            format!("{set}{}", " ".repeat(length - set.len()))
        };
        assert_eq!(error(&of_length(MAX_LEN - 1)), None);
        assert_eq!(error(&of_length(MAX_LEN)), None);
        assert_eq!(error(&of_length(MAX_LEN + 1)), Some(KeyError::TooLong));
    }

    /// A refresh starts a new generation only if the sets differ.
    #[test]
    fn sets_with_the_same_keys_in_any_order_are_equal() {
        // RFC 7517 §A.1
        const OTHER_EC: &str = r#""kty":"EC","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4","y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM""#;
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
