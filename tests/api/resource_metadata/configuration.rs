//! The resource of a server, and the audience that it gives to issuers.

use palisade::ConfigError;
use palisade::prelude::*;
use palisade::resource_server::ProtectedResource;
use palisade::testing::EmbeddedIssuer;

use super::{RESOURCE, WELL_KNOWN, api_of, document, routes};

#[tokio::test]
async fn resource_is_the_audience_of_issuers_without_one() {
    let issuer = EmbeddedIssuer::new("https://login.example");
    let server = ResourceServer::builder()
        .resource(RESOURCE)
        .trust(Issuer::new(issuer.url()).jwks(issuer.jwks()))
        .build()
        .await
        .unwrap();
    let audiences: Vec<&str> = server.issuers()[0].audiences().collect();
    assert_eq!(audiences, [RESOURCE]);
    let router = routes().protect(server).into_router();
    for (audience, status) in [
        (RESOURCE, 200),
        ("https://api.example", 401),
        ("https://api.example/orders/", 401),
        ("https://api.test", 401),
    ] {
        let token = issuer.token("alice").audience(audience).sign();
        let request = axum::http::Request::get("/whoami");
        let request = request.header("authorization", format!("Bearer {token}"));
        let request = request.body(axum::body::Body::empty()).unwrap();
        let response = tower::ServiceExt::oneshot(router.clone(), request).await;
        assert_eq!(response.unwrap().status(), status, "{audience}");
    }
}

#[tokio::test]
async fn audience_of_an_issuer_replaces_the_resource() {
    let issuer = EmbeddedIssuer::new("https://login.example");
    let other = EmbeddedIssuer::new("https://other.example");
    let server = ResourceServer::builder()
        .resource(RESOURCE)
        .trust(issuer.issuer("orders").grants_everything())
        .trust(
            Issuer::new(other.url())
                .jwks(other.jwks())
                .grants_everything(),
        )
        .build()
        .await
        .unwrap();
    let audiences: Vec<Vec<&str>> = server
        .issuers()
        .iter()
        .map(|issuer| issuer.audiences().collect())
        .collect();
    assert_eq!(audiences, [vec!["orders"], vec![RESOURCE]]);
}

#[tokio::test]
async fn malformed_resource_is_a_sentence_with_the_edit() {
    for (resource, expected) in [
        (
            "http://api.example",
            "`http://api.example` cannot identify this API: its URL is not https: write \
             `https://api.example/orders`; `ProtectedResource::allow_loopback_http` allows `http` on \
             loopback",
        ),
        (
            "https://API.example:443/orders",
            "`https://API.example:443/orders` cannot identify this API: its URL is not in normal \
             form: write `https://api.example/orders`",
        ),
        (
            "https://api.example/orders#top",
            "`https://api.example/orders#top` cannot identify this API: its URL has a fragment: \
             remove the text from `#`",
        ),
    ] {
        let issuer = EmbeddedIssuer::new("https://login.example").issuer("orders");
        let built = ResourceServer::builder().resource(resource).trust(issuer);
        let error = built.build().await.unwrap_err();
        assert!(matches!(&error, ConfigError::Resource { resource: url, .. } if url == resource));
        assert_eq!(format!("{error:?}"), expected);
    }
}

#[tokio::test]
async fn loopback_http_must_be_allowed() {
    let resource = ProtectedResource::new("http://127.0.0.1:3000").allow_loopback_http();
    let api = api_of(routes(), resource).await;
    let document = document(&api, WELL_KNOWN).await;
    assert_eq!(document["resource"], "http://127.0.0.1:3000");
}
