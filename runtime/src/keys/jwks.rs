//! A JWK set ([RFC 7517 §5]), read so that a faulty key never affects the others.
//!
//! [RFC 7517 §5]: https://www.rfc-editor.org/rfc/rfc7517#section-5

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::json::{self, Ignored, MemberNames, StringSeed};
use crate::keys::error::KeyError;
use crate::keys::key_set::MAX_UNNAMED;
use crate::keys::skipped::{SkipReason, SkippedKey, SkippedKeys};
use crate::keys::{Algorithm, Key, jwk, published};

/// The maximum length of a key set, in bytes.
const MAX_LEN: usize = 64 * 1024;

/// An entry of a key set with its position, counted from 1.
struct Entry {
    position: usize,
    jwk: Result<jwk::Object, SkipReason>,
}

/// Reads the public keys of a JWK set, and returns the usable keys and the others.
///
/// A private or symmetric key is skipped, and so is its public form, because the private key is
/// published. Identical keys are one key. Different keys with the same `kid` and algorithm are all
/// skipped, because neither is known to be the right one, and so are more than four keys of an algorithm
/// without `kid`. Entries that are `null` are absent.
///
/// # Errors
///
/// Returns [`KeyError::TooLong`] above 64 KiB, and [`KeyError::MalformedKeySet`] unless it is a JSON
/// object with unique members and an array in `keys`.
pub(crate) fn parse_jwks(
    json: &[u8],
    allowed: &[Algorithm],
) -> Result<(Vec<Key>, SkippedKeys), KeyError> {
    if json.len() > MAX_LEN {
        return Err(KeyError::TooLong);
    }
    let entries = json::read(json, SetSeed).map_err(|error| KeyError::MalformedKeySet {
        problem: json::describe(json, &error),
    })?;
    let entries: Vec<_> = (1..).zip(entries).filter_map(read_entry).collect();
    let leaked: Vec<_> = entries
        .iter()
        .filter_map(|entry| entry.jwk.as_ref().ok())
        .filter(|jwk| published::secret(jwk).is_some())
        .filter_map(published::public_number)
        .collect();
    let mut keys = Vec::new();
    let mut skipped = Vec::new();
    for Entry { position, jwk } in &entries {
        match jwk
            .as_ref()
            .map_err(Clone::clone)
            .and_then(|jwk| read_key(jwk, &leaked, allowed))
        {
            Ok(key) => keys.push((*position, key)),
            Err(reason) => {
                let kid = jwk.as_ref().ok().and_then(jwk::kid);
                skipped.push(SkippedKey::new(*position, kid, reason));
            }
        }
    }
    let keys = without_ambiguous(without_repeated(keys), &mut skipped);
    Ok((keys, SkippedKeys::new(skipped)))
}

/// Returns `None` if the entry is `null`.
fn read_entry((position, json): (usize, &RawValue)) -> Option<Entry> {
    let json = json.get();
    let jwk = match json::parse(json.as_bytes()) {
        Ok(Value::Null) => return None,
        Ok(Value::Object(jwk)) => Ok(jwk),
        Ok(_) => Err(SkipReason::NotAnObject),
        Err(error) => Err(SkipReason::Malformed(
            json::describe(json.as_bytes(), &error).into(),
        )),
    };
    Some(Entry { position, jwk })
}

fn read_key(
    jwk: &jwk::Object,
    leaked: &[Vec<u8>],
    allowed: &[Algorithm],
) -> Result<Key, SkipReason> {
    if let Some(reason) = published::secret(jwk) {
        return Err(reason);
    }
    let is_leaked = |number: Vec<u8>| leaked.contains(&number);
    if published::public_number(jwk).is_some_and(is_leaked) {
        return Err(SkipReason::Compromised);
    }
    Key::from_jwk(jwk, allowed)
}

fn without_repeated(keys: Vec<(usize, Key)>) -> Vec<(usize, Key)> {
    let mut distinct: Vec<(usize, Key)> = Vec::new();
    for (position, key) in keys {
        if !distinct.iter().any(|(_, other)| other.is_same(&key)) {
            distinct.push((position, key));
        }
    }
    distinct
}

/// Moves keys with the same `kid` and algorithm to the skipped ones, and keys without `kid` if there are
/// too many.
fn without_ambiguous(keys: Vec<(usize, Key)>, skipped: &mut Vec<SkippedKey>) -> Vec<Key> {
    let is_ambiguous: Vec<_> = keys
        .iter()
        .map(|(_, key)| {
            let max = if key.kid().is_some() { 1 } else { MAX_UNNAMED };
            let same = keys.iter().filter(|(_, other)| other.has_same_name(key));
            same.count() > max
        })
        .collect();
    let mut unique = Vec::new();
    for ((position, key), is_ambiguous) in keys.into_iter().zip(is_ambiguous) {
        if is_ambiguous {
            skipped.push(SkippedKey::new(position, key.kid(), SkipReason::Ambiguous));
        } else {
            unique.push(key);
        }
    }
    unique
}

/// Reads a key set strictly, but not the entries of `keys`.
struct SetSeed;

impl<'de> DeserializeSeed<'de> for SetSeed {
    type Value = Vec<&'de RawValue>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for SetSeed {
    type Value = Vec<&'de RawValue>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with an array in `keys`")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut names = MemberNames::default();
        let mut keys: Option<&RawValue> = None;
        while let Some(name) = map.next_key_seed(StringSeed)? {
            if name == "keys" {
                keys = Some(map.next_value()?);
            } else {
                map.next_value_seed(Ignored::member())?;
            }
            names.add(name);
        }
        names.check()?;
        let keys = keys
            .ok_or_else(|| A::Error::custom("missing `keys`"))?
            .get();
        if !keys.starts_with('[') {
            return Err(A::Error::custom("`keys` is not an array"));
        }
        serde_json::from_str(keys).map_err(A::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    use super::*;
    use crate::keys::DEFAULT_ALGORITHMS;
    use crate::keys::tests::samples::{EC, ED, OTHER_EC, set};

    fn error(json: &str) -> Option<KeyError> {
        parse_jwks(json.as_bytes(), &DEFAULT_ALGORITHMS).err()
    }

    /// Returns the only skipped key's message, and checks that the others are used.
    fn reason_beside_good(bad: &str) -> String {
        let good = format!(r#"{{{ED},"kid":"good"}}"#);
        for keys in [[bad, &good], [&good, bad]] {
            let set = set(&keys).unwrap();
            assert!(
                set.select(Some("good"), Algorithm::EdDSA).is_some(),
                "{bad}"
            );
            assert_eq!(set.skipped().count(), 1, "{bad}");
        }
        let Err(KeyError::NoUsableKey { skipped }) = set(&[bad]) else {
            panic!("{bad} is usable");
        };
        skipped.to_string()
    }

    #[test]
    fn faulty_key_is_skipped_with_its_reason() {
        for (bad, expected) in [
            (r#"{"kty":"XYZ"}"#, "key 1: unsupported type"),
            (r#"{"kty":"EC","crv":"P-256"}"#, "missing `x`"),
            (
                r#"{"kty":"EC","crv":"P-256","x":"AAAA","y":"AAAA","kid":"b"}"#,
                r#"key 1 (`kid` "b"): the members are not a public key"#,
            ),
            (
                r#"{"x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"}"#,
                "missing `kty`",
            ),
            ("{}", "missing `kty`"),
            ("1", "not a JSON object"),
            ("[]", "not a JSON object"),
            (r#""{}""#, "not a JSON object"),
            ("false", "not a JSON object"),
            (r#"{"kty":"EC","kty":"oct"}"#, r#"duplicate member "kty""#),
            (r#"{"kid":"a","kid":"a"}"#, r#"duplicate member "kid""#),
            (r#"{"a":{"b":1,"b":1}}"#, r#"duplicate member "b""#),
            (r#"{"x":{"y":-1e400}}"#, "number out of range"),
            (r#"{"x":"\ud800"}"#, "malformed"),
            (r#"{"$serde_json::private::Number":"1"}"#, "malformed"),
            (r#"{"kty":"RSA","n":"AQAB","e":1e2}"#, "`e` is malformed"),
        ] {
            let reason = reason_beside_good(bad);
            assert!(reason.contains(expected), "{bad}: {reason}");
        }
        let deep = format!(r#"{{"x":{}{}}}"#, "[".repeat(10_000), "]".repeat(10_000));
        assert!(reason_beside_good(&deep).contains("nested too deeply"));
    }

    #[test]
    fn set_without_usable_key_lists_the_reason_for_each() {
        let Err(KeyError::NoUsableKey { skipped }) = set(&[r#"{"kty":"oct"}"#, "{}", "7"]) else {
            panic!("no key is usable");
        };
        assert_eq!(skipped.count(), 3);
        assert_eq!(
            skipped.to_string(),
            "key 1: symmetric, but published; key 2: missing `kty`; key 3: not a JSON object"
        );
        let error = set(&["null"]).err().unwrap();
        assert_eq!(error.to_string(), "the key set has no key");
    }

    #[test]
    fn private_or_symmetric_key_is_skipped_as_a_leak() {
        for leaked in [
            r#"{"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T"}"#,
            r#"{"kty":"oct"}"#,
            r#"{"kty":"RSA","d":"AQAB"}"#,
            r#"{"kty":"XYZ","priv":"AQAB"}"#,
            r#"{"kty":"RSA","use":"enc","oth":[{}]}"#,
        ] {
            reason_beside_good(leaked);
            let Err(KeyError::NoUsableKey { skipped }) = set(&[leaked]) else {
                panic!("{leaked} is usable");
            };
            assert!(skipped.has_leak(), "{leaked}");
        }
    }

    /// A published private key lets anyone sign, also for the public form of the key.
    #[test]
    fn public_form_of_a_published_private_key_is_skipped() {
        let good = format!(r#"{{{ED},"kid":"good"}}"#);
        let public = format!(r#"{{{EC},"kid":"a"}}"#);
        for private in [
            format!(r#"{{{EC},"kid":"b","d":"AQAB"}}"#),
            format!(r#"{{{EC},"use":"enc","d":"AQAB"}}"#),
            r#"{"kty":"EC","x":"AAB_zc4ncPbEXUGDy-5v20t7WAczNXvp7xO6z248e9FURQ==","d":"AQAB"}"#
                .to_owned(),
        ] {
            let keys = set(&[&public, &private, &good]).unwrap();
            assert!(
                keys.select(Some("a"), Algorithm::ES256).is_none(),
                "{private}"
            );
            assert!(keys.select(Some("good"), Algorithm::EdDSA).is_some());
            assert!(keys.skipped().to_string().contains("its private key"));
        }
    }

    #[test]
    fn identical_keys_are_one_key() {
        let key = format!(r#"{{{EC},"kid":"a"}}"#);
        let again = format!(r#"{{"kid":"a","use":"sig","x-note":7,{EC},"alg":"ES256","x5c":[]}}"#);
        for keys in [[&*key, &*key], [&*key, &*again]] {
            let set = set(&keys).unwrap();
            assert!(set.select(Some("a"), Algorithm::ES256).is_some());
            assert_eq!(set.skipped().count(), 0);
        }
        let nameless = format!("{{{EC}}}");
        let set = set(&[&nameless, &nameless, &nameless]).unwrap();
        assert!(set.select(None, Algorithm::ES256).is_some());
    }

    #[test]
    fn different_keys_with_one_name_are_skipped() {
        for name in [r#","kid":"a""#, r#","kid":"a","alg":"ES256""#] {
            let one = format!("{{{EC}{name}}}");
            let other = format!("{{{OTHER_EC}{name}}}");
            let good = format!(r#"{{{ED},"kid":"a"}}"#);
            for keys in [vec![&*one, &good, &other], vec![&*other, &one, &one, &good]] {
                let keys = set(&keys).unwrap();
                for kid in [Some("a"), None, Some("b")] {
                    assert!(keys.select(kid, Algorithm::ES256).is_none(), "{name}");
                }
                assert!(keys.select(Some("a"), Algorithm::EdDSA).is_some());
                assert_eq!(keys.skipped().count(), 2);
            }
            let error = set(&[&one, &other]).err().unwrap().to_string();
            assert_eq!(
                error.matches("a different key has the same `kid`").count(),
                2
            );
        }
    }

    /// Each key without `kid` costs one verification of a bad signature.
    #[test]
    fn more_than_four_keys_without_kid_are_skipped() {
        let secret = |seed: u8| {
            let pair = Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap();
            let x = URL_SAFE_NO_PAD.encode(pair.public_key().as_ref());
            format!(r#"{{"kty":"OKP","crv":"Ed25519","x":"{x}"}}"#)
        };
        let nameless: Vec<_> = (0..5).map(secret).collect();
        let named = format!(r#"{{{ED},"kid":"a"}}"#);
        let ec = format!("{{{EC}}}");
        for (count, found) in [(1, 1), (2, 2), (4, 4), (5, 0)] {
            // a repeated key is one key
            let mut keys = vec![&*named, &*ec, &*nameless[0]];
            keys.extend(nameless.iter().take(count).map(String::as_str));
            let set = set(&keys).unwrap();
            let candidates = |kid| set.candidates(kid, Algorithm::EdDSA).count();
            assert_eq!(candidates(Some("x")), found, "{count}");
            assert_eq!(candidates(None), found + 1, "{count}");
            assert_eq!(candidates(Some("a")), 1, "{count}");
            assert_eq!(set.candidates(None, Algorithm::ES256).count(), 1);
            assert_eq!(set.skipped().count(), count - found, "{count}");
        }
        let keys: Vec<_> = nameless.iter().map(String::as_str).collect();
        let error = set(&keys).err().unwrap().to_string();
        assert!(error.contains("more than four keys"), "{error}");
    }

    /// A key for another use or algorithm does not make a `kid` ambiguous.
    #[test]
    fn kid_is_shared_across_uses_and_algorithms() {
        let one = format!(r#"{{{EC},"kid":"a"}}"#);
        let for_encryption = format!(r#"{{{OTHER_EC},"kid":"a","use":"enc"}}"#);
        let private = format!(r#"{{{OTHER_EC},"kid":"a","d":"AQAB"}}"#);
        let other = format!(r#"{{{ED},"kid":"a"}}"#);
        let keys = set(&[&for_encryption, &one, &private, &other]).unwrap();
        for algorithm in [Algorithm::ES256, Algorithm::EdDSA] {
            let key = keys.select(Some("a"), algorithm).unwrap();
            assert_eq!(key.algorithm(), algorithm);
        }
    }

    #[test]
    fn malformed_key_set_is_rejected() {
        for (json, expected) in [
            ("", "empty"),
            ("null", "not a JSON object"),
            ("7", "not a JSON object"),
            (r#""secret""#, "not a JSON object"),
            ("[]", "not a JSON object"),
            ("{}", "missing `keys`"),
            (r#"{"keys":{}}"#, "`keys` is not an array"),
            (r#"{"keys":"secret"}"#, "`keys` is not an array"),
            (r#"{"keys":null}"#, "`keys` is not an array"),
            (r#"{"keys":[],"keys":[]}"#, "duplicate member \"keys\""),
            (r#"{"keys":[]}x"#, "trailing characters"),
            (r#"{"keys":[{]}"#, "key must be a string"),
            (r#"{"keys":[{}"#, "truncated"),
            (r#"{"Keys":[]}"#, "missing `keys`"),
            (r#"{"keys":[],"x":1e999}"#, "number out of range"),
            (
                r#"{"$serde_json::private::RawValue":"{\"keys\":[]}"}"#,
                "reserved",
            ),
            (
                r#"{"keys":{"$serde_json::private::RawValue":"[]"}}"#,
                "not an array",
            ),
            ("\u{feff}{\"keys\":[]}", "byte order mark"),
            ("<html>", "HTML"),
        ] {
            let Some(KeyError::MalformedKeySet { problem }) = error(json) else {
                panic!("{json}: {:?}", error(json));
            };
            assert!(problem.contains(expected), "{json}: {problem}");
            assert!(!problem.contains("secret"), "{json}: {problem}");
        }
    }

    /// The sender chooses the number of keys.
    #[test]
    fn thousands_of_keys_are_read() {
        for entry in ["{}", "0", "null", r#"{"kty":"oct"}"#] {
            let entries = vec![entry; 60 * 1024 / (entry.len() + 1)];
            let error = set(&entries).err().unwrap();
            assert!(matches!(error, KeyError::NoUsableKey { .. }), "{entry}");
            assert!(error.to_string().len() < 2_000, "{entry}");
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
}
