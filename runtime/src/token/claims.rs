//! The claims ([RFC 7519 §4], [RFC 9068 §2.2]), read once, after the signature is known to be good.
//!
//! A claim of the wrong JSON type is an error, never "absent" (CVE-2026-25537).
//!
//! [RFC 7519 §4]: https://www.rfc-editor.org/rfc/rfc7519#section-4
//! [RFC 9068 §2.2]: https://www.rfc-editor.org/rfc/rfc9068#section-2.2

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, Visitor};
use serde_json::error::Category;

use crate::claims::strict_json::{self, AnyValue, Names, Text};
use crate::claims::{Audience, NumericDate};
use crate::token::error::TokenError;

/// The claims that are judged, as the token has them; borrowed from the payload.
#[derive(Debug, Default)]
pub(super) struct Claims<'a> {
    pub(super) iss: Option<Cow<'a, str>>,
    pub(super) sub: Option<Cow<'a, str>>,
    pub(super) aud: Option<Audience>,
    pub(super) exp: Option<NumericDate>,
    pub(super) nbf: Option<NumericDate>,
    pub(super) iat: Option<NumericDate>,
    pub(super) jti: Option<Cow<'a, str>>,
    pub(super) client_id: Option<Cow<'a, str>>,
    pub(super) scope: Option<Cow<'a, str>>,
    /// The token is bound to a key: `cnf` is there.
    pub(super) is_bound: bool,
    /// A claim is there that only ID tokens have.
    pub(super) is_id_token: bool,
}

impl<'a> Claims<'a> {
    /// Reads a decoded payload.
    ///
    /// # Errors
    ///
    /// [`TokenError::WrongClaim`] for a judged claim of the wrong type or an impossible
    /// value, [`TokenError::MalformedClaims`] for anything else that is no strict JSON object.
    pub(super) fn read(json: &'a [u8]) -> Result<Self, TokenError> {
        let mut wrong = None;
        let reader = Reader {
            claims: Self::default(),
            wrong: &mut wrong,
        };
        strict_json::read(json, reader).map_err(|error| match (error.classify(), wrong) {
            (Category::Data, Some(claim)) => TokenError::WrongClaim(claim),
            _ => TokenError::MalformedClaims,
        })
    }
}

struct Reader<'a, 'w> {
    claims: Claims<'a>,
    /// Which claim was being read when reading ended early.
    wrong: &'w mut Option<&'static str>,
}

impl<'de> Reader<'de, '_> {
    fn typed<A, S>(
        &mut self,
        claim: &'static str,
        map: &mut A,
        seed: S,
    ) -> Result<Option<S::Value>, A::Error>
    where
        A: MapAccess<'de>,
        S: DeserializeSeed<'de>,
    {
        *self.wrong = Some(claim);
        let value = map.next_value_seed(seed)?;
        *self.wrong = None;
        Ok(Some(value))
    }

    fn text<A: MapAccess<'de>>(
        &mut self,
        claim: &'static str,
        map: &mut A,
    ) -> Result<Option<Cow<'de, str>>, A::Error> {
        self.typed(claim, map, Text)
    }

    fn date<A: MapAccess<'de>>(
        &mut self,
        claim: &'static str,
        map: &mut A,
    ) -> Result<Option<NumericDate>, A::Error> {
        self.typed(claim, map, PhantomData)
    }
}

impl<'de> DeserializeSeed<'de> for Reader<'de, '_> {
    type Value = Claims<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Reader<'de, '_> {
    type Value = Claims<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut names = Names::default();
        while let Some(name) = map.next_key_seed(Text)? {
            match name.as_ref() {
                "iss" => self.claims.iss = self.text("iss", &mut map)?,
                "sub" => self.claims.sub = self.text("sub", &mut map)?,
                "aud" => self.claims.aud = self.typed("aud", &mut map, PhantomData)?,
                "exp" => self.claims.exp = self.date("exp", &mut map)?,
                "nbf" => self.claims.nbf = self.date("nbf", &mut map)?,
                "iat" => self.claims.iat = self.date("iat", &mut map)?,
                "jti" => self.claims.jti = self.text("jti", &mut map)?,
                "client_id" => self.claims.client_id = self.text("client_id", &mut map)?,
                "scope" => self.claims.scope = self.text("scope", &mut map)?,
                other => {
                    self.claims.is_bound |= other == "cnf";
                    self.claims.is_id_token |= matches!(other, "nonce" | "at_hash" | "c_hash");
                    map.next_value_seed(AnyValue::member())?;
                }
            }
            names.add(name);
        }
        names.are_unique()?;
        Ok(self.claims)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(json: &str) -> Option<TokenError> {
        Claims::read(json.as_bytes()).err()
    }

    #[test]
    fn judged_claims_are_read_and_others_are_left() {
        let json = br#"{"iss":"i","sub":"s","aud":["a"],"exp":9,"nbf":7,"iat":8.5,"jti":"j","client_id":"c","scope":"x y","roles":[{"a":1}]}"#;
        let claims = Claims::read(json).unwrap();
        assert_eq!(claims.iss.as_deref(), Some("i"));
        assert_eq!(claims.sub.as_deref(), Some("s"));
        assert!(claims.aud.unwrap().contains("a"));
        assert_eq!(claims.exp, Some(NumericDate::from_secs(9)));
        assert_eq!(claims.nbf, Some(NumericDate::from_secs(7)));
        assert_eq!(claims.iat, Some(NumericDate::from_millis(8_500)));
        assert_eq!(claims.jti.as_deref(), Some("j"));
        assert_eq!(claims.client_id.as_deref(), Some("c"));
        assert_eq!(claims.scope.as_deref(), Some("x y"));
        assert!(!claims.is_bound && !claims.is_id_token);
    }

    /// CVE-2026-25537, CVE-2026-44459 (dates), CVE-2025-30144 (`iss` as an array),
    /// CVE-2020-26160 (`aud`): every wrong type of every judged claim.
    #[test]
    fn a_claim_of_the_wrong_type_is_never_absent() {
        const VALUES: [&str; 11] = [
            "null",
            "\"\"",
            "\"99999999999\"",
            "1",
            "1.5",
            "-1",
            "1e308",
            "[1]",
            "[\"a\"]",
            "{}",
            "true",
        ];
        let is_right = |claim: &str, value: &str| match claim {
            "exp" | "nbf" | "iat" => matches!(value, "1" | "1.5"),
            "aud" => matches!(value, "\"99999999999\"" | "[\"a\"]"),
            _ => value.starts_with('"'),
        };
        for claim in [
            "iss",
            "sub",
            "aud",
            "exp",
            "nbf",
            "iat",
            "jti",
            "client_id",
            "scope",
        ] {
            for value in VALUES {
                let expected = (!is_right(claim, value)).then_some(TokenError::WrongClaim(claim));
                assert_eq!(
                    error(&format!(r#"{{"{claim}":{value}}}"#)),
                    expected,
                    "{claim}: {value}"
                );
            }
        }
    }

    #[test]
    fn a_duplicate_is_refused_at_every_depth_and_in_every_spelling() {
        for json in [
            r#"{"sub":"a","sub":"a"}"#,
            r#"{"sub":"a","\u0073ub":"b"}"#,
            r#"{"x":1,"x":2}"#,
            r#"{"x":[{"y":1,"y":2}]}"#,
        ] {
            assert_eq!(error(json), Some(TokenError::MalformedClaims), "{json}");
        }
    }

    #[test]
    fn only_a_strict_object_holds_claims() {
        for json in [
            "",
            "null",
            "[]",
            r#"["i","s"]"#,
            "\"x\"",
            "{",
            "{}x",
            "{}{}",
            "\u{feff}{}",
            r#"{"exp":1"#,
            r#"{"exp":NaN}"#,
            r#"{"a":"\ud800"}"#,
            r#"{"exp":01}"#,
            r"{'a':1}",
        ] {
            assert_eq!(error(json), Some(TokenError::MalformedClaims), "{json}");
        }
        assert!(Claims::read(b"{\"sub\":\"\xff\"}").is_err());
    }

    #[test]
    fn bound_tokens_and_id_tokens_are_noticed_whatever_the_value() {
        for value in ["null", "{}", "\"x\"", r#"{"jkt":"x"}"#] {
            let bound = format!(r#"{{"cnf":{value}}}"#);
            assert!(Claims::read(bound.as_bytes()).unwrap().is_bound, "{value}");
            for claim in ["nonce", "at_hash", "c_hash"] {
                let id_token = format!(r#"{{"{claim}":{value}}}"#);
                assert!(
                    Claims::read(id_token.as_bytes()).unwrap().is_id_token,
                    "{claim}"
                );
            }
        }
    }
}
