//! An API whose issuer's keys are served by a server that misbehaves as it is told.

use std::time::{Duration, Instant};

use tokio::sync::Notify;

use super::*;
use crate::resource_server::Startup;

/// An API whose issuer's keys are served by a key server.
pub(super) struct Realm {
    pub(super) keys: Loopback,
    /// The issuer with the keys that are served at first.
    pub(super) issuer: EmbeddedIssuer,
    pub(super) server: ResourceServer,
    pub(super) clock: TestClock,
}

impl Realm {
    pub(super) async fn new() -> Self {
        Self::with(Startup::FailFast, None).await.unwrap()
    }

    /// With keys that are served, or in another mode.
    pub(super) async fn with(startup: Startup, mode: Option<Mode>) -> Result<Self, ConfigError> {
        let keys = Loopback::start(Mode::Down).await;
        let clock = TestClock::new();
        let issuer = EmbeddedIssuer::new(&keys.url).clock(clock.clone());
        keys.set(mode.unwrap_or_else(|| Mode::Keys(issuer.jwks())));
        let server = ResourceServer::builder()
            .trust(
                Issuer::new(&keys.url)
                    .audience(AUDIENCE)
                    .allow_loopback_http(),
            )
            .startup(startup)
            .clock(clock.clone())
            .build()
            .await?;
        Ok(Self {
            keys,
            issuer,
            server,
            clock,
        })
    }

    /// Answers with these keys from now on, once what is returned says so.
    pub(super) fn hold(&self, jwks: String) -> Arc<Notify> {
        let released = Arc::new(Notify::new());
        self.keys.set(Mode::Held(jwks, Arc::clone(&released)));
        released
    }

    /// The same issuer with keys that it did not have before.
    pub(super) fn rotated(&self) -> EmbeddedIssuer {
        EmbeddedIssuer::with_own_keys(&self.keys.url).clock(self.clock.clone())
    }

    pub(super) async fn judge(&self, token: TokenBuilder) -> Result<(), Denial> {
        self.judge_text(&token.algorithm(Algorithm::ES256).sign())
            .await
    }

    pub(super) async fn judge_text(&self, token: &str) -> Result<(), Denial> {
        denial(&self.server, token).await.map_or(Ok(()), Err)
    }

    pub(super) fn advance(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    /// Waits until one more answer of the key server has been dealt with, for at most 5 s.
    pub(super) async fn until(&self, what: &str, is_so: impl AsyncFn(&Self) -> bool) {
        let begun = Instant::now();
        while !is_so(self).await {
            assert!(begun.elapsed() < Duration::from_secs(5), "{what}");
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    /// Lets so much time pass that a fetch is due, has it begun, and waits for its end.
    pub(super) async fn until_refreshed(&self, seconds: u64) {
        let asked = self.keys.asked();
        self.advance(seconds);
        let _ = self.server.ready();
        self.until("the key server is asked", async |realm| {
            realm.keys.asked() > asked
        })
        .await;
        self.until("the fetch ends", async |realm| !realm.is_fetching())
            .await;
    }

    fn is_fetching(&self) -> bool {
        let mut issuers = self.server.shared.validator.issuers().iter();
        issuers.any(|issuer| match &issuer.keys {
            crate::keys::KeySource::Fetched(keys) => keys.is_fetching(),
            crate::keys::KeySource::Given(_) => false,
        })
    }
}
