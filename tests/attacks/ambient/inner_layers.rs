//! An inner layer that gives the handler another caller, other limits, or another request.

use std::pin::Pin;
use std::sync::{Arc, Mutex, OnceLock};

use axum::body::Body;
use axum::extract::{FromRequestParts as _, Request};
use axum::http::header::AUTHORIZATION;
use axum::http::{Extensions, HeaderMap};
use axum::middleware::{Next, from_fn};
use axum::routing::Route;
use palisade::prelude::*;
use palisade::testing::{TestApi, caller};
use tokio::sync::Notify;
use tower::{Layer, ServiceExt as _};

use super::{CALLERS_OF_MALLORY, Found, Tenancy, callers, forwarding, me, report_caller, whoami};

/// The headers and extensions of a request.
type Head = Arc<Mutex<Option<(HeaderMap, Extensions)>>>;

fn record(request: &Request, head: &Head) {
    let recorded = (request.headers().clone(), request.extensions().clone());
    *head.lock().unwrap() = Some(recorded);
}

#[tokio::test]
async fn caller_that_an_inner_layer_inserts_is_not_the_caller() {
    let as_root = from_fn(|mut request: Request, next: Next| {
        let tenant = "root".to_owned();
        let extensions = request.extensions_mut();
        extensions.insert(caller("root").with_claims(Tenancy { tenant }));
        extensions.insert(caller("root"));
        next.run(request)
    });
    let api = TestApi::new(whoami().inner_layer(as_root)).await;
    assert_eq!(callers(&api).await, CALLERS_OF_MALLORY);
}

#[tokio::test]
async fn inner_layer_that_clears_the_extensions_does_not_change_the_caller() {
    let clear = from_fn(|mut request: Request, next: Next| {
        request.extensions_mut().clear();
        next.run(request)
    });
    let routes = SecureRouter::new().route("/me", get(me)).inner_layer(clear);
    let api = TestApi::new(routes).await;
    let request = api.caller("mallory").scopes("orders:read");
    assert_eq!(request.get("/me").send().await.text(), "mallory");
}

/// Even while the guard of the other request is not done, and with its credential.
///
/// The request is then not served: the layer may have taken the body of the other request, too.
#[tokio::test]
async fn inner_layer_that_copies_another_request_does_not_change_the_caller() {
    #[secured(authenticated)]
    async fn both(Found(found): Found, caller: Caller) -> String {
        format!("{} {found}", caller.subject())
    }

    let head = Head::default();
    let (recorded, done) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let layer = from_fn({
        let (recorded, done) = (Arc::clone(&recorded), Arc::clone(&done));
        move |mut request: Request, next: Next| {
            let (head, recorded, done) = (head.clone(), recorded.clone(), done.clone());
            async move {
                let caller = Caller::of(&request).unwrap();
                if caller.subject() == "alice" {
                    record(&request, &head);
                    recorded.notify_one();
                    done.notified().await;
                } else {
                    let (headers, extensions) = head.lock().unwrap().clone().unwrap();
                    let copies = request.headers().contains_key("x-copy-headers");
                    request.extensions_mut().extend(extensions);
                    if copies {
                        *request.headers_mut() = headers;
                    }
                }
                next.run(request).await
            }
        }
    });
    let routes = SecureRouter::new()
        .route("/me", get(me))
        .route("/both", get(both))
        .inner_layer(layer);
    let api = TestApi::new(routes).await;
    let alice = api.caller("alice").scopes("orders:read").get("/me");
    let mallory = async {
        recorded.notified().await;
        for path in ["/me", "/both"] {
            for copies in [false, true] {
                let request = api.caller("mallory").scopes("orders:read").get(path);
                let request = if copies {
                    request.header("x-copy-headers", "1")
                } else {
                    request
                };
                let response = request.send().await;
                assert_eq!(response.status(), 500, "{path} {copies}");
                assert!(!response.text().contains("alice"), "{path} {copies}");
            }
        }
        done.notify_one();
    };
    let (alice, ()) = tokio::join!(alice.send(), mallory);
    assert_eq!(alice.text(), "alice");
}

/// A layer with a queue for all requests would run the request of alice for mallory.
#[tokio::test]
async fn request_that_an_inner_layer_runs_for_another_caller_is_not_served() {
    type Queued = Pin<Box<dyn Future<Output = Response> + Send>>;

    async fn swapped(queue: &Mutex<Option<Queued>>, swaps: bool, own: Queued) -> Response {
        let queued = queue.lock().unwrap().replace(own);
        match queued {
            Some(other) if swaps => other.await,
            _ => {
                // until the other request has run this one
                tokio::task::yield_now().await;
                let own = queue.lock().unwrap().take();
                match own {
                    Some(own) => own.await,
                    None => "gone".into_response(),
                }
            }
        }
    }

    for swaps in [false, true] {
        let queue = Arc::new(Mutex::new(None));
        let layer = from_fn(move |request: Request, next: Next| {
            let queue = Arc::clone(&queue);
            async move { swapped(&queue, swaps, Box::pin(next.run(request))).await }
        });
        let api = TestApi::new(whoami().inner_layer(layer)).await;
        let request = |subject| api.caller(subject).scopes("orders:read").get("/me").send();
        if swaps {
            let (alice, mallory) = tokio::join!(request("alice"), request("mallory"));
            assert_eq!(mallory.status(), 500, "{}", mallory.text());
            assert!(!alice.text().contains("mallory"), "{}", alice.text());
        } else {
            assert_eq!(request("alice").await.text(), "alice");
            assert_eq!(request("mallory").await.text(), "mallory");
        }
    }
}

/// A layer that keeps the handlers that it is applied to.
#[derive(Clone, Default)]
struct Keeper(Arc<Mutex<Vec<Route>>>);

impl Layer<Route> for Keeper {
    type Service = Route;

    fn layer(&self, route: Route) -> Route {
        self.0.lock().unwrap().push(route.clone());
        route
    }
}

#[secured(roles = "admin")]
async fn admin() -> &'static str {
    "secret"
}

#[tokio::test]
async fn handler_that_an_inner_layer_keeps_does_not_run_without_its_guard() {
    let keeper = Keeper::default();
    let head = Head::default();
    let recorder = from_fn({
        let head = head.clone();
        move |request: Request, next: Next| {
            record(&request, &head);
            next.run(request)
        }
    });
    let routes = SecureRouter::new()
        .route("/admin", get(admin).inner_layer(keeper.clone()))
        .inner_layer(recorder);
    let api = TestApi::new(routes).await;
    let request = api.caller("alice").claim("roles", ["admin"]);
    assert_eq!(request.get("/admin").send().await.text(), "secret");
    let kept = keeper.0.lock().unwrap().pop().unwrap();
    let response = kept
        .clone()
        .oneshot(Request::new(Body::empty()))
        .await
        .unwrap();
    assert_eq!(response.status(), 500);
    // nor with everything that an authorized request had
    let (headers, extensions) = head.lock().unwrap().clone().unwrap();
    let mut replayed = Request::new(Body::empty());
    *replayed.headers_mut() = headers;
    *replayed.extensions_mut() = extensions;
    assert_eq!(kept.oneshot(replayed).await.unwrap().status(), 500);
}

/// Each handler runs for its own guard only: mallory is authorized for another route.
#[tokio::test]
async fn handler_that_an_inner_layer_keeps_does_not_run_for_the_guard_of_another_route() {
    let keeper = Keeper::default();
    let swap = from_fn({
        let keeper = keeper.clone();
        move |request: Request, _: Next| {
            let kept = keeper.0.lock().unwrap().last().unwrap().clone();
            async move { kept.oneshot(request).await }
        }
    });
    let routes = SecureRouter::new()
        .route("/admin", get(admin).inner_layer(keeper))
        .route("/me", get(me).inner_layer(swap));
    let api = TestApi::new(routes).await;
    let mallory = || api.caller("mallory").scopes("orders:read");
    assert_eq!(mallory().get("/admin").send().await.status(), 403);
    let response = mallory().get("/me").send().await;
    assert_eq!(response.status(), 500);
    assert!(!response.text().contains("secret"));
}

/// Nor for the guard of the same routes in another `Api`, with other issuers.
#[tokio::test]
async fn handler_that_an_inner_layer_keeps_does_not_run_for_another_api() {
    let keeper = Keeper::default();
    let routes = |keeper: &Keeper| {
        SecureRouter::new()
            .route("/me", get(me))
            .inner_layer(keeper.clone())
    };
    let _first = TestApi::new(routes(&keeper)).await;
    let kept = keeper.0.lock().unwrap().pop().unwrap();
    let swap = from_fn(move |request: Request, _: Next| {
        let kept = kept.clone();
        async move { kept.oneshot(request).await }
    });
    let second = TestApi::new(routes(&keeper).inner_layer(swap)).await;
    let request = second.caller("mallory").scopes("orders:read");
    assert_eq!(request.get("/me").send().await.status(), 500);
}

#[tokio::test]
async fn handler_does_not_run_in_a_task_that_an_inner_layer_spawns() {
    let spawn = from_fn(async |request: Request, next: Next| {
        tokio::spawn(next.run(request)).await.unwrap()
    });
    let api = TestApi::new(whoami().inner_layer(spawn)).await;
    let callers = callers(&api).await;
    assert!(callers.iter().all(|caller| caller == "500"), "{callers:?}");
}

#[tokio::test]
async fn inner_layer_sees_no_caller_of_another_guard() {
    let behind = whoami().inner_layer(from_fn(report_caller));
    let api = TestApi::new(behind).await;
    let outer = forwarding(api.router()).await;
    let request = || outer.caller("mallory").claim("tenant", "acme");
    // the public handler has no caller, although the outer guard has authorized one
    let response = request().get("/found-by-public").send().await;
    assert_eq!(response.status(), 200);
    assert_eq!(response.header("x-caller"), Some("none"));
    let response = request().get("/tenant").send().await;
    assert_eq!(response.header("x-caller"), Some("mallory of acme"));
    assert_eq!(callers(&outer).await, CALLERS_OF_MALLORY);
}

#[tokio::test]
async fn layer_outside_the_guard_has_no_caller_in_any_form() {
    let outside = from_fn(async |request: Request, next: Next| {
        assert!(Caller::of(&request).is_none());
        let (mut parts, body) = request.into_parts();
        assert!(Caller::of(&Request::from_parts(parts.clone(), ())).is_none());
        assert!(<Caller>::from_request_parts(&mut parts, &()).await.is_err());
        assert!(
            Caller::<Tenancy>::from_request_parts(&mut parts, &())
                .await
                .is_err()
        );
        assert!(parts.extensions.get::<Caller>().is_none());
        next.run(Request::from_parts(parts, body)).await
    });
    let extractor =
        from_fn(async |_: Caller, request: Request, next: Next| next.run(request).await);
    let optional =
        from_fn(async |_: Option<Caller>, request: Request, next: Next| next.run(request).await);
    let api = TestApi::new(whoami().layer(outside)).await;
    assert_eq!(callers(&api).await, CALLERS_OF_MALLORY);
    for routes in [whoami().layer(extractor), whoami().layer(optional)] {
        let api = TestApi::new(routes).await;
        let callers = callers(&api).await;
        assert!(callers.iter().all(|caller| caller == "500"), "{callers:?}");
    }
}

/// Without its credential, the proof is void for layers, too; the handler keeps its caller.
#[tokio::test]
async fn inner_layer_that_changes_the_credential_sees_no_caller_afterwards() {
    let changes = from_fn(async |mut request: Request, next: Next| {
        let value = "Bearer internal".parse().unwrap();
        request.headers_mut().insert(AUTHORIZATION, value);
        assert!(Caller::of(&request).is_none());
        next.run(request).await
    });
    let api = TestApi::new(whoami().inner_layer(changes)).await;
    let request = || api.caller("mallory").scopes("orders:read");
    assert_eq!(request().get("/me").send().await.text(), "mallory");
    assert_eq!(request().get("/found").send().await.text(), "none");
}

/// One request is served inside another: of another `Api`, or of the same route.
#[tokio::test]
async fn api_that_an_inner_layer_calls_has_its_own_caller() {
    async fn call_before(inside: axum::Router, request: Request, next: Next) -> Response {
        let Some(token) = request.headers().get("x-inside").cloned() else {
            return next.run(request).await;
        };
        let mut called = Request::get("/me").body(Body::empty()).unwrap();
        *called.extensions_mut() = request.extensions().clone();
        called.headers_mut().insert(AUTHORIZATION, token);
        let (mut called, after) = tokio::join!(inside.oneshot(called), next.run(request));
        let response = called.as_mut().unwrap();
        let body = std::mem::take(response.body_mut());
        let body = axum::body::to_bytes(body, 10_000).await.unwrap();
        let (status, mut after) = (response.status(), after);
        let inside = format!("{status} {}", String::from_utf8_lossy(&body));
        after
            .headers_mut()
            .insert("x-inside", inside.parse().unwrap());
        after
    }

    let own = Arc::new(OnceLock::new());
    let other = TestApi::new(whoami().inner_layer(from_fn(report_caller))).await;
    for recursive in [false, true] {
        let inside = if recursive {
            Arc::clone(&own)
        } else {
            Arc::new(OnceLock::from(other.router()))
        };
        let layer = from_fn(move |request: Request, next: Next| {
            call_before(inside.get().unwrap().clone(), request, next)
        });
        let api = TestApi::new(whoami().inner_layer(layer)).await;
        let _ = own.set(api.router());
        let called = if recursive { &api } else { &other };
        let alice = called.caller("alice").scopes("orders:read").token();
        let request = || api.caller("mallory").scopes("orders:read");
        let allowed = request().header("x-inside", &format!("Bearer {alice}"));
        let response = allowed.get("/me").send().await;
        assert_eq!(response.text(), "mallory", "{recursive}");
        assert_eq!(response.header("x-inside"), Some("200 OK alice"));
        let refused = request()
            .header("x-inside", "Bearer x")
            .get("/me")
            .send()
            .await;
        assert_eq!(refused.text(), "mallory", "{recursive}");
        let inside = refused.header("x-inside").unwrap();
        assert!(inside.starts_with("401 "), "{inside}");
    }
}
