//! Tokens that only their issuer can judge ([RFC 7662]): asked once, believed for a while.
//!
//! known → under way already → the endpoint → its answer, judged as a JWT's claims are.
//!
//! [RFC 7662]: https://www.rfc-editor.org/rfc/rfc7662

mod answer;
mod endpoint;
mod error;
mod flights;
mod health;
mod known;
mod location;
mod notice;

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::rand;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use tokio::runtime::Handle;
use tokio::time::{Instant, timeout_at};
use zeroize::Zeroizing;

use self::answer::Answer;
pub(crate) use self::endpoint::{Endpoint, EndpointSettings};
use self::endpoint::{Permit, TIMEOUT};
pub use self::error::IntrospectionError;
use self::flights::Flights;
use self::health::Health;
pub(crate) use self::known::Remembering;
use self::known::{Digest, KnownTokens};
use self::notice::Notice;
use crate::claims::NumericDate;
use crate::clock::Clock;
use crate::token::denial::Denial;
use crate::token::rules::Rules;
use crate::token::verified::VerifiedToken;

type Judged = Result<Arc<VerifiedToken>, Denial>;

/// One issuer that is asked about its tokens.
pub(crate) struct Introspector {
    rules: Rules,
    endpoint: Endpoint,
    /// How its opaque tokens begin, so that a probe looks like one.
    prefix: Box<str>,
    /// Whether a token without `sub` speaks for its client.
    client_as_subject: bool,
    known: KnownTokens,
    flights: Flights<Judged>,
    health: Health,
    clock: Arc<dyn Clock>,
}

impl Introspector {
    pub(crate) fn new(
        rules: Rules,
        endpoint: Endpoint,
        prefix: &str,
        client_as_subject: bool,
        remembering: Remembering,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            rules,
            endpoint,
            prefix: prefix.into(),
            client_as_subject,
            known: KnownTokens::new(remembering),
            flights: Flights::new(),
            health: Health::default(),
            clock,
        }
    }

    pub(crate) fn rules(&self) -> &Rules {
        &self.rules
    }

    /// How many active tokens are remembered, and in how many bytes.
    pub(crate) fn remembered(&self) -> (usize, u64) {
        self.known.size()
    }

    /// Judges an opaque token, or confirms a JWT that its issuer's keys have proved.
    pub(super) async fn judge(
        self: &Arc<Self>,
        token: &[u8],
        jwt: Option<&Arc<VerifiedToken>>,
    ) -> Judged {
        let digest = Digest::of(token);
        let known = self.known.get(&digest, self.clock.now());
        #[cfg(feature = "metrics")]
        if jwt.is_none() {
            crate::token::remembered::count(known.is_some());
        }
        if let Some(known) = known {
            return Ok(known?);
        }
        // a request's own, whoever asks for it: those who wait ask one after another, in the order in
        // which they came, so that nobody who asks has more time than one who waits for it
        let deadline = Instant::now() + TIMEOUT;
        let asking = self.ask(digest, token, jwt, deadline);
        // boxed: what a known token does not need stays out of every request's future
        Box::pin(self.flights.join(digest, asking)).await
    }

    async fn ask(
        self: &Arc<Self>,
        digest: Digest,
        token: &[u8],
        jwt: Option<&Arc<VerifiedToken>>,
        deadline: Instant,
    ) -> Judged {
        let busy = |error| {
            Notice::begin(&self.rules.issuer).failed(&error);
            Denial::not_introspected()
        };
        let place = self.endpoint.place().map_err(busy)?;
        self.known_good(deadline).await?;
        let asked_at = self.clock.now();
        let turn = self.endpoint.turn(deadline).await.map_err(busy)?;
        let question = Question {
            digest,
            token: Zeroizing::new(token.into()),
            jwt: jwt.map(Arc::clone),
            asked_at,
            deadline,
            _permits: [place, turn],
        };
        let introspector = Arc::clone(self);
        // a question that was begun is ended, and its answer remembered, whoever goes away: or
        // who hangs up again and again had any number of them under way
        let asking = tokio::spawn(async move { introspector.put(question).await });
        asking
            .await
            .unwrap_or_else(|_| Err(Denial::not_introspected()))
    }

    /// Asks, judges the answer, and remembers it.
    async fn put(self: &Arc<Self>, question: Question) -> Judged {
        let Question {
            digest,
            asked_at,
            deadline,
            ..
        } = question;
        if self.endpoint.is_stale(asked_at) {
            self.poke(asked_at);
        }
        let asking = self.endpoint.ask(&question.token, asked_at, deadline);
        let answer = self.exchange(asking).await.map_err(|_| {
            self.poke(self.clock.now());
            Denial::not_introspected()
        })?;
        let now = self.clock.now();
        let judged = match &question.jwt {
            None => answer.accept(&self.rules, self.client_as_subject, now),
            Some(jwt) => answer.confirm(jwt, &self.rules, now),
        };
        let judged = judged.map(Arc::new);
        self.known.insert(digest, &judged, asked_at);
        // found out while it was asked, and what it had said forgotten before this was remembered
        self.believe().inspect_err(|_| self.known.forget(&digest))?;
        Ok(judged?)
    }

    /// Goes on only once a probe was answered as it should be; waits for the one under way.
    async fn known_good(self: &Arc<Self>, deadline: Instant) -> Result<(), Denial> {
        if !self.health.is_known() {
            self.poke(self.clock.now());
            let _ = timeout_at(deadline, self.health.settled()).await;
            if !self.health.is_known() {
                return Err(Denial::not_introspected());
            }
        }
        self.believe()
    }

    /// Goes on only where the endpoint is not known to call just anything active.
    fn believe(self: &Arc<Self>) -> Result<(), Denial> {
        if self.health.is_credulous() {
            self.poke(self.clock.now());
            return Err(Denial::not_introspected());
        }
        Ok(())
    }

    /// Asks, and tells operators.
    async fn exchange(
        &self,
        asking: impl Future<Output = Result<Vec<u8>, IntrospectionError>>,
    ) -> Result<Answer, IntrospectionError> {
        let notice = Notice::begin(&self.rules.issuer);
        let answer = asking.await.and_then(Answer::read);
        match &answer {
            Ok(answer) => notice.answered(answer.is_active()),
            Err(error) => notice.failed(error),
        }
        answer
    }

    /// Asks about a token that nobody has issued, where the endpoint is found to be by now: shows
    /// that it is there, takes our credentials, and does not call just anything active.
    ///
    /// # Errors
    ///
    /// [`IntrospectionError`] where tokens cannot be introspected now.
    pub(crate) async fn probe(&self) -> Result<(), IntrospectionError> {
        let mut token = [0; 32];
        // where no random bytes are to be had, zeroes are as little anybody's token
        let _ = rand::fill(&mut token);
        let token = format!("{}{}", self.prefix, URL_SAFE_NO_PAD.encode(token));
        let now = self.clock.now();
        if let Err(error) = self.endpoint.look_up(now).await {
            Notice::begin(&self.rules.issuer).failed(&error);
            // where it was found before, it may still be
            if !self.endpoint.is_located(now) {
                return Err(error);
            }
        }
        let asking = self.endpoint.ask_at_once(token.as_bytes(), now);
        let answer = self.exchange(asking).await?;
        if answer.is_active() {
            let error = IntrospectionError::Credulous;
            Notice::begin(&self.rules.issuer).failed(&error);
            return Err(error);
        }
        self.health.answered();
        Ok(())
    }

    /// A probe has failed.
    fn failed(&self, error: IntrospectionError) {
        self.health.failed(error);
        // after it is known, so that nothing said before is remembered after
        if self.health.is_credulous() {
            self.known.forget_active();
        }
    }

    /// Begins a probe in the background, where none began just before.
    pub(crate) fn poke(self: &Arc<Self>, now: NumericDate) {
        let Ok(runtime) = Handle::try_current() else {
            return;
        };
        if self.health.take_probe(now) {
            let probing = Probing(Arc::clone(self));
            // of nobody's request: who goes away takes no probe along
            runtime.spawn(async move {
                if let Err(error) = probing.0.probe().await {
                    probing.0.failed(error);
                }
            });
        }
    }

    /// Whether tokens can be introspected now; where not, why, as far as that is known.
    pub(crate) fn ready(self: &Arc<Self>, now: NumericDate) -> Result<(), Option<String>> {
        if self.health.is_good() {
            return Ok(());
        }
        self.poke(now);
        Err(self.health.cause().map(|cause| cause.to_string()))
    }
}

/// What is asked of one token, with leave to do so.
struct Question {
    digest: Digest,
    token: Zeroizing<Vec<u8>>,
    jwt: Option<Arc<VerifiedToken>>,
    asked_at: NumericDate,
    deadline: Instant,
    _permits: [Permit; 2],
}

/// A probe that was taken, and is given back however it ends.
struct Probing(Arc<Introspector>);

impl Drop for Probing {
    fn drop(&mut self) {
        self.0.health.probe_ended();
    }
}

/// The issuer: tokens and credentials are not for logs.
impl fmt::Debug for Introspector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Introspector")
            .field("issuer", &self.rules.issuer)
            .finish_non_exhaustive()
    }
}

#[cfg(all(test, feature = "testing"))]
mod tests;
