//! Tokens with a part of what the user granted, and with what remains of it.

use http::HeaderMap;
use serde_json::{Value, json};

use super::flows::{login, refresh};
use super::{
    BILLING, Fixture, ISSUER, ORDERS, SECRET, basic, claims, encoded, parameter, redemption,
    request, request_with,
};
use crate::authorization_server::{AuthorizationServer, RegisteredClients};

#[tokio::test]
async fn scope_that_the_client_lost_is_not_refreshed() {
    let fixture = Fixture::new().await;
    let token = login(&fixture).await.text("refresh_token");
    let narrowed = AuthorizationServer::builder(ISSUER, fixture.vault.clone())
        .clients(
            RegisteredClients::new([crate::authorization_server::Client::builder(
                "spa",
                crate::authorization_server::ClientCredential::Public,
            )
            .redirect_uri(super::REDIRECT)
            .scopes("openid")
            .build()
            .unwrap()])
            .unwrap(),
        )
        .resource(ORDERS, "orders:read")
        .clock(fixture.clock.clone())
        .build()
        .await
        .unwrap();
    let later = Fixture {
        server: narrowed,
        ..fixture
    };
    assert_eq!(refresh(&later, &token, "").await.body["scope"], "openid");
}

/// RFC 8707 §2.2: a token is for the resources of its request, of those that the user granted.
#[tokio::test]
async fn token_request_narrows_the_audience() {
    let fixture = Fixture::new().await;
    let query = format!(
        "{}&{}&{}",
        request_with("scope", Some("bills:read orders:read")),
        encoded("resource", BILLING),
        encoded("resource", ORDERS)
    );
    let code = async || {
        let location = fixture.authorize(&query).await.unwrap();
        parameter(&location, "code").unwrap()
    };
    let token = fixture.redeem(&code().await).await.text("refresh_token");
    for (resources, audience) in [
        (&[][..], json!([BILLING, ORDERS])),
        (&[BILLING], json!(BILLING)),
        (&[ORDERS], json!(ORDERS)),
        (&[ORDERS, BILLING], json!([ORDERS, BILLING])),
        (&["https://other.example"], Value::Null),
        (&[BILLING, "https://other.example"], Value::Null),
        (&["https://billing.example/"], Value::Null),
    ] {
        let mut more = String::new();
        for resource in resources {
            more = format!("{more}&{}", encoded("resource", resource));
        }
        let redemption = redemption(&code().await) + &more;
        for reply in [
            fixture.token(&HeaderMap::new(), &redemption).await,
            // the first token returns its successor each time
            refresh(&fixture, &token, &more).await,
        ] {
            if audience.is_null() {
                assert_eq!(reply.error(), "invalid_target", "{resources:?}");
            } else {
                let claims = claims(&reply.text("access_token"));
                assert_eq!(claims["aud"], audience, "{resources:?}");
            }
        }
    }
}

/// RFC 8707 §2.2: an API receives no scope that only another one understands.
#[tokio::test]
async fn token_for_one_resource_has_no_scope_of_another_one() {
    let fixture = Fixture::new().await;
    let query = format!(
        "{}&{}&{}",
        request_with("scope", Some("openid bills:read orders:read orders:write")),
        encoded("resource", BILLING),
        encoded("resource", ORDERS)
    );
    let location = fixture.authorize(&query).await.unwrap();
    let code = parameter(&location, "code").unwrap();
    let bills = redemption(&code) + "&" + &encoded("resource", BILLING);
    let reply = fixture.token(&HeaderMap::new(), &bills).await;
    assert_eq!(reply.body["scope"], "openid bills:read");
    let token = reply.text("refresh_token");
    for (more, scope) in [
        ("", "openid bills:read orders:read orders:write"),
        (
            "&resource=https%3A%2F%2Forders.example",
            "openid orders:read orders:write",
        ),
        (
            "&resource=https%3A%2F%2Forders.example&scope=orders%3Aread",
            "orders:read",
        ),
        (
            "&resource=https%3A%2F%2Fbilling.example",
            "openid bills:read",
        ),
    ] {
        let reply = refresh(&fixture, &token, more).await;
        assert_eq!(reply.body["scope"], scope, "{more}");
        assert_eq!(
            claims(&reply.text("access_token"))["scope"],
            scope,
            "{more}"
        );
    }
    let other = "&resource=https%3A%2F%2Forders.example&scope=bills%3Aread";
    assert_eq!(
        refresh(&fixture, &token, other).await.error(),
        "invalid_scope"
    );
}

#[tokio::test]
async fn resource_that_the_server_lost_is_not_refreshed() {
    let fixture = Fixture::new().await;
    let both = format!(
        "{}&{}&{}",
        request_with("scope", Some("openid orders:read bills:read")),
        encoded("resource", ORDERS),
        encoded("resource", BILLING)
    );
    let one = format!("{}&{}", request("spa"), encoded("resource", ORDERS));
    let mut tokens = Vec::new();
    for query in [both, one] {
        let location = fixture.authorize(&query).await.unwrap();
        let code = parameter(&location, "code").unwrap();
        tokens.push(fixture.redeem(&code).await.text("refresh_token"));
    }
    let server = AuthorizationServer::builder(ISSUER, fixture.vault.clone())
        .clients(RegisteredClients::new(super::clients(&fixture.key)).unwrap())
        .resource(BILLING, "bills:read")
        .clock(fixture.clock.clone());
    let later = Fixture {
        server: server.build().await.unwrap(),
        ..fixture
    };
    let rest = refresh(&later, &tokens[0], "").await;
    assert_eq!(rest.body["scope"], "openid bills:read");
    assert_eq!(claims(&rest.text("access_token"))["aud"], json!(BILLING));
    let lost = encoded("resource", ORDERS);
    let lost = refresh(&later, &rest.text("refresh_token"), &format!("&{lost}")).await;
    assert_eq!(lost.error(), "invalid_target");
    let nothing = refresh(&later, &tokens[1], "").await;
    assert_eq!(nothing.error(), "invalid_target");
}

/// The scopes of the client limit a resource without its own scopes.
#[tokio::test]
async fn resource_with_any_scope_grants_only_scopes_of_the_client() {
    let fixture = Fixture::new().await;
    let server = AuthorizationServer::builder(ISSUER, fixture.vault.clone())
        .clients(RegisteredClients::new(super::clients(&fixture.key)).unwrap())
        .resource_with_any_scope(ORDERS)
        .resource(BILLING, "bills:read")
        .id_token_algorithm(crate::keys::Algorithm::EdDSA)
        .clock(fixture.clock.clone());
    let fixture = Fixture {
        server: server.build().await.unwrap(),
        ..fixture
    };
    let resource = |url| encoded("resource", url);
    for (scope, resource, is_granted) in [
        ("orders:write bills:read", resource(ORDERS), true),
        ("orders:read", resource(ORDERS), true),
        ("bills:read", resource(BILLING), true),
        ("orders:write", resource(BILLING), false),
        ("admin", resource(ORDERS), false),
        ("orders:read admin", resource(ORDERS), false),
        ("orders", resource(ORDERS), false),
    ] {
        let scopes = encoded("scope", scope);
        let form = format!("grant_type=client_credentials&{scopes}&{resource}");
        let reply = fixture.token(&basic("web", SECRET), &form).await;
        let granted = reply.body["scope"].as_str();
        assert_eq!(
            granted,
            is_granted.then_some(scope),
            "{form}: {}",
            reply.body
        );
        assert_eq!(reply.error() == "invalid_scope", !is_granted, "{form}");
    }
}
