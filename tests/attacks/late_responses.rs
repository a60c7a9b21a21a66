//! A stolen token whose introspection response arrives after that of a later request.
//!
//! CWE-367, time-of-check to time-of-use: the attacker sends the token just before it is revoked, and
//! disconnects. The late response must not replace the rejection that a later request got.

use std::collections::HashMap;
use std::future::IntoFuture as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::body::Body;
use axum::http::Request;
use axum::routing::post;
use axum::{Form, Json, Router};
use palisade::prelude::*;
use palisade::testing::TestClock;
use palisade::{Introspection, Secret};
use serde_json::{Value, json};
use tokio::sync::Notify;
use tower::ServiceExt as _;

const AUDIENCE: &str = "https://api.test";

#[secured(authenticated)]
async fn show_subject(caller: Caller) -> String {
    caller.subject().to_owned()
}

/// An endpoint that reports the stolen token as active in its first response, which is held.
#[derive(Clone, Default)]
struct Endpoint {
    requests: Arc<AtomicUsize>,
    released: Arc<Notify>,
    responded: Arc<Notify>,
}

impl Endpoint {
    async fn serve(&self, active: Value) -> String {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/introspect", listener.local_addr().unwrap());
        let endpoint = self.clone();
        let introspect = move |Form(form): Form<HashMap<String, String>>| {
            let (endpoint, active) = (endpoint.clone(), active.clone());
            async move {
                if form["token"] != "stolen" {
                    return Json(json!({ "active": false }));
                }
                if endpoint.requests.fetch_add(1, Ordering::SeqCst) > 0 {
                    return Json(json!({ "active": false }));
                }
                endpoint.released.notified().await;
                endpoint.responded.notify_one();
                Json(active)
            }
        };
        let router = Router::new().route("/introspect", post(introspect));
        tokio::spawn(axum::serve(listener, router).into_future());
        url
    }

    fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }
}

#[tokio::test]
async fn revoked_token_stays_rejected_when_an_earlier_response_arrives_late() {
    let (endpoint, clock) = (Endpoint::default(), TestClock::new());
    let now = clock.time().as_secs();
    let url = endpoint
        .serve(json!({
            "active": true, "sub": "mallory", "aud": AUDIENCE, "iat": now, "exp": now + 600,
        }))
        .await;
    let issuer = Issuer::new("https://login.example").audience(AUDIENCE);
    let introspection = Introspection::new("api", Secret::new("s")).endpoint(url);
    let server = ResourceServer::builder()
        .trust(issuer.introspect(introspection).allow_loopback_http())
        .clock(clock.clone())
        .build()
        .await
        .unwrap();
    let api = SecureRouter::new().route("/me", get(show_subject));
    let api = api.protect(server).into_router();
    let send = || {
        let request = Request::get("/me").header("authorization", "Bearer stolen");
        let request = request.body(Body::empty()).unwrap();
        let api = api.clone();
        async move { api.oneshot(request).await.unwrap().status().as_u16() }
    };

    let attacker = tokio::spawn(send());
    while endpoint.requests() == 0 {
        tokio::task::yield_now().await;
    }
    attacker.abort();
    assert_eq!(send().await, 401, "the token is revoked");
    endpoint.released.notify_one();
    endpoint.responded.notified().await;
    // the response is on its way; no request is accepted before or after it arrives
    for _ in 0..200 {
        assert_eq!(send().await, 401);
        tokio::task::yield_now().await;
    }
    clock.advance(std::time::Duration::from_secs(6));
    assert_eq!(send().await, 401);
    assert_eq!(endpoint.requests(), 3);
}
