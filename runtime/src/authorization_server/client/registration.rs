//! A registered client.

use std::fmt;
use std::sync::Arc;

use crate::authorization_server::client::client_error::ClientError;
use crate::authorization_server::client::credential::ClientCredential;
use crate::authorization_server::redirect_uri::RedirectUri;
use crate::claims::ScopeSet;
use crate::text::{is_forbidden_in_line, is_nqschar};

/// The maximum length of a client's ID, in bytes.
const MAX_ID: usize = 256;

/// The maximum length of a client's name, in characters.
const MAX_NAME: usize = 128;

/// The maximum number of redirect URIs.
const MAX_REDIRECT_URIS: usize = 32;

/// A client that is registered with the authorization server. Clones are cheap.
///
/// # Examples
///
/// ```
/// use palisade::Secret;
/// use palisade::authorization_server::{Client, ClientCredential};
///
/// # fn run(secret: Secret) -> Result<(), palisade::authorization_server::ClientError> {
/// let web = Client::builder("orders-web", ClientCredential::secret(&secret)?)
///     .name("Orders")
///     .redirect_uri("https://app.example.govt.nz/callback")
///     .scopes("openid orders:read orders:write")
///     .build()?;
/// # let _ = web;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Client(Arc<Registration>);

struct Registration {
    id: String,
    name: Option<String>,
    credential: ClientCredential,
    redirect_uris: Vec<RedirectUri>,
    scopes: ScopeSet,
    client_credentials: bool,
    introspects_all: bool,
    binds_tokens: bool,
}

/// Configures a [`Client`].
#[must_use = "a builder has no effect until `build` is called"]
pub struct ClientBuilder {
    id: String,
    name: Option<String>,
    credential: ClientCredential,
    redirect_uris: Vec<String>,
    scopes: String,
    client_credentials: bool,
    introspects_all: bool,
    binds_tokens: bool,
}

impl Client {
    /// Starts the registration of a client without scopes and redirect URIs.
    pub fn builder(id: impl Into<String>, credential: ClientCredential) -> ClientBuilder {
        ClientBuilder {
            id: id.into(),
            name: None,
            credential,
            redirect_uris: Vec::new(),
            scopes: String::new(),
            client_credentials: false,
            introspects_all: false,
            binds_tokens: false,
        }
    }

    /// Returns the ID.
    pub fn id(&self) -> &str {
        &self.0.id
    }

    /// Returns the name for consent pages; the ID, if the client has none.
    pub fn name(&self) -> &str {
        self.0.name.as_deref().unwrap_or(&self.0.id)
    }

    /// Returns the scopes that the client may request.
    pub fn scopes(&self) -> &ScopeSet {
        &self.0.scopes
    }

    /// Returns the registered redirect URIs.
    pub fn redirect_uris(&self) -> &[RedirectUri] {
        &self.0.redirect_uris
    }

    /// Returns how the client authenticates.
    pub fn credential(&self) -> &ClientCredential {
        &self.0.credential
    }

    /// Returns the reason for which a secret may be shorter than 32 bytes
    /// ([`dangerous_short_client_secret`](crate::danger::dangerous_short_client_secret)).
    pub fn relaxation(&self) -> Option<&str> {
        match &self.0.credential {
            ClientCredential::Secret(secret) => secret.relaxation(),
            _ => None,
        }
    }

    pub(in crate::authorization_server) fn may_use_client_credentials(&self) -> bool {
        self.0.client_credentials
    }

    pub(in crate::authorization_server) fn introspects_all(&self) -> bool {
        self.0.introspects_all
    }

    pub(in crate::authorization_server) fn binds_tokens(&self) -> bool {
        self.0.binds_tokens
    }

    /// Returns whether a request names a registered redirect URI.
    ///
    /// A public client may use any port of a loopback address.
    pub(in crate::authorization_server) fn has_redirect_uri(&self, requested: &str) -> bool {
        let any_port = !self.0.credential.is_confidential();
        let mut registered = self.0.redirect_uris.iter();
        registered.any(|registered| registered.matches(requested, any_port))
    }
}

impl ClientBuilder {
    /// Sets the name that consent pages show: 128 characters at most, with a letter or digit.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Adds a redirect URI, with which the client can use the grant with an authorization code.
    pub fn redirect_uri(mut self, uri: impl Into<String>) -> Self {
        self.redirect_uris.push(uri.into());
        self
    }

    /// Sets the scopes that the client may request, separated by a space.
    pub fn scopes(mut self, scopes: impl Into<String>) -> Self {
        self.scopes = scopes.into();
        self
    }

    /// Allows the grant with client credentials ([RFC 6749 §4.4]), for tokens without a user.
    ///
    /// [RFC 6749 §4.4]: https://www.rfc-editor.org/rfc/rfc6749#section-4.4
    pub fn client_credentials(mut self) -> Self {
        self.client_credentials = true;
        self
    }

    /// Allows the client to introspect every token, as a resource server does. Other clients see only their own tokens.
    pub fn introspects_all(mut self) -> Self {
        self.introspects_all = true;
        self
    }

    /// Binds the client's tokens to the certificate of its TLS connection ([RFC 8705 §3]): access tokens have `cnf` with its
    /// hash, and refresh tokens of a public client work only with it.
    ///
    /// A token request without a certificate is refused. Resource servers must compare the certificate with the token; those of
    /// Palisade refuse tokens with `cnf` so far.
    ///
    /// [RFC 8705 §3]: https://www.rfc-editor.org/rfc/rfc8705#section-3
    pub fn certificate_bound_access_tokens(mut self) -> Self {
        self.binds_tokens = true;
        self
    }

    /// Finishes the registration.
    ///
    /// # Errors
    ///
    /// Returns the first [`ClientError`].
    pub fn build(self) -> Result<Client, ClientError> {
        if self.id.is_empty() || self.id.len() > MAX_ID || !self.id.bytes().all(is_nqschar) {
            return Err(ClientError::Id);
        }
        if self.name.as_deref().is_some_and(|name| !is_name(name)) {
            return Err(ClientError::Name);
        }
        if self.redirect_uris.len() > MAX_REDIRECT_URIS {
            return Err(ClientError::TooManyRedirectUris);
        }
        let redirect_uris = self.redirect_uris.into_iter().map(|uri| {
            let parsed = uri.parse();
            parsed.map_err(|error| ClientError::RedirectUri(uri, error))
        });
        if (self.client_credentials || self.introspects_all) && !self.credential.is_confidential() {
            return Err(ClientError::Public);
        }
        Ok(Client(Arc::new(Registration {
            id: self.id,
            name: self.name,
            redirect_uris: redirect_uris.collect::<Result<_, _>>()?,
            scopes: ScopeSet::parse(&self.scopes).map_err(ClientError::Scopes)?,
            credential: self.credential,
            client_credentials: self.client_credentials,
            introspects_all: self.introspects_all,
            binds_tokens: self.binds_tokens,
        })))
    }
}

/// Returns whether a consent page can show a name: the user decides by it.
fn is_name(name: &str) -> bool {
    name.chars().count() <= MAX_NAME
        && !name.chars().any(is_forbidden_in_line)
        && name.chars().any(char::is_alphanumeric)
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("id", &self.0.id)
            .field("credential", &self.0.credential)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}
