//! Keys that come and go (RFC 7517 §4.5, OWASP ASVS 9.1.3).

use super::*;

#[tokio::test]
async fn the_first_token_of_a_new_key_is_accepted() {
    let realm = Realm::new().await;
    let rotated = realm.rotated();
    assert_eq!(realm.validate(rotated.token("alice")).await, UNKNOWN_KEY);
    realm.keys.set(Reply::Keys(rotated.jwks()));
    realm.advance(60);
    assert_eq!(realm.validate(rotated.token("alice")).await, Ok(()));
    assert_eq!(realm.keys.request_count(), 3);
}

#[tokio::test]
async fn unknown_keys_are_no_reason_for_more_than_one_fetch_in_a_minute() {
    let realm = Arc::new(Realm::new().await);
    let begun = realm.keys.request_count();
    let mut floods = tokio::task::JoinSet::new();
    for flood in 0..10 {
        let realm = Arc::clone(&realm);
        floods.spawn(async move {
            let token = realm.issuer.token("mallory").algorithm(Algorithm::EdDSA);
            for at in 0..1_000 {
                let token = token
                    .clone()
                    .kid(&format!("{flood}-{at}"))
                    .signature([7; 64]);
                assert_eq!(realm.validate_text(&token.sign()).await, UNKNOWN_KEY);
            }
        });
    }
    floods.join_all().await;
    assert_eq!(realm.keys.request_count(), begun + 1);
    realm.advance(59);
    assert_eq!(
        realm.validate(realm.issuer.token("m").kid("x")).await,
        UNKNOWN_KEY
    );
    assert_eq!(realm.keys.request_count(), begun + 1);
    realm.advance(1);
    assert_eq!(
        realm.validate(realm.issuer.token("m").kid("x")).await,
        UNKNOWN_KEY
    );
    assert_eq!(realm.keys.request_count(), begun + 2);
}

#[tokio::test]
async fn who_comes_while_a_fetch_runs_waits_for_it() {
    let realm = Arc::new(Realm::new().await);
    let rotated = realm.rotated();
    realm.keys.set(Reply::Keys(rotated.jwks()));
    let callers = (0..20).map(|caller| {
        let (realm, token) = (
            Arc::clone(&realm),
            rotated.token(&format!("caller-{caller}")),
        );
        async move { realm.validate(token).await }
    });
    let callers: tokio::task::JoinSet<_> = callers.collect();
    assert!(callers.join_all().await.iter().all(Result::is_ok));
    assert_eq!(realm.keys.request_count(), 2);
}

/// What was asked for before the key was there says nothing of it: another fetch follows.
#[tokio::test]
async fn a_fetch_that_began_before_the_rotation_is_not_the_last_word() {
    let realm = Realm::new().await;
    let rotated = realm.rotated();
    let released = realm.hold(realm.issuer.jwks());
    realm.advance(300);
    let _ = realm.server.ready();
    realm
        .until("the held fetch begins", async |realm| {
            realm.keys.request_count() == 2
        })
        .await;
    realm.keys.set(Reply::Keys(rotated.jwks()));
    let token = rotated.token("alice");
    let (judged, ()) = tokio::join!(realm.validate(token), async { released.notify_one() });
    assert_eq!(judged, Ok(()));
    assert_eq!(realm.keys.request_count(), 3);
}

/// Time passes while a token waits for its key.
#[tokio::test]
async fn a_token_that_ends_while_it_waits_has_expired() {
    let realm = Realm::new().await;
    let rotated = realm.rotated();
    let released = realm.hold(rotated.jwks());
    let token = rotated.token("alice").lifetime(Duration::from_mins(5));
    let (judged, ()) = tokio::join!(realm.validate(token), async {
        realm
            .until("the fetch begins", async |realm| {
                realm.keys.request_count() == 2
            })
            .await;
        realm.advance(330);
        released.notify_one();
    });
    assert_eq!(judged, Err(TokenRejection::Invalid(TokenError::Expired)));
}

/// A bad signature under a known key is no reason to ask for keys.
#[tokio::test]
async fn only_an_unknown_key_is_a_reason() {
    let realm = Realm::new().await;
    let token = realm.issuer.token("alice").signature([7; 64]);
    assert_eq!(
        realm.validate(token).await,
        Err(TokenRejection::Invalid(TokenError::Signature))
    );
    let token = realm.issuer.token("alice").kid("x").typ("JWT");
    assert_eq!(
        realm.validate(token).await,
        Err(TokenRejection::Invalid(TokenError::Type))
    );
    assert_eq!(realm.keys.request_count(), 1);
}

#[tokio::test]
async fn a_withdrawn_key_is_refused_after_the_next_refresh_remembered_or_not() {
    let realm = Realm::new().await;
    let remembered = realm
        .issuer
        .token("alice")
        .algorithm(Algorithm::ES256)
        .sign();
    assert_eq!(realm.validate_text(&remembered).await, Ok(()));
    let rotated = realm.rotated();
    realm.keys.set(Reply::Keys(rotated.jwks()));
    realm.advance(299);
    assert_eq!(realm.validate_text(&remembered).await, Ok(()));
    assert_eq!(realm.keys.request_count(), 1);
    let remembered = realm.issuer.token("bob").algorithm(Algorithm::ES256).sign();
    assert_eq!(realm.validate_text(&remembered).await, Ok(()));
    realm.advance(1);
    realm
        .until("the withdrawn key is refused", async |realm| {
            realm.validate_text(&remembered).await == UNKNOWN_KEY
        })
        .await;
    assert_eq!(
        realm.validate(realm.issuer.token("carol")).await,
        UNKNOWN_KEY
    );
    assert_eq!(realm.validate(rotated.token("alice")).await, Ok(()));
}

#[tokio::test]
async fn the_same_keys_again_change_nothing() {
    let realm = Realm::new().await;
    let token = realm
        .issuer
        .token("alice")
        .algorithm(Algorithm::ES256)
        .sign();
    let first = realm.server.authenticate(token.as_bytes()).await.unwrap();
    realm.keys.set(Reply::Keys(reversed(&realm.issuer.jwks())));
    realm.advance(240);
    realm.until_refreshed(61).await;
    let again = realm.server.authenticate(token.as_bytes()).await.unwrap();
    assert!(Arc::ptr_eq(&first, &again), "it was verified again");
}

/// The same keys in another order, and under a member that nobody knows.
fn reversed(jwks: &str) -> String {
    let mut set: serde_json::Value = serde_json::from_str(jwks).unwrap();
    let keys = set["keys"].as_array_mut().unwrap();
    keys.reverse();
    keys[0]["x-note"] = "new".into();
    set.to_string()
}
