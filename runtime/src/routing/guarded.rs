//! A request's way through one route, in order:
//! guard → typed claims → body limit → arguments → handler → headers.

use axum::extract::{DefaultBodyLimit, Request};
use axum::handler::Handler;
use axum::response::Response;
use std::marker::PhantomData;
use std::pin::Pin;

use axum::body::Body;
use http_body_util::Limited;

use crate::guard::{Admission, Guard, Refusal};
use crate::policy::Declaration;
use crate::response::{harden, harden_secured, refuse};
use crate::routing::endpoint::{Admitted, Endpoint};

/// The largest body, in bytes, of a handler whose declaration sets none: 64 KiB.
pub(crate) const DEFAULT_BODY_LIMIT: usize = 64 * 1024;

/// One declared handler with the guard in front of it.
pub(crate) struct Guarded<R> {
    guard: Guard,
    declaration: &'static Declaration,
    run: PhantomData<fn() -> R>,
}

impl<R> Guarded<R> {
    pub(crate) fn new(guard: Guard, declaration: &'static Declaration) -> Self {
        Self {
            guard,
            declaration,
            run: PhantomData,
        }
    }

    async fn answer<S, M>(self, request: Request, state: S) -> Response
    where
        R: Endpoint<S, M>,
    {
        let mut response = match self.admit::<S, M>(request).await {
            Ok(request) => R::call(request, state).await,
            Err(refusal) => refuse(refusal, self.guard.server().realm()),
        };
        if self.declaration.is_public() {
            harden(response.headers_mut());
        } else {
            harden_secured(response.headers_mut());
        }
        response
    }

    async fn admit<S, M>(&self, request: Request) -> Result<Request, Refusal>
    where
        R: Endpoint<S, M>,
    {
        let (mut parts, body) = request.into_parts();
        if let Admission::Authorized(authorized) =
            self.guard.admit(self.declaration, &parts).await?
        {
            R::admit(&Admitted::new(&authorized), &mut parts.extensions)?;
            parts.extensions.insert(authorized);
        }
        Ok(self.limit_body(Request::from_parts(parts, body)))
    }

    /// Nothing behind this point can read more of the body than the declaration allows.
    fn limit_body(&self, request: Request) -> Request {
        let limit = self.declaration.body_limit.unwrap_or(DEFAULT_BODY_LIMIT);
        let mut request = request.map(|body| {
            if http_body::Body::is_end_stream(&body) {
                body
            } else {
                Body::new(Limited::new(body, limit))
            }
        });
        if self.declaration.body_limit.is_some() {
            DefaultBodyLimit::max(limit).apply(&mut request);
        }
        request
    }
}

impl<R> Clone for Guarded<R> {
    fn clone(&self) -> Self {
        Self::new(self.guard.clone(), self.declaration)
    }
}

impl<R, S, M> Handler<(S, M), S> for Guarded<R>
where
    R: Endpoint<S, M>,
    S: Send + 'static,
    M: 'static,
{
    type Future = Pin<Box<dyn Future<Output = Response> + Send>>;

    fn call(self, request: Request, state: S) -> Self::Future {
        Box::pin(self.answer(request, state))
    }
}
