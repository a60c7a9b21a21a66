//! The routes of a login in a browser, against a provider in the test's process.
#![allow(clippy::panic, clippy::unwrap_used, reason = "helpers of tests")]

#[cfg(feature = "tracing")]
mod audit;
mod ends;
mod logouts;
mod navigations;

use std::sync::Arc;

use serde_json::{Value, json};

use crate::policy::Access;
use crate::prelude::*;
use crate::relying_party::login::tests::{CLIENT, LoginTest, Parameters};
use crate::relying_party::vault::{MemoryStore, TokenVault};
use crate::relying_party::{
    Login, LoginRoutes, LoginTokens, LoginsBuilder, SealingKey, Sessions, SessionsBuilder,
    TokenSourceError,
};
use crate::testing::{TestApi, TestCookies, TestRequest, TestResponse};

const APP: &str = "https://app.example";

#[secured(login)]
async fn show_claims(login: Login) -> Json<Value> {
    Json(json!({ "subject": login.subject(), "claims": login.claims() }))
}

struct App {
    test: LoginTest,
    api: TestApi,
    tokens: LoginTokens,
    sessions: Sessions,
    /// The vault's records.
    records: MemoryStore,
}

impl App {
    async fn new() -> Self {
        Self::with(|logins| logins, |routes| routes).await
    }

    async fn with(
        logins: impl FnOnce(LoginsBuilder) -> LoginsBuilder,
        routes: impl FnOnce(LoginRoutes) -> LoginRoutes,
    ) -> Self {
        Self::with_sessions(logins, routes, |sessions| sessions).await
    }

    async fn with_sessions(
        logins: impl FnOnce(LoginsBuilder) -> LoginsBuilder,
        routes: impl FnOnce(LoginRoutes) -> LoginRoutes,
        sessions: impl FnOnce(SessionsBuilder) -> SessionsBuilder,
    ) -> Self {
        let test = LoginTest::with(|_| {}, logins).await;
        let builder = Sessions::builder(APP).clock(test.provider.clock.clone());
        let sessions = sessions(builder).build().unwrap();
        let key = SealingKey::generate().unwrap();
        let records = MemoryStore::new();
        let vault = TokenVault::create(records.clone(), key).await.unwrap();
        let vault = vault.with_clock(test.provider.clock.clone());
        let tokens = LoginTokens::new(&test.logins, vault);
        let login_routes =
            LoginRoutes::new(test.logins.clone(), sessions.clone()).tokens(tokens.clone());
        let router = SecureRouter::new()
            .route("/me", get(show_claims))
            .merge(routes(login_routes));
        let server_sessions = sessions.clone();
        let api = TestApi::with_server(router, |server| server.sessions(server_sessions)).await;
        Self {
            test,
            api,
            tokens,
            sessions,
            records,
        }
    }

    /// Requests a page as a browser does that follows a link or a redirect.
    async fn get(&self, jar: &TestCookies, path: &str) -> TestResponse {
        self.api.anonymous().cookies(jar).get(path).send().await
    }

    async fn post(&self, jar: &TestCookies, path: &str, origin: &str) -> TestResponse {
        let request = self.api.anonymous().cookies(jar).post(path);
        request.header("origin", origin).send().await
    }

    /// Begins a login, and returns the target of the provider's redirect.
    async fn authorized(&self, jar: &TestCookies, path: &str) -> String {
        let begun = self.get(jar, path).await;
        assert_eq!(begun.status(), StatusCode::SEE_OTHER, "{}", begun.text());
        assert_eq!(begun.header("cache-control"), Some("no-store"));
        let response = self.test.provider.authorize(location(&begun));
        format!("/callback?{}", response.query())
    }

    async fn logged_in(&self) -> TestCookies {
        let jar = self.api.cookies();
        let callback = self.authorized(&jar, "/login").await;
        let response = self.get(&jar, &callback).await;
        assert_eq!(
            response.status(),
            StatusCode::SEE_OTHER,
            "{}",
            response.text()
        );
        jar
    }

    async fn me(&self, jar: &TestCookies) -> u16 {
        self.get(jar, "/me").await.status().as_u16()
    }

    /// Returns a request with a copy of the session's cookie, which a logout of the browser does not remove.
    fn copy(&self, jar: &TestCookies) -> TestRequest {
        let session = jar.get("__Host-session").unwrap();
        let cookie = format!("__Host-session={}", session.value());
        self.api.anonymous().header("cookie", &cookie)
    }

    fn logout_token(&self) -> crate::testing::TokenBuilder {
        let event = "http://schemas.openid.net/event/backchannel-logout";
        let token = self.test.provider.issuer.token("alice").audience(CLIENT);
        token
            .typ("logout+jwt")
            .without("client_id")
            .claim("events", json!({ event: {} }))
    }

    async fn backchannel_logout(&self, token: &str) -> TestResponse {
        let fields = [("logout_token", token), ("other", "ignored")];
        self.logout_form().form(&fields).send().await
    }

    fn logout_form(&self) -> TestRequest {
        self.api.anonymous().post("/backchannel-logout")
    }
}

fn location(response: &TestResponse) -> &str {
    response.header("location").unwrap()
}

fn set_cookies(response: &TestResponse) -> Vec<&str> {
    let values = response.headers().get_all("set-cookie").iter();
    values.map(|value| value.to_str().unwrap()).collect()
}

#[tokio::test]
async fn login_starts_a_session_and_returns_to_the_page() {
    let app = App::new().await;
    let jar = app.api.cookies();
    assert_eq!(app.me(&jar).await, 401);
    let callback = app.authorized(&jar, "/login?return_to=%2Fme%3Fa%3D1").await;
    let response = app.get(&jar, &callback).await;
    assert_eq!(response.status(), StatusCode::SEE_OTHER);
    assert_eq!(location(&response), "/me?a=1");
    assert_eq!(response.header("cache-control"), Some("no-store"));
    let cookies = set_cookies(&response);
    assert_eq!(cookies.len(), 2, "{cookies:?}");
    assert!(cookies[0].starts_with("__Host-login-") && cookies[0].contains("Max-Age=0"));
    assert!(cookies[1].starts_with("__Host-session="));
    let me: Value = app.get(&jar, "/me").await.json();
    assert_eq!(me["subject"], "alice");
    assert_eq!(me["claims"]["iss"], app.test.provider.url());
    for name in ["nonce", "at_hash", "c_hash", "s_hash"] {
        assert_eq!(me["claims"].get(name), None, "{name}");
    }
}

#[tokio::test]
async fn return_to_of_another_origin_is_refused() {
    let app = App::new().await;
    let jar = app.api.cookies();
    for page in [
        "https://evil.example",
        "//evil.example",
        "/%5Cevil.example",
        "/%09/evil.example",
        "javascript:alert(1)",
        "me",
        "",
    ] {
        let response = app.get(&jar, &format!("/login?return_to={page}")).await;
        assert!(response.status().is_client_error(), "{page}");
        assert_eq!(response.header("cache-control"), Some("no-store"), "{page}");
        assert_eq!(response.header("location"), None);
        assert!(!response.text().contains("evil"), "{page}");
    }
    for query in ["return_to=/a&return_to=/b", "next=/a"] {
        let response = app.get(&jar, &format!("/login?{query}")).await;
        assert!(response.status().is_client_error(), "{query}");
    }
}

#[tokio::test]
async fn two_tabs_log_in_independently() {
    let app = App::new().await;
    let jar = app.api.cookies();
    let first = app.authorized(&jar, "/login?return_to=/1").await;
    let second = app.authorized(&jar, "/login?return_to=/2").await;
    assert_eq!(location(&app.get(&jar, &second).await), "/2");
    assert_eq!(location(&app.get(&jar, &first).await), "/1");
    assert_eq!(app.me(&jar).await, 200);
}

#[tokio::test]
async fn login_replaces_the_session_of_the_browser() {
    let app = App::new().await;
    let jar = app.logged_in().await;
    let former = app.copy(&jar);
    let callback = app.authorized(&jar, "/login").await;
    app.get(&jar, &callback).await;
    assert_eq!(app.me(&jar).await, 200);
    let former = former.get("/me").send().await;
    assert_eq!(former.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn failed_login_is_a_problem_without_text_of_the_provider() {
    let app = App::new().await;
    let provider = app.test.provider.url().to_owned();
    for (error, status) in [
        ("access_denied", 403),
        ("login_required", 403),
        ("server_error", 503),
        ("temporarily_unavailable", 503),
        ("invalid_scope", 502),
        ("<script>", 502),
    ] {
        let jar = app.api.cookies();
        let begun = app.get(&jar, "/login").await;
        let (_, query) = location(&begun).split_once('?').unwrap();
        let state = Parameters::parse(query).get("state").unwrap().to_owned();
        let response = Parameters::default()
            .and("error", error)
            .and("error_description", "<b>call 0900-evil</b>")
            .and("state", &state)
            .and("iss", &provider);
        let response = app
            .get(&jar, &format!("/callback?{}", response.query()))
            .await;
        assert_eq!(response.status().as_u16(), status, "{error}");
        assert_eq!(response.header("cache-control"), Some("no-store"));
        assert_eq!(
            response.header("content-type"),
            Some("application/problem+json")
        );
        let text = response.text();
        assert!(text.contains("Login failed") && !text.contains('<') && !text.contains("evil"));
        let cookies = set_cookies(&response);
        assert_eq!(cookies.len(), 1, "{cookies:?}");
        assert!(cookies[0].contains("Max-Age=0"), "{cookies:?}");
        assert_eq!(app.me(&jar).await, 401);
    }
}

#[tokio::test]
async fn callback_that_belongs_to_no_login_of_the_browser_is_400() {
    let app = App::new().await;
    let jar = app.api.cookies();
    let callback = app.authorized(&jar, "/login").await;
    let other_browser = app.get(&app.api.cookies(), &callback).await;
    assert_eq!(other_browser.status(), StatusCode::BAD_REQUEST);
    assert!(set_cookies(&other_browser).is_empty());
    // the back button, after a login that succeeded
    assert_eq!(
        app.get(&jar, &callback).await.status(),
        StatusCode::SEE_OTHER
    );
    let again = app.get(&jar, &callback).await;
    assert_eq!(again.status(), StatusCode::BAD_REQUEST);
    assert_eq!(app.me(&jar).await, 200);
    // too late
    let callback = app.authorized(&jar, "/login").await;
    app.test.advance(631);
    let expired = app.get(&jar, &callback).await;
    assert_eq!(expired.status(), StatusCode::BAD_REQUEST);
    for query in ["", "?code=a", "?code=a&state=b", "?state=%zz"] {
        let response = app.get(&jar, &format!("/callback{query}")).await;
        assert_eq!(response.status(), StatusCode::BAD_REQUEST, "{query}");
        assert_eq!(response.header("cache-control"), Some("no-store"));
    }
}

#[secured(login)]
async fn current_token(login: Login, State(tokens): State<LoginTokens>) -> String {
    match tokens.of(&login) {
        Ok(source) => match source.token().await {
            Ok(token) => String::from_utf8(token.secret().expose().to_vec()).unwrap(),
            Err(TokenSourceError::Ended) => "ended".to_owned(),
            Err(error) => panic!("{error}"),
        },
        Err(error) => panic!("{error}"),
    }
}

#[tokio::test]
async fn tokens_of_the_session_are_refreshed_and_end_with_it() {
    let app = App::new().await;
    let jar = app.logged_in().await;
    let tokens = SecureRouter::new()
        .route("/token", get(current_token))
        .with_state(app.tokens.clone());
    let sessions = app.api.server().clone();
    let api = TestApi::from_fn(|_| tokens.protect(sessions)).await;
    let token = async || {
        let response = api.anonymous().cookies(&jar).get("/token").send().await;
        assert_eq!(response.status(), StatusCode::OK);
        response.text()
    };
    assert_eq!(token().await, "access-1");
    app.test.advance(290);
    assert_eq!(token().await, "access-2");
    assert_eq!(token().await, "access-2");
    let refreshed = app.test.provider.requests_to("POST /token ");
    assert_eq!(refreshed.len(), 2);
    assert_eq!(refreshed[1].get("grant_type"), Some("refresh_token"));
}

#[tokio::test]
async fn routes_are_in_the_inventory_with_their_reasons() {
    let app = App::with(
        |logins| logins,
        |routes| {
            routes
                .login_path("/auth/login")
                .callback_path("/auth/callback")
                .logout_path("/auth/logout")
                .backchannel_logout_path("/auth/backchannel-logout")
        },
    )
    .await;
    let inventory = app.api.api().inventory();
    let routes = inventory.routes().iter().map(|route| {
        let reason = match route.declaration().access {
            Access::Public { reason } => reason,
            _ => "",
        };
        (route.path(), reason)
    });
    let expected = [
        ("/me", ""),
        ("/auth/login", "begins a login"),
        ("/auth/callback", "completes a login"),
        ("/auth/logout", ""),
        (
            "/auth/backchannel-logout",
            "the provider's logout token authenticates the request",
        ),
    ];
    assert_eq!(routes.collect::<Vec<_>>(), expected);
    let exceptions = inventory
        .routes()
        .iter()
        .map(|route| route.exceptions().count());
    assert_eq!(exceptions.collect::<Vec<_>>(), [0, 1, 2, 0, 2]);
}
