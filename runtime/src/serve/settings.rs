//! The settings of a server, with their defaults.

use std::time::Duration;

use crate::policy::Limits;
use crate::resource_server::IssuerSummary;
use crate::routing::UNREAD_LIMIT;
use crate::routing::api::Api;
use crate::serve::protocols::HeadLimits;
use crate::serve::proxy::Proxies;
#[cfg(unix)]
use crate::serve::socket_file;
#[cfg(feature = "tls")]
use crate::serve::tls::TlsSource;

/// The default time for reading the head of a request.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);

/// The default time for a TLS handshake.
#[cfg(feature = "tls")]
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);

/// The default time for requests in flight to finish after a shutdown begins.
const GRACE: Duration = Duration::from_secs(30);

/// The settings of a server.
#[derive(Debug)]
pub(super) struct Settings {
    pub(super) router: axum::Router,
    pub(super) head: HeadLimits,
    /// `None` for plain HTTP.
    #[cfg(feature = "tls")]
    pub(super) tls: Option<TlsSource>,
    #[cfg(feature = "tls")]
    pub(super) handshake_timeout: Duration,
    pub(super) proxies: Proxies,
    pub(super) grace: Duration,
    pub(super) unread_limit: u64,
    #[cfg(unix)]
    pub(super) socket_mode: u32,
}

impl Settings {
    /// Returns the defaults for an API.
    pub(super) fn new(api: Api) -> Self {
        let inventory = api.inventory();
        let routes = inventory.iter();
        let header_limit = routes.map(|route| route.limits().header_limit).max();
        let issuers = inventory.issuers().iter();
        let token_limit = issuers.map(IssuerSummary::token_limit).max();
        Self {
            head: HeadLimits {
                timeout: HEAD_TIMEOUT,
                fields: header_limit.unwrap_or(Limits::DEFAULT.header_limit),
                token: token_limit.unwrap_or_default(),
            },
            router: api.into_router(),
            #[cfg(feature = "tls")]
            tls: None,
            #[cfg(feature = "tls")]
            handshake_timeout: HANDSHAKE_TIMEOUT,
            proxies: Proxies::default(),
            grace: GRACE,
            unread_limit: UNREAD_LIMIT,
            #[cfg(unix)]
            socket_mode: socket_file::OWNER_ONLY,
        }
    }
}
