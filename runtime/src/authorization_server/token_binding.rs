//! Tokens that are bound to the certificate of a client (RFC 8705 §3).

use std::fmt;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::ClientCertificate;

/// The certificate that a token is bound to: its SHA-256 hash ([RFC 8705 §3.1]).
///
/// [RFC 8705 §3.1]: https://www.rfc-editor.org/rfc/rfc8705#section-3.1
#[derive(Clone, PartialEq, Eq)]
pub struct TokenBinding(String);

impl TokenBinding {
    pub(super) fn of(certificate: &ClientCertificate) -> Self {
        let hash = digest(&SHA256, certificate.der());
        Self(URL_SAFE_NO_PAD.encode(hash))
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for TokenBinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenBinding")
    }
}
