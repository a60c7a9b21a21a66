//! `SecureMethodRouter`: the declared handlers of one path, by method.

use std::convert::Infallible;
use std::mem;

use axum::extract::Request;
use axum::response::IntoResponse;
use axum::routing::{MethodFilter, MethodRouter, Route as AxumRoute};
use tower_layer::{Identity, Layer};
use tower_service::Service;

use crate::routing::declared::{DeclaresAccess, HandlerFacts, require_get};
use crate::routing::header_router::HeaderRouter;
use crate::routing::inner_layers::InnerLayers;
use crate::routing::inventory::{Inventory, Route};
use crate::routing::known_methods::{any_beside, in_filter};
use crate::routing::mount::{Mount, MountHandler};
use crate::routing::runs_with_state::RunsWithState;
use crate::routing::unmatched;

/// The declared handlers of one path, by method.
///
/// Like axum's [`MethodRouter`](axum::routing::MethodRouter), but for declared handlers only. axum's own
/// `Router::route` does not accept it, because no guard would run before the handlers (E0308): use
/// [`SecureRouter::route`](crate::SecureRouter::route).
#[must_use = "a method router does nothing until it is passed to `SecureRouter::route`"]
pub struct SecureMethodRouter<S = ()> {
    steps: Vec<Step<S>>,
    declared: Vec<(Methods, Route)>,
    /// The methods that have their own handler.
    named: Option<MethodFilter>,
    /// The same methods with handlers that do nothing, so that axum reports a method that is
    /// mounted twice at the line that mounts it.
    outline: MethodRouter,
    has_layers: bool,
}

/// The methods of one handler.
#[derive(Clone, Copy)]
enum Methods {
    These(MethodFilter),
    /// The methods of `any` that no other handler of the path has.
    Any,
}

/// One step of building the axum router.
enum Step<S> {
    Handler {
        methods: Methods,
        inner_layers: InnerLayers,
        target: MethodTarget<S>,
    },
    Layer(Box<dyn FnOnce(MethodRouter) -> MethodRouter + Send>),
}

/// The service of some methods.
enum MethodTarget<S> {
    Handler(MountHandler<S>),
    Headers(HeaderRouter<S>),
}

impl<S> SecureMethodRouter<S>
where
    S: Send + Sync + 'static,
{
    fn new() -> Self {
        Self {
            steps: Vec::new(),
            declared: Vec::new(),
            named: None,
            outline: MethodRouter::new(),
            has_layers: false,
        }
    }

    /// Adds a handler for every method in `filter`.
    ///
    /// # Panics
    ///
    /// If one of the methods already has a handler, or if the handler accepts tickets and one of the methods is
    /// not `GET`.
    #[track_caller]
    pub fn on<H: DeclaresAccess<N, Handler: RunsWithState<S, M>>, N, M>(
        mut self,
        filter: MethodFilter,
        handler: H,
    ) -> Self
    where
        M: 'static,
    {
        require_get::<H::Handler>(Some(filter));
        self.reserve(filter);
        self.add::<H, N, M>(handler, Methods::These(filter))
    }

    /// Adds handlers for every method in `filter`, which header fields of the request choose.
    ///
    /// # Panics
    ///
    /// If one of the methods already has a handler, or if the router has none.
    #[track_caller]
    pub fn on_headers(mut self, filter: MethodFilter, router: HeaderRouter<S>) -> Self {
        assert!(
            !router.declared().is_empty(),
            "a header router needs at least one handler"
        );
        self.reserve(filter);
        let declared = router.declared().to_vec();
        self.push(
            Methods::These(filter),
            declared,
            MethodTarget::Headers(router),
        )
    }

    #[track_caller]
    fn add<H: DeclaresAccess<N, Handler: RunsWithState<S, M>>, N, M>(
        self,
        _: H,
        methods: Methods,
    ) -> Self
    where
        M: 'static,
    {
        let handler = HandlerFacts::of::<H::Handler>();
        self.push_handler(methods, handler, Mount::handler::<H::Handler, M>)
    }

    /// Reserves methods for their own handler.
    #[track_caller]
    fn reserve(&mut self, filter: MethodFilter) {
        self.outline = mem::take(&mut self.outline).on(filter, outline);
        self.named = Some(self.named.map_or(filter, |named| named.or(filter)));
    }

    fn push_handler(self, methods: Methods, handler: HandlerFacts, mount: MountHandler<S>) -> Self {
        let declared = vec![Route::new(handler)];
        self.push(methods, declared, MethodTarget::Handler(mount))
    }

    fn push(mut self, methods: Methods, declared: Vec<Route>, target: MethodTarget<S>) -> Self {
        let declared = declared.into_iter().map(|route| (methods, route));
        self.declared.extend(declared);
        self.steps.push(Step::Handler {
            methods,
            inner_layers: InnerLayers::default(),
            target,
        });
        self
    }

    /// Applies a tower layer to the handlers added so far, and to unknown methods.
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
        self.steps
            .push(Step::Layer(Box::new(|router| router.layer(layer))));
        self.has_layers = true;
        self
    }

    /// Applies a tower layer to the handlers added so far, but not to unknown methods.
    ///
    /// Like [`layer`](Self::layer), it runs outside the guard.
    ///
    /// # Panics
    ///
    /// As axum's `MethodRouter::route_layer`: if no handlers have been added.
    #[track_caller]
    pub fn route_layer<L>(mut self, layer: L) -> Self
    where
        L: Layer<AxumRoute> + Clone + Send + Sync + 'static,
        L::Service: Service<Request, Error = Infallible> + Clone + Send + Sync + 'static,
        <L::Service as Service<Request>>::Response: IntoResponse + 'static,
        <L::Service as Service<Request>>::Future: Send + 'static,
    {
        self.outline = self.outline().route_layer(Identity::new());
        self.steps
            .push(Step::Layer(Box::new(|router| router.route_layer(layer))));
        self.has_layers = true;
        self
    }

    /// Applies a tower layer behind the guard, in front of the handlers added so far.
    ///
    /// See [`SecureRouter::inner_layer`](crate::SecureRouter::inner_layer), whose layers run before those of the method router.
    pub fn inner_layer<L>(mut self, layer: L) -> Self
    where
        L: Layer<AxumRoute> + Clone + Send + Sync + 'static,
        L::Service: Service<Request, Error = Infallible> + Clone + Send + Sync + 'static,
        <L::Service as Service<Request>>::Response: IntoResponse + 'static,
        <L::Service as Service<Request>>::Future: Send + 'static,
    {
        for step in &mut self.steps {
            if let Step::Handler { inner_layers, .. } = step {
                inner_layers.push(layer.clone());
            }
        }
        self
    }

    /// Returns the routes of these handlers at `path`.
    ///
    /// `any` without a method that is left to it has none.
    pub(crate) fn inventory(&self, path: &str) -> Inventory {
        self.declared
            .iter()
            .filter_map(|(methods, route)| {
                let methods = in_filter(methods.beside(self.named)?).collect();
                Some(route.clone().at(path, methods))
            })
            .collect()
    }

    pub(crate) fn has_layers(&self) -> bool {
        self.has_layers
    }

    pub(crate) fn outline(&self) -> MethodRouter {
        let any = self
            .declared
            .iter()
            .find(|(methods, _)| matches!(methods, Methods::Any));
        match any.and_then(|(methods, _)| methods.beside(self.named)) {
            Some(filter) => self.outline.clone().on(filter, outline),
            None => self.outline.clone(),
        }
    }

    pub(super) fn mount(self, mount: &Mount<S>) -> MethodRouter {
        let named = self.named;
        let empty = unmatched::method_router();
        self.steps
            .into_iter()
            .fold(empty, |router, step| step.apply(named, mount, router))
    }
}

impl<S: Send + Sync + 'static> Step<S> {
    /// `named` are the methods that have their own handler.
    fn apply(
        self,
        named: Option<MethodFilter>,
        mount: &Mount<S>,
        router: MethodRouter,
    ) -> MethodRouter {
        match self {
            Self::Layer(layer) => layer(router),
            Self::Handler {
                methods,
                inner_layers,
                target,
            } => match methods.beside(named) {
                Some(filter) => {
                    let mount = mount.with_inner_layers(&inner_layers);
                    match target {
                        MethodTarget::Handler(handler) => {
                            router.on_service(filter, handler(&mount))
                        }
                        MethodTarget::Headers(headers) => {
                            router.on_service(filter, headers.mount(&mount))
                        }
                    }
                }
                None => router,
            },
        }
    }
}

/// # Panics
///
/// Each function panics if its method already has a handler, and each but [`get`](Self::get) if the handler accepts
/// tickets.
impl<S> SecureMethodRouter<S>
where
    S: Send + Sync + 'static,
{
    /// Adds a handler for `GET` and `HEAD`.
    #[track_caller]
    pub fn get<H: DeclaresAccess<N, Handler: RunsWithState<S, M>>, N, M>(self, handler: H) -> Self
    where
        M: 'static,
    {
        self.on(MethodFilter::GET, handler)
    }

    /// Adds a handler for `HEAD`.
    #[track_caller]
    pub fn head<H: DeclaresAccess<N, Handler: RunsWithState<S, M>>, N, M>(self, handler: H) -> Self
    where
        M: 'static,
    {
        self.on(MethodFilter::HEAD, handler)
    }

    /// Adds a handler for `POST`.
    #[track_caller]
    pub fn post<H: DeclaresAccess<N, Handler: RunsWithState<S, M>>, N, M>(self, handler: H) -> Self
    where
        M: 'static,
    {
        self.on(MethodFilter::POST, handler)
    }

    /// Adds a handler for `PUT`.
    #[track_caller]
    pub fn put<H: DeclaresAccess<N, Handler: RunsWithState<S, M>>, N, M>(self, handler: H) -> Self
    where
        M: 'static,
    {
        self.on(MethodFilter::PUT, handler)
    }

    /// Adds a handler for `PATCH`.
    #[track_caller]
    pub fn patch<H: DeclaresAccess<N, Handler: RunsWithState<S, M>>, N, M>(self, handler: H) -> Self
    where
        M: 'static,
    {
        self.on(MethodFilter::PATCH, handler)
    }

    /// Adds a handler for `DELETE`.
    #[track_caller]
    pub fn delete<H: DeclaresAccess<N, Handler: RunsWithState<S, M>>, N, M>(
        self,
        handler: H,
    ) -> Self
    where
        M: 'static,
    {
        self.on(MethodFilter::DELETE, handler)
    }

    /// Adds a handler for `OPTIONS`.
    #[track_caller]
    pub fn options<H: DeclaresAccess<N, Handler: RunsWithState<S, M>>, N, M>(
        self,
        handler: H,
    ) -> Self
    where
        M: 'static,
    {
        self.on(MethodFilter::OPTIONS, handler)
    }

    /// Adds a handler for `TRACE`.
    #[track_caller]
    pub fn trace<H: DeclaresAccess<N, Handler: RunsWithState<S, M>>, N, M>(self, handler: H) -> Self
    where
        M: 'static,
    {
        self.on(MethodFilter::TRACE, handler)
    }

    /// Adds a handler for `CONNECT`.
    #[track_caller]
    pub fn connect<H: DeclaresAccess<N, Handler: RunsWithState<S, M>>, N, M>(
        self,
        handler: H,
    ) -> Self
    where
        M: 'static,
    {
        self.on(MethodFilter::CONNECT, handler)
    }
}

impl Methods {
    /// Returns the methods, beside handlers of the `named` ones.
    fn beside(self, named: Option<MethodFilter>) -> Option<MethodFilter> {
        match self {
            Self::These(filter) => Some(filter),
            Self::Any => any_beside(named),
        }
    }
}

/// A handler for outlines, in which only the paths and methods matter.
pub(crate) async fn outline() {}

/// Routes requests with one of the methods in `filter` to a declared handler.
#[track_caller]
pub fn on<S, M, N, H: DeclaresAccess<N, Handler: RunsWithState<S, M>>>(
    filter: MethodFilter,
    handler: H,
) -> SecureMethodRouter<S>
where
    S: Send + Sync + 'static,
    M: 'static,
{
    SecureMethodRouter::new().on(filter, handler)
}

/// Routes requests with one of the methods in `filter` to the handlers of a [`HeaderRouter`].
///
/// # Panics
///
/// If the router has no handler.
#[track_caller]
pub fn on_headers<S>(filter: MethodFilter, router: HeaderRouter<S>) -> SecureMethodRouter<S>
where
    S: Send + Sync + 'static,
{
    SecureMethodRouter::new().on_headers(filter, router)
}

/// Routes requests with any registered method to a declared handler.
///
/// The methods are GET, HEAD, POST, PUT, PATCH, DELETE and OPTIONS ([RFC 9110 §9.3] and RFC 5789). A
/// request with another method gets 405, because a method may be any text. Handlers for single methods
/// can be chained, and take precedence; [`trace`](super::trace) and [`connect`](super::connect) add
/// the methods that `any` leaves out.
///
/// Chain them, as in `any(list).post(create)`: in another `route` of the same path, axum reports that the
/// method has a handler already.
///
/// RFC 9110 §9.1 recommends 501 for a method that the server does not know. Palisade answers 405 here
/// as for every route: a client could otherwise raise the rate of server errors at will.
///
/// # Panics
///
/// If the handler accepts tickets, which are for `GET` only.
///
/// [RFC 9110 §9.3]: https://www.rfc-editor.org/rfc/rfc9110#section-9.3
#[track_caller]
pub fn any<S, M, N, H: DeclaresAccess<N, Handler: RunsWithState<S, M>>>(
    handler: H,
) -> SecureMethodRouter<S>
where
    S: Send + Sync + 'static,
    M: 'static,
{
    require_get::<H::Handler>(None);
    SecureMethodRouter::new().add(handler, Methods::Any)
}
