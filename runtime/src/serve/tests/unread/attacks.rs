//! Clients that abuse the discarding of bodies.

use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};

use super::{
    LAST, MEGABYTE, NEXT, announces_close, count_responses, head, read_response, read_rest,
    refused, start, start_axum, start_both,
};

#[tokio::test]
async fn refused_body_is_never_parsed_as_a_request() {
    for api in start_both().await {
        let requests = NEXT.repeat(10_000);
        // closed after the refusal
        for length in [requests.len(), 70_000, 2 * requests.len()] {
            let mut stream = api.send(&refused(length)).await;
            stream.write_all(requests.as_bytes()).await.unwrap();
            let responses = read_rest(&mut stream).await;
            assert_eq!(count_responses(&responses), 1, "{length}");
            assert!(responses.starts_with("http/1.1 401 "), "{responses}");
        }
        // kept open: exactly the bytes of the body are discarded
        let body = NEXT.repeat(100);
        let mut stream = api.send(&refused(body.len())).await;
        stream.write_all(body.as_bytes()).await.unwrap();
        stream.write_all(LAST.as_bytes()).await.unwrap();
        let responses = read_rest(&mut stream).await;
        assert_eq!(count_responses(&responses), 2, "{responses}");
        // and the head, the body and the next request in one write
        let mut stream = api.send(&(refused(body.len()) + &body + LAST)).await;
        let responses = read_rest(&mut stream).await;
        assert_eq!(count_responses(&responses), 2, "{responses}");
    }
}

#[tokio::test]
async fn pipelined_request_after_announced_close_is_not_answered() {
    for api in start_both().await {
        let chunked = head("POST /orders", "Transfer-Encoding: chunked\r\n");
        let expecting = head(
            "POST /orders",
            "Content-Length: 3\r\nExpect: 100-continue\r\n",
        );
        for (head, body) in [(chunked, "3\r\nabc\r\n0\r\n\r\n"), (expecting, "abc")] {
            let mut stream = api.send(&(head + body + NEXT)).await;
            let responses = read_rest(&mut stream).await;
            assert_eq!(count_responses(&responses), 1, "{responses}");
            assert!(announces_close(&responses), "{responses}");
        }
    }
}

#[tokio::test]
async fn unread_bytes_over_limit_close_the_connection() {
    for api in [start(Some(100_000)).await, start_axum().await] {
        let mut stream = api.send(&refused(1 << 40)).await;
        let response = read_response(&mut stream).await;
        assert!(announces_close(&response), "{response}");
        let mut sent = 0;
        let chunk = vec![b'x'; 100_000];
        while stream.write_all(&chunk).await.is_ok() {
            sent += chunk.len();
            assert!(sent < 100 * MEGABYTE, "the server reads without limit");
        }
    }
}

/// Sends a byte after each pause until the server closes the connection, and returns the time.
async fn trickle(mut stream: TcpStream, pause: Duration) -> u64 {
    // otherwise the system delays bytes in real time
    stream.set_nodelay(true).unwrap();
    let start = Instant::now();
    read_response(&mut stream).await;
    // the server half-closes first; only a failed write shows that the socket is closed
    while start.elapsed() < Duration::from_mins(10) {
        sleep(pause).await;
        if stream.write_all(b"x").await.is_err() {
            break;
        }
    }
    start.elapsed().as_secs()
}

#[tokio::test(start_paused = true)]
async fn client_that_trickles_refused_body_is_disconnected() {
    for api in start_both().await {
        for length in [60_000, 300_000] {
            let seconds = trickle(api.send(&refused(length)).await, Duration::from_secs(1)).await;
            assert!((30..=40).contains(&seconds), "{length}: {seconds} s");
            let seconds = trickle(api.send(&refused(length)).await, Duration::from_secs(6)).await;
            assert!((6..=18).contains(&seconds), "{length}: {seconds} s");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn shutdown_does_not_wait_for_stalled_upload() {
    let servers = [start_both().await, start_both().await];
    for (api, length) in servers
        .into_iter()
        .flatten()
        .zip([60_000, 60_000, 300_000, 300_000])
    {
        let mut stream = api.send(&refused(length)).await;
        read_response(&mut stream).await;
        let start = Instant::now();
        api.stop.send(()).unwrap();
        api.server.await.unwrap();
        assert!(
            start.elapsed() <= Duration::from_secs(2),
            "{:?}",
            start.elapsed()
        );
    }
}

#[tokio::test(start_paused = true)]
async fn shutdown_does_not_wait_for_idle_connection() {
    let api = start(None).await;
    let mut stream = api.send(NEXT).await;
    read_response(&mut stream).await;
    let start = Instant::now();
    api.stop.send(()).unwrap();
    api.server.await.unwrap();
    assert_eq!(start.elapsed().as_secs(), 0);
    assert_eq!(read_rest(&mut stream).await, "");
}

#[tokio::test]
async fn thousand_refused_uploads_are_answered() {
    for api in start_both().await {
        let address = api.address;
        // both ends of a connection are in this process, which may have few file descriptors
        for _ in 0..5 {
            let mut clients = JoinSet::new();
            for _ in 0..200 {
                clients.spawn(async move {
                    let mut stream = TcpStream::connect(address).await.unwrap();
                    let head = refused(300_000);
                    stream.write_all(head.as_bytes()).await.unwrap();
                    stream.write_all(&vec![b'x'; 300_000]).await.unwrap();
                    read_response(&mut stream).await
                });
            }
            while let Some(response) = clients.join_next().await {
                assert!(response.unwrap().starts_with("http/1.1 401 "));
            }
        }
        let mut stream = api.send(LAST).await;
        let next = timeout(Duration::from_mins(1), read_rest(&mut stream)).await;
        assert!(next.unwrap().ends_with("ok"));
    }
}
