//! The record of each request of an attack agrees with its audit events.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;

use crate::prelude::*;
use crate::steps::{Decided, Record, Step};
use crate::testing::TestApi;
use crate::testing::attack::Attack;
use crate::testing::attack::request::{OBSERVER, Outcome};
use crate::testing::log::TestLog;
use crate::{Unvalidated, public, secured};

/// The log of a test, and the number of requests that agreed with it.
struct Seen {
    log: TestLog,
    decided: usize,
    reasons: BTreeSet<&'static str>,
}

impl Seen {
    fn compare(&mut self, outcome: &Outcome) {
        let events = self.log.take("palisade::audit");
        let last = events.iter().rfind(|event| event.get("reason").is_some());
        let Some(decided) = outcome.record.decided else {
            assert!(last.is_none(), "{events:?}");
            assert_eq!(outcome.record.steps, []);
            return;
        };
        let fields = last.unwrap();
        assert_eq!(fields["reason"], decided.reason);
        assert_eq!(fields["outcome"] == "deny", decided.is_refusal);
        let (module, handler) = outcome.record.handler.unwrap();
        assert_eq!(fields["handler"], handler);
        assert_eq!(fields["module"], module);
        // a step before the handler refused the request
        assert_eq!(decided.is_refusal, !outcome.record.reached_handler());
        let step = *outcome.record.steps.last().unwrap();
        let is_of_arguments = step == Step::Arguments;
        let is_input_event = fields["event"] == "input_validation_fail";
        if is_input_event {
            assert!(is_of_arguments || step == Step::HeaderLimit, "{step:?}");
        }
        self.decided += 1;
        self.reasons.insert(decided.reason);
    }
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct NewOrder {
    #[garde(length(chars, min = 1, max = 8))]
    sku: String,
    #[garde(range(min = 1, max = 9))]
    quantity: u32,
}

#[secured(scopes = any("admin", all("orders:write", "orders:create")))]
async fn create(Valid(Json(order)): Valid<Json<NewOrder>>) -> String {
    format!("{} {}", order.sku, order.quantity)
}

#[secured(roles = "clerk")]
async fn show(Path(number): Path<u32>) -> String {
    number.to_string()
}

#[secured(authenticated, ticket)]
async fn events() {}

#[secured(authenticated, unvalidated = "a test")]
async fn import(Unvalidated(text): Unvalidated<String>) -> String {
    text
}

#[public(reason = "a test")]
async fn health() {}

/// A logout, a rate limit and a router refuse requests for other reasons than their input.
#[test]
fn refusal_of_input_is_that_of_its_check() {
    let outcome = |status, steps: &[Step], reason: Option<&'static str>| Outcome {
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
    };
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

#[tokio::test]
async fn record_of_each_request_agrees_with_its_audit_event() {
    let routes = SecureRouter::new()
        .route("/orders", post(create))
        .route("/orders/{number}", get(show))
        .route("/events", get(events))
        .route("/import", post(import))
        .route("/health", get(health));
    let api = TestApi::new(routes).await;
    let (log, _capturing) = TestLog::capture();
    let seen = Rc::new(RefCell::new(Seen {
        log,
        decided: 0,
        reasons: BTreeSet::new(),
    }));
    let observed = Rc::clone(&seen);
    OBSERVER.set(Some(Box::new(move |outcome| {
        observed.borrow_mut().compare(outcome);
    })));
    let report = Attack::new(&api).run().await;
    OBSERVER.take();
    let seen = seen.borrow();
    assert!(report.results().routes().len() == 5, "{report}");
    assert!(seen.decided > 200, "{}", seen.decided);
    assert!(seen.reasons.len() > 8, "{:?}", seen.reasons);
}
