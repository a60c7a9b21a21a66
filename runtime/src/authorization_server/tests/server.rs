//! The configuration of a server, its metadata, and its routes.

mod errors;
mod metadata;

use std::time::Duration;

use axum::response::IntoResponse as _;
use http::{HeaderMap, Request, StatusCode};
use serde_json::Value;
use tower_service::Service as _;

use super::{Fixture, ISSUER, ORDERS, Reply, request};
use crate::authorization_server::{
    ApprovalError, AuthorizationFailure, AuthorizationRequest, AuthorizationServer,
    AuthorizationServerBuilder, AuthorizationServerRoutes, Client, ClientBuilder, ClientCredential,
    ClientError, ClientIdDocuments, ErrorCode, OAuthFailure, RedirectUriError, RegisteredClients,
};
use crate::danger::dangerous_short_client_secret;
use crate::keys::Algorithm;
use crate::routing::get;
use crate::secret::Secret;
use crate::{Api, ResourceServer, SecureRouter};

async fn error_of(builder: AuthorizationServerBuilder) -> String {
    builder.build().await.unwrap_err().to_string()
}

#[tokio::test]
async fn invalid_settings_are_rejected() {
    let fixture = Fixture::new().await;
    let of = |issuer: &str| AuthorizationServer::builder(issuer, fixture.vault.clone());
    for issuer in [
        "",
        "login.example",
        "http://login.example",
        "http://127.0.0.1:9000",
        "https://login.example/",
        "https://login.example?x",
        "https://login.example#x",
        "https://user@login.example",
        "https://",
        "https://login.example/a/",
        "https://login.example//a",
        "https://login.example/a/../b",
        "https://login.example/{tenant}",
        "https://login.example/%61",
        "https://login.example/a b",
    ] {
        let error = error_of(of(issuer).resource(ORDERS, "")).await;
        assert!(error.contains("the issuer"), "{issuer}: {error}");
    }
    let valid = || {
        let server = of(ISSUER).resource(ORDERS, "orders:read");
        // RSA keys take long to generate
        server.id_token_algorithm(Algorithm::EdDSA)
    };
    let (minutes, second) = (Duration::from_mins, Duration::from_secs(1));
    for (builder, expected) in [
        (of(ISSUER), "add each API once"),
        (valid().resource(ORDERS, ""), "a duplicate"),
        (valid().resource("", ""), "empty"),
        (
            valid()
                .resource("https://a.example", "")
                .resource(ORDERS, ""),
            "a duplicate",
        ),
        (
            valid()
                .resource("https://z.example", "")
                .resource_with_any_scope(ORDERS),
            "a duplicate",
        ),
        (of("http://127.0.0.1:9000"), "add `.allow_loopback_http()`"),
        (valid().resource("https://b.example", "a  b"), "scope"),
        (valid().algorithm(Algorithm::HS256), "HS256"),
        (valid().id_token_algorithm(Algorithm::ES384), "ES384"),
        (valid().access_token_lifetime(minutes(31)), "30 minutes"),
        (valid().access_token_lifetime(Duration::ZERO), "30 minutes"),
        (
            valid().refresh_token_lifetime(minutes(60 * 24 * 366)),
            "365 days",
        ),
        (valid().key_period(minutes(60)), "2 days"),
        (valid().key_period(minutes(60 * 24 * 2 - 1)), "2 days"),
    ] {
        let error = error_of(builder).await;
        assert!(error.contains(expected), "{error}");
    }
    for builder in [
        valid().access_token_lifetime(minutes(30)),
        valid().access_token_lifetime(second),
        valid().refresh_token_lifetime(second),
        valid().refresh_token_lifetime(minutes(60 * 24 * 365)),
        valid().key_period(minutes(60 * 24 * 2)),
    ] {
        assert!(builder.build().await.is_ok());
    }
    let loopback = of("http://127.0.0.1:9000")
        .resource(ORDERS, "")
        .allow_loopback_http();
    assert!(loopback.build().await.is_ok());
}

#[test]
fn invalid_registrations_are_rejected() {
    let public = |id: &str| Client::builder(id, ClientCredential::Public);
    let long = "i".repeat(257);
    let with_addresses = |count: u16| {
        let add = |client: ClientBuilder, port| {
            client.redirect_uri(format!("https://app.example:{}/cb", 8000 + port))
        };
        (0..count).fold(public("a"), add)
    };
    assert!(with_addresses(32).build().is_ok());
    assert!(public(&long[1..]).build().is_ok());
    for name in ["O", "Ōmāui & Co. – 注文", &"n".repeat(128)] {
        assert!(public("a").name(name).build().is_ok(), "{name}");
    }
    for (builder, error) in [
        (public(""), ClientError::Id),
        (public("a\"b"), ClientError::Id),
        (public(&long), ClientError::Id),
        (public("a").name(""), ClientError::Name),
        (public("a").name(" \u{3000}"), ClientError::Name),
        (public("a").name("Orders\u{202e}sredrO"), ClientError::Name),
        (
            public("a").name("Orders\nasks for nothing"),
            ClientError::Name,
        ),
        (public("a").name("\u{2066}"), ClientError::Name),
        (public("a").name("n".repeat(129)), ClientError::Name),
        (
            public("a").redirect_uri("http://evil.example"),
            ClientError::RedirectUri("http://evil.example".to_owned(), RedirectUriError::Scheme),
        ),
        (with_addresses(33), ClientError::TooManyRedirectUris),
        (public("a").client_credentials(), ClientError::Public),
        (public("a").introspects_all(), ClientError::Public),
    ] {
        assert_eq!(builder.build().unwrap_err(), error);
    }
    assert!(matches!(
        public("a").scopes("a  b").build(),
        Err(ClientError::Scopes(_))
    ));
    let twice = [public("a").build().unwrap(), public("a").build().unwrap()];
    let duplicate = RegisteredClients::new(twice).unwrap_err();
    assert_eq!(duplicate, ClientError::Duplicate("a".to_owned()));
    assert_eq!(format!("{duplicate:?}"), "two clients have the ID `a`");
    let short = ClientCredential::secret(&Secret::new(
        "31 bytes are not quite enough .."[..31].to_owned(),
    ));
    assert_eq!(short.unwrap_err(), ClientError::ShortSecret);
    for jwks in [
        "",
        "{}",
        r#"{"keys":[]}"#,
        r#"{"keys":[{"kty":"oct","k":"AAAA","alg":"HS256"}]}"#,
    ] {
        let keys = ClientCredential::private_key_jwt(jwks);
        assert!(matches!(keys, Err(ClientError::Keys(_))), "{jwks}");
    }
}

/// A report of the configuration shows every exception with its reason.
#[test]
fn short_secret_has_its_reason() {
    let short = dangerous_short_client_secret(&Secret::new("short"), "an appliance has 8 bytes");
    let long = ClientCredential::secret(&Secret::new("s".repeat(32))).unwrap();
    for (credential, reason) in [
        (short, Some("an appliance has 8 bytes")),
        (long, None),
        (ClientCredential::Public, None),
        (ClientCredential::certificate(b"der"), None),
    ] {
        let client = Client::builder("a", credential).build().unwrap();
        assert_eq!(client.relaxation(), reason);
    }
}

async fn api(fixture: &Fixture) -> Api {
    let server = ResourceServer::builder()
        .without_issuers()
        .build()
        .await
        .unwrap();
    let routes = AuthorizationServerRoutes::new(fixture.server.clone());
    SecureRouter::<()>::new().merge(routes).protect(server)
}

/// RFC 8414 §3.1 and OpenID Discovery §4 place their documents differently.
#[tokio::test]
async fn endpoints_of_an_issuer_with_a_path_are_below_it() {
    let fixture = Fixture::new().await;
    let issuer = "https://login.example/tenants/a";
    let server = AuthorizationServer::builder(issuer, fixture.vault.clone())
        .clients(RegisteredClients::new(super::clients(&fixture.key)).unwrap())
        .resource(ORDERS, "orders:read")
        .id_token_algorithm(Algorithm::EdDSA)
        .clock(fixture.clock.clone());
    let fixture = Fixture {
        server: server.build().await.unwrap(),
        ..fixture
    };
    let api = api(&fixture).await;
    for path in [
        "/.well-known/oauth-authorization-server/tenants/a",
        "/tenants/a/.well-known/openid-configuration",
    ] {
        let reply = send(&api, Request::get(path), "").await;
        assert_eq!(reply.status, StatusCode::OK, "{path}");
        assert_eq!(reply.body["issuer"], issuer);
        for (name, endpoint) in [
            ("authorization_endpoint", "/authorize"),
            ("token_endpoint", "/token"),
            ("pushed_authorization_request_endpoint", "/par"),
            ("introspection_endpoint", "/introspect"),
            ("revocation_endpoint", "/revoke"),
            ("jwks_uri", "/jwks"),
        ] {
            assert_eq!(reply.body[name], format!("{issuer}{endpoint}"), "{name}");
        }
    }
    for path in ["/token", "/par", "/introspect", "/revoke"] {
        let below = send(&api, Request::post(format!("/tenants/a{path}")), "").await;
        assert_eq!(below.error(), "invalid_request", "{path}");
        let root = send(&api, Request::post(path), "").await;
        assert_eq!(root.status, StatusCode::NOT_FOUND, "{path}");
    }
    for path in ["/tenants/a/jwks", "/tenants/b/jwks", "/jwks"] {
        let status = send(&api, Request::get(path), "").await.status;
        assert_eq!(
            status == StatusCode::OK,
            path == "/tenants/a/jwks",
            "{path}"
        );
    }
}

#[tokio::test]
#[should_panic(expected = "the path `authorize` must begin with `/`")]
async fn path_of_the_authorization_endpoint_without_a_slash_panics() {
    let fixture = Fixture::new().await;
    let _ = AuthorizationServerRoutes::new(fixture.server).authorize_path("authorize");
}

#[palisade_macros::public(reason = "a page")]
async fn page(request: AuthorizationRequest) -> String {
    request.client().id().to_owned()
}

async fn pages(fixture: &Fixture) -> Api {
    let server = ResourceServer::builder().without_issuers().build().await;
    SecureRouter::new()
        .route("/authorize", get(page).post(page))
        .with_state(fixture.server.clone())
        .protect(server.unwrap())
}

/// Previews of links send `HEAD`.
#[tokio::test]
async fn head_request_does_not_use_up_a_pushed_request() {
    let fixture = Fixture::new().await;
    let api = pages(&fixture).await;
    let (headers, form) = (HeaderMap::new(), request("spa"));
    let pushed = fixture.server.push(&headers, None, &form).await.unwrap();
    let pushed = serde_json::to_value(pushed).unwrap();
    let uri = pushed["request_uri"].as_str().unwrap();
    let path = format!("/authorize?client_id=spa&request_uri={uri}");
    let head = send(&api, Request::head(&path), "").await;
    assert_eq!(head.status, StatusCode::BAD_REQUEST);
    let shown = send(&api, Request::get(&path), "").await;
    assert_eq!(shown.status, StatusCode::OK);
    let again = send(&api, Request::get(&path), "").await;
    assert_eq!(again.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn shown_error_is_kept_out_of_caches() {
    let fixture = Fixture::new().await;
    let api = pages(&fixture).await;
    for path in [
        "/authorize",
        "/authorize?client_id=unknown",
        "/authorize?a=1&a=2",
    ] {
        let reply = send(&api, Request::get(path), "").await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{path}");
        assert_eq!(reply.headers["cache-control"], "no-store", "{path}");
    }
    for error in [
        ApprovalError::CrossOrigin,
        ApprovalError::Request,
        ApprovalError::AuthTime,
        ApprovalError::Unavailable,
    ] {
        let reply = Reply::of(error.into_response()).await;
        assert_eq!(reply.headers["cache-control"], "no-store");
    }
}

async fn send(api: &Api, request: http::request::Builder, body: &'static str) -> Reply {
    let mut router = api.clone().into_router();
    let request = request.body(axum::body::Body::from(body)).unwrap();
    Reply::of(router.call(request).await.unwrap()).await
}

#[tokio::test]
async fn endpoints_accept_forms_only_and_answer_in_the_format_of_oauth() {
    let fixture = Fixture::new().await;
    let api = api(&fixture).await;
    let form = "application/x-www-form-urlencoded";
    for path in ["/token", "/par", "/introspect", "/revoke"] {
        let json = Request::post(path).header("content-type", "application/json");
        assert_eq!(
            send(&api, json, "{}").await.error(),
            "invalid_request",
            "{path}"
        );
        assert_eq!(
            send(&api, Request::post(path), "client_id=spa")
                .await
                .error(),
            "invalid_request"
        );
        let unknown = Request::post(path).header("content-type", form);
        let reply = send(&api, unknown, "client_id=unknown&token=x").await;
        assert_eq!(
            (reply.status, reply.error()),
            (StatusCode::UNAUTHORIZED, "invalid_client"),
            "{path}"
        );
        assert_eq!(reply.headers["cache-control"], "no-store");
        assert_eq!(
            send(&api, Request::get(path), "").await.status,
            StatusCode::METHOD_NOT_ALLOWED
        );
    }
    let revoked = Request::post("/revoke").header(
        "content-type",
        "application/x-www-form-urlencoded;charset=UTF-8",
    );
    let reply = send(&api, revoked, "client_id=spa&token=unknown").await;
    assert_eq!((reply.status, reply.body), (StatusCode::OK, Value::Null));
}
