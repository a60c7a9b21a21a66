//! Problem details: their types, their errors, and `Api::map_problems`.

use std::collections::HashMap;

use axum::http::HeaderValue;
use axum::middleware::map_response;
use palisade::ProblemType;
use palisade::input::Violation;
use palisade::prelude::*;
use palisade::testing::{TestApi, TestResponse};
use serde_json::{Value, json};

use crate::support::{Calls, errors, routes};

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Reading {
    #[garde(range(min = 1, max = 9))]
    level: u8,
    #[garde(length(max = 3), inner(range(min = 0.0, max = 1.0)))]
    values: Vec<f64>,
    #[garde(custom(|pin: &u8, (): &()| {
        if pin.is_multiple_of(2) { Ok(()) } else { Err(garde::Error::new("must be even")) }
    }))]
    pin: u8,
}

#[public(reason = "a test")]
async fn read(Valid(Json(reading)): Valid<Json<Reading>>) -> Result<String, Problem> {
    if reading.level > 5 {
        let violation = Violation::new("/level", "stock", "is not available");
        return Err(Problem::new(StatusCode::CONFLICT).error(violation));
    }
    Ok(format!("{} {}", reading.values.len(), reading.pin))
}

async fn api() -> TestApi {
    let routes = routes(&Calls::default()).route("/readings", post(read));
    TestApi::new(routes).await
}

async fn post_reading(api: &TestApi, body: &str) -> TestResponse {
    let request = api.anonymous().post("/readings");
    request.body(body, "application/json").send().await
}

#[tokio::test]
async fn error_names_the_broken_rule() {
    let api = api().await;
    let rules = async |body: &str| {
        let problem: Value = post_reading(&api, body).await.json();
        let entries = problem["errors"].as_array().cloned().unwrap_or_default();
        let rules = entries.iter().map(|entry| {
            assert_eq!(entry.as_object().unwrap().len(), 3, "{entry}");
            let text = |name: &str| entry[name].as_str().unwrap().to_owned();
            (text("pointer"), text("rule"))
        });
        rules.collect::<Vec<_>>()
    };
    let at = |pointer: &str, rule: &str| (pointer.to_owned(), rule.to_owned());
    let mut broken = rules(r#"{"level": 0, "values": [2, 2, 2, 2], "pin": 1}"#).await;
    broken.sort();
    assert_eq!(
        broken,
        [
            at("/level", "range"),
            at("/pin", "custom"),
            at("/values", "length"),
            at("/values/0", "range"),
            at("/values/1", "range"),
            at("/values/2", "range"),
        ]
    );
    for (body, pointer, rule) in [
        ("", "", "syntax"),
        (r#"{"level": 1, "level": 1}"#, "/level", "unique"),
        (r#"{"level": "1"}"#, "/level", "type"),
        (r#"{"level": 256}"#, "/level", "range"),
        (r#"{"level": 1}"#, "", "required"),
        (r#"{"x": 1}"#, "", "unknown"),
        (r#"{"level": 6, "values": [], "pin": 0}"#, "/level", "stock"),
    ] {
        assert_eq!(rules(body).await, [at(pointer, rule)], "{body}");
    }
}

#[tokio::test]
async fn each_kind_of_refusal_has_its_own_problem_type() {
    let api = api().await;
    let problem_type = |response: TestResponse| response.json::<Value>()["type"].clone();
    let anonymous = |path| api.anonymous().get(path).send();
    for (response, expected) in [
        (anonymous("/whoami").await, ProblemType::MISSING_TOKEN),
        (
            api.anonymous().bearer("a b").get("/whoami").send().await,
            ProblemType::MALFORMED_CREDENTIAL,
        ),
        (
            api.anonymous().bearer("a.b.c").get("/whoami").send().await,
            ProblemType::INVALID_TOKEN,
        ),
        (
            api.caller("alice").get("/orders").send().await,
            ProblemType::INSUFFICIENT_SCOPE,
        ),
        (
            api.anonymous().post("/readings").send().await,
            ProblemType::UNSUPPORTED_MEDIA_TYPE,
        ),
        (
            post_reading(&api, &" ".repeat(70_000)).await,
            ProblemType::BODY_TOO_LARGE,
        ),
        (post_reading(&api, "{").await, ProblemType::MALFORMED_INPUT),
        (post_reading(&api, "[]").await, ProblemType::TYPE_MISMATCH),
        (
            post_reading(&api, r#"{"level": 0, "values": [], "pin": 0}"#).await,
            ProblemType::INVALID_INPUT,
        ),
    ] {
        assert_eq!(problem_type(response), expected.uri());
    }
    for response in [
        anonymous("/nowhere").await,
        api.anonymous().put("/whoami").send().await,
        post_reading(&api, r#"{"level": 6, "values": [], "pin": 0}"#).await,
    ] {
        assert_eq!(problem_type(response), "about:blank");
    }
}

#[tokio::test]
async fn map_problems_changes_every_problem_and_nothing_else() {
    let api = api().await.map_api(|api| {
        api.map_problems(|problem| {
            problem
                .map_errors(|error| match error.rule() {
                    "range" => error.with_detail("kei waho"),
                    _ => error,
                })
                .title("kaore")
                .member("support", "help@example.govt.nz")
        })
    });
    let invalid = r#"{"level": 0, "values": [], "pin": 0}"#;
    let conflict = r#"{"level": 6, "values": [], "pin": 0}"#;
    for (response, status) in [
        (api.anonymous().get("/whoami").send().await, 401),
        (
            api.anonymous().bearer("a.b.c").get("/whoami").send().await,
            401,
        ),
        (api.caller("alice").get("/orders").send().await, 403),
        (post_reading(&api, invalid).await, 422),
        (post_reading(&api, conflict).await, 409),
        (api.anonymous().get("/nowhere").send().await, 404),
        (api.anonymous().put("/whoami").send().await, 405),
    ] {
        let problem: Value = response.json();
        assert_eq!(response.status().as_u16(), status);
        assert_eq!(problem["status"], status);
        assert_eq!(problem["title"], "kaore");
        assert_eq!(problem["support"], "help@example.govt.nz");
        assert_eq!(
            response.header("content-type"),
            Some("application/problem+json")
        );
        assert_eq!(
            response.header("content-length"),
            Some(response.bytes().len().to_string().as_str())
        );
        assert_eq!(
            response.header("www-authenticate").is_some(),
            status == 401 || status == 403
        );
    }
    let problem: Value = post_reading(&api, invalid).await.json();
    let mapped = json!([{ "pointer": "/level", "rule": "range", "detail": "kei waho" }]);
    assert_eq!(problem["errors"], mapped);
    let valid = post_reading(&api, r#"{"level": 1, "values": [], "pin": 0}"#).await;
    assert_eq!(
        (valid.status().as_u16(), valid.text().as_str()),
        (200, "0 0")
    );
    let head = api.anonymous().request("HEAD", "/whoami").send().await;
    assert_eq!((head.status().as_u16(), head.bytes().len()), (401, 0));
}

/// Sets header fields that describe the body of a response, as layers that compress or hash it do.
async fn describe_body(mut response: Response) -> Response {
    for (name, value) in DESCRIPTION.iter().chain(OTHER_FIELDS) {
        let value = HeaderValue::from_static(value);
        response.headers_mut().insert(*name, value);
    }
    *response.body_mut() = axum::body::Body::from(&b"\x1f\x8b\x08"[..]);
    response
}

const DESCRIPTION: &[(&str, &str)] = &[
    ("content-encoding", "gzip"),
    ("content-language", "mi"),
    ("content-length", "3"),
    ("content-location", "/problem"),
    ("content-range", "bytes 0-2/9"),
    ("content-disposition", "attachment"),
    ("content-digest", "sha-256=:AAAA:"),
    ("content-md5", "AAAA"),
    ("repr-digest", "sha-256=:AAAA:"),
    ("unencoded-digest", "sha-256=:AAAA:"),
    ("digest", "sha-256=AAAA"),
    ("signature", "a=:AAAA:"),
    ("signature-input", "a=(\"@status\" \"content-digest\")"),
    ("etag", "\"1\""),
    ("last-modified", "Sat, 28 Nov 2026 12:00:00 GMT"),
    ("trailer", "x-checksum"),
    ("transfer-encoding", "gzip, chunked"),
];

const OTHER_FIELDS: &[(&str, &str)] = &[
    ("vary", "accept-encoding"),
    ("content-security-policy", "default-src 'none'"),
    ("accept-ranges", "bytes"),
    ("x-request-id", "7"),
];

/// RFC 9110 §8: representation metadata describes the former body.
#[tokio::test]
async fn mapped_problem_has_no_metadata_of_the_former_body() {
    let routes = routes(&Calls::default()).layer(map_response(describe_body));
    let api = TestApi::new(routes).await;
    let unmapped = api.anonymous().get("/whoami").send().await;
    assert_eq!(unmapped.header("content-encoding"), Some("gzip"));
    let api = api.map_api(|api| api.map_problems(|problem| problem.member("support", "x")));
    for method in ["GET", "HEAD"] {
        let response = api.anonymous().request(method, "/whoami").send().await;
        assert_eq!(response.status(), 401);
        for (name, value) in DESCRIPTION {
            if *name != "content-length" {
                assert_eq!(response.header(name), None, "{method} {name}: {value}");
            }
        }
        for (name, value) in OTHER_FIELDS {
            assert_eq!(response.header(name), Some(*value), "{method} {name}");
        }
        assert!(response.header("www-authenticate").is_some());
        assert_eq!(
            response.header("content-type"),
            Some("application/problem+json")
        );
    }
    let response = api.anonymous().get("/whoami").send().await;
    assert_eq!(response.json::<Value>()["support"], "x");
    let length = response.bytes().len().to_string();
    assert_eq!(response.header("content-length"), Some(&*length));
    let head = api.anonymous().request("HEAD", "/whoami").send().await;
    assert_eq!(head.header("content-length"), Some(&*length));
    // a response that is not mapped keeps its metadata
    let other = api.anonymous().get("/health").send().await;
    assert_eq!(other.header("content-encoding"), Some("gzip"));
}

/// RFC 9110 §14.4: `Content-Range` of a 416 describes the target.
#[tokio::test]
async fn mapped_416_keeps_content_range() {
    #[public(reason = "a test")]
    async fn range() -> Response {
        let problem = Problem::new(StatusCode::RANGE_NOT_SATISFIABLE);
        ([("content-range", "bytes */9")], problem).into_response()
    }

    let api = TestApi::new(SecureRouter::new().route("/", get(range))).await;
    let api = api.map_api(|api| api.map_problems(|problem| problem.title("x")));
    let response = api.anonymous().get("/").send().await;
    assert_eq!(response.header("content-range"), Some("bytes */9"));
}

/// The names of members below an unvalidated field come from the client.
#[tokio::test]
async fn member_name_from_the_client_is_not_echoed() {
    #[derive(Deserialize, Validate, SecureInput)]
    #[serde(deny_unknown_fields)]
    struct Item {
        #[garde(length(bytes, max = 1))]
        name: String,
    }

    #[derive(Deserialize, Validate, SecureInput)]
    #[serde(deny_unknown_fields)]
    struct Labels {
        #[secure(unvalidated = "a test")]
        #[garde(dive)]
        labels: HashMap<String, Item>,
    }

    #[public(reason = "a test")]
    async fn label(Valid(Json(all)): Valid<Json<Labels>>) -> String {
        all.labels.values().map(|item| item.name.as_str()).collect()
    }

    let api = TestApi::new(SecureRouter::new().route("/", post(label))).await;
    let body = r#"{"labels": {"canary-7f3a": {"name": "too long"}}}"#;
    let response = api
        .anonymous()
        .post("/")
        .body(body, "application/json")
        .send()
        .await;
    assert_eq!(response.status(), 422);
    assert!(!response.text().contains("canary"), "{}", response.text());
    assert_eq!(errors(&response.json::<Value>())[0].0, "/labels");
}
