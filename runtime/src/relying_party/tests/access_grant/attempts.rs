//! Tokens of a new grant, failing refreshes, and the texts of errors.

use super::*;

/// The program may have tried before the person has answered.
#[tokio::test]
async fn source_has_the_tokens_of_a_new_grant_at_once() {
    let server = start(granting(Some("a")), &json!({})).await;
    let clock = TestClock::new();
    let access = access(&server, clock.clone()).await;
    let tokens = access.tokens();
    assert!(tokens.token().await.is_err());
    for expected in ["t1", "t2"] {
        let reply = json!({ "access_token": expected, "token_type": "Bearer", "expires_in": 600 });
        server.set(Reply::json(200, &reply.to_string()));
        let pending = access.begin(REDIRECT_URI, &scopes("a")).await.unwrap();
        pending
            .complete(&response(&pending, "code=c1"))
            .await
            .unwrap();
        for tokens in [&tokens, &access.tokens(), &access.clone().tokens()] {
            let token = tokens.token().await.unwrap();
            assert_eq!(token.secret().expose(), expected.as_bytes());
        }
    }
}

/// Programs that keep no source share the attempts.
#[tokio::test]
async fn failing_refresh_of_a_grant_is_repeated_once_per_second() {
    let server = start(granting(Some("a")), &json!({})).await;
    let clock = TestClock::new();
    let access = access(&server, clock.clone()).await;
    let pending = access.begin(REDIRECT_URI, &scopes("a")).await.unwrap();
    pending
        .complete(&response(&pending, "code=c1"))
        .await
        .unwrap();
    server.set(Reply::json(503, "{}"));
    clock.advance(Duration::from_secs(541));
    let requests = server.request_count();
    for step in 0..20 {
        assert!(access.tokens().token().await.is_ok());
        assert_eq!(server.request_count(), requests + step / 4 + 1);
        clock.advance(Duration::from_millis(250));
    }
}

/// Access is not a login, and its errors are read by people.
#[tokio::test]
async fn error_of_a_grant_does_not_speak_of_a_login() {
    let server = start(granting(None), &json!({})).await;
    let clock = TestClock::new();
    let access = access(&server, clock.clone()).await;
    for (parameters, seconds) in [
        ("code=c1&iss=https://evil.example", 0),
        ("error=access_denied", 0),
        ("code=c1&code=c2", 0),
        ("x=1", 0),
        ("code=c1", 600),
    ] {
        let pending = access.begin(REDIRECT_URI, &scopes("")).await.unwrap();
        let uri = response(&pending, parameters);
        clock.advance(Duration::from_secs(seconds));
        for uri in [&uri, &uri, &"/callback?state=x".parse().unwrap()] {
            let error = pending.complete(uri).await.unwrap_err().to_string();
            assert!(!error.contains("log"), "{parameters}: {error}");
        }
    }
}
