//! Panics outside the guard: in a layer, or in the function of `map_problems`.

use axum::body::Body;
use axum::extract::Request;
use axum::middleware::{Next, from_fn, map_request};
use palisade::prelude::*;
use palisade::testing::TestApi;
use serde_json::Value;

use super::{assert_500, crash, plain_500, routes, works};

#[tokio::test]
async fn panic_of_a_layer_returns_500_as_a_problem() {
    async fn before(_: Request, _: Next) -> Response {
        crash()
    }
    async fn after(request: Request, next: Next) -> Response {
        next.run(request).await;
        crash()
    }
    let on_router = |routes: SecureRouter, is_before| {
        if is_before {
            routes.layer(from_fn(before))
        } else {
            routes.layer(from_fn(after))
        }
    };
    let nested = SecureRouter::new().nest("/nested", on_router(SecureRouter::new(), true));
    for (case, routes) in [
        ("before", on_router(routes(), true)),
        ("after", on_router(routes(), false)),
        ("merged", nested.merge(on_router(routes(), true))),
        (
            "method router",
            SecureRouter::new().route("/works", get(works).layer(from_fn(before))),
        ),
        (
            "sync",
            routes().layer(map_request(|_: Request| {
                if true {
                    crash()
                }
                std::future::ready(Request::new(Body::empty()))
            })),
        ),
    ] {
        let api = TestApi::new(routes).await;
        let response = api.caller("alice").get("/works").send().await;
        assert_500(&response, case);
        let api = api.map_api(|api| api.map_problems(|problem| problem.member("support", "x")));
        let response = api.caller("alice").get("/works").send().await;
        assert_500(&response, case);
        assert_eq!(response.json::<Value>()["support"], "x", "{case}");
    }
}

#[tokio::test]
async fn panic_of_a_problem_map_returns_500_without_the_map() {
    let api = TestApi::new(routes()).await;
    let api = api.map_api(|api| {
        api.map_problems(|problem| {
            if problem.status() != StatusCode::NOT_FOUND {
                crash()
            }
            problem
        })
    });
    let request = api.anonymous().get("/works");
    for (case, request) in [
        ("401", request),
        ("500", api.caller("alice").get("/at-once")),
        ("405", api.anonymous().post("/works")),
    ] {
        let response = request.send().await;
        assert_500(&response, case);
        assert_eq!(response.json::<Value>(), plain_500(), "{case}");
    }
    let response = api.caller("alice").get("/works").send().await;
    assert_eq!(response.text(), "alice");
}
