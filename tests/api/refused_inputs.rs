//! What operators see of refused input: one event for a request, and a counter.

mod extractors;

use metrics_util::debugging::{DebugValue, DebuggingRecorder};
use palisade::input::{Headers, InputError, Violation};
use palisade::prelude::*;
use palisade::testing::{TestApi, TestRequest};
use palisade_tests::Log;
use serde_json::Value;

use self::extractors::{Fussy, Lenient};

const AUDIT: &str = "palisade::audit";

/// Stands wherever a client may write something.
const CANARY: &str = "canary-5b2e";

#[derive(Debug, Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Order {
    #[garde(length(chars, min = 1, max = 8))]
    sku: String,
    #[garde(range(min = 1, max = 100), custom(even))]
    quantity: u32,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "garde passes references")]
fn even(quantity: &u32, (): &()) -> garde::Result {
    match quantity % 2 {
        0 => Ok(()),
        _ => Err(garde::Error::new(format!("{CANARY} {quantity}"))),
    }
}

#[derive(Debug, Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Tracing {
    #[garde(length(bytes, max = 4), ascii)]
    x_request_id: Option<String>,
}

/// What somebody else answered breaks off, which is no fault of the client's.
#[public(reason = "a test")]
async fn elsewhere() -> (StatusCode, InputError) {
    (StatusCode::BAD_GATEWAY, InputError::Incomplete)
}

#[secured(scopes = "orders:write", body_limit = "100 B")]
async fn create_order(Valid(Json(order)): Valid<Json<Order>>) -> Result<(), Problem> {
    match order.sku.as_str() {
        "sold-out" => {
            let sold_out = Violation::new("/sku", "stock", "is sold out");
            Err(Problem::new(StatusCode::CONFLICT).error(sold_out))
        }
        _ => Ok(()),
    }
}

#[public(reason = "a test")]
async fn list_orders(Valid(Query(order)): Valid<Query<Order>>) -> String {
    order.sku
}

#[public(reason = "a test")]
async fn show_order(
    Valid(Headers(_)): Valid<Headers<Tracing>>,
    Path((number, _)): Path<(u32, u8)>,
) -> String {
    number.to_string()
}

#[public(reason = "a test")]
async fn show_both(_: Valid<Query<Order>>, _: Valid<Form<Order>>) {}

#[public(reason = "a test")]
async fn be_fussy(_: Fussy) {}

#[public(reason = "a test")]
async fn be_lenient(_: Valid<Lenient>) {}

#[public(reason = "a test")]
async fn misdeclare(_: Valid<Path<Order>>) {}

async fn api() -> TestApi {
    let routes = SecureRouter::new()
        .route("/orders", post(create_order).get(list_orders))
        .route("/orders/{number}/{line}", get(show_order))
        .route("/both", post(show_both))
        .route("/fussy", get(be_fussy))
        .route("/lenient", get(be_lenient))
        .route("/elsewhere", get(elsewhere))
        .route("/misdeclared", get(misdeclare));
    TestApi::new(routes).await
}

fn order(api: &TestApi, body: &str, label: &str) -> TestRequest {
    let caller = api.caller("alice").scopes("orders:write");
    caller.post("/orders").body(body, label)
}

/// The events of refused input that a request caused, and its status.
async fn told(log: &Log, request: TestRequest) -> (u16, Vec<Value>) {
    let answer = request.send().await;
    assert!(!answer.text().contains("rust"), "{}", answer.text());
    let events = log.take(AUDIT);
    let (refused, decided): (Vec<_>, Vec<_>) = events
        .into_iter()
        .partition(|event| event["fields"]["event"] == "input_validation_fail");
    assert_eq!(decided.len(), 1, "{decided:?}");
    (answer.status().as_u16(), refused)
}

#[tokio::test]
async fn a_refused_input_is_one_event_with_its_reason_part_and_rules() {
    let api = api().await;
    let (log, _listening) = Log::listen();
    let json = "application/json";
    let get = |path: &str| api.anonymous().get(path);
    for (request, status, reason, part, rules) in [
        (
            order(&api, "{", json),
            400,
            "malformed_input",
            Some("body"),
            "syntax",
        ),
        (
            order(&api, r#"{"sku": 1}"#, json),
            422,
            "type_mismatch",
            Some("body"),
            "type",
        ),
        (
            order(&api, r#"{"sku": "", "quantity": 101}"#, json),
            422,
            "invalid_input",
            Some("body"),
            "custom length range",
        ),
        (
            order(&api, "{}", "text/plain"),
            415,
            "unsupported_media_type",
            Some("body"),
            "",
        ),
        (
            order(&api, "{}", json).header("content-encoding", "gzip"),
            415,
            "unsupported_content_coding",
            Some("body"),
            "",
        ),
        (
            order(&api, &" ".repeat(101), json),
            413,
            "body_too_large",
            Some("body"),
            "",
        ),
        (
            get("/orders?sku=%"),
            400,
            "malformed_input",
            Some("query"),
            "encoding",
        ),
        (
            get("/orders/+1/1"),
            422,
            "type_mismatch",
            Some("path"),
            "type",
        ),
        (
            get("/orders/1/1").header("x-request-id", "abcde"),
            422,
            "invalid_input",
            Some("header"),
            "length",
        ),
        // wrong in two places: the first refusal is the answer, and the event
        (
            api.anonymous().post("/both?x=1").body("x=1", "text/plain"),
            422,
            "type_mismatch",
            Some("query"),
            "unknown",
        ),
        (get("/fussy"), 409, "rejected_by_extractor", None, ""),
        (
            get("/lenient"),
            422,
            "invalid_input",
            Some("body"),
            "length",
        ),
    ] {
        let (answered, events) = told(&log, request).await;
        assert_eq!((answered, events.len()), (status, 1), "{reason} {events:?}");
        assert_eq!(events[0]["level"], "WARN");
        let fields = &events[0]["fields"];
        assert_eq!(fields["reason"], reason, "{fields}");
        assert_eq!(fields["outcome"], "deny", "{fields}");
        assert_eq!(fields["location"].as_str(), part, "{fields}");
        assert_eq!(fields["rules"], rules, "{fields}");
        assert_eq!(fields["module"], "api::refused_inputs", "{fields}");
    }
}

#[tokio::test]
async fn the_event_names_whose_input_it_was() {
    let api = api().await;
    let (log, _listening) = Log::listen();
    let (_, events) = told(&log, order(&api, "{", "application/json")).await;
    let fields = &events[0]["fields"];
    assert_eq!(fields["handler"], "create_order");
    assert_eq!(fields["access"], "orders:write");
    assert_eq!(fields["issuer"], api.issuer().url());
    assert_eq!(fields["client_id"], "test-client");
}

#[tokio::test]
async fn what_is_no_refused_input_is_not_told_as_one() {
    let api = api().await;
    let (log, _listening) = Log::listen();
    let json = "application/json";
    for (request, status) in [
        (order(&api, r#"{"sku": "tea", "quantity": 2}"#, json), 200),
        // the handler's own word
        (
            order(&api, r#"{"sku": "sold-out", "quantity": 2}"#, json),
            409,
        ),
        // the guard's
        (api.anonymous().post("/orders").body("{", json), 401),
        // the API's fault
        (api.anonymous().get("/misdeclared"), 500),
        (api.anonymous().get("/elsewhere"), 502),
    ] {
        assert_eq!(told(&log, request).await, (status, vec![]));
    }
}

#[tokio::test]
async fn nothing_that_a_client_wrote_is_logged() {
    let api = api().await;
    let (log, _listening) = Log::listen();
    let json = "application/json";
    let path = |path: &str| api.anonymous().get(&format!("{path}{CANARY}"));
    for request in [
        order(&api, &format!(r#"{{"{CANARY}": 1}}"#), json),
        order(
            &api,
            &format!(r#"{{"sku": "{CANARY}", "quantity": 1}}"#),
            json,
        ),
        order(
            &api,
            &format!(r#"{{"sku": "a", "quantity": "{CANARY}"}}"#),
            json,
        ),
        order(&api, CANARY, json),
        order(&api, "{}", CANARY),
        order(&api, "{}", json).header("content-encoding", CANARY),
        path("/orders?sku="),
        path("/orders?x="),
        path("/orders?"),
        path("/orders/1/"),
        path("/fussy?"),
        path("/lenient?"),
        api.anonymous()
            .get("/orders/1/1")
            .header("x-request-id", CANARY),
    ] {
        let status = request.send().await.status();
        assert!(status.is_client_error(), "{status}");
        assert!(log.text().contains("input_validation_fail"));
        assert!(!log.text().contains(CANARY), "{}", log.text());
        log.take(AUDIT);
    }
}

#[tokio::test]
async fn refused_inputs_are_counted_by_reason_and_part() {
    let recorder = DebuggingRecorder::new();
    let snapshots = recorder.snapshotter();
    let _recording = metrics::set_default_local_recorder(&recorder);
    let api = api().await;
    for _ in 0..3 {
        order(&api, "{", "application/json").send().await;
    }
    api.anonymous().get("/orders?sku=%").send().await;
    api.anonymous().get("/fussy").send().await;
    let mut counted = Vec::new();
    for (key, _, _, value) in snapshots.snapshot().into_vec() {
        let DebugValue::Counter(count) = value else {
            continue;
        };
        if key.key().name() == "palisade_rejected_inputs_total" {
            let labels = key.key().labels().map(metrics::Label::value);
            counted.push((labels.collect::<Vec<_>>().join(" "), count));
        }
    }
    counted.sort();
    let expected = [
        ("malformed_input body", 3),
        ("malformed_input query", 1),
        ("rejected_by_extractor unknown", 1),
    ];
    assert_eq!(
        counted,
        expected.map(|(labels, count)| (labels.to_owned(), count))
    );
}
