//! The limits of a server over HTTP/1.1. The clock of tokio is paused, and advances only while every task waits.

use std::convert::Infallible;
use std::future::pending;
use std::net::{IpAddr, Ipv4Addr};
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use http_body::Frame;
use tokio::net::TcpSocket;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout};

use super::*;
use crate::{ProblemType, Server};

mod connections;
mod requests;
mod slow_bodies;

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// A server that stops when it is dropped.
struct Running {
    address: SocketAddr,
    gate: Gate,
    task: JoinHandle<Result<(), ServeError>>,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
    }
}

#[public(reason = "a test")]
async fn hello() -> &'static str {
    "hello"
}

/// Its body never ends.
#[public(reason = "a test")]
async fn endless() -> Body {
    Body::new(Endless)
}

/// Its body has one frame of 1 MiB.
#[public(reason = "a test")]
async fn large() -> Vec<u8> {
    vec![b'a'; 1024 * 1024]
}

#[public(reason = "a test")]
async fn stream(State(gate): State<Gate>) -> Body {
    Body::new(Held(gate))
}

#[public(reason = "a test")]
#[expect(clippy::panic, reason = "a test of panics")]
async fn panicking() -> &'static str {
    panic!("a test")
}

#[public(reason = "a test", timeout = "1 s")]
async fn stuck() {
    pending::<()>().await;
}

#[secured(authenticated)]
async fn secret() {}

#[public(reason = "a test", unvalidated = "a test")]
async fn upload(Unvalidated(_body): Unvalidated<Bytes>) -> &'static str {
    "hello"
}

#[public(reason = "a test", unvalidated = "a test")]
async fn upload_and_wait(
    State(gate): State<Gate>,
    Unvalidated(_body): Unvalidated<Bytes>,
) -> &'static str {
    gate.entered.notify_one();
    gate.opened.notified().await;
    "done"
}

#[public(reason = "a test")]
async fn ignore() -> &'static str {
    "hello"
}

/// Frames of 16 KiB.
struct Endless;

impl http_body::Body for Endless {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(&[0; 16 * 1024])))))
    }
}

/// A body that has no frame. Notifies the gate when it is dropped.
struct Held(Gate);

impl http_body::Body for Held {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.0.entered.notify_one();
        Poll::Pending
    }
}

async fn hang(request: Request, next: Next) -> Response {
    if request.uri().path() == "/hang" {
        pending::<()>().await;
    }
    next.run(request).await
}

/// Starts a server with these limits.
async fn start(limit: impl FnOnce(Server) -> Server) -> Running {
    let gate = Gate::default();
    let routes = SecureRouter::new()
        .route("/", get(hello))
        .route("/hang", get(hello))
        .route("/wait", get(wait))
        .route("/endless", get(endless))
        .route("/large", get(large))
        .route("/stream", get(stream))
        .route("/panic", get(panicking))
        .route("/stuck", get(stuck))
        .route("/secret", get(secret))
        .route("/upload", post(upload))
        .route("/upload-wait", post(upload_and_wait))
        .route("/ignore", post(ignore))
        .layer(from_fn(hang))
        .with_state(gate.clone());
    let api = TestApi::new(routes).await.api().clone();
    let api = api.map_problems(|problem| problem.member("mapped", true));
    let bound = limit(serve(api)).bind("127.0.0.1:0").await.unwrap();
    Running {
        address: bound.local_addr(),
        gate,
        task: tokio::spawn(bound.run_until(pending())),
    }
}

impl Running {
    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// Connects from another address of the host.
    async fn connect_from(&self, last: u8) -> TcpStream {
        let socket = TcpSocket::new_v4().unwrap();
        let address = IpAddr::from(Ipv4Addr::new(127, 0, 0, last));
        socket.bind((address, 0).into()).unwrap();
        socket.connect(self.address).await.unwrap()
    }

    /// Sends a request on a new connection that stays open.
    async fn send(&self, path: &str) -> TcpStream {
        let mut stream = self.connect().await;
        send(&mut stream, path).await;
        stream
    }

    /// Sends a request on a new connection, and returns the whole response.
    async fn get(&self, path: &str) -> String {
        let mut stream = self.connect().await;
        let head = format!("GET {path} HTTP/1.1\r\nHost: api\r\nConnection: close\r\n\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        rest(&mut stream).await
    }
}

async fn send(stream: &mut TcpStream, path: &str) {
    let head = format!("GET {path} HTTP/1.1\r\nHost: api\r\n\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
}

/// Sends a request, and reads its response of "hello".
async fn exchange(stream: &mut TcpStream) {
    send(stream, "/").await;
    let mut received = Vec::new();
    while !received.ends_with(b"hello") {
        let read = stream.read_buf(&mut received).await.unwrap();
        assert_ne!(read, 0, "{}", String::from_utf8_lossy(&received));
    }
}

/// Reads to the end of the connection, however it ends.
async fn rest(stream: &mut TcpStream) -> String {
    let mut received = Vec::new();
    let _ = stream.read_to_end(&mut received).await;
    String::from_utf8_lossy(&received).into_owned()
}

/// Returns the bytes until the connection closes, and the seconds until then.
async fn close_of(stream: &mut TcpStream) -> (String, u64) {
    let start = Instant::now();
    let received = rest(stream).await;
    let elapsed = start.elapsed() + Duration::from_millis(500);
    (received, elapsed.as_secs())
}

fn is_ok(response: &str) -> bool {
    response.starts_with("HTTP/1.1 200 ")
}

#[tokio::test(start_paused = true)]
async fn connection_without_a_byte_is_closed_at_the_head_timeout() {
    let server = start(|server| server).await;
    let (response, elapsed) = close_of(&mut server.connect().await).await;
    assert_eq!((response.as_str(), elapsed), ("", 10));
}

/// Also a byte per second does not extend the time (Slowloris).
#[tokio::test(start_paused = true)]
async fn slow_head_returns_408_at_the_head_timeout() {
    let server = start(|server| server.head_timeout(seconds(7))).await;
    for pause in [100, 1] {
        let mut stream = server.connect().await;
        let start = Instant::now();
        stream.write_all(b"GET / HTTP/1.1\r\nHost: ").await.unwrap();
        let (mut reading, mut writing) = stream.split();
        let trickle = async {
            loop {
                sleep(seconds(pause)).await;
                let _ = writing.write_all(b"a").await;
            }
        };
        let mut response = [0; 200];
        let read = tokio::select! {
            read = reading.read(&mut response) => read.unwrap(),
            () = trickle => 0,
        };
        let response = String::from_utf8_lossy(&response[..read]).into_owned();
        assert_eq!(start.elapsed().as_secs(), 7);
        assert!(response.starts_with("HTTP/1.1 408 "), "{response}");
        assert!(response.contains("application/problem+json"), "{response}");
    }
}

#[tokio::test(start_paused = true)]
async fn response_to_slow_head_has_its_announced_length() {
    let server = start(|server| server).await;
    let mut stream = server.connect().await;
    stream.write_all(b"GET").await.unwrap();
    let (response, elapsed) = close_of(&mut stream).await;
    let (head, body) = response.split_once("\r\n\r\n").unwrap();
    let length = format!("content-length: {}\r\n", body.len());
    assert!(head.contains(&length), "{response}");
    let problem: serde_json::Value = serde_json::from_str(body).unwrap();
    assert_eq!((problem["status"].as_u64(), elapsed), (Some(408), 10));
}

#[tokio::test(start_paused = true)]
async fn idle_connection_is_closed_later_than_a_slow_head() {
    let server = start(|server| server).await;
    let mut idle = server.connect().await;
    exchange(&mut idle).await;
    assert_eq!(close_of(&mut idle).await, (String::new(), 75));
    let mut slow = server.connect().await;
    exchange(&mut slow).await;
    sleep(seconds(60)).await;
    exchange(&mut slow).await;
    sleep(seconds(60)).await;
    slow.write_all(b"GET ").await.unwrap();
    let (response, elapsed) = close_of(&mut slow).await;
    assert!(response.starts_with("HTTP/1.1 408 "), "{response}");
    assert_eq!(elapsed, 10);
}

#[tokio::test(start_paused = true)]
async fn timeouts_do_not_end_a_request_in_progress() {
    let server = start(|server| {
        let server = server.head_timeout(seconds(1));
        server.idle_timeout(seconds(1)).write_timeout(seconds(1))
    })
    .await;
    let mut stream = server.send("/wait").await;
    sleep(seconds(29)).await;
    server.gate.opened.notify_one();
    let (response, _) = close_of(&mut stream).await;
    assert!(is_ok(&response) && response.ends_with("done"), "{response}");
}

#[tokio::test(start_paused = true)]
async fn client_that_does_not_read_is_disconnected() {
    // the server accepts another connection when the first one is closed
    let server = start(|server| server.peer_connection_limit(1)).await;
    let _unread = server.send("/endless").await;
    let start = Instant::now();
    while !is_ok(&server.get("/").await) {
        assert!(start.elapsed() < seconds(35), "the connection is open");
        sleep(Duration::from_millis(100)).await;
    }
    assert!(start.elapsed() >= seconds(29), "{:?}", start.elapsed());
}

/// Otherwise the system would keep the rest of the response for a client that may never read it.
#[tokio::test(start_paused = true)]
async fn connection_of_a_client_that_does_not_read_is_reset() {
    let server = start(|server| server.peer_connection_limit(1)).await;
    let mut unread = server.send("/endless").await;
    while !is_ok(&server.get("/").await) {
        sleep(Duration::from_millis(100)).await;
    }
    let end = unread.read_to_end(&mut Vec::new()).await;
    assert_eq!(end.unwrap_err().kind(), std::io::ErrorKind::ConnectionReset);
}

#[tokio::test(start_paused = true)]
async fn client_that_does_not_read_leaves_requests_to_others() {
    let server = start(|server| server.request_limit(1)).await;
    let _unread = server.send("/endless").await;
    let start = Instant::now();
    while !is_ok(&server.get("/").await) {
        sleep(Duration::from_millis(1)).await;
    }
    assert!(start.elapsed() < seconds(1), "{:?}", start.elapsed());
}

/// Sixteen wait, two have a second, and the others none.
#[tokio::test(start_paused = true)]
async fn clients_that_do_not_read_have_less_time_while_requests_crowd() {
    let server = start(|server| server.request_limit(8)).await;
    let mut unread = Vec::new();
    for _ in 0..40 {
        unread.push(server.send("/endless").await);
    }
    let start = Instant::now();
    while !is_ok(&server.get("/").await) {
        sleep(Duration::from_millis(100)).await;
    }
    assert!(start.elapsed() < seconds(4), "{:?}", start.elapsed());
}

/// Requests that a client sends without reading any response.
#[tokio::test(start_paused = true)]
async fn pipelining_client_that_does_not_read_is_disconnected() {
    let server = start(|server| server.request_limit(1)).await;
    let mut stream = server.connect().await;
    let start = Instant::now();
    let flood = async {
        let requests = "GET /large HTTP/1.1\r\nHost: api\r\n\r\n".repeat(100);
        while stream.write_all(requests.as_bytes()).await.is_ok() {}
    };
    timeout(seconds(40), flood).await.unwrap();
    assert!(start.elapsed() >= seconds(29), "{:?}", start.elapsed());
    assert!(is_ok(&server.get("/").await));
}

#[tokio::test]
async fn large_response_is_complete() {
    let server = start(|server| server).await;
    let response = server.get("/large").await;
    let (head, body) = response.split_once("\r\n\r\n").unwrap();
    assert!(head.contains("content-length: 1048576"), "{head}");
    assert_eq!(body.len(), 1024 * 1024);
}

#[tokio::test]
async fn limits_are_listed_with_their_defaults() {
    let server = serve(api().await);
    assert_eq!(
        server.limits().to_string(),
        "connection_limit: 8192\n\
         peer_connection_limit: 256 except loopback\n\
         request_limit: 1024\n\
         uri_limit: 8192\n\
         handshake_timeout: 10s\n\
         head_timeout: 10s\n\
         idle_timeout: 75s\n\
         request_timeout: 90s\n\
         write_timeout: 30s\n\
         grace: 30s\n\
         stream_limit: 100\n\
         reset_limit: 20\n\
         unread_limit: 8388608"
    );
    let server = server.peer_connection_limit(7).connection_limit(9);
    let text = server.limits().to_string();
    assert!(text.contains("connection_limit: 9\npeer_connection_limit: 7\n"));
}

#[public(reason = "a test", timeout = "60 min", body_timeout = "60 min")]
async fn patient() {}

#[tokio::test]
async fn default_time_of_a_request_exceeds_every_declared_time() {
    let routes = SecureRouter::new()
        .route("/", get(hello))
        .route("/patient", get(patient));
    let server = serve(TestApi::new(routes).await.api().clone());
    assert_eq!(server.limits().request_timeout, seconds(2 * 3_600 + 30));
}
