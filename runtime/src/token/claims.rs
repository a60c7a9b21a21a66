//! The claims ([RFC 7519 §4], [RFC 9068 §2.2]), read once, after the signature is known to be good.
//!
//! A claim of the wrong JSON type is an error, never "absent" (CVE-2026-25537).
//!
//! [RFC 7519 §4]: https://www.rfc-editor.org/rfc/rfc7519#section-4
//! [RFC 9068 §2.2]: https://www.rfc-editor.org/rfc/rfc9068#section-2.2

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::error::Category;

use crate::claims::{Audience, NumericDate, RoleSet};
use crate::json::{self, Ignored, StringSeed};
use crate::text::is_control;
use crate::token::claim_names::{ClaimNames, ScopeClaim};
use crate::token::error::TokenError;

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
        names: &ClaimNames,
        roles: &RolesClaim,
    ) -> Result<Self, TokenError> {
        let mut wrong = None;
        let reader = Reader {
            claims: Self::default(),
            names,
            roles,
            wrong: &mut wrong,
        };
        json::read(json, reader).map_err(|error| match (error.classify(), wrong) {
            (Category::Data, Some(claim)) => TokenError::WrongClaim(claim),
            _ => TokenError::MalformedClaims,
        })
    }

    /// Whom a payload names as its issuer, whatever the rest of it says.
    pub(super) fn issuer_in(json: &'a [u8]) -> Option<Cow<'a, str>> {
        #[derive(Deserialize)]
        struct Named<'a> {
            #[serde(borrow)]
            iss: Cow<'a, str>,
        }
        let named: Option<Named<'_>> = serde_json::from_slice(json).ok();
        named.map(|named| named.iss)
    }
}

struct Reader<'a, 'w> {
    claims: Claims<'a>,
    names: &'w ClaimNames,
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
        self.typed(claim, map, StringSeed)
    }

    fn identifier<A: MapAccess<'de>>(
        &mut self,
        claim: &'static str,
        map: &mut A,
    ) -> Result<Option<Cow<'de, str>>, A::Error> {
        self.typed(claim, map, Identifier)
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
        let mut seen = json::MemberNames::default();
        while let Some(name) = map.next_key_seed(StringSeed)? {
            self.member(&name, &mut map)?;
            seen.add(name);
        }
        seen.check_unique()?;
        Ok(self.claims)
    }
}

impl<'de> Reader<'de, '_> {
    /// Reads the value of one claim, in the type that the claim has.
    fn member<A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error> {
        let ClaimNames {
            client_id,
            token_id,
            scope,
            marker,
        } = *self.names;
        match name {
            "iss" => self.claims.iss = self.text("iss", map)?,
            "sub" => self.claims.sub = self.identifier("sub", map)?,
            "aud" => self.claims.aud = self.typed("aud", map, PhantomData)?,
            "exp" => self.claims.exp = self.date("exp", map)?,
            "nbf" => self.claims.nbf = self.date("nbf", map)?,
            "iat" => self.claims.iat = self.date("iat", map)?,
            _ if name == token_id => self.claims.token_id = self.identifier(token_id, map)?,
            _ if name == client_id => self.claims.client_id = self.identifier(client_id, map)?,
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
                    map.next_value_seed(Ignored::member())?;
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

/// Reads a name of somebody or something: of a subject, a client, a token.
///
/// It ends up in logs, keys of databases and file names, so it is not empty and holds no
/// control character, no line separator, and nothing that turns the direction of text.
/// [RFC 6749 §A.1] keeps `client_id` to printable characters; the others follow suit.
///
/// [RFC 6749 §A.1]: https://www.rfc-editor.org/rfc/rfc6749#appendix-A.1
struct Identifier;

impl<'de> DeserializeSeed<'de> for Identifier {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        let text = StringSeed.deserialize(deserializer)?;
        if text.is_empty() || text.contains(is_control) {
            return Err(de::Error::custom("a name that is none"));
        }
        Ok(text)
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
        while let Some(scope) = seq.next_element_seed(StringSeed)? {
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
mod tests;
