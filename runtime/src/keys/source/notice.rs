//! What operators see of fetches: an event for each, a counter, how long it took, how old keys are.
//!
//! Nothing of the keys themselves, nor of what a server answered, goes into them.
#![cfg_attr(
    not(all(feature = "tracing", feature = "metrics")),
    allow(
        clippy::unused_self,
        dead_code,
        unused_variables,
        reason = "what nobody is told is not read"
    )
)]

use std::time::{Duration, Instant};

use crate::keys::source::error::FetchError;

/// One fetch that operators hear of when it has ended.
pub(super) struct Notice<'a> {
    issuer: &'a str,
    begun: Instant,
}

impl<'a> Notice<'a> {
    pub(super) fn begin(issuer: &'a str) -> Self {
        Self {
            issuer,
            begun: Instant::now(),
        }
    }

    /// There are keys; `is_changed` tells whether they are other keys than before.
    pub(super) fn fetched(&self, is_changed: bool) {
        #[cfg(feature = "tracing")]
        tracing::info!(
            target: "palisade::keys",
            event = "keys_fetched",
            issuer = self.issuer,
            is_changed,
            "keys were fetched"
        );
        self.count("fetched");
        age(self.issuer, Some(Duration::ZERO));
    }

    /// There are none; those that are `age` old are used on, while they may be.
    pub(super) fn failed(&self, error: &FetchError, age: Option<Duration>) {
        #[cfg(feature = "tracing")]
        tracing::warn!(
            target: "palisade::keys",
            event = "keys_unavailable",
            issuer = self.issuer,
            age_seconds = age.map(|age| age.as_secs()),
            cause = %error,
            "keys could not be fetched"
        );
        self.count("failed");
    }

    fn count(&self, outcome: &'static str) {
        #[cfg(feature = "metrics")]
        {
            let labels = [
                ("issuer", self.issuer.to_owned()),
                ("outcome", outcome.to_owned()),
            ];
            metrics::counter!("palisade_key_fetches_total", &labels).increment(1);
            metrics::histogram!("palisade_key_fetch_duration_seconds", &labels)
                .record(self.begun.elapsed());
        }
    }
}

/// Tells how old an issuer's keys are, where there are any.
pub(super) fn age(issuer: &str, age: Option<Duration>) {
    #[cfg(feature = "metrics")]
    if let Some(age) = age {
        metrics::gauge!("palisade_key_set_age_seconds", "issuer" => issuer.to_owned())
            .set(age.as_secs_f64());
    }
}
