//! The configuration of sessions.

use std::fmt;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use crate::clock::{Clock, SystemClock};
use crate::seal::{Purpose, SealingKey, SealingKeys};
use crate::session::ends::Observers;
use crate::session::error::SessionsConfigError;
use crate::session::life::Life;
use crate::session::memory::MemorySessions;
use crate::session::origin::AppOrigin;
use crate::session::record::RecordSealer;
use crate::session::sessions::{Sessions, Shared};
use crate::session::store::{DynSessionStore, SessionStore};

const PURPOSE: Purpose = Purpose::new("session");

const DEFAULT_IDLE_TIME: Duration = Duration::from_mins(30);
const DEFAULT_LIFETIME: Duration = Duration::from_hours(12);
const MAX_LIFETIME: Duration = Duration::from_hours(30 * 24);

/// Configures [`Sessions`].
#[must_use = "a builder has no effect until `build` is called"]
pub struct SessionsBuilder {
    origin: String,
    store: Option<Box<dyn DynSessionStore>>,
    keys: Option<SealingKeys>,
    clock: Arc<dyn Clock>,
    idle_time: Duration,
    lifetime: Duration,
}

impl Sessions {
    /// Configures the sessions of the application with this origin, such as `https://app.example.govt.nz`.
    ///
    /// It is the address that browsers show, without a path. `http` is accepted for a loopback host only.
    pub fn builder(origin: impl Into<String>) -> SessionsBuilder {
        SessionsBuilder {
            origin: origin.into(),
            store: None,
            keys: None,
            clock: Arc::new(SystemClock),
            idle_time: DEFAULT_IDLE_TIME,
            lifetime: DEFAULT_LIFETIME,
        }
    }
}

impl SessionsBuilder {
    /// Sets the time after which an unused session ends; by default 30 minutes.
    pub fn idle_time(mut self, time: Duration) -> Self {
        self.idle_time = time;
        self
    }

    /// Sets the time after which a session ends, even if it is used; by default 12 hours, at most 30 days.
    pub fn lifetime(mut self, lifetime: Duration) -> Self {
        self.lifetime = lifetime;
        self
    }

    /// Sets the store; by default [`MemorySessions`]. It requires [`keys`](Self::keys).
    pub fn store(mut self, store: impl SessionStore) -> Self {
        self.store = Some(Box::new(store));
        self
    }

    /// Sets the keys that seal the records of the store.
    ///
    /// Processes that share a store share the keys. A record opens for the origin that sealed it only. By default, the records in memory are sealed with a key of this
    /// process.
    pub fn keys(mut self, keys: impl Into<SealingKeys>) -> Self {
        self.keys = Some(keys.into());
        self
    }

    /// Sets the clock that lifetimes are checked against; by default the system's.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Builds the sessions.
    ///
    /// # Errors
    ///
    /// Returns an error if the origin, a time or the keys are not valid, or if there is a store without keys.
    pub fn build(self) -> Result<Sessions, SessionsConfigError> {
        let origin = AppOrigin::parse(&self.origin)?;
        if self.idle_time.is_zero() || self.lifetime.is_zero() {
            return Err(SessionsConfigError::Lifetime);
        }
        if self.lifetime > MAX_LIFETIME {
            return Err(SessionsConfigError::LifetimeTooLong);
        }
        let keys = match (self.keys, &self.store) {
            (Some(keys), _) => keys,
            (None, None) => SealingKey::generate()?.into(),
            (None, Some(_)) => return Err(SessionsConfigError::NoKeys),
        };
        let sealer = RecordSealer::new(keys.sealer(PURPOSE)?, origin.clone());
        let store = self
            .store
            .unwrap_or_else(|| Box::new(MemorySessions::new()));
        Ok(Sessions {
            shared: Arc::new(Shared {
                origin,
                sealer,
                life: Arc::new(Life::new(store, self.clock, self.idle_time, self.lifetime)),
                observers: Observers::default(),
                login_path: OnceLock::new(),
                swept_at: AtomicU64::new(0),
            }),
        })
    }
}

impl fmt::Debug for SessionsBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionsBuilder")
            .field("origin", &self.origin)
            .finish_non_exhaustive()
    }
}
