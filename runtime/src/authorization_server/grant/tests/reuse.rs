//! The log of codes and refresh tokens that are used again.

use super::*;

/// A code or refresh token of this client was stolen, or the client has an error.
#[cfg(feature = "tracing")]
#[tokio::test]
async fn reuse_is_logged_with_the_client() {
    let grants = grants().await;
    let code = code(&grants).await;
    let (log, _capturing) = TestLog::capture();
    let token = redeem(&grants, &code).await.unwrap().refresh_token.unwrap();
    let reused = || {
        let events = log.take("palisade::audit").into_iter();
        let reused = events.filter(|event| event["event"] == "authn_token_reuse");
        reused.collect::<Vec<_>>()
    };
    assert!(reused().is_empty());
    assert!(is_invalid_grant(redeem(&grants, &code).await));
    let (_, first) = first_token(&grants).await;
    let second = refresh(&grants, &first, 2).await.unwrap();
    refresh(&grants, &second, 3).await.unwrap();
    assert!(refresh(&grants, &first, 60).await.is_err());
    let events = reused();
    assert_eq!(events.len(), 2, "{events:?}");
    for event in events {
        assert_eq!(event["client_id"], CLIENT);
        let text = event.to_string();
        assert!(!text.contains(&*code) && !text.contains(&*token) && !text.contains(&*first));
    }
}
