//! The configuration of rustls.

use std::sync::Arc;

use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::server::{NoServerSessionStorage, ServerConfig};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::version::{TLS12, TLS13};
use rustls::{CipherSuite, SupportedCipherSuite};

use crate::serve::tls::client::{self, AnyCertificate};
use crate::serve::tls::error::TlsError;
use crate::serve::tls::identity::{self, PemText};
use crate::serve::tls::revocation_error::RevocationListError;
use crate::serve::tls::{ClientCertificates, Tls};

/// The protocols that the server speaks, the preferred one first (RFC 7301).
pub(super) const PROTOCOLS: &[&[u8]] = &[
    #[cfg(feature = "http2")]
    b"h2",
    b"http/1.1",
];

/// The cipher suites, the preferred ones first: those of TLS 1.3, and those of TLS 1.2 that RFC 9325 §4.2 recommends.
const CIPHER_SUITES: [CipherSuite; 9] = [
    CipherSuite::TLS13_AES_256_GCM_SHA384,
    CipherSuite::TLS13_AES_128_GCM_SHA256,
    CipherSuite::TLS13_CHACHA20_POLY1305_SHA256,
    CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
    CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
    CipherSuite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
    CipherSuite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
    CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
    CipherSuite::TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
];

/// The texts of the files, as they were at one time.
pub(super) struct TlsTexts {
    pub(super) certificate: PemText,
    pub(super) key: PemText,
    pub(super) authorities: Option<PemText>,
    pub(super) revocation_lists: Vec<PemText>,
}

impl Tls {
    /// Reads the files.
    pub(super) fn read(&self) -> Result<TlsTexts, TlsError> {
        let authorities = match &self.clients {
            ClientCertificates::Issued { authorities, .. } => Some(authorities),
            ClientCertificates::None | ClientCertificates::Any => None,
        };
        let role = "the text of the client certificates' authorities";
        let list_role = "the text of the revocation lists";
        let lists = self.revocation_lists.iter().map(|pem| pem.read(list_role));
        Ok(TlsTexts {
            certificate: self.certificate.read("the text of the certificate")?,
            key: self.key.read("the text of the key")?,
            authorities: authorities.map(|pem| pem.read(role)).transpose()?,
            revocation_lists: lists.collect::<Result<_, _>>()?,
        })
    }

    /// Returns a configuration with new keys for tickets, and without the sessions of another one.
    pub(super) fn configure(&self, texts: &TlsTexts) -> Result<ServerConfig, TlsError> {
        let provider = Arc::new(provider());
        let identity = identity::read(&texts.certificate, &texts.key, &provider)?;
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_protocol_versions(&[&TLS13, &TLS12])?;
        let lists = &texts.revocation_lists;
        let verifier = match (&self.clients, &texts.authorities) {
            (ClientCertificates::Issued { is_required, .. }, Some(authorities)) => Some(
                client::issued_by(authorities, lists, *is_required, &provider)?,
            ),
            _ if !lists.is_empty() => return Err(RevocationListError::WithoutAuthorities.into()),
            (ClientCertificates::Any, _) => Some(Arc::new(AnyCertificate(provider)) as Arc<_>),
            _ => None,
        };
        let has_client_certificates = verifier.is_some();
        let builder = match verifier {
            Some(verifier) => builder.with_client_cert_verifier(verifier),
            None => builder.with_no_client_auth(),
        };
        let mut config = builder.with_cert_resolver(resolver(identity));
        config.alpn_protocols = PROTOCOLS.iter().map(|name| name.to_vec()).collect();
        if has_client_certificates {
            // a resumed session would not verify the certificate again
            config.session_storage = Arc::new(NoServerSessionStorage {});
            config.send_tls13_tickets = 0;
        } else {
            config.ticketer = aws_lc_rs::Ticketer::new()?;
        }
        Ok(config)
    }
}

fn resolver(identity: CertifiedKey) -> Arc<SingleCertAndKey> {
    Arc::new(SingleCertAndKey::from(identity))
}

fn provider() -> CryptoProvider {
    let is_listed = |suite: &SupportedCipherSuite| CIPHER_SUITES.contains(&suite.suite());
    let mut provider = aws_lc_rs::default_provider();
    provider.cipher_suites.retain(is_listed);
    provider
}

/// Checks a configuration that the API's author has made, and adds the protocols if it names none.
pub(super) fn check(config: &ServerConfig) -> Result<ServerConfig, TlsError> {
    let mut config = config.clone();
    if config.max_early_data_size > 0 {
        return Err(TlsError::EarlyData);
    }
    if config.alpn_protocols.is_empty() {
        config.alpn_protocols = PROTOCOLS.iter().map(|name| name.to_vec()).collect();
    }
    for name in &config.alpn_protocols {
        if !PROTOCOLS.contains(&name.as_slice()) {
            let name = String::from_utf8_lossy(name).into_owned();
            return Err(TlsError::Protocol { name });
        }
    }
    Ok(config)
}
