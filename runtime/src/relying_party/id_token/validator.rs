//! The validation of an ID token: first the signature, then every check.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use crate::clock::Clock;
use crate::json;
use crate::relying_party::id_token::claims::IdTokenClaims;
use crate::relying_party::id_token::{IdToken, checks};
use crate::relying_party::id_token_error::IdTokenError;
use crate::relying_party::members::Members;
use crate::relying_party::signed_jwt::{ProviderKeys, Type};
use crate::secret::Secret;
use crate::token::{TokenError, UntrustedCompact};

/// Validates the ID tokens that one provider issues to one client.
pub(in crate::relying_party) struct IdTokenValidator {
    pub(in crate::relying_party) issuer: Box<str>,
    pub(in crate::relying_party) client_id: Box<str>,
    /// The audiences beside this client that an ID token may have.
    pub(in crate::relying_party) trusted_audiences: Box<[Box<str>]>,
    pub(in crate::relying_party) keys: ProviderKeys,
    pub(in crate::relying_party) clock_skew: Duration,
    pub(in crate::relying_party) clock: Arc<dyn Clock>,
}

/// The values of the request and the response that the ID token of a login must match.
pub(in crate::relying_party) struct Expected<'a> {
    pub(in crate::relying_party) nonce: &'a str,
    pub(in crate::relying_party) max_age: Option<Duration>,
    /// The requested values of `acr`; none means that any is accepted.
    pub(in crate::relying_party) acr_values: &'a [Box<str>],
    pub(in crate::relying_party) access_token: &'a [u8],
    pub(in crate::relying_party) code: &'a [u8],
}

impl IdTokenValidator {
    /// Validates the ID token of a login.
    ///
    /// # Errors
    ///
    /// Returns the first check that fails.
    pub(in crate::relying_party) async fn validate(
        &self,
        token: &[u8],
        expected: &Expected<'_>,
    ) -> Result<IdToken, IdTokenError> {
        let claims = self
            .validate_common(token, expected.access_token, Some(expected.code))
            .await?;
        let now = self.clock.now();
        checks::nonce(&claims, expected.nonce)?;
        checks::authentication_context(&claims, expected.acr_values)?;
        checks::authentication_time(&claims, expected.max_age, now, self.clock_skew)?;
        Ok(IdToken {
            text: Secret::new(token),
            claims,
        })
    }

    /// Validates the ID token of a refresh response, which belongs to the login of `original`.
    ///
    /// `original` is the ID token that was validated at the login, from sealed storage.
    ///
    /// # Errors
    ///
    /// Returns the first check that fails.
    pub(in crate::relying_party) async fn validate_refreshed(
        &self,
        token: &[u8],
        original: &Secret,
        access_token: &[u8],
    ) -> Result<(), IdTokenError> {
        let claims = self.validate_common(token, access_token, None).await?;
        checks::refreshed(&claims, &stored_claims(original)?)?;
        checks::authentication_time(&claims, None, self.clock.now(), self.clock_skew)
    }

    /// Runs the checks that every ID token must pass, in the order of OpenID Connect Core §3.1.3.7.
    async fn validate_common(
        &self,
        token: &[u8],
        access_token: &[u8],
        code: Option<&[u8]>,
    ) -> Result<IdTokenClaims, IdTokenError> {
        let jwt = self.keys.verify(token, Type::Jwt, &*self.clock).await?;
        let now = self.clock.now();
        let claims = IdTokenClaims::read(jwt.members)?;
        checks::issuer(&claims, &self.issuer)?;
        checks::audience(&claims, &self.client_id, &self.trusted_audiences)?;
        checks::authorized_party(&claims, &self.client_id)?;
        checks::kind(&claims)?;
        checks::expiry(&claims, now, self.clock_skew)?;
        checks::issued_at(&claims, now, self.clock_skew)?;
        checks::access_token_hash(&claims, self.keys.algorithm, access_token)?;
        checks::code_hash(&claims, self.keys.algorithm, code)?;
        Ok(claims)
    }
}

/// Returns the claims of an ID token that was validated before, and comes from sealed storage.
fn stored_claims(text: &Secret) -> Result<IdTokenClaims, TokenError> {
    let payload = UntrustedCompact::read(text.expose())?.payload()?;
    let Ok(Value::Object(members)) = json::parse(&payload) else {
        return Err(TokenError::MalformedClaims);
    };
    IdTokenClaims::read(Members::new(members))
}
