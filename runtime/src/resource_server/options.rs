//! The settings of a server that apply to all issuers.

#[cfg(feature = "spool")]
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::clock::{Clock, SystemClock};
use crate::resource_server::resource::ProtectedResource;
use crate::secret::Secret;
#[cfg(feature = "relying-party")]
use crate::session::Sessions;
use crate::token::DynRevocations;

/// The default size of the token cache: 16 MiB, about 8000 tokens.
const DEFAULT_TOKEN_CACHE_SIZE: u64 = 16 * 1024 * 1024;

/// The default lifetime of a ticket.
const DEFAULT_TICKET_LIFETIME: Duration = Duration::from_secs(30);

/// The longest lifetime of a ticket that a server can set.
pub(crate) const MAX_TICKET_LIFETIME: Duration = Duration::from_mins(1);

/// Whether `build` waits for requests to issuers: for keys, and for introspection endpoints.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Startup {
    /// `build` fetches all keys and probes all introspection endpoints, and fails if one fails. The default.
    ///
    /// The probe is a random token, which a correct endpoint reports as inactive.
    #[default]
    FailFast,
    /// `build` does not wait. Requests are answered with 503 until the issuers respond.
    ///
    /// [`ResourceServer::ready`](crate::ResourceServer::ready) reports whether they have.
    Deferred,
}

pub(super) struct ServerOptions {
    pub(super) realm: String,
    pub(super) resource: Option<ProtectedResource>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) startup: Startup,
    /// In bytes.
    pub(super) token_cache_size: u64,
    /// In bytes; `None` is the default, or the longest of the profiles.
    pub(super) token_limit: Option<usize>,
    pub(super) revocations: Option<Box<dyn DynRevocations>>,
    pub(super) audit_subject_key: Option<Secret>,
    #[cfg(feature = "spool")]
    pub(super) spool_directory: Option<PathBuf>,
    /// In bytes.
    #[cfg(feature = "spool")]
    pub(super) spool_limit: Option<u64>,
    pub(super) ticket_lifetime: Duration,
    #[cfg(feature = "relying-party")]
    pub(super) sessions: Option<Sessions>,
}

impl Default for ServerOptions {
    fn default() -> Self {
        Self {
            realm: "api".to_owned(),
            resource: None,
            clock: Arc::new(SystemClock),
            startup: Startup::default(),
            token_cache_size: DEFAULT_TOKEN_CACHE_SIZE,
            token_limit: None,
            revocations: None,
            audit_subject_key: None,
            #[cfg(feature = "spool")]
            spool_directory: None,
            #[cfg(feature = "spool")]
            spool_limit: None,
            ticket_lifetime: DEFAULT_TICKET_LIFETIME,
            #[cfg(feature = "relying-party")]
            sessions: None,
        }
    }
}
