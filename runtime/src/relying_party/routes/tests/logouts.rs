//! Logout by the application, and by the provider.

use serde_json::json;

use super::{APP, App, location, set_cookies};
use crate::prelude::*;
use crate::relying_party::login::tests::{CLIENT, Parameters};
use crate::testing::TokenBuilder;

#[tokio::test]
async fn logout_ends_the_session_and_continues_at_the_provider() {
    let app = App::with(
        |logins| logins.post_logout_redirect_uri(format!("{APP}/")),
        |routes| routes.logged_out("/goodbye".parse().unwrap()),
    )
    .await;
    let jar = app.logged_in().await;
    let copy = app.copy(&jar);
    let response = app.post(&jar, "/logout", APP).await;
    assert_eq!(response.status(), StatusCode::SEE_OTHER);
    assert_eq!(response.header("cache-control"), Some("no-store"));
    let (endpoint, query) = location(&response).split_once('?').unwrap();
    assert_eq!(endpoint, format!("{}/logout", app.test.provider.url()));
    let parameters = Parameters::parse(query);
    let hint = parameters.get("id_token_hint").unwrap();
    assert_eq!(hint.split('.').count(), 3);
    assert_eq!(parameters.get("client_id"), Some(CLIENT));
    let returned = format!("/?state={}", parameters.get("state").unwrap());
    let page = app.test.logins.logged_out(&returned.parse().unwrap());
    assert_eq!(page.as_str(), "/goodbye");
    let cookies = set_cookies(&response);
    assert!(cookies[0].starts_with("__Host-session=;"), "{cookies:?}");
    let revoked = app.test.provider.requests_to("POST /revoke ");
    assert_eq!(revoked[0].get("token"), Some("refresh-1"));
    assert_eq!(app.me(&jar).await, 401);
    let copy = copy.get("/me").send().await;
    assert_eq!(copy.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn logout_that_another_origin_causes_is_refused() {
    let app = App::new().await;
    let jar = app.logged_in().await;
    for origin in ["https://evil.example", "null", "https://sub.app.example"] {
        let response = app.post(&jar, "/logout", origin).await;
        assert_eq!(response.status(), StatusCode::FORBIDDEN, "{origin}");
    }
    let without_origin = app.api.anonymous().cookies(&jar).post("/logout");
    assert_eq!(without_origin.send().await.status(), StatusCode::FORBIDDEN);
    let link = app.get(&jar, "/logout").await;
    assert_eq!(link.status(), StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(app.me(&jar).await, 200);
    let stranger = app.post(&app.api.cookies(), "/logout", APP).await;
    assert_eq!(stranger.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn logout_without_the_provider_ends_the_session() {
    let app = App::new().await;
    let jar = app.logged_in().await;
    app.test.provider.set_metadata(|metadata| {
        metadata
            .as_object_mut()
            .unwrap()
            .remove("end_session_endpoint");
    });
    app.test.advance(25 * 60);
    let copy = app.copy(&jar);
    let response = app.post(&jar, "/logout", APP).await;
    assert_eq!(response.status(), StatusCode::SEE_OTHER);
    let copy = copy.get("/me").send().await;
    assert_eq!(copy.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn logout_token_ends_the_sessions_that_it_names() {
    let app = App::new().await;
    let without_sid = app.logged_in().await;
    let mut with_sid = Vec::new();
    for sid in ["s-1", "s-2", "s-3"] {
        let edit = move |token: TokenBuilder| token.claim("sid", sid);
        app.test.provider.edit_id_tokens(edit);
        with_sid.push(app.logged_in().await);
    }
    let one = app.logout_token().claim("sid", "s-1").without("sub");
    let response = app.backchannel_logout(&one.sign()).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.header("cache-control"), Some("no-store"));
    let statuses = async || {
        let mut statuses = vec![app.me(&without_sid).await];
        for jar in &with_sid {
            statuses.push(app.me(jar).await);
        }
        statuses
    };
    assert_eq!(statuses().await, [200, 401, 200, 200]);
    // a session without a known `sid` could be the one
    let of_user = app.logout_token().claim("sid", "s-2").claim("jti", "2");
    app.backchannel_logout(&of_user.sign()).await;
    assert_eq!(statuses().await, [401, 401, 401, 200]);
    let all = app.logout_token().claim("jti", "3");
    app.backchannel_logout(&all.sign()).await;
    assert_eq!(statuses().await, [401; 4]);
}

#[tokio::test]
async fn invalid_logout_request_is_400_and_ends_no_session() {
    let app = App::new().await;
    let jar = app.logged_in().await;
    let used = app
        .logout_token()
        .claim("sid", "unknown")
        .without("sub")
        .sign();
    assert_eq!(app.backchannel_logout(&used).await.status(), StatusCode::OK);
    let id_token = app.test.provider.id_token("nonce").sign();
    let other = app.logout_token().audience("other").sign();
    for token in [&used, &id_token, &other, "", "a.b.c", "<script>"] {
        let response = app.backchannel_logout(token).await;
        assert_eq!(response.status(), StatusCode::BAD_REQUEST, "{token}");
        assert_eq!(response.header("cache-control"), Some("no-store"));
        assert!(!response.text().contains("script"));
    }
    let token = app.logout_token().claim("jti", "fresh").sign();
    let twice = [("logout_token", &*token), ("logout_token", &token)];
    let query = format!("/backchannel-logout?logout_token={token}");
    for (request, status) in [
        (app.logout_form().form(&twice), 400),
        (app.logout_form().form(&[("token", &token)]), 400),
        (app.logout_form(), 400),
        (
            app.logout_form().json(&json!({ "logout_token": token })),
            400,
        ),
        (
            app.logout_form()
                .body(format!("logout_token={token}"), "text/plain"),
            400,
        ),
        (app.api.anonymous().post(&query), 400),
        (app.logout_form().form(&[("x", &"x".repeat(1 << 17))]), 413),
    ] {
        assert_eq!(request.send().await.status().as_u16(), status);
    }
    let link = app.get(&jar, &query).await;
    assert_eq!(link.status(), StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(app.me(&jar).await, 200);
}
