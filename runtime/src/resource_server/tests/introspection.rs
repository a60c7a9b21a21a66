//! Settings of introspection that `build` rejects, and the summary for audits.

use std::time::Duration;

use super::*;
use crate::resource_server::{IntrospectedTokens, Introspection, IntrospectionConfigError};
use crate::testing::loopback_server::{LoopbackServer, Reply};
use crate::token::Profile;

fn credentials() -> Introspection {
    Introspection::new("orders-api", Secret::new("s3cret"))
}

/// An issuer on loopback with a working introspection endpoint.
async fn issuer() -> Issuer<WithAudience> {
    let loopback = LoopbackServer::start(Reply::inactive()).await;
    Issuer::new(&loopback.url)
        .audience(AUDIENCE)
        .allow_loopback_http()
}

#[tokio::test]
async fn jwt_settings_without_jwts_are_rejected() {
    let jwks = EmbeddedIssuer::new(ISSUER).jwks();
    for issuer in [
        issuer().await.jwks(jwks.clone()),
        issuer().await.algorithms([Algorithm::ES256]),
        issuer().await.max_key_age(Duration::from_hours(1)),
        issuer().await.hmac(Algorithm::HS256, secret(7)),
        issuer().await.pem(Algorithm::ES256, "x"),
    ] {
        let error = build(issuer.introspect(credentials())).await.unwrap_err();
        assert!(
            matches!(
                error,
                ConfigError::Introspection {
                    source: IntrospectionConfigError::UnusedKeys,
                    ..
                }
            ),
            "{error:?}"
        );
    }
    for profile in [Profile::Rfc9068, Profile::Keycloak] {
        let issuer = issuer().await.profile(profile).introspect(credentials());
        let error = build(issuer).await.unwrap_err();
        assert!(
            matches!(
                error,
                ConfigError::Introspection {
                    source: IntrospectionConfigError::UnusedProfile,
                    ..
                }
            ),
            "{error:?}"
        );
    }
    let beside = credentials().tokens(IntrospectedTokens::OpaqueBesideJwts);
    assert!(
        build(
            issuer()
                .await
                .jwks(jwks)
                .profile(Profile::Keycloak)
                .introspect(beside)
        )
        .await
        .is_ok()
    );
}

#[tokio::test]
async fn issuers_without_prefixes_are_rejected_before_the_first_request() {
    let [one, two] = [
        LoopbackServer::start(Reply::Closed).await,
        LoopbackServer::start(Reply::Closed).await,
    ];
    let [first, second] = [&one, &two].map(|loopback| {
        let issuer = Issuer::new(&loopback.url).audience(AUDIENCE);
        issuer.introspect(credentials()).allow_loopback_http()
    });
    let built = ResourceServer::builder()
        .trust(first)
        .trust(second)
        .build()
        .await;
    let error = built.unwrap_err();
    assert!(
        matches!(&error, ConfigError::Introspection { issuer, source: IntrospectionConfigError::Ambiguous } if *issuer == two.url)
    );
    assert_eq!((one.request_count(), two.request_count()), (0, 0));
}

#[tokio::test]
async fn endpoint_with_user_or_fragment_is_rejected_and_not_printed() {
    let loopback = LoopbackServer::start(Reply::inactive()).await;
    let host = loopback.url.strip_prefix("http://").unwrap();
    for (url, is_accepted) in [
        (format!("http://{host}/introspect?tenant=x"), true),
        (format!("http://u:pa55word@{host}/introspect"), false),
        (format!("http://{host}/introspect#pa55word"), false),
        (format!("http://{host}/pa55word\\introspect"), false),
    ] {
        let introspection = credentials().endpoint(&url);
        let issuer = issuer().await.introspect(introspection);
        let printed = format!("{issuer:?}");
        assert!(!printed.contains("pa55word"), "{printed}");
        let built = build(issuer).await;
        assert_eq!(built.is_ok(), is_accepted, "{url}");
        let printed = format!("{built:?}");
        assert!(!printed.contains("pa55word"), "{printed}");
    }
    let requests = loopback.requests();
    assert!(requests[0].starts_with("POST /introspect?tenant=x HTTP/1.1\r\n"));
    assert_eq!(requests.len(), 1);
}

#[tokio::test]
async fn endpoint_over_http_is_rejected() {
    for url in [
        "http://a.example/introspect",
        "ftp://a.example",
        "introspect",
        "",
    ] {
        let issuer = issuer().await.introspect(credentials().endpoint(url));
        let error = build(issuer).await.unwrap_err();
        assert!(
            matches!(error, ConfigError::Introspection { .. }),
            "{url}: {error:?}"
        );
    }
}

#[tokio::test]
async fn roles_claim_at_a_reserved_member_is_rejected() {
    for pointer in ["/scope", "/client_id/x", "/jti", "roles"] {
        let issuer = issuer().await.roles_claim(pointer);
        let error = build(issuer.introspect(credentials())).await.unwrap_err();
        assert!(matches!(error, ConfigError::RolesClaim { .. }), "{pointer}");
    }
}

#[tokio::test]
async fn invalid_settings_are_rejected_before_the_first_request() {
    let loopback = LoopbackServer::start(Reply::Closed).await;
    for introspection in [
        credentials().max_in_flight(0),
        credentials().cache_for(Duration::from_hours(1)),
        credentials().client_as_subject(""),
        credentials().prefix("ey"),
        Introspection::new("", Secret::new("s")),
    ] {
        let issuer = Issuer::new(&loopback.url).audience(AUDIENCE);
        let issuer = issuer.introspect(introspection).allow_loopback_http();
        let error = build(issuer).await.unwrap_err();
        assert!(
            !matches!(
                &error,
                ConfigError::Introspection {
                    source: IntrospectionConfigError::Endpoint(_),
                    ..
                }
            ),
            "{error:?}"
        );
    }
    assert_eq!(loopback.request_count(), 0);
}

#[tokio::test]
async fn relaxations_are_listed_for_the_issuer() {
    let introspection = credentials()
        .cache_for(Duration::from_mins(5))
        .client_as_subject("clients act for themselves");
    let server = build(issuer().await.introspect(introspection))
        .await
        .unwrap();
    let issuer = &server.issuers()[0];
    assert_eq!(issuer.introspected(), Some(IntrospectedTokens::Opaque));
    assert_eq!(issuer.profile(), None, "a profile applies to JWTs");
    let relaxations: Vec<_> = issuer.relaxations().collect();
    assert_eq!(relaxations.len(), 5, "{relaxations:?}");
}

#[tokio::test]
async fn secret_is_never_printed() {
    let issuer = issuer().await.introspect(credentials());
    let printed = format!("{issuer:?}");
    assert!(
        !printed.contains("s3cret") && !printed.contains("115, 51"),
        "{printed}"
    );
    let server = build(issuer).await.unwrap();
    assert!(!format!("{server:?}").contains("s3cret"));
}
