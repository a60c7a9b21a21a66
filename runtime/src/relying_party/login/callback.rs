//! The callback: checks the response, exchanges the code, and validates the ID token.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use http::{HeaderMap, HeaderValue, Uri};

use crate::relying_party::id_token::Expected;
use crate::relying_party::login::completed::CompletedLogin;
use crate::relying_party::login::error::LoginError;
use crate::relying_party::login::logins::Logins;
use crate::relying_party::login::pending::{self, PendingLogin};
use crate::relying_party::login::response::{AuthorizationResponse, ResponseResult};
use crate::relying_party::random::NotUsable;
use crate::relying_party::token_endpoint::{Grant, TokenRequest};
use crate::secret::Secret;

/// The outcome of a callback.
#[derive(Debug)]
#[must_use = "the login may have failed, and its cookie must be deleted"]
pub struct CallbackOutcome {
    result: Result<CompletedLogin, LoginError>,
    set_cookie: Option<HeaderValue>,
}

impl CallbackOutcome {
    /// Returns the value of `Set-Cookie` that deletes the cookie of the login, whether it succeeded or not.
    pub fn set_cookie(&self) -> Option<&HeaderValue> {
        self.set_cookie.as_ref()
    }

    /// Returns the login, or the reason why it failed.
    ///
    /// # Errors
    ///
    /// Returns [`LoginError`] if the login failed.
    pub fn into_result(self) -> Result<CompletedLogin, LoginError> {
        self.result
    }
}

impl Logins {
    /// Completes the login whose response is the query of `uri`, in the browser that sent `headers`.
    ///
    /// In this order:
    ///
    /// 1. `iss` is the provider's issuer, code point by code point; it may be missing only if the provider does not send
    ///    it ([RFC 9207 §2.4]). Before that, no other parameter is used, not even `error`.
    /// 2. The browser has the cookie of `state`, which is less than ten minutes old and was not used before.
    /// 3. The response has a code, which is exchanged once with the PKCE verifier, the redirect URI and the resources.
    /// 4. The ID token is valid ([OpenID Connect Core §3.1.3.7]).
    ///
    /// From step 2 on, the outcome deletes the cookie: a login is completed once, successfully or not. Each process refuses a
    /// second use of the same response, even with a copy of the cookie; the provider refuses a second use of the code.
    ///
    /// [RFC 9207 §2.4]: https://www.rfc-editor.org/rfc/rfc9207#section-2.4
    /// [OpenID Connect Core §3.1.3.7]: https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation
    pub async fn complete(&self, uri: &Uri, headers: &HeaderMap) -> CallbackOutcome {
        let (response, pending) = match self.accept(uri.query().unwrap_or_default(), headers).await
        {
            Ok(accepted) => accepted,
            Err(error) => {
                return CallbackOutcome {
                    result: Err(error),
                    set_cookie: None,
                };
            }
        };
        let name = pending::cookie_name(&pending.state);
        CallbackOutcome {
            result: self.finish(response, pending).await,
            set_cookie: pending::deleted_cookie(&name),
        }
    }

    /// Returns the response, and the pending login of this browser to which it belongs.
    async fn accept(
        &self,
        query: &str,
        headers: &HeaderMap,
    ) -> Result<(AuthorizationResponse, PendingLogin), LoginError> {
        let response = AuthorizationResponse::read(query).map_err(LoginError::Response)?;
        let metadata = self.shared.party.provider().metadata().await?;
        if !response.is_from(self.issuer(), metadata.authorization_response_has_iss()) {
            return Err(LoginError::Issuer);
        }
        let state = response
            .state
            .as_deref()
            .ok_or(LoginError::Response("has no `state`"))?;
        let pending = self
            .shared
            .pending_login(state, headers)
            .ok_or(LoginError::NotPending)?;
        verify_slices_are_equal(state.as_bytes(), pending.state.as_bytes())
            .map_err(|_| LoginError::NotPending)?;
        // the metadata may have changed since
        if response.iss.is_none() && pending.expects_iss {
            return Err(LoginError::Issuer);
        }
        Ok((response, pending))
    }

    async fn finish(
        &self,
        response: AuthorizationResponse,
        pending: PendingLogin,
    ) -> Result<CompletedLogin, LoginError> {
        let shared = &self.shared;
        let now = self.now();
        if pending.is_expired(now, shared.id_tokens.clock_skew) {
            return Err(LoginError::Expired);
        }
        let until = pending.begun_at().saturating_add(pending::LIFETIME);
        match shared.used_states.use_once(&pending.state, until, now) {
            Err(NotUsable::UsedBefore) => return Err(LoginError::Replayed),
            // the provider still refuses a code that was used; refusing all logins would be worse
            Ok(()) | Err(NotUsable::Full) => {}
        }
        let code = match response.result {
            ResponseResult::Code(code) => Secret::new(code.as_bytes()),
            ResponseResult::Error(error) => return Err(LoginError::Provider(error)),
            ResponseResult::Contradiction(problem) => return Err(LoginError::Response(problem)),
        };
        let verifier = Secret::new(pending.code_verifier.as_bytes());
        let request = TokenRequest {
            grant: Grant::AuthorizationCode {
                code: &code,
                redirect_uri: &shared.redirect_uri,
                code_verifier: &verifier,
            },
            scopes: &shared.scopes,
            resources: &shared.resources,
        };
        let tokens = shared.party.request_token(request).await?;
        let id_token = tokens.unverified_id_token().ok_or(LoginError::NoIdToken)?;
        let expected = Expected {
            nonce: &pending.nonce,
            max_age: pending.max_age(),
            acr_values: &pending.acr_values,
            access_token: tokens.access_token().expose(),
            code: code.expose(),
        };
        let id_token = shared
            .id_tokens
            .validate(id_token.expose(), &expected)
            .await?;
        Ok(CompletedLogin {
            client_id: self.client_id().into(),
            id_token,
            tokens,
            return_to: pending.return_to,
        })
    }
}
