//! A request's way through one route, in order:
//! guard → typed claims → body limit → arguments → handler → headers.

use std::marker::PhantomData;
use std::pin::Pin;

use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Request};
use axum::handler::Handler;
use axum::http::request::Parts;
use axum::response::Response;
use http_body_util::Limited;

use crate::audit::{Decision, Reason};
use crate::guard::{Admission, Guard, Refusal, Refused};
use crate::input::{BodyLimit, DEFAULT_BODY_LIMIT};
use crate::response::{harden, harden_secured, refuse};
use crate::routing::declared::Declared;
use crate::routing::endpoint::Endpoint;

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

    async fn answer<S, M>(self, request: Request, state: S) -> Response
    where
        H::Run: Endpoint<S, M>,
    {
        let mut response = match self.admit(request).await {
            Ok(request) => H::Run::call(request, state).await,
            Err(refusal) => refuse(refusal, self.guard.server().realm()),
        };
        if H::DECLARATION.is_public() {
            harden(response.headers_mut());
        } else {
            harden_secured(response.headers_mut());
        }
        response
    }

    /// Decides, and tells operators what was decided.
    async fn admit(&self, request: Request) -> Result<Request, Refusal> {
        let decision = Decision::begin(H::DECLARATION);
        let (mut parts, body) = request.into_parts();
        match self.authorize(&mut parts).await {
            Ok(Admission::Public) => decision.tell(Reason::Public, None),
            Ok(Admission::Authorized(authorized)) => {
                decision.tell(Reason::Authorized, Some(authorized.token()));
                parts.extensions.insert(authorized);
            }
            Err(refused) => {
                decision.tell(refused.refusal.reason(), refused.token.as_deref());
                return Err(refused.refusal);
            }
        }
        Ok(limit_body::<H>(Request::from_parts(parts, body)))
    }

    async fn authorize(&self, parts: &mut Parts) -> Result<Admission, Refused> {
        let admission = self.guard.admit(H::DECLARATION, parts).await?;
        if let Admission::Authorized(authorized) = &admission {
            for admit in H::ARGUMENTS.iter().filter_map(|argument| argument.admit) {
                admit(authorized, &mut parts.extensions)
                    .map_err(|error| Refused::known(authorized.token(), error))?;
            }
        }
        Ok(admission)
    }
}

/// Nothing behind this point can read more of the body than the declaration allows.
fn limit_body<H: Declared>(request: Request) -> Request {
    let limit = H::DECLARATION.body_limit.unwrap_or(DEFAULT_BODY_LIMIT);
    let mut request = request.map(|body| {
        if http_body::Body::is_end_stream(&body) {
            body
        } else {
            Body::new(Limited::new(body, limit))
        }
    });
    if H::DECLARATION.body_limit.is_some() {
        DefaultBodyLimit::max(limit).apply(&mut request);
        request.extensions_mut().insert(BodyLimit(limit));
    }
    request
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
