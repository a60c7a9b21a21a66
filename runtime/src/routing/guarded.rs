//! The path of one request through a route: guard → typed claims → body limits → arguments →
//! handler → audit of rejected input → security headers.

use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Request};
use axum::handler::Handler;
use axum::response::Response;
use http_body::Body as _;
use http_body_util::Limited;

use crate::audit::{Decision, Reason, RejectedInput};
use crate::guard::{Allowed, Guard, Refusal, RefusalCause};
use crate::input::TimedBody;
use crate::policy::Limits;
use crate::response::{forbid_shared_caching, refusal_response, set_security_headers};
use crate::routing::argument::facts::ArgumentFacts;
use crate::routing::declared::Declares;
use crate::routing::endpoint::{Endpoint, PassedGuard};
use crate::token::VerifiedToken;

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

    /// Serves one request.
    async fn respond<S, M>(self, mut request: Request, state: S) -> Response
    where
        H::Checked: Endpoint<H, S, M>,
    {
        let mut response = match self.authorize(&mut request).await {
            Ok(token) => {
                limit_body(&mut request, &H::DECLARATION.limits);
                let mut response = H::Checked::call(&mut request, state, PassedGuard::new()).await;
                if let Some(rejected) = take_rejected_input(&mut response) {
                    rejected.emit(H::DECLARATION, token.as_deref());
                }
                response
            }
            Err(cause) => refusal_response(cause, self.guard.server().realm()),
        };
        set_security_headers(response.headers_mut());
        if !H::DECLARATION.is_public() {
            forbid_shared_caching(response.headers_mut());
        }
        response
    }

    /// Decides whether to serve the request, and records the decision.
    ///
    /// Returns the token, unless the handler is public. The proof goes into the request's
    /// extensions only if an argument can read it.
    async fn authorize(
        &self,
        request: &mut Request,
    ) -> Result<Option<Arc<VerifiedToken>>, RefusalCause> {
        let decision = Decision::begin(H::DECLARATION);
        match self.decide(request).await {
            Ok(Allowed::Public) => {
                decision.emit(Reason::Public, None);
                Ok(None)
            }
            Ok(Allowed::Authorized(authorized)) => {
                decision.emit(Reason::Authorized, Some(authorized.token()));
                if H::ARGUMENTS.iter().any(ArgumentFacts::can_read_caller) {
                    request.extensions_mut().insert(authorized.clone());
                }
                Ok(Some(authorized.into_token()))
            }
            Err(refusal) => {
                decision.emit(refusal.cause.reason(), refusal.token.as_deref());
                Err(refusal.cause)
            }
        }
    }

    /// Runs the guard, then decodes the typed claims of each argument that has them.
    async fn decide(&self, request: &mut Request) -> Result<Allowed, Refusal> {
        let headers = request.headers();
        let allowed = self.guard.authorize(H::DECLARATION, headers).await?;
        if let Allowed::Authorized(authorized) = &allowed {
            for decode in H::ARGUMENTS.iter().filter_map(|facts| facts.decode_claims) {
                decode(authorized, request.extensions_mut())
                    .map_err(|error| Refusal::with_token(error, authorized.token()))?;
            }
        }
        Ok(allowed)
    }
}

/// Limits the size of the body and the time for reading it; nothing has read it before.
fn limit_body(request: &mut Request, limits: &Limits) {
    if !request.body().is_end_stream() {
        let body = std::mem::take(request.body_mut());
        let timed = TimedBody::new(body, limits.body_timeout);
        *request.body_mut() = Body::new(Limited::new(timed, limits.body_limit));
    }
    if limits.body_limit != Limits::DEFAULT.body_limit {
        DefaultBodyLimit::max(limits.body_limit).apply(request);
    }
    if *limits != Limits::DEFAULT {
        request.extensions_mut().insert(*limits);
    }
}

/// Removes the audit record that the rejection of an input left in the response.
fn take_rejected_input(response: &mut Response) -> Option<RejectedInput> {
    if response.status().is_client_error() {
        response.extensions_mut().remove()
    } else {
        None
    }
}

impl<H> Clone for Guarded<H> {
    fn clone(&self) -> Self {
        Self {
            guard: self.guard.clone(),
            handler: PhantomData,
        }
    }
}

impl<H, S, M> Handler<(S, M), S> for Guarded<H>
where
    H: Declares + 'static,
    H::Checked: Endpoint<H, S, M>,
    S: Send + 'static,
    M: 'static,
{
    type Future = Pin<Box<dyn Future<Output = Response> + Send>>;

    fn call(self, request: Request, state: S) -> Self::Future {
        Box::pin(self.respond(request, state))
    }
}
