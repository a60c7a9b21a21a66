//! Pushed authorization requests ([RFC 9126]).
//!
//! [RFC 9126]: https://www.rfc-editor.org/rfc/rfc9126

use http::HeaderMap;
use serde::Serialize;

use crate::ClientCertificate;
use crate::authorization_server::AuthorizationServer;
use crate::authorization_server::authorization::AuthorizationFailure;
use crate::authorization_server::endpoints::authorize::REQUEST_URI;
use crate::authorization_server::error::{ErrorCode, OAuthFailure};

use crate::authorization_server::parameters::Parameters;
use crate::authorization_server::pushed_requests::PUSHED_LIFETIME;

/// The parameters that authenticate the client, and are no part of the request.
const OF_CLIENT: [&str; 3] = ["client_secret", "client_assertion", "client_assertion_type"];

/// The response to a pushed request.
#[derive(Debug, Serialize)]
pub(in crate::authorization_server) struct PushedRequest {
    request_uri: String,
    expires_in: u64,
}

impl AuthorizationServer {
    /// Stores the authorization request of an authenticated client, for 90 s and one use.
    ///
    /// # Errors
    ///
    /// Returns the error of the client's authentication, or that of the request, which is validated as if the browser had sent
    /// it, or an error with the status 429 if too many requests of the client wait for their browsers.
    pub(in crate::authorization_server) async fn push(
        &self,
        headers: &HeaderMap,
        certificate: Option<&ClientCertificate>,
        form: &str,
    ) -> Result<PushedRequest, OAuthFailure> {
        let form = Parameters::read(form)?;
        let client = self.authenticate(headers, certificate, &form).await?;
        if form.has("request_uri") {
            let problem = "a pushed request has no `request_uri`";
            return Err(OAuthFailure::new(ErrorCode::InvalidRequest, problem));
        }
        let mut pairs = form.into_pairs();
        pairs.retain(|(name, _)| !OF_CLIENT.contains(&name.as_str()));
        let parameters = Parameters::from_pairs(pairs);
        if let Err(failure) = self.validate(client.clone(), &parameters).await {
            return Err(match failure {
                AuthorizationFailure::Shown(failure)
                | AuthorizationFailure::Redirected(_, failure) => failure,
            });
        }
        let pushed = &self.shared.pushed;
        let name = pushed.store(&client, parameters.into_pairs(), self.now());
        let name = name.await?;
        Ok(PushedRequest {
            request_uri: format!("{REQUEST_URI}{name}"),
            expires_in: PUSHED_LIFETIME.as_secs(),
        })
    }
}
