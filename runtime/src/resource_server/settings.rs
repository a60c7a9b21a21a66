//! What an operator says of one issuer, and the checks that make a trusted issuer of it.

#[cfg(feature = "introspection")]
mod introspected;

use std::ops::RangeInclusive;
#[cfg(feature = "discovery")]
use std::sync::Arc;
use std::time::Duration;

use crate::keys::{
    Algorithm, DEFAULT_ALGORITHMS, Key, KeyError, KeySet, KeySource, KeyType, parse_jwks,
};
#[cfg(feature = "discovery")]
use crate::keys::{FetchConfig, FetchError, KeySetFetcher};
use crate::resource_server::error::ConfigError;
#[cfg(feature = "introspection")]
use crate::resource_server::introspection::Introspection;
use crate::resource_server::options::Options;
#[cfg(feature = "discovery")]
use crate::resource_server::readiness::Startup;
use crate::resource_server::url::is_issuer;
use crate::secret::Secret;
use crate::token::{
    JwtIssuer, LifetimeLimits, Profile, RolesClaim, TokenFormat, TokenRules, TrustedIssuer,
};

const DEFAULT_SKEW: Duration = Duration::from_secs(30);
const MAX_SKEW: Duration = Duration::from_mins(5);
const DEFAULT_LIFETIME: Duration = Duration::from_mins(30);
const MAX_LIFETIME: Duration = Duration::from_mins(90);
const DEFAULT_KEY_AGE: Duration = Duration::from_hours(1);
const KEY_AGES: RangeInclusive<Duration> = Duration::from_mins(5)..=Duration::from_hours(24);

#[derive(Clone, Debug)]
pub(super) struct Settings {
    pub(super) issuer: String,
    pub(super) jwks: Option<Vec<u8>>,
    pub(super) pems: Vec<(Algorithm, String)>,
    pub(super) secret: Option<(Algorithm, Secret)>,
    pub(super) algorithms: Option<Vec<Algorithm>>,
    pub(super) clock_skew: Duration,
    pub(super) lifetime: Lifetime,
    pub(super) profile: Option<Profile>,
    pub(super) roles_claim: Option<String>,
    pub(super) max_key_age: Option<Duration>,
    #[cfg(feature = "introspection")]
    pub(super) introspection: Option<Introspection>,
    pub(super) allow_loopback_http: bool,
}

/// The longest lifetime of a token, and who allowed it.
#[derive(Clone, Debug)]
pub(super) enum Lifetime {
    Default,
    Reasoned(Duration, String),
    Dangerous(Duration, String),
}

impl Settings {
    pub(super) fn new(issuer: String) -> Self {
        Self {
            issuer,
            jwks: None,
            pems: Vec::new(),
            secret: None,
            algorithms: None,
            clock_skew: DEFAULT_SKEW,
            lifetime: Lifetime::Default,
            profile: None,
            roles_claim: None,
            max_key_age: None,
            #[cfg(feature = "introspection")]
            introspection: None,
            allow_loopback_http: false,
        }
    }

    /// The format of its JWTs.
    fn format(&self) -> &'static TokenFormat {
        self.profile.unwrap_or_default().format()
    }

    /// The profile of its JWTs, where they are accepted.
    pub(super) fn jwt_profile(&self) -> Option<Profile> {
        self.has_jwts().then(|| self.profile.unwrap_or_default())
    }

    fn has_jwts(&self) -> bool {
        #[cfg(feature = "introspection")]
        if let Some(introspection) = &self.introspection {
            return introspection.kinds().has_jwts();
        }
        true
    }

    /// What is lowered for it, and why.
    pub(super) fn relaxations(&self) -> Vec<String> {
        let lowers = self.format().relaxations.iter();
        let mut lowered: Vec<_> = lowers.map(|&text| text.to_owned()).collect();
        if let Lifetime::Reasoned(lifetime, reason) | Lifetime::Dangerous(lifetime, reason) =
            &self.lifetime
        {
            let seconds = lifetime.as_secs();
            lowered.push(format!("tokens live up to {seconds} s, because {reason}"));
        }
        #[cfg(feature = "introspection")]
        lowered.extend(
            self.introspection
                .iter()
                .flat_map(Introspection::relaxations),
        );
        lowered
    }

    /// Checks everything, and gathers the keys.
    pub(super) async fn build(
        self,
        audience: String,
        options: &Options,
    ) -> Result<TrustedIssuer, ConfigError> {
        let issuer = self.issuer.clone();
        if !is_issuer(&issuer, self.allow_loopback_http) {
            return Err(ConfigError::Issuer { issuer });
        }
        if audience.is_empty() {
            return Err(ConfigError::Audience { issuer });
        }
        let rules = TokenRules {
            issuer: issuer.into(),
            audience: audience.into(),
            format: self.format(),
            roles: self.roles(self.format())?,
            limits: self.limits()?,
        };
        #[cfg(feature = "introspection")]
        let introspected = self.introspected(&rules, options).await?;
        Ok(TrustedIssuer {
            jwts: self.jwts(rules, options).await?,
            #[cfg(feature = "introspection")]
            introspected,
        })
    }

    /// What judges its JWTs, where they are accepted.
    async fn jwts(
        &self,
        rules: TokenRules,
        options: &Options,
    ) -> Result<Option<JwtIssuer>, ConfigError> {
        if !self.has_jwts() {
            return Ok(None);
        }
        let algorithms = self.allowed()?;
        let keys = self.keys(&algorithms, options).await?;
        Ok(Some(JwtIssuer {
            rules,
            algorithms: algorithms.into(),
            keys,
        }))
    }

    fn limits(&self) -> Result<LifetimeLimits, ConfigError> {
        let issuer = || self.issuer.clone();
        if self.clock_skew > MAX_SKEW {
            return Err(ConfigError::ClockSkew { issuer: issuer() });
        }
        let max_lifetime = match &self.lifetime {
            Lifetime::Default => self.format().max_lifetime.unwrap_or(DEFAULT_LIFETIME),
            Lifetime::Reasoned(lifetime, reason) | Lifetime::Dangerous(lifetime, reason) => {
                let above =
                    *lifetime > MAX_LIFETIME && !matches!(self.lifetime, Lifetime::Dangerous(..));
                if lifetime.is_zero() || above {
                    return Err(ConfigError::TokenLifetime { issuer: issuer() });
                }
                if reason.trim().is_empty() {
                    return Err(ConfigError::NoReason { issuer: issuer() });
                }
                *lifetime
            }
        };
        Ok(LifetimeLimits {
            clock_skew: self.clock_skew,
            max_lifetime,
        })
    }

    /// Where roles are, in claims of a form; by default where the profile has them.
    fn roles(&self, format: &TokenFormat) -> Result<RolesClaim, ConfigError> {
        let pointer = self.roles_claim.as_deref();
        let roles = format.roles_claim(pointer.unwrap_or(self.format().roles_pointer));
        roles.ok_or_else(|| ConfigError::RolesClaim {
            issuer: self.issuer.clone(),
        })
    }

    /// The algorithms allowed: those listed, or the default ones and those that keys were given for.
    fn allowed(&self) -> Result<Vec<Algorithm>, ConfigError> {
        let issuer = || self.issuer.clone();
        let given: Vec<_> = self
            .pems
            .iter()
            .map(|(algorithm, _)| *algorithm)
            .chain(self.secret.iter().map(|(a, _)| *a))
            .collect();
        let allowed = match &self.algorithms {
            Some(listed) if listed.is_empty() => {
                return Err(ConfigError::NoAlgorithm { issuer: issuer() });
            }
            Some(listed) => listed.clone(),
            None if self.secret.is_some() => given.clone(),
            None => DEFAULT_ALGORITHMS
                .iter()
                .copied()
                .chain(given.iter().copied())
                .collect(),
        };
        let without_key = |algorithm: &&Algorithm| {
            KeyType::of(**algorithm).is_some_and(KeyType::is_secret) && !given.contains(algorithm)
        };
        let unlisted = given.iter().find(|algorithm| !allowed.contains(algorithm));
        if let Some(&algorithm) = unlisted.or_else(|| allowed.iter().find(without_key)) {
            return Err(ConfigError::Algorithm {
                issuer: issuer(),
                algorithm,
            });
        }
        Ok(allowed)
    }

    /// The keys that were given, else those of the issuer's discovery document.
    async fn keys(
        &self,
        allowed: &[Algorithm],
        options: &Options,
    ) -> Result<KeySource, ConfigError> {
        let max_age = self.max_key_age.unwrap_or(DEFAULT_KEY_AGE);
        if !KEY_AGES.contains(&max_age) {
            return Err(ConfigError::KeyAge {
                issuer: self.issuer.clone(),
            });
        }
        if self.secret.is_none() && self.jwks.is_none() && self.pems.is_empty() {
            return self.fetched(allowed, max_age, options).await;
        }
        self.given(allowed).map(KeySource::configured)
    }

    fn given(&self, allowed: &[Algorithm]) -> Result<KeySet, ConfigError> {
        let unfit = |source| self.unfit(source);
        if let Some((algorithm, secret)) = &self.secret {
            if self.jwks.is_some() || !self.pems.is_empty() {
                return Err(ConfigError::SecretBesidePublicKeys {
                    issuer: self.issuer.clone(),
                });
            }
            let key = Key::from_secret(*algorithm, secret).map_err(unfit)?;
            return KeySet::new(vec![key], 0).map_err(unfit);
        }
        let (mut keys, skipped) = match &self.jwks {
            Some(json) => parse_jwks(json, allowed).map_err(unfit)?,
            None => (Vec::new(), 0),
        };
        for (algorithm, text) in &self.pems {
            let another = keys
                .iter()
                .any(|key| key.kid().is_none() && key.algorithm() == *algorithm);
            if another {
                return Err(unfit(KeyError::Ambiguous));
            }
            keys.push(Key::from_pem(*algorithm, text).map_err(unfit)?);
        }
        KeySet::new(keys, skipped).map_err(unfit)
    }

    fn unfit(&self, source: KeyError) -> ConfigError {
        ConfigError::Keys {
            issuer: self.issuer.clone(),
            source,
        }
    }

    #[cfg(feature = "discovery")]
    async fn fetched(
        &self,
        allowed: &[Algorithm],
        max_age: Duration,
        options: &Options,
    ) -> Result<KeySource, ConfigError> {
        let failed = |source| ConfigError::Discovery {
            issuer: self.issuer.clone(),
            source,
        };
        let config = FetchConfig {
            issuer: self.issuer.as_str().into(),
            allowed: allowed.into(),
            fetcher: KeySetFetcher::new(self.allow_loopback_http).map_err(failed)?,
            clock: Arc::clone(&options.clock),
            max_age,
        };
        match options.startup {
            Startup::Deferred => Ok(KeySource::fetched_in_background(config)),
            Startup::FailFast => KeySource::fetched(config)
                .await
                .map_err(|error| match error {
                    FetchError::Discovery(source) => failed(source),
                    FetchError::Keys(source) => self.unfit(source),
                }),
        }
    }

    #[cfg(not(feature = "discovery"))]
    #[expect(clippy::unused_async, reason = "with the feature it asks the network")]
    async fn fetched(
        &self,
        _: &[Algorithm],
        _: Duration,
        _: &Options,
    ) -> Result<KeySource, ConfigError> {
        Err(ConfigError::NoKeys {
            issuer: self.issuer.clone(),
        })
    }
}
