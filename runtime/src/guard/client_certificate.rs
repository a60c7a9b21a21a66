//! The certificate of a client, which the server has verified during the TLS handshake.

use std::fmt;
use std::sync::Arc;

use axum::http::{Extensions, Request};

/// The certificate that a client has presented in the TLS handshake of its connection, and whose private key has
/// signed the handshake.
///
/// It does not replace a token. A server requests it only with [`Tls::client_certificates`](crate::Tls::client_certificates) or
/// one of the methods beside it, which state how it is verified.
///
/// # Examples
///
/// ```
/// use axum::extract::Request;
/// use palisade::ClientCertificate;
///
/// /// The length of the certificate, for a layer that logs it.
/// fn certificate_length(request: &Request) -> Option<usize> {
///     Some(ClientCertificate::of(request)?.der().len())
/// }
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct ClientCertificate {
    der: Arc<[u8]>,
    is_issued: bool,
}

/// The certificate in the extensions of a request. Other crates cannot name the type, so that a layer cannot replace
/// the certificate by one of its choice.
#[derive(Clone)]
pub(crate) struct PresentedCertificate(pub(crate) ClientCertificate);

impl ClientCertificate {
    #[cfg(any(feature = "tls", test))]
    pub(crate) fn new(der: &[u8], is_issued: bool) -> Self {
        Self {
            der: der.into(),
            is_issued,
        }
    }

    /// Returns the certificate of the connection that the request came on, or `None` if the client has presented none.
    ///
    /// Only `palisade::serve` knows the certificate. The connection of a proxy that terminates TLS has no certificate of the client.
    pub fn of<B>(request: &Request<B>) -> Option<Self> {
        Self::find(request.extensions())
    }

    fn find(extensions: &Extensions) -> Option<Self> {
        let presented: &PresentedCertificate = extensions.get()?;
        Some(presented.0.clone())
    }

    /// Returns the certificate in DER (RFC 5280), without the rest of its chain.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// Returns whether one of the authorities of [`Tls::client_certificates`](crate::Tls::client_certificates), or of
    /// [`Tls::optional_client_certificates`](crate::Tls::optional_client_certificates), has issued the certificate.
    ///
    /// Otherwise its names mean nothing: it may be self-signed. The server does not know it for a configuration of rustls, and
    /// returns `false`.
    pub fn is_issued(&self) -> bool {
        self.is_issued
    }
}

impl fmt::Debug for ClientCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientCertificate").finish_non_exhaustive()
    }
}
