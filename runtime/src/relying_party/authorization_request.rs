//! The authorization request: pushed to the provider if it accepts that, and otherwise in the browser's URL.
//!
//! `login` and `access_grant` choose the parameters.

use http::Uri;
use serde_json::Value;

use crate::https::Form;
use crate::json;
use crate::relying_party::client::RelyingParty;
use crate::relying_party::endpoint_error::EndpointError;
use crate::relying_party::metadata::{EndpointName, ProviderMetadata};
use crate::relying_party::token_endpoint::json_body;

/// The maximum length of a `request_uri`, in bytes.
const MAX_REQUEST_URI: usize = 512;

/// The parameters of an authorization request, without `client_id`.
pub(super) type AuthorizationParameters = Vec<(&'static str, String)>;

impl RelyingParty {
    /// Returns the URL to which the browser is sent with an authorization request.
    ///
    /// The request is pushed if the provider has an endpoint for that; the browser then sees only the client ID and
    /// `request_uri` ([RFC 9126 §4]).
    ///
    /// # Errors
    ///
    /// Returns [`EndpointError`] if the provider has no authorization endpoint, or refuses the pushed request.
    ///
    /// [RFC 9126 §4]: https://www.rfc-editor.org/rfc/rfc9126#section-4
    pub(super) async fn authorization_url(
        &self,
        metadata: &ProviderMetadata,
        parameters: AuthorizationParameters,
    ) -> Result<String, EndpointError> {
        let endpoint = metadata
            .authorization_endpoint()
            .ok_or(EndpointError::NoEndpoint {
                member: "authorization_endpoint",
            })?;
        let has_endpoint = metadata.pushed_authorization_request_endpoint().is_some();
        let parameters = if has_endpoint || metadata.requires_pushed_authorization_requests() {
            vec![("request_uri", self.push(&parameters).await?)]
        } else {
            parameters
        };
        Ok(self.location(endpoint, &parameters))
    }

    /// Pushes the request to the provider, and returns its `request_uri` ([RFC 9126 §2.2]).
    ///
    /// A failure is final: the same parameters in the URL would be a downgrade.
    ///
    /// [RFC 9126 §2.2]: https://www.rfc-editor.org/rfc/rfc9126#section-2.2
    async fn push(&self, parameters: &[(&'static str, String)]) -> Result<String, EndpointError> {
        let form = parameters
            .iter()
            .fold(Form::new(), |form, (name, value)| form.with(name, value));
        let endpoint = EndpointName::PushedAuthorizationRequest;
        let response = self.post(endpoint, form).await?;
        let malformed = |problem: &str| EndpointError::Malformed {
            problem: problem.to_owned(),
        };
        let members = json::parse(json_body(&response)?);
        let members = members.map_err(|_| malformed("it is not JSON with unique members"))?;
        let is_positive = |seconds: &Value| seconds.as_f64().is_some_and(|seconds| seconds >= 1.0);
        if !members.get("expires_in").is_some_and(is_positive) {
            return Err(malformed(
                "its `expires_in` is not a number of seconds, at least 1",
            ));
        }
        let is_uri = |uri: &&str| {
            (1..=MAX_REQUEST_URI).contains(&uri.len())
                && uri.bytes().all(|byte| byte.is_ascii_graphic())
        };
        let uri = members
            .get("request_uri")
            .and_then(Value::as_str)
            .filter(is_uri);
        let uri = uri.ok_or_else(|| malformed("its `request_uri` is not a URI"))?;
        Ok(uri.to_owned())
    }

    /// Returns the URL of the authorization endpoint with `client_id` and the parameters.
    fn location(&self, endpoint: &Uri, parameters: &[(&'static str, String)]) -> String {
        let form = Form::new().with("client_id", self.registration().client_id());
        let form = parameters
            .iter()
            .fold(form, |form, (name, value)| form.with(name, value));
        let query = form.into_bytes();
        let separator = if endpoint.query().is_some() { '&' } else { '?' };
        format!("{endpoint}{separator}{}", String::from_utf8_lossy(&query))
    }
}
