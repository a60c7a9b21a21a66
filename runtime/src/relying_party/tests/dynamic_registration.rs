//! Registrations at run time, and responses that are not what was requested.

use super::*;

const REDIRECT_URI: &str = "http://127.0.0.1:8400/callback";

async fn register(
    server: &LoopbackServer,
    redirect_uri: &str,
) -> Result<ClientRegistration, EndpointError> {
    let provider = provider(server, TestClock::new()).await;
    let registration = DynamicRegistration::new("Orders", redirect_uri);
    registration.send(&provider).await
}

/// Starts a provider with these authentication methods, and this response to registrations.
async fn registering(methods: &Value, reply: Reply) -> LoopbackServer {
    let server = start(reply, &json!({})).await;
    let members = json!({
        "registration_endpoint": format!("{}/register", server.url),
        "token_endpoint_auth_methods_supported": methods,
    });
    let document = document(&server.url, &members);
    server.set_document(Some(Reply::json(200, &document)));
    server
}

/// Returns the JSON body of a request.
fn body(request: &str) -> Value {
    let (_, body) = request.split_once("\r\n\r\n").unwrap();
    serde_json::from_str(body).unwrap()
}

#[tokio::test]
async fn method_is_the_best_of_the_provider_for_the_kind_of_client() {
    let (basic, post) = ("client_secret_basic", "client_secret_post");
    let web = "https://app.example/callback";
    for (redirect_uri, kind, supported, expected) in [
        (REDIRECT_URI, "native", json!(["none", basic]), "none"),
        (REDIRECT_URI, "native", json!([post, basic]), basic),
        (
            REDIRECT_URI,
            "native",
            json!([post, "private_key_jwt"]),
            post,
        ),
        (web, "web", json!(["none", post, basic]), basic),
        (web, "web", json!(["none"]), "none"),
        (REDIRECT_URI, "native", Value::Null, basic),
    ] {
        let response = json!({ "client_id": "c1", "client_secret": "s1" });
        let reply = Reply::json(201, &response.to_string());
        let server = registering(&supported, reply).await;
        let registration = register(&server, redirect_uri).await.unwrap();
        assert_eq!(registration.client_id(), "c1");
        assert_eq!(
            registration.authentication().method(),
            expected,
            "{supported}"
        );
        let sent = body(&server.requests()[0]);
        assert_eq!(sent["token_endpoint_auth_method"], expected);
        assert_eq!(sent["application_type"], kind);
        assert_eq!(sent["redirect_uris"], json!([redirect_uri]));
        assert_eq!(
            sent["grant_types"],
            json!(["authorization_code", "refresh_token"])
        );
        assert_eq!(sent["response_types"], json!(["code"]));
    }
}

#[tokio::test]
async fn provider_may_choose_another_method_that_the_client_has() {
    let response = json!({
        "client_id": "c1",
        "client_secret": "s1",
        "token_endpoint_auth_method": "client_secret_post",
        "redirect_uris": [REDIRECT_URI, "https://app.example/callback"],
    });
    let server = registering(&json!(["none"]), Reply::json(200, &response.to_string())).await;
    let registration = register(&server, REDIRECT_URI).await.unwrap();
    assert_eq!(registration.authentication().method(), "client_secret_post");
}

#[tokio::test]
async fn response_that_was_not_requested_is_rejected() {
    for members in [
        json!({ "client_id": null }),
        json!({ "client_id": "" }),
        json!({ "client_id": 7 }),
        json!({ "client_id": "a\u{fc}" }),
        json!({ "client_id": "c".repeat(2049) }),
        json!({ "client_secret": null }),
        json!({ "client_secret": "" }),
        json!({ "client_secret": ["s1"] }),
        json!({ "token_endpoint_auth_method": "private_key_jwt" }),
        json!({ "token_endpoint_auth_method": "tls_client_auth" }),
        json!({ "token_endpoint_auth_method": "NONE" }),
        json!({ "redirect_uris": [] }),
        json!({ "redirect_uris": ["https://evil.example/callback"] }),
    ] {
        let mut response = json!({ "client_id": "c1", "client_secret": "s1" });
        for (name, value) in members.as_object().unwrap() {
            response[name] = value.clone();
        }
        let reply = Reply::json(201, &response.to_string());
        let server = registering(&json!(["client_secret_basic"]), reply).await;
        let error = register(&server, REDIRECT_URI).await.unwrap_err();
        assert!(
            matches!(error, EndpointError::Malformed { .. }),
            "{members}: {error}"
        );
        assert!(!error.to_string().contains("s1"), "{error}");
    }
}

#[tokio::test]
async fn refusal_is_reported() {
    let refusal = json!({ "error": "invalid_redirect_uri", "error_description": "no" });
    let server = registering(&Value::Null, Reply::json(400, &refusal.to_string())).await;
    let error = register(&server, REDIRECT_URI).await.unwrap_err();
    assert!(
        error.to_string().contains("`invalid_redirect_uri` (no)"),
        "{error}"
    );
    for status in [202, 302, 500] {
        server.set(Reply::json(
            status,
            r#"{"client_id":"c1","client_secret":"s1"}"#,
        ));
        let error = register(&server, REDIRECT_URI).await.unwrap_err();
        assert!(
            matches!(error, EndpointError::Status(found) if found == status),
            "{error}"
        );
    }
}

#[tokio::test]
async fn provider_without_an_endpoint_or_a_usable_method_registers_nothing() {
    let server = start(Reply::json(201, "{}"), &json!({})).await;
    let error = register(&server, REDIRECT_URI).await.unwrap_err();
    assert!(matches!(error, EndpointError::NoEndpoint { .. }), "{error}");
    let server = registering(&json!(["private_key_jwt"]), Reply::json(201, "{}")).await;
    let error = register(&server, REDIRECT_URI).await.unwrap_err();
    assert!(
        matches!(error, EndpointError::AuthenticationMethod { .. }),
        "{error}"
    );
    assert_eq!(server.request_count(), 0);
}
