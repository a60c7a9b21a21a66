//! The root certificates that servers are verified with: those of the operating system, and others.

use std::io;
use std::sync::Arc;

use rustls::client::WantsClientCert;
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::{ClientConfig, ConfigBuilder, RootCertStore};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::{PemObject as _, SectionKind};

use crate::https::HttpsError;

/// Root certificates that are trusted in addition to those of the operating system.
#[derive(Clone, Debug, Default)]
pub(crate) struct RootCertificates {
    certificates: Vec<CertificateDer<'static>>,
}

impl RootCertificates {
    /// Reads one or more PEM sections `CERTIFICATE`.
    ///
    /// Returns `None` without any section, or if a certificate is malformed or another section is present,
    /// such as a private key.
    pub(crate) fn from_pem(text: &[u8]) -> Option<Self> {
        let mut certificates = Vec::new();
        for section in <(SectionKind, Vec<u8>)>::pem_slice_iter(text) {
            let (SectionKind::Certificate, der) = section.ok()? else {
                return None;
            };
            let certificate = CertificateDer::from(der);
            RootCertStore::empty().add(certificate.clone()).ok()?;
            certificates.push(certificate);
        }
        (!certificates.is_empty()).then_some(Self { certificates })
    }

    pub(crate) fn extend(&mut self, other: Self) {
        self.certificates.extend(other.certificates);
    }

    /// Returns the TLS configuration of a client, without a certificate.
    ///
    /// It names its cryptography provider instead of using the process-wide default.
    ///
    /// # Errors
    ///
    /// Returns [`HttpsError::TrustStore`] if there is no root certificate at all.
    pub(super) fn client_config(
        &self,
    ) -> Result<ConfigBuilder<ClientConfig, WantsClientCert>, HttpsError> {
        let system = rustls_native_certs::load_native_certs();
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(system.certs);
        roots.add_parsable_certificates(self.certificates.iter().cloned());
        if roots.is_empty() {
            return Err(HttpsError::TrustStore(
                match system.errors.into_iter().next() {
                    Some(error) => error.into(),
                    None => io::Error::from(io::ErrorKind::NotFound).into(),
                },
            ));
        }
        let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| HttpsError::TrustStore(error.into()))?;
        Ok(config.with_root_certificates(roots))
    }
}
