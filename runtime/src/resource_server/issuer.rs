//! One issuer, as the operator trusts it.

use std::sync::Arc;
use std::time::Duration;

#[cfg(feature = "discovery")]
use crate::keys::Fetcher;
use crate::keys::{Algorithm, DEFAULT_ALGORITHMS, Key, KeyError, KeySet, KeyType, read_jwks};
use crate::resource_server::error::ConfigError;
use crate::resource_server::url::is_issuer;
use crate::secret::Secret;
use crate::token::{Limits, Profile, TrustedIssuer};

const DEFAULT_SKEW: Duration = Duration::from_secs(30);
const MAX_SKEW: Duration = Duration::from_mins(5);
const DEFAULT_LIFETIME: Duration = Duration::from_mins(30);
const MAX_LIFETIME: Duration = Duration::from_mins(90);

/// An authorization server whose access tokens an API accepts.
///
/// Its tokens are judged by RFC 9068: `typ` is `at+jwt`, and `iss`, `sub`, `aud`, `exp`,
/// `iat`, `jti` and `client_id` are there. Keys come from its discovery document, fetched
/// when the server is built, unless they are given here.
///
/// # Examples
///
/// ```
/// use palisade::Issuer;
///
/// let issuer = Issuer::new("https://login.example.govt.nz").audience("https://orders.example.govt.nz");
/// # let _ = issuer;
/// ```
#[derive(Clone, Debug)]
#[must_use = "an issuer is trusted by `ResourceServer::builder().trust(…)`"]
pub struct Issuer<A = NoAudience> {
    settings: Settings,
    audience: A,
}

/// An issuer whose audience is not given yet.
#[derive(Clone, Copy, Debug)]
pub struct NoAudience;

/// An issuer that can be trusted.
#[derive(Clone, Debug)]
pub struct Audienced(String);

/// An issuer whose tokens say that they are meant for this API.
#[diagnostic::on_unimplemented(
    message = "this issuer has no audience",
    label = "tokens meant for any other API would be accepted",
    note = "help: add `.audience(\"https://orders.example\")`, what its tokens carry as `aud` for this API"
)]
pub trait HasAudience {
    #[doc(hidden)]
    fn into_audience(self) -> String;
}

impl HasAudience for Audienced {
    fn into_audience(self) -> String {
        self.0
    }
}

#[derive(Clone, Debug)]
struct Settings {
    issuer: String,
    jwks: Option<Vec<u8>>,
    pems: Vec<(Algorithm, String)>,
    secret: Option<(Algorithm, Secret)>,
    algorithms: Option<Vec<Algorithm>>,
    clock_skew: Duration,
    lifetime: Lifetime,
    allow_loopback_http: bool,
}

/// The longest lifetime of a token, and who allowed it.
#[derive(Clone, Debug)]
enum Lifetime {
    Default,
    Reasoned(Duration, String),
    Dangerous(Duration, String),
}

impl Issuer {
    /// Names the issuer by its URL, exactly as its tokens carry it in `iss`.
    pub fn new(url: impl Into<String>) -> Self {
        let settings = Settings {
            issuer: url.into(),
            jwks: None,
            pems: Vec::new(),
            secret: None,
            algorithms: None,
            clock_skew: DEFAULT_SKEW,
            lifetime: Lifetime::Default,
            allow_loopback_http: false,
        };
        Self {
            settings,
            audience: NoAudience,
        }
    }

    /// Says what its tokens carry as `aud` when they are meant for this API.
    pub fn audience(self, audience: impl Into<String>) -> Issuer<Audienced> {
        Issuer {
            settings: self.settings,
            audience: Audienced(audience.into()),
        }
    }
}

impl<A> Issuer<A> {
    /// Gives the issuer's keys as the text of a JWK set ([RFC 7517 §5]); nothing is fetched.
    ///
    /// [RFC 7517 §5]: https://www.rfc-editor.org/rfc/rfc7517#section-5
    pub fn jwks(mut self, json: impl Into<Vec<u8>>) -> Self {
        self.settings.jwks = Some(json.into());
        self
    }

    /// Gives a public key as one PEM section `PUBLIC KEY`, one for each algorithm; nothing is fetched.
    pub fn pem(mut self, algorithm: Algorithm, text: impl Into<String>) -> Self {
        self.settings.pems.push((algorithm, text.into()));
        self
    }

    /// Gives a secret that is shared with the issuer, of at least the hash's size.
    ///
    /// # Security
    ///
    /// Whoever can check such a token can also make one. Prefer signatures.
    pub fn hmac(mut self, algorithm: Algorithm, secret: Secret) -> Self {
        self.settings.secret = Some((algorithm, secret));
        self
    }

    /// Allows these algorithms only; by default RS256, PS256, ES256 and `EdDSA`.
    ///
    /// A key without `alg` is bound to the first that fits its type.
    pub fn algorithms(mut self, allowed: impl IntoIterator<Item = Algorithm>) -> Self {
        self.settings.algorithms = Some(allowed.into_iter().collect());
        self
    }

    /// Allows clocks to differ by so much, at most 300 s; by default 30 s.
    pub fn clock_skew(mut self, skew: Duration) -> Self {
        self.settings.clock_skew = skew;
        self
    }

    /// Accepts tokens that live for so long, at most 90 minutes, for a reason; by default 30 minutes.
    pub fn max_token_lifetime(mut self, lifetime: Duration, reason: impl Into<String>) -> Self {
        self.settings.lifetime = Lifetime::Reasoned(lifetime, reason.into());
        self
    }

    /// Allows the issuer and its keys to be reached by `http`, on loopback only.
    pub fn allow_loopback_http(mut self) -> Self {
        self.settings.allow_loopback_http = true;
        self
    }

    pub(crate) fn dangerous_lifetime(mut self, lifetime: Duration, reason: String) -> Self {
        self.settings.lifetime = Lifetime::Dangerous(lifetime, reason);
        self
    }
}

impl<A: HasAudience> Issuer<A> {
    pub(super) fn into_audienced(self) -> Issuer<Audienced> {
        Issuer {
            settings: self.settings,
            audience: Audienced(self.audience.into_audience()),
        }
    }
}

impl Issuer<Audienced> {
    pub(super) fn url(&self) -> &str {
        &self.settings.issuer
    }

    /// What is lowered for it, and why.
    pub(super) fn lowered(&self) -> Option<String> {
        let issuer = &self.settings.issuer;
        match &self.settings.lifetime {
            Lifetime::Default => None,
            Lifetime::Reasoned(lifetime, reason) | Lifetime::Dangerous(lifetime, reason) => {
                Some(format!(
                    "{issuer}: tokens live up to {} s, because {reason}",
                    lifetime.as_secs()
                ))
            }
        }
    }

    /// Checks everything, and gathers the keys.
    pub(super) async fn build(self) -> Result<TrustedIssuer, ConfigError> {
        let Self {
            settings,
            audience: Audienced(audience),
        } = self;
        let issuer = settings.issuer.clone();
        if !is_issuer(&issuer, settings.allow_loopback_http) {
            return Err(ConfigError::Issuer { issuer });
        }
        if audience.is_empty() {
            return Err(ConfigError::Audience { issuer });
        }
        let limits = settings.limits()?;
        let algorithms = settings.allowed()?;
        let keys = settings.keys(&algorithms).await?;
        Ok(TrustedIssuer {
            issuer: issuer.into(),
            audience: audience.into(),
            algorithms: algorithms.into(),
            keys: Arc::new(keys),
            profile: &Profile::RFC_9068,
            limits,
        })
    }
}

impl Settings {
    fn limits(&self) -> Result<Limits, ConfigError> {
        let issuer = || self.issuer.clone();
        if self.clock_skew > MAX_SKEW {
            return Err(ConfigError::ClockSkew { issuer: issuer() });
        }
        let max_lifetime = match &self.lifetime {
            Lifetime::Default => DEFAULT_LIFETIME,
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

    async fn keys(&self, allowed: &[Algorithm]) -> Result<KeySet, ConfigError> {
        let unfit = |source| ConfigError::Keys {
            issuer: self.issuer.clone(),
            source,
        };
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
            None if self.pems.is_empty() => {
                read_jwks(&self.fetch().await?, allowed).map_err(unfit)?
            }
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

    #[cfg(feature = "discovery")]
    async fn fetch(&self) -> Result<Vec<u8>, ConfigError> {
        let failed = |source| ConfigError::Discovery {
            issuer: self.issuer.clone(),
            source,
        };
        let fetcher = Fetcher::new(self.allow_loopback_http).map_err(failed)?;
        fetcher.key_set(&self.issuer).await.map_err(failed)
    }

    #[cfg(not(feature = "discovery"))]
    #[expect(clippy::unused_async, reason = "with the feature it asks the network")]
    async fn fetch(&self) -> Result<Vec<u8>, ConfigError> {
        Err(ConfigError::NoKeys {
            issuer: self.issuer.clone(),
        })
    }
}
