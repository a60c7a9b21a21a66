//! An issuer without a socket: keys, documents and tokens.

use std::fmt;
use std::sync::Arc;

use jsonwebtoken::Algorithm;
use serde_json::{Value, json};

use crate::claims::NumericDate;
use crate::clock::{Clock, SystemClock};
use crate::resource_server::{Issuer, WithAudience};
use crate::testing::broken::or_panic;
use crate::testing::keys::{KeyRing, SigningKey};

/// The issuer of [`caller`](crate::testing::caller) and [`TestApi`](crate::testing::TestApi).
pub(super) const DEFAULT_ISSUER: &str = "https://issuer.test";

/// The audience of a token that names no other.
pub(super) const DEFAULT_AUDIENCE: &str = "https://api.test";

/// An issuer that lives in the test: it signs RS256, PS256, ES256 and `EdDSA` tokens.
///
/// Its keys are made once per process, and every issuer from [`new`](Self::new) has the
/// same ones; [`with_own_keys`](Self::with_own_keys) makes keys that nobody else has.
/// [`serve`](Self::serve) publishes them on a loopback socket.
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
    /// An issuer named `url`, with the keys that all issuers of this process share.
    pub fn new(url: impl Into<String>) -> Self {
        Self::with_keys(url.into(), KeyRing::shared())
    }

    /// An issuer whose keys nobody else has, for tests that tell two issuers apart.
    ///
    /// Makes two RSA keys, which takes a few tenths of a second.
    pub fn with_own_keys(url: impl Into<String>) -> Self {
        Self::with_keys(url.into(), Arc::new(KeyRing::generate()))
    }

    /// Takes the time of fresh tokens from `clock`; the system's clock is the default.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// The issuer's identifier, as `iss` says.
    pub fn url(&self) -> &str {
        &self.url
    }

    pub(super) fn now(&self) -> NumericDate {
        self.clock.now()
    }

    /// This issuer as a [`ResourceServer`](crate::ResourceServer) trusts it, with its keys given.
    pub fn issuer(&self, audience: impl Into<String>) -> Issuer<WithAudience> {
        Issuer::new(self.url()).audience(audience).jwks(self.jwks())
    }

    /// The public keys as a JWK set ([RFC 7517 §5](https://www.rfc-editor.org/rfc/rfc7517#section-5)).
    pub fn jwks(&self) -> String {
        self.keys.jwks().to_string()
    }

    /// The public key for `algorithm` as a JWK.
    ///
    /// # Panics
    ///
    /// Where the issuer has no key for `algorithm`.
    #[track_caller]
    pub fn jwk(&self, algorithm: Algorithm) -> Value {
        self.key(algorithm).jwk()
    }

    /// The public key for `algorithm` as PEM, for `Issuer::pem` and for attacks with it.
    ///
    /// # Panics
    ///
    /// Where the issuer has no key for `algorithm`.
    #[track_caller]
    pub fn pem(&self, algorithm: Algorithm) -> String {
        self.key(algorithm).pem()
    }

    /// The `kid` of the key for `algorithm`.
    ///
    /// # Panics
    ///
    /// Where the issuer has no key for `algorithm`.
    #[track_caller]
    pub fn kid(&self, algorithm: Algorithm) -> String {
        self.key(algorithm).kid().to_owned()
    }

    /// The metadata document ([RFC 8414 §2](https://www.rfc-editor.org/rfc/rfc8414#section-2)).
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
            key.ok_or("it signs RS256, PS256, ES256 and EdDSA"),
            "no key of the embedded issuer fits",
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
    fn only_an_issuer_with_own_keys_can_be_told_apart_by_them() {
        let one = EmbeddedIssuer::new("https://one.test");
        assert_eq!(one.jwks(), EmbeddedIssuer::new("https://two.test").jwks());
        let own = EmbeddedIssuer::with_own_keys("https://one.test");
        assert_ne!(one.jwks(), own.jwks());
    }

    #[test]
    #[should_panic(expected = "RS256, PS256, ES256 and EdDSA")]
    fn an_algorithm_without_a_key_ends_the_test() {
        EmbeddedIssuer::new(DEFAULT_ISSUER).pem(Algorithm::ES384);
    }

    #[test]
    fn debug_shows_no_key() {
        let printed = format!("{:?}", EmbeddedIssuer::new("https://one.test"));
        assert_eq!(printed, r#"EmbeddedIssuer { url: "https://one.test", .. }"#);
    }
}
