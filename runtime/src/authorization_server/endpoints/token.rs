//! The token endpoint ([RFC 6749 §3.2]).
//!
//! [RFC 6749 §3.2]: https://www.rfc-editor.org/rfc/rfc6749#section-3.2

use std::fmt;

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::HeaderMap;
use serde::Serialize;

use crate::ClientCertificate;
use crate::audit::{GrantContext, emit_client_rejected, emit_issued};
use crate::authorization_server::access_token::{MintedToken, NewAccessToken};
use crate::authorization_server::client::{Authentication, Client, authenticate};
use crate::authorization_server::error::{ErrorCode, OAuthFailure, no_store};
use crate::authorization_server::expiring_names::Kind;
use crate::authorization_server::grant::{PresentedCode, Redeemed};
use crate::authorization_server::mint_error::MintError;
use crate::authorization_server::parameters::Parameters;
use crate::authorization_server::resources::Narrowed;
use crate::authorization_server::token_binding::TokenBinding;
use crate::authorization_server::{AuthorizationServer, report};
use crate::secret::Secret;

/// The scope of requests for an ID token.
const OPENID: &str = "openid";

/// A request to the token endpoint, whose client is authenticated.
///
/// The password grant and the implicit grant do not exist. Only
/// [`AuthorizationServer::token_request`] creates a request:
///
/// ```compile_fail,E0639
/// use palisade::authorization_server::{Client, TokenRequest};
///
/// fn without_authentication(client: Client) -> TokenRequest {
///     TokenRequest::ClientCredentials { client, scope: None, resources: Vec::new() }
/// }
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub enum TokenRequest {
    /// A code, with the redirect URI and the code verifier of its authorization request.
    #[non_exhaustive]
    AuthorizationCode {
        /// The client.
        client: Client,
        /// The code.
        code: Secret,
        /// The redirect URI.
        redirect_uri: String,
        /// The PKCE code verifier.
        code_verifier: Secret,
        /// The resources, if the client requests fewer than were granted ([RFC 8707 §2.2]).
        ///
        /// [RFC 8707 §2.2]: https://www.rfc-editor.org/rfc/rfc8707#section-2.2
        resources: Vec<String>,
        /// The certificate of the connection, if the client's tokens are bound to it.
        binding: Option<TokenBinding>,
    },
    /// A refresh token.
    #[non_exhaustive]
    RefreshToken {
        /// The client.
        client: Client,
        /// The refresh token.
        refresh_token: Secret,
        /// The scopes, if the client requests fewer than were granted.
        scope: Option<String>,
        /// The resources, if the client requests fewer than were granted.
        resources: Vec<String>,
        /// The certificate of the connection, if the client's tokens are bound to it.
        binding: Option<TokenBinding>,
    },
    /// The client's own credentials.
    #[non_exhaustive]
    ClientCredentials {
        /// The client.
        client: Client,
        /// The scopes.
        scope: Option<String>,
        /// The resources.
        resources: Vec<String>,
        /// The certificate of the connection, if the client's tokens are bound to it.
        binding: Option<TokenBinding>,
    },
}

/// The tokens of a successful request ([RFC 6749 §5.1]), which is a response.
///
/// [RFC 6749 §5.1]: https://www.rfc-editor.org/rfc/rfc6749#section-5.1
#[derive(Serialize)]
pub struct TokenResponse {
    access_token: String,
    token_type: &'static str,
    expires_in: u64,
    scope: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id_token: Option<String>,
}

impl AuthorizationServer {
    /// Reads a request to the token endpoint, and authenticates its client.
    ///
    /// The certificate is that of the client's TLS connection, if any.
    ///
    /// # Errors
    ///
    /// Returns the error response: `invalid_client` if the authentication fails, `unsupported_grant_type` for every grant that
    /// is not a [`TokenRequest`], and `unauthorized_client` for a grant that the client may not use.
    pub async fn token_request(
        &self,
        headers: &HeaderMap,
        certificate: Option<&ClientCertificate>,
        form: &str,
    ) -> Result<TokenRequest, OAuthFailure> {
        let form = Parameters::read(form)?;
        let client = self.authenticate(headers, certificate, &form).await?;
        let binding = binding(&client, certificate)?;
        let scope = form.get("scope").map(str::to_owned);
        let resources: Vec<_> = form.all("resource").map(str::to_owned).collect();
        match form.required("grant_type", "`grant_type` is missing")? {
            "authorization_code" => {
                let code = form.required("code", "`code` is missing")?;
                let redirect_uri = form.required("redirect_uri", "`redirect_uri` is missing")?;
                let verifier = form.required("code_verifier", "`code_verifier` is missing")?;
                Ok(TokenRequest::AuthorizationCode {
                    code: Secret::new(code),
                    redirect_uri: redirect_uri.to_owned(),
                    code_verifier: Secret::new(verifier),
                    client,
                    resources,
                    binding,
                })
            }
            "refresh_token" => {
                let token = form.required("refresh_token", "`refresh_token` is missing")?;
                Ok(TokenRequest::RefreshToken {
                    refresh_token: Secret::new(token),
                    client,
                    scope,
                    resources,
                    binding,
                })
            }
            "client_credentials" if client.may_use_client_credentials() => {
                Ok(TokenRequest::ClientCredentials {
                    client,
                    scope,
                    resources,
                    binding,
                })
            }
            "client_credentials" => Err(OAuthFailure::new(
                ErrorCode::UnauthorizedClient,
                "the client may not use this grant",
            )),
            _ => Err(OAuthFailure::new(
                ErrorCode::UnsupportedGrantType,
                "the grants are `authorization_code`, `refresh_token` and `client_credentials`",
            )),
        }
    }

    /// Issues the tokens of a request.
    ///
    /// A code is redeemed once; a second use revokes the tokens of the first one. A refresh token of a public client is replaced.
    ///
    /// # Errors
    ///
    /// Returns the error response.
    pub async fn issue_tokens(&self, request: TokenRequest) -> Result<TokenResponse, OAuthFailure> {
        let shared = &self.shared;
        let now = self.now();
        match request {
            TokenRequest::AuthorizationCode {
                client,
                code,
                redirect_uri,
                code_verifier,
                resources,
                binding,
            } => {
                let policy = self.refresh_policy(&client, binding.as_ref());
                let code = PresentedCode {
                    code: text(&code),
                    redirect_uri: &redirect_uri,
                    verifier: text(&code_verifier),
                };
                let redeemed =
                    shared
                        .grants
                        .redeem_code(client.id(), code, &policy, now, |authorization| {
                            let configured = &shared.resources;
                            configured.narrow(&client, authorization, &resources, None)
                        });
                let redeemed = redeemed.await?;
                self.issue_for_grant(&client, redeemed, binding, true).await
            }
            TokenRequest::RefreshToken {
                client,
                refresh_token,
                scope,
                resources,
                binding,
            } => {
                let policy = self.refresh_policy(&client, binding.as_ref());
                let token = text(&refresh_token);
                let refreshed =
                    shared
                        .grants
                        .refresh(client.id(), token, &policy, now, |authorization| {
                            let configured = &shared.resources;
                            configured.narrow(&client, authorization, &resources, scope.as_deref())
                        });
                let refreshed = refreshed.await?;
                self.issue_for_grant(&client, refreshed, binding, false)
                    .await
            }
            TokenRequest::ClientCredentials {
                client,
                scope,
                resources,
                binding,
            } => {
                let scope = scope.as_deref();
                self.issue_for_client(&client, scope, &resources, binding)
                    .await
            }
        }
    }

    /// Issues the token of a client itself.
    async fn issue_for_client(
        &self,
        client: &Client,
        scope: Option<&str>,
        resources: &[String],
        binding: Option<TokenBinding>,
    ) -> Result<TokenResponse, OAuthFailure> {
        let resources = resources.iter().map(String::as_str);
        let resources = self.shared.resources.requested(resources)?;
        let scopes = resources.permitted_scopes(client, scope)?;
        let new = NewAccessToken::new(client.id(), client.id(), client.id())
            .audiences(resources.into_urls())
            .scopes(&*scopes)
            .binding(binding);
        let token = self.shared.tokens.mint(&new).await.map_err(not_minted)?;
        let context = self.context(Some(client.id()), None);
        emit_issued(context, "client_credentials", Some(&token.jti));
        Ok(TokenResponse::new(&token, scopes))
    }

    /// Issues the tokens of a user's authorization.
    async fn issue_for_grant(
        &self,
        client: &Client,
        redeemed: Redeemed<Narrowed>,
        binding: Option<TokenBinding>,
        is_login: bool,
    ) -> Result<TokenResponse, OAuthFailure> {
        let Redeemed {
            id,
            authorization,
            narrowed: Narrowed { resources, scopes },
            refresh_token,
        } = redeemed;
        let new = NewAccessToken::new(&*authorization.subject, client.id(), client.id())
            .audiences(resources)
            .scopes(&*scopes)
            .binding(binding)
            .for_grant(id, &authorization);
        let token = self.shared.tokens.mint(&new).await.map_err(not_minted)?;
        let grant = id.to_text();
        let context = self.context(Some(client.id()), Some(&grant));
        let reason = if is_login {
            "code_redeemed"
        } else {
            "refreshed"
        };
        emit_issued(context, reason, Some(&token.jti));
        let id_token = if scopes.split(' ').any(|scope| scope == OPENID) {
            let mut authorization = authorization;
            if !is_login {
                // OpenID Connect Core §12.2
                authorization.nonce = None;
            }
            let tokens = &self.shared.tokens;
            let minted = tokens
                .mint_id_token(client.id(), &authorization, &token)
                .await;
            Some(minted.map_err(not_minted)?)
        } else {
            None
        };
        Ok(TokenResponse {
            refresh_token,
            id_token,
            ..TokenResponse::new(&token, scopes)
        })
    }

    /// Authenticates the client of a request, and uses up its assertion.
    pub(super) async fn authenticate(
        &self,
        headers: &HeaderMap,
        certificate: Option<&ClientCertificate>,
        form: &Parameters,
    ) -> Result<Client, OAuthFailure> {
        let shared = &self.shared;
        let authentication = authenticate(
            shared.clients.as_ref(),
            &shared.issuer,
            self.now(),
            headers,
            certificate,
            form,
        );
        let Authentication { client, assertion } = authentication.await.map_err(|rejected| {
            let context = self.context(rejected.client_id(), None);
            emit_client_rejected(context, rejected.reason);
            rejected.failure
        })?;
        if let Some(used) = assertion {
            let (kind, id) = (Kind::ClientAssertion, client.id());
            let inserted = shared
                .names
                .insert(kind, id, &used.jti, used.until, self.now());
            if !inserted.await? {
                emit_client_rejected(self.context(Some(id), None), "assertion_reused");
                return Err(OAuthFailure::new(
                    ErrorCode::InvalidClient,
                    "the client assertion was used before",
                ));
            }
        }
        Ok(client)
    }

    /// Returns the context of an audit event about a registered client.
    pub(super) fn context<'a>(
        &'a self,
        client_id: Option<&'a str>,
        grant: Option<&'a str>,
    ) -> GrantContext<'a> {
        GrantContext {
            issuer: &self.shared.issuer,
            client_id,
            grant,
        }
    }
}

impl TokenResponse {
    fn new(token: &MintedToken, scope: String) -> Self {
        Self {
            access_token: token.as_str().to_owned(),
            token_type: "Bearer",
            expires_in: token.lifetime().as_secs(),
            scope,
            refresh_token: None,
            id_token: None,
        }
    }
}

/// Returns the certificate that the tokens of a client are bound to.
///
/// # Errors
///
/// Returns `invalid_request` if the tokens must be bound, and the connection has no certificate.
fn binding(
    client: &Client,
    certificate: Option<&ClientCertificate>,
) -> Result<Option<TokenBinding>, OAuthFailure> {
    if !client.binds_tokens() {
        return Ok(None);
    }
    let problem =
        "the client's tokens are bound to a certificate, which the connection does not have";
    let missing = OAuthFailure::new(ErrorCode::InvalidRequest, problem);
    certificate.map(TokenBinding::of).map(Some).ok_or(missing)
}

fn text(secret: &Secret) -> &str {
    std::str::from_utf8(secret.expose()).unwrap_or_default()
}

fn not_minted(error: MintError) -> OAuthFailure {
    report(&error);
    OAuthFailure::new(ErrorCode::ServerError, "the token cannot be signed")
}

impl IntoResponse for TokenResponse {
    fn into_response(self) -> Response {
        (no_store(), Json(self)).into_response()
    }
}

/// Omits the tokens.
impl fmt::Debug for TokenResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenResponse")
            .field("expires_in", &self.expires_in)
            .field("scope", &self.scope)
            .finish_non_exhaustive()
    }
}

/// Omits codes and tokens.
impl fmt::Debug for TokenRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, client) = match self {
            Self::AuthorizationCode { client, .. } => ("AuthorizationCode", client),
            Self::RefreshToken { client, .. } => ("RefreshToken", client),
            Self::ClientCredentials { client, .. } => ("ClientCredentials", client),
        };
        f.debug_struct(name)
            .field("client", client)
            .finish_non_exhaustive()
    }
}
