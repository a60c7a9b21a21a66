//! Browsers that navigate to a page without a session.

use super::*;

impl App {
    /// Requests a page as a browser does that navigates to it.
    async fn navigate(&self, jar: &TestCookies, path: &str) -> TestResponse {
        self.navigation(jar, path).send().await
    }

    fn navigation(&self, jar: &TestCookies, path: &str) -> TestRequest {
        let request = self.api.anonymous().cookies(jar).get(path);
        let request = request
            .header("sec-fetch-mode", "navigate")
            .header("sec-fetch-dest", "document")
            .header("sec-fetch-site", "none");
        request.header("accept", "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8")
    }

    async fn redirecting() -> Self {
        Self::with(|logins| logins, LoginRoutes::redirect_navigations).await
    }
}

#[tokio::test]
async fn navigation_without_a_session_is_redirected_to_the_login_and_back() {
    let app = App::redirecting().await;
    let jar = app.api.cookies();
    let response = app.navigate(&jar, "/me?a=1&b=%20c").await;
    assert_eq!(response.status(), StatusCode::SEE_OTHER);
    assert_eq!(response.header("cache-control"), Some("no-store"));
    let login = location(&response).to_owned();
    assert_eq!(login, "/login?return_to=%2Fme%3Fa%3D1%26b%3D%2520c");
    let callback = app.authorized(&jar, &login).await;
    let response = app.get(&jar, &callback).await;
    assert_eq!(location(&response), "/me?a=1&b=%20c");
    assert_eq!(app.navigate(&jar, "/me").await.status(), StatusCode::OK);
    // a session that has ended
    app.test.advance(31 * 60);
    let response = app.navigate(&jar, "/me").await;
    assert_eq!(location(&response), "/login?return_to=%2Fme");
}

#[tokio::test]
async fn request_that_is_no_navigation_without_a_session_is_401() {
    let app = App::redirecting().await;
    let jar = app.api.cookies();
    let request = || app.api.anonymous().cookies(&jar).get("/me");
    let navigation = |name: &'static str, value: &'static str| {
        let fields = [
            ("sec-fetch-mode", "navigate"),
            ("sec-fetch-dest", "document"),
            ("accept", "text/html"),
        ];
        let fields = fields.into_iter().map(|(other, usual)| {
            let is_changed = other == name;
            (other, if is_changed { value } else { usual })
        });
        fields.fold(request(), |request, (name, value)| match value {
            "" => request,
            value => request.header(name, value),
        })
    };
    assert_eq!(
        navigation("x", "").send().await.status(),
        StatusCode::SEE_OTHER
    );
    for (name, value) in [
        ("sec-fetch-mode", ""),
        ("sec-fetch-mode", "cors"),
        ("sec-fetch-mode", "no-cors"),
        ("sec-fetch-mode", "same-origin"),
        ("sec-fetch-mode", "websocket"),
        ("sec-fetch-dest", ""),
        ("sec-fetch-dest", "iframe"),
        ("sec-fetch-dest", "empty"),
        ("accept", ""),
        ("accept", "*/*"),
        ("accept", "text/*"),
        ("accept", "application/json"),
        ("accept", "text/html;q=0, */*"),
    ] {
        let response = navigation(name, value).send().await;
        assert_eq!(
            response.status(),
            StatusCode::UNAUTHORIZED,
            "{name} {value}"
        );
        assert_eq!(response.header("location"), None);
    }
    let twice = navigation("x", "").header("sec-fetch-mode", "navigate");
    assert_eq!(twice.send().await.status(), StatusCode::UNAUTHORIZED);
    let posted = app.api.anonymous().cookies(&jar).post("/logout");
    let posted = posted
        .header("sec-fetch-mode", "navigate")
        .header("sec-fetch-dest", "document")
        .header("accept", "text/html");
    assert_eq!(posted.send().await.status(), StatusCode::UNAUTHORIZED);
    // a malformed cookie is no missing login
    let malformed = navigation("x", "").header("cookie", "__Host-session=x");
    assert_eq!(malformed.send().await.status(), StatusCode::BAD_REQUEST);
    let without_option = App::new().await;
    let response = without_option.navigate(&jar, "/me").await;
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
}

#[secured(any(login, scopes = "orders:read"))]
async fn either() {}

#[secured(scopes = "orders:read")]
async fn for_tokens() {}

#[tokio::test]
async fn redirect_is_for_handlers_with_a_login_and_for_pages_of_the_application() {
    let app = App::redirecting().await;
    let jar = app.api.cookies();
    let router = SecureRouter::new()
        .route("/either", get(either))
        .route("/tokens", get(for_tokens))
        .nest(
            "/below",
            SecureRouter::new().route("/{page}", get(show_claims)),
        );
    let server = app.api.server().clone();
    let api = TestApi::from_fn(|_| router.protect(server)).await;
    let app = App { api, ..app };
    for (path, expected) in [
        ("/either", "/login?return_to=%2Feither"),
        ("/below/a", "/login?return_to=%2Fbelow%2Fa"),
        // no path of this application, whatever a browser makes of it
        ("/below/%5Cevil.example", "/login"),
        ("/below/%2F%2Fevil.example", "/login"),
        ("/below/..%2F", "/login"),
    ] {
        let response = app.navigate(&jar, path).await;
        assert_eq!(response.status(), StatusCode::SEE_OTHER, "{path}");
        assert_eq!(location(&response), expected, "{path}");
    }
    let tokens = app.navigate(&jar, "/tokens").await;
    assert_eq!(tokens.status(), StatusCode::UNAUTHORIZED);
    let refused = app
        .navigation(&jar, "/either")
        .header("authorization", "Bearer x");
    assert_eq!(refused.send().await.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
#[should_panic(expected = "two `LoginRoutes` redirect navigations")]
async fn second_login_that_redirects_navigations_panics() {
    let app = App::redirecting().await;
    let routes = LoginRoutes::new(app.test.logins.clone(), app.sessions.clone());
    let routes = routes.login_path("/other").redirect_navigations();
    let _ = SecureRouter::<()>::new().merge(routes);
}

#[cfg(feature = "openapi")]
#[tokio::test]
async fn openapi_document_has_the_redirect_of_navigations() {
    use crate::openapi::{Document, Info};

    for (app, redirects) in [(App::redirecting().await, true), (App::new().await, false)] {
        let document = Document::new(app.api.api(), Info::new("App", "1"));
        let document: Value = serde_json::from_str(&document.to_json()).unwrap();
        let redirect = &document["paths"]["/me"]["get"]["responses"]["303"];
        assert_eq!(redirect.is_object(), redirects);
        assert_eq!(
            redirect["headers"]["Location"]["required"] == true,
            redirects
        );
        // no other handler is for people
        let paths = document["paths"].as_object().unwrap();
        let operations = paths.values().filter_map(|item| item.get("get"));
        let redirected = operations.filter(|get| get["responses"]["303"].is_object());
        assert_eq!(redirected.count(), usize::from(redirects));
    }
}
