//! What an operator says of one issuer, and the checks that make a trusted issuer of it.

use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use crate::clock::Clock;
use crate::keys::{
    Algorithm, DEFAULT_ALGORITHMS, Key, KeyError, KeySet, KeySource, KeyType, read_jwks,
};
#[cfg(feature = "discovery")]
use crate::keys::{FetchError, Fetcher, Origin};
use crate::resource_server::error::ConfigError;
use crate::resource_server::readiness::Startup;
use crate::resource_server::url::is_issuer;
use crate::secret::Secret;
use crate::token::{Limits, Profile, RolesClaim, TrustedIssuer};

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
    pub(super) profile: Profile,
    pub(super) roles_claim: Option<String>,
    pub(super) max_key_age: Duration,
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
            profile: Profile::Rfc9068,
            roles_claim: None,
            max_key_age: DEFAULT_KEY_AGE,
            allow_loopback_http: false,
        }
    }

    /// What is lowered for it, and why.
    pub(super) fn lowered(&self) -> Vec<String> {
        let mut lowered: Vec<_> = self
            .profile
            .form()
            .lowers
            .iter()
            .map(|&text| text.to_owned())
            .collect();
        if let Lifetime::Reasoned(lifetime, reason) | Lifetime::Dangerous(lifetime, reason) =
            &self.lifetime
        {
            let seconds = lifetime.as_secs();
            lowered.push(format!("tokens live up to {seconds} s, because {reason}"));
        }
        lowered
    }

    /// Checks everything, and gathers the keys.
    pub(super) async fn build(
        self,
        audience: String,
        startup: Startup,
        clock: &Arc<dyn Clock>,
    ) -> Result<TrustedIssuer, ConfigError> {
        let issuer = self.issuer.clone();
        if !is_issuer(&issuer, self.allow_loopback_http) {
            return Err(ConfigError::Issuer { issuer });
        }
        if audience.is_empty() {
            return Err(ConfigError::Audience { issuer });
        }
        let limits = self.limits()?;
        let roles = self.roles()?;
        let algorithms = self.allowed()?;
        let keys = self.keys(&algorithms, startup, clock).await?;
        Ok(TrustedIssuer {
            issuer: issuer.into(),
            audience: audience.into(),
            algorithms: algorithms.into(),
            keys,
            form: self.profile.form(),
            roles,
            limits,
        })
    }

    fn limits(&self) -> Result<Limits, ConfigError> {
        let issuer = || self.issuer.clone();
        if self.clock_skew > MAX_SKEW {
            return Err(ConfigError::ClockSkew { issuer: issuer() });
        }
        let max_lifetime = match &self.lifetime {
            Lifetime::Default => self.profile.form().lifetime.unwrap_or(DEFAULT_LIFETIME),
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
        Ok(Limits {
            clock_skew: self.clock_skew,
            max_lifetime,
        })
    }

    fn roles(&self) -> Result<RolesClaim, ConfigError> {
        let roles = self.profile.form().roles_claim(self.roles_claim.as_deref());
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
        startup: Startup,
        clock: &Arc<dyn Clock>,
    ) -> Result<KeySource, ConfigError> {
        if !KEY_AGES.contains(&self.max_key_age) {
            return Err(ConfigError::KeyAge {
                issuer: self.issuer.clone(),
            });
        }
        if self.secret.is_none() && self.jwks.is_none() && self.pems.is_empty() {
            return self.fetched(allowed, startup, clock).await;
        }
        self.given(allowed).map(KeySource::given)
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
            Some(json) => read_jwks(json, allowed).map_err(unfit)?,
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
        startup: Startup,
        clock: &Arc<dyn Clock>,
    ) -> Result<KeySource, ConfigError> {
        let failed = |source| ConfigError::Discovery {
            issuer: self.issuer.clone(),
            source,
        };
        let origin = Origin {
            issuer: self.issuer.as_str().into(),
            allowed: allowed.into(),
            fetcher: Fetcher::new(self.allow_loopback_http).map_err(failed)?,
            clock: Arc::clone(clock),
            max_age: self.max_key_age,
        };
        match startup {
            Startup::Deferred => Ok(KeySource::fetched_later(origin)),
            Startup::FailFast => KeySource::fetched(origin)
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
        _: Startup,
        _: &Arc<dyn Clock>,
    ) -> Result<KeySource, ConfigError> {
        Err(ConfigError::NoKeys {
            issuer: self.issuer.clone(),
        })
    }
}
