//! The name in a certificate by which a client is known (RFC 8705 §2.1.2).

use std::net::IpAddr;

use crate::authorization_server::client::certificate::Names;
use crate::authorization_server::client::client_error::ClientError;

/// The name of a client in the certificate that an authority has issued for it ([RFC 8705 §2.1.2]).
///
/// A certificate with this name, from an authority of the listener, authenticates the client. Names are compared as a whole:
/// there are no wildcards, and the common name is no DNS name.
///
/// [RFC 8705 §2.1.2]: https://www.rfc-editor.org/rfc/rfc8705#section-2.1.2
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CertificateName {
    /// The subject, `tls_client_auth_subject_dn`, in the text form of [RFC 4514], compared byte by byte.
    ///
    /// The text is `CN=orders,O=Example,C=NZ`: the last attribute first, without spaces after commas, with the short names
    /// of RFC 4514 §3, and without escapes that the section 2.4 does not require. `openssl x509 -subject -nameopt
    /// RFC2253,-esc_msb,utf8` prints it for common names.
    ///
    /// [RFC 4514]: https://www.rfc-editor.org/rfc/rfc4514
    SubjectDn(String),
    /// A DNS name, `tls_client_auth_san_dns`, without regard to case.
    Dns(String),
    /// A URI, `tls_client_auth_san_uri`, byte by byte.
    Uri(String),
    /// An IP address, `tls_client_auth_san_ip`.
    Ip(IpAddr),
    /// An email address, `tls_client_auth_san_email`, byte by byte.
    Email(String),
}

impl CertificateName {
    /// Refuses a name that no certificate should have.
    pub(super) fn check(&self) -> Result<(), ClientError> {
        let is_valid = match self {
            Self::Ip(_) => true,
            Self::SubjectDn(name) => name.contains('=') && !name.chars().any(char::is_control),
            Self::Dns(name) | Self::Uri(name) | Self::Email(name) => {
                !name.is_empty()
                    && name
                        .bytes()
                        .all(|byte| byte.is_ascii_graphic() && byte != b'*')
            }
        };
        is_valid.then_some(()).ok_or(ClientError::CertificateName)
    }

    /// Returns whether a certificate has this name; a malformed certificate has none.
    pub(super) fn is_in(&self, certificate: &[u8]) -> bool {
        let Some(names) = Names::read(certificate) else {
            return false;
        };
        match self {
            Self::SubjectDn(name) => names.subject == *name,
            Self::Dns(name) => names.dns.iter().any(|own| own.eq_ignore_ascii_case(name)),
            Self::Uri(name) => names.uris.contains(name),
            Self::Email(name) => names.emails.contains(name),
            Self::Ip(IpAddr::V4(address)) => names.ips.contains(&address.octets().to_vec()),
            Self::Ip(IpAddr::V6(address)) => names.ips.contains(&address.octets().to_vec()),
        }
    }
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, DnType, KeyPair, SanType};

    use super::*;

    fn certificate(sans: Vec<SanType>, subject: &[(DnType, &str)]) -> Vec<u8> {
        let mut parameters = CertificateParams::default();
        parameters.subject_alt_names = sans;
        parameters.distinguished_name = rcgen::DistinguishedName::new();
        for (kind, value) in subject {
            parameters.distinguished_name.push(kind.clone(), *value);
        }
        let key = KeyPair::generate().unwrap();
        parameters.self_signed(&key).unwrap().der().to_vec()
    }

    #[test]
    fn name_is_one_of_the_certificate_as_a_whole() {
        let uri = "spiffe://example/orders";
        let der = certificate(
            vec![
                SanType::DnsName("Orders.example".try_into().unwrap()),
                SanType::URI(uri.try_into().unwrap()),
                SanType::Rfc822Name("orders@example".try_into().unwrap()),
                SanType::IpAddress([192, 0, 2, 7].into()),
                SanType::IpAddress("2001:db8::7".parse().unwrap()),
            ],
            &[
                (DnType::CountryName, "NZ"),
                (DnType::OrganizationName, "Ministry, of \"A+B\""),
                (DnType::CommonName, "cn.example"),
            ],
        );
        let dns = |name: &str| CertificateName::Dns(name.to_owned());
        let uri_of = |name: &str| CertificateName::Uri(name.to_owned());
        let email = |name: &str| CertificateName::Email(name.to_owned());
        let ip = |text: &str| CertificateName::Ip(text.parse().unwrap());
        let dn = |name: &str| CertificateName::SubjectDn(name.to_owned());
        for (name, is_in) in [
            (dns("orders.example"), true),
            (dns("ORDERS.EXAMPLE"), true),
            (dns("cn.example"), false),
            (dns("example"), false),
            (dns("a.orders.example"), false),
            (dns("orders.example."), false),
            (dns("orders@example"), false),
            (uri_of(uri), true),
            (uri_of("spiffe://example/Orders"), false),
            (uri_of("spiffe://example/orders/"), false),
            (email("orders@example"), true),
            (email("Orders@example"), false),
            (ip("192.0.2.7"), true),
            (ip("2001:db8::7"), true),
            (ip("192.0.2.8"), false),
            (ip("::ffff:192.0.2.7"), false),
            (dn(r#"CN=cn.example,O=Ministry\, of \"A\+B\",C=NZ"#), true),
            (dn(r#"cn=cn.example,O=Ministry\, of \"A\+B\",C=NZ"#), false),
            (dn(r#"C=NZ,O=Ministry\, of \"A\+B\",CN=cn.example"#), false),
            (dn("CN=cn.example"), false),
            (dn("CN=cn.example,O=Ministry, of \"A+B\",C=NZ"), false),
        ] {
            assert_eq!(name.is_in(&der), is_in, "{name:?}");
        }
    }

    /// A value cannot imitate another attribute.
    #[test]
    fn special_characters_of_a_subject_are_escaped() {
        for (value, text) in [
            ("a,O=evil", r"CN=a\,O\=evil"),
            ("a+b", r"CN=a\+b"),
            (" a ", r"CN=\ a\ "),
            ("#a", r"CN=\#a"),
            ("a;<b>\\", r"CN=a\;\<b\>\\"),
            ("a\0b", r"CN=a\00b"),
            ("Āhua", "CN=Āhua"),
        ] {
            let der = certificate(Vec::new(), &[(DnType::CommonName, value)]);
            let subject = Names::read(&der).unwrap().subject;
            let text = text.replace(r"\=", "=");
            assert_eq!(subject, text, "{value}");
        }
        let other = DnType::CustomDnType(vec![2, 5, 4, 97]);
        let der = certificate(Vec::new(), &[(DnType::CommonName, "a"), (other, "b")]);
        let subject = Names::read(&der).unwrap().subject;
        assert_eq!(subject, "2.5.4.97=#0c0162,CN=a");
    }

    #[test]
    fn malformed_certificate_has_no_name() {
        let der = certificate(
            vec![SanType::DnsName("a.example".try_into().unwrap())],
            &[(DnType::CommonName, "a")],
        );
        let names = [
            CertificateName::Dns("a.example".to_owned()),
            CertificateName::SubjectDn("CN=a".to_owned()),
        ];
        for name in &names {
            assert!(name.is_in(&der));
            for len in 0..der.len() {
                assert!(!name.is_in(der.get(..len).unwrap()), "{len}");
            }
            assert!(!name.is_in(&[&*der, &[0]].concat()));
            assert!(!name.is_in(b"certificate"));
        }
        // no changed byte makes a panic
        for index in 0..der.len() {
            for byte in [0, 0x30, 0x7f, 0x80, 0x84, 0xff] {
                let mut changed = der.clone();
                changed[index] = byte;
                let _ = Names::read(&changed);
            }
        }
    }

    #[test]
    fn name_that_no_certificate_should_have_is_refused() {
        for (name, is_valid) in [
            (CertificateName::Dns("a.example".to_owned()), true),
            (CertificateName::Dns(String::new()), false),
            (CertificateName::Dns("*.example".to_owned()), false),
            (CertificateName::Dns("a b".to_owned()), false),
            (CertificateName::Uri(String::new()), false),
            (CertificateName::Email("é@example".to_owned()), false),
            (CertificateName::SubjectDn("orders".to_owned()), false),
            (CertificateName::SubjectDn("CN=a\n".to_owned()), false),
            (CertificateName::SubjectDn("CN=Āhua".to_owned()), true),
        ] {
            assert_eq!(name.check().is_ok(), is_valid, "{name:?}");
        }
    }
}
