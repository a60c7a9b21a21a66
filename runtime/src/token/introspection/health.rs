//! Whether an endpoint can be asked, as tokens of our own tell it.
//!
//! Only a probe says that it cannot: what becomes of a caller's token is no reason to take a
//! server out of service, or anybody could send one that an endpoint stumbles over.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use arc_swap::ArcSwapOption;
use tokio::sync::watch;

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
    probes: watch::Sender<Probes>,
}

/// One probe at a time.
#[derive(Clone, Copy, Default)]
struct Probes {
    is_under_way: bool,
    /// When the last one began.
    begun_at: Option<NumericDate>,
}

impl Health {
    /// Takes the one probe that may begin in each span of 5 s; [`probe_ended`](Self::probe_ended)
    /// gives it back.
    pub(super) fn take_probe(&self, now: NumericDate) -> bool {
        self.probes.send_if_modified(|probes| {
            let is_free = probes
                .begun_at
                .is_none_or(|last| now < last || now.since(last) >= PAUSE);
            let is_taken = is_free && !probes.is_under_way;
            if is_taken {
                *probes = Probes {
                    is_under_way: true,
                    begun_at: Some(now),
                };
            }
            is_taken
        })
    }

    /// The probe that was taken is no longer under way, whatever it has shown.
    pub(super) fn probe_ended(&self) {
        self.probes
            .send_modify(|probes| probes.is_under_way = false);
    }

    /// Waits until no probe is under way.
    pub(super) async fn settled(&self) {
        let mut probes = self.probes.subscribe();
        // fails where there is no sender, which `self` holds
        let _ = probes.wait_for(|probes| !probes.is_under_way).await;
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

    /// Whether a probe was ever answered: before, nothing is known of the endpoint.
    pub(super) fn is_known(&self) -> bool {
        self.is_known.load(Ordering::Acquire)
    }

    /// Whether tokens can be introspected, as far as is known.
    pub(super) fn is_good(&self) -> bool {
        self.is_known() && self.failure.load().is_none()
    }

    /// Why not.
    pub(super) fn cause(&self) -> Option<Arc<IntrospectionError>> {
        self.failure.load_full()
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

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
        let takes = |millis| {
            let is_taken = health.take_probe(NumericDate::from_millis(millis));
            health.probe_ended();
            is_taken
        };
        assert!(takes(100_000));
        assert!(!takes(100_000) && !takes(104_999));
        assert!(takes(105_000) && !takes(105_001));
        assert!(takes(50_000), "a clock that was set back stops nothing");
    }

    #[tokio::test]
    async fn one_probe_is_under_way_at_a_time_and_its_end_can_be_waited_for() {
        let health = Health::default();
        let context = &mut Context::from_waker(Waker::noop());
        health.settled().await;
        assert!(health.take_probe(NumericDate::from_secs(100)));
        assert!(!health.take_probe(NumericDate::from_secs(200)));
        let mut settled = pin!(health.settled());
        assert_eq!(settled.as_mut().poll(context), Poll::Pending);
        health.probe_ended();
        assert_eq!(settled.poll(context), Poll::Ready(()));
        assert!(health.take_probe(NumericDate::from_secs(200)));
    }
}
