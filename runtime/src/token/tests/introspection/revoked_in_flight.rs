//! Tokens that this API revokes while their issuer is asked about them.
//!
//! Revocations are checked after every validation, so no cache can contain their outcome.

use super::*;
use crate::token::{RevocationList, Revocations, RevocationsUnavailable, VerifiedToken};

/// A server whose introspection endpoint holds its first response, with a revocation list.
struct HeldServer {
    loopback: LoopbackServer,
    server: Arc<ResourceServer>,
    issuer: EmbeddedIssuer,
    clock: TestClock,
    list: RevocationList,
}

impl HeldServer {
    async fn new() -> Self {
        let loopback = LoopbackServer::start(Reply::inactive()).await;
        let clock = TestClock::new();
        let list = RevocationList::with_clock(clock.clone());
        let issuer = EmbeddedIssuer::new(&loopback.url).clock(clock.clone());
        let introspection = credentials().tokens(IntrospectedTokens::All);
        let trusted = issuer.issuer(AUDIENCE).introspect(introspection);
        let server = ResourceServer::builder()
            .trust(trusted.allow_loopback_http())
            .revocations(list.clone())
            .clock(clock.clone())
            .build()
            .await
            .unwrap();
        Self {
            loopback,
            server: Arc::new(server),
            issuer,
            clock,
            list,
        }
    }

    /// Revokes `token` while its active response is held, and expects its rejection from then on.
    async fn expect_revoked(&self, token: &str, revoke: impl FnOnce(&RevocationList)) {
        let mut response = active_response(&self.loopback, &self.clock);
        response["jti"] = json!("id");
        response["client_id"] = json!("test-client");
        let (held, released) = Reply::json(200, &response.to_string()).held();
        self.loopback.set(held);
        let before = self.loopback.request_count();
        let request = {
            let (server, token) = (Arc::clone(&self.server), token.to_owned());
            tokio::spawn(async move { rejection(&server, &token).await })
        };
        wait_until("the endpoint receives the request", || {
            self.loopback.request_count() == before + 1
        })
        .await;
        revoke(&self.list);
        released.notify_one();
        let revoked = Some(TokenRejection::Invalid(TokenError::Revoked));
        assert_eq!(request.await.unwrap(), revoked);
        assert_eq!(rejection(&self.server, token).await, revoked);
        assert_eq!(
            self.loopback.request_count(),
            before + 1,
            "the response is cached"
        );
    }
}

#[tokio::test]
async fn token_revoked_during_its_introspection_is_rejected() {
    let revocations: [fn(&RevocationList, &str); 3] = [
        |list, issuer| list.revoke_token(issuer, "id").unwrap(),
        |list, issuer| list.revoke_subject(issuer, "alice", list.now()).unwrap(),
        |list, issuer| list.revoke_issuer(issuer, list.now()).unwrap(),
    ];
    for revoke in revocations {
        let test = HeldServer::new().await;
        let issuer = test.loopback.url.clone();
        test.expect_revoked("opq_x", |list| revoke(list, &issuer))
            .await;
        let test = HeldServer::new().await;
        let issuer = test.loopback.url.clone();
        let jwt = test.issuer.token("alice").claim("jti", "id").sign();
        test.expect_revoked(&jwt, |list| revoke(list, &issuer))
            .await;
    }
}

/// A store whose first answer is held until the test releases it.
struct HeldStore {
    list: RevocationList,
    released: Arc<Notify>,
    queries: Arc<std::sync::atomic::AtomicUsize>,
}

impl Revocations for HeldStore {
    async fn is_revoked(&self, token: &VerifiedToken) -> Result<bool, RevocationsUnavailable> {
        use std::sync::atomic::Ordering;
        let answer = self.list.is_revoked(token).await;
        if self.queries.fetch_add(1, Ordering::Relaxed) == 0 {
            self.released.notified().await;
        }
        answer
    }
}

/// The answer of the store decides one request only.
#[tokio::test]
async fn late_answer_of_the_store_is_not_cached() {
    let list = RevocationList::new();
    let (released, queries) = (Arc::new(Notify::new()), Arc::default());
    let issuer = EmbeddedIssuer::new(ISSUER);
    let server = ResourceServer::builder()
        .trust(issuer.issuer(AUDIENCE))
        .revocations(HeldStore {
            list: list.clone(),
            released: Arc::clone(&released),
            queries: Arc::clone(&queries),
        })
        .build()
        .await
        .unwrap();
    let token = issuer.token("alice").sign();
    let early = {
        let (server, token) = (server.clone(), token.clone());
        tokio::spawn(async move { rejection(&server, &token).await })
    };
    wait_until("the store is queried", || {
        queries.load(std::sync::atomic::Ordering::Relaxed) == 1
    })
    .await;
    list.revoke_subject(ISSUER, "alice", list.now()).unwrap();
    let revoked = Some(TokenRejection::Invalid(TokenError::Revoked));
    assert_eq!(rejection(&server, &token).await, revoked);
    released.notify_one();
    assert_eq!(early.await.unwrap(), None, "queried before the revocation");
    assert_eq!(rejection(&server, &token).await, revoked);
}
