//! Handlers with `login`: browser sessions instead of tokens.

mod alternatives;
mod audit;
mod cross_origin;
mod ends;
mod lifetimes;
mod stores;

use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue};
use palisade::prelude::*;
use palisade::relying_party::{Login, NewLogin, Sessions, SessionsBuilder};
use palisade::testing::{TestApi, TestClock, TestResponse};
use serde_json::Value;

type ServerBuilder = palisade::resource_server::Builder<palisade::resource_server::WithIssuers>;

const APP: &str = "https://app.example";
const ISSUER: &str = "https://login.example";

#[secured(login)]
async fn show_login(login: Login) -> Json<[String; 3]> {
    Json([login.issuer(), login.client_id(), login.subject()].map(str::to_owned))
}

#[secured(login)]
async fn change_name() -> StatusCode {
    StatusCode::NO_CONTENT
}

pub(crate) fn routes() -> SecureRouter {
    SecureRouter::new()
        .route("/me", get(show_login))
        .route("/name", post(change_name).put(change_name))
        .merge(alternatives::routes())
}

/// An API with sessions, and a clock for both.
struct App {
    api: TestApi,
    sessions: Sessions,
    clock: TestClock,
}

impl App {
    async fn new() -> Self {
        Self::with_sessions(|sessions| sessions).await
    }

    async fn with_sessions(configure: impl FnOnce(SessionsBuilder) -> SessionsBuilder) -> Self {
        Self::configured(configure, |server| server).await
    }

    async fn with_server(configure: impl FnOnce(ServerBuilder) -> ServerBuilder) -> Self {
        Self::configured(|sessions| sessions, configure).await
    }

    async fn configured(
        configure: impl FnOnce(SessionsBuilder) -> SessionsBuilder,
        configure_server: impl FnOnce(ServerBuilder) -> ServerBuilder,
    ) -> Self {
        let clock = TestClock::new();
        let sessions = configure(Sessions::builder(APP).clock(clock.clone()));
        let sessions = sessions.build().unwrap();
        let server_sessions = sessions.clone();
        let server = |server: ServerBuilder| configure_server(server.sessions(server_sessions));
        let api = TestApi::with_server(routes(), server).await;
        Self {
            api,
            sessions,
            clock,
        }
    }

    /// Starts a session, and returns the `Cookie` field of the browser.
    async fn log_in(&self, subject: &str) -> String {
        self.start(NewLogin::new(ISSUER, "app", subject), "").await
    }

    /// Starts a session in a browser that has this `Cookie` field already.
    async fn start(&self, login: NewLogin, cookie: &str) -> String {
        let mut headers = HeaderMap::new();
        if !cookie.is_empty() {
            headers.insert("cookie", HeaderValue::from_str(cookie).unwrap());
        }
        let (_, set_cookie) = self.sessions.start(login, &headers).await.unwrap();
        let pair = set_cookie.to_str().unwrap().split(';').next();
        pair.unwrap().to_owned()
    }

    async fn get(&self, path: &str, cookie: &str) -> TestResponse {
        self.api
            .anonymous()
            .header("cookie", cookie)
            .get(path)
            .send()
            .await
    }

    async fn status(&self, cookie: &str) -> u16 {
        self.get("/me", cookie).await.status().as_u16()
    }
}

fn problem_type(response: &TestResponse) -> String {
    let problem: Value = response.json();
    let uri = problem["type"].as_str().unwrap_or_default();
    uri.rsplit('#').next().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn session_shows_the_handler_who_has_logged_in() {
    let app = App::new().await;
    let alice = app.log_in("alice").await;
    let bob = app.log_in("bob").await;
    for (cookie, subject) in [(&alice, "alice"), (&bob, "bob")] {
        let response = app.get("/me", cookie).await;
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(
            response.json::<Value>(),
            serde_json::json!([ISSUER, "app", subject])
        );
        assert_eq!(response.header("cache-control"), Some("no-store"));
    }
}

#[tokio::test]
async fn request_without_a_valid_session_is_401() {
    let app = App::new().await;
    app.log_in("alice").await;
    let unknown = format!("__Host-session={}", "A".repeat(43));
    for cookie in ["theme=dark", "session=1", &unknown] {
        let response = app.get("/me", cookie).await;
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED, "{cookie}");
        assert_eq!(problem_type(&response), "login-required");
        assert_eq!(
            response.header("www-authenticate"),
            Some("Cookie realm=\"api\"")
        );
    }
}

#[tokio::test]
async fn malformed_and_repeated_cookies_are_400() {
    let app = App::new().await;
    let alice = app.log_in("alice").await;
    let bob = app.log_in("bob").await;
    for cookie in [
        "__Host-session=".to_owned(),
        "__Host-session=x".to_owned(),
        format!("{alice}; {bob}"),
        format!("{alice}; {alice}"),
        format!("{alice}x"),
    ] {
        let response = app.get("/me", &cookie).await;
        assert_eq!(response.status(), StatusCode::BAD_REQUEST, "{cookie}");
        assert_eq!(problem_type(&response), "malformed-credential");
    }
    let fields = app.api.anonymous().header("cookie", &alice);
    let response = fields.header("cookie", &bob).get("/me").send().await;
    assert_eq!(response.status(), StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn token_never_replaces_the_session_of_a_login() {
    let app = App::new().await;
    let with_token = app.api.caller("alice").scopes("orders:read");
    let response = with_token.get("/me").send().await;
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(problem_type(&response), "login-required");
}

#[tokio::test]
async fn session_never_replaces_a_token() {
    let app = App::new().await;
    let alice = app.log_in("alice").await;
    let response = app.get("/tokens", &alice).await;
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(problem_type(&response), "missing-token");
}

#[tokio::test]
async fn new_login_ends_the_session_of_the_same_browser() {
    let app = App::new().await;
    let before = app.log_in("mallory").await;
    let login = NewLogin::new(ISSUER, "app", "alice");
    let after = app.start(login, &before).await;
    assert_ne!(before, after);
    assert_eq!(app.status(&before).await, 401);
    assert_eq!(app.status(&after).await, 200);
}

#[tokio::test]
async fn identifier_that_the_browser_brings_is_never_used() {
    let app = App::new().await;
    let fixed = format!("__Host-session={}", "A".repeat(43));
    let after = app
        .start(NewLogin::new(ISSUER, "app", "alice"), &fixed)
        .await;
    assert_ne!(after, fixed);
    assert_eq!(app.status(&fixed).await, 401);
}

#[tokio::test]
async fn sessions_end_one_by_one_by_subject_and_by_session_of_the_provider() {
    let app = App::new().await;
    let at_provider = |sid: &str| NewLogin::new(ISSUER, "app", "alice").provider_session(sid);
    let first = app.start(at_provider("1"), "").await;
    let second = app.start(at_provider("2"), "").await;
    let third = app.log_in("alice").await;
    let bob = app.log_in("bob").await;
    let sessions = &app.sessions;
    assert_eq!(
        sessions
            .end_provider_session("https://other.example", "1")
            .await
            .unwrap(),
        0
    );
    assert_eq!(sessions.end_provider_session(ISSUER, "1").await.unwrap(), 1);
    assert_eq!(app.status(&first).await, 401);
    assert_eq!(app.status(&second).await, 200);
    assert_eq!(
        sessions
            .end_subject("https://other.example", "alice")
            .await
            .unwrap(),
        0
    );
    assert_eq!(sessions.end_subject(ISSUER, "alice").await.unwrap(), 2);
    for (cookie, status) in [(&second, 401), (&third, 401), (&bob, 200)] {
        assert_eq!(app.status(cookie).await, status);
    }
}

#[tokio::test]
#[should_panic(expected = "`show_login` requires a login, and the server has no sessions")]
async fn login_without_sessions_panics_when_protected() {
    TestApi::new(SecureRouter::new().route("/me", get(show_login))).await;
}

#[tokio::test]
async fn application_without_tokens_needs_no_issuer() {
    let sessions = Sessions::builder(APP).build().unwrap();
    let server = ResourceServer::builder().sessions(sessions.clone());
    let server = server.build().await.unwrap();
    assert!(server.ready().is_ok() && server.issuers().is_empty());
    let api = SecureRouter::new()
        .route("/me", get(show_login))
        .route("/tokens", get(alternatives::token_only))
        .protect(server);
    let inventory = api.inventory().to_string();
    assert!(inventory.contains("login"), "{inventory}");
}

const fn minutes(count: u64) -> Duration {
    Duration::from_secs(60 * count)
}
