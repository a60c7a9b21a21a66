//! Rotated and withdrawn keys (RFC 7517 §4.5, OWASP ASVS 9.1.3).

use super::*;

#[tokio::test]
async fn first_token_of_a_new_key_is_accepted() {
    let test = KeyServerTest::new().await;
    let rotated = test.rotated();
    assert_eq!(test.validate(rotated.token("alice")).await, UNKNOWN_KEY);
    test.key_server.set(Reply::Keys(rotated.jwks()));
    test.advance(60);
    assert_eq!(test.validate(rotated.token("alice")).await, Ok(()));
    assert_eq!(test.key_server.request_count(), 3);
}

#[tokio::test]
async fn unknown_kid_fetches_keys_once_per_minute() {
    let test = Arc::new(KeyServerTest::new().await);
    let before = test.key_server.request_count();
    let mut floods = tokio::task::JoinSet::new();
    for flood in 0..10 {
        let test = Arc::clone(&test);
        floods.spawn(async move {
            let token = test.issuer.token("mallory").algorithm(Algorithm::EdDSA);
            for at in 0..1_000 {
                let token = token
                    .clone()
                    .kid(&format!("{flood}-{at}"))
                    .signature([7; 64]);
                assert_eq!(test.validate_text(&token.sign()).await, UNKNOWN_KEY);
            }
        });
    }
    floods.join_all().await;
    assert_eq!(test.key_server.request_count(), before + 1);
    test.advance(59);
    assert_eq!(
        test.validate(test.issuer.token("m").kid("x")).await,
        UNKNOWN_KEY
    );
    assert_eq!(test.key_server.request_count(), before + 1);
    test.advance(1);
    assert_eq!(
        test.validate(test.issuer.token("m").kid("x")).await,
        UNKNOWN_KEY
    );
    assert_eq!(test.key_server.request_count(), before + 2);
}

#[tokio::test]
async fn concurrent_requests_share_one_fetch() {
    let test = Arc::new(KeyServerTest::new().await);
    let rotated = test.rotated();
    test.key_server.set(Reply::Keys(rotated.jwks()));
    let callers = (0..20).map(|caller| {
        let (test, token) = (
            Arc::clone(&test),
            rotated.token(&format!("caller-{caller}")),
        );
        async move { test.validate(token).await }
    });
    let callers: tokio::task::JoinSet<_> = callers.collect();
    assert!(callers.join_all().await.iter().all(Result::is_ok));
    assert_eq!(test.key_server.request_count(), 2);
}

/// A fetch that started before the rotation cannot have the new key: another fetch follows.
#[tokio::test]
async fn fetch_started_before_a_rotation_is_repeated() {
    let test = KeyServerTest::new().await;
    let rotated = test.rotated();
    let released = test.hold(test.issuer.jwks());
    test.advance(300);
    let _ = test.server.ready();
    test.wait_until("the held fetch starts", async |test| {
        test.key_server.request_count() == 2
    })
    .await;
    test.key_server.set(Reply::Keys(rotated.jwks()));
    let token = rotated.token("alice");
    let (result, ()) = tokio::join!(test.validate(token), async { released.notify_one() });
    assert_eq!(result, Ok(()));
    assert_eq!(test.key_server.request_count(), 3);
}

/// The issuer moves its keys while a fetch from the previous URL is slow, and its client disconnects.
#[cfg(feature = "introspection")]
#[tokio::test]
async fn slow_fetch_from_a_previous_url_never_replaces_later_keys() {
    let test = Arc::new(KeyServerTest::new().await);
    let (rotated, old) = (test.rotated(), test.issuer.token("alice"));
    assert_eq!(test.validate(old.clone()).await, Ok(()));
    let (slow, released) = Reply::Keys(test.issuer.jwks()).held();
    let moved = Reply::Keys(rotated.jwks());
    test.key_server.set(Reply::PerRequest(Arc::new(move |text| {
        let is_moved = text.starts_with("GET /moved ");
        if is_moved {
            moved.clone()
        } else {
            slow.clone()
        }
    })));
    let send = |token: TokenBuilder| {
        let test = Arc::clone(&test);
        tokio::spawn(async move { test.validate(token).await })
    };
    let disconnected = send(rotated.token("alice"));
    test.wait_until("the slow fetch starts", async |test| {
        test.key_server.request_count() == 2
    })
    .await;
    let url = &test.key_server.url;
    let document = format!(r#"{{"issuer":"{url}","jwks_uri":"{url}/moved"}}"#);
    test.key_server
        .set_document(Some(Reply::json(200, &document)));
    disconnected.abort();
    test.advance(300);
    let waiting = send(rotated.token("alice"));
    tokio::task::yield_now().await;
    assert_eq!(test.key_server.request_count(), 2, "one fetch at a time");
    released.notify_one();
    assert_eq!(waiting.await.unwrap(), Ok(()));
    assert_eq!(test.validate(old).await, UNKNOWN_KEY);
    assert_eq!(test.key_server.request_count(), 3);
}

#[tokio::test]
async fn token_that_expires_during_a_fetch_is_rejected() {
    let test = KeyServerTest::new().await;
    let rotated = test.rotated();
    let released = test.hold(rotated.jwks());
    let token = rotated.token("alice").lifetime(Duration::from_mins(5));
    let (result, ()) = tokio::join!(test.validate(token), async {
        test.wait_until("the fetch starts", async |test| {
            test.key_server.request_count() == 2
        })
        .await;
        test.advance(330);
        released.notify_one();
    });
    assert_eq!(result, Err(TokenRejection::Invalid(TokenError::Expired)));
}

#[tokio::test]
async fn wrong_type_or_algorithm_fetches_no_keys() {
    let test = KeyServerTest::new().await;
    let token = test.issuer.token("alice").kid("x").typ("JWT");
    assert_eq!(
        test.validate(token).await,
        Err(TokenRejection::Invalid(TokenError::Type))
    );
    let token = test.issuer.token("alice").kid("x").header("alg", "ES512");
    assert_eq!(
        test.validate(token).await,
        Err(TokenRejection::Invalid(TokenError::Algorithm))
    );
    assert_eq!(test.key_server.request_count(), 1);
}

/// OIDC Core §10.1.1 requires a new `kid` for a new key, but RFC 7515 §4.1.4 makes `kid` optional.
#[tokio::test]
async fn key_replaced_under_its_kid_or_without_one_is_found() {
    for kid in [Some("k"), None] {
        let test = KeyServerTest::new().await;
        let rename = |issuer: &EmbeddedIssuer| {
            let mut key = issuer.jwk(Algorithm::ES256);
            match kid {
                Some(kid) => key["kid"] = kid.into(),
                None => drop(key.as_object_mut().unwrap().remove("kid")),
            }
            serde_json::json!({ "keys": [key] }).to_string()
        };
        let token = |issuer: &EmbeddedIssuer| match kid {
            Some(kid) => issuer.token("alice").kid(kid),
            None => issuer.token("alice").without_header("kid"),
        };
        let new = test.rotated();
        test.key_server.set(Reply::Keys(rename(&test.issuer)));
        test.refresh_after(300).await;
        let old = token(&test.issuer).algorithm(Algorithm::ES256).sign();
        assert_eq!(test.validate_text(&old).await, Ok(()));
        test.key_server.set(Reply::Keys(rename(&new)));
        assert_eq!(test.validate(token(&new)).await, Ok(()), "{kid:?}");
        assert_eq!(test.key_server.request_count(), 3, "{kid:?}");
        assert_eq!(test.validate_text(&old).await, BAD_SIGNATURE, "cached");
        assert_eq!(test.validate(token(&test.issuer)).await, BAD_SIGNATURE);
        assert_eq!(test.key_server.request_count(), 3, "{kid:?}");
    }
}

/// An issuer publishes the new key before it signs with it, and the old key as long as its tokens live.
#[tokio::test]
async fn old_and_new_key_without_kid_are_tried_during_a_rotation() {
    let test = KeyServerTest::new().await;
    let new = test.rotated();
    let key = |issuer: &EmbeddedIssuer| {
        let mut key = issuer.jwk(Algorithm::ES256);
        key.as_object_mut().unwrap().remove("kid");
        key
    };
    let publish = async |issuers: &[&EmbeddedIssuer]| {
        let keys: Vec<_> = issuers.iter().map(|issuer| key(issuer)).collect();
        let keys = serde_json::json!({ "keys": keys }).to_string();
        test.key_server.set(Reply::Keys(keys));
        test.refresh_after(300).await;
    };
    let validate = async |issuer: &EmbeddedIssuer| {
        let token = issuer.token("alice").algorithm(Algorithm::ES256);
        let nameless = test.validate(token.clone().without_header("kid")).await;
        assert_eq!(test.validate(token.kid("any")).await, nameless);
        nameless
    };
    let other = test.rotated();
    for (published, accepted) in [
        (&[&test.issuer][..], [true, false]),
        (&[&test.issuer, &new], [true, true]),
        (&[&new, &test.issuer], [true, true]),
        (&[&new], [false, true]),
    ] {
        publish(published).await;
        for (issuer, accepted) in [&test.issuer, &new].into_iter().zip(accepted) {
            let expected = if accepted { Ok(()) } else { BAD_SIGNATURE };
            assert_eq!(validate(issuer).await, expected);
        }
        assert_eq!(validate(&other).await, BAD_SIGNATURE);
    }
}

#[tokio::test]
async fn bad_signatures_and_unknown_kids_share_one_fetch_per_minute() {
    let test = KeyServerTest::new().await;
    let forged = |at: u8| test.issuer.token("mallory").signature([at; 64]);
    for minute in 1..=3 {
        for at in 0..50 {
            assert_eq!(test.validate(forged(at)).await, BAD_SIGNATURE);
            let unknown = forged(at).kid(&format!("{at}"));
            assert_eq!(test.validate(unknown).await, UNKNOWN_KEY);
            assert_eq!(test.validate(test.issuer.token("alice")).await, Ok(()));
        }
        assert_eq!(test.key_server.request_count(), 1 + minute);
        test.advance(59);
        assert_eq!(test.validate(forged(7)).await, BAD_SIGNATURE);
        assert_eq!(test.key_server.request_count(), 1 + minute);
        test.advance(1);
    }
}

/// The issuer is slow while forged tokens arrive: only those wait.
#[tokio::test]
async fn valid_token_does_not_wait_for_the_fetch_of_a_bad_signature() {
    let test = Arc::new(KeyServerTest::new().await);
    let cached = test.issuer.token("bob").algorithm(Algorithm::ES256).sign();
    assert_eq!(test.validate_text(&cached).await, Ok(()));
    let released = test.hold(test.issuer.jwks());
    let forging = Arc::clone(&test);
    let forged = tokio::spawn(async move {
        let forged = forging.issuer.token("mallory").signature([7; 64]);
        forging.validate(forged).await
    });
    test.wait_until("the fetch starts", async |test| {
        test.key_server.request_count() == 2
    })
    .await;
    for _ in 0..20 {
        assert_eq!(test.validate(test.issuer.token("alice")).await, Ok(()));
        assert_eq!(test.validate_text(&cached).await, Ok(()));
    }
    assert!(test.is_fetching() && !forged.is_finished());
    released.notify_one();
    assert_eq!(forged.await.unwrap(), BAD_SIGNATURE);
    assert_eq!(test.key_server.request_count(), 2);
}

#[tokio::test]
async fn withdrawn_key_is_rejected_after_the_next_refresh() {
    let test = KeyServerTest::new().await;
    let cached = test
        .issuer
        .token("alice")
        .algorithm(Algorithm::ES256)
        .sign();
    assert_eq!(test.validate_text(&cached).await, Ok(()));
    let rotated = test.rotated();
    test.key_server.set(Reply::Keys(rotated.jwks()));
    test.advance(299);
    assert_eq!(test.validate_text(&cached).await, Ok(()));
    assert_eq!(test.key_server.request_count(), 1);
    let cached = test.issuer.token("bob").algorithm(Algorithm::ES256).sign();
    assert_eq!(test.validate_text(&cached).await, Ok(()));
    test.advance(1);
    test.wait_until("the withdrawn key is rejected", async |test| {
        test.validate_text(&cached).await == UNKNOWN_KEY
    })
    .await;
    assert_eq!(test.validate(test.issuer.token("carol")).await, UNKNOWN_KEY);
    assert_eq!(test.validate(rotated.token("alice")).await, Ok(()));
}

#[tokio::test]
async fn unchanged_keys_keep_cached_tokens() {
    let test = KeyServerTest::new().await;
    let token = test
        .issuer
        .token("alice")
        .algorithm(Algorithm::ES256)
        .sign();
    let first = test.server.authenticate(token.as_bytes()).await.unwrap();
    test.key_server
        .set(Reply::Keys(reversed(&test.issuer.jwks())));
    test.advance(240);
    test.refresh_after(61).await;
    let again = test.server.authenticate(token.as_bytes()).await.unwrap();
    assert!(Arc::ptr_eq(&first, &again), "the token was verified again");
}

/// The same keys in another order, one with an unknown member.
fn reversed(jwks: &str) -> String {
    let mut set: serde_json::Value = serde_json::from_str(jwks).unwrap();
    let keys = set["keys"].as_array_mut().unwrap();
    keys.reverse();
    keys[0]["x-note"] = "new".into();
    set.to_string()
}
