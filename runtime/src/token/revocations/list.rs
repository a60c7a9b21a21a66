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
/// Clones share one list, and several servers may ask it. Of revocations that concern no token
/// that could still be accepted, at most 1024 are kept or as many as there are others: the list
/// grows with the number of revocations in one token lifetime.
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
/// revoked.revoke_subject("https://login.example", "alice", revoked.now());
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
    retain_for: Option<Duration>,
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
        self.change(issuer, |of_issuer| {
            revoke(&mut of_issuer.tokens, token_id, now);
        });
    }

    /// Revokes the tokens of a subject that may have been issued at or before `issued_until`.
    ///
    /// The instant is by our clock. An issuer's may be ahead by the clock skew (30 s by default),
    /// so that a token counts whose `iat` is later by no more than that
    /// ([`VerifiedToken::may_predate`]). A subject who is to be let in again at once needs
    /// an instant that is earlier by the skew, or [`revoke_token`](Self::revoke_token).
    pub fn revoke_subject(&self, issuer: &str, subject: &str, issued_until: NumericDate) {
        self.change(issuer, |of_issuer| {
            revoke(&mut of_issuer.subjects, subject, issued_until);
        });
    }

    /// Revokes every token of `issuer` that may have been issued at or before `issued_until`.
    ///
    /// The instant is meant as in [`revoke_subject`](Self::revoke_subject).
    pub fn revoke_issuer(&self, issuer: &str, issued_until: NumericDate) {
        self.change(issuer, |of_issuer| {
            let until = &mut of_issuer.issued_until;
            *until = (*until).max(Some(issued_until));
        });
    }

    /// How many revocations are kept: of tokens, of subjects, of issuers.
    pub fn len(&self) -> usize {
        self.read().entries()
    }

    /// Whether nothing is revoked.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn change(&self, issuer: &str, change: impl FnOnce(&mut OfIssuer)) {
        let now = self.now();
        let mut state = self.write();
        change(state.issuers.entry(issuer.into()).or_default());
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
                .any(|until| token.may_predate(**until)))
    }

    fn retain_for(&self, lifetime: Duration) {
        let mut state = self.write();
        state.retain_for = state.retain_for.max(Some(lifetime));
    }
}

impl State {
    /// Drops what no longer matters, each time that there is twice as much as after the last time.
    fn sweep(&mut self, now: NumericDate) {
        let Some(retain_for) = self.retain_for else {
            return;
        };
        if self.entries() < self.next_sweep.max(FIRST_SWEEP) {
            return;
        }
        let matters = |instant: &NumericDate| instant.saturating_add(retain_for) > now;
        self.issuers.retain(|_, of_issuer| {
            of_issuer.tokens.retain(|_, said| matters(said));
            of_issuer.subjects.retain(|_, until| matters(until));
            of_issuer.issued_until = of_issuer.issued_until.filter(matters);
            of_issuer.entries() > 0
        });
        self.next_sweep = self.entries() * 2;
    }

    fn entries(&self) -> usize {
        self.issuers.values().map(OfIssuer::entries).sum()
    }
}

impl OfIssuer {
    fn entries(&self) -> usize {
        self.tokens.len() + self.subjects.len() + usize::from(self.issued_until.is_some())
    }
}

/// Notes a revocation; one that is there already is only ever moved to a later instant.
fn revoke(map: &mut HashMap<Box<str>, NumericDate>, name: &str, instant: NumericDate) {
    let entry = map.entry(name.into()).or_insert(instant);
    *entry = (*entry).max(instant);
}

impl std::fmt::Debug for RevocationList {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RevocationList")
            .field("len", &self.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Later;

    impl Clock for Later {
        fn now(&self) -> NumericDate {
            NumericDate::from_secs(2_000)
        }
    }

    #[test]
    fn an_issuer_of_whom_nothing_is_kept_is_not_kept() {
        let list = RevocationList::with_clock(Later);
        list.retain_for(Duration::from_secs(1_000));
        let past = NumericDate::from_secs(1_000);
        for issuer in 0..FIRST_SWEEP {
            list.revoke_subject(&issuer.to_string(), "alice", past);
        }
        assert!(list.is_empty());
        assert!(list.read().issuers.is_empty());
    }

    /// Memory is bounded by what matters: the list is at most twice as long, once it is long at all.
    #[cfg(feature = "testing")]
    #[test]
    fn what_no_longer_matters_goes_each_time_the_list_has_doubled() {
        let clock = crate::testing::TestClock::new();
        let list = RevocationList::with_clock(clock.clone());
        list.retain_for(Duration::from_secs(1_000));
        let revoke = |round: &str, count: usize| {
            for token in 0..count {
                list.revoke_token("https://a.example", &format!("{round}{token}"));
            }
        };
        revoke("old", FIRST_SWEEP);
        assert_eq!(list.len(), FIRST_SWEEP);
        clock.advance(Duration::from_secs(1_001));
        revoke("new", FIRST_SWEEP - 1);
        assert_eq!(list.len(), 2 * FIRST_SWEEP - 1);
        revoke("last", 1);
        assert_eq!(list.len(), FIRST_SWEEP);
    }
}
