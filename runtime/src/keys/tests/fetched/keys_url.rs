//! Keys from a configured URL, without a discovery document.

use super::*;

impl KeyServerTest {
    /// Builds the server with a keys URL; the metadata document would fail it.
    async fn with_keys_url(startup: Startup) -> Self {
        let key_server = LoopbackServer::start(Reply::Closed).await;
        key_server.set_document(Some(Reply::Closed));
        let clock = TestClock::new();
        let issuer = EmbeddedIssuer::new(ISSUER).clock(clock.clone());
        key_server.set(Reply::Keys(issuer.jwks()));
        let trusted = Issuer::new(ISSUER)
            .audience(AUDIENCE)
            .keys_url(format!("{}/keys?tenant=a", key_server.url))
            .allow_loopback_http();
        let server = ResourceServer::builder()
            .trust(trusted)
            .startup(startup)
            .clock(clock.clone())
            .build()
            .await
            .unwrap();
        Self {
            key_server,
            issuer,
            server,
            clock,
        }
    }
}

#[tokio::test]
async fn keys_of_a_url_are_fetched_and_refreshed_without_a_document() {
    let test = KeyServerTest::with_keys_url(Startup::FailFast).await;
    assert_eq!(test.key_server.request_count(), 1);
    assert_eq!(test.validate(test.issuer.token("alice")).await, Ok(()));
    let rotated = EmbeddedIssuer::with_own_keys(ISSUER).clock(test.clock.clone());
    test.key_server.set(Reply::Keys(rotated.jwks()));
    test.refresh_after(300).await;
    assert_eq!(test.validate(test.issuer.token("alice")).await, UNKNOWN_KEY);
    assert_eq!(test.validate(rotated.token("alice")).await, Ok(()));
    test.key_server.set(Reply::Closed);
    test.advance(3_600);
    let result = test.validate(rotated.token("alice")).await;
    assert!(is_unavailable(&result), "{result:?}");
}

#[tokio::test]
async fn keys_of_a_url_are_fetched_for_an_unknown_key() {
    let test = KeyServerTest::with_keys_url(Startup::Deferred).await;
    test.wait_until("the server is ready", async |test| {
        test.server.ready().is_ok()
    })
    .await;
    let rotated = EmbeddedIssuer::with_own_keys(ISSUER).clock(test.clock.clone());
    test.key_server.set(Reply::Keys(rotated.jwks()));
    assert_eq!(test.validate(rotated.token("alice")).await, Ok(()));
    assert_eq!(test.key_server.request_count(), 2);
}

#[tokio::test]
async fn failure_of_a_keys_url_names_it_without_its_query() {
    let test = KeyServerTest::with_keys_url(Startup::Deferred).await;
    test.wait_until("the server is ready", async |test| {
        test.server.ready().is_ok()
    })
    .await;
    test.key_server.set(Reply::json(403, "{}"));
    test.refresh_after(3_600).await;
    let not_ready = test.server.ready().unwrap_err().to_string();
    let expected = format!(
        "GET {}/keys?…: the issuer responded with status 403",
        test.key_server.url
    );
    assert!(not_ready.contains(&expected), "{not_ready}");
}
