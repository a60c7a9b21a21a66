//! The responses of a document.

use std::collections::BTreeSet;

use palisade::ErrorBody;
use palisade::openapi::Info;
use palisade::prelude::*;
use palisade::schemars::{self, JsonSchema};
use palisade::testing::TestApi;
use serde_json::{Value, json};

use super::{api, described, document};

#[derive(Serialize, JsonSchema)]
struct Order {
    number: u32,
    /// Text for people.
    note: Option<String>,
}

#[derive(Serialize)]
struct Undescribed {
    number: u32,
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct NewOrder {
    #[garde(range(max = 9))]
    number: u32,
}

#[public(reason = "liveness probe, reveals nothing")]
async fn health() -> &'static str {
    "ok"
}

/// Lists orders.
///
/// The newest first.
#[secured(authenticated)]
async fn list() -> Json<Vec<Order>> {
    Json(Vec::new())
}

#[secured(scopes = "orders:read")]
async fn show(_: Path<u32>) -> Result<Json<Order>, Problem> {
    Err(Problem::new(StatusCode::NOT_FOUND))
}

#[secured(scopes = "orders:write")]
async fn create(
    Valid(Json(order)): Valid<Json<NewOrder>>,
) -> Result<(StatusCode, Json<Undescribed>), Problem> {
    let number = order.number;
    Ok((StatusCode::CREATED, Json(Undescribed { number })))
}

#[secured(scopes = "orders:write")]
async fn custom() -> Response {
    StatusCode::IM_A_TEAPOT.into_response()
}

fn routes() -> SecureRouter {
    SecureRouter::new()
        .route("/health", get(health))
        .route("/orders", get(list).post(create))
        .route("/orders/{number}", get(show))
        .route("/custom", put(custom))
}

fn statuses(operation: &Value) -> BTreeSet<&str> {
    let responses = operation["responses"].as_object().unwrap();
    responses.keys().map(String::as_str).collect()
}

#[tokio::test]
async fn operation_lists_every_response_that_its_route_can_give() {
    let document = described(routes()).await;
    let always = ["400", "405", "414", "431", "500", "503"];
    for (path, method, own) in [
        ("/health", "get", &["200", "406"][..]),
        ("/orders", "get", &["200", "401", "406"]),
        (
            "/orders",
            "post",
            &["2XX", "401", "403", "408", "413", "415", "422", "default"],
        ),
        (
            "/orders/{number}",
            "get",
            &["200", "401", "403", "404", "406", "422", "default"],
        ),
        ("/custom", "put", &["401", "403", "default"]),
    ] {
        let expected: BTreeSet<&str> = always.iter().chain(own).copied().collect();
        let operation = &document["paths"][path][method];
        assert_eq!(statuses(operation), expected, "{method} {path}");
    }
    let responses = &document["components"]["responses"];
    assert_eq!(
        responses["Unauthorized"]["headers"]["WWW-Authenticate"]["required"],
        true
    );
    assert!(
        responses["ServiceUnavailable"]["headers"]
            .get("Retry-After")
            .is_some()
    );
    let allow = &document["paths"]["/orders"]["get"]["responses"]["405"]["headers"]["Allow"];
    assert_eq!(
        allow["description"],
        "The methods of the path: GET, HEAD, POST."
    );
}

#[tokio::test]
async fn success_has_the_schema_of_its_type() {
    let document = described(routes()).await;
    let content = |path: &str, method: &str, status: &str| {
        document["paths"][path][method]["responses"][status]["content"].clone()
    };
    let order = json!({ "$ref": "#/components/schemas/Order" });
    assert_eq!(
        content("/orders", "get", "200"),
        json!({ "application/json": { "schema": { "type": "array", "items": order } } })
    );
    assert_eq!(
        content("/orders/{number}", "get", "200"),
        json!({ "application/json": { "schema": order } })
    );
    assert_eq!(
        content("/orders", "post", "2XX"),
        json!({ "application/json": {} })
    );
    assert_eq!(
        content("/health", "get", "200"),
        json!({ "text/plain": { "schema": { "type": "string" } } })
    );
    let order = &document["components"]["schemas"]["Order"];
    assert_eq!(
        order["properties"]["note"]["description"],
        "Text for people."
    );
}

#[tokio::test]
async fn documentation_comment_is_summary_and_description() {
    let document = described(routes()).await;
    let list = &document["paths"]["/orders"]["get"];
    assert_eq!(list["summary"], "Lists orders");
    assert_eq!(
        list["description"],
        "The newest first.\n\nRequires a valid access token."
    );
    assert_eq!(list["tags"], json!(["orders"]));
}

/// The handler chooses the format of its errors, so that a missing object need not be a problem.
#[tokio::test]
async fn missing_object_is_a_problem_only_if_the_handler_returns_problems() {
    let routes = routes()
        .route("/a/{number}", get(of_response))
        .route("/b/{number}", get(with_own_errors))
        .route("/c/{number}", get(without_errors));
    let document = described(routes).await;
    for (path, is_problem) in [
        ("/orders/{number}", true),
        ("/orders", false),
        ("/a/{number}", false),
        ("/b/{number}", false),
        ("/c/{number}", false),
    ] {
        let statuses = statuses(&document["paths"][path]["get"]);
        assert_eq!(statuses.contains("404"), is_problem, "{path}");
    }
    for (path, description) in [
        ("/a/{number}", json!("A response that the handler builds.")),
        (
            "/b/{number}",
            json!("Another response of the handler, such as an error."),
        ),
        ("/c/{number}", Value::Null),
    ] {
        let other = &document["paths"][path]["get"]["responses"]["default"];
        assert_eq!(other["description"], description, "{path}");
    }
}

#[secured(authenticated)]
async fn of_response(_: Path<u32>) -> Response {
    StatusCode::NOT_FOUND.into_response()
}

#[secured(authenticated)]
async fn with_own_errors(_: Path<u32>) -> Result<Json<Order>, (StatusCode, String)> {
    Err((StatusCode::NOT_FOUND, String::new()))
}

#[secured(authenticated)]
async fn without_errors(_: Path<u32>) -> String {
    String::new()
}

#[tokio::test]
async fn metadata_of_the_resource_has_exact_responses() {
    let issuer = palisade::testing::EmbeddedIssuer::new("https://login.example");
    let server = ResourceServer::builder()
        .resource("https://api.example")
        .trust(issuer.issuer("https://api.example"));
    let document = document(&routes().protect(server.build().await.unwrap()));
    let metadata = &document["paths"]["/.well-known/oauth-protected-resource"];
    let get = &metadata["get"]["responses"];
    assert!(get["200"]["content"].get("application/json").is_some());
    let options = &metadata["options"]["responses"];
    assert!(options["204"]["headers"].get("Allow").is_some());
    assert!(options["204"].get("content").is_none());
    for responses in [get, options] {
        assert!(responses.get("2XX").is_none());
    }
}

/// The format of rendered errors is the API's own.
#[tokio::test]
async fn rendered_errors_are_not_described_as_problems() {
    let api = api(routes()).await;
    let api =
        api.render_errors(|problem| ErrorBody::json(&json!({ "code": problem.status().as_u16() })));
    let document = document(&api);
    assert!(!document.to_string().contains("problem+json"));
    assert!(document["components"]["schemas"].get("Problem").is_none());
}

#[tokio::test]
async fn problem_satisfies_the_schema_of_problems() {
    let api = api(routes()).await;
    let schema = document(&api)["components"]["schemas"]["Problem"].clone();
    let schema = jsonschema::draft202012::new(&schema).unwrap();
    let api = TestApi::new(routes()).await;
    for (request, status) in [
        (api.anonymous().get("/orders"), 401),
        (api.caller("alice").get("/orders/7"), 403),
        (
            api.caller("alice").scopes("orders:read").get("/orders/7"),
            404,
        ),
        (
            api.caller("alice").scopes("orders:read").get("/orders/x"),
            422,
        ),
        (api.caller("alice").get("/none"), 404),
        (api.caller("alice").request("DELETE", "/orders"), 405),
    ] {
        let response = request.send().await;
        assert_eq!(response.status(), status);
        let problem: Value = response.json();
        assert!(schema.is_valid(&problem), "{problem}");
    }
}

#[tokio::test]
async fn published_description_has_its_own_routes_and_a_validator() {
    let api = api(routes()).await;
    let api = api.publish_openapi(Info::new("Orders", "1"), "the routes are no secret");
    let expected = document(&api);
    assert!(expected["paths"].get("/openapi.json").is_some());
    for path in ["/openapi.json", "/docs", "/docs/viewer.js"] {
        let operation = &expected["paths"][path]["get"];
        for status in ["200", "304"] {
            let response = &operation["responses"][status];
            assert!(response["headers"].get("ETag").is_some(), "{path} {status}");
        }
        assert!(operation["responses"]["304"].get("content").is_none());
        let condition = &operation["parameters"][0];
        assert_eq!(
            (&condition["name"], &condition["in"], &condition["required"]),
            (&json!("If-None-Match"), &json!("header"), &Value::Null)
        );
    }
    let orders = &expected["paths"]["/orders"]["get"];
    assert!(orders["responses"].get("304").is_none());
    for (prefix, api) in [("", api.clone()), ("/v1", api.mounted_at("/v1"))] {
        let inventory = api.inventory().to_string();
        assert!(
            inventory.contains(&format!("{prefix}/docs/viewer.js")),
            "{inventory}"
        );
        let router = api.into_router();
        for (path, media_type) in [
            ("/openapi.json", "application/json"),
            ("/docs", "text/html; charset=utf-8"),
            ("/docs/viewer.js", "text/javascript; charset=utf-8"),
        ] {
            let path = format!("{prefix}{path}");
            let response = send(&router, &path, None).await;
            assert_eq!(
                (response.status().as_u16(), path.as_str()),
                (200, path.as_str())
            );
            assert_eq!(response.headers()["content-type"], media_type);
            assert_eq!(response.headers()["cache-control"], "public, max-age=300");
            let tag = response.headers()["etag"].to_str().unwrap().to_owned();
            assert_eq!(
                send(&router, &path, Some(&tag)).await.status(),
                304,
                "{path}"
            );
        }
    }
}

async fn send(router: &axum::Router, path: &str, tag: Option<&str>) -> Response {
    let mut request = axum::http::Request::get(path);
    if let Some(tag) = tag {
        request = request.header("if-none-match", tag);
    }
    let request = request.body(axum::body::Body::empty()).unwrap();
    tower::ServiceExt::oneshot(router.clone(), request)
        .await
        .unwrap()
}
