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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prelude::*;
    use crate::steps::{Decided, Record};
    use crate::testing::TestApi;
    use crate::testing::attack::{Attack, Expected};
    use crate::{SecureRouter, secured};

    fn outcome(status: u16, steps: &[Step], reason: Option<&'static str>) -> Outcome {
        Outcome {
            status,
            challenge: None,
            record: Record {
                steps: steps.to_vec(),
                decided: reason.map(|reason| Decided {
                    reason,
                    is_refusal: reason != "authorized",
                }),
                ..Record::default()
            },
            read_body: false,
            ticket: None,
        }
    }

    /// A logout, a rate limit and a router refuse requests for other reasons than their input.
    #[test]
    fn refusal_of_input_is_that_of_its_check() {
        let (session, layers) = ([Step::Session], [Step::Session, Step::InnerLayers]);
        let arguments = [Step::Session, Step::Arguments];
        let handler = [Step::Session, Step::Arguments, Step::Handler];
        let (allowed, invalid) = (Some("authorized"), Some("invalid_input"));
        let (foreign, unknown) = (Some("rejected_by_extractor"), Some("unknown_session"));
        for (status, steps, reason, is_refused) in [
            (422, &arguments[..], invalid, true),
            // `Api::map_problems` may change the status
            (404, &arguments, invalid, true),
            (500, &arguments, invalid, false),
            (422, &arguments, foreign, true),
            (401, &arguments, foreign, false),
            (403, &arguments, allowed, false),
            (400, &layers, allowed, true),
            (429, &layers, allowed, false),
            (403, &layers, allowed, false),
            (401, &session, unknown, false),
            (400, &session, unknown, false),
            (431, &[Step::HeaderLimit], Some("too_many_headers"), false),
            (400, &handler, allowed, false),
            (422, &[], None, true),
            (404, &[], None, false),
            (405, &[], None, false),
            (429, &[], None, false),
        ] {
            let outcome = outcome(status, steps, reason);
            assert_eq!(outcome.is_refused_input(), is_refused, "{outcome:?}");
        }
    }

    /// A handler may answer as a guard does.
    #[test]
    fn status_of_a_handler_is_no_refusal() {
        let (refused, ran) = ([Step::Credential], [Step::Requirement, Step::Handler]);
        for status in [400, 401, 403, 404, 429, 499] {
            let (by_guard, by_handler) =
                (outcome(status, &refused, None), outcome(status, &ran, None));
            assert!(by_guard.is_refused_with(&[status]) && by_guard.is_refused_otherwise());
            assert!(!by_handler.is_refused_with(&[status]), "{status}");
            assert!(!by_handler.is_refused_otherwise(), "{status}");
            assert!(!by_guard.is_refused_with(&[402]), "{status}");
        }
        for status in [200, 302, 399, 500] {
            assert!(!outcome(status, &refused, None).is_refused_otherwise());
        }
    }

    #[secured(scopes = "orders:read")]
    async fn list() {}

    #[secured(scopes = "orders:write")]
    async fn create() {}

    /// Returns the outcome of a request to a route.
    fn outcome_at(target: &Target<'_>, mut outcome: Outcome) -> Outcome {
        let declaration = target.declaration().unwrap();
        outcome.record.handler = Some((declaration.module, declaration.handler));
        outcome.record.location = Some(declaration.location);
        outcome
    }

    #[tokio::test]
    async fn outcome_of_another_handler_is_none_of_the_route() {
        let routes = SecureRouter::new().route("/orders", get(list).post(create));
        let api = TestApi::new(routes).await;
        let attack = Attack::new(&api).expect("GET /legacy", Expected::authenticated());
        let targets = attack.targets();
        let [list, create, legacy] = &targets[..] else {
            panic!("{}", targets.len());
        };
        let ran = || outcome(404, &[Step::Handler], Some("authorized"));
        assert!(list.admits(&outcome_at(list, ran())));
        assert!(!list.admits(&outcome_at(create, ran())));
        let refused = || outcome(401, &[Step::Credential], Some("expired"));
        assert!(!list.admits(&outcome_at(list, refused())));
        assert!(list.refuses_credential(&outcome_at(list, refused())));
        assert!(!list.refuses_credential(&outcome_at(create, refused())));
        // without a guard, the status decides
        for (status, is_admitted) in [(200, true), (204, true), (302, false), (403, false)] {
            assert_eq!(legacy.admits(&outcome(status, &[], None)), is_admitted);
            assert!(!legacy.refuses_credential(&outcome(status, &[], None)));
        }
    }

    /// The guard may also stop because a layer drops its future, or before it looks at the credential.
    #[tokio::test]
    async fn refusal_of_a_credential_is_a_decision_at_its_step() {
        let api = TestApi::new(SecureRouter::new().route("/orders", get(list))).await;
        let attack = Attack::new(&api);
        let targets = attack.targets();
        let (expired, allowed) = (Some("expired"), Some("authorized"));
        for (step, reason, is_of_credential) in [
            (Step::Credential, expired, true),
            (Step::Session, expired, true),
            (Step::Requirement, Some("insufficient_scope"), true),
            (Step::Introspection, None, false),
            (Step::Requirement, allowed, false),
            (Step::HeaderLimit, Some("too_many_headers"), false),
            (Step::InnerLayers, allowed, false),
            (Step::Arguments, Some("invalid_input"), false),
            (Step::Handler, allowed, false),
        ] {
            let outcome = outcome_at(&targets[0], outcome(401, &[step], reason));
            let found = targets[0].refuses_credential(&outcome);
            assert_eq!(found, is_of_credential, "{step:?} {reason:?}");
        }
    }
}
