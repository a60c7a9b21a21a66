//! A client that is registered with a provider, and how it authenticates ([RFC 6749 §2]).
//!
//! [RFC 6749 §2]: https://www.rfc-editor.org/rfc/rfc6749#section-2

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use crate::claims::{ScopeError, ScopeSet};
use crate::https::{Client, ClientSettings, HttpsError, TlsClientKey};
use crate::relying_party::client_assertion::AssertionKey;
use crate::relying_party::metadata::ProviderMetadata;
use crate::relying_party::provider::Provider;
use crate::secret::Secret;

/// How a client authenticates to its provider ([RFC 6749 §2.3], OpenID Connect Core §9).
///
/// [RFC 6749 §2.3]: https://www.rfc-editor.org/rfc/rfc6749#section-2.3
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum ClientAuthentication {
    /// `private_key_jwt`: the client signs a JWT for each request, and sends no secret. Prefer it.
    PrivateKeyJwt(AssertionKey),
    /// `tls_client_auth`: the client has a certificate that the provider knows ([RFC 8705 §2]).
    ///
    /// [RFC 8705 §2]: https://www.rfc-editor.org/rfc/rfc8705#section-2
    TlsClientAuth(TlsClientKey),
    /// `self_signed_tls_client_auth`: as `TlsClientAuth`, with a self-signed certificate that is registered with the
    /// client ([RFC 8705 §2.2]).
    ///
    /// [RFC 8705 §2.2]: https://www.rfc-editor.org/rfc/rfc8705#section-2.2
    SelfSignedTlsClientAuth(TlsClientKey),
    /// `client_secret_basic`: a shared secret in the header `authorization`.
    ClientSecretBasic(Secret),
    /// `client_secret_post`: a shared secret in the body, for providers that require it there.
    ClientSecretPost(Secret),
    /// `none`: a public client, which cannot keep a secret.
    Public,
}

impl ClientAuthentication {
    /// Returns the name of the method in a provider's metadata.
    pub fn method(&self) -> &'static str {
        match self {
            Self::PrivateKeyJwt(_) => "private_key_jwt",
            Self::TlsClientAuth(_) => "tls_client_auth",
            Self::SelfSignedTlsClientAuth(_) => "self_signed_tls_client_auth",
            Self::ClientSecretBasic(_) => "client_secret_basic",
            Self::ClientSecretPost(_) => "client_secret_post",
            Self::Public => "none",
        }
    }

    /// Returns the certificate and key for the TLS handshake, if the client authenticates there.
    pub(super) fn tls_key(&self) -> Option<&TlsClientKey> {
        match self {
            Self::TlsClientAuth(key) | Self::SelfSignedTlsClientAuth(key) => Some(key),
            _ => None,
        }
    }
}

/// A client as it is registered with its provider.
///
/// # Examples
///
/// ```
/// use palisade::Secret;
/// use palisade::relying_party::{ClientAuthentication, ClientRegistration};
///
/// # fn secret() -> Secret { Secret::new("s") }
/// let registration =
///     ClientRegistration::new("orders-web", ClientAuthentication::ClientSecretBasic(secret()));
/// # let _ = registration;
/// ```
#[derive(Clone, Debug)]
pub struct ClientRegistration {
    client_id: String,
    authentication: ClientAuthentication,
    also_granted: ScopeSet,
}

impl ClientRegistration {
    /// Creates the registration of a client.
    pub fn new(client_id: impl Into<String>, authentication: ClientAuthentication) -> Self {
        Self {
            client_id: client_id.into(),
            authentication,
            also_granted: ScopeSet::default(),
        }
    }

    /// Accepts scopes that the provider grants beside the requested ones, separated by spaces.
    ///
    /// Otherwise a response that grants a scope that was not requested is an error. Some providers grant
    /// default scopes, or other names of the requested ones: Google grants
    /// `https://www.googleapis.com/auth/userinfo.email` for `email`.
    ///
    /// # Errors
    ///
    /// Returns [`ScopeError`] if the text is not a list of scopes.
    pub fn also_granted(mut self, scopes: &str) -> Result<Self, ScopeError> {
        self.also_granted = ScopeSet::parse(scopes)?;
        Ok(self)
    }

    /// Returns the client ID.
    pub fn client_id(&self) -> &str {
        &self.client_id
    }

    /// Returns how the client authenticates.
    pub fn authentication(&self) -> &ClientAuthentication {
        &self.authentication
    }

    /// Returns the scopes that the provider may grant beside the requested ones.
    pub(super) fn also_granted_scopes(&self) -> &ScopeSet {
        &self.also_granted
    }
}

/// A client of a provider: it obtains tokens, logs people in, and calls other APIs. Clones share it.
#[derive(Clone)]
pub struct RelyingParty {
    shared: Arc<Shared>,
}

struct Shared {
    provider: Provider,
    registration: ClientRegistration,
    /// Authenticates in the TLS handshake if the client has a certificate.
    client: Client,
}

impl RelyingParty {
    /// Creates a client of a provider without sending a request.
    ///
    /// # Errors
    ///
    /// Returns [`RelyingPartyError`] if the client ID is malformed, or a secret is empty.
    pub fn new(
        provider: Provider,
        registration: ClientRegistration,
    ) -> Result<Self, RelyingPartyError> {
        let client_id = &registration.client_id;
        // RFC 6749 appendix A.1
        if client_id.is_empty() || !client_id.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
            return Err(RelyingPartyError::ClientId);
        }
        if let ClientAuthentication::ClientSecretBasic(secret)
        | ClientAuthentication::ClientSecretPost(secret) = &registration.authentication
            && secret.is_empty()
        {
            return Err(RelyingPartyError::EmptySecret);
        }
        let client = match registration.authentication.tls_key() {
            Some(key) => {
                let settings = ClientSettings {
                    identity: Some(key.clone()),
                    ..provider.client_settings().clone()
                };
                Client::new(&settings).map_err(RelyingPartyError::Client)?
            }
            None => provider.client().clone(),
        };
        Ok(Self {
            shared: Arc::new(Shared {
                provider,
                registration,
                client,
            }),
        })
    }

    /// Returns the provider.
    pub fn provider(&self) -> &Provider {
        &self.shared.provider
    }

    /// Returns the registration of the client.
    pub fn registration(&self) -> &ClientRegistration {
        &self.shared.registration
    }

    /// Checks that the provider supports the client's authentication method, if it lists any.
    ///
    /// A public client is not checked: most providers support them without listing `none`.
    pub(super) fn check_method(&self, metadata: &ProviderMetadata) -> Result<(), Vec<String>> {
        let authentication = &self.shared.registration.authentication;
        match metadata.token_endpoint_auth_methods() {
            Some(methods)
                if !matches!(authentication, ClientAuthentication::Public)
                    && !methods
                        .iter()
                        .any(|method| method == authentication.method()) =>
            {
                Err(methods.to_vec())
            }
            _ => Ok(()),
        }
    }

    pub(super) fn client(&self) -> &Client {
        &self.shared.client
    }
}

impl fmt::Debug for RelyingParty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RelyingParty")
            .field("provider", &self.shared.provider)
            .field("registration", &self.shared.registration)
            .finish_non_exhaustive()
    }
}

/// An error in the configuration of a [`RelyingParty`].
#[derive(Debug)]
#[non_exhaustive]
pub enum RelyingPartyError {
    /// The client ID is empty, or not printable ASCII (RFC 6749 appendix A.1).
    ClientId,
    /// The client's secret is empty.
    EmptySecret,
    /// The HTTPS client cannot be created.
    Client(HttpsError),
}

impl fmt::Display for RelyingPartyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ClientId => f.write_str("a client ID is one or more printable ASCII characters"),
            Self::EmptySecret => f.write_str("the client's secret is empty"),
            Self::Client(error) => error.fmt(f),
        }
    }
}

impl Error for RelyingPartyError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Client(error) => error.source(),
            _ => None,
        }
    }
}
