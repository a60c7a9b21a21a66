//! JWTs that are introspected after their signatures are verified.

use super::*;

/// A server whose issuer signs JWTs, and has an introspection endpoint.
struct JwtServer {
    loopback: LoopbackServer,
    issuer: EmbeddedIssuer,
    server: ResourceServer,
    clock: TestClock,
}

impl JwtServer {
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

    fn respond_with(&self, response: &Value) {
        self.loopback.set(Reply::json(200, &response.to_string()));
    }

    fn token(&self) -> String {
        self.issuer.token("alice").scopes("a b").sign()
    }
}

#[tokio::test]
async fn jwt_needs_a_valid_signature_and_an_active_response() {
    let test = JwtServer::new(IntrospectedTokens::Jwts).await;
    let token = test.token();
    assert_eq!(rejection(&test.server, &token).await, INACTIVE);
    test.respond_with(&json!({"active": true, "scope": "b"}));
    test.clock.advance(Duration::from_secs(5));
    let verified = test.server.authenticate(token.as_bytes()).await.unwrap();
    assert_eq!(verified.subject(), "alice");
    assert_eq!(verified.scopes().as_str(), "b");
}

/// The cache of verified signatures alone never accepts a JWT that its issuer must confirm.
#[tokio::test]
async fn introspected_jwt_is_never_accepted_from_the_cache_of_jwts() {
    let test = JwtServer::new(IntrospectedTokens::Jwts).await;
    let token = test.token();
    test.respond_with(&json!({"active": true}));
    assert_eq!(rejection(&test.server, &token).await, None);
    assert!(test.server.authenticate_cached(token.as_bytes()).is_none());
}

#[tokio::test]
async fn revoked_jwt_is_rejected_after_the_cache_time() {
    let test = JwtServer::new(IntrospectedTokens::Jwts).await;
    let token = test.token();
    test.respond_with(&json!({"active": true}));
    assert_eq!(rejection(&test.server, &token).await, None);
    test.loopback.set(Reply::inactive());
    test.clock.advance(Duration::from_secs(59));
    assert_eq!(rejection(&test.server, &token).await, None);
    test.clock.advance(Duration::from_secs(1));
    assert_eq!(rejection(&test.server, &token).await, INACTIVE);
}

#[tokio::test]
async fn invalid_jwt_is_not_introspected() {
    let test = JwtServer::new(IntrospectedTokens::All).await;
    test.respond_with(&json!({"active": true}));
    let before = test.loopback.request_count();
    let forged = EmbeddedIssuer::with_own_keys(&test.loopback.url)
        .clock(test.clock.clone())
        .token("alice")
        .sign();
    let rejected = rejection(&test.server, &forged).await;
    assert_eq!(
        rejected,
        Some(TokenRejection::Invalid(TokenError::UnknownKey))
    );
    let elsewhere = test
        .issuer
        .token("alice")
        .audience("https://b.example")
        .sign();
    let rejected = rejection(&test.server, &elsewhere).await;
    assert_eq!(
        rejected,
        Some(TokenRejection::Invalid(TokenError::Audience))
    );
    assert_eq!(test.loopback.request_count(), before);
}

/// An issuer never receives tokens of another issuer.
#[tokio::test]
async fn jwt_is_introspected_at_its_own_issuer_only() {
    let active = || Reply::json(200, r#"{"active":true}"#);
    let [one, two] = [
        LoopbackServer::start(Reply::inactive()).await,
        LoopbackServer::start(Reply::inactive()).await,
    ];
    let new_issuer = |loopback: &LoopbackServer| EmbeddedIssuer::with_own_keys(&loopback.url);
    let issuers = [
        new_issuer(&one),
        new_issuer(&two),
        EmbeddedIssuer::new(ISSUER),
    ];
    let introspected = || credentials().tokens(IntrospectedTokens::Jwts);
    let trusted = |issuer: &EmbeddedIssuer| issuer.issuer(AUDIENCE).grants_everything();
    let [first, second, third] = issuers.each_ref().map(trusted);
    let server = ResourceServer::builder()
        .trust(first.introspect(introspected()).allow_loopback_http())
        .trust(second.introspect(introspected()).allow_loopback_http())
        .trust(third)
        .build()
        .await
        .unwrap();
    one.set(active());
    two.set(active());
    for (issuer, expected) in issuers.iter().zip([[1, 0], [0, 1], [0, 0]]) {
        let before = [one.request_count(), two.request_count()];
        let token = issuer.token("alice").sign();
        assert_eq!(rejection(&server, &token).await, None);
        let after = [one.request_count(), two.request_count()];
        assert_eq!([after[0] - before[0], after[1] - before[1]], expected);
    }
}

#[tokio::test]
async fn jwt_is_unavailable_if_the_endpoint_fails() {
    let test = JwtServer::new(IntrospectedTokens::Jwts).await;
    test.loopback.set(Reply::Closed);
    assert!(is_unavailable(rejection(&test.server, &test.token()).await));
}

#[tokio::test]
async fn configured_token_kinds_are_accepted() {
    for (tokens, has_opaque, has_jwts, introspects_jwts) in [
        (IntrospectedTokens::OpaqueBesideJwts, true, true, false),
        (IntrospectedTokens::Jwts, false, true, true),
        (IntrospectedTokens::All, true, true, true),
    ] {
        let test = JwtServer::new(tokens).await;
        test.respond_with(&active_response(&test.loopback, &test.clock));
        let before = test.loopback.request_count();
        let of_opaque = rejection(&test.server, "opq_x").await;
        assert_eq!(of_opaque.is_none(), has_opaque, "{tokens:?}");
        assert_eq!(
            test.loopback.request_count(),
            before + usize::from(has_opaque)
        );
        let before = test.loopback.request_count();
        test.respond_with(&json!({"active": true}));
        let of_jwt = rejection(&test.server, &test.token()).await;
        assert_eq!(of_jwt.is_none(), has_jwts, "{tokens:?}");
        assert_eq!(
            test.loopback.request_count(),
            before + usize::from(introspects_jwts)
        );
    }
}

/// The server has no keys of an issuer of opaque tokens.
#[tokio::test]
async fn jwt_is_rejected_if_only_opaque_tokens_are_accepted() {
    let test = IntrospectedServer::new().await;
    let response = test.active_response().to_string();
    test.loopback.set(Reply::json(200, &response));
    let before = test.loopback.request_count();
    let jwt = EmbeddedIssuer::new(&test.loopback.url)
        .token("alice")
        .sign();
    let rejected = rejection(&test.server, &jwt).await;
    assert!(
        matches!(rejected, Some(TokenRejection::Invalid(_))),
        "{rejected:?}"
    );
    for jwt in ["a.b.c", "..", "e30.e30.", "opq.a.b"] {
        let rejected = rejection(&test.server, jwt).await;
        assert!(
            matches!(rejected, Some(TokenRejection::Invalid(_))),
            "{jwt}: {rejected:?}"
        );
    }
    assert_eq!(test.loopback.request_count(), before);
}
