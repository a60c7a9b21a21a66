//! Requests of applications in browsers from other origins.

use axum::body::Body;
use http::{HeaderMap, Method, Request, StatusCode};

use super::{Fixture, redemption};
use crate::authorization_server::{
    AuthorizationServer, AuthorizationServerError, AuthorizationServerRoutes, RegisteredClients,
};
use crate::{Api, ResourceServer, SecureRouter};

const APP: &str = "https://app.example";

/// Returns the routes of a server that allows the origins, with its fixture.
async fn api(origins: &[&str]) -> (Api, Fixture) {
    let fixture = Fixture::new().await;
    let mut server = AuthorizationServer::builder(super::ISSUER, fixture.vault.clone())
        .clients(RegisteredClients::new(super::clients(&fixture.key)).unwrap())
        .resource(super::ORDERS, "orders:read orders:write")
        .resource(super::BILLING, "bills:read")
        .id_token_algorithm(crate::keys::Algorithm::EdDSA)
        .clock(fixture.clock.clone());
    for origin in origins {
        server = server.browser_origin(*origin);
    }
    let server = server.build().await.unwrap();
    let routes = AuthorizationServerRoutes::new(server.clone());
    let resource_server = ResourceServer::builder().without_issuers().build();
    let api = SecureRouter::<()>::new()
        .merge(routes)
        .protect(resource_server.await.unwrap());
    (api, Fixture { server, ..fixture })
}

/// Sends a request, and returns its status and header fields.
async fn send(
    api: &Api,
    method: Method,
    path: &str,
    origins: &[&str],
    form: &str,
) -> (StatusCode, HeaderMap) {
    let mut request = Request::builder().method(method).uri(path);
    for origin in origins {
        request = request.header("origin", *origin);
    }
    let request = request
        .header("content-type", "application/x-www-form-urlencoded")
        .header("access-control-request-method", "POST")
        .body(Body::from(form.to_owned()))
        .unwrap();
    let mut router = api.clone().into_router();
    let response = tower_service::Service::call(&mut router, request).await;
    let (parts, _) = response.unwrap().into_parts();
    (parts.status, parts.headers)
}

fn field<'a>(fields: &'a HeaderMap, name: &str) -> Option<&'a str> {
    fields.get(name).map(|value| value.to_str().unwrap())
}

#[tokio::test]
async fn page_of_an_allowed_origin_reads_tokens() {
    let (api, fixture) = api(&[APP, "http://localhost:3000"]).await;
    for (origin, is_allowed) in [
        (APP, true),
        ("http://localhost:3000", true),
        ("http://localhost:3001", false),
        ("http://app.example", false),
        ("https://APP.example", false),
        ("https://app.example:443", false),
        ("https://app.example.evil.example", false),
        ("https://sub.app.example", false),
        ("null", false),
        ("*", false),
    ] {
        for path in ["/token", "/par", "/revoke"] {
            let (status, fields) = send(&api, Method::OPTIONS, path, &[origin], "").await;
            assert_eq!(status, StatusCode::NO_CONTENT);
            let allowed = field(&fields, "access-control-allow-origin");
            assert_eq!(allowed, is_allowed.then_some(origin), "{path} {origin}");
            assert_eq!(
                field(&fields, "access-control-allow-methods"),
                Some("POST, OPTIONS")
            );
            assert_eq!(
                field(&fields, "access-control-allow-headers"),
                Some("content-type")
            );
            assert_eq!(field(&fields, "access-control-allow-credentials"), None);
            assert_eq!(field(&fields, "vary"), Some("origin"));
            let exposed = field(&fields, "access-control-expose-headers");
            let expected = is_allowed.then_some("retry-after, www-authenticate");
            assert_eq!(exposed, expected, "{path} {origin}");
        }
        let form = redemption(&fixture.code("spa").await);
        let (status, fields) = send(&api, Method::POST, "/token", &[origin], &form).await;
        assert_eq!(status, StatusCode::OK);
        let allowed = field(&fields, "access-control-allow-origin");
        assert_eq!(allowed, is_allowed.then_some(origin), "{origin}");
        assert_eq!(field(&fields, "access-control-allow-credentials"), None);
        // errors too
        let (status, fields) = send(&api, Method::POST, "/token", &[origin], &form).await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
        let allowed = field(&fields, "access-control-allow-origin");
        assert_eq!(allowed, is_allowed.then_some(origin), "{origin}");
    }
    let (_, fields) = send(&api, Method::POST, "/token", &[APP, APP], "").await;
    assert_eq!(field(&fields, "access-control-allow-origin"), None);
    let (_, fields) = send(&api, Method::POST, "/token", &[], "").await;
    assert_eq!(field(&fields, "access-control-allow-origin"), None);
    assert_eq!(field(&fields, "vary"), Some("origin"));
}

#[tokio::test]
async fn no_origin_is_allowed_by_default() {
    let (api, _) = api(&[]).await;
    for method in [Method::OPTIONS, Method::POST] {
        let (_, fields) = send(&api, method, "/token", &[APP], "").await;
        assert_eq!(field(&fields, "access-control-allow-origin"), None);
        // caches need not keep one response for each origin
        assert_eq!(field(&fields, "vary"), None);
    }
}

/// Confidential clients introspect tokens, and pages show the authorization endpoint.
#[tokio::test]
async fn introspection_and_authorization_are_not_shared() {
    let (api, _) = api(&[APP]).await;
    for path in ["/introspect", "/authorize"] {
        for method in [Method::OPTIONS, Method::POST, Method::GET] {
            let (_, fields) = send(&api, method, path, &[APP], "token=x").await;
            assert_eq!(
                field(&fields, "access-control-allow-origin"),
                None,
                "{path}"
            );
        }
    }
}

#[tokio::test]
async fn keys_and_metadata_are_for_pages_of_every_origin() {
    let (api, _) = api(&[]).await;
    for path in [
        "/jwks",
        "/.well-known/openid-configuration",
        "/.well-known/oauth-authorization-server",
    ] {
        for (method, expected) in [
            (Method::GET, StatusCode::OK),
            (Method::OPTIONS, StatusCode::NO_CONTENT),
        ] {
            let (status, fields) = send(&api, method, path, &["https://any.example"], "").await;
            assert_eq!(status, expected, "{path}");
            assert_eq!(
                field(&fields, "access-control-allow-origin"),
                Some("*"),
                "{path}"
            );
            assert_eq!(field(&fields, "access-control-allow-credentials"), None);
        }
    }
}

#[tokio::test]
async fn text_that_is_no_origin_is_refused() {
    for (origin, is_valid) in [
        ("https://app.example", true),
        ("https://app.example/", true),
        ("http://127.0.0.1:3000", true),
        ("http://app.example", false),
        ("https://app.example/path", false),
        ("https://*.example", false),
        ("*", false),
        ("null", false),
        ("", false),
        ("app.example", false),
        ("https://user@app.example", false),
    ] {
        let fixture = Fixture::new().await;
        let server = AuthorizationServer::builder(super::ISSUER, fixture.vault.clone())
            .resource(super::ORDERS, "orders:read")
            .id_token_algorithm(crate::keys::Algorithm::EdDSA)
            .browser_origin(origin);
        let built = server.build().await.map(drop);
        let is_refused =
            matches!(&built, Err(AuthorizationServerError::BrowserOrigin(text)) if text == origin);
        assert_eq!(is_refused, !is_valid, "{origin}: {built:?}");
    }
}
