//! Whether an endpoint can be asked, as tokens of our own tell it.
//!
//! Only a probe says that it cannot: what becomes of a caller's token is no reason to take a
//! server out of service, or anybody could send one that an endpoint stumbles over.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use arc_swap::ArcSwapOption;

use crate::claims::NumericDate;
use crate::token::introspection::IntrospectionError;

/// How long after one probe the next may begin.
const PAUSE: Duration = Duration::from_secs(5);

/// What the last probe has shown.
#[derive(Default)]
pub(super) struct Health {
    /// Whether a probe has ever been answered.
    is_known: AtomicBool,
    /// Whether a probe was called active, and none has been answered as it should be since.
    is_credulous: AtomicBool,
    failure: ArcSwapOption<IntrospectionError>,
    /// When the last probe began, in milliseconds since the epoch; 0 is never.
    probed_at: AtomicU64,
}

impl Health {
    /// Takes the one probe that may begin in each span of 5 s.
    pub(super) fn take_probe(&self, now: NumericDate) -> bool {
        let last = self.probed_at.load(Ordering::Acquire);
        let is_free = last == 0
            || now.as_millis() < last
            || now.since(NumericDate::from_millis(last)) >= PAUSE;
        is_free
            && self
                .probed_at
                .compare_exchange(last, now.as_millis(), Ordering::AcqRel, Ordering::Relaxed)
                .is_ok()
    }

    /// A probe was answered as it should be.
    pub(super) fn answered(&self) {
        self.failure.store(None);
        self.is_credulous.store(false, Ordering::Release);
        self.is_known.store(true, Ordering::Release);
    }

    /// A probe has failed.
    ///
    /// What an endpoint was found to be it stays, whatever fails next.
    pub(super) fn failed(&self, error: IntrospectionError) {
        if matches!(error, IntrospectionError::Credulous) {
            self.is_credulous.store(true, Ordering::Release);
        } else if self.is_credulous() {
            return;
        }
        self.failure.store(Some(Arc::new(error)));
    }

    /// Whether the endpoint calls just anything active: then nothing that it says counts.
    pub(super) fn is_credulous(&self) -> bool {
        self.is_credulous.load(Ordering::Acquire)
    }

    /// Whether tokens can be introspected, as far as is known.
    pub(super) fn is_good(&self) -> bool {
        self.is_known.load(Ordering::Acquire) && self.failure.load().is_none()
    }

    /// Why not.
    pub(super) fn cause(&self) -> Option<Arc<IntrospectionError>> {
        self.failure.load_full()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_good_until_it_has_answered() {
        let health = Health::default();
        assert!(!health.is_good() && health.cause().is_none());
        health.answered();
        assert!(health.is_good());
        health.failed(IntrospectionError::Credentials);
        assert!(!health.is_good());
        assert!(matches!(
            health.cause().as_deref(),
            Some(IntrospectionError::Credentials)
        ));
        health.answered();
        assert!(health.is_good() && health.cause().is_none());
    }

    /// Or it would be believed again as soon as it is down for a moment.
    #[test]
    fn who_calls_anything_active_does_so_until_a_probe_shows_otherwise() {
        let health = Health::default();
        health.failed(IntrospectionError::Credentials);
        assert!(!health.is_credulous());
        health.failed(IntrospectionError::Credulous);
        health.failed(IntrospectionError::Credentials);
        assert!(health.is_credulous());
        assert!(matches!(
            health.cause().as_deref(),
            Some(IntrospectionError::Credulous)
        ));
        health.answered();
        assert!(!health.is_credulous() && health.is_good());
    }

    #[test]
    fn a_probe_begins_once_in_five_seconds() {
        let health = Health::default();
        let takes = |millis| health.take_probe(NumericDate::from_millis(millis));
        assert!(takes(100_000));
        assert!(!takes(100_000) && !takes(104_999));
        assert!(takes(105_000) && !takes(105_001));
        assert!(takes(50_000), "a clock that was set back stops nothing");
    }
}
