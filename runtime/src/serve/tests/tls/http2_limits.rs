//! The limits of HTTP/2 connections and streams.
//!
//! The clock of tokio is paused. It may advance at every wait for a socket, so the tests assert no lower bounds.

use http_body_util::{BodyExt as _, Empty, Full};
use hyper::body::Bytes;
use hyper::client::conn::http2::{Builder, SendRequest};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::time::{Instant, sleep, timeout};

use super::*;

type Requests = SendRequest<Empty<Bytes>>;

#[public(reason = "a test")]
async fn large() -> Vec<u8> {
    vec![b'a'; 1024 * 1024]
}

async fn start(limit: impl FnOnce(crate::Server) -> crate::Server) -> (Ca, TlsServer, Gate) {
    let (ca, gate) = (Ca::new("ca"), Gate::default());
    let routes = SecureRouter::new()
        .route("/", get(hello))
        .route("/large", get(large))
        .route("/wait", get(wait));
    let api = TestApi::new(routes.with_state(gate.clone())).await;
    let server = limit(serve(api.api().clone())).tls_with(ca.issue().tls());
    (ca, TlsServer::start(server).await, gate)
}

async fn connect_tls(ca: &Ca, server: &TlsServer) -> TlsStream<TcpStream> {
    let mut config = ca.client();
    config.alpn_protocols = vec![b"h2".to_vec()];
    server.connect(config).await.unwrap()
}

/// Connects with a window of this size for each stream.
async fn connect(ca: &Ca, server: &TlsServer, window: u32) -> (Requests, JoinHandle<()>) {
    let stream = TokioIo::new(connect_tls(ca, server).await);
    let mut http2 = Builder::new(TokioExecutor::new());
    http2.initial_stream_window_size(window);
    let (sender, connection) = http2.handshake(stream).await.unwrap();
    let connection = tokio::spawn(async move {
        let _ = connection.await;
    });
    (sender, connection)
}

async fn get_status(sender: &mut Requests, path: &str) -> hyper::Result<u16> {
    let uri = format!("https://localhost{path}");
    let request = http::Request::get(uri).body(Empty::new()).unwrap();
    let response = sender.send_request(request).await?;
    let status = response.status().as_u16();
    response.into_body().collect().await?;
    Ok(status)
}

#[tokio::test(start_paused = true)]
async fn http2_connection_without_preface_is_closed_at_the_head_timeout() {
    let (ca, server, _) = start(|server| server).await;
    let mut stream = connect_tls(&ca, &server).await;
    let start = Instant::now();
    let mut received = Vec::new();
    let _ = stream.read_to_end(&mut received).await;
    assert!(
        start.elapsed() <= Duration::from_secs(12),
        "{:?}",
        start.elapsed()
    );
}

/// Frames other than those of a request do not keep the connection open.
#[tokio::test(start_paused = true)]
async fn http2_connection_without_streams_is_closed_at_the_idle_timeout() {
    let (ca, server, _) = start(|server| server).await;
    let (mut sender, connection) = connect(&ca, &server, 65_535).await;
    assert_eq!(get_status(&mut sender, "/").await.unwrap(), 200);
    timeout(Duration::from_secs(100), connection)
        .await
        .unwrap()
        .unwrap();
}

#[tokio::test(start_paused = true)]
async fn http2_connection_with_a_request_in_progress_stays_open() {
    let (ca, server, gate) = start(|server| server.idle_timeout(Duration::from_secs(5))).await;
    let (mut sender, _connection) = connect(&ca, &server, 65_535).await;
    let opening = async {
        sleep(Duration::from_secs(25)).await;
        gate.opened.notify_one();
    };
    let (status, ()) = tokio::join!(get_status(&mut sender, "/wait"), opening);
    assert_eq!(status.unwrap(), 200);
}

/// A client that opens no window for a stream, or a small one.
#[tokio::test(start_paused = true)]
async fn http2_request_whose_response_is_not_read_ends() {
    for window in [0, 1_000] {
        let (ca, server, _) = start(|server| server.request_limit(1)).await;
        let (mut sender, _connection) = connect(&ca, &server, window).await;
        let request = http::Request::get("https://localhost/large");
        let request = request.body(Empty::new()).unwrap();
        let unread = sender.send_request(request).await.unwrap();
        sleep(Duration::from_secs(40)).await;
        let (mut other, _other) = connect(&ca, &server, 65_535).await;
        assert_eq!(get_status(&mut other, "/").await.unwrap(), 200);
        let body = timeout(Duration::from_secs(1), unread.into_body().collect()).await;
        assert!(body.unwrap().is_err(), "the stream is complete");
    }
}

#[tokio::test]
async fn large_response_is_complete_over_http2() {
    let (ca, server, _) = start(|server| server).await;
    let (mut sender, _connection) = connect(&ca, &server, 65_535).await;
    let request = http::Request::get("https://localhost/large");
    let request = request.body(Empty::new()).unwrap();
    let response = sender.send_request(request).await.unwrap();
    assert_eq!(response.headers()["content-length"], "1048576");
    let body = response.into_body().collect().await.unwrap().to_bytes();
    assert_eq!(body.len(), 1024 * 1024);
}

#[tokio::test]
async fn http2_request_over_the_limit_returns_503() {
    let (ca, server, gate) = start(|server| server.request_limit(1)).await;
    let (sender, _connection) = connect(&ca, &server, 65_535).await;
    let mut waiting = sender.clone();
    let waiting = tokio::spawn(async move { get_status(&mut waiting, "/wait").await });
    gate.entered.notified().await;
    let mut sender = sender;
    assert_eq!(get_status(&mut sender, "/").await.unwrap(), 503);
    waiting.abort();
    let _ = waiting.await;
    while get_status(&mut sender, "/").await.unwrap() != 200 {}
}

/// Sends a request that stays in progress, then frames that belong to no request, until the server closes the connection.
/// Returns the number of bytes.
async fn flood(ca: &Ca, server: &TlsServer, gate: &Gate, frames: &[u8]) -> usize {
    const MAX: usize = 64 * 1024 * 1024;
    let mut stream = connect_tls(ca, server).await;
    let preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";
    // HEADERS with the end of the stream and of the head: GET https://localhost/wait
    let head = b"\x82\x87\x41\x09localhost\x44\x05/wait";
    let frame = [&[0, 0, 20, 1, 5, 0, 0, 0, 1], &head[..]].concat();
    stream.write_all(preface).await.unwrap();
    stream.write_all(&frame).await.unwrap();
    gate.entered.notified().await;
    let (mut reader, mut writer) = tokio::io::split(stream);
    let reading = tokio::spawn(async move {
        let mut buffer = [0; 16 * 1024];
        while reader.read(&mut buffer).await.is_ok_and(|read| read > 0) {}
    });
    let chunk = frames.repeat(4096 / frames.len());
    let mut sent = 0;
    while sent < MAX && writer.write_all(&chunk).await.is_ok() {
        sent += chunk.len();
    }
    reading.await.unwrap();
    sent
}

/// CVE-2019-9512, CVE-2019-9515. The client answers pings, and reads what the server sends.
#[tokio::test(flavor = "multi_thread")]
async fn flood_of_http2_frames_ends_the_connection() {
    let (ca, server, gate) = start(|server| server).await;
    for (name, frames) in [
        ("PING", &b"\0\0\x08\x06\0\0\0\0\0abcdefgh"[..]),
        ("answer to no PING", b"\0\0\x08\x06\x01\0\0\0\0abcdefgh"),
        ("SETTINGS", b"\0\0\0\x04\0\0\0\0\0"),
        (
            "two table sizes",
            b"\0\0\x0c\x04\0\0\0\0\0\0\x01\0\0\0\0\0\x01\0\0\x10\0",
        ),
        ("WINDOW_UPDATE", b"\0\0\x04\x08\0\0\0\0\0\0\0\0\x01"),
        ("PRIORITY", b"\0\0\x05\x02\0\0\0\0\x03\0\0\0\0\x10"),
        ("unknown", b"\0\0\x01\xbb\0\0\0\0\0x"),
    ] {
        let sent = flood(&ca, &server, &gate, frames).await;
        assert!(sent < 32 * 1024 * 1024, "{name}: {sent} bytes");
        let (mut sender, _connection) = connect(&ca, &server, 65_535).await;
        assert_eq!(get_status(&mut sender, "/").await.unwrap(), 200);
    }
}

/// Neither large bodies nor many requests are a flood.
#[tokio::test]
async fn requests_and_responses_of_http2_are_no_flood() {
    let (ca, server, _) = start(|server| server).await;
    // a small window: a frame accepts more of the response for every few bytes of it
    let (mut sender, connection) = connect(&ca, &server, 1_000).await;
    for _ in 0..5 {
        assert_eq!(get_status(&mut sender, "/large").await.unwrap(), 200);
    }
    for _ in 0..3_000 {
        assert_eq!(get_status(&mut sender, "/").await.unwrap(), 200);
    }
    assert!(!connection.is_finished());
}

/// The connection is announced to close after 128 × 64 KiB / 2, and no response is lost.
#[tokio::test]
async fn http2_connection_that_has_discarded_too_much_ends() {
    let (ca, server, _) = start(|server| server.unread_limit(64 * 1024)).await;
    let stream = TokioIo::new(connect_tls(&ca, &server).await);
    let http2 = Builder::new(TokioExecutor::new()).handshake(stream).await;
    let (mut sender, connection) = http2.unwrap();
    let connection = tokio::spawn(connection);
    let mut refused = 0;
    while sender.ready().await.is_ok() {
        let upload = Full::new(Bytes::from(vec![b'x'; 50_000]));
        let request = http::Request::post("https://localhost/").body(upload);
        match sender.send_request(request.unwrap()).await {
            Ok(response) => {
                assert_eq!(response.status(), 405);
                let body = response.into_body().collect().await.unwrap();
                assert!(!body.to_bytes().is_empty());
                refused += 1;
            }
            // the request is not sent: it can be repeated on another connection
            Err(error) => assert!(error.is_canceled() || error.is_closed(), "{error:?}"),
        }
        assert!(refused < 200);
    }
    assert!(refused >= 80, "{refused}");
    connection.await.unwrap().unwrap();
}
