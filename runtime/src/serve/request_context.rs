//! The data of a connection that each of its requests needs.

use std::sync::Arc;

#[cfg(feature = "tls")]
use crate::guard::ClientCertificate;
use crate::routing::Shutdown;
#[cfg(feature = "explain")]
use crate::serve::explaining::ExplainedApi;
use crate::serve::linger::ConnectionState;
use crate::serve::proxy::Proxies;
use crate::serve::request_limits::RequestLimits;
use crate::serve::socket::Peer;

/// The data of a connection that each of its requests needs.
pub(super) struct RequestContext {
    pub(super) router: axum::Router,
    pub(super) peer: Peer,
    pub(super) proxies: Proxies,
    /// Whether requests may come on this connection.
    pub(super) is_admitted: bool,
    #[cfg(feature = "tls")]
    pub(super) certificate: Option<ClientCertificate>,
    /// Whether responses have `Strict-Transport-Security`.
    #[cfg(feature = "tls")]
    pub(super) requires_tls: bool,
    pub(super) shutdown: Shutdown,
    pub(super) state: Arc<ConnectionState>,
    pub(super) requests: Arc<RequestLimits>,
    #[cfg(feature = "explain")]
    pub(super) explained: Option<Arc<ExplainedApi>>,
}
