//! The server's certificate chain and private key.

use std::sync::Arc;
use std::time::SystemTime;

use rustls::Error::InconsistentKeys;
use rustls::crypto::CryptoProvider;
use rustls::sign::CertifiedKey;
use rustls_pki_types::pem::{PemObject as _, SectionKind};
use rustls_pki_types::{CertificateDer, CertificateRevocationListDer, PrivateKeyDer};
use zeroize::Zeroizing;

use crate::serve::tls::certificate::{CertificateFields, Time};
use crate::serve::tls::error::TlsError;
use crate::serve::tls::revocation_error::RevocationListError;

/// The text of a PEM file, with a name for errors.
pub(super) struct PemText {
    /// The path in backticks, or the role of the text.
    pub(super) name: String,
    pub(super) text: Zeroizing<Vec<u8>>,
}

/// The kind of a section, and its DER.
type Section = (SectionKind, Zeroizing<Vec<u8>>);

impl PemText {
    /// Returns the sections. Other text between them is ignored ([RFC 7468 §2]).
    ///
    /// [RFC 7468 §2]: https://www.rfc-editor.org/rfc/rfc7468#section-2
    fn sections(&self) -> Result<Vec<Section>, TlsError> {
        if self.text.trim_ascii().is_empty() {
            let file = self.name.clone();
            return Err(TlsError::Empty { file });
        }
        <(SectionKind, Vec<u8>)>::pem_slice_iter(&self.text)
            .map(|section| match section {
                Ok((kind, der)) => Ok((kind, Zeroizing::new(der))),
                Err(_) => Err(TlsError::MalformedPem {
                    file: self.name.clone(),
                }),
            })
            .collect()
    }

    /// Returns every certificate.
    ///
    /// # Errors
    ///
    /// Returns an error for a malformed certificate, or if no certificate is found.
    pub(super) fn certificates(&self) -> Result<Vec<CertificateDer<'static>>, TlsError> {
        let file = || self.name.clone();
        let mut certificates = Vec::new();
        for (kind, der) in self.sections()? {
            if kind == SectionKind::Certificate {
                let number = certificates.len() + 1;
                if CertificateFields::read(&der).is_none() {
                    let file = file();
                    return Err(TlsError::MalformedCertificate { file, number });
                }
                certificates.push(CertificateDer::from(der.to_vec()));
            }
        }
        if certificates.is_empty() {
            return Err(TlsError::NoCertificate { file: file() });
        }
        Ok(certificates)
    }

    /// Returns every list of revoked certificates.
    ///
    /// # Errors
    ///
    /// Returns an error if no list is found.
    pub(super) fn revocation_lists(
        &self,
    ) -> Result<Vec<CertificateRevocationListDer<'static>>, TlsError> {
        let sections = self.sections()?.into_iter();
        let lists = sections.filter(|(kind, _)| *kind == SectionKind::Crl);
        let lists: Vec<_> = lists
            .map(|(_, der)| CertificateRevocationListDer::from(der.to_vec()))
            .collect();
        if lists.is_empty() {
            let file = self.name.clone();
            return Err(RevocationListError::Missing { file }.into());
        }
        Ok(lists)
    }

    /// Returns the only private key.
    fn key(&self) -> Result<PrivateKeyDer<'static>, TlsError> {
        const ENCRYPTED: &[u8] = b"-----BEGIN ENCRYPTED PRIVATE KEY-----";
        // of OpenSSL's own format
        const PROC_TYPE: &[u8] = b"Proc-Type: 4,ENCRYPTED";
        let file = || self.name.clone();
        let contains = |part: &[u8]| memchr::memmem::find(&self.text, part).is_some();
        if contains(ENCRYPTED) || contains(PROC_TYPE) {
            return Err(TlsError::EncryptedKey { file: file() });
        }
        let mut keys = Vec::new();
        for (kind, der) in self.sections()? {
            let der = der.to_vec();
            keys.extend(match kind {
                SectionKind::PrivateKey => Some(PrivateKeyDer::Pkcs8(der.into())),
                SectionKind::RsaPrivateKey => Some(PrivateKeyDer::Pkcs1(der.into())),
                SectionKind::EcPrivateKey => Some(PrivateKeyDer::Sec1(der.into())),
                _ => None,
            });
        }
        match (keys.pop(), keys.is_empty()) {
            (None, _) => Err(TlsError::NoKey { file: file() }),
            (Some(key), true) => Ok(key),
            (Some(_), false) => Err(TlsError::SeveralKeys { file: file() }),
        }
    }
}

/// Reads the certificate chain and its key, and checks that a client could accept them now.
pub(super) fn read(
    certificate: &PemText,
    key: &PemText,
    provider: &CryptoProvider,
) -> Result<CertifiedKey, TlsError> {
    let chain = certificate.certificates()?;
    let signer = provider.key_provider.load_private_key(key.key()?);
    let signer = signer.map_err(|error| TlsError::UnsupportedKey {
        file: key.name.clone(),
        reason: error.to_string(),
    })?;
    let is_for = |certificate: &CertificateDer<'static>| {
        let certified = CertifiedKey::new(vec![certificate.clone()], Arc::clone(&signer));
        // a key whose public part is unknown is checked by the first handshake
        match certified.keys_match() {
            Ok(()) | Err(InconsistentKeys(rustls::InconsistentKeys::Unknown)) => true,
            Err(_) => false,
        }
    };
    match chain.iter().position(is_for) {
        Some(0) => {}
        Some(index) => {
            return Err(TlsError::ChainOrder {
                file: certificate.name.clone(),
                number: index + 1,
            });
        }
        None => {
            return Err(TlsError::KeyMismatch {
                certificate: certificate.name.clone(),
                key: key.name.clone(),
            });
        }
    }
    check_order(&chain, &certificate.name)?;
    check_now(&chain, &certificate.name)?;
    Ok(CertifiedKey::new(chain, signer))
}

/// Checks that each certificate is followed by that of its issuer ([RFC 5246 §7.4.2]).
///
/// [RFC 5246 §7.4.2]: https://www.rfc-editor.org/rfc/rfc5246#section-7.4.2
fn check_order(chain: &[CertificateDer<'_>], file: &str) -> Result<(), TlsError> {
    let fields = chain.iter().map(|der| CertificateFields::read(der));
    let mut issuer = None;
    for (index, fields) in fields.enumerate() {
        let number = index + 1;
        let file = || file.to_owned();
        let Some(fields) = fields else {
            let file = file();
            return Err(TlsError::MalformedCertificate { file, number });
        };
        if issuer.is_some_and(|issuer| issuer != fields.subject) {
            let file = file();
            return Err(TlsError::ChainOrder { file, number });
        }
        issuer = Some(fields.issuer);
    }
    Ok(())
}

/// Checks that each certificate is valid now.
fn check_validity(chain: &[CertificateDer<'_>], file: &str, now: Time) -> Result<(), TlsError> {
    let fields = chain.iter().filter_map(|der| CertificateFields::read(der));
    for (index, fields) in fields.enumerate() {
        let (file, number) = (file.to_owned(), index + 1);
        if now > fields.not_after {
            let not_after = fields.not_after.to_string();
            return Err(TlsError::Expired {
                file,
                number,
                not_after,
            });
        }
        if now < fields.not_before {
            let not_before = fields.not_before.to_string();
            return Err(TlsError::NotYetValid {
                file,
                number,
                not_before,
            });
        }
    }
    Ok(())
}

/// Checks that each certificate is valid now.
pub(super) fn check_now(chain: &[CertificateDer<'_>], file: &str) -> Result<(), TlsError> {
    check_validity(chain, file, now())
}

pub(super) fn now() -> Time {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let seconds = since.map_or(0, |since| since.as_secs());
    Time(i64::try_from(seconds).unwrap_or(i64::MAX))
}
