//! Failures of the vault: no response claims that a record was stored, revoked or used up if it was not.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use http::{HeaderMap, StatusCode};
use serde_json::json;

use super::{Fixture, SECRET, START, basic, redemption, request};
use crate::authorization_server::{Approval, ApprovalError, ErrorCode};
use crate::claims::NumericDate;
use crate::clock::Clock as _;
use crate::relying_party::vault::{
    MemoryStore, RecordName, StoredRecord, TokenVault, VaultLock, VaultStore, VaultStoreError,
};
use crate::seal::SealingKey;

/// A store that fails on demand. Clones share its state.
#[derive(Clone, Default)]
struct FailingStore {
    store: MemoryStore,
    /// The next write that fails, counted from 1; no write if 0.
    failing_write: Arc<AtomicUsize>,
    fails_reads: Arc<AtomicBool>,
    fails_removals: Arc<AtomicBool>,
}

fn check(fails: bool) -> Result<(), VaultStoreError> {
    if fails {
        return Err(VaultStoreError::because("the disk is full"));
    }
    Ok(())
}

impl VaultStore for FailingStore {
    async fn read(&self, name: RecordName) -> Result<Option<StoredRecord>, VaultStoreError> {
        check(self.fails_reads.load(Ordering::Relaxed))?;
        self.store.read(name).await
    }

    async fn write(
        &self,
        name: RecordName,
        expected: Option<u64>,
        record: StoredRecord,
    ) -> Result<(), VaultStoreError> {
        let failing = self.failing_write.load(Ordering::Relaxed);
        self.failing_write
            .store(failing.saturating_sub(1), Ordering::Relaxed);
        check(failing == 1)?;
        self.store.write(name, expected, record).await
    }

    async fn remove(&self, name: RecordName, expected: u64) -> Result<(), VaultStoreError> {
        check(self.fails_removals.load(Ordering::Relaxed))?;
        self.store.remove(name, expected).await
    }

    async fn set_aside(&self, name: RecordName) -> Result<(), VaultStoreError> {
        self.store.set_aside(name).await
    }

    async fn names(&self) -> Result<Vec<RecordName>, VaultStoreError> {
        self.store.names().await
    }

    async fn remove_expired(&self, now: NumericDate) -> Result<usize, VaultStoreError> {
        self.store.remove_expired(now).await
    }

    async fn lock(&self, name: RecordName, wait: Duration) -> Result<VaultLock, VaultStoreError> {
        self.store.lock(name, wait).await
    }
}

impl FailingStore {
    fn fail_write(&self, number: usize) {
        self.failing_write.store(number, Ordering::Relaxed);
    }

    fn fail_removals(&self, fails: bool) {
        self.fails_removals.store(fails, Ordering::Relaxed);
    }

    fn fail_reads(&self, fails: bool) {
        self.fails_reads.store(fails, Ordering::Relaxed);
    }

    async fn records(&self) -> usize {
        self.names().await.unwrap().len()
    }
}

async fn fixture() -> (Fixture, FailingStore) {
    let store = FailingStore::default();
    let key = SealingKey::generate().unwrap();
    let vault = TokenVault::create(store.clone(), key).await.unwrap();
    (Fixture::with_vault(vault, START).await, store)
}

/// Storing a code takes two writes: its authorization, and the list of the user's logins.
#[tokio::test]
async fn code_that_is_not_stored_is_not_issued() {
    let (fixture, store) = fixture().await;
    let query = request("spa");
    for (failing_write, is_issued) in [(1, false), (2, false), (3, true)] {
        let request = fixture.server.authorization_request(&query).await.unwrap();
        let before = store.records().await;
        store.fail_write(failing_write);
        let approval = Approval::new("alice", fixture.clock.now());
        let approved = fixture.server.approve(&request, approval).await;
        store.fail_write(0);
        let error = (!is_issued).then_some(ApprovalError::Unavailable);
        assert_eq!(approved.err(), error, "{failing_write}");
        // an authorization whose login is on no list is removed, because a revocation of the user would not find it
        let added = store.records().await - before;
        assert_eq!(added > 0, is_issued, "{failing_write}: {added}");
    }
}

/// RFC 7009 §2.2.1: the client must know that the token still exists.
#[tokio::test]
async fn failed_revocation_of_a_token_is_an_error() {
    let (fixture, store) = fixture().await;
    let login = fixture.redeem(&fixture.code("spa").await).await;
    let headers = HeaderMap::new();
    let revoke = async |name: &str| {
        let form = format!("client_id=spa&token={}", login.text(name));
        let revoked = fixture.server.revoke(&headers, None, &form).await;
        revoked.map_err(|failure| failure.code())
    };
    let unavailable = Err(ErrorCode::TemporarilyUnavailable);
    store.fail_removals(true);
    assert_eq!(revoke("refresh_token").await, unavailable);
    assert!(fixture.server.revoke_user("alice").await.is_err());
    store.fail_removals(false);
    for name in ["refresh_token", "access_token"] {
        store.fail_reads(true);
        assert_eq!(revoke(name).await, unavailable, "{name}");
        store.fail_reads(false);
    }
    store.fail_write(1);
    assert_eq!(revoke("access_token").await, unavailable);
    store.fail_write(1);
    assert!(fixture.server.revoke_client("spa").await.is_err());
    store.fail_write(0);
    let state = fixture.introspect(&login.text("access_token")).await;
    assert_eq!(state["active"], true);
    for name in ["access_token", "refresh_token"] {
        assert_eq!(revoke(name).await, Ok(()), "{name}");
        let state = fixture.introspect(&login.text(name)).await;
        assert_eq!(state, json!({ "active": false }), "{name}");
    }
}

/// Otherwise, a code or assertion could be used again as soon as the vault works.
#[tokio::test]
async fn credential_that_cannot_be_used_up_is_refused() {
    let (fixture, store) = fixture().await;
    let code = fixture.code("spa").await;
    store.fail_write(1);
    let redeemed = fixture.redeem(&code).await;
    assert_eq!(redeemed.status, StatusCode::SERVICE_UNAVAILABLE);
    let redeemed = fixture.redeem(&code).await;
    assert_eq!(redeemed.status, StatusCode::OK);
    let token = redeemed.text("refresh_token");
    let form = format!("grant_type=refresh_token&client_id=spa&refresh_token={token}");
    store.fail_write(1);
    let refreshed = fixture.token(&HeaderMap::new(), &form).await;
    assert_eq!(refreshed.status, StatusCode::SERVICE_UNAVAILABLE);
    let refreshed = fixture.token(&HeaderMap::new(), &form).await;
    assert_eq!(refreshed.status, StatusCode::OK);

    let claims = json!({
        "iss": "jwt", "sub": "jwt", "aud": super::ISSUER, "jti": "1", "exp": START + 60,
    });
    let assertion = fixture.key.sign_jwt("JWT", &claims).unwrap();
    let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    let form = format!(
        "grant_type=client_credentials&client_assertion_type={kind}&client_assertion={assertion}"
    );
    store.fail_write(1);
    let first = fixture.token(&HeaderMap::new(), &form).await;
    assert_eq!(first.status, StatusCode::SERVICE_UNAVAILABLE);
    let second = fixture.token(&HeaderMap::new(), &form).await;
    assert_eq!(second.status, StatusCode::OK);

    let (headers, form) = (HeaderMap::new(), request("spa"));
    let pushed = fixture.server.push(&headers, None, &form);
    let pushed = serde_json::to_value(pushed.await.unwrap()).unwrap();
    let uri = super::encoded("request_uri", pushed["request_uri"].as_str().unwrap());
    let query = format!("client_id=spa&{uri}");
    store.fail_removals(true);
    let refused = fixture.authorize(&query).await.unwrap_err();
    assert_eq!(refused.code(), ErrorCode::TemporarilyUnavailable);
    store.fail_removals(false);
    assert!(fixture.authorize(&query).await.is_ok());
}

/// The request is refused in any case; a repeated request revokes the login.
#[tokio::test]
async fn reuse_is_refused_while_its_login_cannot_be_revoked() {
    let (fixture, store) = fixture().await;
    let code = fixture.code("spa").await;
    let login = fixture.redeem(&code).await;
    let access_token = login.text("access_token");
    for (fails, is_active) in [(true, true), (false, false)] {
        store.fail_removals(fails);
        let again = fixture.token(&HeaderMap::new(), &redemption(&code)).await;
        assert_eq!(again.error(), "invalid_grant");
        let state = fixture.introspect(&access_token).await;
        assert_eq!(state["active"], is_active);
    }
}

/// Tokens that need no vault are issued and validated with the keys of the last read.
#[tokio::test]
async fn keys_of_the_last_read_sign_while_the_vault_cannot_be_read() {
    let (fixture, store) = fixture().await;
    let form = "grant_type=client_credentials&scope=orders%3Aread";
    store.fail_reads(true);
    for _ in 0..3 {
        fixture.advance(61);
        let reply = fixture.token(&basic("web", SECRET), form).await;
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.body);
        let token = reply.text("access_token");
        let tokens = fixture.server.access_tokens();
        assert!(tokens.verify(&token).await.is_some());
        // the server could miss a revocation
        let form = format!("token={token}");
        let headers = basic("api", SECRET);
        let state = fixture.server.introspect(&headers, None, &form);
        let failure = state.await.unwrap_err();
        assert_eq!(failure.code(), ErrorCode::TemporarilyUnavailable);
    }
}

/// Clients only learn that the server is unavailable; operators need the cause.
#[cfg(feature = "tracing")]
#[tokio::test]
async fn failure_of_the_vault_is_logged() {
    let (fixture, store) = fixture().await;
    let (code, used) = (fixture.code("spa").await, fixture.code("spa").await);
    fixture.redeem(&used).await;
    let query = request("spa");
    let request = fixture.server.authorization_request(&query).await.unwrap();
    let (log, _capturing) = crate::testing::log::TestLog::capture();
    let assert_logged = |step: &str| {
        let printed = log.text();
        for secret in [&code, &used, super::VERIFIER, "alice"] {
            assert!(!printed.contains(secret), "{step}: {printed}");
        }
        let events = log.take("palisade::authorization_server");
        assert!(!events.is_empty(), "{step}");
    };
    store.fail_write(1);
    let approval = Approval::new("alice", fixture.clock.now());
    assert!(fixture.server.approve(&request, approval).await.is_err());
    assert_logged("a code that is not stored");
    store.fail_write(1);
    fixture.redeem(&code).await;
    assert_logged("a code that is not used up");
    store.fail_removals(true);
    fixture.redeem(&used).await;
    assert_logged("a login that is not revoked");
    store.fail_reads(true);
    fixture.advance(61);
    let form = "grant_type=client_credentials&scope=orders%3Aread";
    let reply = fixture.token(&basic("web", SECRET), form).await;
    assert_eq!(reply.status, StatusCode::OK);
    assert_logged("keys that are not read again");
}
