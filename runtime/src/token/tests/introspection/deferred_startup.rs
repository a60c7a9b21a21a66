//! Servers with deferred startup, which accept no token before a successful probe.

use super::*;

/// Starts a server whose first probe gets `reply` once the notification is sent.
async fn server_with_held_probe(reply: Reply) -> (Arc<IntrospectedServer>, Arc<Notify>) {
    let (held, released) = reply.held();
    let test = IntrospectedServer::build(credentials(), Startup::Deferred, held)
        .await
        .unwrap();
    wait_until("the probe is sent", || test.probes() == 1).await;
    test.respond_with(&test.active_response());
    (Arc::new(test), released)
}

/// Sends ten requests with different tokens, which wait for the first probe.
async fn waiting_requests(
    test: &Arc<IntrospectedServer>,
) -> Vec<tokio::task::JoinHandle<Option<TokenRejection>>> {
    let requests: Vec<_> = (0..10)
        .map(|n| {
            let test = Arc::clone(test);
            let token = if n == 0 {
                TOKEN.into()
            } else {
                format!("opq.{n}")
            };
            tokio::spawn(async move { rejection(&test.server, &token).await })
        })
        .collect();
    settle().await;
    assert!(requests.iter().all(|request| !request.is_finished()));
    assert_eq!(test.loopback.request_count(), 1);
    requests
}

#[tokio::test]
async fn request_waits_for_the_first_probe() {
    let (test, released) = server_with_held_probe(Reply::inactive()).await;
    assert!(test.server.ready().is_err());
    let requests = waiting_requests(&test).await;
    released.notify_one();
    for (n, request) in requests.into_iter().enumerate() {
        let expected = if n == 0 { None } else { INACTIVE };
        assert_eq!(request.await.unwrap(), expected);
    }
    assert!(test.server.ready().is_ok());
}

#[tokio::test]
async fn failed_first_probe_makes_waiting_requests_unavailable() {
    let active = Reply::json(200, r#"{"active":true}"#);
    for failing in [Reply::Closed, Reply::json(500, "{}"), active] {
        let (test, released) = server_with_held_probe(failing).await;
        let requests = waiting_requests(&test).await;
        released.notify_one();
        for request in requests {
            assert!(is_unavailable(request.await.unwrap()));
        }
        assert!(is_unavailable(test.rejection().await));
        assert_eq!(test.loopback.request_count(), 1, "no second probe follows");
    }
}

/// Otherwise clients that cancel their requests could keep a server from becoming ready.
#[tokio::test]
async fn canceled_request_does_not_cancel_the_probe() {
    let (test, released) = server_with_held_probe(Reply::inactive()).await;
    for request in waiting_requests(&test).await {
        request.abort();
        assert!(request.await.is_err());
    }
    released.notify_one();
    wait_until("the server is ready", || test.server.ready().is_ok()).await;
    assert_eq!(test.loopback.request_count(), 1);
}

#[tokio::test]
async fn deferred_server_is_ready_after_a_successful_probe() {
    let built = IntrospectedServer::build(credentials(), Startup::Deferred, Reply::Closed).await;
    let test = built.unwrap();
    assert!(test.server.ready().is_err());
    assert!(is_unavailable(test.rejection().await));
    test.respond_with(&test.active_response());
    assert!(
        is_unavailable(test.rejection().await),
        "at most one probe every 5 s"
    );
    assert_eq!(test.introspections(), 0);
    test.advance(5);
    assert_eq!(test.rejection().await, None);
    assert!(test.server.ready().is_ok());
}
