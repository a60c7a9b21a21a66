//! The audit of rejected input: one event for each request, and a counter.

mod extractors;

use metrics_util::debugging::{DebugValue, DebuggingRecorder};
use palisade::input::{Headers, InputError, Violation};
use palisade::prelude::*;
use palisade::testing::{TestApi, TestRequest};
use palisade_tests::Log;
use serde_json::Value;

use self::extractors::{ConstantInput, RejectsAll};

const AUDIT: &str = "palisade::audit";

/// Text that the client sends and no log may contain.
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

/// An upstream response that ends early is not an error of the client.
#[public(reason = "a test")]
async fn bad_gateway() -> (StatusCode, InputError) {
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
async fn reject_all(_: RejectsAll) {}

#[public(reason = "a test")]
async fn constant_input(_: Valid<ConstantInput>) {}

#[public(reason = "a test")]
async fn mismatched(_: Valid<Path<Order>>) {}

async fn api() -> TestApi {
    let routes = SecureRouter::new()
        .route("/orders", post(create_order).get(list_orders))
        .route("/orders/{number}/{line}", get(show_order))
        .route("/both", post(show_both))
        .route("/rejected", get(reject_all))
        .route("/constant", get(constant_input))
        .route("/bad-gateway", get(bad_gateway))
        .route("/mismatched", get(mismatched));
    TestApi::new(routes).await
}

fn order(api: &TestApi, body: &str, media_type: &str) -> TestRequest {
    let caller = api.caller("alice").scopes("orders:write");
    caller.post("/orders").body(body, media_type)
}

/// Sends a request, and returns its status and its events of rejected input.
async fn send(log: &Log, request: TestRequest) -> (u16, Vec<Value>) {
    let response = request.send().await;
    assert!(!response.text().contains("rust"), "{}", response.text());
    let events = log.take(AUDIT);
    let (rejected, decided): (Vec<_>, Vec<_>) = events
        .into_iter()
        .partition(|event| event["fields"]["event"] == "input_validation_fail");
    assert_eq!(decided.len(), 1, "{decided:?}");
    (response.status().as_u16(), rejected)
}

/// Asserts that each request emits one event with this status, reason, location and rules.
async fn assert_events(requests: impl IntoIterator<Item = (TestRequest, &'static str)>) {
    let (log, _capturing) = Log::capture();
    for (request, expected) in requests {
        let (status, events) = send(&log, request).await;
        assert_eq!(events.len(), 1, "{expected}: {events:?}");
        assert_eq!(events[0]["level"], "WARN");
        let fields = &events[0]["fields"];
        let location = fields["location"].as_str().unwrap_or("-");
        let [reason, rules] = ["reason", "rules"].map(|name| fields[name].as_str().unwrap());
        let actual = format!("{status} {reason} {location} {rules}");
        assert_eq!(actual.trim_end(), expected);
        assert_eq!(fields["outcome"], "deny", "{fields}");
        assert_eq!(fields["message"], "input rejected", "{fields}");
        assert_eq!(fields["module"], "api::rejected_inputs", "{fields}");
    }
}

#[tokio::test]
async fn rejected_body_emits_one_event_with_reason_and_rules() {
    let api = api().await;
    let json = "application/json";
    assert_events([
        (order(&api, "{", json), "400 malformed_input body syntax"),
        (
            order(&api, r#"{"sku": 1}"#, json),
            "422 type_mismatch body type",
        ),
        (
            order(&api, r#"{"sku": "", "quantity": 101}"#, json),
            "422 invalid_input body custom length range",
        ),
        (
            order(&api, "{}", "text/plain"),
            "415 unsupported_media_type body",
        ),
        (
            order(&api, "{}", json).header("content-encoding", "gzip"),
            "415 unsupported_content_coding body",
        ),
        (
            order(&api, &" ".repeat(101), json),
            "413 body_too_large body",
        ),
    ])
    .await;
}

#[tokio::test]
async fn rejected_parameter_emits_one_event_with_its_location() {
    let api = api().await;
    let get = |path: &str| api.anonymous().get(path);
    assert_events([
        (get("/orders?sku=%"), "400 malformed_input query encoding"),
        (get("/orders/+1/1"), "422 type_mismatch path type"),
        (
            get("/orders/1/1").header("x-request-id", "abcde"),
            "422 invalid_input header length",
        ),
        // two invalid inputs: the response and the event report the first one
        (
            api.anonymous().post("/both?x=1").body("x=1", "text/plain"),
            "422 type_mismatch query unknown",
        ),
        (get("/rejected"), "409 rejected_by_extractor -"),
        (get("/constant"), "422 invalid_input body length"),
    ])
    .await;
}

#[tokio::test]
async fn rejected_input_event_names_handler_and_token() {
    let api = api().await;
    let (log, _capturing) = Log::capture();
    let (_, events) = send(&log, order(&api, "{", "application/json")).await;
    let fields = &events[0]["fields"];
    assert_eq!(fields["handler"], "create_order");
    assert_eq!(fields["access"], "orders:write");
    assert_eq!(fields["issuer"], api.issuer().url());
    assert_eq!(fields["client_id"], "test-client");
}

#[tokio::test]
async fn other_errors_emit_no_rejected_input_event() {
    let api = api().await;
    let (log, _capturing) = Log::capture();
    let json = "application/json";
    for (request, status) in [
        (order(&api, r#"{"sku": "tea", "quantity": 2}"#, json), 200),
        // an error of the handler
        (
            order(&api, r#"{"sku": "sold-out", "quantity": 2}"#, json),
            409,
        ),
        // a refusal of the guard
        (api.anonymous().post("/orders").body("{", json), 401),
        // errors of the API
        (api.anonymous().get("/mismatched"), 500),
        (api.anonymous().get("/bad-gateway"), 502),
    ] {
        assert_eq!(send(&log, request).await, (status, vec![]));
    }
}

#[tokio::test]
async fn client_input_is_never_logged() {
    let api = api().await;
    let (log, _capturing) = Log::capture();
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
        path("/rejected?"),
        path("/constant?"),
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
async fn rejected_inputs_are_counted_by_reason_and_location() {
    let recorder = DebuggingRecorder::new();
    let snapshots = recorder.snapshotter();
    let _recording = metrics::set_default_local_recorder(&recorder);
    let api = api().await;
    for _ in 0..3 {
        order(&api, "{", "application/json").send().await;
    }
    api.anonymous().get("/orders?sku=%").send().await;
    api.anonymous().get("/rejected").send().await;
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
