//! An issuer for tests: its keys, metadata and tokens.

use std::fmt;
use std::sync::Arc;

use jsonwebtoken::Algorithm;
use serde_json::{Value, json};

use crate::claims::NumericDate;
use crate::clock::{Clock, SystemClock};
use crate::resource_server::{Issuer, WithAudience};
use crate::testing::keys::{KeyRing, SigningKey};
use crate::testing::or_panic;

/// The issuer of [`caller`](crate::testing::caller) and [`TestApi`](crate::testing::TestApi).
pub(super) const DEFAULT_ISSUER: &str = "https://issuer.test";

/// The default audience of a token.
pub(super) const DEFAULT_AUDIENCE: &str = "https://api.test";

/// An issuer in the test's process, which signs RS256, PS256, ES256 and `EdDSA` tokens.
///
/// All issuers from [`new`](Self::new) share one set of keys, which is generated once per process.
/// [`with_own_keys`](Self::with_own_keys) generates separate keys, and [`serve`](Self::serve)
/// publishes metadata and keys on a loopback socket.
///
/// # Examples
///
/// ```
/// use palisade::ResourceServer;
/// use palisade::testing::EmbeddedIssuer;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let issuer = EmbeddedIssuer::new("https://login.example");
/// let server = ResourceServer::builder()
///     .trust(issuer.issuer("https://orders.example"))
///     .build()
///     .await?;
/// let token = issuer.token("alice").audience("https://orders.example").sign();
/// # let _ = (server, token);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct EmbeddedIssuer {
    url: Arc<str>,
    keys: Arc<KeyRing>,
    clock: Arc<dyn Clock>,
}

impl EmbeddedIssuer {
    /// Creates an issuer with the identifier `url` and the shared keys.
    pub fn new(url: impl Into<String>) -> Self {
        Self::with_keys(url.into(), KeyRing::shared())
    }

    /// Creates an issuer with its own keys, for tests with several issuers.
    ///
    /// This generates two RSA keys, which takes a few tenths of a second.
    pub fn with_own_keys(url: impl Into<String>) -> Self {
        Self::with_keys(url.into(), Arc::new(KeyRing::generate()))
    }

    /// Sets the clock for the times of new tokens; the system clock is the default.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Returns the issuer identifier, which is the `iss` claim of its tokens.
    pub fn url(&self) -> &str {
        &self.url
    }

    pub(super) fn now(&self) -> NumericDate {
        self.clock.now()
    }

    /// Returns the configuration with which a [`ResourceServer`](crate::ResourceServer) trusts this
    /// issuer, with its keys.
    pub fn issuer(&self, audience: impl Into<String>) -> Issuer<WithAudience> {
        Issuer::new(self.url()).audience(audience).jwks(self.jwks())
    }

    /// Returns the public keys as a JWK set ([RFC 7517 §5](https://www.rfc-editor.org/rfc/rfc7517#section-5)).
    pub fn jwks(&self) -> String {
        self.keys.jwks().to_string()
    }

    /// Returns the public key for `algorithm` as a JWK.
    ///
    /// # Panics
    ///
    /// Panics if the issuer has no key for `algorithm`.
    #[track_caller]
    pub fn jwk(&self, algorithm: Algorithm) -> Value {
        self.key(algorithm).jwk()
    }

    /// Returns the public key for `algorithm` as PEM, for `Issuer::pem` and for attack tests.
    ///
    /// # Panics
    ///
    /// Panics if the issuer has no key for `algorithm`.
    #[track_caller]
    pub fn pem(&self, algorithm: Algorithm) -> String {
        self.key(algorithm).pem()
    }

    /// Returns the `kid` of the key for `algorithm`.
    ///
    /// # Panics
    ///
    /// Panics if the issuer has no key for `algorithm`.
    #[track_caller]
    pub fn kid(&self, algorithm: Algorithm) -> String {
        self.key(algorithm).kid().to_owned()
    }

    /// Returns the metadata document ([RFC 8414 §2](https://www.rfc-editor.org/rfc/rfc8414#section-2)).
    pub fn metadata(&self) -> Value {
        let base = self.url().trim_end_matches('/');
        json!({
            "issuer": self.url(),
            "jwks_uri": format!("{base}/jwks"),
            "introspection_endpoint": format!("{base}/introspect"),
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256", "PS256", "ES256", "EdDSA"],
        })
    }

    #[track_caller]
    pub(super) fn key(&self, algorithm: Algorithm) -> &SigningKey {
        let key = self.keys.get(algorithm);
        or_panic(
            key.ok_or("only RS256, PS256, ES256 and EdDSA are supported"),
            "unsupported algorithm",
        )
    }

    fn with_keys(url: String, keys: Arc<KeyRing>) -> Self {
        Self {
            url: url.into(),
            keys,
            clock: Arc::new(SystemClock),
        }
    }
}

impl fmt::Debug for EmbeddedIssuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EmbeddedIssuer")
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn issuers_share_keys_unless_created_with_own_keys() {
        let one = EmbeddedIssuer::new("https://one.test");
        assert_eq!(one.jwks(), EmbeddedIssuer::new("https://two.test").jwks());
        let own = EmbeddedIssuer::with_own_keys("https://one.test");
        assert_ne!(one.jwks(), own.jwks());
    }

    #[test]
    #[should_panic(expected = "RS256, PS256, ES256 and EdDSA")]
    fn unsupported_algorithm_panics() {
        EmbeddedIssuer::new(DEFAULT_ISSUER).pem(Algorithm::ES384);
    }

    #[test]
    fn debug_output_has_no_key() {
        let printed = format!("{:?}", EmbeddedIssuer::new("https://one.test"));
        assert_eq!(printed, r#"EmbeddedIssuer { url: "https://one.test", .. }"#);
    }
}
