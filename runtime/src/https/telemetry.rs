//! Events and metrics of the exchanges with issuers: key fetches, introspection, probes.
//!
//! They contain no part of keys, tokens or response bodies ([RFC 7662 §5]). A subscriber or recorder that
//! panics does not affect the exchange.
//!
//! [RFC 7662 §5]: https://www.rfc-editor.org/rfc/rfc7662#section-5
#![cfg_attr(
    not(all(feature = "tracing", feature = "metrics")),
    allow(
        clippy::unused_self,
        dead_code,
        unused_variables,
        reason = "without `tracing` and `metrics` nothing reads them"
    )
)]

use std::fmt::Display;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

/// The purpose of an exchange.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Purpose {
    Keys,
    #[cfg(feature = "introspection")]
    Introspection,
}

impl Purpose {
    const fn counter(self) -> &'static str {
        match self {
            Self::Keys => "palisade_key_fetches_total",
            #[cfg(feature = "introspection")]
            Self::Introspection => "palisade_introspections_total",
        }
    }

    const fn histogram(self) -> &'static str {
        match self {
            Self::Keys => "palisade_key_fetch_duration_seconds",
            #[cfg(feature = "introspection")]
            Self::Introspection => "palisade_introspection_duration_seconds",
        }
    }
}

/// Records one exchange when it ends.
pub(crate) struct ExchangeRecord<'a> {
    issuer: &'a str,
    purpose: Purpose,
    started: Instant,
}

impl<'a> ExchangeRecord<'a> {
    pub(crate) fn start(purpose: Purpose, issuer: &'a str) -> Self {
        Self {
            issuer,
            purpose,
            started: Instant::now(),
        }
    }

    /// Records fetched keys; `changed` is whether they differ from the previous ones.
    pub(crate) fn keys_fetched(&self, changed: bool) {
        #[cfg(feature = "tracing")]
        quietly(|| {
            tracing::info!(
                target: "palisade::keys",
                event = "keys_fetched",
                issuer = self.issuer,
                changed,
                "keys fetched"
            );
        });
        self.count("fetched");
        record_key_age(self.issuer, Duration::ZERO);
    }

    /// Records a failed key fetch; `age` is the age of the keys that stay in use, if any.
    pub(crate) fn key_fetch_failed(&self, error: &dyn Display, age: Option<Duration>) {
        #[cfg(feature = "tracing")]
        quietly(|| {
            tracing::warn!(
                target: "palisade::keys",
                event = "key_fetch_failed",
                issuer = self.issuer,
                age_seconds = age.map(|age| age.as_secs()),
                error = %error,
                "key fetch failed"
            );
        });
        self.count("failed");
    }

    /// Records an introspection response.
    #[cfg(feature = "introspection")]
    pub(crate) fn introspected(&self, is_active: bool) {
        self.count(if is_active { "active" } else { "inactive" });
    }

    /// Records a failed introspection, which may succeed when it is retried.
    #[cfg(feature = "introspection")]
    pub(crate) fn introspection_failed(&self, error: &dyn Display) {
        #[cfg(feature = "tracing")]
        quietly(|| {
            tracing::warn!(
                target: "palisade::introspection",
                event = "introspection_failed",
                issuer = self.issuer,
                error = %error,
                "introspection failed"
            );
        });
        self.count("failed");
    }

    /// Records an introspection that fails until the configuration is corrected.
    #[cfg(feature = "introspection")]
    pub(crate) fn introspection_misconfigured(&self, error: &dyn Display) {
        #[cfg(feature = "tracing")]
        quietly(|| {
            tracing::error!(
                target: "palisade::introspection",
                event = "introspection_misconfigured",
                issuer = self.issuer,
                error = %error,
                "introspection misconfigured"
            );
        });
        self.count("failed");
    }

    fn count(&self, outcome: &'static str) {
        #[cfg(feature = "metrics")]
        quietly(|| {
            let labels = [
                ("issuer", self.issuer.to_owned()),
                ("outcome", outcome.to_owned()),
            ];
            metrics::counter!(self.purpose.counter(), &labels).increment(1);
            metrics::histogram!(self.purpose.histogram(), &labels).record(self.started.elapsed());
        });
    }
}

/// Records the age of an issuer's keys.
pub(crate) fn record_key_age(issuer: &str, age: Duration) {
    #[cfg(feature = "metrics")]
    quietly(|| {
        metrics::gauge!("palisade_key_set_age_seconds", "issuer" => issuer.to_owned())
            .set(age.as_secs_f64());
    });
}

/// Calls code of a subscriber or recorder, and ignores its panic.
fn quietly(emit: impl FnOnce()) {
    if let Err(payload) = catch_unwind(AssertUnwindSafe(emit)) {
        // its destructor may panic in turn
        std::mem::forget(payload);
    }
}

#[cfg(all(test, feature = "testing", feature = "tracing"))]
mod tests {
    use std::io::Sink;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    /// Otherwise a failed probe, for example, would be logged and not recorded.
    #[test]
    fn panic_of_a_subscriber_does_not_affect_an_exchange() {
        static EVENTS: AtomicUsize = AtomicUsize::new(0);
        crate::testing::log::enable_events();
        let panicking = tracing_subscriber::fmt().with_writer(|| -> Sink {
            EVENTS.fetch_add(1, Ordering::Relaxed);
            panic!("the writer is closed")
        });
        let _subscriber = tracing::subscriber::set_default(panicking.finish());
        let record = ExchangeRecord::start(Purpose::Keys, "https://a.example");
        record.keys_fetched(true);
        record.key_fetch_failed(&"down", None);
        assert_eq!(EVENTS.load(Ordering::Relaxed), 2);
    }
}
