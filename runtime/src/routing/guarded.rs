//! The path of one request through a route: removal of foreign extensions → guard → typed claims → time limit →
//! inner layers → body limits → arguments → handler → audit of rejected input → security headers.

use std::marker::PhantomData;
use std::mem;
use std::pin::{Pin, pin};
use std::sync::Arc;

use axum::extract::{DefaultBodyLimit, Request};
use axum::handler::Handler;
use axum::http::HeaderMap;
use axum::response::Response;
use http_body::Body as _;

use crate::audit::{Decision, PanicOrigin, Reason, emit_panic, emit_timeout};
use crate::guard::{Allowed, Authorized, Guard, Refusal, RefusalCause, SharedProof};
use crate::input::BodyWait;
use crate::response::{
    forbid_shared_caching, handler_timeout, panicked, refusal_response, set_security_headers,
};
use crate::routing::declared::Declares;
use crate::routing::guard_extensions::{GuardExtensions, remove_guard_extensions};
use crate::routing::inner_layers::InnerStack;
use crate::routing::panics::{catch_async, drop_value, guard_body};
use crate::routing::passed_guard::PassedGuard;
use crate::routing::run_handler::{Shared, has_custom_argument, limit_body, run_handler};
use crate::routing::runs_with_state::RunsWithState;
use crate::routing::time_limit::{TimedOut, within};
use crate::routing::unread_body::Upload;

/// A declared handler behind its guard.
pub(crate) struct Guarded<H> {
    guard: Guard,
    /// The inner layers with the handler, if there are layers.
    inner: Option<Arc<InnerStack>>,
    handler: PhantomData<fn() -> H>,
}

impl<H: Declares> Guarded<H> {
    pub(super) fn new(guard: Guard, inner: Option<Arc<InnerStack>>) -> Self {
        Self {
            guard,
            inner,
            handler: PhantomData,
        }
    }

    /// Serves one request; a panic of the API's code becomes a response with status 500.
    async fn respond<S, M>(self, mut request: Request, state: Shared<S>) -> Response
    where
        H: RunsWithState<S, M>,
    {
        let upload = Upload::watch(&mut request);
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
        if let Some(upload) = upload {
            upload.settle(&mut response);
        }
        set_security_headers(response.headers_mut());
        if !H::DECLARATION.is_public() {
            forbid_shared_caching(response.headers_mut());
        }
        response
    }

    /// Runs the guard, then the inner layers, then the handler.
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
        let body_wait = body_wait(request);
        match self.authorize(request.headers(), body_wait).await {
            Ok(guard) => {
                let guard = passed.insert(guard);
                guard.extensions().insert(request.extensions_mut());
                let handling = pin!(async {
                    match &self.inner {
                        None => run_handler::<H, S, M>(request, state, guard).await,
                        Some(inner) => {
                            self.prepare_for_layers(request, guard);
                            inner.run(mem::take(request), guard).await
                        }
                    }
                });
                let handled = within(guard.limits(), guard.body_wait(), handling).await;
                handled.unwrap_or_else(|TimedOut| {
                    emit_timeout(H::DECLARATION, guard.token());
                    handler_timeout()
                })
            }
            Err(cause) => refusal_response(cause, self.guard.server(), &H::DECLARATION.access),
        }
    }

    /// Lets inner layers decode claims that the handler does not, and limits what they read.
    fn prepare_for_layers(&self, request: &mut Request, guard: &PassedGuard) {
        if let Some(shared) = &guard.extensions().shared {
            let shared = shared.for_layers(self.guard.server());
            request.extensions_mut().insert(shared);
        }
        limit_body(request, guard);
        DefaultBodyLimit::max(guard.limits().body_limit).apply(request);
    }

    /// Decides whether to serve a request with these header fields, and records the decision.
    async fn authorize(
        &self,
        headers: &HeaderMap,
        body_wait: BodyWait,
    ) -> Result<PassedGuard, RefusalCause> {
        let decision = Decision::begin(H::DECLARATION);
        match self.decide(headers).await {
            Ok(Allowed::Public) => {
                decision.emit(Reason::Public, None);
                Ok(self.passed(None, headers, body_wait))
            }
            Ok(Allowed::Authorized(authorized)) => {
                decision.emit(Reason::Authorized, Some(authorized.token()));
                Ok(self.passed(Some(authorized), headers, body_wait))
            }
            Err(refusal) => {
                decision.emit(refusal.cause.reason(), refusal.token.as_deref());
                Err(refusal.cause)
            }
        }
    }

    /// Returns the permission to run the handler.
    ///
    /// The proof goes into the request's extensions only for inner layers and for an extractor outside
    /// this crate, which have no other way to the caller.
    fn passed(
        &self,
        authorized: Option<Authorized>,
        headers: &HeaderMap,
        body_wait: BodyWait,
    ) -> PassedGuard {
        let shares = has_custom_argument::<H>() || self.inner.is_some();
        let shared = if shares {
            SharedProof::new(authorized.as_ref(), headers)
        } else {
            None
        };
        let limits = &H::DECLARATION.limits;
        let extensions = GuardExtensions { shared, limits };
        PassedGuard::new(authorized, extensions, body_wait)
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

/// Measures the time for which the request's body is waited for, if there is one.
fn body_wait(request: &Request) -> BodyWait {
    if request.body().is_end_stream() {
        BodyWait::default()
    } else {
        BodyWait::new()
    }
}

impl<H> Clone for Guarded<H> {
    fn clone(&self) -> Self {
        Self {
            guard: self.guard.clone(),
            inner: self.inner.clone(),
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
