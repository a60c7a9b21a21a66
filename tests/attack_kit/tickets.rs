//! Weaknesses around tickets.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::IntoResponse as _;
use palisade::evidence::{AttackClass, AttackResults};
use palisade::prelude::*;
use palisade::testing::TestApi;
use palisade::testing::attack::Attack;
use palisade::{Ticket, TicketError, Tickets};

use crate::support::{assert_only, found};

#[secured(scopes = "orders:read", ticket)]
async fn events() {}

#[secured(scopes = "news:read", ticket)]
async fn news() {}

#[secured(authenticated)]
async fn events_ticket(tickets: Tickets) -> Result<Ticket, TicketError> {
    tickets.issue(events)
}

#[secured(authenticated)]
async fn news_ticket(tickets: Tickets) -> Result<Ticket, TicketError> {
    tickets.issue(news)
}

#[secured(authenticated)]
async fn no_ticket() {}

fn routes() -> SecureRouter {
    SecureRouter::new()
        .route("/events", get(events))
        .route("/news", get(news))
        .route("/tickets/events", post(events_ticket))
        .route("/tickets/news", post(news_ticket))
        .route("/tickets/none", post(no_ticket))
}

fn attack(api: &TestApi) -> Attack<'_> {
    Attack::new(api)
        .ticket("GET /events", "POST /tickets/events")
        .ticket("GET /news", "POST /tickets/news")
}

#[tokio::test]
async fn attacks_on_issued_tickets_are_evidence() {
    let api = TestApi::new(routes()).await;
    let results = attack(&api).run().await.assert_refused();
    let without = Attack::new(&api).run().await.assert_refused();
    for path in ["/events", "/news"] {
        let of = |results: &AttackResults| {
            let route = results.route("GET", path).unwrap();
            route.class(AttackClass::BrokenToken).unwrap().clone()
        };
        let class = of(&results);
        assert!(class.is_evidence(), "{class:?}");
        // a used one, two, one beside a token, and one for the other route
        assert_eq!(class.refused(), of(&without).refused() + 4);
    }
}

/// A ticket for the other handler of the same name is an attack.
#[tokio::test]
async fn handlers_of_one_name_are_different_handlers() {
    fn of_orders() -> SecureRouter {
        #[secured(scopes = "orders:read", ticket)]
        async fn stream() {}

        #[secured(authenticated)]
        async fn stream_ticket(tickets: Tickets) -> Result<Ticket, TicketError> {
            tickets.issue(stream)
        }

        SecureRouter::new()
            .route("/orders", get(stream))
            .route("/tickets/orders", post(stream_ticket))
    }
    fn of_news() -> SecureRouter {
        #[secured(scopes = "news:read", ticket)]
        async fn stream() {}

        #[secured(authenticated)]
        async fn stream_ticket(tickets: Tickets) -> Result<Ticket, TicketError> {
            tickets.issue(stream)
        }

        SecureRouter::new()
            .route("/news", get(stream))
            .route("/tickets/news", post(stream_ticket))
    }
    let api = TestApi::new(of_orders().merge(of_news())).await;
    let refused = async |attack: Attack<'_>| {
        let results = attack.run().await.assert_refused();
        let route = results.route("GET", "/orders").unwrap();
        route.class(AttackClass::BrokenToken).unwrap().refused()
    };
    let own = || Attack::new(&api).ticket("GET /orders", "POST /tickets/orders");
    let both = own().ticket("GET /news", "POST /tickets/news");
    assert_eq!(refused(both).await, refused(own()).await + 1);
}

/// A cache in front of the API answers a ticket that was used.
#[tokio::test]
async fn cached_response_to_a_ticket_is_found() {
    let seen: Arc<Mutex<BTreeSet<String>>> = Arc::default();
    let cache = from_fn(move |request: Request, next: Next| {
        let seen = Arc::clone(&seen);
        async move {
            let target = request.uri().to_string();
            if seen.lock().unwrap().contains(&target) {
                return StatusCode::OK.into_response();
            }
            let response = next.run(request).await;
            if response.status().is_success() && target.contains("ticket=") {
                seen.lock().unwrap().insert(target);
            }
            response
        }
    });
    let api = TestApi::new(routes()).await;
    let api = api.map_router(|router| axum::Router::new().fallback_service(router).layer(cache));
    let admitted = found(&attack(&api).run().await);
    assert_eq!(admitted.len(), 2, "{admitted:#?}");
    assert_only(
        &admitted[..1],
        "GET /events: broken_token: a ticket that was used (status 200)",
    );
}

#[tokio::test]
async fn route_that_issues_no_ticket_is_reported() {
    let api = TestApi::new(routes()).await;
    let attack = Attack::new(&api)
        .ticket("GET /events", "POST /tickets/none")
        .ticket("GET /news", "POST /tickets/events");
    let report = attack.run().await.to_string();
    for expected in [
        "not covered: GET /events: broken_token: a ticket that was used, or is for another route: `/tickets/none` answers without a ticket (status 200)",
        "not covered: GET /news: broken_token: a ticket that was used, or is for another route: a ticket of POST /tickets/events is not admitted",
    ] {
        assert!(report.contains(expected), "{report}");
    }
}

#[tokio::test]
#[should_panic(expected = "`POST /tickets/none` does not accept tickets")]
async fn route_without_tickets_panics() {
    let api = TestApi::new(routes()).await;
    let attack = Attack::new(&api).ticket("POST /tickets/none", "POST /tickets/news");
    let _ = attack.run().await;
}
