//! A finished configuration, which judges tokens.

use std::fmt;
use std::sync::Arc;

use crate::clock::Clock;
use crate::token::{JwtValidator, TokenError, Validator, VerifiedToken};

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
    shared: Arc<Shared>,
}

pub(super) struct Shared {
    pub(super) realm: Box<str>,
    pub(super) validator: JwtValidator,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) lowered: Vec<String>,
}

impl ResourceServer {
    /// The protection space that challenges name.
    pub fn realm(&self) -> &str {
        &self.shared.realm
    }

    /// What the configuration lowers, each with its reason, for whoever audits the API.
    pub fn lowered(&self) -> impl Iterator<Item = &str> {
        self.shared.lowered.iter().map(String::as_str)
    }

    pub(super) fn new(shared: Shared) -> Self {
        Self {
            shared: Arc::new(shared),
        }
    }

    /// Verifies a bearer token against the trusted issuers.
    pub(crate) async fn authenticate(
        &self,
        token: &[u8],
    ) -> Result<Arc<VerifiedToken>, TokenError> {
        let now = self.shared.clock.now();
        self.shared
            .validator
            .validate(token, now)
            .await
            .map(Arc::new)
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
