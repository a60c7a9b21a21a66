//! A token format as data, and the checks that depend on it.

use std::borrow::Cow;
use std::time::Duration;

use crate::token::claim_names::ClaimNames;
use crate::token::claims::Claims;
use crate::token::error::TokenError;
use crate::token::roles_claim::RolesClaim;

/// The format of an issuer's tokens.
///
/// `iss`, `sub`, `exp` and `iat` are required in every format.
#[derive(Clone, Debug)]
pub(crate) struct TokenFormat {
    pub(crate) name: &'static str,
    /// The allowed values of the header's `typ`, without `application/`.
    pub(super) types: Cow<'static, [&'static str]>,
    /// Whether the header's `typ` may be absent.
    pub(super) type_optional: bool,
    pub(in crate::token) claim_names: ClaimNames,
    pub(super) audience: AudienceClaim,
    /// The claims that are required besides those of every format.
    pub(super) required: Cow<'static, [RequiredClaim]>,
    /// The default JSON Pointer to the roles; the issuer's configuration may set another.
    pub(crate) roles_pointer: &'static str,
    /// The maximum lifetime, if the provider cannot be configured to the default limit.
    pub(crate) max_lifetime: Option<Duration>,
    /// The maximum length of a token in bytes, if the provider documents longer ones than the default
    /// limit.
    pub(crate) max_token_len: Option<usize>,
    /// The relaxations relative to RFC 9068, one sentence each.
    pub(crate) relaxations: &'static [&'static str],
}

/// The claim that contains the audience.
#[derive(Clone, Copy, Debug)]
pub(super) enum AudienceClaim {
    Aud,
    /// `aud`, or the client ID if `aud` is absent.
    AudOrClientId,
}

/// A claim that a format can require.
#[derive(Clone, Copy, Debug)]
pub(super) enum RequiredClaim {
    TokenId,
    ClientId,
    /// At least one scope.
    Scope,
    /// At least one scope or role.
    Grant,
}

impl TokenFormat {
    /// Returns the roles claim at `pointer`, a JSON Pointer.
    ///
    /// Returns `None` if `pointer` is malformed, or points into a claim with another meaning.
    pub(crate) fn roles_claim(&self, pointer: &str) -> Option<RolesClaim> {
        let roles = RolesClaim::parse(pointer)?;
        (!self.claim_names.uses(roles.first())).then_some(roles)
    }

    /// Returns whether this format allows the header's `typ` ([RFC 7515 §4.1.9]).
    ///
    /// A value without a slash is short for `application/` and that value. Media types are
    /// case-insensitive.
    ///
    /// [RFC 7515 §4.1.9]: https://www.rfc-editor.org/rfc/rfc7515#section-4.1.9
    pub(in crate::token) fn accepts_type(&self, typ: Option<&str>) -> bool {
        const PREFIX: &str = "application/";
        let Some(typ) = typ else {
            return self.type_optional;
        };
        let subtype = match typ.split_at_checked(PREFIX.len()) {
            Some((prefix, subtype)) if prefix.eq_ignore_ascii_case(PREFIX) => subtype,
            _ => typ,
        };
        self.types
            .iter()
            .any(|allowed| subtype.eq_ignore_ascii_case(allowed))
    }

    /// Rejects tokens of another kind, and tokens without the required claims.
    pub(in crate::token) fn check_claims(&self, claims: &Claims<'_>) -> Result<(), TokenError> {
        if claims.is_bound {
            return Err(TokenError::Binding);
        }
        if claims.is_id_token {
            return Err(TokenError::IdToken);
        }
        if let Some(claim) = claims.wrong_kind {
            return Err(TokenError::WrongClaim(claim));
        }
        // a client assertion (RFC 7523 §3) of the issuer itself
        if self.claim_names.checks_kind && claims.sub == claims.iss {
            return Err(TokenError::WrongClaim("sub"));
        }
        if let Some(absent) = claims.missing_marker(&self.claim_names) {
            return Err(TokenError::MissingClaim(absent));
        }
        if let Some((name, value)) = self.claim_names.marker
            && require_non_empty(name, claims.marker.as_deref())? != value
        {
            return Err(TokenError::WrongClaim(name));
        }
        self.required
            .iter()
            .try_for_each(|required| self.check_required(*required, claims))
    }

    /// Checks that the token has a required claim; an empty scope does not count.
    fn check_required(
        &self,
        required: RequiredClaim,
        claims: &Claims<'_>,
    ) -> Result<(), TokenError> {
        let ClaimNames {
            client_id,
            token_id,
            scope,
            ..
        } = self.claim_names;
        let has_scope = claims.scope.as_deref().is_some_and(|text| !text.is_empty());
        let has_role = || {
            let roles = claims.roles.as_ref();
            roles.is_some_and(|roles| roles.iter().any(|role| !role.is_empty()))
        };
        match required {
            RequiredClaim::TokenId => {
                require_non_empty(token_id, claims.token_id.as_deref()).map(drop)
            }
            RequiredClaim::ClientId => {
                require_non_empty(client_id, claims.client_id.as_deref()).map(drop)
            }
            RequiredClaim::Scope if has_scope => Ok(()),
            RequiredClaim::Grant if has_scope || has_role() => Ok(()),
            RequiredClaim::Scope | RequiredClaim::Grant => {
                Err(TokenError::MissingClaim(scope.name()))
            }
        }
    }

    /// Checks that the token's audience contains one of `audiences`.
    pub(in crate::token) fn check_audience(
        &self,
        claims: &Claims<'_>,
        audiences: &[Box<str>],
    ) -> Result<(), TokenError> {
        let mut audiences = audiences.iter().map(|audience| &**audience);
        let is_ours = match (self.audience, &claims.aud) {
            (_, Some(aud)) => audiences.any(|audience| aud.contains(audience)),
            (AudienceClaim::AudOrClientId, None) => {
                audiences.any(|audience| claims.client_id.as_deref() == Some(audience))
            }
            (AudienceClaim::Aud, None) => return Err(TokenError::MissingClaim("aud")),
        };
        if is_ours {
            Ok(())
        } else {
            Err(TokenError::Audience)
        }
    }
}

/// Returns the value of a required claim that must not be empty.
pub(in crate::token) fn require_non_empty<'a>(
    claim: &'static str,
    value: Option<&'a str>,
) -> Result<&'a str, TokenError> {
    match value {
        None => Err(TokenError::MissingClaim(claim)),
        Some("") => Err(TokenError::WrongClaim(claim)),
        Some(value) => Ok(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::profile::Profile;

    fn rfc_9068() -> Cow<'static, TokenFormat> {
        Profile::Rfc9068.format()
    }

    fn check(json: &str) -> Result<(), TokenError> {
        let format = rfc_9068();
        let roles = format.roles_claim(format.roles_pointer).unwrap();
        let claims = Claims::read(json.as_bytes(), &format.claim_names, &roles)?;
        format.check_claims(&claims)
    }

    /// RFC 9068 §4, RFC 8725 §3.11.
    #[test]
    fn typ_at_jwt_in_any_case_with_or_without_prefix_is_accepted() {
        for typ in [
            "at+jwt",
            "AT+JWT",
            "at+JWT",
            "application/at+jwt",
            "Application/AT+jwt",
        ] {
            assert!(rfc_9068().accepts_type(Some(typ)), "{typ}");
        }
    }

    /// RFC 8725 §3.12: other kinds of JWTs must not be accepted as access tokens.
    #[test]
    fn any_other_typ_is_rejected() {
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
            assert!(!rfc_9068().accepts_type(Some(typ)), "{typ}");
        }
        assert!(!rfc_9068().accepts_type(None));
    }

    /// RFC 9068 §2.2.
    #[test]
    fn missing_or_empty_jti_or_client_id_is_rejected() {
        assert_eq!(check(r#"{"iat":1,"jti":"j","client_id":"c"}"#), Ok(()));
        for (json, claim) in [
            (r#"{"iat":1,"client_id":"c"}"#, "jti"),
            (r#"{"iat":1,"jti":"j"}"#, "client_id"),
        ] {
            assert_eq!(check(json), Err(TokenError::MissingClaim(claim)));
        }
        for (json, claim) in [
            (r#"{"iat":1,"jti":"","client_id":"c"}"#, "jti"),
            (r#"{"iat":1,"jti":"j","client_id":""}"#, "client_id"),
        ] {
            assert_eq!(check(json), Err(TokenError::WrongClaim(claim)));
        }
    }

    #[test]
    fn roles_claim_that_the_profile_already_uses_is_rejected() {
        for (profile, pointer, is_unused) in [
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
            let found = profile.format().roles_claim(pointer);
            assert_eq!(found.is_some(), is_unused, "{profile:?}: {pointer}");
        }
    }

    #[test]
    fn bound_token_and_id_token_are_rejected() {
        assert_eq!(check(r#"{"cnf":{"jkt":"x"}}"#), Err(TokenError::Binding));
        assert_eq!(check(r#"{"nonce":"x"}"#), Err(TokenError::IdToken));
    }

    #[test]
    fn profile_name_is_the_name_of_the_provider() {
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
