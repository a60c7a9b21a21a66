//! How a client authenticates.

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest::{SHA256, digest};

use crate::authorization_server::client::certificate_name::CertificateName;
use crate::authorization_server::client::client_error::ClientError;
use crate::keys::{DEFAULT_ALGORITHMS, KeySet, parse_jwks};
use crate::secret::Secret;

/// How a client authenticates at the endpoints for clients.
///
/// A client has one method, and a request with another one is refused.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum ClientCredential {
    /// The client cannot keep a secret: an application in a browser, on a phone or on a desktop. PKCE protects its codes.
    Public,
    /// A secret, in the `Authorization` field or in the form.
    Secret(ClientSecret),
    /// A JWT that the client signs, `private_key_jwt` ([RFC 7523 §2.2]), verified with these keys.
    ///
    /// [RFC 7523 §2.2]: https://www.rfc-editor.org/rfc/rfc7523#section-2.2
    PrivateKeyJwt(ClientKeys),
    /// A certificate in the TLS handshake, `self_signed_tls_client_auth` ([RFC 8705 §2.2]).
    ///
    /// [RFC 8705 §2.2]: https://www.rfc-editor.org/rfc/rfc8705#section-2.2
    Certificate(CertificateThumbprint),
    /// A name in the certificate of the TLS handshake, `tls_client_auth` ([RFC 8705 §2.1]). An authority of the listener must
    /// have issued the certificate.
    ///
    /// [RFC 8705 §2.1]: https://www.rfc-editor.org/rfc/rfc8705#section-2.1
    CertificateName(CertificateName),
}

/// The SHA-256 hash of a client's secret.
#[derive(Clone)]
pub struct ClientSecret {
    hash: [u8; 32],
    /// The reason for a secret that is too short.
    relaxed: Option<Arc<str>>,
}

/// The public keys of a client.
#[derive(Clone)]
pub struct ClientKeys(pub(super) Arc<KeySet>);

/// The SHA-256 hash of a certificate.
#[derive(Clone)]
pub struct CertificateThumbprint([u8; 32]);

impl ClientCredential {
    /// Authenticates a client by a secret of at least 32 bytes, which is hashed.
    ///
    /// # Errors
    ///
    /// Returns [`ClientError::ShortSecret`] if the secret is shorter: it could be guessed ([RFC 6749 §10.10]).
    ///
    /// [RFC 6749 §10.10]: https://www.rfc-editor.org/rfc/rfc6749#section-10.10
    pub fn secret(secret: &Secret) -> Result<Self, ClientError> {
        if secret.len() < ClientSecret::MIN_LEN {
            return Err(ClientError::ShortSecret);
        }
        Ok(Self::Secret(ClientSecret {
            hash: sha256(secret.expose()),
            relaxed: None,
        }))
    }

    /// Authenticates a client by JWTs that it signs, from its public keys as a JWK set.
    ///
    /// # Errors
    ///
    /// Returns [`ClientError::Keys`] if the set is malformed, or has no public key for RS256, PS256, ES256 or `EdDSA`.
    pub fn private_key_jwt(jwks: &str) -> Result<Self, ClientError> {
        let parsed = parse_jwks(jwks.as_bytes(), &DEFAULT_ALGORITHMS);
        let (keys, skipped) = parsed.map_err(|error| ClientError::Keys(error.to_string()))?;
        let keys =
            KeySet::new(keys, skipped).map_err(|error| ClientError::Keys(error.to_string()))?;
        Ok(Self::PrivateKeyJwt(ClientKeys(keys.into())))
    }

    /// Authenticates a client by its certificate, in DER.
    pub fn certificate(der: &[u8]) -> Self {
        Self::Certificate(CertificateThumbprint(sha256(der)))
    }

    /// Authenticates a client by a name in its certificate, which an authority of the listener has issued: see
    /// `Tls::optional_client_certificates`.
    ///
    /// # Errors
    ///
    /// Returns [`ClientError::CertificateName`] if the name is empty, or has a wildcard or another character that no certificate
    /// should have.
    pub fn certificate_name(name: CertificateName) -> Result<Self, ClientError> {
        name.check()?;
        Ok(Self::CertificateName(name))
    }

    pub(crate) fn dangerous_short_secret(secret: &Secret, reason: String) -> Self {
        Self::Secret(ClientSecret {
            hash: sha256(secret.expose()),
            relaxed: Some(reason.into()),
        })
    }

    /// Returns whether the client is confidential: it has a credential ([RFC 6749 §2.1]).
    ///
    /// [RFC 6749 §2.1]: https://www.rfc-editor.org/rfc/rfc6749#section-2.1
    pub fn is_confidential(&self) -> bool {
        !matches!(self, Self::Public)
    }
}

impl ClientSecret {
    /// The minimum length, in bytes.
    pub(super) const MIN_LEN: usize = 32;

    pub(super) fn relaxation(&self) -> Option<&str> {
        self.relaxed.as_deref()
    }

    /// Compares hashes in constant time.
    pub(super) fn matches(&self, secret: &str) -> bool {
        verify_slices_are_equal(&self.hash, &sha256(secret.as_bytes())).is_ok()
    }
}

impl CertificateThumbprint {
    pub(super) fn matches(&self, der: &[u8]) -> bool {
        self.0 == sha256(der)
    }
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest(&SHA256, bytes).as_ref());
    hash
}

impl fmt::Debug for ClientSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientSecret([redacted])")
    }
}

impl fmt::Debug for ClientKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientKeys")
    }
}

impl fmt::Debug for CertificateThumbprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CertificateThumbprint")
    }
}
