//! Handlers that header fields choose: each has its own declaration, and no request reaches one that it does not name.

use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use palisade::prelude::*;
use palisade::routing::{HeaderRouter, MethodFilter, on_headers};
use palisade::testing::{TestApi, TestRequest};

#[secured(scopes = "read")]
async fn list() -> &'static str {
    "list"
}

#[secured(scopes = "write")]
async fn create() -> &'static str {
    "create"
}

#[secured(scopes = "read")]
async fn any_resource() -> &'static str {
    "any resource"
}

#[secured(scopes = "admin")]
async fn secret_resource() -> &'static str {
    "secret resource"
}

#[secured(authenticated)]
async fn other() -> &'static str {
    "other"
}

#[public(reason = "a test")]
async fn version_two() -> &'static str {
    "two"
}

fn operations() -> HeaderRouter {
    HeaderRouter::new(["x-method", "X-Name"])
        .route(["call", "list"], list)
        .route(["call", "create"], create)
        .route(["read"], any_resource)
        .route(["read", "secret"], secret_resource)
}

fn routes(operations: HeaderRouter) -> SecureRouter {
    SecureRouter::new().route("/rpc", on_headers(MethodFilter::POST, operations))
}

fn request(api: &TestApi, fields: &[(&str, &str)]) -> TestRequest {
    let request = api.caller("alice").scopes("read").post("/rpc");
    fields.iter().fold(request, |request, (name, value)| {
        request.header(name, value)
    })
}

#[tokio::test]
async fn fields_choose_the_handler_and_its_declaration() {
    let api = TestApi::new(routes(operations())).await;
    for (fields, status, body) in [
        (&[("x-method", "call"), ("x-name", "list")][..], 200, "list"),
        (&[("X-NAME", "list"), ("X-Method", "call")], 200, "list"),
        (&[("x-method", "call"), ("x-name", "create")], 403, ""),
        (&[("x-method", "read")], 200, "any resource"),
        (
            &[("x-method", "read"), ("x-name", "a b")],
            200,
            "any resource",
        ),
        (&[("x-method", "read"), ("x-name", "")], 200, "any resource"),
        (&[("x-method", "read"), ("x-name", "secret")], 403, ""),
    ] {
        let response = request(&api, fields).send().await;
        assert_eq!(response.status(), status, "{fields:?}");
        if status == 200 {
            assert_eq!(response.text(), body, "{fields:?}");
        } else {
            let challenge = response.header("www-authenticate").unwrap();
            assert!(challenge.contains("insufficient_scope"), "{challenge}");
        }
    }
}

#[tokio::test]
async fn refusal_names_the_scopes_of_the_chosen_handler() {
    let resource = "https://api.example/rpc";
    let api = TestApi::with_server(routes(operations()), |server| server.resource(resource)).await;
    for (name, scope) in [("list", "read"), ("create", "write")] {
        let request = api.anonymous().post("/rpc").header("x-method", "call");
        let response = request.header("x-name", name).send().await;
        assert_eq!(response.status(), 401);
        let challenge = response.header("www-authenticate").unwrap();
        assert!(
            challenge.contains(&format!("scope=\"{scope}\"")),
            "{challenge}"
        );
    }
}

const UNDECLARED: [&[(&str, &str)]; 16] = [
    &[],
    &[("x-method", "call")],
    &[("x-name", "list")],
    &[("x-method", "call"), ("x-name", "delete")],
    &[("x-method", "call"), ("x-name", "")],
    &[("x-method", "call"), ("x-name", "List")],
    &[("x-method", "CALL"), ("x-name", "list")],
    &[("x-method", "call"), ("x-name", "%6Cist")],
    &[("x-method", "call"), ("x-name", "=?base64?bGlzdA==?=")],
    &[("x-method", "call"), ("x-name", "\"list\"")],
    &[("x-method", "call"), ("x-name", "list, create")],
    &[("x-method", "call"), ("x-name", "list"), ("x-name", "list")],
    &[
        ("x-method", "call"),
        ("x-name", "list"),
        ("x-name", "create"),
    ],
    &[
        ("x-method", "call"),
        ("x-method", "call"),
        ("x-name", "list"),
    ],
    // a repeated field is ambiguous also for a route that does not state its value
    &[("x-method", "read"), ("x-name", "a"), ("x-name", "secret")],
    &[("x-method", "calllist"), ("x-name", "")],
];

#[tokio::test]
async fn undeclared_values_reach_no_handler() {
    let api = TestApi::new(routes(operations())).await;
    for fields in UNDECLARED {
        let response = request(&api, fields).send().await;
        assert_eq!(response.status(), 404, "{fields:?}");
        assert_eq!(
            response.header("content-type"),
            Some("application/problem+json")
        );
    }
}

#[tokio::test]
async fn undeclared_values_reach_the_fallback_behind_its_guard() {
    let api = TestApi::new(routes(operations().fallback(other))).await;
    for fields in UNDECLARED {
        let response = request(&api, fields).send().await;
        assert_eq!(response.text(), "other", "{fields:?}");
        let anonymous = fields
            .iter()
            .fold(api.anonymous().post("/rpc"), |request, (name, value)| {
                request.header(name, value)
            });
        assert_eq!(anonymous.send().await.status(), 401, "{fields:?}");
    }
}

#[tokio::test]
async fn other_methods_get_405() {
    let api = TestApi::new(routes(operations().fallback(other))).await;
    for method in ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"] {
        let request = api
            .caller("alice")
            .scopes("read")
            .header("x-method", "read");
        let response = request.request(method, "/rpc").send().await;
        assert_eq!(response.status(), 405, "{method}");
        assert_eq!(response.header("allow"), Some("POST"), "{method}");
    }
}

#[tokio::test]
async fn handlers_of_other_methods_and_layers_are_chained_as_usual() {
    async fn mark(request: Request, next: Next) -> Response {
        let mut response = next.run(request).await;
        response
            .headers_mut()
            .insert("x-layer", "seen".parse().unwrap());
        response
    }
    let methods = on_headers(MethodFilter::POST, operations())
        .inner_layer(from_fn(mark))
        .get(other);
    let api =
        TestApi::new(SecureRouter::new().nest("/v1", SecureRouter::new().route("/rpc", methods)))
            .await;
    let request = |method| {
        api.caller("alice")
            .scopes("read")
            .header("x-method", "read")
            .request(method, "/v1/rpc")
    };
    let response = request("POST").send().await;
    assert_eq!(response.text(), "any resource");
    assert_eq!(response.header("x-layer"), Some("seen"));
    let refused = api
        .anonymous()
        .header("x-method", "read")
        .post("/v1/rpc")
        .send()
        .await;
    assert_eq!(refused.header("x-layer"), None); // behind the guard
    let response = request("GET").send().await;
    assert_eq!(response.text(), "other");
    assert_eq!(response.header("x-layer"), None);
}

#[tokio::test]
async fn responses_to_get_vary_by_the_fields() {
    let versions = HeaderRouter::new(["x-version", "x-tenant"]).route(["2"], version_two);
    let routes = SecureRouter::new().route("/", on_headers(MethodFilter::GET, versions));
    let api = TestApi::new(routes).await;
    for (version, status) in [("2", 200), ("1", 404)] {
        let response = api
            .anonymous()
            .header("x-version", version)
            .get("/")
            .send()
            .await;
        assert_eq!(response.status(), status);
        let vary: Vec<_> = response.headers().get_all("vary").iter().collect();
        assert_eq!(vary, ["x-version", "x-tenant"], "{version}");
    }
}

#[tokio::test]
async fn body_of_an_undeclared_operation_is_not_read() {
    let api = TestApi::new(routes(operations())).await;
    let request = request(&api, &[("x-method", "call")]);
    let response = request
        .body(vec![b'x'; 100_000_000], "text/plain")
        .send()
        .await;
    assert_eq!(response.status(), 404);
}

#[tokio::test]
async fn inventory_lists_each_handler_with_its_values() {
    let router = routes(operations().fallback(other));
    let rows: Vec<(String, &str, String)> = router
        .inventory()
        .iter()
        .map(|route| {
            let selection = route.selection().unwrap();
            assert_eq!(route.path(), "/rpc");
            assert_eq!(route.methods(), ["POST"]);
            (
                selection.to_string(),
                route.declaration().handler,
                route.declaration().access.to_string(),
            )
        })
        .collect();
    let expected = [
        ("x-method: call, x-name: list", "list", "read"),
        ("x-method: call, x-name: create", "create", "write"),
        ("x-method: read", "any_resource", "read"),
        ("x-method: read, x-name: secret", "secret_resource", "admin"),
        ("any other x-method, x-name", "other", "authenticated"),
    ];
    let expected =
        expected.map(|(values, handler, access)| (values.to_owned(), handler, access.to_owned()));
    assert_eq!(rows, expected);
    let printed = router.inventory().to_string();
    assert!(
        printed.contains("  for x-method: call, x-name: list\n"),
        "{printed}"
    );
    assert!(
        printed.contains("  for any other x-method, x-name\n"),
        "{printed}"
    );
    let plain: SecureRouter = SecureRouter::new().route("/", post(list));
    assert!(plain.inventory().routes()[0].selection().is_none());
}

#[test]
#[should_panic(expected = "`x-method: call, x-name: list` has a handler already")]
fn same_values_twice_panic() {
    let _ = operations().route(["call", "list"], create);
}

#[test]
#[should_panic(expected = "expected between 1 and 2 values, found 3")]
fn more_values_than_fields_panic() {
    let _ = operations().route(["call", "list", "all"], create);
}

#[test]
#[should_panic(expected = "expected between 1 and 2 values, found 0")]
fn route_without_a_value_panics() {
    let _ = operations().route([""; 0], create);
}

#[test]
fn values_that_no_field_can_have_panic() {
    for value in ["", " list", "list ", "ls\n", "l\0", "größe"] {
        let router = HeaderRouter::<()>::new(["x-name"]);
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let _ = router.route([value], list);
        }));
        assert!(result.is_err(), "{value:?}");
    }
}

#[test]
#[should_panic(expected = "`X-Name` must appear only once")]
fn field_twice_panics() {
    let _ = HeaderRouter::<()>::new(["x-name", "X-Name"]);
}

#[test]
#[should_panic(expected = "`x name` is not the name of a header field")]
fn malformed_field_panics() {
    let _ = HeaderRouter::<()>::new(["x name"]);
}

#[test]
#[should_panic(expected = "a header router needs at least one field")]
fn router_without_fields_panics() {
    let _ = HeaderRouter::<()>::new([""; 0]);
}

#[test]
#[should_panic(expected = "a header router needs at least one handler")]
fn router_without_handlers_panics() {
    let _ = on_headers(MethodFilter::POST, HeaderRouter::<()>::new(["x-name"]));
}

#[test]
#[should_panic(expected = "a header router has one fallback")]
fn second_fallback_panics() {
    let _ = operations().fallback(other).fallback(other);
}

#[test]
#[should_panic(expected = "Cannot add two method routes that both handle `POST`")]
fn method_with_a_handler_already_panics() {
    let _ = post(list).on_headers(MethodFilter::POST, operations());
}

#[test]
#[should_panic(expected = "`by_ticket` accepts tickets")]
fn handler_that_accepts_tickets_panics() {
    #[secured(scopes = "read", ticket)]
    async fn by_ticket() {}

    let _ = operations().route(["call", "watch"], by_ticket);
}
