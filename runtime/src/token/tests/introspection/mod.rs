//! Servers that introspect tokens at an issuer on loopback.

mod cache;
mod deferred_startup;
mod endpoint_discovery;
mod failing_endpoint;
mod jwts;
mod requests;
mod revoked_in_flight;
mod several_issuers;

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::sync::Notify;

use super::*;
use crate::resource_server::error::ConfigError;
use crate::resource_server::{
    IntrospectedTokens, Introspection, IntrospectionConfigError, Startup,
};
use crate::secret::Secret;
use crate::testing::loopback_server::{LoopbackServer, Reply};
use crate::token::{Dependency, IntrospectionError};

const JSON: &str = "application/json";
const TOKEN: &str = "opq.f3_a-9~+/=";
const INACTIVE: Option<TokenRejection> = Some(TokenRejection::Invalid(TokenError::Inactive));

/// A server whose issuer reports `TOKEN` as active, and every other token as inactive.
struct IntrospectedServer {
    loopback: LoopbackServer,
    server: ResourceServer,
    clock: TestClock,
}

fn credentials() -> Introspection {
    Introspection::new("orders-api", Secret::new("s3cret"))
}

/// A response that reports a token as active.
fn active_response(loopback: &LoopbackServer, clock: &TestClock) -> Value {
    let now = clock.time().as_secs();
    json!({
        "active": true, "iss": loopback.url, "sub": "alice", "aud": AUDIENCE,
        "client_id": "app", "scope": "a b", "token_type": "Bearer", "iat": now, "exp": now + 600,
    })
}

/// Returns whether a request introspects this token.
fn is_about(request: &str, token: &str) -> bool {
    let escaped: String = token
        .chars()
        .map(|c| match c {
            'A'..='Z' | 'a'..='z' | '0'..='9' | '-' | '.' | '_' => c.to_string(),
            _ => format!("%{:02X}", u32::from(c)),
        })
        .collect();
    let (_, body) = request.split_once("\r\n\r\n").unwrap_or_default();
    body == format!("token={escaped}&token_type_hint=access_token")
}

/// Replies to introspections of `token` with `reply`, and reports every other token as inactive.
fn reply_for(token: &'static str, reply: Reply) -> Reply {
    Reply::PerRequest(Arc::new(move |request| {
        if is_about(request, token) {
            reply.clone()
        } else {
            Reply::inactive()
        }
    }))
}

impl IntrospectedServer {
    async fn new() -> Self {
        Self::with(credentials()).await
    }

    async fn with(introspection: Introspection) -> Self {
        Self::build(introspection, Startup::FailFast, Reply::inactive())
            .await
            .unwrap()
    }

    /// Builds the server while the issuer sends `reply`; with `FailFast`, `TOKEN` is active afterwards.
    async fn build(
        introspection: Introspection,
        startup: Startup,
        reply: Reply,
    ) -> Result<Self, ConfigError> {
        let loopback = LoopbackServer::start(reply).await;
        let clock = TestClock::new();
        let issuer = Issuer::new(&loopback.url).audience(AUDIENCE);
        let server = ResourceServer::builder()
            .trust(issuer.introspect(introspection).allow_loopback_http())
            .startup(startup)
            .clock(clock.clone())
            .build()
            .await?;
        let test = Self {
            loopback,
            server,
            clock,
        };
        if startup == Startup::FailFast {
            test.respond_with(&test.active_response());
        }
        Ok(test)
    }

    fn active_response(&self) -> Value {
        active_response(&self.loopback, &self.clock)
    }

    /// Responds with these claims to every introspection of `TOKEN`.
    fn respond_with(&self, claims: &Value) {
        self.reply(Reply::json(200, &claims.to_string()));
    }

    /// Sends `reply` to every introspection of `TOKEN`.
    fn reply(&self, reply: Reply) {
        self.loopback.set(reply_for(TOKEN, reply));
    }

    async fn rejection(&self) -> Option<TokenRejection> {
        rejection(&self.server, TOKEN).await
    }

    /// Returns the number of introspections of `TOKEN` so far.
    fn introspections(&self) -> usize {
        let requests = self.loopback.requests();
        requests.iter().filter(|text| is_about(text, TOKEN)).count()
    }

    /// Returns the number of introspections of other tokens so far: in most tests, probes.
    fn probes(&self) -> usize {
        self.loopback.request_count() - self.introspections()
    }

    fn advance(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }
}

/// Waits for at most 5 s until the condition holds.
async fn wait_until(description: &str, mut condition: impl FnMut() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < Duration::from_secs(5), "{description}");
        tokio::task::yield_now().await;
    }
}

/// Lets other tasks run, and read from their sockets, for as long as they do not wait for time.
async fn settle() {
    for _ in 0..1_000 {
        tokio::task::yield_now().await;
    }
}

fn is_unavailable(rejection: Option<TokenRejection>) -> bool {
    matches!(
        rejection,
        Some(TokenRejection::Unavailable(unavailable)) if unavailable.dependency == Dependency::Introspection
    )
}
