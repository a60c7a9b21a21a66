//! Endpoints that a document names: wrongly, elsewhere, or no more.

use super::*;
use crate::https::HttpsError;

impl Realm {
    /// How often the document was asked for.
    fn documents(&self) -> usize {
        self.loopback.document_request_count()
    }

    /// Moves the endpoint; what was the old one answers so.
    fn moved(&self, old: Reply) {
        let new = Reply::json(200, &self.claims().to_string());
        self.loopback
            .set_introspection_endpoint(&format!("{}/moved", self.loopback.url));
        self.loopback
            .set(Reply::PerRequest(Arc::new(move |request| {
                if request.starts_with("POST /introspect ") {
                    old.clone()
                } else if asks_about(request, TOKEN) {
                    new.clone()
                } else {
                    Reply::inactive()
                }
            })));
    }
}

/// RFC 7662 §4: the token and our credentials go over TLS, or to this machine.
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
            Err(ConfigError::Introspection { source, .. }) => assert!(matches!(
                source,
                IntrospectionConfigError::Endpoint(IntrospectionError::Https(
                    HttpsError::InsecureUrl
                ))
            )),
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
    let told = source.to_string();
    assert!(
        told.contains("`introspection_endpoint`") && told.contains("`Introspection::endpoint`")
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
        let realm = Realm::new().await;
        realm.moved(old);
        realm.advance(59);
        assert!(is_unavailable(realm.rejection().await));
        until("a probe has failed", || realm.server.ready().is_err()).await;
        assert_eq!(realm.documents(), 1, "once a minute at most");
        realm.advance(5);
        until("a probe is answered", || realm.server.ready().is_ok()).await;
        assert_eq!(realm.rejection().await, None);
        assert_eq!(realm.documents(), 2);
    }
}

#[tokio::test]
async fn endpoint_is_looked_up_again_after_an_hour() {
    let realm = Realm::new().await;
    realm.advance(3_599);
    realm.moved(Reply::inactive());
    assert_eq!(realm.rejection().await, INACTIVE);
    assert_eq!(realm.documents(), 1);
    realm.advance(6);
    let _ = realm.rejection().await;
    until("it is looked up", || realm.documents() == 2).await;
    until("a probe is answered there", || {
        let requests = realm.loopback.requests();
        requests.iter().any(|text| text.starts_with("POST /moved "))
    })
    .await;
    realm.advance(6);
    assert_eq!(realm.rejection().await, None);
}

/// As keys are, while they cannot be fetched.
#[tokio::test]
async fn last_known_endpoint_is_used_for_24_hours() {
    let realm = Realm::new().await;
    realm.loopback.set_document(Some(Reply::Closed));
    for seconds in [3_600, 82_799] {
        let probed = realm.probed();
        realm.advance(seconds);
        realm.say(&realm.claims());
        assert_eq!(realm.rejection().await, None);
        until("it is probed", || realm.probed() > probed).await;
        assert!(realm.server.ready().is_ok());
    }
    assert_eq!(rejection(&realm.server, "opq.other").await, INACTIVE);
    realm.advance(1);
    assert!(is_unavailable(rejection(&realm.server, "opq.third").await));
    realm.advance(60);
    realm.loopback.set_document(None);
    assert!(is_unavailable(realm.rejection().await));
    until("it is found again", || realm.server.ready().is_ok()).await;
}

/// Nor is a request held up by a document that does not come.
#[tokio::test]
async fn endpoint_lookup_does_not_delay_requests() {
    let realm = Realm::new().await;
    realm.loopback.set_document(Some(Reply::Silent));
    realm.advance(3_600);
    realm.say(&realm.claims());
    let begun = Instant::now();
    assert_eq!(realm.rejection().await, None);
    assert!(
        begun.elapsed() < Duration::from_secs(4),
        "it takes 5 s to give up"
    );
    until("it is looked up", || realm.documents() == 2).await;
}
