//! Tests of an API inside other routers, and of cookies.

use axum::routing::get as axum_get;

use crate::prelude::*;
use crate::testing::{TestApi, TestCookies, TestRequest};
use crate::{Api, ErrorBody};

#[secured(scopes = "orders:read")]
async fn orders(caller: Caller) -> String {
    format!("the orders of {}", caller.subject())
}

#[secured(scopes = "admin")]
async fn admin() -> &'static str {
    "admin"
}

#[public(reason = "a test")]
async fn log_in() -> [(&'static str, &'static str); 1] {
    [(
        "set-cookie",
        "__Host-session=s3cret; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=600",
    )]
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Session {
    #[serde(rename = "__Host-session")]
    #[garde(length(chars, max = 20))]
    session: String,
}

#[public(reason = "a test")]
async fn session(
    cookies: Option<Valid<crate::input::Cookies<Session>>>,
) -> Result<String, StatusCode> {
    let Valid(crate::input::Cookies(session)) = cookies.ok_or(StatusCode::UNAUTHORIZED)?;
    Ok(session.session)
}

#[public(reason = "a test")]
async fn log_out() -> [(&'static str, &'static str); 1] {
    [("set-cookie", "__Host-session=; Path=/; Secure; Max-Age=0")]
}

async fn page(State(text): State<&'static str>) -> &'static str {
    text
}

async fn status(request: TestRequest) -> u16 {
    request.send().await.status().as_u16()
}

#[tokio::test]
async fn merged_secure_routers_are_tested_as_one() {
    let one = SecureRouter::new().route("/orders", get(orders));
    let two = SecureRouter::new().route("/admin", get(admin));
    let api = TestApi::new(one.merge(two)).await;
    let alice = || api.caller("alice").scopes("orders:read");
    assert_eq!(status(alice().get("/orders")).await, 200);
    assert_eq!(status(alice().get("/admin")).await, 403);
    assert_eq!(status(api.anonymous().get("/admin")).await, 401);
}

#[tokio::test]
async fn api_with_routes_beside_it_keeps_its_guard() {
    let api = TestApi::from_fn(|server| {
        let pages = axum::Router::new().route("/pages", axum_get(async || "page"));
        let api = SecureRouter::new().route("/orders", get(orders));
        api.protect(server).beside(pages, "static pages")
    });
    let api = api.await;
    assert_eq!(api.anonymous().get("/pages").send().await.text(), "page");
    assert_eq!(status(api.anonymous().get("/orders")).await, 401);
    let request = api.caller("alice").scopes("orders:read").get("/orders");
    assert_eq!(request.send().await.text(), "the orders of alice");
    assert_eq!(api.api().inventory().undeclared(), ["static pages"]);
}

#[tokio::test]
async fn application_that_contains_the_api_is_tested_with_its_guard() {
    let api = TestApi::new(SecureRouter::new().route("/orders", get(orders))).await;
    let other = SecureRouter::new().route("/admin", get(admin));
    let other: Api = other.protect(api.server().clone());
    let api = api.map_router(|router| {
        let pages = axum::Router::new()
            .route("/{page}", axum_get(page))
            .with_state("page");
        pages
            .nest("/v1", router)
            .merge(other.mounted_at("/v2").into_router())
    });
    assert_eq!(api.anonymous().get("/pages").send().await.text(), "page");
    for path in ["/v1/orders", "/v2/admin"] {
        assert_eq!(status(api.anonymous().get(path)).await, 401, "{path}");
        assert_eq!(status(api.caller("alice").get(path)).await, 403, "{path}");
    }
    let alice = || api.caller("alice").scopes("orders:read admin");
    assert_eq!(status(alice().get("/v1/orders")).await, 200);
    assert_eq!(status(alice().get("/v2/admin")).await, 200);
    // time is shared
    let token = alice().token();
    api.clock().advance(std::time::Duration::from_mins(6));
    for path in ["/v1/orders", "/v2/admin"] {
        let request = api.anonymous().bearer(&token).get(path);
        assert_eq!(status(request).await, 401, "{path}");
    }
}

#[tokio::test]
async fn map_api_changes_the_router_under_test() {
    let api = TestApi::new(SecureRouter::new().route("/orders", get(orders))).await;
    let api = api.map_api(|api| {
        api.render_errors(|_| ErrorBody::json(&serde_json::json!({ "error": "refused" })))
    });
    let response = api.anonymous().get("/orders").send().await;
    assert_eq!(response.json::<serde_json::Value>()["error"], "refused");
}

#[tokio::test]
async fn cookies_are_sent_back_until_they_expire() {
    let routes = SecureRouter::new()
        .route("/log-in", post(log_in))
        .route("/log-out", post(log_out))
        .route("/session", get(session));
    let api = TestApi::new(routes).await;
    let (alice, bob) = (api.cookies(), api.cookies());
    let session = async |jar: &TestCookies| {
        let response = api.anonymous().cookies(jar).get("/session").send().await;
        (response.status().as_u16(), response.text())
    };
    api.anonymous().cookies(&alice).post("/log-in").send().await;
    assert_eq!(alice.rejected(), [""; 0]);
    assert_eq!(session(&alice).await, (200, "s3cret".to_owned()));
    assert_eq!(session(&bob).await.0, 401);
    assert_eq!(status(api.anonymous().get("/session")).await, 401);

    // an attacker's cookie is sent like any other
    bob.set("__Host-session", "guessed");
    assert_eq!(session(&bob).await.1, "guessed");

    api.anonymous().cookies(&bob).post("/log-out").send().await;
    assert!(bob.get("__Host-session").is_none());
    api.clock().advance(std::time::Duration::from_secs(599));
    assert_eq!(session(&alice).await.0, 200);
    api.clock().advance(std::time::Duration::from_secs(1));
    assert_eq!(session(&alice).await.0, 401);
}

/// A jar is no identity: the guard reads the token from `Authorization` only.
#[tokio::test]
async fn token_in_a_cookie_does_not_authenticate() {
    let api = TestApi::new(SecureRouter::new().route("/orders", get(orders))).await;
    let jar = api.cookies();
    let token = api.caller("alice").scopes("orders:read").token();
    for name in ["Authorization", "access_token", "token"] {
        jar.set(name, &token);
    }
    assert_eq!(
        status(api.anonymous().cookies(&jar).get("/orders")).await,
        401
    );
}
