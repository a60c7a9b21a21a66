//! Mistakes in the settings for requests to an issuer.

use std::error::Error;
use std::fmt;

/// A mistake in the settings for requests to an issuer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FetchSettingsError {
    /// The keys URL is not https (or http to loopback, if allowed), or has a user or fragment.
    KeysUrl,
    /// There are both a keys URL and configured keys.
    KeysUrlBesideKeys,
    /// The root certificates are not PEM sections `CERTIFICATE`, or one of them is malformed.
    RootCertificates,
    /// There are root certificates, but no request is sent to the issuer.
    UnusedRootCertificates,
}

impl fmt::Display for FetchSettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::KeysUrl => {
                "the keys URL is malformed or not https: use `https` without user and fragment; \
                 `Issuer::allow_loopback_http` allows `http` on loopback"
            }
            Self::KeysUrlBesideKeys => {
                "there are both a keys URL and configured keys: remove `keys_url`, or remove `jwks`, \
                 `pem` and `hmac`"
            }
            Self::RootCertificates => {
                "the root certificates are malformed: pass PEM sections `CERTIFICATE` only, without \
                 private keys"
            }
            Self::UnusedRootCertificates => {
                "there are root certificates, but no request is sent to the issuer: remove \
                 `root_certificates`"
            }
        })
    }
}

impl Error for FetchSettingsError {}
