//! Random and mutated requests to every extractor: each is valid, or rejected with a problem.
//!
//! `routes` has one handler for each extractor, `inputs` its type, `messages` the requests, and
//! `mutations` changes them. A new extractor is one line in each of the three lists in `routes`.

mod inputs;
mod messages;
mod mutations;
mod report;
mod routes;

use std::cell::RefCell;
use std::collections::BTreeMap;

use axum::Router;
use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use http_body_util::BodyExt as _;
use palisade::testing::TestApi;
use proptest::strategy::{Strategy as _, Union};
use proptest::test_runner::{Config, TestCaseResult, TestRunner};
use proptest::{prop_assert, prop_assert_eq};
use serde_json::Value;
use tower::ServiceExt as _;

use self::messages::{CANARY, Message};
use self::mutations::mutated;
use self::routes::{ENDPOINTS, Endpoint, HandlerCalls, routes};

/// The number of messages for each extractor; a debug build sends all in a few seconds.
const CASES: u32 = 160;

/// The possible statuses of a rejection.
const REJECTIONS: &[u16] = &[400, 404, 413, 415, 422];

#[test]
fn random_input_is_valid_or_rejected_without_echo() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    let calls = HandlerCalls::default();
    let api = runtime.block_on(TestApi::new(routes(&calls)));
    let statuses: RefCell<BTreeMap<(&str, u16), usize>> = RefCell::default();
    for endpoint in ENDPOINTS {
        let config = Config {
            cases: CASES,
            failure_persistence: None,
            ..Config::default()
        };
        let valid = (endpoint.messages)();
        let messages = Union::new_weighted(vec![(1, valid.clone()), (5, mutated(valid).boxed())]);
        let outcome = TestRunner::new(config).run(&messages, |message| {
            let before = calls.count();
            let Some(response) = runtime.block_on(send(api.router(), &message)) else {
                return Ok(());
            };
            *statuses
                .borrow_mut()
                .entry((endpoint.name, response.status.as_u16()))
                .or_default() += 1;
            let accepted = calls.count() - before;
            prop_assert_eq!(
                accepted,
                usize::from(response.status == StatusCode::NO_CONTENT)
            );
            check(endpoint, &message, &response)
        });
        outcome.unwrap_or_else(|failure| panic!("{}: {failure}", endpoint.name));
    }
    let statuses = statuses.into_inner();
    for endpoint in ENDPOINTS {
        let count = |status| {
            statuses
                .get(&(endpoint.name, status))
                .copied()
                .unwrap_or_default()
        };
        assert!(
            count(204) > 0,
            "no message was accepted at {}: {statuses:?}",
            endpoint.name
        );
        let rejected: usize = REJECTIONS.iter().map(|status| count(*status)).sum();
        assert!(
            rejected > 0,
            "no message was rejected at {}: {statuses:?}",
            endpoint.name
        );
    }
}

struct Received {
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
}

/// Sends a message, or returns `None` if it is not HTTP: a server would not pass it on.
async fn send(router: Router, message: &Message) -> Option<Received> {
    let request = message.request()?.map(Body::from);
    let (parts, body) = router.oneshot(request).await.unwrap().into_parts();
    Some(Received {
        status: parts.status,
        headers: parts.headers,
        body: body.collect().await.unwrap().to_bytes().to_vec(),
    })
}

fn check(endpoint: &Endpoint, message: &Message, response: &Received) -> TestCaseResult {
    let text = String::from_utf8_lossy(&response.body);
    prop_assert!(!text.contains(CANARY), "{text}");
    prop_assert!(
        !format!("{:?}", response.headers).contains(CANARY),
        "{text}"
    );
    if response.status == StatusCode::NO_CONTENT {
        prop_assert!(response.body.is_empty());
        return Ok(());
    }
    let status = response.status.as_u16();
    prop_assert!(REJECTIONS.contains(&status), "{status} {text}");
    let content_type = response.headers.get_all(CONTENT_TYPE);
    prop_assert!(
        content_type.iter().eq(["application/problem+json"]),
        "{text}"
    );
    let problem: Value = serde_json::from_str(&text).unwrap();
    prop_assert_eq!(&problem["status"], status);
    let errors = problem["errors"].as_array().cloned().unwrap_or_default();
    prop_assert!(errors.len() <= 32, "{text}");
    // a type mismatch or a broken rule is always listed
    prop_assert!(status != 422 || !errors.is_empty(), "{text}");
    for error in errors {
        let pointer = error["pointer"].as_str().unwrap();
        prop_assert!(
            error["rule"].is_string() && error["detail"].is_string(),
            "{text}"
        );
        prop_assert!(endpoint.declares(pointer), "{text}");
        if let Ok(body_sent) = serde_json::from_slice::<Value>(&message.body) {
            prop_assert!(
                !endpoint.is_json || body_sent.pointer(pointer).is_some(),
                "{text}"
            );
        }
    }
    Ok(())
}
