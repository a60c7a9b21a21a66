//! The header of a JWS ([RFC 7515 §4]), read before the key is selected.
//!
//! `jwk`, `jku`, `x5c` and `x5u` are never used, because a header must not supply the key. Claims
//! that the header repeats ([RFC 7519 §5.3]) are compared once the claims are read.
//!
//! [RFC 7515 §4]: https://www.rfc-editor.org/rfc/rfc7515#section-4
//! [RFC 7519 §5.3]: https://www.rfc-editor.org/rfc/rfc7519#section-5.3

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, Visitor};

use crate::claims::Audience;
use crate::json::{self, Ignored, IgnoredObject, IgnoredStrings, MemberNames, StringSeed};
use crate::keys::{Algorithm, algorithm_from_name};
use crate::token::claims::Claims;
use crate::token::error::TokenError;

/// A well-formed header whose signature is not verified yet.
#[derive(Debug)]
pub(crate) struct UntrustedHeader<'a> {
    pub(crate) algorithm: Algorithm,
    pub(crate) kid: Option<Cow<'a, str>>,
    pub(crate) typ: Option<Cow<'a, str>>,
    repeated: RepeatedClaims<'a>,
}

/// The claims that a header may repeat.
#[derive(Debug, Default)]
struct RepeatedClaims<'a> {
    iss: Option<Cow<'a, str>>,
    sub: Option<Cow<'a, str>>,
    aud: Option<Audience>,
}

impl<'a> UntrustedHeader<'a> {
    /// Reads a decoded header.
    ///
    /// # Errors
    ///
    /// Returns [`TokenError::MalformedHeader`] unless it is a JSON object with unique members whose
    /// registered members have the types of RFC 7515 §4.1, [`TokenError::CriticalHeader`] for
    /// `crit`, `b64` and `zip` with any value, [`TokenError::Algorithm`] if `alg` is missing or not
    /// a signature algorithm, [`TokenError::Type`] if `cty` declares a nested token.
    pub(crate) fn read(json: &'a [u8]) -> Result<Self, TokenError> {
        let members =
            json::read(json, Members::default()).map_err(|_| TokenError::MalformedHeader)?;
        if members.has_critical {
            return Err(TokenError::CriticalHeader);
        }
        let algorithm = members.alg.as_deref().and_then(algorithm_from_name);
        let algorithm = algorithm.ok_or(TokenError::Algorithm)?;
        if members.cty.as_deref().is_some_and(is_token) {
            return Err(TokenError::Type);
        }
        Ok(Self {
            algorithm,
            kid: members.kid,
            typ: members.typ,
            repeated: members.repeated,
        })
    }

    /// Returns a copy that borrows nothing.
    pub(super) fn to_static(&self) -> UntrustedHeader<'static> {
        let copy = |text: &Option<Cow<'a, str>>| text.as_deref().map(|text| text.to_owned().into());
        let RepeatedClaims { iss, sub, aud } = &self.repeated;
        UntrustedHeader {
            algorithm: self.algorithm,
            kid: copy(&self.kid),
            typ: copy(&self.typ),
            repeated: RepeatedClaims {
                iss: copy(iss),
                sub: copy(sub),
                aud: aud.clone(),
            },
        }
    }

    /// Rejects a claim that the header repeats with a different value ([RFC 7519 §5.3]).
    ///
    /// [RFC 7519 §5.3]: https://www.rfc-editor.org/rfc/rfc7519#section-5.3
    pub(super) fn check_repeated_claims(&self, claims: &Claims<'_>) -> Result<(), TokenError> {
        self.check_repeated(
            claims.iss.as_deref(),
            claims.sub.as_deref(),
            claims.aud.as_ref(),
        )
    }

    /// Rejects a claim that the header repeats with a different value, or that the token lacks.
    pub(crate) fn check_repeated(
        &self,
        issuer: Option<&str>,
        subject: Option<&str>,
        audience: Option<&Audience>,
    ) -> Result<(), TokenError> {
        let RepeatedClaims { iss, sub, aud } = &self.repeated;
        for (name, is_equal) in [
            ("iss", iss.is_none() || iss.as_deref() == issuer),
            ("sub", sub.is_none() || sub.as_deref() == subject),
            ("aud", aud.is_none() || aud.as_ref() == audience),
        ] {
            if !is_equal {
                return Err(TokenError::WrongClaim(name));
            }
        }
        Ok(())
    }
}

/// Returns whether a content type declares that the payload is a nested token (RFC 7519 §5.2).
///
/// Nested tokens are not supported, and a token that declares one must not be read as a plain one.
fn is_token(content_type: &str) -> bool {
    let subtype = content_type.rsplit('/').next().unwrap_or_default();
    let name = subtype.rsplit('+').next().unwrap_or_default();
    name.trim().eq_ignore_ascii_case("jwt")
}

#[derive(Default)]
struct Members<'a> {
    alg: Option<Cow<'a, str>>,
    kid: Option<Cow<'a, str>>,
    typ: Option<Cow<'a, str>>,
    cty: Option<Cow<'a, str>>,
    repeated: RepeatedClaims<'a>,
    has_critical: bool,
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
        let mut names = MemberNames::default();
        while let Some(name) = map.next_key_seed(StringSeed)? {
            match name.as_ref() {
                "alg" => self.alg = Some(map.next_value_seed(StringSeed)?),
                "kid" => self.kid = Some(map.next_value_seed(StringSeed)?),
                "typ" => self.typ = Some(map.next_value_seed(StringSeed)?),
                "cty" => self.cty = Some(map.next_value_seed(StringSeed)?),
                "iss" => self.repeated.iss = Some(map.next_value_seed(StringSeed)?),
                "sub" => self.repeated.sub = Some(map.next_value_seed(StringSeed)?),
                "aud" => {
                    self.repeated.aud = Some(map.next_value_seed(PhantomData::<Audience>)?);
                }
                "jku" | "x5u" | "x5t" | "x5t#S256" => {
                    map.next_value_seed(StringSeed)?;
                }
                "jwk" => map.next_value_seed(IgnoredObject::member())?,
                "x5c" => map.next_value_seed(IgnoredStrings)?,
                other => {
                    self.has_critical |= matches!(other, "crit" | "b64" | "zip");
                    map.next_value_seed(Ignored::member())?;
                }
            }
            names.add(name);
        }
        names.check()?;
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
    fn header_has_algorithm_kid_and_type() {
        let header =
            br#"{"alg":"RS256","kid":"\u0061","typ":"at+jwt","jwk":{"kty":"RSA"},"x5c":[]}"#;
        let header = UntrustedHeader::read(header).unwrap();
        assert_eq!(header.algorithm, Algorithm::RS256);
        assert_eq!(header.kid.as_deref(), Some("a"));
        assert_eq!(header.typ.as_deref(), Some("at+jwt"));
    }

    /// CVE-2015-2951.
    #[test]
    fn none_in_any_spelling_and_missing_alg_are_rejected() {
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

    /// CVE-2023-51775 (PBES2), CVE-2022-39174 (encryption).
    #[test]
    fn key_management_algorithm_is_rejected() {
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
    fn crit_b64_and_zip_with_any_value_are_rejected() {
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

    /// RFC 7519 §5.2 and §7.2 step 8, CVE-2026-29000.
    #[test]
    fn nested_token_is_rejected() {
        for cty in [
            "JWT",
            "jwt",
            "application/jwt",
            "at+jwt",
            "APPLICATION/AT+JWT",
        ] {
            let json = format!(r#"{{"alg":"RS256","cty":"{cty}"}}"#);
            assert_eq!(error(&json), Some(TokenError::Type), "{cty}");
        }
        assert_eq!(error(r#"{"alg":"RS256","cty":"json"}"#), None);
    }

    /// RFC 7519 §5.3.
    #[test]
    fn repeated_claim_with_another_value_is_rejected() {
        let format = crate::token::Profile::Rfc9068.format();
        let claims = br#"{"iss":"i","sub":"s","aud":["a","b"]}"#;
        let claims = Claims::read(
            claims,
            &format.claim_names,
            &format.roles_claim(format.roles_pointer).unwrap(),
        )
        .unwrap();
        let check = |members: &str| {
            let json = format!(r#"{{"alg":"RS256"{members}}}"#);
            UntrustedHeader::read(json.as_bytes())
                .unwrap()
                .check_repeated_claims(&claims)
        };
        assert_eq!(check(""), Ok(()));
        assert_eq!(check(r#","iss":"i","sub":"s","aud":["a","b"]"#), Ok(()));
        for (member, claim) in [
            (r#""iss":"j""#, "iss"),
            (r#""iss":"I""#, "iss"),
            (r#""sub":"admin""#, "sub"),
            (r#""aud":"a""#, "aud"),
            (r#""aud":["a"]"#, "aud"),
            (r#""aud":["b","a"]"#, "aud"),
        ] {
            let error = Err(TokenError::WrongClaim(claim));
            assert_eq!(check(&format!(",{member}")), error, "{member}");
        }
        let empty = Claims::default();
        let header = UntrustedHeader::read(br#"{"alg":"RS256","sub":"s"}"#).unwrap();
        assert_eq!(
            header.check_repeated_claims(&empty),
            Err(TokenError::WrongClaim("sub"))
        );
    }

    /// RFC 7515 §4 and §10.12.
    #[test]
    fn malformed_header_is_rejected() {
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
            r#"{"alg":"RS256","cty":null}"#,
            r#"{"alg":"RS256","jku":1}"#,
            r#"{"alg":"RS256","x5u":null}"#,
            r#"{"alg":"RS256","x5t":[]}"#,
            r#"{"alg":"RS256","x5t#S256":{}}"#,
            r#"{"alg":"RS256","jwk":"key"}"#,
            r#"{"alg":"RS256","jwk":[]}"#,
            r#"{"alg":"RS256","jwk":{"a":1,"a":1}}"#,
            r#"{"alg":"RS256","x5c":"MII"}"#,
            r#"{"alg":"RS256","x5c":[1]}"#,
            r#"{"alg":"RS256","iss":null}"#,
            r#"{"alg":"RS256","iss":["a"]}"#,
            r#"{"alg":"RS256","sub":1}"#,
            r#"{"alg":"RS256","aud":{}}"#,
            r#"{"alg":"RS256","aud":["a",1]}"#,
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
