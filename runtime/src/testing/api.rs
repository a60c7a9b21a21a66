//! An API under test, with its own issuer and clock.

use std::sync::Arc;

use crate::policy::Declaration;
use crate::resource_server::{Builder, Issuer, ResourceServer, WithAudience, WithIssuers};
use crate::routing::Route;
use crate::routing::api::Api;
use crate::routing::secure_router::SecureRouter;
use crate::testing::issuer::DEFAULT_ISSUER;
use crate::testing::{EmbeddedIssuer, TestClock, TestCookies, TestRequest, or_panic};

const AUDIENCE: &str = "https://api.test";

/// The host of the cookies.
const HOST: &str = "api.test";

/// An API under test, with an embedded issuer and a clock that only the test moves.
///
/// Requests run in process and pass the guard.
///
/// # Examples
///
/// ```
/// use palisade::prelude::*;
/// use palisade::testing::TestApi;
///
/// #[secured(scopes = "orders:read")]
/// async fn list_orders(caller: Caller) -> String {
///     format!("the orders of {}", caller.subject())
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let api = TestApi::new(SecureRouter::new().route("/orders", get(list_orders))).await;
/// let response = api.caller("alice").scopes("orders:read").get("/orders").send().await;
/// assert_eq!(response.text(), "the orders of alice");
/// # }
/// ```
#[derive(Debug)]
pub struct TestApi {
    api: Api,
    router: axum::Router,
    server: ResourceServer,
    issuer: EmbeddedIssuer,
    clock: TestClock,
}

impl TestApi {
    /// Protects the routes with a server that trusts an embedded issuer.
    ///
    /// # Panics
    ///
    /// Panics if the server cannot be built.
    pub async fn new(routes: SecureRouter) -> Self {
        Self::with_server(routes, |server| server).await
    }

    /// Protects the routes with a server that trusts an embedded issuer, after `configure` has
    /// changed its configuration, such as its realm or its revocations.
    ///
    /// # Panics
    ///
    /// Panics if the server cannot be built.
    pub async fn with_server<R>(
        routes: SecureRouter,
        configure: impl FnOnce(Builder<WithIssuers>) -> Builder<WithIssuers, R>,
    ) -> Self {
        Self::build(|server| routes.protect(server), |issuer| issuer, configure).await
    }

    /// Protects the routes with a server that trusts an embedded issuer, after `configure` has changed its settings.
    ///
    /// With the settings of production, such as the clock skew, the algorithms and the lifetime of tokens, an
    /// [attack](crate::testing::attack) is evidence for the issuer of production. The tokens of the test follow RFC 9068: an issuer
    /// with the profile of a provider accepts those to which the test adds the claims of the provider.
    ///
    /// # Panics
    ///
    /// Panics if the server cannot be built.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use palisade::prelude::*;
    /// use palisade::resource_server::WithAudience;
    /// use palisade::testing::TestApi;
    ///
    /// # #[secured(authenticated)]
    /// # async fn whoami(caller: Caller) -> String { caller.subject().to_owned() }
    /// /// The settings of the issuer, in production and in tests.
    /// fn settings(issuer: Issuer<WithAudience>) -> Issuer<WithAudience> {
    ///     issuer.clock_skew(Duration::from_secs(5))
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let routes = SecureRouter::new().route("/whoami", get(whoami));
    /// let api = TestApi::with_issuer(routes, settings).await;
    /// assert_eq!(api.api().inventory().issuers()[0].clock_skew(), Duration::from_secs(5));
    /// # }
    /// ```
    pub async fn with_issuer(
        routes: SecureRouter,
        configure: impl FnOnce(Issuer<WithAudience>) -> Issuer<WithAudience>,
    ) -> Self {
        Self::build(|server| routes.protect(server), configure, |server| server).await
    }

    /// Tests the API that `build` returns for a server that trusts an embedded issuer, such as one with routes
    /// [beside](Api::beside) it or in its own [error format](Api::render_errors).
    ///
    /// # Panics
    ///
    /// Panics if the server cannot be built.
    ///
    /// # Examples
    ///
    /// ```
    /// use palisade::Api;
    /// use palisade::prelude::*;
    /// use palisade::testing::TestApi;
    ///
    /// # #[secured(authenticated)]
    /// # async fn list_orders() {}
    /// fn api(server: ResourceServer) -> Api {
    ///     let pages = axum::Router::new().route("/pages", axum::routing::get(async || "<h1>Orders</h1>"));
    ///     let api = SecureRouter::new().route("/orders", get(list_orders)).protect(server);
    ///     api.beside(pages, "static pages, moved in spring")
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let api = TestApi::from_fn(api).await;
    /// assert_eq!(api.anonymous().get("/pages").send().await.status(), 200);
    /// assert_eq!(api.anonymous().get("/orders").send().await.status(), 401);
    /// # }
    /// ```
    pub async fn from_fn(build: impl FnOnce(ResourceServer) -> Api) -> Self {
        Self::build(build, |issuer| issuer, |server| server).await
    }

    async fn build<R>(
        build: impl FnOnce(ResourceServer) -> Api,
        configure_issuer: impl FnOnce(Issuer<WithAudience>) -> Issuer<WithAudience>,
        configure: impl FnOnce(Builder<WithIssuers>) -> Builder<WithIssuers, R>,
    ) -> Self {
        let clock = TestClock::new();
        let issuer = EmbeddedIssuer::new(DEFAULT_ISSUER).clock(clock.clone());
        let server = ResourceServer::builder()
            .trust(configure_issuer(issuer.issuer(AUDIENCE)).beside_others())
            .clock(clock.clone());
        let server = configure(server).build().await;
        let server = or_panic(server, "cannot build the resource server");
        let api = build(server.clone());
        Self {
            router: api.clone().into_router(),
            api,
            server,
            issuer,
            clock,
        }
    }

    /// Changes the API, for example with [`Api::map_problems`].
    #[must_use]
    pub fn map_api(self, map: impl FnOnce(Api) -> Api) -> Self {
        let api = map(self.api);
        Self {
            router: api.clone().into_router(),
            api,
            ..self
        }
    }

    /// Sends requests to another axum router, such as an application that contains the API.
    ///
    /// `map` receives the router of the API, and returns the router under test. [`map_api`](Self::map_api) comes
    /// before: it starts again with the router of the API.
    ///
    /// # Examples
    ///
    /// ```
    /// use palisade::prelude::*;
    /// use palisade::testing::TestApi;
    ///
    /// #[secured(authenticated)]
    /// async fn whoami(caller: Caller) -> String {
    ///     caller.subject().to_owned()
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let api = TestApi::new(SecureRouter::new().route("/whoami", get(whoami))).await;
    /// let api = api.map_router(|router| {
    ///     let pages = axum::Router::new().route("/", axum::routing::get(async || "welcome"));
    ///     pages.nest("/api", router)
    /// });
    /// assert_eq!(api.anonymous().get("/").send().await.text(), "welcome");
    /// assert_eq!(api.anonymous().get("/api/whoami").send().await.status(), 401);
    /// assert_eq!(api.caller("alice").get("/api/whoami").send().await.text(), "alice");
    /// # }
    /// ```
    #[must_use]
    pub fn map_router(self, map: impl FnOnce(axum::Router) -> axum::Router) -> Self {
        let router = map(self.router);
        Self { router, ..self }
    }

    /// Creates a request by `subject`.
    ///
    /// Its token is valid for five minutes and has no scopes or roles.
    pub fn caller(&self, subject: &str) -> TestRequest {
        let token = self.issuer.token(subject).audience(AUDIENCE);
        TestRequest::new(self.router(), self.declarations(), Some(token))
    }

    /// Creates a request without a token.
    pub fn anonymous(&self) -> TestRequest {
        TestRequest::new(self.router(), self.declarations(), None)
    }

    fn declarations(&self) -> Arc<[&'static Declaration]> {
        let routes = self.api.inventory().iter();
        routes.map(Route::declaration).collect()
    }

    /// Creates an empty jar of cookies, for requests of one browser.
    ///
    /// Cookies expire by the clock of the API. Their host is `api.test`.
    pub fn cookies(&self) -> TestCookies {
        TestCookies::new(HOST, self.clock.clone())
    }

    /// Returns the server of the API, to protect other routes in the same test.
    pub fn server(&self) -> &ResourceServer {
        &self.server
    }

    /// Returns the issuer that the API trusts.
    pub fn issuer(&self) -> &EmbeddedIssuer {
        &self.issuer
    }

    /// Returns the audience of this API, for the `aud` claim of its tokens.
    pub fn audience(&self) -> &str {
        AUDIENCE
    }

    /// Returns the clock that the issuer and the API use.
    pub fn clock(&self) -> &TestClock {
        &self.clock
    }

    /// Returns the API.
    pub fn api(&self) -> &Api {
        &self.api
    }

    /// Returns the router under test, for requests that [`TestRequest`] cannot make.
    pub fn router(&self) -> axum::Router {
        self.router.clone()
    }
}

#[cfg(test)]
mod tests;
