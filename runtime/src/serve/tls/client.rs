//! Certificates of clients (RFC 8446 §4.4.2, RFC 8705).

use std::sync::Arc;

use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::server::{ParsedCertificate, VerifierBuilderError, WebPkiClientVerifier};
use rustls::{DigitallySignedStruct, DistinguishedName, Error, RootCertStore, SignatureScheme};
use rustls_pki_types::{CertificateDer, UnixTime};

use crate::serve::tls::error::TlsError;
use crate::serve::tls::identity::{PemText, check_now};
use crate::serve::tls::revocation;

/// Returns a verifier of certificates that one of the authorities has issued.
///
/// With lists of revoked certificates, it rejects a certificate whose issuer has no list, or one that has expired.
pub(super) fn issued_by(
    authorities: &PemText,
    lists: &[PemText],
    is_required: bool,
    provider: &Arc<CryptoProvider>,
) -> Result<Arc<dyn ClientCertVerifier>, TlsError> {
    let certificates = authorities.certificates()?;
    // webpki does not check the validity of an authority's own certificate
    check_now(&certificates, &authorities.name)?;
    let lists = revocation::read(lists, &certificates, provider)?;
    let mut roots = RootCertStore::empty();
    for (index, certificate) in certificates.into_iter().enumerate() {
        roots
            .add(certificate)
            .map_err(|_| TlsError::MalformedCertificate {
                file: authorities.name.clone(),
                number: index + 1,
            })?;
    }
    let verifier = WebPkiClientVerifier::builder_with_provider(roots.into(), Arc::clone(provider));
    let verifier = if is_required {
        verifier
    } else {
        verifier.allow_unauthenticated()
    };
    let verifier = if lists.is_empty() {
        verifier
    } else {
        verifier.with_crls(lists).enforce_revocation_expiration()
    };
    let error = |error| match error {
        VerifierBuilderError::InvalidCrl(error) => TlsError::Configuration(error.into()),
        other => TlsError::Configuration(Error::General(other.to_string())),
    };
    verifier.build().map_err(error)
}

/// Accepts every certificate whose private key signs the handshake, and clients without one.
///
/// The name and the validity of such a certificate mean nothing. It shows that the client has the key, which can be
/// compared with the one of a token (RFC 8705 §2.2, §3).
#[derive(Debug)]
pub(super) struct AnyCertificate(pub(super) Arc<CryptoProvider>);

impl ClientCertVerifier for AnyCertificate {
    fn client_auth_mandatory(&self) -> bool {
        false
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        certificate: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        ParsedCertificate::try_from(certificate)?;
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, SerialNumber};

    use super::*;

    /// A list that expires while the server runs may lack a certificate that has been revoked since.
    #[test]
    fn list_that_has_expired_since_the_start_refuses_every_certificate() {
        let mut parameters = CertificateParams::default();
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let authority = parameters.self_signed(&key).unwrap().pem();
        let issuer = Issuer::new(parameters, key);
        let client = CertificateParams::new(vec!["client".to_owned()]).unwrap();
        let client = client.signed_by(&KeyPair::generate().unwrap(), &issuer);
        let client = client.unwrap();
        let list = rcgen::CertificateRevocationListParams {
            this_update: rcgen::date_time_ymd(2024, 1, 1),
            next_update: rcgen::date_time_ymd(2100, 1, 1),
            crl_number: SerialNumber::from(1),
            issuing_distribution_point: None,
            revoked_certs: Vec::new(),
            key_identifier_method: rcgen::KeyIdMethod::Sha256,
        };
        let list = list.signed_by(&issuer).unwrap().pem().unwrap();
        let [authority, list] = [authority, list].map(|text| PemText {
            name: "a test".to_owned(),
            text: text.into_bytes().into(),
        });
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let verifier = issued_by(&authority, &[list], true, &provider).unwrap();
        let verify = |year| {
            let time = rcgen::date_time_ymd(year, 1, 1).unix_timestamp();
            let time = Duration::from_secs(time.try_into().unwrap());
            let time = UnixTime::since_unix_epoch(time);
            verifier.verify_client_cert(client.der(), &[], time)
        };
        assert!(verify(2099).is_ok());
        let error = verify(2100).unwrap_err();
        assert!(
            format!("{error:?}").contains("ExpiredRevocationList"),
            "{error:?}"
        );
    }
}
