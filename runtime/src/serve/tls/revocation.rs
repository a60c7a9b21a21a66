//! Lists of revoked certificates of clients ([RFC 5280 §5]).
//!
//! webpki searches them during a handshake. It would ignore a list of an unknown issuer, so the lists are checked here before.
//!
//! [RFC 5280 §5]: https://www.rfc-editor.org/rfc/rfc5280#section-5

use std::cmp::Reverse;

use rustls::crypto::CryptoProvider;
use rustls_pki_types::{CertificateDer, CertificateRevocationListDer};

use crate::keys::der::{BIT_STRING, INTEGER, SEQUENCE, read_element};
use crate::serve::tls::certificate::{CertificateFields, Time};
use crate::serve::tls::error::TlsError;
use crate::serve::tls::identity::{PemText, now};
use crate::serve::tls::revocation_error::RevocationListError;

/// Some fields of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct ListFields<'a> {
    /// The bytes that the signature covers.
    signed: &'a [u8],
    algorithm: &'a [u8],
    signature: &'a [u8],
    issuer: &'a [u8],
    this_update: Time,
    next_update: Time,
}

impl<'a> ListFields<'a> {
    /// Reads the fields from DER. A list without the time of the next one is malformed (RFC 5280 §5.1.2.5).
    fn read(der: &'a [u8]) -> Option<Self> {
        let (list, _) = read_element(SEQUENCE, der)?;
        let (fields, rest) = read_element(SEQUENCE, list)?;
        let signed = list.get(..list.len() - rest.len())?;
        let (algorithm, rest) = read_element(SEQUENCE, rest)?;
        let (signature, _) = read_element(BIT_STRING, rest)?;
        let signature = signature.strip_prefix(&[0])?;
        let (_version, fields) = read_element(INTEGER, fields)?;
        let (_algorithm, fields) = read_element(SEQUENCE, fields)?;
        let (issuer, fields) = read_element(SEQUENCE, fields)?;
        let (this_update, fields) = Time::read(fields)?;
        let (next_update, _) = Time::read(fields)?;
        Some(Self {
            signed,
            algorithm,
            signature,
            issuer,
            this_update,
            next_update,
        })
    }

    /// Returns whether the authority has signed the list.
    fn is_of(&self, authority: &CertificateFields<'_>, provider: &CryptoProvider) -> bool {
        let algorithms = provider.signature_verification_algorithms.all.iter();
        let mut algorithms = algorithms.filter(|algorithm| {
            algorithm.signature_alg_id().as_ref() == self.algorithm
                && algorithm.public_key_alg_id().as_ref() == authority.key_algorithm
        });
        self.issuer == authority.subject
            && algorithms.any(|algorithm| {
                let verified =
                    algorithm.verify_signature(authority.key, self.signed, self.signature);
                verified.is_ok()
            })
    }
}

/// Returns the lists of all files, the latest first, because only the first one of an issuer counts.
///
/// # Errors
///
/// Returns an error for a list that no authority has signed, or that is not valid now, and for a file without a list.
pub(super) fn read(
    files: &[PemText],
    authorities: &[CertificateDer<'_>],
    provider: &CryptoProvider,
) -> Result<Vec<CertificateRevocationListDer<'static>>, TlsError> {
    let authorities: Vec<_> = authorities
        .iter()
        .filter_map(|der| CertificateFields::read(der))
        .collect();
    let mut lists = Vec::new();
    for file in files {
        for (index, der) in file.revocation_lists()?.into_iter().enumerate() {
            let (file, number) = (file.name.clone(), index + 1);
            let Some(fields) = ListFields::read(&der) else {
                return Err(RevocationListError::Malformed { file, number }.into());
            };
            if !authorities
                .iter()
                .any(|authority| fields.is_of(authority, provider))
            {
                return Err(RevocationListError::Foreign { file, number }.into());
            }
            let this_update = fields.this_update;
            check_validity(&fields, file, number, now())?;
            lists.push((Reverse(this_update), der));
        }
    }
    lists.sort_by_key(|(this_update, _)| *this_update);
    Ok(lists.into_iter().map(|(_, der)| der).collect())
}

fn check_validity(
    list: &ListFields<'_>,
    file: String,
    number: usize,
    now: Time,
) -> Result<(), RevocationListError> {
    if now >= list.next_update {
        let next_update = list.next_update.to_string();
        return Err(RevocationListError::Expired {
            file,
            number,
            next_update,
        });
    }
    if now < list.this_update {
        let this_update = list.this_update.to_string();
        return Err(RevocationListError::NotYetValid {
            file,
            number,
            this_update,
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn list_is_valid_from_this_update_until_the_next() {
        let list = ListFields {
            signed: &[],
            algorithm: &[],
            signature: &[],
            issuer: &[],
            this_update: Time(100),
            next_update: Time(200),
        };
        let check = |now| check_validity(&list, "`crl.pem`".to_owned(), 2, Time(now));
        assert!(check(100).is_ok() && check(199).is_ok());
        assert_eq!(
            check(200).unwrap_err().to_string(),
            "revocation list 2 in `crl.pem` was replaced at 1970-01-01T00:03:20Z; install the next one"
        );
        assert_eq!(
            check(99).unwrap_err().to_string(),
            "revocation list 2 in `crl.pem` is not valid before 1970-01-01T00:01:40Z; check the clock of this host"
        );
    }

    #[test]
    fn truncated_list_is_malformed() {
        let key = rcgen::KeyPair::generate().unwrap();
        let issuer = rcgen::Issuer::new(rcgen::CertificateParams::default(), key);
        let list = rcgen::CertificateRevocationListParams {
            this_update: rcgen::date_time_ymd(2024, 1, 1),
            next_update: rcgen::date_time_ymd(2100, 1, 1),
            crl_number: rcgen::SerialNumber::from(1),
            issuing_distribution_point: None,
            revoked_certs: Vec::new(),
            key_identifier_method: rcgen::KeyIdMethod::Sha256,
        };
        let list = list.signed_by(&issuer).unwrap();
        let der = list.der();
        let fields = ListFields::read(der).unwrap();
        assert!(fields.signed.len() < der.len() && fields.this_update < fields.next_update);
        for length in 0..der.len() {
            assert_eq!(ListFields::read(&der[..length]), None, "{length}");
        }
    }
}
