//! What operators see of introspection: an event for each failure, a counter, how long it took.
//!
//! Nothing of the token goes into them, nor of what an endpoint answered ([RFC 7662 §5]).
//!
//! [RFC 7662 §5]: https://www.rfc-editor.org/rfc/rfc7662#section-5
#![cfg_attr(
    not(all(feature = "tracing", feature = "metrics")),
    allow(
        clippy::unused_self,
        dead_code,
        unused_variables,
        reason = "what nobody is told is not read"
    )
)]

use std::time::Instant;

use crate::token::introspection::IntrospectionError;

/// One question that operators hear of when it has been answered.
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

    /// The endpoint has answered.
    pub(super) fn answered(&self, is_active: bool) {
        self.count(if is_active { "active" } else { "inactive" });
    }

    /// It has not, or not as it should.
    pub(super) fn failed(&self, error: &IntrospectionError) {
        #[cfg(feature = "tracing")]
        if matches!(
            error,
            IntrospectionError::Credentials | IntrospectionError::Credulous
        ) {
            tracing::error!(
                target: "palisade::introspection",
                event = "introspection_misconfigured",
                issuer = self.issuer,
                cause = %error,
                "tokens cannot be introspected until somebody mends the configuration"
            );
        } else {
            tracing::warn!(
                target: "palisade::introspection",
                event = "introspection_unavailable",
                issuer = self.issuer,
                cause = %error,
                "a token could not be introspected"
            );
        }
        self.count("failed");
    }

    fn count(&self, outcome: &'static str) {
        #[cfg(feature = "metrics")]
        {
            let labels = [
                ("issuer", self.issuer.to_owned()),
                ("outcome", outcome.to_owned()),
            ];
            metrics::counter!("palisade_introspections_total", &labels).increment(1);
            metrics::histogram!("palisade_introspection_duration_seconds", &labels)
                .record(self.begun.elapsed());
        }
    }
}
