//! Configures a resource server, one typestate at a time.

use std::collections::HashSet;
use std::sync::Arc;

use crate::clock::{Clock, SystemClock};
use crate::resource_server::error::ConfigError;
use crate::resource_server::issuer::{Audienced, HasAudience, Issuer};
use crate::resource_server::server::{ResourceServer, Shared};
use crate::token::JwtValidator;

/// A resource server in the making.
#[must_use = "a builder does nothing until it is built"]
pub struct Builder<T = NoIssuer> {
    issuers: T,
    realm: String,
    clock: Arc<dyn Clock>,
}

/// No issuer is trusted yet.
#[derive(Clone, Copy, Debug)]
pub struct NoIssuer;

/// At least one issuer is trusted.
#[derive(Clone, Debug)]
pub struct Trusting(Vec<Issuer<Audienced>>);

/// A builder that trusts somebody.
#[diagnostic::on_unimplemented(
    message = "this server trusts no issuer",
    label = "no token could ever be accepted",
    note = "help: add `.trust(Issuer::new(\"https://login.example\").audience(\"https://orders.example\"))`"
)]
pub trait HasIssuer {
    #[doc(hidden)]
    fn into_issuers(self) -> Vec<Issuer<Audienced>>;
}

impl HasIssuer for Trusting {
    fn into_issuers(self) -> Vec<Issuer<Audienced>> {
        self.0
    }
}

impl ResourceServer {
    /// Begins a configuration.
    pub fn builder() -> Builder {
        Builder {
            issuers: NoIssuer,
            realm: "api".to_owned(),
            clock: Arc::new(SystemClock),
        }
    }
}

impl Builder {
    /// Trusts an issuer; the first of possibly several.
    pub fn trust<A: HasAudience>(self, issuer: Issuer<A>) -> Builder<Trusting> {
        let issuers = Trusting(vec![issuer.into_audienced()]);
        Builder {
            issuers,
            realm: self.realm,
            clock: self.clock,
        }
    }
}

impl Builder<Trusting> {
    /// Trusts one issuer more, with its own audience, algorithms and keys.
    pub fn trust<A: HasAudience>(mut self, issuer: Issuer<A>) -> Self {
        self.issuers.0.push(issuer.into_audienced());
        self
    }
}

impl<T> Builder<T> {
    /// Names the protection space in challenges ([RFC 9110 §11.5]); by default `api`.
    ///
    /// [RFC 9110 §11.5]: https://www.rfc-editor.org/rfc/rfc9110#section-11.5
    pub fn realm(mut self, realm: impl Into<String>) -> Self {
        self.realm = realm.into();
        self
    }

    /// Judges tokens by this clock instead of the system's.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Checks the configuration and gathers every key.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] for whatever would otherwise fail at the first request.
    pub async fn build(self) -> Result<ResourceServer, ConfigError>
    where
        T: HasIssuer,
    {
        if self.realm.is_empty() || !self.realm.chars().all(is_quotable) {
            return Err(ConfigError::Realm);
        }
        let issuers = self.issuers.into_issuers();
        let mut seen = HashSet::new();
        if let Some(twice) = issuers
            .iter()
            .find(|issuer| !seen.insert(issuer.url().to_owned()))
        {
            return Err(ConfigError::RepeatedIssuer {
                issuer: twice.url().to_owned(),
            });
        }
        let lowered = issuers.iter().flat_map(Issuer::lowered).collect();
        let mut trusted = Vec::new();
        for issuer in issuers {
            trusted.push(issuer.build().await?);
        }
        Ok(ResourceServer::new(Shared {
            realm: self.realm.into(),
            validator: JwtValidator::new(trusted),
            clock: self.clock,
            lowered,
        }))
    }
}

/// `%x20-21 / %x23-5B / %x5D-7E`: printable ASCII without `"` and `\`.
fn is_quotable(c: char) -> bool {
    matches!(c, '\x20'..='\x21' | '\x23'..='\x5B' | '\x5D'..='\x7E')
}
