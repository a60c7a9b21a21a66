//! Servers that do not wait for their issuer to start: nobody is let in before it has answered.

use super::*;

/// A server whose first probe waits until it is released, and is then answered so.
async fn held(answer: Reply) -> (Arc<Realm>, Arc<Notify>) {
    let released = Arc::new(Notify::new());
    let late = Reply::Held(Box::new(answer), Arc::clone(&released));
    let realm = Realm::build(credentials(), Startup::Deferred, late)
        .await
        .unwrap();
    until("the issuer is probed", || realm.probed() == 1).await;
    realm.say(&realm.claims());
    (Arc::new(realm), released)
}

/// Ten requests with a token each, none of which the issuer is asked about yet.
async fn waiting(realm: &Arc<Realm>) -> Vec<tokio::task::JoinHandle<Option<Denial>>> {
    let requests: Vec<_> = (0..10)
        .map(|n| {
            let realm = Arc::clone(realm);
            let token = if n == 0 {
                TOKEN.into()
            } else {
                format!("opq.{n}")
            };
            tokio::spawn(async move { rejection(&realm.server, &token).await })
        })
        .collect();
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert!(requests.iter().all(|request| !request.is_finished()));
    assert_eq!(realm.loopback.request_count(), 1);
    requests
}

#[tokio::test]
async fn request_waits_for_the_first_probe() {
    let (realm, released) = held(Reply::inactive()).await;
    assert!(realm.server.ready().is_err());
    let requests = waiting(&realm).await;
    released.notify_one();
    for (n, request) in requests.into_iter().enumerate() {
        let expected = if n == 0 { None } else { INACTIVE };
        assert_eq!(request.await.unwrap(), expected);
    }
    assert!(realm.server.ready().is_ok());
}

#[tokio::test]
async fn failed_first_probe_makes_waiting_requests_unavailable() {
    let active = Reply::json(200, r#"{"active":true}"#);
    for failing in [Reply::Closed, Reply::json(500, "{}"), active] {
        let (realm, released) = held(failing).await;
        let requests = waiting(&realm).await;
        released.notify_one();
        for request in requests {
            assert!(is_unavailable(request.await.unwrap()));
        }
        assert!(is_unavailable(realm.rejection().await));
        assert_eq!(
            realm.loopback.request_count(),
            1,
            "nor probed again at once"
        );
    }
}

/// Or impatient callers could keep a server from ever being ready.
#[tokio::test]
async fn canceled_request_does_not_cancel_the_probe() {
    let (realm, released) = held(Reply::inactive()).await;
    for request in waiting(&realm).await {
        request.abort();
        assert!(request.await.is_err());
    }
    released.notify_one();
    until("it is ready", || realm.server.ready().is_ok()).await;
    assert_eq!(realm.loopback.request_count(), 1);
}

#[tokio::test]
async fn deferred_server_is_ready_after_a_successful_probe() {
    let built = Realm::build(credentials(), Startup::Deferred, Reply::Closed).await;
    let realm = built.unwrap();
    assert!(realm.server.ready().is_err());
    assert!(is_unavailable(realm.rejection().await));
    realm.say(&realm.claims());
    assert!(is_unavailable(realm.rejection().await), "one probe in 5 s");
    assert_eq!(realm.asked(), 0);
    realm.advance(5);
    assert_eq!(realm.rejection().await, None);
    assert!(realm.server.ready().is_ok());
}
