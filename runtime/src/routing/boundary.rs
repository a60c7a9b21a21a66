//! The outermost layer of an `Api` that has layers or maps problems.

use std::convert::Infallible;
use std::fmt;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::extract::{MatchedPath, Request};
use axum::response::Response;
use axum::routing::Route as AxumRoute;
use tower_layer::Layer;
use tower_service::Service;

#[cfg(feature = "tracing")]
use crate::audit::emit_error_body_failed;
use crate::audit::{PanicOrigin, RequestId, emit_panic};
use crate::guard::hide_tickets;
use crate::response::{
    ErrorBody, Problem, identify_problem, keeps_format, map_problem, missing_problem, panicked,
    problem_of, replace_body, secure_layer_error,
};
use crate::routing::guard_extensions::remove_guard_extensions;
use crate::routing::panics::{Panicked, catch, catch_async, drop_value, guard_body};

/// The function of `Api::map_problems`.
pub(super) type MapProblem = Arc<dyn Fn(Problem) -> Problem + Send + Sync>;

/// The function of `Api::render_errors`; its error is dropped.
pub(super) type RenderError = Arc<dyn Fn(&Problem) -> Result<ErrorBody, ()> + Send + Sync>;

/// The functions that change the errors of an `Api`.
#[derive(Clone, Default)]
pub(crate) struct ErrorFormat {
    pub(super) map: Option<MapProblem>,
    pub(super) render: Option<RenderError>,
}

#[cfg(feature = "openapi")]
impl ErrorFormat {
    /// Returns whether errors have a format of the API.
    pub(super) fn renders(&self) -> bool {
        self.render.is_some()
    }
}

/// Creates the outermost service of a route.
#[derive(Clone)]
pub(super) struct BoundaryLayer {
    pub(super) format: ErrorFormat,
    /// The paths of the routes that accept tickets.
    pub(super) ticket_paths: Arc<[String]>,
}

/// Removes what another guard has added to a request, and the ticket, so that a layer outside
/// the guard of this `Api` sees no caller and no ticket. Responds to a panic of a layer, and maps problems.
#[derive(Clone)]
pub(super) struct Boundary {
    route: AxumRoute,
    format: ErrorFormat,
    ticket_paths: Arc<[String]>,
}

impl Layer<AxumRoute> for BoundaryLayer {
    type Service = Boundary;

    fn layer(&self, route: AxumRoute) -> Boundary {
        Boundary {
            route,
            format: self.format.clone(),
            ticket_paths: Arc::clone(&self.ticket_paths),
        }
    }
}

impl Service<Request> for Boundary {
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(())) // as axum's routes are
    }

    fn call(&mut self, mut request: Request) -> Self::Future {
        remove_guard_extensions(request.extensions_mut());
        if self.may_have_tickets(&request) {
            hide_tickets(&mut request);
        }
        let (mut route, format) = (self.route.clone(), self.format.clone());
        let id: Option<RequestId> = request.extensions().get().cloned();
        Box::pin(async move {
            let response = {
                let responding = pin!(async { route.call(request).await });
                catch_async(responding).await
            };
            let response = match response {
                Ok(Ok(mut response)) => {
                    guard_body(&mut response, PanicOrigin::Layer, None, id.as_ref());
                    response
                }
                Ok(Err(never)) => match never {},
                Err(Panicked) => {
                    emit_panic(PanicOrigin::Layer, None, None, id.as_ref());
                    panicked()
                }
            };
            Ok(format.apply(response, id.as_ref()))
        })
    }
}

impl fmt::Debug for ErrorFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ErrorFormat").finish_non_exhaustive()
    }
}

impl Boundary {
    /// Returns whether a request may be for a route that accepts tickets, or has missed one by a wrong path.
    ///
    /// The matched path begins with the prefixes of the routers around this `Api`, which its own paths lack. It
    /// may therefore end like another route's; the guard of a route that accepts no tickets restores the URL.
    fn may_have_tickets(&self, request: &Request) -> bool {
        if self.ticket_paths.is_empty() {
            return false;
        }
        let matched: Option<&MatchedPath> = request.extensions().get();
        matched.is_none_or(|matched| {
            let mut paths = self.ticket_paths.iter();
            // axum matches the path `/` below a prefix without its slash
            paths.any(|path| path == "/" || matched.as_str().ends_with(&**path))
        })
    }
}

impl ErrorFormat {
    /// Returns whether errors keep the default format.
    pub(super) fn is_default(&self) -> bool {
        self.map.is_none() && self.render.is_none()
    }

    /// Adds the id of the request to a problem, and changes an error.
    pub(crate) fn apply(&self, mut response: Response, id: Option<&RequestId>) -> Response {
        identify_problem(&mut response, id);
        if self.render.is_some() {
            response = with_problem(response, id);
        }
        let response = match &self.map {
            Some(map) => mapped(response, &**map, id),
            None => response,
        };
        match &self.render {
            Some(render) => rendered(response, &**render, id),
            None => response,
        }
    }
}

/// Maps the problem of a response; if the map panics, the response is a problem without a mapping.
fn mapped(
    response: Response,
    map: &dyn Fn(Problem) -> Problem,
    id: Option<&RequestId>,
) -> Response {
    catch(|| map_problem(response, map)).unwrap_or_else(|Panicked| {
        emit_panic(PanicOrigin::ProblemMap, None, None, id);
        let mut response = panicked();
        identify_problem(&mut response, id);
        response
    })
}

/// Replaces an error response that has no format by a problem.
fn with_problem(mut response: Response, id: Option<&RequestId>) -> Response {
    if let Some(problem) = missing_problem(&response) {
        let problem = problem.with_request_id(id);
        let body = ErrorBody::problem(&problem);
        replace(&mut response, problem, body, id);
    }
    response
}

/// Renders the problem of a response; if that fails, the problem stays.
fn rendered(
    mut response: Response,
    render: &dyn Fn(&Problem) -> Result<ErrorBody, ()>,
    id: Option<&RequestId>,
) -> Response {
    let problem = problem_of(&response).filter(|_| !keeps_format(&response));
    let Some(problem) = problem else {
        return response;
    };
    let problem = problem.with_request_id(id);
    match catch(|| render(&problem)) {
        Ok(Ok(body)) => replace(&mut response, problem, body, id),
        Ok(Err(())) => {
            // a panic of a subscriber does not affect the response
            #[cfg(feature = "tracing")]
            let _ = catch(|| emit_error_body_failed(id));
        }
        Err(Panicked) => emit_panic(PanicOrigin::ErrorBody, None, None, id),
    }
    response
}

/// Replaces the body; the destructor of the former one is code of a layer or a handler.
fn replace(response: &mut Response, problem: Problem, body: ErrorBody, id: Option<&RequestId>) {
    let former = replace_body(response, problem, body);
    secure_layer_error(response);
    if drop_value(former).is_err() {
        emit_panic(PanicOrigin::Layer, None, None, id);
    }
}
