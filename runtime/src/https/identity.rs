//! The certificate with which a client authenticates in the TLS handshake ([RFC 8705 §2]).
//!
//! [RFC 8705 §2]: https://www.rfc-editor.org/rfc/rfc8705#section-2

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use rustls::crypto::aws_lc_rs::default_provider;
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

/// A client's certificate chain and private key, for `tls_client_auth` ([RFC 8705 §2]).
///
/// [RFC 8705 §2]: https://www.rfc-editor.org/rfc/rfc8705#section-2
#[derive(Clone)]
pub struct TlsClientKey(Arc<SingleCertAndKey>);

/// An error in a client's certificate or private key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TlsClientKeyError {
    /// The text is not one or more PEM sections `CERTIFICATE`.
    Certificate,
    /// The text is not one PEM section with a private key, or its type is not supported.
    PrivateKey,
    /// The private key is not that of the first certificate.
    Mismatch,
}

impl TlsClientKey {
    /// Reads a certificate chain, the client's own certificate first, and its private key, both in PEM.
    ///
    /// # Errors
    ///
    /// Returns [`TlsClientKeyError`] if one of them is malformed, or they do not belong together.
    pub fn from_pem(
        chain: impl AsRef<[u8]>,
        private_key: impl AsRef<[u8]>,
    ) -> Result<Self, TlsClientKeyError> {
        let chain = CertificateDer::pem_slice_iter(chain.as_ref()).collect::<Result<Vec<_>, _>>();
        let chain = chain.ok().filter(|chain| !chain.is_empty());
        let chain = chain.ok_or(TlsClientKeyError::Certificate)?;
        let key = PrivateKeyDer::from_pem_slice(private_key.as_ref())
            .map_err(|_| TlsClientKeyError::PrivateKey)?;
        let key = default_provider()
            .key_provider
            .load_private_key(key)
            .map_err(|_| TlsClientKeyError::PrivateKey)?;
        let certified = CertifiedKey::new(chain, key);
        certified
            .keys_match()
            .map_err(|_| TlsClientKeyError::Mismatch)?;
        Ok(Self(Arc::new(SingleCertAndKey::from(certified))))
    }

    /// Returns what rustls asks for the certificate.
    pub(super) fn resolver(&self) -> Arc<SingleCertAndKey> {
        Arc::clone(&self.0)
    }
}

/// Omits the certificate and the key.
impl fmt::Debug for TlsClientKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TlsClientKey([redacted])")
    }
}

impl fmt::Display for TlsClientKeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Certificate => "the client's certificate is not one or more PEM certificates",
            Self::PrivateKey => {
                "the client's private key is not one PEM section with an RSA, ECDSA or Ed25519 key"
            }
            Self::Mismatch => "the client's private key is not that of its certificate",
        })
    }
}

impl Error for TlsClientKeyError {}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, KeyPair};

    use super::*;

    fn pair() -> (String, String) {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(["client.example".to_owned()]).unwrap();
        (params.self_signed(&key).unwrap().pem(), key.serialize_pem())
    }

    #[test]
    fn malformed_or_foreign_key_is_rejected() {
        let (certificate, key) = pair();
        let (other, _) = pair();
        let error = |chain: &str, key: &str| TlsClientKey::from_pem(chain, key).err();
        assert_eq!(error(&certificate, &key), None);
        assert_eq!(error("", &key), Some(TlsClientKeyError::Certificate));
        assert_eq!(error(&key, &key), Some(TlsClientKeyError::Certificate));
        let private_key = Some(TlsClientKeyError::PrivateKey);
        assert_eq!(error(&certificate, ""), private_key);
        assert_eq!(error(&certificate, &certificate), private_key);
        assert_eq!(error(&other, &key), Some(TlsClientKeyError::Mismatch));
    }

    #[test]
    fn debug_omits_the_key() {
        let (certificate, key) = pair();
        let key = TlsClientKey::from_pem(&certificate, &key).unwrap();
        assert_eq!(format!("{key:?}"), "TlsClientKey([redacted])");
    }
}
