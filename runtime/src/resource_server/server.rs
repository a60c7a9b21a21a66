//! A finished configuration, which judges tokens.

use std::fmt;
use std::sync::Arc;

use crate::clock::Clock;
use crate::resource_server::readiness::{NotReady, Waiting};
use crate::resource_server::summary::IssuerSummary;
use crate::token::{
    DynRevocations, RejectedToken, TokenError, TokenRejection, TokenValidator, VerifiedToken,
};

/// Judges the access tokens of an API.
///
/// Cheap to clone: the clones share one configuration.
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
    pub(super) shared: Arc<Shared>,
}

pub(super) struct Shared {
    pub(super) realm: Box<str>,
    pub(super) validator: TokenValidator,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) revocations: Option<Box<dyn DynRevocations>>,
    pub(super) issuers: Arc<[IssuerSummary]>,
}

impl ResourceServer {
    /// The protection space that challenges name.
    pub fn realm(&self) -> &str {
        &self.shared.realm
    }

    /// The trusted issuers, each with what is lowered for it, for whoever audits the API.
    pub fn issuers(&self) -> &[IssuerSummary] {
        &self.shared.issuers
    }

    /// What the configuration lowers, each with the issuer that it concerns and its reason.
    pub fn relaxations(&self) -> impl Iterator<Item = String> {
        self.issuers().iter().flat_map(|issuer| {
            let lowered = issuer.relaxations();
            lowered.map(move |text| format!("{}: {text}", issuer.issuer()))
        })
    }

    pub(crate) fn shared_issuers(&self) -> Arc<[IssuerSummary]> {
        Arc::clone(&self.shared.issuers)
    }

    #[cfg(all(test, feature = "discovery"))]
    pub(crate) fn validator(&self) -> &TokenValidator {
        &self.shared.validator
    }

    pub(super) fn new(shared: Shared) -> Self {
        Self {
            shared: Arc::new(shared),
        }
    }

    /// Tells whether every issuer's keys are there and not too old, and whether those that are
    /// asked about their tokens answer.
    ///
    /// For a readiness probe. What it tells names issuers and their answers: log it, and
    /// answer the probe with the status alone.
    ///
    /// # Errors
    ///
    /// [`NotReady`] with the issuers whose tokens are answered with 503 at present.
    pub fn ready(&self) -> Result<(), NotReady> {
        let now = self.shared.clock.now();
        let waiting: Vec<_> = self
            .shared
            .validator
            .unready_issuers(now)
            .into_iter()
            .map(|(issuer, cause)| Waiting {
                issuer: issuer.to_owned(),
                cause,
            })
            .collect();
        if waiting.is_empty() {
            Ok(())
        } else {
            Err(NotReady { waiting })
        }
    }

    /// How many verified tokens are remembered, and the bytes that they are counted as.
    pub fn remembered(&self) -> (usize, u64) {
        self.shared.validator.cached_tokens()
    }

    /// Verifies a bearer token against the trusted issuers, then asks whether it has been revoked.
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
        if revocations.check(token).await? {
            return Err(TokenError::Revoked.into());
        }
        Ok(())
    }
}

/// The realm only: keys and secrets are not for logs.
impl fmt::Debug for ResourceServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResourceServer")
            .field("realm", &self.shared.realm)
            .finish_non_exhaustive()
    }
}
