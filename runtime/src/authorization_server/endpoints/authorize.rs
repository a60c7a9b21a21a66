//! The authorization endpoint ([RFC 6749 §3.1]).
//!
//! [RFC 6749 §3.1]: https://www.rfc-editor.org/rfc/rfc6749#section-3.1

use std::error::Error;
use std::fmt;

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use zeroize::Zeroizing;

use crate::Problem;
use crate::audit::{emit_issued, emit_refused};
use crate::authorization_server::authorization::{
    Approval, AuthorizationFailure, AuthorizationRedirect, AuthorizationRequest, FormOrigin,
    Validated, validate,
};
use crate::authorization_server::client::{Client, find};
use crate::authorization_server::error::{ErrorCode, OAuthFailure, no_store};
use crate::authorization_server::grant::{Authorization, IssueError};
use crate::authorization_server::parameters::Parameters;
use crate::authorization_server::pkce::CodeChallenge;
use crate::authorization_server::resources::narrowed;
use crate::authorization_server::{AuthorizationServer, report};
use crate::claims::NumericDate;
use crate::text::is_forbidden_in_line;

/// The prefix of the URI of a pushed request ([RFC 9126 §2.2]).
///
/// [RFC 9126 §2.2]: https://www.rfc-editor.org/rfc/rfc9126#section-2.2
pub(super) const REQUEST_URI: &str = "urn:ietf:params:oauth:request_uri:";

/// The maximum length of a sealed request, in characters.
const MAX_SEALED: usize = 64 << 10;

/// The maximum length of a subject, in bytes ([OpenID Connect Core §2]).
///
/// [OpenID Connect Core §2]: https://openid.net/specs/openid-connect-core-1_0.html#IDToken
const MAX_SUBJECT: usize = 255;

/// An error in approving a request.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ApprovalError {
    /// The form was not sent by a page of the server ([RFC 9700 §4.7]).
    ///
    /// [RFC 9700 §4.7]: https://www.rfc-editor.org/rfc/rfc9700#section-4.7
    CrossOrigin,
    /// The sealed request is malformed, of another server, or older than 30 minutes.
    Request,
    /// The subject is empty, longer than 255 bytes, has control characters, or is the ID of a client, whose tokens could be
    /// taken for the user's ([RFC 9700 §4.15]).
    ///
    /// [RFC 9700 §4.15]: https://www.rfc-editor.org/rfc/rfc9700#section-4.15
    Subject,
    /// The request is for another user, the one of its `id_token_hint`
    /// ([`required_subject`](AuthorizationRequest::required_subject)).
    OtherUser,
    /// A scope was not requested.
    Scopes,
    /// A claim is one that the server sets itself.
    ReservedClaim(String),
    /// The time of the login is in the future, too old for the request, or before the user's logins were revoked.
    AuthTime,
    /// The grant could not be stored.
    Unavailable,
}

impl AuthorizationServer {
    /// Validates an authorization request, from the query of a `GET` request or the form of a `POST` request.
    ///
    /// A pushed request is used up. The parameters beside `client_id` and `request_uri` are then those that were pushed
    /// ([RFC 9126 §4]).
    ///
    /// # Errors
    ///
    /// Returns the failure, which is a response. The browser is redirected with an error only to a registered redirect URI of a
    /// registered client.
    ///
    /// [RFC 9126 §4]: https://www.rfc-editor.org/rfc/rfc9126#section-4
    pub async fn authorization_request(
        &self,
        parameters: &str,
    ) -> Result<AuthorizationRequest, AuthorizationFailure> {
        let shown = AuthorizationFailure::Shown;
        let parameters = Parameters::read(parameters).map_err(shown)?;
        let client_id = parameters
            .required("client_id", "`client_id` is missing")
            .map_err(shown)?;
        let client = self.find_client(client_id).await.map_err(|failure| {
            emit_refused(self.context(None, None), failure.code().as_str());
            shown(failure)
        })?;
        let request = self.request_of(client.clone(), &parameters).await;
        request.inspect_err(|failure| {
            let context = self.context(Some(client.id()), None);
            emit_refused(context, failure.failure().code().as_str());
        })
    }

    /// Validates the request of a registered client.
    async fn request_of(
        &self,
        client: Client,
        parameters: &Parameters,
    ) -> Result<AuthorizationRequest, AuthorizationFailure> {
        let shown = AuthorizationFailure::Shown;
        let pushed = match parameters.get("request_uri") {
            Some(uri) => Some(self.take_pushed(&client, uri).await.map_err(shown)?),
            None if self.shared.requires_pushed_requests => {
                let problem = "the authorization request must be pushed";
                return Err(shown(OAuthFailure::new(ErrorCode::InvalidRequest, problem)));
            }
            None => None,
        };
        let parameters = pushed.as_ref().unwrap_or(parameters);
        self.validate(client, parameters).await
    }

    /// Seals a request as text, for a hidden field of a login or consent page.
    ///
    /// # Errors
    ///
    /// Returns [`ApprovalError::Unavailable`] if the system has no randomness.
    pub fn seal_request(&self, request: &AuthorizationRequest) -> Result<String, ApprovalError> {
        let json = serde_json::to_vec(&request.validated);
        let json = Zeroizing::new(json.map_err(|_| ApprovalError::Unavailable)?);
        let sealed = self.shared.sealer.seal_text(&json, &self.sealed_context());
        sealed.map_err(|error| {
            report(&error);
            ApprovalError::Unavailable
        })
    }

    /// Opens the sealed request of a form.
    ///
    /// The form must come from a page of this server: [`FormOrigin`] is an argument of its handler. The client is looked up again:
    /// a client that was removed in the meantime is refused.
    ///
    /// # Errors
    ///
    /// Returns [`ApprovalError::CrossOrigin`] if another site's page has sent the form, and [`ApprovalError::Request`] if the
    /// text is not a request that this server sealed in the last 30 minutes.
    pub async fn open_request(
        &self,
        sealed: &str,
        origin: &FormOrigin,
    ) -> Result<AuthorizationRequest, ApprovalError> {
        if !origin.is_page_of(&self.shared.origin) {
            return Err(ApprovalError::CrossOrigin);
        }
        let opened = self
            .shared
            .sealer
            .open_text(sealed, MAX_SEALED, &self.sealed_context());
        let opened = opened.map_err(|_| ApprovalError::Request)?;
        let validated: Validated =
            serde_json::from_slice(&opened).map_err(|_| ApprovalError::Request)?;
        if self.now() >= NumericDate::from_secs(validated.expires_at) {
            return Err(ApprovalError::Request);
        }
        let client = self.find_client(&validated.client_id).await;
        let client = client.map_err(|failure| match failure.code() {
            ErrorCode::TemporarilyUnavailable => ApprovalError::Unavailable,
            _ => ApprovalError::Request,
        })?;
        if !client.has_redirect_uri(&validated.redirect_uri) {
            return Err(ApprovalError::Request);
        }
        AuthorizationRequest::new(client, validated).ok_or(ApprovalError::Request)
    }

    /// Approves a request for a user, and returns the redirect with the code.
    ///
    /// The code is valid for 60 s, and bound to the client, the redirect URI and the code challenge of the request.
    ///
    /// # Errors
    ///
    /// Returns an error if the approval does not fit the request, or if the grant could not be stored.
    pub async fn approve(
        &self,
        request: &AuthorizationRequest,
        approval: Approval,
    ) -> Result<AuthorizationRedirect, ApprovalError> {
        let now = self.now();
        self.check_approval(request, &approval, now).await?;
        let validated = &request.validated;
        let scopes = narrowed(&validated.scopes, approval.scopes.as_deref());
        let challenge = CodeChallenge::read(&validated.code_challenge);
        let challenge = challenge.ok_or(ApprovalError::Request)?;
        let authorization = Authorization {
            scopes: scopes.map_err(|_| ApprovalError::Scopes)?,
            subject: approval.subject,
            resources: validated.resources.clone(),
            authenticated_at: approval.auth_time.as_millis(),
            acr: approval.acr,
            nonce: validated.nonce.clone(),
            claims: approval.claims,
        };
        let code = self.shared.grants.issue_code(
            request.client.id(),
            &validated.redirect_uri,
            &challenge,
            authorization,
            now,
        );
        let (grant, code) = code.await.map_err(|error| match error {
            IssueError::Revoked => ApprovalError::AuthTime,
            IssueError::Store(failure) => {
                report(&failure.0);
                ApprovalError::Unavailable
            }
        })?;
        let code = Zeroizing::new(code);
        let grant = grant.to_text();
        emit_issued(
            self.context(Some(request.client.id()), Some(&grant)),
            "code_issued",
            None,
        );
        Ok(AuthorizationRedirect::with_code(
            &validated.redirect_uri,
            &code,
            validated.state.as_deref(),
            &self.shared.issuer,
        ))
    }

    /// Checks that an approval is complete, and is one for the request.
    async fn check_approval(
        &self,
        request: &AuthorizationRequest,
        approval: &Approval,
        now: NumericDate,
    ) -> Result<(), ApprovalError> {
        let subject = &approval.subject;
        if let Some(claim) = approval.reserved_claim() {
            return Err(ApprovalError::ReservedClaim(claim.to_owned()));
        }
        if approval.auth_time > now || !request.accepts_login_at(approval.auth_time, now) {
            return Err(ApprovalError::AuthTime);
        }
        let required = &request.validated.subject;
        if required
            .as_ref()
            .is_some_and(|required| required != subject)
        {
            return Err(ApprovalError::OtherUser);
        }
        self.check_subject(subject).await
    }

    /// Checks that a request can be approved for a user with this subject.
    ///
    /// Call it before an account is created, for example. [`approve`](Self::approve) checks the subject again.
    ///
    /// # Errors
    ///
    /// Returns [`ApprovalError::Subject`] if the subject is malformed or the ID of a client, and [`ApprovalError::Unavailable`] if
    /// the clients cannot be read.
    pub async fn check_subject(&self, subject: &str) -> Result<(), ApprovalError> {
        let is_identifier = !subject.is_empty() && !subject.contains(is_forbidden_in_line);
        if !is_identifier || subject.len() > MAX_SUBJECT {
            return Err(ApprovalError::Subject);
        }
        let client = find(self.shared.clients.as_ref(), subject).await;
        if client.map_err(|_| ApprovalError::Unavailable)?.is_some() {
            return Err(ApprovalError::Subject);
        }
        Ok(())
    }

    /// Denies a request, and returns the redirect with the error, such as [`ErrorCode::AccessDenied`] or
    /// [`ErrorCode::LoginRequired`].
    pub fn deny(&self, request: &AuthorizationRequest, code: ErrorCode) -> AuthorizationRedirect {
        emit_refused(self.context(Some(request.client.id()), None), code.as_str());
        let validated = &request.validated;
        AuthorizationRedirect::with_error(
            &validated.redirect_uri,
            code,
            None,
            validated.state.as_deref(),
            &self.shared.issuer,
        )
    }

    pub(super) async fn validate(
        &self,
        client: Client,
        parameters: &Parameters,
    ) -> Result<AuthorizationRequest, AuthorizationFailure> {
        let shared = &self.shared;
        let subject = self.hinted_subject(&client, parameters).await;
        validate(
            client,
            parameters,
            &shared.resources,
            &shared.issuer,
            subject,
            self.now(),
        )
    }

    /// Returns the subject of `id_token_hint`.
    ///
    /// A hint that cannot be verified is refused: without it, the client could receive another user's code.
    async fn hinted_subject(
        &self,
        client: &Client,
        parameters: &Parameters,
    ) -> Result<Option<String>, OAuthFailure> {
        let Some(hint) = parameters.get("id_token_hint") else {
            return Ok(None);
        };
        let subject = self.shared.tokens.verify_id_token(hint, client.id()).await;
        let problem = "`id_token_hint` is no ID token of this server for the client";
        let invalid = OAuthFailure::new(ErrorCode::InvalidRequest, problem);
        subject.map(Some).ok_or(invalid)
    }

    async fn find_client(&self, id: &str) -> Result<Client, OAuthFailure> {
        let found = find(self.shared.clients.as_ref(), id).await?;
        let unknown = OAuthFailure::new(ErrorCode::InvalidClient, "the client is unknown");
        found.ok_or(unknown)
    }

    /// Returns the parameters that the client pushed, once.
    async fn take_pushed(&self, client: &Client, uri: &str) -> Result<Parameters, OAuthFailure> {
        let unknown = OAuthFailure::new(
            ErrorCode::InvalidRequest,
            "`request_uri` is unknown, expired or used, or was given to another client",
        );
        let name = uri.strip_prefix(REQUEST_URI).ok_or(unknown)?;
        let pushed = self.shared.pushed.take(client, name, self.now());
        Ok(Parameters::from_pairs(pushed.await?.ok_or(unknown)?))
    }

    fn sealed_context(&self) -> [&[u8]; 1] {
        [self.shared.issuer.as_bytes()]
    }
}

/// A [`Problem`] with the status 400, 403, 500 or 503.
impl IntoResponse for ApprovalError {
    fn into_response(self) -> Response {
        let status = match self {
            Self::CrossOrigin => StatusCode::FORBIDDEN,
            Self::Request | Self::OtherUser => StatusCode::BAD_REQUEST,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        };
        let problem = Problem::new(status).title("The request cannot be authorized");
        if status == StatusCode::INTERNAL_SERVER_ERROR {
            report(&self);
            return (no_store(), problem).into_response();
        }
        (no_store(), problem.detail(self.to_string())).into_response()
    }
}

impl fmt::Display for ApprovalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::CrossOrigin => "the form was not sent by a page of this server",
            Self::Request => "the request is malformed, or the page was open for too long",
            Self::Subject => {
                "a subject has 1 to 255 bytes, no control characters, and is not the ID of a client"
            }
            Self::OtherUser => "the application asks for another user",
            Self::Scopes => "the approval has a scope that was not requested",
            Self::ReservedClaim(claim) => {
                return write!(f, "only the server sets the claim `{claim}`");
            }
            Self::AuthTime => "the login is too old for the request, revoked, or in the future",
            Self::Unavailable => "the grant could not be stored",
        })
    }
}

impl Error for ApprovalError {}
