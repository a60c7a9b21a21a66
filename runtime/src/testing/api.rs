//! An API with an issuer and a clock of its own.

use crate::resource_server::{Builder, ResourceServer, WithIssuers};
use crate::routing::api::Api;
use crate::routing::secure_router::SecureRouter;
use crate::testing::broken::or_panic;
use crate::testing::issuer::DEFAULT_ISSUER;
use crate::testing::{EmbeddedIssuer, TestClock, TestRequest};

const AUDIENCE: &str = "https://api.test";

/// An API under test, called in process.
#[derive(Debug)]
pub struct TestApi {
    api: Api,
    issuer: EmbeddedIssuer,
    clock: TestClock,
}

impl TestApi {
    /// Protects the routes by a server that trusts an embedded issuer.
    pub async fn new(routes: SecureRouter) -> Self {
        Self::with_server(routes, |server| server).await
    }

    /// The same, with more to say of the server: its realm, revocations.
    pub async fn with_server(
        routes: SecureRouter,
        configure: impl FnOnce(Builder<WithIssuers>) -> Builder<WithIssuers>,
    ) -> Self {
        let clock = TestClock::new();
        let issuer = EmbeddedIssuer::new(DEFAULT_ISSUER).clock(clock.clone());
        let server = ResourceServer::builder()
            .trust(issuer.issuer(AUDIENCE))
            .clock(clock.clone());
        let server = configure(server).build().await;
        let server = or_panic(server, "the embedded issuer cannot be trusted");
        Self {
            api: routes.protect(server),
            issuer,
            clock,
        }
    }

    /// Changes the API, as [`Api::map_problems`] does.
    #[must_use]
    pub fn map_api(self, map: impl FnOnce(Api) -> Api) -> Self {
        let api = map(self.api);
        Self { api, ..self }
    }

    /// A request by `subject`, with a token that is good for five minutes and holds neither
    /// scope nor role.
    pub fn caller(&self, subject: &str) -> TestRequest {
        let token = self.issuer.token(subject).audience(AUDIENCE);
        TestRequest::new(self.api.clone().into_standalone_router(), Some(token))
    }

    /// A request without a token.
    pub fn anonymous(&self) -> TestRequest {
        TestRequest::new(self.api.clone().into_standalone_router(), None)
    }

    /// The issuer that the API trusts.
    pub fn issuer(&self) -> &EmbeddedIssuer {
        &self.issuer
    }

    /// What the issuer's tokens carry as `aud` for this API.
    pub fn audience(&self) -> &str {
        AUDIENCE
    }

    /// The clock by which tokens are made and judged.
    pub fn clock(&self) -> &TestClock {
        &self.clock
    }

    /// The API.
    pub fn api(&self) -> &Api {
        &self.api
    }

    /// The API as it is served, for requests of one's own.
    pub fn router(&self) -> axum::Router {
        self.api.clone().into_standalone_router()
    }
}
