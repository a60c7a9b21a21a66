//! Counters and histograms of decisions, through the facade `metrics`.

use std::time::Duration;

use crate::audit::Reason;

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
