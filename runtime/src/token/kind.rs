//! The kind of a token, as its claims name it: an access token, or another one.
//!
//! Named profiles know their provider's own words. A custom profile checks these.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::json::Ignored;

/// The claims in which providers name the kind of a token.
pub(super) const CLAIMS: [&str; 3] = ["token_use", "token_type", "typ"];

/// The claims that only other kinds of tokens have: logout and security event tokens ([RFC 8417 §2.2]),
/// and `DPoP` proofs ([RFC 9449 §4.2]).
///
/// [RFC 8417 §2.2]: https://www.rfc-editor.org/rfc/rfc8417#section-2.2
/// [RFC 9449 §4.2]: https://www.rfc-editor.org/rfc/rfc9449#section-4.2
pub(super) const CLAIMS_OF_OTHER_TOKENS: [&str; 3] = ["events", "htm", "htu"];

/// Returns whether a claim decides the kind of a token.
pub(super) fn decides(claim: &str) -> bool {
    CLAIMS.contains(&claim) || CLAIMS_OF_OTHER_TOKENS.contains(&claim)
}

/// The words for an access token.
const ACCESS_TOKEN: [&str; 5] = [
    "access",
    "access_token",
    "bearer",
    "at+jwt",
    "application/at+jwt",
];

/// The kind that a claim names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    AccessToken,
    /// The claim says only that the token is a JWT.
    Jwt,
    Other,
}

impl Kind {
    /// Returns the kind that a word names, ignoring case.
    pub(super) fn of(word: &str) -> Self {
        let is_word = |expected: &str| word.eq_ignore_ascii_case(expected);
        if ACCESS_TOKEN.into_iter().any(is_word) {
            Self::AccessToken
        } else if is_word("jwt") {
            Self::Jwt
        } else {
            Self::Other
        }
    }
}

/// Reads the kind that a claim names; `null` names none, and a value of another type names another kind.
pub(super) struct KindSeed;

impl<'de> DeserializeSeed<'de> for KindSeed {
    type Value = Option<Kind>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for KindSeed {
    type Value = Option<Kind>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(Some(Kind::Other))
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
        Ok(Some(Kind::Other))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
        Ok(Some(Kind::Other))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(Some(Kind::Other))
    }

    fn visit_str<E>(self, word: &str) -> Result<Self::Value, E> {
        Ok(Some(Kind::of(word)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Self::Value, A::Error> {
        Ignored::member().visit_seq(seq)?;
        Ok(Some(Kind::Other))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        Ignored::member().visit_map(map)?;
        Ok(Some(Kind::Other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    #[test]
    fn word_for_an_access_token_in_any_case_is_one() {
        for word in [
            "access",
            "Access_Token",
            "Bearer",
            "AT+JWT",
            "application/at+jwt",
        ] {
            assert_eq!(Kind::of(word), Kind::AccessToken, "{word}");
        }
        for word in [
            "ID", "id_token", "Refresh", "Offline", "Logout", "DPoP", "", "access ",
        ] {
            assert_eq!(Kind::of(word), Kind::Other, "{word}");
        }
        assert_eq!(Kind::of("JWT"), Kind::Jwt);
    }

    #[test]
    fn kind_of_another_type_is_another_kind() {
        let kind = |text: &str| json::read(text.as_bytes(), KindSeed).ok();
        assert_eq!(kind("null"), Some(None));
        assert_eq!(kind("\"Bearer\""), Some(Some(Kind::AccessToken)));
        for text in [
            "1",
            "-1",
            "1.5",
            "1e300",
            "true",
            "[]",
            "[\"Bearer\"]",
            "{}",
            "{\"a\":1}",
        ] {
            assert_eq!(kind(text), Some(Some(Kind::Other)), "{text}");
        }
        assert_eq!(kind(r#"{"a":1,"a":2}"#), None);
    }
}
