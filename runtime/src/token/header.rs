//! The header ([RFC 7515 §4]): what the sender claims about key and type.
//!
//! The compact form comes before, the choice of a key after. `jwk`, `jku`, `x5c` and `x5u`
//! have no field: a header supplies no key.
//!
//! [RFC 7515 §4]: https://www.rfc-editor.org/rfc/rfc7515#section-4

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, Visitor};

use crate::claims::strict_json::{self, AnyValue, Names, Text};
use crate::keys::{Algorithm, named};
use crate::token::error::TokenError;

/// A header that is well-formed; who wrote it is not known yet.
#[derive(Debug)]
pub(super) struct UntrustedHeader<'a> {
    pub(super) algorithm: Algorithm,
    pub(super) kid: Option<Cow<'a, str>>,
    pub(super) typ: Option<Cow<'a, str>>,
}

impl<'a> UntrustedHeader<'a> {
    /// Reads a decoded header.
    ///
    /// # Errors
    ///
    /// [`TokenError::MalformedHeader`] for anything but a strict JSON object whose `alg`,
    /// `kid` and `typ` are strings, [`TokenError::CriticalHeader`] for `crit`, `b64` and
    /// `zip` in whatever shape, [`TokenError::Algorithm`] for an `alg` that is missing or
    /// no signature algorithm.
    pub(super) fn read(json: &'a [u8]) -> Result<Self, TokenError> {
        let members =
            strict_json::read(json, Members::default()).map_err(|_| TokenError::MalformedHeader)?;
        if members.is_critical {
            return Err(TokenError::CriticalHeader);
        }
        let algorithm = members.alg.as_deref().and_then(named);
        Ok(Self {
            algorithm: algorithm.ok_or(TokenError::Algorithm)?,
            kid: members.kid,
            typ: members.typ,
        })
    }
}

#[derive(Default)]
struct Members<'a> {
    alg: Option<Cow<'a, str>>,
    kid: Option<Cow<'a, str>>,
    typ: Option<Cow<'a, str>>,
    is_critical: bool,
}

impl<'de> DeserializeSeed<'de> for Members<'de> {
    type Value = Self;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Members<'de> {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<Self, A::Error> {
        let mut names = Names::default();
        while let Some(name) = map.next_key_seed(Text)? {
            match name.as_ref() {
                "alg" => self.alg = Some(map.next_value_seed(Text)?),
                "kid" => self.kid = Some(map.next_value_seed(Text)?),
                "typ" => self.typ = Some(map.next_value_seed(Text)?),
                other => {
                    self.is_critical |= matches!(other, "crit" | "b64" | "zip");
                    map.next_value_seed(AnyValue::member())?;
                }
            }
            names.add(name);
        }
        names.are_unique()?;
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(json: &str) -> Option<TokenError> {
        UntrustedHeader::read(json.as_bytes()).err()
    }

    #[test]
    fn algorithm_kid_and_type_are_read_and_the_rest_is_left() {
        let header =
            br#"{"alg":"RS256","kid":"\u0061","typ":"at+jwt","jwk":{"kty":"RSA"},"x5c":[]}"#;
        let header = UntrustedHeader::read(header).unwrap();
        assert_eq!(header.algorithm, Algorithm::RS256);
        assert_eq!(header.kid.as_deref(), Some("a"));
        assert_eq!(header.typ.as_deref(), Some("at+jwt"));
    }

    /// CVE-2015-2951, and `alg` missing.
    #[test]
    fn none_is_refused_in_every_spelling() {
        for alg in [
            "none",
            "None",
            "NONE",
            "nOnE",
            "none ",
            "",
            "n\\u006fne",
            "NoNe\\u0000",
        ] {
            let json = format!(r#"{{"alg":"{alg}"}}"#);
            assert_eq!(error(&json), Some(TokenError::Algorithm), "{alg}");
        }
        assert_eq!(error("{}"), Some(TokenError::Algorithm));
        assert_eq!(error(r#"{"ALG":"RS256"}"#), Some(TokenError::Algorithm));
    }

    /// CVE-2023-51775 and its kin (PBES2), CVE-2022-39174 (encryption): only signatures.
    #[test]
    fn key_management_algorithms_are_refused() {
        for alg in [
            "PBES2-HS256+A128KW",
            "RSA-OAEP",
            "RSA1_5",
            "dir",
            "ECDH-ES",
            "A128KW",
        ] {
            let json = format!(r#"{{"alg":"{alg}","enc":"A128GCM","p2c":2147483647}}"#);
            assert_eq!(error(&json), Some(TokenError::Algorithm), "{alg}");
        }
    }

    /// CVE-2025-59420, GHSA-752w-5fwx-jx9f (`crit`); RFC 7797 §7 (`b64`); CVE-2024-28180 (`zip`).
    #[test]
    fn extensions_that_change_the_meaning_are_refused_in_every_shape() {
        for extension in [
            r#""crit":["exp"]"#,
            r#""crit":[]"#,
            r#""crit":["alg","alg"]"#,
            r#""crit":"exp""#,
            r#""crit":null"#,
            r#""\u0063rit":["b64"]"#,
            r#""b64":false"#,
            r#""b64":true"#,
            r#""zip":"DEF""#,
            r#""zip":null"#,
        ] {
            let json = format!(r#"{{"alg":"RS256",{extension}}}"#);
            assert_eq!(
                error(&json),
                Some(TokenError::CriticalHeader),
                "{extension}"
            );
        }
    }

    /// RFC 7515 §4 and §10.12.
    #[test]
    fn only_a_strict_object_with_strings_is_a_header() {
        for json in [
            "",
            "null",
            "[]",
            "\"RS256\"",
            r#"["RS256"]"#,
            r#"{"alg":null}"#,
            r#"{"alg":["RS256"]}"#,
            r#"{"alg":256}"#,
            r#"{"alg":{}}"#,
            r#"{"alg":"RS256","kid":1}"#,
            r#"{"alg":"RS256","kid":null}"#,
            r#"{"alg":"RS256","kid":["a"]}"#,
            r#"{"alg":"RS256","typ":null}"#,
            r#"{"alg":"RS256","typ":{}}"#,
            r#"{"alg":"RS256","alg":"RS256"}"#,
            r#"{"alg":"RS256","\u0061lg":"none"}"#,
            r#"{"alg":"RS256","x":{"a":1,"a":1}}"#,
            r#"{"alg":"RS256"}x"#,
            "\u{feff}{\"alg\":\"RS256\"}",
            r#"{"alg":"RS256",}"#,
        ] {
            assert_eq!(error(json), Some(TokenError::MalformedHeader), "{json}");
        }
        let not_utf8 = UntrustedHeader::read(b"{\"alg\":\"RS256\",\"kid\":\"\xff\"}");
        assert_eq!(not_utf8.err(), Some(TokenError::MalformedHeader));
    }
}
