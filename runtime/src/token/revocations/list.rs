//! Revocations in memory, retained for as long as a revoked token could be accepted.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

use crate::claims::NumericDate;
use crate::clock::{Clock, SystemClock};
use crate::token::revocations::{
    RevocationError, Revocations, RevocationsUnavailable, UnknownIssuer,
};
use crate::token::verified::VerifiedToken;

/// The number of revocations at which expired ones are first removed.
const FIRST_SWEEP: usize = 1024;

/// Revoked tokens, subjects and issuers, in the memory of this process.
///
/// Clones share one list, and several servers can use it. The list grows with the number of
/// revocations within one token lifetime. Expired revocations, which no longer concern any token,
/// are removed in batches: the list contains at most 1024 of them, or as many as there are others.
///
/// Only tokens of an issuer that a server with this list trusts can be revoked: any other revocation is
/// an error, and fails the build if it was made before. Servers that share a list and trust different
/// issuers must be built before the first revocation.
///
/// # Examples
///
/// ```no_run
/// use palisade::{Issuer, ResourceServer, RevocationList};
///
/// # async fn build() -> Result<(), Box<dyn std::error::Error>> {
/// let revoked = RevocationList::new();
/// let server = ResourceServer::builder()
///     .trust(Issuer::new("https://login.example").audience("https://orders.example"))
///     .revocations(revoked.clone())
///     .build()
///     .await?;
/// revoked.revoke_subject("https://login.example", "alice", revoked.now())?;
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
    /// The issuers of the servers that use the list.
    trusted: BTreeSet<Box<str>>,
    issuers: HashMap<Box<str>, IssuerRevocations>,
    /// How long revocations are retained; unknown until a server is built.
    retain_for: Option<Duration>,
    next_sweep: usize,
}

/// The revocations of one issuer's tokens.
#[derive(Default)]
struct IssuerRevocations {
    /// Every token that was issued at or before this time is revoked.
    issued_until: Option<NumericDate>,
    /// The time of revocation by the token's identifier.
    tokens: HashMap<Box<str>, NumericDate>,
    /// By subject, the time at or before which its revoked tokens were issued.
    subjects: HashMap<Box<str>, NumericDate>,
}

impl RevocationList {
    /// Creates an empty list.
    pub fn new() -> Self {
        Self::with_clock(SystemClock)
    }

    /// Creates an empty list that reads the time from `clock`.
    pub fn with_clock(clock: impl Clock) -> Self {
        Self {
            state: Arc::default(),
            clock: Arc::new(clock),
        }
    }

    /// Returns the current time of the list's clock.
    pub fn now(&self) -> NumericDate {
        self.clock.now()
    }

    /// Revokes the token of `issuer` with the identifier `token_id`.
    ///
    /// For a token without an identifier, revoke its subject instead.
    ///
    /// # Errors
    ///
    /// Returns an error if a server uses this list, and none of its servers trusts the issuer, and if
    /// `token_id` is empty.
    pub fn revoke_token(&self, issuer: &str, token_id: &str) -> Result<(), RevocationError> {
        if token_id.is_empty() {
            return Err(RevocationError::EmptyIdentifier);
        }
        let now = self.now();
        self.change(issuer, |revocations| {
            revoke(&mut revocations.tokens, token_id, now);
        })?;
        Ok(())
    }

    /// Revokes the tokens of a subject that may have been issued at or before `issued_until`.
    ///
    /// The time is by this server's clock. The issuer's clock may be ahead by the clock skew (30 s by
    /// default), so tokens whose `iat` is later by up to the skew are revoked too
    /// ([`VerifiedToken::may_predate`]). To accept new tokens of the subject at once, subtract the
    /// skew, or use [`revoke_token`](Self::revoke_token).
    ///
    /// # Errors
    ///
    /// Returns an error if a server uses this list, and none of its servers trusts the issuer, and if
    /// `subject` is empty.
    pub fn revoke_subject(
        &self,
        issuer: &str,
        subject: &str,
        issued_until: NumericDate,
    ) -> Result<(), RevocationError> {
        if subject.is_empty() {
            return Err(RevocationError::EmptySubject);
        }
        self.change(issuer, |revocations| {
            revoke(&mut revocations.subjects, subject, issued_until);
        })?;
        Ok(())
    }

    /// Revokes every token of `issuer` that may have been issued at or before `issued_until`.
    ///
    /// For the meaning of the time, see [`revoke_subject`](Self::revoke_subject).
    ///
    /// # Errors
    ///
    /// Returns [`UnknownIssuer`] if a server uses this list, and none of its servers trusts the issuer.
    pub fn revoke_issuer(
        &self,
        issuer: &str,
        issued_until: NumericDate,
    ) -> Result<(), UnknownIssuer> {
        self.change(issuer, |revocations| {
            let until = &mut revocations.issued_until;
            *until = (*until).max(Some(issued_until));
        })
    }

    /// Returns the number of revocations of tokens, subjects and issuers.
    pub fn len(&self) -> usize {
        self.read().entries()
    }

    /// Returns whether there are no revocations.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn change(
        &self,
        issuer: &str,
        change: impl FnOnce(&mut IssuerRevocations),
    ) -> Result<(), UnknownIssuer> {
        let now = self.now();
        let mut state = self.write();
        // before the first server is built, no issuer is known; `add_issuers` checks them then
        if !state.trusted.is_empty() && !state.trusted.contains(issuer) {
            return Err(state.unknown_issuer(issuer));
        }
        change(state.issuers.entry(issuer.into()).or_default());
        state.sweep(now);
        Ok(())
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
        let Some(revocations) = state.issuers.get(token.issuer()) else {
            return Ok(false);
        };
        let by_identifier = token
            .jti()
            .is_some_and(|token_id| revocations.tokens.contains_key(token_id));
        let by_subject = revocations.subjects.get(token.subject());
        let by_time = [by_subject, revocations.issued_until.as_ref()];
        Ok(by_identifier
            || by_time
                .iter()
                .flatten()
                .any(|until| token.may_predate(**until)))
    }

    fn add_issuers(&self, issuers: &[&str]) -> Result<(), UnknownIssuer> {
        let mut state = self.write();
        let mut trusted = state.trusted.clone();
        trusted.extend(issuers.iter().map(|issuer| Box::from(*issuer)));
        let mut revoked = state.issuers.keys();
        if let Some(unknown) = revoked.find(|issuer| !trusted.contains(*issuer)) {
            return Err(UnknownIssuer::new(&**unknown, &trusted));
        }
        state.trusted = trusted;
        Ok(())
    }

    fn retain_for(&self, lifetime: Duration) {
        let mut state = self.write();
        state.retain_for = state.retain_for.max(Some(lifetime));
    }
}

impl State {
    fn unknown_issuer(&self, issuer: &str) -> UnknownIssuer {
        UnknownIssuer::new(issuer, &self.trusted)
    }

    /// Removes expired revocations, once the list has doubled since the last removal.
    fn sweep(&mut self, now: NumericDate) {
        let Some(retain_for) = self.retain_for else {
            return;
        };
        // a clock that is not set (`SystemClock`) must not expire revocations
        if now == NumericDate::MAX || self.entries() < self.next_sweep.max(FIRST_SWEEP) {
            return;
        }
        let is_current = |time: &NumericDate| time.saturating_add(retain_for) > now;
        self.issuers.retain(|_, revocations| {
            revocations
                .tokens
                .retain(|_, revoked_at| is_current(revoked_at));
            revocations.subjects.retain(|_, until| is_current(until));
            revocations.issued_until = revocations.issued_until.filter(is_current);
            revocations.entries() > 0
        });
        self.next_sweep = self.entries() * 2;
    }

    fn entries(&self) -> usize {
        self.issuers.values().map(IssuerRevocations::entries).sum()
    }
}

impl IssuerRevocations {
    fn entries(&self) -> usize {
        self.tokens.len() + self.subjects.len() + usize::from(self.issued_until.is_some())
    }
}

/// Adds a revocation, or moves an existing one to a later time, never to an earlier one.
fn revoke(map: &mut HashMap<Box<str>, NumericDate>, name: &str, time: NumericDate) {
    let entry = map.entry(name.into()).or_insert(time);
    *entry = (*entry).max(time);
}

impl fmt::Debug for RevocationList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RevocationList")
            .field("len", &self.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct FixedClock;

    impl Clock for FixedClock {
        fn now(&self) -> NumericDate {
            NumericDate::from_secs(2_000)
        }
    }

    #[test]
    fn issuer_without_revocations_is_removed() {
        let list = RevocationList::with_clock(FixedClock);
        list.retain_for(Duration::from_secs(1_000));
        let past = NumericDate::from_secs(1_000);
        for issuer in 0..FIRST_SWEEP {
            let issuer = issuer.to_string();
            list.add_issuers(&[&issuer]).unwrap();
            list.revoke_subject(&issuer, "alice", past).unwrap();
        }
        assert!(list.is_empty());
        assert!(list.read().issuers.is_empty());
    }

    /// Several servers can use a list; a token of each is revoked until it expires.
    #[test]
    fn shorter_lifetime_of_another_server_removes_no_revocation() {
        for lifetimes in [[1_000, 1_001], [1_001, 1_000]] {
            let list = RevocationList::with_clock(FixedClock);
            for seconds in lifetimes {
                list.retain_for(Duration::from_secs(seconds));
            }
            let past = NumericDate::from_secs(1_000);
            for subject in 0..2 * FIRST_SWEEP {
                let subject = subject.to_string();
                list.revoke_subject("https://a.example", &subject, past)
                    .unwrap();
            }
            assert_eq!(list.len(), 2 * FIRST_SWEEP, "{lifetimes:?}");
        }
    }

    /// Expired revocations use at most as much memory as the others.
    #[cfg(feature = "testing")]
    #[test]
    fn expired_revocations_are_removed_when_the_list_has_doubled() {
        let clock = crate::testing::TestClock::new();
        let list = RevocationList::with_clock(clock.clone());
        list.retain_for(Duration::from_secs(1_000));
        list.add_issuers(&["https://a.example"]).unwrap();
        let revoke = |round: &str, count: usize| {
            for token in 0..count {
                let token = format!("{round}{token}");
                list.revoke_token("https://a.example", &token).unwrap();
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

    /// `SystemClock` returns the latest date if the system's clock is before 1970.
    #[cfg(feature = "testing")]
    #[test]
    fn clock_that_is_not_set_removes_no_revocation() {
        let clock = crate::testing::TestClock::new();
        let list = RevocationList::with_clock(clock.clone());
        list.retain_for(Duration::from_secs(1_000));
        let revoked_at = list.now();
        let revoke = |count: usize| {
            for subject in 0..count {
                let subject = subject.to_string();
                list.revoke_subject("https://a.example", &subject, revoked_at)
                    .unwrap();
            }
        };
        revoke(FIRST_SWEEP - 1);
        clock.set(NumericDate::MAX);
        revoke(FIRST_SWEEP);
        assert_eq!(list.len(), FIRST_SWEEP);
    }

    /// A revocation under another name would have no effect, without a sign of it.
    #[test]
    fn issuer_that_no_server_trusts_is_an_error() {
        let list = RevocationList::with_clock(FixedClock);
        let now = list.now();
        list.add_issuers(&["https://a.example", "https://b.example/tenant"])
            .unwrap();
        for issuer in [
            "https://a.example/",
            "https://A.example",
            "http://a.example",
            "https://a.example:443",
            "https://b.example",
            "https://b.example/Tenant",
            "https://b.example/tenant/",
            " https://a.example",
            "https://c.example",
            "",
        ] {
            let clone = list.clone();
            for result in [
                list.revoke_token(issuer, "j"),
                list.revoke_subject(issuer, "alice", now),
                clone.revoke_issuer(issuer, now).map_err(Into::into),
            ] {
                let error = result.unwrap_err();
                assert_eq!(
                    error.to_string(),
                    format!(
                        "`{issuer}` is not a trusted issuer: \
                         use `https://a.example` or `https://b.example/tenant`"
                    )
                );
            }
        }
        assert!(list.is_empty());
        assert_eq!(list.revoke_token("https://a.example", "j"), Ok(()));
        list.add_issuers(&["https://c.example"]).unwrap();
        assert_eq!(list.revoke_issuer("https://c.example", now), Ok(()));
        assert_eq!(list.len(), 2);
    }

    /// As of `token.jti().unwrap_or_default()`: an error, because the token would stay valid.
    #[test]
    fn revocation_without_identifier_or_subject_is_an_error() {
        for trusted in [&[][..], &["https://a.example"]] {
            let list = RevocationList::with_clock(FixedClock);
            list.add_issuers(trusted).unwrap();
            assert_eq!(
                list.revoke_token("https://a.example", ""),
                Err(RevocationError::EmptyIdentifier)
            );
            assert_eq!(
                list.revoke_subject("https://a.example", "", list.now()),
                Err(RevocationError::EmptySubject)
            );
            assert!(list.is_empty());
            assert_eq!(list.revoke_token("https://a.example", " "), Ok(()));
        }
    }

    #[test]
    fn earlier_revocation_of_an_unknown_issuer_is_an_error_of_the_server() {
        let list = RevocationList::with_clock(FixedClock);
        list.revoke_token("https://a.example", "j").unwrap();
        list.revoke_issuer("https://b.example/", list.now())
            .unwrap();
        let error = list
            .add_issuers(&["https://a.example", "https://b.example"])
            .unwrap_err();
        assert!(
            error.to_string().starts_with("`https://b.example/` is not"),
            "{error}"
        );
        assert!(list.read().trusted.is_empty(), "the server is not built");
        list.add_issuers(&["https://a.example", "https://b.example/"])
            .unwrap();
        list.add_issuers(&["https://c.example"]).unwrap();
        assert_eq!(list.revoke_token("https://a.example", "j"), Ok(()));
    }
}
