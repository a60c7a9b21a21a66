//! Metadata documents that a client must not use, and their refresh.

mod documents;

use std::time::Duration;

use super::*;
use crate::danger::dangerous_unlisted_pkce;
use crate::discovery::DiscoveryError;

async fn build(members: &Value) -> Result<Provider, ProviderError> {
    let server = start(Reply::Closed, members).await;
    let provider = Provider::builder(&server.url).allow_loopback_http();
    provider.build().await
}

#[tokio::test]
async fn endpoints_of_the_document_are_returned() {
    let server = start(
        Reply::Closed,
        &json!({
            "pushed_authorization_request_endpoint": "http://127.0.0.1:1/par",
            "authorization_response_iss_parameter_supported": true,
            "token_endpoint_auth_methods_supported": ["none"],
            "userinfo_endpoint": null,
        }),
    )
    .await;
    let provider = provider(&server, TestClock::new()).await;
    let metadata = provider.metadata().await.unwrap();
    assert_eq!(provider.issuer(), server.url);
    assert_eq!(*metadata.token_endpoint(), *format!("{}/token", server.url));
    let par = metadata.pushed_authorization_request_endpoint();
    assert_eq!(*par.unwrap(), *"http://127.0.0.1:1/par");
    assert!(metadata.authorization_response_has_iss());
    assert!(!metadata.requires_pushed_authorization_requests());
    assert!(metadata.userinfo_endpoint().is_none());
    assert_eq!(metadata.token_endpoint_auth_methods().unwrap(), ["none"]);
}

/// RFC 8414 §3.3; the first half of a mix-up attack.
#[tokio::test]
async fn document_of_another_issuer_is_refused() {
    let server = start(Reply::Closed, &json!({})).await;
    for issuer in ["https://evil.example", &format!("{}/", server.url), ""] {
        let document = document(&server.url, &json!({ "issuer": issuer }));
        server.set_document(Some(Reply::json(200, &document)));
        let provider = Provider::builder(&server.url).allow_loopback_http();
        let error = provider.build().await.unwrap_err();
        let is_issuer = matches!(
            &error,
            ProviderError::Discovery(error) if matches!(**error, DiscoveryError::Issuer { .. })
        );
        assert!(is_issuer, "{issuer}: {error}");
        assert!(!error.is_retryable());
    }
}

/// RFC 9700 §2.1.1, and R10.
#[tokio::test]
async fn r10_provider_without_s256_is_refused() {
    for methods in [
        json!(["plain"]),
        json!([]),
        json!(["s256"]),
        json!(["S256 "]),
        json!(null),
    ] {
        let error = build(&json!({ "code_challenge_methods_supported": methods })).await;
        let error = error.unwrap_err().to_string();
        assert!(
            error.contains("code_challenge_methods_supported"),
            "{error}"
        );
    }
    for members in [
        json!({ "code_challenge_methods_supported": ["plain", "S256"] }),
        // a provider without logins
        json!({ "code_challenge_methods_supported": null, "authorization_endpoint": null }),
    ] {
        assert!(build(&members).await.is_ok(), "{members}");
    }
}

#[tokio::test]
async fn unlisted_pkce_needs_a_reason_and_never_replaces_a_list() {
    for (methods, is_accepted) in [
        (json!(null), true),
        (json!(["plain"]), false),
        (json!([]), false),
    ] {
        let members = json!({ "code_challenge_methods_supported": methods });
        let server = start(Reply::Closed, &members).await;
        let builder = Provider::builder(&server.url).allow_loopback_http();
        let provider = dangerous_unlisted_pkce(builder, "documented").build().await;
        assert_eq!(provider.is_ok(), is_accepted, "{methods}");
        if let Ok(provider) = provider {
            assert_eq!(provider.unlisted_pkce(), Some("documented"));
        }
    }
}

#[tokio::test]
async fn malformed_document_is_refused() {
    for (member, value) in [
        ("token_endpoint", json!(null)),
        ("token_endpoint", json!(["https://a.example"])),
        ("token_endpoint", json!("/token")),
        ("token_endpoint", json!("https://a.example/token#x")),
        ("token_endpoint", json!("https://u@a.example/token")),
        ("token_endpoint", json!("http://a.example/token")),
        ("authorization_endpoint", json!("javascript:alert(1)")),
        ("end_session_endpoint", json!("http://a.example/logout")),
        ("revocation_endpoint", json!(7)),
        ("code_challenge_methods_supported", json!("S256")),
        ("code_challenge_methods_supported", json!(["S256", 1])),
        ("code_challenge_methods_supported", json!(vec!["S256"; 257])),
        (
            "authorization_response_iss_parameter_supported",
            json!("true"),
        ),
        ("require_pushed_authorization_requests", json!(1)),
        ("mtls_endpoint_aliases", json!([])),
        (
            "mtls_endpoint_aliases",
            json!({ "token_endpoint": "http://a.example" }),
        ),
    ] {
        let error = build(&json!({ member: value })).await.unwrap_err();
        let text = error.to_string();
        assert!(
            text.contains(&format!("`{member}`")),
            "{member} {value}: {text}"
        );
        assert!(!error.is_retryable(), "{text}");
    }
}

/// A document must not make the client send requests, with its credentials, into its own network.
#[test]
fn endpoint_at_an_internal_address_is_refused_for_a_public_issuer() {
    let read = |issuer: &str, endpoint: &str| {
        let settings = crate::https::ClientSettings {
            allow_loopback_http: true,
            ..Default::default()
        };
        let client = crate::https::Client::new(&settings).unwrap();
        let document = json!({ "issuer": issuer, "token_endpoint": endpoint });
        ProviderMetadata::read(&document, issuer, &client)
    };
    for endpoint in [
        "http://127.0.0.1/token",
        "https://127.0.0.1/token",
        "https://127.0.0.1:8443/token",
        "https://127.1/token",
        "https://0x7f000001/token",
        "https://2130706433/token",
        "https://localhost/token",
        "https://LOCALHOST/token",
        "https://localhost./token",
        "https://a.localhost/token",
        "https://10.0.0.1/token",
        "https://172.16.0.1/token",
        "https://192.168.1.1/token",
        "https://169.254.169.254/latest/meta-data",
        "https://100.64.0.1/token",
        "https://0.0.0.0/token",
        "https://255.255.255.255/token",
        "https://[::1]/token",
        "https://[::]/token",
        "https://[::ffff:127.0.0.1]/token",
        "https://[::ffff:10.0.0.1]/token",
        "https://[fc00::1]/token",
        "https://[fd12:3456::1]/token",
        "https://[fe80::1]/token",
    ] {
        assert!(read("https://a.example", endpoint).is_err(), "{endpoint}");
    }
    for (issuer, endpoint) in [
        ("https://a.example", "https://b.example/token"),
        ("https://a.example", "https://8.8.8.8/token"),
        ("https://a.example", "https://[2001:4860:4860::8888]/token"),
        ("https://10.0.0.1", "https://10.0.0.2/token"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8081/token"),
        ("http://127.0.0.1:8080", "https://a.example/token"),
    ] {
        assert!(read(issuer, endpoint).is_ok(), "{endpoint}");
    }
}

/// Also if http to loopback is allowed for another provider.
#[test]
fn http_endpoint_of_an_https_issuer_is_refused() {
    let settings = crate::https::ClientSettings {
        allow_loopback_http: true,
        ..Default::default()
    };
    let client = crate::https::Client::new(&settings).unwrap();
    let read = |issuer: &str, member: &str, url: &str| {
        let mut document = json!({ "issuer": issuer, "token_endpoint": "https://127.0.0.1/token" });
        document[member] = json!(url);
        ProviderMetadata::read(&document, issuer, &client)
    };
    for member in ["authorization_endpoint", "token_endpoint", "jwks_uri"] {
        for issuer in [
            "https://127.0.0.1",
            "https://localhost:8443",
            "https://[::1]",
            "https://10.0.0.1",
        ] {
            for url in [
                "http://127.0.0.1/x",
                "http://localhost:8443/x",
                "http://[::1]/x",
            ] {
                let error = read(issuer, member, url).err();
                assert!(error.is_some(), "{issuer} {member} {url}");
            }
            assert!(read(issuer, member, "https://127.0.0.1/x").is_ok());
        }
    }
}

#[tokio::test]
async fn issuer_that_is_not_https_is_refused() {
    for issuer in [
        "http://a.example",
        "https://a.example?x",
        "a.example",
        "https://u@a.example",
        "",
    ] {
        let provider = Provider::builder(issuer)
            .allow_loopback_http()
            .build()
            .await;
        assert!(
            matches!(provider, Err(ProviderError::Issuer { .. })),
            "{issuer}"
        );
    }
    let provider = Provider::builder("http://127.0.0.1:1").build().await;
    assert!(matches!(provider, Err(ProviderError::Issuer { .. })));
    let provider = Provider::builder("https://a.example").root_certificates("x");
    let provider = provider.build().await;
    assert!(matches!(provider, Err(ProviderError::RootCertificates)));
}

#[tokio::test]
async fn document_is_refreshed_after_an_hour_and_used_for_a_day() {
    let server = start(Reply::Closed, &json!({})).await;
    let clock = TestClock::new();
    let provider = provider(&server, clock.clone()).await;
    let endpoint = async || {
        let metadata = provider.metadata().await;
        metadata.map(|metadata| metadata.token_endpoint().path().to_owned())
    };
    let requests = server.document_request_count();
    assert_eq!(endpoint().await.unwrap(), "/token");
    assert_eq!(server.document_request_count(), requests);
    let moved = json!({ "token_endpoint": format!("{}/moved", server.url) });
    let moved = document(&server.url, &moved);
    server.set_document(Some(Reply::json(200, &moved)));
    clock.advance(Duration::from_hours(1) - Duration::from_secs(1));
    assert_eq!(endpoint().await.unwrap(), "/token");
    clock.advance(Duration::from_secs(1));
    assert_eq!(endpoint().await.unwrap(), "/moved");
    // a bad document does not replace it, and is requested once a minute
    server.set_document(Some(Reply::json(200, "{}")));
    clock.advance(Duration::from_hours(1));
    let requests = server.document_request_count();
    assert_eq!(endpoint().await.unwrap(), "/moved");
    assert_eq!(endpoint().await.unwrap(), "/moved");
    assert_eq!(server.document_request_count(), requests + 2);
    // however often it has failed before
    clock.advance(Duration::from_secs(59));
    assert_eq!(endpoint().await.unwrap(), "/moved");
    assert_eq!(server.document_request_count(), requests + 2);
    clock.advance(Duration::from_secs(1));
    assert_eq!(endpoint().await.unwrap(), "/moved");
    assert_eq!(server.document_request_count(), requests + 4);
    clock.advance(Duration::from_hours(23));
    assert!(endpoint().await.is_err());
    server.set_document(Some(Reply::json(200, &moved)));
    clock.advance(Duration::from_mins(1));
    assert_eq!(endpoint().await.unwrap(), "/moved");
}

#[tokio::test]
async fn deferred_provider_fetches_its_document_later() {
    let server = LoopbackServer::start(Reply::Closed).await;
    server.set_document(Some(Reply::json(503, "{}")));
    let clock = TestClock::new();
    let provider = deferred(&server, &clock).await;
    let error = provider.metadata().await.unwrap_err();
    assert!(error.is_retryable(), "{error}");
    let document = document(&server.url, &json!({}));
    server.set_document(Some(Reply::json(200, &document)));
    clock.advance(Duration::from_secs(1));
    assert!(provider.metadata().await.is_ok());
}

async fn deferred(server: &LoopbackServer, clock: &TestClock) -> Provider {
    let provider = Provider::builder(&server.url).allow_loopback_http();
    let provider = provider.startup(crate::Startup::Deferred);
    provider.clock(clock.clone()).build().await.unwrap()
}

#[tokio::test]
async fn failures_double_the_delay_of_the_next_fetch_up_to_a_minute() {
    let server = LoopbackServer::start(Reply::Closed).await;
    server.set_document(Some(Reply::json(503, "{}")));
    let clock = TestClock::new();
    let provider = deferred(&server, &clock).await;
    let fetches = async || {
        let before = server.document_request_count();
        let failed = provider.metadata().await.is_err();
        (failed, server.document_request_count() > before)
    };
    assert_eq!(fetches().await, (true, true));
    for delay in [1, 2, 4, 8, 16, 32, 60, 60, 60] {
        clock.advance(Duration::from_secs(delay - 1));
        assert_eq!(fetches().await, (true, false), "{delay}");
        clock.advance(Duration::from_secs(1));
        assert_eq!(fetches().await, (true, true), "{delay}");
    }
    let found = document(&server.url, &json!({}));
    server.set_document(Some(Reply::json(200, &found)));
    clock.advance(Duration::from_mins(1));
    assert_eq!(fetches().await, (false, true));
    // a success forgets the failures
    clock.advance(Duration::from_hours(25));
    server.set_document(Some(Reply::json(503, "{}")));
    assert_eq!(fetches().await, (true, true));
    clock.advance(Duration::from_secs(1));
    assert_eq!(fetches().await, (true, true));
}

/// The time of tokio passes only while every task waits.
#[tokio::test(start_paused = true)]
async fn callers_of_a_hanging_provider_share_one_fetch_and_its_error() {
    let server = LoopbackServer::start(Reply::Closed).await;
    server.set_document(Some(Reply::Silent));
    let clock = TestClock::new();
    let provider = deferred(&server, &clock).await;
    let start = tokio::time::Instant::now();
    let callers: Vec<_> = (0..50)
        .map(|_| {
            let provider = provider.clone();
            tokio::spawn(async move { provider.metadata().await })
        })
        .collect();
    // one that gives up does not start another fetch
    callers[0].abort();
    for caller in callers.into_iter().skip(1) {
        let error = caller.await.unwrap().unwrap_err();
        assert!(error.is_retryable(), "{error}");
    }
    assert!(start.elapsed() < Duration::from_secs(10));
    assert!(server.document_request_count() <= 2);
    let requests = server.document_request_count();
    assert!(provider.metadata().await.is_err());
    assert_eq!(server.document_request_count(), requests);
}

#[tokio::test]
async fn refusing_posture_refuses_the_provider() {
    let server = start(
        Reply::Closed,
        &json!({ "grant_types_supported": ["password"] }),
    )
    .await;
    let build = async |policy| {
        let provider = Provider::builder(&server.url).allow_loopback_http();
        provider.posture(policy).build().await
    };
    assert!(build(PosturePolicy::Warn).await.is_ok());
    let error = build(PosturePolicy::Refuse).await.unwrap_err().to_string();
    assert!(error.contains("grant-password"), "{error}");
    let posture = posture(&server.url, true).await.unwrap();
    assert!(posture.falls_short());
    for (issuer, allows_http) in [
        (&*server.url, false),
        ("http://a.example", true),
        ("https://a.example?x", true),
        ("", true),
    ] {
        let error = super::posture(issuer, allows_http).await.unwrap_err();
        let is_issuer = matches!(error, ProviderError::Issuer { .. });
        assert!(is_issuer, "{issuer}: {error}");
    }
}
