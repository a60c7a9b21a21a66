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

use super::{api, caller, is_unused, obtain, present, routes};

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
