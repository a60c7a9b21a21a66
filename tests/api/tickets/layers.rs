//! The request that layers and inner layers see.

use std::sync::{Arc, Mutex};

use axum::body::Body;
use axum::extract::{OriginalUri, Request};
use axum::http::header::AUTHORIZATION;
use axum::middleware::{Next, from_fn};
use palisade::Caller;
use palisade::testing::TestApi;
use tower::ServiceExt as _;

use super::{obtain, routes};

#[derive(Clone, Default)]
struct Seen(Arc<Mutex<Vec<String>>>);

impl Seen {
    fn see(&self, request: &Request) {
        let original: &OriginalUri = request.extensions().get().unwrap();
        let caller = Caller::of(request).map(|caller| caller.subject().to_owned());
        let header = request.headers().get(AUTHORIZATION);
        let credential = header.map_or("none", |header| {
            if header.is_sensitive() {
                "hidden"
            } else {
                "shown"
            }
        });
        let seen = format!("{} {} {caller:?} {credential}", request.uri(), original.0);
        self.0.lock().unwrap().push(seen);
    }
}

#[tokio::test]
async fn layers_see_no_ticket_and_inner_layers_see_its_caller() {
    let seen = Seen::default();
    let (outer, inner) = (seen.clone(), seen.clone());
    let routes = routes()
        .inner_layer(from_fn(move |request: Request, next: Next| {
            inner.see(&request);
            next.run(request)
        }))
        .layer(from_fn(move |request: Request, next: Next| {
            outer.see(&request);
            next.run(request)
        }));
    let api = TestApi::new(routes)
        .await
        .map_api(|api| api.mounted_at("/v1"));
    let ticket = obtain(api.caller("alice").post("/v1/nested/url")).await;
    seen.0.lock().unwrap().clear();
    let path = format!("/v1/nested/url?a=1&ticket={ticket}");
    // a prefix that the inventory does not know
    let router = axum::Router::new().nest("/outer", api.router());
    let request = Request::get(format!("/outer{path}"))
        .body(Body::empty())
        .unwrap();
    let response = router.oneshot(request).await.unwrap();
    assert_eq!(response.status(), 200);
    let seen = seen.0.lock().unwrap().clone();
    let original = "/outer/v1/nested/url?a=1";
    assert_eq!(
        seen,
        [
            format!("/nested/url?a=1 {original} None none"),
            format!("/url?a=1 {original} Some(\"alice\") hidden"),
        ]
    );
}
