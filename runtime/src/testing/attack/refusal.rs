//! Whether a request was admitted, and what refused it.

use crate::audit::Reason;
use crate::steps::Step;
use crate::testing::attack::request::Outcome;
use crate::testing::attack::target::Target;

/// The statuses with which servers refuse input.
const INPUT_STATUSES: [u16; 7] = [400, 411, 413, 414, 415, 422, 431];

/// The reason of an extractor outside this crate, which may refuse anything.
const REJECTED_BY_EXTRACTOR: &str = Reason::RejectedByExtractor.as_str();

impl Target<'_> {
    /// Returns whether a request was accepted: the handler ran, or an undeclared route succeeded.
    pub(super) fn admits(&self, outcome: &Outcome) -> bool {
        match self.route {
            Some(_) => outcome.record.reached_handler() && self.is_handler_of(&outcome.record),
            None => outcome.is_success(),
        }
    }

    /// Returns whether the guard of the route refused the credential of a request.
    pub(super) fn refuses_credential(&self, outcome: &Outcome) -> bool {
        let record = &outcome.record;
        let is_of_credential = |step: &Step| {
            !matches!(
                step,
                Step::HeaderLimit | Step::InnerLayers | Step::Arguments | Step::Handler
            )
        };
        self.is_handler_of(record)
            && record.decided.is_some_and(|decided| decided.is_refusal)
            && record.steps.last().is_some_and(is_of_credential)
    }
}

impl Outcome {
    /// Returns whether no handler ran and the status is one of these.
    pub(super) fn is_refused_with(&self, statuses: &[u16]) -> bool {
        !self.record.reached_handler() && statuses.contains(&self.status)
    }

    /// Returns whether no handler ran for want of a session, perhaps with a redirect to the login.
    pub(super) fn is_refused_session(&self) -> bool {
        self.is_refused_with(&[302, 303, 400, 401, 403])
    }

    /// Returns whether the input was refused, by the arguments of the handler or by a layer.
    ///
    /// A layer, an extractor outside this crate and a route without a guard may refuse a request for other reasons. There, the
    /// status decides.
    pub(super) fn is_refused_input(&self) -> bool {
        let is_of_input = || INPUT_STATUSES.contains(&self.status);
        match self.record.steps.last() {
            Some(Step::Arguments) => {
                let is_decided = self.record.decided.is_some_and(|decided| {
                    decided.is_refusal && decided.reason != REJECTED_BY_EXTRACTOR
                });
                (is_decided && (400..500).contains(&self.status)) || is_of_input()
            }
            Some(Step::InnerLayers) | None => is_of_input(),
            // the guard refused the request, whatever its input is
            Some(_) => false,
        }
    }

    /// Returns whether no handler ran, and the status is that of a client's error, which the input need not have caused.
    pub(super) fn is_refused_otherwise(&self) -> bool {
        !self.record.reached_handler() && (400..500).contains(&self.status)
    }
}
