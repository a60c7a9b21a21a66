//! Whose opaque token it is, where several issuers are trusted: as declared, never by trying.

use super::*;

/// Three issuers: two whose opaque tokens have a prefix, one whose have none.
struct Three {
    issuers: [LoopbackServer; 3],
    server: ResourceServer,
}

impl Three {
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
            .trust(rest.introspect(credentials()))
            .trust(one.introspect(credentials().prefix("one_")))
            .trust(two.introspect(credentials().prefix("two.a.")))
            .clock(clock.clone())
            .build()
            .await
            .unwrap();
        for issuer in &issuers {
            let said = claims(issuer, &clock).to_string();
            issuer.set(Reply::json(200, &said));
        }
        let [one, two, rest] = issuers;
        Self {
            issuers: [one, two, rest],
            server,
        }
    }

    fn asked(&self) -> [usize; 3] {
        [0, 1, 2].map(|at: usize| self.issuers[at].request_count())
    }
}

#[tokio::test]
async fn prefix_determines_the_issuer() {
    let three = Three::new().await;
    assert_eq!(three.asked(), [1, 1, 1], "one probe each");
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
        let before = three.asked();
        let verified = three.server.authenticate(token.as_bytes()).await.unwrap();
        assert_eq!(verified.issuer(), three.issuers[issuer].url, "{token}");
        let mut after = before;
        after[issuer] += 1;
        assert_eq!(three.asked(), after, "{token}");
    }
}

#[tokio::test]
async fn unavailable_issuer_does_not_affect_others() {
    let three = Three::new().await;
    three.issuers[2].set(Reply::Closed);
    assert!(is_unavailable(rejection(&three.server, "x").await));
    assert_eq!(rejection(&three.server, "one_x").await, None);
    assert_eq!(rejection(&three.server, "two.a.x").await, None);
}

/// Nor one whose every turn is taken.
#[tokio::test]
async fn flood_at_one_issuer_does_not_delay_others() {
    let three = Arc::new(Three::new().await);
    three.issuers[0].set(Reply::Silent);
    let flood: Vec<_> = (0..40)
        .map(|n| {
            let three = Arc::clone(&three);
            tokio::spawn(async move { rejection(&three.server, &format!("one_{n}")).await })
        })
        .collect();
    until("every turn is taken", || three.asked()[0] == 1 + 32).await;
    assert_eq!(rejection(&three.server, "two.a.x").await, None);
    assert_eq!(rejection(&three.server, "x").await, None);
    for waiting in flood {
        assert!(!waiting.is_finished());
        waiting.abort();
    }
}

/// One issuer's endpoint cannot speak for another's tokens.
#[tokio::test]
async fn response_that_names_another_issuer_is_rejected() {
    let three = Three::new().await;
    let said = claims(&three.issuers[1], &TestClock::new()).to_string();
    three.issuers[0].set(Reply::json(200, &said));
    let denied = rejection(&three.server, "one_x").await;
    assert_eq!(denied, Some(Denial::Invalid(TokenError::Issuer)));
}

#[tokio::test]
async fn opaque_tokens_and_jwts_of_different_issuers_are_accepted() {
    let loopback = LoopbackServer::start(Reply::inactive()).await;
    let clock = TestClock::new();
    let signing = EmbeddedIssuer::new(ISSUER).clock(clock.clone());
    let opaque = Issuer::new(&loopback.url).audience(AUDIENCE);
    let server = ResourceServer::builder()
        .trust(signing.issuer(AUDIENCE))
        .trust(opaque.introspect(credentials()).allow_loopback_http())
        .clock(clock.clone())
        .build()
        .await
        .unwrap();
    let said = claims(&loopback, &clock).to_string();
    loopback.set(Reply::json(200, &said));
    let asked = loopback.request_count();
    let jwt = signing.token("bob").sign();
    let verified = server.authenticate(jwt.as_bytes()).await.unwrap();
    assert_eq!((verified.issuer(), verified.subject()), (ISSUER, "bob"));
    assert_eq!(
        loopback.request_count(),
        asked,
        "nobody is asked about a JWT"
    );
    let verified = server.authenticate(b"opq_x").await.unwrap();
    assert_eq!(verified.issuer(), loopback.url);
}
