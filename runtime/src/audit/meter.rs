//! Counters and histograms of decisions and refused inputs, through the facade `metrics`.

use std::time::Duration;

use crate::audit::Reason;
use crate::input::InputLocation;

/// Counts one decision by outcome and reason, and records how long it took.
pub(super) fn count(reason: Reason, took: Option<Duration>) {
    let outcome = if reason.allows() { "allow" } else { "deny" };
    metrics::counter!(
        "palisade_decisions_total",
        "outcome" => outcome,
        "reason" => reason.as_str()
    )
    .increment(1);
    if let Some(took) = took {
        metrics::histogram!("palisade_decision_duration_seconds", "outcome" => outcome)
            .record(took);
    }
}

/// Counts one request whose input was refused, by reason and location.
pub(super) fn count_input(reason: Reason, location: Option<InputLocation>) {
    metrics::counter!(
        "palisade_refused_inputs_total",
        "reason" => reason.as_str(),
        "location" => location.map_or("unknown", InputLocation::as_str)
    )
    .increment(1);
}
