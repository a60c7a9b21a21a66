//! `Api::render_errors`: every error in the API's own format, as strict as in the default one.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::future::pending;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::middleware::{Next, from_fn, map_response};
use palisade::prelude::*;
use palisade::testing::{TestApi, TestRequest, TestResponse};
use palisade::{Api, ErrorBody, ProblemType};
use palisade_tests::Log;
use serde_json::{Value, json};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::SizeAbove;
use tower_http::timeout::TimeoutLayer;

use crate::support::{Calls, routes};

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Reading {
    #[garde(range(min = 1, max = 9))]
    level: u8,
}

#[public(reason = "a test", body_limit = "1 KiB")]
async fn read(Valid(Json(reading)): Valid<Json<Reading>>) -> Result<String, Problem> {
    match reading.level {
        9 => Err(Problem::new(StatusCode::CONFLICT).detail("taken")),
        level => Ok(level.to_string()),
    }
}

#[public(reason = "a test")]
async fn bare_status() -> StatusCode {
    StatusCode::GONE
}

#[public(reason = "a test")]
async fn own_text() -> (StatusCode, &'static str) {
    (StatusCode::CONFLICT, "own text")
}

#[public(reason = "a test")]
async fn own_json() -> (StatusCode, Json<Value>) {
    (StatusCode::CONFLICT, Json(json!({ "own": true })))
}

#[public(reason = "a test")]
async fn crash() -> StatusCode {
    panic!("canary-6b1f")
}

fn all_routes() -> SecureRouter {
    routes(&Calls::default())
        .route("/readings", post(read))
        .route("/bare-status", get(bare_status))
        .route("/own-text", get(own_text))
        .route("/own-json", get(own_json))
        .route("/crash", get(crash))
}

fn in_our_format(api: Api) -> Api {
    api.render_errors(|problem| {
        let fields = problem.errors().iter();
        let fields: Vec<_> = fields.map(|error| error.pointer().to_owned()).collect();
        ErrorBody::json(&json!({
            "code": problem.status().as_u16(),
            "message": problem.title_text(),
            "detail": problem.detail_text(),
            "fields": fields,
        }))
    })
}

/// Each refusal, with its status and the fields that its body names.
fn refusals(api: &TestApi) -> Vec<(TestRequest, u16, Vec<&'static str>)> {
    let post = |body: &str, media_type| {
        let request = api.anonymous().post("/readings");
        request.body(body, media_type)
    };
    let json = "application/json";
    vec![
        (api.anonymous().get("/whoami"), 401, vec![]),
        (api.anonymous().bearer("a.b.c").get("/whoami"), 401, vec![]),
        (api.anonymous().bearer("a b").get("/whoami"), 400, vec![]),
        (api.caller("alice").get("/orders"), 403, vec![]),
        (api.anonymous().get("/nowhere"), 404, vec![]),
        (api.anonymous().put("/whoami"), 405, vec![]),
        (post(r#"{"level": 9}"#, json), 409, vec![]),
        (post(&" ".repeat(2_000), json), 413, vec![]),
        (post("level=1", "text/plain"), 415, vec![]),
        (post("{", json), 400, vec![""]),
        (post(r#"{"level": 0}"#, json), 422, vec!["/level"]),
        (post(r#"{"level": "1"}"#, json), 422, vec!["/level"]),
        (api.anonymous().get("/crash"), 500, vec![]),
    ]
}

/// Returns every header field, except those that describe the body.
fn other_fields(response: &TestResponse) -> BTreeMap<String, Vec<String>> {
    let mut fields: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for (name, value) in response.headers() {
        if !["content-type", "content-length"].contains(&name.as_str()) {
            let values = fields.entry(name.to_string()).or_default();
            values.push(value.to_str().unwrap().to_owned());
        }
    }
    fields
}

#[tokio::test]
async fn refusal_in_our_format_keeps_status_and_header_fields() {
    let default = TestApi::new(all_routes()).await;
    let ours = TestApi::new(all_routes()).await.map_api(in_our_format);
    for ((control, status, _), (request, _, fields)) in
        refusals(&default).into_iter().zip(refusals(&ours))
    {
        let (control, response) = (control.send().await, request.send().await);
        assert_eq!(response.status(), status);
        assert_eq!(response.status(), control.status());
        assert_eq!(other_fields(&response), other_fields(&control), "{status}");
        assert_eq!(response.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(response.header("content-type"), Some("application/json"));
        let length = response.bytes().len().to_string();
        assert_eq!(response.header("content-length"), Some(&*length));
        let (body, problem) = (response.json::<Value>(), control.json::<Value>());
        assert_eq!(body["code"], status);
        assert_eq!(body["message"], problem["title"]);
        assert_eq!(
            body.get("detail"),
            Some(problem.get("detail").unwrap_or(&Value::Null))
        );
        assert_eq!(body["fields"], json!(fields), "{status}");
    }
    let head = ours.anonymous().request("HEAD", "/whoami").send().await;
    let get = ours.anonymous().get("/whoami").send().await;
    assert_eq!((head.status().as_u16(), head.bytes().len()), (401, 0));
    assert_eq!(head.header("content-length"), get.header("content-length"));
}

#[tokio::test]
async fn response_with_its_own_format_is_not_rendered() {
    let api = TestApi::new(all_routes()).await.map_api(in_our_format);
    let get = |path| api.anonymous().get(path).send();
    assert_eq!(get("/own-text").await.text(), "own text");
    assert_eq!(
        get("/own-json").await.json::<Value>(),
        json!({ "own": true })
    );
    assert_eq!(get("/health").await.text(), "ok");
    let bare = get("/bare-status").await;
    assert_eq!(bare.status(), 410);
    assert_eq!(bare.json::<Value>()["message"], "Gone");
    assert_eq!(bare.header("x-content-type-options"), Some("nosniff"));
}

/// A layer that answers every request with this response.
macro_rules! answers {
    ($response:expr) => {
        from_fn(async |_: Request, _: Next| $response.into_response())
    };
}

type Fields<const N: usize> = [(&'static str, &'static str); N];
const TEXT: Fields<2> = [
    ("content-type", "Text/Plain;charset=utf-8"),
    ("retry-after", "7"),
];
const HTML: Fields<1> = [("content-type", "text/html")];
const COMPRESSED: Fields<2> = [("content-encoding", "gzip"), ("content-type", "text/plain")];
const CACHED: Fields<1> = [("cache-control", "max-age=5")];

const CANARY: &str = "canary-6b1f";

/// Layers that answer every request, with their status, and whether their answer is rendered.
fn answering_layers() -> Vec<(SecureRouter, u16, bool)> {
    use StatusCode as Status;
    let routes = all_routes;
    let unavailable = answers!((Status::SERVICE_UNAVAILABLE, TEXT, CANARY));
    let gateway = answers!((Status::BAD_GATEWAY, COMPRESSED, CANARY));
    let html = answers!((Status::BAD_GATEWAY, HTML, "own"));
    let problem = answers!(Problem::new(Status::LOCKED));
    vec![
        (routes().layer(answers!(Status::GONE)), 410, true),
        (routes().layer(unavailable), 503, true),
        (routes().layer(gateway), 502, true),
        (routes().layer(answers!((Status::GONE, CACHED))), 410, true),
        (
            routes().inner_layer(answers!((Status::GONE, CANARY))),
            410,
            true,
        ),
        (routes().layer(problem), 423, true),
        (routes().layer(html), 502, false),
        (
            routes().layer(answers!((Status::GONE, Json(1)))),
            410,
            false,
        ),
        (
            routes().layer(answers!((Status::OK, TEXT, "own"))),
            200,
            false,
        ),
        (routes().layer(answers!(Status::NOT_MODIFIED)), 304, false),
    ]
}

#[tokio::test]
async fn error_of_a_layer_is_rendered_unless_it_has_a_format() {
    for (routes, status, is_rendered) in answering_layers() {
        let api = TestApi::new(routes).await;
        let control = api.anonymous().get("/health").send().await;
        let ours = api.map_api(in_our_format);
        let response = ours.anonymous().get("/health").send().await;
        assert_eq!(response.status(), status);
        if !is_rendered {
            assert_eq!(response.bytes(), control.bytes(), "{status}");
            assert_eq!(response.headers(), control.headers(), "{status}");
            continue;
        }
        assert_eq!(response.json::<Value>()["code"], status);
        assert!(!response.text().contains("canary"), "{}", response.text());
        assert_eq!(response.header("content-encoding"), None);
        assert_eq!(
            response.header("retry-after"),
            control.header("retry-after")
        );
        assert_eq!(response.header("x-content-type-options"), Some("nosniff"));
        let caching = control.header("cache-control").or(Some("no-store"));
        assert_eq!(response.header("cache-control"), caching, "{status}");
    }
}

async fn default_with_format(routes: SecureRouter) -> TestApi {
    TestApi::new(routes).await.map_api(in_our_format)
}

#[tokio::test(start_paused = true)]
async fn timeout_layer_and_catch_panic_layer_answer_in_our_format() {
    #[public(reason = "a test")]
    async fn slow() {
        pending::<()>().await;
    }

    for status in [StatusCode::REQUEST_TIMEOUT, StatusCode::SERVICE_UNAVAILABLE] {
        let layer = TimeoutLayer::with_status_code(status, Duration::from_secs(1));
        let slow = || SecureRouter::new().route("/", get(slow));
        for routes in [slow().layer(layer), slow().inner_layer(layer)] {
            let response = default_with_format(routes)
                .await
                .anonymous()
                .get("/")
                .send()
                .await;
            assert_eq!(response.status(), status);
            assert_eq!(response.json::<Value>()["code"], status.as_u16());
        }
    }
    let routes = all_routes().inner_layer(CatchPanicLayer::new());
    let response = default_with_format(routes)
        .await
        .anonymous()
        .get("/crash")
        .send()
        .await;
    assert_eq!(response.json::<Value>()["code"], 500);
    let compress = CompressionLayer::new().compress_when(SizeAbove::new(0));
    let api = default_with_format(all_routes().layer(compress)).await;
    let request = api
        .anonymous()
        .get("/whoami")
        .header("accept-encoding", "gzip");
    let response = request.send().await;
    assert_eq!(response.header("content-encoding"), None);
    assert_eq!(response.json::<Value>()["code"], 401);
}

#[tokio::test]
async fn failing_renderer_leaves_the_problem() {
    let panics: fn(Api) -> Api =
        |api| api.render_errors(|_| -> Result<ErrorBody, Infallible> { panic!("canary-6b1f") });
    let invalid: fn(Api) -> Api =
        |api| api.render_errors(|_| Ok::<_, Infallible>(ErrorBody::new("text/\n", "")));
    let fails: fn(Api) -> Api = |api| api.render_errors(|_| Err("canary-6b1f"));
    let not_json: fn(Api) -> Api = |api| {
        api.render_errors(|_| ErrorBody::json(&std::collections::HashMap::from([(vec![1], 1)])))
    };
    for (format, event) in [
        (panics, "sys_crash"),
        (invalid, "sys_crash"),
        (fails, "error_body_failed"),
        (not_json, "error_body_failed"),
    ] {
        let layered = || {
            all_routes().layer(from_fn(async |request: Request, next: Next| {
                if request.uri().path() == "/health" {
                    return StatusCode::TOO_MANY_REQUESTS.into_response();
                }
                next.run(request).await
            }))
        };
        let control = TestApi::new(layered()).await;
        let api = TestApi::new(layered()).await.map_api(format);
        for (request, control) in refusals(&api).into_iter().zip(refusals(&control)) {
            let control = control.0.send().await;
            let (log, _capturing) = Log::capture();
            let response = request.0.send().await;
            assert_eq!(response.status(), control.status());
            assert_eq!(response.bytes(), control.bytes());
            assert_eq!(response.headers(), control.headers());
            let logged = log.text();
            assert!(
                logged.contains(&format!("\"event\":\"{event}\"")),
                "{event}: {logged}"
            );
            assert!(!logged.contains("canary"), "{logged}");
        }
        // a layer's error, which the default format leaves empty
        let response = api.anonymous().get("/health").send().await;
        assert_eq!(response.status(), 429);
        assert_eq!(
            response.header("content-type"),
            Some("application/problem+json")
        );
        assert_eq!(response.json::<Value>()["status"], 429);
    }
}

#[tokio::test]
async fn renderer_receives_the_mapped_problem() {
    let api = TestApi::new(all_routes()).await.map_api(|api| {
        api.map_problems(|problem| problem.title("kaore").member("support", "x"))
            .render_errors(|problem| ErrorBody::json(&json!({ "error": problem })))
    });
    for (path, status, problem_type) in [
        ("/whoami", 401, ProblemType::MISSING_TOKEN.uri()),
        ("/bare-status", 410, "about:blank"),
    ] {
        let response = api.anonymous().get(path).send().await;
        let error = &response.json::<Value>()["error"];
        assert_eq!(error["type"], problem_type);
        assert_eq!(error["title"], "kaore");
        assert_eq!(error["support"], "x");
        assert_eq!(error["status"], status);
    }
}

#[tokio::test]
async fn renderer_may_choose_any_media_type() {
    let xml = |problem: &Problem| {
        let text = format!("<error code=\"{}\"/>", problem.status().as_u16());
        Ok::<_, Infallible>(ErrorBody::new("application/xml", text))
    };
    let api = TestApi::new(all_routes()).await;
    let api = api.map_api(move |api| api.render_errors(xml));
    let response = api.anonymous().get("/whoami").send().await;
    assert_eq!(response.header("content-type"), Some("application/xml"));
    assert_eq!(response.text(), "<error code=\"401\"/>");
    let api = api.map_api(|api| {
        api.render_errors(|problem| Ok::<_, Infallible>(ErrorBody::problem(problem)))
    });
    let response = api.anonymous().get("/bare-status").send().await;
    assert_eq!(
        response.header("content-type"),
        Some("application/problem+json")
    );
}

#[tokio::test]
async fn mounted_api_renders_its_errors_and_leaves_those_beside_it() {
    let legacy = Router::new().route("/legacy", axum::routing::get(async || StatusCode::CONFLICT));
    let api = default_with_format(all_routes()).await;
    let api = api.map_api(|api| api.mounted_at("/v1").beside(legacy, "not moved yet"));
    for (path, status) in [("/v1/whoami", 401), ("/v1/nowhere", 404), ("/nowhere", 404)] {
        let response = api.anonymous().get(path).send().await;
        assert_eq!(response.status(), status, "{path}");
        assert_eq!(response.json::<Value>()["code"], status, "{path}");
    }
    let response = api.anonymous().get("/legacy").send().await;
    assert_eq!(
        (response.status().as_u16(), response.text().as_str()),
        (409, "")
    );
}

#[tokio::test]
async fn problem_of_a_route_that_keeps_its_format_is_not_rendered() {
    let kept = map_response(Problem::keep_format);
    let router = SecureRouter::new()
        .route("/kept", post(read).route_layer(kept))
        .route("/rendered", post(read));
    let api = TestApi::from_fn(|server| in_our_format(router.protect(server))).await;
    let send = async |path: &str, level: u8| {
        let body = json!({ "level": level });
        api.anonymous().post(path).json(&body).send().await
    };
    for (level, status) in [(0, 422), (9, 409)] {
        let kept = send("/kept", level).await;
        assert_eq!(kept.status().as_u16(), status);
        let media_type = kept.header("content-type");
        assert_eq!(media_type, Some("application/problem+json"));
        let rendered = send("/rendered", level).await;
        assert_eq!(rendered.status().as_u16(), status);
        assert_eq!(rendered.header("content-type"), Some("application/json"));
    }
    assert_eq!(send("/kept", 1).await.text(), "1");
}
