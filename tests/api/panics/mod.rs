//! Panics of the API's code: the client gets a problem, the operator an event and a count.

mod layers;
mod streams;
mod values;

use axum::extract::{FromRef, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::middleware::{Next, from_fn};
use metrics_util::debugging::{DebugValue, DebuggingRecorder};
use palisade::input::ValidationContext;
use palisade::prelude::*;
use palisade::testing::{TestApi, TestRequest, TestResponse};
use palisade::{Revocations, RevocationsUnavailable, VerifiedToken};
use palisade_tests::Log;
use serde_json::{Value, json};

const AUDIT: &str = "palisade::audit";

/// The text of every panic; it must not leave the process.
const CANARY: &str = "canary-9d41";

fn crash() -> ! {
    panic!("{CANARY}")
}

#[secured(authenticated)]
async fn at_once() {
    crash()
}

#[public(reason = "a test")]
async fn in_public() {
    crash()
}

#[secured(authenticated)]
async fn after_an_await() {
    tokio::task::yield_now().await;
    crash()
}

#[secured(authenticated)]
async fn with_a_value() {
    std::panic::panic_any(7);
}

/// A payload whose destructor panics, too.
struct Grenade;

impl Drop for Grenade {
    fn drop(&mut self) {
        crash()
    }
}

#[secured(authenticated)]
async fn with_a_grenade() {
    std::panic::panic_any(Grenade);
}

#[secured(authenticated)]
async fn by_index(Valid(Query(filter)): Valid<Query<Filter>>) -> String {
    let levels = ["a", "b"];
    levels[usize::from(filter.level)].to_owned()
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Filter {
    #[garde(range(max = 9))]
    level: u8,
}

struct Broken;

impl<S: Sync> FromRequestParts<S> for Broken {
    type Rejection = Problem;

    async fn from_request_parts(_: &mut Parts, _: &S) -> Result<Self, Problem> {
        tokio::task::yield_now().await;
        crash()
    }
}

impl TrustedExtractor for Broken {
    const REASON: &'static str = "a test";
}

#[secured(authenticated)]
async fn extractor(_: Broken) {}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "garde's signature")]
fn broken<T>(_: &T, (): &()) -> garde::Result {
    crash()
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Ruled {
    #[garde(custom(broken), range(max = 9))]
    level: u8,
}

#[secured(authenticated)]
async fn rule(Valid(Json(ruled)): Valid<Json<Ruled>>) -> String {
    ruled.level.to_string()
}

struct Response500;

impl IntoResponse for Response500 {
    fn into_response(self) -> Response {
        crash()
    }
}

#[secured(authenticated)]
async fn response() -> Response500 {
    Response500
}

#[derive(Clone, Deserialize, Validate)]
struct Claims {
    #[garde(custom(broken))]
    sub: String,
}

#[secured(authenticated)]
async fn claims(caller: Caller<Claims>) -> String {
    caller.claims().sub.clone()
}

#[secured(authenticated)]
async fn works(caller: Caller) -> String {
    caller.subject().to_owned()
}

pub(crate) fn routes() -> SecureRouter {
    SecureRouter::new()
        .route("/at-once", get(at_once))
        .route("/in-public", get(in_public))
        .route("/after-an-await", get(after_an_await))
        .route("/with-a-value", get(with_a_value))
        .route("/with-a-grenade", get(with_a_grenade))
        .route("/by-index", get(by_index))
        .route("/extractor", get(extractor))
        .route("/rule", post(rule))
        .route("/response", get(response))
        .route("/claims", get(claims))
        .route("/works", get(works))
        .fallback(at_once)
}

/// One request for each panic behind the guard.
fn panicking(api: &TestApi) -> Vec<(&'static str, TestRequest)> {
    let get = |path| (path, api.caller("alice").get(path));
    vec![
        get("/at-once"),
        get("/in-public"),
        get("/after-an-await"),
        get("/with-a-value"),
        get("/with-a-grenade"),
        get("/by-index?level=2"),
        get("/extractor"),
        (
            "/rule",
            api.caller("alice")
                .post("/rule")
                .json(&json!({ "level": 1 })),
        ),
        get("/response"),
        get("/claims"),
        get("/fallback"),
    ]
}

fn assert_500(response: &TestResponse, case: &str) {
    let everything = format!("{:?} {}", response.headers(), response.text());
    assert_eq!(response.status(), 500, "{case}: {everything}");
    let header = |name| response.header(name).unwrap_or_default();
    assert_eq!(header("content-type"), "application/problem+json", "{case}");
    assert_eq!(header("cache-control"), "no-store", "{case}");
    assert_eq!(header("x-content-type-options"), "nosniff", "{case}");
    assert!(!everything.contains(CANARY), "{case}: {everything}");
}

/// The problem of any error of the API itself.
fn plain_500() -> Value {
    json!({ "type": "about:blank", "title": "Internal Server Error", "status": 500 })
}

#[tokio::test]
async fn panic_behind_the_guard_returns_500_as_a_problem() {
    let api = TestApi::new(routes()).await;
    for (case, request) in panicking(&api) {
        let response = request.send().await;
        assert_500(&response, case);
        assert_eq!(response.json::<Value>(), plain_500(), "{case}");
        let next = api.caller("alice").get("/works").send().await;
        assert_eq!(next.text(), "alice", "after {case}");
    }
}

#[tokio::test]
async fn panic_behind_the_guard_is_mapped_like_any_problem() {
    let api = TestApi::new(routes()).await;
    let api = api.map_api(|api| api.map_problems(|problem| problem.member("support", "x")));
    for (case, request) in panicking(&api) {
        let response = request.send().await;
        assert_500(&response, case);
        assert_eq!(response.json::<Value>()["support"], "x", "{case}");
    }
}

/// An event that cannot be written must not cost the response.
#[tokio::test]
async fn panic_of_the_subscriber_returns_500() {
    let api = TestApi::new(routes()).await;
    let (_log, _capturing) = Log::capture();
    let writers: [fn() -> std::io::Sink; 2] = [|| crash(), || std::panic::panic_any(Grenade)];
    for writer in writers {
        let subscriber = tracing_subscriber::fmt().with_writer(writer);
        let _panicking = tracing::subscriber::set_default(subscriber.finish());
        for path in ["/works", "/at-once"] {
            let response = api.caller("alice").get(path).send().await;
            assert_500(&response, path);
        }
    }
}

#[tokio::test]
async fn panic_of_the_guards_own_store_refuses_the_request() {
    struct Store;

    impl Revocations for Store {
        async fn is_revoked(&self, _: &VerifiedToken) -> Result<bool, RevocationsUnavailable> {
            crash()
        }
    }

    let api = TestApi::with_server(routes(), |server| server.revocations(Store)).await;
    for _ in 0..2 {
        let response = api.caller("alice").get("/works").send().await;
        assert_500(&response, "revocations");
    }
}

#[tokio::test]
async fn panic_of_a_validation_context_returns_500() {
    #[derive(Clone)]
    struct App;

    #[derive(Clone)]
    struct Stock;

    impl ValidationContext for Stock {}

    impl FromRef<App> for Stock {
        fn from_ref(_: &App) -> Self {
            crash()
        }
    }

    #[derive(Deserialize, Validate, SecureInput)]
    #[serde(deny_unknown_fields)]
    #[garde(context(Stock))]
    struct Order {
        #[garde(range(max = 9))]
        level: u8,
    }

    #[public(reason = "a test")]
    async fn order(Valid(Query(order)): Valid<Query<Order>>) -> String {
        order.level.to_string()
    }

    let routes = SecureRouter::new().route("/", get(order)).with_state(App);
    let api = TestApi::new(routes).await;
    let response = api.anonymous().get("/?level=1").send().await;
    assert_eq!(response.status(), 500);
    assert!(!response.text().contains(CANARY));
}

#[tokio::test]
async fn panic_emits_one_event_without_its_text() {
    let (log, _capturing) = Log::capture();
    let api = TestApi::new(routes()).await;
    let request = api.caller(CANARY).get("/at-once");
    let request = request.claim("jti", CANARY).claim("client_id", "shop");
    request.send().await;
    assert!(!log.text().contains(CANARY), "{}", log.text());
    let events = log.take(AUDIT);
    let [decision, event] = &*events else {
        panic!("{events:?}")
    };
    assert_eq!(decision["fields"]["reason"], "authorized");
    assert_eq!(event["level"], "ERROR");
    let fields = &event["fields"];
    assert_eq!(
        *fields,
        json!({
            "message": "panic",
            "event": "sys_crash",
            "outcome": "error",
            "origin": "handler",
            "handler": "at_once",
            "module": "api::panics",
            "access": "authenticated",
            "issuer": api.issuer().url(),
            "client_id": "shop",
            "token_id_hash": fields["token_id_hash"],
        })
    );
}

#[tokio::test]
async fn panic_is_counted_and_logged_with_its_origin() {
    let recorder = DebuggingRecorder::new();
    let snapshots = recorder.snapshotter();
    let _recording = metrics::set_default_local_recorder(&recorder);
    let (log, _capturing) = Log::capture();
    let api = TestApi::new(routes()).await;
    api.caller("alice").get("/at-once").send().await;
    let layer = from_fn(async |_: Request, _: Next| -> Response { crash() });
    let layered = TestApi::new(routes().layer(layer)).await;
    layered.anonymous().get("/works").send().await;
    let mapped = TestApi::new(routes()).await;
    let mapped = mapped.map_api(|api| api.map_problems(|_| crash()));
    mapped.anonymous().get("/works").send().await;
    let events = log.take(AUDIT);
    let origins = events.iter().map(|event| &event["fields"]["origin"]);
    let origins: Vec<_> = origins.filter_map(Value::as_str).collect();
    assert_eq!(origins, ["handler", "layer", "problem_map"]);
    let mut counts = Vec::new();
    for (key, _, _, value) in snapshots.snapshot().into_vec() {
        let key = key.key();
        let origin = key.labels().find(|label| label.key() == "origin");
        if let (Some(origin), DebugValue::Counter(count)) = (origin, value) {
            counts.push(format!("{} {} {count}", key.name(), origin.value()));
        }
    }
    counts.sort();
    assert_eq!(
        counts,
        [
            "palisade_panics_total handler 1",
            "palisade_panics_total layer 1",
            "palisade_panics_total problem_map 1",
        ]
    );
}
