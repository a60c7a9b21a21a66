//! The steps around a handler, for a request that has passed its guard: body limits → arguments → handler → audit of
//! rejected input.

use std::mem;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::Body;
use axum::extract::Request;
use axum::http::HeaderName;
use axum::response::Response;
use http_body::Body as _;
use http_body_util::Limited;

use crate::audit::RejectedInput;
use crate::input::TimedBody;
use crate::policy::Declaration;
use crate::response::{
    accepted_types_field, identify_problem, mark_handler_response, name_accepted_types,
};
use crate::routing::passed_guard::PassedGuard;
use crate::steps::{self, Step};

/// The state of a router; its handlers share it.
pub(super) type Shared<S> = Arc<S>;

/// The future of the API's code for one request: a handler, or the inner layers around it.
pub(super) trait HandlerFuture: Send {
    /// Polls the future, and sets the response when it is ready.
    ///
    /// A response is large, and each future that returns one moves it.
    fn poll_response(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        response: &mut Option<Response>,
    ) -> Poll<()>;

    /// Drops the future in place.
    fn drop_future(self: Pin<&mut Self>);
}

impl<F: Future<Output = Response> + Send> HandlerFuture for Option<F> {
    fn poll_response(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        response: &mut Option<Response>,
    ) -> Poll<()> {
        match self.as_pin_mut().map(|future| future.poll(context)) {
            Some(Poll::Pending) => Poll::Pending,
            Some(Poll::Ready(handled)) => {
                *response = Some(handled);
                Poll::Ready(())
            }
            None => Poll::Ready(()),
        }
    }

    fn drop_future(mut self: Pin<&mut Self>) {
        self.set(None);
    }
}

/// Prepares a request for the arguments of its handler.
///
/// Returns the field that names the media types that the route accepts, if the method has one.
pub(super) fn prepare(request: &mut Request, guard: &PassedGuard) -> Option<&'static HeaderName> {
    limit_body(request, guard);
    steps::begin(Step::Arguments);
    accepted_types_field(request.method())
}

/// Identifies the response of a handler, and records rejected input.
pub(super) fn complete(
    response: &mut Response,
    accepted_types: Option<&'static HeaderName>,
    declaration: &'static Declaration,
    guard: &PassedGuard,
) {
    identify_problem(response, guard.request_id());
    mark_handler_response(response);
    if let Some(rejected) = take_rejected_input(response) {
        if let Some(field) = accepted_types {
            name_accepted_types(field, response);
        }
        rejected.emit(declaration, guard.principal(), guard.request_id());
    }
}

/// Limits the size of the body and the time for reading it.
pub(super) fn limit_body(request: &mut Request, guard: &PassedGuard) {
    if !request.body().is_end_stream() {
        let body = mem::take(request.body_mut());
        let limits = guard.limits();
        let timed = TimedBody::new(body, limits, guard.body_wait().clone());
        *request.body_mut() = Body::new(Limited::new(timed, limits.body_limit));
    }
}

/// Removes the audit record that the rejection of an input left in the response.
fn take_rejected_input(response: &mut Response) -> Option<RejectedInput> {
    let rejected = response.extensions_mut().remove();
    rejected.filter(|_| response.status().is_client_error())
}
