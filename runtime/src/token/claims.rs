//! The claims ([RFC 7519 §4], [RFC 9068 §2.2]), read once after the signature is verified.
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
use crate::json::{self, Presence, StringSeed};
use crate::text::is_forbidden_in_line;
use crate::token::claim_names::{ClaimNames, ScopeClaim};
use crate::token::error::TokenError;
use crate::token::kind::{self, Kind};
use crate::token::roles_claim::RolesClaim;

/// The claims that are validated, borrowed from the payload.
#[derive(Debug, Default)]
pub(super) struct Claims<'a> {
    /// The text that the claims were read from.
    json: &'a [u8],
    pub(super) iss: Option<Cow<'a, str>>,
    pub(super) sub: Option<Cow<'a, str>>,
    pub(super) aud: Option<Audience>,
    pub(super) exp: Option<NumericDate>,
    pub(super) nbf: Option<NumericDate>,
    pub(super) iat: Option<NumericDate>,
    /// The token's identifier, from the profile's claim.
    pub(super) token_id: Option<Cow<'a, str>>,
    /// The client that the token was issued to, from the profile's claim.
    pub(super) client_id: Option<Cow<'a, str>>,
    /// The scopes, separated by one space, from the profile's claim.
    pub(super) scope: Option<Cow<'a, str>>,
    pub(super) roles: Option<RoleSet>,
    /// Whether the roles claim is malformed; the token then has no roles.
    pub(super) has_malformed_roles: bool,
    /// The claim that marks access tokens in the profile.
    pub(super) marker: Option<Cow<'a, str>>,
    /// Whether the token is bound to a key (`cnf`).
    pub(super) is_bound: bool,
    /// Whether the token has a claim that only ID tokens have.
    pub(super) is_id_token: bool,
    /// A claim that only other kinds of tokens have, or whose value names another kind.
    pub(super) wrong_kind: Option<&'static str>,
    /// A bit for each of [`ClaimNames::present`], set if the claim is present.
    present: u32,
}

impl<'a> Claims<'a> {
    /// Reads a decoded payload whose claims have these names.
    ///
    /// # Errors
    ///
    /// Returns [`TokenError::WrongClaim`] for a validated claim with the wrong type or an impossible
    /// value, and [`TokenError::MalformedClaims`] if the payload is not a JSON object with unique
    /// members, whatever the order of its claims.
    pub(super) fn read(
        json: &'a [u8],
        names: &ClaimNames,
        roles: &RolesClaim,
    ) -> Result<Self, TokenError> {
        let mut current = None;
        let reader = Reader {
            claims: Self {
                json,
                ..Self::default()
            },
            names,
            roles,
            current: &mut current,
        };
        json::read(json, reader).map_err(|error| match (error.classify(), current) {
            (Category::Data, Some(claim)) if json::is_well_formed(json) => {
                TokenError::WrongClaim(claim)
            }
            _ => TokenError::MalformedClaims,
        })
    }

    /// Returns the first claim that access tokens of the profile have, and this token lacks.
    pub(super) fn missing_marker(&self, names: &ClaimNames) -> Option<&'static str> {
        let mut markers = names.present.iter().enumerate();
        markers
            .find(|(index, _)| self.present & (1 << index) == 0)
            .map(|(_, name)| *name)
    }

    /// Returns the text that the claims were read from.
    pub(super) fn json(&self) -> &'a [u8] {
        self.json
    }

    /// Reads only the issuer, even if the other claims are wrong.
    pub(super) fn read_issuer(json: &'a [u8]) -> Option<Cow<'a, str>> {
        #[derive(Deserialize)]
        struct IssuerOnly<'a> {
            #[serde(borrow)]
            iss: Cow<'a, str>,
        }
        let claims: Option<IssuerOnly<'_>> = serde_json::from_slice(json).ok();
        claims.map(|claims| claims.iss)
    }
}

struct Reader<'a, 'w> {
    claims: Claims<'a>,
    names: &'w ClaimNames,
    roles: &'w RolesClaim,
    /// The claim that is being read, for the error if it is wrong.
    current: &'w mut Option<&'static str>,
}

impl<'de> Reader<'de, '_> {
    fn claim<A, S>(
        &mut self,
        claim: &'static str,
        map: &mut A,
        seed: S,
    ) -> Result<Option<S::Value>, A::Error>
    where
        A: MapAccess<'de>,
        S: DeserializeSeed<'de>,
    {
        *self.current = Some(claim);
        let value = map.next_value_seed(seed)?;
        *self.current = None;
        Ok(Some(value))
    }

    fn string<A: MapAccess<'de>>(
        &mut self,
        claim: &'static str,
        map: &mut A,
    ) -> Result<Option<Cow<'de, str>>, A::Error> {
        self.claim(claim, map, StringSeed)
    }

    fn identifier<A: MapAccess<'de>>(
        &mut self,
        claim: &'static str,
        map: &mut A,
    ) -> Result<Option<Cow<'de, str>>, A::Error> {
        self.claim(claim, map, Identifier)
    }

    fn date<A: MapAccess<'de>>(
        &mut self,
        claim: &'static str,
        map: &mut A,
    ) -> Result<Option<NumericDate>, A::Error> {
        self.claim(claim, map, PhantomData)
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
        seen.check()?;
        Ok(self.claims)
    }
}

impl<'de> Reader<'de, '_> {
    /// Reads the value of one claim.
    fn member<A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error> {
        let ClaimNames {
            client_id,
            token_id,
            scope,
            marker,
            ..
        } = *self.names;
        let mut is_present = true;
        match name {
            "iss" => self.claims.iss = self.string("iss", map)?,
            "sub" => self.claims.sub = self.identifier("sub", map)?,
            "aud" => self.claims.aud = self.claim("aud", map, PhantomData)?,
            "exp" => self.claims.exp = self.date("exp", map)?,
            "nbf" => self.claims.nbf = self.date("nbf", map)?,
            "iat" => self.claims.iat = self.date("iat", map)?,
            _ if name == token_id => self.claims.token_id = self.identifier(token_id, map)?,
            _ if name == client_id => self.claims.client_id = self.identifier(client_id, map)?,
            _ if name == scope.name() => {
                self.claims.scope = self.scope(scope, map)?;
                is_present = self.claims.scope.is_some();
            }
            _ if name == self.roles.first() => {
                let claim = map.next_value_seed(self.roles.seed())?;
                is_present = claim.is_present;
                self.claims.has_malformed_roles = claim.is_malformed;
                self.claims.roles = claim.roles;
            }
            _ => match marker {
                Some((marker, _)) if name == marker => {
                    self.claims.marker = self.string(marker, map)?;
                }
                _ => is_present = self.other_member(name, map)?,
            },
        }
        if is_present {
            let markers = self.names.present.iter().enumerate();
            let index = markers.filter(|(_, marker)| **marker == name);
            self.claims.present |= index.fold(0, |bits, (index, _)| bits | (1 << index));
        }
        Ok(())
    }

    /// Reads a claim of which only the kind of the token depends.
    ///
    /// Returns whether the claim is present.
    fn other_member<A: MapAccess<'de>>(
        &mut self,
        name: &str,
        map: &mut A,
    ) -> Result<bool, A::Error> {
        if self.names.checks_kind {
            let open = kind::OPEN_CLAIMS.into_iter().map(|claim| (claim, true));
            let mut claims = kind::CLAIMS
                .into_iter()
                .map(|claim| (claim, false))
                .chain(open);
            if let Some((claim, is_open)) = claims.find(|(claim, _)| *claim == name) {
                let kind = map.next_value_seed(kind::KindSeed { is_open })?;
                if kind == Some(Kind::Other) {
                    self.claims.wrong_kind = Some(claim);
                }
                return Ok(kind.is_some());
            }
            let mut foreign = kind::CLAIMS_OF_OTHER_TOKENS.into_iter();
            self.claims.wrong_kind = self
                .claims
                .wrong_kind
                .or_else(|| foreign.find(|claim| *claim == name));
        }
        self.claims.is_bound |= name == "cnf";
        self.claims.is_id_token |= match name {
            "nonce" => !self.names.allows_nonce,
            "at_hash" | "c_hash" => true,
            _ => self.names.of_id_tokens.contains(&name),
        };
        map.next_value_seed(Presence::member())
    }

    /// Reads the scopes; returns `None` for an empty string.
    fn scope<A: MapAccess<'de>>(
        &mut self,
        claim: ScopeClaim,
        map: &mut A,
    ) -> Result<Option<Cow<'de, str>>, A::Error> {
        match claim {
            ScopeClaim::String(name) => {
                let scopes = self.string(name, map)?;
                Ok(scopes.filter(|scopes| !scopes.is_empty()))
            }
            ScopeClaim::Array(name) => self.claim(name, map, ScopeArray),
            ScopeClaim::StringOrArray(name) => {
                let scopes = self.claim(name, map, ScopeStringOrArray)?;
                Ok(scopes.flatten())
            }
        }
    }
}

/// Reads the identifier of a subject, a client or a token.
///
/// Identifiers are used in logs, database keys and file names, so they must not be empty, and may
/// contain the characters of a line of input only. [RFC 6749 §A.1] restricts `client_id` to printable
/// characters; the same applies here to the other identifiers.
///
/// [RFC 6749 §A.1]: https://www.rfc-editor.org/rfc/rfc6749#appendix-A.1
struct Identifier;

impl<'de> DeserializeSeed<'de> for Identifier {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        let identifier = StringSeed.deserialize(deserializer)?;
        if identifier.is_empty() || identifier.contains(is_forbidden_in_line) {
            return Err(de::Error::custom(
                "an empty identifier, or one with a control character or noncharacter",
            ));
        }
        Ok(identifier)
    }
}

/// Reads an array of scopes and joins them with spaces, which no scope may contain.
struct ScopeArray;

impl<'de> DeserializeSeed<'de> for ScopeArray {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for ScopeArray {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of scopes")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut joined = String::new();
        while let Some(scope) = seq.next_element_seed(StringSeed)? {
            if scope.is_empty() || scope.contains(' ') {
                return Err(de::Error::custom("an empty scope, or one with a space"));
            }
            if !joined.is_empty() {
                joined.push(' ');
            }
            joined.push_str(&scope);
        }
        Ok(Cow::Owned(joined))
    }
}

/// Reads scopes from an array, or from a string that is not empty.
struct ScopeStringOrArray;

impl<'de> DeserializeSeed<'de> for ScopeStringOrArray {
    type Value = Option<Cow<'de, str>>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ScopeStringOrArray {
    type Value = Option<Cow<'de, str>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string or an array of scopes")
    }

    fn visit_borrowed_str<E>(self, scopes: &'de str) -> Result<Self::Value, E> {
        Ok((!scopes.is_empty()).then_some(Cow::Borrowed(scopes)))
    }

    fn visit_str<E>(self, scopes: &str) -> Result<Self::Value, E> {
        Ok((!scopes.is_empty()).then(|| Cow::Owned(scopes.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Self::Value, A::Error> {
        ScopeArray.visit_seq(seq).map(Some)
    }
}

#[cfg(test)]
mod tests;
