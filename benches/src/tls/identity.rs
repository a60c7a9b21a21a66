//! A certificate for `localhost`, and the configurations of rustls for both ends.

use std::sync::Arc;

use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, ServerName};

use crate::outcome::Outcome;

/// The name in the certificate.
pub(crate) const NAME: &str = "localhost";

pub(crate) const HTTP1: &[u8] = b"http/1.1";
pub(crate) const HTTP2: &[u8] = b"h2";

/// A self-signed certificate with its key (ECDSA, P-256), both in PEM.
pub(crate) struct Identity {
    pub(crate) certificate: String,
    pub(crate) key: String,
}

impl Identity {
    pub(crate) fn generate() -> Outcome<Self> {
        let identity = rcgen::generate_simple_self_signed([NAME.to_owned()])?;
        Ok(Self {
            certificate: identity.cert.pem(),
            key: identity.signing_key.serialize_pem(),
        })
    }

    /// Returns the configuration of a server with the defaults of rustls, for both protocols.
    pub(crate) fn server(&self) -> Outcome<ServerConfig> {
        let certificate = CertificateDer::from_pem_slice(self.certificate.as_bytes())?;
        let key = PrivateKeyDer::from_pem_slice(self.key.as_bytes())?;
        let mut config = ServerConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key)?;
        config.alpn_protocols = vec![HTTP2.to_vec(), HTTP1.to_vec()];
        Ok(config)
    }
}

/// Returns the configuration of a client that trusts the certificate and speaks one protocol.
pub(crate) fn client(certificate: &str, protocol: &[u8]) -> Outcome<Arc<ClientConfig>> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(certificate.as_bytes())?)?;
    let mut config = ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![protocol.to_vec()];
    Ok(Arc::new(config))
}

pub(crate) fn name() -> Outcome<ServerName<'static>> {
    Ok(ServerName::try_from(NAME)?)
}

// a peer in the benches enables another provider, so rustls has no default
fn provider() -> Arc<CryptoProvider> {
    Arc::new(aws_lc_rs::default_provider())
}
