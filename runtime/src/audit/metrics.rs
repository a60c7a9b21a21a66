//! Counters and histograms of decisions, rejected inputs, panics and timeouts, through the `metrics` facade.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::audit::{PanicOrigin, Reason};
use crate::input::InputLocation;
use crate::policy::Declaration;

/// The maximum number of clients with a label of their own, because each label is a time series.
const MAX_CLIENTS: usize = 256;

/// The maximum length of a label, in bytes.
const MAX_CLIENT_ID: usize = 256;

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

/// Counts one request that the declaration's next access would refuse, by handler and client.
pub(super) fn record_next_refusal(declaration: &Declaration, client_id: Option<&str>) {
    metrics::counter!(
        "palisade_next_refusals_total",
        "handler" => declaration.handler,
        "client_id" => client_label(client_id)
    )
    .increment(1);
}

/// Returns the label of a client: its id, or `other` beyond [`MAX_CLIENTS`] ids of at most [`MAX_CLIENT_ID`] bytes.
fn client_label(client_id: Option<&str>) -> String {
    static CLIENTS: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    let Some(id) = client_id else {
        return "unknown".to_owned();
    };
    let mut clients = CLIENTS.lock().unwrap_or_else(PoisonError::into_inner);
    if !clients.contains(id) {
        if clients.len() >= MAX_CLIENTS || id.len() > MAX_CLIENT_ID {
            return "other".to_owned();
        }
        clients.insert(id.to_owned());
    }
    id.to_owned()
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
