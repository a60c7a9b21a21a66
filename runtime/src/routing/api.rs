//! `Api`: protected routes, which can be served.

use std::fmt;
use std::sync::Arc;

use crate::guard::Guard;
use crate::response::{ErrorBody, Problem};
use crate::routing::beside::require_disjoint;
use crate::routing::boundary::{BoundaryLayer, ErrorFormat};
#[cfg(feature = "openapi")]
use crate::routing::document_routes::DocumentRoutes;
#[cfg(all(feature = "explain", feature = "serve"))]
use crate::routing::explanation::Explainer;
use crate::routing::hosts::{HostLayer, Hosts};
use crate::routing::inventory::Inventory;
use crate::routing::request_ids::RequestIdLayer;
use crate::routing::resource_metadata::{MetadataRoute, require_free};
use crate::routing::unmatched;

/// Declared handlers behind their guard.
///
/// Only [`SecureRouter::protect`](crate::SecureRouter::protect) creates one. It can be served, called in
/// tests, or converted into an [`axum::Router`]; the guard always stays in front of the handlers.
#[derive(Clone)]
pub struct Api {
    routes: axum::Router,
    /// The layered response to unknown paths, unless there is a fallback.
    unmatched: Option<axum::Router>,
    /// The routes of [`beside`](Api::beside).
    pub(super) beside: Option<axum::Router>,
    /// The metadata of the server's resource, unless it is split off.
    metadata: Option<MetadataRoute>,
    /// The routes of documents about the API.
    #[cfg(feature = "openapi")]
    pub(super) documents: Option<DocumentRoutes>,
    #[cfg(feature = "openapi")]
    guard: Guard,
    hosts: Option<Hosts>,
    has_request_ids: bool,
    #[cfg(all(feature = "explain", feature = "serve"))]
    pub(super) explainer: Option<Explainer>,
    pub(super) inventory: Inventory,
    has_layers: bool,
    pub(super) format: ErrorFormat,
}

impl Api {
    /// # Panics
    ///
    /// Panics if a route has the path of the server's metadata.
    #[track_caller]
    pub(super) fn new(
        guard: Guard,
        routes: axum::Router,
        unmatched: Option<axum::Router>,
        mut inventory: Inventory,
        has_layers: bool,
    ) -> Self {
        let server = guard.server().clone();
        let resource = server.protected_resource();
        #[cfg(feature = "openapi")]
        let guard_of_documents = guard.clone();
        let metadata = resource.map(|resource| MetadataRoute::add(guard, resource, &mut inventory));
        Self {
            routes,
            unmatched,
            beside: None,
            metadata,
            #[cfg(feature = "openapi")]
            documents: None,
            #[cfg(feature = "openapi")]
            guard: guard_of_documents,
            hosts: None,
            has_request_ids: false,
            #[cfg(all(feature = "explain", feature = "serve"))]
            explainer: None,
            inventory,
            has_layers,
            format: ErrorFormat::default(),
        }
    }

    /// Changes every problem response: Palisade's refusals, problems of handlers, 404, 405, and 500 of
    /// a panic.
    ///
    /// `map` may set `type`, `title` and `detail`, change the entries of `errors`, and add members. The
    /// status stays, and so do the headers, except those that describe the former body, such as
    /// `Content-Encoding` and `ETag` ([RFC 9110 §8]). A second call replaces the first.
    ///
    /// If `map` panics, the response is a problem with status 500 that is not mapped.
    ///
    /// [RFC 9110 §8]: https://www.rfc-editor.org/rfc/rfc9110#section-8
    ///
    /// # Examples
    ///
    /// ```
    /// use palisade::prelude::*;
    /// use palisade::{Api, ProblemType};
    ///
    /// fn with_support_address(api: Api) -> Api {
    ///     api.map_problems(|problem| {
    ///         let problem = match problem.problem_type() {
    ///             Some(ProblemType::INVALID_INPUT) => problem.detail("please correct the marked fields"),
    ///             _ => problem,
    ///         };
    ///         problem.member("support", "help@example.govt.nz")
    ///     })
    /// }
    /// ```
    #[must_use]
    pub fn map_problems(
        mut self,
        map: impl Fn(Problem) -> Problem + Send + Sync + 'static,
    ) -> Self {
        self.format.map = Some(Arc::new(map));
        self
    }

    /// Renders every error in the API's own format, instead of `application/problem+json`.
    ///
    /// `render` receives the problem that [`map_problems`](Self::map_problems) returns, and returns a body with
    /// its media type. It is called for
    ///
    /// - Palisade's refusals, rejected input, 404, 405, and 500 of a panic,
    /// - problems of handlers and of layers,
    /// - empty error responses without a media type: the 408 of tower-http's `TimeoutLayer`, or a
    ///   [`StatusCode`](axum::http::StatusCode) that a handler returns,
    /// - error responses of a layer in plain text, which is dropped.
    ///
    /// Any other response has a format already and is sent unchanged, and so are those of routes
    /// [`beside`](Self::beside) the API. A second call replaces the first.
    ///
    /// # Security
    ///
    /// The function cannot weaken a refusal: the status and the header fields stay, such as
    /// `WWW-Authenticate`, `Allow`, `Retry-After`, `Cache-Control` and `X-Content-Type-Options`. Only those
    /// that describe the former body are removed. If the function panics or returns an error, the response
    /// is a problem with the same status, and an event is emitted.
    ///
    /// # Examples
    ///
    /// ```
    /// use palisade::{Api, ErrorBody};
    ///
    /// fn in_our_format(api: Api) -> Api {
    ///     api.render_errors(|problem| {
    ///         ErrorBody::json(&serde_json::json!({
    ///             "error": { "code": problem.status().as_u16(), "message": problem.title_text() }
    ///         }))
    ///     })
    /// }
    /// ```
    #[must_use]
    pub fn render_errors<E>(
        mut self,
        render: impl Fn(&Problem) -> Result<ErrorBody, E> + Send + Sync + 'static,
    ) -> Self {
        self.format.render = Some(Arc::new(move |problem| render(problem).map_err(drop)));
        self
    }

    /// Moves every route of this API below a path, as [`nest`](crate::SecureRouter::nest) does.
    ///
    /// The inventory has the paths below the prefix. Unknown paths below it get the 404 of this API, with its
    /// layers. Routes [beside](Self::beside) the API keep their paths, and so does the metadata of the server's
    /// [resource](crate::resource_server::Builder::resource), which belongs to the root of the host.
    ///
    /// # Panics
    ///
    /// As axum's `Router::nest`: at the root, or if the prefix is malformed or has a wildcard; and as
    /// [`beside`](Self::beside).
    ///
    /// # Examples
    ///
    /// ```
    /// use palisade::Api;
    /// use palisade::prelude::*;
    ///
    /// # #[secured(scopes = "orders:read")]
    /// # async fn list_orders() {}
    /// fn versions(first: ResourceServer, second: ResourceServer) -> axum::Router {
    ///     let v1 = SecureRouter::new().route("/orders", get(list_orders)).protect(first);
    ///     let v2 = SecureRouter::new().route("/orders", get(list_orders)).protect(second);
    ///     let (v1, v2) = (v1.mounted_at("/v1"), v2.mounted_at("/v2"));
    ///     assert_eq!(v1.inventory().routes()[0].path(), "/v1/orders");
    ///     v1.into_router().merge(v2.into_router())
    /// }
    /// # let _ = versions;
    /// ```
    #[must_use]
    #[track_caller]
    pub fn mounted_at(self, prefix: &str) -> Self {
        let routes = match self.unmatched {
            Some(unmatched) => self.routes.fallback_service(unmatched),
            None => self.routes,
        };
        let routes = unmatched::router().nest(prefix, routes);
        let inventory = self.inventory.under(prefix);
        if let Some(metadata) = &self.metadata {
            require_free(&metadata.path, &inventory);
        }
        if let Some(beside) = &self.beside {
            require_disjoint(&inventory, beside);
        }
        Self {
            routes,
            unmatched: Some(unmatched::router()),
            inventory,
            ..self
        }
    }

    /// Serves existing axum routes beside this API, without a guard.
    ///
    /// The inventory lists the reason as [undeclared](Inventory::undeclared): axum does not list the paths of a
    /// router. A layer of this API does not apply to these routes, nor does the function of
    /// [`map_problems`](Self::map_problems). If the router has no fallback, unknown paths get the 404 of this API.
    ///
    /// # Panics
    ///
    /// If `reason` is blank, or if both have a handler for the same method and path, or both a fallback for the
    /// same paths. A handler for `HEAD` overlaps with one for `GET`, and a handler for every method, such as
    /// axum's `any`, with all.
    ///
    /// # Security
    ///
    /// A path pattern of the router can be more specific than one of this API: `/orders/export` is then answered
    /// by the router, and every other `/orders/{id}` by the API.
    /// A wildcard or a fallback of the router gets every path that is not declared byte for byte: `/orders/` and
    /// `/%6Frders` too. Do not let it forward requests to a server that reads them as `/orders`.
    ///
    /// # Examples
    ///
    /// ```
    /// use palisade::Api;
    ///
    /// async fn page() -> &'static str {
    ///     "<h1>Orders</h1>"
    /// }
    ///
    /// fn with_pages(api: Api) -> Api {
    ///     let pages = axum::Router::new().route("/pages", axum::routing::get(page));
    ///     api.beside(pages, "static pages, moved in spring")
    /// }
    /// ```
    #[must_use]
    #[track_caller]
    pub fn beside(mut self, router: axum::Router, reason: &'static str) -> Self {
        assert!(
            !reason.trim().is_empty(),
            "routes without a guard need a reason"
        );
        require_disjoint(&self.inventory, &router);
        self.inventory.push_undeclared(reason);
        let beside = match self.beside {
            Some(beside) => beside.merge(router),
            None => router,
        };
        Self {
            beside: Some(beside),
            ..self
        }
    }

    /// Serves requests for these hosts only; by default, for every host. The [inventory](Inventory::hosts) lists them.
    ///
    /// A host without a port, such as `orders.example.govt.nz`, allows every port. A request that names
    /// another host gets 421 ([RFC 9110 §7.4]); one that names no host, several, or a malformed one gets 400. The
    /// host of the request's target comes before `Host`, and replaces it. Routes [beside](Self::beside) the API are checked too.
    ///
    /// # Panics
    ///
    /// If there is no host, or if one is malformed.
    ///
    /// # Security
    ///
    /// This prevents DNS rebinding: a page of an attacker's domain that resolves to this server, for example on
    /// loopback, cannot read responses. It does not replace access tokens.
    ///
    /// # Examples
    ///
    /// ```
    /// use palisade::Api;
    ///
    /// fn only_ours(api: Api) -> Api {
    ///     api.hosts(["orders.example.govt.nz", "localhost:8443"])
    /// }
    /// # let _ = only_ours;
    /// ```
    ///
    /// [RFC 9110 §7.4]: https://www.rfc-editor.org/rfc/rfc9110#section-7.4
    #[must_use]
    #[track_caller]
    pub fn hosts<H: Into<String>>(mut self, hosts: impl IntoIterator<Item = H>) -> Self {
        let hosts: Vec<String> = hosts.into_iter().map(Into::into).collect();
        self.hosts = Some(Hosts::new(&hosts));
        self.inventory.set_hosts(hosts);
        self
    }

    /// Gives a [`RequestId`](crate::RequestId) to every request, for a listener other than [`palisade::serve`](fn@crate::serve),
    /// which does it anyway.
    ///
    /// A layer around [`into_router`](Self::into_router) may give another id, by inserting it into the extensions of the request.
    /// Otherwise, ids are random, and `X-Request-Id` is removed from the request, because a client can have sent it. Requests of
    /// routes [beside](Self::beside) the API have ids too.
    ///
    /// # Examples
    ///
    /// The ingress of this cluster overwrites the `X-Request-Id` of its clients, and nothing else can connect:
    ///
    /// ```no_run
    /// use axum::extract::Request;
    /// use axum::middleware::{Next, from_fn};
    /// use palisade::prelude::*;
    /// use palisade::{Api, RequestId};
    ///
    /// async fn id_of_the_ingress(mut request: Request, next: Next) -> Response {
    ///     let sent = request.headers().get("x-request-id").and_then(|id| id.to_str().ok());
    ///     if let Some(id) = sent.and_then(|id| id.parse::<RequestId>().ok()) {
    ///         request.extensions_mut().insert(id);
    ///     }
    ///     next.run(request).await
    /// }
    ///
    /// fn router(api: Api) -> axum::Router {
    ///     api.request_ids().into_router().layer(from_fn(id_of_the_ingress))
    /// }
    /// ```
    #[must_use]
    pub fn request_ids(self) -> Self {
        Self {
            has_request_ids: true,
            ..self
        }
    }

    /// Splits off the metadata of the server's [resource](crate::resource_server::Builder::resource), for the root of an
    /// outer router.
    ///
    /// [`into_router`](Self::into_router) and [`serve`](fn@crate::serve) serve the metadata at the root of the host. If
    /// that is not the root of your router, nest the API, and merge the metadata. Without a resource, the
    /// returned router has no routes.
    ///
    /// # Examples
    ///
    /// ```
    /// use palisade::Api;
    ///
    /// fn below_orders(api: Api) -> axum::Router {
    ///     let (api, metadata) = api.split_resource_metadata();
    ///     axum::Router::new().nest("/orders", api.into_router()).merge(metadata)
    /// }
    /// # let _ = below_orders;
    /// ```
    #[must_use = "without the route, challenges name a document that does not exist"]
    pub fn split_resource_metadata(mut self) -> (Self, axum::Router) {
        let metadata = self.metadata.take();
        if metadata.is_some() {
            self.inventory.remove_root_routes();
        }
        let router = metadata.map_or_else(axum::Router::new, |metadata| metadata.router);
        (self, router)
    }

    /// Returns every route with its declaration.
    pub fn inventory(&self) -> &Inventory {
        &self.inventory
    }

    /// Returns the functions that change errors, for those of the server.
    #[cfg(feature = "serve")]
    pub(crate) fn error_format(&self) -> &ErrorFormat {
        &self.format
    }

    /// Converts the API into an axum router, for a listener of your own or beside other routes.
    ///
    /// Every route keeps its guard, except those [beside](Self::beside) the API. Requests that match no path get
    /// a problem with status 404, unless the router is merged with one that has a fallback. The inventory does
    /// not see what is merged or nested afterwards; [`beside`](Self::beside) and [`mounted_at`](Self::mounted_at)
    /// do the same with a record.
    pub fn into_router(self) -> axum::Router {
        #[cfg(feature = "openapi")]
        let documents = self
            .documents
            .as_ref()
            .map(|documents| documents.router(&self.inventory, &self.format, self.guard.clone()));
        // in this order, axum keeps the default fallbacks of the API
        let routes = match self.metadata {
            Some(metadata) => metadata.router.merge(self.routes),
            None => self.routes,
        };
        #[cfg(feature = "openapi")]
        let routes = match documents {
            Some(documents) => documents.merge(routes),
            None => routes,
        };
        // the outermost layer costs an allocation per request
        let routes = if self.has_layers || !self.format.is_default() {
            let accepting = self
                .inventory
                .iter()
                .filter(|route| route.accepts_tickets());
            routes.layer(BoundaryLayer {
                ticket_paths: accepting.map(|route| route.path().to_owned()).collect(),
                format: self.format.clone(),
            })
        } else {
            routes
        };
        let router = match self.beside {
            // in this order for the same reason
            Some(beside) => beside.merge(routes),
            None => routes,
        };
        let router = match self.hosts {
            Some(hosts) => router.layer(HostLayer {
                hosts,
                format: self.format,
            }),
            None => router,
        };
        if self.has_request_ids {
            router.layer(RequestIdLayer)
        } else {
            router
        }
    }
}

impl fmt::Debug for Api {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Api")
            .field("inventory", &self.inventory)
            .finish_non_exhaustive()
    }
}
