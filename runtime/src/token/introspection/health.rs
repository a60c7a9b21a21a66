//! The health of an introspection endpoint, according to probes.
//!
//! Probes run one after the other, so that no result replaces that of a later one.
//!
//! Only a failed probe makes the server unready. A failed request with a client's token does not:
//! otherwise a client could take servers out of service with a token that the endpoint cannot handle.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use arc_swap::ArcSwapOption;
use tokio::sync::watch;

use crate::claims::NumericDate;
use crate::token::introspection::error::IntrospectionError;

/// The minimum time between the starts of two probes.
const PROBE_INTERVAL: Duration = Duration::from_secs(5);

/// The results of the probes so far.
#[derive(Default)]
pub(super) struct Health {
    /// Whether a probe has ever succeeded.
    has_succeeded: AtomicBool,
    /// Whether a random token was reported as active, and no probe has succeeded since.
    accepts_any_token: AtomicBool,
    last_error: ArcSwapOption<IntrospectionError>,
    probe: watch::Sender<ProbeState>,
}

/// The state of the probe, of which at most one is in flight.
#[derive(Clone, Copy, Default)]
struct ProbeState {
    is_in_flight: bool,
    last_started_at: Option<NumericDate>,
}

impl Health {
    /// Records the start of a probe and returns `true`, unless one is in flight or started within the
    /// last 5 s.
    ///
    /// The caller must call [`finish_probe`](Self::finish_probe) when the probe ends.
    pub(super) fn try_start_probe(&self, now: NumericDate) -> bool {
        self.probe.send_if_modified(|probe| {
            let is_due = probe
                .last_started_at
                .is_none_or(|last| now < last || now.since(last) >= PROBE_INTERVAL);
            let starts = is_due && !probe.is_in_flight;
            if starts {
                *probe = ProbeState {
                    is_in_flight: true,
                    last_started_at: Some(now),
                };
            }
            starts
        })
    }

    /// Records that the probe in flight has ended, successfully or not.
    pub(super) fn finish_probe(&self) {
        self.probe.send_modify(|probe| probe.is_in_flight = false);
    }

    /// Waits until no probe is in flight.
    pub(super) async fn probe_finished(&self) {
        let mut probe = self.probe.subscribe();
        // the only error is that the sender was dropped, and `self` owns it
        let _ = probe.wait_for(|probe| !probe.is_in_flight).await;
    }

    /// Records a successful probe.
    pub(super) fn record_success(&self) {
        self.last_error.store(None);
        self.accepts_any_token.store(false, Ordering::Release);
        self.has_succeeded.store(true, Ordering::Release);
    }

    /// Records a failed probe.
    ///
    /// An endpoint that accepts any token counts as such until a probe succeeds, even if later probes
    /// fail for other reasons.
    pub(super) fn record_failure(&self, error: IntrospectionError) {
        if matches!(error, IntrospectionError::AcceptsAnyToken) {
            self.accepts_any_token.store(true, Ordering::Release);
        } else if self.accepts_any_token() {
            return;
        }
        self.last_error.store(Some(Arc::new(error)));
    }

    /// Returns whether the endpoint reports random tokens as active, so that no response is trusted.
    pub(super) fn accepts_any_token(&self) -> bool {
        self.accepts_any_token.load(Ordering::Acquire)
    }

    /// Returns whether a probe has ever succeeded.
    pub(super) fn has_succeeded(&self) -> bool {
        self.has_succeeded.load(Ordering::Acquire)
    }

    /// Returns whether the last probe succeeded.
    pub(super) fn is_healthy(&self) -> bool {
        self.has_succeeded() && self.last_error.load().is_none()
    }

    /// Returns the error of the last probe, if it failed.
    pub(super) fn last_error(&self) -> Option<Arc<IntrospectionError>> {
        self.last_error.load_full()
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use super::*;

    #[test]
    fn endpoint_is_healthy_after_a_successful_probe() {
        let health = Health::default();
        assert!(!health.is_healthy() && health.last_error().is_none());
        health.record_success();
        assert!(health.is_healthy());
        health.record_failure(IntrospectionError::Credentials);
        assert!(!health.is_healthy());
        assert!(matches!(
            health.last_error().as_deref(),
            Some(IntrospectionError::Credentials)
        ));
        health.record_success();
        assert!(health.is_healthy() && health.last_error().is_none());
    }

    /// Otherwise a short outage would make its responses trusted again.
    #[test]
    fn endpoint_that_accepts_any_token_does_so_until_a_probe_succeeds() {
        let health = Health::default();
        health.record_failure(IntrospectionError::Credentials);
        assert!(!health.accepts_any_token());
        health.record_failure(IntrospectionError::AcceptsAnyToken);
        health.record_failure(IntrospectionError::Credentials);
        assert!(health.accepts_any_token());
        assert!(matches!(
            health.last_error().as_deref(),
            Some(IntrospectionError::AcceptsAnyToken)
        ));
        health.record_success();
        assert!(!health.accepts_any_token() && health.is_healthy());
    }

    #[test]
    fn probe_starts_once_in_five_seconds() {
        let health = Health::default();
        let starts = |millis| {
            let started = health.try_start_probe(NumericDate::from_millis(millis));
            health.finish_probe();
            started
        };
        assert!(starts(100_000));
        assert!(!starts(100_000) && !starts(104_999));
        assert!(starts(105_000) && !starts(105_001));
        assert!(starts(50_000), "a clock that was set back blocks no probe");
    }

    #[tokio::test]
    async fn second_probe_starts_only_after_the_first_has_finished() {
        let health = Health::default();
        let context = &mut Context::from_waker(Waker::noop());
        health.probe_finished().await;
        assert!(health.try_start_probe(NumericDate::from_secs(100)));
        assert!(!health.try_start_probe(NumericDate::from_secs(200)));
        let mut finished = pin!(health.probe_finished());
        assert_eq!(finished.as_mut().poll(context), Poll::Pending);
        health.finish_probe();
        assert_eq!(finished.poll(context), Poll::Ready(()));
        assert!(health.try_start_probe(NumericDate::from_secs(200)));
    }
}
