//! Counters and histograms of decisions, rejected inputs, panics and timeouts, through the `metrics` facade.

use std::time::Duration;

use crate::audit::{PanicOrigin, Reason};
use crate::input::InputLocation;

/// Counts one decision by outcome and reason, and records its duration.
pub(super) fn record_decision(reason: Reason, duration: Option<Duration>) {
    let outcome = if reason.allows() { "allow" } else { "deny" };
    metrics::counter!(
        "palisade_decisions_total",
        "outcome" => outcome,
        "reason" => reason.as_str()
    )
    .increment(1);
    if let Some(duration) = duration {
        metrics::histogram!("palisade_decision_duration_seconds", "outcome" => outcome)
            .record(duration);
    }
}

/// Counts one rejected input by reason and location.
pub(super) fn record_rejected_input(reason: Reason, location: Option<InputLocation>) {
    metrics::counter!(
        "palisade_rejected_inputs_total",
        "reason" => reason.as_str(),
        "location" => location.map_or("unknown", InputLocation::as_str)
    )
    .increment(1);
}

/// Counts one panic by its origin.
pub(super) fn record_panic(origin: PanicOrigin) {
    metrics::counter!("palisade_panics_total", "origin" => origin.as_str()).increment(1);
}

/// Counts one handler that did not respond within its time.
pub(super) fn record_timeout() {
    metrics::counter!("palisade_handler_timeouts_total").increment(1);
}
