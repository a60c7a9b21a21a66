//! A profile as data, and the part of judging that depends on it.

use std::time::Duration;

use crate::token::claim_names::ClaimNames;
use crate::token::claims::Claims;
use crate::token::error::TokenError;
use crate::token::roles_claim::RolesClaim;

/// The form that an issuer's tokens have.
///
/// `iss`, `sub`, `exp` and `iat` are demanded of every profile's tokens.
#[derive(Debug)]
pub(crate) struct Form {
    pub(crate) name: &'static str,
    /// What the header's `typ` may be, without `application/`.
    pub(super) types: &'static [&'static str],
    /// Whether the header may have no `typ`.
    pub(super) may_be_untyped: bool,
    /// What its claims are called.
    pub(in crate::token) names: ClaimNames,
    pub(super) audience: AudienceClaim,
    /// What a token must have beside what every token must have.
    pub(super) demands: &'static [Demand],
    /// A JSON Pointer to the roles, where the issuer's configuration names no other.
    pub(crate) roles: &'static str,
    /// How long its tokens live at most, where the provider cannot be set to less.
    pub(crate) lifetime: Option<Duration>,
    /// What is lowered against RFC 9068, one sentence each.
    pub(crate) lowers: &'static [&'static str],
}

/// Which claim says whom a token is meant for.
#[derive(Clone, Copy, Debug)]
pub(super) enum AudienceClaim {
    Aud,
    /// `aud`; where it is absent, the client that the token was issued to.
    AudOrClientId,
}

/// What a profile may demand.
#[derive(Clone, Copy, Debug)]
pub(super) enum Demand {
    TokenId,
    ClientId,
    /// At least one scope.
    Scope,
    /// At least one scope or role.
    Grant,
}

impl Form {
    /// The roles at `pointer`, a JSON Pointer.
    ///
    /// Nothing where that is no place for roles, or where the profile reads something else there.
    pub(crate) fn roles_claim(&self, pointer: &str) -> Option<RolesClaim> {
        let roles = RolesClaim::parse(pointer)?;
        (!self.names.take(roles.first())).then_some(roles)
    }

    /// Whether the header's `typ` is this profile's ([RFC 7515 §4.1.9]).
    ///
    /// A value without a slash stands for one that begins with `application/`; media types
    /// are compared without regard to case.
    ///
    /// [RFC 7515 §4.1.9]: https://www.rfc-editor.org/rfc/rfc7515#section-4.1.9
    pub(in crate::token) fn has_type(&self, typ: Option<&str>) -> bool {
        const PREFIX: &str = "application/";
        let Some(typ) = typ else {
            return self.may_be_untyped;
        };
        let subtype = match typ.split_at_checked(PREFIX.len()) {
            Some((prefix, subtype)) if prefix.eq_ignore_ascii_case(PREFIX) => subtype,
            _ => typ,
        };
        self.types
            .iter()
            .any(|known| subtype.eq_ignore_ascii_case(known))
    }

    /// Refuses tokens of another kind, and those that lack what the profile demands.
    pub(in crate::token) fn judge(&self, claims: &Claims<'_>) -> Result<(), TokenError> {
        if claims.is_bound {
            return Err(TokenError::Binding);
        }
        if claims.is_id_token {
            return Err(TokenError::IdToken);
        }
        if let Some((name, value)) = self.names.marker
            && present(name, claims.marker.as_deref())? != value
        {
            return Err(TokenError::WrongClaim(name));
        }
        self.demands
            .iter()
            .try_for_each(|demand| self.meet(*demand, claims))
    }

    /// Whether the token has what the profile demands; an empty scope is none.
    fn meet(&self, demand: Demand, claims: &Claims<'_>) -> Result<(), TokenError> {
        let ClaimNames {
            client_id,
            token_id,
            scope,
            ..
        } = self.names;
        let has_scope = claims.scope.as_deref().is_some_and(|text| !text.is_empty());
        let has_role = || {
            let roles = claims.roles.as_ref();
            roles.is_some_and(|roles| roles.iter().next().is_some())
        };
        match demand {
            Demand::TokenId => present(token_id, claims.token_id.as_deref()).map(drop),
            Demand::ClientId => present(client_id, claims.client_id.as_deref()).map(drop),
            Demand::Scope if has_scope => Ok(()),
            Demand::Grant if has_scope || has_role() => Ok(()),
            Demand::Scope | Demand::Grant => Err(TokenError::MissingClaim(scope.name())),
        }
    }

    /// Whether the token is meant for `audience`.
    pub(in crate::token) fn judge_audience(
        &self,
        claims: &Claims<'_>,
        audience: &str,
    ) -> Result<(), TokenError> {
        let is_ours = match (self.audience, &claims.aud) {
            (_, Some(aud)) => aud.contains(audience),
            (AudienceClaim::AudOrClientId, None) => claims.client_id.as_deref() == Some(audience),
            (AudienceClaim::Aud, None) => return Err(TokenError::MissingClaim("aud")),
        };
        if is_ours {
            Ok(())
        } else {
            Err(TokenError::Audience)
        }
    }
}

/// A text that is there and not empty.
pub(in crate::token) fn present<'a>(
    claim: &'static str,
    text: Option<&'a str>,
) -> Result<&'a str, TokenError> {
    match text {
        None => Err(TokenError::MissingClaim(claim)),
        Some("") => Err(TokenError::WrongClaim(claim)),
        Some(text) => Ok(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::profile::Profile;

    fn rfc_9068() -> &'static Form {
        Profile::Rfc9068.form()
    }

    fn judge(json: &str) -> Result<(), TokenError> {
        let roles = rfc_9068().roles_claim(rfc_9068().roles).unwrap();
        let claims = Claims::read(json.as_bytes(), &rfc_9068().names, &roles)?;
        rfc_9068().judge(&claims)
    }

    /// RFC 9068 §4, RFC 8725 §3.11.
    #[test]
    fn the_type_is_at_jwt_in_any_case_with_or_without_application() {
        for typ in [
            "at+jwt",
            "AT+JWT",
            "at+JWT",
            "application/at+jwt",
            "Application/AT+jwt",
        ] {
            assert!(rfc_9068().has_type(Some(typ)), "{typ}");
        }
    }

    /// RFC 8725 §3.12: no other kind of JWT is an access token.
    #[test]
    fn every_other_type_is_refused() {
        for typ in [
            "JWT",
            "",
            "at",
            "at+jwt ",
            " at+jwt",
            "at+jwt\0",
            "dpop+jwt",
            "logout+jwt",
            "secevent+jwt",
            "application/",
            "application/jwt",
            "text/at+jwt",
            "application/application/at+jwt",
            "applicatiox/at+jwt",
            "at+jwt+x",
        ] {
            assert!(!rfc_9068().has_type(Some(typ)), "{typ}");
        }
        assert!(!rfc_9068().has_type(None));
    }

    /// RFC 9068 §2.2.
    #[test]
    fn jti_and_client_id_are_demanded() {
        assert_eq!(judge(r#"{"iat":1,"jti":"j","client_id":"c"}"#), Ok(()));
        for (json, claim) in [
            (r#"{"iat":1,"client_id":"c"}"#, "jti"),
            (r#"{"iat":1,"jti":"j"}"#, "client_id"),
        ] {
            assert_eq!(judge(json), Err(TokenError::MissingClaim(claim)));
        }
        for (json, claim) in [
            (r#"{"iat":1,"jti":"","client_id":"c"}"#, "jti"),
            (r#"{"iat":1,"jti":"j","client_id":""}"#, "client_id"),
        ] {
            assert_eq!(judge(json), Err(TokenError::WrongClaim(claim)));
        }
    }

    #[test]
    fn a_profile_reads_each_claim_for_one_thing() {
        for (profile, pointer, is_free) in [
            (Profile::Rfc9068, "/groups", true),
            (Profile::Rfc9068, "/scope", false),
            (Profile::Rfc9068, "/client_id/x", false),
            (Profile::Entra, "/uti", false),
            (Profile::Entra, "/ver", false),
            (Profile::Entra, "/scope", true),
            (Profile::Okta, "/scp", false),
            (Profile::Keycloak, "/typ", false),
            (Profile::Keycloak, "/resource_access/api/roles", true),
        ] {
            let found = profile.form().roles_claim(pointer);
            assert_eq!(found.is_some(), is_free, "{profile:?}: {pointer}");
        }
    }

    #[test]
    fn bound_tokens_and_id_tokens_are_refused() {
        assert_eq!(judge(r#"{"cnf":{"jkt":"x"}}"#), Err(TokenError::Binding));
        assert_eq!(judge(r#"{"nonce":"x"}"#), Err(TokenError::IdToken));
    }

    #[test]
    fn each_profile_has_a_name_of_its_own() {
        for (profile, name) in [
            (Profile::Rfc9068, "RFC 9068"),
            (Profile::Entra, "Microsoft Entra ID"),
            (Profile::Auth0, "Auth0"),
            (Profile::Okta, "Okta"),
            (Profile::Cognito, "Amazon Cognito"),
            (Profile::Keycloak, "Keycloak"),
        ] {
            assert_eq!(profile.name(), name);
        }
    }
}
