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

/// The claims in which some issuers name the kind of a token, and others anything else.
///
/// Only a word for another kind in them rejects a token.
pub(super) const OPEN_CLAIMS: [&str; 4] = ["purpose", "tokenType", "tokenUse", "type"];

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

/// The words for other tokens, with `_` for every separator.
const OTHER_TOKENS: [&str; 9] = [
    "id",
    "id_token",
    "refresh",
    "refresh_token",
    "offline",
    "logout",
    "logout_token",
    "userinfo",
    "dpop",
];

/// The kind that a claim names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    AccessToken,
    /// The claim says only that the token is a JWT.
    Jwt,
    Other,
    /// The claim is about something else.
    Unrelated,
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

    /// Returns the kind that a word in one of [`OPEN_CLAIMS`] names.
    fn of_open_claim(word: &str) -> Self {
        let word = word.replace(['-', ' '], "_");
        let mut words = OTHER_TOKENS.into_iter();
        if words.any(|other| word.eq_ignore_ascii_case(other)) {
            Self::Other
        } else {
            Self::Unrelated
        }
    }
}

/// Reads the kind that a claim names; `null` names none, and a value of another type names another kind,
/// except in one of [`OPEN_CLAIMS`].
pub(super) struct KindSeed {
    pub(super) is_open: bool,
}

impl KindSeed {
    /// Returns the kind that a value names if it is not a string.
    fn of_another_type(&self) -> Kind {
        if self.is_open {
            Kind::Unrelated
        } else {
            Kind::Other
        }
    }
}

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
        Ok(Some(self.of_another_type()))
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
        Ok(Some(self.of_another_type()))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
        Ok(Some(self.of_another_type()))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(Some(self.of_another_type()))
    }

    fn visit_str<E>(self, word: &str) -> Result<Self::Value, E> {
        Ok(match self.is_open {
            true if word.is_empty() => None,
            true => Some(Kind::of_open_claim(word)),
            false => Some(Kind::of(word)),
        })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Self::Value, A::Error> {
        Ignored::member().visit_seq(seq)?;
        Ok(Some(self.of_another_type()))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        Ignored::member().visit_map(map)?;
        Ok(Some(self.of_another_type()))
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
        let read = |text: &str, is_open| json::read(text.as_bytes(), KindSeed { is_open }).ok();
        let kind = |text: &str| read(text, false);
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
            assert_eq!(read(text, true), Some(Some(Kind::Unrelated)), "{text}");
        }
        assert_eq!(kind(r#"{"a":1,"a":2}"#), None);
        assert_eq!(read("null", true), Some(None));
        assert_eq!(read(r#""""#, true), Some(None));
        assert_eq!(read(r#"{"a":1,"a":2}"#, true), None);
    }

    #[test]
    fn word_for_another_token_in_an_open_claim_names_its_kind() {
        for word in [
            "id",
            "ID-Token",
            "Refresh token",
            "refresh_token",
            "USERINFO",
            "logout",
        ] {
            assert_eq!(Kind::of_open_claim(word), Kind::Other, "{word}");
        }
        for word in [
            "access-token",
            "user",
            "identity",
            "id ",
            "refreshed",
            "reset-password",
        ] {
            assert_eq!(Kind::of_open_claim(word), Kind::Unrelated, "{word}");
        }
    }
}
