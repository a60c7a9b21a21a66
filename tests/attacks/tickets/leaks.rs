//! Tickets outside the route that they are for: other routes, logs, problems, layers and forwarded requests.

use std::sync::{Arc, Mutex};

use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use palisade::prelude::*;
use palisade::testing::TestApi;
use palisade::{Ticket, TicketError, Tickets};
use palisade_tests::Log;
use serde_json::Value;
use tower::ServiceExt as _;

use super::{api, caller, events, events_ticket, is_unused, obtain, open, plain, present, routes};

#[tokio::test]
async fn route_without_tickets_accepts_none() {
    let plain_layer = from_fn(async |request: Request, next: Next| next.run(request).await);
    let layered = TestApi::new(routes().layer(plain_layer)).await;
    for api in [api().await, layered] {
        let ticket = obtain(caller(&api, "alice").post("/events")).await;
        let refused = present(&api, "/plain", &ticket).await;
        let problem: Value = refused.json();
        assert_eq!(
            (refused.status().as_u16(), problem["title"].as_str()),
            (401, Some("Access token missing"))
        );
        let own = api.caller("bob").get(&format!("/plain?ticket={ticket}"));
        assert_eq!(own.send().await.text(), ticket);
        assert_eq!(present(&api, "/open", &ticket).await.text(), ticket);
        let post = api.anonymous().post(&format!("/events?ticket={ticket}"));
        assert_eq!(post.send().await.status(), 401);
        assert!(is_unused(&api, &ticket).await);
    }
}

/// An access token in a query is not acceptable (RFC 9700 §4.3.2), nor in place of a ticket.
#[tokio::test]
async fn token_in_a_query_is_no_credential() {
    let api = api().await;
    let token = caller(&api, "alice").token();
    for query in [
        "access_token",
        "ticket",
        "token",
        "authorization",
        "bearer_token",
    ] {
        let response = api
            .anonymous()
            .get(&format!("/events?{query}={token}"))
            .send()
            .await;
        assert_eq!(response.status(), 401, "{query}");
    }
}

/// The ticket does not reach logs, problems or layers (CWE-598).
#[tokio::test]
async fn ticket_does_not_leak() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let layer = Arc::clone(&seen);
    let layer = from_fn(move |request: Request, next: Next| {
        let seen = format!("{request:?} {:?}", request.extensions());
        layer.lock().unwrap().push(seen);
        next.run(request)
    });
    let routes = routes()
        .inner_layer(layer.clone())
        .layer(layer)
        .layer(tower_http::trace::TraceLayer::new_for_http());
    let api = TestApi::new(routes).await;
    let (log, _capturing) = Log::capture();
    let mut answers = Vec::new();
    let mut tickets = Vec::new();
    for (path, query) in [
        ("/events", "ticket={}"),
        ("/events", "ticket={}&ticket={}"),
        ("/admin", "ticket={}"),
        ("/rooms/7", "ticket={}"),
        ("/rooms/x", "ticket={}"),
        ("/events", "a=%26&ticket={}&b"),
        ("/events", "%74icket={}"),
    ] {
        let ticket = obtain(caller(&api, "alice").post("/events")).await;
        let path = format!("{path}?{}", query.replace("{}", &ticket));
        for token in [None, Some("Bearer x")] {
            let mut request = api.anonymous().get(&path);
            if let Some(token) = token {
                request = request.header("authorization", token);
            }
            let response = request.send().await;
            answers.push(format!("{:?} {}", response.headers(), response.text()));
        }
        tickets.push(ticket);
    }
    let answers = answers.join("\n");
    let seen = seen.lock().unwrap().join("\n");
    for ticket in tickets {
        for (name, text) in [
            ("log", &log.text()),
            ("answers", &answers),
            ("layers", &seen),
        ] {
            assert!(!text.contains(&ticket[..20]), "{name}: {text}");
        }
    }
    assert!(seen.contains("/events?a=%26&b") && log.text().contains("/events?a=%26&b"));
}

/// A mistyped path does not use the ticket up, so it must not be in a log.
#[tokio::test]
async fn ticket_at_a_path_without_a_route_does_not_reach_layers() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let layer = Arc::clone(&seen);
    let layer = from_fn(move |request: Request, next: Next| {
        layer.lock().unwrap().push(request.uri().to_string());
        next.run(request)
    });
    let routes = routes()
        .layer(layer)
        .layer(tower_http::trace::TraceLayer::new_for_http());
    let api = TestApi::new(routes).await;
    let ticket = obtain(caller(&api, "alice").post("/events")).await;
    seen.lock().unwrap().clear();
    let (log, _capturing) = Log::capture();
    for path in ["/events/", "/event", "//events", "/Events", "/", "/rooms/"] {
        let response = present(&api, path, &ticket).await;
        assert_eq!(response.status(), 404, "{path}");
        assert_eq!(seen.lock().unwrap().pop().as_deref(), Some(path));
    }
    for method in ["OPTIONS", "DELETE"] {
        let path = format!("/events?ticket={ticket}");
        let status = api.anonymous().request(method, &path).send().await.status();
        assert_eq!(status, 405, "{method}");
        assert_eq!(seen.lock().unwrap().pop().as_deref(), Some("/events"));
    }
    assert!(log.text().contains("/events") && !log.text().contains(&ticket[..20]));
    assert!(is_unused(&api, &ticket).await);
}

/// A prefix outside the `Api`, which its inventory does not know, changes the path `/`.
#[tokio::test]
async fn ticket_for_the_root_below_a_prefix_does_not_reach_layers() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let layer = Arc::clone(&seen);
    let layer = from_fn(move |request: Request, next: Next| {
        layer.lock().unwrap().push(request.uri().to_string());
        next.run(request)
    });
    let routes = SecureRouter::new().route("/", get(events).post(events_ticket));
    let api = TestApi::new(routes.layer(layer)).await;
    for prefix in ["/outer", "/outer/{tenant}"] {
        let ticket = obtain(caller(&api, "alice").post("/")).await;
        seen.lock().unwrap().clear();
        let router = axum::Router::new().nest(prefix, api.router());
        let path = prefix.replace("{tenant}", "acme");
        let request = Request::get(format!("{path}?ticket={ticket}"));
        let request = request.body(axum::body::Body::empty()).unwrap();
        let response = router.oneshot(request).await.unwrap();
        assert_eq!(response.status(), 200, "{prefix}");
        let seen = seen.lock().unwrap();
        assert!(seen.len() == 1 && !seen[0].contains("ticket"), "{seen:?}");
    }
}

/// Layers cannot know whether a route accepts tickets, but its guard can.
#[tokio::test]
async fn own_parameter_of_a_route_like_one_with_tickets_stays() {
    let plain_layer = from_fn(async |request: Request, next: Next| next.run(request).await);
    let routes = routes()
        .route("/own/events", get(plain).post(open))
        .route("/own/rooms/{room}", get(open))
        .fallback(open)
        .layer(plain_layer.clone())
        .inner_layer(plain_layer);
    let api = TestApi::new(routes).await;
    let ticket = obtain(caller(&api, "alice").post("/events")).await;
    for (method, path) in [
        ("GET", "/own/events"),
        ("POST", "/own/events"),
        ("GET", "/own/rooms/7"),
        ("GET", "/missing"),
        ("GET", "/own/missing/events"),
    ] {
        let path = format!("{path}?ticket={ticket}");
        let response = api.caller("bob").request(method, &path).send().await;
        assert_eq!(response.text(), ticket, "{method} {path}");
    }
    assert!(is_unused(&api, &ticket).await);
}

/// A handler that forwards its request to another guard passes its token on, never the ticket.
#[tokio::test]
async fn forwarded_request_has_the_token_and_no_ticket() {
    #[secured(authenticated, ticket, unvalidated = "a test")]
    async fn forward(
        State(inner): State<axum::Router>,
        Unvalidated(request): Unvalidated<Request>,
    ) -> Response {
        inner.oneshot(request).await.unwrap()
    }

    #[secured(authenticated)]
    async fn forward_ticket(tickets: Tickets) -> Result<Ticket, TicketError> {
        tickets.issue(forward)
    }

    #[secured(authenticated, ticket)]
    async fn target(caller: Caller) -> String {
        caller.subject().to_owned()
    }

    let inner = SecureRouter::new().route("/forward", get(target));
    let plain_layer = from_fn(async |request: Request, next: Next| next.run(request).await);
    let inner = TestApi::new(inner.layer(plain_layer)).await;
    let routes = SecureRouter::new().route("/forward", get(forward).post(forward_ticket));
    let api = TestApi::new(routes.with_state(inner.router())).await;
    let ticket = obtain(caller(&api, "alice").post("/forward")).await;
    assert_eq!(present(&api, "/forward", &ticket).await.text(), "alice");
}
