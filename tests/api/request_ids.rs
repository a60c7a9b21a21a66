//! The id of a request in its response, its problem, its events and its handler, with `Api::request_ids`.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use http_body::Frame;
use http_body_util::BodyExt as _;
use palisade::prelude::*;
use palisade::testing::{TestApi, TestRequest, TestResponse};
use palisade::{Api, ErrorBody, RequestId, Ticket, TicketError, Tickets};
use palisade_tests::Log;
use serde_json::{Value, json};
use tower::ServiceExt as _;

const AUDIT: &str = "palisade::audit";
const HEADER: &str = "x-request-id";

#[secured(scopes = "a")]
async fn whose(id: RequestId) -> String {
    id.to_string()
}

#[derive(Debug, Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Order {
    #[garde(range(min = 1, max = 9))]
    quantity: u32,
}

#[public(reason = "a test")]
async fn order(Valid(Json(order)): Valid<Json<Order>>) -> Result<String, Problem> {
    if order.quantity == 9 {
        return Err(Problem::new(StatusCode::CONFLICT).detail("sold out"));
    }
    Ok(order.quantity.to_string())
}

#[public(reason = "a test")]
async fn crash() {
    panic!("a test")
}

#[public(reason = "a test", timeout = "1 s")]
async fn sleepy() {
    tokio::time::sleep(Duration::from_mins(1)).await;
}

#[secured(scopes = "a")]
async fn ticket(tickets: Tickets) -> Result<Ticket, TicketError> {
    tickets.issue(events)
}

#[secured(scopes = "a", ticket)]
async fn events() -> &'static str {
    "events"
}

/// A body that panics after its first chunk.
struct Breaking(bool);

impl http_body::Body for Breaking {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        assert!(!self.0, "a test");
        self.0 = true;
        Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(b"chunk")))))
    }
}

#[public(reason = "a test")]
async fn endless() -> Body {
    Body::new(Breaking(false))
}

pub(crate) fn routes() -> SecureRouter {
    SecureRouter::new()
        .route("/whose", get(whose))
        .route("/orders", post(order))
        .route("/crash", get(crash))
        .route("/sleepy", get(sleepy))
        .route("/tickets", post(ticket))
        .route("/events", get(events))
        .route("/endless", get(endless))
}

async fn api_with(routes: SecureRouter, map: impl FnOnce(Api) -> Api) -> TestApi {
    let api = TestApi::new(routes).await;
    api.map_api(|api| map(api).request_ids())
}

async fn api() -> TestApi {
    api_with(routes(), |api| api).await
}

fn post_order(request: TestRequest, quantity: u32) -> TestRequest {
    request
        .post("/orders")
        .json(&json!({ "quantity": quantity }))
}

/// Returns the id of a response, which the body has too if it is a problem.
fn id_of(response: &TestResponse) -> String {
    let ids: Vec<_> = response.headers().get_all(HEADER).iter().collect();
    assert_eq!(ids.len(), 1, "{}", response.text());
    let id = ids[0].to_str().unwrap().to_owned();
    assert_eq!(id.len(), 32, "{id}");
    if response.header("content-type") == Some("application/problem+json") {
        assert_eq!(response.json::<Value>()["request_id"], id);
    }
    if let Some(length) = response.header("content-length") {
        assert_eq!(length, response.bytes().len().to_string());
    }
    id
}

#[tokio::test(start_paused = true)]
async fn response_problem_and_events_have_the_same_id() {
    let api = api().await;
    let (log, _capturing) = Log::capture();
    let alice = || api.caller("alice").scopes("a");
    for (request, status, events) in [
        (alice().get("/whose"), 200, 1),
        (api.anonymous().get("/whose"), 401, 1),
        (api.anonymous().bearer("a b").get("/whose"), 400, 1),
        (api.caller("alice").get("/whose"), 403, 1),
        (post_order(api.anonymous(), 1), 200, 1),
        (post_order(api.anonymous(), 0), 422, 2),
        (post_order(api.anonymous(), 9), 409, 1),
        (
            api.anonymous().post("/orders").body("{", "text/plain"),
            415,
            2,
        ),
        (api.anonymous().get("/crash"), 500, 2),
        (api.anonymous().get("/sleepy"), 503, 2),
        (alice().post("/tickets"), 200, 2),
        (api.anonymous().get("/events?ticket=x"), 401, 1),
        (api.anonymous().get("/nowhere"), 404, 0),
        (api.anonymous().get("/orders"), 405, 0),
        (api.anonymous().request("OPTIONS", "/orders"), 405, 0),
        (api.anonymous().request("TRACE", "/orders"), 405, 0),
    ] {
        let response = request.send().await;
        assert_eq!(response.status(), status, "{}", response.text());
        let id = id_of(&response);
        let recorded = log.take(AUDIT);
        assert_eq!(recorded.len(), events, "{status}: {recorded:?}");
        for event in recorded {
            assert_eq!(event["fields"]["request_id"], id, "{event}");
        }
    }
}

#[tokio::test]
async fn handler_has_the_id_of_its_response() {
    let api = api().await;
    let mut ids = Vec::new();
    for _ in 0..3 {
        let response = api.caller("alice").scopes("a").get("/whose").send().await;
        assert_eq!(response.text(), id_of(&response));
        ids.push(response.text());
    }
    ids.dedup();
    assert_eq!(ids.len(), 3);
}

#[tokio::test]
async fn event_of_a_panic_in_a_stream_has_the_id() {
    let api = api().await;
    let (log, _capturing) = Log::capture();
    let request = Request::get("/endless").body(Body::empty()).unwrap();
    let response = api.router().oneshot(request).await.unwrap();
    let id = response.headers()[HEADER].clone();
    let body = response.into_body().collect().await;
    assert!(body.is_err());
    let events = log.take(AUDIT);
    let panic = events
        .iter()
        .find(|event| event["fields"]["event"] == "sys_crash");
    assert_eq!(panic.unwrap()["fields"]["request_id"], id.to_str().unwrap());
}

/// A client cannot choose the id, or put text into the response.
#[tokio::test]
async fn id_of_a_client_is_ignored() {
    async fn count(request: Request, next: Next) -> Response {
        let count = request.headers().get_all(HEADER).iter().count();
        let mut response = next.run(request).await;
        response.headers_mut().insert("x-count", count.into());
        response
    }
    let api = api_with(routes().layer(from_fn(count)), |api| api).await;
    let long = "x".repeat(10_000);
    for sent in [
        "0af7651916cd43dd8448eb211c80319c",
        "mine",
        "<script>",
        &long,
    ] {
        let request = api.anonymous().header(HEADER, sent).header(HEADER, sent);
        let response = request.get("/nowhere").send().await;
        assert_ne!(id_of(&response), sent);
        assert_eq!(response.header("x-count"), Some("0"));
    }
}

#[tokio::test]
async fn id_of_a_layer_around_the_router_is_used() {
    async fn of_the_ingress(mut request: Request, next: Next) -> Response {
        let id: RequestId = "of-the-ingress".parse().unwrap();
        request.extensions_mut().insert(id);
        next.run(request).await
    }
    let api = api()
        .await
        .map_router(|router| router.layer(from_fn(of_the_ingress)));
    let (log, _capturing) = Log::capture();
    for path in ["/whose", "/nowhere"] {
        let response = api.anonymous().get(path).send().await;
        assert_eq!(response.header(HEADER), Some("of-the-ingress"));
        assert_eq!(response.json::<Value>()["request_id"], "of-the-ingress");
    }
    let events = log.take(AUDIT);
    assert_eq!(events[0]["fields"]["request_id"], "of-the-ingress");
}

/// Code that reads the field instead of the id gets no text of a client either.
#[tokio::test]
async fn id_of_a_client_is_removed_beside_that_of_a_layer() {
    async fn of_the_ingress(mut request: Request, next: Next) -> Response {
        let id: RequestId = "of-the-ingress".parse().unwrap();
        request.extensions_mut().insert(id);
        next.run(request).await
    }
    #[public(reason = "a test", unvalidated = "a test")]
    async fn fields(Unvalidated(headers): Unvalidated<axum::http::HeaderMap>) -> String {
        let fields = headers.get_all(HEADER).iter();
        let fields: Vec<_> = fields
            .map(|field| field.as_bytes().escape_ascii().to_string())
            .collect();
        fields.join("|")
    }
    let routes = SecureRouter::new().route("/", get(fields));
    let api = api_with(routes, |api| api).await;
    let api = api.map_router(|router| router.layer(from_fn(of_the_ingress)));
    for (sent, expected) in [
        (&["mine"][..], ""),
        (&["of-the-ingress"], "of-the-ingress"),
        (&["Of-The-Ingress"], ""),
        (&["of-the-ingress", "mine"], ""),
        (&["mine", "of-the-ingress"], ""),
        (&["of-the-ingress", "of-the-ingress"], ""),
        (&[], ""),
    ] {
        let request = sent
            .iter()
            .fold(api.anonymous(), |request, id| request.header(HEADER, id));
        let response = request.get("/").send().await;
        assert_eq!(response.header(HEADER), Some("of-the-ingress"));
        assert_eq!(response.text(), expected, "{sent:?}");
    }
}

#[tokio::test]
async fn mapped_and_rendered_errors_have_the_id() {
    async fn crash_in_a_layer(request: Request, next: Next) -> Response {
        assert_ne!(request.uri().path(), "/layer", "a test");
        next.run(request).await
    }
    let mapped = |api: Api| {
        api.map_problems(|problem| {
            let id = problem.request_id().map(ToString::to_string);
            // another problem, and a member with the same name
            Problem::new(StatusCode::IM_A_TEAPOT)
                .member("request_id", "x")
                .member("seen", id)
        })
    };
    let routes = || routes().layer(from_fn(crash_in_a_layer));
    let api = api_with(routes(), mapped).await;
    for path in ["/whose", "/nowhere", "/crash", "/layer"] {
        let response = api.anonymous().get(path).send().await;
        assert_eq!(response.json::<Value>()["seen"], id_of(&response), "{path}");
    }
    let rendered = |api: Api| {
        api.render_errors(|problem| {
            let id = problem.request_id().map(ToString::to_string);
            ErrorBody::json(&json!({ "id": id }))
        })
    };
    let api = api_with(routes(), rendered).await;
    for path in ["/whose", "/nowhere", "/crash", "/layer"] {
        let response = api.anonymous().get(path).send().await;
        assert_eq!(response.json::<Value>()["id"], id_of(&response), "{path}");
    }
    // a map that panics
    let api = api_with(routes(), |api| api.map_problems(|_| panic!("a test"))).await;
    let response = api.anonymous().get("/nowhere").send().await;
    assert_eq!(response.status(), 500);
    id_of(&response);
}

#[tokio::test]
async fn refusal_of_a_host_and_routes_beside_the_api_have_ids() {
    let beside = axum::Router::new()
        .route("/page", axum::routing::get(async || "page"))
        .route(
            "/problem",
            axum::routing::get(async || Problem::new(StatusCode::CONFLICT)),
        );
    let hosts = |api: Api| api.beside(beside, "a test").hosts(["api.example"]);
    let api = api_with(routes(), hosts).await;
    for (path, host, status) in [
        ("/whose", "evil.example", 421),
        ("/whose", "", 400),
        ("/page", "api.example", 200),
        ("/problem", "api.example", 409),
    ] {
        let request = api.anonymous().header("host", host);
        let response = request.get(path).send().await;
        assert_eq!(response.status(), status, "{path}");
        id_of(&response);
    }
}

/// A problem has its id before a layer compresses or signs it.
#[tokio::test]
async fn layers_see_the_problem_with_its_id() {
    async fn sign(request: Request, next: Next) -> Response {
        let (mut parts, body) = next.run(request).await.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        let problem: Value = serde_json::from_slice(&body).unwrap();
        let id = problem["request_id"].as_str().unwrap_or("none");
        parts.headers.insert("signature", id.parse().unwrap());
        Response::from_parts(parts, Body::from(body))
    }
    let api = api_with(routes().layer(from_fn(sign)), |api| api).await;
    for request in [
        api.anonymous().get("/whose"),
        api.anonymous().get("/nowhere"),
        api.anonymous().get("/orders"),
        api.anonymous().get("/crash"),
        post_order(api.anonymous(), 0),
        post_order(api.anonymous(), 9),
    ] {
        let response = request.send().await;
        assert_eq!(response.header("signature"), Some(&*id_of(&response)));
    }
    let api = api_with(routes().inner_layer(from_fn(sign)), |api| api).await;
    for quantity in [0, 9] {
        let response = post_order(api.anonymous(), quantity).send().await;
        assert_eq!(response.header("signature"), Some(&*id_of(&response)));
    }
}

/// A layer has replaced the body, whose fields describe the new one.
#[tokio::test]
async fn body_of_a_layer_is_not_replaced() {
    async fn replace(request: Request, next: Next) -> Response {
        let mut response = next.run(request).await;
        *response.body_mut() = Body::from("own");
        response
            .headers_mut()
            .insert("etag", "\"own\"".parse().unwrap());
        response
    }
    async fn problem(_: Request, _: Next) -> Response {
        Problem::new(StatusCode::CONFLICT).into_response()
    }
    let own = routes().layer(from_fn(problem)).layer(from_fn(replace));
    let api = api_with(own, |api| api).await;
    let response = api.anonymous().get("/whose").send().await;
    assert_eq!(
        (response.text().as_str(), response.header("etag")),
        ("own", Some("\"own\""))
    );
    assert!(response.header(HEADER).is_some());
    let of_a_layer = routes().layer(from_fn(problem));
    let api = api_with(of_a_layer, |api| api).await;
    id_of(&api.anonymous().get("/whose").send().await);
}

#[tokio::test]
async fn head_has_the_length_of_get() {
    let api = api().await;
    for path in ["/whose", "/nowhere", "/crash"] {
        let get = api.anonymous().get(path).send().await;
        let head = api.anonymous().request("HEAD", path).send().await;
        let length = |response: &TestResponse| response.header("content-length").map(str::to_owned);
        assert_eq!(length(&get), Some(get.bytes().len().to_string()), "{path}");
        assert_eq!(length(&head), length(&get), "{path}");
        assert!(head.bytes().is_empty() && head.header(HEADER).is_some());
    }
}

/// Tests compare whole bodies, and another layer may give ids.
#[tokio::test]
async fn api_without_request_ids_has_none() {
    let api = TestApi::new(routes()).await;
    let (log, _capturing) = Log::capture();
    let response = api.anonymous().get("/whose").send().await;
    assert_eq!(response.header(HEADER), None);
    assert_eq!(response.json::<Value>().get("request_id"), None);
    let events = log.take(AUDIT);
    assert_eq!(events[0]["fields"].get("request_id"), None);
    // the argument is a new id
    let response = api.caller("alice").scopes("a").get("/whose").send().await;
    assert_eq!((response.text().len(), response.header(HEADER)), (32, None));
}
