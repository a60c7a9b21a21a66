//! The ends of sessions: who is informed of them, and why they happen.

use std::pin::Pin;
use std::sync::{Arc, PoisonError, RwLock};

use crate::session::login::Login;

/// The reason why a session has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SessionEnd {
    /// The person has logged out.
    Logout,
    /// The provider has reported a logout.
    ProviderLogout,
    /// The application has ended the sessions of a person.
    Application,
    /// The person has logged in again in the same browser.
    Replaced,
    /// It was not used for too long, or has reached its lifetime.
    Expired,
    /// The store is full.
    Evicted,
}

impl SessionEnd {
    #[cfg_attr(
        not(feature = "tracing"),
        allow(dead_code, reason = "only events read it")
    )]
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Logout => "logout",
            Self::ProviderLogout => "provider_logout",
            Self::Application => "application",
            Self::Replaced => "replaced",
            Self::Expired => "timeout",
            Self::Evicted => "store_full",
        }
    }
}

/// A future of an observer.
pub(crate) type Observed = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Removes what belongs to a session, such as its tokens, when it ends.
pub(crate) trait SessionObserver: Send + Sync {
    /// Returns a future that runs to its end, even if the request that ended the session is canceled.
    fn ended(&self, login: &Login, end: SessionEnd) -> Observed;
}

/// The observers of an application's sessions.
#[derive(Default)]
pub(super) struct Observers(RwLock<Vec<Arc<dyn SessionObserver>>>);

impl Observers {
    pub(super) fn add(&self, observer: Arc<dyn SessionObserver>) {
        let mut observers = self.0.write().unwrap_or_else(PoisonError::into_inner);
        observers.push(observer);
    }

    /// Returns the futures of all observers.
    pub(super) fn ended(&self, login: &Login, end: SessionEnd) -> Vec<Observed> {
        let observers = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let observers = observers.iter();
        observers.map(|other| other.ended(login, end)).collect()
    }
}
