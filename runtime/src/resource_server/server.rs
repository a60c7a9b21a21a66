//! The finished configuration, which validates tokens.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::clock::Clock;
use crate::keys::SkippedKeys;
use crate::resource_server::readiness::{NotReady, UnavailableIssuer};
use crate::resource_server::resource::Resource;
use crate::resource_server::summary::IssuerSummary;
#[cfg(feature = "relying-party")]
use crate::session::Sessions;
#[cfg(feature = "spool")]
use crate::spool::Spool;
use crate::steps::{self, Step};
#[cfg(feature = "relying-party")]
use crate::token::SubjectKey;
use crate::token::{
    DynRevocations, RejectedToken, TokenError, TokenRejection, TokenValidator, VerifiedToken,
};

/// Validates the access tokens of an API.
///
/// Clones are cheap and share one configuration.
///
/// # Examples
///
/// ```no_run
/// use palisade::{Issuer, ResourceServer};
///
/// # async fn build() -> Result<(), palisade::ConfigError> {
/// let server = ResourceServer::builder()
///     .trust(Issuer::new("https://login.example.govt.nz").audience("https://orders.example.govt.nz"))
///     .build()
///     .await?;
/// # let _ = server;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct ResourceServer {
    shared: Arc<Shared>,
}

pub(super) struct Shared {
    pub(super) realm: Box<str>,
    pub(super) resource: Option<Resource>,
    pub(super) validator: TokenValidator,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) revocations: Option<Box<dyn DynRevocations>>,
    pub(super) issuers: Arc<[IssuerSummary]>,
    /// `None` if neither the directory nor the limit is configured.
    #[cfg(feature = "spool")]
    pub(super) spool: Option<Arc<Spool>>,
    pub(super) ticket_lifetime: Duration,
    #[cfg(feature = "relying-party")]
    pub(super) sessions: Option<Sessions>,
    /// The key of the field `subject_hash`, for logins; tokens have theirs from their issuer.
    #[cfg(feature = "relying-party")]
    pub(super) subject_key: Option<SubjectKey>,
}

impl ResourceServer {
    pub(super) fn new(shared: Shared) -> Self {
        Self {
            shared: Arc::new(shared),
        }
    }

    /// Returns the protection space that challenges name ([RFC 9110 §11.5]).
    ///
    /// [RFC 9110 §11.5]: https://www.rfc-editor.org/rfc/rfc9110#section-11.5
    pub fn realm(&self) -> &str {
        &self.shared.realm
    }

    /// Returns the URL at which clients find the API, if it is [configured](crate::resource_server::Builder::resource).
    pub fn resource(&self) -> Option<&str> {
        self.shared.resource.as_ref().map(Resource::url)
    }

    /// Returns the URL of the API's metadata document ([RFC 9728 §3.1]), if the resource is configured.
    ///
    /// [RFC 9728 §3.1]: https://www.rfc-editor.org/rfc/rfc9728#section-3.1
    pub fn resource_metadata_url(&self) -> Option<&str> {
        self.shared.resource.as_ref().map(Resource::metadata_url)
    }

    pub(crate) fn protected_resource(&self) -> Option<&Resource> {
        self.shared.resource.as_ref()
    }

    /// Returns the trusted issuers with their relaxations, for audits.
    pub fn issuers(&self) -> &[IssuerSummary] {
        &self.shared.issuers
    }

    /// Returns the checks that the configuration weakens, each with its issuer and its reason.
    pub fn relaxations(&self) -> impl Iterator<Item = String> {
        self.issuers().iter().flat_map(|issuer| {
            let relaxations = issuer.relaxations();
            relaxations.map(move |text| format!("{}: {text}", issuer.issuer()))
        })
    }

    /// Returns whether [revocations](crate::resource_server::Builder::revocations) are checked at every request.
    pub fn checks_revocations(&self) -> bool {
        self.shared.revocations.is_some()
    }

    pub(crate) fn clock(&self) -> &Arc<dyn Clock> {
        &self.shared.clock
    }

    pub(crate) fn ticket_lifetime(&self) -> Duration {
        self.shared.ticket_lifetime
    }

    /// Returns the sessions of handlers with `login`, if they are configured.
    #[cfg(feature = "relying-party")]
    pub(crate) fn sessions(&self) -> Option<&Sessions> {
        self.shared.sessions.as_ref()
    }

    /// Returns the field `subject_hash` of audit events, if they have one.
    #[cfg(feature = "relying-party")]
    pub(crate) fn hash_subject(&self, issuer: &str, subject: &str) -> Option<Box<str>> {
        let key = self.shared.subject_key.as_ref()?;
        Some(key.hash(issuer, subject))
    }

    pub(crate) fn shared_issuers(&self) -> Arc<[IssuerSummary]> {
        Arc::clone(&self.shared.issuers)
    }

    #[cfg(feature = "spool")]
    pub(crate) fn spool(&self) -> Option<&Arc<Spool>> {
        self.shared.spool.as_ref()
    }

    /// Checks that the server can validate the tokens of every issuer, for a readiness probe.
    ///
    /// An issuer is ready if its keys are loaded and younger than
    /// [`Issuer::max_key_age`](crate::Issuer::max_key_age), and if its introspection endpoint works.
    ///
    /// # Errors
    ///
    /// Returns [`NotReady`] with the issuers whose tokens cannot be validated at present; requests with
    /// their tokens are answered with 503.
    ///
    /// # Security
    ///
    /// [`NotReady`] names issuers and quotes their responses: log it, and answer the probe with a
    /// status code alone.
    pub fn ready(&self) -> Result<(), NotReady> {
        let now = self.shared.clock.now();
        let unavailable: Vec<_> = self
            .shared
            .validator
            .unready_issuers(now)
            .into_iter()
            .map(|(issuer, cause)| UnavailableIssuer {
                issuer: issuer.to_owned(),
                cause,
            })
            .collect();
        if unavailable.is_empty() {
            Ok(())
        } else {
            Err(NotReady { unavailable })
        }
    }

    /// Returns the keys that issuers publish but that are not used, each with the reason.
    ///
    /// The server is ready as long as an issuer has another usable key. Log them with the result of a
    /// readiness probe, and raise an alarm for [`SkippedKeys::has_leak`]: an issuer that publishes a
    /// private or symmetric key must replace it. They are also logged when a key set is first read and
    /// when they change.
    pub fn skipped_keys(&self) -> impl Iterator<Item = (&str, SkippedKeys)> {
        self.shared.validator.skipped_keys()
    }

    /// Returns the number of cached tokens and their total size in bytes.
    pub fn token_cache_usage(&self) -> (usize, u64) {
        self.shared.validator.cached_tokens()
    }

    /// Validates a cached bearer token, if the server has no revocations.
    ///
    /// Returns `None` if the decision may take time; then, [`authenticate`](Self::authenticate) decides.
    pub(crate) fn authenticate_cached(
        &self,
        token: &[u8],
    ) -> Option<Result<Arc<VerifiedToken>, RejectedToken>> {
        if self.shared.revocations.is_some() {
            return None;
        }
        let clock = &*self.shared.clock;
        let cached = self.shared.validator.validate_cached(token, clock)?;
        Some(cached.map_err(RejectedToken::from))
    }

    /// Validates a bearer token, then checks whether it is revoked.
    ///
    /// # Errors
    ///
    /// Returns the rejection, with the verified token if only the revocation check failed.
    pub(crate) async fn authenticate(
        &self,
        token: &[u8],
    ) -> Result<Arc<VerifiedToken>, RejectedToken> {
        let clock = &*self.shared.clock;
        let verified = self.shared.validator.validate(token, clock).await?;
        match self.check_revocation(&verified).await {
            Ok(()) => Ok(verified),
            Err(rejection) => Err(RejectedToken {
                rejection,
                token: Some(verified),
            }),
        }
    }

    async fn check_revocation(&self, token: &VerifiedToken) -> Result<(), TokenRejection> {
        let Some(revocations) = &self.shared.revocations else {
            return Ok(());
        };
        steps::begin(Step::Revocation);
        if revocations.check(token).await? {
            return Err(TokenError::Revoked.into());
        }
        Ok(())
    }

    #[cfg(all(test, feature = "discovery"))]
    pub(crate) fn validator(&self) -> &TokenValidator {
        &self.shared.validator
    }
}

/// Prints the realm only, so that no key and no secret is logged.
impl fmt::Debug for ResourceServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResourceServer")
            .field("realm", &self.shared.realm)
            .finish_non_exhaustive()
    }
}
