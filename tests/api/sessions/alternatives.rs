//! `any(login, …)`: a session or a token.

use palisade::prelude::*;
use palisade::relying_party::Login;

use super::{App, problem_type};

#[secured(any(login, scopes = "orders:read"))]
async fn either(login: Option<Login>, caller: Option<Caller>) -> String {
    match (login, caller) {
        (Some(login), None) => format!("session of {}", login.subject()),
        (None, Some(caller)) => format!("token of {}", caller.subject()),
        _ => "both or none".to_owned(),
    }
}

#[secured(any(login, roles = "clerk"))]
async fn clerk_or_login() {}

#[secured(scopes = "orders:read")]
pub(super) async fn token_only() {}

pub(super) fn routes() -> SecureRouter {
    SecureRouter::new()
        .route("/either", get(either).post(either))
        .route("/clerks", get(clerk_or_login))
        .route("/tokens", get(token_only))
}

#[tokio::test]
async fn session_or_token_is_accepted() {
    let app = App::new().await;
    let alice = app.log_in("alice").await;
    assert_eq!(app.get("/either", &alice).await.text(), "session of alice");
    let bob = app.api.caller("bob").scopes("orders:read");
    assert_eq!(bob.get("/either").send().await.text(), "token of bob");
}

#[tokio::test]
async fn token_decides_if_the_request_has_one() {
    let app = App::new().await;
    let alice = app.log_in("alice").await;
    let both =
        |request: palisade::testing::TestRequest| request.header("cookie", &alice).get("/either");
    let bob = app.api.caller("bob").scopes("orders:read");
    assert_eq!(both(bob).send().await.text(), "token of bob");
    // a session never makes up for a token that is not valid or not sufficient
    for (request, status, problem) in [
        (app.api.caller("bob"), 403, "insufficient-scope"),
        (app.api.anonymous().bearer("x.y.z"), 401, "invalid-token"),
        (
            app.api.anonymous().header("authorization", "Bearer a b"),
            400,
            "malformed-credential",
        ),
        (
            app.api.anonymous().header("authorization", "Basic eDp5"),
            401,
            "missing-token",
        ),
    ] {
        let response = both(request).send().await;
        assert_eq!(response.status().as_u16(), status);
        assert_eq!(problem_type(&response), problem);
    }
}

#[tokio::test]
async fn request_with_neither_gets_the_challenge_of_tokens() {
    let app = App::new().await;
    for path in ["/either", "/clerks"] {
        let response = app.get(path, "theme=dark").await;
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
        assert_eq!(
            response.header("www-authenticate"),
            Some("Bearer realm=\"api\"")
        );
    }
}

#[tokio::test]
async fn session_that_has_ended_is_401_and_not_another_credential() {
    let app = App::new().await;
    let alice = app.log_in("alice").await;
    app.clock.advance(super::minutes(31));
    let response = app.get("/either", &alice).await;
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(problem_type(&response), "login-required");
}

#[tokio::test]
async fn only_a_session_needs_a_request_of_the_same_origin() {
    let app = App::new().await;
    let alice = app.log_in("alice").await;
    let evil = |request: palisade::testing::TestRequest| {
        request
            .header("origin", "https://evil.example")
            .post("/either")
    };
    let session = evil(app.api.anonymous().header("cookie", &alice));
    assert_eq!(session.send().await.status(), StatusCode::FORBIDDEN);
    let token = evil(app.api.caller("bob").scopes("orders:read"));
    assert_eq!(token.send().await.status(), StatusCode::OK);
}

#[tokio::test]
async fn inventory_shows_both_alternatives() {
    let app = App::new().await;
    let inventory = app.api.api().inventory().to_string();
    assert!(inventory.contains("login or (orders:read)"), "{inventory}");
    assert!(inventory.contains("login or (role clerk)"), "{inventory}");
}
