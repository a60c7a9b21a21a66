//! The limits of a request: body, header fields and parameters.

use axum::extract::{FromRequest, Request};
use http_body_util::BodyExt;
use palisade::policy::Limits;
use palisade::prelude::*;
use palisade::testing::{TestApi, TestRequest};
use palisade_tests::Log;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::{Calls, Listing, errors, routes};

/// At −1, 0 and +1 of the default limit, a raised and a reduced one.
#[tokio::test]
async fn body_over_limit_returns_413() {
    let api = TestApi::new(routes(&Calls::default())).await;
    for (path, limit) in [
        ("/orders", 64 * 1024),
        ("/large", 128 * 1024),
        ("/small", 40),
    ] {
        for (length, fits) in [(limit - 1, true), (limit, true), (limit + 1, false)] {
            let order = r#"{"sku": "a", "quantity": 1}"#;
            let body = format!("{order}{}", " ".repeat(length - order.len()));
            let request = api
                .caller("alice")
                .scopes("orders:write")
                .post(path)
                .body(body, "application/json");
            let status = request.send().await.status();
            assert_eq!(status.is_success(), fits, "{path} {length}: {status}");
            assert!(fits || status == 413, "{path} {length}: {status}");
        }
    }
}

/// Reads the whole body itself, without the limit of axum.
struct WholeBody(usize);

impl<S: Sync> FromRequest<S> for WholeBody {
    type Rejection = StatusCode;

    async fn from_request(request: Request, _: &S) -> Result<Self, StatusCode> {
        let body = request.into_body().collect().await;
        body.map(|body| Self(body.to_bytes().len()))
            .map_err(|_| StatusCode::PAYLOAD_TOO_LARGE)
    }
}

impl TrustedExtractor for WholeBody {
    const REASON: &'static str = "counts the bytes only";
}

#[public(reason = "a test")]
async fn count(WholeBody(length): WholeBody) -> String {
    length.to_string()
}

#[tokio::test]
async fn application_extractor_cannot_read_over_the_limit() {
    let api = TestApi::new(SecureRouter::new().route("/", post(count))).await;
    let send = |length| {
        api.anonymous()
            .post("/")
            .body(vec![b' '; length], "text/plain")
            .send()
    };
    assert_eq!(send(64 * 1024).await.text(), "65536");
    assert_eq!(send(64 * 1024 + 1).await.status(), 413);
}

#[secured(authenticated)]
async fn default_limits(_: Option<Valid<Query<Listing>>>) {}

#[secured(authenticated, header_limit = 150, parameter_limit = 300)]
async fn raised_limits(_: Option<Valid<Query<Listing>>>) {}

#[secured(authenticated, header_limit = 3, parameter_limit = 1)]
async fn reduced_limits(_: Option<Valid<Query<Listing>>>) {}

#[public(reason = "a test")]
async fn public_handler() {}

#[public(reason = "a test", parameter_limit = 2)]
async fn form_with_limit(_: Valid<Form<Listing>>) {}

fn limited() -> SecureRouter {
    SecureRouter::new()
        .route("/usual", get(default_limits))
        .route("/raised", get(raised_limits))
        .route("/reduced", get(reduced_limits))
        .route("/open", get(public_handler))
        .route("/form", post(form_with_limit))
}

/// Adds header fields up to a total; fields of the same name count separately.
fn with_fields(request: TestRequest, present: usize, total: usize) -> TestRequest {
    (present..total).fold(request, |request, index| {
        request.header(["x-many", "x-more"][index % 2], "1")
    })
}

/// RFC 6585 §5, at −1, 0 and +1 of the default limit, a raised and a reduced one.
#[tokio::test]
async fn header_fields_over_limit_return_431() {
    let api = TestApi::new(limited()).await;
    for (path, limit) in [("/usual", 100), ("/raised", 150), ("/reduced", 3)] {
        for (fields, status) in [(limit - 1, 200), (limit, 200), (limit + 1, 431)] {
            let request = with_fields(api.caller("alice").get(path), 1, fields);
            assert_eq!(request.send().await.status(), status, "{path} {fields}");
        }
    }
    for (fields, status) in [(100, 200), (101, 431)] {
        let request = with_fields(api.anonymous().get("/open"), 0, fields);
        assert_eq!(request.send().await.status(), status, "{fields}");
    }
}

/// The token is not read: neither a valid nor an invalid one changes the response.
#[tokio::test]
async fn header_fields_over_limit_are_refused_before_the_token_is_read() {
    let api = TestApi::new(limited()).await;
    let (log, _capturing) = Log::capture();
    for (request, present) in [
        (api.anonymous(), 0),
        (api.anonymous().bearer("a.b.c"), 1),
        (api.anonymous().bearer("a b").bearer("c"), 2),
        (api.caller("alice"), 1),
    ] {
        let response = with_fields(request.get("/usual"), present, 101)
            .send()
            .await;
        assert_eq!(response.status(), 431);
        assert_eq!(response.header("www-authenticate"), None);
        assert_eq!(response.header("cache-control"), Some("no-store"));
        assert_eq!(response.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(
            response.header("content-type"),
            Some("application/problem+json")
        );
        let problem: Value = response.json();
        assert_eq!(
            problem["detail"],
            "the request has more than 100 header fields"
        );
        let events = log.take("palisade::audit");
        assert_eq!(events.len(), 1, "{events:?}");
        assert_eq!(events[0]["fields"]["reason"], "too_many_headers");
        assert_eq!(events[0]["fields"]["event"], "input_validation_fail");
        assert_eq!(events[0]["fields"]["issuer"], Value::Null);
    }
}

/// Unknown names return 422 and too many pairs 400, so the status shows which check failed.
#[tokio::test]
async fn parameters_over_limit_return_400() {
    let api = TestApi::new(limited()).await;
    for (path, limit) in [("/usual", 256), ("/raised", 300), ("/reduced", 1)] {
        for (pairs, status) in [(limit, 422), (limit + 1, 400)] {
            let target = format!("{path}?{}", vec!["unknown=1"; pairs].join("&"));
            let response = api.caller("alice").get(&target).send().await;
            assert_eq!(response.status(), status, "{path} {pairs}");
            if status == 400 {
                let detail = format!("must have at most {limit} parameters");
                assert_eq!(errors(&response.json()), [(String::new(), detail)]);
            }
        }
    }
    let pair = ("page", "1");
    for (pairs, status) in [(1, 200), (2, 422), (3, 400)] {
        let response = api.anonymous().post("/form").form(&vec![pair; pairs]);
        assert_eq!(response.send().await.status(), status, "{pairs}");
    }
}

/// Sends a request over a socket, and returns the response as text.
async fn send_over_socket(routes: SecureRouter, path: &str, fields: usize) -> String {
    let api = TestApi::new(routes).await;
    let bound = palisade::serve(api.api().clone())
        .bind("127.0.0.1:0")
        .await
        .unwrap();
    let address = bound.local_addr();
    let server = tokio::spawn(bound.run_until(std::future::pending()));
    let token = api.caller("alice").token();
    let mut stream = TcpStream::connect(address).await.unwrap();
    // the head has three other fields
    let many = "x-many: 1\r\n".repeat(fields - 3);
    let head = format!(
        "GET {path} HTTP/1.1\r\nhost: api\r\nconnection: close\r\nauthorization: Bearer {token}\r\n{many}\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).await.unwrap();
    server.abort();
    response
}

/// The default limit of hyper is 100: `serve` raises it to the limit of the routes.
#[tokio::test]
async fn listener_accepts_the_largest_header_limit_of_any_route() {
    for (path, fields, status, is_problem) in [
        ("/raised", 150, 200, false),
        ("/usual", 150, 431, true),
        ("/raised", 151, 431, false),
        ("/reduced", 4, 431, true),
    ] {
        let response = send_over_socket(limited(), path, fields).await;
        assert!(
            response.starts_with(&format!("HTTP/1.1 {status} ")),
            "{path} {fields}: {response}"
        );
        assert_eq!(
            response.contains("problem+json"),
            is_problem,
            "{path} {fields}"
        );
    }
    let usual = || SecureRouter::new().route("/usual", get(default_limits));
    for (fields, status) in [(100, 200), (101, 431)] {
        let response = send_over_socket(usual(), "/usual", fields).await;
        assert!(
            response.starts_with(&format!("HTTP/1.1 {status} ")),
            "{response}"
        );
    }
}

#[test]
fn inventory_shows_the_limits_of_every_route() {
    let routes = limited();
    let [usual, raised, reduced, ..] = routes.inventory().routes() else {
        panic!("expected five routes");
    };
    assert_eq!(usual.limits(), Limits::DEFAULT);
    assert_eq!(raised.limits().header_limit, 150);
    assert_eq!(raised.limits().parameter_limit, 300);
    assert_eq!(raised.limits().body_timeout, Limits::DEFAULT.body_timeout);
    assert_eq!(reduced.limits().header_limit, 3);
    let table = routes.inventory().to_string();
    let lines: Vec<_> = table.lines().collect();
    assert!(lines[0].ends_with("  default_limits"), "{table}");
    assert!(
        lines[1].ends_with("raised_limits    header_limit = 150, parameter_limit = 300"),
        "{table}"
    );
}
