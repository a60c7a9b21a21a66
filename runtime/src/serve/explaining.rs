//! Explanations of requests on loopback, for an API with `explain`.

use std::convert::Infallible;
use std::fmt;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;

use axum::response::Response;
use axum::routing::future::RouteFuture;
use http::{HeaderMap, StatusCode};

use crate::audit::RequestId;
use crate::routing::api::Api;
use crate::routing::{Explainer, Explanation, Inventory, Route};
use crate::serve::error::ServeError;
use crate::serve::proxy::{Proxies, has_proxy_field};
use crate::serve::socket::Peer;
use crate::steps::Recording;

/// An API whose requests are explained.
pub(super) struct ExplainedApi {
    explainer: Explainer,
    inventory: Inventory,
}

/// A request that is explained when its response is ready.
pub(super) struct Explaining {
    api: Arc<ExplainedApi>,
    recording: Recording,
}

/// The future of a response whose steps are recorded.
pub(super) type Recorded = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

impl ExplainedApi {
    /// Returns the API if its requests are explained.
    pub(super) fn of(api: &Api) -> Option<Arc<Self>> {
        let explainer = api.explainer()?.clone();
        let inventory = api.inventory().clone();
        Some(Arc::new(Self {
            explainer,
            inventory,
        }))
    }

    /// Starts to record a request. Returns `None` if its client is not on this host, or may be behind a proxy.
    pub(super) fn begin(self: &Arc<Self>, peer: Peer, headers: &HeaderMap) -> Option<Explaining> {
        let is_local = match peer {
            Peer::Address(address) => address.ip().to_canonical().is_loopback(),
            #[cfg(unix)]
            Peer::Unix => false,
        };
        (is_local && !has_proxy_field(headers)).then(|| Explaining {
            api: Arc::clone(self),
            recording: Recording::default(),
        })
    }
}

impl fmt::Debug for ExplainedApi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ExplainedApi")
    }
}

impl Explaining {
    pub(super) fn record(&self, responding: RouteFuture<Infallible>) -> Recorded {
        Box::pin(self.recording.scope(responding))
    }

    /// Shows the explanation.
    pub(super) fn end(self, id: &RequestId, status: StatusCode) {
        let record = self.recording.take();
        let access = |(module, handler): (&str, &str)| {
            let declarations = self.api.inventory.iter().map(Route::declaration);
            let mut of_handler = declarations
                .filter(|declared| declared.module == module && declared.handler == handler);
            Some(of_handler.next()?.access.to_string())
        };
        let explanation = Explanation::new(status, record, access).with_request_id(id.clone());
        self.api.explainer.show(&explanation);
    }
}

/// Checks that an explained API is reachable only on loopback.
///
/// # Errors
///
/// Returns an error if an address is not a loopback address, or if the server has proxies.
pub(super) fn require_loopback(
    addresses: &[SocketAddr],
    proxies: &Proxies,
) -> Result<(), ServeError> {
    if proxies.is_configured() {
        return Err(ServeError::ExplainBehindProxy);
    }
    let is_loopback = |address: &&SocketAddr| address.ip().is_loopback();
    match addresses.iter().find(|address| !is_loopback(address)) {
        None => Ok(()),
        Some(&address) => Err(ServeError::ExplainNotLoopback { address }),
    }
}
