//! `MethodRouter`: the declared handlers of one path, by method.

use std::convert::Infallible;

use axum::extract::Request;
use axum::http::Method;
use axum::response::IntoResponse;
use axum::routing::{MethodFilter, Route as AxumRoute};
use tower_layer::Layer;
use tower_service::Service;

use crate::guard::Guard;
use crate::routing::declared::{Declares, DeclaresAccess};
use crate::routing::endpoint::Endpoint;
use crate::routing::guarded::Guarded;
use crate::routing::inventory::{Inventory, Route};

type AxumMethodRouter<S> = axum::routing::MethodRouter<S>;
type Mount<S> = Box<dyn FnOnce(&Guard, AxumMethodRouter<S>) -> AxumMethodRouter<S> + Send>;

/// The declared handlers of one path, by method.
///
/// Like axum's [`MethodRouter`](axum::routing::MethodRouter), but for declared handlers only.
#[must_use = "a method router does nothing until it is passed to `SecureRouter::route`"]
pub struct MethodRouter<S = ()> {
    mounts: Vec<Mount<S>>,
    declared: Vec<Route>,
    /// The same methods with handlers that do nothing, so that axum reports a method that is
    /// mounted twice at the line that mounts it.
    outline: AxumMethodRouter<()>,
    has_layers: bool,
}

/// The methods of one handler.
enum Methods {
    These(MethodFilter),
    Every,
}

impl<S> MethodRouter<S>
where
    S: Clone + Send + Sync + 'static,
{
    fn new() -> Self {
        Self {
            mounts: Vec::new(),
            declared: Vec::new(),
            outline: AxumMethodRouter::new(),
            has_layers: false,
        }
    }

    /// Adds a handler for every method in `filter`.
    ///
    /// # Panics
    ///
    /// If one of the methods already has a handler.
    #[track_caller]
    pub fn on<H: DeclaresAccess<N>, N, M>(mut self, filter: MethodFilter, handler: H) -> Self
    where
        <H::Handler as Declares>::Checked: Endpoint<H::Handler, S, M>,
        M: 'static,
    {
        self.outline = self.outline.on(filter, outline);
        self.mount::<H, N, M>(handler, Methods::These(filter))
    }

    #[track_caller]
    fn mount<H: DeclaresAccess<N>, N, M>(mut self, _: H, methods: Methods) -> Self
    where
        <H::Handler as Declares>::Checked: Endpoint<H::Handler, S, M>,
        M: 'static,
    {
        if matches!(methods, Methods::Every) {
            self.outline = self.outline.fallback(outline);
        }
        self.declared
            .push(Route::new::<H::Handler>("", methods.list()));
        self.mounts.push(Box::new(move |guard, router| {
            let handler = Guarded::<H::Handler>::new(guard.clone());
            match methods {
                Methods::These(filter) => router.on(filter, handler),
                Methods::Every => router.fallback(handler),
            }
        }));
        self
    }

    /// Applies a tower layer to the handlers added so far.
    ///
    /// The layer runs outside the guard: it sees every request, including refused ones, before the
    /// token is validated.
    pub fn layer<L>(mut self, layer: L) -> Self
    where
        L: Layer<AxumRoute> + Clone + Send + Sync + 'static,
        L::Service: Service<Request, Error = Infallible> + Clone + Send + Sync + 'static,
        <L::Service as Service<Request>>::Response: IntoResponse + 'static,
        <L::Service as Service<Request>>::Future: Send + 'static,
    {
        self.mounts
            .push(Box::new(move |_, router| router.layer(layer)));
        self.has_layers = true;
        self
    }

    /// Returns the routes of these handlers at `path`.
    pub(crate) fn inventory(&self, path: &str) -> Inventory {
        self.declared
            .iter()
            .map(|route| route.clone().at(path))
            .collect()
    }

    pub(crate) fn has_layers(&self) -> bool {
        self.has_layers
    }

    pub(crate) fn outline(&self) -> AxumMethodRouter<()> {
        self.outline.clone()
    }

    pub(crate) fn protect(self, guard: &Guard) -> AxumMethodRouter<S> {
        let empty = AxumMethodRouter::new();
        self.mounts
            .into_iter()
            .fold(empty, |router, mount| mount(guard, router))
    }
}

/// # Panics
///
/// Each function panics if its method already has a handler.
impl<S> MethodRouter<S>
where
    S: Clone + Send + Sync + 'static,
{
    /// Adds a handler for `GET` and `HEAD`.
    #[track_caller]
    pub fn get<H: DeclaresAccess<N>, N, M>(self, handler: H) -> Self
    where
        <H::Handler as Declares>::Checked: Endpoint<H::Handler, S, M>,
        M: 'static,
    {
        self.on(MethodFilter::GET, handler)
    }

    /// Adds a handler for `HEAD`.
    #[track_caller]
    pub fn head<H: DeclaresAccess<N>, N, M>(self, handler: H) -> Self
    where
        <H::Handler as Declares>::Checked: Endpoint<H::Handler, S, M>,
        M: 'static,
    {
        self.on(MethodFilter::HEAD, handler)
    }

    /// Adds a handler for `POST`.
    #[track_caller]
    pub fn post<H: DeclaresAccess<N>, N, M>(self, handler: H) -> Self
    where
        <H::Handler as Declares>::Checked: Endpoint<H::Handler, S, M>,
        M: 'static,
    {
        self.on(MethodFilter::POST, handler)
    }

    /// Adds a handler for `PUT`.
    #[track_caller]
    pub fn put<H: DeclaresAccess<N>, N, M>(self, handler: H) -> Self
    where
        <H::Handler as Declares>::Checked: Endpoint<H::Handler, S, M>,
        M: 'static,
    {
        self.on(MethodFilter::PUT, handler)
    }

    /// Adds a handler for `PATCH`.
    #[track_caller]
    pub fn patch<H: DeclaresAccess<N>, N, M>(self, handler: H) -> Self
    where
        <H::Handler as Declares>::Checked: Endpoint<H::Handler, S, M>,
        M: 'static,
    {
        self.on(MethodFilter::PATCH, handler)
    }

    /// Adds a handler for `DELETE`.
    #[track_caller]
    pub fn delete<H: DeclaresAccess<N>, N, M>(self, handler: H) -> Self
    where
        <H::Handler as Declares>::Checked: Endpoint<H::Handler, S, M>,
        M: 'static,
    {
        self.on(MethodFilter::DELETE, handler)
    }

    /// Adds a handler for `OPTIONS`.
    #[track_caller]
    pub fn options<H: DeclaresAccess<N>, N, M>(self, handler: H) -> Self
    where
        <H::Handler as Declares>::Checked: Endpoint<H::Handler, S, M>,
        M: 'static,
    {
        self.on(MethodFilter::OPTIONS, handler)
    }

    /// Adds a handler for `TRACE`.
    #[track_caller]
    pub fn trace<H: DeclaresAccess<N>, N, M>(self, handler: H) -> Self
    where
        <H::Handler as Declares>::Checked: Endpoint<H::Handler, S, M>,
        M: 'static,
    {
        self.on(MethodFilter::TRACE, handler)
    }

    /// Adds a handler for `CONNECT`.
    #[track_caller]
    pub fn connect<H: DeclaresAccess<N>, N, M>(self, handler: H) -> Self
    where
        <H::Handler as Declares>::Checked: Endpoint<H::Handler, S, M>,
        M: 'static,
    {
        self.on(MethodFilter::CONNECT, handler)
    }
}

impl Methods {
    fn list(&self) -> Vec<Method> {
        let Self::These(filter) = self else {
            return Vec::new();
        };
        ALL.into_iter()
            .filter(|(single, _)| filter.or(*single) == *filter)
            .map(|(_, method)| method)
            .collect()
    }
}

const ALL: [(MethodFilter, Method); 9] = [
    (MethodFilter::GET, Method::GET),
    (MethodFilter::HEAD, Method::HEAD),
    (MethodFilter::POST, Method::POST),
    (MethodFilter::PUT, Method::PUT),
    (MethodFilter::PATCH, Method::PATCH),
    (MethodFilter::DELETE, Method::DELETE),
    (MethodFilter::OPTIONS, Method::OPTIONS),
    (MethodFilter::TRACE, Method::TRACE),
    (MethodFilter::CONNECT, Method::CONNECT),
];

/// A handler for outlines, in which only the paths and methods matter.
pub(crate) async fn outline() {}

/// Routes requests with one of the methods in `filter` to a declared handler.
#[track_caller]
pub fn on<S, M, N, H: DeclaresAccess<N>>(filter: MethodFilter, handler: H) -> MethodRouter<S>
where
    S: Clone + Send + Sync + 'static,
    M: 'static,
    <H::Handler as Declares>::Checked: Endpoint<H::Handler, S, M>,
{
    MethodRouter::new().on(filter, handler)
}

/// Routes requests with any method to a declared handler.
///
/// Handlers for single methods can be chained, and take precedence.
pub fn any<S, M, N, H: DeclaresAccess<N>>(handler: H) -> MethodRouter<S>
where
    S: Clone + Send + Sync + 'static,
    M: 'static,
    <H::Handler as Declares>::Checked: Endpoint<H::Handler, S, M>,
{
    MethodRouter::new().mount(handler, Methods::Every)
}
