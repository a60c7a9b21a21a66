//! An API under test, with its own issuer and clock.

use crate::resource_server::{Builder, ResourceServer, WithIssuers};
use crate::routing::api::Api;
use crate::routing::secure_router::SecureRouter;
use crate::testing::issuer::DEFAULT_ISSUER;
use crate::testing::{EmbeddedIssuer, TestClock, TestRequest, or_panic};

const AUDIENCE: &str = "https://api.test";

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
        let clock = TestClock::new();
        let issuer = EmbeddedIssuer::new(DEFAULT_ISSUER).clock(clock.clone());
        let server = ResourceServer::builder()
            .trust(issuer.issuer(AUDIENCE).beside_others())
            .clock(clock.clone());
        let server = configure(server).build().await;
        let server = or_panic(server, "cannot build the resource server");
        Self {
            api: routes.protect(server),
            issuer,
            clock,
        }
    }

    /// Changes the API, for example with [`Api::map_problems`].
    #[must_use]
    pub fn map_api(self, map: impl FnOnce(Api) -> Api) -> Self {
        let api = map(self.api);
        Self { api, ..self }
    }

    /// Creates a request by `subject`.
    ///
    /// Its token is valid for five minutes and has no scopes or roles.
    pub fn caller(&self, subject: &str) -> TestRequest {
        let token = self.issuer.token(subject).audience(AUDIENCE);
        TestRequest::new(self.api.clone().into_router(), Some(token))
    }

    /// Creates a request without a token.
    pub fn anonymous(&self) -> TestRequest {
        TestRequest::new(self.api.clone().into_router(), None)
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

    /// Returns the API as an axum router, for requests that [`TestRequest`] cannot make.
    pub fn router(&self) -> axum::Router {
        self.api.clone().into_router()
    }
}
