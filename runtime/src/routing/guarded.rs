//! The path of one request through a route: removal of foreign extensions → guard → typed claims →
//! body limits → arguments → handler → audit of rejected input → security headers.

use std::marker::PhantomData;
use std::pin::{Pin, pin};
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Request};
use axum::handler::Handler;
use axum::http::{Extensions, HeaderMap};
use axum::response::Response;
use http_body::Body as _;
use http_body_util::Limited;

use crate::audit::{Decision, PanicOrigin, Reason, RejectedInput, emit_panic};
use crate::guard::{Allowed, Guard, Refusal, RefusalCause, remove_callers, share};
use crate::input::{RequestLimits, TimedBody};
use crate::policy::Limits;
use crate::response::{forbid_shared_caching, panicked, refusal_response, set_security_headers};
use crate::routing::declared::Declares;
use crate::routing::endpoint::Endpoint;
use crate::routing::panics::{catch_async, drop_value, guard_body};
use crate::routing::passed_guard::PassedGuard;
use crate::routing::runs_with_state::RunsWithState;

/// The state of a router; axum clones it for each request.
pub(crate) type Shared<S> = Arc<S>;

/// A declared handler behind its guard.
pub(crate) struct Guarded<H> {
    guard: Guard,
    handler: PhantomData<fn() -> H>,
}

impl<H: Declares> Guarded<H> {
    pub(crate) fn new(guard: Guard) -> Self {
        Self {
            guard,
            handler: PhantomData,
        }
    }

    /// Serves one request; a panic of the API's code becomes a response with status 500.
    async fn respond<S, M>(self, mut request: Request, state: Shared<S>) -> Response
    where
        H: RunsWithState<S, M>,
    {
        let mut passed = None;
        let response = {
            let serving = pin!(self.serve(&mut request, &state, &mut passed));
            catch_async(serving).await
        };
        // with values of the API's code, whose destructors may panic
        let claims = passed.as_mut().map(PassedGuard::take_claims);
        let released = drop_value((request, claims));
        let mut response = match (response, released) {
            (Ok(response), Ok(())) => {
                guard_body(response, PanicOrigin::ResponseBody, Some(H::DECLARATION))
            }
            (response, _) => {
                let token = passed.as_ref().and_then(PassedGuard::token);
                emit_panic(PanicOrigin::Handler, Some(H::DECLARATION), token);
                let _ = drop_value(response);
                panicked()
            }
        };
        set_security_headers(response.headers_mut());
        if !H::DECLARATION.is_public() {
            forbid_shared_caching(response.headers_mut());
        }
        response
    }

    /// Runs the guard, then the handler, and records rejected input.
    async fn serve<S, M>(
        &self,
        request: &mut Request,
        state: &S,
        passed: &mut Option<PassedGuard>,
    ) -> Response
    where
        H: RunsWithState<S, M>,
    {
        remove_guard_extensions(request.extensions_mut());
        match self.authorize(request).await {
            Ok(guard) => {
                let guard = passed.insert(guard);
                limit_body(request, &H::DECLARATION.limits, has_custom_argument::<H>());
                let mut response = H::Endpoint::call(request, state, guard).await;
                if let Some(rejected) = take_rejected_input(&mut response) {
                    rejected.emit(H::DECLARATION, guard.token());
                }
                response
            }
            Err(cause) => refusal_response(cause, self.guard.server().realm()),
        }
    }

    /// Decides whether to serve the request, and records the decision.
    ///
    /// The proof goes into the request's extensions only for an extractor outside this crate, which
    /// has no other way to the caller.
    async fn authorize(&self, request: &mut Request) -> Result<PassedGuard, RefusalCause> {
        let decision = Decision::begin(H::DECLARATION);
        match self.decide(request.headers()).await {
            Ok(Allowed::Public) => {
                decision.emit(Reason::Public, None);
                Ok(PassedGuard::public())
            }
            Ok(Allowed::Authorized(authorized)) => {
                decision.emit(Reason::Authorized, Some(authorized.token()));
                if has_custom_argument::<H>() {
                    share(&authorized, request);
                }
                Ok(PassedGuard::authorized(authorized))
            }
            Err(refusal) => {
                decision.emit(refusal.cause.reason(), refusal.token.as_deref());
                Err(refusal.cause)
            }
        }
    }

    /// Runs the guard, then decodes the typed claims of each argument that has them.
    async fn decide(&self, headers: &HeaderMap) -> Result<Allowed, Refusal> {
        let mut allowed = self.guard.authorize(H::DECLARATION, headers).await?;
        if let Allowed::Authorized(authorized) = &mut allowed {
            for decode in H::ARGUMENTS.iter().filter_map(|facts| facts.decode_claims) {
                decode(authorized)
                    .map_err(|error| Refusal::with_token(error, authorized.token()))?;
            }
        }
        Ok(allowed)
    }
}

/// Removes everything that a guard adds to the extensions of a request.
///
/// Another guard may have seen the request before, if its handler forwarded the request to this one.
pub(crate) fn remove_guard_extensions(extensions: &mut Extensions) {
    remove_callers(extensions);
    extensions.remove::<RequestLimits>();
}

/// Whether an extractor outside this crate reads the request.
fn has_custom_argument<H: Declares>() -> bool {
    H::ARGUMENTS.iter().any(|facts| facts.custom)
}

/// Limits the size of the body and the time for reading it; nothing has read it before.
///
/// axum's extractors have a default limit, which a layer or another guard may have changed; the
/// handler's own replaces it.
fn limit_body(request: &mut Request, limits: &Limits, has_custom_argument: bool) {
    if !request.body().is_end_stream() {
        let body = std::mem::take(request.body_mut());
        let timed = TimedBody::new(body, limits.body_timeout);
        *request.body_mut() = Body::new(Limited::new(timed, limits.body_limit));
    }
    if has_custom_argument {
        DefaultBodyLimit::max(limits.body_limit).apply(request);
    }
    if *limits != Limits::DEFAULT {
        request.extensions_mut().insert(RequestLimits(*limits));
    }
}

/// Removes the audit record that the rejection of an input left in the response.
fn take_rejected_input(response: &mut Response) -> Option<RejectedInput> {
    let rejected = response.extensions_mut().remove();
    rejected.filter(|_| response.status().is_client_error())
}

impl<H> Clone for Guarded<H> {
    fn clone(&self) -> Self {
        Self {
            guard: self.guard.clone(),
            handler: PhantomData,
        }
    }
}

impl<H, S, M> Handler<(S, M), Shared<S>> for Guarded<H>
where
    H: Declares + RunsWithState<S, M> + 'static,
    S: Send + Sync + 'static,
    M: 'static,
{
    type Future = Pin<Box<dyn Future<Output = Response> + Send>>;

    fn call(self, request: Request, state: Shared<S>) -> Self::Future {
        Box::pin(self.respond(request, state))
    }
}
