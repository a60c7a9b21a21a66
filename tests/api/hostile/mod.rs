//! Messages of any kind, thrown at every extractor: what comes of each is right, whatever it is.
//!
//! `mounts` has one handler for each extractor, `inputs` its type, `messages` what is sent. An extractor
//! is added as a line of each of the three lists in `mounts`.

mod inputs;
mod messages;
mod mounts;
mod mutations;
mod report;

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
use self::mounts::{MOUNTS, Mount, Ran, routes};
use self::mutations::mutated;

/// Messages for each extractor; a debug build sends them all in a few seconds.
const CASES: u32 = 160;

/// What every refusal may be.
const REFUSALS: &[u16] = &[400, 404, 413, 415, 422];

#[test]
fn an_input_is_valid_or_refused_with_a_problem_that_tells_none_of_it() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    let ran = Ran::default();
    let api = runtime.block_on(TestApi::new(routes(&ran)));
    let answered: RefCell<BTreeMap<(&str, u16), usize>> = RefCell::default();
    for mount in MOUNTS {
        let config = Config {
            cases: CASES,
            failure_persistence: None,
            ..Config::default()
        };
        let good = (mount.good)();
        let messages = Union::new_weighted(vec![(1, good.clone()), (5, mutated(good).boxed())]);
        let outcome = TestRunner::new(config).run(&messages, |message| {
            let before = ran.so_far();
            let Some(answer) = runtime.block_on(send(api.router(), &message)) else {
                return Ok(());
            };
            *answered
                .borrow_mut()
                .entry((mount.name, answer.status.as_u16()))
                .or_default() += 1;
            let let_in = ran.so_far() - before;
            prop_assert_eq!(let_in, usize::from(answer.status == StatusCode::NO_CONTENT));
            judge(mount, &message, &answer)
        });
        outcome.unwrap_or_else(|failure| panic!("{}: {failure}", mount.name));
    }
    let answered = answered.into_inner();
    for mount in MOUNTS {
        let count = |status| {
            answered
                .get(&(mount.name, status))
                .copied()
                .unwrap_or_default()
        };
        assert!(
            count(204) > 0,
            "nothing was let in at {}: {answered:?}",
            mount.name
        );
        let refused: usize = REFUSALS.iter().map(|status| count(*status)).sum();
        assert!(
            refused > 0,
            "nothing was refused at {}: {answered:?}",
            mount.name
        );
    }
}

struct Told {
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
}

/// Sends a message; none where it is no HTTP, which no server would hand on.
async fn send(router: Router, message: &Message) -> Option<Told> {
    let request = message.request()?.map(Body::from);
    let (parts, body) = router.oneshot(request).await.unwrap().into_parts();
    Some(Told {
        status: parts.status,
        headers: parts.headers,
        body: body.collect().await.unwrap().to_bytes().to_vec(),
    })
}

fn judge(mount: &Mount, message: &Message, answer: &Told) -> TestCaseResult {
    let text = String::from_utf8_lossy(&answer.body);
    prop_assert!(!text.contains(CANARY), "{text}");
    prop_assert!(!format!("{:?}", answer.headers).contains(CANARY), "{text}");
    if answer.status == StatusCode::NO_CONTENT {
        prop_assert!(answer.body.is_empty());
        return Ok(());
    }
    let status = answer.status.as_u16();
    prop_assert!(REFUSALS.contains(&status), "{status} {text}");
    let label = answer.headers.get_all(CONTENT_TYPE);
    prop_assert!(label.iter().eq(["application/problem+json"]), "{text}");
    let problem: Value = serde_json::from_str(&text).unwrap();
    prop_assert_eq!(&problem["status"], status);
    let errors = problem["errors"].as_array().cloned().unwrap_or_default();
    prop_assert!(errors.len() <= 32, "{text}");
    // what is not of its type breaks rules, and each is told
    prop_assert!(status != 422 || !errors.is_empty(), "{text}");
    for error in errors {
        let pointer = error["pointer"].as_str().unwrap();
        prop_assert!(
            error["rule"].is_string() && error["detail"].is_string(),
            "{text}"
        );
        prop_assert!(mount.declares(pointer), "{text}");
        if let Ok(sent) = serde_json::from_slice::<Value>(&message.body) {
            prop_assert!(!mount.is_json || sent.pointer(pointer).is_some(), "{text}");
        }
    }
    Ok(())
}
