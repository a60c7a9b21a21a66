//! Explanations of the requests of a real listener.

mod refusals;
mod start;

use std::future::pending;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue};
use axum::middleware::{Next, from_fn};
use palisade::prelude::*;
use palisade::relying_party::{Login, NewLogin, Sessions};
use palisade::routing::Explanation;
use palisade::testing::{EmbeddedIssuer, TestApi, TestClock, TokenBuilder};
use palisade::{
    Api, Network, RevocationList, Revocations, RevocationsUnavailable, ServeError, Ticket,
    TicketError, Tickets, VerifiedToken,
};
use palisade_tests::Log;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

const SECRET: &str = "hunter2";

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct NewOrder {
    #[garde(length(chars, min = 1, max = 8))]
    sku: String,
}

#[derive(Clone, Deserialize, Validate)]
struct Tenancy {
    #[garde(length(max = 4))]
    tenant: String,
}

#[secured(scopes = "orders:write", header_limit = 12, body_limit = "64 B")]
async fn create_order(Valid(Json(order)): Valid<Json<NewOrder>>) -> String {
    order.sku
}

#[secured(authenticated, body_timeout = "20ms", body_idle_timeout = "20ms")]
async fn slow_order(Valid(Json(order)): Valid<Json<NewOrder>>) -> String {
    order.sku
}

#[secured(scopes = "orders:read")]
async fn tenant(caller: Caller<Tenancy>) -> String {
    caller.claims().tenant.clone()
}

#[secured(authenticated)]
async fn events_ticket(tickets: Tickets) -> Result<Ticket, TicketError> {
    tickets.issue(events)
}

#[secured(authenticated, ticket)]
async fn events() {}

#[secured(login)]
async fn change_name(login: Login) -> String {
    login.subject().to_owned()
}

#[public(reason = "a test")]
async fn health() {}

#[public(reason = "a test")]
async fn crash() {
    let nothing: Option<()> = std::hint::black_box(None);
    nothing.unwrap();
}

#[secured(authenticated)]
async fn cached() {}

/// Responds to every request without the handler.
async fn respond(_: Request, _: Next) -> Response {
    StatusCode::IM_A_TEAPOT.into_response()
}

fn routes() -> SecureRouter {
    let layered = SecureRouter::new()
        .route("/cached", get(cached))
        .inner_layer(from_fn(respond));
    SecureRouter::new()
        .route("/orders", post(create_order))
        .route("/slow", post(slow_order))
        .route("/tenant", get(tenant))
        .route("/ticket", get(events_ticket))
        .route("/events", get(events))
        .route("/name", post(change_name))
        .route("/health", get(health))
        .route("/crash", get(crash))
        .merge(layered)
}

/// A listener whose requests are explained.
struct Served {
    address: SocketAddr,
    shown: Arc<Mutex<Vec<Explanation>>>,
}

impl Served {
    async fn start(api: Api) -> Self {
        let shown = Arc::new(Mutex::new(Vec::new()));
        let all = Arc::clone(&shown);
        let api = api.explain(move |explanation| all.lock().unwrap().push(explanation.clone()));
        let bound = palisade::serve(api).bind("127.0.0.1:0").await.unwrap();
        let address = bound.local_addr();
        tokio::spawn(bound.run_until(pending()));
        Self { address, shown }
    }

    /// Sends a request, and returns the head of the response.
    async fn send(&self, line: &str, fields: &[String], body: &str) -> String {
        let mut head = format!("{line} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n");
        for field in fields {
            head.push_str(field);
            head.push_str("\r\n");
        }
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        let request = format!("{head}\r\n{body}");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut response = Vec::new();
        // a connection with an unread body may be reset after the response
        let _ = stream.read_to_end(&mut response).await;
        let response = String::from_utf8_lossy(&response).into_owned();
        response
            .split_once("\r\n\r\n")
            .map_or(response.clone(), |(head, _)| head.to_owned())
    }

    /// Returns the explanations since the last call.
    fn take(&self) -> Vec<Explanation> {
        std::mem::take(&mut self.shown.lock().unwrap())
    }
}

fn bearer(token: &str) -> String {
    format!("Authorization: Bearer {token}")
}

fn json_body(body: &str) -> Vec<String> {
    vec![
        "Content-Type: application/json".to_owned(),
        format!("Content-Length: {}", body.len()),
    ]
}

/// A revocation store that is never available.
struct Unavailable;

impl Revocations for Unavailable {
    async fn is_revoked(&self, _: &VerifiedToken) -> Result<bool, RevocationsUnavailable> {
        Err(RevocationsUnavailable::default())
    }
}

/// Checks the last explanation against the last audit event and the response, and returns the reason.
fn check(served: &Served, log: &Log, head: &str) -> Option<String> {
    let shown = served.take();
    assert_eq!(shown.len(), 1, "{head}");
    let explanation = &shown[0];
    let text = format!("{explanation}\n{explanation:?}");
    assert!(!text.contains(SECRET), "{text}");
    let status = head.split(' ').nth(1).unwrap();
    assert_eq!(explanation.status().as_str(), status, "{head}");
    let id = explanation.request_id().unwrap().to_string();
    assert!(head.contains(&format!("x-request-id: {id}")), "{head}");
    assert!(text.starts_with(&format!("request {id}\n")), "{text}");
    let events = log.take("palisade::audit");
    let last = events
        .iter()
        .rfind(|event| event["fields"].get("reason").is_some());
    let reason = last.and_then(|event| event["fields"]["reason"].as_str());
    assert_eq!(explanation.reason(), reason, "{explanation}");
    if let Some(last) = last {
        assert_eq!(last["fields"]["request_id"], id.as_str());
        let is_refused = last["fields"]["outcome"] != "allow";
        assert_eq!(
            explanation.failed_step().is_some(),
            is_refused,
            "{explanation}"
        );
        assert_eq!(
            last["fields"]["handler"].as_str(),
            explanation.handler(),
            "{explanation}"
        );
        let (file, line) = explanation.location().unwrap();
        assert!(file.ends_with("explain_on_loopback/mod.rs"), "{file}");
        let source = include_str!("mod.rs");
        let index = usize::try_from(line).unwrap() - 1;
        let declaration = source.lines().nth(index).unwrap();
        assert!(
            declaration.starts_with("#[secured(") || declaration.starts_with("#[public("),
            "{declaration}"
        );
        let expected = reason.filter(|_| is_refused);
        let last_line = text.lines().rfind(|line| line.starts_with("  failed  "));
        assert_eq!(
            last_line.and_then(|line| line.split(": ").nth(1)),
            expected,
            "{explanation}"
        );
    }
    reason.map(str::to_owned)
}

#[tokio::test]
async fn unavailable_store_is_the_failed_step() {
    let (log, _capturing) = Log::capture();
    let api = TestApi::with_server(
        SecureRouter::new().route("/events", get(events)),
        |server| server.revocations(Unavailable),
    )
    .await;
    let served = Served::start(api.api().clone()).await;
    let token = bearer(&api.caller("alice").token());
    let head = served.send("GET /events", &[token], "").await;
    let reason = check(&served, &log, &head);
    assert_eq!(reason.as_deref(), Some("revocations_unavailable"), "{head}");
}

#[tokio::test]
async fn response_of_an_inner_layer_is_not_a_failed_step() {
    let (log, _capturing) = Log::capture();
    let api = TestApi::new(
        SecureRouter::new()
            .route("/cached", get(cached))
            .inner_layer(from_fn(respond)),
    )
    .await;
    let served = Served::start(api.api().clone()).await;
    let token = bearer(&api.caller("alice").token());
    let head = served.send("GET /cached", &[token], "").await;
    let shown = served.shown.lock().unwrap().clone();
    assert_eq!(check(&served, &log, &head).as_deref(), Some("authorized"));
    assert_eq!(shown[0].failed_step(), None);
    assert_eq!(shown[0].ended_at(), Some("inner layers"));
    let text = shown[0].to_string();
    assert!(
        text.ends_with("  passed  scopes and roles\n  ended   inner layers\n418"),
        "{text}"
    );
}

#[tokio::test]
async fn request_that_no_guard_decides_is_explained_without_steps() {
    let api = TestApi::new(SecureRouter::new().route("/health", get(health))).await;
    let served = Served::start(api.api().clone()).await;
    for (line, status) in [
        ("GET /hunter2", "404"),
        ("DELETE /health", "405"),
        ("GET http://[/hunter2", "400"),
    ] {
        let head = served.send(line, &[], "").await;
        let Some(explanation) = served.take().pop() else {
            // hyper refused the head
            assert!(head.contains(" 400 "), "{head}");
            continue;
        };
        assert_eq!(explanation.status().as_str(), status, "{head}");
        assert_eq!(explanation.reason(), None);
        assert!(!explanation.to_string().contains(SECRET), "{explanation}");
        assert!(explanation.to_string().contains("no guard decided"));
    }
}

#[tokio::test]
async fn panics_of_the_handler_and_of_the_function_change_no_response() {
    let routes = || {
        SecureRouter::new()
            .route("/crash", get(crash))
            .route("/health", get(health))
    };
    let api = TestApi::new(routes()).await;
    let served = Served::start(api.api().clone()).await;
    let head = served.send("GET /crash", &[], "").await;
    assert!(head.contains(" 500 "), "{head}");
    let explanation = served.take().pop().unwrap();
    assert!(explanation.reached_handler(), "{explanation}");
    assert_eq!(explanation.status(), StatusCode::INTERNAL_SERVER_ERROR);

    let api = api
        .api()
        .clone()
        .explain(|_| panic!("the function of the test"));
    let bound = palisade::serve(api).bind("127.0.0.1:0").await.unwrap();
    let served = Served {
        address: bound.local_addr(),
        shown: Arc::default(),
    };
    tokio::spawn(bound.run_until(pending()));
    for _ in 0..2 {
        let head = served.send("GET /health", &[], "").await;
        assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
    }
}

/// Only the listener records requests, neither the router nor another API.
#[tokio::test]
async fn router_of_an_explained_api_explains_nothing() {
    let shown = Arc::new(Mutex::new(0));
    let count = Arc::clone(&shown);
    let api = TestApi::new(SecureRouter::new().route("/health", get(health))).await;
    let router = api
        .api()
        .clone()
        .explain(move |_| *count.lock().unwrap() += 1)
        .into_router();
    let plain = TestApi::new(SecureRouter::new().route("/health", get(health))).await;
    let plain = plain.map_router(move |_| router);
    assert_eq!(plain.anonymous().get("/health").send().await.status(), 200);
    assert_eq!(*shown.lock().unwrap(), 0);
}

#[tokio::test]
async fn concurrent_requests_have_separate_explanations() {
    let api = TestApi::new(routes_without_login()).await;
    let served = Arc::new(Served::start(api.api().clone()).await);
    let token = bearer(&api.caller("alice").scopes("orders:write").token());
    let mut sent = Vec::new();
    for at in 0..40 {
        let (served, token) = (Arc::clone(&served), token.clone());
        sent.push(tokio::spawn(async move {
            let body = r#"{"sku":"tea"}"#;
            let mut fields = json_body(body);
            if at % 2 == 0 {
                fields.push(token);
            }
            served.send("POST /orders", &fields, body).await
        }));
    }
    let mut heads = Vec::new();
    for sending in sent {
        heads.push(sending.await.unwrap());
    }
    let shown = served.take();
    assert_eq!(shown.len(), 40);
    for head in heads {
        let of_head = |explanation: &&Explanation| {
            head.contains(&explanation.request_id().unwrap().to_string())
        };
        let explanation = shown.iter().find(of_head).unwrap();
        let expected = if head.contains(" 200 ") {
            "authorized"
        } else {
            "no_credential"
        };
        assert_eq!(explanation.reason(), Some(expected), "{explanation}");
    }
}

fn routes_without_login() -> SecureRouter {
    SecureRouter::new().route("/orders", post(create_order))
}
