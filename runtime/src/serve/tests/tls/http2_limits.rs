//! The limits of HTTP/2 connections and streams.
//!
//! The clock of tokio is paused. It may advance at every wait for a socket, so the tests assert no lower bounds.

use http_body_util::{BodyExt as _, Empty};
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
