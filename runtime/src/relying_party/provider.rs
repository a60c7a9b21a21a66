//! An issuer as its clients see it: its metadata document, fetched and refreshed.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwapOption;
use serde_json::Value;
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::claims::NumericDate;
use crate::clock::{Clock, SystemClock};
use crate::discovery::{DiscoveryError, find_document};
use crate::https::{Client, ClientSettings, RootCertificates};
use crate::relying_party::metadata::ProviderMetadata;
use crate::relying_party::posture::{Posture, PosturePolicy};
use crate::relying_party::provider_error::ProviderError;
use crate::resource_server::{Startup, is_issuer};
use crate::text::quoted;

/// The maximum time for fetching the metadata document.
const TIMEOUT: Duration = Duration::from_secs(5);

/// The age from which the document is fetched again.
const REFRESH_AFTER: Duration = Duration::from_hours(1);

/// The age up to which the document is used while it cannot be refreshed.
const MAX_AGE: Duration = Duration::from_hours(24);

/// The minimum time between two attempts to refresh a document that is still in use, and the maximum delay after failures
/// without one.
const RETRY_AFTER: Duration = Duration::from_mins(1);

/// An issuer of which this program is a client.
///
/// Its metadata document is fetched when the provider is built, and refreshed after an hour. While it cannot
/// be refreshed, the previous document is used for up to 24 hours. Clones share the document.
///
/// # Examples
///
/// ```
/// use palisade::relying_party::Provider;
///
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// let provider = Provider::builder("https://login.example.govt.nz").build().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Provider {
    shared: Arc<Shared>,
}

struct Shared {
    issuer: String,
    settings: ClientSettings,
    client: Client,
    clock: Arc<dyn Clock>,
    unlisted_pkce: Option<String>,
    posture: PosturePolicy,
    latest: ArcSwapOption<Fetched>,
    /// The failures since the last successful fetch; locked during a fetch.
    fetching: Mutex<Option<Failures>>,
}

/// Attempts to fetch the document that have failed, one after the other.
struct Failures {
    count: u32,
    last_at: NumericDate,
    last_error: ProviderError,
}

impl Failures {
    /// Returns whether it is too early for another attempt: 1 s, 2 s, 4 s, … 60 s after the last one.
    fn hold_back(&self, now: NumericDate, has_document: bool) -> bool {
        let delay = if has_document {
            RETRY_AFTER
        } else {
            let doubled = 1 << (self.count.saturating_sub(1)).min(6);
            Duration::from_secs(doubled).min(RETRY_AFTER)
        };
        self.last_at <= now && now.since(self.last_at) < delay
    }
}

struct Fetched {
    metadata: Arc<ProviderMetadata>,
    at: NumericDate,
}

/// The configuration of a [`Provider`].
#[derive(Clone)]
#[must_use = "`build` returns the provider"]
pub struct ProviderBuilder {
    issuer: String,
    allow_loopback_http: bool,
    root_certificates: Vec<Vec<u8>>,
    clock: Arc<dyn Clock>,
    startup: Startup,
    unlisted_pkce: Option<String>,
    posture: PosturePolicy,
}

impl ProviderBuilder {
    /// Trusts root certificates for requests to the provider, in addition to those of the operating system.
    ///
    /// The text has one or more PEM sections `CERTIFICATE`, and no others. Each call adds certificates.
    pub fn root_certificates(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.root_certificates.push(pem.into());
        self
    }

    /// Allows `http` URLs of the issuer and its endpoints, on loopback only: for development.
    ///
    /// # Security
    ///
    /// Every program that can listen on the port receives codes, tokens and the client's secret. Do not call it
    /// in a release build.
    pub fn allow_loopback_http(mut self) -> Self {
        self.allow_loopback_http = true;
        self
    }

    /// Sets the clock for the age of documents and tokens; by default the system's.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Sets whether [`build`](Self::build) fails if the document cannot be fetched; it does by default.
    pub fn startup(mut self, startup: Startup) -> Self {
        self.startup = startup;
        self
    }

    /// Sets what happens if the provider [falls short of the standard](super::Posture); by default, each finding is
    /// logged.
    pub fn posture(mut self, policy: PosturePolicy) -> Self {
        self.posture = policy;
        self
    }

    pub(crate) fn dangerous_unlisted_pkce(mut self, reason: String) -> Self {
        self.unlisted_pkce = Some(reason);
        self
    }

    /// Fetches the metadata document.
    ///
    /// With [`Startup::Deferred`], the first request that needs the document fetches it.
    ///
    /// # Errors
    ///
    /// Returns [`ProviderError`] if a setting is invalid, or the document cannot be used.
    pub async fn build(self) -> Result<Provider, ProviderError> {
        let startup = self.startup;
        let provider = Provider {
            shared: Arc::new(self.shared()?),
        };
        if matches!(startup, Startup::FailFast) {
            provider.metadata().await?;
        }
        Ok(provider)
    }

    fn shared(self) -> Result<Shared, ProviderError> {
        if !is_issuer(&self.issuer, self.allow_loopback_http) {
            return Err(ProviderError::Issuer {
                issuer: quoted(&self.issuer).to_string(),
            });
        }
        let mut roots = RootCertificates::default();
        for pem in &self.root_certificates {
            let added = RootCertificates::from_pem(pem);
            roots.extend(added.ok_or(ProviderError::RootCertificates)?);
        }
        let settings = ClientSettings {
            allow_loopback_http: self.allow_loopback_http,
            roots,
            identity: None,
        };
        Ok(Shared {
            issuer: self.issuer,
            client: Client::new(&settings).map_err(DiscoveryError::Client)?,
            settings,
            clock: self.clock,
            unlisted_pkce: self.unlisted_pkce,
            posture: self.posture,
            latest: ArcSwapOption::empty(),
            fetching: Mutex::new(None),
        })
    }
}

impl Provider {
    /// Returns the configuration of a provider with this issuer identifier ([RFC 8414 §2]).
    ///
    /// [RFC 8414 §2]: https://www.rfc-editor.org/rfc/rfc8414#section-2
    pub fn builder(issuer: impl Into<String>) -> ProviderBuilder {
        ProviderBuilder {
            issuer: issuer.into(),
            allow_loopback_http: false,
            root_certificates: Vec::new(),
            clock: Arc::new(SystemClock),
            startup: Startup::FailFast,
            unlisted_pkce: None,
            posture: PosturePolicy::Warn,
        }
    }

    /// Returns the issuer identifier.
    pub fn issuer(&self) -> &str {
        &self.shared.issuer
    }

    /// Returns the reason for accepting a document without a list of PKCE methods, if it is accepted.
    pub fn unlisted_pkce(&self) -> Option<&str> {
        self.shared.unlisted_pkce.as_deref()
    }

    /// Returns the metadata, after fetching it if it is older than an hour.
    ///
    /// One fetch is in flight, for up to 5 s; others wait for it. After a failure, its error is returned without another
    /// fetch for 1 s, then 2 s, 4 s and so on, up to a minute.
    ///
    /// # Errors
    ///
    /// Returns [`ProviderError::Discovery`] if there is no document of the last 24 hours.
    pub async fn metadata(&self) -> Result<Arc<ProviderMetadata>, ProviderError> {
        if let Some(metadata) = self.shared.younger_than(REFRESH_AFTER) {
            return Ok(metadata);
        }
        let shared = Arc::clone(&self.shared);
        // spawned, so that a caller that gives up does not leave the failure uncounted
        let refreshed = tokio::spawn(async move { shared.refresh().await });
        // an error only while the runtime shuts down, or after a panic
        refreshed.await.unwrap_or_else(|_| {
            let latest = self.shared.younger_than(MAX_AGE);
            latest.ok_or(ProviderError::Canceled)
        })
    }

    pub(super) fn clock(&self) -> &Arc<dyn Clock> {
        &self.shared.clock
    }

    pub(super) fn client(&self) -> &Client {
        &self.shared.client
    }

    pub(super) fn client_settings(&self) -> &ClientSettings {
        &self.shared.settings
    }
}

impl Shared {
    /// Returns the latest document if it is younger than `age` and not of the future.
    fn younger_than(&self, age: Duration) -> Option<Arc<ProviderMetadata>> {
        let now = self.clock.now();
        let latest = self.latest.load();
        let latest = latest.as_ref()?;
        let is_younger = latest.at <= now && now.since(latest.at) < age;
        is_younger.then(|| Arc::clone(&latest.metadata))
    }

    /// Fetches the document, unless another task has done it in the meantime, or the last failure is recent.
    async fn refresh(&self) -> Result<Arc<ProviderMetadata>, ProviderError> {
        let mut failures = self.fetching.lock().await;
        if let Some(metadata) = self.younger_than(REFRESH_AFTER) {
            return Ok(metadata);
        }
        let started_at = self.clock.now();
        let previous = self.younger_than(MAX_AGE);
        if let Some(failures) = &*failures
            && failures.hold_back(started_at, previous.is_some())
        {
            return previous.ok_or_else(|| failures.last_error.clone());
        }
        match self.fetch().await {
            Ok(metadata) => {
                let metadata = Arc::new(metadata);
                let fetched = Fetched {
                    metadata: Arc::clone(&metadata),
                    at: started_at,
                };
                self.latest.store(Some(Arc::new(fetched)));
                *failures = None;
                Ok(metadata)
            }
            Err(error) => {
                let error = ProviderError::from(error);
                let count = failures.as_ref().map_or(0, |failures| failures.count);
                *failures = Some(Failures {
                    count: count.saturating_add(1),
                    last_at: self.clock.now(),
                    last_error: error.clone(),
                });
                previous.ok_or(error)
            }
        }
    }

    async fn fetch(&self) -> Result<ProviderMetadata, DiscoveryError> {
        let read = |members: &Value| {
            let metadata = ProviderMetadata::read(members, &self.issuer, &self.client)?;
            self.check_pkce(&metadata)?;
            let allow_loopback_http = self.settings.allow_loopback_http;
            let posture = Posture::of(&self.issuer, members, allow_loopback_http);
            self.posture.apply(&posture)?;
            Ok(metadata)
        };
        let deadline = Instant::now() + TIMEOUT;
        find_document(&self.client, &self.issuer, read, deadline).await
    }

    /// Checks that the provider supports PKCE with S256, if it logs people in ([RFC 9700 §2.1.1]).
    ///
    /// [RFC 9700 §2.1.1]: https://www.rfc-editor.org/rfc/rfc9700#section-2.1.1
    fn check_pkce(&self, metadata: &ProviderMetadata) -> Result<(), String> {
        if metadata.authorization_endpoint().is_none() {
            return Ok(());
        }
        match metadata.code_challenge_methods() {
            Some(methods) if methods.iter().any(|method| method == "S256") => Ok(()),
            Some(_) => Err("its `code_challenge_methods_supported` lacks `S256`".to_owned()),
            None if self.unlisted_pkce.is_some() => Ok(()),
            None => Err(
                "it has an `authorization_endpoint`, but no `code_challenge_methods_supported`"
                    .to_owned(),
            ),
        }
    }
}

impl fmt::Debug for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Provider")
            .field("issuer", &self.shared.issuer)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for ProviderBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProviderBuilder")
            .field("issuer", &self.issuer)
            .finish_non_exhaustive()
    }
}
