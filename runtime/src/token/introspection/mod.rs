//! Token introspection ([RFC 7662]): the issuer's endpoint validates opaque tokens, and confirms
//! JWTs.
//!
//! A token passes through cache → single flight → endpoint → response, whose claims are validated
//! like those of a JWT. Probes with random tokens check the endpoint. Requests are ordered by the
//! time they are sent (`order.rs`); a response never replaces that of a later request.
//!
//! [RFC 7662]: https://www.rfc-editor.org/rfc/rfc7662

mod agreement;
mod cache;
mod endpoint;
mod error;
mod health;
mod location;
mod order;
mod response;
mod single_flight;

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::rand;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use tokio::runtime::Handle;
use tokio::time::{Instant, timeout_at};
use zeroize::Zeroizing;

pub(crate) use self::cache::CacheSettings;
use self::cache::{Digest, IntrospectionCache};
pub(crate) use self::endpoint::{EndpointSettings, IntrospectionEndpoint};
use self::endpoint::{Permit, TIMEOUT};
pub use self::error::IntrospectionError;
use self::health::Health;
use self::response::IntrospectionResponse;
use self::single_flight::SingleFlight;
use crate::claims::NumericDate;
use crate::clock::Clock;
use crate::https::{ExchangeRecord, Purpose};
#[cfg(feature = "metrics")]
use crate::token::cache::record_lookup;
use crate::token::rejection::TokenRejection;
use crate::token::rules::TokenRules;
use crate::token::verified::VerifiedToken;

type IntrospectionResult = Result<Arc<VerifiedToken>, TokenRejection>;

/// Introspects the tokens of one issuer.
pub(crate) struct Introspector {
    rules: TokenRules,
    /// The rules of the issuer's JWTs.
    jwt_rules: TokenRules,
    endpoint: IntrospectionEndpoint,
    /// The prefix of the issuer's opaque tokens, which probes have too.
    prefix: Box<str>,
    /// Whether the client is the subject of a token without `sub`.
    client_as_subject: bool,
    cache: IntrospectionCache,
    single_flight: SingleFlight<IntrospectionResult>,
    health: Health,
    clock: Arc<dyn Clock>,
}

impl Introspector {
    pub(crate) fn new(
        rules: TokenRules,
        jwt_rules: TokenRules,
        endpoint: IntrospectionEndpoint,
        prefix: &str,
        client_as_subject: bool,
        cache: CacheSettings,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            rules,
            jwt_rules,
            endpoint,
            prefix: prefix.into(),
            client_as_subject,
            cache: IntrospectionCache::new(cache),
            single_flight: SingleFlight::new(),
            health: Health::default(),
            clock,
        }
    }

    pub(crate) fn rules(&self) -> &TokenRules {
        &self.rules
    }

    /// Returns the number of cached active tokens and their total size in bytes.
    pub(crate) fn cached_tokens(&self) -> (usize, u64) {
        self.cache.size()
    }

    /// Returns the result for an opaque token, or `None` if none is cached.
    pub(super) fn validate_cached(&self, token: &[u8]) -> Option<IntrospectionResult> {
        let cached = self.cache.get(&Digest::of(token), self.clock.now())?;
        #[cfg(feature = "metrics")]
        record_lookup(true);
        Some(cached.map_err(TokenRejection::from))
    }

    /// Validates an opaque token, or confirms a JWT that is already verified.
    ///
    /// # Errors
    ///
    /// Returns a rejection if the token is invalid, or the endpoint is unavailable.
    pub(super) async fn validate(
        self: &Arc<Self>,
        token: &[u8],
        jwt: Option<&Arc<VerifiedToken>>,
    ) -> IntrospectionResult {
        let digest = Digest::of(token);
        let cached = self.cache.get(&digest, self.clock.now());
        #[cfg(feature = "metrics")]
        if jwt.is_none() {
            record_lookup(cached.is_some());
        }
        if let Some(cached) = cached {
            return Ok(cached?);
        }
        // the deadline of each caller starts at its arrival: if the request in flight is
        // canceled, the next caller sends its own and must not wait longer than 5 s in total
        let deadline = Instant::now() + TIMEOUT;
        let request = self.send_when_permitted(digest, token, jwt, deadline);
        // boxed, so that the future of a cache hit stays small
        Box::pin(self.single_flight.run(digest, request)).await
    }

    async fn send_when_permitted(
        self: &Arc<Self>,
        digest: Digest,
        token: &[u8],
        jwt: Option<&Arc<VerifiedToken>>,
        deadline: Instant,
    ) -> IntrospectionResult {
        // the request in flight may have ended between this caller's lookup and now
        if let Some(cached) = self.cache.get(&digest, self.clock.now()) {
            return Ok(cached?);
        }
        let busy = |error| {
            record_failure(&self.start_record(), &error);
            TokenRejection::INTROSPECTION_UNAVAILABLE
        };
        let queue_permit = self.endpoint.queue_permit().map_err(busy)?;
        self.wait_until_probed(deadline).await?;
        let requested_at = self.clock.now();
        let send_permit = self.endpoint.send_permit(deadline).await.map_err(busy)?;
        let request = PermittedRequest {
            digest,
            token: Zeroizing::new(token.into()),
            jwt: jwt.map(Arc::clone),
            requested_at,
            deadline,
            _permits: [queue_permit, send_permit],
        };
        let introspector = Arc::clone(self);
        // spawned, so that a request completes and its result is cached even if the caller
        // disconnects: otherwise a client that reconnects could have any number in flight
        let response = tokio::spawn(async move { introspector.send(request).await });
        response
            .await
            .unwrap_or(Err(TokenRejection::INTROSPECTION_UNAVAILABLE))
    }

    /// Sends a request, validates the response and caches the result.
    async fn send(self: &Arc<Self>, request: PermittedRequest) -> IntrospectionResult {
        let PermittedRequest {
            digest,
            requested_at,
            deadline,
            ..
        } = request;
        if self.endpoint.is_stale(requested_at) {
            self.start_probe(requested_at);
        }
        let numbered = self.cache.start_request(digest);
        // after the request has its number: a probe that fails later distrusts the number
        self.check_accepts_any_token()?;
        let response = self
            .endpoint
            .introspect(&request.token, requested_at, deadline);
        let response = self.read_and_record(response).await.map_err(|_| {
            self.start_probe(self.clock.now());
            TokenRejection::INTROSPECTION_UNAVAILABLE
        })?;
        let now = self.clock.now();
        let result = match &request.jwt {
            None => response.validate(&self.rules, self.client_as_subject, now),
            Some(jwt) => response.confirm(jwt, &self.rules, &self.jwt_rules, now),
        };
        let result = self
            .cache
            .complete(numbered, result.map(Arc::new), requested_at)
            .ok_or(TokenRejection::INTROSPECTION_UNAVAILABLE)?;
        // a probe that fails now clears the cache, and this result must not be used either
        self.check_accepts_any_token()?;
        Ok(result?)
    }

    /// Waits for the first successful probe, and rejects the token if the deadline passes before it.
    async fn wait_until_probed(self: &Arc<Self>, deadline: Instant) -> Result<(), TokenRejection> {
        if !self.health.has_succeeded() {
            self.start_probe(self.clock.now());
            let _ = timeout_at(deadline, self.health.probe_finished()).await;
            if !self.health.has_succeeded() {
                return Err(TokenRejection::INTROSPECTION_UNAVAILABLE);
            }
        }
        self.check_accepts_any_token()
    }

    /// Rejects the token, and starts a probe, if the endpoint is known to accept any token.
    fn check_accepts_any_token(self: &Arc<Self>) -> Result<(), TokenRejection> {
        if self.health.accepts_any_token() {
            self.start_probe(self.clock.now());
            return Err(TokenRejection::INTROSPECTION_UNAVAILABLE);
        }
        Ok(())
    }

    /// Reads a response, and records an event and metrics of the exchange.
    async fn read_and_record(
        &self,
        response: impl Future<Output = Result<Vec<u8>, IntrospectionError>>,
    ) -> Result<IntrospectionResponse, IntrospectionError> {
        let record = self.start_record();
        let response = response.await.and_then(IntrospectionResponse::read);
        match &response {
            Ok(response) => record.introspected(response.is_active()),
            Err(error) => record_failure(&record, error),
        }
        response
    }

    fn start_record(&self) -> ExchangeRecord<'_> {
        ExchangeRecord::start(Purpose::Introspection, &self.rules.issuer)
    }

    /// Introspects a random token, after refreshing the endpoint's URL if necessary.
    ///
    /// Success shows that the endpoint responds, accepts this API's credentials, and does not
    /// report every token as active.
    ///
    /// # Errors
    ///
    /// Returns [`IntrospectionError`] if tokens cannot be introspected now.
    pub(crate) async fn probe(&self) -> Result<(), IntrospectionError> {
        let mut token = [0; 32];
        // if random bytes are unavailable, no issuer has issued a token of zeros either
        let _ = rand::fill(&mut token);
        let token = format!("{}{}", self.prefix, URL_SAFE_NO_PAD.encode(token));
        let now = self.clock.now();
        if let Err(error) = self.endpoint.refresh_location(now).await {
            record_failure(&self.start_record(), &error);
            // the previous URL may still be valid
            if !self.endpoint.is_located(now) {
                return Err(error);
            }
        }
        let response = self.endpoint.introspect_unqueued(token.as_bytes(), now);
        let response = self.read_and_record(response).await?;
        if response.is_active() {
            let error = IntrospectionError::AcceptsAnyToken;
            record_failure(&self.start_record(), &error);
            return Err(error);
        }
        self.health.record_success();
        Ok(())
    }

    fn record_failed_probe(&self, error: IntrospectionError) {
        self.health.record_failure(error);
        // after the health is recorded, so that no request starts in between and is trusted
        if self.health.accepts_any_token() {
            self.cache.distrust();
        }
    }

    /// Starts a probe in the background, unless one started within the last 5 s.
    pub(crate) fn start_probe(self: &Arc<Self>, now: NumericDate) {
        let Ok(runtime) = Handle::try_current() else {
            return;
        };
        if self.health.try_start_probe(now) {
            let probe = RunningProbe(Arc::clone(self));
            // spawned, so that a disconnecting client does not cancel it
            runtime.spawn(async move {
                if let Err(error) = probe.0.probe().await {
                    probe.0.record_failed_probe(error);
                }
            });
        }
    }

    /// Checks that tokens can be introspected now, and starts a probe otherwise.
    ///
    /// # Errors
    ///
    /// Returns the error of the last probe, or `None` if no probe has ended yet.
    pub(crate) fn check_ready(self: &Arc<Self>, now: NumericDate) -> Result<(), Option<String>> {
        if self.health.is_healthy() {
            return Ok(());
        }
        self.start_probe(now);
        Err(self.health.last_error().map(|error| error.to_string()))
    }
}

fn record_failure(record: &ExchangeRecord<'_>, error: &IntrospectionError) {
    match error {
        IntrospectionError::Credentials | IntrospectionError::AcceptsAnyToken => {
            record.introspection_misconfigured(error);
        }
        _ => record.introspection_failed(error),
    }
}

/// A request that has the permits to be sent.
struct PermittedRequest {
    digest: Digest,
    token: Zeroizing<Vec<u8>>,
    jwt: Option<Arc<VerifiedToken>>,
    requested_at: NumericDate,
    deadline: Instant,
    _permits: [Permit; 2],
}

/// A probe in flight, which finishes when it is dropped.
struct RunningProbe(Arc<Introspector>);

impl Drop for RunningProbe {
    fn drop(&mut self) {
        self.0.health.finish_probe();
    }
}

/// Prints only the issuer, because tokens and credentials must not be logged.
impl fmt::Debug for Introspector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Introspector")
            .field("issuer", &self.rules.issuer)
            .finish_non_exhaustive()
    }
}

#[cfg(all(test, feature = "testing"))]
mod tests;
