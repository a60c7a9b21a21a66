//! The sources of an issuer's keys, for audits.

use std::fmt;

use crate::keys::Algorithm;

/// A source of the keys that verify an issuer's JWTs, without the keys themselves.
///
/// # Examples
///
/// ```
/// use palisade::Secret;
/// use palisade::prelude::*;
/// use palisade::{Algorithm, resource_server::IssuerKeys};
///
/// # async fn build(secret: Secret) -> Result<(), palisade::ConfigError> {
/// let issuer = Issuer::new("https://login.example").audience("https://orders.example");
/// let server = ResourceServer::builder()
///     .trust(issuer.hmac(Algorithm::HS256, secret))
///     .build()
///     .await?;
/// let keys: Vec<&IssuerKeys> = server.issuers()[0].keys().collect();
/// assert_eq!(keys, [&IssuerKeys::Secret(Algorithm::HS256)]);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum IssuerKeys {
    /// The [secret](crate::Issuer::hmac) that the issuer shares with the API. Every party that has it can sign tokens.
    Secret(Algorithm),
    /// A public key in [PEM](crate::Issuer::pem), for one algorithm.
    Pem(Algorithm),
    /// A [JWK set](crate::Issuer::jwks) in the configuration.
    Jwks,
    /// A [URL](crate::Issuer::keys_url) in the configuration, without its query, which may contain a secret.
    Url(String),
    /// The URL that the issuer's metadata document names.
    Discovered,
}

/// The kind and the location, as in `url https://login.example/keys.json`.
impl fmt::Display for IssuerKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Secret(algorithm) => write!(f, "secret {algorithm:?}"),
            Self::Pem(algorithm) => write!(f, "pem {algorithm:?}"),
            Self::Jwks => f.write_str("jwks"),
            Self::Url(url) => write!(f, "url {url}"),
            Self::Discovered => f.write_str("discovered"),
        }
    }
}

/// Returns a URL without its query, in which some providers have a secret.
#[cfg(feature = "discovery")]
pub(super) fn without_query(url: &str) -> String {
    let end = url.find('?').unwrap_or(url.len());
    url.get(..end).unwrap_or_default().to_owned()
}
