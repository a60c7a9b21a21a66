//! The limits of the requests of a server.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::response::Response;
use http::{Method, Request};
use tokio::time::{Sleep, sleep};

use crate::audit::RequestId;
use crate::response::{overloaded, request_timeout, uri_too_long};
use crate::routing::ErrorFormat;
use crate::serve::in_flight::{InFlight, InFlightPermit};
use crate::serve::limits::ServerLimits;
use crate::serve::telemetry;

/// The requests of probes that may be in flight at the same time.
const PROBE_LIMIT: usize = 16;

/// The limits of all requests of a server.
pub(super) struct RequestLimits {
    in_flight: InFlight,
    probes: Arc<[String]>,
    in_flight_probes: InFlight,
    uri_limit: usize,
    request_timeout: Duration,
    format: ErrorFormat,
}

impl RequestLimits {
    pub(super) fn new(limits: &ServerLimits, probes: Arc<[String]>, format: ErrorFormat) -> Self {
        Self {
            in_flight: InFlight::new(limits.request_limit),
            probes,
            in_flight_probes: InFlight::new(PROBE_LIMIT),
            uri_limit: limits.uri_limit,
            request_timeout: limits.request_timeout,
            format,
        }
    }

    /// Counts a request.
    ///
    /// # Errors
    ///
    /// Returns the response to a request beyond a limit.
    pub(super) fn enter<B>(
        &self,
        request: &Request<B>,
        id: &RequestId,
    ) -> Result<InFlightPermit, Box<Response>> {
        let uri = request.uri();
        let length = uri.path_and_query().map_or(0, |path| path.as_str().len());
        if length > self.uri_limit {
            return Err(Box::new(uri_too_long(self.uri_limit)));
        }
        let in_flight = if self.is_probe(request) {
            &self.in_flight_probes
        } else {
            &self.in_flight
        };
        in_flight.enter().ok_or_else(|| {
            telemetry::request_shed(id);
            Box::new(overloaded())
        })
    }

    fn is_probe<B>(&self, request: &Request<B>) -> bool {
        matches!(*request.method(), Method::GET | Method::HEAD)
            && self.probes.iter().any(|path| path == request.uri().path())
    }

    /// Returns the response that ends a request whose handler is not ready: it takes too long, or too many others wait for their bodies.
    ///
    /// The timer is created when the handler is not ready at once.
    pub(super) fn poll_end(
        &self,
        timer: &mut Option<Pin<Box<Sleep>>>,
        permit: Option<&InFlightPermit>,
        id: &RequestId,
        context: &mut Context<'_>,
    ) -> Poll<Box<Response>> {
        if permit.is_some_and(InFlightPermit::is_refused) {
            telemetry::request_shed(id);
            return Poll::Ready(Box::new(overloaded()));
        }
        timer
            .get_or_insert_with(|| Box::pin(sleep(self.request_timeout)))
            .as_mut()
            .poll(context)
            .map(|()| Box::new(request_timeout()))
    }

    /// Formats a response of the server itself as the API formats its errors.
    pub(super) fn format(&self, response: Response, id: &RequestId) -> Response {
        self.format.apply(response, Some(id))
    }
}
