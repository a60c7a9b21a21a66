//! Configures a resource server, one typestate at a time.

use std::collections::HashSet;
use std::sync::Arc;

use crate::clock::Clock;
use crate::resource_server::error::ConfigError;
#[cfg(feature = "introspection")]
use crate::resource_server::introspection::{IntrospectionConfigError, ambiguous};
use crate::resource_server::issuer::{HasAudience, Issuer, WithAudience};
use crate::resource_server::options::Options;
use crate::resource_server::readiness::Startup;
use crate::resource_server::server::{ResourceServer, Shared};
use crate::text::is_nqschar;
use crate::token::{Revocations, TokenValidator};

/// A resource server in the making.
#[must_use = "a builder does nothing until it is built"]
pub struct Builder<T = NoIssuer> {
    issuers: T,
    options: Options,
}

/// No issuer is trusted yet.
#[derive(Clone, Copy, Debug)]
pub struct NoIssuer;

/// At least one issuer is trusted.
#[derive(Clone, Debug)]
pub struct WithIssuers(Vec<Issuer<WithAudience>>);

/// A builder that trusts somebody.
#[diagnostic::on_unimplemented(
    message = "this server trusts no issuer",
    label = "no token could ever be accepted",
    note = "help: add `.trust(Issuer::new(\"https://login.example\").audience(\"https://orders.example\"))`"
)]
pub trait HasIssuer {
    #[doc(hidden)]
    fn into_issuers(self) -> Vec<Issuer<WithAudience>>;
}

impl HasIssuer for WithIssuers {
    fn into_issuers(self) -> Vec<Issuer<WithAudience>> {
        self.0
    }
}

impl ResourceServer {
    /// Begins a configuration.
    pub fn builder() -> Builder {
        Builder {
            issuers: NoIssuer,
            options: Options::default(),
        }
    }
}

impl Builder {
    /// Trusts an issuer; the first of possibly several.
    pub fn trust<A: HasAudience>(self, issuer: Issuer<A>) -> Builder<WithIssuers> {
        let issuers = WithIssuers(vec![issuer.into_audienced()]);
        Builder {
            issuers,
            options: self.options,
        }
    }
}

impl Builder<WithIssuers> {
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
        self.options.realm = realm.into();
        self
    }

    /// Judges tokens by this clock instead of the system's.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.options.clock = Arc::new(clock);
        self
    }

    /// Says whether `build` waits for keys that have to be fetched; by default it does.
    pub fn startup(mut self, startup: Startup) -> Self {
        self.options.startup = startup;
        self
    }

    /// Remembers verified tokens in so many bytes; by default 16 MiB, some 8000 tokens.
    ///
    /// A token that is remembered is not verified again: not its signature, nor its claims.
    /// When it may be used, what it may do, and whether it has been revoked is judged at each
    /// request, and what was verified with keys that the issuer has changed since is forgotten.
    /// With 0 no good token is remembered. Each issuer that is asked about its tokens has as much again.
    pub fn token_cache_size(mut self, bytes: u64) -> Self {
        self.options.remembered_bytes = bytes;
        self
    }

    /// Asks these revocations at every request, after every other check of the token.
    pub fn revocations(mut self, revocations: impl Revocations) -> Self {
        self.options.revocations = Some(Box::new(revocations));
        self
    }

    /// Checks the configuration and gathers every key.
    ///
    /// Keys that are fetched are kept fresh from the tokio runtime in which this is awaited. Once
    /// that has ended, only requests have them fetched again.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] for whatever would otherwise fail at the first request.
    pub async fn build(self) -> Result<ResourceServer, ConfigError>
    where
        T: HasIssuer,
    {
        let Self { issuers, options } = self;
        if options.realm.is_empty() || !options.realm.bytes().all(is_nqschar) {
            return Err(ConfigError::Realm);
        }
        let issuers = issuers.into_issuers();
        let mut seen = HashSet::new();
        if let Some(twice) = issuers
            .iter()
            .find(|issuer| !seen.insert(issuer.url().to_owned()))
        {
            return Err(ConfigError::RepeatedIssuer {
                issuer: twice.url().to_owned(),
            });
        }
        #[cfg(feature = "introspection")]
        whose_opaque_tokens(&issuers)?;
        let summaries = issuers.iter().map(Issuer::summary).collect();
        let mut trusted = Vec::new();
        for issuer in issuers {
            trusted.push(issuer.build(&options).await?);
        }
        let validator = TokenValidator::new(trusted, options.remembered_bytes);
        if let Some(revocations) = &options.revocations {
            revocations.retain_for(validator.longest_acceptance());
        }
        Ok(ResourceServer::new(Shared {
            realm: options.realm.into(),
            validator,
            clock: options.clock,
            revocations: options.revocations,
            issuers: summaries,
        }))
    }
}

/// Makes sure that each opaque token can only be one issuer's.
#[cfg(feature = "introspection")]
fn whose_opaque_tokens(issuers: &[Issuer<WithAudience>]) -> Result<(), ConfigError> {
    let mut opaque = Vec::new();
    for issuer in issuers {
        if let Some(tokens) = issuer.opaque_tokens()? {
            opaque.push((issuer.url(), tokens));
        }
    }
    match ambiguous(&opaque) {
        Some(issuer) => Err(ConfigError::Introspection {
            issuer,
            source: IntrospectionConfigError::Ambiguous,
        }),
        None => Ok(()),
    }
}
