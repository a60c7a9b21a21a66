//! Tokens that are cached, replaced ahead of their expiry, rotated and revoked.

mod failures;

use std::time::Duration;

use super::*;
use crate::claims::{NumericDate, Scope, ScopeSet};
use crate::relying_party::token_source::{Attempts, GrantTokens};
use crate::relying_party::vault::{
    MemoryStore, RecordId, RecordName, StoredRecord, TokenVault, VaultLock, VaultStore,
    VaultStoreError,
};

const READ: Scope = Scope::new("orders:read");

fn machine(client: &RelyingParty) -> TokenSource {
    let scopes = RequestedScopes::of(&[READ]);
    client
        .client_credentials(&scopes, ["https://orders.example"])
        .unwrap()
}

fn text(token: &AccessToken) -> String {
    String::from_utf8(token.secret().expose().to_vec()).unwrap()
}

#[tokio::test]
async fn token_is_cached_and_replaced_a_minute_ahead() {
    let server = start(numbered(600), &json!({})).await;
    let clock = TestClock::new();
    let tokens = machine(&client(&server, clock.clone()).await);
    assert_eq!(text(&tokens.token().await.unwrap()), "t1");
    clock.advance(Duration::from_secs(539));
    assert_eq!(text(&tokens.token().await.unwrap()), "t1");
    clock.advance(Duration::from_secs(1));
    assert_eq!(text(&tokens.token().await.unwrap()), "t2");
    let parameters = form(&server.requests()[0]);
    assert_eq!(parameters["scope"], "orders:read");
    assert_eq!(parameters["resource"], "https://orders.example");
}

#[tokio::test]
async fn concurrent_callers_share_one_request() {
    let (reply, released) = numbered(600).held();
    let server = start(reply, &json!({})).await;
    let tokens = machine(&client(&server, TestClock::new()).await);
    let callers: Vec<_> = (0..50)
        .map(|_| {
            let tokens = tokens.clone();
            tokio::spawn(async move { tokens.token().await })
        })
        .collect();
    while server.request_count() == 0 {
        tokio::task::yield_now().await;
    }
    released.notify_one();
    for caller in callers {
        assert_eq!(text(&caller.await.unwrap().unwrap()), "t1");
    }
    assert_eq!(server.request_count(), 1);
}

#[tokio::test]
async fn unavailable_provider_leaves_the_token_until_it_expires() {
    let server = start(numbered(600), &json!({})).await;
    let clock = TestClock::new();
    let tokens = machine(&client(&server, clock.clone()).await);
    tokens.token().await.unwrap();
    server.set(Reply::json(503, "{}"));
    clock.advance(Duration::from_secs(599));
    let requests = server.request_count();
    assert_eq!(text(&tokens.token().await.unwrap()), "t1");
    // the error is not requested again at once
    assert_eq!(text(&tokens.token().await.unwrap()), "t1");
    assert_eq!(server.request_count(), requests + 1);
    clock.advance(Duration::from_secs(1));
    let error = tokens.token().await.unwrap_err();
    assert!(error.is_retryable(), "{error}");
    server.set(numbered(600));
    clock.advance(Duration::from_secs(1));
    assert_eq!(text(&tokens.token().await.unwrap()), "t1");
}

#[tokio::test]
async fn refused_client_has_no_token() {
    let server = start(numbered(600), &json!({})).await;
    let clock = TestClock::new();
    let tokens = machine(&client(&server, clock.clone()).await);
    tokens.token().await.unwrap();
    server.set(Reply::json(401, r#"{"error":"invalid_client"}"#));
    clock.advance(Duration::from_secs(560));
    let error = tokens.token().await.unwrap_err();
    assert!(!error.is_retryable(), "{error}");
}

#[tokio::test]
async fn rejected_token_is_replaced_once_for_all_callers() {
    let server = start(numbered(600), &json!({})).await;
    let tokens = machine(&client(&server, TestClock::new()).await);
    let rejected = tokens.token().await.unwrap();
    assert_eq!(text(&tokens.replace(&rejected).await.unwrap()), "t2");
    assert_eq!(text(&tokens.replace(&rejected).await.unwrap()), "t2");
    assert_eq!(server.request_count(), 2);
}

#[tokio::test]
async fn clients_own_token_is_revoked() {
    let server = start(numbered(600), &json!({})).await;
    let tokens = machine(&client(&server, TestClock::new()).await);
    tokens.revoke().await.unwrap();
    assert_eq!(server.request_count(), 0);
    tokens.token().await.unwrap();
    server.set(Reply::json(200, ""));
    tokens.revoke().await.unwrap();
    let request = server.requests().pop().unwrap();
    assert!(request.starts_with("POST /revoke "), "{request}");
    assert_eq!(form(&request)["token"], "t1");
    assert_eq!(form(&request)["token_type_hint"], "access_token");
}

#[tokio::test]
async fn resource_that_is_no_absolute_uri_is_refused() {
    let server = start(Reply::Closed, &json!({})).await;
    let client = client(&server, TestClock::new()).await;
    for (resource, is_valid) in [
        ("https://orders.example", true),
        ("https://orders.example/a?b", true),
        ("urn:example:orders", true),
        ("x+a-b.1:orders", true),
        ("x_y:orders", false),
        ("x~y:orders", false),
        ("1x:orders", false),
        ("https://orders.example#x", false),
        ("orders", false),
        ("/orders", false),
        ("", false),
        (":x", false),
        ("https:", false),
        ("https://a b", false),
        ("https://a\n", false),
        ("https://\u{e9}.example", false),
    ] {
        let source = client.client_credentials(&RequestedScopes::NONE, [resource]);
        assert_eq!(source.is_ok(), is_valid, "{resource}");
    }
}

/// A store whose writes fail on demand. Clones share it.
#[derive(Clone, Default)]
struct FailingStore {
    store: MemoryStore,
    failing_writes: Arc<Mutex<usize>>,
}

impl VaultStore for FailingStore {
    async fn read(&self, name: RecordName) -> Result<Option<StoredRecord>, VaultStoreError> {
        self.store.read(name).await
    }

    async fn write(
        &self,
        name: RecordName,
        expected: Option<u64>,
        record: StoredRecord,
    ) -> Result<(), VaultStoreError> {
        let fails = {
            let mut failing = self.failing_writes.lock().unwrap();
            let fails = *failing > 0;
            *failing = failing.saturating_sub(1);
            fails
        };
        if fails {
            return Err(VaultStoreError::because("the disk is full"));
        }
        self.store.write(name, expected, record).await
    }

    async fn remove(&self, name: RecordName, expected: u64) -> Result<(), VaultStoreError> {
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

/// The record of a login in a vault.
pub(super) struct Record {
    pub(super) vault: TokenVault,
    pub(super) id: RecordId,
    failing_writes: Arc<Mutex<usize>>,
}

impl Record {
    pub(super) async fn with(value: &Secret) -> Self {
        let store = FailingStore::default();
        let failing_writes = Arc::clone(&store.failing_writes);
        let key = SealingKey::generate().unwrap();
        let vault = TokenVault::create(store, key).await.unwrap();
        let id = RecordId::new("https://a.example", "web", "tokens").unwrap();
        vault.write(&id, None, value, None).await.unwrap();
        Self {
            vault,
            id,
            failing_writes,
        }
    }

    async fn refresh_token(&self) -> Option<String> {
        let record = self.vault.read(&self.id).await.unwrap()?;
        let tokens = GrantTokens::decode(record.value().expose()).unwrap();
        let token = tokens.refresh_token()?.expose().to_vec();
        Some(String::from_utf8(token).unwrap())
    }
}

/// Replies like a provider that rotates refresh tokens, and ends the login if one is used twice.
pub(super) fn strict() -> Reply {
    let state = Arc::new(Mutex::new((0, false)));
    Reply::PerRequest(Arc::new(move |request: &str| {
        let mut state = state.lock().unwrap();
        let (issued, ended) = &mut *state;
        let presented = form(request)["refresh_token"].clone();
        if *ended || presented != format!("r{issued}") {
            *ended = true;
            return Reply::json(400, r#"{"error":"invalid_grant"}"#);
        }
        *issued += 1;
        Reply::json(
            200,
            &json!({
                "access_token": format!("t{issued}"),
                "refresh_token": format!("r{issued}"),
                "token_type": "Bearer",
                "expires_in": 600,
            })
            .to_string(),
        )
    }))
}

/// Returns the tokens of a login whose refresh token is `r0`.
pub(super) fn login(now: NumericDate) -> GrantTokens {
    let json = r#"{"access_token":"t0","refresh_token":"r0","token_type":"Bearer","expires_in":600,"id_token":"i"}"#;
    let scopes = ScopeSet::parse("openid").unwrap();
    let response = TokenResponse::read(json.as_bytes(), &scopes, now).unwrap();
    GrantTokens::of_login(&response, now)
}

pub(super) fn person(client: &RelyingParty, record: &Record) -> TokenSource {
    let scopes = ScopeSet::parse("openid").unwrap();
    let (vault, id) = (record.vault.clone(), record.id.clone());
    client.login_tokens(vault, id, scopes, Vec::new(), None, Attempts::default())
}

#[tokio::test]
async fn refresh_token_is_rotated_and_stored() {
    let server = start(strict(), &json!({})).await;
    let clock = TestClock::new();
    let record = Record::with(&login(clock.time()).encode()).await;
    let tokens = person(&client(&server, clock.clone()).await, &record);
    assert_eq!(text(&tokens.token().await.unwrap()), "t0");
    assert_eq!(server.request_count(), 0);
    for round in 1..=3 {
        clock.advance(Duration::from_mins(9));
        assert_eq!(text(&tokens.token().await.unwrap()), format!("t{round}"));
        assert_eq!(record.refresh_token().await, Some(format!("r{round}")));
    }
    assert_eq!(server.request_count(), 3);
}

#[tokio::test]
async fn response_without_refresh_token_keeps_the_former_one() {
    let server = start(numbered(600), &json!({})).await;
    let clock = TestClock::new();
    let record = Record::with(&login(clock.time()).encode()).await;
    let tokens = person(&client(&server, clock.clone()).await, &record);
    clock.advance(Duration::from_mins(9));
    assert_eq!(text(&tokens.token().await.unwrap()), "t1");
    assert_eq!(record.refresh_token().await.as_deref(), Some("r0"));
}

#[tokio::test]
async fn sources_of_one_record_refresh_once_and_both_have_the_token() {
    let server = start(strict(), &json!({})).await;
    let clock = TestClock::new();
    let record = Record::with(&login(clock.time()).encode()).await;
    let client = client(&server, clock.clone()).await;
    let (one, other) = (person(&client, &record), person(&client, &record));
    one.token().await.unwrap();
    other.token().await.unwrap();
    clock.advance(Duration::from_mins(9));
    let (found, found_by_other) = tokio::join!(one.token(), other.token());
    assert_eq!(text(&found.unwrap()), "t1");
    assert_eq!(text(&found_by_other.unwrap()), "t1");
    assert_eq!(server.request_count(), 1);
}

#[tokio::test]
async fn disconnected_caller_does_not_lose_the_refresh_token() {
    let (reply, released) = strict().held();
    let server = start(reply, &json!({})).await;
    let clock = TestClock::new();
    let record = Record::with(&login(clock.time()).encode()).await;
    let tokens = person(&client(&server, clock.clone()).await, &record);
    clock.advance(Duration::from_mins(9));
    let caller = tokio::spawn({
        let tokens = tokens.clone();
        async move { tokens.token().await }
    });
    while server.request_count() == 0 {
        tokio::task::yield_now().await;
    }
    caller.abort();
    released.notify_one();
    assert_eq!(text(&tokens.token().await.unwrap()), "t1");
    assert_eq!(record.refresh_token().await.as_deref(), Some("r1"));
    assert_eq!(server.request_count(), 1);
}

#[tokio::test]
async fn tokens_that_cannot_be_stored_are_stored_later() {
    let server = start(strict(), &json!({})).await;
    let clock = TestClock::new();
    let record = Record::with(&login(clock.time()).encode()).await;
    let tokens = person(&client(&server, clock.clone()).await, &record);
    clock.advance(Duration::from_mins(10));
    // one failure is repaired at once
    *record.failing_writes.lock().unwrap() = 1;
    assert_eq!(text(&tokens.token().await.unwrap()), "t1");
    clock.advance(Duration::from_mins(10));
    *record.failing_writes.lock().unwrap() = 3;
    let error = tokens.token().await.unwrap_err();
    assert!(matches!(error, TokenSourceError::Vault(_)), "{error}");
    assert_eq!(record.refresh_token().await.as_deref(), Some("r1"));
    clock.advance(Duration::from_secs(1));
    assert_eq!(text(&tokens.token().await.unwrap()), "t2");
    assert_eq!(record.refresh_token().await.as_deref(), Some("r2"));
    assert_eq!(server.request_count(), 2);
}

#[tokio::test]
async fn token_without_a_refresh_token_is_used_until_it_expires_or_is_rejected() {
    let server = start(strict(), &json!({})).await;
    let clock = TestClock::new();
    let client = client(&server, clock.clone()).await;
    let json = r#"{"access_token":"t0","token_type":"Bearer","expires_in":600}"#;
    let scopes = ScopeSet::parse("openid").unwrap();
    for age in [0, 539, 540, 599, 600] {
        let is_usable = age < 600;
        let at = clock.time().saturating_sub(Duration::from_secs(age));
        let response = TokenResponse::read(json.as_bytes(), &scopes, at).unwrap();
        let record = Record::with(&GrantTokens::of_login(&response, at).encode()).await;
        let tokens = person(&client, &record);
        match tokens.token().await {
            Ok(token) => {
                assert!(is_usable, "{age}");
                let replaced = tokens.replace(&token).await;
                assert!(matches!(replaced, Err(TokenSourceError::Ended)), "{age}");
            }
            Err(error) => {
                assert!(!is_usable, "{age}: {error}");
                assert!(matches!(error, TokenSourceError::Ended), "{error}");
            }
        }
    }
    assert_eq!(server.request_count(), 0);
}

/// Another process may have refreshed the tokens, or the user may have logged in again.
#[tokio::test]
async fn tokens_that_could_not_be_stored_do_not_replace_newer_ones() {
    let server = start(strict(), &json!({})).await;
    let clock = TestClock::new();
    let record = Record::with(&login(clock.time()).encode()).await;
    let tokens = person(&client(&server, clock.clone()).await, &record);
    clock.advance(Duration::from_mins(10));
    *record.failing_writes.lock().unwrap() = 3;
    let error = tokens.token().await.unwrap_err();
    assert!(matches!(error, TokenSourceError::Vault(_)), "{error}");
    let newer =
        r#"{"access_token":"t7","refresh_token":"r7","token_type":"Bearer","expires_in":600}"#;
    let scopes = ScopeSet::parse("openid").unwrap();
    let newer = TokenResponse::read(newer.as_bytes(), &scopes, clock.time()).unwrap();
    let newer = GrantTokens::of_login(&newer, clock.time()).encode();
    record.vault.put(&record.id, &newer, None).await.unwrap();
    clock.advance(Duration::from_secs(1));
    assert_eq!(text(&tokens.token().await.unwrap()), "t7");
    assert_eq!(record.refresh_token().await.as_deref(), Some("r7"));
    assert_eq!(server.request_count(), 1);
}

#[tokio::test]
async fn revoked_login_has_no_record_even_if_the_provider_fails() {
    let server = start(Reply::json(503, "{}"), &json!({})).await;
    let clock = TestClock::new();
    let record = Record::with(&login(clock.time()).encode()).await;
    let tokens = person(&client(&server, clock.clone()).await, &record);
    tokens.token().await.unwrap();
    assert!(tokens.revoke().await.is_err());
    assert_eq!(record.refresh_token().await, None);
    let request = server.requests().pop().unwrap();
    assert_eq!(form(&request)["token"], "r0");
    assert_eq!(form(&request)["token_type_hint"], "refresh_token");
    assert!(matches!(tokens.token().await, Err(TokenSourceError::Ended)));
    assert!(tokens.revoke().await.is_ok());
}

#[tokio::test]
async fn record_of_another_format_is_an_error_and_stays() {
    let server = start(strict(), &json!({})).await;
    let record = Record::with(&Secret::new("{}")).await;
    let tokens = person(&client(&server, TestClock::new()).await, &record);
    let error = tokens.token().await.unwrap_err();
    assert!(matches!(error, TokenSourceError::Format), "{error}");
    assert!(record.vault.read(&record.id).await.unwrap().is_some());
}
