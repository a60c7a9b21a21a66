//! The metadata of the server.

use super::*;
use crate::authorization_server::paths::Paths;

/// Two resources may have the same scope.
#[tokio::test]
async fn metadata_lists_each_scope_once() {
    let fixture = Fixture::new().await;
    let server = AuthorizationServer::builder(ISSUER, fixture.vault.clone())
        .resource(ORDERS, "orders:read shared openid")
        .resource("https://bills.example", "shared bills:read")
        .id_token_algorithm(Algorithm::EdDSA);
    let fixture = Fixture {
        server: server.build().await.unwrap(),
        ..fixture
    };
    let document = Request::get("/.well-known/oauth-authorization-server");
    let document = send(&api(&fixture).await, document, "").await.body;
    let scopes = ["openid", "orders:read", "shared", "bills:read"];
    assert_eq!(document["scopes_supported"], serde_json::json!(scopes));
}

/// Certificates authenticate clients only on TLS connections.
#[tokio::test]
async fn metadata_lists_certificate_methods_only_with_tls() {
    let fixture = Fixture::new().await;
    for (issuer, has_tls) in [
        (ISSUER, true),
        ("https://login.example/a", true),
        ("http://127.0.0.1:9000", false),
        ("http://localhost:9000", false),
    ] {
        let server = AuthorizationServer::builder(issuer, fixture.vault.clone())
            .resource(ORDERS, "orders:read")
            .id_token_algorithm(Algorithm::EdDSA)
            .allow_loopback_http();
        let server = server.build().await.unwrap();
        let document = server.metadata(&Paths::default());
        for name in ["token", "introspection", "revocation"] {
            let methods = &document[format!("{name}_endpoint_auth_methods_supported")];
            let methods = methods.as_array().unwrap();
            for method in ["tls_client_auth", "self_signed_tls_client_auth"] {
                let is_announced = methods.iter().any(|own| own == method);
                assert_eq!(is_announced, has_tls, "{issuer} {name} {method}");
            }
        }
    }
}

#[tokio::test]
async fn metadata_has_the_path_of_the_authorization_endpoint() {
    let fixture = Fixture::new().await;
    for path in ["/login", "/a/b", "/"] {
        let server = ResourceServer::builder().without_issuers().build().await;
        let routes = AuthorizationServerRoutes::new(fixture.server.clone()).authorize_path(path);
        let api = SecureRouter::<()>::new()
            .merge(routes)
            .protect(server.unwrap());
        let document = Request::get("/.well-known/oauth-authorization-server");
        let document = send(&api, document, "").await.body;
        assert_eq!(
            document["authorization_endpoint"],
            format!("{ISSUER}{path}")
        );
    }
}

/// Clients with a document look for this member first.
#[tokio::test]
async fn metadata_announces_client_id_documents_only_if_the_store_fetches_them() {
    let fixture = Fixture::new().await;
    let member = "client_id_metadata_document_supported";
    let path = "/.well-known/oauth-authorization-server";
    let registered = send(&api(&fixture).await, Request::get(path), "").await;
    assert_eq!(registered.body[member], false);
    let hosts = ["agents.example"];
    let clients = ClientIdDocuments::new(RegisteredClients::default(), hosts, "orders:read");
    let server = AuthorizationServer::builder(ISSUER, fixture.vault.clone())
        .clients(clients.unwrap())
        .resource(ORDERS, "orders:read")
        .id_token_algorithm(Algorithm::EdDSA)
        .clock(fixture.clock.clone());
    let fixture = Fixture {
        server: server.build().await.unwrap(),
        ..fixture
    };
    let documents = send(&api(&fixture).await, Request::get(path), "").await;
    assert_eq!(documents.body[member], true);
}

#[tokio::test]
async fn metadata_is_served_and_names_the_endpoints() {
    let fixture = Fixture::new().await;
    let api = api(&fixture).await;
    for path in [
        "/.well-known/oauth-authorization-server",
        "/.well-known/openid-configuration",
    ] {
        let reply = send(&api, Request::get(path), "").await;
        assert_eq!(reply.status, StatusCode::OK);
        assert_eq!(reply.headers["access-control-allow-origin"], "*");
        assert_eq!(reply.body["issuer"], ISSUER);
        assert_eq!(reply.body["token_endpoint"], "https://login.example/token");
        assert_eq!(
            reply.body["authorization_response_iss_parameter_supported"],
            true
        );
        assert_eq!(
            reply.body["code_challenge_methods_supported"],
            serde_json::json!(["S256"])
        );
        assert_eq!(
            reply.body["id_token_signing_alg_values_supported"],
            serde_json::json!(["EdDSA"])
        );
        let text = reply.body.to_string();
        for forbidden in [
            "implicit",
            "password",
            "plain",
            "\"none\":",
            "HS256",
            "offline_access",
        ] {
            assert!(!text.contains(forbidden), "{forbidden}");
        }
    }
    let jwks = send(&api, Request::get("/jwks"), "").await;
    assert_eq!(jwks.body["keys"].as_array().map(Vec::len), Some(2));
    assert_eq!(
        jwks.body["keys"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|key| key.get("d").is_some())
            .count(),
        0
    );
}
