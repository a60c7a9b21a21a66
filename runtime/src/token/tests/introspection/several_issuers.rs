//! Opaque tokens of several issuers: the declared prefix determines the issuer.

use super::*;

/// A server with three issuers of opaque tokens: two with a prefix, one without.
struct ThreeIssuers {
    issuers: [LoopbackServer; 3],
    server: ResourceServer,
}

impl ThreeIssuers {
    async fn new() -> Self {
        let clock = TestClock::new();
        let issuers = [
            LoopbackServer::start(Reply::inactive()).await,
            LoopbackServer::start(Reply::inactive()).await,
            LoopbackServer::start(Reply::inactive()).await,
        ];
        let [one, two, rest] = [0, 1, 2].map(|at: usize| {
            Issuer::new(&issuers[at].url)
                .audience(AUDIENCE)
                .allow_loopback_http()
        });
        let server = ResourceServer::builder()
            .trust(rest.introspect(credentials()).grants_everything())
            .trust(
                one.introspect(credentials().prefix("one_"))
                    .grants_everything(),
            )
            .trust(
                two.introspect(credentials().prefix("two.a."))
                    .grants_everything(),
            )
            .clock(clock.clone())
            .build()
            .await
            .unwrap();
        for issuer in &issuers {
            let response = active_response(issuer, &clock).to_string();
            issuer.set(Reply::json(200, &response));
        }
        let [one, two, rest] = issuers;
        Self {
            issuers: [one, two, rest],
            server,
        }
    }

    fn request_counts(&self) -> [usize; 3] {
        [0, 1, 2].map(|at: usize| self.issuers[at].request_count())
    }
}

#[tokio::test]
async fn prefix_determines_the_issuer() {
    let three = ThreeIssuers::new().await;
    assert_eq!(three.request_counts(), [1, 1, 1], "one probe each");
    for (token, issuer) in [
        ("one_x", 0),
        ("one_", 0),
        ("one_a.b.c", 0),
        ("two.a.x", 1),
        ("two.a.", 1),
        ("one", 2),
        ("One_x", 2),
        ("two_x", 2),
        ("x_one_", 2),
        ("a.b.c.d.e", 2),
        ("a.b", 2),
    ] {
        let before = three.request_counts();
        let verified = three.server.authenticate(token.as_bytes()).await.unwrap();
        assert_eq!(verified.issuer(), three.issuers[issuer].url, "{token}");
        let mut after = before;
        after[issuer] += 1;
        assert_eq!(three.request_counts(), after, "{token}");
    }
}

#[tokio::test]
async fn unavailable_issuer_does_not_affect_others() {
    let three = ThreeIssuers::new().await;
    three.issuers[2].set(Reply::Closed);
    assert!(is_unavailable(rejection(&three.server, "x").await));
    assert_eq!(rejection(&three.server, "one_x").await, None);
    assert_eq!(rejection(&three.server, "two.a.x").await, None);
}

/// The limit of requests in flight applies to each issuer.
#[tokio::test]
async fn flood_at_one_issuer_does_not_delay_others() {
    let three = Arc::new(ThreeIssuers::new().await);
    three.issuers[0].set(Reply::Silent);
    let flood: Vec<_> = (0..40)
        .map(|n| {
            let three = Arc::clone(&three);
            tokio::spawn(async move { rejection(&three.server, &format!("one_{n}")).await })
        })
        .collect();
    wait_until("the limit is reached", || {
        three.request_counts()[0] == 1 + 32
    })
    .await;
    assert_eq!(rejection(&three.server, "two.a.x").await, None);
    assert_eq!(rejection(&three.server, "x").await, None);
    for waiting in flood {
        assert!(!waiting.is_finished());
        waiting.abort();
    }
}

/// An endpoint cannot report a token as one of another issuer.
#[tokio::test]
async fn response_that_names_another_issuer_is_rejected() {
    let three = ThreeIssuers::new().await;
    let response = active_response(&three.issuers[1], &TestClock::new()).to_string();
    three.issuers[0].set(Reply::json(200, &response));
    let rejected = rejection(&three.server, "one_x").await;
    assert_eq!(rejected, Some(TokenRejection::Invalid(TokenError::Issuer)));
}

#[tokio::test]
async fn opaque_tokens_and_jwts_of_different_issuers_are_accepted() {
    let loopback = LoopbackServer::start(Reply::inactive()).await;
    let clock = TestClock::new();
    let signing = EmbeddedIssuer::new(ISSUER).clock(clock.clone());
    let opaque = Issuer::new(&loopback.url).audience(AUDIENCE);
    let server = ResourceServer::builder()
        .trust(signing.issuer(AUDIENCE).grants_everything())
        .trust(
            opaque
                .introspect(credentials())
                .allow_loopback_http()
                .grants_everything(),
        )
        .clock(clock.clone())
        .build()
        .await
        .unwrap();
    let response = active_response(&loopback, &clock).to_string();
    loopback.set(Reply::json(200, &response));
    let before = loopback.request_count();
    let jwt = signing.token("bob").sign();
    let verified = server.authenticate(jwt.as_bytes()).await.unwrap();
    assert_eq!((verified.issuer(), verified.subject()), (ISSUER, "bob"));
    assert_eq!(
        loopback.request_count(),
        before,
        "a JWT is not introspected"
    );
    let verified = server.authenticate(b"opq_x").await.unwrap();
    assert_eq!(verified.issuer(), loopback.url);
}

#[tokio::test]
async fn grants_apply_to_opaque_tokens_and_confirmed_jwts() {
    use crate::claims::{Grants, Role, Scope};

    let loopback = LoopbackServer::start(Reply::inactive()).await;
    let clock = TestClock::new();
    let own = EmbeddedIssuer::new(ISSUER).clock(clock.clone());
    let partner = EmbeddedIssuer::with_own_keys(&loopback.url).clock(clock.clone());
    let grants = Grants::none()
        .scopes([Scope::new("a")])
        .roles([Role::new("clerk")]);
    let introspected = partner
        .issuer(AUDIENCE)
        .introspect(credentials().tokens(IntrospectedTokens::All));
    let server = ResourceServer::builder()
        .trust(own.issuer(AUDIENCE).grants_everything())
        .trust(introspected.allow_loopback_http().grants(grants))
        .clock(clock.clone())
        .build()
        .await
        .unwrap();
    let mut response = active_response(&loopback, &clock);
    response["roles"] = json!(["clerk", "admin"]);
    response["client_id"] = json!("test-client");
    loopback.set(Reply::json(200, &response.to_string()));
    let jwt = partner.token("alice").audience(AUDIENCE).scopes("b a");
    let jwt = jwt.roles(["admin", "clerk"]).sign();
    for token in ["opaque", &jwt] {
        let verified = server.authenticate(token.as_bytes()).await.unwrap();
        assert_eq!(verified.scopes().as_str(), "a");
        assert_eq!(verified.roles().iter().collect::<Vec<_>>(), ["clerk"]);
        assert_eq!(verified.ungranted(), 2);
        let claims: Value = serde_json::from_slice(verified.claims_json()).unwrap();
        assert_eq!(claims["scope"], "a");
        assert_eq!(claims["roles"], json!(["clerk"]));
    }
}
