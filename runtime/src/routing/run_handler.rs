//! Runs a handler for a request that has passed its guard: body limits → arguments → handler → audit of rejected
//! input.

use std::mem;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use http_body::Body as _;
use http_body_util::Limited;

use crate::audit::RejectedInput;
use crate::input::TimedBody;
use crate::response::{
    accepted_types_field, identify_problem, mark_handler_response, name_accepted_types,
};
#[cfg(feature = "spool")]
use crate::routing::argument::facts::ArgumentFacts;
use crate::routing::declared::Declares;
use crate::routing::endpoint::Endpoint;
use crate::routing::passed_guard::PassedGuard;
use crate::routing::runs_with_state::RunsWithState;
use crate::steps::{self, Step};

/// The state of a router; axum clones it for each request.
pub(super) type Shared<S> = Arc<S>;

/// Limits the body and runs the handler, and records rejected input.
pub(super) async fn run_handler<H, S, M>(
    request: &mut Request,
    state: &S,
    guard: &PassedGuard,
) -> Response
where
    H: Declares + RunsWithState<S, M>,
{
    limit_body(request, guard);
    let accepted_types = accepted_types_field(request.method());
    steps::begin(Step::Arguments);
    let mut response = H::Endpoint::call(request, state, guard).await;
    identify_problem(&mut response, guard.request_id());
    mark_handler_response(&mut response);
    if let Some(rejected) = take_rejected_input(&mut response) {
        if let Some(field) = accepted_types {
            name_accepted_types(field, &mut response);
        }
        rejected.emit(H::DECLARATION, guard.principal(), guard.request_id());
    }
    response
}

/// Whether an extractor outside this crate reads the request.
pub(super) fn has_custom_argument<H: Declares>() -> bool {
    H::ARGUMENTS.iter().any(|facts| facts.custom)
}

/// Whether the handler reads a form with files.
#[cfg(feature = "spool")]
pub(super) fn reads_form<H: Declares>() -> bool {
    H::ARGUMENTS.iter().any(ArgumentFacts::reads_multipart)
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
