//! A request's way through one route, in order:
//! guard → typed claims → body limit → arguments → handler → refused input told → headers.

use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Request};
use axum::handler::Handler;
use axum::response::Response;
use http_body::Body as _;
use http_body_util::Limited;

use crate::audit::{Decision, Reason, RefusedInput};
use crate::guard::{Admission, Guard, Refusal, Refused};
use crate::input::Timed;
use crate::policy::Limits;
use crate::response::{harden, harden_secured, refuse};
use crate::routing::argument::ArgumentFacts;
use crate::routing::declared::Declared;
use crate::routing::endpoint::Endpoint;
use crate::token::VerifiedToken;

/// One declared handler with the guard in front of it.
pub(crate) struct Guarded<H> {
    guard: Guard,
    handler: PhantomData<fn() -> H>,
}

impl<H: Declared> Guarded<H> {
    pub(crate) fn new(guard: Guard) -> Self {
        Self {
            guard,
            handler: PhantomData,
        }
    }

    async fn answer<S, M>(self, mut request: Request, state: S) -> Response
    where
        H::Run: Endpoint<S, M>,
    {
        let mut response = match self.admit(&mut request).await {
            Ok(token) => {
                let response = H::Run::call(request, state).await;
                tell_refused_input::<H>(response, token.as_deref())
            }
            Err(refusal) => refuse(refusal, self.guard.server().realm()),
        };
        if H::DECLARATION.is_public() {
            harden(response.headers_mut());
        } else {
            harden_secured(response.headers_mut());
        }
        response
    }

    /// Decides, tells operators what was decided, and readies the request for the handler.
    async fn admit(&self, request: &mut Request) -> Result<Option<Arc<VerifiedToken>>, Refusal> {
        let decision = Decision::begin(H::DECLARATION);
        let token = match self.authorize(request).await {
            Ok(Admission::Public) => {
                decision.tell(Reason::Public, None);
                None
            }
            Ok(Admission::Authorized(authorized)) => {
                decision.tell(Reason::Authorized, Some(authorized.token()));
                let mut arguments = H::ARGUMENTS.iter();
                if arguments.any(ArgumentFacts::may_ask_for_the_caller) {
                    request.extensions_mut().insert(authorized.clone());
                }
                Some(authorized.into_token())
            }
            Err(refused) => {
                decision.tell(refused.refusal.reason(), refused.token.as_deref());
                return Err(refused.refusal);
            }
        };
        limit_body::<H>(request);
        Ok(token)
    }

    async fn authorize(&self, request: &mut Request) -> Result<Admission, Refused> {
        let admission = self.guard.admit(H::DECLARATION, request.headers()).await?;
        if let Admission::Authorized(authorized) = &admission {
            for admit in H::ARGUMENTS.iter().filter_map(|argument| argument.admit) {
                admit(authorized, request.extensions_mut())
                    .map_err(|error| Refused::known(authorized.token(), error))?;
            }
        }
        Ok(admission)
    }
}

/// Tells operators of an input that was refused, once for a request.
fn tell_refused_input<H: Declared>(
    mut response: Response,
    token: Option<&VerifiedToken>,
) -> Response {
    if response.status().is_client_error()
        && let Some(refused) = response.extensions_mut().remove::<RefusedInput>()
    {
        refused.tell(H::DECLARATION, token);
    }
    response
}

/// Nothing behind this point can read more of the body, or longer, than the declaration allows.
fn limit_body<H: Declared>(request: &mut Request) {
    let limits = H::DECLARATION.limits;
    if !request.body().is_end_stream() {
        let body = std::mem::take(request.body_mut());
        let timed = Timed::new(body, limits.body_timeout);
        *request.body_mut() = Body::new(Limited::new(timed, limits.body_limit));
    }
    if limits.body_limit != Limits::DEFAULT.body_limit {
        DefaultBodyLimit::max(limits.body_limit).apply(request);
    }
    if limits != Limits::DEFAULT {
        request.extensions_mut().insert(limits);
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
    H: Declared + 'static,
    H::Run: Endpoint<S, M>,
    S: Send + 'static,
    M: 'static,
{
    type Future = Pin<Box<dyn Future<Output = Response> + Send>>;

    fn call(self, request: Request, state: S) -> Self::Future {
        Box::pin(self.answer(request, state))
    }
}
