//! Attacks on tickets: replay, theft, guessing, exhaustion and leaks (CWE-294, CWE-598, CWE-770).

mod leaks;

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use palisade::prelude::*;
use palisade::testing::{TestApi, TestRequest, TestResponse};
use palisade::{RevocationList, Ticket, TicketError, Tickets};
use palisade_tests::Log;
use serde_json::Value;
use tokio::sync::Barrier;
use tower::ServiceExt as _;

#[secured(authenticated)]
async fn events_ticket(tickets: Tickets) -> Result<Ticket, TicketError> {
    tickets.issue(events)
}

#[secured(scopes = "events:read", ticket)]
async fn events(caller: Caller) -> String {
    caller.subject().to_owned()
}

#[secured(authenticated)]
async fn admin_ticket(tickets: Tickets) -> Result<Ticket, TicketError> {
    tickets.issue(admin)
}

#[secured(scopes = "admin", ticket)]
async fn admin(caller: Caller) -> String {
    caller.subject().to_owned()
}

#[secured(authenticated)]
async fn room_ticket(tickets: Tickets, Path(room): Path<u32>) -> Result<Ticket, TicketError> {
    tickets.issue_for_path(room_events, &format!("/rooms/{room}"))
}

#[secured(authenticated, ticket)]
async fn room_events(Path(room): Path<u32>) -> String {
    room.to_string()
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct OwnTicket {
    #[garde(length(bytes, max = 64))]
    ticket: Option<String>,
}

/// Accepts no tickets, and has a parameter of the same name.
#[secured(authenticated)]
async fn plain(Valid(Query(query)): Valid<Query<OwnTicket>>) -> String {
    query.ticket.unwrap_or_default()
}

#[public(reason = "a test")]
async fn open(Valid(Query(query)): Valid<Query<OwnTicket>>) -> String {
    query.ticket.unwrap_or_default()
}

fn routes() -> SecureRouter {
    SecureRouter::new()
        .route("/events", get(events).post(events_ticket))
        .route("/admin", get(admin).post(admin_ticket))
        .route("/rooms/{room}", get(room_events).post(room_ticket))
        .route("/plain", get(plain))
        .route("/open", get(open))
}

async fn api() -> TestApi {
    TestApi::new(routes()).await
}

fn caller(api: &TestApi, subject: &str) -> TestRequest {
    api.caller(subject).scopes("events:read")
}

async fn obtain(request: TestRequest) -> String {
    let body: Value = request.send().await.json();
    body["ticket"].as_str().unwrap().to_owned()
}

/// Sends a request with a ticket and no token.
async fn present(api: &TestApi, path: &str, ticket: &str) -> TestResponse {
    let path = format!("{path}?ticket={ticket}");
    api.anonymous().get(&path).send().await
}

/// Whether the first use of the ticket is still possible.
async fn is_unused(api: &TestApi, ticket: &str) -> bool {
    present(api, "/events", ticket).await.status() == 200
}

#[tokio::test]
async fn replayed_ticket_is_refused() {
    let api = api().await;
    let ticket = obtain(caller(&api, "alice").post("/events")).await;
    assert_eq!(present(&api, "/events", &ticket).await.text(), "alice");
    for path in ["/events", "/events", "/admin", "/rooms/7"] {
        assert_eq!(present(&api, path, &ticket).await.status(), 401, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn one_of_100_concurrent_requests_uses_a_ticket() {
    let api = api().await;
    let ticket = obtain(caller(&api, "alice").post("/events")).await;
    let barrier = Arc::new(Barrier::new(100));
    let requests = (0..100).map(|_| {
        let (router, barrier) = (api.router(), Arc::clone(&barrier));
        let request = Request::get(format!("/events?ticket={ticket}"));
        let request = request.body(Body::empty()).unwrap();
        tokio::spawn(async move {
            barrier.wait().await;
            router.oneshot(request).await.unwrap().status().as_u16()
        })
    });
    let requests: Vec<_> = requests.collect();
    let mut statuses = Vec::new();
    for request in requests {
        statuses.push(request.await.unwrap());
    }
    statuses.sort_unstable();
    assert_eq!(statuses[0], 200);
    assert!(statuses[1..].iter().all(|status| *status == 401));
}

#[tokio::test]
async fn ticket_of_another_route_is_refused_and_used_up() {
    let api = api().await;
    let alice = || caller(&api, "alice").scopes("events:read admin");
    for (issued_at, own, foreign) in [
        ("/events", "/events", "/admin"),
        ("/admin", "/admin", "/events"),
        ("/rooms/7", "/rooms/7", "/rooms/8"),
        ("/rooms/7", "/rooms/7", "/events"),
        ("/events", "/events", "/rooms/7"),
    ] {
        let ticket = obtain(alice().post(issued_at)).await;
        assert_eq!(present(&api, foreign, &ticket).await.status(), 401);
        assert_eq!(present(&api, own, &ticket).await.status(), 401);
    }
}

#[tokio::test]
async fn ticket_of_another_api_is_unknown() {
    let (api, other) = (api().await, api().await);
    let ticket = obtain(caller(&other, "alice").post("/events")).await;
    assert_eq!(present(&api, "/events", &ticket).await.status(), 401);
    assert!(is_unused(&other, &ticket).await);
}

#[tokio::test]
async fn ticket_does_not_outlive_its_token() {
    let api = api().await;
    for (wait, status) in [(0, 200), (29, 200)] {
        let alice =
            caller(&api, "alice").with_token(|token| token.lifetime(Duration::from_secs(10)));
        let ticket = obtain(alice.post("/events")).await;
        api.clock().advance(Duration::from_secs(wait));
        // the clock skew applies, as to the token itself
        assert_eq!(present(&api, "/events", &ticket).await.status(), status);
    }
    let alice = caller(&api, "alice").with_token(|token| token.lifetime(Duration::from_mins(5)));
    let token = alice.token();
    api.clock().advance(Duration::from_secs(315));
    let with_token = || api.anonymous().bearer(&token);
    let ticket = obtain(with_token().post("/events")).await;
    api.clock().advance(Duration::from_secs(20));
    assert_eq!(with_token().get("/events").send().await.status(), 401);
    let (log, _capturing) = Log::capture();
    assert_eq!(present(&api, "/events", &ticket).await.status(), 401);
    let event = &log.take("palisade::audit")[0]["fields"];
    assert_eq!(
        (event["reason"].as_str(), event["credential"].as_str()),
        (Some("expired"), Some("ticket"))
    );
}

#[tokio::test]
async fn ticket_of_a_revoked_token_or_caller_is_refused() {
    let list = RevocationList::new();
    let revocations = list.clone();
    let api = TestApi::with_server(routes(), |server| server.revocations(revocations)).await;
    for _ in 0..2 {
        let alice = caller(&api, "alice").claim("jti", "token-1");
        let ticket = obtain(alice.post("/events")).await;
        assert!(is_unused(&api, &ticket).await);
    }
    let alice = caller(&api, "alice").claim("jti", "token-1");
    let ticket = obtain(alice.post("/events")).await;
    list.revoke_token(api.issuer().url(), "token-1").unwrap();
    let (log, _capturing) = Log::capture();
    assert_eq!(present(&api, "/events", &ticket).await.status(), 401);
    let event = &log.take("palisade::audit")[0]["fields"];
    assert_eq!(
        (event["reason"].as_str(), event["event"].as_str()),
        (Some("revoked"), Some("authn_token_reuse"))
    );
}

#[tokio::test]
async fn declaration_of_the_route_is_checked_not_that_of_the_issuing_handler() {
    let api = api().await;
    let ticket = obtain(caller(&api, "alice").post("/admin")).await;
    let refused = present(&api, "/admin", &ticket).await;
    assert_eq!(refused.status(), 403);
    assert_eq!(present(&api, "/admin", &ticket).await.status(), 401);
}

#[tokio::test]
async fn guessed_ticket_is_refused() {
    let api = api().await;
    let ticket = obtain(caller(&api, "alice").post("/events")).await;
    for guess in [
        String::new(),
        "A".repeat(43),
        ticket[..42].to_owned(),
        format!("{ticket}A"),
        format!("{ticket}="),
        format!("%20{ticket}"),
        format!("{ticket}%00"),
        format!("\"{ticket}\"").replace('"', "%22"),
        ticket.chars().rev().collect(),
        ticket.to_uppercase(),
        "%ff".repeat(43),
    ] {
        if guess != ticket {
            let response = present(&api, "/events", &guess).await;
            assert_eq!(response.status(), 401, "{guess}");
        }
    }
    assert!(is_unused(&api, &ticket).await);
}

#[tokio::test]
async fn exhausted_tickets_of_a_caller_do_not_affect_others() {
    let api = api().await;
    let of_alice = obtain(caller(&api, "alice").post("/events")).await;
    let mallory = caller(&api, "mallory")
        .claim("padding", "p".repeat(4_000))
        .token();
    for _ in 0..5_000 {
        let response = api
            .anonymous()
            .bearer(&mallory)
            .post("/events")
            .send()
            .await;
        assert_eq!(response.status(), 200);
    }
    assert!(is_unused(&api, &of_alice).await);
    let of_bob = obtain(caller(&api, "bob").post("/events")).await;
    assert!(is_unused(&api, &of_bob).await);
}

#[tokio::test]
async fn ticket_in_a_header_or_cookie_is_no_credential() {
    let api = api().await;
    let ticket = obtain(caller(&api, "alice").post("/events")).await;
    for (name, value, status) in [
        ("authorization", format!("Bearer {ticket}"), 401),
        ("authorization", format!("Ticket {ticket}"), 401),
        ("ticket", ticket.clone(), 401),
        ("x-ticket", ticket.clone(), 401),
        ("cookie", format!("ticket={ticket}"), 401),
        ("sec-websocket-protocol", ticket.clone(), 401),
        (
            "referer",
            format!("https://api.test/events?ticket={ticket}"),
            401,
        ),
    ] {
        let request = api.anonymous().header(name, &value).get("/events");
        assert_eq!(request.send().await.status(), status, "{name}");
    }
    assert!(is_unused(&api, &ticket).await);
}

#[tokio::test]
async fn ticket_in_the_body_or_another_method_is_no_credential() {
    let api = api().await;
    let ticket = obtain(caller(&api, "alice").post("/events")).await;
    let with_body = api.anonymous().get("/events").form(&[("ticket", &ticket)]);
    assert_eq!(with_body.send().await.status(), 401);
    for method in ["POST", "OPTIONS", "DELETE"] {
        let path = format!("/events?ticket={ticket}");
        let status = api.anonymous().request(method, &path).send().await.status();
        assert!(status == 401 || status == 405, "{method} {status}");
    }
    assert!(is_unused(&api, &ticket).await);
    // the handler answers HEAD too
    let ticket = obtain(caller(&api, "alice").post("/events")).await;
    let head = api
        .anonymous()
        .request("HEAD", &format!("/events?ticket={ticket}"));
    assert_eq!(head.send().await.status(), 401);
    assert!(!is_unused(&api, &ticket).await);
}

/// Two methods of authentication in one request (RFC 6750 §3.1, `invalid_request`).
#[tokio::test]
async fn two_credentials_are_refused_and_use_nothing_up() {
    let api = api().await;
    let token = caller(&api, "bob").token();
    let first = obtain(caller(&api, "alice").post("/events")).await;
    let second = obtain(caller(&api, "alice").post("/events")).await;
    let bearer = format!("Bearer {token}");
    for (query, header) in [
        (format!("ticket={first}&ticket={second}"), None),
        (format!("ticket={first}&ticket={first}"), None),
        (format!("ticket={first}&t%69cket={second}"), None),
        (format!("ticket={first}&ticket"), None),
        (format!("ticket=&ticket={first}"), None),
        (format!("ticket={first}"), Some(&*bearer)),
        (format!("ticket={first}"), Some("Bearer x")),
        (format!("ticket={first}"), Some("Bearer")),
        (format!("ticket={first}"), Some("Basic dTpw")),
        (format!("ticket={first}"), Some("")),
        ("ticket=".to_owned(), Some(&*bearer)),
        ("ticket=x".to_owned(), Some(&*bearer)),
    ] {
        let mut request = api.anonymous().get(&format!("/events?{query}"));
        if let Some(header) = header {
            request = request.header("authorization", header);
        }
        let response = request.send().await;
        assert_eq!(response.status(), 400, "{query} {header:?}");
        let challenge = "Bearer realm=\"api\", error=\"invalid_request\"";
        assert_eq!(response.header("www-authenticate"), Some(challenge));
    }
    assert!(is_unused(&api, &first).await && is_unused(&api, &second).await);
}

#[tokio::test]
async fn request_over_the_header_limit_uses_no_ticket_up() {
    let api = api().await;
    let ticket = obtain(caller(&api, "alice").post("/events")).await;
    let path = format!("/events?ticket={ticket}");
    let with_headers = |count| {
        (0..count).fold(api.anonymous().get(&path), |request, number| {
            request.header(&format!("x-{number}"), "1")
        })
    };
    assert_eq!(with_headers(101).send().await.status(), 431);
    // the header of the token is not counted
    assert_eq!(with_headers(100).send().await.status(), 200);
}
