//! How much of a request is taken: body, header fields, parameters.

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

/// At t−1, t and t+1 of each limit: the default, one above it and one below.
#[tokio::test]
async fn a_declared_body_limit_is_the_limit() {
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

/// Reads the whole body by itself, and asks axum for no limit.
struct Everything(usize);

impl<S: Sync> FromRequest<S> for Everything {
    type Rejection = StatusCode;

    async fn from_request(request: Request, _: &S) -> Result<Self, StatusCode> {
        let body = request.into_body().collect().await;
        body.map(|body| Self(body.to_bytes().len()))
            .map_err(|_| StatusCode::PAYLOAD_TOO_LARGE)
    }
}

impl TrustedExtractor for Everything {
    const REASON: &'static str = "only counts";
}

#[public(reason = "a test")]
async fn count(Everything(length): Everything) -> String {
    length.to_string()
}

#[tokio::test]
async fn no_extractor_reads_more_than_the_limit() {
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
async fn take_usual(_: Option<Valid<Query<Listing>>>) {}

#[secured(authenticated, header_limit = 150, parameter_limit = 300)]
async fn take_raised(_: Option<Valid<Query<Listing>>>) {}

#[secured(authenticated, header_limit = 3, parameter_limit = 1)]
async fn take_lowered(_: Option<Valid<Query<Listing>>>) {}

#[public(reason = "a test")]
async fn take_open() {}

#[public(reason = "a test", parameter_limit = 2)]
async fn take_form(_: Valid<Form<Listing>>) {}

fn limited() -> SecureRouter {
    SecureRouter::new()
        .route("/usual", get(take_usual))
        .route("/raised", get(take_raised))
        .route("/lowered", get(take_lowered))
        .route("/open", get(take_open))
        .route("/form", post(take_form))
}

/// Adds as many fields as are missing; a name that is there again is a field again.
fn with_fields(request: TestRequest, there: usize, fields: usize) -> TestRequest {
    (there..fields).fold(request, |request, at| {
        request.header(["x-many", "x-more"][at % 2], "1")
    })
}

/// RFC 6585 §5, at t−1, t and t+1: the default, one above it and one below.
#[tokio::test]
async fn more_header_fields_than_declared_are_431() {
    let api = TestApi::new(limited()).await;
    for (path, limit) in [("/usual", 100), ("/raised", 150), ("/lowered", 3)] {
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

/// No token is asked for, and none is looked at: neither a good nor a bad one changes the answer.
#[tokio::test]
async fn too_many_header_fields_are_refused_before_a_token_is_looked_at() {
    let api = TestApi::new(limited()).await;
    let (log, _listening) = Log::listen();
    for (request, there) in [
        (api.anonymous(), 0),
        (api.anonymous().bearer("a.b.c"), 1),
        (api.anonymous().bearer("a b").bearer("c"), 2),
        (api.caller("alice"), 1),
    ] {
        let answer = with_fields(request.get("/usual"), there, 101).send().await;
        assert_eq!(answer.status(), 431);
        assert_eq!(answer.header("www-authenticate"), None);
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(
            answer.header("content-type"),
            Some("application/problem+json")
        );
        let problem: Value = answer.json();
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

/// Unknown names are 422 and too many pairs 400, so that what was counted shows.
#[tokio::test]
async fn more_parameters_than_declared_are_400() {
    let api = TestApi::new(limited()).await;
    for (path, limit) in [("/usual", 256), ("/raised", 300), ("/lowered", 1)] {
        for (pairs, status) in [(limit, 422), (limit + 1, 400)] {
            let target = format!("{path}?{}", vec!["unknown=1"; pairs].join("&"));
            let answer = api.caller("alice").get(&target).send().await;
            assert_eq!(answer.status(), status, "{path} {pairs}");
            if status == 400 {
                let detail = format!("has more than {limit} parameters");
                assert_eq!(errors(&answer.json()), [(String::new(), detail)]);
            }
        }
    }
    let pair = ("page", "1");
    for (pairs, status) in [(1, 200), (2, 422), (3, 400)] {
        let answer = api.anonymous().post("/form").form(&vec![pair; pairs]);
        assert_eq!(answer.send().await.status(), status, "{pairs}");
    }
}

/// What a real socket brings, with a good token or without one.
async fn over_a_socket(routes: SecureRouter, path: &str, fields: usize) -> String {
    let api = TestApi::new(routes).await;
    let bound = palisade::serve(api.api().clone())
        .bind("127.0.0.1:0")
        .await
        .unwrap();
    let address = bound.local_addr();
    let server = tokio::spawn(bound.run_until(std::future::pending()));
    let token = api.caller("alice").token();
    let mut stream = TcpStream::connect(address).await.unwrap();
    // three fields stand in the head already
    let many = "x-many: 1\r\n".repeat(fields - 3);
    let head = format!(
        "GET {path} HTTP/1.1\r\nhost: api\r\nconnection: close\r\nauthorization: Bearer {token}\r\n{many}\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    server.abort();
    answer
}

/// hyper's own limit is 100: a route that takes more is told to it.
#[tokio::test]
async fn the_listener_reads_as_many_header_fields_as_a_route_takes() {
    for (path, fields, status, is_problem) in [
        ("/raised", 150, 200, false),
        ("/usual", 150, 431, true),
        ("/raised", 151, 431, false),
        ("/lowered", 4, 431, true),
    ] {
        let answer = over_a_socket(limited(), path, fields).await;
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status} ")),
            "{path} {fields}: {answer}"
        );
        assert_eq!(
            answer.contains("problem+json"),
            is_problem,
            "{path} {fields}"
        );
    }
    let usual = || SecureRouter::new().route("/usual", get(take_usual));
    for (fields, status) in [(100, 200), (101, 431)] {
        let answer = over_a_socket(usual(), "/usual", fields).await;
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status} ")),
            "{answer}"
        );
    }
}

#[test]
fn the_inventory_has_every_limit_of_every_route() {
    let routes = limited();
    let [usual, raised, lowered, ..] = routes.inventory().routes() else {
        panic!("five handlers are mounted");
    };
    assert_eq!(usual.limits(), Limits::DEFAULT);
    assert_eq!(raised.limits().header_limit, 150);
    assert_eq!(raised.limits().parameter_limit, 300);
    assert_eq!(raised.limits().body_timeout, Limits::DEFAULT.body_timeout);
    assert_eq!(lowered.limits().header_limit, 3);
    let table = routes.inventory().to_string();
    let lines: Vec<_> = table.lines().collect();
    assert!(lines[0].ends_with("  take_usual"), "{table}");
    assert!(
        lines[1].ends_with("take_raised   header_limit = 150, parameter_limit = 300"),
        "{table}"
    );
}
