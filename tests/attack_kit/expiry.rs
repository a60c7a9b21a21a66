//! Tokens that expire after the API has admitted them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::extract::Request;
use axum::http::header::AUTHORIZATION;
use axum::middleware::{Next, from_fn};
use palisade::RevocationList;
use palisade::evidence::AttackClass;
use palisade::prelude::*;
use palisade::testing::attack::Attack;
use palisade::testing::{TestApi, TestClock};

use crate::support::{assert_finds, found};

#[secured(scopes = "orders:read")]
async fn list() {}

#[secured(scopes = "orders:read")]
async fn show(caller: Caller, Path(id): Path<u32>) -> StatusCode {
    let owner = if id == 1 { "alice" } else { "bob" };
    if caller.subject() == owner {
        StatusCode::OK
    } else {
        StatusCode::NOT_FOUND
    }
}

/// Caches each successful response in front of the guard, for the same token and URI.
fn cached(routes: SecureRouter) -> SecureRouter {
    let cache: Arc<Mutex<HashMap<String, StatusCode>>> = Arc::default();
    routes.layer(from_fn(move |request: Request, next: Next| {
        let cache = Arc::clone(&cache);
        async move {
            let token = request.headers().get(AUTHORIZATION);
            let key = format!("{token:?} {} {}", request.method(), request.uri());
            if let Some(status) = cache.lock().unwrap().get(&key) {
                return status.into_response();
            }
            let response = next.run(request).await;
            if response.status().is_success() {
                cache.lock().unwrap().insert(key, response.status());
            }
            response
        }
    }))
}

const EXPIRED: &str = "a token that has expired since the API admitted it (status 200)";

#[tokio::test]
async fn response_that_is_cached_beyond_its_token_is_found() {
    let api = TestApi::new(cached(SecureRouter::new().route("/orders", get(list)))).await;
    assert_finds(
        &found(&Attack::new(&api).run().await),
        &format!("GET /orders: broken_token: {EXPIRED}"),
    );
}

/// Only the owner of an object gets a response that is cached.
#[tokio::test]
async fn response_for_an_owner_that_is_cached_beyond_its_token_is_found() {
    let routes = SecureRouter::new().route("/orders/{id}", get(show));
    let api = TestApi::new(cached(routes)).await;
    let attack = Attack::new(&api)
        .object("/orders/{id}", "alice", "1")
        .object("/orders/{id}", "bob", "2");
    assert_finds(
        &found(&attack.run().await),
        &format!("GET /orders/{{id}}: broken_token: {EXPIRED}"),
    );
}

#[tokio::test]
async fn expired_token_is_evidence_with_any_clock_skew() {
    let routes = SecureRouter::new().route("/orders", get(list));
    let api = TestApi::new(routes).await;
    let before = api.clock().time();
    let results = Attack::new(&api).run().await.assert_refused();
    let class = results.routes()[0].class(AttackClass::BrokenToken).unwrap();
    assert!(class.is_evidence(), "{class:?}");
    assert!(api.clock().time() > before);
    // the API admits the tokens of a second attack, too
    let _ = Attack::new(&api).run().await.assert_refused();
}

/// The first request of the attack has locked its caller out.
#[tokio::test]
async fn token_of_another_caller_expires_on_a_route_that_locks_its_caller_out() {
    #[secured(scopes = "orders:write")]
    async fn close(caller: Caller, State(revocations): State<RevocationList>) {
        let (issuer, now) = ("https://issuer.test", revocations.now());
        revocations
            .revoke_subject(issuer, caller.subject(), now)
            .unwrap();
    }

    let revocations = RevocationList::new();
    let routes = SecureRouter::new()
        .route("/closure", post(close))
        .with_state(revocations.clone());
    let api = TestApi::with_server(routes, |server| server.revocations(revocations)).await;
    let report = Attack::new(&api).run().await;
    let route = &report.results().routes()[0];
    let class = route.class(AttackClass::BrokenToken).unwrap();
    assert_eq!(class.not_covered(), [""; 0]);
}

#[tokio::test]
async fn server_with_another_clock_than_the_test_is_not_covered() {
    let routes = SecureRouter::new().route("/orders", get(list));
    let api = TestApi::with_server(routes, |server| server.clock(TestClock::new())).await;
    let results = Attack::new(&api).run().await.assert_refused();
    let class = results.routes()[0].class(AttackClass::BrokenToken).unwrap();
    assert_eq!(
        class.not_covered(),
        [
            "a token that has expired since the API admitted it: the server has another clock than the test"
        ]
    );
}
