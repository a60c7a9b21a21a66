//! The claims ([RFC 7519 §4], [RFC 9068 §2.2]), read once, after the signature is known to be good.
//!
//! A claim of the wrong JSON type is an error, never "absent" (CVE-2026-25537).
//!
//! [RFC 7519 §4]: https://www.rfc-editor.org/rfc/rfc7519#section-4
//! [RFC 9068 §2.2]: https://www.rfc-editor.org/rfc/rfc9068#section-2.2

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::error::Category;

use crate::claims::strict_json::{self, AnyValue, Text};
use crate::claims::{Audience, NumericDate, RoleSet};
use crate::token::error::TokenError;
use crate::token::profile::{Names, ScopeClaim};
use crate::token::roles_claim::RolesClaim;

/// The claims that are judged, as the token has them; borrowed from the payload.
#[derive(Debug, Default)]
pub(super) struct Claims<'a> {
    pub(super) iss: Option<Cow<'a, str>>,
    pub(super) sub: Option<Cow<'a, str>>,
    pub(super) aud: Option<Audience>,
    pub(super) exp: Option<NumericDate>,
    pub(super) nbf: Option<NumericDate>,
    pub(super) iat: Option<NumericDate>,
    /// The token's identifier, under the profile's name.
    pub(super) token_id: Option<Cow<'a, str>>,
    /// The client that the token was issued to, under the profile's name.
    pub(super) client_id: Option<Cow<'a, str>>,
    /// The scopes with one space between them, from where the profile has them.
    pub(super) scope: Option<Cow<'a, str>>,
    pub(super) roles: Option<RoleSet>,
    /// What the profile tells access tokens by.
    pub(super) marker: Option<Cow<'a, str>>,
    /// The token is bound to a key: `cnf` is there.
    pub(super) is_bound: bool,
    /// A claim is there that only ID tokens have.
    pub(super) is_id_token: bool,
}

impl<'a> Claims<'a> {
    /// Reads a decoded payload whose claims have the profile's names.
    ///
    /// # Errors
    ///
    /// [`TokenError::WrongClaim`] for a judged claim of the wrong type or an impossible
    /// value, [`TokenError::MalformedClaims`] for anything else that is no strict JSON object.
    pub(super) fn read(
        json: &'a [u8],
        names: &Names,
        roles: &RolesClaim,
    ) -> Result<Self, TokenError> {
        let mut wrong = None;
        let reader = Reader {
            claims: Self::default(),
            names,
            roles,
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
    names: &'w Names,
    roles: &'w RolesClaim,
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
        let mut seen = strict_json::Names::default();
        while let Some(name) = map.next_key_seed(Text)? {
            self.member(&name, &mut map)?;
            seen.add(name);
        }
        seen.are_unique()?;
        Ok(self.claims)
    }
}

impl<'de> Reader<'de, '_> {
    /// Reads the value of one claim, in the type that the claim has.
    fn member<A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error> {
        let Names {
            client_id,
            token_id,
            scope,
            marker,
        } = *self.names;
        match name {
            "iss" => self.claims.iss = self.text("iss", map)?,
            "sub" => self.claims.sub = self.text("sub", map)?,
            "aud" => self.claims.aud = self.typed("aud", map, PhantomData)?,
            "exp" => self.claims.exp = self.date("exp", map)?,
            "nbf" => self.claims.nbf = self.date("nbf", map)?,
            "iat" => self.claims.iat = self.date("iat", map)?,
            _ if name == token_id => self.claims.token_id = self.text(token_id, map)?,
            _ if name == client_id => self.claims.client_id = self.text(client_id, map)?,
            _ if name == scope.name() => self.claims.scope = self.scope(scope, map)?,
            _ if name == self.roles.first() => {
                self.claims.roles = self.typed("roles", map, self.roles.seed())?.flatten();
            }
            _ => match marker {
                Some((marker, _)) if name == marker => {
                    self.claims.marker = self.text(marker, map)?;
                }
                _ => {
                    self.claims.is_bound |= name == "cnf";
                    self.claims.is_id_token |= matches!(name, "nonce" | "at_hash" | "c_hash");
                    map.next_value_seed(AnyValue::member())?;
                }
            },
        }
        Ok(())
    }

    fn scope<A: MapAccess<'de>>(
        &mut self,
        claim: ScopeClaim,
        map: &mut A,
    ) -> Result<Option<Cow<'de, str>>, A::Error> {
        match claim {
            ScopeClaim::Text(name) => self.text(name, map),
            ScopeClaim::List(name) => self.typed(name, map, ScopeList),
        }
    }
}

/// Reads an array of scopes as one text; an element is one scope, so it holds no space.
struct ScopeList;

impl<'de> DeserializeSeed<'de> for ScopeList {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for ScopeList {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of scopes")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut joined = String::new();
        while let Some(scope) = seq.next_element_seed(Text)? {
            if scope.is_empty() || scope.contains(' ') {
                return Err(de::Error::custom("a scope that is none"));
            }
            if !joined.is_empty() {
                joined.push(' ');
            }
            joined.push_str(&scope);
        }
        Ok(Cow::Owned(joined))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::profile::Profile;

    fn read(json: &[u8]) -> Result<Claims<'_>, TokenError> {
        read_as(Profile::Rfc9068, json)
    }

    fn read_as(profile: Profile, json: &[u8]) -> Result<Claims<'_>, TokenError> {
        let form = profile.form();
        Claims::read(json, &form.names, &RolesClaim::parse(form.roles).unwrap())
    }

    fn error(json: &str) -> Option<TokenError> {
        read(json.as_bytes()).err()
    }

    #[test]
    fn judged_claims_are_read_and_others_are_left() {
        let json = br#"{"iss":"i","sub":"s","aud":["a"],"exp":9,"nbf":7,"iat":8.5,"jti":"j","client_id":"c","scope":"x y","roles":["r"],"x":[{"a":1}]}"#;
        let claims = read(json).unwrap();
        assert_eq!(claims.iss.as_deref(), Some("i"));
        assert_eq!(claims.sub.as_deref(), Some("s"));
        assert!(claims.aud.unwrap().contains("a"));
        assert_eq!(claims.exp, Some(NumericDate::from_secs(9)));
        assert_eq!(claims.nbf, Some(NumericDate::from_secs(7)));
        assert_eq!(claims.iat, Some(NumericDate::from_millis(8_500)));
        assert_eq!(claims.token_id.as_deref(), Some("j"));
        assert_eq!(claims.client_id.as_deref(), Some("c"));
        assert_eq!(claims.scope.as_deref(), Some("x y"));
        assert_eq!(claims.roles.unwrap().iter().collect::<Vec<_>>(), ["r"]);
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
        assert!(read(b"{\"sub\":\"\xff\"}").is_err());
    }

    #[test]
    fn bound_tokens_and_id_tokens_are_noticed_whatever_the_value() {
        for value in ["null", "{}", "\"x\"", r#"{"jkt":"x"}"#] {
            let bound = format!(r#"{{"cnf":{value}}}"#);
            assert!(read(bound.as_bytes()).unwrap().is_bound, "{value}");
            for claim in ["nonce", "at_hash", "c_hash"] {
                let id_token = format!(r#"{{"{claim}":{value}}}"#);
                assert!(read(id_token.as_bytes()).unwrap().is_id_token, "{claim}");
            }
        }
    }

    #[test]
    fn a_profile_names_its_claims_and_no_others_are_taken_for_them() {
        let json =
            br#"{"azp":"c","uti":"t","scp":"a b","jti":7,"client_id":7,"scope":7,"ver":"2.0"}"#;
        let claims = read_as(Profile::Entra, json).unwrap();
        assert_eq!(claims.client_id.as_deref(), Some("c"));
        assert_eq!(claims.token_id.as_deref(), Some("t"));
        assert_eq!(claims.scope.as_deref(), Some("a b"));
        assert_eq!(claims.marker.as_deref(), Some("2.0"));
        let json = br#"{"azp":"c","uti":"t","scp":"a b"}"#;
        let claims = read(json).unwrap();
        assert!(claims.client_id.is_none() && claims.token_id.is_none() && claims.scope.is_none());
    }

    #[test]
    fn a_list_of_scopes_has_one_in_each_text() {
        let scope = |value: &str| {
            let json = format!(r#"{{"scp":{value}}}"#);
            let claims = read_as(Profile::Okta, json.as_bytes());
            claims.map(|claims| claims.scope.unwrap().into_owned())
        };
        assert_eq!(scope(r#"["a","b"]"#), Ok("a b".to_owned()));
        assert_eq!(scope("[]"), Ok(String::new()));
        for value in [
            r#""a b""#,
            r#"["a b"]"#,
            r#"["a",""]"#,
            r#"["a",1]"#,
            "null",
            "{}",
        ] {
            assert_eq!(scope(value), Err(TokenError::WrongClaim("scp")), "{value}");
        }
    }

    #[test]
    fn roles_of_the_wrong_type_are_never_absent() {
        for value in ["null", "\"admin\"", "{}", "[1]", "7"] {
            let json = format!(r#"{{"roles":{value}}}"#);
            assert_eq!(
                error(&json),
                Some(TokenError::WrongClaim("roles")),
                "{value}"
            );
        }
    }
}
