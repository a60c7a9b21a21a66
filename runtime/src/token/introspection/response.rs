//! An introspection response ([RFC 7662 §2.2]), validated by the same rules as the claims of a JWT.
//!
//! [RFC 7662 §2.2]: https://www.rfc-editor.org/rfc/rfc7662#section-2.2

use crate::claims::NumericDate;
use crate::json::{ExactObject, ExactValue};
use crate::token::claims::Claims;
use crate::token::error::TokenError;
use crate::token::introspection::agreement::{Statement, agreed_claims};
use crate::token::introspection::error::IntrospectionError;
use crate::token::rules::TokenRules;
use crate::token::verified::VerifiedToken;

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
    members: ExactObject,
}

impl IntrospectionResponse {
    /// Reads a response body.
    ///
    /// # Errors
    ///
    /// Returns [`IntrospectionError::MalformedResponse`] unless it is a JSON object with unique
    /// members. A malformed response does not decide whether the token is valid.
    pub(super) fn read(json: Vec<u8>) -> Result<Self, IntrospectionError> {
        match ExactValue::parse(&json) {
            Some(ExactValue::Object(members)) => Ok(Self { json, members }),
            _ => Err(IntrospectionError::MalformedResponse),
        }
    }

    /// Returns whether `active` is literally `true`.
    pub(super) fn is_active(&self) -> bool {
        self.members.get("active") == Some(&ExactValue::Bool(true))
    }

    /// Validates an opaque token, whose claims are those of the response.
    ///
    /// With `client_as_subject`, the client is the subject of a token without `sub`.
    pub(super) fn validate(
        &self,
        rules: &TokenRules,
        client_as_subject: bool,
        now: NumericDate,
    ) -> Result<VerifiedToken, TokenError> {
        let claims = self.claims(rules)?;
        let mut implied = Vec::new();
        if claims.iss.is_none() {
            implied.push(("iss", &*rules.issuer));
        }
        if client_as_subject && claims.sub.is_none() {
            implied.extend(claims.client_id.as_deref().map(|client| ("sub", client)));
        }
        if implied.is_empty() {
            return rules.verify(&claims, now);
        }
        // typed claims see the issuer and the subject too
        let mut members = self.members.clone();
        for (claim, value) in implied {
            members.insert(claim.to_owned(), ExactValue::String(value.to_owned()));
        }
        let json = ExactValue::Object(members).to_string();
        rules.verify(&rules.read(json.as_bytes())?, now)
    }

    /// Validates the response for a JWT whose signature and claims are verified by `jwt_rules`.
    ///
    /// The token has the claims on which both agree.
    pub(super) fn confirm(
        &self,
        jwt: &VerifiedToken,
        rules: &TokenRules,
        jwt_rules: &TokenRules,
        now: NumericDate,
    ) -> Result<VerifiedToken, TokenError> {
        let claims = self.claims(rules)?;
        rules.format.check_claims(&claims)?;
        if claims.aud.is_some() {
            rules.format.check_audience(&claims, &rules.audiences)?;
        }
        check_equal("sub", claims.sub.as_deref(), Some(jwt.subject()))?;
        check_equal("client_id", claims.client_id.as_deref(), jwt.client_id())?;
        check_equal("jti", claims.token_id.as_deref(), jwt.jti())?;
        let exp = claims.exp.unwrap_or(jwt.expires_at());
        rules.limits.validity(
            exp.min(jwt.expires_at()),
            claims.iat.unwrap_or(jwt.issued_at()),
            claims.nbf,
        )?;
        let response = Statement {
            claims: &claims,
            members: &self.members,
        };
        let agreed = agreed_claims(jwt.claims_json(), &response, jwt_rules)?;
        let token = jwt_rules.verify_narrowed(&jwt_rules.read(agreed.as_bytes())?, now)?;
        Ok(token.narrowed_from(jwt).with_ungranted(jwt.ungranted()))
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
        let claims = rules.read(&self.json)?;
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

#[cfg(test)]
mod tests;
