//! Layers behind the guard.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::Request;
use axum::http::HeaderValue;
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::routing::Route;
use palisade::prelude::*;
use palisade::testing::TestApi;
use tower::Layer;

use super::{create, list};

#[secured(scopes = "a")]
async fn whoami(caller: Caller) -> String {
    caller.subject().to_owned()
}

#[public(reason = "a test")]
async fn open() -> &'static str {
    "open"
}

#[secured(authenticated, body_limit = "10 B", unvalidated = "a test")]
async fn length(Unvalidated(body): Unvalidated<Bytes>) -> String {
    body.len().to_string()
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Order {
    #[garde(range(max = 9))]
    quantity: u32,
}

#[secured(authenticated)]
async fn order(Valid(Json(order)): Valid<Json<Order>>) -> String {
    order.quantity.to_string()
}

/// Appends the subject to a header of the response.
async fn subject(caller: Caller, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let subject = HeaderValue::try_from(caller.subject()).unwrap();
    response.headers_mut().append("x-subject", subject);
    response
}

/// Puts a name into a header of the response.
macro_rules! named {
    ($name:literal) => {
        from_fn(async |request: Request, next: Next| {
            let mut response: Response = next.run(request).await;
            let headers = response.headers_mut();
            headers.append("x-order", HeaderValue::from_static($name));
            response
        })
    };
}

fn header_values(response: &palisade::testing::TestResponse, name: &str) -> Vec<String> {
    let values = response.headers().get_all(name).iter();
    values
        .map(|value| value.to_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn inner_layer_sees_the_caller_of_every_handler_in_front_of_which_it_is() {
    let layer = || from_fn(subject);
    let nested = SecureRouter::new().route("/a", get(whoami));
    let routes = SecureRouter::new()
        .route("/plain", get(whoami))
        .nest("/nested", nested)
        .merge(SecureRouter::new().route("/merged", get(whoami)))
        .fallback(whoami)
        .inner_layer(layer())
        .route("/method", get(whoami).inner_layer(layer()).post(whoami))
        .route("/late", get(whoami))
        .nest(
            "/inside",
            SecureRouter::new()
                .route("/a", get(whoami))
                .inner_layer(layer()),
        );
    let api = TestApi::new(routes).await;
    for (method, path, seen) in [
        ("GET", "/plain", true),
        ("HEAD", "/plain", true),
        ("GET", "/nested/a", true),
        ("GET", "/merged", true),
        ("GET", "/unknown", true),
        ("GET", "/method", true),
        ("POST", "/method", false),
        ("GET", "/late", false),
        ("GET", "/inside/a", true),
    ] {
        let request = api.caller("alice").scopes("a").request(method, path);
        let response = request.send().await;
        assert_eq!(response.status(), 200, "{method} {path}");
        let expected = seen.then_some("alice");
        assert_eq!(response.header("x-subject"), expected, "{method} {path}");
    }
}

#[tokio::test]
async fn inner_layer_sees_no_request_that_the_guard_refuses() {
    static SEEN: AtomicUsize = AtomicUsize::new(0);
    let count = from_fn(|request: Request, next: Next| {
        SEEN.fetch_add(1, Ordering::Relaxed);
        next.run(request)
    });
    let routes = SecureRouter::new()
        .route("/", get(whoami))
        .inner_layer(count);
    let api = TestApi::new(routes).await;
    for (request, status) in [
        (api.anonymous(), 401),
        (api.anonymous().bearer("a.b.c"), 401),
        (api.caller("alice"), 403),
    ] {
        assert_eq!(request.get("/").send().await.status(), status);
    }
    let response = api.anonymous().request("OPTIONS", "/").send().await;
    assert_eq!(response.status(), 405);
    assert_eq!(api.anonymous().get("/unknown").send().await.status(), 404);
    assert_eq!(SEEN.load(Ordering::Relaxed), 0);
    api.caller("alice").scopes("a").get("/").send().await;
    assert_eq!(SEEN.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn inner_layers_run_behind_all_layers_in_the_order_of_axum() {
    let nested = SecureRouter::new()
        .route(
            "/",
            get(whoami)
                .inner_layer(named!("1"))
                .layer(named!("6"))
                .inner_layer(named!("2")),
        )
        .inner_layer(named!("3"))
        .layer(named!("7"));
    let routes = SecureRouter::new()
        .nest("/nested", nested)
        .inner_layer(named!("4"))
        .layer(named!("8"))
        .inner_layer(named!("5"));
    let api = TestApi::new(routes).await;
    let request = api.caller("alice").scopes("a").get("/nested");
    let response = request.send().await;
    let order = header_values(&response, "x-order");
    assert_eq!(order, ["1", "2", "3", "4", "5", "6", "7", "8"]);
}

#[tokio::test]
async fn state_reaches_handlers_behind_inner_layers() {
    #[secured(authenticated)]
    async fn state(State(state): State<String>) -> String {
        state
    }

    let inner = SecureRouter::new()
        .route("/before", get(state).inner_layer(named!("1")))
        .inner_layer(named!("2"))
        .with_state("inner".to_owned())
        .inner_layer(named!("3"));
    let routes = SecureRouter::new()
        .route("/", get(state))
        .nest("/inner", inner)
        .inner_layer(from_fn_with_state(
            5,
            async |State(_): State<u32>, request: Request, next: Next| next.run(request).await,
        ))
        .with_state("outer".to_owned());
    let api = TestApi::new(routes).await;
    for (path, expected) in [("/", "outer"), ("/inner/before", "inner")] {
        let response = api.caller("alice").get(path).send().await;
        assert_eq!(response.text(), expected, "{path}");
    }
}

#[tokio::test]
async fn inner_layer_of_a_public_handler_has_no_caller() {
    async fn optional(caller: Option<Caller>, request: Request, next: Next) -> Response {
        assert_eq!(Caller::of(&request).is_some(), caller.is_some());
        let found = Caller::of(&request);
        let mut response = next.run(request).await;
        let subject = found.map_or("none".to_owned(), |caller| caller.subject().to_owned());
        let subject = HeaderValue::try_from(subject).unwrap();
        response.headers_mut().insert("x-subject", subject);
        response
    }

    let routes = SecureRouter::new()
        .route("/open", get(open))
        .route("/secured", get(whoami))
        .inner_layer(from_fn(optional))
        .route("/requires", get(open).inner_layer(from_fn(subject)));
    let api = TestApi::new(routes).await;
    for (path, subject) in [("/open", "none"), ("/secured", "alice")] {
        let response = api.caller("alice").scopes("a").get(path).send().await;
        assert_eq!(response.status(), 200, "{path}");
        assert_eq!(response.header("x-subject"), Some(subject), "{path}");
    }
    let response = api.caller("alice").get("/requires").send().await;
    assert_eq!(response.status(), 500);
}

/// A caller per argument of the handler, and one that only the layer decodes.
#[tokio::test]
async fn inner_layer_sees_typed_claims() {
    #[derive(Clone, Deserialize, Validate)]
    struct Tenancy {
        #[garde(length(max = 8))]
        tenant: String,
    }

    #[secured(authenticated)]
    async fn typed(caller: Caller<Tenancy>) -> String {
        caller.claims().tenant.clone()
    }

    async fn tenant(caller: Caller<Tenancy>, request: Request, next: Next) -> Response {
        let mut response = next.run(request).await;
        let tenant = HeaderValue::try_from(&caller.claims().tenant).unwrap();
        response.headers_mut().insert("x-tenant", tenant);
        response
    }

    let routes = SecureRouter::new()
        .route("/typed", get(typed))
        .route("/untyped", get(whoami))
        .inner_layer(from_fn(tenant));
    let api = TestApi::new(routes).await;
    for path in ["/typed", "/untyped"] {
        let request = || api.caller("alice").scopes("a").get(path);
        let response = request().claim("tenant", "acme").send().await;
        assert_eq!(response.status(), 200, "{path}");
        assert_eq!(response.header("x-tenant"), Some("acme"), "{path}");
        for request in [request(), request().claim("tenant", "longer than eight")] {
            let response = request.send().await;
            assert_eq!(response.status(), 401, "{path}");
            let challenge = response.header("www-authenticate").unwrap();
            assert!(challenge.contains("invalid_token"), "{path}: {challenge}");
            assert_eq!(response.header("x-tenant"), None, "{path}");
        }
    }
}

#[tokio::test]
async fn response_of_an_inner_layer_has_the_security_headers() {
    let refuse = from_fn(async |_: Request, _: Next| {
        (StatusCode::TOO_MANY_REQUESTS, [("retry-after", "1")])
    });
    let routes = SecureRouter::new()
        .route("/", get(whoami))
        .inner_layer(refuse);
    let api = TestApi::new(routes).await;
    let response = api.caller("alice").scopes("a").get("/").send().await;
    assert_eq!(response.status(), 429);
    assert_eq!(response.header("retry-after"), Some("1"));
    assert_eq!(response.header("cache-control"), Some("no-store"));
    assert_eq!(response.header("x-content-type-options"), Some("nosniff"));
}

#[tokio::test]
async fn panic_of_an_inner_layer_returns_500_as_a_problem() {
    async fn panics(_: Request, _: Next) -> Response {
        panic!("a test");
    }

    let routes = SecureRouter::new()
        .route("/", get(whoami).inner_layer(from_fn(panics)))
        .route("/works", get(whoami).inner_layer(from_fn(subject)));
    let api = TestApi::new(routes).await;
    let request = || api.caller("alice").scopes("a");
    let response = request().get("/").send().await;
    assert_eq!(response.status(), 500);
    let media_type = response.header("content-type");
    assert_eq!(media_type, Some("application/problem+json"));
    assert_eq!(request().get("/works").send().await.text(), "alice");
}

/// A layer that keeps state in its service, such as a limit of concurrency, is useless otherwise.
#[tokio::test]
async fn inner_layer_is_applied_once_per_handler() {
    #[derive(Clone)]
    struct Counting(Arc<AtomicUsize>);

    impl Layer<Route> for Counting {
        type Service = Route;

        fn layer(&self, route: Route) -> Route {
            self.0.fetch_add(1, Ordering::Relaxed);
            route
        }
    }

    let applied = Arc::new(AtomicUsize::new(0));
    let routes = SecureRouter::new()
        .route("/a", get(list).post(create))
        .route("/b", get(whoami))
        .inner_layer(Counting(Arc::clone(&applied)));
    let api = TestApi::new(routes).await;
    assert_eq!(applied.load(Ordering::Relaxed), 3);
    for _ in 0..3 {
        let response = api.caller("alice").scopes("a").get("/b").send().await;
        assert_eq!(response.text(), "alice");
    }
    assert_eq!(applied.load(Ordering::Relaxed), 3);
}

#[tokio::test]
async fn inner_layer_can_run_the_handler_again() {
    async fn twice(request: Request, next: Next) -> Response {
        let (parts, body) = request.into_parts();
        let body = to_bytes(body, 100).await.unwrap();
        let request = |body: Bytes| Request::from_parts(parts.clone(), Body::from(body));
        let first = next.clone().run(request(body.clone())).await;
        assert_eq!(first.status(), 200);
        next.run(request(body)).await
    }

    let routes = SecureRouter::new().route("/", post(order).inner_layer(from_fn(twice)));
    let api = TestApi::new(routes).await;
    let request = api
        .caller("alice")
        .post("/")
        .json(&serde_json::json!({"quantity": 7}));
    assert_eq!(request.send().await.text(), "7");
}

mod input {
    use super::*;

    /// Reads the body, and reports whether that failed.
    async fn read(request: Request, next: Next) -> Response {
        let (parts, body) = request.into_parts();
        match to_bytes(body, usize::MAX).await {
            Ok(body) => next.run(Request::from_parts(parts, Body::from(body))).await,
            Err(_) => StatusCode::IM_A_TEAPOT.into_response(),
        }
    }

    #[tokio::test]
    async fn body_limit_holds_for_a_layer_that_reads_the_body() {
        let routes = SecureRouter::new()
            .route("/", post(length))
            .inner_layer(from_fn(read));
        let api = TestApi::new(routes).await;
        for (body, status) in [("0123456789", 200), ("0123456789a", 418)] {
            let request = api
                .caller("alice")
                .post("/")
                .body(body, "application/octet-stream");
            assert_eq!(request.send().await.status(), status, "{body}");
        }
    }

    #[tokio::test]
    async fn body_limit_holds_for_the_body_that_a_layer_makes() {
        for (body, status) in [("0123456789", 200), ("0123456789a", 413)] {
            let layer = from_fn(move |mut request: Request, next: Next| {
                *request.body_mut() = Body::from(body);
                request.headers_mut().remove("content-length");
                next.run(request)
            });
            let api = TestApi::new(
                SecureRouter::new()
                    .route("/", post(length))
                    .inner_layer(layer),
            )
            .await;
            let request = api
                .caller("alice")
                .post("/")
                .body("x", "application/octet-stream");
            assert_eq!(request.send().await.status(), status, "{body}");
        }
    }

    #[tokio::test]
    async fn input_that_a_layer_changes_is_validated() {
        for (body, status) in [
            (r#"{"quantity": 9}"#, 200),
            (r#"{"quantity": 10}"#, 422),
            (r#"{"quantity": 9, "other": 1}"#, 422),
            ("{", 400),
        ] {
            let layer = from_fn(move |mut request: Request, next: Next| {
                *request.body_mut() = Body::from(body);
                next.run(request)
            });
            let api = TestApi::new(
                SecureRouter::new()
                    .route("/", post(order))
                    .inner_layer(layer),
            )
            .await;
            let request = api.caller("alice").post("/").body("{}", "application/json");
            assert_eq!(request.send().await.status(), status, "{body}");
        }
    }
    #[tokio::test]
    async fn handler_behind_a_layer_names_the_media_types_that_it_accepts() {
        let pass = from_fn(async |request: Request, next: Next| next.run(request).await);
        let routes = SecureRouter::new()
            .route("/", post(order))
            .inner_layer(pass);
        let api = TestApi::new(routes).await;
        let request = api.caller("alice").post("/").body("{}", "text/plain");
        let response = request.send().await;
        assert_eq!(response.status(), 415);
        assert_eq!(response.header("accept-post"), Some("application/json"));
    }
}
