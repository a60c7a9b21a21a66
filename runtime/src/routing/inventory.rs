//! The inventory: every route with its declaration, every issuer, and the listener.

#[cfg(feature = "schemas")]
mod json;
mod nested_path;
mod server_facts;
mod table;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use axum::http::Method;

use crate::claims::Scope;
use crate::policy::{Access, Declaration, Limits, Requirement};
use crate::resource_server::{IssuerSummary, ResourceServer};
use crate::routing::argument::facts::ArgumentFacts;
#[cfg(feature = "schemas")]
use crate::routing::claims_description::ClaimsDescription;
use crate::routing::declared::HandlerFacts;
use crate::routing::exception::Exception;
use crate::routing::header_selection::HeaderSelection;
use crate::routing::input_description::InputDescription;
use crate::routing::inventory::nested_path::nested;
use crate::routing::inventory::server_facts::ServerFacts;
use crate::routing::listener::ListenerSummary;
#[cfg(feature = "openapi")]
use crate::routing::return_facts::ReturnFacts;

/// The relaxation of [`Api::explain`](crate::Api::explain).
const EXPLAINED: &str =
    "the steps of each request on loopback are shown, with the lines of the declarations";

/// Every route of an [`Api`](crate::Api), in the order in which they were added.
#[derive(Clone, Debug, Default)]
pub struct Inventory {
    routes: Vec<Route>,
    undeclared: Vec<&'static str>,
    /// The default before the router is protected.
    server: ServerFacts,
    /// Empty if every host is served.
    hosts: Vec<String>,
    listener: Option<Arc<ListenerSummary>>,
    /// Whether the steps of each request are shown.
    is_explained: bool,
}

/// One route: a handler with its path and methods.
#[derive(Clone, Debug)]
pub struct Route {
    path: String,
    is_fallback: bool,
    /// Whether the route stays at the root of the host, whatever the prefix of the router.
    is_at_root: bool,
    methods: Vec<Method>,
    /// The header fields that choose the handler among others of its path and methods.
    selection: Option<HeaderSelection>,
    handler: HandlerFacts,
}

impl Inventory {
    /// Returns the routes.
    pub fn routes(&self) -> &[Route] {
        &self.routes
    }

    /// Returns the issuers whose tokens are accepted, with their relaxations.
    pub fn issuers(&self) -> &[IssuerSummary] {
        &self.server.issuers
    }

    /// Returns the URL at which clients find the API, if the server
    /// [names it](crate::resource_server::Builder::resource).
    pub fn resource(&self) -> Option<&str> {
        self.server.resource.as_deref()
    }

    /// Returns the [hosts](crate::Api::hosts) for which requests are served; `None` if for every host.
    pub fn hosts(&self) -> Option<&[String]> {
        Some(&*self.hosts).filter(|hosts| !hosts.is_empty())
    }

    /// Returns whether the server has [sessions](crate::resource_server::Builder::sessions) for handlers with `login`.
    pub fn has_sessions(&self) -> bool {
        self.server.has_sessions
    }

    /// Returns whether the server checks [revocations](crate::resource_server::Builder::revocations) at every request.
    pub fn checks_revocations(&self) -> bool {
        self.server.checks_revocations
    }

    /// Returns the listener of a [`Server`](crate::Server); `None` in the inventory of an [`Api`](crate::Api), which does
    /// not know how it is served.
    pub fn listener(&self) -> Option<&ListenerSummary> {
        self.listener.as_deref()
    }

    #[cfg(feature = "serve")]
    pub(crate) fn served_by(self, listener: ListenerSummary) -> Self {
        let listener = Some(Arc::new(listener));
        Self { listener, ..self }
    }

    /// Returns the relaxations of the API as a whole: [`Api::explain`](crate::Api::explain), which needs the feature `explain`.
    ///
    /// The [summary](Self::issuers) of an issuer lists its relaxations.
    pub fn relaxations(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.is_explained.then_some(EXPLAINED).into_iter()
    }

    #[cfg(all(feature = "explain", feature = "serve"))]
    pub(crate) fn set_explained(&mut self) {
        self.is_explained = true;
    }

    pub(crate) fn set_hosts(&mut self, hosts: Vec<String>) {
        self.hosts = hosts;
    }

    /// Adds the facts of the server.
    pub(crate) fn protected_by(self, server: &ResourceServer) -> Self {
        let server = ServerFacts::of(server);
        Self { server, ..self }
    }

    /// Returns whether browsers that navigate to a page without a session are redirected to the login.
    #[cfg(all(feature = "openapi", feature = "relying-party"))]
    pub(crate) fn redirects_navigations(&self) -> bool {
        self.server.redirects_navigations
    }

    /// Returns the routes that no token can reach: no issuer may grant what they require.
    ///
    /// Such a route answers 403 to every token. Either its declaration or an issuer's
    /// [`grants`](crate::Issuer::grants) has a mistake.
    pub fn unreachable(&self) -> impl Iterator<Item = &Route> {
        let is_reachable = |route: &Route| {
            let access = &route.declaration().access;
            self.issuers().iter().any(|issuer| {
                let grants = issuer.grants();
                grants.is_none_or(|grants| access.is_grantable(grants))
            })
        };
        let is_protected = !self.issuers().is_empty();
        self.routes
            .iter()
            .filter(move |route| is_protected && !is_reachable(route))
    }

    /// Returns the scopes that a client may request to use the routes; of two that imply each other for one
    /// route, the narrower one.
    pub(crate) fn requestable_scopes(&self) -> impl Iterator<Item = &'static str> {
        let requirements = self.routes.iter().flat_map(Route::requested_scopes);
        let alternatives = requirements.flat_map(Requirement::narrowest_alternatives);
        let scopes = alternatives.flatten().filter(|scope| scope.is_of_api());
        scopes.map(Scope::as_str)
    }

    /// Returns the scopes of the declarations that broader ones imply, each once.
    fn implied_scopes(&self) -> Vec<Scope> {
        let requirements = self.routes.iter().filter_map(Route::required_scopes);
        let scopes = requirements.flat_map(Requirement::alternatives).flatten();
        let mut implied: Vec<Scope> = Vec::new();
        for scope in scopes.filter(|scope| !scope.implied_by().is_empty()) {
            if !implied.contains(&scope) {
                implied.push(scope);
            }
        }
        implied
    }

    /// Returns the reason of each router [beside](crate::Api::beside) the API, whose routes have no guard.
    pub fn undeclared(&self) -> &[&'static str] {
        &self.undeclared
    }

    pub(crate) fn push_undeclared(&mut self, reason: &'static str) {
        self.undeclared.push(reason);
    }

    /// Iterates over the routes.
    pub fn iter(&self) -> std::slice::Iter<'_, Route> {
        self.routes.iter()
    }

    pub(crate) fn push(&mut self, route: Route) {
        self.routes.push(route);
    }

    pub(crate) fn remove_root_routes(&mut self) {
        self.routes.retain(|route| !route.is_at_root);
    }

    pub(crate) fn append(&mut self, other: Self) {
        self.routes.extend(other.routes);
        self.undeclared.extend(other.undeclared);
    }

    /// Adds a prefix to every path, like `nest`.
    pub(crate) fn under(mut self, prefix: &str) -> Self {
        for route in self.routes.iter_mut().filter(|route| !route.is_at_root) {
            route.path = nested(prefix, &route.path);
        }
        self
    }
}

impl FromIterator<Route> for Inventory {
    fn from_iter<I: IntoIterator<Item = Route>>(routes: I) -> Self {
        Self {
            routes: routes.into_iter().collect(),
            ..Self::default()
        }
    }
}

impl<'a> IntoIterator for &'a Inventory {
    type Item = &'a Route;
    type IntoIter = std::slice::Iter<'a, Route>;

    fn into_iter(self) -> Self::IntoIter {
        self.routes.iter()
    }
}

impl Route {
    pub(crate) fn new(handler: HandlerFacts) -> Self {
        Self {
            path: String::new(),
            is_fallback: false,
            is_at_root: false,
            methods: Vec::new(),
            selection: None,
            handler,
        }
    }

    pub(crate) fn fallback(handler: HandlerFacts) -> Self {
        Self {
            is_fallback: true,
            ..Self::new(handler)
        }
    }

    /// Replaces the declaration of a handler of Palisade's own, whose reason the API states.
    #[cfg(feature = "openapi")]
    pub(crate) fn declared(self, declaration: &'static Declaration) -> Self {
        let handler = HandlerFacts {
            declaration,
            ..self.handler
        };
        Self { handler, ..self }
    }

    /// Keeps the path whatever the prefix of the router.
    pub(crate) fn at_root(self) -> Self {
        Self {
            is_at_root: true,
            ..self
        }
    }

    pub(crate) fn is_at_root(&self) -> bool {
        self.is_at_root
    }

    pub(crate) fn at(self, path: &str, methods: Vec<Method>) -> Self {
        Self {
            path: path.to_owned(),
            methods,
            ..self
        }
    }

    /// Returns the full path, equal to axum's `MatchedPath` of a request to the route.
    ///
    /// For a fallback, it is the path below which the router is nested, empty for the outermost
    /// router: axum matches no path there.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Returns whether the handler is a fallback, for requests that match no route of its router.
    pub fn is_fallback(&self) -> bool {
        self.is_fallback
    }

    /// Returns the methods of the handler; empty for a fallback, which has no list of methods.
    ///
    /// A `GET` handler answers `HEAD` too, as in axum.
    pub fn methods(&self) -> &[Method] {
        &self.methods
    }

    /// Returns the header fields that choose the handler, if it belongs to a
    /// [`HeaderRouter`](crate::routing::HeaderRouter).
    pub fn selection(&self) -> Option<&HeaderSelection> {
        self.selection.as_ref()
    }

    pub(super) fn selected_by(self, selection: HeaderSelection) -> Self {
        Self {
            selection: Some(selection),
            ..self
        }
    }

    /// Returns the declaration of the handler.
    pub fn declaration(&self) -> &'static Declaration {
        self.handler.declaration
    }

    /// Returns whether the handler accepts a ticket in the query instead of a token: its attribute has `ticket`.
    pub fn accepts_tickets(&self) -> bool {
        self.handler.declaration.accepts_tickets
    }

    /// Returns the facts about the handler.
    pub(super) fn handler(&self) -> &HandlerFacts {
        &self.handler
    }

    /// Returns the limits of the handler: declared ones, and defaults for the others.
    pub fn limits(&self) -> Limits {
        self.handler.declaration.limits
    }

    /// Returns the reason of each [`TrustedExtractor`](crate::TrustedExtractor), in the order of the arguments.
    pub fn trusted(&self) -> impl Iterator<Item = &'static str> {
        self.handler
            .arguments
            .iter()
            .filter_map(ArgumentFacts::trusted)
    }

    /// Returns the data that reaches the handler without Palisade's checks, in the order of the arguments.
    ///
    /// Arguments that are trusted or unvalidated, input that the API decodes itself, and the fields and
    /// scalars without rules at every depth of the input types, each with its reason. The list is
    /// computed at each call.
    ///
    /// # Examples
    ///
    /// ```
    /// use palisade::prelude::*;
    ///
    /// #[derive(Deserialize, Validate, SecureInput)]
    /// #[serde(deny_unknown_fields)]
    /// struct Event {
    ///     #[garde(skip)]
    ///     #[secure(unvalidated = "stored as it is, and never interpreted")]
    ///     payload: serde_json::Value,
    /// }
    ///
    /// #[secured(scopes = "events:write")]
    /// async fn store(Valid(Json(event)): Valid<Json<Event>>) -> String {
    ///     event.payload.to_string()
    /// }
    ///
    /// let routes: SecureRouter = SecureRouter::new().route("/events", post(store));
    /// let exceptions: Vec<String> = routes
    ///     .inventory()
    ///     .iter()
    ///     .flat_map(|route| route.exceptions())
    ///     .map(|exception| exception.to_string())
    ///     .collect();
    /// assert_eq!(
    ///     exceptions,
    ///     ["unvalidated field /payload in the body: stored as it is, and never interpreted"]
    /// );
    /// ```
    pub fn exceptions(&self) -> impl Iterator<Item = Exception> {
        let unvalidated = self.handler.declaration.unvalidated;
        let arguments = self.handler.arguments.iter();
        arguments.flat_map(move |argument| argument.exceptions(unvalidated))
    }

    /// Returns the checked input of the handler, in the order of the arguments.
    ///
    /// # Examples
    ///
    /// ```
    /// use palisade::input::InputLocation;
    /// use palisade::prelude::*;
    ///
    /// # #[derive(Deserialize, Validate, SecureInput)]
    /// # #[serde(deny_unknown_fields)]
    /// # struct NewOrder { #[garde(length(chars, max = 64))] sku: String }
    /// #[secured(scopes = "orders:write")]
    /// async fn change_order(Path(number): Path<u32>, Valid(Json(order)): Valid<Json<NewOrder>>) -> String {
    ///     format!("order {number} is for {}", order.sku)
    /// }
    ///
    /// let routes: SecureRouter = SecureRouter::new().route("/orders/{number}", put(change_order));
    /// for route in routes.inventory() {
    ///     let locations: Vec<InputLocation> = route.inputs().map(|input| input.location()).collect();
    ///     assert_eq!(locations, [InputLocation::Path, InputLocation::Body]);
    /// }
    /// ```
    pub fn inputs(&self) -> impl Iterator<Item = InputDescription> {
        self.handler
            .arguments
            .iter()
            .filter_map(InputDescription::of)
    }

    /// Returns the typed claims that the guard decodes for the handler, in the order of its arguments.
    #[cfg(feature = "schemas")]
    pub fn claims(&self) -> impl Iterator<Item = ClaimsDescription> {
        self.handler
            .arguments
            .iter()
            .filter_map(ClaimsDescription::of)
    }

    /// Returns what the return type of the handler states about its responses.
    #[cfg(feature = "openapi")]
    pub(crate) fn returned(&self) -> ReturnFacts {
        (self.handler.returned)()
    }

    /// Returns the lines of the handler's documentation comment.
    #[cfg(feature = "openapi")]
    pub(crate) fn docs(&self) -> &'static [&'static str] {
        self.handler.docs
    }

    /// Returns the facts about the arguments of the handler.
    #[cfg(feature = "openapi")]
    pub(crate) fn arguments(&self) -> &'static [ArgumentFacts] {
        self.handler.arguments
    }

    /// Returns the scopes that clients need now, and those that they will need.
    fn requested_scopes(&self) -> impl Iterator<Item = &'static Requirement> {
        let declaration = self.handler.declaration;
        let accesses = [Some(&declaration.access), declaration.next.as_ref()];
        accesses.into_iter().flatten().filter_map(Access::scopes)
    }

    fn required_scopes(&self) -> Option<&'static Requirement> {
        self.handler.declaration.access.scopes()
    }
}
