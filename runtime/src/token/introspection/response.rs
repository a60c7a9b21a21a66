//! An introspection response ([RFC 7662 §2.2]), validated by the same rules as the claims of a JWT.
//!
//! [RFC 7662 §2.2]: https://www.rfc-editor.org/rfc/rfc7662#section-2.2

use serde_json::{Map, Value};

use crate::claims::{NumericDate, RoleSet, ScopeSet};
use crate::json;
use crate::token::claims::Claims;
use crate::token::error::TokenError;
use crate::token::introspection::error::IntrospectionError;
use crate::token::rules::TokenRules;
use crate::token::verified::{VerifiedClaims, VerifiedToken};

/// The members that show the kind of a token, and their values for an access token.
///
/// No member is required, but each that is present must have one of these values: an endpoint may
/// also report a refresh token or an ID token as active. Values are case-insensitive, as
/// [RFC 6749 §7.1] specifies for `token_type`.
///
/// [RFC 6749 §7.1]: https://www.rfc-editor.org/rfc/rfc6749#section-7.1
const TOKEN_KINDS: [(&str, &[&str]); 3] = [
    ("token_type", &["Bearer"]),
    ("token_use", &["access_token", "access"]),
    ("typ", &["Bearer", "at+jwt", "application/at+jwt"]),
];

/// A well-formed introspection response.
pub(super) struct IntrospectionResponse {
    json: Vec<u8>,
    members: Map<String, Value>,
}

impl IntrospectionResponse {
    /// Reads a response body.
    ///
    /// # Errors
    ///
    /// Returns [`IntrospectionError::MalformedResponse`] unless it is a JSON object with unique
    /// members. A malformed response does not decide whether the token is valid.
    pub(super) fn read(json: Vec<u8>) -> Result<Self, IntrospectionError> {
        match json::parse(&json) {
            Ok(Value::Object(members)) => Ok(Self { json, members }),
            _ => Err(IntrospectionError::MalformedResponse),
        }
    }

    /// Returns whether `active` is literally `true`.
    pub(super) fn is_active(&self) -> bool {
        self.members.get("active") == Some(&Value::Bool(true))
    }

    /// Validates an opaque token, whose claims are those of the response.
    ///
    /// With `client_as_subject`, the client is the subject of a token without `sub`.
    pub(super) fn validate(
        self,
        rules: &TokenRules,
        client_as_subject: bool,
        now: NumericDate,
    ) -> Result<VerifiedToken, TokenError> {
        let mut claims = self.claims(rules)?;
        if client_as_subject && claims.sub.is_none() {
            claims.sub.clone_from(&claims.client_id);
        }
        let claims = rules.validate(claims, now)?;
        Ok(VerifiedToken::new(claims, self.json))
    }

    /// Validates the response for a JWT whose signature and claims are verified.
    ///
    /// Both must agree. Scopes, roles and validity are limited to those in both.
    pub(super) fn confirm(
        self,
        jwt: &VerifiedToken,
        rules: &TokenRules,
        now: NumericDate,
    ) -> Result<VerifiedToken, TokenError> {
        let claims = self.claims(rules)?;
        rules.format.check_claims(&claims)?;
        if claims.aud.is_some() {
            rules.format.check_audience(&claims, &rules.audience)?;
        }
        check_equal("sub", claims.sub.as_deref(), Some(jwt.subject()))?;
        check_equal("client_id", claims.client_id.as_deref(), jwt.client_id())?;
        check_equal("jti", claims.token_id.as_deref(), jwt.jti())?;
        let claims = restrict(jwt.claims(), &claims, rules)?;
        claims.validity.check(now)?;
        Ok(VerifiedToken::new(claims, jwt.claims_json()))
    }

    /// Returns the claims if the response is for an active access token of this issuer.
    fn claims(&self, rules: &TokenRules) -> Result<Claims<'_>, TokenError> {
        if !self.is_active() {
            return Err(TokenError::Inactive);
        }
        for (member, allowed) in TOKEN_KINDS {
            let Some(value) = self.members.get(member) else {
                continue;
            };
            let is_allowed = |value: &str| {
                let mut allowed = allowed.iter();
                allowed.any(|allowed| value.eq_ignore_ascii_case(allowed))
            };
            if !value.as_str().is_some_and(is_allowed) {
                return Err(TokenError::WrongClaim(member));
            }
        }
        let claims = Claims::read(&self.json, &rules.format.claim_names, &rules.roles)?;
        match &claims.iss {
            Some(issuer) if **issuer != *rules.issuer => Err(TokenError::Issuer),
            _ => Ok(claims),
        }
    }
}

/// Rejects a claim that differs between the response and the JWT.
fn check_equal(
    claim: &'static str,
    response: Option<&str>,
    jwt: Option<&str>,
) -> Result<(), TokenError> {
    match (response, jwt) {
        (Some(response), Some(jwt)) if response != jwt => Err(TokenError::WrongClaim(claim)),
        _ => Ok(()),
    }
}

/// Restricts the claims of a JWT to those of the response.
fn restrict(
    jwt: &VerifiedClaims,
    response: &Claims<'_>,
    rules: &TokenRules,
) -> Result<VerifiedClaims, TokenError> {
    let mut claims = jwt.clone();
    if let Some(scope) = &response.scope {
        let response = ScopeSet::parse(scope)?;
        let both: Vec<_> = claims
            .scopes
            .iter()
            .filter(|scope| response.iter().any(|other| other == *scope))
            .collect();
        claims.scopes = ScopeSet::parse(&both.join(" "))?;
    }
    if let Some(roles) = &response.roles {
        let in_both = |role: &&str| roles.iter().any(|other| other == *role);
        claims.roles = claims.roles.iter().filter(in_both).collect::<RoleSet>();
    }
    let iat = response.iat.unwrap_or(claims.issued_at);
    claims.expires_at = response
        .exp
        .map_or(claims.expires_at, |exp| exp.min(claims.expires_at));
    let validity = rules
        .limits
        .validity(claims.expires_at, iat, response.nbf)?;
    claims.validity = claims.validity.intersect(validity);
    // the earlier one, so that a revocation by time of issue covers the token
    claims.issued_at = claims.issued_at.min(iat);
    claims.earliest_issue = claims
        .earliest_issue
        .min(iat.saturating_sub(rules.limits.clock_skew));
    Ok(claims)
}

#[cfg(test)]
mod tests;
