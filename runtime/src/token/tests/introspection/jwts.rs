//! JWTs that are proved by keys, and then asked about.

use super::*;

/// An issuer whose JWTs are verified here, and known at its endpoint.
struct Signing {
    loopback: LoopbackServer,
    issuer: EmbeddedIssuer,
    server: ResourceServer,
    clock: TestClock,
}

impl Signing {
    async fn new(tokens: IntrospectedTokens) -> Self {
        let loopback = LoopbackServer::start(Reply::inactive()).await;
        let clock = TestClock::new();
        let issuer = EmbeddedIssuer::new(&loopback.url).clock(clock.clone());
        let trusted = issuer
            .issuer(AUDIENCE)
            .introspect(credentials().tokens(tokens))
            .allow_loopback_http();
        let server = ResourceServer::builder()
            .trust(trusted)
            .clock(clock.clone())
            .build()
            .await
            .unwrap();
        Self {
            loopback,
            issuer,
            server,
            clock,
        }
    }

    fn say(&self, said: &Value) {
        self.loopback.set(Reply::json(200, &said.to_string()));
    }

    fn token(&self) -> String {
        self.issuer.token("alice").scopes("a b").sign()
    }
}

#[tokio::test]
async fn jwt_needs_a_valid_signature_and_an_active_response() {
    let signing = Signing::new(IntrospectedTokens::Jwts).await;
    let token = signing.token();
    assert_eq!(rejection(&signing.server, &token).await, INACTIVE);
    signing.say(&json!({"active": true, "scope": "b"}));
    signing.clock.advance(Duration::from_secs(5));
    let verified = signing.server.authenticate(token.as_bytes()).await.unwrap();
    assert_eq!(verified.subject(), "alice");
    assert_eq!(verified.scopes().as_str(), "b");
}

#[tokio::test]
async fn revoked_jwt_is_rejected_after_the_cache_time() {
    let signing = Signing::new(IntrospectedTokens::Jwts).await;
    let token = signing.token();
    signing.say(&json!({"active": true}));
    assert_eq!(rejection(&signing.server, &token).await, None);
    signing.loopback.set(Reply::inactive());
    signing.clock.advance(Duration::from_secs(59));
    assert_eq!(rejection(&signing.server, &token).await, None);
    signing.clock.advance(Duration::from_secs(1));
    assert_eq!(rejection(&signing.server, &token).await, INACTIVE);
}

/// What a key has not proved is sent to nobody.
#[tokio::test]
async fn invalid_jwt_is_not_introspected() {
    let signing = Signing::new(IntrospectedTokens::All).await;
    signing.say(&json!({"active": true}));
    let asked = signing.loopback.request_count();
    let forged = EmbeddedIssuer::with_own_keys(&signing.loopback.url)
        .clock(signing.clock.clone())
        .token("alice")
        .sign();
    let denied = rejection(&signing.server, &forged).await;
    assert_eq!(denied, Some(Denial::Invalid(TokenError::UnknownKey)));
    let elsewhere = signing
        .issuer
        .token("alice")
        .audience("https://b.example")
        .sign();
    let denied = rejection(&signing.server, &elsewhere).await;
    assert_eq!(denied, Some(Denial::Invalid(TokenError::Audience)));
    assert_eq!(signing.loopback.request_count(), asked);
}

/// No issuer sees another's tokens.
#[tokio::test]
async fn jwt_is_introspected_at_its_own_issuer_only() {
    let active = || Reply::json(200, r#"{"active":true}"#);
    let [one, two] = [
        LoopbackServer::start(Reply::inactive()).await,
        LoopbackServer::start(Reply::inactive()).await,
    ];
    let signing = |loopback: &LoopbackServer| EmbeddedIssuer::with_own_keys(&loopback.url);
    let issuers = [signing(&one), signing(&two), EmbeddedIssuer::new(ISSUER)];
    let asked = || credentials().tokens(IntrospectedTokens::Jwts);
    let [first, second, third] = issuers.each_ref().map(|issuer| issuer.issuer(AUDIENCE));
    let server = ResourceServer::builder()
        .trust(first.introspect(asked()).allow_loopback_http())
        .trust(second.introspect(asked()).allow_loopback_http())
        .trust(third)
        .build()
        .await
        .unwrap();
    one.set(active());
    two.set(active());
    for (issuer, questions) in issuers.iter().zip([[1, 0], [0, 1], [0, 0]]) {
        let before = [one.request_count(), two.request_count()];
        let token = issuer.token("alice").sign();
        assert_eq!(rejection(&server, &token).await, None);
        let after = [one.request_count(), two.request_count()];
        assert_eq!([after[0] - before[0], after[1] - before[1]], questions);
    }
}

#[tokio::test]
async fn jwt_is_unavailable_if_the_endpoint_fails() {
    let signing = Signing::new(IntrospectedTokens::Jwts).await;
    signing.loopback.set(Reply::Closed);
    assert!(is_unavailable(
        rejection(&signing.server, &signing.token()).await
    ));
}

#[tokio::test]
async fn configured_token_kinds_are_accepted() {
    for (tokens, has_opaque, has_jwts, asks_about_jwts) in [
        (IntrospectedTokens::OpaqueBesideJwts, true, true, false),
        (IntrospectedTokens::Jwts, false, true, true),
        (IntrospectedTokens::All, true, true, true),
    ] {
        let signing = Signing::new(tokens).await;
        signing.say(&claims(&signing.loopback, &signing.clock));
        let asked = signing.loopback.request_count();
        let of_opaque = rejection(&signing.server, "opq_x").await;
        assert_eq!(of_opaque.is_none(), has_opaque, "{tokens:?}");
        assert_eq!(
            signing.loopback.request_count(),
            asked + usize::from(has_opaque)
        );
        let asked = signing.loopback.request_count();
        signing.say(&json!({"active": true}));
        let of_jwt = rejection(&signing.server, &signing.token()).await;
        assert_eq!(of_jwt.is_none(), has_jwts, "{tokens:?}");
        assert_eq!(
            signing.loopback.request_count(),
            asked + usize::from(asks_about_jwts)
        );
    }
}

/// An issuer of opaque tokens only has no keys: no JWT is its.
#[tokio::test]
async fn jwt_is_rejected_if_only_opaque_tokens_are_accepted() {
    let realm = Realm::new().await;
    let said = realm.claims().to_string();
    realm.loopback.set(Reply::json(200, &said));
    let asked = realm.loopback.request_count();
    let jwt = EmbeddedIssuer::new(&realm.loopback.url)
        .token("alice")
        .sign();
    let denied = rejection(&realm.server, &jwt).await;
    assert!(matches!(denied, Some(Denial::Invalid(_))), "{denied:?}");
    for jwt in ["a.b.c", "..", "e30.e30.", "opq.a.b"] {
        let denied = rejection(&realm.server, jwt).await;
        assert!(
            matches!(denied, Some(Denial::Invalid(_))),
            "{jwt}: {denied:?}"
        );
    }
    assert_eq!(realm.loopback.request_count(), asked);
}
