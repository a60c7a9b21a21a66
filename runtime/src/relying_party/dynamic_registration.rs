//! The registration of a client at run time ([RFC 7591]), for providers that do not know the client before.
//!
//! [RFC 7591]: https://www.rfc-editor.org/rfc/rfc7591

use std::time::Duration;

use http::{Request, header};
use http_body_util::Full;
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::https::HttpsError;
use crate::json;
use crate::relying_party::client::{ClientAuthentication, ClientRegistration};
use crate::relying_party::endpoint_error::EndpointError;
use crate::relying_party::metadata::ProviderMetadata;
use crate::relying_party::provider::Provider;
use crate::relying_party::token_endpoint::{json_body, refusal};
use crate::secret::Secret;

/// The maximum time of a request.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The maximum length of a response body, in bytes.
const MAX_LEN: usize = 64 * 1024;

/// The maximum length of a client ID or secret, in bytes.
const MAX_TEXT: usize = 2048;

/// The registration of a client at run time ([RFC 7591]).
///
/// A provider that accepts it lets anyone register. Prefer a client that is registered by hand, or whose ID is the URL of its
/// [metadata document](ProviderMetadata::accepts_client_id_metadata_documents).
///
/// # Examples
///
/// ```no_run
/// use palisade::relying_party::{DynamicRegistration, Provider, RelyingParty};
///
/// # async fn run(provider: Provider) -> Result<(), Box<dyn std::error::Error>> {
/// let registration = DynamicRegistration::new("Orders in the terminal", "http://127.0.0.1:8400/callback");
/// let registration = registration.send(&provider).await?;
/// let client = RelyingParty::new(provider, registration)?;
/// # Ok(())
/// # }
/// ```
///
/// [RFC 7591]: https://www.rfc-editor.org/rfc/rfc7591
#[derive(Clone, Debug)]
#[must_use = "`send` registers the client"]
pub struct DynamicRegistration {
    client_name: String,
    redirect_uri: String,
}

impl DynamicRegistration {
    /// Describes a client for authorization codes and refresh tokens, by a name that is shown to people and its redirect URI.
    pub fn new(client_name: impl Into<String>, redirect_uri: impl Into<String>) -> Self {
        Self {
            client_name: client_name.into(),
            redirect_uri: redirect_uri.into(),
        }
    }

    /// Registers the client, and returns its ID and authentication.
    ///
    /// With an `http` redirect URI the client is a native application, and a public client if the provider supports those;
    /// otherwise it gets a secret. Keep the registration with the issuer, and do not use it at another provider.
    ///
    /// # Errors
    ///
    /// Returns [`EndpointError`] if the provider has no registration endpoint, refuses the client, or responds with something
    /// else than was requested.
    pub async fn send(self, provider: &Provider) -> Result<ClientRegistration, EndpointError> {
        let metadata = provider.metadata().await?;
        let endpoint = metadata
            .registration_endpoint()
            .ok_or(EndpointError::NoEndpoint {
                member: "registration_endpoint",
            })?;
        let is_native = !self.redirect_uri.starts_with("https:");
        let method = method(&metadata, is_native)?;
        let body = json!({
            "client_name": self.client_name,
            "application_type": if is_native { "native" } else { "web" },
            "redirect_uris": [self.redirect_uri],
            "grant_types": ["authorization_code", "refresh_token"],
            "response_types": ["code"],
            "token_endpoint_auth_method": method,
        });
        let request = Request::post(endpoint)
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::ACCEPT, "application/json")
            .body(Full::from(body.to_string()))
            .map_err(|_| EndpointError::Https(HttpsError::InsecureUrl))?;
        let response = timeout(TIMEOUT, provider.client().exchange(request, MAX_LEN)).await;
        let response = response.map_err(|_| HttpsError::Timeout)??;
        // RFC 7591 §3.2.1 demands 201; some providers respond with 200
        if !matches!(response.status().as_u16(), 200 | 201) {
            return Err(refusal(&response));
        }
        self.read(json_body(&response)?, method)
    }

    fn read(&self, json: &[u8], requested: &str) -> Result<ClientRegistration, EndpointError> {
        let malformed = |problem: &str| EndpointError::Malformed {
            problem: problem.to_owned(),
        };
        let members = json::parse(json);
        let members = members.map_err(|error| malformed(&json::describe(json, &error)))?;
        let text = |name: &str| match members.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) if is_text(text) => Ok(Some(&**text)),
            Some(_) => Err(malformed(&format!(
                "its `{name}` is not 1 to {MAX_TEXT} printable ASCII characters"
            ))),
        };
        let client_id = text("client_id")?.ok_or_else(|| malformed("it has no `client_id`"))?;
        let registered = members.get("redirect_uris").and_then(Value::as_array);
        let is_ours = |uri: &Value| uri.as_str() == Some(&self.redirect_uri);
        if registered.is_some_and(|uris| !uris.iter().any(is_ours)) {
            return Err(malformed("its `redirect_uris` lack the requested one"));
        }
        let secret = || -> Result<Secret, EndpointError> {
            let secret = text("client_secret")?;
            let secret = secret.ok_or_else(|| malformed("it has no `client_secret`"))?;
            Ok(Secret::new(secret.as_bytes()))
        };
        let authentication = match text("token_endpoint_auth_method")?.unwrap_or(requested) {
            "none" => ClientAuthentication::Public,
            "client_secret_basic" => ClientAuthentication::ClientSecretBasic(secret()?),
            "client_secret_post" => ClientAuthentication::ClientSecretPost(secret()?),
            _ => {
                return Err(malformed(
                    "its `token_endpoint_auth_method` is not one of the requested ones",
                ));
            }
        };
        Ok(ClientRegistration::new(client_id, authentication))
    }
}

/// Returns the method with which the client will authenticate.
fn method(metadata: &ProviderMetadata, is_native: bool) -> Result<&'static str, EndpointError> {
    // RFC 8414 §2: the default of a provider without a list
    let Some(supported) = metadata.token_endpoint_auth_methods() else {
        return Ok("client_secret_basic");
    };
    // a program that people install cannot keep a secret (RFC 8252 §8.5)
    let preferred = if is_native {
        ["none", "client_secret_basic", "client_secret_post"]
    } else {
        ["client_secret_basic", "client_secret_post", "none"]
    };
    let is_supported = |method: &&'static str| supported.iter().any(|name| name == method);
    let found = preferred.into_iter().find(is_supported);
    found.ok_or_else(|| EndpointError::AuthenticationMethod {
        method: preferred[0],
        supported: supported.to_vec(),
    })
}

fn is_text(text: &str) -> bool {
    (1..=MAX_TEXT).contains(&text.len()) && text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}
