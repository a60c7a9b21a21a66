//! The configuration of logins.

use std::sync::Arc;
use std::time::Duration;

use crate::claims::ScopeSet;
use crate::https::is_loopback;
use crate::keys::{Algorithm, FetchConfig, KeySetFetcher, KeySource, KeyType};
use crate::relying_party::client::RelyingParty;
use crate::relying_party::id_token::IdTokenValidator;
use crate::relying_party::login::error::LoginsError;
use crate::relying_party::login::logins::{Logins, MAX_USED, Shared};
use crate::relying_party::login::pending;
use crate::relying_party::random::UsedValues;
use crate::relying_party::signed_jwt::ProviderKeys;
use crate::resource_server::Startup;
use crate::seal::{Purpose, SealingKeys};

/// The use of the sealed `state` of a logout.
const LOGOUT_STATE: Purpose = Purpose::new("logout state");

const DEFAULT_CLOCK_SKEW: Duration = Duration::from_secs(30);
const MAX_CLOCK_SKEW: Duration = Duration::from_mins(5);

/// The age up to which the provider's keys are used while they cannot be refreshed.
const MAX_KEY_AGE: Duration = Duration::from_hours(1);

/// The configuration of [`Logins`].
#[derive(Clone, Debug)]
#[must_use = "`build` returns the logins"]
pub struct LoginsBuilder {
    party: RelyingParty,
    redirect_uri: String,
    post_logout_redirect_uri: Option<String>,
    sealing_keys: SealingKeys,
    scopes: String,
    resources: Vec<String>,
    trusted_audiences: Vec<Box<str>>,
    algorithm: Algorithm,
    user_info_algorithm: Option<Algorithm>,
    clock_skew: Duration,
    startup: Startup,
    allow_loopback_http: bool,
}

impl Logins {
    /// Returns the configuration of logins whose responses arrive at `redirect_uri`, as it is registered.
    ///
    /// The keys seal the cookies of pending logins. Replicas of the application need the same keys.
    pub fn builder(
        party: RelyingParty,
        redirect_uri: impl Into<String>,
        sealing_keys: impl Into<SealingKeys>,
    ) -> LoginsBuilder {
        LoginsBuilder {
            party,
            redirect_uri: redirect_uri.into(),
            post_logout_redirect_uri: None,
            sealing_keys: sealing_keys.into(),
            scopes: String::new(),
            resources: Vec::new(),
            trusted_audiences: Vec::new(),
            algorithm: Algorithm::RS256,
            user_info_algorithm: None,
            clock_skew: DEFAULT_CLOCK_SKEW,
            startup: Startup::FailFast,
            allow_loopback_http: false,
        }
    }
}

impl LoginsBuilder {
    /// Requests scopes beside `openid`, separated by spaces. The default is `openid` alone.
    pub fn scopes(mut self, scopes: impl Into<String>) -> Self {
        self.scopes = scopes.into();
        self
    }

    /// Requests access tokens for an API, by its resource identifier ([RFC 8707]). Each call adds one.
    ///
    /// [RFC 8707]: https://www.rfc-editor.org/rfc/rfc8707
    pub fn resource(mut self, resource: impl Into<String>) -> Self {
        self.resources.push(resource.into());
        self
    }

    /// Sets the algorithm with which the provider signs this client's ID tokens; by default RS256.
    ///
    /// It is `id_token_signed_response_alg` of the client's registration. A token with another algorithm is rejected.
    pub fn id_token_algorithm(mut self, algorithm: Algorithm) -> Self {
        self.algorithm = algorithm;
        self
    }

    /// Requires that `UserInfo` responses are signed with an algorithm; by default they are plain JSON.
    ///
    /// It is `userinfo_signed_response_alg` of the client's registration.
    pub fn signed_user_info(mut self, algorithm: Algorithm) -> Self {
        self.user_info_algorithm = Some(algorithm);
        self
    }

    /// Trusts another audience of ID tokens; by default a token with an audience besides this client is rejected.
    pub fn trusted_audience(mut self, audience: impl Into<Box<str>>) -> Self {
        self.trusted_audiences.push(audience.into());
        self
    }

    /// Sets the page to which the provider returns the browser after a logout, as registered.
    pub fn post_logout_redirect_uri(mut self, uri: impl Into<String>) -> Self {
        self.post_logout_redirect_uri = Some(uri.into());
        self
    }

    /// Sets the maximum difference between the clocks, at most five minutes; by default 30 s.
    pub fn clock_skew(mut self, skew: Duration) -> Self {
        self.clock_skew = skew;
        self
    }

    /// Sets whether [`build`](Self::build) fails if metadata or keys cannot be fetched; it does by default.
    pub fn startup(mut self, startup: Startup) -> Self {
        self.startup = startup;
        self
    }

    /// Allows an `http` redirect URI on loopback: for development.
    ///
    /// The cookies keep `Secure` and the prefix `__Host-`: Chromium and Firefox accept them from `http://localhost` and
    /// `http://127.0.0.1`.
    pub fn allow_loopback_http(mut self) -> Self {
        self.allow_loopback_http = true;
        self
    }

    /// Checks the configuration, and fetches the provider's keys.
    ///
    /// # Errors
    ///
    /// Returns [`LoginsError`] if a setting is invalid, or metadata or keys cannot be used.
    pub async fn build(self) -> Result<Logins, LoginsError> {
        let scopes = self.check_settings()?;
        if matches!(self.startup, Startup::FailFast) {
            self.check_metadata().await?;
        }
        let sealer = |purpose| {
            self.sealing_keys
                .sealer(purpose)
                .map_err(LoginsError::SealingKey)
        };
        let (pending_sealer, state_sealer) = (sealer(pending::PURPOSE)?, sealer(LOGOUT_STATE)?);
        let user_info_keys = match self.user_info_algorithm {
            Some(algorithm) => Some(self.keys(algorithm).await?),
            None => None,
        };
        let provider = self.party.provider();
        let id_tokens = IdTokenValidator {
            issuer: provider.issuer().into(),
            client_id: self.party.registration().client_id().into(),
            trusted_audiences: self.trusted_audiences.clone().into(),
            keys: self.keys(self.algorithm).await?,
            clock_skew: self.clock_skew,
            clock: Arc::clone(provider.clock()),
        };
        Ok(Logins {
            shared: Arc::new(Shared {
                party: self.party,
                redirect_uri: self.redirect_uri,
                post_logout_redirect_uri: self.post_logout_redirect_uri,
                scopes,
                resources: self.resources,
                id_tokens: Arc::new(id_tokens),
                user_info_keys,
                pending_sealer,
                state_sealer,
                used_states: UsedValues::new(MAX_USED),
                used_logout_tokens: UsedValues::new(MAX_USED),
            }),
        })
    }

    /// Checks the settings that need no request, and returns the scopes to request.
    fn check_settings(&self) -> Result<ScopeSet, LoginsError> {
        if !self.is_own_url(&self.redirect_uri) {
            return Err(LoginsError::RedirectUri);
        }
        let post_logout = self.post_logout_redirect_uri.as_deref();
        if post_logout.is_some_and(|url| !self.is_own_url(url)) {
            return Err(LoginsError::PostLogoutRedirectUri);
        }
        if !self.resources.iter().all(|resource| is_resource(resource)) {
            return Err(LoginsError::Resource);
        }
        if self.clock_skew > MAX_CLOCK_SKEW {
            return Err(LoginsError::ClockSkew);
        }
        let algorithms = [Some(self.algorithm), self.user_info_algorithm];
        if !algorithms.into_iter().flatten().all(is_asymmetric) {
            return Err(LoginsError::Algorithm);
        }
        let requested = match self.scopes.as_str() {
            "" => "openid".to_owned(),
            scopes => format!("openid {scopes}"),
        };
        ScopeSet::parse(&requested).map_err(|_| LoginsError::Scopes)
    }

    /// Returns whether a URL of this application is https, or http to loopback if that is allowed.
    fn is_own_url(&self, text: &str) -> bool {
        let is_plain = text.bytes().all(|byte| byte.is_ascii_graphic())
            && !text.contains(['?', '#', '\\', '@']);
        let Some(url) = text.parse::<http::Uri>().ok().filter(|_| is_plain) else {
            return false;
        };
        match (url.scheme_str(), url.host()) {
            (Some("https"), Some(_)) => true,
            (Some("http"), Some(host)) => {
                let settings = self.party.provider().client_settings();
                is_loopback(host) && (self.allow_loopback_http || settings.allow_loopback_http)
            }
            _ => false,
        }
    }

    /// Checks that the provider has the endpoints and algorithms.
    async fn check_metadata(&self) -> Result<(), LoginsError> {
        let metadata = self
            .party
            .provider()
            .metadata()
            .await
            .map_err(LoginsError::Provider)?;
        if metadata.authorization_endpoint().is_none() {
            return Err(LoginsError::NoEndpoint("authorization_endpoint"));
        }
        if metadata.jwks_uri().is_none() {
            return Err(LoginsError::NoEndpoint("jwks_uri"));
        }
        let is_listed = |algorithm: Algorithm, list: Option<&[String]>| {
            list.is_none_or(|list| list.iter().any(|name| *name == format!("{algorithm:?}")))
        };
        let mut is_supported = is_listed(self.algorithm, metadata.id_token_algorithms());
        if let Some(algorithm) = self.user_info_algorithm {
            is_supported &= is_listed(algorithm, metadata.userinfo_algorithms());
        }
        if is_supported {
            Ok(())
        } else {
            Err(LoginsError::Algorithm)
        }
    }

    /// Fetches the provider's keys for an algorithm.
    async fn keys(&self, algorithm: Algorithm) -> Result<ProviderKeys, LoginsError> {
        let provider = self.party.provider();
        let fetcher = KeySetFetcher::new(provider.client_settings());
        let config = FetchConfig {
            issuer: provider.issuer().into(),
            allowed: Box::new([algorithm]),
            fetcher: fetcher.map_err(|error| LoginsError::Keys(error.into()))?,
            clock: Arc::clone(provider.clock()),
            max_age: MAX_KEY_AGE,
        };
        let source = if matches!(self.startup, Startup::FailFast) {
            let source = KeySource::fetched(config).await;
            source.map_err(|error| LoginsError::Keys(error.into()))?
        } else {
            KeySource::fetched_in_background(config)
        };
        Ok(ProviderKeys { algorithm, source })
    }
}

fn is_asymmetric(algorithm: Algorithm) -> bool {
    KeyType::of(algorithm).is_some_and(|key_type| !key_type.is_secret())
}

/// Returns whether a text is an absolute URI without fragment (RFC 8707 §2).
fn is_resource(text: &str) -> bool {
    let scheme = text
        .split_once(':')
        .map(|(scheme, rest)| (scheme.as_bytes(), rest));
    text.bytes().all(|byte| byte.is_ascii_graphic())
        && !text.contains(['#', '"', '<', '>', '\\'])
        && scheme.is_some_and(|(scheme, rest)| {
            !rest.is_empty()
                && scheme.first().is_some_and(u8::is_ascii_alphabetic)
                && scheme
                    .iter()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(byte))
        })
}
