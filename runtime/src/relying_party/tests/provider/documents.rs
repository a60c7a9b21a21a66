//! Every member of a document, and fetches that are shared or repeated.

use super::*;

/// Applications read what they need, for example to offer a registration.
#[tokio::test]
async fn every_member_of_the_document_is_returned() {
    let url = |path: &str| format!("http://127.0.0.1:1/{path}");
    let members = json!({
        "revocation_endpoint": url("revoke"),
        "introspection_endpoint": url("introspect"),
        "userinfo_endpoint": url("userinfo"),
        "end_session_endpoint": url("logout"),
        "jwks_uri": url("keys"),
        "registration_endpoint": url("register"),
        "client_id_metadata_document_supported": true,
        "token_endpoint_auth_signing_alg_values_supported": ["ES256"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "userinfo_signing_alg_values_supported": ["PS256"],
        "grant_types_supported": ["authorization_code"],
        "scopes_supported": vec!["openid"; 256],
    });
    let server = start(Reply::Closed, &members).await;
    let metadata = provider(&server, TestClock::new()).await.metadata().await;
    let metadata = metadata.unwrap();
    for (found, path) in [
        (metadata.revocation_endpoint(), "revoke"),
        (metadata.introspection_endpoint(), "introspect"),
        (metadata.userinfo_endpoint(), "userinfo"),
        (metadata.end_session_endpoint(), "logout"),
        (metadata.jwks_uri(), "keys"),
        (metadata.registration_endpoint(), "register"),
    ] {
        assert_eq!(found.unwrap().to_string(), url(path));
    }
    assert!(metadata.accepts_client_id_metadata_documents());
    for (found, expected) in [
        (metadata.assertion_algorithms(), "ES256"),
        (metadata.id_token_algorithms(), "RS256"),
        (metadata.userinfo_algorithms(), "PS256"),
        (metadata.grant_types(), "authorization_code"),
    ] {
        assert_eq!(found.unwrap(), [expected]);
    }
    assert_eq!(metadata.scopes().unwrap().len(), 256);

    let server = start(Reply::Closed, &json!({ "revocation_endpoint": null })).await;
    let metadata = provider(&server, TestClock::new()).await.metadata().await;
    let metadata = metadata.unwrap();
    assert!(metadata.revocation_endpoint().is_none());
    assert!(metadata.introspection_endpoint().is_none());
    assert!(!metadata.accepts_client_id_metadata_documents());
    assert!(metadata.assertion_algorithms().is_none() && metadata.scopes().is_none());
}

/// The document may be at either URL (OpenID Discovery §4, RFC 8414 §3).
#[tokio::test]
async fn provider_is_retryable_if_either_document_may_appear() {
    for (openid, oauth, is_retryable) in [
        (404, 404, false),
        (503, 404, true),
        (404, 503, true),
        (404, 429, true),
        (500, 500, true),
    ] {
        let server = LoopbackServer::start(Reply::Closed).await;
        server.set_document(Some(Reply::PerRequest(Arc::new(move |request: &str| {
            let is_openid = request.contains("/openid-configuration");
            Reply::json(if is_openid { openid } else { oauth }, "{}")
        }))));
        let provider = deferred(&server, &TestClock::new()).await;
        let error = provider.metadata().await.unwrap_err();
        assert_eq!(error.is_retryable(), is_retryable, "{openid} {oauth}");
    }
}

#[tokio::test]
async fn concurrent_callers_share_one_document() {
    let server = LoopbackServer::start(Reply::Closed).await;
    let (reply, released) = Reply::json(200, &document(&server.url, &json!({}))).held();
    server.set_document(Some(reply));
    let provider = deferred(&server, &TestClock::new()).await;
    let callers: Vec<_> = (0..20)
        .map(|_| {
            let provider = provider.clone();
            tokio::spawn(async move { provider.metadata().await })
        })
        .collect();
    while server.document_request_count() == 0 {
        tokio::task::yield_now().await;
    }
    released.notify_one();
    for caller in callers {
        assert!(caller.await.unwrap().is_ok());
        // a further request would wait for this
        released.notify_one();
    }
    assert_eq!(server.document_request_count(), 1);
}

#[cfg(feature = "tracing")]
#[tokio::test]
async fn shortcoming_of_a_provider_is_logged() {
    let (log, _capturing) = crate::testing::log::TestLog::capture();
    let members = json!({ "grant_types_supported": ["password"] });
    let server = start(Reply::Closed, &members).await;
    provider(&server, TestClock::new()).await;
    let mut events = log.take("palisade::relying_party");
    events.retain(|event| event["event"] == "provider_falls_short");
    let findings: Vec<_> = events.iter().map(|event| &event["finding"]).collect();
    assert!(findings.contains(&&json!("grant-password")), "{findings:?}");
    assert!(events.iter().all(|event| event["issuer"] == server.url));
}
