//! Checks a custom profile: each claim has one meaning, and no ID token matches.

use crate::token::claim_names::ClaimNames;
use crate::token::kind::{self, Kind};
use crate::token::profile::custom::CustomProfile;
use crate::token::profile::custom::error::ProfileError;
use crate::token::profile::custom::types::{is_access_token_type, is_allowed_type};
use crate::token::roles_claim::RESERVED_CLAIMS;

/// The claims that [OpenID Connect Core §2 and §5.1] define for ID tokens, those of sessions, and those
/// that providers usually put into both kinds of tokens.
///
/// Their presence does not distinguish an access token.
///
/// [OpenID Connect Core §2 and §5.1]: https://openid.net/specs/openid-connect-core-1_0.html#IDToken
const CLAIMS_OF_ID_TOKENS: [&str; 44] = [
    "iss",
    "sub",
    "aud",
    "exp",
    "nbf",
    "iat",
    "jti",
    "auth_time",
    "nonce",
    "acr",
    "amr",
    "azp",
    "at_hash",
    "c_hash",
    "s_hash",
    "sid",
    "name",
    "given_name",
    "family_name",
    "middle_name",
    "nickname",
    "preferred_username",
    "profile",
    "picture",
    "website",
    "email",
    "email_verified",
    "gender",
    "birthdate",
    "zoneinfo",
    "locale",
    "phone_number",
    "phone_number_verified",
    "address",
    "updated_at",
    "_claim_names",
    "_claim_sources",
    "sub_jwk",
    "cnf",
    "roles",
    "groups",
    "entitlements",
    "username",
    "ver",
];

/// The claims about a login, which only ID tokens of some providers have.
const CLAIMS_OF_LOGIN: [&str; 4] = ["auth_time", "amr", "acr", "sid"];

impl CustomProfile {
    /// Checks the settings, and that something distinguishes access tokens from ID tokens.
    ///
    /// # Errors
    ///
    /// Returns the first mistake.
    pub(crate) fn check(&self) -> Result<(), ProfileError> {
        if self.name.trim().is_empty() {
            return Err(ProfileError::Name);
        }
        if self
            .nonce_reason
            .as_ref()
            .is_some_and(|reason| reason.trim().is_empty())
        {
            return Err(ProfileError::NoReason);
        }
        if let Some(typ) = self.types.iter().find(|typ| !is_allowed_type(typ)) {
            return Err(ProfileError::Type(typ));
        }
        self.check_claims()?;
        if self.is_distinguished() {
            return Ok(());
        }
        Err(match self.markers.first() {
            Some(claim) => ProfileError::IdTokenClaim(claim),
            None => ProfileError::NotDistinguished,
        })
    }

    /// Checks that each claim has one meaning, and none that another check depends on.
    fn check_claims(&self) -> Result<(), ProfileError> {
        let is_unusable = |claim: &str| {
            let is_token_id = claim == "jti" && self.token_id.claim == claim;
            let is_reserved = RESERVED_CLAIMS.contains(&claim) && !is_token_id;
            claim.is_empty() || is_reserved || kind::decides(claim)
        };
        let mut named = vec![self.client_id.claim, self.token_id.claim, self.scope];
        if let Some(claim) = named.iter().find(|claim| is_unusable(claim)) {
            return Err(ProfileError::Claim(claim));
        }
        if let [_, (claim, _), ..] = *self.marker_values {
            return Err(ProfileError::Claim(claim));
        }
        for (claim, value) in &self.marker_values {
            let is_kind = kind::CLAIMS.contains(claim);
            if value.is_empty()
                || (is_kind && Kind::of(value) != Kind::AccessToken)
                || (!is_kind && is_unusable(claim))
            {
                return Err(ProfileError::Claim(claim));
            }
            named.push(claim);
        }
        named.extend(&self.of_id_tokens);
        if let Some(claim) = first_duplicate(&named) {
            return Err(ProfileError::Claim(claim));
        }
        let all = self.markers.iter().chain(&self.of_id_tokens);
        let is_contradiction =
            |claim: &str| self.markers.contains(&claim) && self.of_id_tokens.contains(&claim);
        let mut all = all.copied();
        let mistake = all
            .find(|claim| claim.is_empty() || is_contradiction(claim))
            .or_else(|| first_duplicate(&self.markers))
            .or_else(|| self.markers.get(ClaimNames::MAX_PRESENT).copied());
        mistake.map_or(Ok(()), |claim| Err(ProfileError::Claim(claim)))
    }

    /// Returns whether an ID token of the provider cannot match the profile.
    fn is_distinguished(&self) -> bool {
        let by_type = !self.type_optional && self.types.iter().all(|typ| is_access_token_type(typ));
        let rejects_id_tokens = || {
            let mut claims = self.of_id_tokens.iter();
            claims.any(|claim| CLAIMS_OF_LOGIN.contains(claim))
        };
        let by_presence = self.markers.iter().any(|claim| match *claim {
            "jti" => rejects_id_tokens(),
            claim => !CLAIMS_OF_ID_TOKENS.contains(&claim) && !kind::decides(claim),
        });
        let mut values = self.marker_values.iter();
        let by_value = values.any(|(claim, _)| !CLAIMS_OF_ID_TOKENS.contains(claim));
        by_presence || by_value || (by_type && self.nonce_reason.is_none())
    }
}

fn first_duplicate(claims: &[&'static str]) -> Option<&'static str> {
    let mut indexed = claims.iter().enumerate();
    let duplicate =
        indexed.find(|(at, claim)| claims.iter().take(*at).any(|other| other == *claim));
    duplicate.map(|(_, claim)| *claim)
}
