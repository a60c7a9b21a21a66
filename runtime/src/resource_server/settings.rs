//! The settings of one issuer, and the checks that turn them into a trusted issuer.

use std::borrow::Cow;
use std::ops::RangeInclusive;
use std::time::Duration;

use crate::claims::Grants;
#[cfg(all(feature = "discovery", feature = "openapi"))]
use crate::discovery::FoundDocument;
use crate::keys::{
    Algorithm, DEFAULT_ALGORITHMS, Key, KeyError, KeySet, KeySource, KeyType, SkippedKeys,
    parse_jwks,
};
use crate::resource_server::error::ConfigError;
#[cfg(feature = "introspection")]
use crate::resource_server::introspection::{Introspection, IntrospectionConfigError};
use crate::resource_server::options::ServerOptions;
use crate::resource_server::token_lifetime::TokenLifetime;
use crate::resource_server::url::is_issuer;
use crate::secret::Secret;
use crate::token::{
    AuditedSubject, JwtIssuer, LifetimeLimits, Profile, RolesClaim, SubjectKey, TokenFormat,
    TokenRules, TrustedIssuer,
};
#[cfg(feature = "introspection")]
use crate::token::{INTROSPECTION_FORMAT, IntrospectedIssuer, OpaqueTokens};

const DEFAULT_CLOCK_SKEW: Duration = Duration::from_secs(30);
const MAX_CLOCK_SKEW: Duration = Duration::from_mins(5);
const DEFAULT_LIFETIME: Duration = Duration::from_mins(30);
const MAX_LIFETIME: Duration = Duration::from_mins(90);
const KEY_AGES: RangeInclusive<Duration> = Duration::from_mins(5)..=Duration::from_hours(24);

#[derive(Clone, Debug)]
pub(super) struct IssuerSettings {
    pub(super) issuer: String,
    pub(super) jwks: Option<Vec<u8>>,
    pub(super) pems: Vec<(Algorithm, String)>,
    pub(super) secret: Option<(Algorithm, Secret)>,
    pub(super) algorithms: Option<Vec<Algorithm>>,
    pub(super) clock_skew: Duration,
    pub(super) lifetime: TokenLifetime,
    pub(super) profile: Option<Profile>,
    pub(super) roles_claim: Option<String>,
    pub(super) grants: Option<Grants>,
    pub(super) max_key_age: Option<Duration>,
    #[cfg(feature = "introspection")]
    pub(super) introspection: Option<Introspection>,
    pub(super) allow_loopback_http: bool,
    /// The URL of the key set, unless it is discovered.
    #[cfg(feature = "discovery")]
    pub(super) keys_url: Option<String>,
    /// The metadata document that names the keys.
    #[cfg(all(feature = "discovery", feature = "openapi"))]
    pub(super) found_in: FoundDocument,
    /// PEM sections of root certificates.
    #[cfg(feature = "discovery")]
    pub(super) root_certificates: Vec<Vec<u8>>,
    /// The reason why audit events carry the subjects themselves.
    pub(super) plain_subjects: Option<String>,
    /// Whether the issuer is the one of a test client, which requires no grants of the others.
    pub(super) is_beside_others: bool,
}

impl IssuerSettings {
    pub(super) fn new(issuer: String) -> Self {
        Self {
            issuer,
            jwks: None,
            pems: Vec::new(),
            secret: None,
            algorithms: None,
            clock_skew: DEFAULT_CLOCK_SKEW,
            lifetime: TokenLifetime::Default,
            profile: None,
            roles_claim: None,
            grants: None,
            max_key_age: None,
            #[cfg(feature = "introspection")]
            introspection: None,
            allow_loopback_http: false,
            #[cfg(feature = "discovery")]
            keys_url: None,
            #[cfg(all(feature = "discovery", feature = "openapi"))]
            found_in: FoundDocument::default(),
            #[cfg(feature = "discovery")]
            root_certificates: Vec::new(),
            plain_subjects: None,
            is_beside_others: false,
        }
    }

    pub(super) fn format(&self) -> Cow<'static, TokenFormat> {
        let default = Profile::default();
        self.profile.as_ref().unwrap_or(&default).format()
    }

    /// Returns the maximum length of its JWTs in bytes, if the profile sets one.
    pub(super) fn max_token_len(&self) -> Option<usize> {
        self.accepts_jwts().then(|| self.format().max_token_len)?
    }

    /// Returns the profile of its JWTs, or `None` if JWTs are rejected.
    pub(super) fn jwt_profile(&self) -> Option<Profile> {
        self.accepts_jwts()
            .then(|| self.profile.clone().unwrap_or_default())
    }

    #[cfg_attr(
        not(feature = "introspection"),
        expect(clippy::unused_self, reason = "only introspection excludes JWTs")
    )]
    pub(super) fn accepts_jwts(&self) -> bool {
        #[cfg(feature = "introspection")]
        if let Some(introspection) = &self.introspection {
            return introspection.introspected_tokens().accepts_jwts();
        }
        true
    }

    /// Lists the checks that the settings weaken, one sentence each.
    pub(super) fn relaxations(&self) -> Vec<String> {
        let profile = self.profile.as_ref();
        let mut relaxations = profile.map(Profile::relaxations).unwrap_or_default();
        if let TokenLifetime::UpToLimit(lifetime, reason)
        | TokenLifetime::Unlimited(lifetime, reason) = &self.lifetime
        {
            let seconds = lifetime.as_secs();
            relaxations.push(format!(
                "tokens are valid for up to {seconds} s, because {reason}"
            ));
        }
        if let Some(reason) = &self.plain_subjects {
            relaxations.push(format!(
                "audit events carry the subjects of tokens, because {reason}"
            ));
        }
        if self.allow_loopback_http {
            relaxations.push("its URLs may be http on loopback, for development".to_owned());
        }
        #[cfg(feature = "discovery")]
        if !self.root_certificates.is_empty() {
            relaxations.push(
                "requests to it also trust servers with certificates of the configured roots"
                    .to_owned(),
            );
        }
        #[cfg(feature = "introspection")]
        relaxations.extend(
            self.introspection
                .iter()
                .flat_map(Introspection::relaxations),
        );
        relaxations
    }

    /// Checks the settings, and loads the keys.
    pub(super) async fn build(
        self,
        audiences: Vec<String>,
        options: &ServerOptions,
        subject_key: Option<&SubjectKey>,
    ) -> Result<TrustedIssuer, ConfigError> {
        let issuer = self.issuer.clone();
        if !is_issuer(&issuer, self.allow_loopback_http) {
            return Err(ConfigError::Issuer { issuer });
        }
        if audiences.iter().any(String::is_empty) {
            return Err(ConfigError::Audience { issuer });
        }
        if let Some(Profile::Custom(profile)) = &self.profile {
            profile.check().map_err(|source| ConfigError::Profile {
                issuer: self.issuer.clone(),
                source,
            })?;
        }
        let rules = TokenRules {
            issuer: issuer.into(),
            audiences: audiences.into_iter().map(String::into_boxed_str).collect(),
            format: self.format(),
            roles: self.roles(&self.format())?,
            grants: self.grants.clone().unwrap_or(Grants::everything()),
            limits: self.limits()?,
            audited_subject: self.audited_subject(subject_key)?,
        };
        #[cfg(feature = "discovery")]
        self.check_fetch_settings()?;
        #[cfg(feature = "introspection")]
        let introspected = self.introspected(&rules, options).await?;
        Ok(TrustedIssuer {
            jwts: self.jwts(rules, options).await?,
            #[cfg(feature = "introspection")]
            introspected,
        })
    }

    async fn jwts(
        &self,
        rules: TokenRules,
        options: &ServerOptions,
    ) -> Result<Option<JwtIssuer>, ConfigError> {
        if !self.accepts_jwts() {
            return Ok(None);
        }
        let algorithms = self.allowed_algorithms()?;
        let keys = self.keys(&algorithms, options).await?;
        Ok(Some(JwtIssuer {
            rules,
            algorithms: algorithms.into(),
            keys,
        }))
    }

    fn audited_subject(&self, key: Option<&SubjectKey>) -> Result<AuditedSubject, ConfigError> {
        let reason = self.plain_subjects.as_deref();
        if reason.is_some_and(|reason| reason.trim().is_empty()) {
            return Err(ConfigError::NoReason {
                issuer: self.issuer.clone(),
            });
        }
        Ok(AuditedSubject {
            key: key.cloned(),
            is_plain: reason.is_some(),
        })
    }

    fn limits(&self) -> Result<LifetimeLimits, ConfigError> {
        let issuer = || self.issuer.clone();
        if self.clock_skew > MAX_CLOCK_SKEW {
            return Err(ConfigError::ClockSkew { issuer: issuer() });
        }
        let (max_lifetime, stated) = self.lifetime();
        if let Some((reason, limit)) = stated {
            if max_lifetime.is_zero() || max_lifetime > limit {
                return Err(ConfigError::TokenLifetime { issuer: issuer() });
            }
            if reason.trim().is_empty() {
                return Err(ConfigError::NoReason { issuer: issuer() });
            }
        }
        Ok(LifetimeLimits {
            clock_skew: self.clock_skew,
            max_lifetime,
        })
    }

    /// Returns the maximum lifetime; with its reason and its upper limit, if it is stated.
    pub(super) fn lifetime(&self) -> (Duration, Option<(&str, Duration)>) {
        match (&self.lifetime, self.custom_lifetime()) {
            (TokenLifetime::Default, Some((lifetime, reason))) => {
                (lifetime, Some((reason, MAX_LIFETIME)))
            }
            (TokenLifetime::Default, None) => {
                (self.format().max_lifetime.unwrap_or(DEFAULT_LIFETIME), None)
            }
            (TokenLifetime::UpToLimit(lifetime, reason), _) => {
                (*lifetime, Some((reason, MAX_LIFETIME)))
            }
            (TokenLifetime::Unlimited(lifetime, reason), _) => {
                (*lifetime, Some((reason, Duration::MAX)))
            }
        }
    }

    /// Returns the maximum lifetime of a custom profile, and its reason.
    fn custom_lifetime(&self) -> Option<(Duration, &str)> {
        match &self.profile {
            Some(Profile::Custom(profile)) => profile.lifetime(),
            _ => None,
        }
    }

    /// Returns the claim with the roles; the default is the profile's.
    ///
    /// `format` determines which claims are reserved.
    fn roles(&self, format: &TokenFormat) -> Result<RolesClaim, ConfigError> {
        let roles = format.roles_claim(&self.roles_pointer());
        roles.ok_or_else(|| ConfigError::RolesClaim {
            issuer: self.issuer.clone(),
        })
    }

    /// Returns the listed algorithms, or the default ones and those of the configured keys.
    pub(super) fn allowed_algorithms(&self) -> Result<Vec<Algorithm>, ConfigError> {
        let issuer = || self.issuer.clone();
        let of_keys: Vec<_> = self
            .pems
            .iter()
            .map(|(algorithm, _)| *algorithm)
            .chain(self.secret.iter().map(|(algorithm, _)| *algorithm))
            .collect();
        let allowed = match &self.algorithms {
            Some(listed) if listed.is_empty() => {
                return Err(ConfigError::NoAlgorithm { issuer: issuer() });
            }
            Some(listed) => listed.clone(),
            None if self.secret.is_some() => of_keys.clone(),
            None => DEFAULT_ALGORITHMS
                .iter()
                .copied()
                .chain(of_keys.iter().copied())
                .collect(),
        };
        let lacks_secret = |algorithm: &&Algorithm| {
            KeyType::of(**algorithm).is_some_and(KeyType::is_secret) && !of_keys.contains(algorithm)
        };
        let unlisted = of_keys
            .iter()
            .find(|algorithm| !allowed.contains(algorithm));
        if let Some(&algorithm) = unlisted.or_else(|| allowed.iter().find(lacks_secret)) {
            return Err(ConfigError::Algorithm {
                issuer: issuer(),
                algorithm,
            });
        }
        Ok(allowed)
    }

    /// Returns the configured keys, or fetches those of the issuer's metadata document.
    async fn keys(
        &self,
        allowed: &[Algorithm],
        options: &ServerOptions,
    ) -> Result<KeySource, ConfigError> {
        let max_age = self.key_age();
        if !KEY_AGES.contains(&max_age) {
            return Err(ConfigError::KeyAge {
                issuer: self.issuer.clone(),
            });
        }
        if !self.has_configured_keys() {
            return self.fetched_keys(allowed, max_age, options).await;
        }
        self.configured_keys(allowed).map(KeySource::configured)
    }

    pub(super) fn has_configured_keys(&self) -> bool {
        self.secret.is_some() || self.jwks.is_some() || !self.pems.is_empty()
    }

    fn configured_keys(&self, allowed: &[Algorithm]) -> Result<KeySet, ConfigError> {
        let rejected = |source| self.rejected_keys(source);
        if let Some((algorithm, secret)) = &self.secret {
            if self.jwks.is_some() || !self.pems.is_empty() {
                return Err(ConfigError::SecretBesidePublicKeys {
                    issuer: self.issuer.clone(),
                });
            }
            let key = Key::from_secret(*algorithm, secret).map_err(rejected)?;
            return KeySet::new(vec![key], SkippedKeys::default()).map_err(rejected);
        }
        let (mut keys, skipped) = match &self.jwks {
            Some(json) => parse_jwks(json, allowed).map_err(rejected)?,
            None => (Vec::new(), SkippedKeys::default()),
        };
        skipped.log(&self.issuer);
        for (algorithm, text) in &self.pems {
            let is_ambiguous = keys
                .iter()
                .any(|key| key.kid().is_none() && key.algorithm() == *algorithm);
            if is_ambiguous {
                return Err(rejected(KeyError::Ambiguous));
            }
            keys.push(Key::from_pem(*algorithm, text).map_err(rejected)?);
        }
        KeySet::new(keys, skipped).map_err(rejected)
    }

    pub(super) fn rejected_keys(&self, source: KeyError) -> ConfigError {
        ConfigError::Keys {
            issuer: self.issuer.clone(),
            source,
        }
    }

    #[cfg(not(feature = "discovery"))]
    #[expect(
        clippy::unused_async,
        reason = "with the feature, it sends HTTP requests"
    )]
    async fn fetched_keys(
        &self,
        _: &[Algorithm],
        _: Duration,
        _: &ServerOptions,
    ) -> Result<KeySource, ConfigError> {
        Err(ConfigError::NoKeys {
            issuer: self.issuer.clone(),
        })
    }
}

#[cfg(feature = "introspection")]
impl IssuerSettings {
    /// Returns how the issuer's opaque tokens are recognized, or `None` without introspection.
    pub(super) fn opaque_tokens(&self) -> Result<Option<OpaqueTokens>, ConfigError> {
        let opaque = self.introspection.as_ref().map(Introspection::opaque);
        opaque
            .transpose()
            .map_err(|source| self.introspection_error(source))
    }

    async fn introspected(
        &self,
        rules: &TokenRules,
        options: &ServerOptions,
    ) -> Result<Option<IntrospectedIssuer>, ConfigError> {
        let Some(introspection) = &self.introspection else {
            return Ok(None);
        };
        if !self.accepts_jwts() {
            self.check_no_jwt_settings()?;
        }
        let response_rules = TokenRules {
            format: Cow::Borrowed(INTROSPECTION_FORMAT),
            roles: self.roles(INTROSPECTION_FORMAT)?,
            ..rules.clone()
        };
        let built = introspection
            .build(response_rules, rules.clone(), &self.https()?, options)
            .await;
        built
            .map(Some)
            .map_err(|source| self.introspection_error(source))
    }

    /// Checks that no setting of JWTs is present, because it would have no effect.
    fn check_no_jwt_settings(&self) -> Result<(), ConfigError> {
        let unused = if self.profile.is_some() {
            IntrospectionConfigError::UnusedProfile
        } else if self.has_configured_keys()
            || self.algorithms.is_some()
            || self.max_key_age.is_some()
            || self.keys_url.is_some()
        {
            IntrospectionConfigError::UnusedKeys
        } else {
            return Ok(());
        };
        Err(self.introspection_error(unused))
    }

    fn introspection_error(&self, source: IntrospectionConfigError) -> ConfigError {
        ConfigError::Introspection {
            issuer: self.issuer.clone(),
            source,
        }
    }
}
