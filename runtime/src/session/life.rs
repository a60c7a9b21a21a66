//! When sessions end by time, and the connections that wait for the end of one.

use std::collections::HashMap;
use std::future::poll_fn;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::sync::futures::Notified;

use crate::claims::NumericDate;
use crate::clock::Clock;
use crate::session::error::{SessionError, SessionRefusal, SessionStoreError};
use crate::session::store::{DynSessionStore, SessionKey, StoredSession};

/// The time of the last use is stored at most this often.
const TOUCH_INTERVAL: Duration = Duration::from_mins(1);

/// A connection finds an end of its session in another process after at most this time.
const CHECK_INTERVAL: Duration = Duration::from_secs(30);

/// The store of an application's sessions, and the times after which they end.
pub(super) struct Life {
    pub(super) store: Box<dyn DynSessionStore>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) idle_time: Duration,
    pub(super) lifetime: Duration,
    waiting: Mutex<Waiting>,
}

type Waiting = HashMap<SessionKey, Arc<Notify>>;

// each change of the state is whole, so that it can be used after a panic elsewhere
impl UnwindSafe for Life {}
impl RefUnwindSafe for Life {}

/// The start of a session, and its end even if it is used.
#[derive(Clone, Copy)]
pub(super) struct Times {
    pub(super) started_at: NumericDate,
    pub(super) expires_at: NumericDate,
}

impl Life {
    pub(super) fn new(
        store: Box<dyn DynSessionStore>,
        clock: Arc<dyn Clock>,
        idle_time: Duration,
        lifetime: Duration,
    ) -> Self {
        Self {
            store,
            clock,
            idle_time,
            lifetime,
            waiting: Mutex::default(),
        }
    }

    /// Returns the time at which a session ends, unless it is used before.
    pub(super) fn end_of(&self, times: Times, stored: &StoredSession) -> NumericDate {
        // the end that was sealed, or an earlier one if the lifetime is shorter now
        let latest = times.started_at.saturating_add(self.lifetime);
        let idle_until = stored.last_used.saturating_add(self.idle_time);
        times.expires_at.min(latest).min(idle_until)
    }

    /// Completes when a session has ended.
    pub(super) async fn wait_for_end(&self, key: SessionKey, times: Times) {
        let wait = self.wait(key);
        loop {
            // before the store is read, so that no end is missed
            let woken = wait.woken();
            let now = self.clock.now();
            let until = match self.store.find(&key).await {
                Ok(None) => return,
                Ok(Some(stored)) => self.end_of(times, &stored),
                Err(error) => {
                    unavailable(error);
                    times.expires_at
                }
            };
            if now >= until {
                return;
            }
            // another process may end it
            let until = until.min(now.saturating_add(CHECK_INTERVAL));
            either(woken, Arc::clone(&self.clock).wait_until(until)).await;
        }
    }

    /// Records a use of a session, unless it has ended.
    pub(super) async fn touch(
        &self,
        key: &SessionKey,
        times: Times,
    ) -> Result<(), SessionStoreError> {
        let now = self.clock.now();
        match self.store.find(key).await? {
            Some(stored) if now < self.end_of(times, &stored) => self.used(&stored, now).await,
            _ => Ok(()),
        }
    }

    /// Records a use of a session at `now`, unless the recorded one is recent.
    pub(super) async fn used(
        &self,
        stored: &StoredSession,
        now: NumericDate,
    ) -> Result<(), SessionStoreError> {
        if now.since(stored.last_used) >= TOUCH_INTERVAL.min(self.idle_time / 2) {
            self.store.touch(&stored.key, now).await?;
        }
        Ok(())
    }

    /// Wakes those that wait for the end of a session.
    pub(super) fn wake(&self, key: &SessionKey) {
        if let Some(notify) = self.waiting().get(key) {
            notify.notify_waiters();
        }
    }

    fn wait(&self, key: SessionKey) -> Wait<'_> {
        let notify = Arc::clone(self.waiting().entry(key).or_default());
        Wait {
            life: self,
            key,
            notify,
        }
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        // no operation leaves the map half changed
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A wait for the end of one session.
struct Wait<'a> {
    life: &'a Life,
    key: SessionKey,
    notify: Arc<Notify>,
}

impl Wait<'_> {
    /// Returns a future that completes at the next [`Life::wake`], also at one before it is polled.
    fn woken(&self) -> Notified<'_> {
        self.notify.notified()
    }
}

impl Drop for Wait<'_> {
    fn drop(&mut self) {
        let mut waiting = self.life.waiting();
        // the map and this one have it
        if Arc::strong_count(&self.notify) <= 2 {
            waiting.remove(&self.key);
        }
    }
}

/// Completes when one of two futures does.
async fn either(one: impl Future<Output = ()>, other: impl Future<Output = ()>) {
    let (mut one, mut other) = (pin!(one), pin!(other));
    poll_fn(|context| {
        if one.as_mut().poll(context).is_ready() || other.as_mut().poll(context).is_ready() {
            return Poll::Ready(());
        }
        Poll::Pending
    })
    .await;
}

/// Reports an error of the store, which the client does not learn.
pub(super) fn unavailable(error: impl Into<SessionError>) -> SessionRefusal {
    let error = error.into();
    #[cfg(feature = "tracing")]
    tracing::error!(
        target: "palisade::session",
        event = "session_store_failed",
        error = &error as &dyn std::error::Error,
        "a session cannot be checked"
    );
    drop(error);
    SessionRefusal::Unavailable
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SystemClock;
    use crate::session::memory::MemorySessions;

    #[test]
    fn wait_that_is_over_leaves_no_entry() {
        let hour = Duration::from_hours(1);
        let store = Box::new(MemorySessions::new());
        let life = Life::new(store, Arc::new(SystemClock), hour, hour);
        let key = SessionKey::from_bytes([1; 32]);
        let (one, other) = (life.wait(key), life.wait(key));
        drop(one);
        assert_eq!(life.waiting().len(), 1);
        drop(other);
        assert!(life.waiting().is_empty());
    }
}
