//! Revocations in memory, each kept for as long as a token could live.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

use crate::claims::NumericDate;
use crate::clock::{Clock, SystemClock};
use crate::token::revocations::{Revocations, RevocationsUnavailable};
use crate::token::verified::VerifiedToken;

/// How many revocations there may be before those that no longer matter are looked for.
const FIRST_SWEEP: usize = 1024;

/// Revoked tokens, subjects and issuers, in this process' memory.
///
/// Clones share one list. A revocation is dropped once no token that it concerns could still
/// be accepted, so that the list grows with the number of revocations in one token lifetime.
///
/// # Examples
///
/// ```no_run
/// use palisade::{Issuer, ResourceServer, RevocationList};
///
/// # async fn build() -> Result<(), palisade::ConfigError> {
/// let revoked = RevocationList::new();
/// let server = ResourceServer::builder()
///     .trust(Issuer::new("https://login.example").audience("https://orders.example"))
///     .revocations(revoked.clone())
///     .build()
///     .await?;
/// // an issuer's clock may be ahead by the skew
/// let until = revoked.now().saturating_add(std::time::Duration::from_secs(30));
/// revoked.revoke_subject("https://login.example", "alice", until);
/// # let _ = server;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct RevocationList {
    state: Arc<RwLock<State>>,
    clock: Arc<dyn Clock>,
}

#[derive(Default)]
struct State {
    issuers: HashMap<Box<str>, OfIssuer>,
    /// How long a revocation matters; not known before a server is built.
    matter_for: Option<Duration>,
    entries: usize,
    next_sweep: usize,
}

/// What is revoked of one issuer's tokens.
#[derive(Default)]
struct OfIssuer {
    /// All that were issued until then.
    issued_until: Option<NumericDate>,
    /// By the token's identifier, and when that was said.
    tokens: HashMap<Box<str>, NumericDate>,
    /// By subject: all that were issued until then.
    subjects: HashMap<Box<str>, NumericDate>,
}

impl RevocationList {
    /// A list of nothing.
    pub fn new() -> Self {
        Self::with_clock(SystemClock)
    }

    /// A list of nothing that reads the time from `clock`.
    pub fn with_clock(clock: impl Clock) -> Self {
        Self {
            state: Arc::default(),
            clock: Arc::new(clock),
        }
    }

    /// The present instant, by the list's clock.
    pub fn now(&self) -> NumericDate {
        self.clock.now()
    }

    /// Revokes the token of `issuer` whose identifier is `token_id`.
    ///
    /// A token without an identifier cannot be revoked so: revoke its subject.
    pub fn revoke_token(&self, issuer: &str, token_id: &str) {
        let now = self.now();
        self.change(issuer, |of_issuer| &mut of_issuer.tokens, token_id, now);
    }

    /// Revokes the tokens of a subject that were issued at or before `issued_until`.
    ///
    /// Issuers tell the instant by the second: a token of the same second is revoked too.
    ///
    /// # Security
    ///
    /// The instants are the issuer's. Its clock may be ahead by the clock skew (30 s by default):
    /// to reach every token that is in use now, name an instant so much later than now.
    pub fn revoke_subject(&self, issuer: &str, subject: &str, issued_until: NumericDate) {
        self.change(
            issuer,
            |of_issuer| &mut of_issuer.subjects,
            subject,
            issued_until,
        );
    }

    /// Revokes every token of `issuer` that was issued at or before `issued_until`.
    ///
    /// As for [`revoke_subject`](Self::revoke_subject), add the clock skew to reach every token in use.
    pub fn revoke_issuer(&self, issuer: &str, issued_until: NumericDate) {
        let mut state = self.write();
        let before = &mut state.issuers.entry(issuer.into()).or_default().issued_until;
        *before = (*before).max(Some(issued_until));
    }

    /// How many revocations of tokens and subjects are kept.
    pub fn len(&self) -> usize {
        self.read().entries
    }

    /// Whether no token and no subject is revoked.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn change(
        &self,
        issuer: &str,
        map: impl Fn(&mut OfIssuer) -> &mut HashMap<Box<str>, NumericDate>,
        name: &str,
        instant: NumericDate,
    ) {
        let now = self.now();
        let mut state = self.write();
        let map = map(state.issuers.entry(issuer.into()).or_default());
        let known = map.len();
        let entry = map.entry(name.into()).or_insert(instant);
        *entry = (*entry).max(instant);
        state.entries += map.len() - known;
        state.sweep(now);
    }

    fn read(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for RevocationList {
    fn default() -> Self {
        Self::new()
    }
}

impl Revocations for RevocationList {
    async fn is_revoked(&self, token: &VerifiedToken) -> Result<bool, RevocationsUnavailable> {
        let state = self.read();
        let Some(of_issuer) = state.issuers.get(token.issuer()) else {
            return Ok(false);
        };
        let by_identifier = token
            .jti()
            .is_some_and(|token_id| of_issuer.tokens.contains_key(token_id));
        let by_subject = of_issuer.subjects.get(token.subject());
        let by_time = [by_subject, of_issuer.issued_until.as_ref()];
        Ok(by_identifier
            || by_time
                .iter()
                .flatten()
                .any(|until| token.issued_at() <= **until))
    }

    fn matter_for(&self, lifetime: Duration) {
        let mut state = self.write();
        state.matter_for = state.matter_for.max(Some(lifetime));
    }
}

impl State {
    /// Drops what no longer matters, each time that there is twice as much as after the last time.
    fn sweep(&mut self, now: NumericDate) {
        let Some(matter_for) = self.matter_for else {
            return;
        };
        if self.entries < self.next_sweep.max(FIRST_SWEEP) {
            return;
        }
        let matters = |instant: NumericDate| instant.saturating_add(matter_for) > now;
        self.entries = 0;
        for of_issuer in self.issuers.values_mut() {
            of_issuer.tokens.retain(|_, said| matters(*said));
            of_issuer.subjects.retain(|_, until| matters(*until));
            self.entries += of_issuer.tokens.len() + of_issuer.subjects.len();
        }
        self.next_sweep = self.entries * 2;
    }
}

impl std::fmt::Debug for RevocationList {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RevocationList")
            .field("len", &self.len())
            .finish_non_exhaustive()
    }
}
