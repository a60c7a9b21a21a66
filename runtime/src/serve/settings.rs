//! The settings of a server, with their defaults.

#[cfg(feature = "explain")]
use std::sync::Arc;

use crate::policy::Limits;
use crate::resource_server::IssuerSummary;
use crate::routing::api::Api;
use crate::routing::{ErrorFormat, Inventory};
#[cfg(feature = "explain")]
use crate::serve::explaining::ExplainedApi;
use crate::serve::limits::ServerLimits;
use crate::serve::protocols::HeadLimits;
use crate::serve::proxy::Proxies;
#[cfg(unix)]
use crate::serve::socket_file;
#[cfg(feature = "tls")]
use crate::serve::tls::TlsSource;

/// The settings of a server.
#[derive(Debug)]
pub(super) struct Settings {
    pub(super) router: axum::Router,
    pub(super) head: HeadLimits,
    /// `None` for plain HTTP.
    #[cfg(feature = "tls")]
    pub(super) tls: Option<TlsSource>,
    pub(super) proxies: Proxies,
    pub(super) limits: ServerLimits,
    /// The paths that are served even if too many requests are in flight.
    pub(super) probes: Vec<String>,
    pub(super) inventory: Inventory,
    pub(super) format: ErrorFormat,
    /// `None` if requests are not explained.
    #[cfg(feature = "explain")]
    pub(super) explained: Option<Arc<ExplainedApi>>,
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
                fields: header_limit.unwrap_or(Limits::DEFAULT.header_limit),
                token: token_limit.unwrap_or_default(),
                uri: ServerLimits::DEFAULT.uri_limit,
            },
            limits: ServerLimits::of(inventory),
            inventory: inventory.clone(),
            format: api.error_format().clone(),
            #[cfg(feature = "explain")]
            explained: ExplainedApi::of(&api),
            router: api.into_router(),
            #[cfg(feature = "tls")]
            tls: None,
            proxies: Proxies::default(),
            probes: Vec::new(),
            #[cfg(unix)]
            socket_mode: socket_file::OWNER_ONLY,
        }
    }
}
