//! Refusals: their challenges, problems and headers.

use palisade::testing::{TestApi, TestRequest, TestResponse};
use serde_json::Value;

use crate::support::{Calls, routes};

/// Text that no response may echo.
const CANARY: &str = "canary-7f3a";

async fn api() -> TestApi {
    TestApi::new(routes(&Calls::default())).await
}

fn challenge(response: &TestResponse) -> String {
    response
        .header("www-authenticate")
        .unwrap_or_default()
        .to_owned()
}

#[tokio::test]
async fn refusal_returns_the_exact_challenge() {
    let api = api().await;
    let missing = api.anonymous().get("/whoami").send().await;
    assert_eq!(
        (missing.status().as_u16(), challenge(&missing)),
        (401, "Bearer realm=\"api\"".to_owned())
    );

    let invalid = api.anonymous().bearer("a.b.c").get("/whoami").send().await;
    assert_eq!(
        (invalid.status().as_u16(), challenge(&invalid)),
        (
            401,
            "Bearer realm=\"api\", error=\"invalid_token\"".to_owned()
        )
    );

    let malformed = api.anonymous().bearer("a b").get("/whoami").send().await;
    assert_eq!(
        (malformed.status().as_u16(), challenge(&malformed)),
        (
            400,
            "Bearer realm=\"api\", error=\"invalid_request\"".to_owned()
        )
    );

    let id = "/orders/6f9f3b1e-5f0c-4a7e-9d59-0d6e0f3f6a51";
    let insufficient = api
        .caller("alice")
        .scopes("orders:write")
        .delete(id)
        .send()
        .await;
    assert_eq!(
        (insufficient.status().as_u16(), challenge(&insufficient)),
        (
            403,
            "Bearer realm=\"api\", error=\"insufficient_scope\", scope=\"admin\"".to_owned()
        )
    );
    assert_eq!(
        insufficient.json::<Value>()["required_scopes"],
        serde_json::json!(["admin", "orders:write orders:delete"])
    );
}

#[tokio::test]
async fn two_credentials_return_400() {
    let api = api().await;
    let token = api.caller("alice").token();
    let response = api
        .anonymous()
        .header("authorization", &format!("Bearer {token}"))
        .header("authorization", &format!("Bearer {token}"))
        .get("/whoami")
        .send()
        .await;
    assert_eq!(response.status(), 400);
    assert!(challenge(&response).contains("invalid_request"));
}

/// RFC 6750 §2.3, OAuth 2.1 §5.1: a token in the query or the body is not a credential.
#[tokio::test]
async fn token_outside_the_authorization_header_is_ignored() {
    let api = api().await;
    let token = api
        .caller("alice")
        .scopes("orders:read orders:write")
        .token();
    let query = api
        .anonymous()
        .get(&format!("/whoami?access_token={token}"))
        .send()
        .await;
    assert_eq!(
        (query.status().as_u16(), challenge(&query)),
        (401, "Bearer realm=\"api\"".to_owned())
    );
    let form = api
        .anonymous()
        .request("PUT", "/orders")
        .form(&[("access_token", token.as_str())])
        .send()
        .await;
    assert_eq!(form.status(), 401);
    let cookie = api
        .anonymous()
        .header("cookie", &format!("access_token={token}"))
        .get("/whoami")
        .send()
        .await;
    assert_eq!(cookie.status(), 401);
}

/// Sends each request, and asserts that the response is a problem with the status and no echo.
async fn assert_problems(requests: impl IntoIterator<Item = (u16, TestRequest)>) {
    for (case, (status, request)) in requests.into_iter().enumerate() {
        let response = request.send().await;
        let text = response.text();
        assert_eq!(response.status().as_u16(), status, "case {case}: {text}");
        assert_eq!(
            response.header("content-type"),
            Some("application/problem+json"),
            "case {case}"
        );
        let problem: Value = response.json();
        assert_eq!(problem["status"], status, "case {case}");
        let everything = format!("{:?} {text}", response.headers());
        assert!(!everything.contains(CANARY), "case {case}: {everything}");
    }
}

#[tokio::test]
async fn every_refusal_is_a_problem_that_never_echoes_the_request() {
    let api = api().await;
    let anonymous = || api.anonymous();
    let two_words = format!("{CANARY} {CANARY}");
    assert_problems([
        (401, anonymous().bearer(CANARY).get("/whoami")),
        (400, anonymous().bearer(&two_words).get("/whoami")),
        (403, api.caller(CANARY).scopes(CANARY).get("/orders")),
        (404, anonymous().get(&format!("/{CANARY}"))),
        (405, anonymous().request("PATCH", "/health")),
    ])
    .await;
}

#[tokio::test]
async fn every_input_rejection_is_a_problem_that_never_echoes_the_request() {
    let api = api().await;
    let writer = || api.caller("alice").scopes("orders:write orders:read");
    let get = |path: String| writer().get(&path);
    let post = |body: String| writer().post("/orders").body(body, "application/json");
    assert_problems([
        (422, get(format!("/orders/{CANARY}"))),
        (400, get("/orders/%ff".to_owned())),
        (422, get(format!("/orders?{CANARY}=1"))),
        (422, get(format!("/orders?page={CANARY}"))),
        (400, get("/orders?page=%ff".to_owned())),
        (422, get(format!("/shelves/{CANARY}"))),
        (400, post(format!(r#"{{"{CANARY}"#))),
        (422, post(format!(r#"{{"{CANARY}": 1}}"#))),
        (
            422,
            post(format!(r#"{{"sku": "{CANARY}", "quantity": 1}}"#)),
        ),
        (
            422,
            post(format!(r#"{{"sku": 1, "quantity": "{CANARY}"}}"#)),
        ),
        (
            415,
            writer()
                .post("/orders")
                .body("{}", &format!("application/{CANARY}")),
        ),
        (413, post(" ".repeat(70_000))),
        (
            413,
            writer().post("/raw").body(vec![b' '; 101], "text/plain"),
        ),
        (422, writer().put("/orders").form(&[(CANARY, "1")])),
    ])
    .await;
}

#[tokio::test]
async fn secured_response_has_no_store_and_nosniff() {
    let api = api().await;
    for response in [
        api.caller("alice").get("/whoami").send().await,
        api.anonymous().get("/whoami").send().await,
        api.caller("alice").get("/orders").send().await,
    ] {
        assert_eq!(response.header("cache-control"), Some("no-store"));
        assert_eq!(response.header("x-content-type-options"), Some("nosniff"));
    }
    let public = api.anonymous().get("/health").send().await;
    assert_eq!(
        (
            public.header("cache-control"),
            public.header("x-content-type-options")
        ),
        (None, Some("nosniff"))
    );
    assert_eq!(
        api.anonymous()
            .get("/nowhere")
            .send()
            .await
            .header("x-content-type-options"),
        Some("nosniff")
    );
}

#[tokio::test]
async fn every_response_has_a_referrer_and_a_content_policy() {
    let api = api().await;
    for response in [
        api.caller("alice").get("/whoami").send().await,
        api.anonymous().get("/whoami").send().await,
        api.caller("alice").get("/orders").send().await,
        api.anonymous().get("/health").send().await,
        api.anonymous().get("/nowhere").send().await,
        api.anonymous().delete("/health").send().await,
        api.anonymous().request("TRACE", "/nowhere").send().await,
    ] {
        assert_eq!(response.header("referrer-policy"), Some("no-referrer"));
        let policy = "default-src 'none'; frame-ancestors 'none'";
        assert_eq!(response.header("content-security-policy"), Some(policy));
    }
}

#[tokio::test]
async fn public_route_ignores_the_token() {
    let api = api().await;
    for bearer in ["a.b.c", "a b", ""] {
        assert_eq!(
            api.anonymous()
                .bearer(bearer)
                .get("/health")
                .send()
                .await
                .status(),
            200,
            "{bearer:?}"
        );
    }
}
