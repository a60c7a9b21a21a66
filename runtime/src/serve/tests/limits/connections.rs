//! The number of connections.

use super::*;

/// The connections that have never sent a request are closed first, then those without one.
#[tokio::test(start_paused = true)]
async fn connection_over_the_limit_replaces_the_one_without_a_request() {
    let server = start(|server| server.connection_limit(3)).await;
    let mut used = server.connect().await;
    exchange(&mut used).await;
    let mut silent = server.connect().await;
    sleep(Duration::from_millis(10)).await;
    let busy = server.send("/wait").await;
    server.gate.entered.notified().await;
    // the limit is reached
    let mut next = server.connect().await;
    exchange(&mut next).await;
    assert_eq!(rest(&mut silent).await, "");
    exchange(&mut used).await;
    sleep(Duration::from_millis(10)).await;
    exchange(&mut next).await;
    let mut last = server.connect().await;
    exchange(&mut last).await;
    assert_eq!(rest(&mut used).await, "");
    exchange(&mut next).await;
    drop(busy);
}

#[tokio::test(start_paused = true)]
async fn connection_over_the_limit_waits_while_all_have_requests() {
    let server = start(|server| server.connection_limit(2)).await;
    let first = server.send("/wait").await;
    server.gate.entered.notified().await;
    let _second = server.send("/stream").await;
    server.gate.entered.notified().await;
    let mut third = server.send("/").await;
    let waiting = timeout(seconds(5), third.read_u8()).await;
    assert!(waiting.is_err(), "the third connection is served");
    drop(first);
    assert!(third.read_u8().await.is_ok());
}

/// 2,000 connections that send nothing do not keep a client out.
#[tokio::test]
async fn idle_connections_over_the_limit_leave_a_client_served() {
    let server = start(|server| server.connection_limit(100)).await;
    let mut used = server.connect().await;
    exchange(&mut used).await;
    let mut idle = Vec::new();
    for _ in 0..20 {
        for _ in 0..100 {
            idle.push(server.connect().await);
        }
        exchange(&mut used).await;
        assert!(is_ok(&server.get("/").await));
    }
}

#[tokio::test]
async fn connection_over_the_limit_of_its_peer_is_closed_at_once() {
    let server = start(|server| server.peer_connection_limit(2)).await;
    let mut first = server.connect_from(2).await;
    let mut second = server.connect_from(2).await;
    exchange(&mut first).await;
    exchange(&mut second).await;
    for _ in 0..3 {
        let mut third = server.connect_from(2).await;
        assert_eq!(rest(&mut third).await, "");
    }
    let mut other = server.connect_from(3).await;
    exchange(&mut other).await;
    exchange(&mut first).await;
    drop(second);
    loop {
        let mut again = server.connect_from(2).await;
        send(&mut again, "/").await;
        let mut response = [0; 12];
        if again.read_exact(&mut response).await.is_ok() {
            assert_eq!(&response, b"HTTP/1.1 200");
            break;
        }
    }
}

#[tokio::test]
async fn limit_of_a_peer_does_not_apply_to_a_proxy_and_by_default_to_loopback() {
    for server in [
        start(|server| server).await,
        start(|server| {
            let proxy = "127.0.0.0/8".parse().unwrap();
            server.peer_connection_limit(1).behind_proxy([proxy])
        })
        .await,
    ] {
        let mut connections = Vec::new();
        for _ in 0..300 {
            connections.push(server.connect().await);
        }
        exchange(connections.last_mut().unwrap()).await;
        exchange(connections.first_mut().unwrap()).await;
    }
}

#[tokio::test(start_paused = true)]
async fn shutdown_does_not_wait_for_connections_without_a_request() {
    let gate = Gate::default();
    let server = serve(api_with(&gate).await).grace(Duration::MAX);
    let bound = server.bind("127.0.0.1:0").await.unwrap();
    let address = bound.local_addr();
    let (stop, stopped) = oneshot::channel::<()>();
    let server = tokio::spawn(bound.run_until(async {
        let _ = stopped.await;
    }));
    let _silent = TcpStream::connect(address).await.unwrap();
    let mut partial = TcpStream::connect(address).await.unwrap();
    partial.write_all(b"GET / HT").await.unwrap();
    sleep(Duration::from_millis(10)).await;
    stop.send(()).unwrap();
    let start = Instant::now();
    server.await.unwrap().unwrap();
    assert!(start.elapsed() < seconds(11), "{:?}", start.elapsed());
}
