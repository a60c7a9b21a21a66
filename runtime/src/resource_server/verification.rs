//! How an issuer's tokens are verified, as its settings state it: for the checks, and for audits.

use std::time::Duration;

use crate::keys::Algorithm;
use crate::resource_server::issuer_keys::IssuerKeys;
#[cfg(feature = "discovery")]
use crate::resource_server::issuer_keys::without_query;
use crate::resource_server::settings::IssuerSettings;

const DEFAULT_KEY_AGE: Duration = Duration::from_hours(1);

impl IssuerSettings {
    /// Returns the algorithms of its JWTs; none if JWTs are rejected.
    pub(super) fn jwt_algorithms(&self) -> Vec<Algorithm> {
        if !self.accepts_jwts() {
            return Vec::new();
        }
        // `build` fails with the same error
        self.allowed_algorithms().unwrap_or_default()
    }

    /// Returns the sources of the keys of its JWTs; none if JWTs are rejected.
    pub(super) fn jwt_keys(&self) -> Vec<IssuerKeys> {
        if !self.accepts_jwts() {
            return Vec::new();
        }
        let secret = self.secret.iter();
        let jwks = self.jwks.iter();
        let pems = self.pems.iter();
        let mut keys: Vec<_> = secret
            .map(|(algorithm, _)| IssuerKeys::Secret(*algorithm))
            .chain(jwks.map(|_| IssuerKeys::Jwks))
            .chain(pems.map(|(algorithm, _)| IssuerKeys::Pem(*algorithm)))
            .collect();
        if self.fetches_keys() {
            keys.push(self.fetched());
        }
        keys
    }

    /// Returns whether the keys of its JWTs are fetched.
    pub(super) fn fetches_keys(&self) -> bool {
        self.accepts_jwts() && !self.has_configured_keys()
    }

    #[cfg(feature = "discovery")]
    fn fetched(&self) -> IssuerKeys {
        let url = self.keys_url.as_deref();
        url.map_or(IssuerKeys::Discovered, |url| {
            IssuerKeys::Url(without_query(url))
        })
    }

    #[cfg(not(feature = "discovery"))]
    #[expect(clippy::unused_self, reason = "with the feature, keys may have a URL")]
    fn fetched(&self) -> IssuerKeys {
        // `build` fails, because nothing fetches them
        IssuerKeys::Discovered
    }

    /// Returns how long fetched keys are used while the issuer is unavailable.
    pub(super) fn key_age(&self) -> Duration {
        self.max_key_age.unwrap_or(DEFAULT_KEY_AGE)
    }

    /// Returns the JSON Pointer to the roles; the default is the profile's.
    pub(super) fn roles_pointer(&self) -> String {
        let configured = self.roles_claim.clone();
        configured.unwrap_or_else(|| self.format().roles_pointer.to_owned())
    }
}
