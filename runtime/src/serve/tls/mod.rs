//! TLS 1.2 and 1.3: certificates, their replacement, certificates of clients, handshakes.
//!
//! Comes after a socket is accepted, and before HTTP.

mod certificate;
mod client;
mod config;
mod error;
mod handshake;
mod identity;
mod pem;
mod reload;
mod revocation;
mod revocation_error;

use std::time::Duration;

pub use self::error::TlsError;
pub(super) use self::handshake::{Handshake, Protocol};
pub use self::pem::Pem;
pub(super) use self::reload::{Reloader, TlsSource};
pub use self::revocation_error::RevocationListError;

/// The default time between two looks at the files.
const RELOAD_INTERVAL: Duration = Duration::from_secs(30);

/// The certificate of a server, its private key, and the certificates that it requests from clients.
///
/// Clients can use TLS 1.3 with AES-256-GCM, AES-128-GCM or ChaCha20-Poly1305, and TLS 1.2 with the same ciphers
/// after an ephemeral key exchange on an elliptic curve (ECDHE), with ECDSA or RSA certificates (RFC 9325 §4.2).
/// Sessions are resumed with tickets whose key rotates; early data is not accepted.
///
/// # Examples
///
/// ```no_run
/// use palisade::Tls;
///
/// # async fn run(api: palisade::Api) -> Result<(), palisade::ServeError> {
/// let tls = Tls::new("cert.pem", "key.pem").client_certificates("clients.pem");
/// palisade::serve(api).tls_with(tls).listen("0.0.0.0:8443").await
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "the configuration has no effect until `Server::tls_with`"]
pub struct Tls {
    certificate: Pem,
    key: Pem,
    clients: ClientCertificates,
    revocation_lists: Vec<Pem>,
    reload_interval: Duration,
}

/// The certificates that clients present.
#[derive(Clone, Debug)]
enum ClientCertificates {
    /// None is requested.
    None,
    /// Issued by one of the authorities.
    Issued { authorities: Pem, is_required: bool },
    /// Any, or none.
    Any,
}

impl Tls {
    /// Creates the configuration from a certificate chain and its private key, both in PEM.
    ///
    /// The chain begins with the server's own certificate; each certificate is followed by that of its issuer. The
    /// root can be omitted. Both can be in the same file.
    ///
    /// Changed files are used for new connections, as [`reload_interval`](Self::reload_interval) describes.
    pub fn new(certificate: impl Into<Pem>, key: impl Into<Pem>) -> Self {
        Self {
            certificate: certificate.into(),
            key: key.into(),
            clients: ClientCertificates::None,
            revocation_lists: Vec::new(),
            reload_interval: RELOAD_INTERVAL,
        }
    }

    /// Requires a certificate from every client, issued by one of the certificate authorities.
    ///
    /// The certificate is verified during the handshake: its chain, its validity and its usage. It does not replace
    /// the token. [`ClientCertificate::of`](crate::ClientCertificate::of) returns it.
    ///
    /// This method, [`optional_client_certificates`](Self::optional_client_certificates) and
    /// [`self_signed_client_certificates`](Self::self_signed_client_certificates) replace each other.
    ///
    /// # Security
    ///
    /// A revoked certificate is rejected only with [`revocation_lists`](Self::revocation_lists). Sessions are not resumed, so
    /// that the certificate is verified for each connection; one that is revoked later keeps its open connections.
    pub fn client_certificates(mut self, authorities: impl Into<Pem>) -> Self {
        self.clients = ClientCertificates::Issued {
            authorities: authorities.into(),
            is_required: true,
        };
        self
    }

    /// Requests a certificate from every client, as [`client_certificates`](Self::client_certificates) does, and accepts
    /// clients without one.
    pub fn optional_client_certificates(mut self, authorities: impl Into<Pem>) -> Self {
        self.clients = ClientCertificates::Issued {
            authorities: authorities.into(),
            is_required: false,
        };
        self
    }

    /// Requests a certificate from every client, and accepts every one, self-signed or not, and clients without one.
    ///
    /// # Security
    ///
    /// Such a certificate does not identify a client: neither its name nor its validity is checked. It shows only that the
    /// client has the private key, so that the certificate can be compared with one that an issuer has registered for
    /// the client (RFC 8705 §2.2).
    pub fn self_signed_client_certificates(mut self) -> Self {
        self.clients = ClientCertificates::Any;
        self
    }

    /// Adds revocation lists of the authorities of clients' certificates, in PEM (RFC 5280 §5); a file may have several.
    ///
    /// A certificate in a list is rejected during the handshake. Changed files are used for new connections, as
    /// [`reload_interval`](Self::reload_interval) describes. [`bind`](crate::Server::bind) returns an error for a list that
    /// has expired, or that none of the authorities has signed; at a reload, the previous lists then stay in use.
    ///
    /// # Security
    ///
    /// With a list, every certificate needs one: if its issuer has no list, or only one that has expired since, the handshake
    /// fails. The same is true for each intermediate certificate; if an intermediate authority has its own list, its certificate must
    /// be among the authorities. Delta lists, indirect lists and OCSP are not supported, and lists are not downloaded.
    ///
    /// # Examples
    ///
    /// ```
    /// use palisade::Tls;
    ///
    /// let tls = Tls::new("cert.pem", "key.pem")
    ///     .client_certificates("clients.pem")
    ///     .revocation_lists("revoked.pem");
    /// # drop(tls);
    /// ```
    pub fn revocation_lists(mut self, lists: impl Into<Pem>) -> Self {
        self.revocation_lists.push(lists.into());
        self
    }

    /// Sets the time between two looks at the files, 30 s by default, at least 1 s.
    ///
    /// If the content of a file has changed, new connections use it; open ones continue. SIGHUP causes a look at
    /// once under [`BoundServer::run`](crate::BoundServer::run). If the new files cannot be used, the previous ones stay in
    /// use, and the event `tls_reload_failed` names the error. Session tickets from before a change are not accepted.
    pub fn reload_interval(mut self, interval: Duration) -> Self {
        self.reload_interval = interval.max(Duration::from_secs(1));
        self
    }
}
