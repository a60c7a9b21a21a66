//! The record of each request of an attack agrees with its audit events.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;

use crate::prelude::*;
use crate::steps::Step;
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
