//! Tickets: obtained with a token, accepted once by the route that they are for.

mod layers;
mod mounting;

use std::time::Duration;

use axum::extract::{OriginalUri, Request};
use axum::http::Uri;
use palisade::prelude::*;
use palisade::routing::Route;
use palisade::testing::{EmbeddedIssuer, TestApi, TestRequest, TestResponse};
use palisade::{Api, ConfigError, Ticket, TicketError, Tickets};
use palisade_tests::Log;
use serde_json::{Value, json};

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Filter {
    #[garde(length(bytes, max = 8))]
    status: Option<String>,
}

#[derive(Clone, Deserialize, Validate)]
struct Tenancy {
    #[garde(length(max = 4))]
    tenant: String,
}

#[secured(scopes = "orders:read")]
async fn events_ticket(tickets: Tickets) -> Result<Ticket, TicketError> {
    tickets.issue(events)
}

#[secured(scopes = "orders:read", ticket)]
async fn events(caller: Caller, Valid(Query(filter)): Valid<Query<Filter>>) -> String {
    let until = caller.expires_at().as_secs();
    format!("{} {until} {:?}", caller.subject(), filter.status)
}

#[secured(authenticated)]
async fn tenant_ticket(tickets: Tickets) -> Result<Ticket, TicketError> {
    tickets.issue(tenant)
}

#[secured(roles = "clerk", ticket)]
async fn tenant(caller: Caller<Tenancy>) -> String {
    caller.claims().tenant.clone()
}

#[secured(authenticated)]
async fn room_ticket(tickets: Tickets, Path(room): Path<u32>) -> Result<Json<Value>, TicketError> {
    let ticket = tickets.issue_for_path(room_events, &format!("/v1/rooms/{room}/events"))?;
    let lifetime = ticket.lifetime().as_secs();
    Ok(Json(
        json!({ "value": ticket.expose(), "seconds": lifetime }),
    ))
}

#[secured(authenticated, ticket)]
async fn room_events(Path(room): Path<u32>) -> String {
    room.to_string()
}

#[secured(authenticated)]
async fn malformed_path_ticket(tickets: Tickets) -> Result<Ticket, TicketError> {
    tickets.issue_for_path(events, "/events?status=open")
}

/// Returns the error of each path, because a panic would be a response with status 500 too.
#[secured(authenticated)]
async fn malformed_paths(tickets: Tickets) -> String {
    let paths = ["", "events", "/events?", "/events#", "?/", "/", "/events"];
    let errors = paths.map(|path| tickets.issue_for_path(events, path).err());
    let errors = errors.map(|error| error.map_or("none".to_owned(), |error| format!("{error:?}")));
    errors.join(" ")
}

#[secured(authenticated, ticket)]
async fn unmounted() {}

#[secured(authenticated)]
async fn unmounted_ticket(tickets: Tickets) -> Result<Ticket, TicketError> {
    tickets.issue(unmounted)
}

#[secured(authenticated, ticket)]
async fn chained(tickets: Tickets) -> Result<Ticket, TicketError> {
    tickets.issue(room_events)
}

#[secured(authenticated)]
async fn chained_ticket(tickets: Tickets) -> Result<Ticket, TicketError> {
    tickets.issue(chained)
}

#[secured(authenticated, ticket, unvalidated = "a test")]
async fn url(
    Unvalidated(OriginalUri(original)): Unvalidated<OriginalUri>,
    Unvalidated(uri): Unvalidated<Uri>,
) -> String {
    format!("{original} {uri}")
}

#[secured(authenticated)]
async fn url_ticket(tickets: Tickets) -> Result<Ticket, TicketError> {
    tickets.issue(url)
}

async fn api() -> TestApi {
    TestApi::new(routes()).await
}

pub(crate) fn routes() -> SecureRouter {
    SecureRouter::new()
        .route("/events", get(events).post(events_ticket))
        .route("/tenant", get(tenant).post(tenant_ticket))
        .route("/rooms/{room}/events", get(room_events).post(room_ticket))
        .route(
            "/malformed",
            get(malformed_paths).post(malformed_path_ticket),
        )
        .route("/unmounted", post(unmounted_ticket))
        .route("/chained", get(chained).post(chained_ticket))
        .nest(
            "/nested",
            SecureRouter::new().route("/url", get(url).post(url_ticket)),
        )
}

/// Returns the ticket in a response.
fn ticket_of(response: &TestResponse) -> String {
    assert_eq!(response.status(), 200, "{}", response.text());
    let body: Value = response.json();
    body["ticket"].as_str().unwrap().to_owned()
}

async fn obtain(request: TestRequest) -> String {
    ticket_of(&request.send().await)
}

fn alice(api: &TestApi) -> TestRequest {
    api.caller("alice").scopes("orders:read")
}

#[tokio::test]
async fn ticket_authenticates_one_request_of_its_caller() {
    let api = api().await;
    let issued = alice(&api).post("/events").send().await;
    assert_eq!(issued.header("cache-control"), Some("no-store"));
    let body: Value = issued.json();
    assert_eq!(body["expires_in"], 30);
    let path = format!("/events?ticket={}", ticket_of(&issued));
    let served = api.anonymous().get(&path).send().await;
    let until = api.clock().time().as_secs() + 300;
    assert_eq!(served.text(), format!("alice {until} None"));
    assert_eq!(served.header("cache-control"), Some("no-store"));
    let again = api.anonymous().get(&path).send().await;
    assert_eq!(again.status(), 401);
    assert_eq!(
        again.header("www-authenticate"),
        Some("Bearer realm=\"api\", error=\"invalid_token\"")
    );
    let problem: Value = again.json();
    assert_eq!(problem["title"], "Ticket invalid");
}

#[tokio::test]
async fn route_that_accepts_tickets_accepts_tokens_too() {
    let api = api().await;
    let served = alice(&api).get("/events?status=open").send().await;
    assert!(served.text().ends_with("Some(\"open\")"));
    let refused = api.anonymous().get("/events").send().await;
    let problem: Value = refused.json();
    assert_eq!(problem["title"], "Access token missing");
}

#[tokio::test]
async fn ticket_is_no_parameter_of_checked_input() {
    let api = api().await;
    for query in [
        "status=open&ticket={}",
        "ticket={}&status=open",
        "t%69cket={}&status=open",
    ] {
        let ticket = obtain(alice(&api).post("/events")).await;
        let path = format!("/events?{}", query.replace("{}", &ticket));
        let served = api.anonymous().get(&path).send().await;
        assert!(
            served.text().ends_with("Some(\"open\")"),
            "{query} {}",
            served.text()
        );
    }
    let ticket = obtain(alice(&api).post("/events")).await;
    let path = format!("/events?ticket={ticket}&other=1");
    assert_eq!(api.anonymous().get(&path).send().await.status(), 422);
}

#[tokio::test]
async fn declaration_and_claims_are_checked_on_the_token_of_the_ticket() {
    let api = api().await;
    for (tenant, role, status) in [
        ("acme", "clerk", 200),
        ("acme", "boss", 403),
        ("acme corp", "clerk", 401),
    ] {
        let request = api.caller("alice").roles([role]).claim("tenant", tenant);
        let ticket = obtain(request.post("/tenant")).await;
        let path = format!("/tenant?ticket={ticket}");
        let response = api.anonymous().get(&path).send().await;
        assert_eq!(response.status(), status, "{tenant} {role}");
        assert_eq!(api.anonymous().get(&path).send().await.status(), 401);
    }
}

#[tokio::test]
async fn lifetime_ends_at_its_limit() {
    for (lifetime, wait, status) in [
        (None, 29_999, 200),
        (None, 30_000, 401),
        (None, 30_001, 401),
        (Some(60_000), 59_999, 200),
        (Some(60_000), 60_000, 401),
        (Some(1), 0, 200),
        (Some(1), 1, 401),
    ] {
        let routes = routes();
        let api = TestApi::with_server(routes, |server| match lifetime {
            None => server,
            Some(millis) => server.ticket_lifetime(Duration::from_millis(millis)),
        });
        let api = api.await;
        let ticket = obtain(alice(&api).post("/events")).await;
        api.clock().advance(Duration::from_millis(wait));
        let path = format!("/events?ticket={ticket}");
        let response = api.anonymous().get(&path).send().await;
        assert_eq!(response.status(), status, "{lifetime:?} {wait}");
    }
}

#[tokio::test]
async fn lifetime_of_zero_or_above_60_s_fails_the_build() {
    for (lifetime, is_valid) in [
        (Duration::ZERO, false),
        (Duration::from_nanos(999_999), false),
        (Duration::from_millis(1), true),
        (Duration::from_mins(1), true),
        (Duration::from_millis(60_001), false),
        (Duration::MAX, false),
    ] {
        let issuer = EmbeddedIssuer::new("https://issuer.test").issuer("https://api.test");
        let server = ResourceServer::builder()
            .trust(issuer)
            .ticket_lifetime(lifetime);
        let built = server.build().await;
        assert_eq!(built.is_ok(), is_valid, "{lifetime:?}");
        assert!(built.is_ok() || matches!(built, Err(ConfigError::TicketLifetime)));
    }
}

#[tokio::test]
async fn ticket_for_a_path_is_for_that_path_only() {
    let api = api().await.map_api(|api| api.mounted_at("/v1"));
    for (path, status) in [
        ("/v1/rooms/7/events", 200),
        ("/v1/rooms/8/events", 401),
        ("/v1/rooms/%37/events", 401),
        ("/v1/rooms/7/events?ticket=x", 400),
    ] {
        let issued = api.caller("alice").post("/v1/rooms/7/events").send().await;
        let body: Value = issued.json();
        assert_eq!(body["seconds"], 30);
        let ticket = body["value"].as_str().unwrap();
        let separator = if path.contains('?') { '&' } else { '?' };
        let path = format!("{path}{separator}ticket={ticket}");
        let response = api.anonymous().get(&path).send().await;
        assert_eq!(response.status(), status, "{path}");
    }
}

#[tokio::test]
async fn ticket_without_a_path_is_for_every_path_of_its_handler() {
    let api = api().await.map_api(|api| api.mounted_at("/v1"));
    let ticket = obtain(alice(&api).post("/v1/events")).await;
    let response = api
        .anonymous()
        .get(&format!("/v1/events?ticket={ticket}"))
        .send()
        .await;
    assert_eq!(response.status(), 200);
}

#[tokio::test]
async fn tickets_that_no_request_could_use_are_errors() {
    let api = api().await;
    let errors = api.caller("alice").get("/malformed").send().await.text();
    assert_eq!(errors, ["MalformedPath"; 5].join(" ") + " none none");
    for path in ["/malformed", "/unmounted"] {
        let response = api.caller("alice").post(path).send().await;
        assert_eq!(response.status(), 500, "{path}");
    }
}

#[tokio::test]
async fn caller_of_a_ticket_obtains_no_further_ticket() {
    let api = api().await;
    obtain(api.caller("alice").get("/chained")).await;
    let ticket = obtain(api.caller("alice").post("/chained")).await;
    let response = api
        .anonymous()
        .get(&format!("/chained?ticket={ticket}"))
        .send()
        .await;
    assert_eq!(response.status(), 403);
    let problem: Value = response.json();
    assert_eq!(problem["detail"], "a ticket cannot obtain another ticket");
}

#[tokio::test]
async fn handler_sees_no_ticket_in_either_url() {
    let api = api().await;
    for (query, rest) in [("ticket={}", ""), ("a=1&ticket={}&b=2", "?a=1&b=2")] {
        let ticket = obtain(api.caller("alice").post("/nested/url")).await;
        let path = format!("/nested/url?{}", query.replace("{}", &ticket));
        let response = api.anonymous().get(&path).send().await;
        assert_eq!(response.text(), format!("/nested/url{rest} /url{rest}"));
    }
}

#[tokio::test]
async fn event_names_the_ticket_and_its_caller() {
    let api = api().await;
    let (log, _capturing) = Log::capture();
    let fields = |log: &Log| -> Vec<Value> {
        let events = log.take("palisade::audit");
        events.iter().map(|event| event["fields"].clone()).collect()
    };
    let ticket = obtain(alice(&api).claim("client_id", "shop").post("/events")).await;
    let issued = fields(&log);
    assert_eq!(issued.len(), 2, "{issued:?}");
    assert!(issued[0].get("credential").is_none(), "{issued:?}");
    for (name, value) in [
        ("event", "authn_token_created"),
        ("outcome", "allow"),
        ("handler", "events"),
        ("access", "orders:read"),
        ("client_id", "shop"),
        ("message", "ticket issued"),
    ] {
        assert_eq!(issued[1][name], value);
    }
    let path = format!("/events?ticket={ticket}");
    for (event, reason, client) in [
        ("authn_login_success", "authorized", json!("shop")),
        ("authn_login_fail", "unknown_ticket", Value::Null),
    ] {
        api.anonymous().get(&path).send().await;
        let decided = fields(&log);
        assert_eq!(decided.len(), 1, "{decided:?}");
        assert_eq!(decided[0]["event"], event);
        assert_eq!(decided[0]["reason"], reason);
        assert_eq!(decided[0]["credential"], "ticket");
        assert_eq!(decided[0]["client_id"], client);
    }
}

#[tokio::test]
async fn inventory_lists_routes_that_accept_tickets() {
    let api = api().await;
    let inventory = api.api().inventory();
    let accepting: Vec<&str> = inventory
        .iter()
        .filter(|route| route.accepts_tickets())
        .map(Route::path)
        .collect();
    assert_eq!(
        accepting,
        [
            "/events",
            "/tenant",
            "/rooms/{room}/events",
            "/chained",
            "/nested/url"
        ]
    );
    let text = inventory.to_string();
    let relaxation = "  relaxation: accepts a single-use ticket in the query instead of a token";
    assert_eq!(text.matches(relaxation).count(), accepting.len());
    let mut lines = text
        .lines()
        .skip_while(|line| !line.contains("GET") || !line.contains("/events "));
    assert!(lines.next().is_some_and(|line| line.ends_with("events")));
    assert_eq!(lines.next(), Some(relaxation));
}

/// A handler at two paths, and an `Api` that was cloned, share their tickets.
#[tokio::test]
async fn handler_at_two_paths_accepts_its_ticket_at_both() {
    let routes = routes().route("/feed", get(events));
    let api = TestApi::new(routes).await;
    for path in ["/events", "/feed"] {
        let ticket = obtain(alice(&api).post("/events")).await;
        let copy: Api = api.api().clone();
        let request = Request::get(format!("{path}?ticket={ticket}"));
        let request = request.body(axum::body::Body::empty()).unwrap();
        let response = tower::ServiceExt::oneshot(copy.into_router(), request).await;
        assert_eq!(response.unwrap().status(), 200, "{path}");
    }
}
