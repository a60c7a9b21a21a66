//! Servers that ask an issuer about its tokens.

mod cache;
mod deferred_startup;
mod endpoint_discovery;
mod failing_endpoint;
mod jwts;
mod requests;
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

/// An API that asks an issuer on loopback, which knows one token.
struct Realm {
    loopback: LoopbackServer,
    server: ResourceServer,
    clock: TestClock,
}

fn credentials() -> Introspection {
    Introspection::new("orders-api", Secret::new("s3cret"))
}

/// What the issuer says of its token.
fn claims(loopback: &LoopbackServer, clock: &TestClock) -> Value {
    let now = clock.time().as_secs();
    json!({
        "active": true, "iss": loopback.url, "sub": "alice", "aud": AUDIENCE,
        "client_id": "app", "scope": "a b", "token_type": "Bearer", "iat": now, "exp": now + 600,
    })
}

/// Whether a request asks about this token.
fn asks_about(request: &str, token: &str) -> bool {
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

/// Answers so about the token; every other is inactive.
fn knowing(token: &'static str, mode: Reply) -> Reply {
    Reply::PerRequest(Arc::new(move |request| {
        if asks_about(request, token) {
            mode.clone()
        } else {
            Reply::inactive()
        }
    }))
}

impl Realm {
    async fn new() -> Self {
        Self::with(credentials()).await
    }

    async fn with(introspection: Introspection) -> Self {
        Self::build(introspection, Startup::FailFast, Reply::inactive())
            .await
            .unwrap()
    }

    /// In this mode until the server is built; then with one active token.
    async fn build(
        introspection: Introspection,
        startup: Startup,
        mode: Reply,
    ) -> Result<Self, ConfigError> {
        let loopback = LoopbackServer::start(mode).await;
        let clock = TestClock::new();
        let issuer = Issuer::new(&loopback.url).audience(AUDIENCE);
        let server = ResourceServer::builder()
            .trust(issuer.introspect(introspection).allow_loopback_http())
            .startup(startup)
            .clock(clock.clone())
            .build()
            .await?;
        let realm = Self {
            loopback,
            server,
            clock,
        };
        if startup == Startup::FailFast {
            realm.say(&realm.claims());
        }
        Ok(realm)
    }

    fn claims(&self) -> Value {
        claims(&self.loopback, &self.clock)
    }

    /// Has the issuer say this of its token.
    fn say(&self, claims: &Value) {
        self.answer(Reply::json(200, &claims.to_string()));
    }

    /// Has the issuer answer so to questions about its token.
    fn answer(&self, mode: Reply) {
        self.loopback.set(knowing(TOKEN, mode));
    }

    async fn rejection(&self) -> Option<TokenRejection> {
        rejection(&self.server, TOKEN).await
    }

    /// How often the issuer was asked about its token.
    fn asked(&self) -> usize {
        let requests = self.loopback.requests();
        requests
            .iter()
            .filter(|text| asks_about(text, TOKEN))
            .count()
    }

    /// How often it was asked about one that nobody has issued.
    fn probed(&self) -> usize {
        self.loopback.request_count() - self.asked()
    }

    fn advance(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }
}

/// Waits for at most 5 s.
async fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < Duration::from_secs(5), "{what}");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

fn is_unavailable(denial: Option<TokenRejection>) -> bool {
    matches!(
        denial,
        Some(TokenRejection::Unavailable(unavailable)) if unavailable.dependency == Dependency::Introspection
    )
}
