//! The `UserInfo` endpoint ([OpenID Connect Core §5.3]).
//!
//! [OpenID Connect Core §5.3]: https://openid.net/specs/openid-connect-core-1_0.html#UserInfo

use std::error::Error;
use std::fmt;
use std::time::Duration;

use http::{HeaderValue, Request, header};
use http_body_util::Full;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::time::timeout;

use crate::https::HttpsError;
use crate::json;
use crate::relying_party::endpoint_error::EndpointError;
use crate::relying_party::id_token::{IdTokenClaims, at_most_skew_ahead, names_another_kind};
use crate::relying_party::id_token_error::IdTokenError;
use crate::relying_party::login::Logins;
use crate::relying_party::members::Members;
use crate::relying_party::metadata::EndpointName;
use crate::relying_party::provider_error::ProviderError;
use crate::relying_party::signed_jwt::{ProviderKeys, Type};
use crate::relying_party::token_response::TokenResponse;
use crate::token::TokenError;

/// The maximum time of a request.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Claims about a user, from the `UserInfo` endpoint.
///
/// They are about the user of the ID token: `sub` was compared.
#[derive(Clone)]
pub struct UserInfo {
    members: Members,
}

impl UserInfo {
    /// Returns a claim as JSON.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.members.get(name)
    }

    /// Deserializes the claims into a type of the application.
    ///
    /// # Errors
    ///
    /// Returns [`TokenError::TypedClaims`] if they do not match the type.
    pub fn deserialize<T: DeserializeOwned>(&self) -> Result<T, TokenError> {
        let members = Value::Object(self.members.as_map().clone());
        T::deserialize(members).map_err(|_| TokenError::TypedClaims)
    }
}

/// Prints no claim.
impl fmt::Debug for UserInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UserInfo").finish_non_exhaustive()
    }
}

/// The reason why there are no claims of a user.
#[derive(Debug)]
#[non_exhaustive]
pub enum UserInfoError {
    /// The request failed.
    Endpoint(EndpointError),
    /// The response is about another user, or its signature or a claim is invalid.
    Invalid(IdTokenError),
}

impl fmt::Display for UserInfoError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Endpoint(error) => error.fmt(f),
            Self::Invalid(error) => write!(f, "the `UserInfo` response is invalid: {error}"),
        }
    }
}

impl Error for UserInfoError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Endpoint(error) => error.source(),
            Self::Invalid(error) => Some(error),
        }
    }
}

impl From<IdTokenError> for UserInfoError {
    fn from(error: IdTokenError) -> Self {
        Self::Invalid(error)
    }
}

impl From<TokenError> for UserInfoError {
    fn from(error: TokenError) -> Self {
        Self::Invalid(error.into())
    }
}

impl From<EndpointError> for UserInfoError {
    fn from(error: EndpointError) -> Self {
        Self::Endpoint(error)
    }
}

impl From<HttpsError> for UserInfoError {
    fn from(error: HttpsError) -> Self {
        Self::Endpoint(error.into())
    }
}

impl From<ProviderError> for UserInfoError {
    fn from(error: ProviderError) -> Self {
        Self::Endpoint(error.into())
    }
}

impl Logins {
    /// Requests the claims of the user of an ID token, with the access token of the same login.
    ///
    /// The response has at most 64 KiB. Its `sub` must be that of the ID token ([OpenID Connect Core §5.3.4]). With
    /// [`signed_user_info`](super::LoginsBuilder::signed_user_info), it must be a JWT whose `iss` and `aud` are provider and
    /// client.
    ///
    /// # Errors
    ///
    /// Returns [`UserInfoError`] if the request fails, or the response is invalid.
    ///
    /// [OpenID Connect Core §5.3.4]: https://openid.net/specs/openid-connect-core-1_0.html#UserInfoResponseValidation
    pub async fn user_info(
        &self,
        claims: &IdTokenClaims,
        tokens: &TokenResponse,
    ) -> Result<UserInfo, UserInfoError> {
        let keys = self.user_info_keys();
        let media_type = keys.map_or("application/json", |_| "application/jwt");
        let body = self.request_user_info(tokens, media_type).await?;
        let members = match keys {
            Some(keys) => self.signed_user_info(keys, &body).await?,
            None => match json::parse(&body) {
                Ok(Value::Object(members)) => Members::new(members),
                _ => return Err(TokenError::MalformedClaims.into()),
            },
        };
        if members.subject()? != claims.subject() {
            return Err(IdTokenError::Changed("sub").into());
        }
        Ok(UserInfo { members })
    }

    async fn request_user_info(
        &self,
        tokens: &TokenResponse,
        media_type: &str,
    ) -> Result<Vec<u8>, UserInfoError> {
        let party = self.relying_party();
        let metadata = party.provider().metadata().await?;
        let has_certificate = party.registration().authentication().tls_key().is_some();
        let url = metadata.url_of(EndpointName::UserInfo, has_certificate);
        let url = url.ok_or(EndpointError::NoEndpoint {
            member: EndpointName::UserInfo.member(),
        })?;
        let mut bearer = zeroize::Zeroizing::new(b"Bearer ".to_vec());
        bearer.extend_from_slice(tokens.access_token().expose());
        let mut bearer = HeaderValue::from_bytes(&bearer).map_err(|_| HttpsError::InsecureUrl)?;
        bearer.set_sensitive(true);
        let request = Request::get(url).header(header::AUTHORIZATION, bearer);
        let request = request
            .body(Full::default())
            .map_err(|_| HttpsError::InsecureUrl)?;
        let media_types = [media_type];
        let response = timeout(TIMEOUT, party.client().send(request, &media_types)).await;
        Ok(response.map_err(|_| HttpsError::Timeout)??)
    }

    /// Verifies a signed response, and returns its claims.
    async fn signed_user_info(
        &self,
        keys: &ProviderKeys,
        jwt: &[u8],
    ) -> Result<Members, IdTokenError> {
        let (clock, skew) = self.clock();
        let members = keys
            .verify(jwt.trim_ascii(), Type::Jwt, clock)
            .await?
            .members;
        if members.required_string("iss")? != self.issuer() {
            return Err(TokenError::Issuer.into());
        }
        let audience = members.audience()?.ok_or(TokenError::MissingClaim("aud"))?;
        if !audience.iter().all(|name| name == self.client_id()) {
            return Err(TokenError::Audience.into());
        }
        if names_another_kind(&members, &["jwt", "userinfo", "user_info"]) {
            return Err(IdTokenError::Kind);
        }
        let now = clock.now();
        if let Some(issued_at) = members.date("iat")? {
            at_most_skew_ahead(issued_at, now, skew)?;
        }
        if members
            .date("exp")?
            .is_some_and(|exp| now >= exp.saturating_add(skew))
        {
            return Err(TokenError::Expired.into());
        }
        Ok(members)
    }
}

#[cfg(all(test, feature = "testing"))]
mod tests;
