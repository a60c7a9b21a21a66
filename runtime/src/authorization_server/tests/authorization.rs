//! The rules of authorization requests, each broken alone.

use axum::extract::FromRequest as _;
use http::Method;

use super::{CHALLENGE, Fixture, ISSUER, ORDERS, parameter, request, request_with};
use crate::authorization_server::{
    Approval, AuthorizationRequest, AuthorizationServer, Client, ClientStore, ClientStoreError,
    ErrorCode,
};
use crate::clock::Clock as _;

#[tokio::test]
async fn valid_request_is_redirected_with_code_state_and_issuer() {
    let fixture = Fixture::new().await;
    let location = fixture.authorize(&request("spa")).await.unwrap();
    assert!(
        location.starts_with("https://app.example/cb?code="),
        "{location}"
    );
    assert_eq!(parameter(&location, "state").as_deref(), Some("s"));
    assert_eq!(parameter(&location, "iss").as_deref(), Some(ISSUER));
}

#[tokio::test]
async fn invalid_parameter_is_redirected_with_its_error() {
    let fixture = Fixture::new().await;
    let long = "n".repeat(513);
    let many = ["a"; 17].join(" ");
    let plain = "plain";
    for (name, value, error) in [
        ("response_type", None, "invalid_request"),
        ("response_type", Some("token"), "unsupported_response_type"),
        (
            "response_type",
            Some("id_token"),
            "unsupported_response_type",
        ),
        (
            "response_type",
            Some("code token"),
            "unsupported_response_type",
        ),
        ("response_type", Some("Code"), "unsupported_response_type"),
        ("response_type", Some("none"), "unsupported_response_type"),
        ("response_mode", Some("fragment"), "invalid_request"),
        ("response_mode", Some("form_post"), "invalid_request"),
        ("code_challenge_method", None, "invalid_request"),
        ("code_challenge_method", Some(plain), "invalid_request"),
        ("code_challenge_method", Some("s256"), "invalid_request"),
        ("code_challenge_method", Some("S512"), "invalid_request"),
        ("code_challenge", None, "invalid_request"),
        ("code_challenge", Some(""), "invalid_request"),
        ("code_challenge", Some("short"), "invalid_request"),
        ("scope", Some("openid unknown"), "invalid_scope"),
        ("scope", Some("orders:read  orders:write"), "invalid_scope"),
        ("scope", Some("orders:read "), "invalid_scope"),
        ("scope", Some("\""), "invalid_scope"),
        ("scope", Some("bills:read"), "invalid_scope"),
        ("resource", Some("https://other.example"), "invalid_target"),
        (
            "resource",
            Some("https://orders.example/"),
            "invalid_target",
        ),
        ("resource", Some("HTTPS://orders.example"), "invalid_target"),
        ("prompt", Some("none login"), "invalid_request"),
        ("prompt", Some("unknown"), "invalid_request"),
        ("max_age", Some("-1"), "invalid_request"),
        ("max_age", Some("x"), "invalid_request"),
        ("nonce", Some(&long), "invalid_request"),
        ("login_hint", Some(&long), "invalid_request"),
        ("acr_values", Some(&many), "invalid_request"),
        (
            "request",
            Some("eyJhbGciOiJub25lIn0.e30."),
            "request_not_supported",
        ),
    ] {
        let location = fixture.authorize(&request_with(name, value)).await.unwrap();
        assert!(
            location.starts_with("https://app.example/cb?error="),
            "{name} {value:?}: {location}"
        );
        assert_eq!(
            parameter(&location, "error").as_deref(),
            Some(error),
            "{name} {value:?}"
        );
        assert_eq!(
            parameter(&location, "state").as_deref(),
            Some("s"),
            "{name} {value:?}"
        );
        assert_eq!(
            parameter(&location, "iss").as_deref(),
            Some(ISSUER),
            "{name} {value:?}"
        );
        assert_eq!(parameter(&location, "code"), None, "{name} {value:?}");
    }
}

#[tokio::test]
async fn parameter_at_its_limit_is_accepted_and_passed_on() {
    let fixture = Fixture::new().await;
    let (long, many) = ("n".repeat(512), ["a"; 16].join(" "));
    let of = async |name, value| {
        let query = request_with(name, Some(value));
        fixture.server.authorization_request(&query).await.unwrap()
    };
    of("nonce", &long).await;
    let request = of("login_hint", &long).await;
    assert_eq!(request.login_hint(), Some(&*long));
    let request = of("acr_values", &many).await;
    assert_eq!(request.acr_values().len(), 16);
    assert_eq!(request.login_hint(), None);
    let subject = Approval::new("a".repeat(255), fixture.clock.now());
    assert!(fixture.server.approve(&request, subject).await.is_ok());
}

#[tokio::test]
async fn repeated_scope_is_granted_once() {
    let fixture = Fixture::new().await;
    let query = request_with("scope", Some("orders:read openid orders:read"));
    let request = fixture.server.authorization_request(&query).await.unwrap();
    assert_eq!(request.scopes().as_str(), "orders:read openid");
}

/// OpenID Connect Core §3.1.2.1: the parameters are in the query of a `GET` request, and in the form of a `POST` request.
#[tokio::test]
async fn parameters_are_read_where_the_method_has_them() {
    let fixture = Fixture::new().await;
    let form = "application/x-www-form-urlencoded";
    let (parameters, nothing) = (request("spa"), String::new());
    for (method, content_type, query, body, is_valid) in [
        (Method::GET, None, &parameters, &nothing, true),
        (Method::POST, Some(form), &nothing, &parameters, true),
        (Method::POST, Some(form), &parameters, &nothing, false),
        (Method::POST, None, &nothing, &parameters, false),
        (
            Method::POST,
            Some("text/plain"),
            &nothing,
            &parameters,
            false,
        ),
        (Method::GET, Some(form), &nothing, &parameters, false),
    ] {
        let mut http = http::Request::builder().method(&method);
        http = http.uri(format!("/authorize?{query}"));
        if let Some(content_type) = content_type {
            http = http.header("content-type", content_type);
        }
        let http = http.body(axum::body::Body::from(body.clone())).unwrap();
        let found = AuthorizationRequest::from_request(http, &fixture.server).await;
        assert_eq!(found.is_ok(), is_valid, "{method} {content_type:?}");
    }
}

/// The browser must not be redirected to an address that the client did not register (RFC 6749 §4.1.2.1).
#[tokio::test]
async fn unknown_client_or_redirect_uri_is_shown_and_not_redirected() {
    let fixture = Fixture::new().await;
    for (name, value) in [
        ("client_id", None),
        ("client_id", Some("unknown")),
        ("client_id", Some("SPA")),
        ("client_id", Some("spa ")),
        ("redirect_uri", None),
        ("redirect_uri", Some("")),
        ("redirect_uri", Some("https://evil.example/cb")),
        ("redirect_uri", Some("https://app.example/cb/")),
        ("redirect_uri", Some("https://app.example/cb?x=1")),
        ("redirect_uri", Some("https://app.example/cb#x")),
        ("redirect_uri", Some("https://app.example/CB")),
        ("redirect_uri", Some("https://APP.example/cb")),
        ("redirect_uri", Some("https://app.example:443/cb")),
        ("redirect_uri", Some("https://app.example/x/../cb")),
        ("redirect_uri", Some("https://app.example/%63b")),
        ("redirect_uri", Some("https://app.example@evil.example/cb")),
        ("redirect_uri", Some("https://user@app.example/cb")),
        ("redirect_uri", Some("https://app.example.evil.example/cb")),
        ("redirect_uri", Some("https://app\u{2024}example/cb")),
        ("redirect_uri", Some("http://app.example/cb")),
        ("redirect_uri", Some("http://localhost/cb")),
        ("redirect_uri", Some("http://127.0.0.1:80@evil.example/cb")),
        (
            "redirect_uri",
            Some("http://127.0.0.1:8080.evil.example/cb"),
        ),
        ("redirect_uri", Some("javascript:alert(1)")),
        ("redirect_uri", Some("//app.example/cb")),
        ("redirect_uri", Some("/cb")),
    ] {
        let failure = fixture.authorize(&request_with(name, value)).await;
        let failure = failure.expect_err("redirected");
        let code = if name == "client_id" && value.is_some() {
            ErrorCode::InvalidClient
        } else {
            ErrorCode::InvalidRequest
        };
        assert_eq!(failure.code(), code, "{name} {value:?}");
    }
}

#[tokio::test]
async fn repeated_parameter_is_shown_and_not_redirected() {
    let fixture = Fixture::new().await;
    for repeated in [
        "redirect_uri=https%3A%2F%2Fevil.example",
        "client_id=web",
        "state=t",
        "code_challenge_method=plain",
        "scope=openid",
    ] {
        let query = format!("{}&{repeated}", request("spa"));
        assert!(fixture.authorize(&query).await.is_err(), "{repeated}");
    }
}

#[tokio::test]
async fn native_client_chooses_its_port() {
    let fixture = Fixture::new().await;
    let query = request_with("redirect_uri", Some("http://127.0.0.1:51004/cb"));
    let location = fixture.authorize(&query).await.unwrap();
    assert!(
        location.starts_with("http://127.0.0.1:51004/cb?code="),
        "{location}"
    );
}

#[tokio::test]
async fn requested_resources_permit_their_scopes() {
    let fixture = Fixture::new().await;
    let query = format!(
        "{}&resource=https%3A%2F%2Fbilling.example&resource=https%3A%2F%2Forders.example",
        request_with("scope", Some("bills:read orders:read"))
    );
    let request = fixture.server.authorization_request(&query).await.unwrap();
    assert_eq!(
        request.resources(),
        ["https://billing.example", "https://orders.example"]
    );
    assert_eq!(request.scopes().as_str(), "bills:read orders:read");
    let only_billing =
        request_with("scope", Some("orders:read")) + "&resource=https%3A%2F%2Fbilling.example";
    let location = fixture.authorize(&only_billing).await.unwrap();
    assert_eq!(
        parameter(&location, "error").as_deref(),
        Some("invalid_scope")
    );
}

/// Each scope must be one of the client's, not only one that the resource understands.
#[tokio::test]
async fn scope_that_is_not_permitted_to_the_client_is_refused() {
    let fixture = Fixture::new().await;
    for (scope, error) in [
        ("orders:read", None),
        ("orders:write", Some("invalid_scope")),
        ("orders:read orders:write", Some("invalid_scope")),
        ("orders:write orders:read", Some("invalid_scope")),
        ("openid", Some("invalid_scope")),
        ("openid orders:read", Some("invalid_scope")),
        ("ORDERS:READ", Some("invalid_scope")),
    ] {
        let query = request_with("scope", Some(scope)).replace("client_id=spa", "client_id=narrow");
        let query = query.replace("client%5Fid=spa", "client_id=narrow");
        let location = fixture.authorize(&query).await.unwrap();
        assert_eq!(parameter(&location, "error").as_deref(), error, "{scope}");
        let is_approved = parameter(&location, "code").is_some();
        assert_eq!(is_approved, error.is_none(), "{scope}");
    }
}

#[tokio::test]
async fn denied_request_is_redirected_with_the_error() {
    let fixture = Fixture::new().await;
    let request = fixture
        .server
        .authorization_request(&request("spa"))
        .await
        .unwrap();
    let redirect = fixture.server.deny(&request, ErrorCode::AccessDenied);
    assert_eq!(
        redirect.location(),
        "https://app.example/cb?error=access_denied&state=s&iss=https%3A%2F%2Flogin.example"
    );
}

/// A database may find a client without regard to case.
#[tokio::test]
async fn client_with_another_id_than_the_requested_one_is_unknown() {
    struct AnyCase(Client);
    impl ClientStore for AnyCase {
        async fn client(&self, id: &str) -> Result<Option<Client>, ClientStoreError> {
            let is_same = self.0.id().eq_ignore_ascii_case(id.trim());
            Ok(is_same.then(|| self.0.clone()))
        }
    }
    let fixture = Fixture::new().await;
    let spa = super::clients(&fixture.key).swap_remove(0);
    let server = AuthorizationServer::builder(ISSUER, fixture.vault.clone())
        .clients(AnyCase(spa))
        .resource(ORDERS, "orders:read")
        .clock(fixture.clock.clone());
    let fixture = Fixture {
        server: server.build().await.unwrap(),
        ..fixture
    };
    assert!(fixture.authorize(&request("spa")).await.is_ok());
    for id in ["SPA", "spa+", "+spa", "Spa"] {
        assert!(fixture.authorize(&request(id)).await.is_err(), "{id}");
    }
}

#[tokio::test]
async fn code_is_bound_to_the_challenge_of_its_request() {
    let fixture = Fixture::new().await;
    assert!(request("spa").contains(CHALLENGE));
    let code = fixture.code("spa").await;
    let reply = fixture.redeem(&code).await;
    assert_eq!(reply.error(), "");
}
