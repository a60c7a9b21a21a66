//! Endpoints from the metadata document: insecure, missing, moved, or unavailable.

use super::*;

impl IntrospectedServer {
    /// Returns the number of requests for the metadata document so far.
    fn document_requests(&self) -> usize {
        self.loopback.document_request_count()
    }

    /// Moves the endpoint; requests to the old URL get the reply `old`.
    fn move_endpoint(&self, old: Reply) {
        let new = Reply::json(200, &self.active_response().to_string());
        self.loopback
            .set_introspection_endpoint(&format!("{}/moved", self.loopback.url));
        self.loopback
            .set(Reply::PerRequest(Arc::new(move |request| {
                if request.starts_with("POST /introspect ") {
                    old.clone()
                } else if is_about(request, TOKEN) {
                    new.clone()
                } else {
                    Reply::inactive()
                }
            })));
    }
}

/// RFC 7662 §4: the token and the credentials are sent over TLS, or to loopback.
#[tokio::test]
async fn insecure_endpoint_in_the_document_is_rejected() {
    for (startup, endpoint) in [
        (Startup::FailFast, "http://192.0.2.1/introspect"),
        (Startup::FailFast, "https://u:p@192.0.2.1/introspect"),
        (Startup::FailFast, "https://192.0.2.1/introspect#x"),
        (Startup::Deferred, "http://192.0.2.1/introspect"),
    ] {
        let loopback = LoopbackServer::start(Reply::Closed).await;
        loopback.set_introspection_endpoint(endpoint);
        let issuer = Issuer::new(&loopback.url).audience(AUDIENCE);
        let built = ResourceServer::builder()
            .trust(issuer.introspect(credentials()).allow_loopback_http())
            .startup(startup)
            .build()
            .await;
        match built {
            Err(ConfigError::Introspection { source, .. }) => {
                let IntrospectionConfigError::Endpoint(IntrospectionError::Discovery(error)) =
                    source
                else {
                    panic!("{source:?}");
                };
                let text = error.to_string();
                assert!(
                    text.contains("`introspection_endpoint` is not an https URL"),
                    "{text}"
                );
            }
            other => assert!(is_unavailable(rejection(&other.unwrap(), TOKEN).await)),
        }
    }
}

#[tokio::test]
async fn document_without_endpoint_error_names_the_fix() {
    let loopback = LoopbackServer::start(Reply::Closed).await;
    let document = json!({ "issuer": loopback.url, "jwks_uri": "https://a.example/keys" });
    loopback.set_document(Some(Reply::json(200, &document.to_string())));
    let issuer = Issuer::new(&loopback.url).audience(AUDIENCE);
    let built = ResourceServer::builder()
        .trust(issuer.introspect(credentials()).allow_loopback_http())
        .build()
        .await;
    let Err(ConfigError::Introspection { source, .. }) = built else {
        panic!("{built:?}");
    };
    let message = source.to_string();
    assert!(
        message.contains("`introspection_endpoint`")
            && message.contains("`Introspection::endpoint`")
    );
}

#[tokio::test]
async fn corrected_document_is_used() {
    let loopback = LoopbackServer::start(Reply::inactive()).await;
    loopback.set_introspection_endpoint("http://192.0.2.1/introspect");
    let clock = TestClock::new();
    let issuer = Issuer::new(&loopback.url).audience(AUDIENCE);
    let server = ResourceServer::builder()
        .trust(issuer.introspect(credentials()).allow_loopback_http())
        .startup(Startup::Deferred)
        .clock(clock.clone())
        .build()
        .await
        .unwrap();
    assert!(is_unavailable(rejection(&server, TOKEN).await));
    loopback.set_introspection_endpoint(&format!("{}/introspect", loopback.url));
    clock.advance(Duration::from_secs(5));
    assert_eq!(rejection(&server, TOKEN).await, INACTIVE);
    assert!(server.ready().is_ok());
}

#[tokio::test]
async fn moved_endpoint_is_found() {
    let redirect = Reply::json(308, "{}");
    for old in [Reply::json(404, "{}"), redirect, Reply::Closed] {
        let test = IntrospectedServer::new().await;
        test.move_endpoint(old);
        test.advance(59);
        assert!(is_unavailable(test.rejection().await));
        wait_until("a probe has failed", || test.server.ready().is_err()).await;
        assert_eq!(test.document_requests(), 1, "at most once a minute");
        test.advance(5);
        wait_until("a probe succeeds", || test.server.ready().is_ok()).await;
        assert_eq!(test.rejection().await, None);
        assert_eq!(test.document_requests(), 2);
    }
}

#[tokio::test]
async fn endpoint_is_looked_up_again_after_an_hour() {
    let test = IntrospectedServer::new().await;
    test.advance(3_599);
    test.move_endpoint(Reply::inactive());
    assert_eq!(test.rejection().await, INACTIVE);
    assert_eq!(test.document_requests(), 1);
    test.advance(6);
    let _ = test.rejection().await;
    wait_until("the document is requested", || {
        test.document_requests() == 2
    })
    .await;
    wait_until("the new endpoint is probed", || {
        let requests = test.loopback.requests();
        requests.iter().any(|text| text.starts_with("POST /moved "))
    })
    .await;
    test.advance(6);
    assert_eq!(test.rejection().await, None);
}

#[tokio::test]
async fn last_known_endpoint_is_used_for_24_hours() {
    let test = IntrospectedServer::new().await;
    test.loopback.set_document(Some(Reply::Closed));
    for seconds in [3_600, 82_799] {
        let before = test.probes();
        test.advance(seconds);
        test.respond_with(&test.active_response());
        assert_eq!(test.rejection().await, None);
        wait_until("the endpoint is probed", || test.probes() > before).await;
        settle().await; // a probe in flight would replace the next one
        assert!(test.server.ready().is_ok());
    }
    assert_eq!(rejection(&test.server, "opq.other").await, INACTIVE);
    test.advance(1);
    assert!(is_unavailable(rejection(&test.server, "opq.third").await));
    test.advance(60);
    test.loopback.set_document(None);
    assert!(is_unavailable(test.rejection().await));
    wait_until("the endpoint is found", || test.server.ready().is_ok()).await;
}

#[tokio::test(start_paused = true)]
async fn endpoint_lookup_does_not_delay_requests() {
    let test = IntrospectedServer::new().await;
    test.loopback.set_document(Some(Reply::Silent));
    test.advance(3_600);
    test.respond_with(&test.active_response());
    let start = tokio::time::Instant::now();
    assert_eq!(test.rejection().await, None);
    assert!(
        start.elapsed() < Duration::from_secs(4),
        "the lookup times out after 5 s"
    );
    wait_until("the document is requested", || {
        test.document_requests() == 2
    })
    .await;
}
